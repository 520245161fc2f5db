"""Gradient descent, step by step: steps of sgd, momentum, nesterov, adagrad, rmsprop or adam for a given J or gradient.

    theta <- theta - alpha dJ/dtheta

Source: Ruder, An overview of gradient descent optimization algorithms, 2016, sections 2 and 4; Loshchilov and Hutter,
Decoupled weight decay regularization, 2019; Reddi, Kale and Kumar, On the convergence of Adam and beyond, 2018.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from math import ceil, floor, log10
from typing import Any

from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.mathematics.analysis import derivative_by_rules, number, parse, sides, slope
from cnnquiz.mathematics.expression import Expr, Name, Num, names_in, replace, walk
from cnnquiz.mathematics.notation import ascii_text, chain, factor, math, step, value_math
from cnnquiz.mathematics.optimisers import (
    ADAPTIVE_MEANS,
    METHODS,
    NAMES,
    Gradient,
    Method,
    componentwise,
    memory,
    run,
    thetas_by_sums,
    with_formulas,
)
from cnnquiz.mathematics.precise import limit_digits, rounded
from cnnquiz.mathematics.sympy_forms import derivative, from_sympy, symbolic, sympy_value
from cnnquiz.solution import Drawing, Math, Vector, parts
from cnnquiz.solver import givens
from cnnquiz.solver.calculator import (
    Case,
    Drawings,
    Env,
    Quantity,
    Result,
    Results,
    Steps,
    Values,
    misconception,
    where,
)
from cnnquiz.solver.givens import Kind, choice, integer, matrix, number_or_numbers, numbers, words

_SHOWN = 8
_COUNTED = 60
_MOST_STEPS = 10_000
_MOST_WORK = 100_000  # steps times the operations of J
_MOST_COMPONENTS = 8
_NUMBERED = ("theta", "theta_", "w", "w_", "x", "x_", "t", "t_")
_VARIABLES = (*_NUMBERED, *(f"{name}{at}" for name in _NUMBERED for at in range(10)), "y", "z", "u", "v", "a", "b")
_USUAL = {"gamma": Fraction(9, 10), "rho": Fraction(9, 10), "beta1": Fraction(9, 10), "beta2": Fraction(999, 1000)}
TOPIC = "training"
SYNONYMS = (
    "adam: method adam", "sgd", "momentum: method momentum", "nesterov: method nesterov", "rmsprop: method rmsprop",
    "adagrad: method adagrad", "gradient descent", "optimizer", "optimiser",
)  # fmt: skip
SHORTHAND = ("J theta alpha",)
EXAMPLES = (
    "'6*theta^2 - 6*theta + 6' --theta 3 --alpha 0.05",
    "'theta^2' --theta 1 --alpha 0.1 --method momentum --steps 2",
    "--gradient 2 --theta 1 --alpha 0.1",
)
CONVENTIONS = {
    "method": lambda env: f"{env['method']}, {METHODS[env['method']].convention}",
    "before": lambda env: _begun(env),
    "taken": lambda env: _hyperparameters(env, METHODS[env["method"]]),
    "weight decay": lambda env: "wd*theta is added to the gradient (PyTorch)" if _is_in_gradient(env) else "",
}


def _case_of(name: str) -> Case:
    """The cases of the methods that take this hyperparameter, or keep what has this symbol."""
    return where("method", *(word for word, method in METHODS.items() if name in (*method.takes, *method.kept)))


QUANTITIES = (
    Quantity("J", "loss", words("EXPRESSION", 1_000), "the function to minimise: 6*theta^2 - 6*theta + 6", None,
             positional=True),
    Quantity("gradient", "grad", Kind("G1,G2", lambda raw: raw), "the gradient instead of J: a number for each step",
             None),
    Quantity("theta", "parameter", number_or_numbers(_MOST_COMPONENTS), "where it starts: 3, or 1,1", 0),
    Quantity("alpha", "lr", givens.number(0), "the learning rate"),
    Quantity("method", "optimizer", choice(*METHODS), "the method", "sgd"),
    Quantity("steps", "num_steps", integer(1, letters=False), "how many steps", 1),
    Quantity("wd", "weight_decay", givens.number(0), "weight decay: that many times theta is added to the gradient", 0),
    Quantity("gamma", "momentum", givens.number(0, 1), "momentum: the share of the last step that is kept", None,
             only=_case_of("gamma")),
    Quantity("rho", "decay", givens.number(0, 1), "rmsprop: the share of the old mean", None, only=_case_of("rho")),
    Quantity("beta1", "beta1", givens.number(0, 1), "adam and its kin: the share of the old mean", None,
             only=_case_of("beta1")),
    Quantity("beta2", "beta2", givens.number(0, 1), "adam and its kin: the share of the old mean of squares", None,
             only=_case_of("beta2")),
    Quantity("epsilon", "eps", givens.number(0), "added to the root, against division by zero", 0,
             only=_case_of("epsilon")),
    Quantity("v0", "momentum_buffer", number_or_numbers(_MOST_COMPONENTS), "the velocity before the first step", None,
             only=_case_of("v")),
    Quantity("m0", "exp_avg", number_or_numbers(_MOST_COMPONENTS), "the running mean before the first step", None,
             only=_case_of("m")),
    Quantity("s0", "square_avg", number_or_numbers(_MOST_COMPONENTS),
             "what is kept of the squared gradients before the first step", None,
             only=_case_of("s")),
    Quantity("done", "step", integer(0, letters=False), "adam and its kin: the steps made before these", 0,
             only=_case_of("m")),
)  # fmt: skip
_BEFORE = ("v0", "m0", "s0")
_KEPT = (  # what a method keeps from step to step
    Result("velocity", "the velocity after the last step", symbol="v"),
    Result("first_moment", "the running mean of the gradients, m", symbol="m"),
    Result("second_moment", "what is kept of the squared gradients: their sum or running mean", symbol="s"),
    Result("largest_second_moment", "the largest running mean of the squares so far", symbol="smax"),
    Result("corrected_first_moment", "m over its bias factor, m-hat", symbol="mhat"),
    Result("corrected_second_moment", "the mean of the squares over its bias factor", symbol="shat"),
)
RESULTS = (
    Result("theta", "theta after the last step", answer=True, label="new theta", symbol="new_theta"),
    Result("thetas", "theta after each step", label="theta after each step"),
    Result("gradients", "the gradient that each step used", label="gradient of each step"),
    Result("derivative", "dJ/dtheta", label="J'(theta)"),
    *_KEPT,
    Result("first_bias_factor", "1 - beta1^t at the last step"),
    Result("second_bias_factor", "1 - beta2^t at the last step"),
    Result("rule", "one step of plain descent, with letters", label="one step"),
    Result("J", "J after the last step", label="J after the last step", symbol="J_end"),
)


def prepare(values: Values) -> Values:
    """Reads J or the gradients; takes the usual hyperparameters where none are given."""
    env = values | {name: usual for name, usual in _USUAL.items() if values[name] is None} | {"variables": ("theta",)}
    if env["steps"] > _MOST_STEPS:
        raise GivenError(f"steps: {env['steps']} are more than the {_MOST_STEPS:,} that are worked", "steps")
    if (env["J"] is None) == (env["gradient"] is None):
        raise GivenError("give J, as in 6*theta^2 - 6*theta + 6, or the gradient (and not both)", "J")
    _refuse_state(env)
    if env["method"] in ADAPTIVE_MEANS and 1 in (env["beta1"], env["beta2"]):
        raise GivenError("beta1 and beta2 must be below 1: nothing of the gradient would be left", "beta1")
    if env["J"] is None:
        return env | {"gradient": _read_gradient(env["gradient"], env["steps"], env["theta"])}
    env["J"] = _in_theta(env["J"], "J")
    if len(walk(env["J"])) * env["steps"] * len(parts(env["theta"])) > _MOST_WORK:
        raise GivenError("steps: too many for so long a J; take fewer", "steps")
    return env | {"variables": _variables(env["J"], env["theta"])}


def _refuse_state(env: Env) -> None:
    """GivenError where what is kept from before does not go with theta, or cannot be."""
    if env["method"] in ADAPTIVE_MEANS and env["done"] + env["steps"] > _MOST_STEPS:
        raise GivenError(f"done: at most {_MOST_STEPS:,} steps are worked, those before included", "done")
    for name in _stated(env):
        many, components = len(parts(env[name])), len(parts(env["theta"]))
        if isinstance(env[name], Vector) and (many != components or not isinstance(env["theta"], Vector)):
            raise GivenError(f"{name}: {many} numbers for {components} of theta: give as many", name)
        if name == "s0" and any(one < 0 for one in parts(env[name])):
            raise GivenError("s0: what is kept of squares is 0 or more", "s0")


def _kept(env: Env) -> list[str]:
    """The givens for what the method keeps from step to step."""
    return [f"{symbol}0" for symbol in METHODS[env["method"]].kept if f"{symbol}0" in _BEFORE]


def _stated(env: Env) -> list[str]:
    """Those of them that are given."""
    return [name for name in _kept(env) if env[name] is not None]


def _begun(env: Env) -> str:
    """What the method kept before the first step, in words."""
    stated = [f"{name} = {value_math(env[name]).ascii}" for name in _stated(env)]
    return ", ".join(stated) or (f"{' and '.join(name[0] for name in _kept(env))} = 0" if _kept(env) else "")


def _variables(J: Expr, theta: Any) -> tuple[str, ...]:
    """The variable of each component of theta; GivenError where they do not go together."""
    used = tuple(sorted(names_in(J)))
    if not isinstance(theta, Vector):
        if len(used) > 1:
            said = f"J has {len(used)} variables, {', '.join(used)}"
            raise GivenError(f"theta: {said}; give a number for each, or write J in theta alone", "theta")
        return ("theta",)
    if len(used) != len(theta):
        said = ", ".join(used) or "none"
        raise GivenError(f"theta: {len(theta)} numbers for {len(used)} variables in J ({said})", "theta")
    return used


def _in_theta(text: Any, name: str) -> Expr:
    """The expression; its one variable is called theta."""
    found = parse(text, *_VARIABLES)
    used = names_in(found)
    return found if len(used) > 1 else replace(found, {one: Name("theta") for one in used})


def _read_gradient(raw: Any, steps: int, theta: Any) -> Any:
    """The gradient of each step, with as many components as theta, or an expression in theta."""
    if isinstance(theta, Vector):
        rows = matrix().read(raw)
        if len(rows) != steps or any(len(row) != len(theta) for row in rows):
            fault = f"give {len(theta)} numbers for each of {steps} steps, as in 2 8; 1 4"
            raise GivenError(f"gradient: {fault}", "gradient")
        return rows
    try:
        found: tuple[Any, ...] = numbers(_MOST_STEPS).read(raw if isinstance(raw, list | tuple | str) else [raw])
    except GivenError:
        formula = _in_theta(raw, "gradient")
        if names_in(formula) - {"theta"}:
            raise GivenError("gradient: write it in theta alone, or give numbers", "gradient") from None
        return formula
    if len(found) != steps:
        raise GivenError(f"gradient: {len(found)} for {steps} steps; give one for each step, or J", "gradient")
    return found


def _slopes(env: Env) -> tuple[Expr, ...] | None:
    """The derivative of J by each variable, or the gradient, as formulas; None where it is given step by step."""
    if env["J"] is not None:
        return tuple(derivative(env["J"], name) for name in env["variables"])
    return None if isinstance(env["gradient"], Vector) else (env["gradient"],)


def _at(env: Env, theta: Any) -> dict[str, Any]:
    """The variables at a place."""
    return dict(zip(env["variables"], parts(theta), strict=True))


def _like(theta: Any, values: Iterable[Any]) -> Any:
    """The values as theta is: a number, or a vector."""
    found = Vector(values)
    return found if isinstance(theta, Vector) else found[0]


def _gradient(env: Env) -> Gradient:
    """The gradient at a place in a step, by sympy's derivative of J, without the weight decay."""
    formulas = _slopes(env)
    if formulas is None:
        return lambda at, t: env["gradient"][t - 1]
    return lambda at, t: _like(at, (number(formula, _at(env, at)) for formula in formulas))


