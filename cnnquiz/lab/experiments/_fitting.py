"""What the experiments share: networks fitted to pictures and measured."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

LOSS = nn.functional.cross_entropy
ERROR = nn.functional.mse_loss


def fit(network: Any, inputs: Any, targets: Any, epochs: int, rate: float = 2e-3, loss: Any = LOSS) -> Any:
    """The network, fitted by Adam in batches of 32, at a rate that falls to 0: the last steps change little."""
    optimizer = torch.optim.Adam(network.parameters(), rate, fused=True)
    network.train()
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = rate * (1 - epoch / epochs)
        for batch in torch.randperm(len(inputs)).split(32):
            optimizer.zero_grad()
            loss(network(inputs[batch]), targets[batch]).backward()
            optimizer.step()
    return network.train(False)


def outputs(network: Any, inputs: Any) -> Any:
    """What the network makes of the inputs."""
    with torch.no_grad():
        return torch.cat([network(part) for part in inputs.split(256)])


def accuracy(network: Any, inputs: Any, labels: Any) -> float:
    """The share of inputs that are put into their class."""
    return (outputs(network, inputs).argmax(1) == labels).double().mean().item()


def error(found: Any, wanted: Any) -> float:
    """The mean squared error."""
    return ERROR(found, wanted).item()
