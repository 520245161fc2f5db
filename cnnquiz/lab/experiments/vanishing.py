"""Vanishing gradients: how much of the last hidden layer's gradient reaches the first, for sigmoid and for ReLU.

Fully connected networks of 2 to 10 hidden layers, 64 units each, see 256 random inputs of ten random classes once. The
figure is the norm of the gradient at the first layer's weights over that at the last hidden layer's, both 64 x 64.
All networks of a depth begin with the same weights: normal with variance 2/64 (He), biases 0. That is fixed here since
PyTorch's own initial weights are smaller, so that with them the gradient of a deep ReLU network shrinks as well.

It shows a network before training, with one width and one initialisation. It does not show how far training comes, nor
what batch normalisation or shortcuts change; and with sigmoids larger initial weights do not help for long, since they
saturate, which is not tried here.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from cnnquiz.lab.experiments._fitting import LOSS
from cnnquiz.lab.experiments._trial import Trial

WIDTH, EXAMPLES, DEPTHS = 64, 256, (2, 4, 6, 8, 10)
ACTIVATIONS = {"sigmoid": nn.Sigmoid, "relu": nn.ReLU}
SHOWS = (
    "With sigmoids the first layer's share of the gradient falls with the depth, to less than a hundredth from 2 to 10 "
    "layers; with ReLU more than a tenth is left"
)
CLAIM = (
    "sigmoid_2 > sigmoid_4 > sigmoid_6 > sigmoid_8 > sigmoid_10 and sigmoid_10 < sigmoid_2/100 and relu_10 > relu_2/10"
)
FIGURES = {f"{name}_{depth}": f"{name}, {depth} layers" for name in ACTIVATIONS for depth in DEPTHS}
BARS = tuple(FIGURES)


def trial(seed: int) -> Trial:
    """The first layer's gradient over the last one's, for each activation and depth."""
    inputs, classes = torch.randn(EXAMPLES, WIDTH), torch.randint(10, (EXAMPLES,))
    figures = {}
    for depth in DEPTHS:
        for name, activation in ACTIVATIONS.items():
            torch.manual_seed(seed)
            figures[f"{name}_{depth}"] = share(activation, depth, inputs, classes)
    return Trial({name: figures[name] for name in FIGURES})


def share(activation: Any, depth: int, inputs: Any, classes: Any) -> float:
    """The norm of the gradient at the first layer's weights over that at the last hidden layer's."""
    hidden = [nn.Linear(WIDTH, WIDTH) for _ in range(depth)]
    last = nn.Linear(WIDTH, 10)
    for layer in (*hidden, last):
        nn.init.normal_(layer.weight, std=(2 / WIDTH) ** 0.5)
        nn.init.zeros_(layer.bias)
    values = inputs
    for layer in hidden:
        values = activation()(layer(values))
    LOSS(last(values), classes).backward()
    norms = [torch.linalg.vector_norm(layer.weight.grad).item() for layer in (hidden[0], hidden[-1])]
    return norms[0] / norms[1]