def _is_in_gradient(env: Env, method: Method | None = None) -> bool:
    """Whether there is weight decay, and the method adds it to the gradient."""
    return bool(env["wd"]) and not (method or METHODS[env["method"]]).decoupled


def _with_decay(env: Env, gradient: Gradient, method: Method | None = None) -> Gradient:
    """The gradient with the weight decay, where that belongs to it."""
    if not _is_in_gradient(env, method):
        return gradient
    return lambda at, t: componentwise(lambda g, one: limit_digits(g + env["wd"] * one), gradient(at, t), at)


def _states(env: Env, method: Method | None = None, gradient: Gradient | None = None, **other: Any) -> Iterator[Any]:
    """Each step's state and rules; of another method, by another gradient or with other hyperparameters."""
    asked = {**env, **other}
    decayed = _with_decay(asked, gradient or _gradient(env), method)
    return run(method or METHODS[env["method"]], asked, decayed, env["steps"])


def _hyperparameters(env: Env, method: Method) -> str:
    """What the method takes besides alpha, in words."""
    added = " (frameworks add 1e-8)" if "epsilon" in method.takes and not env["epsilon"] else ""
    return ", ".join(f"{name} = {value_math(env[name]).ascii}" for name in method.takes) + added


def _J(env: Env, theta: Any) -> Any:
    return number(env["J"], _at(env, theta))


