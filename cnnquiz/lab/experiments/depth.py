"""One wide layer or several narrow ones: accuracy and time of 1 x 128 kernels and of 16, 16, 32 and 64.

Both networks have 128 kernels of 3x3, each followed by batch normalisation and ReLU, then the mean of each map and one
dense layer: what a map says counts, not where. The deep one halves its map after each of its first three layers, as
networks do. They learn from the same drawn flowers, whose colours say little, for as many epochs, and are measured on
others. Times are the processor's, of one pass forwards on one thread, the least of several.

The deep network gets more right. It is also the faster one here, against what is often said of a single layer whose
kernels "run in parallel": its maps shrink, so that there is less to work out. `unhalved_time` is that of the same four
layers without halving, which take about as long as the one layer; nothing is claimed of that. So neither is faster as
such, and on a machine that really does all kernels at once the order may be another.

It does not show other widths or tasks, nor that a shallow network of any size must fail.
"""

from __future__ import annotations

import time
from typing import Any

from torch import nn

from cnnquiz.lab.experiments._fitting import accuracy, fit, outputs
from cnnquiz.lab.experiments._pictures import flowers
from cnnquiz.lab.experiments._trial import Trial

SIZE, LEARNED, TESTED, EPOCHS, PASSES = 32, 480, 240, 12, 7
SHALLOW, DEEP = (128,), (16, 16, 32, 64)
SHOWS = (
    "With 128 kernels each, four layers that halve their maps get more flowers right than one layer, by more than "
    "10 in 100, and take less time"
)
CLAIM = "deep_accuracy > shallow_accuracy + 0.1 and deep_time < shallow_time"
FIGURES = {
    "shallow_accuracy": "right, 1 layer", "deep_accuracy": "right, 4 layers",
    "shallow_time": "ms, 1 layer", "deep_time": "ms, 4 layers", "unhalved_time": "ms, 4 unhalved",
}  # fmt: skip
BARS = ("shallow_accuracy", "deep_accuracy")
TIMES = ("shallow_time", "deep_time", "unhalved_time")


def trial(seed: int) -> Trial:
    """The accuracy of both networks on other flowers, and the milliseconds that they take for 64 of them."""
    inputs, labels = flowers(LEARNED + TESTED, SIZE, seed)
    figures, networks = {}, {"shallow": network(SHALLOW), "deep": network(DEEP), "unhalved": network(DEEP, 1)}
    for name in ("shallow", "deep"):
        fit(networks[name], inputs[:LEARNED], labels[:LEARNED], EPOCHS)
        figures[f"{name}_accuracy"] = accuracy(networks[name], inputs[LEARNED:], labels[LEARNED:])
    for name, each in networks.items():
        figures[f"{name}_time"] = milliseconds(each.train(False), inputs[:64])
    return Trial({name: figures[name] for name in FIGURES})


def network(kernels: tuple[int, ...], halving: int = 2) -> Any:
    """Layers of so many kernels each, the map halved between them."""
    layers: list[Any] = []
    channels = 3
    for number, count in enumerate(kernels):
        layers += [nn.MaxPool2d(2)] if number and halving == 2 else []
        layers += [nn.Conv2d(channels, count, 3, padding=1), nn.BatchNorm2d(count), nn.ReLU()]
        channels = count
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 4))


def milliseconds(network: Any, inputs: Any) -> float:
    """The processor's time of one pass forwards, the least of several."""
    times = []
    for _ in range(PASSES):
        begun = time.process_time()
        outputs(network, inputs)
        times.append(time.process_time() - begun)
    return 1000 * min(times)
