"""What the calculators of layers share: the input's shape, names, the steps of a layer, a count by walking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.layers.kinds import per_axis
from cnnquiz.layers.layer import Layer
from cnnquiz.layers.propagation import Row
from cnnquiz.layers.state import Shape
from cnnquiz.layers.window_givens import slide
from cnnquiz.layers.windows import same_padding
from cnnquiz.mathematics import notation
from cnnquiz.mathematics.expression import parse
from cnnquiz.solution import Step
from cnnquiz.solver.givens import Kind, Letter, shape, shown
from cnnquiz.solver.lines import AXIS_NAMES, parts

SIZE = shape()
WINDOWS = ("conv", "tconv", "pool", "window")


class Typed(tuple[int, ...]):
    """A shape typed as 39x39x3: its channels may stand in it although they are given apart as well."""

    __slots__ = ()


def _typed(raw: Any) -> Any:
    size = SIZE.read(raw)
    return Typed(size) if isinstance(raw, str) and isinstance(size, tuple) else size


INPUT = Kind("HxWxC", _typed)


def input_shape(size: Any, channels: Any, layout: str, layers: Sequence[Any]) -> Shape:
    """Axes and channels, as `in`, `channels` and `layout` give them; a shape without channels has 0 of them.

    39 is a square image, 39x39 has no channels yet, 39x39x3 and 16x39x39x3 have. With `channels` apart, all
    numbers are axes, except that 39x39x3 may be typed with 3 channels. Before a dense layer, 784 is a vector.
    """
    if any(isinstance(n, Letter) for n in (channels, *parts(size))):
        raise GivenError("layers are worked with numbers: write in as in 39x39x3", "in")
    first = next((one.kind for one in layers if isinstance(one, Layer) and one.kind in (*WINDOWS, "dense")), "")
    if isinstance(size, int):
        if first == "dense" and channels is None:
            return (size,)
        size = (size,) * _axes_meant(layers)
    elif layout == "chw" and len(size) > 2 and channels is None:
        size = (*size[1:], size[0])
    if channels is not None:
        again = isinstance(size, Typed) and len(size) > 2 and size[-1] == channels
        return tuple(size) if again and len(size) != _axes_meant(layers, 0) else (*size, channels)
    if len(size) >= 3 and len(size) != _axes_meant(layers, 0):
        return tuple(size)
    return (*size, 0)


def _axes_meant(layers: Sequence[Any], otherwise: int = 2) -> int:
    """How many axes the layers' own numbers speak of: k3x5 has two."""
    counts = (len(one.k) for one in layers if isinstance(one, Layer) and len(one.k) > 1)
    return next(counts, otherwise)


