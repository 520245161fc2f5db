"""Loss: squared, absolute, Huber, hinge, cross-entropy, KL divergence, focal or Dice loss, and its gradient.

    mse = sum (x_i - y_i)^2 / n,  cross-entropy = -sum y_i ln p_i,  its gradient by the logits p - y

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 5.5 and 6.2; Lin, Goyal,
Girshick, He and Dollar, Focal loss for dense object detection, 2017.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.mathematics.analysis import number as number_of
from cnnquiz.mathematics.analysis import parse, value_and_slope
from cnnquiz.mathematics.losses import LOSSES
from cnnquiz.mathematics.notation import chain, factor, math, series, step, sum_of_products, value_math
from cnnquiz.mathematics.precise import exact, exp, irrational, ln, rounded, sigmoid, sqrt
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import NO_MATH, Math, Step, Vector
from cnnquiz.solver.calculator import Case, Env, Quantity, Result, Results, Steps, Values, misconception, where
from cnnquiz.solver.givens import choice, integer, number, numbers

_WIDEST = 1_000
_SHOWN = 8
_TINY = Fraction(1, 10**60)
_APART = 60  # between logits that are counted: beyond it too many digits cancel
TOPIC = "activations, losses"
SYNONYMS = (
    "cross-entropy: kind cross-entropy", "ce: kind cross-entropy", "mean squared error: kind mse", "l1: kind mae",
    "nll: kind nll", "kl divergence: kind kl", "binary cross-entropy: kind bce",
)  # fmt: skip
SHORTHAND = ("kind p y",)
EXAMPLES = ("mse --p 1,2,3 --y 1,0,5", "cross-entropy --logits 3,1,2 --class 1", "bce --p 0.9,0.2 --y 1,0")
_SUMMED = ("cross-entropy", "nll", "kl")  # over the classes of one sample
_KINDS = ("mse", "mae", "half-squared", "huber", "hinge", "squared-hinge", "bce", "cross-entropy", "nll", "kl", "focal",
          "dice")  # fmt: skip
_LOGARITHMS = ("bce", "cross-entropy", "kl", "focal")
_WHOLE = ("cross-entropy", "nll", "dice")  # they have no other reduction
_PROBABILITIES = (*_LOGARITHMS, "dice")
# What one element adds, where that is not written as the table of losses has it
_TERMS: dict[str, tuple[str, Callable[[Any, Any], Math]]] = {
    "mse": ("(p_i - y_i)^2", lambda p, y: chain("(", p, " - ", factor(y), ")^2")),
    "mae": ("|p_i - y_i|", lambda p, y: chain("|", p, " - ", factor(y), "|")),
    "bce": ("-(y_i ln p_i + (1 - y_i) ln(1 - p_i))",
            lambda p, y: chain("-(", y, "*ln(", p, ") + ", 1 - y, "*ln(", rounded(1 - p), "))")),
    "kl": ("y_i ln(y_i/p_i)", lambda p, y: chain(y, "*ln(", y, "/", p, ")")),
    "cross-entropy": ("-y_i ln p_i", lambda p, y: chain("-", y, "*ln(", p, ")")),
}  # fmt: skip
QUANTITIES = (
    Quantity("kind", "loss", choice(*_KINDS), "which loss", positional=True),
    Quantity("p", "input", numbers(), "the predictions: scores, probabilities, or for nll their logarithms", None),
    Quantity("logits", "logits", numbers(), "scores instead, before sigmoid (bce) or softmax (cross-entropy)", None),
    Quantity("y", "target", numbers(), "the targets, as many as predictions", None),
    Quantity("class", "class_index", integer(1, letters=False), "the right class, counted from 1", None),
    Quantity("delta", "delta", number(Fraction(1, 10**6)), "huber: from which error on it is linear", 1,
             only=where("kind", "huber")),
    Quantity("gamma", "focusing", integer(0, letters=False), "focal: the power of 1 - p", 2,
             only=where("kind", "focal")),
    Quantity("balance", "alpha", number(0, 1), "focal: the weight of the positives; the negatives have the rest", None,
             only=where("kind", "focal")),
    Quantity("smoothing", "label_smoothing", number(0, 1), "the share of the target spread over all classes", 0,
             only=where("kind", "cross-entropy")),
    Quantity("weights", "weight", numbers(), "a weight for each element, or each class", None,
             only=Case("without kind dice", lambda env: env["kind"] != "dice")),
    Quantity("reduction", "reduction", choice("mean", "sum", "none"), "what becomes of the terms", None,
             only=Case("where a loss is a mean of terms, or a sum", lambda env: env["kind"] not in _WHOLE)),
)
RESULTS = (
    Result("loss", "the loss", answer=True),
    Result("terms", "what each element adds, before the mean", label="from each element"),
    Result("gradient", "how the loss grows with each prediction, or with each logit", symbol="slopes"),
    Result("loss_exact", "the loss as a formula", label="loss as a formula", symbol="exact"),
)


def prepare(values: Values) -> Values:
    """Predictions and targets of the same length; probabilities from logits."""
    env = values | ({"reduction": None} if values["kind"] in _WHOLE else {})
    env |= {"weights": None} if values["kind"] == "dice" else {}
    given = [name for name in ("p", "logits") if env[name] is not None]
    errors = env["kind"] not in ("bce", "cross-entropy")
    if len(given) != 1 or (given == ["logits"] and errors):
        raise GivenError("give the predictions p" + ("" if errors else ", or the logits"), "p")
    size = len(env[given[0]])
    env["y"] = _target(env, size)
    if len(env["y"]) != size:
        raise GivenError(f"y has {len(env['y'])} numbers for {size} predictions: give as many", "y")
    if any(abs(z) > _WIDEST for z in env["logits"] or ()):
        raise GivenError(f"logits: stay within -{_WIDEST} and {_WIDEST}", "logits")
    env["hard"] = env["y"]
    env["smoothed"] = env["smoothing"] and env["kind"] == "cross-entropy"
    if env["smoothed"]:
        share = Fraction(env["smoothing"])
        env["y"] = Vector(exact((1 - share) * y + share / size) for y in env["y"])
    env["w"] = env["weights"] or [1] * size
    if len(env["w"]) != size:
        raise GivenError(f"weights: {len(env['w'])} for {size} predictions: give as many", "weights")
    env["mean"] = env["kind"] not in _SUMMED and env["kind"] != "half-squared"
    env["mean"] = env["reduction"] == "mean" if env["reduction"] else env["mean"]
    env["q"] = list(env["p"]) if env["p"] is not None else _probabilities(env)
    binary = env["kind"] == "bce" and env["logits"] is not None
    env["rest"] = [sigmoid(-z) for z in env["logits"]] if binary else [1 - p for p in env["q"]]
    _check(env)
    return env


def _target(env: Env, size: int) -> Any:
    """The targets; for a class, 1 at its place."""
    classes = env["kind"] in ("cross-entropy", "nll")
    if env["class"] is None:
        if env["y"] is None:
            raise GivenError("y is missing: the targets" + (", or class" if classes else ""), "y")
        return env["y"]
    if not classes or env["y"] is not None:
        raise GivenError("class goes with cross-entropy and nll alone, instead of y", "class")
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
    kind = env["kind"]
    if kind == "nll" and any(p > 0 for p in env["q"]):
        raise GivenError("p: logarithms of probabilities are 0 or less", "p")
    if kind in ("hinge", "squared-hinge") and any(abs(y) != 1 for y in env["y"]):
        raise GivenError("y: hinge losses take the targets 1 and -1", "y")
    if kind == "focal" and any(y not in (0, 1) for y in env["y"]):
        raise GivenError("y: the focal loss takes the targets 0 and 1", "y")
    if kind not in _PROBABILITIES:
        return
    for p, rest, y in zip(env["q"], env["rest"], env["y"], strict=True):
        if not 0 <= p <= 1 or not 0 <= y <= 1:
            raise GivenError(f"{'p' if not 0 <= p <= 1 else 'y'}: probabilities lie between 0 and 1", "p")
        if kind != "dice" and ((p == 0 and y > 0) or (kind in ("bce", "focal") and rest == 0 and y < 1)):
            raise GivenError(f"p: a target of probability {value_math(p).ascii} makes the loss infinite", "p")
    if kind == "dice" and not (any(env["q"]) or any(env["y"])):
        raise GivenError("p: the Dice loss of nothing against nothing is 0/0", "p")
    for name, found in (("p", env["p"]), ("y", env["y"] if kind == "kl" else None)):
        if kind in ("cross-entropy", "kl") and found is not None and abs(sum(found) - 1) > Fraction(1, 100):
            total = value_math(rounded(sum(found))).ascii
            raise GivenError(f"{name}: the probabilities add up to {total}, not to 1", name)


_Logarithm = tuple[Any, Any, Any]  # its weight, the number that it is taken of, and what that lacks to 1


def _logarithms(env: Env, kind: str, p: Any, rest: Any, y: Any) -> list[_Logarithm]:
    """The logarithms in one element that count: 0 ln 0 = 0."""
    every = {
        "bce": [(y, p, rest), (1 - y, rest, p)], "cross-entropy": [(y, p, rest)],
        "kl": [(y, p, rest), (-y, y, 1 - y)], "focal": [(y, p, rest), (1 - y, rest, p)],
    }[kind]  # fmt: skip
    if kind == "focal":
        share = Fraction(env["balance"]) if env["balance"] is not None else None
        shares = (1, 1) if share is None else (share, 1 - share)
        every = [(a * weight * Fraction(lack) ** env["gamma"], q, lack)
                 for a, (weight, q, lack) in zip(shares, every, strict=True)]  # fmt: skip
    return [one for one in every if one[0]]


def _ln(q: Any, rest: Any) -> Any:
    """ln q; of a number that 100 digits cannot tell from 1, the first term of its series."""
    return -rest if rest < _TINY else ln(q)


def _by_element(env: Env, kind: str) -> list[list[_Logarithm]]:
    every = zip(env["q"], env["rest"], env["y"], env["w"], strict=True)
    return [[(w * weight, q, lack) for weight, q, lack in _logarithms(env, kind, p, rest, y)]
            for p, rest, y, w in every]  # fmt: skip


def _terms(env: Env, kind: str = "") -> list[Any]:
    """What each element adds to the loss."""
    kind = kind or env["kind"]
    if kind in _LOGARITHMS:
        return [sum(-weight * _ln(q, rest) for weight, q, rest in one) for one in _by_element(env, kind)]
    every = zip(env["q"], env["y"], env["w"], strict=True)
    return [w * number_of(LOSSES[kind].term_at(p, y, env["delta"]), {"p": p, "y": y, "d": env["delta"]})
            for p, y, w in every]  # fmt: skip


def _total(env: Env, kind: str = "") -> Any:
    if env["kind"] == "dice":
        return 1 - 2 * Fraction(_overlap(env)) / (sum(env["q"]) + sum(env["y"]))
    return Fraction(sum(_terms(env, kind)))


def _overlap(env: Env) -> Any:
    return sum(p * y for p, y in zip(env["q"], env["y"], strict=True))


def _mean(env: Env, kind: str = "") -> Any:
    return _total(env, kind) / len(env["q"])


def _reduced(env: Env, kind: str = "") -> Any:
    """The mean or the sum of the terms."""
    return _mean(env, kind) if env["mean"] else _total(env, kind)


def _gradient(env: Env) -> list[Any] | None:
    """The derivative by each logit, or by each prediction; None where one has none."""
    kind, parts = env["kind"], len(env["q"]) if env["mean"] else 1
    if kind not in LOSSES or env["reduction"] == "none":
        return None
    every = list(zip(env["q"], env["y"], env["w"], strict=True))
    if env["logits"] is not None:
        whole = sum(w * y for _, y, w in every)
        return [Fraction(w * (p - y)) / parts if kind == "bce" else p * whole - w * y for p, y, w in every]
    slope = LOSSES[kind].slope_expr
    try:
        return [Fraction(w * number_of(slope, {"p": p, "y": y, "d": env["delta"]})) / parts if p or y else 0
                for p, y, w in every]  # fmt: skip
    except CnnquizError:
        return None


def _right_probability(env: Env) -> Any:
    """The probability of the right class, where one class alone is right."""
    return sum(p * y for p, y in zip(env["q"], env["y"], strict=True))


def work(env: Env) -> Values:
    """Every term, then their mean or sum; the gradient."""
    found: Values = {}
    if env["kind"] == "dice":
        found["loss"] = rounded(_total(env))
    else:
        found["terms"] = Vector(_value(one, [part]) for one, part in zip(_terms(env), _elements(env), strict=True))
        found["loss"] = found["terms"] if env["reduction"] == "none" else _value(_reduced(env), _elements(env))
    if _has_formula(env):
        found["exact"] = _formula(env)
    if (slopes := _gradient(env)) is not None:
        found["slopes"] = Vector(map(rounded, slopes))
    return found


def _elements(env: Env) -> list[list[_Logarithm]]:
    """The logarithms of each element; none of those of squares."""
    return _by_element(env, env["kind"]) if env["kind"] in _LOGARITHMS else [[] for _ in env["q"]]


def _value(value: Any, elements: list[list[_Logarithm]]) -> Any:
    """A value rounded as it is shown; logarithms of fractions are none, unless they are of 1."""
    irrational_logarithm = value and any(q != 1 or rest for one in elements for _, q, rest in one)
    return irrational(value) if irrational_logarithm else rounded(value)


def _has_formula(env: Env) -> bool:
    """Whether the loss is shown as a formula too: logarithms of a few probabilities that are given."""
    return len(env["q"]) <= 20 and env["kind"] in _LOGARITHMS and env["p"] is not None and env["reduction"] != "none"


def _formula(env: Env) -> str:
    every = [one for element in _elements(env) for one in element]
    logs = [("" if w == 1 else f"{value_math(w).ascii}*") + f"ln({value_math(q).ascii})" for w, q, _ in every]
    inner = " + ".join(logs) or "0"
    whole = f"-({inner})" if len(logs) > 1 else f"-{inner}"
    return whole if not env["mean"] or len(env["y"]) == 1 else f"{whole}/{len(env['y'])}"


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The probabilities, the terms, their mean or sum, the gradient."""
    kind = env["kind"]
    if env["logits"] is not None:
        title, share = ("Sigmoid", "sigma(z_i)") if kind == "bce" else ("Softmax", "exp(z_i)/sum_j exp(z_j)")
        shown = rounded if len(set(env["logits"])) == 1 and kind != "bce" else irrational
        found, why = Vector(map(shown, env["q"])), "The logits become probabilities first."
        yield step(title, f"p_i = {share}", value=found, why=why, of="loss")
    if env["smoothed"]:
        why = "A share s of the target is spread over all K classes."
        yield step("Smooth the target", "y_i = (1 - s) y_i + s/K", value=env["y"], why=why, of="loss")
    if kind == "dice":
        yield from _dice_steps(env, results)
        return
    if want != "gradient":
        for at, (p, y, w, term) in enumerate(zip(env["q"], env["y"], env["w"], results["terms"], strict=True), 1):
            if at <= _SHOWN and not (kind in _SUMMED and y == 0):
                filled = _numbers(env, rounded(p), y)
                filled = chain(w, "*(", filled, ")") if env["weights"] else filled
                rule = _letters(env, p, y).replace("_i", f"_{at}")
                yield step(f"Element {at}", rule, filled, term, of="loss")
    if env["reduction"] != "none" and want != "gradient":
        formula = "l_i" if kind == "huber" else _letters(env)
        total, count = _value(_total(env), _elements(env)), len(env["q"])
        added = "Only the classes with a target above 0 count." if kind in _SUMMED else "The terms are added up."
        if env["mean"]:
            why = "Divide by the number of elements."
            yield step("Mean", f"L = (1/n) sum_i {formula}", chain(total, f"/{count}"), results["loss"], why, "loss")
        else:
            yield step("Add them up", f"L = sum_i {formula}".replace("sum_i -", "-sum_i "), value=total, why=added,
                       of="loss")  # fmt: skip
    if "gradient" in results:
        yield _gradient_step(env, results)


