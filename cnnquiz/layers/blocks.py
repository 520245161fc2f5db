"""From layers as a file writes them, with blocks, repeats and branches, to parts in the order of their work."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.layers.layer import MOST_LAYERS, Layer, LayerFault, TreePath, outer_parts, parse_layer, pieces
from cnnquiz.layers.propagation import Join, Part
from cnnquiz.layers.vocabulary import KINDS
from cnnquiz.patterns import pattern
from cnnquiz.solver.givens import excerpt, whole

DEEPEST = 20
JOINS = ("add", "concat")
FIELDS = ("type", "k", "kernel_size")  # a mapping of one of these alone is a layer, not a layer of that name
_PLACE = pattern(r"\{\s*([A-Za-z_]\w*)\s*\}")
_SAFE = pattern(r"[\w.×x=-]{1,30}")
_JOIN = pattern(r"(add|concat)\s*\[(.*)\]", re.DOTALL)
_BLOCK_WORD = pattern(r"([nmsx])?(\d{1,6})")
# The blocks of ResNet-18 and of ResNet-50; n channels inside, m behind a bottleneck, s the stride
BLOCKS: dict[str, Any] = {
    "basic": [
        {"add": {"body": [{"conv1": "conv {n} k3 s{s} p1 nobias; bn; relu"}, {"conv2": "conv {n} k3 p1 nobias; bn"}],
                 "shortcut": ["conv {n} k1 s{s} nobias; bn"]}},
        "relu",
    ],
    "bottleneck": [
        {"add": {"body": [{"conv1": "conv {n} k1 nobias; bn; relu"}, {"conv2": "conv {n} k3 s{s} p1 nobias; bn; relu"},
                          {"conv3": "conv {m} k1 nobias; bn"}],
                 "shortcut": ["conv {m} k1 s{s} nobias; bn"]}},
        "relu",
    ],
}  # fmt: skip


def _branches(kind: str, text: str) -> dict[str, Any]:
    """The branches of `add[body | projection]` or `concat[... | ...]`; an empty one, (), is the input itself."""
    parts = outer_parts(text, "|")
    if len(parts) == 1 and kind == "add":
        parts.append("")
    names = [f"branch{at}" for at in range(1, len(parts) + 1)]
    if kind == "add" and len(parts) == 2:
        names = ["body", "projection"]
    return {name: pieces(part) or () for name, part in zip(names, parts, strict=True)}


def _block_in_words(piece: str, blocks: Mapping[str, Any]) -> dict[str, Any]:
    """The use of a block that a text spells: of `bottleneck 64 s2 x3`, only the first block has the stride."""
    name, *words = piece.split() or [""]
    if name not in BLOCKS or blocks[name] is not BLOCKS[name]:
        return {}
    numbers = {"s": "1"}
    for word in words:
        match = _BLOCK_WORD.fullmatch(word)
        if match is None or (match[1] or "n") in numbers.keys() - {"s"}:
            raise LayerFault(f"{name} takes no {excerpt(word)}: write {name} 64 s2 x3, or less of it")
        numbers[match[1] or "n"] = match[2]
    if "n" not in numbers:
        raise LayerFault(f"{name} has no number of channels: write {name} 64 s2, or less of it")
    numbers.setdefault("m", str(4 * int(numbers["n"])))
    use: dict[str, Any] = {"block": name, "n": numbers["n"], "m": numbers["m"], "s": numbers["s"]}
    if "x" in numbers:
        use |= {"s": "1", "repeat": numbers["x"], "first": {"s": numbers["s"]}}
    return use


class Scope:
    """The names of layers under one prefix, and the numbers of those that have none."""

    def __init__(self, prefix: str = "", numbered: bool = True) -> None:
        self.prefix, self.numbered = prefix, numbered
        self.counts: dict[str, int] = {}

    def free_name(self, word: str, taken: Container[str]) -> str:
        """A name for an unnamed layer, not taken yet: conv1, conv2 at the top; relu, relu2 inside a block."""
        while True:
            count = self.counts[word] = self.counts.get(word, 0) + 1
            name = f"{self.prefix}{word}{count if self.numbered or count > 1 else ''}"
            if name not in taken:
                return name


class Context(Struct, frozen=True):
    """Where something is written: its path, the block's numbers that it may use, and how deep it is nested."""

    path: TreePath
    given: Mapping[str, str]
    depth: int = 0

    def at(self, *steps: str | int) -> Context:
        """The context of what stands further inside."""
        return replace(self, path=(*self.path, *steps))


