"""The steps of layers: how each changes the size of the map, what each costs, and what all come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

from msgspec.structs import replace

from cnnquiz.layers.layer import Layer
from cnnquiz.layers.propagation import LayerResult
from cnnquiz.layers.state import Shape, with_layout
from cnnquiz.layers.totals import macs, parameters
from cnnquiz.layers.vocabulary import WINDOW
from cnnquiz.layers.windows import Window
from cnnquiz.mathematics import notation
from cnnquiz.mathematics.expression import evaluate, parse
from cnnquiz.mathematics.notation import formula_step, value_math
from cnnquiz.solution import Step, text
from cnnquiz.solver.calculator import Calculator
from cnnquiz.solver.lines import alike_axes

Amount = Callable[[LayerResult], int]
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
          "activation": "activations", "pool": "pools", "gap": "pools", "adaptive": "pools"}  # fmt: skip
MOST_SHOWN = 8  # layers that are worked one by one; more are added up by kind


# -- sizes --------------------------------------------------------------------------------------------


def size_steps(result: LayerResult, number: int, of: str) -> Iterator[Step]:
    """How one window layer changes the size: one step, or one for each axis that differs."""
    layer, before = result.layer, result.before.shape[:-1]
    axes = list(zip(before, layer.windows(len(before)), strict=True))
    for where, index in alike_axes(axes):
        n, window = axes[index]
        formula = parse(_size_formula(layer, window))
        values = {"i": n, "k": window.k, "s": window.s, "p": window.before, "d": window.d, "op": window.op}
        yield Step(
            f"Layer {number}: {layer}{where}",
            notation.math(formula, left="o"),
            notation.math(formula, values | {"P": window.before + window.after}),
            value_math(result.shape[index]),
            _size_reason(layer, window.rest(n), result.shape),
            of,
        )


def _size_formula(layer: Layer, window: Window) -> str:
    """The size along one axis, with only what matters here: no 2p without padding, no division by stride 1."""
    padding, dilated = window.before + window.after, window.d > 1
    if layer.kind in ("upsample", "pad"):
        return "i*k" if layer.kind == "upsample" else "i + 2*p"
    if layer.kind == "tconv":
        tail = " + op" if window.op else ""
        return f"(i - 1)*s{' - 2*p' if padding else ''} + {'d*(k - 1) + 1' if dilated else 'k'}{tail}"
    pads = "" if not padding else " + 2*p" if window.before == window.after else " + P"
    span = f"i{pads} - {'d*(k - 1) - 1' if dilated else 'k'}"
    if window.s == 1:
        return f"{span} + 1"
    return f"{'ceil' if layer.ceil else 'floor'}(({span})/s) + 1"


def _size_reason(layer: Layer, rest: int, shape: Shape) -> str:
    channels, after = shape[-1], text(shape)
    if layer.kind == "tconv":
        return f"The output is {after}: a transposed convolution runs the formula backwards."
    if layer.kind != "conv":
        what = {"upsample": "every value is repeated, and", "pad": "zeros stand around the map, and"}
        keeps = what.get(layer.kind, "pooling keeps the")
        return f"The output is {after}: {keeps} {channels} channels{' stay' if layer.kind in what else ''}."
    down = "the last window must fit inside, so round down; " if rest else ""
    return f"The output is {after}: {down}each of the {channels} filters gives one channel."


# -- one layer, in the words of the calculator that works such a layer -------------------------------


def layer_steps(
    results: Sequence[LayerResult],
    load: Callable[[str], Calculator],
    counted: frozenset[str] = frozenset(),
    want: str | None = None,
) -> Iterator[Step]:
    """One layer in full, or what leads to one result of it; a block by a step for each layer, and their sum.

    load     gives the calculator of a name
    counted  the operations that are counted besides the multiply-adds
    """
    if len(results) == 1:
        yield from _one_layer(results[0], load, want)
        if want in (None, "macs"):
            yield from _extra_steps(results[0], counted)
        return
    if want in (None, "parameters"):
        yield from total_steps(results, "parameters", parameters)
    if want in (None, "macs"):
        yield from total_steps(results, "macs", lambda result: macs(result, counted))
    if want in (None, "output_shape"):
        yield output_step(results)


def output_step(results: Sequence[LayerResult], layout: str = "hwc") -> Step:
    """What comes out in the end."""
    why, shape = f"{results[-1].name} is the last layer.", with_layout(results[-1].shape, layout)
    return Step("Output shape", value=value_math(shape), why=why, of="output_shape")


def _extra_steps(result: LayerResult, counted: frozenset[str]) -> Iterator[Step]:
    for kind, many in result.counts.extra:
        if kind in counted:
            yield Step(f"Also counted: {kind}", value=value_math(many), why="One for each, as asked for.", of="macs")
            yield Step("All together", value=value_math(macs(result, counted)), of="macs")


def _one_layer(result: LayerResult, load: Callable[[str], Calculator], want: str | None) -> Iterator[Step]:
    given, name = _calculator_and_givens(result)
    if not name and want not in (None, "output_shape"):
        yield from total_steps([result], want, lambda result: int(getattr(result.counts, want)))
        return
    if not name:
        before = f"{text(result.before.shape)} goes in, {text(result.shape)} comes out"
        yield Step(f"{result.name}: {result.layer}", value=value_math(result.shape), why=before + ".")
        return
    calculator = load(name)
    if want is None or want in calculator.result_values(calculator.read(given)):
        for step in calculator.solve(calculator.read(given), want).steps:
            yield replace(step, of="output_shape" if step.of == "output_size" else step.of)
    if name == "dense" and want in (None, "macs"):
        values = {"n": prod(result.before.shape), "m": result.layer.out or 0}
        yield formula_step("Multiply-adds", "n*m", values, "A dense layer uses each weight once.", "macs")


def _calculator_and_givens(result: LayerResult) -> tuple[dict[str, Any], str]:
    """The givens of the calculator that works this layer, and its name; nothing for a layer without one."""
    layer, channels = result.layer, result.before.shape[-1]
    if layer.kind == "dense":
        return {"inputs": prod(result.before.shape), "units": layer.out, "bias": layer.bias}, "dense"
    if layer.kind not in ("conv", "tconv", "pool") or layer.links or layer.learned:
        return {}, ""
    names = (*WINDOW, "op") if layer.kind == "tconv" else WINDOW
    size = {"in": list(result.before.shape[:-1]), "channels": channels}
    size |= {name: _plain_number(value) for name in names if (value := getattr(layer, name))}
    if layer.kind == "pool":
        return size | {"ceil": layer.ceil}, "pool"
    filters = {"filters": result.shape[-1], "groups": layer.groups or channels, "bias": layer.bias}
    return size | filters, layer.kind


def _plain_number(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return value[0] if len(value) == 1 else list(value)


# -- totals -------------------------------------------------------------------------------------------


def total_steps(results: Sequence[LayerResult], what: str, amount: Amount, of: str = "") -> Iterator[Step]:
    """What each layer comes to, or the layers of each kind, and all of them together.

    what  parameters, macs or activations; the steps stand under the result `of`, or else under that one
    """
    of = of or what
    counting = [result for result in results if amount(result)]
    if len(counting) <= MOST_SHOWN:
        sums = [amount(result) for result in counting]
        yield from (_share_of_layer(result, what, total, of) for result, total in zip(counting, sums, strict=True))
    else:
        groups: dict[str, list[LayerResult]] = {}
        for result in counting:
            groups.setdefault(GROUPS.get(result.layer.kind, "others"), []).append(result)
        sums = [sum(map(amount, group)) for group in groups.values()]
        for (kind, group), total in zip(groups.items(), sums, strict=True):
            title = f"{len(group)} {kind}" if len(group) > 1 else f"1 {kind.removesuffix('s')}"
            yield Step(title, value=value_math(total), of=of)
    if len(sums) > 1:
        letters = dict(zip("abcdefgh", sums, strict=False))
        filled = notation.math(parse(" + ".join(letters)), letters)
        yield Step("All together", substituted=filled, value=value_math(sum(sums)), why=WHY[what], of=of)


def _share_of_layer(result: LayerResult, what: str, total: int, of: str) -> Step:
    """One layer's share as a product, where it is the plain one."""
    title, (formula, numbers) = f"{result.name}: {result.layer}", _product(result, what)
    if not formula or evaluate(parse(formula), numbers) != total:
        return Step(title, value=value_math(total), of=of)
    return formula_step(title, formula, numbers, of=of)