def _letters(env: Env, p: Any = 0, y: Any = 0) -> str:
    """What one element adds, in letters; a Huber loss has another formula for an error beyond d."""
    if env["kind"] == "focal":
        return ("-a_i " if env["balance"] is not None else "-") + "(1 - q_i)^gamma ln q_i"
    own = _TERMS[env["kind"]][0] if env["kind"] in _TERMS else LOSSES[env["kind"]].term
    of_two = env["kind"] == "huber"
    own = LOSSES["huber"].far if of_two and abs(p - y) > env["delta"] else own
    return ("l_i = " if of_two else "") + ("w_i " if env["weights"] else "") + re.sub(r"\b([py])\b", r"\1_i", own)


def _numbers(env: Env, p: Any, y: Any) -> Math:
    """The same with the numbers put in."""
    kind, d = env["kind"], env["delta"]
    if kind == "focal":
        q, share = (p, env["balance"]) if y else (rounded(1 - p), env["balance"])
        share = share if y or share is None else 1 - share
        return chain("-", *([share, "*"] if share is not None else []), "(1 - ", q, f")^{env['gamma']}*ln(", q, ")")
    if kind in _TERMS:
        return _TERMS[kind][1](p, y)
    return math(LOSSES[kind].term_at(p, y, d), {"p": p, "y": y, "d": d})


