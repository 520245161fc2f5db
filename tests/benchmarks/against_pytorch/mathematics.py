"""Functions of numbers: activation, gradient, softmax, loss, gan, vae, batchnorm, convolve."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from math import prod
from typing import Any

import torch
import torch.nn.functional as F
from comparison import CNNQUIZ, PYTORCH, Asked, Chance, Comparison, Convention, Given, decimals, row, rows, some, tensor
from torch import nn
from torch.distributions import Normal, kl_divergence

Function = Callable[[torch.Tensor], torch.Tensor]
ACTIVATIONS = (
    "sigmoid", "tanh", "relu", "leaky-relu", "elu", "softplus", "gelu", "swish", "silu", "step", "identity",
    "prelu", "relu6", "selu", "mish", "hard-swish", "gelu-tanh", "linear",
)  # fmt: skip


def activation_function(name: str, alpha: float | None) -> Function:
    """PyTorch's layer of that name, with its usual alpha where none is given."""
    given = {} if alpha is None else {
        "leaky-relu": {"negative_slope": alpha}, "elu": {"alpha": alpha}, "prelu": {"init": alpha},
        "linear": {"alpha": alpha},
    }.get(name, {})
    kinds: dict[str, Callable[..., Function]] = {
        "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leaky-relu": nn.LeakyReLU, "elu": nn.ELU,
        "softplus": lambda: nn.Softplus(threshold=50), "gelu": nn.GELU, "swish": nn.SiLU, "silu": nn.SiLU,
        "prelu": lambda init=0.25: nn.PReLU(init=init, dtype=torch.double), "relu6": nn.ReLU6, "selu": nn.SELU,
        "mish": nn.Mish, "hard-swish": nn.Hardswish, "gelu-tanh": partial(nn.GELU, approximate="tanh"),
        "identity": nn.Identity, "linear": lambda alpha=1.0: lambda x: alpha * x,
        "step": lambda: lambda x: torch.heaviside(x, torch.zeros(())),
    }  # fmt: skip
    return kinds[name](**given)


def slopes(f: Function, x: torch.Tensor) -> torch.Tensor:
    """The derivative at each x, by autograd."""
    x = x.clone().requires_grad_()
    y = f(x)
    if not y.requires_grad:
        return torch.zeros_like(x)  # nothing of x passes
    return torch.autograd.grad(y.sum(), x)[0]


def largest_slope(f: Function) -> float:
    """The largest derivative on a grid that is refined around it three times."""
    low, high = -60.0, 60.0
    for _ in range(4):
        at = torch.cat([torch.linspace(low, high, 4_001), torch.zeros(1)])
        found = slopes(f, at)
        best, reach = float(at[found.argmax()]), (high - low) / 2_000
        low, high = best - reach, best + reach
    return float(found.max())


def draw_activation(chance: Chance) -> tuple[Given, Asked]:
    """Every function, at 0 often, and with another slope below zero."""
    given: Given = {"function": chance.choice(ACTIVATIONS)}
    given |= some(chance, x=lambda: decimals(chance, -8, 8, 3), alpha=lambda: decimals(chance, 0, 3))
    return given, given


def activation(asked: Asked) -> dict[str, Any]:
    """The value by PyTorch's layer, the derivatives by autograd."""
    f = activation_function(asked["function"], asked.get("alpha"))
    found: dict[str, Any] = {}
    if asked["function"] != "step":
        found["maximum_derivative"] = largest_slope(f)
    if "x" in asked:
        x = tensor(asked["x"])
        found |= {"value": f(x)} | ({} if asked["function"] == "step" else {"derivative": slopes(f, x)})
    return found


def draw_gradient(chance: Chance) -> tuple[Given, Asked]:
    """Layers alone, values, weights, a slope instead, shortcuts; now and then lists of different lengths."""
    count = chance.randint(1, 6)
    given: Given = some(chance, shortcut=lambda: chance.random() < 0.7)
    if chance.random() < 0.25:
        given |= {"slope": decimals(chance, -2, 2), "layers": count}
        return given, given
    given |= some(chance, function=lambda: chance.choice([one for one in ACTIVATIONS if one != "step"]))
    more = int(chance.random() < 0.05)
    given |= some(chance, layers=count, values=partial(row, chance, count), weights=partial(row, chance, count + more))
    return given, {"function": "sigmoid", **given}


