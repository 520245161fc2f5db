"""ResNet-18 (He, Zhang, Ren and Sun 2016): blocks that add to what came in."""

from collections import OrderedDict

from torch import Tensor, nn


def conv(inputs: int, outputs: int, k: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, k, stride, padding=k // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )


class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = conv(inputs, outputs, 3, stride).append(nn.ReLU())
        self.conv2 = conv(outputs, outputs, 3)
        self.shortcut = nn.Sequential()
        if inputs != outputs or stride > 1:  # bring it to the sum's shape
            self.shortcut = conv(inputs, outputs, 1, stride)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.conv2(self.conv1(x)) + self.shortcut(x))


def network(classes: int = 1000) -> nn.Sequential:
    return nn.Sequential(OrderedDict(
        conv1=conv(3, 64, 7, stride=2).append(nn.ReLU()),
        pool1=nn.MaxPool2d(3, stride=2, padding=1),
        conv2_1=Block(64, 64),
        conv2_2=Block(64, 64),
        conv3_1=Block(64, 128, stride=2),
        conv3_2=Block(128, 128),
        conv4_1=Block(128, 256, stride=2),
        conv4_2=Block(256, 256),
        conv5_1=Block(256, 512, stride=2),
        conv5_2=Block(512, 512),
        avgpool=nn.AdaptiveAvgPool2d(1),
        flatten1=nn.Flatten(),
        fc=nn.Linear(512, classes),
    ))
