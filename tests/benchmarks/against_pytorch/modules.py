"""Modules beyond the convolutional layer: dropout, init."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import torch
import torch.nn.functional as F
from comparison import Asked, Chance, Comparison, Given, decimals, row, some, tensor
from torch import nn

Init = nn.init


def draw_dropout(chance: Chance) -> tuple[Given, Asked]:
    """In training and at inference; the mask is the one that PyTorch draws from a seed."""
    given: Given = {"p": decimals(chance, 0, 0.9)}
    seed, x = chance.randrange(10**6), row(chance, chance.randint(1, 6))
    if chance.random() < 0.8:
        given |= {"x": x} | some(chance, phase=lambda: chance.choice(["training", "inference"]))
    if "x" in given and given.get("phase") != "inference":
        torch.manual_seed(seed)
        mask = (F.dropout(torch.ones(len(x)), given["p"]) != 0).int().tolist()
        given["mask"] = mask + [1] * int(chance.random() < 0.05)
    return given, given | {"seed": seed}


def dropout(asked: Asked) -> dict[str, Any]:
    """By F.dropout with the seed of the mask; what comes out on average is what comes out at inference."""
    p, found = asked["p"], dict[str, Any]()
    found["scale"] = float(F.dropout(torch.ones(10_000), p).max())
    if "x" in asked:
        x = tensor(asked["x"])
        torch.manual_seed(asked["seed"])
        if len(asked.get("mask", x)) != len(x):
            raise ValueError("a mask of another size")
        found["expected"] = F.dropout(x, p, training=False)
        found["output"] = F.dropout(x, p, training=asked.get("phase") != "inference")
    return found


def filled_with(fill: Callable[[], Any]) -> float:
    """The bound of the uniform numbers, or the deviation of the normal ones, that PyTorch would fill a tensor with."""
    caught: list[float] = []

    def catch(weight: torch.Tensor, least: float, most: float, generator: Any = None) -> torch.Tensor:
        caught.append(most)
        return weight

    with patch.object(torch.Tensor, "uniform_", catch), patch.object(torch.Tensor, "normal_", catch):
        fill()
    return caught[0]


def draw_init(chance: Chance) -> tuple[Given, Asked]:
    """Dense layers and convolutions, every scheme and mode, leaky slopes; now and then without a fan."""
    given: Given = {"scheme": chance.choice(["xavier", "he", "lecun"])}
    sizes = [chance.randint(1, 300), chance.randint(1, 300)]
    names = ["fan_in", "fan_out"] if chance.random() < 0.5 else ["channels", "filters"]
    given |= {name: size for name, size in zip(names, sizes, strict=True) if chance.random() < 0.97}
    given |= {"k": chance.randint(1, 7)} if names[0] == "channels" else {}
    if given["scheme"] == "he":
        given |= some(chance, mode=lambda: chance.choice(["fan-in", "fan-out"]), slope=lambda: decimals(chance, 0, 1))
    return given, given


def init(asked: Asked) -> dict[str, Any]:
    """What nn.init would fill a weight with; LeCun's is Kaiming's without an activation."""
    scheme, mode, k = asked["scheme"], asked.get("mode", "fan-in").replace("-", "_"), asked.get("k")
    fans = [asked.get("channels" if k else "fan_in"), asked.get("filters" if k else "fan_out")]
    needed = {"xavier": [0, 1], "lecun": [0]}.get(scheme, [int(mode == "fan_out")])
    if any(fans[one] is None for one in needed) or fans == [None, None]:
        raise ValueError("a layer without a fan")
    shape = [fans[1] or 1, fans[0] or 1] + [k] * 2 * bool(k)
    weight = torch.empty(shape, device="meta")
    found: dict[str, Any] = {}
    for name, kind in (("bound", "uniform_"), ("std", "normal_")):
        fill = getattr(Init, f"{'xavier' if scheme == 'xavier' else 'kaiming'}_{kind}")
        options = {"xavier": (), "lecun": (0, "fan_in", "linear")}.get(scheme, (asked.get("slope", 0), mode))
        found[name] = filled_with(partial(fill, weight, *options))
    both = Init._calculate_fan_in_and_fan_out(weight)
    found |= {name: fan for name, fan, own in zip(("fan_in", "fan_out"), both, fans, strict=True) if own}
    return found | {"variance": found["std"] ** 2}


COMPARISONS = (
    Comparison("dropout", draw_dropout, dropout,
               undrawn={"inverted": "PyTorch always scales in training", "units": "PyTorch keeps a random number"},
               uncompared={"expected_kept": "PyTorch keeps a random number"}),
    Comparison("init", draw_init, init),
)  # fmt: skip
