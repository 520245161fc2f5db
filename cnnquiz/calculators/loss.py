"""Loss: mean squared error, mean absolute error, binary cross-entropy or cross-entropy.

    mse = sum (x_i - y_i)^2 / n,  cross-entropy = -sum y_i ln p_i

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 5.5 and 6.2.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, factor, step, value_math
from cnnquiz.mathematics.precise import exp, irrational, ln, rounded, sigmoid, sqrt
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import Math, Vector
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import choice, integer, numbers

_WIDEST = 1_000
_SHOWN = 8
_TINY = Fraction(1, 10**60)
_APART = 60  # between logits that are counted: beyond it too many digits cancel
EXAMPLES = ("mse --p 1,2,3 --y 1,0,5", "cross-entropy --logits 3,1,2 --class 1", "bce --p 0.9,0.2 --y 1,0")
# What one element adds: in letters, and with the numbers put in
_TERMS: dict[str, tuple[str, Callable[[Any, Any], Math]]] = {
    "mse": ("(p_i - y_i)^2", lambda p, y: chain("(", p, " - ", factor(y), ")^2")),
    "mae": ("|p_i - y_i|", lambda p, y: chain("|", p, " - ", factor(y), "|")),
    "bce": ("-(y_i ln p_i + (1 - y_i) ln(1 - p_i))",
            lambda p, y: chain("-(", y, "*ln(", p, ") + ", 1 - y, "*ln(", rounded(1 - p), "))")),
    "cross-entropy": ("-y_i ln p_i", lambda p, y: chain("-", y, "*ln(", p, ")")),
}  # fmt: skip
QUANTITIES = (
    Quantity("kind", "loss", choice(*_TERMS), "which loss", positional=True),
    Quantity("p", "input", numbers(), "the predictions (for bce and cross-entropy: probabilities)", None),
    Quantity("logits", "logits", numbers(), "scores instead, before sigmoid (bce) or softmax (cross-entropy)", None),
    Quantity("y", "target", numbers(), "the targets, as many as predictions", None),
    Quantity("class", "class_index", integer(1, letters=False), "cross-entropy: the right class, counted from 1", None),
)
RESULTS = (
    Result("loss", "the loss", answer=True),
    Result("terms", "what each element adds, before the mean", label="from each element"),
    Result("loss_exact", "the loss as a formula", label="loss as a formula", symbol="exact"),
)


def prepare(values: Values) -> Values:
    """Predictions and targets of the same length; probabilities from logits."""
    env = dict(values)
    given = [name for name in ("p", "logits") if env[name] is not None]
    errors = env["kind"] in ("mse", "mae")
    if len(given) != 1 or (given == ["logits"] and errors):
        raise GivenError("give the predictions p" + ("" if errors else ", or the logits"), "p")
    size = len(env[given[0]])
    env["y"] = _target(env, size)
    if len(env["y"]) != size:
        raise GivenError(f"y has {len(env['y'])} numbers for {size} predictions: give as many", "y")
    if any(abs(z) > _WIDEST for z in env["logits"] or ()):
        raise GivenError(f"logits: stay within -{_WIDEST} and {_WIDEST}", "logits")
    env["q"] = list(env["p"]) if env["p"] is not None else _probabilities(env)
    binary = env["kind"] == "bce" and env["logits"] is not None
    env["rest"] = [sigmoid(-z) for z in env["logits"]] if binary else [1 - p for p in env["q"]]
    if not errors:
        _check(env)
    return env


def _target(env: Env, size: int) -> Any:
    """The targets; for a class, 1 at its place."""
    if env["class"] is None:
        if env["y"] is None:
            alternative = ", or class" if env["kind"] == "cross-entropy" else ""
            raise GivenError("y is missing: the targets" + alternative, "y")
        return env["y"]
    if env["kind"] != "cross-entropy" or env["y"] is not None:
        raise GivenError("class goes with cross-entropy alone, instead of y", "class")
    if env["class"] > size:
        raise GivenError(f"class: there are only {size} classes", "class")
    return Vector(int(at == env["class"]) for at in range(1, size + 1))


def _probabilities(env: Env) -> list[Any]:
    if env["kind"] == "bce":
        return [sigmoid(z) for z in env["logits"]]
    powers = [exp(z) for z in env["logits"]]
    total = sum(powers)
    return [Fraction(one) / total for one in powers]


def _check(env: Env) -> None:
    for p, rest, y in zip(env["q"], env["rest"], env["y"], strict=True):
        if not 0 <= p <= 1 or not 0 <= y <= 1:
            raise GivenError(f"{'p' if not 0 <= p <= 1 else 'y'}: probabilities lie between 0 and 1", "p")
        if (p == 0 and y > 0) or (env["kind"] == "bce" and rest == 0 and y < 1):
            raise GivenError(f"p: a target of probability {value_math(p).ascii} makes the loss infinite", "p")
    if env["kind"] == "cross-entropy" and env["p"] is not None and abs(sum(env["p"]) - 1) > Fraction(1, 100):
        total = value_math(rounded(sum(env["p"]))).ascii
        raise GivenError(f"p: the probabilities add up to {total}, not to 1", "p")


_Logarithm = tuple[Any, Any, Any]  # its weight, the number that it is taken of, and what that lacks to 1


def _logarithms(kind: str, p: Any, rest: Any, y: Any) -> list[_Logarithm]:
    """The logarithms in one element that count: 0 ln 0 = 0."""
    every = [(y, p, rest)] if kind == "cross-entropy" else [(y, p, rest), (1 - y, rest, p)]
    return [one for one in every if one[0]]


def _ln(q: Any, rest: Any) -> Any:
    """ln q; of a number that 100 digits cannot tell from 1, the first term of its series."""
    return -rest if rest < _TINY else ln(q)


def _by_element(env: Env, kind: str) -> list[list[_Logarithm]]:
    return [_logarithms(kind, *one) for one in zip(env["q"], env["rest"], env["y"], strict=True)]


def _terms(env: Env, kind: str = "") -> list[Any]:
    """What each element adds to the loss."""
    kind = kind or env["kind"]
    pairs = zip(env["q"], env["y"], strict=True)
    if kind == "mse":
        return [(p - y) ** 2 for p, y in pairs]
    if kind == "mae":
        return [abs(p - y) for p, y in pairs]
    return [sum(-weight * _ln(q, rest) for weight, q, rest in one) for one in _by_element(env, kind)]


def _total(env: Env, kind: str = "") -> Any:
    return Fraction(sum(_terms(env, kind)))


def _mean(env: Env, kind: str = "") -> Any:
    return _total(env, kind) / len(env["q"])


def _right_probability(env: Env) -> Any:
    """The probability of the right class, where one class alone is right."""
    return sum(p * y for p, y in zip(env["q"], env["y"], strict=True))


def work(env: Env) -> Values:
    """Every term, then their mean or sum."""
    loss = _total(env) if env["kind"] == "cross-entropy" else _mean(env)
    terms = Vector(_value(one, [element]) for one, element in zip(_terms(env), _elements(env), strict=True))
    found = {"loss": _value(loss, _elements(env)), "terms": terms}
    if _has_formula(env):
        found["exact"] = _formula(env)
    return found


def _elements(env: Env) -> list[list[_Logarithm]]:
    """The logarithms of each element; none of those of squares."""
    return _by_element(env, env["kind"]) if env["kind"] in ("bce", "cross-entropy") else [[] for _ in env["q"]]


def _value(value: Any, elements: list[list[_Logarithm]]) -> Any:
    """A value rounded as it is shown; logarithms of fractions are none, unless they are of 1."""
    return irrational(value) if any(q != 1 or rest for one in elements for _, q, rest in one) else rounded(value)


def _has_formula(env: Env) -> bool:
    """Whether the loss is shown as a formula too: logarithms of a few probabilities that are given."""
    return len(env["q"]) <= 20 and env["kind"] in ("bce", "cross-entropy") and env["p"] is not None


def _formula(env: Env) -> str:
    every = [one for element in _elements(env) for one in element]
    logs = [("" if w == 1 else f"{value_math(w).ascii}*") + f"ln({value_math(q).ascii})" for w, q, _ in every]
    inner = " + ".join(logs) or "0"
    whole = f"-({inner})" if len(logs) > 1 else f"-{inner}"
    return whole if env["kind"] == "cross-entropy" or len(env["y"]) == 1 else f"{whole}/{len(env['y'])}"


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The probabilities, the terms, their mean or sum."""
    kind, (formula, put_in) = env["kind"], _TERMS[env["kind"]]
    if env["logits"] is not None:
        title, share = ("Sigmoid", "sigma(z_i)") if kind == "bce" else ("Softmax", "exp(z_i)/sum_j exp(z_j)")
        shown = rounded if len(set(env["logits"])) == 1 and kind != "bce" else irrational
        found, why = Vector(map(shown, env["q"])), "The logits become probabilities first."
        yield step(title, f"p_i = {share}", value=found, why=why, of="loss")
    for at, (p, y, term) in enumerate(zip(env["q"], env["y"], results["terms"], strict=True), 1):
        if at <= _SHOWN and not (kind == "cross-entropy" and y == 0):
            yield step(f"Element {at}", formula.replace("_i", f"_{at}"), put_in(rounded(p), y), term, of="loss")
    total = _value(_total(env), _elements(env))
    if kind == "cross-entropy":
        why = "Only the classes with a target above 0 count."
        yield step("Add them up", "L = -sum_i y_i ln p_i", value=total, why=why, of="loss")
    else:
        mean, why = f"L = (1/n) sum_i {formula}", "Divide by the number of elements."
        yield step("Mean", mean, chain(total, f"/{len(env['q'])}"), results["loss"], why, "loss")


