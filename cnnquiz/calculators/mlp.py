"""Small network: forward and backward pass of a perceptron or a multilayer perceptron by hand, and one update.

    z = W x + b,  a = f(z),  delta_l = W^T delta_(l+1) * f'(z_l),  dL/dW_l = delta_l a_(l-1)^T

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import takewhile
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.activations import with_alpha
from cnnquiz.mathematics.analysis import (
    function_slope,
    function_value,
    number,
    slope_formula,
    value_and_slope,
    value_formula,
)
from cnnquiz.mathematics.losses import LOSSES
from cnnquiz.mathematics.notation import ascii_text, chain, factor, math, series, step, sum_of_products
from cnnquiz.mathematics.precise import exact, exp, limit_digits, rounded
from cnnquiz.solution import Drawing, Math, Vector
from cnnquiz.solver import givens
from cnnquiz.solver.calculator import (
    REQUIRED,
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
from cnnquiz.solver.givens import Kind, choice, matrix, numbers

_WIDEST = 8  # numbers that come into a layer, or go out of it
_DEEPEST = 3
_SATURATED = 100  # |z| beyond this has no gradient that 100 digits could hold
_PIECEWISE = ("relu", "relu6", "leaky-relu", "prelu", "hard-swish", "step", "identity", "linear")
_FUSED = {"cross-entropy": "softmax", "bce": "sigmoid"}  # losses and the output with which they leave p - y
_LOSSES = ("mse", "half-squared", "bce", "cross-entropy")
_LAYERS = range(1, _DEEPEST + 1)


def _name(raw: Any) -> str:
    return "softmax" if str(raw).strip().lower() == "softmax" else with_alpha(raw).name


def _hidden(raw: Any) -> tuple[str, ...]:
    names = raw if isinstance(raw, list | tuple) else str(raw).split(",")
    return tuple(with_alpha(one).name for one in names)


QUANTITIES = (
    Quantity("x", "input", numbers(_WIDEST), "the input: 0.8,0.6"),
    *(
        quantity
        for at in _LAYERS
        for quantity in (
            Quantity(f"W{at}", f"weight{at}", matrix(_WIDEST), f"the weights of layer {at}: 1 2; 3 4",
                     REQUIRED if at == 1 else None, only=where(f"W{at - 1}") if at > 1 else None),
            Quantity(f"b{at}", f"bias{at}", numbers(_WIDEST), f"the biases of layer {at}: 1,2 (none: all 0)", None,
                     only=where(f"W{at}")),
        )
    ),
    Quantity("product", "product", choice("Wx", "xW", also={"wx": "Wx", "xw": "xW"}),
             "Wx: a row of W for each unit (PyTorch); xW: a column for each unit (Keras)", "Wx"),
    Quantity("hidden", "hidden_activation", Kind("NAME", _hidden),
             "the activation of the hidden layers: relu, leaky-relu 0.2, or one for each", None, only=where("W2")),
    Quantity("output", "output_activation", Kind("NAME", _name),
             "the activation of the last layer: sigmoid, linear 3, ..., or softmax", "identity"),
    Quantity("y", "target", numbers(_WIDEST), "the targets, for the loss and its gradients: 1,0", None),
    Quantity("loss", "loss", choice(*_LOSSES), "the loss", None, only=where("y")),
    Quantity("alpha", "lr", givens.number(0), "the learning rate of one step", None, only=where("y")),
)  # fmt: skip


def _of_layers(name: str, meaning: str, last: int = _DEEPEST, **more: Any) -> Iterator[Result]:
    """One result for each layer."""
    for at in range(1, last + 1):
        yield Result(name.format(at), f"the {meaning.format(at)}", label=meaning.format(at), **more)


RESULTS = (
    Result("output", "the output of the last layer", answer=True, symbol="y_hat"),
    Result("loss", "the loss", answer=True, symbol="L"),
    *_of_layers("z{}", "pre-activations of layer {}"),
    *_of_layers("a{}", "activations of layer {}", _DEEPEST - 1),
    *_of_layers("delta{}", "error of layer {}"),
    *_of_layers("dW{}", "gradient of W{}", answer=True),
    *_of_layers("db{}", "gradient of b{}", answer=True),
    Result("dx", "the gradient of the input", label="gradient of x"),
    *_of_layers("new_W{}", "new W{}", answer=True),
    *_of_layers("new_b{}", "new b{}", answer=True),
)
TOPIC = "by hand"
SYNONYMS = ("perceptron", "neuron", "forward pass", "backpropagation", "backprop")
EXAMPLES = (
    "--x 0.8,0.6 --W1 '0.4 -0.7' --b1 0.3 --output sigmoid",
    "--x 1,2 --W1 '1 -1; 0.5 1' --W2 '1 2' --hidden relu --y 3 --loss mse --alpha 0.1",
    "--x 1,-1 --W1 '1 0; 2 1' --output softmax --y 1,0 --loss cross-entropy",
)
CONVENTIONS = {
    "product": lambda env: (
        "Wx, a row of W for each unit" if env["product"] == "Wx" else "xW, a column of W for each unit"
    ),
    "loss": lambda env: "" if env["loss"] is None else (
        f"{LOSSES[env['loss']].term}, " + ("the mean over the outputs" if LOSSES[env["loss"]].averaged else "added up")
    ),
    "derivative at 0": lambda env: (
        "the left side's (PyTorch)" if env["y"] and "relu" in " ".join(env["functions"]) else ""
    ),
    "gradients": lambda env: "all taken at the old weights" if env["alpha"] is not None else "",
}


def prepare(values: Values) -> Values:
    """The layers with a row for each unit; refuses what does not go together."""
    came, layers = len(values["x"]), []
    for at in takewhile(lambda one: values[f"W{one}"] is not None, _LAYERS):
        rows, b = values[f"W{at}"], values[f"b{at}"]
        rows = rows if values["product"] == "Wx" else _transposed(rows)
        if len(rows[0]) != came:
            each = "row" if values["product"] == "Wx" else "column"
            other = "; with the other product it fits" if len(rows) == came else ""
            raise GivenError(f"W{at}: a {each} has {len(rows[0])} numbers, but {came} come in{other}", f"W{at}")
        if b is not None and len(b) != len(rows):
            raise GivenError(f"b{at}: {len(b)} biases for {len(rows)} units: give one for each", f"b{at}")
        came = len(rows)
        layers.append((rows, b))
    return values | {"layers": layers, "functions": _functions(values, len(layers))} | _loss(values, came)


def _functions(values: Values, count: int) -> list[str]:
    """The activation of each layer."""
    hidden = values["hidden"] or ()
    if count > 1 and not hidden:
        raise GivenError("hidden is missing: the activation of the hidden layers, such as relu", "hidden")
    if count > 1 and len(hidden) not in (1, count - 1):
        raise GivenError(f"hidden: {len(hidden)} activations for {count - 1} hidden layers", "hidden")
    return [*(hidden * (count - 1) if len(hidden) == 1 else hidden)[: count - 1], values["output"]]


def _loss(values: Values, outputs: int) -> Values:
    """The loss, where there are targets; GivenError where it does not go with them or with the output."""
    y, name = values["y"], values["loss"]
    if y is None:
        return {"loss": None, "alpha": None}
    if len(y) != outputs:
        raise GivenError(f"y has {len(y)} numbers for {outputs} outputs: give as many", "y")
    if "step" in (values["output"], *(values["hidden"] or ())):
        raise GivenError("y: a step has no slope to go back through: leave y out, or take a sigmoid", "y")
    softmax = values["output"] == "softmax"
    name = name or ("cross-entropy" if softmax else None)
    if name is None:
        raise GivenError(f"loss is missing: {', '.join(_LOSSES)}", "loss")
    wanted = _FUSED.get(name)
    if (wanted or softmax) and values["output"] != wanted:
        pair = f"{name} goes with output {wanted}" if wanted else "output softmax goes with loss cross-entropy"
        raise GivenError(f"loss: {pair}", "loss")
    if wanted and any(not 0 <= one <= 1 for one in y):
        raise GivenError("y: probabilities lie between 0 and 1", "y")
    if name == "cross-entropy" and sum(y) != 1:
        raise GivenError("y: the target probabilities add up to 1", "y")
    return {"loss": name}


def _transposed(rows: Any) -> Vector:
    return Vector(map(Vector, zip(*rows, strict=True)))


def _dot(left: Any, right: Any) -> Any:
    return limit_digits(exact(sum(a * b for a, b in zip(left, right, strict=True))))


def _each(of_number: Callable[[Any], Any], value: Any) -> Any:
    """What is made of each number of a vector or a matrix."""
    return Vector(_each(of_number, one) for one in value) if isinstance(value, list | tuple) else of_number(value)


def _activations(name: str, z: list[Any]) -> list[Any]:
    if name != "softmax":
        f = with_alpha(name)
        return [function_value(f, one, f.alpha) for one in z]
    powers = [exp(one) for one in z]
    return [limit_digits(Fraction(one) / sum(powers)) for one in powers]


def _slope(name: str, z: Any) -> Any:
    f = with_alpha(name)
    return function_slope(f, z, f.alpha)


def _forward(env: Env, *, biased: bool, active: bool, turned: bool) -> list[tuple[list[Any], list[Any]]]:
    """The pre-activations and activations of each layer; before them, the input."""
    passed: list[tuple[list[Any], list[Any]]] = [([], list(env["x"]))]
    for at, ((rows, b), name) in enumerate(zip(env["layers"], env["functions"], strict=True), 1):
        rows = _transposed(rows) if turned and len(rows) == len(rows[0]) else rows
        z = [_dot([*row, 1], [*passed[-1][1], bias if biased else 0])
             for row, bias in zip(rows, b or [0] * len(rows), strict=True)]  # fmt: skip
        if env["y"] and name.partition(" ")[0] not in _PIECEWISE and any(abs(one) > _SATURATED for one in z):
            raise GivenError(f"W{at}: {name} is saturated beyond {_SATURATED}, and has no gradient left", f"W{at}")
        passed.append((z, _activations(name, z) if active else z))
    return passed


def work(
    env: Env, *, biased: bool = True, active: bool = True, turned: bool = False, averaged: bool | None = None,
    scale: Any = 1, slope: Callable[[str, Any], Any] = _slope, entered: int = 1, ahead: bool = False,
    rate: Any = None, down: int = 1,
) -> Values:  # fmt: skip
    """Forwards, backwards and one step; the keywords change a line each, as misconceptions do."""
    passed = _forward(env, biased=biased, active=active, turned=turned)
    outputs = passed[-1][1]
    found: Values = {"y_hat": outputs}
    found |= {f"z{at}": z for at, (z, _) in enumerate(passed) if at}
    found |= {f"a{at}": a for at, (_, a) in enumerate(passed[:-1]) if at}
    if env["y"]:
        loss = LOSSES[env["loss"]]
        parts = len(outputs) if (loss.averaged if averaged is None else averaged) else 1
        found["L"] = Fraction(sum(_terms(env, outputs))) / parts
        delta = [Fraction(scale * one) / parts for one in _output_errors(env, *passed[-1], slope)]
        found |= _backward(env, passed, delta, slope, entered, ahead, rate, down)
    return {name: _each(rounded, value) for name, value in found.items()}


def _terms(env: Env, outputs: list[Any]) -> list[Any]:
    """What each output adds to the loss."""
    term = LOSSES[env["loss"]].term_expr
    return [number(term, {"p": p, "y": y}) for p, y in zip(outputs, env["y"], strict=True)]


def _output_errors(env: Env, z: list[Any], outputs: list[Any], slope: Callable[[str, Any], Any]) -> list[Any]:
    """What each output's term gives by its pre-activation."""
    pairs = list(zip(outputs, env["y"], strict=True))
    if env["loss"] in _FUSED:
        return [p - y for p, y in pairs]
    by_output = [number(LOSSES[env["loss"]].slope_expr, {"p": p, "y": y}) for p, y in pairs]
    return [one * slope(env["output"], at) for one, at in zip(by_output, z, strict=True)]


