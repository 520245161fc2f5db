"""Dropout: which values stay, how they are scaled in training, and what comes out on average.

    y_i = m_i x_i/(1 - p) in training,  y = x at inference

Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, Dropout, 2014.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, factor, step
from cnnquiz.mathematics.precise import exact
from cnnquiz.solution import Vector
from cnnquiz.solver.calculator import Case, Env, Quantity, Result, Results, Steps, Values, misconception, where
from cnnquiz.solver.givens import FLAG, choice, integer, number, numbers

_SHOWN = 8
_WITH_X = where("x")
QUANTITIES = (
    Quantity("p", "rate", number(0, 1), "the probability that a unit is dropped", positional=True),
    Quantity("x", "input", numbers(1_000), "the values that come in", None),
    Quantity("mask", "mask", numbers(1_000), "for each of them, 1 if it is kept and 0 if it is dropped", None,
             only=Case("in training, where x is given", lambda env: env["phase"] == "training" and env["x"])),
    Quantity("phase", "mode", choice("training", "inference", also={"train": "training", "eval": "inference",
                                                                    "test": "inference"}),
             "training or inference", "training", only=_WITH_X),
    Quantity("inverted", "inverted", FLAG, "scale in training (no: at inference, as at first)", True),
    Quantity("units", "num_features", integer(1, letters=False), "units, for how many stay on average", None),
)  # fmt: skip
RESULTS = (
    Result("output", "what comes out", answer=True),
    Result("scale", "what the values that are kept are multiplied by in training", answer=True),
    Result("expected", "what comes out in training on average", answer=True, label="expected output"),
    Result("expected_kept", "how many units stay on average", answer=True, label="units kept on average"),
)
TOPIC = "training"
SHORTHAND = ("p x",)
EXAMPLES = ("0.5 --x 2,4,6,8 --mask 1,0,1,1", "0.2 --units 100", "0.5 --x 2,4 --phase inference")
CONVENTIONS = {
    "p": "the probability of dropping (PyTorch), not of keeping",
    "scaling": lambda env: "in training, by 1/(1 - p) (inverted dropout, PyTorch and Keras)" if env["inverted"]
    else "at inference, by 1 - p (the first paper)",
}
LETTERS = {"m": "1 where a value is kept, otherwise 0"}


def prepare(values: Values) -> Values:
    """Refuses a mask that does not fit, and a rate of 1, of which nothing is left to scale."""
    x, mask = values["x"], values["mask"]
    if values["p"] == 1:
        raise GivenError("p: with 1 every unit is dropped, and nothing is left to scale: take less", "p")
    if mask is not None and (x is None or len(mask) != len(x)):
        raise GivenError("mask: it has one entry for each value of x" + ("; x is missing" if x is None else ""), "mask")
    if mask is not None and any(one not in (0, 1) for one in mask):
        raise GivenError("mask: write 1 for a value that is kept, and 0 for one that is dropped", "mask")
    return {**values, "training": values["phase"] == "training"}


def _output(env: Env, mask: Any, scale: Any) -> Any:
    """Every value times its mask and the scale."""
    return Vector(exact(Fraction(one) * keep * scale) for one, keep in zip(env["x"], mask, strict=True))


def _scale(env: Env) -> Any:
    return exact(1 / (1 - Fraction(env["p"]))) if env["inverted"] else 1


def _factor(env: Env) -> Any:
    """What values are multiplied by in this phase."""
    return _scale(env) if env["training"] else 1 if env["inverted"] else 1 - env["p"]


def work(env: Env, factor: Any = None, mask: Any = None) -> Values:
    """The output, the scale and the averages; the other arguments change the output, as misconceptions do."""
    found: Values = {"scale": _scale(env)}
    if env["units"] is not None:
        found["expected_kept"] = exact(env["units"] * (1 - Fraction(env["p"])))
    if env["x"] is not None:
        found["expected"] = _output(env, [1 - env["p"]] * len(env["x"]), _scale(env))
        mask = mask or (env["mask"] if env["training"] else [1] * len(env["x"]))
        if mask is not None:
            found["output"] = _output(env, mask, _factor(env) if factor is None else factor)
    return found


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The scale; each value; the averages."""
    p = env["p"]
    if env["inverted"] and want != "expected_kept":
        why = "What is kept grows, so that on average the same comes out with and without dropout."
        yield step("Scale in training", "1/(1 - p)", chain("1/(1 - ", p, ")"), results["scale"], why, "scale")
    elif want in (None, "scale"):
        yield step("Scale in training", value=1, why="Nothing is scaled before inference.", of="scale")
    if "output" in results and want in (None, "output"):
        yield from _output_steps(env, results)
    if "expected" in results and want in (None, "expected"):
        why = "A share 1 - p of the time a value is kept and scaled, otherwise it is 0."
        for at, (one, mean) in enumerate(zip(env["x"][:_SHOWN], results["expected"], strict=False), 1):
            filled = chain("(1 - ", p, ")*", factor(one), "*", factor(results["scale"]))
            yield step(f"Average {at}", "(1 - p)*x_i*scale", filled, mean, why, "expected")
            why = ""
        yield step("Expected output", value=results["expected"], of="expected")
    if "expected_kept" in results and want in (None, "expected_kept"):
        filled = chain(env["units"], "*(1 - ", p, ")")
        yield step("Kept on average", "n*(1 - p)", filled, results["expected_kept"], of="expected_kept")


