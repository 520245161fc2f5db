"""From layer to layer, with branches: exact, and in time linear in the layers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.layers.kinds import EFFECTS, Counts
from cnnquiz.layers.layer import Layer, LayerFault
from cnnquiz.layers.state import LayerState, Shape, after_join, begin
from cnnquiz.solution import text


class Join(Struct, frozen=True):
    """Branches that part and meet again: `add` sums them, `concat` puts their channels one after another.

    The branch called `shortcut` is the input itself where that already has the shape of the others.
    """

    kind: str
    name: str
    branches: tuple[tuple[str, tuple[Layer | Join, ...]], ...]


Part = Layer | Join


class LayerResult(Struct, frozen=True):
    """One layer with the map before it, the map after it, and what it costs."""

    layer: Layer
    before: LayerState
    after: LayerState
    counts: Counts = Counts()

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    @property
    def shape(self) -> Shape:
        """The shape of its output."""
        return self.after.shape


def propagate(parts: Sequence[Part], shape: Shape) -> list[LayerResult]:
    """What each layer makes, in order, branches one after another; LayerFault names a layer that does not fit."""
    return list(_results(tuple(parts), shape))


@lru_cache(maxsize=64)
def _results(parts: tuple[Part, ...], shape: Shape) -> tuple[LayerResult, ...]:
    """The same, worked once for all that asks about a network: totals, misconceptions, the variants of an item."""
    results: list[LayerResult] = []
    _propagate(parts, begin(shape), results)
    return tuple(results)


def _propagate(parts: Sequence[Part], state: LayerState, results: list[LayerResult]) -> LayerState:
    for part in parts:
        state = _join(part, state, results) if isinstance(part, Join) else _layer(part, state, results)
    return state


def _layer(layer: Layer, state: LayerState, results: list[LayerResult]) -> LayerState:
    try:
        after, counts = EFFECTS[layer.kind](layer, state)
    except GivenError as fault:
        raise LayerFault(f"layer {len(results) + 1} ({layer.name or layer.kind}): {fault}", (layer.name,)) from None
    results.append(LayerResult(layer, state, after, counts))
    return after


def _join(join: Join, state: LayerState, results: list[LayerResult]) -> LayerState:
    states: list[LayerState] = []
    for name, parts in join.branches:
        straight = name == "shortcut" and states and states[0].shape == state.shape
        states.append(state if straight else _propagate(parts, state, results))
    try:
        after = _join_state(join, states)
    except GivenError as fault:
        raise LayerFault(f"layer {len(results) + 1} ({join.name}): {fault}", (join.name,)) from None
    results.append(LayerResult(Layer(join.kind, join.name), state, after, Counts()))
    return after


def _join_state(join: Join, states: list[LayerState]) -> LayerState:
    """The branches' outputs together; LayerFault where their sizes or their strides differ."""
    names = [name for name, _ in join.branches]
    sizes = [state.shape if join.kind == "add" else state.shape[:-1] for state in states]
    each = ", ".join(f"{name} {text(state.shape)}" for name, state in zip(names, states, strict=True))
    if len(set(sizes)) > 1:
        what = "shapes" if join.kind == "add" else "heights and widths"
        raise LayerFault(f"the {what} of the branches do not agree: {each}; {join.kind} needs them equal")
    if len({state.jump for state in states}) > 1:
        steps = ", ".join(f"{name} {text(state.jump)}" for name, state in zip(names, states, strict=True))
        raise LayerFault(f"the strides of the branches do not agree: {steps} pixels apart; make them equal")
    return after_join(join.kind, states)
