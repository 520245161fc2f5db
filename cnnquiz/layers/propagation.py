"""From layer to layer, branches included: exact, and in time linear in the layers."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.layers.kinds import RULES, Counts
from cnnquiz.layers.layer import Layer, LayerFault
from cnnquiz.layers.state import LayerState, Shape, begin, merged
from cnnquiz.solution import text


class Join(Struct, frozen=True):
    """Branches that part and meet again: `add` sums them, `concat` puts their channels one after another.

    The branch called `shortcut` is the input itself where that already has the shape of the others.
    """

    kind: str
    name: str
    branches: tuple[tuple[str, tuple[Layer | Join, ...]], ...]


Part = Layer | Join


class Row(Struct, frozen=True):
    """One layer, worked: what it got, what it made, what it costs."""

    layer: Layer
    before: LayerState
    flow: LayerState
    counts: Counts

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    @property
    def shape(self) -> Shape:
        """The shape of its output."""
        return self.flow.shape


def propagate(parts: Sequence[Part], shape: Shape) -> list[Row]:
    """Every layer worked in order, branches one after another; LayerFault names a layer that does not fit."""
    rows: list[Row] = []
    _through(parts, begin(shape), rows)
    return rows


def _through(parts: Sequence[Part], flow: LayerState, rows: list[Row]) -> LayerState:
    for part in parts:
        flow = _join(part, flow, rows) if isinstance(part, Join) else _layer(part, flow, rows)
    return flow


def _layer(layer: Layer, flow: LayerState, rows: list[Row]) -> LayerState:
    try:
        after, counts = RULES[layer.kind](layer, flow)
    except GivenError as fault:
        raise LayerFault(f"layer {len(rows) + 1} ({layer.name or layer.kind}): {fault}", (layer.name,)) from None
    rows.append(Row(layer, flow, after, counts))
    return after


def _join(join: Join, flow: LayerState, rows: list[Row]) -> LayerState:
    flows: list[LayerState] = []
    for name, parts in join.branches:
        straight = name == "shortcut" and flows and flows[0].shape == flow.shape
        flows.append(flow if straight else _through(parts, flow, rows))
    try:
        after = _meet(join, flows)
    except GivenError as fault:
        raise LayerFault(f"layer {len(rows) + 1} ({join.name}): {fault}", (join.name,)) from None
    rows.append(Row(Layer(join.kind, join.name), flow, after, Counts()))
    return after


def _meet(join: Join, flows: list[LayerState]) -> LayerState:
    """The branches' outputs together; their sizes and their strides must agree."""
    names = [name for name, _ in join.branches]
    sizes = [flow.shape if join.kind == "add" else flow.shape[:-1] for flow in flows]
    each = ", ".join(f"{name} {text(flow.shape)}" for name, flow in zip(names, flows, strict=True))
    if len(set(sizes)) > 1:
        what = "shapes" if join.kind == "add" else "heights and widths"
        raise LayerFault(f"the {what} of the branches do not agree: {each}; {join.kind} needs them equal")
    if len({flow.jump for flow in flows}) > 1:
        steps = ", ".join(f"{name} {text(flow.jump)}" for name, flow in zip(names, flows, strict=True))
        raise LayerFault(f"the strides of the branches do not agree: {steps} pixels apart; make them equal")
    return merged(join.kind, flows)
