"""A bank with the remedy of a finding followed to the letter: what a person does who follows it and thinks no further.

A remedy is written in one of the forms of `FORMS`, or for what YAML cannot read of `LINES`; other ways to mend it may
follow behind `, or`. Where it asks for a person's own words, those of `OWN` stand for them.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cnnquiz.bank import starter
from cnnquiz.model import Finding

OWN = {
    "file": "figure.txt", "key": "a", "id": "own", "stem": "Why is it so?", "want": "output_shape",
    "derivation": {"params": {"k": "5", "channels": "3", "filters": "100"}, "want": "parameters"},
}  # fmt: skip
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar a text


class VagueError(Exception):
    """A remedy that cannot be followed to the letter."""


def followed(text: str, finding: Finding) -> str:
    """The bank's text when the finding's remedy is followed."""
    if finding.rule == "yaml-syntax":
        return in_lines(text, finding)
    place = Place.of(text, finding)
    for form, follow in FORMS:
        if match := re.match(form, finding.remedy):
            done = follow(place, match)
            return done if isinstance(done, str) else yaml.safe_dump(place.tree, sort_keys=False, allow_unicode=True)
    raise VagueError(finding.remedy)


# -- the place of a finding --------------------------------------------------------------------------------


@dataclass
class Place:
    """A bank's text as a tree of texts, with the path to a finding's value."""

    text: str
    tree: Any
    path: tuple[Any, ...]

    @classmethod
    def of(cls, text: str, finding: Finding) -> Place:
        node = yaml.compose(text, LOADER)
        paths = sorted(paths_at(node, (finding.line - 1, finding.column - 1)), key=len) if node else []
        if "this element" in finding.remedy:
            paths = [path for path in paths if isinstance(path[-1], int)]
        return cls(text, yaml.load(text, LOADER), paths[-1] if paths else ())

    def at(self, path: tuple[Any, ...]) -> Any:
        """The value at a path."""
        value = self.tree
        for step in path:
            value = value[step]
        return value

    def write(self, path: tuple[Any, ...], value: Any) -> None:
        """Another value at a path; a text that is to have fields becomes a mapping with it."""
        *above, last = path
        parent = self.at(tuple(above))
        if isinstance(parent, str):
            self.write(tuple(above), {"text": parent})
        self.at(tuple(above))[last] = value

    def delete(self, path: tuple[Any, ...]) -> None:
        """Nothing at a path any more."""
        del self.at(path[:-1])[path[-1]]

    @property
    def item(self) -> tuple[Any, ...]:
        """The path to the item, or to the bank where it is about no item."""
        return self.path[:2] if self.path[:1] == ("items",) and len(self.path) > 1 else ()

    def under(self, name: str | None) -> tuple[Any, ...]:
        """The path to the nearest mapping of that name around the place, or in its item."""
        if not name:
            return self.item
        for length in range(len(self.path), 0, -1):
            if self.path[length - 1] == name:
                return self.path[:length]
        return next(path for path in paths_to(self.at(self.item), self.item) if path[-1] == name)

    def question(self, words: str) -> tuple[Any, ...]:
        """The path to the part that some words or the place name; to the item where they name none."""
        number = re.search(r"in part (\d+)", words)
        if number:
            return (*self.item, "parts", int(number[1]) - 1)
        return self.path[:4] if self.path[2:3] == ("parts",) and len(self.path) > 3 else self.item

    @property
    def texts(self) -> Iterator[tuple[Any, ...]]:
        """The paths to the texts at the place, and in it."""
        return (path for path in paths_to(self.at(self.path), self.path) if isinstance(self.at(path), str))


def paths_to(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The paths to a value and to all within it."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in list(inside):
        yield from paths_to(inner, (*path, step))


def paths_at(node: Any, place: tuple[int, int], path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all that begins at a place, or of a text around it."""
    begin, end = ((mark.line, mark.column) for mark in (node.start_mark, node.end_mark))
    if begin == place or (isinstance(node, yaml.ScalarNode) and begin <= place < end):
        yield path
    pairs = node.value if not isinstance(node, yaml.ScalarNode) else []
    for index, pair in enumerate(pairs):
        name, value = pair if isinstance(node, yaml.MappingNode) else (None, pair)
        step = index if name is None else name.value
        if name is not None and (name.start_mark.line, name.start_mark.column) == place:
            yield (*path, step)
        yield from paths_at(value, place, (*path, step))


