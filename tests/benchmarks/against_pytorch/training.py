"""Training: update by PyTorch's optimisers, train by its loader of batches."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from math import isfinite
from typing import Any

import torch
import torch.nn.functional as F
from comparison import CNNQUIZ, PYTORCH, Asked, Chance, Comparison, Convention, Given, decimals, row, rows, some, tensor
from mathematics import ACTIVATIONS, activation_function
from torch import nn
from torch.utils.data import DataLoader

_LOSSES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "theta^2": lambda x: x**2,
    "6*theta^2 - 6*theta + 6": lambda x: 6 * x**2 - 6 * x + 6,
    "theta^4/4 - 2*theta": lambda x: x**4 / 4 - 2 * x,
    "abs(theta)": torch.abs,
    "relu(theta) + theta/3": lambda x: torch.relu(x) + x / 3,
    "ln(1 + theta^2)": lambda x: torch.log(1 + x**2),
    "tanh(theta)^2 - exp(-theta)": lambda x: torch.tanh(x) ** 2 - torch.exp(-x),
    "sigmoid(theta)*sin(theta)": lambda x: torch.sigmoid(x) * torch.sin(x),
    "sqrt(theta^2 + 1)": lambda x: torch.sqrt(x**2 + 1),
    "max(theta, 1 - theta)": lambda x: torch.maximum(x, 1 - x),
    "5": lambda x: 0 * x + 5,
}
_METHODS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")


def draw_update(chance: Chance) -> tuple[Given, Asked]:
    """Every method with its numbers, for a function, a gradient in theta or one for each step."""
    steps, method = chance.randint(1, 5), chance.choice(_METHODS)
    given: Given = {"alpha": decimals(chance, -0.01, 0.5, 3), "method": method, "steps": steps}
    given |= some(chance, theta=chance.choice([0.5, decimals(chance, -2, 2)]), wd=decimals(chance, 0, 0.5))
    share = partial(chance.choice, [0, 0.3, 0.5, 0.9, 0.99, 1])
    given |= some(chance, gamma=share, rho=share, beta1=share, beta2=share,
                  epsilon=lambda: chance.choice([0, 1e-8, 1e-3, 1]))  # fmt: skip
    name = chance.choice(list(_LOSSES))
    how = chance.random()
    if how < 0.6:
        return {**given, "J": name}, {**given, "J": name}
    if how < 0.8:
        return {**given, "gradient": "2*theta - 1"}, {**given, "slope": True}
    given["gradient"] = row(chance, steps + int(chance.random() < 0.05))
    return given, given


def update(asked: Asked) -> dict[str, Any]:
    """By torch.optim, whose Nesterov keeps the place ahead as its parameter: from that, theta itself."""
    parameter = nn.Parameter(tensor(asked.get("theta", 0)))
    method, gamma = asked["method"], asked.get("gamma", 0.9)
    optimiser = _optimiser(method, gamma, parameter, asked)
    numbers = asked.get("gradient")
    if numbers is not None and len(numbers) != asked["steps"]:
        raise ValueError("not one gradient for each step")
    thetas, gradients, theta = [], [], parameter.item()
    for t in range(asked["steps"]):
        optimiser.zero_grad()
        if numbers is None:
            loss = parameter**2 - parameter if "slope" in asked else _LOSSES[asked["J"]](parameter)
            loss.backward()
        else:
            parameter.grad = tensor(numbers[t])
        assert parameter.grad is not None
        decay = asked.get("wd", 0) if method in ("sgd", "momentum") else 0
        gradients.append(parameter.grad.item() + decay * parameter.item())
        optimiser.step()
        ahead = parameter.item()
        theta = (ahead + gamma * theta) / (1 + gamma) if method == "nesterov" else ahead
        thetas.append(theta)
    found = {"theta": thetas[-1], "thetas": thetas, "gradients": gradients}
    return found | ({"J": _LOSSES[asked["J"]](tensor(theta)).item()} if "J" in asked else {})


def _optimiser(method: str, gamma: float, parameter: nn.Parameter, asked: Asked) -> torch.optim.Optimizer:
    lr, eps = asked["alpha"], asked.get("epsilon", 0)
    if method in ("sgd", "momentum", "nesterov"):
        share = 0 if method == "sgd" else gamma
        decay = 0 if method == "nesterov" else asked.get("wd", 0)
        return torch.optim.SGD([parameter], lr, share, weight_decay=decay, nesterov=method == "nesterov")
    if method == "adagrad":
        return torch.optim.Adagrad([parameter], lr, eps=eps)
    if method == "rmsprop":
        return torch.optim.RMSprop([parameter], lr, asked.get("rho", 0.9), eps)
    return torch.optim.Adam([parameter], lr, (float(asked.get("beta1", 0.9)), float(asked.get("beta2", 0.999))), eps)


def draw_mlp(chance: Chance) -> tuple[Given, Asked]:
    """One to three layers, every activation, with and without biases, targets, a step; now and then a misfit."""
    sizes = [chance.randint(1, 4) for _ in range(chance.randint(2, 4))]
    keras = chance.random() < 0.5
    given: Given = {"x": row(chance, sizes[0])} | ({"product": "xW"} if keras else {})
    for at, (n, m) in enumerate(pairwise(sizes), 1):
        n += int(chance.random() < 0.02)
        given[f"W{at}"] = rows(chance, n, m, -2, 2) if keras else rows(chance, m, n, -2, 2)
        given |= {f"b{at}": row(chance, m)} if chance.random() < 0.5 else {}
    hidden = [chance.choice([*ACTIVATIONS, "leaky-relu"]) for _ in sizes[2:]]
    given |= {"hidden": ",".join(hidden)} if hidden else {}
    output = chance.choice(["identity", "sigmoid", "tanh", "relu", "softmax"])
    given |= {"output": output} if output != "identity" or chance.random() < 0.5 else {}
    if chance.random() < 0.8:
        losses = {"softmax": ["cross-entropy"], "sigmoid": ["mse", "half-squared", "bce"]}
        given["loss"] = chance.choice(losses.get(output, ["mse", "half-squared"]))
        given["y"] = row(chance, sizes[-1], 0, 1) if given["loss"] == "bce" else row(chance, sizes[-1])
        if output == "softmax":
            given["y"] = chance.sample([1] + [0] * (sizes[-1] - 1), sizes[-1])
        given |= some(chance, alpha=lambda: decimals(chance, 0, 1))
    return given, {"output": "identity", **given, "sizes": sizes, "keras": keras, "names": [*hidden, output]}


def mlp(asked: Asked) -> dict[str, Any]:
    """By F.linear, PyTorch's activations and losses, autograd, and SGD for the step."""
    params = {name: tensor(asked[name]).requires_grad_() for name in asked if name[0] in "Wb" and name[1:].isdigit()}
    x = tensor(asked["x"]).requires_grad_()
    a, found, sums = x, dict[str, Any](), []
    for at, name in enumerate(asked["names"], 1):
        W = params[f"W{at}"].T if asked["keras"] else params[f"W{at}"]
        sums.append(F.linear(a, W, params.get(f"b{at}")))
        sums[-1].retain_grad()
        a = F.softmax(sums[-1], 0) if name == "softmax" else activation_function(name, None)(sums[-1])
        found |= {f"z{at}": sums[-1], "output" if at == len(asked["names"]) else f"a{at}": a}
    if "y" not in asked:
        return found
    y = tensor(asked["y"])
    loss = {
        "mse": lambda: F.mse_loss(a, y), "half-squared": lambda: F.mse_loss(a, y, reduction="sum") / 2,
        "bce": lambda: F.binary_cross_entropy_with_logits(sums[-1], y),
        "cross-entropy": lambda: F.cross_entropy(sums[-1], y),
    }[asked["loss"]]()  # fmt: skip
    loss.backward()
    found |= {"loss": loss, "dx": x.grad} | {f"delta{at}": z.grad for at, z in enumerate(sums, 1)}
    found |= {f"d{name}": one.grad for name, one in params.items()}
    if "alpha" in asked:
        torch.optim.SGD(params.values(), asked["alpha"]).step()
        found |= {f"new_{name}": one for name, one in params.items()}
    return found


