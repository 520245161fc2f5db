"""Convolution by hand: the convolution or correlation of two sequences or small images, index by index.

    y[n] = sum_k x[k]*h[n - k]

Source: Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd edition, 2010, section 2.3.
"""

from __future__ import annotations

from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.convolution import Convolution, Grid, grid_sum, half_turn, rows, size
from cnnquiz.mathematics.notation import chain, step, sum_of_products, value_math
from cnnquiz.solution import Drawing, Vector
from cnnquiz.solver.calculator import Drawings, Env, Notes, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import FLAG, choice, number, sequence

_MOST_PRODUCTS = 1_000_000
_SHOWN = 16  # outputs that are worked out in steps
_MODES = {
    "full": "every overlap, zeros outside",
    "valid": "only where one fits inside the other",
    "same": "the middle of the full output, as long as the longer of the two (numpy)",
}
_KERNELS = {
    True: "not turned round (cross-correlation, which deep learning calls convolution)",
    False: "turned round (convolution as in signal processing)",
}
TOPIC = "by hand"
SYNONYMS = ("correlate: correlate yes", "cross-correlation: correlate yes", "conv1d by hand")
SHORTHAND = ("x h",)
EXAMPLES = (
    "--x 1,2,3 --h 1,1",
    "--x '1 2; 3 4' --h '1 0; -1 2' --mode valid --correlate yes --bias 1",
    "--x 1,2,3 --h 1,1 --x2 0,1,0",
)
CONVENTIONS = {
    "kernel": lambda env: _KERNELS[env["correlate"]],
    "mode": lambda env: _MODES[env["mode"]],
}
QUANTITIES = (
    Quantity("x", "input", sequence(), "the input: 1,2,3, or rows, 1 2; 3 4", positional=True),
    Quantity("h", "kernel", sequence(), "the kernel: 1,1, or rows, 1 0; -1 2"),
    Quantity("mode", "mode", choice(*_MODES), "which outputs: all, those without padding, or as many as x", "full"),
    Quantity("correlate", "correlate", FLAG, "do not turn the kernel round (what deep learning calls convolution)",
             False),
    Quantity("bias", "bias", number(), "a number added to every output", 0),
    Quantity("x2", "second_input", sequence(), "a second input, to show superposition", None),
)  # fmt: skip
RESULTS = (
    Result("y", "the output", answer=True, label="output y"),
    Result("value", "the output, where it is a single number"),
    Result("size", "how many numbers it has along each axis"),
    Result("y2", "the output for the second input", label="output of the second input"),
    Result("y_sum", "the output for the sum of the inputs", label="output of the sum"),
    Result("superposition", "whether the outputs add up as the inputs do"),
)


def prepare(values: Values) -> Values:
    """Makes both matrices; refuses sizes that do not fit."""
    flat = not isinstance(values["x"][0], tuple)
    for name in ("h", "x2"):
        if values[name] is not None and (not isinstance(values[name][0], tuple)) != flat:
            raise GivenError(f"x and {name} must both be sequences, or both have rows", name)
    x, h = rows(values["x"]), rows(values["h"])
    products = len(x) * len(x[0]) * len(h) * len(h[0])
    if products > _MOST_PRODUCTS:
        raise GivenError(f"x and h make {products:,} products; at most {_MOST_PRODUCTS:,} are worked", "x")
    if values["mode"] == "valid" and not flat and size(x) != size(h) and _reach_apart(x, h):
        raise GivenError("valid: h must fit into x along both axes (or x into h)", "mode")
    if values["x2"] is not None and size(rows(values["x2"])) != size(x):
        raise GivenError("x2 must be as long as x, for the two to be added", "x2")
    return {**values, "flat": flat, "X": x, "H": h}


def _reach_apart(x: Grid, h: Grid) -> bool:
    """Whether x is the larger along one axis and h along the other."""
    return len({a >= b for a, b in zip(size(x), size(h), strict=True)}) > 1


def _convolution(env: Env, **other: Any) -> Convolution:
    """The convolution that is asked for; for misconceptions, another."""
    asked = {"mode": env["mode"], "correlate": env["correlate"], "bias": env["bias"], **other}
    return Convolution(env["H"], **asked)


def _like_input(env: Env, y: Grid) -> Any:
    """The output as the input was given: a sequence, or rows."""
    return y[0] if env["flat"] else y


def _results(env: Env, y: Grid) -> Values:
    """The output, and its only number where it has one."""
    return {"y": _like_input(env, y)} | ({"value": y[0][0]} if size(y) == (1, 1) else {})


