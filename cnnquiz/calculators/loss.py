"""Loss: mean squared error, mean absolute error, binary cross-entropy or cross-entropy.

    mse = sum (x_i - y_i)^2 / n,  cross-entropy = -sum y_i ln p_i

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 5.5 and 6.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnnquiz.mathematics.functions import evaluated
from cnnquiz.mathematics.losses import prepare as prepare
from cnnquiz.mathematics.losses import terms_of, total_of
from cnnquiz.mathematics.precise import ln, rounded, sqrt
from cnnquiz.mathematics.worked_text import chain, value
from cnnquiz.solution import Math, Step, Vector
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import choice, integer, numbers
from cnnquiz.solver.lines import Env

MOST = 10_000
SHOWN = 8
APART = 60  # between logits that are counted: beyond it too many digits cancel
EXAMPLES = ("mse --p 1,2,3 --y 1,0,5", "cross-entropy --logits 3,1,2 --class 1", "bce --p 0.9,0.2 --y 1,0")

QUANTITIES = (
    Quantity("kind", "loss", choice("mse", "mae", "bce", "cross-entropy"), "which loss", positional=True),
    Quantity("p", "input", numbers(MOST), "the predictions (for bce and cross-entropy: probabilities)", None),
    Quantity(
        "logits", "logits", numbers(MOST), "scores instead, before sigmoid (bce) or softmax (cross-entropy)", None
    ),
    Quantity("y", "target", numbers(MOST), "the targets, as many as predictions", None),
    Quantity("class", "class_index", integer(1, letters=False), "cross-entropy: the right class, counted from 1", None),
)

RESULTS = (
    Result("loss", "loss", "the loss", answer=True),
    Result("terms", "terms", "what each element adds, before the mean", label="from each element"),
    Result("loss_exact", "exact", "the loss as a formula", label="loss as a formula"),
)


RULES = {
    "mse": "(p_i - y_i)^2",
    "mae": "|p_i - y_i|",
    "bce": "-(y_i ln p_i + (1 - y_i) ln(1 - p_i))",
    "cross-entropy": "-y_i ln p_i",
}


def work(env: Env) -> dict[str, Any]:
    """Every term, then their mean or sum."""
    terms = terms_of(env)
    found = {"loss": total_of(env, terms), "terms": Vector(map(rounded, terms))}
    if len(terms) <= 20 and env["kind"] in ("bce", "cross-entropy") and env["p"] is not None:
        found["exact"] = _exact(env)
    return found


def _exact(env: Env) -> str:
    logs = []
    for p, y in zip(env["q"], env["y"], strict=True):
        pairs = [(y, p)] if env["kind"] == "cross-entropy" else [(y, p), (1 - y, 1 - p)]
        logs += [("" if w == 1 else f"{value(w).ascii}*") + f"ln({value(q).ascii})" for w, q in pairs if w]
    inner = " + ".join(logs) or "0"
    whole = f"-({inner})" if len(logs) > 1 else f"-{inner}"
    return whole if env["kind"] == "cross-entropy" or len(env["y"]) == 1 else f"{whole}/{len(env['y'])}"


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """The probabilities, the terms, their mean or sum."""
    kind, n = env["kind"], len(env["q"])
    if env["logits"] is not None:
        title, share = ("Sigmoid", "sigma(z_i)") if kind == "bce" else ("Softmax", "exp(z_i)/sum_j exp(z_j)")
        shown = value(Vector(map(rounded, env["q"])))
        yield Step(title, chain("p_i = ", share), value=shown, why="The logits become probabilities first.", of="loss")
    for at, (p, y, term) in enumerate(zip(env["q"], env["y"], results["terms"], strict=True), 1):
        if at <= SHOWN and not (kind == "cross-entropy" and y == 0):
            rule = chain(RULES[kind].replace("_i", f"_{at}"))
            yield Step(f"Element {at}", rule, _filled(kind, rounded(p), y), value(term), of="loss")
    total = value(rounded(Fraction(sum(terms_of(env)))))
    if kind == "cross-entropy":
        why = "Only the classes with a target above 0 count."
        yield Step("Add them up", chain("L = -sum_i y_i ln p_i"), value=total, why=why, of="loss")
    else:
        mean, why = chain("L = (1/n) sum_i ", RULES[kind]), "Divide by the number of elements."
        yield Step("Mean", mean, chain(total, f"/{n}"), value(results["loss"]), why, "loss")


def _filled(kind: str, p: Any, y: Any) -> Math:
    shown_p, shown_y = value(p), value(y)
    if kind in ("mse", "mae"):
        opening, closing = ("(", ")^2") if kind == "mse" else ("|", "|")
        return chain(opening, shown_p, " - ", chain("(", shown_y, ")") if y < 0 else shown_y, closing)
    if kind == "cross-entropy":
        return chain("-", shown_y, "*ln(", shown_p, ")")
    return chain("-(", shown_y, "*ln(", shown_p, ") + ", value(1 - y), "*ln(", value(rounded(1 - p)), "))")


def count(env: Env) -> dict[str, Any]:
    """Without the terms: squares multiplied out, larger less smaller, one logarithm of a product, or of a sum."""
    p, y, n = env["q"], env["y"], len(env["q"])
    if env["kind"] == "mse":
        parts = (sum(a * a for a in p), sum(a * b for a, b in zip(p, y, strict=True)), sum(b * b for b in y))
        return {"loss": rounded(Fraction(parts[0] - 2 * parts[1] + parts[2]) / n)}
    if env["kind"] == "mae":
        high = sum(max(a, b) for a, b in zip(p, y, strict=True)) - sum(min(a, b) for a, b in zip(p, y, strict=True))
        return {"loss": rounded(Fraction(high) / n)}
    scores = [0, *(env["logits"] or ())]
    if n > 50 or max(scores) - min(scores) > APART:
        return {}
    loss = _of_logits(env) if env["logits"] is not None else _of_likelihood(env)
    return {"loss": evaluated(loss if env["kind"] == "cross-entropy" else loss / n)}


def _of_likelihood(env: Env) -> Any:
    """One logarithm of the product of all probabilities."""
    import sympy

    likelihood = sympy.Integer(1)
    for q, target in zip(env["q"], env["y"], strict=True):
        pairs = [(q, target)] if env["kind"] == "cross-entropy" else [(q, target), (1 - q, 1 - target)]
        for base, weight in pairs:
            if weight:
                likelihood *= _rational(base) ** _rational(weight)
    return -sympy.log(likelihood)


def _of_logits(env: Env) -> Any:
    """Without probabilities: ln(sum of e^z) for each unit of target, or ln(1 + e^z) for each element, less y z."""
    import sympy

    scores = [_rational(z) for z in env["logits"]]
    less = sum(_rational(y) * z for y, z in zip(env["y"], scores, strict=True))
    if env["kind"] == "bce":
        return sum(sympy.log(1 + sympy.exp(z)) for z in scores) - less
    return _rational(sum(env["y"])) * sympy.log(sum(map(sympy.exp, scores))) - less


def _rational(x: Any) -> Any:
    import sympy

    return sympy.Rational(Fraction(x).numerator, Fraction(x).denominator)


def _when(*kinds: str, rule: Callable[[Env], Any]) -> Callable[[Env], dict[str, Any]]:
    return lambda env: {"loss": rounded(rule(env))} if env["kind"] in kinds else {}


def _sum(env: Env) -> Any:
    return Fraction(sum(terms_of(env)))


def _likely(env: Env) -> Any:
    """The probability of the right class, where one class alone is right."""
    return sum(p * y for p, y in zip(env["q"], env["y"], strict=True))


BOTH = ("bce", "cross-entropy")
MISCONCEPTIONS = (
    misconception("forgot-mean", "MSE divides by the number of elements.", wrong=_when("mse", "mae", "bce", rule=_sum)),
    misconception(
        "halved",
        "Some texts halve the mean for the derivative's sake; the MSE itself is not halved.",
        wrong=_when("mse", rule=lambda env: _sum(env) / (2 * len(env["q"]))),
    ),
    misconception(
        "rooted", "That is the root of it (RMSE).", wrong=_when("mse", rule=lambda env: sqrt(_sum(env) / len(env["q"])))
    ),
    misconception(
        "absolute-for-squared",
        "The errors are squared.",
        wrong=_when("mse", rule=lambda env: Fraction(sum(terms_of(env, "mae"))) / len(env["q"])),
    ),
    misconception(
        "squared-for-absolute",
        "The errors are not squared here.",
        wrong=_when("mae", rule=lambda env: Fraction(sum(terms_of(env, "mse"))) / len(env["q"])),
    ),
    misconception(
        "signed-errors",
        "Without a square or a sign taken off, errors cancel.",
        wrong=_when(
            "mse",
            "mae",
            rule=lambda env: Fraction(sum(p - y for p, y in zip(env["q"], env["y"], strict=True))) / len(env["q"]),
        ),
    ),
    misconception(
        "one-minus-probability",
        "The loss is -ln p, not 1 - p.",
        wrong=_when("cross-entropy", rule=lambda env: 1 - _likely(env)),
    ),
    misconception(
        "probability-for-loss",
        "That is the probability; the loss is -ln of it.",
        wrong=_when("cross-entropy", rule=_likely),
    ),
    misconception(
        "forgot-sign",
        "The logarithm of a probability is negative: the loss is -ln p.",
        wrong=_when(*BOTH, rule=lambda env: -total_of(env, terms_of(env))),
    ),
    misconception(
        "base-two",
        "The logarithm is natural, not to the base 2.",
        wrong=_when(*BOTH, rule=lambda env: total_of(env, terms_of(env)) / ln(2)),
    ),
    misconception(
        "only-positives",
        "A target of 0 counts too: -ln(1 - p).",
        wrong=_when("bce", rule=lambda env: Fraction(sum(terms_of(env, "cross-entropy"))) / len(env["q"])),
    ),
)


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    if env["kind"] == "cross-entropy":
        return {"logarithm": "natural", "reduction": "summed over the classes of one sample", "0 ln 0": "0"}
    rules = {"reduction": "mean over the elements"}
    return rules | {"logarithm": "natural", "0 ln 0": "0"} if env["kind"] == "bce" else rules
