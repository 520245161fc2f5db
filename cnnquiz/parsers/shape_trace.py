"""The shapes through pasted code: its layers in the order of their use, up to the one that does not fit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile
from math import prod

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.layers.code import CONTAINERS, CodeLayer, Unknown, layers_of
from cnnquiz.layers.kinds import EFFECTS
from cnnquiz.layers.layer import Layer, LayerFault, parse_layer
from cnnquiz.layers.state import LayerState, Shape, begin
from cnnquiz.parsers.diagnosis import Row
from cnnquiz.parsers.paste import Call, Paste
from cnnquiz.patterns import pattern

_KEEPING = pattern(r"(?i)norm|relu|drop|mish|swish|activ|lrn|sigmoid|tanh|softmax|noise|identity")
_FORWARD = pattern(r"^[ \t]*def (?:forward|call|__call__)\b")
_FLATTENING = ("flatten", "view", "reshape")
_STOPS = ("cat", "concat", "concatenate", "add", "interpolate", "permute", "transpose", "chunk", "split", "stack")
_POOLS = ("max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d")
_MOST = 500  # layers that are worked
_WIDEST = 1_024  # pixels of the pictures that are tried


class Use(Struct, frozen=True):
    """A layer where the code uses it: as it can be worked (None: it cannot), and the line that tells what it is."""

    layer: Layer | None
    line: int
    flattens: bool = False


class Trace(Struct, frozen=True):
    """The shapes of an input through layers, and the layer that does not take what arrives."""

    uses: tuple[Use, ...]
    states: tuple[LayerState, ...]  # before the first layer, behind the first, ...
    failing: Use | None
    torch: bool

    @property
    def arriving(self) -> Shape:
        """The shape in front of the layer that fails, or at the end of what could be worked."""
        return self.states[-1].shape

    @property
    def rows(self) -> tuple[Row, ...]:
        """The table of shapes; the layer that fails has none."""
        return self.rows_before(self.failing)

    def rows_before(self, failing: Use | None) -> tuple[Row, ...]:
        """The table of shapes up to a layer that fails, or to the end of what could be worked."""
        rows = [Row("input", self.written(self.states[0].shape))]
        for use, state in zip(self.uses, self.states[1:], strict=False):
            if use is failing:
                break
            rows.append(Row(str(use.layer), self.written(state.shape), use.line))
        return (*rows, Row(str(failing.layer), "", failing.line)) if failing else tuple(rows)

    def written(self, shape: Shape) -> str:
        """A shape as the framework writes it."""
        return "x".join(map(str, (shape[-1], *shape[:-1]) if self.torch else shape))


@lru_cache(maxsize=1)
def trace(paste: Paste) -> Trace | None:
    """The trace of the paste's code with the paste's input."""
    uses, torch = _uses(paste)
    start = _start(paste, uses, torch)
    if not start or not any(use.layer for use in uses):
        return None
    return trace_of(uses, start, torch)


def trace_of(uses: Sequence[Use], start: Shape, torch: bool = True) -> Trace:
    """The trace of these uses, from the shape of an input, channels last."""
    states = [begin(start)]
    for at, use in enumerate(uses):
        if use.layer is None:
            return Trace(tuple(uses[:at]), tuple(states), None, torch)
        state = states[-1]
        if use.layer.kind == "dense" and len(state.shape) > 1 and use.layer.inputs not in (None, 0):
            return Trace(tuple(uses), tuple(states), use, torch)
        try:
            states.append(EFFECTS[use.layer.kind](use.layer, state)[0])
        except GivenError:
            return Trace(tuple(uses), tuple(states), use, torch)
    return Trace(tuple(uses), tuple(states), None, torch)


def least_side(found: Trace) -> int | None:
    """The side of the smallest square picture that passes all layers in front of the first dense one."""
    upto = tuple(takewhile(lambda use: use.layer is None or use.layer.kind != "dense", found.uses))
    side = _least(found, lambda side: _other(found, upto, side).failing is None)
    return side if found.failing and side <= _WIDEST else None


def fitting_sides(found: Trace, inputs: int) -> range:
    """The sides of the square pictures whose map has as many numbers as the layer that failed takes."""
    before = found.uses[: len(found.states) - 1]

    def features(side: int) -> int:
        tried = _other(found, before, side)
        return 0 if tried.failing else prod(tried.arriving)

    low, beyond = (
        _least(found, lambda side: features(side) >= inputs),
        _least(found, lambda side: features(side) > inputs),
    )
    return range(low, beyond if beyond <= _WIDEST else low)


def _least(found: Trace, holds: Callable[[int], bool]) -> int:
    """The least side for which it holds, as it then does for all larger ones; more than the widest for none."""
    if len(found.states[0].shape) != 3:
        return _WIDEST + 1
    return bisect_left(range(1, _WIDEST + 1), True, key=holds) + 1


def _other(found: Trace, uses: Sequence[Use], side: int) -> Trace:
    return trace_of(uses, (side, side, found.states[0].shape[-1]), found.torch)


def _start(paste: Paste, uses: Sequence[Use], torch: bool) -> Shape:
    """The input without its batch, channels last; empty where it is not told."""
    told = list(paste.input)
    first = next(
        (use.layer for use in uses if use.layer and use.layer.kind in ("conv", "tconv", "pool", "dense")), None
    )
    if first is None or len(told) < 2:
        return ()
    if first.kind == "dense":
        flat = [one for one in told[1:] if one]
        return (prod(flat),) if len(flat) == len(told) - 1 and len(flat) == 1 else ()
    own = told[1:] if len(told) == 4 else told
    if len(own) == 2 and first.channels:
        own = [first.channels, *own] if torch else [*own, first.channels]
    if len(own) != 3 or None in own:
        return ()
    first_axis = torch and not (first.channels == own[2] != own[0])
    return tuple(one or 1 for one in ((own[1], own[2], own[0]) if first_axis else own))


def _uses(paste: Paste) -> tuple[list[Use], bool]:
    """The layers in the order in which `forward` uses them, or else in which they are written."""
    try:
        found = layers_of(paste.code)
    except (GivenError, RecursionError):
        return [], True
    known = [one for one in found if one.constructor not in CONTAINERS][:_MOST]
    torch = any(one.framework == "torch" for one in known) or not any(one.framework == "keras" for one in known)
    starts = [at for at, line in enumerate(paste.lines, 1) if _FORWARD.match(line)]
    if len(starts) > 1:
        return [], torch
    if starts:
        return list(_in_forward(paste, known, starts[0]))[:_MOST], torch
    return [use for one in known for use in _worked(one)], torch


def _in_forward(paste: Paste, known: Sequence[CodeLayer], start: int) -> Iterator[Use]:
    """The uses of one `forward`, nested calls from the inside."""
    groups = _groups(paste, known, start)
    for call in (one for one in paste.calls if one.line > start):
        name = call.name.lower()
        if call.name in groups:
            yield from (use for one in groups[call.name] for use in _worked(one))
        elif name in _FLATTENING:
            yield Use(parse_layer("flatten"), call.line, flattens=True)
        elif name in _POOLS:
            yield Use(_pool(call, paste), call.line)
        elif name in _STOPS or name.startswith("adaptive"):
            yield Use(None, call.line)


def _groups(paste: Paste, known: Sequence[CodeLayer], start: int) -> dict[str, list[CodeLayer]]:
    """The layers under each attribute: one, or those of a Sequential."""
    groups: dict[str, list[CodeLayer]] = {}
    name = ""
    for one in (layer for layer in known if layer.line < start):
        own = next((line for line in reversed(paste.lines[: one.line]) if "self." in line and "=" in line), "")
        name = own.partition("=")[0].strip().removeprefix("self.") if own else name
        groups.setdefault(name, []).append(one)
    return groups


def _pool(call: Call, paste: Paste) -> Layer | None:
    k, s = (call.written(place, *names) for place, names in ((1, ("kernel_size",)), (2, ("stride",))))
    numbers = [paste.number(one.strip("( )").partition(",")[0]) for one in (k, s) if one]
    if not numbers or None in numbers:
        return None
    stride = {"s": numbers[1]} if len(numbers) > 1 else {}
    return parse_layer({"type": "maxpool" if call.name.startswith("max") else "avgpool", "k": numbers[0], **stride})


def _worked(one: CodeLayer) -> Iterator[Use]:
    """A layer as one or two that can be worked; what keeps a shape, and is no layer that is known, is left out."""
    if one.kind == "other":
        if not _KEEPING.search(one.constructor) and one.constructor[0].isupper() and one.name:
            yield Use(None, one.line)
        return
    values = {name: None if name in ("channels", "inputs") and isinstance(value, Unknown) else value
              for name, value in one.values.items()}  # fmt: skip
    try:
        for mapping in replace(one, values=values).chain():
            yield Use(parse_layer(mapping), one.line)
    except LayerFault:
        yield Use(None, one.line)
    except GivenError:
        if one.kind not in ("input",):
            yield Use(None, one.line)