def _backward(
    env: Env, passed: Any, delta: list[Any], slope: Any, entered: int, ahead: bool, rate: Any, down: int
) -> Values:
    """The gradients of each layer, the last one first, and the step."""
    found: Values = {}
    step_size = env["alpha"] if rate is None else rate
    for at in range(len(env["layers"]), 0, -1):
        rows, b = env["layers"][at - 1]
        into = passed[at - 1][entered if at > 1 else 1]
        gradients = [[limit_digits(d * one) for one in into] for d in delta]
        found |= {f"delta{at}": delta, f"dW{at}": _as_given(env, gradients)} | ({f"db{at}": delta} if b else {})
        if env["alpha"] is not None:
            moved = [_moved(row, g, down * step_size) for row, g in zip(rows, gradients, strict=True)]
            found[f"new_W{at}"] = _as_given(env, moved)
            found |= {f"new_b{at}": _moved(b, delta, down * step_size)} if b else {}
            rows = moved if ahead else rows
        back = [_dot(column, delta) for column in _transposed(rows)]
        if at > 1:
            name, z = env["functions"][at - 2], passed[at - 1][0]
            delta = [limit_digits(one * slope(name, place)) for one, place in zip(back, z, strict=True)]
    return found | {"dx": back}


def _wrongly(**change: Any) -> Callable[[Env], Values]:
    """The results by name, with a line changed."""

    def results(env: Env) -> Values:
        found = work(env, **change)
        return {one.name: found[one.symbol] for one in RESULTS if one.symbol in found}

    return results