def _dice_steps(env: Env, results: Results) -> Steps:
    shared, sizes = _overlap(env), sum(env["q"]) + sum(env["y"])
    yield step("Overlap", "I = sum_i p_i y_i", sum_of_products(env["q"], env["y"]), rounded(shared), of="loss")
    added = series([*env["q"], *env["y"]], " + ")
    yield step("Sizes", "S = sum_i p_i + sum_i y_i", added, rounded(sizes), of="loss")
    filled = chain("1 - 2*", rounded(shared), "/", rounded(sizes))
    why = "2 I/S is the Dice coefficient: 1 where all agree."
    yield step("Loss", "L = 1 - 2 I/S", filled, results["loss"], why, "loss")


def _gradient_step(env: Env, results: Results) -> Step:
    over = "/n" if env["mean"] else ""
    if env["logits"] is not None:
        pairs = zip(env["q"], env["y"], strict=True)
        filled = NO_MATH if env["weights"] else series([chain(rounded(p), " - ", y) for p, y in pairs], ", ")
        rule = f"dL/dz_i = (p_i - y_i){over}"
        why = "The slopes of the logarithm and of what makes the probabilities cancel."
    else:
        inner = re.sub(r"\b([py])\b", r"\1_i", LOSSES[env["kind"]].slope)
        rule, why = f"dL/dp_i = {f'({inner}){over}' if over else inner}", "Each term differentiated by its p."
        filled = NO_MATH
    return step("Gradient", rule, filled, results["gradient"], why, "gradient")