def gradient(asked: Asked) -> dict[str, Any]:
    """Through a chain of layers with these weights, and biases that bring each to its pre-activation."""
    direct = int(asked.get("shortcut", False))
    if "slope" in asked:
        return {"product": _end_to_end(lambda x, at: asked["slope"] * x + direct * x, asked["layers"])}
    f = activation_function(asked["function"], None)
    lists = [asked[key] for key in ("values", "weights") if key in asked]
    count = asked.get("layers", len(lists[0]) if lists else 0)
    weights = tensor(asked.get("weights", [1.0] * count))
    if not count or any(len(one) != count for one in lists):
        raise ValueError("nn.Sequential of as many layers has as many weights")
    largest = largest_slope(f)
    bound = prod(direct + abs(float(w)) * largest for w in weights)
    found: dict[str, Any] = {"maximum_derivative": largest, "bound": bound}
    found["vanishes"] = all(direct + abs(float(w)) * largest < 1 - 1e-12 for w in weights)
    if "values" in asked:
        values = tensor(asked["values"])

        def layer(x: torch.Tensor, at: int) -> torch.Tensor:
            w = weights[at]
            return f(F.linear(x, w.view(1, 1), (values[at] - w * x).detach())) + direct * x

        found["product"] = _end_to_end(layer, count)
    return found


def _end_to_end(layer: Callable[[torch.Tensor, int], torch.Tensor], count: int) -> torch.Tensor:
    """How the end of a chain of so many layers grows with its beginning."""
    x = begin = torch.zeros(1, requires_grad=True)
    for at in range(count):
        x = layer(x, at)
    return torch.autograd.grad(x, begin)[0][0]


def draw_softmax(chance: Chance) -> tuple[Given, Asked]:
    """Logits near and far, masked ones, a temperature, one class."""
    z: list[Any] = row(chance, chance.randint(1, 6), -9, 9)
    if chance.random() < 0.2:
        z = [one + 700 for one in z]
    z = ["-inf" if chance.random() < 0.1 else one for one in z]
    given = {"z": z, **some(chance, T=lambda: decimals(chance, 0.1, 5) or 1, class_=lambda: chance.randint(1, 7))}
    return given, given


def softmax(asked: Asked) -> dict[str, Any]:
    """By F.softmax of the logits over the temperature."""
    p = F.softmax(tensor([float(one) for one in asked["z"]]) / asked.get("T", 1), 0)
    if "class" in asked and asked["class"] > len(p):
        raise ValueError("no such class")
    found = {"probabilities": p, "total": p.sum(), "predicted_class": int(p.argmax()) + 1}
    return found | ({"probability": p[asked["class"] - 1]} if "class" in asked else {})


_SCORED = ("mse", "mae", "half-squared", "huber", "hinge", "squared-hinge")
_WHOLE = ("cross-entropy", "nll", "dice")