def _as_given(env: Env, rows: Any) -> Any:
    return rows if env["product"] == "Wx" else _transposed(rows)


def _moved(values: Any, gradients: Any, step_size: Any) -> list[Any]:
    return [limit_digits(one - step_size * g) for one, g in zip(values, gradients, strict=True)]


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """Forwards unit by unit, the loss, then back from the last layer to the first."""
    every = [*_forward_steps(env, results), *(_backward_steps(env, results) if env["y"] else ())]
    last = max((at for at, one in enumerate(every) if one.of == want), default=len(every))
    beside = ("dW", "db", "new_") if want else ()
    yield from (one for one in every[: last + 1] if one.of == want or not one.of.startswith(beside))


def _forward_steps(env: Env, results: Results) -> Steps:
    into, deepest = env["x"], len(env["layers"])
    for at, ((rows, b), name) in enumerate(zip(env["layers"], env["functions"], strict=True), 1):
        z, before = results[f"z{at}"], "x" if at == 1 else f"a{at - 1}"
        for unit, row in enumerate(rows, 1):
            indices = f"{unit}i" if env["product"] == "Wx" else f"i{unit}"
            rule = f"z{at}_{unit} = sum_i W{at}_{indices} {before}_i" + (f" + b{at}_{unit}" if b else "")
            why = "Each unit adds up what comes in, each number times its weight." if at == unit == 1 else ""
            filled = sum_of_products(row, into, b[unit - 1] if b else None)
            yield step(f"Layer {at}, unit {unit}", rule, filled, z[unit - 1], why, f"z{at}")
        of = "output" if at == deepest else f"a{at}"
        if name != "identity" or at < deepest:
            called = name if name.isalpha() else "f"
            yield step(f"Layer {at}: {name}", f"a{at} = {called}(z{at})", _row(_activated(name, z)), results[of], of=of)
        into = results[of]
    if name == "identity":
        yield step("Output", f"a{deepest} = z{deepest}", value=into, why="The output has no activation.", of="output")