def count(env: Env) -> Values:
    """Squares multiplied out, larger minus smaller, areas under slopes, one logarithm of a product or of a sum.

    Of more than 50 elements, or of logits that lie too far apart, no logarithms are counted. A gradient is the
    quotient of two differences, or the slope of a logarithm of sums by dual numbers.
    """
    p, y, n, kind = env["q"], env["y"], len(env["q"]), env["kind"]
    found: Values = {}
    if kind == "dice":
        apart = sum(a + b - 2 * a * b for a, b in zip(p, y, strict=True))
        return {"loss": rounded(Fraction(apart) / (sum(p) + sum(y)))}
    if kind in _LOGARITHMS:
        scores = [0, *(env["logits"] or ())]
        if n > 50 or max(scores) - min(scores) > _APART:
            return {}
        pairs = zip(p, y, strict=True)
        terms = _of_logits(env) if env["logits"] is not None else [_of_likelihood(env, *pair) for pair in pairs]
        terms = [sympy_value(w) * term for w, term in zip(env["w"], terms, strict=True)]
        loss = sum(terms)
        counted = from_sympy(loss / n if env["mean"] else loss)
        found = {"loss": counted, "terms": Vector(map(from_sympy, terms))}
        found |= {"loss_exact": str(Fraction(counted))} if _has_formula(env) else {}
    else:
        terms = [w * _AREAS[kind](a, b, env["delta"]) for a, b, w in zip(p, y, env["w"], strict=True)]
        loss = Fraction(sum(terms)) / (n if env["mean"] else 1)
        found = {"loss": rounded(loss), "terms": Vector(map(rounded, terms))}
    found |= {"gradient": Vector(slopes)} if (slopes := _counted_gradient(env)) else {}
    return found | ({"loss": found["terms"]} if env["reduction"] == "none" else {})


