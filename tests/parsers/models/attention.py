"""Patches as words, with attention by hand, and an LSTM behind."""

from functools import partial

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim, heads=2):
        super().__init__()
        self.heads, self.scale = heads, (dim // heads) ** -0.5
        self.qkv, self.proj = nn.Linear(dim, dim * 3), nn.Linear(dim, dim, bias=False)

    def forward(self, x):
        b, n, c = x.shape
        qkv = self.qkv(x).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        weights = ((q @ k.transpose(-2, -1)) * self.scale).softmax(dim=-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(b, n, c))


class Words(nn.Module):
    def __init__(self, size=24, patch=6, dim=20, depth=2, norm=partial(nn.LayerNorm, eps=1e-6)):
        super().__init__()
        self.patches = nn.Conv2d(3, dim, kernel_size=patch, stride=patch)
        self.start = nn.Parameter(torch.zeros(1, 1, dim))
        self.place = nn.Parameter(torch.zeros(1, (size // patch) ** 2 + 1, dim))
        self.blocks = nn.ModuleList(
            [nn.ModuleDict({"norm": norm(dim), "attention": Attention(dim)}) for _ in range(depth)]
        )
        self.memory = nn.LSTM(dim, 12, num_layers=2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(24, 5)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.start.expand(x.shape[0], -1, -1), x), dim=1) + self.place
        for block in self.blocks:
            x = x + block["attention"](block["norm"](x))
        out, (hidden, _) = self.memory(x)
        return self.head(out[:, -1])