def draw_train(chance: Chance) -> tuple[Given, Asked]:
    """With and without the last batch, and with a loss for each batch, of which there are sometimes too many."""
    samples, batch = chance.randint(1, 120), chance.choice([chance.randint(1, 12), chance.randint(1, 140)])
    given = {"samples": samples, "batch": batch}
    given |= some(chance, epochs=lambda: chance.randint(1, 9), drop_last=lambda: chance.random() < 0.7)
    batches = samples // batch if given.get("drop_last") else -(-samples // batch)
    given |= some(chance, losses=lambda: row(chance, max(batches + int(chance.random() < 0.1), 1), 0, 4))
    return given, given


def train(asked: Asked) -> dict[str, Any]:
    """By walking through DataLoader's batches."""
    loader = DataLoader(torch.arange(asked["samples"]), asked["batch"], drop_last=asked.get("drop_last", False))
    sizes = [len(batch) for batch in loader]
    found: dict[str, Any] = {"iterations_per_epoch": len(loader), "last_batch": sizes[-1] if sizes else 0}
    found["iterations"] = sum(len(loader) for _ in range(asked.get("epochs", 1)))
    if "losses" in asked:
        found["epoch_loss"] = torch.dot(tensor(asked["losses"]), tensor(sizes)) / sum(sizes)
    return found


def _stands_still(asked: Asked) -> bool:
    """Whether a step without epsilon divides 0 by 0: the least epsilon that there is makes it 0."""
    if asked["method"] not in ("adagrad", "rmsprop", "adam") or asked.get("epsilon"):
        return False
    return all(map(isfinite, update({**asked, "epsilon": 5e-324})["thetas"]))


_STANDS = Convention(
    "0/0", "without an epsilon, an adaptive step with nothing behind it stays where it is; PyTorch's becomes no number",
    _stands_still, PYTORCH,
)  # fmt: skip
_FAR = Convention(
    "far away", "exp beyond 2,000 is not worked, so a theta that far is refused; PyTorch's exp becomes 0 or no number",
    lambda asked: "J" in asked and max(map(abs, update(asked)["thetas"])) > 2_000, CNNQUIZ,
)  # fmt: skip
_OVERFLOW = Convention(
    "doubles", "a number beyond 1e308 is none for PyTorch's doubles; ours go on",
    lambda asked: "exp" in asked.get("J", "") and any(abs(one) > 700 for one in update(asked)["thetas"]), PYTORCH,
)  # fmt: skip
_NO_MOMENTUM = Convention(
    "Nesterov without momentum", "gamma 0 is plain descent; PyTorch refuses to call it Nesterov",
    lambda asked: asked["method"] == "nesterov" and asked.get("gamma") == 0, PYTORCH,
)  # fmt: skip
_FORMULAS = "a formula as text; the numbers that follow from it are compared"
COMPARISONS = (
    Comparison("update", draw_update, update, (_NO_MOMENTUM, _STANDS, _FAR, _OVERFLOW),
               uncompared={"derivative": _FORMULAS, "rule": _FORMULAS}),
    Comparison("mlp", draw_mlp, mlp),
    Comparison("train", draw_train, train),
)  # fmt: skip
