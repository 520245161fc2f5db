"""VGG-16 (Simonyan and Zisserman 2015): 3x3 convolutions, pools that halve."""

from collections import OrderedDict

from torch import nn


def conv(inputs: int, outputs: int, norm: bool) -> nn.Sequential:
    layers = [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]
    if norm:  # came a year later, and lets it learn from the first step
        layers.insert(1, nn.BatchNorm2d(outputs))
    return nn.Sequential(*layers)


def dense(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout())


def network(
    classes: int = 1000, size: int = 224, norm: bool = False
) -> nn.Sequential:
    return nn.Sequential(OrderedDict(
        conv1_1=conv(3, 64, norm),
        conv1_2=conv(64, 64, norm),
        pool1=nn.MaxPool2d(2),
        conv2_1=conv(64, 128, norm),
        conv2_2=conv(128, 128, norm),
        pool2=nn.MaxPool2d(2),
        conv3_1=conv(128, 256, norm),
        conv3_2=conv(256, 256, norm),
        conv3_3=conv(256, 256, norm),
        pool3=nn.MaxPool2d(2),
        conv4_1=conv(256, 512, norm),
        conv4_2=conv(512, 512, norm),
        conv4_3=conv(512, 512, norm),
        pool4=nn.MaxPool2d(2),
        conv5_1=conv(512, 512, norm),
        conv5_2=conv(512, 512, norm),
        conv5_3=conv(512, 512, norm),
        pool5=nn.MaxPool2d(2),
        flatten1=nn.Flatten(),
        fc6=dense(512 * (size // 32) ** 2, 4096),
        fc7=dense(4096, 4096),
        fc8=nn.Linear(4096, classes),
    ))