def _rounded(value: Any) -> Any:
    return componentwise(rounded, value)


def work(env: Env) -> Values:
    """Every step, exactly or to 100 digits."""
    states = [state for state, _ in _states(env)]
    last, method = states[-1], METHODS[env["method"]]
    found: Values = {"thetas": Vector(_rounded(state["theta"]) for state in states)}
    found["new_theta"] = found["thetas"][-1]
    found["gradients"] = Vector(_rounded(state["g"]) for state in states)
    found |= {rule.symbol: _rounded(last[rule.symbol]) for rule in method.rules if rule.symbol != "theta"}
    if env["method"] in ADAPTIVE_MEANS:
        found |= _factors(env, *_FACTORS.values())
    if (formulas := _slopes(env)) is not None:
        texts = [ascii_text(formula) for formula in formulas]
        found["derivative"] = texts if isinstance(env["theta"], Vector) else texts[0]
        if env["method"] == "sgd" and len(formulas) == 1:
            whole = parse("g + wd*theta", "g", "wd", "theta") if env["wd"] else Name("g")
            whole = replace(whole, {"g": formulas[0], "wd": Num(env["wd"])})
            found["rule"] = ascii_text(replace(method.rules[0].expr, {"g": whole}))
    if env["J"] is not None:
        found["J_end"] = rounded(_J(env, last["theta"]))
    return found