def _activated(name: str, z: Any) -> Iterator[Math]:
    """The formula of an activation with each number put in."""
    if name == "softmax":
        total = series([chain("exp(", one, ")") for one in z], " + ")
        yield from (chain("exp(", one, ")/(", total, ")") for one in z)
        return
    f = with_alpha(name)
    for one in z:
        if name == "relu":
            yield chain("max(0, ", one, ")")
        else:
            yield math(value_formula(f, one), {"x": one, "a": f.alpha})


def _row(pieces: Any) -> Math:
    found = list(pieces)
    return found[0] if len(found) == 1 else chain("[", series(found, ", "), "]")


def _backward_steps(env: Env, results: Results) -> Steps:
    loss, deepest, outputs, y = LOSSES[env["loss"]], len(env["layers"]), results["output"], env["y"]
    n = len(y)
    over, share = (f"/{n}", "(1/n) ") if loss.averaged and n > 1 else ("", "")
    pairs = [{"p": p, "y": one} for p, one in zip(outputs, y, strict=True)]
    counted = [one for one in pairs if env["loss"] != "cross-entropy" or one["y"]]
    terms = series([math(loss.term_expr, one) for one in counted], " + ")
    filled = chain("(", terms, f"){over}") if over else terms
    term = ascii_text(loss.term_expr).replace("p", "p_k").replace("y", "y_k")
    yield step("Loss", f"L = {share}sum_k {term}", filled, results["loss"], f"p is the output a{deepest}.", "loss")
    delta = results[f"delta{deepest}"]
    left = f"delta{deepest} = dL/dz{deepest}"
    if env["loss"] in _FUSED:
        why = f"The slopes of {env['output']} and of the logarithm cancel: only p - y is left."
        errors = _row(chain("(", p, " - ", one, f"){over}") if over else chain(p, " - ", one)
                      for p, one in zip(outputs, y, strict=True))  # fmt: skip
        rule = f"{left} = (p - y)/n" if over else f"{left} = p - y"
    else:
        yield from _slope_steps(env, results, deepest)
        slopes = _slopes(env, results, deepest)
        errors = _row(chain("(", math(loss.slope_expr, one), f"){over}*", factor(slope))
                      for one, slope in zip(pairs, slopes, strict=True))  # fmt: skip
        rule, why = f"{left} = dL/dp f'(z{deepest})", f"The chain rule: dL/dp = {share}{ascii_text(loss.slope_expr)}."
    yield step(f"Error of layer {deepest}", rule, errors, delta, why, f"delta{deepest}")
    for at in range(deepest, 0, -1):
        yield from _layer_steps(env, results, at)