_AREAS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "mse": lambda a, b, d: a * a - 2 * a * b + b * b,
    "mae": lambda a, b, d: max(a, b) - min(a, b),
    "half-squared": lambda a, b, d: Fraction(a * a + b * b) / 2 - a * b,
    "huber": lambda a, b, d: Fraction(min(abs(a - b), d)) ** 2 / 2 + d * max(abs(a - b) - d, 0),  # triangle, rectangle
    "hinge": lambda a, b, d: Fraction(abs(1 - a * b) + 1 - a * b) / 2,
    "squared-hinge": lambda a, b, d: Fraction((1 - a * b) * (abs(1 - a * b) + 1 - a * b)) / 2,
    "nll": lambda a, b, d: abs(a) * b if b > 0 else a * -b,
}


def _counted_gradient(env: Env) -> list[Any] | None:
    """The gradient: of logits, of logarithms, of pieces of parabolas."""
    if _gradient(env) is None:
        return None
    kind, parts = env["kind"], len(env["q"]) if env["mean"] else 1
    every = list(zip(env["q"], env["y"], env["w"], strict=True))
    if env["logits"] is not None:
        if kind == "bce":
            alone, weights = [1 for _ in every], [w for _, _, w in every]
        else:
            alone = [sum(exp(other) for other in env["logits"]) - exp(z) for z in env["logits"]]
            weights = [sum(Fraction(w) * y for _, y, w in every)] * len(every)
        rises = [value_and_slope(parse("ln(c + exp(z))", "c", "z"), {"c": (c, 0), "z": (z, 1)})[1]
                 for c, z in zip(alone, env["logits"], strict=True)]  # fmt: skip
        return [rounded((Fraction(whole) * rise - w * y) / parts)
                for whole, rise, (_, y, w) in zip(weights, rises, every, strict=True)]  # fmt: skip
    if kind in _LOGARITHMS:
        return [rounded(w * value_and_slope(LOSSES[kind].term_expr, {"p": (p, 1), "y": (y, 0)})[1] / Fraction(parts))
                if y or kind == "bce" else 0 for p, y, w in every]  # fmt: skip
    h, d = Fraction(1, 10**40), env["delta"]
    return [rounded(w * Fraction(_AREAS[kind](p + h, y, d) - _AREAS[kind](p - h, y, d)) / (2 * h * parts))
            if kind not in ("hinge", "squared-hinge") or p * y != 1 else 0 for p, y, w in every]  # fmt: skip