def _output_steps(env: Env, results: Results) -> Steps:
    by = _factor(env)
    if not env["training"] and env["inverted"]:
        why = "At inference nothing is dropped, and nothing is left to scale."
        yield step("Inference", "y = x", value=results["output"], why=why, of="output")
        return
    rule = "y_i = m_i*x_i" + ("*scale" if env["inverted"] else "") if env["training"] else "y_i = (1 - p)*x_i"
    for at, (one, y) in enumerate(zip(env["x"][:_SHOWN], results["output"], strict=False)):
        keep = [factor(env["mask"][at]), "*"] if env["training"] else []
        scaled = [] if by == 1 else ["*", factor(by)]
        yield step(f"Value {at + 1}", rule, chain(*keep, factor(one), *scaled), y, of="output")
    yield step("Output", value=results["output"], of="output")


def count(env: Env) -> Values:
    """The scale that makes the two outcomes average to 1; every average from all outcomes with their probability."""
    p, keep = Fraction(env["p"]), 1 - Fraction(env["p"])
    scale = exact(_root(lambda s: keep * s + p * 0 - 1)) if env["inverted"] else 1
    found: Values = {"scale": scale}
    if env["units"] is not None:
        found["expected_kept"] = exact(env["units"] - p * env["units"])
    if env["x"] is not None:
        outcomes = [[(keep, Fraction(one) * scale), (p, Fraction(0))] for one in env["x"]]
        found["expected"] = Vector(exact(sum(chance * y for chance, y in both)) for both in outcomes)
        if not env["training"]:
            found["output"] = found["expected"] if not env["inverted"] else env["x"]
        elif env["mask"] is not None:
            found["output"] = Vector(exact(both[1 - int(m)][1]) for both, m in zip(outcomes, env["mask"], strict=True))
    return found


def _root(line_of: Any) -> Fraction:
    """Where a straight line crosses zero, from two of its points."""
    start, end = Fraction(line_of(0)), Fraction(line_of(1))
    return start / (start - end)


def _dropped_at_inference(env: Env) -> Values:
    return {} if env["training"] or env["x"] is None else {"output": work(env)["expected"] if not env["inverted"] else
                                                           Vector(exact(one * (1 - env["p"])) for one in env["x"])}


def _masked(env: Env, factor: Any) -> Values:
    """Another factor in training."""
    return work(env, factor) if env["training"] and env["mask"] is not None else {}


MISCONCEPTIONS = (
    misconception("forgot-scale", "What is kept is divided by 1 - p, so that the average stays.",
                  wrong=lambda env: {"scale": 1} | _masked(env, 1)),
    misconception("keep-for-drop", "p is the probability of dropping: 1 - p stay.",
                  wrong=lambda env: work({**env, "p": 1 - env["p"]}) if env["p"] else {}),
    misconception("multiplied-by-share", "Divide by 1 - p; multiplying would make the average smaller still.",
                  wrong=lambda env: {"scale": 1 - env["p"]} | _masked(env, 1 - env["p"]) if env["inverted"] else {}),
    misconception("scaled-at-inference", "With inverted dropout nothing is scaled at inference.",
                  where={"inverted": (True,)}, wrong=_dropped_at_inference),
    misconception("not-scaled-at-inference", "Without scaling in training, values are multiplied by 1 - p now.",
                  where={"inverted": (False,)},
                  wrong=lambda env: {} if env["training"] or env["x"] is None else {"output": env["x"]}),
    misconception("mask-turned-round", "A mask of 1 keeps a value; 0 drops it.",
                  wrong=lambda env: work(env, mask=[1 - m for m in env["mask"]])
                  if env["training"] and env["mask"] is not None else {}),
    misconception("average-of-what-is-dropped", "On average a share 1 - p stays, scaled.",
                  expected=lambda env: None if env["x"] is None else
                  Vector(exact(one * (1 - env["p"])) for one in env["x"])),
)  # fmt: skip