def work(env: Env) -> Values:
    """The output; with a second input, both outputs and that of the sum."""
    output = _convolution(env).output
    y = output(env["X"])
    found = _results(env, y) | {"size": len(y[0]) if env["flat"] else size(y)}
    if env["x2"] is not None:
        second = rows(env["x2"])
        y2, y_sum = output(second), output(grid_sum(env["X"], second))
        found |= {"y2": _like_input(env, y2), "y_sum": _like_input(env, y_sum)}
        found["superposition"] = y_sum == grid_sum(y, y2)
    return found


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The kernel turned round; each output as a sum of products; superposition."""
    if want in (None, "y", "size"):
        if not env["correlate"]:
            backwards = _like_input(env, Vector(map(Vector, half_turn(env["H"]))))
            why = "Convolution runs through the kernel backwards; correlation does not."
            yield step("Turn the kernel round", value=backwards, why=why, of="y")
        yield from _output_steps(env, rows(results["y"]))
    if "y_sum" in results and want in (None, "y2", "y_sum", "superposition"):
        sign = "=" if results["superposition"] else "!="
        both = chain(results["y"], " + ", results["y2"], f" {sign} ", results["y_sum"])
        why = "Superposition: the output of the sum is the sum of the outputs."
        if not results["superposition"]:
            why = "The bias is added once to the sum's output, but twice to the two outputs: affine, not linear."
        yield step("Superposition", "x*h + x2*h = (x + x2)*h", both, why=why, of="y_sum")


def _output_steps(env: Env, y: Grid) -> Steps:
    convolution = _convolution(env)
    down, across = convolution.places(env["X"])
    places = [(r, c) for r in range(len(down)) for c in range(len(across))]
    for r, c in places[:_SHOWN]:
        name = f"y[{c}]" if env["flat"] else f"y[{r},{c}]"
        pairs = convolution.window(env["X"], down[r], across[c])
        filled = sum_of_products((a for a, _ in pairs), (b for _, b in pairs), env["bias"] or None)
        yield step(f"Output {name}", _formula(env, name), filled, y[r][c], of="y")


def _formula(env: Env, name: str) -> str:
    if env["flat"]:
        rule = "sum_k x[n+k]*h[k]" if env["correlate"] else "sum_k x[k]*h[n-k]"
    else:
        sign = "+" if env["correlate"] else "-"
        rule = f"sum_(p,q) x[i{sign}p,j{sign}q]*h[p,q]"
    return f"{name} = {rule}" + (" + b" if env["bias"] else "")


def count(env: Env) -> Values:
    """Every product x[i] h[j] scattered to the output that it belongs to; the outputs then counted."""
    scatter = _convolution(env).scatter
    y = scatter(env["X"])
    found = _results(env, y) | {"size": sum(1 for _ in y[0]) if env["flat"] else (len(y), sum(1 for _ in y[0]))}
    if env["x2"] is not None:
        second = rows(env["x2"])
        y2, y_sum = scatter(second), scatter(grid_sum(env["X"], second))
        found |= {"y2": _like_input(env, y2), "y_sum": _like_input(env, y_sum)}
        places = [zip(*lines, strict=True) for lines in zip(y, y2, y_sum, strict=True)]
        found["superposition"] = not any(a + b - both for line in places for a, b, both in line)
    return found


def _other(env: Env, **other: Any) -> Values:
    """What another convolution gives."""
    return _results(env, _convolution(env, **other).output(env["X"]))


def _elementwise(env: Env) -> Any:
    x, h = env["X"], env["H"]
    if size(x) != size(h):
        return None
    return _like_input(env, Vector(Vector(a * b for a, b in zip(p, q, strict=True)) for p, q in zip(x, h, strict=True)))


MISCONCEPTIONS = (
    misconception("kernel-not-turned", "Convolution turns the kernel round first: h[n - k].",
                  where={"correlate": (False,)}, wrong=lambda env: _other(env, correlate=True)),
    misconception("kernel-turned", "Cross-correlation, as deep learning uses it, does not turn the kernel round.",
                  where={"correlate": (True,)}, wrong=lambda env: _other(env, correlate=False)),
    misconception("forgot-bias", "The bias is added to every output.", wrong=lambda env: _other(env, bias=0)),
    misconception("multiplied-elementwise", "Each output is a sum over the window, not one product.",
                  y=_elementwise),
    misconception("kept-only-valid", "Outputs where the kernel reaches over the edge count too (zeros outside).",
                  where={"mode": ("full", "same")},
                  wrong=lambda env: {} if _reach_apart(env["X"], env["H"]) else _other(env, mode="valid")),
    misconception("forgot-minus-one", "The two overlap in at least one place: the length is n + m - 1.",
                  where={"mode": ("full",), "flat": (True,)}, size=lambda env: len(env["x"]) + len(env["h"])),
    misconception("padded", "Without padding, only places where the kernel fits inside count.",
                  where={"mode": ("valid",)}, wrong=lambda env: _other(env, mode="full")),
)  # fmt: skip


def notes(env: Env, results: Results) -> Notes:
    """What the other convention for the kernel gives."""
    other = _like_input(env, _convolution(env, correlate=not env["correlate"]).output(env["X"]))
    if other != results["y"]:
        name = "convolution (kernel turned round)" if env["correlate"] else "cross-correlation (kernel not turned)"
        yield f"As {name} it would be {value_math(other).ascii}."


def drawings(env: Env, results: Results) -> Drawings:
    """The kernel sliding along the sequence."""
    if env["flat"] and not env["bias"]:
        h = env["H"][0][::-1] if env["correlate"] else env["H"][0]
        parts = {"x": list(env["X"][0]), "h": list(h), "y": list(results["y"])}
        yield Drawing("sequence", {**parts, "offset": _convolution(env).places(env["X"])[1].start})