def _of_likelihood(env: Env, p: Any, y: Any) -> Any:
    """One logarithm of the likelihood p^y (1 - p)^(1 - y); of one class among several, of p^y."""
    import sympy

    kind, p, y = env["kind"], sympy_value(p), sympy_value(y)
    if kind == "focal":
        right = p if y == 1 else 1 - p
        positives = sympy_value(Fraction(env["balance"] or 0))
        share = 1 if env["balance"] is None else positives if y == 1 else 1 - positives
        return sympy.log(1 / right) * (1 - right) ** env["gamma"] * share
    if kind == "kl":
        return sympy.log((y / p) ** y) if y else sympy.Integer(0)
    return -sympy.log(p**y * ((1 - p) ** (1 - y) if kind == "bce" else 1))


def _of_logits(env: Env) -> list[Any]:
    """Without probabilities, for each element: y times ln(sum of e^z), or ln(1 + e^z), less y z."""
    import sympy

    pairs = [(sympy_value(z), sympy_value(y)) for z, y in zip(env["logits"], env["y"], strict=True)]
    if env["kind"] == "bce":
        return [sympy.log(1 + sympy.exp(z)) - y * z for z, y in pairs]
    total = sympy.log(sympy.Add(*(sympy.exp(z) for z, _ in pairs)))
    return [y * (total - z) for z, y in pairs]


