"""Impulse response: h[n] of a difference equation, and whether the system is linear and time invariant.

    h[n] = the output for x[n] = delta[n], at rest before

Source: Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd edition, 2010, sections 2.2 to 2.5.
"""

from __future__ import annotations

from fractions import Fraction

from cnnquiz.errors import GivenError
from cnnquiz.mathematics import difference_equations
from cnnquiz.mathematics.difference_equations import System, response
from cnnquiz.mathematics.notation import step
from cnnquiz.mathematics.precise import rounded
from cnnquiz.solution import Drawing, Vector
from cnnquiz.solver.calculator import Drawings, Env, Notes, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import integer, numbers, words

_MOST = 1_000
_SHOWN = 8
_COUNTED = 60
TOPIC = "systems"
SYNONYMS = ("impulse response", "difference equation")
SHORTHAND = ("equation",)
EXAMPLES = ("'y[n] = x[n] + 0.5*y[n-1]'", "'y[n] = n*x[n]'", "--h 1,2,1")
CONVENTIONS = {
    "start": "at rest, every output before the first input is 0",
    "impulse": "delta[n], 1 at n = 0",
    "step": lambda env: "u[n], 1 from n = 0 on" if env["system"] and env["system"].has_step else "",
}
LETTERS = {"n": "place in the sequence", "x": "input", "y": "output"}
QUANTITIES = (
    Quantity("equation", "system", words("EQUATION", 1_000), "the system: y[n] = x[n] + 0.5*y[n-1]", None,
             positional=True),
    Quantity("h", "response", numbers(_MOST), "or its impulse response: 1,2,1", None),
    Quantity("n", "length", integer(1, letters=False), "how many values, from n = 0 on", None),
)
RESULTS = (
    Result("h", "the output for an impulse at n = 0", answer=True, label="impulse response h[n]", symbol="response"),
    Result("linear", "whether superposition holds", answer=True),
    Result("time_invariant", "whether a later input gives the same output, later", answer=True),
    Result("lti", "whether it is both: then h says everything about it", label="linear and time invariant"),
    Result("causal", "whether no output looks ahead"),
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
    linear, invariant = difference_equations.verdicts(system)
    found = {"response": response(system, env["n"]), "linear": linear, "time_invariant": invariant}
    return found | {"lti": linear and invariant, "causal": system.is_causal}


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The impulse put in, value after value; then the two tests."""
    system = env["system"]
    if system is None and want in (None, "h"):
        more = env["n"] - len(env["h"])
        why = f"Given; of it, the first {env['n']}." if more < 0 else "Given; behind it 0." if more else "It is given."
        yield step("Impulse response", "h[n]", value=results["h"], why=why, of="h")
    if system is None:
        why = "An output that is x convolved with a fixed h is linear and time invariant."
        yield step("The system", "y[n] = sum_k h[k]*x[n-k]", why=why, of="linear")
        return
    if want in (None, "h"):
        yield from difference_equations.response_steps(system, results["h"][:_SHOWN])
    if want in (None, "linear", "lti"):
        yield from difference_equations.linear_steps(system)
    if want in (None, "time_invariant", "lti"):
        yield from difference_equations.invariant_steps(system)


def count(env: Env) -> Values:
    """The series of the transfer function by long division, or else sympy's samples; the verdicts by other inputs.

    Counted are up to 60 samples of a system that is not linear and time invariant, or looks ahead; the verdicts on one
    that looks up to 60 places ahead, and those on a given response of up to 60 samples, added up shifted.
    """
    system: System | None = env["system"]
    if system is None:
        shifted = [f"({Fraction(one)})*x[n - {at}]" for at, one in enumerate(env["h"][:_COUNTED])]
        system = difference_equations.read(f"y[n] = {' + '.join(shifted)}")
    if max(len(env["h"] or ()), system.lead) > _COUNTED:
        return {}
    found: Values = dict(difference_equations.counted_verdicts(system))
    if found["lti"] and not system.lead:
        found["h"] = Vector(map(rounded, difference_equations.transfer_series(system, env["n"])))
    elif env["n"] <= _COUNTED:
        found["h"] = lambda: difference_equations.response_by_sympy(system, env["n"])
    return found


_BY_EQUATION = {"h": (None,)}
MISCONCEPTIONS = (
    misconception("forgot-feedback", "The earlier outputs come back in: y[n-1] is not 0.",
                  where=_BY_EQUATION, h=lambda env: response(env["system"], env["n"], past=lambda n, y: 0)),
    misconception("feedback-sign", "The past outputs enter with the sign that the equation gives them.",
                  where=_BY_EQUATION, h=lambda env: response(env["system"], env["n"], past=lambda n, y: -y.get(n, 0))),
    misconception("step-response", "That is the output for a step; the impulse is 1 at n = 0 only.",
                  where=_BY_EQUATION, h=lambda env: response(env["system"], env["n"], x=lambda n: int(n >= 0))),
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
