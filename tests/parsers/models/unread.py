"""One line a class that cannot be read, marked by a comment."""

from torch import nn
from torch.nn import functional as F

from .elsewhere import Gate, width


class Imported(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = Gate(3)  # .elsewhere.Gate, which is not in this file

    def forward(self, x):
        return self.gate(x)


class Width(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, width(4), 3)  # the number of filters is no number that can be followed

    def forward(self, x):
        return self.conv(x)


class Values(nn.Module):
    def forward(self, x):
        if x.sum() > 0:  # this depends on the values of a tensor
            return x
        return x[:, :1]


class Listed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3)

    def forward(self, x):
        for _ in range(10**9):  # a loop of more than 100,000 rounds
            x = F.relu(x)
        return x


class Endless(nn.Module):
    def forward(self, x):
        count = 0
        while True:
            count += 1  # it takes more than 200,000 steps


class Deep(nn.Module):
    def forward(self, x):
        return self.forward(x)  # calls stand in calls more than 40 deep


class Powers(nn.Module):
    def forward(self, x):
        return x.view(9**9**9)  # a number beyond what is worked


class Masked(nn.Module):
    def forward(self, x):
        return x[x > 0]  # this index cannot be followed