_MSE, _MAE, _BCE, _CLASSES = (
    {"kind": (kind,), "mean": (kind != "cross-entropy",)} for kind in ("mse", "mae", "bce", "cross-entropy")
)
_REDUCED = {"reduction": (None, "mean", "sum")}
_LOGARITHMIC = {"kind": _LOGARITHMS, **_REDUCED}
MISCONCEPTIONS = (
    misconception("forgot-mean", "The mean divides by the number of elements.",
                  where={"kind": ("mse", "mae", "bce", "huber", "hinge", "squared-hinge"), "mean": (True,)},
                  loss=_total),
    misconception("halved", "Some texts halve the mean for the derivative's sake; the MSE itself is not halved.",
                  where=_MSE, loss=lambda env: _mean(env) / 2),
    misconception("rooted", "That is the root of it (RMSE).", where=_MSE, loss=lambda env: sqrt(_mean(env))),
    misconception("absolute-for-squared", "The errors are squared.", where=_MSE, loss=lambda env: _mean(env, "mae")),
    misconception("squared-for-absolute", "The errors are not squared here.",
                  where=_MAE, loss=lambda env: _mean(env, "mse")),
    misconception("signed-errors", "Without a square or a sign taken off, errors cancel.",
                  where={"kind": ("mse", "mae"), "mean": (True,)},
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
    misconception("squared-beyond-delta", "Beyond delta the Huber loss is linear.",
                  where={"kind": ("huber",), **_REDUCED}, loss=lambda env: _reduced(env, "half-squared")),
    misconception("negative-hinge", "A margin above 1 costs nothing: max(0, 1 - y p).",
                  where={"kind": ("hinge",), **_REDUCED}, loss=lambda env: _without_floor(env)),
    misconception("cross-entropy-for-divergence", "KL takes the target's own entropy off.",
                  where={"kind": ("kl",), **_REDUCED}, loss=lambda env: _reduced(env, "cross-entropy")),
    misconception("forgot-focus", "Each term is scaled by (1 - q)^gamma.",
                  where={"kind": ("focal",), **_REDUCED}, loss=lambda env: _reduced({**env, "gamma": 0})),
    misconception("coefficient-for-loss", "That is the Dice coefficient; the loss is 1 less it.",
                  where={"kind": ("dice",)}, loss=lambda env: 1 - _total(env)),
    misconception("forgot-two", "The Dice coefficient is twice the overlap over both sizes.",
                  where={"kind": ("dice",)}, loss=lambda env: (1 + _total(env)) / 2),
    misconception("forgot-weights", "Each term counts with its weight.", wrong=lambda env: _unweighted(env)),
    misconception("forgot-smoothing", "Smoothing takes a share of the target and spreads it over all classes.",
                  where=_CLASSES, loss=lambda env: _total({**env, "y": env["hard"]})),
    misconception("reversed-gradient", "The gradient is p - y: positive where the prediction is too large.",
                  gradient=lambda env: Vector(-one for one in env["slopes"]) if "slopes" in env else None),
)  # fmt: skip


def _without_floor(env: Env) -> Any:
    margins = (w * (1 - p * y) for p, y, w in zip(env["q"], env["y"], env["w"], strict=True))
    return Fraction(sum(margins)) / (len(env["q"]) if env["mean"] else 1)


def _unweighted(env: Env) -> Values:
    plain = work({**env, "weights": None, "w": [1] * len(env["q"])})
    return {one.name: plain[one.symbol] for one in RESULTS if one.symbol in plain} if env["weights"] else {}


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    kind, rules = env["kind"], dict[str, str]()
    if kind in _SUMMED and not env["reduction"]:
        rules["reduction"] = "summed over the classes of one sample"
    elif kind != "dice":
        rules["reduction"] = {"none": "none"}.get(env["reduction"], "mean over the elements" if env["mean"] else "sum")
    if kind in ("bce", "cross-entropy"):
        rules |= {"logarithm": "natural", "0 ln 0": "0"}
    return rules | ({"logarithm": "natural"} if kind in ("kl", "focal") else {})
