"""Receptive field: how many pixels one value sees, and how far apart neighbours look.

    r = r + d(k - 1) j, then j = j s, from r = 1 and j = 1

Source: Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks, Distill, 2019.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from cnnquiz.layers import receptive_fields
from cnnquiz.layers.families import LAYOUT
from cnnquiz.layers.givens import CHANNELS, IN, LAYER, LAYERS, NETWORK
from cnnquiz.layers.propagation import LayerResult
from cnnquiz.layers.state import LayerState, one_number
from cnnquiz.layers.vocabulary import WINDOWS
from cnnquiz.layers.windows import Window
from cnnquiz.mathematics.expression import Env
from cnnquiz.mathematics.notation import chain, formula_step, value_math
from cnnquiz.mathematics.precise import exact
from cnnquiz.solution import NO_MATH, Step, text
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import integer

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
CONVENTIONS = {
    "field": "a span, padding included, along the widest of branches",
    "start": "a centre, the first pixel's centre being 0.5",
}
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
    last, walks = seen[-1].after, receptive_fields.walks(env)
    rows = [{"layer": one.layer.name or place, **_fields(one.after)} for place, one in enumerate(seen, 1)]
    found = _fields(last) | {"first": one_number(last.edge), "by_layer": rows}
    widest = max((max(one.layer.k, default=1) for one in seen), default=1)
    if walks and max(last.field) * widest <= walks[0].most:
        found["touched"] = one_number([len(walk.pixels(0)) for walk in walks])
    return found


def _fields(state: LayerState) -> dict[str, Any]:
    numbers = {"receptive_field": state.field, "jump": state.jump, "start": state.start}
    return {name: one_number(value) for name, value in numbers.items()}


def count(env: Env) -> dict[str, Any]:
    """From the first value and its neighbour back to the pixels that they touch."""
    if any(one.layer.kind in ("gap", "dense") for one in env["seen"]):
        return {}
    pixels = [(walk.pixels(0), walk.pixels(1)) for walk in receptive_fields.walks(env)]
    found = {
        "receptive_field": [max(first) - min(first) + 1 for first, _ in pixels],
        "jump": [min(second) - min(first) for first, second in pixels],
        "first": [min(first) for first, _ in pixels],
    }
    return {name: one_number(values) for name, values in found.items() if values}


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """A step for each layer that widens the field or the jump; then, unless the field alone is wanted, the rest."""
    if want != "jump":
        yield from receptive_fields.field_steps(env["seen"])
    if want in (None, "jump"):
        yield _jump_step(env["seen"], results)
    if want in (None, "start", "first"):
        yield from _start_steps(env["seen"][-1].after, want)


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
            why = "The centre of the field is half its width behind where it begins."
            yield formula_step("Start", "f + r/2", {"f": exact(edge), "r": exact(field)}, why, "start")


def notes(env: Env, results: Mapping[str, Any]) -> Iterator[str]:
    """Where the span is not all that is read."""
    touched, field = results.get("touched"), results.get("receptive_field")
    if touched is not None and touched != field:
        yield f"Of this span of {text(field)} pixels only {text(touched)} are read: dilation or stride leaves holes."


def _windows(env: Env) -> list[tuple[bool, Window]]:
    """The windows along the first axis, each with whether it pools; none where branches part."""
    layers = [one.layer for one in env["seen"]]
    if any(layer.kind in ("add", "concat", "tconv", "gap", "dense") for layer in layers):
        return []
    sliding = [(layer, layer.windows(env["axes_seen"])[0]) for layer in layers if layer.kind in WINDOWS]
    return [(layer.kind == "pool" or (layer.kind == "window" and w.k == w.s > 1), w) for layer, w in sliding]


def _field(
    env: Env, *, strides: bool = True, own_first: bool = False, pools: bool = True, dilated: bool = True
) -> int | None:
    """The field by the rule, with one thing done wrong."""
    r = j = 1
    for is_pool, window in _windows(env):
        jump = j * window.s if own_first else j if strides else 1
        r += (window.k - 1) * (window.d if dilated else 1) * jump if pools or not is_pool else 0
        j *= window.s
    return r if _windows(env) else None


def _kernels(env: Env) -> list[int]:
    return [window.k for _, window in _windows(env)]


MISCONCEPTIONS = (
    misconception("added-kernels", "Each further layer adds (k-1) times the product of the strides before it.",
                  receptive_field=lambda env: sum(_kernels(env)) or None),
    misconception("ignored-strides", "Strides before a layer widen its steps.",
                  receptive_field=lambda env: _field(env, strides=False)),
    misconception("own-stride-first", "A layer's own stride widens only the steps of the layers behind it.",
                  receptive_field=lambda env: _field(env, own_first=True)),
    misconception("skipped-pools", "A pool has a kernel too, and sees more than one value.",
                  receptive_field=lambda env: _field(env, pools=False)),
    misconception("forgot-dilation", "A dilated kernel reaches d(k-1)+1 pixels.",
                  receptive_field=lambda env: _field(env, dilated=False)),
    misconception("multiplied-kernels", "Fields grow by addition, kernels are not multiplied.",
                  receptive_field=lambda env: prod(_kernels(env)) if _kernels(env) else None),
)  # fmt: skip