def count(env: Env) -> Values:
    """Squares multiplied out, larger minus smaller, one logarithm of a product or of a sum.

    Of more than 50 elements, or of logits that lie too far apart, no logarithms are counted.
    """
    p, y, n, kind = env["q"], env["y"], len(env["q"]), env["kind"]
    if kind in ("mse", "mae"):
        of_one = {"mse": lambda a, b: a * a - 2 * a * b + b * b, "mae": lambda a, b: max(a, b) - min(a, b)}[kind]
        terms = list(map(of_one, p, y))
        return {"loss": rounded(Fraction(sum(terms)) / n), "terms": Vector(map(rounded, terms))}
    scores = [0, *(env["logits"] or ())]
    if n > 50 or max(scores) - min(scores) > _APART:
        return {}
    pairs = zip(p, y, strict=True)
    terms = _of_logits(env) if env["logits"] is not None else [_of_likelihood(kind, *pair) for pair in pairs]
    loss = sum(terms)
    counted = from_sympy(loss if kind == "cross-entropy" else loss / n)
    found = {"loss": counted, "terms": Vector(map(from_sympy, terms))}
    return found | ({"loss_exact": str(Fraction(counted))} if _has_formula(env) else {})


def _of_likelihood(kind: str, p: Any, y: Any) -> Any:
    """One logarithm of the likelihood p^y (1 - p)^(1 - y); of one class among several, of p^y."""
    import sympy

    p, y = sympy_value(p), sympy_value(y)
    return -sympy.log(p**y * ((1 - p) ** (1 - y) if kind == "bce" else 1))