# -- the forms ---------------------------------------------------------------------------------------------


def write_fields(place: Place, match: re.Match[str]) -> None:
    """Write `type: multiple` and `key: a b` under `params`."""
    for field in re.finditer(r"`([\w-]+): ([^`]+)`(?: under `([\w-]+)`| and `[^`]+` under `([\w-]+)`)?", match[0]):
        above = field[3] or field[4]
        pool = place.path.index("pool") if "pool" in place.path else -2  # an option there has fields of its own
        own = place.path[: pool + 2] if pool > 0 else place.question(match[0])
        path = (*(place.under(above) if above else own), field[1])
        place.write(path, own_words_in(yaml.load(field[2], LOADER)))


def own_words_in(value: Any) -> Any:
    """A value with its `...` replaced."""
    if isinstance(value, dict):
        return {name: own_words_in(inner) for name, inner in value.items()}
    return OWN_SENTENCE if value == "..." else value


OWN_SENTENCE = "Count the places where it fits."


def write_one_for_another(place: Place, match: re.Match[str]) -> None:
    """Write `topic` for `topik`; Write `8 filters` for `16 filters` in the stem."""
    new, old = match[1], match[2]
    if match[4]:
        place.path = (*place.under(match[4]), old)
    if place.path[-1] == old:
        above = place.at(place.path[:-1])
        renamed = {new if name == old else name: value for name, value in above.items()}
        above.clear()
        above.update(renamed)
        return
    here = {"option": "text", "claim": "holds"}.get(match[3] or "")
    if here:
        place.path = (*place.path[:4], *(("claim",) if here == "holds" else ()), here)
    elif match[3]:
        place.path = place.under("stem")
    whole = re.compile(rf"(?<![\w.]){spelling(old)}(?![\w{{]|\.\d)" if re.match(r"\w", old) else re.escape(old))
    for path in place.texts:
        if whole.search(place.at(path)):
            place.write(path, whole.sub(lambda _: new, place.at(path)))
            return
    raise VagueError(f"{old} does not stand in {place.at(place.path)}: {match[0]}")


def spelling(words: str) -> str:
    """The pattern of some words: a number with or without commas, a size with either cross."""
    number = re.fullmatch(r"\d[\d,]*(?:\.\d+)?", words) is not None
    return ",?".join(map(re.escape, words.replace(",", ""))) if number else re.escape(words).replace("x", "[x×]")


_BEHIND_SIGN = re.compile(r"(?:[=≈]|\b(?:is|gives|equals|makes))\s*\S?$")


def write_result(place: Place, match: re.Match[str]) -> None:
    """Write `76` for the result `75`: of an equation, in signs or in words."""
    digits = spelling(match[2])
    for path in place.texts:
        words = place.at(path)
        found = list(re.finditer(rf"(?<![\d.])({digits})(?!\d|\.\d|\s?[x×]\s?\d)", words))
        behind = [one for one in found if _BEHIND_SIGN.search(words[: one.start()])]
        if found:
            last = (behind or found)[-1]
            place.write(path, words[: last.start()] + match[1] + words[last.end() :])
            return
    raise VagueError(match[0])


def write_value(place: Place, match: re.Match[str]) -> None:
    """Write `shape`, or another of number, shape."""
    place.write(place.path, own_words_in(yaml.load(match[1], LOADER)))


def add(place: Place, match: re.Match[str]) -> None:
    """Add `alt:` under `figure`."""
    name, above = match[1], place.question("") if match[1] in ("ask", "want") else place.under(match[2])
    if not match[2] and place.path[-1:] != place.item[-1:] and isinstance(place.at(place.path), dict):
        above = place.path
    place.write((*above, name), OWN.get(name, OWN_SENTENCE))


def delete(place: Place, match: re.Match[str]) -> None:
    """Delete `d` under `options`."""
    place.delete((*(place.under(match[2]) if match[2] else place.question("")), match[1]))


def delete_it(place: Place, _: re.Match[str]) -> None:
    """Delete it."""
    place.delete(place.path)


def delete_twice(place: Place, _: re.Match[str]) -> None:
    """Delete this one, or the one before: the tree has the last of the two alone."""


