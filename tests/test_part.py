"""A given that is stated takes part, or is refused: proved for every quantity of every calculator and method."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.solver.calculator import Calculator
from cnnquiz.solver.declaration import NoPartError

# What each quantity may be, by its short name; None leaves it out
_SIZES = [None, None, 8, 9, "9x7", "9x9x4", "4x9x9", "9x7x4", "8x9x7", "5x6x7x4"]
_AXES = [None, None, 1, 2, 3, "3x2"]
_YES_NO = [None, None, "yes", "no"]
_NETWORK = {
    "network": [None, None, "lenet5"], "layers": [None, "conv 4 k3; pool k2; dense 3", "k3; k2 s2", "conv 4 k3x2 p1"],
    "layer": [None, None, "conv1", "pool1"], "in": [*_SIZES, "32x32", "32x32x1"], "channels": [None, None, 1, 4],
    "layout": [None, "hwc", "chw"],
}  # fmt: skip
_LAYER = {
    "in": _SIZES, "k": [1, 2, 3, "3x2"], "s": _AXES, "p": [None, None, 0, 1, "1x0"], "d": [None, None, 1, 2],
    "channels": [None, None, 4, 2], "filters": [None, None, 2, 4], "groups": [None, None, 1, 2], "bias": _YES_NO,
    "layout": [None, None, "hwc", "chw"],
}  # fmt: skip
VALUES: dict[str, dict[str, list[Any]]] = {
    "activation": {"function": ["sigmoid", "tanh", "relu", "leaky-relu", "elu", "softplus", "gelu", "swish", "step",
                                "prelu", "relu6", "selu", "mish", "hard-swish", "linear"],
                   "x": [None, 0, 2, -3], "alpha": [None, 0, "1/5", 2]},
    "attention": {"Q": ["1 0; 0 1", "2 1; 1 1"], "K": [None, "1 1; 0 2", "1 0"], "V": [None, "1 2; 3 4", "5; 1"],
                  "causal": _YES_NO, "scaled": _YES_NO},
    "autoencoder": {"layers": ["8-3-8", "8-5-2-5-8"], "tied": _YES_NO, "bias": _YES_NO,
                    "dtype": [None, "fp32", "fp16", "int8"]},
    "batchnorm": {"values": [None, "2,4,6", "1,1", "3", "1,4,2,2"], "gamma": [None, 1, "2,1"], "beta": [None, 0, 1],
                  "kind": [None, None, "batch", "layer", "group"], "groups": [None, 1, 2], "inference": _YES_NO,
                  "eps": [None, 0, 1], "batch_mean": [None, None, 5, 1], "batch_var": [None, None, 2, 1],
                  "running_mean": [None, None, 0, 3], "running_var": [None, None, 1, 3],
                  "momentum": [None, None, "1/2", "1/10"]},
    "cell": {"cell": ["rnn", "rnn", "lstm", "gru"], "h": [None, "1", "-2"], "c": [None, None, "2", "1"],
             "x": ["1", "1/2"], "W": ["1", "1; 2; 3; 1", "1; 2; 1"], "U": ["2", "1; 2; 1; 3", "2; 1; 1"],
             "b": [None, None, "1", "1,0,1", "1,0,1,2"], "bh": [None, None, "1", "0,1,2", "2,0,1,1"],
             "nonlinearity": [None, "tanh", "relu"], **{key: [None, None, None, "1/2", "1/4"] for key in "ifgozn"}},
    "conv": _LAYER | {"p": [None, None, 0, 1, "same", "valid"], "framework": [None, None, "torch", "tf"],
                      "strict": _YES_NO},
    "conv2d": {"x": [None, "1 2; 3 4", "1 2 0; 3 1 1; 0 2 4", "1 2; 3 4 | 0 1; 1 0"],
               "k": [None, "1 0; -1 2", "1 0; -1 2 | 2 1; 0 1"], "b": [None, None, 1, "1,2"],
               "s": [None, 1, 2], "p": [None, 0, 1], "flip": _YES_NO,
               "dy": [None, "2", "1 0; 2 1"]},
    "convolve": {"x": ["1,2,3", "1 2; 3 4", "2"], "h": ["1,1", "1,2,1", "1 0; -1 2", "3"],
                 "mode": [None, "full", "valid", "same"], "correlate": _YES_NO, "bias": [None, 0, 1],
                 "x2": [None, "0,1,0", "1 0; 0 1"]},
    "cost": _NETWORK | {"batch": [None, 1, 3], "optimizer": [None, None, "sgd", "momentum", "adam"],
                        "unit": [None, None, "kib", "MB"]},
    "delta": {"A": [None, "1/10", 2, "a"], "f": [None, "t^2 + 1", "3"], "t0": [None, None, 0, 3],
              "n": [None, None, 0, 1]},
    "dense": {"inputs": [None, None, 2, 3, "2x1", "2x1x3"], "units": [None, None, 2, 4], "bias": _YES_NO,
              "x": [None, None, "1,1", "1,2"], "W": [None, None, "1 2; 3 4"], "b": [None, None, "5,6", "0,0"]},
    "dropout": {"p": [0, "1/2", "1/4"], "x": [None, "2,4", "1,-3"], "mask": [None, None, "1,0", "0,1"],
                "phase": [None, "training", "inference"], "inverted": _YES_NO, "units": [None, None, 10, 8]},
    "flatten": {"in": [size for size in _SIZES if size], "layers": ["conv 4 k3", "pool k2", "conv 4 k3; dense 2"],
                "channels": [None, None, 4, 2], "layout": [None, "hwc", "chw"]},
    "gradient": {"function": [None, "sigmoid", "tanh", "relu", "leaky-relu", "elu", "gelu"],
                 "slope": [None, None, "1/4", -1, "m"], "shortcut": _YES_NO,
                 "layers": [None, 1, 2, "n"], "values": [None, None, "0,1", "2,-1"], "weights": [None, None, "2,3"]},
    "impulse": {"equation": [None, "y[n] = x[n] + 0.5*y[n-1]", "y[n] = n*x[n]"], "h": [None, "1,2,1"],
                "n": [None, 3, 9]},
    "init": {"scheme": ["xavier", "he", "lecun"], "fan_in": [None, 4, 9], "fan_out": [None, 2, 5],
             "k": [None, None, 3, 1], "channels": [None, None, 2, 4], "filters": [None, None, 3, 5],
             "mode": [None, None, "fan-in", "fan-out"], "slope": [None, None, 0, "1/2"]},
    "iou": {"a": [None, "0,0,2,2", "1,1,3,4"], "b": [None, "1,1,3,3", "2,2,4,3"], "form": [None, "corners", "size"],
            "boxes": [None, None, "0 0 4 4; 1 0 5 4"], "scores": [None, None, "1,2", "2,1"],
            "threshold": [None, None, 0, 1, "1/2"]},
    "linear": {"operator": ["relu(x)", "3*x", "convolution", "max pooling", "x + 1"]},
    "loss": {"kind": ["mse", "mae", "bce", "cross-entropy", "huber", "hinge", "kl", "nll", "focal", "dice"],
             "p": [None, "0.5,0.5", "0.25,0.75"],
             "logits": [None, "1,2"], "y": [None, "1,0", "0,1"], "class": [None, None, 1, 2],
             "delta": [None, None, 1, "1/10"], "gamma": [None, None, 0, 2], "balance": [None, None, "1/4"],
             "smoothing": [None, None, 0, "1/10"], "weights": [None, None, "2,1"],
             "reduction": [None, None, "sum", "mean", "none"]},
    "memory": {"shapes": ["3x3x2", "4; 2x3"], "batch": [None, 1, 3], "dtype": [None, "fp32", "int8"],
               "unit": [None, "kb", "mib"]},
    "metrics": {"matrix": [None, None, "5 1; 2 6", "3 0; 1 4"], "rows": [None, None, "true", "predicted"],
                "tp": [None, None, 3, 4], "fp": [None, None, 1, 2], "fn": [None, None, 0, 1], "tn": [None, None, 5, 7],
                "labels": [None, None, "1,2,2", "1,1,2"], "predictions": [None, None, "1,2,1", "2,2,1"],
                "positive": [None, None, 1, 2]},
    "mlp": {"x": ["1,2", "0,1"], "W1": ["1 2", "1 0; 0 1"], "b1": [None, "1", "1,2"], "W2": [None, "1 1", "2"],
            "b2": [None, None, "1"], "W3": [None, None, "3"], "b3": [None, None, "1"], "product": [None, "Wx", "xW"],
            "hidden": [None, "relu", "leaky-relu 0.2"],
            "output": [None, "sigmoid", "softmax", "linear 3"], "y": [None, "1", "1,0"],
            "loss": [None, "mse", "bce", "cross-entropy"], "alpha": [None, 0, "1/2"]},
    "net": _NETWORK | {"count": [None, "bias", "pool", "bias,bn,activation,pool"], "classes": [None, None, 7],
                       "network": [None, None, "lenet5", "resnet18"],
                       "blocks": [None, None, None, "1,2,1,1", "2,2,2,2"],
                       "trained": [None, None, None, "conv1", "pool1"], "against": [None, None, "dense 2", "lenet5"]},
    "params": {"layer": [None, "conv", "dense", "depthwise", "separable", "batchnorm", "embedding"],
               "k": [None, 3, "3x2"], "channels": [None, 4, 2], "filters": [None, 2, 4], "groups": [None, None, 1, 2],
               "bias": _YES_NO, "bn": _YES_NO, "framework": [None, None, "torch", "tf"],
               "inputs": [None, None, 5], "units": [None, None, 3],
               "features": [None, None, 6], "vocabulary": [None, None, 10], "width": [None, None, 3],
               "out": [None, None, 8, "9x7"]},
    "pool": _LAYER | {"p": [None, None, 0, 1, "same", "valid"], "ceil": _YES_NO},
    "pool2d": {"kind": ["max", "average"], "x": ["1 2; 3 4", "1 2 0; 3 1 1; 0 2 4"], "k": [None, 2, 3],
               "s": [None, None, 1, 2], "p": [None, None, 0, 1], "ceil": _YES_NO, "counted": _YES_NO,
               "dy": [None, None, "2", "1 2; 3 0"]},
    "rf": _NETWORK | {"in": [None, None, "2x9x9", "9x9x2", "32x32", "32x32x1"], "k": [None, None, 3],
                      "s": [None, None, 1, 2], "d": [None, None, 1, 2], "n": [None, None, 1, 2]},
    "schedule": {"kind": ["step", "exponential", "geometric", "inverse", "cosine", "linear", "warmup"],
                 "alpha": ["0.1", 1], "t": [0, 3, 25], "every": [None, 2, 10], "factor": [None, "1/2", 1],
                 "k": [None, "1/10", 2], "T": [None, 30, 50], "low": [None, None, 0, "1/100"]},
    "rnn": {"cell": ["rnn", "lstm", "gru"], "input": [3, 5], "hidden": [2, 4], "layers": [None, 1, 3],
            "bidirectional": _YES_NO, "framework": [None, None, "torch", "tf"], "biases": [None, None, 0, 1, 2],
            "outputs": [None, None, 2]},
    "gan": {"real": [None, None, "0.5", "0.9,0.8"], "fake": [None, "0.5", "0.3,0.1"],
            "data": [None, None, "1", "0.6,0.4"], "model": [None, None, "1", "0.2,0.8"]},
    "vae": {"mean": ["1", "1,0"], "std": [None, None, "1", "1,2"], "var": [None, None, "2", "1,2"],
            "logvar": [None, None, "1", "0,1"], "noise": [None, None, "1", "1,-1"],
            "reconstruction": [None, None, 1, 10], "beta": [None, None, 0, 2]},
    "softmax": {"z": ["3,1,2", "1,1", "0"], "class": [None, 1, 2], "T": [None, 1, 2]},
    "stability": {"curvature": [None, 12, 2, "c"], "J": [None, None, "6*theta^2", "theta^2"],
                  "alpha": [None, "0.1", 1], "gamma": [None, None, "1/2", "9/10"]},
    "tconv": _LAYER | {"p": [None, None, 0, 1, "same", "valid"], "op": [None, None, 0, 1]},
    "train": {"samples": [5, 10, "n"], "batch": [4, 20, "b"], "epochs": [None, 1, 3], "drop_last": _YES_NO,
              "losses": [None, None, "1,2", "1,2,3", "1"], "accumulate": [None, None, 1, 2, 8]},
    "transformer": {"D": [8, 16], "heads": [None, 2, 4], "F": [None, 6, 10], "layers": [None, 1, 3],
                    "kind": [None, "encoder", "decoder"], "bias": _YES_NO, "n": [None, 3, 5], "batch": [None, 1, 4]},
    "update": {"J": [None, "theta^2", "3*theta", "5", "x*y + y"], "gradient": [None, "2", "1,2", "2*theta", "1 2"],
               "theta": [None, 0, 3, "1,2"], "alpha": ["0.1", 1],
               "method": [None, "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "amsgrad",
                          "nesterov-pytorch"], "steps": [None, 1, 2],
               "wd": [None, None, 0, "1/2"],
               "gamma": [None, None, "1/2", 0], "rho": [None, None, "1/2", 0], "beta1": [None, None, "1/2", 0],
               "beta2": [None, None, "1/2", 0], "epsilon": [None, None, 0, 1],
               "v0": [None, None, 0, 2, "1,2"], "m0": [None, None, 1, "0,1"], "s0": [None, None, 3, "2,1"],
               "done": [None, None, 0, 2]},
}  # fmt: skip
for _layer in ("pool", "tconv", "conv"):
    VALUES[_layer] = {q.short: VALUES[_layer][q.short] for q in calculators.load(_layer).quantities}
TRIES = 600


def cases(name: str, many: int = TRIES) -> Iterator[dict[str, Any]]:
    """Random givens of a calculator, most of them with few quantities."""
    chance = random.Random(f"part {name}")
    required = [q.short for q in calculators.load(name).quantities if None not in VALUES[name][q.short]]
    for _ in range(many):
        others = [short for short in VALUES[name] if short not in required]
        stated = {*required, *chance.sample(others, min(len(others), chance.randrange(7)))}
        drawn = {short: chance.choice(values) for short, values in VALUES[name].items() if short in stated}
        yield {short: value for short, value in drawn.items() if value is not None}


def outcome(calculator: Calculator, raw: dict[str, Any]) -> str:
    """All that follows from givens, whether or not each takes part: results, steps, wrong values, pictures, texts."""
    return _outcome(calculator.name, tuple(raw.items()))


@lru_cache(maxsize=100_000)
def _outcome(name: str, raw: tuple[tuple[str, Any], ...]) -> str:
    calculator = calculators.load(name)
    try:
        given = calculator.with_defaults(calculator.read_values(dict(raw)))
        solution = calculator.solve(given)
        values, results = calculator.values(given), calculator.result_values(given)
        worked = {one.name: values.get(one.symbol) for one in calculator.lines if one.name}
        wrong = [] if given.letters else [calculator.wrong_values(given, want) for want in results]
        said = (solution.conventions, solution.notes, solution.steps, solution.drawings)
        return repr((results, worked, wrong, said))
    except CnnquizError as fault:
        return f"refused: {fault}"


def matters(calculator: Calculator, raw: dict[str, Any], short: str) -> bool:
    """Whether some other value of a given, or its absence, changes anything."""
    others = {k: v for k, v in raw.items() if k != short}
    changed = ({k: value if k == short else v for k, v in raw.items()} for value in VALUES[calculator.name][short])
    return len({outcome(calculator, one) for one in [others, *(one for one in changed if one[short] is not None)]}) > 1


@pytest.mark.parametrize("name", calculators.names())
def test_each_given_takes_part_or_is_refused(name: str) -> None:
    calculator = calculators.load(name)
    seen: dict[tuple[str, ...], bool] = {}
    for raw in cases(name):
        try:
            calculator.solve(calculator.read(raw))
        except NoPartError as refused:
            worked = not outcome(calculator, raw).startswith("refused")
            assert not (worked and matters(calculator, raw, refused.quantity or "")), (raw, str(refused))
        except GivenError:
            continue
        else:
            idle = [short for short in raw if not matters(calculator, raw, short)]
            assert not idle, (raw, idle)
        seen[tuple(raw)] = True
    assert len(seen) > 1 or len(calculator.quantities) == 1


def test_every_quantity_of_every_calculator_is_drawn() -> None:
    for name in calculators.names():
        assert set(VALUES[name]) == {q.short for q in calculators.load(name).quantities}, name
