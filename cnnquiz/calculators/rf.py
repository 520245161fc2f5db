"""Receptive field: how many pixels one value sees, and how far apart neighbours look.

    r = r + d(k - 1) j, then j = j s, from r = 1 and j = 1

Source: Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks, Distill, 2019.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from cnnquiz.layers import receptive_fields
from cnnquiz.layers.families import LAYOUT
from cnnquiz.layers.givens import CHANNELS, IN, LAYER, LAYERS, NETWORK
from cnnquiz.layers.propagation import LayerResult
from cnnquiz.layers.receptive_fields import IndexWalk
from cnnquiz.layers.state import LayerState, one_number
from cnnquiz.layers.vocabulary import WINDOWS
from cnnquiz.mathematics import notation
from cnnquiz.mathematics.expression import Env, parse
from cnnquiz.mathematics.notation import chain, value_math
from cnnquiz.mathematics.precise import exact
from cnnquiz.solution import NO_MATH, Step, text
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import integer
from cnnquiz.solver.lines import alike_axes

_FOLLOWED = 1_000_000  # indices that a walk back may follow, over all layers
_NUMBER = integer(1, letters=False)
QUANTITIES = (
    NETWORK, LAYERS, LAYER, IN, CHANNELS,
    Quantity("k", "kernel_size", _NUMBER, "kernel of equal layers, in place of `layers`", None, (1, 15)),
    Quantity("s", "stride", _NUMBER, "their stride", 1, (1, 4)),
    Quantity("d", "dilation", _NUMBER, "their dilation", 1, (1, 8)),
    Quantity("n", "number", _NUMBER, "how many of them stand behind one another", 1, (1, 100)),
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
)  # fmt: skip
EXAMPLES = ('--layers "k3; k2 s2; k3"', "vgg16 --layer pool5", "--k 3 --out 7 --find n")
LETTERS = {
    "r": "receptive field", "j": "jump", "k": "kernel size", "d": "dilation", "f": "first pixel",
    "n": "size of the map",
}  # fmt: skip

prepare = receptive_fields.field_givens


def work(env: Env) -> dict[str, Any]:
    """Field, jump and start behind the last layer, and behind each."""
    seen: Sequence[LayerResult] = env["seen"]
    if not seen:
        return {}
    last = seen[-1].after
    rows = [{"layer": one.layer.name or place, **_fields(one.after)} for place, one in enumerate(seen, 1)]
    found = _fields(last) | {"first": one_number(last.edge), "by_layer": rows}
    widest = max((max(one.layer.k, default=1) for one in seen), default=1)
    if _can_walk(env) and max(last.field) * widest <= _walk_limit(env):
        found["touched"] = one_number([len(_pixels(env, 0, axis)) for axis in range(env["axes_seen"])])
    return found


def _fields(state: LayerState) -> dict[str, Any]:
    numbers = {"receptive_field": state.field, "jump": state.jump, "start": state.start}
    return {name: one_number(value) for name, value in numbers.items()}


def _can_walk(env: Env) -> bool:
    """Whether the indices can be walked back: not through transposed convolutions."""
    return all(one.layer.kind != "tconv" for one in env["seen"])


def _walk_limit(env: Env) -> int:
    """How many indices are followed one by one: fewer where they go through many layers."""
    return max(_FOLLOWED // len(env["seen"]), 2)


def _pixels(env: Env, at: int, axis: int) -> set[int]:
    grids = {name: grid[axis] if axis < len(grid) else 1 for name, grid in env["grids"].items()}
    return IndexWalk(axis, env["axes_seen"], grids, _walk_limit(env)).pixels(env["parts"], at)


def count(env: Env) -> dict[str, Any]:
    """From the first value and its neighbour back to the pixels that they touch."""
    if not env["seen"] or not _can_walk(env) or any(one.layer.kind in ("gap", "dense") for one in env["seen"]):
        return {}
    fields, jumps, firsts = [], [], []
    for axis in range(env["axes_seen"]):
        first, second = _pixels(env, 0, axis), _pixels(env, 1, axis)
        fields.append(max(first) - min(first) + 1)
        jumps.append(min(second) - min(first))
        firsts.append(min(first))
    return {"receptive_field": one_number(fields), "jump": one_number(jumps), "first": one_number(firsts)}


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """A step for each layer that widens the field or the jump; then, unless the field alone is wanted, the rest."""
    if want != "jump":
        yield from _field_steps(env["seen"])
    if want in (None, "jump"):
        yield _jump_step(env["seen"], results)
    if want in (None, "start", "first"):
        yield from _start_steps(env["seen"][-1].after, want)


def _field_steps(seen: Sequence[LayerResult]) -> Iterator[Step]:
    why = "A pixel sees itself: r = 1, j = 1."
    yield Step("Before the first layer", value=value_math(1), why=why, of="receptive_field")
    for place, one in enumerate(seen, 1):
        before, after = one.before, one.after
        if one.layer.kind in ("add", "concat"):
            title, value = f"{one.layer.name}: the branches meet", value_math(one_number(after.field))
            yield Step(title, value=value, why="The widest branch decides.", of="receptive_field")
        elif one.layer.kind in (*WINDOWS, "gap", "dense") and (after.field, after.jump) != (before.field, before.jump):
            for where, axis in alike_axes(list(zip(before.field, after.field, after.jump, strict=True))):
                yield _field_step(one, place, axis, where)


def _field_step(one: LayerResult, place: int, axis: int, where: str) -> Step:
    layer, jump = one.layer, exact(one.after.jump[axis])
    title = f"{layer.name or f'Layer {place}'}: {layer}{where}"
    value = value_math(exact(one.after.field[axis]))
    why = f"Neighbours then look {text(jump)} pixel{'' if jump == 1 else 's'} apart."
    env: dict[str, Any] = {"r": one.before.field[axis], "j": one.before.jump[axis]}
    if layer.kind == "tconv":
        return Step(title, value=value, why=why, of="receptive_field")
    if layer.kind in ("gap", "dense"):
        env["n"], formula, why = one.before.grid[axis], parse("r + (n - 1)*j"), "It takes in the whole map at once."
    else:
        window = layer.windows(len(one.after.field))[axis]
        env |= {"k": window.k, "d": window.d}
        formula = parse("r + d*(k - 1)*j" if window.d > 1 else "r + (k - 1)*j")
    return Step(title, notation.math(formula, left="r"), notation.math(formula, env), value, why, "receptive_field")


def _jump_step(seen: Sequence[LayerResult], results: Mapping[str, Any]) -> Step:
    """The strides multiplied, where they are the same along every axis and no branches meet."""
    factors = [Fraction(one.after.jump[0], one.before.jump[0]) for one in seen]
    plain = isinstance(results["jump"], int) and prod(factors) == results["jump"] and len(factors) <= 20
    filled = chain(*map(value_math, factors), joint="*") if plain else NO_MATH
    return Step("Jump", chain("j"), filled, value_math(results["jump"]), "The strides on the way, multiplied.", "jump")


def _start_steps(last: LayerState, want: str | None) -> Iterator[Step]:
    """Where the first value's field begins, and its centre."""
    for edge, field in dict.fromkeys(zip(last.edge, last.field, strict=True)):
        why = "Counted from 0; each layer's padding moves it p*j to the left, into the padding where it is negative."
        yield Step("First pixel", chain("f"), value=value_math(exact(edge)), why=why, of="start")
        if want != "first":
            formula, numbers = parse("f + r/2"), {"f": exact(edge), "r": exact(field)}
            why, value = "The centre of the field is half its width behind where it begins.", edge + Fraction(field) / 2
            filled = notation.math(formula, numbers)
            yield Step("Start", notation.math(formula), filled, value_math(exact(value)), why, "start")


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


