"""A network built without storage and run once, and each of its layers compared with what `solve net` counts."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

import torch
from torch import nn

from cnnquiz import calculators
from cnnquiz.lab import models
from cnnquiz.layers import networks

KINDS = {
    nn.Conv2d: "conv", nn.BatchNorm2d: "bn", nn.ReLU: "relu", nn.MaxPool2d: "pool", nn.AdaptiveAvgPool2d: "gap",
    nn.Flatten: "flatten", nn.Linear: "dense", nn.Dropout: "dropout", nn.Softmax: "softmax",
}  # fmt: skip
COMPARED = ("type", "shape", "parameters", "macs")


def comparison(name: str) -> dict[str, Any]:
    """Each layer as PyTorch builds it, what `solve net` has otherwise for it, and how many layers differ."""
    calculator = calculators.load("net")
    counted = calculator.solve(calculator.read({"network": name})).results
    with torch.device("meta"):
        built = models.network(name).train(False)
    layers, none = [], dict[str, Any]()
    for found, expected in zip_longest(rows(built, networks.load(name).input), counted["layers"], fillvalue=none):
        row = {"name": expected.get("name")} | found
        layers.append(row | {"differs": {key: expected.get(key) for key in COMPARED if differ(key, found, expected)}})
    total = sum(parameter.numel() for parameter in built.parameters())
    differences = sum(bool(row["differs"]) for row in layers) + (total != counted["parameters"])
    return {"network": name, "parameters": total, "layers": layers, "differences": differences}


def differ(key: str, found: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether a layer and its row in `solve net` disagree."""
    return found.get(key) != (list(expected["shape"]) if key == "shape" and expected else expected.get(key))


def rows(network: nn.Module, shape: tuple[int, ...]) -> list[dict[str, Any]]:
    """What each module gives, in the order in which they run. A module's input that no module gave is a sum.

    The last row is the softmax, which training leaves to the loss.
    """
    found: list[dict[str, Any]] = []
    image = torch.empty(1, shape[-1], *shape[:-1], device="meta")
    given = [image]

    def note(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        if not any(inputs[0] is one for one in given):
            found.append(row("add", None, inputs[0]))
        found.append(row(KINDS[type(module)], module, output))
        given.append(output)

    whole = nn.Sequential(network, nn.Softmax(dim=1))
    for module in whole.modules():
        if type(module) in KINDS:
            module.register_forward_hook(note)
    whole(image)
    return found


def row(kind: str, module: nn.Module | None, output: torch.Tensor) -> dict[str, Any]:
    """A module as `solve net` writes a layer: the axes and then the channels, weights, multiply-adds."""
    shape = [*output.shape[2:], output.shape[1]]
    weights = {key: value.shape for key, value in module.named_parameters()} if module else {}
    macs = weights["weight"][1:].numel() * output.numel() if kind in ("conv", "dense") else 0
    return {"type": kind, "shape": shape, "parameters": sum(one.numel() for one in weights.values()), "macs": macs}