_FACTORS = {"first_bias_factor": "1 - beta1^t", "second_bias_factor": "1 - beta2^t"}


def _in_t(formula: str) -> Expr:
    return parse(formula, "beta1", "beta2", "t")


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The derivative, then the rules of each step with their numbers."""
    if want in _FACTORS:
        known = {**env, "t": env["done"] + env["steps"]}
        why = "The mean starts at 0 and holds only this share of the gradients so far."
        formula = _in_t(_FACTORS[want])
        yield step("Bias factor", math(formula), math(formula, known), results[want], why, want)
        return
    formulas = _slopes(env)
    inner = next((one.symbol for one in _KEPT if one.name == want), "")
    group = want if inner and want else "theta"
    if env["J"] is not None and formulas is not None:
        for name, formula in zip(env["variables"], formulas, strict=True):
            of_one = "J'(theta) = d/dtheta [" if len(formulas) == 1 else f"dJ/d{name} = d/d{name} ["
            yield step("Differentiate", chain(of_one, math(env["J"]), "]"), value=math(formula), of=group)
    for t, (state, rules) in enumerate(islice(_states(env), _SHOWN), 1):
        yield from _gradient_steps(env, t, state, rules, formulas, group)
        for rule, before, after in rules:
            title = f"Step {t}: {rule.title[:1].lower()}{rule.title[1:]}"
            why = _overshoot(env, state) if rule.symbol == "theta" else ""
            why = why or (rule.why if t == 1 else "")
            left, filled = math(rule.expr, left=rule.symbol), _with_numbers(rule.expr, before)
            yield step(title, left, filled, _rounded(after), why, group)
            if t == env["steps"] and rule.symbol == inner:
                return


def _gradient_steps(
    env: Env, t: int, state: Results, rules: Any, formulas: tuple[Expr, ...] | None, group: str
) -> Steps:
    """Where the gradient of a step is taken, what it is, and the weight decay."""
    ahead = METHODS[env["method"]].ahead
    if ahead:
        filled = _with_numbers(parse("theta - gamma*v", *state), rules[0][1])
        why = "Nesterov looks ahead: the gradient is taken where the velocity leads."
        yield step(f"Step {t}: look ahead", "l = theta - gamma*v", filled, _rounded(state["l"]), why, group)
    if formulas is None:
        given = env["gradient"][t - 1]
        yield step(f"Step {t}: gradient", "g", value=given, of=group)
    else:
        at = {name: rounded(one) for name, one in _at(env, state["l"]).items()}
        filled, given = _row(math(formula, at) for formula in formulas), _rounded(_gradient(env)(state["l"], t))
        left, why = "g", "The gradient has a component for each variable." if t == 1 else ""
        if not isinstance(env["theta"], Vector):
            left, why = f"g = J'({'l' if ahead else 'theta'})", _kink(formulas[0], state["l"])
        yield step(f"Step {t}: gradient", left, filled, given, why, group)
    if _is_in_gradient(env):
        factors = componentwise(lambda one: factor(one), _rounded(state["l"]))
        filled = chain(given, " + ", env["wd"], "*", factors if not isinstance(factors, Vector) else _row(factors))
        why = "Weight decay adds to the gradient, so every step also shrinks theta." if t == 1 else ""
        yield step(f"Step {t}: weight decay", "g + wd*theta", filled, _rounded(state["g"]), why, group)


def _row(pieces: Iterable[Math]) -> Math:
    """One formula as it is, and several in square brackets."""
    found = list(pieces)
    return found[0] if len(found) == 1 else chain("[", chain(*found, joint=", "), "]")


def _with_numbers(formula: Expr, state: Results) -> Math:
    return math(formula, {name: _rounded(one) for name, one in state.items()})


def _kink(slope: Expr, at: Any) -> str:
    """A sentence that J has no slope at a place, where it has none: the value taken is a convention."""
    if (both := sides(slope, "theta", at)) is None:
        return ""
    left, right = (value_math(one).ascii for one in both)
    return f"J has a kink here, from slope {left} to {right}: what is taken between them is a convention."


def _overshoot(env: Env, state: Results) -> str:
    """A sentence that the step is too long, where J grew in it."""
    if env["J"] is None:
        return ""
    before, after = (rounded(_J(env, at)) for at in (state["l"], _rounded(state["theta"])))
    if after <= before:
        return ""
    return f"J grew from {value_math(before).ascii} to {value_math(after).ascii}: the step is too long."


def count(env: Env) -> Values:
    """The recurrences as sums over all gradients, which are found by dual numbers instead of sympy; J by sympy.

    Counted are up to 60 steps.
    """
    J, theta = env["J"], env["theta"]
    found: Values = {}
    with suppress(KeyError):
        formulas = (env["gradient"],) if J is None else [derivative_by_rules(J, name) for name in env["variables"]]
        if not isinstance(formulas[0], Vector):
            texts = [ascii_text(formula) for formula in formulas]
            found["derivative"] = texts if isinstance(theta, Vector) else texts[0]
            parts_of_rule = {"g": formulas[0], "wd": Num(env["wd"])}
            if env["method"] == "sgd" and len(formulas) == 1:
                rule = parse("(1 - alpha*wd)*theta - alpha*g", *NAMES, "wd")
                found["rule"] = ascii_text(replace(rule, parts_of_rule))
    if env["steps"] > _COUNTED:
        return found
    if env["method"] in ADAPTIVE_MEANS:
        for name, beta in zip(_FACTORS, (env["beta1"], env["beta2"]), strict=True):
            ages = range(env["done"] + env["steps"])
            found[name] = rounded(sum((1 - Fraction(beta)) * Fraction(beta) ** age for age in ages))
    with suppress(KeyError):
        thetas, used = thetas_by_sums(env["method"], env, _with_decay(env, _counted_gradient(env)), env["steps"])
        found |= {"theta": _rounded(thetas[-1]), "thetas": Vector(map(_rounded, thetas))}
        found["gradients"] = Vector(map(_rounded, used))
        kept = memory(env["method"], env, used)
        found |= {one.name: _rounded(kept[one.symbol]) for one in _KEPT if one.symbol in kept}
        if J is not None:
            at = {name: sympy_value(one) for name, one in _at(env, thetas[-1]).items()}
            found["J"] = lambda: from_sympy(symbolic(J, at))
    return found


def _counted_gradient(env: Env) -> Gradient:
    """The gradient by dual numbers, one variable after the other."""
    if env["J"] is None:
        return _gradient(env)

    def gradient(at: Any, t: int) -> Any:
        places = _at(env, at)
        return _like(at, (slope(env["J"], name, one, places) for name, one in places.items()))

    return gradient


def _thetas(env: Env, **other: Any) -> Values:
    states = [state for state, _ in _states(env, **other)]
    thetas = Vector(_rounded(state["theta"]) for state in states)
    inner = {one.name: _rounded(states[-1][one.symbol]) for one in _KEPT if env.get(one.symbol) is not None}
    return {"theta": thetas[-1], "thetas": thetas, **inner}


def _with_last_rule(env: Env, old: str, new: str) -> Method:
    """The method with part of its last rule replaced."""
    method = METHODS[env["method"]]
    return with_formulas(method, theta=method.rules[-1].formula.replace(old, new, 1))


def _factors(env: Env, first: str, second: str) -> Values:
    """The bias factors by other formulas."""
    known = {**env, "t": env["done"] + env["steps"]}
    formulas = zip(_FACTORS, (first, second), strict=True)
    return {name: rounded(number(_in_t(formula), known)) for name, formula in formulas}


def _squares(env: Env) -> str:
    """What the step of a kin of Adam is divided by, before it is corrected."""
    return "smax" if env["method"] == "amsgrad" else "s"


def _by_components(env: Env, other: Callable[[Vector], list[Any]]) -> Values:
    """The thetas with another gradient made of the right one's components."""
    if not isinstance(env["theta"], Vector):
        return {}
    right = _gradient(env)
    return _thetas(env, gradient=lambda at, t: Vector(other(right(at, t))))