class Expansion:
    """The expansion of one file's layers: its blocks, and where each named part is written."""

    def __init__(self, blocks: Mapping[str, Any], root: TreePath) -> None:
        self.blocks = {**blocks, **BLOCKS, **blocks}  # the file's own ones go first, and before those of the same name
        self.root = root
        self.paths: dict[str, TreePath] = {}

    def parts(self, written: Any, scope: Scope, context: Context) -> tuple[Part, ...]:
        """The parts of one list of layers."""
        if isinstance(written, str):
            written = [written]
        if not isinstance(written, list | tuple) or not written:
            raise LayerFault("a list of layers stands here, as in `- conv1: conv 64 k3 p1; relu`", context.path)
        if context.depth > DEEPEST:
            raise LayerFault(f"blocks stand in blocks more than {DEEPEST} levels deep", context.path)
        found: list[Part] = []
        for index, one in enumerate(written):
            found.extend(self.part(one, scope, context.at(index)))
        return tuple(found)

    def part(self, written: Any, scope: Scope, context: Context) -> Iterator[Part]:
        """The parts that one element of a list stands for."""
        if isinstance(written, Layer):
            yield self.with_name(written, written.name or scope.free_name(written.word, self.paths), context)
        elif isinstance(written, str):
            yield from self.chain(written, "", scope, context)
        elif isinstance(written, dict) and len(written) == 1:
            name, value = next(iter(written.items()))
            yield from self.entry(str(name), value, scope, context)
        elif isinstance(written, dict) and "block" in written:
            yield from self.block(written, scope.free_name(str(written["block"]), self.paths), context)
        else:
            yield self.layer(written, "", scope, context)

    def entry(self, name: str, value: Any, scope: Scope, context: Context) -> Iterator[Part]:
        """`name: layers`, `name: {block: ...}`, or the branches of `add:` and `concat:`."""
        inside = context.at(name)
        if name in JOINS:
            yield self.join(name, value, scope, inside)
        elif name in FIELDS:
            yield self.layer({name: value}, "", scope, context)
        elif isinstance(value, str) and starts_with_kind(value):
            yield from self.chain(value, scope.prefix + name, scope, inside)
        elif isinstance(value, dict) and "block" in value:
            yield from self.block(value, scope.prefix + name, inside)
        elif isinstance(value, dict) and name not in KINDS:
            yield self.layer(value, scope.prefix + name, scope, inside)
        else:
            yield self.layer({name: value}, "", scope, inside)

    def chain(self, text: str, name: str, scope: Scope, context: Context) -> Iterator[Part]:
        """Layers in one text; the first has the name, the others stand under it: conv1, conv1.bn, conv1.relu."""
        inner = Scope(f"{name}.", numbered=False) if name else scope
        for index, piece in enumerate(outer_parts(with_numbers(text, context), ";")):
            if match := _JOIN.fullmatch(piece.strip()):
                yield self.join(match[1], _branches(match[1], match[2]), inner, context)
            elif use := _block_in_words(piece, self.blocks):
                yield from self.block(use, name or inner.free_name(use["block"], self.paths), context)
            else:
                yield self.layer(piece, name if index == 0 else "", inner, context)

    def layer(self, written: Any, name: str, scope: Scope, context: Context) -> Layer:
        """One layer, read and named."""
        if isinstance(written, dict):
            written = {key: with_numbers(v, context) if isinstance(v, str) else v for key, v in written.items()}
        try:
            layer = parse_layer(written)
        except GivenError as fault:
            raise LayerFault(f"{name}: {fault}" if name else str(fault), context.path) from None
        return self.with_name(layer, name or layer.name or scope.free_name(layer.word, self.paths), context)

    def with_name(self, layer: Layer, name: str, context: Context) -> Layer:
        """The layer under its name; LayerFault if another has it."""
        self.take_name(name, context)
        return replace(layer, name=name)

    def take_name(self, name: str, context: Context) -> None:
        """Note where a name is written; LayerFault if it is taken."""
        if name in self.paths:
            raise LayerFault(f"two layers are called {excerpt(name)}: rename one", context.path)
        if len(self.paths) >= MOST_LAYERS:
            raise LayerFault(f"these are more than {MOST_LAYERS:,} layers: repeat less", context.path)
        self.paths[name] = context.path

    def join(self, kind: str, value: Any, scope: Scope, context: Context) -> Join:
        """The branches of an `add` or a `concat`; names in the branch `body` get no prefix."""
        if not isinstance(value, dict) or len(value) < 2:
            raise LayerFault(f"{kind} takes two branches or more, each a list of layers under its name", context.path)
        branches = []
        for branch, layers in value.items():
            own = scope if branch == "body" else Scope(f"{scope.prefix}{branch}.", numbered=False)
            inner = replace(context.at(branch), depth=context.depth + 1)
            branches.append((str(branch), self.parts(layers, own, inner) if layers != () else ()))
        name = scope.free_name(kind, self.paths)
        self.take_name(name, context)
        return Join(kind, name, tuple(branches))

    def block(self, use: Mapping[str, Any], name: str, context: Context) -> Iterator[Part]:
        """A block with its numbers put in, as often as `repeat` says; `first` has the first one's own numbers."""
        aside = ("block", "repeat", "first")
        numbers = {key: with_numbers(str(value), context) for key, value in use.items() if key not in aside}
        block = with_numbers(str(use["block"]), context)
        if block not in self.blocks:
            known = ", ".join(self.blocks)
            raise LayerFault(f"there is no block {excerpt(block)}: there are {known}", (*context.path, "block"))
        first = use.get("first", {})
        if not isinstance(first, dict):
            fault = "`first` holds the first block's own numbers, as in first: {s: 2}"
            raise LayerFault(fault, (*context.path, "first"))
        own = {key: with_numbers(str(v), context) for key, v in first.items()}
        repeat = self.repeats(with_numbers(str(use.get("repeat", "1")), context), context)
        for number in range(1, repeat + 1):
            prefix = name if "repeat" not in use else f"{name}_{number}"
            given = numbers | own if number == 1 else numbers
            inside = Context((*self.root, block), given, context.depth + 1)
            yield from self.parts(self.blocks[block], Scope(f"{prefix}.", numbered=False), inside)

    def repeats(self, written: str, context: Context) -> int:
        """How often a block is repeated."""
        try:
            times = int(whole(written, 1, letters=False))
        except GivenError as fault:
            raise LayerFault(f"repeat: {fault}", (*context.path, "repeat")) from None
        if times > MOST_LAYERS:
            raise LayerFault(f"repeat: {excerpt(written)} is too large", (*context.path, "repeat"))
        return times