def _of_logits(env: Env) -> list[Any]:
    """Without probabilities, for each element: y times ln(sum of e^z), or ln(1 + e^z), less y z."""
    import sympy

    pairs = [(sympy_value(z), sympy_value(y)) for z, y in zip(env["logits"], env["y"], strict=True)]
    if env["kind"] == "bce":
        return [sympy.log(1 + sympy.exp(z)) - y * z for z, y in pairs]
    total = sympy.log(sympy.Add(*(sympy.exp(z) for z, _ in pairs)))
    return [y * (total - z) for z, y in pairs]


_MSE, _MAE, _BCE, _CLASSES = ({"kind": (kind,)} for kind in _TERMS)
_LOGARITHMIC = {"kind": ("bce", "cross-entropy")}
MISCONCEPTIONS = (
    misconception("forgot-mean", "MSE divides by the number of elements.",
                  where={"kind": ("mse", "mae", "bce")}, loss=_total),
    misconception("halved", "Some texts halve the mean for the derivative's sake; the MSE itself is not halved.",
                  where=_MSE, loss=lambda env: _mean(env) / 2),
    misconception("rooted", "That is the root of it (RMSE).", where=_MSE, loss=lambda env: sqrt(_mean(env))),
    misconception("absolute-for-squared", "The errors are squared.", where=_MSE, loss=lambda env: _mean(env, "mae")),
    misconception("squared-for-absolute", "The errors are not squared here.",
                  where=_MAE, loss=lambda env: _mean(env, "mse")),
    misconception("signed-errors", "Without a square or a sign taken off, errors cancel.",
                  where={"kind": ("mse", "mae")},
                  loss=lambda env: Fraction(sum(env["q"]) - sum(env["y"])) / len(env["q"])),
    misconception("one-minus-probability", "The loss is -ln p, not 1 - p.",
                  where=_CLASSES, loss=lambda env: 1 - _right_probability(env)),
    misconception("probability-for-loss", "That is the probability; the loss is -ln of it.",
                  where=_CLASSES, loss=_right_probability),
    misconception("forgot-sign", "The logarithm of a probability is negative: the loss is -ln p.",
                  where=_LOGARITHMIC, loss=lambda env: -env["loss"]),
    misconception("base-two", "The logarithm is natural, not to the base 2.",
                  where=_LOGARITHMIC, loss=lambda env: env["loss"] / ln(2)),
    misconception("only-positives", "A target of 0 counts too: -ln(1 - p).",
                  where=_BCE, loss=lambda env: _mean(env, "cross-entropy")),
)  # fmt: skip


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    if env["kind"] == "cross-entropy":
        return {"logarithm": "natural", "reduction": "summed over the classes of one sample", "0 ln 0": "0"}
    rules = {"reduction": "mean over the elements"}
    return rules | {"logarithm": "natural", "0 ln 0": "0"} if env["kind"] == "bce" else rules