_ADAPTIVE = ("adagrad", "rmsprop", *ADAPTIVE_MEANS)
_OF_ADAM = {"method": ADAPTIVE_MEANS}
MISCONCEPTIONS = (
    misconception("ascended", "Descend: subtract the gradient.",
                  wrong=lambda env: _thetas(env, method=_with_last_rule(env, "theta - ", "theta + "))),
    misconception("forgot-learning-rate", "The step is the gradient times the learning rate.",
                  wrong=lambda env: _thetas(env, alpha=1)),
    misconception("forgot-weight-decay", "The weight decay times theta belongs to the gradient.",
                  wrong=lambda env: _thetas(env, wd=0)),
    misconception("J-for-derivative", "The step follows the slope of J, not its value.",
                  where={"gradient": (None,)}, wrong=lambda env: _thetas(env, gradient=lambda at, t: _J(env, at))),
    misconception("plain", "That is plain gradient descent: the method's memory is missing.",
                  where={"method": ("momentum", "nesterov", "nesterov-pytorch", *_ADAPTIVE)},
                  wrong=lambda env: _thetas(env, method=METHODS["sgd"])),
    misconception("averaged-form", "Here v = gamma v + alpha g; the averaged form weighs g by 1 - gamma.",
                  where={"method": ("momentum",)},
                  wrong=lambda env: _thetas(env, method=with_formulas(
                      METHODS["momentum"], v="gamma*v + (1 - gamma)*g", theta="theta - alpha*v"))),
    misconception("no-look-ahead", "Nesterov takes the gradient at theta - gamma v.",
                  where={"method": ("nesterov",)}, wrong=lambda env: _thetas(env, method=METHODS["momentum"])),
    misconception("textbook-nesterov", "PyTorch takes the gradient where theta stands, and steps by g + gamma v.",
                  where={"method": ("nesterov-pytorch",)}, wrong=lambda env: _thetas(env, method=METHODS["nesterov"])),
    misconception("velocity-alone", "PyTorch's Nesterov steps by g + gamma v; by v alone it is plain momentum.",
                  where={"method": ("nesterov-pytorch",)},
                  wrong=lambda env: _thetas(env, method=_with_last_rule(env, "(g + gamma*v)", "v"))),
    misconception("decay-in-gradient", "AdamW takes the decay off theta itself, not into the gradient.",
                  where={"method": ("adamw",)}, wrong=lambda env: _thetas(env, method=METHODS["adam"])),
    misconception("decay-without-rate", "The decay is times the learning rate, too.", where={"method": ("adamw",)},
                  wrong=lambda env: _thetas(env, method=with_formulas(METHODS["adamw"], d="wd*theta"))),
    misconception("latest-squares", "AMSGrad divides by the largest mean of the squares so far.",
                  where={"method": ("amsgrad",)}, wrong=lambda env: _thetas(env, method=METHODS["adam"])),
    misconception("forgot-root", "Divide by the square root of the squared gradients.",
                  where={"method": _ADAPTIVE}, wrong=lambda env: _thetas(env, method=_with_last_rule(env, "sqrt", ""))),
    misconception("never-forgot", "RMSProp averages the squares; AdaGrad adds them up.",
                  where={"method": ("rmsprop",)}, wrong=lambda env: _thetas(env, method=METHODS["adagrad"])),
    misconception("averaged-squares", "AdaGrad adds the squares up; RMSProp averages them.",
                  where={"method": ("adagrad",)},
                  wrong=lambda env: _thetas(env, method=METHODS["rmsprop"], rho=_USUAL["rho"])),
    misconception("forgot-bias-correction", "Divide both means by 1 - beta^t: they start at 0.",
                  where=_OF_ADAM, wrong=lambda env: _thetas(env, method=with_formulas(
                      METHODS[env["method"]], mhat="m", shat=_squares(env)))),
    misconception("divided-by-power", "Divide by 1 - beta^t, not by beta^t.", where=_OF_ADAM,
                  wrong=lambda env: _thetas(env, method=with_formulas(
                      METHODS[env["method"]], mhat="m/beta1^t", shat=f"{_squares(env)}/beta2^t"))
                  | _factors(env, "beta1^t", "beta2^t")),
    misconception("swapped-shares", "The mean keeps the share beta and takes in 1 - beta of the new gradient.",
                  where=_OF_ADAM,
                  wrong=lambda env: _thetas(env, method=with_formulas(
                      METHODS[env["method"]], m="(1 - beta1)*m + beta1*g", mhat="m", shat=_squares(env)))),
    misconception("times-steps", "The share that is missing is beta^t, a power.", where=_OF_ADAM,
                  wrong=lambda env: _factors(env, "t*(1 - beta1)", "t*(1 - beta2)")),
    misconception("first-step-factor", "The factor changes with every step: 1 - beta^t.", where=_OF_ADAM,
                  wrong=lambda env: _factors(env, "1 - beta1", "1 - beta2")),
    misconception("forgot-state", "What the method kept from the steps before still counts.",
                  wrong=lambda env: _thetas(env, **dict.fromkeys(_BEFORE, 0))
                  if _stated(env) else {}),
    misconception("one-step-only", "That is where the first step ends; go on from there.",
                  wrong=lambda env: {"theta": env["thetas"][0]} if env["steps"] > 1 else {}),
    misconception("first-gradient-again", "Every step takes the gradient at the place where it begins.",
                  where={"gradient": (None,)},
                  wrong=lambda env: _thetas(env, gradient=lambda at, t: _gradient(env)(env["theta"], 1))),
    misconception("summed-gradient", "Every component follows its own derivative.",
                  wrong=lambda env: _by_components(env, lambda g: [sum(g)] * len(g))),
    misconception("swapped-components", "Every component follows its own derivative.",
                  wrong=lambda env: _by_components(env, lambda g: list(reversed(g)))),
)  # fmt: skip


