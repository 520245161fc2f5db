"""Down and up again, with skips; an auxiliary head that stays at rest."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Double(nn.Module):
    def __init__(self, inputs, outputs, middle=None):
        super().__init__()
        middle = middle or outputs
        self.body = nn.Sequential(
            nn.Conv2d(inputs, middle, 3, padding=1), nn.GroupNorm(2, middle), nn.SiLU(),
            nn.Conv2d(middle, outputs, 3, padding=1), nn.GroupNorm(2, outputs), nn.PReLU(outputs),
        )  # fmt: skip

    def forward(self, x):
        return self.body(x)


class Up(nn.Module):
    def __init__(self, inputs, outputs, bilinear=True):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.conv = Double(inputs + outputs, outputs, 2 * outputs)
        else:
            self.up = nn.ConvTranspose2d(inputs, inputs // 2, kernel_size=2, stride=2)
            self.conv = Double(inputs, outputs)

    def forward(self, low, high):
        low = self.up(low)
        tall, wide = high.size()[2] - low.size()[2], high.shape[3] - low.shape[3]
        low = F.pad(low, [wide // 2, wide - wide // 2, tall // 2, tall - tall // 2])
        return self.conv(torch.cat((high, low), dim=1))


class Decoded(nn.Module):
    def __init__(self, widths=(8, 16, 32), classes=3, bilinear=False, aux=False):
        super().__init__()
        self.first = Double(3, widths[0])
        self.downs = nn.ModuleList([Double(a, b) for a, b in zip(widths[:-1], widths[1:])])
        self.ups = nn.ModuleList()
        for a, b in zip(widths[::-1], widths[-2::-1]):
            self.ups.append(Up(a, b, bilinear))
        self.aux = aux
        self.aux_head = nn.Conv2d(widths[-1], classes, 1)
        self.scale = nn.Parameter(torch.ones(1, classes, 1, 1))
        self.out = nn.Conv2d(widths[0], classes, kernel_size=1)

    def forward(self, x):
        maps = [self.first(x)]
        for down in self.downs:
            maps.append(down(F.max_pool2d(maps[-1], 2)))
        x = maps.pop()
        if self.aux:
            return self.aux_head(x)
        for up in self.ups:
            x = up(x, maps.pop())
        return torch.sigmoid(self.out(x) * self.scale)