def draw_loss(chance: Chance) -> tuple[Given, Asked]:
    """Predictions or logits; targets, soft ones too, or a class; weights and reductions; some of them impossible."""
    kind, n = chance.choice([*_SCORED, "bce", "bce", "cross-entropy", "cross-entropy", "nll", "kl", "focal",
                             "dice"]), chance.randint(1, 5)  # fmt: skip
    given: Given = {"kind": kind}
    targets: list[Any] = row(chance, n)
    if kind in ("bce", "cross-entropy", "dice", "kl"):
        targets = [chance.choice([0, 1, decimals(chance, 0, 1)]) for _ in range(n)]
    if kind in ("hinge", "squared-hinge", "focal"):
        targets = [chance.choice([-1 if "hinge" in kind else 0, 1]) for _ in range(n)]
    if kind in _SCORED or kind == "nll":
        given["p"] = row(chance, n, -3, 0 if kind == "nll" else 3)
    elif kind in ("bce", "cross-entropy") and chance.random() < 0.5:
        given["logits"] = row(chance, n, -9, 9)
    else:
        given["p"] = [decimals(chance, 0, 1) for _ in range(n)]
        if kind in ("cross-entropy", "kl") and chance.random() < 0.9:
            shares = [chance.randint(1, 9) for _ in range(n)]
            given["p"] = [round(one / sum(shares), 4) for one in shares]
            targets = targets if kind != "kl" else [round(one / (sum(targets) or 1), 4) for one in targets]
    if kind in ("cross-entropy", "nll") and chance.random() < 0.5:
        given["class"] = chance.randint(1, n)
    else:
        given["y"] = targets[: n - int(chance.random() < 0.03)] or targets
    more = {"huber": {"delta": lambda: decimals(chance, 0.1, 3) or 1},
            "focal": {"gamma": lambda: chance.randint(0, 3), "balance": lambda: decimals(chance, 0, 1)},
            "cross-entropy": {"smoothing": lambda: decimals(chance, 0, 1)}}  # fmt: skip
    given |= some(chance, **more.get(kind, {})) | some(
        chance, **({} if kind == "dice" else {"weights": partial(row, chance, n, 0, 3)}),
        **({} if kind in _WHOLE else {"reduction": lambda: chance.choice(["mean", "sum", "none"])}),
    )  # fmt: skip
    return given, given


def loss(asked: Asked) -> dict[str, Any]:
    """By PyTorch's loss functions, without reduction and with it, and autograd for the gradient."""
    kind, score = asked["kind"], tensor(asked.get("logits", asked.get("p"))).requires_grad_()
    if "y" in asked and len(asked["y"]) != len(score):
        raise ValueError("a warning of PyTorch's: the sizes differ")
    w = tensor(asked.get("weights", [1.0] * len(score)))
    y = F.one_hot(torch.tensor(asked["class"] - 1), len(score)).double() if "class" in asked else tensor(asked["y"])
    if kind == "kl" and abs(sum(asked["y"]) - 1) > 0.01:
        raise ValueError("no distribution")
    if kind == "dice":
        return {"loss": 1 - 2 * (score * y).sum() / (score.sum() + y.sum())}
    if kind in ("cross-entropy", "nll"):
        return _loss_of_classes(asked, score, y, w)
    f: dict[str, Callable[[], torch.Tensor]] = {
        "mse": lambda: F.mse_loss(score, y, reduction="none"), "mae": lambda: F.l1_loss(score, y, reduction="none"),
        "half-squared": lambda: F.mse_loss(score, y, reduction="none") / 2,
        "huber": lambda: F.huber_loss(score, y, reduction="none", delta=asked.get("delta", 1)),
        "hinge": lambda: F.relu(1 - y * score), "squared-hinge": lambda: F.relu(1 - y * score) ** 2,
        "bce": lambda: (F.binary_cross_entropy_with_logits if "logits" in asked else F.binary_cross_entropy)(
            score, y, reduction="none"),
        "kl": lambda: F.kl_div(score.log(), y, reduction="none"), "focal": lambda: _focal(score, y, asked),
    }  # fmt: skip
    terms = w * f[kind]()
    reduction = asked.get("reduction", "sum" if kind in ("half-squared", "kl") else "mean")
    if reduction == "none":
        return {"loss": terms, "terms": terms}
    whole = terms.mean() if reduction == "mean" else terms.sum()
    return {"loss": whole, "terms": terms} | ({} if kind == "focal" else _finite_slopes(whole, score))


