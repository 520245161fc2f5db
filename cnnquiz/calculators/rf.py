"""Receptive field: how many pixels one value sees, and how far apart neighbours look.

    r = r + d(k - 1) j, then j = j s, from r = 1 and j = 1

Source: Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks, Distill, 2019.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from cnnquiz.calculators._field_slips import MISCONCEPTIONS as MISCONCEPTIONS
from cnnquiz.layers import index_walk
from cnnquiz.layers.kinds import per_axis
from cnnquiz.layers.layer_givens import WINDOWS, described
from cnnquiz.layers.network_givens import CHANNELS, IN, LAYER, LAYERS, LAYOUT, NETWORK, number
from cnnquiz.layers.receptive_field import Seen
from cnnquiz.layers.receptive_field import prepare as prepare
from cnnquiz.layers.state import LayerState, exact
from cnnquiz.mathematics import notation
from cnnquiz.mathematics.expression import parse
from cnnquiz.mathematics.notation import chain
from cnnquiz.solution import NO_MATH, Step, text
from cnnquiz.solver.calculator import Quantity, Result
from cnnquiz.solver.givens import integer
from cnnquiz.solver.lines import AXIS_NAMES, Env

FOLLOWED = 1_000_000  # indices that a walk back may follow, over all layers
NUMBER = integer(1, letters=False)
SEEN = (*WINDOWS, "gap", "dense")

EXAMPLES = ('--layers "k3; k2 s2; k3"', "vgg16 --layer pool5", "--k 3 --out 7 --find n")
LETTERS = {
    "r": "receptive field", "j": "jump", "k": "kernel size", "d": "dilation", "f": "first pixel",
    "n": "size of the map",
}  # fmt: skip

QUANTITIES = (
    NETWORK, LAYERS, LAYER, IN, CHANNELS,
    Quantity("k", "kernel_size", NUMBER, "kernel of equal layers, in place of `layers`", None, (1, 15)),
    Quantity("s", "stride", NUMBER, "their stride", 1, (1, 4)),
    Quantity("d", "dilation", NUMBER, "their dilation", 1, (1, 8)),
    Quantity("n", "number", NUMBER, "how many of them stand behind one another", 1, (1, 100)),
    LAYOUT,
)  # fmt: skip

RESULTS = (
    Result("receptive_field", "receptive_field", "pixels that one value sees along each axis", True, "out"),
    Result("jump", "jump", "pixels between the centres of what neighbours see", answer=True),
    Result("start", "start", "centre of what the first value sees; the first pixel's centre is 0.5", answer=True),
    Result("first", "first", "index of the first pixel that the first value sees; negative: in the padding",
           label="first pixel"),
    Result("touched", "touched", "pixels in that span that are really read", label="pixels really read"),
    Result("by_layer", "by_layer", "field, jump and start behind each layer"),
)


def work(env: Env) -> dict[str, Any]:
    """Field, jump and start behind the last layer, and behind each."""
    seen: Sequence[Seen] = env["seen"]
    if not seen:
        return {}
    flow = seen[-1].flow
    found = {
        "receptive_field": number(flow.field),
        "jump": number(flow.jump),
        "start": number(flow.start),
        "first": number(flow.edge),
        "by_layer": [_row(one, number_) for number_, one in enumerate(seen, 1)],
    }
    if _follows(env) and max(flow.field) * _widest(env) <= _most(env):
        found["touched"] = number([len(_touched(env, 0, axis)) for axis in range(env["axes_seen"])])
    return found


def _widest(env: Env) -> int:
    """The largest kernel: so many indices at most stand for one of them on the way."""
    return max((max(one.layer.k, default=1) for one in env["seen"]), default=1)


def _follows(env: Env) -> bool:
    """Whether the indices can be walked back: not through transposed convolutions."""
    return all(one.layer.kind != "tconv" for one in env["seen"])


def _most(env: Env) -> int:
    """How many indices are followed one by one: fewer where they go through many layers."""
    return max(FOLLOWED // len(env["seen"]), 2)


def _touched(env: Env, at: int, axis: int) -> set[int]:
    grids = {name: grid[axis] if axis < len(grid) else 1 for name, grid in env["grids"].items()}
    return index_walk.Walk(axis, env["axes_seen"], grids, _most(env)).back(env["parts"], at)


def _row(one: Seen, place: int) -> dict[str, Any]:
    return {
        "layer": one.layer.name or place,
        "receptive_field": number(one.flow.field),
        "jump": number(one.flow.jump),
        "start": number(one.flow.start),
    }


def count(env: Env) -> dict[str, Any]:
    """From the first value and its neighbour back to the pixels that they touch."""
    if not env["seen"] or not _follows(env) or any(one.layer.kind in ("gap", "dense") for one in env["seen"]):
        return {}
    fields, jumps, firsts = [], [], []
    for axis in range(env["axes_seen"]):
        first, second = _touched(env, 0, axis), _touched(env, 1, axis)
        fields.append(max(first) - min(first) + 1)
        jumps.append(min(second) - min(first))
        firsts.append(min(first))
    return {"receptive_field": number(fields), "jump": number(jumps), "first": number(firsts)}


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """A step for each layer that widens the field or the jump; then, unless the field alone is wanted, the rest."""
    if want != "jump":
        yield from _field_steps(env["seen"])
    if want in (None, "jump"):
        yield _jump(env["seen"], results)
    if want in (None, "start", "first"):
        yield from _ends(env["seen"][-1].flow, want)


def _field_steps(seen: Sequence[Seen]) -> Iterator[Step]:
    why = "A pixel sees itself: r = 1, j = 1."
    yield Step("Before the first layer", value=notation.value_math(1), why=why, of="receptive_field")
    for place, one in enumerate(seen, 1):
        if one.layer.kind in SEEN and (one.flow.field, one.flow.jump) != (one.before.field, one.before.jump):
            yield from _axis_steps(one, place)
        elif one.layer.kind in ("add", "concat"):
            value = notation.value_math(number(one.flow.field))
            why = "The widest branch decides."
            yield Step(f"{one.layer.name}: the branches meet", value=value, why=why, of="receptive_field")


def _jump(seen: Sequence[Seen], results: Mapping[str, Any]) -> Step:
    """The strides multiplied, where they are the same along every axis and no branches meet."""
    why, value = "The strides on the way, multiplied.", notation.value_math(results["jump"])
    factors = [Fraction(one.flow.jump[0], one.before.jump[0]) for one in seen]
    plain = isinstance(results["jump"], int) and prod(factors) == results["jump"] and len(factors) <= 20
    filled = chain(*map(notation.value_math, factors), joint="*") if plain else NO_MATH
    return Step("Jump", chain("j"), filled, value, why, "jump")


def _ends(flow: LayerState, want: str | None) -> Iterator[Step]:
    """Where the first value's field begins, and its centre."""
    pairs = dict.fromkeys(zip(flow.edge, flow.field, strict=True))
    for edge, field in pairs:
        why = "Counted from 0; each layer's padding moves it p*j to the left, into the padding where it is negative."
        yield Step("First pixel", chain("f"), value=notation.value_math(exact(edge)), why=why, of="start")
        formula, numbers = parse("f + r/2"), {"f": exact(edge), "r": exact(field)}
        value = notation.value_math(exact(edge + Fraction(field) / 2))
        if want != "first":
            why = "The centre of the field is half its width behind where it begins."
            yield Step("Start", notation.math(formula), notation.math(formula, numbers), value, why, "start")


