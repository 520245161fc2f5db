"""Training: update by PyTorch's optimisers, train by its loader of batches."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from math import exp, log2
from types import MappingProxyType
from typing import Any

import torch
import torch.nn.functional as F
from comparison import CNNQUIZ, PYTORCH, Asked, Chance, Comparison, Convention, Given, decimals, row, rows, some, tensor
from mathematics import ACTIVATIONS, activation_function
from torch import nn
from torch.optim import lr_scheduler
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
_OF_TWO: dict[str, Callable[..., torch.Tensor]] = {
    "x^2 + 5*y^2": lambda x, y: x**2 + 5 * y**2,
    "x*y + x^4/4 - 3*y": lambda x, y: x * y + x**4 / 4 - 3 * y,
    "(1 - x)^2 + (y - x^2)^2": lambda x, y: (1 - x) ** 2 + (y - x**2) ** 2,
    "tanh(x - y)^2 + abs(x)": lambda x, y: torch.tanh(x - y) ** 2 + torch.abs(x),
}
METHODS = (
    "sgd", "momentum", "nesterov", "nesterov-pytorch", "adagrad", "rmsprop", "adam", "adamw", "amsgrad",
)  # fmt: skip
_BY_ADAM = ("adam", "adamw", "amsgrad")


def draw_update(chance: Chance) -> tuple[Given, Asked]:
    """Every method with its numbers, for a function, a gradient in theta or one for each step; vectors too."""
    steps, method = chance.randint(1, 5), chance.choice(METHODS)
    given: Given = {"alpha": decimals(chance, -0.01, 0.5, 3), "method": method, "steps": steps}
    given |= some(chance, theta=chance.choice([0.5, decimals(chance, -2, 2)]), wd=decimals(chance, 0, 0.5))
    share = partial(chance.choice, [0, 0.3, 0.5, 0.9, 0.99, 1])
    given |= some(chance, gamma=share, rho=share, beta1=share, beta2=share,
                  epsilon=lambda: chance.choice([0, 1e-8, 1e-3, 1]))  # fmt: skip
    how = chance.random()
    if how < 0.4:
        given["J"] = chance.choice(list(_LOSSES))
    elif how < 0.6:
        given |= {"J": chance.choice(list(_OF_TWO)), "theta": row(chance, 2 + int(chance.random() < 0.05), -1, 1)}
    elif how < 0.7:
        given["gradient"] = "2*theta - 1"
    elif how < 0.85:
        given["gradient"] = row(chance, steps + int(chance.random() < 0.05))
    else:
        size = chance.randint(2, 4)
        given |= {"theta": row(chance, size), "gradient": rows(chance, steps, size + int(chance.random() < 0.05))}
    size = len(given["theta"]) if isinstance(given.get("theta"), list) else 0
    if given["alpha"] and given.get("gamma") != 0:  # PyTorch keeps a velocity without the rate, and none for gamma 0
        given |= some(chance, v0=lambda: row(chance, size) if size else decimals(chance, -3, 3))
    given |= some(chance, m0=lambda: row(chance, size) if size else decimals(chance, -3, 3),
                  s0=lambda: row(chance, size, 0) if size else decimals(chance, 0, 3),
                  done=lambda: chance.randint(0, 9))  # fmt: skip
    return given, given


def update(asked: Asked) -> dict[str, Any]:
    """By torch.optim, whose Nesterov keeps the place ahead as its parameter: from that, theta itself."""
    parameter = nn.Parameter(tensor(asked.get("theta", 0)))
    method, gamma = asked["method"], asked.get("gamma", 0.9)
    optimiser = optimiser_of(method, parameter, asked)
    numbers = asked.get("gradient")
    if isinstance(numbers, list) and (len(numbers) != asked["steps"] or tensor(numbers[0]).shape != parameter.shape):
        raise ValueError("not one gradient for each step and parameter")
    thetas, gradients, theta = [], [], parameter.detach().clone()
    _begin(asked, optimiser, parameter)
    for t in range(asked["steps"]):
        optimiser.zero_grad()
        if isinstance(numbers, list):
            parameter.grad = tensor(numbers[t])
        else:
            (parameter**2 - parameter if numbers else _J(asked, parameter)).backward()
        assert parameter.grad is not None
        decay = asked.get("wd", 0) if method != "adamw" else 0
        gradients.append((parameter.grad + decay * parameter).detach())
        optimiser.step()
        ahead = parameter.detach().clone()
        theta = (ahead + gamma * theta) / (1 + gamma) if method == "nesterov" else ahead
        thetas.append(theta)
    found = {"theta": theta, "thetas": thetas, "gradients": gradients, **_kept(asked, optimiser, parameter)}
    return found | ({"J": _J(asked, theta)} if "J" in asked else {})


def _begin(asked: Asked, optimiser: torch.optim.Optimizer, parameter: nn.Parameter) -> None:
    """Give the optimiser what it kept from the steps before; Nesterov's parameter is where the velocity leads."""
    method, state = asked["method"], optimiser.state[parameter]
    zeros = torch.zeros_like(parameter)
    v, m, s = (zeros + tensor(asked.get(name, 0)) for name in ("v0", "m0", "s0"))
    if method in ("momentum", "nesterov", "nesterov-pytorch") and "v0" in asked:
        state["momentum_buffer"] = v if method == "nesterov-pytorch" else v / asked["alpha"]
        if method == "nesterov":
            parameter.data -= asked.get("gamma", 0.9) * v
    elif method == "adagrad":
        state["sum"] += s
    elif method == "rmsprop":
        state |= {"step": torch.zeros(()), "square_avg": s}
    elif method in _BY_ADAM:
        state |= {"step": torch.tensor(float(asked.get("done", 0))), "exp_avg": m, "exp_avg_sq": s,
                  "max_exp_avg_sq": s.clone()}  # fmt: skip


