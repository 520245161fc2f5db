"""The steps of one layer of a network, in the words of the calculator that works such a layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any

from msgspec.structs import replace

from cnnquiz.layers.kinds import per_axis
from cnnquiz.layers.layer_givens import described
from cnnquiz.layers.network_givens import macs
from cnnquiz.layers.propagation import Row
from cnnquiz.mathematics import notation
from cnnquiz.mathematics.expression import evaluate, parse
from cnnquiz.solution import Step, text

WINDOW = ("k", "s", "p", "d")


def steps(
    rows: Sequence[Row], counted: frozenset[str] = frozenset(), want: str | None = None
) -> Iterator[Step]:
    """One layer in full, or what leads to one result of it; a block by a step for each layer, and their sum."""
    if len(rows) == 1:
        yield from _layer(rows[0], want)
        if want in (None, "macs"):
            yield from _also(rows[0], counted)
        return
    if want in (None, "parameters"):
        yield from totals(rows, "parameters", lambda row: row.counts.parameters)
    if want in (None, "macs"):
        yield from totals(rows, "macs", lambda row: macs(row, counted))
    if want in (None, "output_shape"):
        yield output(rows)


def output(rows: Sequence[Row]) -> Step:
    """What comes out in the end."""
    why = f"{rows[-1].name} is the last layer."
    return Step("Output shape", value=notation.value_math(rows[-1].shape), why=why, of="output_shape")


def _also(row: Row, counted: frozenset[str]) -> Iterator[Step]:
    """The operations of a layer that are counted besides its multiply-adds."""
    for kind, many in row.counts.extra:
        if kind in counted:
            value = notation.value_math(many)
            yield Step(f"Also counted: {kind}", value=value, why="One for each, as asked for.", of="macs")
            total = notation.value_math(macs(row, counted))
            yield Step("All together", value=total, of="macs")


def _layer(row: Row, want: str | None) -> Iterator[Step]:
    given, name = _given(row)
    if not name and want not in (None, "output_shape"):
        yield from totals([row], want, lambda row: getattr(row.counts, want))
        return
    if not name:
        before = f"{text(row.before.shape)} goes in, {text(row.shape)} comes out"
        yield Step(f"{row.name}: {described(row.layer)}", value=notation.value_math(row.shape), why=before + ".")
        return
    from cnnquiz import calculators

    calculator = calculators.load(name)
    if want is None or want in calculator.result_values(calculator.read(given)):
        for step in calculator.solve(calculator.read(given), want).steps:
            yield replace(step, of="output_shape" if step.of == "output_size" else step.of)
    if name == "dense" and want in (None, "macs"):
        inputs, units = prod(row.before.shape), row.layer.out or 0
        formula, values = parse("n*m"), {"n": inputs, "m": units}
        filled, value = notation.math(formula, values), notation.value_math(row.counts.macs)
        why = "A dense layer uses each weight once."
        yield Step("Multiply-adds", notation.math(formula), filled, value, why, "macs")


def _given(row: Row) -> tuple[dict[str, Any], str]:
    """The givens of the calculator that works this layer, and its name; nothing for a layer without one."""
    layer, channels = row.layer, row.before.shape[-1]
    if layer.kind == "dense":
        return {"inputs": prod(row.before.shape), "units": layer.out, "bias": layer.bias}, "dense"
    if layer.kind not in ("conv", "tconv", "pool") or layer.links or layer.learned:
        return {}, ""
    size = {"in": list(row.before.shape[:-1]), "channels": channels}
    numbers = {name: _number(getattr(layer, name)) for name in WINDOW if getattr(layer, name)}
    if layer.kind == "pool":
        return size | numbers | {"ceil": layer.ceil}, "pool"
    filters = {"filters": row.shape[-1], "groups": layer.groups or channels, "bias": layer.bias}
    op = {"op": _number(layer.op)} if layer.kind == "tconv" else {}
    return size | numbers | filters | op, layer.kind


def _number(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return value[0] if len(value) == 1 else list(value)


LETTERS = {
    "i": "input size", "k": "kernel size", "s": "stride", "p": "padding", "C": "input channels", "F": "filters",
    "H": "height", "W": "width of the map", "n": "inputs", "m": "units", "w": "weights of a filter", "o": "output size",
}  # fmt: skip
WHY = {
    "parameters": "Pools and activations learn nothing; each filter, each unit and each normalised channel does.",
    "macs": "A convolution uses each weight once at every position, a dense layer once.",
    "activations": "Each layer that makes a map of its own keeps all its numbers.",
}
GROUPS = {"conv": "convolutions", "tconv": "transposed convolutions", "dense": "dense layers", "bn": "batch norms",
          "activation": "activations", "pool": "pools", "gap": "pools"}  # fmt: skip
MOST_SHOWN = 8  # layers that are worked one by one; more are added up by kind


def totals(rows: Sequence[Row], of: str, amount: Callable[[Row], int]) -> Iterator[Step]:
    """What each layer comes to, or the layers of each kind, and all of them together."""
    counting = [row for row in rows if amount(row)]
    if len(counting) <= MOST_SHOWN:
        steps = [_one(row, of, amount(row)) for row in counting]
        sums = [amount(row) for row in counting]
    else:
        kinds = list(dict.fromkeys(GROUPS.get(row.layer.kind, "others") for row in counting))
        groups = [[row for row in counting if GROUPS.get(row.layer.kind, "others") == kind] for kind in kinds]
        sums = [sum(map(amount, group)) for group in groups]
        steps = [_several(kind, len(g), many, of) for kind, g, many in zip(kinds, groups, sums, strict=True)]
    yield from steps
    if len(sums) > 1:
        letters = dict(zip("abcdefgh", sums, strict=False))
        filled = notation.math(parse(" + ".join(letters)), letters)
        yield Step("All together", substituted=filled, value=notation.value_math(sum(sums)), why=WHY[of], of=of)


def _several(kind: str, number: int, total: int, of: str) -> Step:
    title = f"{number} {kind}" if number > 1 else f"1 {kind.removesuffix('s')}"
    return Step(title, value=notation.value_math(total), of=of)


def _one(row: Row, of: str, total: int) -> Step:
    """One layer's share as a product, where it is the plain one."""
    title, value = f"{row.name}: {described(row.layer)}", notation.value_math(total)
    formula, numbers = _product(row, of)
    if not formula or evaluate(parse(formula), numbers) != total:
        return Step(title, value=value, of=of)
    return Step(title, notation.math(parse(formula)), notation.math(parse(formula), numbers), value, of=of)