def _axis_steps(one: Seen, place: int) -> Iterator[Step]:
    """One step, or one for each axis that differs."""
    axes = len(one.flow.field)
    groups: dict[tuple[Any, ...], list[int]] = {}
    for axis in range(axes):
        groups.setdefault((one.before.field[axis], one.flow.field[axis], one.flow.jump[axis]), []).append(axis)
    for alike in groups.values():
        words = " and ".join(AXIS_NAMES[axes][axis] for axis in alike)
        yield _step(one, place, alike[0], f" ({words})" if len(groups) > 1 else "")


def _step(one: Seen, place: int, axis: int, where: str) -> Step:
    layer, jump = one.layer, exact(one.flow.jump[axis])
    title = f"{layer.name or f'Layer {place}'}: {described(layer)}{where}"
    value = notation.value_math(exact(one.flow.field[axis]))
    why = f"Neighbours then look {text(jump)} pixel{'' if jump == 1 else 's'} apart."
    env: dict[str, Any] = {"r": one.before.field[axis], "j": one.before.jump[axis]}
    if layer.kind == "tconv":
        return Step(title, value=value, why=why, of="receptive_field")
    if layer.kind in ("gap", "dense"):
        env["n"], formula, why = one.before.grid[axis], parse("r + (n - 1)*j"), "It takes in the whole map at once."
    else:
        env["k"] = per_axis("k", layer.k, len(one.flow.field))[axis]
        env["d"] = per_axis("d", layer.d, len(one.flow.field))[axis]
        formula = parse("r + d*(k - 1)*j" if env["d"] > 1 else "r + (k - 1)*j")
    return Step(title, notation.math(formula, left="r"), notation.math(formula, env), value, why, "receptive_field")


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    return {
        "field": "a span, padding included, along the widest of branches",
        "start": "a centre, the first pixel's centre being 0.5",
    }


def notes(env: Env, results: Mapping[str, Any]) -> Iterator[str]:
    """Where the span is not all that is read."""
    touched, field = results.get("touched"), results.get("receptive_field")
    if touched is not None and touched != field:
        yield f"Of this span of {text(field)} pixels only {text(touched)} are read: dilation or stride leaves holes."
