"""One fault a class, at the line that ends in a comment."""

import torch
from torch import nn


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 20, 3)
        self.norm = nn.BatchNorm2d(21)  # BatchNorm2d expects 21 channels, gets 20

    def forward(self, x):
        return self.norm(self.conv(x))


class Flat(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 5)
        self.fc = nn.Linear(4 * 7 * 7, 2)  # Linear expects 196 features, gets 400

    def forward(self, x):
        x = torch.max_pool2d(self.conv(x), 2)
        return self.fc(x.flatten(1))


class Unflattened(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3 * 24 * 24, 2)  # Linear expects 1728 features, gets 24 (1x3x24x24)

    def forward(self, x):
        return self.fc(x)


class Skip(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3)

    def forward(self, x):
        return x + self.conv(x)  # 1x3x24x24 and 1x3x22x22 do not go together


class Joined(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, stride=2)

    def forward(self, x):
        return torch.cat([x, self.conv(x)], 1)  # these do not go together along axis 1: 1x3x24x24, 1x6x11x11


class Viewed(nn.Module):
    def forward(self, x):
        return x.view(-1, 3 * 25 * 25)  # 1x3x24x24 has 1728 numbers, which -1x1875 does not divide


class UsedUp(nn.Module):
    def __init__(self):
        super().__init__()
        self.big = nn.Conv2d(3, 8, 30)  # Conv2d on 1x3x24x24: kernel 30 does not fit the padded input 24

    def forward(self, x):
        return self.big(x)


class Channels(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3),
            nn.ReLU(),
            nn.Conv2d(16, 8, 3),  # Conv2d expects 16 channels, gets 8
        )

    def forward(self, x):
        return self.body(x)


class NotCalled(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleList([nn.Conv2d(3, 8, 3)])

    def forward(self, x):
        return self.parts(x)  # a ModuleList cannot be called: call its layers