_Chain = list[tuple[bool, int, int, int]]


def _chain(env: Env) -> _Chain:
    """Of each window along the first axis: is it a pool, kernel, stride, dilation; nothing where branches part."""
    if any(one.layer.kind in ("add", "concat", "tconv", "gap", "dense") for one in env["seen"]):
        return []
    found: _Chain = []
    for layer in (one.layer for one in env["seen"] if one.layer.kind in WINDOWS):
        k, s = layer.k[0], (layer.s or layer.k)[0]
        found.append((layer.kind == "pool" or (layer.kind == "window" and k == s > 1), k, s, layer.d[0]))
    return found


def _field_by(rule: Callable[[_Chain], int]) -> Callable[[Env], dict[str, Any]]:
    return lambda env: {"receptive_field": rule(windows)} if (windows := _chain(env)) else {}


def _field(chain: _Chain, own_first: bool = False, pools: bool = True, dilated: bool = True) -> int:
    """The field by the rule, with one thing done wrong."""
    r = j = 1
    for is_pool, k, s, d in chain:
        r += (k - 1) * (d if dilated else 1) * (j * s if own_first else j) if pools or not is_pool else 0
        j *= s
    return r


MISCONCEPTIONS = (
    misconception("added-kernels", "Each further layer adds (k-1) times the product of the strides before it.",
                  wrong=_field_by(lambda chain: sum(k for _, k, _, _ in chain))),
    misconception("ignored-strides", "Strides before a layer widen its steps.",
                  wrong=_field_by(lambda chain: 1 + sum((k - 1) * d for _, k, _, d in chain))),
    misconception("own-stride-first", "A layer's own stride widens only the steps of the layers behind it.",
                  wrong=_field_by(lambda chain: _field(chain, own_first=True))),
    misconception("skipped-pools", "A pool has a kernel too, and sees more than one value.",
                  wrong=_field_by(lambda chain: _field(chain, pools=False))),
    misconception("forgot-dilation", "A dilated kernel reaches d(k-1)+1 pixels.",
                  wrong=_field_by(lambda chain: _field(chain, dilated=False))),
    misconception("multiplied-kernels", "Fields grow by addition, kernels are not multiplied.",
                  wrong=_field_by(lambda chain: prod(k for _, k, _, _ in chain))),
)  # fmt: skip