def _J(asked: Asked, theta: torch.Tensor) -> torch.Tensor:
    """The loss there; of a function of two variables, TypeError where there are not two."""
    return _LOSSES[asked["J"]](theta) if asked["J"] in _LOSSES else _OF_TWO[asked["J"]](*theta)


def _kept(asked: Asked, optimiser: torch.optim.Optimizer, parameter: nn.Parameter) -> dict[str, Any]:
    """What the optimiser holds after the last step; its velocity is without the learning rate."""
    state, t = optimiser.state[parameter], asked["steps"] + asked.get("done", 0)
    if isinstance(optimiser, torch.optim.SGD):
        buffer, scale = state.get("momentum_buffer"), 1 if "pytorch" in asked["method"] else asked["alpha"]
        return {} if buffer is None else {"velocity": scale * buffer}
    if "exp_avg" not in state:
        return {"second_moment": state["sum" if asked["method"] == "adagrad" else "square_avg"]}
    first, second = (1 - asked.get(name, usual) ** t for name, usual in (("beta1", 0.9), ("beta2", 0.999)))
    m, s = state["exp_avg"], state["exp_avg_sq"]
    return {
        "first_moment": m, "second_moment": s, "first_bias_factor": first, "second_bias_factor": second,
        "corrected_first_moment": m / first,
        "corrected_second_moment": (state["max_exp_avg_sq"] if asked["method"] == "amsgrad" else s) / second,
        **({"largest_second_moment": state["max_exp_avg_sq"]} if asked["method"] == "amsgrad" else {}),
    }  # fmt: skip


def optimiser_of(method: str, parameter: nn.Parameter, asked: Asked = MappingProxyType({})) -> torch.optim.Optimizer:
    """PyTorch's optimiser of that name with these numbers, or our usual ones."""
    lr, eps, decay = asked.get("alpha", 0.1), asked.get("epsilon", 0), asked.get("wd", 0)
    if method in ("sgd", "momentum", "nesterov", "nesterov-pytorch"):
        share = 0 if method == "sgd" else asked.get("gamma", 0.9)
        return torch.optim.SGD([parameter], lr, share, weight_decay=decay, nesterov="nesterov" in method)
    if method == "adagrad":
        return torch.optim.Adagrad([parameter], lr, weight_decay=decay, eps=eps)
    if method == "rmsprop":
        return torch.optim.RMSprop([parameter], lr, asked.get("rho", 0.9), eps, decay)
    betas = float(asked.get("beta1", 0.9)), float(asked.get("beta2", 0.999))
    kind = torch.optim.AdamW if method == "adamw" else torch.optim.Adam
    return kind([parameter], lr, betas, eps, decay, amsgrad=method == "amsgrad")