def named(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """The layers, with names where they have none: conv1, pool1, conv2."""
    taken: set[str] = set()
    for number, one in enumerate(layers, 1):
        if one.name and one.name in taken:
            raise GivenError(f"layer {number}: the name {shown(one.name)} is taken; write another", "layers")
        taken |= {one.name}
    counts: dict[str, int] = {}
    return tuple(one if one.name else replace(one, name=_free_name(one, counts, taken)) for one in layers)


def _free_name(layer: Layer, counts: dict[str, int], taken: set[str]) -> str:
    word = layer.mode if layer.kind == "activation" else layer.kind
    while True:
        counts[word] = counts.get(word, 0) + 1
        if (name := f"{word}{counts[word]}") not in taken:
            return name


def described(layer: Layer) -> str:
    """A layer as it is written: conv 20 k5 s2."""
    word = layer.mode if layer.kind == "activation" else "dw" if layer.groups == 0 else layer.kind
    word = "avgpool" if (word, layer.mode) == ("pool", "average") else word
    words = [word] + ([str(layer.out)] if layer.out else [])
    for name in ("k", "s", "p", "d", "op"):
        value = getattr(layer, name)
        if layer.kind in WINDOWS and value not in {"k": ((),), "s": ((), (1,)), "d": ((1,),)}.get(name, ((0,),)):
            words.append(f"p {value}" if isinstance(value, str) else name + "x".join(map(str, value)))
    words += [f"g{layer.groups}"] if layer.groups > 1 else []
    words += [word for word, on in (("ceil", layer.ceil), ("nobias", not layer.bias)) if on]
    return " ".join(words)


def axis_numbers(layer: Layer, axes: int) -> tuple[Shape, Shape, Shape, Shape, tuple[tuple[int, int], ...]]:
    """A window's k, s, d, op and its padding before and after, along each axis."""
    k, d = per_axis("k", layer.k, axes), per_axis("d", layer.d, axes)
    s, op = per_axis("s", layer.s or layer.k, axes), per_axis("op", layer.op, axes)
    if isinstance(layer.p, str):
        return k, s, d, op, tuple(map(same_padding, k, d))
    return k, s, d, op, tuple((p, p) for p in per_axis("p", layer.p, axes))


def axis_givens(row: Row) -> list[dict[str, Any]]:
    """The numbers of a window along each axis: i, k, s, p (before), P (in all), d, op."""
    size = row.before.shape[:-1]
    k, s, d, op, pads = axis_numbers(row.layer, len(size))
    return [
        {"i": size[a], "k": k[a], "s": s[a], "p": pads[a][0], "P": sum(pads[a]), "d": d[a], "op": op[a]}
        for a in range(len(size))
    ]


def size_formula(layer: Layer, axis: dict[str, Any]) -> str:
    """The size along one axis, with only what matters here: no 2p without padding, no division by stride 1."""
    reach = "d*(k - 1) - 1" if axis["d"] > 1 else "k"
    if layer.kind == "tconv":
        tail = " + op" if axis["op"] else ""
        return f"(i - 1)*s{' - 2*p' if axis['P'] else ''} + {'d*(k - 1) + 1' if axis['d'] > 1 else 'k'}{tail}"
    padding = "" if not axis["P"] else " + 2*p" if axis["P"] == 2 * axis["p"] else " + P"
    span = f"i{padding} - {reach}"
    if axis["s"] == 1:
        return f"{span} + 1"
    return f"{'ceil' if layer.ceil else 'floor'}(({span})/s) + 1"


def size_steps(row: Row, number: int, of: str) -> Iterator[Step]:
    """How one window layer changes the size: one step, or one for each axis that differs."""
    axes = axis_givens(row)
    groups: dict[tuple[int, ...], list[int]] = {}
    for index, axis in enumerate(axes):
        groups.setdefault(tuple(axis.values()), []).append(index)
    for alike in groups.values():
        axis, size = axes[alike[0]], row.shape[alike[0]]
        words = " and ".join(AXIS_NAMES[len(axes)][index] for index in alike)
        where = f" ({words})" if len(groups) > 1 else ""
        formula = parse(size_formula(row.layer, axis))
        yield Step(
            f"Layer {number}: {described(row.layer)}{where}",
            notation.math(formula, left="o"),
            notation.math(formula, axis),
            notation.value_math(size),
            _why(row.layer, axis, row.shape),
            of,
        )


def _why(layer: Layer, axis: dict[str, Any], shape: Shape) -> str:
    channels = shape[-1]
    after = "x".join(map(str, shape))
    if layer.kind == "tconv":
        return f"The output is {after}: a transposed convolution runs the formula backwards."
    if layer.kind != "conv":
        return f"The output is {after}: pooling keeps the {channels} channels."
    rest = (axis["i"] + axis["P"] - axis["d"] * (axis["k"] - 1) - 1) % axis["s"]
    down = "the last window must fit inside, so round down; " if rest else ""
    return f"The output is {after}: {down}each of the {channels} filters gives one channel."


def walked(row: Row) -> Shape:
    """The shape after a window layer, by walking the window along each axis and counting its places."""
    layer = row.layer
    sizes = tuple(_walk(layer, axis) for axis in axis_givens(row))
    channels = row.before.shape[-1] if layer.kind in ("pool", "window") else layer.out or row.before.shape[-1]
    return (*sizes, channels)


def _walk(layer: Layer, axis: dict[str, Any]) -> int:
    i, k, s, d, before, after = axis["i"], axis["k"], axis["s"], axis["d"], axis["p"], axis["P"] - axis["p"]
    if layer.kind == "tconv":
        last = range(0, i * s, s)[-1] + range(0, k * d, d)[-1]
        return len(range(before, last + 1 - after + axis["op"]))
    places = slide(i, before, after, k, s, d) if d * (k - 1) < i + before + after else 0
    next_start = places * s - before
    covered = next_start - s + d * (k - 1) + 1 if places else -before
    partly = layer.ceil and next_start < i and covered < i + after
    return places + (1 if partly else 0)


def spatial(size: Any) -> Any:
    """The side of a square map as one number, another map's sides as they are."""
    return size[0] if isinstance(size, tuple) and len(set(size)) == 1 else size


def needs_channels(layers: Sequence[Layer]) -> bool:
    """Whether the output depends on the input's channels: no plain convolution sets them anew."""
    for one in layers:
        if one.kind in ("conv", "tconv") and one.groups == 1 and one.channels is None:
            return False
        if one.kind in ("conv", "tconv", "dense"):
            break
    return True


def no_channels(shape: Shape) -> GivenError:
    """The fault of a size without channels where they matter."""
    axes = "x".join(map(str, shape[:-1]))
    return GivenError(f"in: {axes} has no channels: write {axes}x3, or give channels", "in")