def _slopes(env: Env, results: Results, at: int) -> list[Any]:
    return [rounded(_slope(env["functions"][at - 1], z)) for z in results[f"z{at}"]]


def _slope_steps(env: Env, results: Results, at: int) -> Steps:
    """The slopes of a layer's activation."""
    f = with_alpha(env["functions"][at - 1])
    filled = _row(math(slope_formula(f, z), {"x": z, "a": f.alpha}) for z in results[f"z{at}"])
    found = Vector(_slopes(env, results, at))
    if f.name != "identity":
        yield step(f"Slopes of layer {at}", f"f'(z{at})", filled, found, f.slope_why, f"delta{at}")


def _layer_steps(env: Env, results: Results, at: int) -> Steps:
    """The gradients of a layer, its step, and the errors of the layer before it."""
    (rows, b), delta, before = env["layers"][at - 1], results[f"delta{at}"], "x" if at == 1 else f"a{at - 1}"
    into, gradient = env["x"] if at == 1 else results[before], results[f"dW{at}"]
    each = [[chain(factor(d), "*", factor(one)) for one in into] for d in delta]
    products = _row(_row(row) for row in (each if env["product"] == "Wx" else zip(*each, strict=True)))
    rule = f"delta{at} {before}^T" if env["product"] == "Wx" else f"{before}^T delta{at}"
    why = "The gradient of a weight: what came in times the error of its unit." if at == len(env["layers"]) else ""
    yield step(f"Gradient of W{at}", f"dL/dW{at} = {rule}", products, gradient, why, f"dW{at}")
    if b:
        yield step(f"Gradient of b{at}", f"dL/db{at} = delta{at}", value=results[f"db{at}"], of=f"db{at}")
    for name, old, slope in ((f"W{at}", env[f"W{at}"], gradient), (f"b{at}", b, delta)):
        if f"new_{name}" in results:
            filled = chain(old, " - ", env["alpha"], "*", slope)
            yield step(f"New {name}", f"{name} - alpha*dL/d{name}", filled, results[f"new_{name}"], of=f"new_{name}")
    sums = [sum_of_products(column, delta) for column in _transposed(rows)]
    if at == 1:
        yield step("Gradient of the input", "dL/dx = W1^T delta1", _row(sums), results["dx"], of="dx")
        return
    yield from _slope_steps(env, results, at - 1)
    for unit, (terms, slope) in enumerate(zip(sums, _slopes(env, results, at - 1), strict=True), 1):
        indices = f"k{unit}" if env["product"] == "Wx" else f"{unit}k"
        rule = f"delta{at - 1}_{unit} = (sum_k W{at}_{indices} delta{at}_k) f'(z{at - 1}_{unit})"
        filled = chain("(", terms, ")*", factor(slope))
        why = "Back along every weight by which the unit was used, then through its activation: times the slope at z."
        found = results[f"delta{at - 1}"][unit - 1]
        yield step(f"Error of layer {at - 1}, unit {unit}", rule, filled, found, why if unit == 1 else "",
                   f"delta{at - 1}")  # fmt: skip


