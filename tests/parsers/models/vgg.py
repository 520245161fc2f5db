"""A plain network whose layers a table of widths makes."""

import torch
from torch import nn

WIDTHS = {"small": [12, "M", 20, 20, "M"], "large": [16, 16, "M", 40, "M", 56, 56, "M"]}


def make_layers(widths, norm=False):
    layers, channels = [], 3
    for width in widths:
        if width == "M":
            layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
            continue
        conv = nn.Conv2d(channels, width, kernel_size=3, padding=1, bias=not norm)
        layers += [conv, nn.BatchNorm2d(width), nn.ReLU(inplace=True)] if norm else [conv, nn.ReLU(True)]
        channels = width
    return nn.Sequential(*layers)


class Plain(nn.Module):
    def __init__(self, features, width, num_classes=6):
        super(Plain, self).__init__()
        self.features = features
        self.pool = nn.AdaptiveAvgPool2d((3, 3))
        self.head = nn.Sequential(
            nn.Linear(width * 3 * 3, 48), nn.ReLU(), nn.Dropout(p=0.5), nn.Linear(48, num_classes)
        )
        self._initialize_weights()

    def forward(self, x):
        x = self.pool(self.features(x))
        return self.head(torch.flatten(x, 1))

    def _initialize_weights(self):
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
                if module.bias is not None:
                    nn.init.constant_(module.bias, 0)
            elif isinstance(module, nn.BatchNorm2d):
                module.weight.data.fill_(1)


def small():
    return Plain(make_layers(WIDTHS["small"]), WIDTHS["small"][-2])


def large(norm=True, **kwargs):
    return Plain(make_layers(WIDTHS["large"], norm), 56, **kwargs)
