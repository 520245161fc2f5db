"""Layers that see all maps before them, one after another along the channels."""

from collections import OrderedDict

import torch
from torch import nn


class Layer(nn.Sequential):
    def __init__(self, inputs, growth, bottleneck=4):
        super().__init__()
        self.add_module("norm1", nn.BatchNorm2d(inputs))
        self.add_module("relu1", nn.ReLU(inplace=True))
        self.add_module("conv1", nn.Conv2d(inputs, bottleneck * growth, kernel_size=1, bias=False))
        self.add_module("norm2", nn.BatchNorm2d(bottleneck * growth))
        self.add_module("relu2", nn.ReLU(inplace=True))
        self.add_module("conv2", nn.Conv2d(bottleneck * growth, growth, kernel_size=3, padding=1, bias=False))

    def forward(self, x):
        return torch.cat([x, super().forward(x)], 1)


class Dense(nn.Module):
    def __init__(self, growth=8, counts=(2, 3), start=10, num_classes=4):
        super().__init__()
        self.features = nn.Sequential(OrderedDict([("conv0", nn.Conv2d(1, start, 5, padding=2))]))
        width = start
        for i, count in enumerate(counts):
            block = nn.Sequential(*[Layer(width + j * growth, growth) for j in range(count)])
            self.features.add_module("block%d" % i, block)
            width += count * growth
            if i != len(counts) - 1:
                self.features.add_module(f"shrink{i}", nn.Sequential(nn.Conv2d(width, width // 2, 1), nn.AvgPool2d(2)))
                width //= 2
        self.head = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.features(x)
        x = nn.functional.adaptive_avg_pool2d(x, (1, 1)).view(x.size(0), -1)
        return {"scores": self.head(x), "map": x}