def count(env: Env) -> Values:
    """Forwards only, with dual numbers: each weight and bias is moved by itself, and the loss says how fast it goes.

    The sums run over columns, and each activation's slope comes from its formula.
    """
    passed: list[tuple[list[Any], ...]] = [([], list(env["x"]), [])]
    found: Values = {}
    for at, ((rows, b), name) in enumerate(zip(env["layers"], env["functions"], strict=True), 1):
        z = list(b or [0] * len(rows))
        for one, column in zip(passed[-1][1], zip(*rows, strict=True), strict=True):
            z = [limit_digits(sofar + one * weight) for sofar, weight in zip(z, column, strict=True)]
        try:
            a, slopes = zip(*_pairs(name, z), strict=True)
        except KeyError:  # at a kink
            return {}
        passed.append((z, list(a), list(slopes)))
        found |= {f"z{at}": z, "output" if at == len(env["layers"]) else f"a{at}": list(a)}
    if env["y"]:
        terms = [_term_pair(env, p, y) for p, y in zip(passed[-1][1], env["y"], strict=True)]
        found["loss"] = sum(Fraction(term) for term, _ in terms) / _parts(env)
        found |= _counted_gradients(env, passed, [slope for _, slope in terms])
    return {name: _each(rounded, value) for name, value in found.items()}


def _pairs(name: str, z: list[Any]) -> list[Any]:
    """Each activation and its slope."""
    if name == "softmax":  # each by its own logit; what the others' rise takes away is taken off later
        return [(one, one) for one in _shares(z)]
    f = with_alpha(name)
    return [value_and_slope(value_formula(f, one), {"x": (one, 1), "a": (f.alpha, 0)}) for one in z]


def _shares(z: list[Any]) -> list[Any]:
    """Softmax by differences alone: 1/sum_j exp(z_j - z_i)."""
    return [limit_digits(1 / Fraction(sum(exp(other - one) for other in z))) for one in z]


def _parts(env: Env) -> int:
    return len(env["y"]) if LOSSES[env["loss"]].averaged else 1


def _term_pair(env: Env, p: Any, y: Any) -> Any:
    return value_and_slope(LOSSES[env["loss"]].term_expr, {"p": (p, 1), "y": (y, 0)})