def draw_mlp(chance: Chance) -> tuple[Given, Asked]:
    """One to three layers, every activation, with and without biases, targets, a step; now and then a misfit."""
    sizes = [chance.randint(1, 4) for _ in range(chance.randint(2, 4))]
    keras = chance.random() < 0.5
    given: Given = {"x": row(chance, sizes[0])} | ({"product": "xW"} if keras else {})
    for at, (n, m) in enumerate(pairwise(sizes), 1):
        n += int(chance.random() < 0.02)
        given[f"W{at}"] = rows(chance, n, m, -2, 2) if keras else rows(chance, m, n, -2, 2)
        given |= {f"b{at}": row(chance, m)} if chance.random() < 0.5 else {}
    hidden = [chance.choice([*ACTIVATIONS, "leaky-relu", "leaky-relu 0.3", "elu 2"]) for _ in sizes[2:]]
    given |= {"hidden": ",".join(hidden)} if hidden else {}
    output = chance.choice(["identity", "sigmoid", "tanh", "relu", "softmax", "linear 2.5"])
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
        word, _, alpha = name.partition(" ")
        f = None if name == "softmax" else activation_function(word, float(alpha) if alpha else None)
        a = f(sums[-1]) if f else F.softmax(sums[-1], 0)
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
    """With and without the last batch; with a loss for each batch, sometimes too many; with batches for one update."""
    samples, batch = chance.randint(1, 120), chance.choice([chance.randint(1, 12), chance.randint(1, 140)])
    given = {"samples": samples, "batch": batch}
    given |= some(chance, epochs=lambda: chance.randint(1, 9), drop_last=lambda: chance.random() < 0.7,
                  accumulate=lambda: chance.randint(1, 9))  # fmt: skip
    batches = samples // batch if given.get("drop_last") else -(-samples // batch)
    given |= some(chance, losses=lambda: row(chance, max(batches + int(chance.random() < 0.1), 1), 0, 4))
    return given, given


def train(asked: Asked) -> dict[str, Any]:
    """By walking through DataLoader's batches, and making an update of every few, and of those left over."""
    loader = DataLoader(torch.arange(asked["samples"]), asked["batch"], drop_last=asked.get("drop_last", False))
    sizes, epochs = [len(batch) for batch in loader], asked.get("epochs", 1)
    found: dict[str, Any] = {"iterations_per_epoch": len(loader), "last_batch": sizes[-1] if sizes else 0}
    found["iterations"] = sum(len(loader) for _ in range(epochs))
    if "losses" in asked:
        found["epoch_loss"] = torch.dot(tensor(asked["losses"]), tensor(sizes)) / sum(sizes)
    if "accumulate" in asked:
        updates = [at for at, _ in enumerate(loader, 1) if at % asked["accumulate"] == 0 or at == len(loader)]
        found |= {"updates_per_epoch": len(updates), "updates": sum(len(updates) for _ in range(epochs)),
                  "effective_batch": len(torch.arange(asked["batch"]).repeat(asked["accumulate"]))}  # fmt: skip
    return found


_SCHEDULES = ("step", "exponential", "geometric", "inverse", "cosine", "linear", "warmup")


def draw_schedule(chance: Chance) -> tuple[Given, Asked]:
    """Every schedule, now and then without one of its numbers, beyond its end, or with a lowest rate too high."""
    given: Given = {"kind": chance.choice(_SCHEDULES), "alpha": decimals(chance, 0, 1, 3), "t": chance.randint(0, 40)}
    numbers = {"every": chance.randint(1, 12), "factor": decimals(chance, 0, 1), "k": decimals(chance, 0, 1),
               "T": chance.randint(1, 60)}  # fmt: skip
    given |= {name: value for name, value in numbers.items() if chance.random() < 0.95}
    given |= some(chance, low=lambda: decimals(chance, 0, 1, 3) * chance.choice([1, given["alpha"]]))
    return given, given