def starts_with_kind(text: str) -> bool:
    """Whether a text is a layer of its own, and not only a layer's numbers."""
    words = text.split()
    return not words or words[0].lower().rstrip(";") in KINDS or not words[0][:1].isdigit()


def with_numbers(text: str, context: Context) -> str:
    """A text with the block's numbers in place of {n}, {s}, ..."""

    def value(match: re.Match[str]) -> str:
        found = context.given.get(match[1])
        if found is None or not _SAFE.fullmatch(found):
            raise LayerFault(f"{{{match[1]}}} has no number here: give it where the block is used", context.path)
        return found

    return _PLACE.sub(value, text)


def expand(
    written: Any,
    blocks: Mapping[str, Any] | None = None,
    path: TreePath = ("layers",),
    root: TreePath = ("blocks",),
) -> tuple[tuple[Part, ...], dict[str, TreePath]]:
    """The parts of a network, and where each is written; `path` and `root` lead to the layers and the blocks."""
    expansion = Expansion(blocks or {}, root)
    if isinstance(written, str):
        written = pieces(written)
    return expansion.parts(written, Scope(), Context(path, {})), expansion.paths


def depth(parts: Sequence[Part]) -> int:
    """Layers with weights on the longest way through: the 18 of ResNet-18."""
    return sum(
        max(depth(branch) for _, branch in part.branches)
        if isinstance(part, Join)
        else int(part.kind in ("conv", "tconv", "dense"))
        for part in parts
    )


def flat(parts: Sequence[Part]) -> Iterator[Layer]:
    """All layers, branches one after another."""
    for part in parts:
        if isinstance(part, Join):
            for _, branch in part.branches:
                yield from flat(branch)
        else:
            yield part
