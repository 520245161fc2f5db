"""Pre-training: a deep sigmoid autoencoder begun with random weights, and with weights found layer by layer.

The network takes digits of 256 pixels to a code of 16 through layers of 128, 64 and 32 units, and back, all sigmoids.
For the second start each layer is first trained alone, as a small autoencoder of the codes before it, for 10 epochs.
Then the whole network is trained for 20 from either start, by gradient descent with momentum. Its rate is the same in
all layers, chosen by how well the small autoencoders learn. Adam is not used: it divides each weight's step by its
gradient's size, which hides that little reaches the first layers. To be fair, a third network begins at random and gets
the 40 epochs of pre-training as well ("longer"). The figure is the mean squared error on other digits.

It does not show that pre-training is needed today: ReLU, careful initial weights, normalisation and Adam do without it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import nn

from cnnquiz.lab.experiments._fitting import error, outputs
from cnnquiz.lab.experiments._pictures import digits
from cnnquiz.lab.experiments._trial import Trial

SIZE, LEARNED, TESTED, PRETRAINED, EPOCHS = 16, 1000, 300, 10, 20
RATE = 0.1
WIDTHS = (256, 128, 64, 32, 16)
SHOWS = (
    "Weights found layer by layer are a better start for a deep autoencoder than random ones: less error before and at "
    "most three quarters of it after training, even where the random start gets the epochs of pre-training as well"
)
CLAIM = "pretrained_start < random_start and pretrained_end < 3/4*random_end and pretrained_end < 3/4*longer_end"
FIGURES = {
    "random_start": "start, random", "pretrained_start": "start, pre-trained",
    "random_end": "end, random", "longer_end": "end, random, longer", "pretrained_end": "end, pre-trained",
}  # fmt: skip
BARS = tuple(FIGURES)


def trial(seed: int) -> Trial:
    """The error on other digits from each start, before and after training."""
    images = digits(LEARNED + TESTED, SIZE, seed)[0].flatten(1)
    learned, tested = images.split([LEARNED, TESTED])
    longer, plain, pretrained = network(), network(), network()
    pretrain(pretrained, learned)
    figures = {}
    for name, each in (("random", plain), ("pretrained", pretrained)):
        figures[f"{name}_start"] = error(outputs(each, tested), tested)
        figures[f"{name}_end"] = error(outputs(descent(each, learned, EPOCHS), tested), tested)
    epochs = EPOCHS + PRETRAINED * (len(WIDTHS) - 1)
    figures["longer_end"] = error(outputs(descent(longer, learned, epochs), tested), tested)
    return Trial({name: figures[name] for name in FIGURES})


def layer(wide: int, narrow: int) -> Any:
    """A dense layer with a sigmoid."""
    return nn.Sequential(nn.Linear(wide, narrow), nn.Sigmoid())


def network() -> Any:
    """The encoder's layers and then the decoder's, with PyTorch's random initial weights."""
    widths = [*WIDTHS, *reversed(WIDTHS[:-1])]
    return nn.Sequential(*(layer(wide, narrow) for wide, narrow in pairwise(widths)))


def pretrain(network: Any, images: Any) -> None:
    """Each layer of the encoder trained with its counterpart in the decoder, on the codes of the layers before it."""
    codes, count = images, len(WIDTHS) - 1
    for place in range(count):
        pair = nn.Sequential(network[place], network[-1 - place])
        descent(pair, codes, PRETRAINED)
        codes = outputs(network[place], codes)


def descent(network: Any, images: Any, epochs: int) -> Any:
    """The network, trained to give images back: squared errors summed over an image, momentum, batches of 16."""
    optimizer = torch.optim.SGD(network.parameters(), RATE, momentum=0.9)
    for _ in range(epochs):
        for batch in images[torch.randperm(len(images))].split(16):
            optimizer.zero_grad()
            ((network(batch) - batch) ** 2).sum(1).mean().backward()
            optimizer.step()
    return network
