"""Impulse response: h[n] of a difference equation, and whether the system is linear and time invariant.

    h[n] = the output for x[n] = delta[n], at rest before

Source: Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd edition, 2010, sections 2.2 to 2.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics import difference_equations
from cnnquiz.mathematics.difference_equations import (
    System,
    delay,
    impulse,
    run,
    sample_values,
    shift_failure,
    superposition_failure,
    transfer_function,
)  # fmt: skip
from cnnquiz.mathematics.notation import chain, math, step, value_math
from cnnquiz.mathematics.precise import rounded
from cnnquiz.solution import Drawing, Math, Vector
from cnnquiz.solver.calculator import Drawings, Env, Notes, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import integer, numbers, words

_MOST = 1_000
_SHOWN = 8
EXAMPLES = ("'y[n] = x[n] + 0.5*y[n-1]'", "'y[n] = n*x[n]'", "--h 1,2,1")
CONVENTIONS = {"start": "at rest, every output before the first input is 0", "impulse": "delta[n], 1 at n = 0"}
LETTERS = {"n": "place in the sequence", "x": "input", "y": "output"}
QUANTITIES = (
    Quantity("equation", "system", words("EQUATION", 1_000), "the system: y[n] = x[n] + 0.5*y[n-1]", None,
             positional=True),
    Quantity("h", "response", numbers(_MOST), "or its impulse response: 1,2,1", None),
    Quantity("n", "length", integer(1, letters=False), "how many values, from n = 0 on", None),
)
RESULTS = (
    Result("h", "response", "the output for an impulse at n = 0", answer=True, label="impulse response h[n]"),
    Result("linear", "linear", "whether superposition holds", answer=True),
    Result("time_invariant", "time_invariant", "whether a later input gives the same output, later", answer=True),
    Result("lti", "lti", "whether it is both: then h says everything about it", label="linear and time invariant"),
    Result("causal", "causal", "whether no output looks ahead"),
)


def prepare(values: Values) -> Values:
    """Reads the system, or takes h as the response of one."""
    if (values["equation"] is None) == (values["h"] is None):
        raise GivenError(
            "give the system, as in y[n] = x[n] + 0.5*y[n-1], or its response h (and not both)", "equation"
        )
    length = values["n"] if values["n"] is not None else len(values["h"] or range(8))
    if length > _MOST:
        raise GivenError(f"n: {length} values are more than the {_MOST:,} that are worked", "n")
    system = None if values["equation"] is None else difference_equations.read(values["equation"])
    return {**values, "n": length, "system": system}


def work(env: Env) -> Values:
    """The response; linearity and time invariance by counterexample, else by proof."""
    system: System | None = env["system"]
    if system is None:
        h = (list(env["h"]) + [0] * env["n"])[: env["n"]]
        return {"response": Vector(h), "linear": True, "time_invariant": True, "lti": True, "causal": True}
    linear = _decide(system, superposition_failure, difference_equations.is_linear, "linear")
    invariant = _decide(system, shift_failure, difference_equations.is_time_invariant, "time invariant")
    delays = [delay(index) for which, index in system.samples.values() if which == "x"]
    return {
        "response": _response(env),
        "linear": linear,
        "time_invariant": invariant,
        "lti": linear and invariant,
        "causal": all(back is not None and back >= 0 for back in delays),
    }


def _response(env: Env, **other: Any) -> Vector:
    """The output from n = 0 on; what comes before is worked too, where the system looks ahead."""
    y = run(env["system"], first=-env["system"].lead, last=env["n"] - 1, **{"x": impulse, **other})
    return Vector(rounded(y[n]) for n in range(env["n"]))


def _decide(system: System, failure: Callable[[System], Any], proof: Callable[[System], bool], what: str) -> bool:
    if failure(system) is not None:
        return False
    if proof(system):
        return True
    raise GivenError(f"this system is neither proved {what} nor found otherwise: try a plainer form", "equation")


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The impulse put in, value after value; then the two tests."""
    system = env["system"]
    if want in (None, "h"):
        yield from _value_steps(env, results["h"])
    if system is None:
        why = "An output that is x convolved with a fixed h is linear and time invariant."
        yield step("The system", "y[n] = sum_k h[k]*x[n-k]", why=why, of="linear")
        return
    if want in (None, "linear", "lti"):
        yield from _linear_steps(system)
    if want in (None, "time_invariant", "lti"):
        yield from _invariant_steps(system)


