"""Linear or not: whether an operator is linear: a proof of superposition, or a counterexample.

    f(a x + b y) = a f(x) + b f(y)  for all x, y, a, b

Source: Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd edition, 2010, section 2.2.2.
"""

from __future__ import annotations

from cnnquiz.errors import GivenError
from cnnquiz.mathematics import superposition
from cnnquiz.mathematics.expression import functions_in
from cnnquiz.mathematics.operators import LENGTH
from cnnquiz.mathematics.superposition import Map, factor_failure, gap, sum_failure
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import words

TOPIC = "systems"
SYNONYMS = ("linearity", "is linear", "superposition")
SHORTHAND = ("operator",)
EXAMPLES = ("'relu(x)'", "convolution", "'3*x + 1'", "'max pooling'")
CONVENTIONS = {
    "linear": "the word means that sums and factors pass through (superposition)",
    "tried on": lambda env: f"sequences of {LENGTH} numbers" if env["f"].width > 1 else "",
}
QUANTITIES = (
    Quantity("operator", "expression", words("OPERATOR", 1_000),
             "an expression in x, or a name: relu(x), 3*x + 1, convolution, max pooling", positional=True),
)  # fmt: skip
RESULTS = (
    Result("linear", "whether superposition holds", answer=True),
    Result("affine", "whether it is linear but for a constant"),
    Result("additive", "whether f(x + y) = f(x) + f(y)"),
    Result("homogeneous", "whether f(c x) = c f(x)"),
)


def prepare(values: Values) -> Values:
    """The operator as a map from numbers to numbers."""
    return {"f": superposition.read(str(values["operator"]).strip())}


def work(env: Env) -> Values:
    """Counterexamples first; where there is none, the proof."""
    f: Map = env["f"]
    everywhere = gap(f) is None
    additive, homogeneous = everywhere and sum_failure(f) is None, everywhere and factor_failure(f) is None
    linear = additive and homogeneous
    if linear and superposition.proof(f) is None:
        raise GivenError("this operator is neither proved linear nor found otherwise: try a plainer form", "operator")
    affine = linear or (superposition.affine_failure(f) is None and superposition.proof(f, offset=True) is not None)
    return {"linear": linear, "additive": additive, "homogeneous": homogeneous, "affine": affine}


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The operator, then the proof or the counterexample."""
    return superposition.steps(env["f"], results["linear"], results["affine"])


def count(env: Env) -> Values:
    """Linear is what a matrix can do: the outputs of the unit vectors are its columns, tried on other vectors."""
    return superposition.counted_verdicts(env["f"])


def _has_straight_pieces(env: Env) -> bool | None:
    """True for an expression with corners."""
    what = env["f"].what
    return None if isinstance(what, str) or functions_in(what).isdisjoint({"max", "min", "relu", "abs"}) else True


MISCONCEPTIONS = (
    misconception("affine-is-linear", "A line that misses the origin is affine, not linear: f(0) must be 0.",
                  linear=lambda env: env["affine"] or None),
    misconception("straight-pieces-are-linear", "Each piece is a line, but across the corner the sum rule fails.",
                  linear=_has_straight_pieces),
    misconception("homogeneous-is-enough", "Factors can be taken out, but sums cannot be taken apart: both are needed.",
                  linear=lambda env: env["homogeneous"] or None),
)  # fmt: skip