def _counted_gradients(env: Env, passed: Any, slopes: list[Any]) -> Values:
    """How fast the loss grows with each number."""

    def rise(at: int, rises: list[Any]) -> Any:
        """The loss's rise, from those of the pre-activations of a layer."""
        above = [*(rows for rows, _ in env["layers"][at:]), None]
        for (_, a, local), name, weights in zip(passed[at:], env["functions"][at - 1 :], above, strict=True):
            whole = sum(p * one for p, one in zip(a, rises, strict=True)) if name == "softmax" else 0
            rises = [limit_digits(slope * (one - whole)) for slope, one in zip(local, rises, strict=True)]
            rises = rises if weights is None else [_dot(row, rises) for row in weights]
        return _dot(rises, slopes) / Fraction(_parts(env))

    found: Values = {}
    for at, (rows, b) in enumerate(env["layers"], 1):
        into = passed[at - 1][1]
        found[f"delta{at}"] = [rise(at, [int(k == unit) for k in range(len(rows))]) for unit in range(len(rows))]
        found[f"dW{at}"] = _as_given(env, [
            [rise(at, [one if k == unit else 0 for k in range(len(rows))]) for one in into] for unit in range(len(rows))
        ])  # fmt: skip
        found |= {f"db{at}": found[f"delta{at}"]} if b else {}
        for name in (f"W{at}", f"b{at}"):
            if env["alpha"] is not None and f"d{name}" in found:
                found[f"new_{name}"] = _stepped(env[name], found[f"d{name}"], env["alpha"])
    return found | {"dx": [rise(1, list(column)) for column in zip(*env["layers"][0][0], strict=True)]}


def _stepped(value: Any, gradient: Any, alpha: Any) -> Any:
    if isinstance(value, tuple):
        return [_stepped(one, g, alpha) for one, g in zip(value, gradient, strict=True)]
    return limit_digits(value - alpha * gradient)


MISCONCEPTIONS = (
    misconception("forgot-bias", "Each unit's bias is added to its sum.", wrong=_wrongly(biased=False)),
    misconception("forgot-activation", "Each layer's sums still go through its activation.",
                  wrong=_wrongly(active=False)),
    misconception("transposed-weights", "Which way W is read, says the product: rows for Wx, columns for xW.",
                  wrong=_wrongly(turned=True)),
    misconception("summed-for-mean", "This loss is the mean over the outputs: divide by their number.",
                  where={"loss": ("mse", "bce")}, wrong=_wrongly(averaged=False)),
    misconception("half-lost", "Half the squared error: its derivative is p - y, without a 2.",
                  where={"loss": ("half-squared",)},
                  wrong=lambda env: _wrongly(scale=2)(env) | {"loss": rounded(2 * env["L"])}),
    misconception("two-lost", "The derivative of a square brings down a 2.", where={"loss": ("mse",)},
                  wrong=_wrongly(scale=Fraction(1, 2))),
    misconception("reversed-error", "dL/dp is p - y: positive where the output is too large.",
                  wrong=_wrongly(scale=-1)),
    misconception("forgot-slope", "The chain rule goes through the activation too: times its slope at z.",
                  wrong=_wrongly(slope=lambda name, z: 1)),
    misconception("value-for-slope", "Times the slope f'(z), not the value f(z).",
                  wrong=_wrongly(slope=lambda name, z: _activations(name, [z])[0])),
    misconception("slope-at-output", "The slope is taken at z, not at the activation.",
                  wrong=_wrongly(slope=lambda name, z: _slope(name, _activations(name, [z])[0]))),
    misconception("sum-for-activation", "A weight's gradient takes the activation that came in, not the sum before.",
                  wrong=_wrongly(entered=0)),
    misconception("new-weights-first", "Every gradient is taken at the old weights; then all of them step.",
                  wrong=_wrongly(ahead=True)),
    misconception("ascended", "Descend: subtract the gradient.", wrong=_wrongly(down=-1)),
    misconception("forgot-learning-rate", "The step is the gradient times the learning rate.",
                  wrong=_wrongly(rate=1)),
)  # fmt: skip


def drawings(env: Env, results: Results) -> Drawings:
    """A table of the units: what each adds up, gives, and answers for."""
    columns, rows = ["unit", "z", "activation", *(["dL/dz"] if env["y"] else [])], []
    for at, _ in enumerate(env["layers"], 1):
        listed = [results[f"z{at}"], results.get(f"a{at}", results["output"]), results.get(f"delta{at}")]
        for unit, row in enumerate(zip(*(one for one in listed if one is not None), strict=True), 1):
            rows.append([f"layer {at}, unit {unit}", *row])
    yield Drawing("table", {"columns": columns, "rows": rows})