def delete_character(place: Place, match: re.Match[str]) -> None:
    """Delete the character U+202E."""
    for path in list(place.texts):
        place.write(path, place.at(path).replace(chr(int(match[1], 16)), ""))


def say(place: Place, match: re.Match[str]) -> None:
    """Say how to find it instead; Say something else in option b."""
    path = place.path
    if match[1]:
        path = (*place.item, "options", match[1])
    elif "option" in path and isinstance(place.at(path), dict):
        path = (*path, "text")
    if path[-1] == "claim":
        path = path[:-1]
    if isinstance(place.at(path), dict):
        path = (*path, "text")
    texts = json.dumps(place.tree)
    words = ("It is another thing", "It is none of that sort", "It has to do with colours", "It is a kind of weather",
             "It belongs to another week", "It is a matter of taste", "It was known long ago")
    place.write(path, next(one for one in words if one not in texts))


def write_meaning(place: Place, match: re.Match[str]) -> None:
    """Write what it stands for in the place of `{size}`."""
    place.write(place.path, place.at(place.path).replace(match[1], "that"))


def exchange(place: Place, match: re.Match[str]) -> None:
    """Exchange options `c` and `d`, and the key with them."""
    item = place.at(place.item)
    one, other = match[1], match[2]
    options, exchanged = item["options"], {one: other, other: one}
    options[one], options[other] = options[other], options[one]
    item["key"] = exchanged.get(item["key"], item["key"])


def add_words(place: Place, match: re.Match[str]) -> None:
    """Add `stride {s}` to the stem."""
    stem = place.under("stem")
    place.write(stem, f"{match[1].capitalize()}. {place.at(stem)}")


def as_many_words(place: Place, _: re.Match[str]) -> None:
    """Give another option as many words as the key has."""
    item = place.at(place.item)
    texts = {letter: one["text"] if isinstance(one, dict) else one for letter, one in item["options"].items()}
    other = next(letter for letter in texts if letter != item["key"])
    longer = texts[other].ljust(len(texts[item["key"]]), "y")
    path = (*place.item, "options", other)
    place.write((*path, "text") if isinstance(place.at(path), dict) else path, longer)


def add_option(place: Place, _: re.Match[str]) -> None:
    """Add an option."""
    options = place.at((*place.item, "options"))
    options[next(letter for letter in "abcdef" if letter not in options)] = "It is another thing"


def take_out(place: Place, match: re.Match[str]) -> None:
    """Take `5x5x3` out of `in` under `vary`."""
    draw = place.at((*place.item, "vary", match[2]))
    values = draw.get("choice") or list(map(str, range(int(draw["range"][0]), int(draw["range"][1]) + 1)))
    place.write((*place.item, "vary", match[2]), {"choice": [value for value in values if value != match[1]]})


def new_bank(_: Place | None, __: re.Match[str]) -> str:
    """`cnnquiz new PATH` writes a bank to start from."""
    with tempfile.TemporaryDirectory() as name:
        return starter.write(str(Path(name) / "own.yaml"), None).read_text(encoding="utf-8")


def write_number(place: Place, match: re.Match[str]) -> None:
    """Write a whole number, 1 or more."""
    place.write(place.path, match[1])


def take_given(place: Place, match: re.Match[str]) -> None:
    """Take padding >= 1 or kernel <= 5; take framework tf."""
    derivation = place.at((*place.item, "derivation"))
    calculator = next(name for name in derivation if name != "want")
    name = {"padding": "p"}.get(match[1], match[1])
    place.write((*place.item, "derivation", calculator, name), match[2])


