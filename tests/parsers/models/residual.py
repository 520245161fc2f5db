"""Residual blocks of two kinds, counted out in stages."""

import torch.nn as nn
import torch.nn.functional as F


def conv3x3(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1, bias=False)


class Block(nn.Module):
    expansion = 1

    def __init__(self, inputs, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1, self.bn1 = conv3x3(inputs, planes, stride), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = conv3x3(planes, planes), nn.BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return F.relu(out)


class Bottleneck(Block):
    expansion = 4

    def __init__(self, inputs, planes, stride=1, downsample=None):
        nn.Module.__init__(self)
        wide = planes * self.expansion
        self.body = nn.Sequential(
            nn.Conv2d(inputs, planes, 1, bias=False), nn.BatchNorm2d(planes), nn.ReLU(),
            conv3x3(planes, planes, stride), nn.BatchNorm2d(planes), nn.ReLU(),
            nn.Conv2d(planes, wide, 1, bias=False), nn.BatchNorm2d(wide),
        )  # fmt: skip
        self.downsample = downsample

    def forward(self, x):
        return F.relu(self.body(x) + (x if self.downsample is None else self.downsample(x)))


class Residual(nn.Module):
    def __init__(self, block, counts, num_classes=9):
        super().__init__()
        self.width = 16
        self.stem = nn.Sequential(conv3x3(3, 16), nn.BatchNorm2d(16), nn.ReLU(inplace=True))
        for number, count in enumerate(counts):
            setattr(self, f"stage{number + 1}", self._stage(block, 16 * 2**number, count, 2 if number else 1))
        self.stages = len(counts)
        self.fc = nn.Linear(self.width, num_classes)

    def _stage(self, block, planes, count, stride):
        downsample = None
        if stride != 1 or self.width != planes * block.expansion:
            downsample = nn.Sequential(
                nn.Conv2d(self.width, planes * block.expansion, kernel_size=1, stride=stride, bias=False),
                nn.BatchNorm2d(planes * block.expansion),
            )
        layers = [block(self.width, planes, stride, downsample)]
        self.width = planes * block.expansion
        layers.extend(block(self.width, planes) for _ in range(1, count))
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.stem(x)
        for number in range(self.stages):
            x = getattr(self, "stage%d" % (number + 1))(x)
        return self.fc(x.mean([2, 3]))
