"""What a question asks for, and whether it asks for what is not so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from cnnquiz.language.tokens import Token, tokens
from cnnquiz.patterns import pattern

_CUE = (
    r"(?:how many|how much|number of|what(?:'s| is| are| will be| would be)?(?: the)?"
    r"|(?:calculate|compute|find|give|determine|report|state)(?: the)?)"
)
_BETWEEN = (
    r"(?:the|total|overall|number|of|trainable|learnable|learned|free|new|model|network|layer|its|their|and|or|a)"
)
_ASKED = (
    ("parameters", r"(?:parameters?|params)\b",
     ("parameters", "trainable", "trained", "stored", "encoder", "decoder", "projection_parameters",
      "attention_parameters", "feedforward_parameters", "layer_parameters", "output_parameters")),
    ("weights", r"weights\b", ("weights", "parameters")),
    ("biases", r"biases\b", ("biases",)),
    ("multiply-adds", r"(?:multiply-adds?|macs?|multiplications|multiply[- ]accumulates?)\b", ("macs",)),
    ("FLOPs", r"(?:flops?|floating[- ]point operations)\b", ("flops",)),
    ("encoder's parameters", r"(?:parameters? )?(?:(?:of|in|has|does|have) )?(?:the |its )?encoder\b", ("encoder",)),
    ("decoder's parameters", r"(?:parameters? )?(?:(?:of|in|has|does|have) )?(?:the |its )?decoder\b", ("decoder",)),
    ("receptive field", r"receptive field", ("receptive_field",)),
    ("bits", r"bits\b", ("bits",)),
    ("kilobytes", r"(?:kilobytes|kib|kb)\b", ("kib", "bytes")),
    ("megabytes", r"(?:megabytes|mib|mb)\b", ("output_mib", "bytes")),
    ("gigabytes", r"(?:gigabytes|gib|gb)\b", ("bytes",)),
    ("bytes", r"bytes\b", ("bytes",)),
    ("standard deviation", r"standard deviation\b", ("std",)),
    ("derivative", r"(?:derivative|slope)\b", ("derivative", "derivative_exact", "maximum_derivative")),
    ("probability", r"probability\b", ("probability",)),
    ("variance", r"variance\b", ("variance",)),
)  # fmt: skip
_KINDS = "|".join(f"(?P<a{number}>{words})" for number, (_, words, _) in enumerate(_ASKED))
_QUESTION = re.compile(rf"\b{_CUE}\s+(?:{_BETWEEN}\s+){{0,6}}?(?:{_KINDS})", re.IGNORECASE)
_PER_EPOCH = re.compile(
    r"\b(?:in|per|during|for) (?:one|a|an|each|every|a single|the first)? ?(?:training )?epoch\b", re.IGNORECASE
)


def asks_for_one_epoch(text: str) -> bool:
    """Whether the last question of a text is about one epoch."""
    return _PER_EPOCH.search(re.split(r"(?<=[.!?])\s+", text.strip())[-1]) is not None


def is_of_one_epoch(sentence: str, words: str) -> bool:
    """Whether some words of a sentence are said of one epoch: 391 updates in an epoch."""
    found = sentence.replace(",", "").find(words)
    return found >= 0 and _PER_EPOCH.match(sentence.replace(",", ""), found + len(words) + 1) is not None


def answers(result: str, results: tuple[str, ...]) -> bool:
    """Whether a result is among some, of which `bytes` are all that count memory."""
    return result in results or ("bytes" in results and "bytes" in result)


_THE = re.compile(
    r"\b(?:what(?:'s| is| are| will be| would be)|how (?:large|big|high|small) (?:is|are)"
    r"|calculate|compute|find|give|determine|report|state) (?:the|its|their) $",
    re.IGNORECASE,
)


def named_result(text: str, names: Mapping[str, str]) -> tuple[str, str] | None:
    """The words and the name of the one result that the last sentence asks for by its words; None for another."""
    asking = re.split(r"(?<=[.!?])\s+", text.strip())[-1]
    called = list(_any_of(tuple(names)).finditer(asking))
    if len({names[one[0]] for one in called}) != 1 or not _THE.search(asking[: called[0].start()]):
        return None
    return called[0][0], names[called[0][0]]


@cache
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    every = "|".join(re.escape(words) for words in sorted(names, key=len, reverse=True))
    return re.compile(rf"\b(?:{every or '(?!)'})\b")


def series(text: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each list of a text with its values, in brackets or not: (1, 2), and 1, 2 and 3."""
    row: list[Token] = []
    for token in (*tokens(text), Token("mark", ".")):
        if token.kind in ("list", "size"):
            yield token.as_written, token.value
        if token.kind == "number":
            row.append(token)
        elif token.text not in (",", "and"):
            if len(row) > 1:
                yield ", ".join(one.as_written for one in row), tuple(one.value for one in row)
            row = []


class Asked(Struct, frozen=True):
    """What a question asks for: its name and its words for it, and the results that answer it."""

    name: str
    words: str
    results: tuple[str, ...]


def last_question(text: str) -> Asked | None:
    """What the last question of a text asks for, where it is one of the named counts."""
    found = questions(text)
    return found[-1] if found else None


def questions(text: str) -> tuple[Asked, ...]:
    """What a text asks for, so far as it is one of the named counts, in its order."""
    found = [(match[match.lastgroup], match.lastgroup) for match in _QUESTION.finditer(text) if match.lastgroup]
    asked = ((words, _ASKED[int(kind[1:])]) for words, kind in found)
    return tuple(Asked(name, words, results) for words, (name, _, results) in asked)


_SECOND = re.compile(r"\?[^?]*\?|,? and (?:how many|how much|what|which|the number)\b", re.IGNORECASE)


def asks_twice(text: str) -> bool:
    """Whether a text asks two questions: for the output's shape, and how many parameters there are."""
    return _SECOND.search(text) is not None


_PIXELS = (
    "output_size", "receptive_field", "jump", "start", "first", "touched", "effective_kernel", "size",
    "unused_border", "last_size", "output_shape", "sizes", "by_layer",
)  # fmt: skip


_UNITS = tuple(
    (pattern(words, re.IGNORECASE), results) for _, words, results in (("pixels", r"pixels?\b", _PIXELS), *_ASKED)
)


def results_of_unit(unit: str) -> tuple[str, ...]:
    """The results that are counted in this unit: 7600 parameters; nothing for one that says little."""
    return next((results for words, results in _UNITS if words.match(unit)), ()) if unit else ()


def unit_of(result: str) -> str:
    """The unit in which a result is counted; empty for one without."""
    return "bytes" if "bytes" in result else next((name for name, _, results in _ASKED if result in results), "")


_MARKED = re.compile(
    r"\b(?:NOT|EXCEPT|INCORRECT|FALSE|WRONG|UNTRUE|CANNOT)\b|[*_](?:not|except|incorrect|false|wrong|untrue)[*_]"
)
_AFFIRMED = re.compile(r"(?i:true or false)|(?<!NOT )\b(?:TRUE|CORRECT|RIGHT)\b|[*_](?:true|correct|right)[*_]")


def marked_negation(text: str) -> str:
    """The word, in capitals or emphasised, by which a question asks for what is not so; empty where it has none."""
    asking = text[text.rfind(". ", 0, text.find("?")) + 1 :] if "?" in text else text
    found = _MARKED.search(asking)
    return found[0].strip("*_") if found and not _AFFIRMED.search(asking) else ""