Follow = Callable[[Any, re.Match[str]], str | None]
FORMS: tuple[tuple[str, Follow], ...] = (
    (r"`cnnquiz new PATH` writes", new_bank),
    (r"Write `([^`]+)` for the result `([^`]+)`", write_result),
    (r"Write `([^`]+)` for `([^`]+)`(?: in (?:the|its) (option|claim|stem)| under `([\w-]+)`)?", write_one_for_another),
    (r"(?:Compare a result: w|W)rite `[\w-]+: [^`]+`(?:[^,;.`]|`[^`]*`)*", write_fields),
    (r"Write `([^`:]+|\{[^`]*\})`", write_value),
    (r"(?:Write|Add) `([\w-]+):`(?: under `([\w-]+)`)?", add),
    (r"Add `([^`]+)` to the stem", add_words),
    (r"Add an option", add_option),
    (r"Delete `([^`]+)`(?: under `([\w-]+)`)?", delete),
    (r"Delete the character U\+(\w+)", delete_character),
    (r"Delete this one, or the one before", delete_twice),
    (r"Delete (?:it|this|this element)\b", delete_it),
    (r"Say [^.]*? option ([a-z])\b|Say ", say),
    (r"Write what it stands for in the place of `([^`]+)`", write_meaning),
    (r"Exchange options `(\w)` and `(\w)`, and the key with them", exchange),
    (r"Give another option of this item as many words", as_many_words),
    (r"Take `([^`]+)` out of `([^`]+)` under `vary`", take_out),
    (r"Write a whole number, (\d+) or more", write_number),
    (r"Take (padding) >= (\d+)", take_given),
    (r"Take (framework) (\w+)", take_given),
)  # fmt: skip


# -- what YAML cannot read ---------------------------------------------------------------------------------


def in_lines(text: str, finding: Finding) -> str:
    """The text when the remedy for what YAML cannot read is followed."""
    lines = text.split("\n")
    index, column = finding.line - 1, finding.column - 1
    before, here = lines[index][:column], lines[index][column:]
    for form, follow in LINES.items():
        if finding.remedy.startswith(form):
            follow(lines, index, before, here)
            return "\n".join(lines)
    raise VagueError(finding.remedy)


def quote_value(lines: list[str], index: int, before: str, here: str) -> None:
    """The value that begins here, or around here, in quotes."""
    inside = re.match(r"[^,}\]]*", here)
    if inside and ("{" in before or "[" in before):
        lines[index] = before + json.dumps(inside[0]) + here[inside.end() :]
    else:
        quote_whole(lines, index, before, here)


def close_before(bracket: str) -> Callable[[list[str], int, str, str], None]:
    """Close the brackets before this."""

    def close(lines: list[str], index: int, before: str, here: str) -> None:
        lines[index - 1] += bracket

    return close


def indent_as_above(lines: list[str], index: int, before: str, here: str) -> None:
    """Indent it as the line above."""
    above = lines[index - 1]
    lines[index] = above[: len(above) - len(above.lstrip())] + here.lstrip()


def write_twice(lines: list[str], index: int, before: str, here: str) -> None:
    """Write a backslash twice; the parser stops behind it."""
    name, sign, after = (before + here).rpartition("\\")
    lines[index] = f"{name}{sign}{sign}{after}"


def write_as_field(lines: list[str], index: int, before: str, here: str) -> None:
    """Write a line as `name: value`."""
    lines[index] = before + here.replace(" ", ": ", 1)


def quote_whole(lines: list[str], index: int, before: str, here: str) -> None:
    """The value of this line in quotes."""
    name, sign, value = (before + here).partition(": ")
    lines[index] = name + sign + json.dumps(value)


def delete_field(lines: list[str], index: int, before: str, here: str) -> None:
    """No field in this line, nor its value in the next."""
    del lines[index : index + 1 + lines[index + 1].lstrip().startswith(":")]


LINES: dict[str, Callable[[list[str], int, str, str], None]] = {
    "Write the text in quotes": quote_value,
    "Write the whole text in quotes": quote_whole,
    "Write it twice": write_twice,
    "Close the braces": close_before("}"),
    "Close the brackets": close_before("]"),
    "Close it": lambda lines, index, before, here: lines.__setitem__(index, f"{before}{here}{here[0]}"),
    "Indent it as the line above": indent_as_above,
    "Indent with spaces": lambda lines, index, before, here: lines.__setitem__(index, (before + here).expandtabs(6)),
    "Write it as `name: value`": write_as_field,
    "Begin it with a hyphen": lambda lines, index, before, here: lines.__setitem__(index, f"{before}- {here}"),
    "Move the text to the next line": lambda lines, index, before, here: lines.__setitem__(
        slice(index, index + 1), [before.rstrip(), " " * 6 + here]),
    "Delete this field": delete_field,
    "Delete it": lambda lines, index, before, here: lines.__setitem__(index, before + here[1:]),
    "Delete what follows": lambda lines, index, before, here: lines.__delitem__(slice(index, None)),
}  # fmt: skip