def _loss_of_classes(asked: Asked, score: torch.Tensor, y: torch.Tensor, w: torch.Tensor) -> dict[str, Any]:
    """By F.cross_entropy and F.nll_loss, of one sample."""
    if asked["kind"] == "cross-entropy":
        smoothing = asked.get("smoothing", 0)
        if "logits" in asked:
            # of probabilities as targets, so that the weights are not divided by their sum
            whole = F.cross_entropy(score[None], y[None], w, label_smoothing=smoothing)
            soft = (1 - smoothing) * y + smoothing / len(y)
            return {"loss": whole, "terms": -w * soft * F.log_softmax(score, 0), "gradient": slopes_of(whole, score)}
        soft = (1 - smoothing) * y + smoothing / len(y)
        terms = -w * torch.xlogy(soft, score)  # 0 ln 0 is 0
        return {"loss": terms.sum(), "terms": terms + 0.0} | _finite_slopes(terms.sum(), score)
    right = torch.tensor([asked["class"] - 1]) if "class" in asked else None
    terms = -w * y * score
    whole = terms.sum() if right is None else F.nll_loss(score[None], right, w, reduction="sum")
    return {"loss": whole, "terms": terms + 0.0, "gradient": slopes_of(whole, score)}


def slopes_of(y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """dy/dx by autograd."""
    return torch.autograd.grad(y, x)[0] + 0.0


def _finite_slopes(y: torch.Tensor, x: torch.Tensor) -> dict[str, Any]:
    found = slopes_of(y, x)
    inside = bool(((x > 0) & (x < 1)).all()) if y.grad_fn and x.min() >= 0 and x.max() <= 1 else True
    return {"gradient": found} if found.isfinite().all() and inside else {}


def _focal(p: torch.Tensor, y: torch.Tensor, asked: Asked) -> torch.Tensor:
    """As torchvision's, of probabilities."""
    right = torch.where(y == 1, p, 1 - p)
    share = torch.where(y == 1, asked["balance"], 1 - asked["balance"]) if "balance" in asked else torch.ones(())
    return share * (1 - right) ** asked.get("gamma", 2) * F.binary_cross_entropy(p, y, reduction="none")


def draw_batchnorm(chance: Chance) -> tuple[Given, Asked]:
    """Batches, layers, groups and inference; values all alike, one value; running averages of values and of numbers."""
    learned, eps = partial(decimals, chance, -2, 2), partial(chance.choice, [1e-5, 1e-3, 1, 0])
    mean, variance = partial(decimals, chance, -5, 5), partial(decimals, chance, 0, 9)
    given = some(chance, running_mean=mean, running_var=variance, momentum=lambda: decimals(chance, 0, 1))
    if chance.random() < 0.3:
        given |= {"batch_mean": mean()} if "running_mean" in given and chance.random() < 0.95 else {}
        given |= {"batch_var": variance()} if "running_var" in given and chance.random() < 0.95 else {}
        return given, given
    values = row(chance, chance.randint(1, 6), -5, 5)
    values = values[:1] * len(values) if chance.random() < 0.1 else values
    given |= {"values": values, **some(chance, gamma=learned, beta=learned, eps=eps)}
    how = chance.choice(["batch", "inference", "layer", "group"])
    if how == "inference":
        given |= {"inference": True, "running_mean": mean(), "running_var": variance()}
    elif how != "batch":
        given = {name: one for name, one in given.items() if "running" not in name and name != "momentum"}
        channels = chance.choice([1, len(values), 2])
        given |= {name: row(chance, channels, -2, 2) for name in ("gamma", "beta") if name in given}
        given |= {"kind": how, **({"groups": chance.randint(1, 3)} if how == "group" else {})}
    return given, given


def batchnorm(asked: Asked) -> dict[str, Any]:
    """By F.batch_norm in training; with eps 0, which it refuses there, with the batch's own statistics."""
    if "values" not in asked:
        kept = [name for name in ("mean", "var") if f"running_{name}" in asked]
        if not kept or any(f"batch_{name}" not in asked for name in kept):
            raise ValueError("no batch")
        # A batch of two with this mean, and with this variance, divided by n - 1
        apart = (asked.get("batch_var", 0) / 2) ** 0.5
        return _running(asked, tensor([apart, -apart]) + asked.get("batch_mean", 0))
    x, eps = tensor(asked["values"])[:, None], asked.get("eps", 0)
    if "kind" in asked:
        return _of_sample(asked, x[:, 0], eps)
    learned = [tensor([asked.get(name, usual)]) for name, usual in (("gamma", 1), ("beta", 0))]
    if asked.get("inference"):
        mean, variance = (tensor([asked[name]]) for name in ("running_mean", "running_var"))
        y, hats = (F.batch_norm(x, mean, variance, *one, training=False, eps=eps)[:, 0] for one in (learned, ()))
        return {"std": (variance[0] + eps).sqrt(), "normalised": hats, "output": y}
    variance, mean = torch.var_mean(x, 0, correction=0)

    def normalised(weight: torch.Tensor | None, bias: torch.Tensor | None) -> torch.Tensor:
        if eps:
            return F.batch_norm(x, None, None, weight, bias, training=True, eps=eps)[:, 0]
        return F.batch_norm(x, mean, variance, weight, bias, training=False, eps=0)[:, 0]

    return {"mean": mean[0], "variance": variance[0], "std": (variance[0] + eps).sqrt(),
            "normalised": normalised(None, None), "output": normalised(*learned),
            **_running(asked, x[:, 0])}  # fmt: skip


def _of_sample(asked: Asked, x: torch.Tensor, eps: float) -> dict[str, Any]:
    """By nn.LayerNorm or nn.GroupNorm, with as many channels as there are scales or shifts."""
    several = [len(asked[name]) for name in ("gamma", "beta") if len(asked.get(name, (1,))) > 1]
    channels, groups = several[0] if several else len(x), asked.get("groups", 1)

    def by(gamma: Any, beta: Any) -> torch.Tensor:
        one: nn.Module = nn.LayerNorm(len(x), eps) if asked["kind"] == "layer" else nn.GroupNorm(groups, channels, eps)
        with torch.no_grad():
            for parameter, given in ((one.weight, tensor(gamma)), (one.bias, tensor(beta))):
                if given.numel() not in (1, parameter.numel()):
                    raise ValueError("another number of channels")
                parameter.copy_(given.expand(parameter.shape))
            return one(x[None] if asked["kind"] == "layer" else x.reshape(1, channels, -1)).flatten()

    variance, mean = torch.var_mean(x.reshape(groups, -1), 1, correction=0)
    found = {"mean": mean, "variance": variance, "std": (variance + eps).sqrt()}
    found = found if asked["kind"] == "group" else {name: one[0] for name, one in found.items()}
    return found | {"normalised": by([1], [0]), "output": by(asked.get("gamma", [1]), asked.get("beta", [0]))}


def _running(asked: Asked, x: torch.Tensor) -> dict[str, Any]:
    """The running averages that F.batch_norm leaves after this batch, so far as they are given."""
    names = [name for name in ("mean", "var") if f"running_{name}" in asked]
    buffers = {name: tensor([asked.get(f"running_{name}", 0)]) for name in ("mean", "var")}
    if names:
        F.batch_norm(x[:, None], buffers["mean"], buffers["var"], training=True, momentum=asked.get("momentum", 0.1))
    return {f"new_running_{name}": buffers[name][0] for name in names}


def draw_gan(chance: Chance) -> tuple[Given, Asked]:
    """What a discriminator says, at 0 and 1 too; densities, now and then of different places or of none."""
    if chance.random() < 0.5:

        def said() -> list[float]:
            return [chance.randint(0, 50) / 50 for _ in range(chance.randint(1, 4))]

        given: Given = {"fake": said(), **some(chance, real=said)}
        return given, given
    many, given = chance.randint(1, 4), {}
    for name in ("data", "model"):
        cuts = sorted(chance.choice([0, 100, chance.randint(0, 100)]) for _ in range(many - 1))
        given[name] = [(b - a) / 100 for a, b in pairwise([0, *cuts, 100])]
        given[name] = [one * chance.choice([1, 1, 2]) for one in given[name]] if chance.random() < 0.3 else given[name]
    given["model"] += [0.5] if chance.random() < 0.05 else []
    return given, given


def gan(asked: Asked) -> dict[str, Any]:
    """By binary cross-entropy with the targets 1 and 0; the optimal D where autograd finds no slope."""
    if "fake" in asked:
        fake = tensor(asked["fake"])
        found = {"generator_loss": F.binary_cross_entropy(fake, torch.ones_like(fake)),
                 "saturating_loss": -F.binary_cross_entropy(fake, torch.zeros_like(fake))}  # fmt: skip
        if "real" in asked:
            real = tensor(asked["real"])
            whole = F.binary_cross_entropy(real, torch.ones_like(real)) - found["saturating_loss"]
            found |= {"value": -whole, "discriminator_loss": whole}
        return found
    p, q = tensor(asked["data"]), tensor(asked["model"])
    if p.shape != q.shape or not bool((p + q > 0).all()):
        raise ValueError("no two densities over the same places")
    low, high = torch.zeros_like(p), torch.ones_like(p)
    for _ in range(60):
        middle = (low + high) / 2
        rising = slopes(lambda D: p * torch.log(D) + q * torch.log(1 - D), middle) > 0
        low, high = torch.where(rising, middle, low), torch.where(rising, high, middle)
    found = {"optimal": low}
    if abs(float(p.sum()) - 1) < 1e-9 > abs(float(q.sum()) - 1):
        mixed = ((p + q) / 2).log()
        apart = (F.kl_div(mixed, p, reduction="sum") + F.kl_div(mixed, q, reduction="sum")) / 2
        weights = F.binary_cross_entropy(p / (p + q), torch.ones_like(p), p, reduction="sum")
        missed = F.binary_cross_entropy(p / (p + q), torch.zeros_like(p), q, reduction="sum")
        found |= {"divergence": apart, "optimal_value": -weights - missed}
    return found


def draw_vae(chance: Chance) -> tuple[Given, Asked]:
    """Codes of some dimensions, their spread in each of three ways, now and then 0 or of another length."""
    many, how = chance.randint(1, 4), chance.choice(["std", "var", "logvar"])
    more = int(chance.random() < 0.05)
    given: Given = {"mean": row(chance, many)}
    given[how] = row(chance, many + more, -3, 3) if how == "logvar" else [abs(one) for one in row(chance, many, 0.1, 3)]
    if how != "logvar" and chance.random() < 0.05:
        given[how] = [0] * many
    given |= some(chance, noise=lambda: row(chance, many), reconstruction=lambda: decimals(chance, 0, 99),
                  beta=lambda: decimals(chance, 0, 4))  # fmt: skip
    return given, given


def vae(asked: Asked) -> dict[str, Any]:
    """By torch.distributions, and the code by the noise that is given."""
    mean = tensor(asked["mean"])
    std = tensor(asked["std"]) if "std" in asked else (
        tensor(asked["var"]).sqrt() if "var" in asked else (tensor(asked["logvar"]) / 2).exp()
    )
    if std.shape != mean.shape:
        raise ValueError("as many deviations as means")
    terms = kl_divergence(Normal(mean, std), Normal(torch.zeros_like(mean), torch.ones_like(mean)))
    found = {"terms": terms, "kl": terms.sum()}
    if "noise" in asked:
        found["code"] = torch.addcmul(mean, std, tensor(asked["noise"]))
    if "reconstruction" in asked:
        found["loss"] = torch.add(tensor(asked["reconstruction"]), terms.sum(), alpha=asked.get("beta", 1))
    return found


def draw_convolve(chance: Chance) -> tuple[Given, Asked]:
    """Sequences and images, either way round, every mode, a bias, a second input."""
    if chance.random() < 0.5:
        one: Callable[[], Any] = partial(row, chance, chance.randint(1, 8), -5, 5)
        h: Any = row(chance, chance.randint(1, 5), -5, 5)
    else:
        one = partial(rows, chance, chance.randint(1, 5), chance.randint(1, 5), -5, 5)
        h = rows(chance, chance.randint(1, 3), chance.randint(1, 3), -5, 5)
    given = {"x": one(), "h": h, **some(chance, mode=lambda: chance.choice(["full", "valid", "same"]),
             correlate=lambda: chance.random() < 0.6, bias=lambda: decimals(chance, -3, 3), x2=one)}  # fmt: skip
    return given, given


def convolve(asked: Asked) -> dict[str, Any]:
    """By F.conv1d or F.conv2d, which correlate; turned round with torch.flip."""
    h, mode = tensor(asked["h"]), asked.get("mode", "full")
    kernel = h if asked.get("correlate") else h.flip(list(range(h.dim())))
    padding = [k - 1 for k in h.shape] if mode == "full" else mode
    run = F.conv1d if h.dim() == 1 else F.conv2d

    def output(numbers: Any) -> torch.Tensor:
        x = tensor(numbers)[None, None]
        return run(x, kernel[None, None], tensor([asked.get("bias", 0)]), padding=padding)[0, 0]

    y = output(asked["x"])
    found: dict[str, Any] = {"y": y, "size": list(y.shape) if h.dim() == 2 else len(y)}
    found |= {"value": y.item()} if y.numel() == 1 else {}
    if "x2" in asked:
        both = (tensor(asked["x"]) + tensor(asked["x2"])).tolist()
        y2, y_sum = output(asked["x2"]), output(both)
        found |= {"y2": y2, "y_sum": y_sum, "superposition": torch.allclose(y + y2, y_sum, atol=1e-9)}
    return found


def _sizes(asked: Asked) -> list[tuple[int, int]]:
    return list(zip(tensor(asked["x"]).shape, tensor(asked["h"]).shape, strict=True))


_OUTPUTS = ("y", "y2", "y_sum", "size", "value", "superposition")
_SAME = Convention(
    "numpy's same", "as long as the longer of the two, an even kernel's odd zero before x; PyTorch keeps x's size and "
    "puts it behind",
    lambda asked: asked.get("mode") == "same" and any(k % 2 == 0 or k > n for n, k in _sizes(asked)), "", _OUTPUTS,
)  # fmt: skip
_VALID = Convention(
    "numpy's valid", "the shorter slides along the longer, whichever is x; PyTorch slides h along x alone",
    lambda asked: asked.get("mode") == "valid" and any(k > n for n, k in _sizes(asked)), PYTORCH,
)  # fmt: skip
_CLAMPED = Convention(
    "infinite loss", "a target of probability 0 makes the loss infinite; PyTorch cuts ln off at -100",
    lambda asked: asked["kind"] in ("bce", "focal") and any(
        (p == 0 and y > 0) or (p == 1 and y < 1) for p, y in zip(asked.get("p", ()), asked["y"], strict=False)
    ), CNNQUIZ,
)  # fmt: skip
_INFINITE = Convention(
    "infinite loss", "an output of 0 or 1 makes a loss infinite; PyTorch cuts ln off at -100",
    lambda asked: {0, 1} & {*asked.get("fake", ()), *(1 - one for one in asked.get("real", ()) if one == 0)}, CNNQUIZ,
)  # fmt: skip
_SUM = Convention(
    "probabilities", "numbers that do not add up to 1 are refused; PyTorch takes the logarithms of any",
    lambda asked: asked["kind"] in ("cross-entropy", "kl") and abs(sum(asked.get("p", [1])) - 1) > 0.01, CNNQUIZ,
)  # fmt: skip
_ONE_VALUE = Convention(
    "one value", "the formula has a value, gamma*0 + beta; PyTorch refuses to train on one value",
    lambda asked: len(asked.get("values", ())) == asked.get("groups", 1) and not asked.get("inference"), PYTORCH,
)  # fmt: skip
_FORMULAS = "a formula as text; its value is compared"
COMPARISONS = (
    Comparison("activation", draw_activation, activation,
               uncompared={"value_exact": _FORMULAS, "derivative_exact": _FORMULAS}),
    Comparison("gradient", draw_gradient, gradient),
    Comparison("softmax", draw_softmax, softmax, uncompared={"probabilities_exact": _FORMULAS}),
    Comparison("loss", draw_loss, loss, (_CLAMPED, _SUM), uncompared={"loss_exact": _FORMULAS}),
    Comparison("gan", draw_gan, gan, (_INFINITE,)),
    Comparison("vae", draw_vae, vae),
    Comparison("batchnorm", draw_batchnorm, batchnorm, (_ONE_VALUE,)),
    Comparison("convolve", draw_convolve, convolve, (_SAME, _VALID)),
)  # fmt: skip
