"""Dirac delta: the pulse of width A, its area and limit, the sifting integral, and delta[n].

    A * 1/A = 1,  1/A -> infinity as A -> 0

Source: Oppenheim and Willsky, Signals and Systems, 2nd edition, 1997, sections 1.4 and 2.5.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics import analysis
from cnnquiz.mathematics.expression import Letter
from cnnquiz.mathematics.notation import chain, math, step, value_math
from cnnquiz.mathematics.precise import rounded
from cnnquiz.mathematics.sympy_forms import from_sympy, symbolic
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, line, misconception, where
from cnnquiz.solver.givens import integer, number, words

TOPIC = "systems"
SYNONYMS = ("dirac", "dirac delta", "unit impulse")
SHORTHAND = ("A",)
EXAMPLES = ("1/10", "--A a", "--f 't^2 + 1' --t0 3")
CONVENTIONS = {"delta(t)": "a distribution of unit area", "delta[n]": "a sequence, 1 at n = 0"}
QUANTITIES = (
    Quantity("A", "width", number(letters=True), "width of the pulse: 1/10", None, positional=True),
    Quantity("f", "function", words("EXPRESSION", 1_000), "a function of t to sift: t^2 + 1", None),
    Quantity("t0", "time", number(), "where the impulse stands", 0, only=where("f")),
    Quantity("n", "index", integer(letters=False), "an index of the discrete delta[n]", 0),
)
RESULTS = (
    Result("height", "height of the pulse", answer=True),
    Result("area", "area of the pulse", answer=True),
    Result("limit", "the height as the width goes to 0", answer=True),
    Result("unbounded", "whether the height grows beyond every bound"),
    Result("sifting", "the integral of f(t) delta(t - t0)", answer=True, label="sifted value"),
    Result("discrete", "delta[n]", label="delta[n]"),
)
LINES = (
    line("height", "1/A", "Height of the pulse", "The narrower the pulse, the higher it must be for an area of 1."),
    line("area", "A*height", "Area", "Width times height is 1, whatever the width."),
)
MISCONCEPTIONS = (
    misconception("height-one", "The area is 1, not the height: a narrow pulse is high.", height="1"),
    misconception("height-is-width", "The height is 1 divided by the width.", height="A"),
    misconception("area-shrinks", "The height grows as the width shrinks: the area stays 1.", area="A"),
    misconception("delta-is-one", "1 is the discrete delta[0]; the height of the pulse grows without bound.",
                  limit=lambda env: "1"),
    misconception("delta-is-zero", "Zero holds everywhere but at t = 0.", limit=lambda env: "0"),
    misconception("sifted-at-zero", "The impulse stands at t0 and picks f there.",
                  sifting=lambda env: _value_at(env, 0)),
    misconception("discrete-infinite", "delta[n] is an ordinary sequence: 1 at n = 0 and 0 elsewhere.",
                  where={"n": (0,)}, discrete=lambda env: "infinity"),
)  # fmt: skip


def prepare(values: Values) -> Values:
    """Reads the function; refuses a width that is not above zero."""
    A = values["A"]
    if A is not None and not isinstance(A, Letter) and A <= 0:
        width = value_math(A).ascii
        raise GivenError(f"A: the width {width} must be above 0 (the limit A -> 0 is worked anyway)", "A")
    return {**values, "f": None if values["f"] is None else analysis.parse(values["f"], "t")}


def _value_at(env: Env, t: Any) -> Any:
    return rounded(analysis.number(env["f"], {"t": t}))


def work(env: Env) -> Values:
    """The limit by sympy; the function at t0; delta[n]."""
    import sympy

    A = sympy.Symbol("A", positive=True)
    limit = sympy.limit(1 / A, A, 0, "+")
    found = {"limit": "infinity" if limit == sympy.oo else str(limit), "unbounded": limit == sympy.oo}
    found["discrete"] = 1 if env["n"] == 0 else 0
    return found if env["f"] is None else found | {"sifting": _value_at(env, env["t0"])}


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The limit, the sifting integral and the discrete delta."""
    if want in (None, "limit", "unbounded"):
        why = "delta is no ordinary function but a distribution: what defines it is its unit area."
        yield step("Limit", "delta(0) = lim_(A -> 0) 1/A", value="infinity", why=why, of="limit")
    if "sifting" in results and want in (None, "sifting"):
        yield step("Function", chain("f(t) = ", math(env["f"])), of="sifting")
        rule = "integral f(t)*delta(t - t0) dt = f(t0)"
        filled = chain("f(", env["t0"], ") = ", math(env["f"], {"t": env["t0"]}))
        why = "The pulse has area 1 and shrinks onto t0, so what is left of f is its value there."
        if both := analysis.sides(env["f"], "t", env["t0"]):
            left, right = (value_math(one).ascii for one in both)
            why = f"f jumps here, from {left} to {right}: the integral has no one value; its value at t0 is taken."
        yield step("Sifting", rule, filled, results["sifting"], why, "sifting")
    if want in (None, "discrete"):
        why = "In discrete time the impulse is an ordinary sequence: 1 at n = 0, 0 elsewhere."
        asked, found = f"delta[{env['n']}]", results["discrete"]
        yield step("Discrete delta", substituted=asked, value=found, why=why, of="discrete")


def count(env: Env) -> Values:
    """The area by adding up thin strips of the pulse; heights of ever narrower pulses; f by sympy."""
    heights = [1 / Fraction(1, 10**power) for power in range(1, 40)]
    unbounded = all(high >= 10 * low for low, high in pairwise(heights))
    found: Values = {"limit": "infinity" if unbounded else "", "unbounded": unbounded}
    found["discrete"] = [0, 1, 0][(env["n"] > 0) - (env["n"] < 0) + 1]
    if env["A"] is not None:
        strip = Fraction(env["A"]) / 64
        found["area"] = sum(strip / Fraction(env["A"]) for _ in range(64))
        found["height"] = 64 * Fraction(1) / (64 * Fraction(env["A"]))
    if env["f"] is not None:
        found["sifting"] = from_sympy(symbolic(env["f"], {"t": env["t0"]}))
    return found