def drawings(env: Env, results: Results) -> Drawings:
    """J with the places that the steps reach."""
    if env["J"] is None or isinstance(env["theta"], Vector):
        return
    thetas = [env["theta"], *results["thetas"]][:_SHOWN]
    low, high = _view(env, thetas)
    xs = [low + (high - low) * Fraction(at, 40) for at in range(41)]
    with suppress(CnnquizError, OverflowError):
        ys = [float(_J(env, x)) for x in xs]
        names = ["start", *(f"step {t}" for t in range(1, len(thetas)))]
        marks = [[float(x), float(_J(env, x)), name] for name, x in zip(names, thetas, strict=True)]
        yield Drawing("curve", {"xs": list(map(float, xs)), "ys": ys, "marks": marks, "xlabel": "theta", "ylabel": "J"})


def _view(env: Env, thetas: list[Any]) -> tuple[Any, Any]:
    """The part of the axis that is drawn, between round numbers: the steps, and the lowest place near them."""
    low, high = min(thetas), max(thetas)
    reach = max(high - low, Fraction(1, 2))
    near = [low - reach * 2 + (high - low + reach * 4) * Fraction(at, 60) for at in range(61)]
    with suppress(CnnquizError):
        lowest = min(near[1:-1], key=lambda x: _J(env, x))
        low, high = min(low, lowest), max(high, lowest)
    edge = max((high - low) / Fraction(4), Fraction(1, 10))
    grain = Fraction(10) ** (floor(log10(high - low + 2 * edge)) - 1)
    return floor((low - edge) / grain) * grain, ceil((high + edge) / grain) * grain
