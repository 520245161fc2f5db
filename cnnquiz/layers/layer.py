"""One layer as a record, and the one parser of layers: `conv 64 k3 s2 p1`, or a mapping of the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.layers.code import chain_of
from cnnquiz.layers.vocabulary import (  # fmt: skip
    BARE,
    KIND_FIELDS,
    KINDS,
    NEEDED,
    SPELLINGS,
    TAKES,
    USUAL,
    WINDOW,
    bare_number,
    example,
    kind_of,
)
from cnnquiz.layers.windows import Window, same_padding
from cnnquiz.patterns import pattern
from cnnquiz.solver.givens import axes, excerpt, flag, whole

MOST_LAYERS = 10_000
Axes = tuple[int, ...]  # one number for all axes, or one for each
TreePath = tuple[str | int, ...]  # the names and numbers that lead to something in a file or a list


class Layer(Struct, frozen=True):
    """One layer: its kind and the numbers that it has. An empty `s` of a pool means: as wide as its kernel.

    `size` is what adaptive pooling makes of a map, along each axis; upsampling has its factor as `k`.
    `groups` 0 is depthwise: as many groups as channels. `links` counts the pairs of input map and filter that
    are joined (None: all of them). `learned` gives a pool one gain and one bias a channel; the weights of a
    `fixed` layer are stored, not learned. `axes` is 1 for a conv1d, and 0 where the word says nothing.
    """

    kind: str
    name: str = ""
    out: int | None = None
    k: Axes = ()
    s: Axes = (1,)
    p: Axes | str = (0,)
    d: Axes = (1,)
    op: Axes = (0,)
    size: Axes = ()
    groups: int = 1
    bias: bool = True
    ceil: bool = False
    mode: str = ""
    inputs: int | None = None
    channels: int | None = None
    links: int | None = None
    learned: bool = False
    fixed: bool = False
    axes: int = 0

    @property
    def word(self) -> str:
        """What it is called without its numbers: conv, pool, relu."""
        return self.mode if self.kind == "activation" else self.kind

    def __str__(self) -> str:
        """The layer as it may be written: conv 20 k5 s2."""
        word = "dw" if self.groups == 0 else _WORDS.get((self.kind, self.mode), self.word)
        words = [word] + ([str(self.out)] if self.out else [])
        bare = self.kind in ("adaptive", "upsample", "pad")
        for name in (*WINDOW, "op", "size"):
            value = getattr(self, name)
            if name in TAKES.get(self.kind, ()) and (bare or value not in _UNWRITTEN[name]):
                number = "x".join(map(str, value))
                words.append(f"p {value}" if isinstance(value, str) else number if bare else name + number)
        words += [f"g{self.groups}"] if self.groups > 1 else []
        words += [word for word, on in (("ceil", self.ceil), ("nobias", not self.bias)) if on]
        return " ".join(words)

    @lru_cache(maxsize=1024)  # noqa: B019 (a layer is a small record)
    def windows(self, axes: int) -> tuple[Window, ...]:
        """Its window along each of so many axes; LayerFault where one of its numbers has another number of axes."""
        k, s, d = (per_axis(n, v, axes) for n, v in (("k", self.k), ("s", self.s or self.k), ("d", self.d)))
        if isinstance(self.p, str):
            paddings = tuple(map(same_padding, k, d))
        else:
            paddings = tuple((p, p) for p in per_axis("p", self.p, axes))
        op = per_axis("op", self.op, axes)
        return tuple(Window(*n[:3], *n[3], n[4]) for n in zip(k, s, d, paddings, op, strict=True))


class LayerFault(GivenError):
    """A layer that cannot be read, or that does not fit; `path` leads to it in the list or file that it stands in."""

    def __init__(self, message: str, path: TreePath = ()) -> None:
        super().__init__(message, "layers")
        self.path = path


def per_axis(name: str, values: Axes, axes: int) -> Axes:
    """One of these numbers for each axis; LayerFault where there are others than one, or one for each."""
    if len(values) == axes:
        return values
    if len(values) == 1:
        return values * axes
    raise LayerFault(f"{name} has {len(values)} numbers, but the map has {axes} axes: write one, or {axes}")


_WORDS = {("pool", "average"): "avgpool", ("gap", "max"): "gmp", ("adaptive", "max"): "adaptivemaxpool"}
# Numbers that are left out
_UNWRITTEN = {"k": ((),), "s": ((), (1,)), "p": ((0,),), "d": ((1,),), "op": ((0,),), "size": ((),)}
SWITCHES = ("bias", "ceil", "learned", "fixed")
_READ = {"k": axes(1), "s": axes(1), "p": axes(0, ("same", "valid")), "d": axes(1), "op": axes(0),
         "size": axes(1)}  # fmt: skip
_WINDOW = pattern(r"k=?\d[\dx×*,]*")
_AXES = pattern(r"\d+([x×*]\d+)+")
_GLUED = pattern(r"([a-z_]+?)=?(\d[\dx×*,]*|same|valid|yes|no|true|false)")


def pieces(text: str) -> list[Any]:
    """The layers of a text one by one: `conv 10 k3; pool k2`, a list in JSON, as [[3, 1], [2, 2]], or code."""
    if "(" in text:
        return list(_of_code(text))
    if text.lstrip().startswith("["):
        try:
            return list(json.loads(text))
        except (ValueError, RecursionError):
            raise LayerFault(f"{excerpt(text)} is no list of layers: write for example [[3, 1], [2, 2]]") from None
    return [piece for piece in outer_parts(text, ";\n") if piece.strip()]


def _of_code(text: str) -> list[dict[str, Any]]:
    """The layers of Conv2d(3, 8, 3), ReLU(), as mappings."""
    try:
        return chain_of(text)
    except GivenError as fault:
        raise LayerFault(str(fault)) from None


def outer_parts(text: str, signs: str) -> list[str]:
    """The parts of a text between these signs, except those that stand inside square brackets."""
    found, depth = [""], 0
    for character in text:
        depth += (character == "[") - (character == "]")
        if depth == 0 and character in signs:
            found.append("")
        else:
            found[-1] += character
    if depth:
        raise LayerFault(f"{excerpt(text.strip())}: a bracket is open: write add[conv 8 k3 p1 | conv 8 k1]")
    return found


def parse_layers(given: Any) -> tuple[Layer, ...]:
    """The layers of a text (`conv 10 k3; pool k2`) or of a list of texts and mappings."""
    if isinstance(given, str):
        given = pieces(given)
    if not isinstance(given, list | tuple):
        raise LayerFault('layers are a text, "conv 10 k3; pool k2", or a list of such layers')
    if not given:
        raise LayerFault('there are no layers: write for example "conv 10 k3; pool k2"')
    if len(given) > MOST_LAYERS:
        raise LayerFault(f"{len(given):,} layers are too many: write at most {MOST_LAYERS:,}")
    return tuple(_read_numbered(number, part) for number, part in enumerate(given, 1))


def _read_numbered(number: int, part: Any) -> Layer:
    try:
        return parse_layer(part)
    except GivenError as fault:
        raise LayerFault(f"layer {number}: {fault}", (number - 1,)) from None


def parse_layer(part: Any) -> Layer:
    """One layer from its text or its mapping."""
    if isinstance(part, Layer):
        return part
    if isinstance(part, dict):
        return _read_mapping(part)
    if isinstance(part, list | tuple) and len(part) in (2, 3):
        return _layer("window", dict(zip(("k", "s", "d"), part, strict=False)))
    if not isinstance(part, str):
        raise LayerFault(f"{excerpt(part)} is not a layer: write for example conv 10 k3")
    if "(" in part and (found := _of_code(part)):
        if len(found) > 1:
            raise LayerFault(f"{excerpt(part)} is {len(found)} layers: write one at a time")
        return _read_mapping(found[0])
    return _read_text(part)


@lru_cache(maxsize=4096)
def _read_text(part: str) -> Layer:
    words = part.lower().split()
    if not words:
        raise LayerFault(f"{excerpt(part)} is not a layer: write for example conv 10 k3")
    if _WINDOW.fullmatch(words[0]):
        words = ["window", *words]
    fields: dict[str, Any] = {}
    written: dict[str, str] = {}
    for word in _join_words(words[1:]):
        name, value = _read_field(word, words[0])
        if name in fields:
            raise LayerFault(f"{excerpt(word)} gives {name} a second time in {excerpt(part)}")
        fields[name], written[name] = value, word
    return _layer(words[0], fields, written)


def _join_words(words: list[str]) -> list[str]:
    """The words with `k 3` and `p = same` joined into `k3` and `p=same`."""
    out: list[str] = []
    for word in words:
        before = out[-1] if out else ""
        bare = before.replace("_", "").isalpha() and before not in _ALONE
        value = word[0].isdigit() or word in ("same", "valid")
        if out and (word.startswith("=") or before.endswith("=") or (bare and value)):
            out[-1] += word
        else:
            out.append(word)
    return out


_ALONE = {*SWITCHES, "nobias", "same", "valid"}


def _read_field(word: str, kind: str) -> tuple[str, Any]:
    if word in ("same", "valid"):
        return "p", word
    if word in _ALONE:
        return word.removeprefix("no"), word != "nobias"
    if word.replace(".", "", 1).isdigit():
        return bare_number(kind), word
    if _AXES.fullmatch(word):
        name = bare_number(kind)
        return name if name in BARE.values() else "k", word
    if match := _GLUED.fullmatch(word):
        return SPELLINGS.get(match[1], match[1]), match[2]
    raise LayerFault(f"{excerpt(word)} cannot be read here: write for example {example(kind)}")


def _read_mapping(mapping: dict[Any, Any]) -> Layer:
    """`{conv: 64, k: 3}`, `{type: conv, filters: 64, k: 3}`, or `{k: 3, s: 1}`: any window that slides."""
    fields = {SPELLINGS.get(str(name), str(name)): value for name, value in mapping.items()}
    written = {SPELLINGS.get(str(name), str(name)): str(name) for name in mapping}
    name = fields.pop("name", "")
    word = next((fields.pop(field) for field in KIND_FIELDS if field in fields), None)
    if word is None:
        word = next((field for field in fields if kind_of(field.lower())), "window")
        if word == "window" and not {*fields} <= {*WINDOW, word}:
            raise LayerFault(f"{excerpt(mapping)} has no kind of layer: write type and one of {USUAL}")
        head = fields.pop(word, None)
        if isinstance(head, str) and not head.strip().isdigit():
            return replace(parse_layer(f"{word} {head}"), name=str(name))
        if head is not None and not isinstance(head, bool):
            fields[bare_number(word.lower())] = head
    return replace(_layer(str(word).lower(), fields, written), name=str(name))


def _layer(word: str, fields: dict[str, Any], written: Mapping[str, str] = MappingProxyType({})) -> Layer:
    kind = kind_of(word)
    if kind is None:
        raise LayerFault(f"{excerpt(word)} is not a kind of layer: write one of {', '.join(KINDS)}")
    takes = TAKES.get(kind["kind"], ())
    for name in fields:
        if name not in takes:
            stranger = excerpt(written.get(name, name))
            raise LayerFault(f"{word} takes no {stranger}: write {example(word)}, or less of it")
    values = {name: _read_value(name, value) for name, value in fields.items() if name != "rate"}
    name, missing = NEEDED.get(kind["kind"], ("", ""))
    if name and name not in values:
        raise LayerFault(f"{word} has no {missing} {example(word)}, or less of it")
    if kind["kind"] == "pad" and values["p"] == "same":
        raise LayerFault(f"{word} takes a number of pixels: write {example(word)}")
    if set(values.get("size", ())) == {1}:
        return Layer("gap", mode=kind["mode"], axes=kind.get("axes", 0))
    return Layer(**{**kind, **values})


def _read_value(name: str, value: Any) -> Any:
    try:
        if name in SWITCHES:
            return flag(value)
        if name not in _READ:
            return whole(value, 1, letters=False)
        read = _READ[name].read(value)
    except GivenError as fault:
        raise LayerFault(f"{name}: {fault}") from None
    if read == "valid":
        return (0,)
    axes_read = read if isinstance(read, tuple) else (read,)
    if read != "same" and not all(type(axis) is int for axis in axes_read):
        raise LayerFault(f"{name}: {excerpt(value)} is not a number: layers take no letters")
    return read if read == "same" else axes_read