def map_product(shape: Sequence[int]) -> tuple[str, dict[str, int]]:
    """How many numbers a map has, as a product of its sides and channels, and these."""
    names = ("n",) if len(shape) == 1 else ("D", "H", "W", "C")[-len(shape) :]
    return "*".join(names), dict(zip(names, shape, strict=True))


def _product(row: Row, of: str) -> tuple[str, dict[str, int]]:
    """The formula of a layer's parameters or multiply-adds, and its numbers."""
    layer, channels = row.layer, row.before.shape[-1]
    if of == "activations":
        return map_product(row.shape)
    if layer.kind == "dense":
        numbers = {"n": prod(row.before.shape), "m": layer.out or 0}
        return ("n*m + m" if of == "parameters" and layer.bias else "n*m"), numbers
    if layer.kind == "bn":
        return "2*C", {"C": channels}
    if layer.kind not in ("conv", "tconv") or layer.links:
        return "", {}
    axes = len(row.shape) - 1
    kernel = per_axis("k", layer.k, axes)
    names = ["k"] * axes if len(set(kernel)) == 1 else ["kd", "kh", "kw"][-axes:]
    numbers = dict(zip(names, kernel, strict=True)) | {"C": channels // (layer.groups or channels), "F": row.shape[-1]}
    weights = "*".join([*names, "C"])
    if of == "parameters":
        return (f"({weights} + 1)*F" if layer.bias else f"{weights}*F"), numbers
    places = row.shape[:-1] if layer.kind == "conv" else row.before.shape[:-1]
    sides = ["D", "H", "W"][-axes:]
    return "*".join([weights, "F", *sides]), numbers | dict(zip(sides, places, strict=True))