def _value_steps(env: Env, h: Any) -> Steps:
    system = env["system"]
    if system is None:
        yield step("Impulse response", "h[n]", value=h, why="It is given.", of="h")
        return
    y = run(system, impulse, -system.lead, env["n"] - 1)
    for n in range(min(env["n"], _SHOWN)):
        put_in = {name: rounded(one) for name, one in sample_values(system, n, impulse, y).items()}
        why = "x is delta: 1 at n = 0 and 0 elsewhere; y is 0 before it starts." if n == 0 else ""
        left = system.text.replace("[n]", f"[{n}]", 1).split("=")[0].strip()
        yield step(f"h[{n}]", left, math(system.rule, put_in), h[n], why, "h")


def _text(x: Mapping[int, Any]) -> str:
    return value_math(Vector(x.get(n, 0) for n in range(max(x) + 1))).ascii


def _linear_steps(system: System) -> Steps:
    found = superposition_failure(system)
    if found is None:
        why = "Each sample stands alone with a factor free of x and y, so sums and factors pass through: linear."
        yield step("Superposition", "T(a*p + b*q) = a*T(p) + b*T(q)", why=why, of="linear")
        return
    p, q, *outputs = found
    whole, parts = (Vector(map(rounded, output)) for output in outputs)
    yield step(f"Add the outputs for {_text(p)} and {_text(q)}", "T(p) + T(q)", value=parts, of="linear")
    why = "The two differ, so superposition fails: not linear."
    yield step("Output for the sum", "T(p + q)", value=whole, why=why, of="linear")


def _invariant_steps(system: System) -> Steps:
    found = shift_failure(system)
    if found is None:
        why = "n stands only in the indices, as n - k: a later input gives the same output, later."
        yield step("Shift", "x[n-1] -> y[n-1]", why=why, of="time_invariant")
        return
    x, start, late, same_later = found
    where = f", from n = {start} on" if start else ""
    many = max(3 + next(at for at, (a, b) in enumerate(zip(late, same_later, strict=True)) if a != b), 5)
    old, new = (_beginning(output, many) for output in (same_later, late))
    yield step(f"Output for x = {_text(x)}, one later{where}", "y[n-1]", value=old, of="time_invariant")
    why = f"The shifted input should give the shifted output {old.ascii}, but gives {new.ascii}: time varying."
    title = f"Output for x one later, {_text({n + 1: number for n, number in x.items()})}{where}"
    yield step(title, "T(x[n-1])", value=new, why=why, of="time_invariant")


def _beginning(output: list[Any], many: int) -> Math:
    """The first numbers of an output that goes on."""
    return chain("[", chain(*map(rounded, output[:many]), joint=", "), ", ...]")


def count(env: Env) -> Values:
    """For a linear, time-invariant recursion: the series of its transfer function by long division."""
    system = env["system"]
    if system is None:
        return {"h": Vector([env["h"][n] if n < len(env["h"]) else 0 for n in range(env["n"])])}
    if superposition_failure(system) or shift_failure(system) or system.lead:
        return {}
    top, bottom = transfer_function(system)
    h: list[Any] = []
    for n in range(env["n"]):
        h.append(top.get(n, Fraction(0)) - sum(bottom[k] * h[n - k] for k in bottom if 0 < k <= n))
    return {"h": Vector(map(rounded, h))}


_BY_EQUATION = {"h": (None,)}
MISCONCEPTIONS = (
    misconception("forgot-feedback", "The earlier outputs come back in: y[n-1] is not 0.",
                  where=_BY_EQUATION, h=lambda env: _response(env, past=lambda n, y: 0)),
    misconception("feedback-sign", "The past outputs enter with the sign that the equation gives them.",
                  where=_BY_EQUATION, h=lambda env: _response(env, past=lambda n, y: -y.get(n, 0))),
    misconception("step-response", "That is the output for a step; the impulse is 1 at n = 0 only.",
                  where=_BY_EQUATION, h=lambda env: _response(env, x=lambda n: int(n >= 0))),
    misconception("constant-is-linear", "Superposition fails: see the two inputs that show it.",
                  linear=lambda env: True, lti=lambda env: True),
    misconception("linear-means-time-invariant",
                  "A factor that depends on n changes the output when the input comes later.",
                  time_invariant=lambda env: True, lti=lambda env: True),
)  # fmt: skip


def notes(env: Env, results: Results) -> Notes:
    """What h is worth when the system is not both."""
    if not results["lti"]:
        yield "Only a linear and time-invariant system is described by its impulse response."
    if env["system"] is not None and env["system"].lead:
        yield f"The system looks ahead: its response begins at n = -{env['system'].lead}."


def drawings(env: Env, results: Results) -> Drawings:
    """The response, value by value."""
    h = list(results["h"])[:40]
    if len(h) > 1:
        ys = [float(one) for one in h]
        yield Drawing("stems", {"xs": list(range(len(h))), "ys": ys, "xlabel": "n", "ylabel": "h[n]"})