def schedule(asked: Asked) -> dict[str, Any]:
    """By the schedules of torch.optim.lr_scheduler, epoch after epoch."""
    kind, alpha, low = asked["kind"], asked["alpha"], asked.get("low", 0)
    by: dict[str, Callable[[torch.optim.Optimizer], lr_scheduler.LRScheduler]] = {
        "step": lambda sgd: lr_scheduler.StepLR(sgd, asked["every"], asked["factor"]),
        "exponential": lambda sgd: lr_scheduler.LambdaLR(sgd, lambda t: exp(-asked["k"] * t)),
        "geometric": lambda sgd: lr_scheduler.ExponentialLR(sgd, asked["factor"]),
        "inverse": lambda sgd: lr_scheduler.LambdaLR(sgd, lambda t: 1 / (1 + asked["k"] * t)),
        "cosine": lambda sgd: lr_scheduler.CosineAnnealingLR(sgd, asked["T"], low),
        "linear": lambda sgd: lr_scheduler.LinearLR(sgd, 1, low / alpha if alpha else 1, asked["T"]),
        "warmup": lambda sgd: lr_scheduler.LambdaLR(sgd, lambda t: min(t / asked["T"], 1)),
    }
    try:
        rate = _rate(by[kind], alpha, asked["t"])
    except KeyError as fault:
        raise TypeError(f"{fault} is missing") from None
    found: dict[str, Any] = {"rate": rate} | ({"share": rate / alpha} if alpha else {})
    if kind == "step":
        halved = _rate(lambda sgd: lr_scheduler.StepLR(sgd, asked["every"], 0.5), 1, asked["t"])
        found["drops"] = round(-log2(halved))
    return found


def _rate(by: Callable[[torch.optim.Optimizer], lr_scheduler.LRScheduler], alpha: float, epochs: int) -> float:
    """The learning rate after so many epochs."""
    sgd = torch.optim.SGD([nn.Parameter(torch.zeros(1))], alpha)
    steps = by(sgd)
    for _ in range(epochs):
        sgd.step()
        steps.step()
    return float(sgd.param_groups[0]["lr"])


def draw_stability(chance: Chance) -> tuple[Given, Asked]:
    """A curvature or a quadratic, a rate near the limits or far away, momentum; some of them impossible."""
    a = round(chance.uniform(0.05, 9), 2) if chance.random() < 0.95 else chance.choice([0, -1.5])
    given: Given = {"curvature": a} if chance.random() < 0.5 else {"J": f"{a}*theta^2 + {chance.randint(-5, 5)}*theta"}
    curvature = a if "curvature" in given else 2 * a
    if chance.random() < 0.04:
        given = {}
    given |= some(chance, gamma=lambda: chance.choice([0, 0.3, 0.5, 0.9, 0.95, 1]), alpha=lambda: chance.choice([
        decimals(chance, 0, 1, 3), round(chance.uniform(0, 5) / (curvature or 1), 4)]))  # fmt: skip
    given |= {"alpha": abs(given["alpha"])} if "alpha" in given else {}
    return given, {**given, "L": curvature if given.keys() & {"curvature", "J"} else None}


def stability(asked: Asked) -> dict[str, Any]:
    """By torch.optim.SGD on the quadratic: the matrix of one step, how large it may be, and steps in one direction."""
    L, alpha, gamma = asked["L"], asked.get("alpha"), asked.get("gamma")
    found: dict[str, Any] = {}
    if L is None and None in (alpha, gamma):
        raise ValueError("nothing is asked for")
    if L is not None:
        low, high = 0.0, 8 / L if L else 0.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if _radius(L, middle, gamma or 0) < 1 else (low, middle)
        found["largest_rate"] = low
        if gamma is None:
            theta = torch.ones((), requires_grad=True)
            slope = torch.autograd.grad(L / 2 * theta**2, theta, create_graph=True)[0]
            found["fastest_rate"] = 1 / torch.autograd.grad(slope, theta)[0]
        if alpha is not None:
            found["converges"] = _radius(L, alpha, gamma or 0) < 1 - 1e-9
            found |= {"factor": _descent(L, alpha, 0, 1, 0)[0]} if gamma is None else {}
    if gamma is not None and alpha is not None:
        parameter = nn.Parameter(torch.zeros(()))
        sgd = torch.optim.SGD([parameter], alpha, gamma)
        before = 0.0
        for _ in range(600):
            before, parameter.grad = parameter.item(), torch.tensor(-1.0)
            sgd.step()
        found["effective_rate"] = parameter.item() - before
    return found


