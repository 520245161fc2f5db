"""Layers worked by hand on small matrices of numbers: conv2d, pool2d."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import torch.nn.functional as F
from comparison import Asked, Chance, Comparison, Given, row, rows, some, tensor


def draw_conv2d(chance: Chance) -> tuple[Given, Asked]:
    """Channels, filters, strides, padding, either way round; a gradient that comes in, now and then of a wrong size."""
    channels, filters, height, width = (chance.randint(1, most) for most in (3, 3, 5, 5))
    down, across = chance.randint(1, 3), chance.randint(1, 3)
    given: Given = {"x": [rows(chance, height, width) for _ in range(channels)]}
    given["k"] = [rows(chance, down, across) for _ in range(channels * filters)]
    given |= some(chance, s=lambda: chance.randint(1, 3), p=lambda: chance.randint(0, 2),
                  b=lambda: row(chance, filters), flip=lambda: chance.random() < 0.5)  # fmt: skip
    if chance.random() < 0.6:
        s, p = given.get("s", 1), given.get("p", 0)
        size = [(n + 2 * p - k) // s + 1 + int(chance.random() < 0.03) for n, k in ((height, down), (width, across))]
        given["dy"] = [rows(chance, *(max(1, one) for one in size)) for _ in range(filters)]
    asked = given | {"shape": (filters, channels, down, across), "lacks": ""}
    if "dy" in given and given.get("s", 1) == 1 and chance.random() < 0.5 and "dy" in conv2d_or_nothing(asked):
        asked["lacks"] = chance.choice(["x", "k", "xk"])
        given = {name: value for name, value in given.items() if name not in asked["lacks"]}
    return given, asked


def conv2d_or_nothing(asked: Asked) -> Asked:
    """The case, if its output is as large as the gradient that comes in."""
    try:
        conv2d(asked)
    except RuntimeError:
        return {}
    return asked


def conv2d(asked: Asked) -> dict[str, Any]:
    """By F.conv2d, turned round with flip, and its gradients by autograd."""
    filters = asked["shape"][0]
    x, k = tensor(asked["x"]).requires_grad_(), tensor(asked["k"]).requires_grad_()
    b = tensor(asked.get("b", [0] * filters)).requires_grad_()
    weight = k.reshape(asked["shape"])
    weight = weight.flip(2, 3) if asked.get("flip") else weight
    y = F.conv2d(x[None], weight, b, stride=asked.get("s", 1), padding=asked.get("p", 0))[0]
    found: dict[str, Any] = {"y": _bare(y), "output_size": list(y.shape[1:])}
    found |= {"value": y.item()} if y.numel() == 1 else {}
    if "dy" in asked:
        y.backward(tensor(asked["dy"]))
        found |= {"dk": _bare(k.grad), "dx": _bare(x.grad), "db": b.grad if filters > 1 else b.grad[0]}
    if asked["lacks"]:
        known = {"db"} | {name for name, needed in {"dk": "x", "dx": "k"}.items() if needed not in asked["lacks"]}
        found = {name: value for name, value in found.items() if name in known}
    return found


def _bare(found: Any) -> Any:
    """One matrix as it is."""
    return found[0] if len(found) == 1 else found


def draw_pool2d(chance: Chance) -> tuple[Given, Asked]:
    """Small whole numbers, so that several are the largest; global pooling; every rounding and padding."""
    height, width = chance.randint(1, 6), chance.randint(1, 6)
    given: Given = {"kind": chance.choice(["max", "average"]), "x": rows(chance, height, width)}
    if chance.random() < 0.4:
        given["x"] = [[chance.randint(0, 2) for _ in range(width)] for _ in range(height)]
    yes = chance.random() < 0.5
    given |= some(chance, counted=yes) if given["kind"] == "average" else {}
    if chance.random() < 0.9:
        given["k"] = chance.randint(1, 3)
        given |= some(chance, s=lambda: chance.randint(1, 3), p=lambda: chance.randint(0, 2), ceil=not yes)
    if chance.random() < 0.7:
        with suppress(RuntimeError):  # where no window fits, no gradient does
            size = pool2d(given)["output_size"]
            given["dy"] = rows(chance, size[0] + int(chance.random() < 0.03), size[1])
    return given, given


def pool2d(asked: Asked) -> dict[str, Any]:
    """By F.max_pool2d or F.avg_pool2d, and its gradient by autograd."""
    x = tensor(asked["x"]).requires_grad_()
    k = asked.get("k", tuple(x.shape))
    options = {"stride": asked.get("s"), "padding": asked.get("p", 0), "ceil_mode": asked.get("ceil", False)}
    if asked["kind"] == "max":
        y = F.max_pool2d(x[None], k, **options)[0]
    else:
        y = F.avg_pool2d(x[None], k, **options, count_include_pad=asked.get("counted", True))[0]
    found: dict[str, Any] = {"y": y, "output_size": list(y.shape)} | ({"value": y.item()} if y.numel() == 1 else {})
    if "dy" in asked:
        y.backward(tensor(asked["dy"]))
        found["dx"] = x.grad
    return found


COMPARISONS = (
    Comparison("conv2d", draw_conv2d, conv2d),
    Comparison("pool2d", draw_pool2d, pool2d),
)
