"""Convolution by hand: the convolution or correlation of two sequences or small images, index by index.

    y[n] = sum_k x[k]*h[n - k]

Source: Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd edition, 2010, section 2.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.convolution import added, kept, rows, scattered, size, slid, turned, under
from cnnquiz.mathematics.worked_text import chain, sum_of_products, value
from cnnquiz.solution import NO_MATH, Drawing, Math, Step, Vector
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import FLAG, Kind, choice, matrix, number
from cnnquiz.solver.givens import numbers as number_list
from cnnquiz.solver.lines import Env

MOST_PRODUCTS = 1_000_000
SHOWN = 16  # outputs that are worked out in steps


def _is_matrix(raw: Any) -> bool:
    if isinstance(raw, str):
        return ";" in raw or raw.strip().startswith("[[")
    return isinstance(raw, list | tuple) and bool(raw) and isinstance(raw[0], list | tuple)


GRID = Kind("1,2,3|'1 2; 3 4'", lambda raw: matrix().read(raw) if _is_matrix(raw) else number_list().read(raw))

EXAMPLES = (
    "--x 1,2,3 --h 1,1",
    "--x '1 2; 3 4' --h '1 0; -1 2' --mode valid --correlate yes --bias 1",
    "--x 1,2,3 --h 1,1 --x2 0,1,0",
)

QUANTITIES = (
    Quantity("x", "input", GRID, "the input: 1,2,3, or rows, 1 2; 3 4", positional=True),
    Quantity("h", "kernel", GRID, "the kernel: 1,1, or rows, 1 0; -1 2"),
    Quantity(
        "mode",
        "mode",
        choice("full", "valid", "same"),
        "which outputs: all, those without padding, or as many as x",
        "full",
    ),
    Quantity(
        "correlate", "correlate", FLAG, "do not turn the kernel round (what deep learning calls convolution)", False
    ),
    Quantity("bias", "bias", number(), "a number added to every output", 0),
    Quantity("x2", "second_input", GRID, "a second input, to show superposition", None),
)

RESULTS = (
    Result("y", "y", "the output", answer=True, label="output y"),
    Result("value", "value", "the output, where it is a single number"),
    Result("size", "size", "how many numbers it has along each axis"),
    Result("y2", "y2", "the output for the second input", label="output of the second input"),
    Result("y_sum", "y_sum", "the output for the sum of the inputs", label="output of the sum"),
    Result("superposition", "superposition", "whether the outputs add up as the inputs do"),
)


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """Both as matrices; sizes that go together."""
    env = dict(values)
    if values["x"] is None or values["h"] is None:
        return env
    flat = not isinstance(values["x"][0], tuple)
    for name in ("h", "x2"):
        if values[name] is not None and (not isinstance(values[name][0], tuple)) != flat:
            raise GivenError(f"x and {name} must both be sequences, or both have rows", name)
    env |= {"flat": flat, "X": rows(values["x"]), "H": rows(values["h"])}
    products = len(env["X"]) * len(env["X"][0]) * len(env["H"]) * len(env["H"][0])
    if products > MOST_PRODUCTS:
        raise GivenError(f"x and h make {products:,} products; at most {MOST_PRODUCTS:,} are worked", "x")
    if values["mode"] == "valid" and not flat:
        larger = [x >= h for x, h in zip(size(env["X"]), size(env["H"]), strict=True)]
        if any(larger) and not all(larger) and size(env["X"]) != size(env["H"]):
            raise GivenError("valid: h must fit into x along both axes (or x into h)", "mode")
    if values["x2"] is not None and size(rows(values["x2"])) != size(env["X"]):
        raise GivenError("x2 must be as long as x, for the two to be added", "x2")
    return env


def _named(env: Env, y: Any) -> dict[str, Any]:
    """The output, and its only number where it has one."""
    return {"y": y, "value": rows(y)[0][0]} if size(rows(y)) == (1, 1) else {"y": y}


def work(env: Env) -> dict[str, Any]:
    """The output; with a second input, both outputs and that of the sum."""
    y = slid(env, env["X"])
    found = _named(env, y) | {"size": len(y) if env["flat"] else (len(y), len(y[0]))}
    if env["x2"] is not None:
        second = rows(env["x2"])
        found["y2"], found["y_sum"] = slid(env, second), slid(env, added(env["X"], second))
        found["superposition"] = rows(found["y_sum"]) == added(rows(y), rows(found["y2"]))
    return found


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """The kernel turned round; each output as a sum of products; superposition."""
    if want in (None, "y", "size"):
        if not env["correlate"]:
            backwards = turned(env["H"])
            shown = Vector(backwards[0]) if env["flat"] else Vector(map(Vector, backwards))
            why = "Convolution runs through the kernel backwards; correlation does not."
            yield Step("Turn the kernel round", value=value(shown), why=why, of="y")
        yield from _outputs(env, results["y"])
    if "y_sum" in results and want in (None, "y2", "y_sum", "superposition"):
        sign = "=" if results["superposition"] else "!="
        both = chain(value(results["y"]), " + ", value(results["y2"]), f" {sign} ", value(results["y_sum"]))
        why = "Superposition: the output of the sum is the sum of the outputs."
        if not results["superposition"]:
            why = "The bias is added once to the sum's output, but twice to the two outputs: affine, not linear."
        yield Step("Superposition", chain("x*h + x2*h = (x + x2)*h"), both, NO_MATH, why, "y_sum")


def _outputs(env: Env, y: Any) -> Iterator[Step]:
    h = env["H"] if env["correlate"] else turned(env["H"])
    down, across = kept(env)
    places = [(r, c) for r in range(len(down)) for c in range(len(across))]
    for r, c in places[:SHOWN]:
        name = f"y[{c}]" if env["flat"] else f"y[{r},{c}]"
        found = y[c] if env["flat"] else y[r][c]
        pairs = under(env["X"], h, down[r], across[c])
        filled = sum_of_products((a for a, _ in pairs), (b for _, b in pairs), env["bias"] or None)
        yield Step(f"Output {name}", _rule(env, name), filled, value(found), of="y")


def _rule(env: Env, name: str) -> Math:
    if env["flat"]:
        rule = "sum_k x[n+k]*h[k]" if env["correlate"] else "sum_k x[k]*h[n-k]"
    else:
        sign = "+" if env["correlate"] else "-"
        rule = f"sum_(p,q) x[i{sign}p,j{sign}q]*h[p,q]"
    return chain(f"{name} = {rule}" + (" + b" if env["bias"] else ""))


def count(env: Env) -> dict[str, Any]:
    """Every product x[i] h[j] scattered to the output that it belongs to; the outputs then counted."""
    y = scattered(env, env["X"])
    found = _named(env, y[0] if env["flat"] else y)
    found["size"] = sum(1 for _ in y[0]) if env["flat"] else (sum(1 for _ in y), sum(1 for _ in y[0]))
    if env["x2"] is None:
        return found
    second = scattered(env, rows(env["x2"]))
    return found | {"y2": second[0] if env["flat"] else second}


def _wrong(**other: Any) -> Any:
    return lambda env: _named(env, slid(env, env["X"], **other))


def _elementwise(env: Env) -> dict[str, Any]:
    if size(env["X"]) != size(env["H"]):
        return {}
    y = Vector(Vector(a * b for a, b in zip(p, q, strict=True)) for p, q in zip(env["X"], env["H"], strict=True))
    return {"y": y[0] if env["flat"] else y}


MISCONCEPTIONS = (
    misconception(
        "kernel-not-turned",
        "Convolution turns the kernel round first: h[n - k].",
        wrong=lambda env: {} if env["correlate"] else _wrong(correlate=True)(env),
    ),
    misconception(
        "kernel-turned",
        "Cross-correlation, as deep learning uses it, does not turn the kernel round.",
        wrong=lambda env: _wrong(correlate=False)(env) if env["correlate"] else {},
    ),
    misconception("forgot-bias", "The bias is added to every output.", wrong=_wrong(bias=0)),
    misconception(
        "multiplied-elementwise", "Each output is a sum over the window, not one product.", wrong=_elementwise
    ),
    misconception(
        "kept-only-valid",
        "Outputs where the kernel reaches over the edge count too (zeros outside).",
        wrong=lambda env: {} if _mixed(env) else _wrong(mode="valid")(env),
    ),
    misconception(
        "forgot-minus-one",
        "The two overlap in at least one place: the length is n + m - 1.",
        wrong=lambda env: {"size": len(env["x"]) + len(env["h"])} if env["flat"] and env["mode"] == "full" else {},
    ),
    misconception(
        "padded",
        "Without padding, only places where the kernel fits inside count.",
        wrong=lambda env: _wrong(mode="full")(env) if env["mode"] == "valid" else {},
    ),
)


def _mixed(env: Env) -> bool:
    larger = {x >= h for x, h in zip(size(env["X"]), size(env["H"]), strict=True)}
    return env["mode"] == "valid" or len(larger) > 1


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    plain = "not turned round (cross-correlation, which deep learning calls convolution)"
    rules = {"kernel": plain if env["correlate"] else "turned round (convolution as in signal processing)"}
    rules["mode"] = {
        "full": "every overlap, zeros outside",
        "valid": "only where one fits inside the other",
        "same": "the middle of the full output, as long as the longer of the two (numpy)",
    }[env["mode"]]
    return rules


def notes(env: Env, results: Mapping[str, Any]) -> Iterator[str]:
    """What the other convention for the kernel gives."""
    other = slid(env, env["X"], correlate=not env["correlate"])
    if other != results["y"]:
        name = "convolution (kernel turned round)" if env["correlate"] else "cross-correlation (kernel not turned)"
        yield f"As {name} it would be {value(other).ascii}."


def drawings(env: Env, results: Mapping[str, Any]) -> Iterator[Drawing]:
    """The kernel sliding along the sequence."""
    if env["flat"] and not env["bias"]:
        h = env["H"][0][::-1] if env["correlate"] else env["H"][0]
        parts = {"x": list(env["X"][0]), "h": list(h), "y": list(results["y"])}
        yield Drawing("sequence", {**parts, "offset": kept(env)[1].start})