def _radius(L: float, alpha: float, gamma: float) -> float:
    """The largest factor of one step of the place and the velocity: the spectral radius."""
    columns = [_descent(L, alpha, gamma, theta, buffer) for theta, buffer in ((1, 0), (0, 1))]
    return float(torch.linalg.eigvals(tensor(columns)).abs().max())


def _descent(L: float, alpha: float, gamma: float, theta: float, buffer: float) -> list[float]:
    """Where one step of SGD goes from a place with a buffer of momentum."""
    parameter = nn.Parameter(tensor(theta))
    sgd = torch.optim.SGD([parameter], alpha, gamma)
    if gamma:
        sgd.state[parameter]["momentum_buffer"] = tensor(buffer)
    (L / 2 * parameter**2).backward()
    sgd.step()
    return [parameter.item(), sgd.state[parameter]["momentum_buffer"].item() if gamma else 0.0]


def _stands_still(asked: Asked) -> bool:
    """Whether a step without epsilon divides 0 by 0: the least epsilon that there is makes it 0."""
    if asked["method"] not in ("adagrad", "rmsprop", *_BY_ADAM) or asked.get("epsilon"):
        return False
    return bool(torch.stack(update({**asked, "epsilon": 5e-324})["thetas"]).isfinite().all())


def _is_beyond(asked: Asked, far: float) -> bool:
    """Whether a theta is so far from 0."""
    return bool((torch.stack(update(asked)["thetas"]).abs() > far).any())


_STANDS = Convention(
    "0/0", "without an epsilon, an adaptive step with nothing behind it stays where it is; PyTorch's becomes no number",
    _stands_still, PYTORCH,
)  # fmt: skip
_FAR = Convention(
    "far away", "exp beyond 2,000 and a sine beyond 50 are not worked, so a theta that far is refused",
    lambda asked: "J" in asked and _is_beyond(asked, 50 if "sin" in asked["J"] else 2_000), CNNQUIZ,
)  # fmt: skip
_OVERFLOW = Convention(
    "doubles", "a number beyond 1e308 is none for PyTorch's doubles; ours go on",
    lambda asked: "exp" in asked.get("J", "") and _is_beyond(asked, 700), PYTORCH,
)  # fmt: skip
_NO_MOMENTUM = Convention(
    "Nesterov without momentum", "gamma 0 is plain descent; PyTorch refuses to call it Nesterov",
    lambda asked: "nesterov" in asked["method"] and asked.get("gamma") == 0, PYTORCH,
)  # fmt: skip
_REPEATED = Convention(
    "behind the cosine", "what comes after T depends on the program, so it is refused; PyTorch's rate rises again",
    lambda asked: asked["kind"] == "cosine" and asked["t"] > asked.get("T", asked["t"]), CNNQUIZ,
)  # fmt: skip
_RISING = Convention(
    "rising", "a lowest rate above the first one is refused; PyTorch lets the rate rise to it",
    lambda asked: asked.get("low", 0) > asked["alpha"], CNNQUIZ,
)  # fmt: skip
_NO_MINIMUM = Convention(
    "no minimum", "a curvature of 0 or less has no minimum, so it is refused; PyTorch steps all the same",
    lambda asked: asked["L"] is not None and asked["L"] <= 0, CNNQUIZ,
)  # fmt: skip
_NOTHING_LOST = Convention(
    "momentum 1", "nothing of the velocity is ever lost, so it is refused; PyTorch steps all the same",
    lambda asked: asked.get("gamma") == 1, CNNQUIZ,
)  # fmt: skip
_FORMULAS = "a formula as text; the numbers that follow from it are compared"
COMPARISONS = (
    Comparison("update", draw_update, update, (_NO_MOMENTUM, _STANDS, _FAR, _OVERFLOW),
               uncompared={"derivative": _FORMULAS, "rule": _FORMULAS}),
    Comparison("mlp", draw_mlp, mlp),
    Comparison("train", draw_train, train),
    Comparison("schedule", draw_schedule, schedule, (_REPEATED, _RISING)),
    Comparison("stability", draw_stability, stability, (_NO_MINIMUM, _NOTHING_LOST)),
)  # fmt: skip