def map_product(shape: Sequence[int]) -> tuple[str, dict[str, int]]:
    """How many numbers a map has, as a product of its sides and channels, and these."""
    names = ("n",) if len(shape) == 1 else ("D", "H", "W", "C")[-len(shape) :]
    return "*".join(names), dict(zip(names, shape, strict=True))


def _product(result: LayerResult, what: str) -> tuple[str, Mapping[str, int]]:
    """The formula of a layer's parameters or multiply-adds, and its numbers."""
    layer, channels = result.layer, result.before.shape[-1]
    if what == "activations":
        return map_product(result.shape)
    if layer.kind == "dense":
        numbers = {"n": prod(result.before.shape), "m": layer.out or 0}
        return ("n*m + m" if what == "parameters" and layer.bias else "n*m"), numbers
    if layer.kind == "bn":
        return "2*C", {"C": channels}
    if layer.kind not in ("conv", "tconv") or layer.links:
        return "", {}
    axes = len(result.shape) - 1
    kernel = [window.k for window in layer.windows(axes)]
    names = ["k"] * axes if len(set(kernel)) == 1 else ["kd", "kh", "kw"][-axes:]
    numbers = dict(zip(names, kernel, strict=True))
    numbers |= {"C": channels // (layer.groups or channels), "F": result.shape[-1]}
    weights = "*".join([*names, "C"])
    if what == "parameters":
        return (f"({weights} + 1)*F" if layer.bias else f"{weights}*F"), numbers
    places = result.shape[:-1] if layer.kind == "conv" else result.before.shape[:-1]
    sides = ["D", "H", "W"][-axes:]
    return "*".join([weights, "F", *sides]), numbers | dict(zip(sides, places, strict=True))
