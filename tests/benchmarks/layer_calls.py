"""Layers as code writes them, read by the program and built by PyTorch: shapes and parameters of random calls.

    pip install -e '.[lab]'
    python tests/benchmarks/layer_calls.py [--cases 300] [--seed 1]

Exit code 1 on a difference, and where one of the two alone refuses a call.
"""

from __future__ import annotations

import argparse
import random
import warnings
from collections import Counter
from typing import Any

import torch
from torch import nn

from cnnquiz.commands import _batch
from cnnquiz.errors import CnnquizError
from cnnquiz.parsers.layer import layer

Drawn = tuple[str, list[Any], dict[str, Any], list[int]]  # the constructor, its arguments, and the input with its batch


def window(chance: random.Random, axes: int, low: int, high: int) -> Any:
    """One number, or one for each axis."""
    many = tuple(chance.randint(low, high) for _ in range(axes))
    return many if chance.random() < 0.3 else many[0]


def conv(chance: random.Random) -> Drawn:
    """A convolution along one to three axes, with any of its arguments."""
    axes, groups = chance.choice([1, 2, 2, 2, 3]), chance.choice([1, 1, 1, 2, 4])
    channels, filters = groups * chance.randint(1, 4), groups * chance.randint(1, 4)
    every = {
        "in_channels": channels, "out_channels": filters, "kernel_size": window(chance, axes, 1, 5),
        "stride": window(chance, axes, 1, 3), "padding": chance.choice([window(chance, axes, 0, 3), "same", "valid"]),
        "dilation": window(chance, axes, 1, 2), "groups": groups, "bias": chance.random() < 0.5,
    }  # fmt: skip
    return (f"Conv{axes}d", *arguments(chance, every, 3), shape(chance, axes, channels))


def tconv(chance: random.Random) -> Drawn:
    """A transposed convolution."""
    axes, groups = chance.choice([1, 2, 2, 3]), chance.choice([1, 1, 2])
    channels, filters = groups * chance.randint(1, 4), groups * chance.randint(1, 4)
    every = {
        "in_channels": channels, "out_channels": filters, "kernel_size": window(chance, axes, 1, 5),
        "stride": window(chance, axes, 1, 3), "padding": window(chance, axes, 0, 2),
        "output_padding": window(chance, axes, 0, 1), "groups": groups, "bias": chance.random() < 0.5,
        "dilation": window(chance, axes, 1, 2),
    }  # fmt: skip
    return (f"ConvTranspose{axes}d", *arguments(chance, every, 3), shape(chance, axes, channels))


def pool(chance: random.Random) -> Drawn:
    """A pooling layer of either kind."""
    axes, name = chance.choice([1, 2, 2, 3]), chance.choice(["MaxPool", "AvgPool"])
    every = {"kernel_size": window(chance, axes, 1, 4), "stride": window(chance, axes, 1, 3),
             "padding": window(chance, axes, 0, 2)}  # fmt: skip
    every |= {"dilation": window(chance, axes, 1, 2), "return_indices": False} if name == "MaxPool" else {}
    every |= {"ceil_mode": chance.random() < 0.5}
    return (f"{name}{axes}d", *arguments(chance, every, 1), shape(chance, axes, chance.randint(1, 4)))


def adaptive(chance: random.Random) -> Drawn:
    """Adaptive pooling."""
    axes = chance.choice([1, 2, 2, 3])
    every = {"output_size": window(chance, axes, 1, 6)}
    name = chance.choice(["AdaptiveAvgPool", "AdaptiveMaxPool"])
    return (f"{name}{axes}d", *arguments(chance, every, 1), shape(chance, axes, chance.randint(1, 4)))


def plain(chance: random.Random) -> Drawn:
    """A layer that takes a map of two axes as it is."""
    channels = chance.randint(1, 6)
    name, every, needed = chance.choice([
        ("BatchNorm2d", {"num_features": channels, "eps": 1e-3, "momentum": 0.2, "affine": True}, 1),
        ("Flatten", {"start_dim": 1, "end_dim": -1}, 0), ("ZeroPad2d", {"padding": chance.randint(0, 3)}, 1),
        ("ReLU", {"inplace": True}, 0), ("Dropout2d", {"p": 0.25, "inplace": False}, 0),
        ("UpsamplingNearest2d", {"size": None, "scale_factor": chance.randint(1, 3)}, 2),
        ("LeakyReLU", {"negative_slope": 0.1}, 0), ("ReflectionPad2d", {"padding": 1}, 1),
        ("LocalResponseNorm", {"size": 5, "alpha": 1e-4}, 1),
    ])  # fmt: skip
    return (name, *arguments(chance, every, needed), [1, channels, chance.randint(3, 9), chance.randint(3, 9)])


def dense(chance: random.Random) -> Drawn:
    """A fully connected layer, now and then for other inputs than arrive."""
    inputs = chance.randint(1, 50)
    every = {"in_features": inputs, "out_features": chance.randint(1, 20), "bias": chance.random() < 0.5}
    return ("Linear", *arguments(chance, every, 2), [1, inputs + (chance.random() < 0.1)])


def arguments(chance: random.Random, every: dict[str, Any], needed: int) -> tuple[list[Any], dict[str, Any]]:
    """Some by their place, and those after them by name, in any order, or left out where they may be."""
    names = list(every)
    placed = chance.randint(0, len(names))
    rest = [name for at, name in enumerate(names) if at >= placed and (at < needed or chance.random() < 0.5)]
    chance.shuffle(rest)
    return [every[name] for name in names[:placed]], {name: every[name] for name in rest}


def shape(chance: random.Random, axes: int, channels: int) -> list[int]:
    """A batch of one map, whose channels are seldom others than the layer takes."""
    other = chance.random() < 0.05
    return [1, channels + other, *(chance.randint(2, 16) for _ in range(axes))]


def ours(text: str, size: list[int]) -> tuple[list[int], int] | str:
    """The output's shape, channels first, and the parameters as the program works them, or its refusal."""
    try:
        read = layer(text, "x".join(map(str, size)))
        assert read is not None, text
        answer = _batch.answer({"calculator": read.calculator, "given": dict(read.given)})["results"]
        if read.calculator == "dense":
            return [read.given["units"]], answer["parameters"]
        if read.calculator not in ("conv", "tconv", "pool", "net"):
            answer = _batch.answer({"calculator": "net", "given": {"layers": text, "in": size[1:], "layout": "chw"}})
            answer = answer["results"] | {"output_shape": [*answer["results"]["output_shape"][1:], size[1]]}
        made = answer["output_shape"]
        return [made[-1], *made[:-1]], answer["parameters"]
    except CnnquizError as fault:
        return str(fault)


def theirs(name: str, args: list[Any], named: dict[str, Any], size: list[int]) -> tuple[list[int], int] | str:
    """The same by PyTorch."""
    try:
        module = getattr(nn, name)(*args, **named).train(False)
        made = module(torch.zeros(size))
    except (RuntimeError, ValueError, TypeError) as fault:
        return f"{type(fault).__name__}: {str(fault)[:100]}"
    if not made.numel():
        return "nothing is left of the map"
    return list(made.shape[1:]), sum(one.numel() for one in module.parameters())


def compared(cases: int, seed: int) -> tuple[Counter[str], list[str]]:
    """How many calls ended how, and the differences in words."""
    warnings.simplefilter("ignore")
    chance, counts, differences = random.Random(seed), Counter[str](), list[str]()
    for _ in range(cases):
        name, args, named, size = chance.choice([conv, conv, tconv, pool, adaptive, plain, dense])(chance)
        words = ", ".join([*map(repr, args), *(f"{key}={value!r}" for key, value in named.items())])
        text = f"{chance.choice(['', 'nn.', 'torch.nn.'])}{name}({words})"
        mine, other = ours(text, size), theirs(name, args, named, size)
        if isinstance(mine, str) and isinstance(other, str):
            counts["refused by both"] += 1
        elif mine == other:
            counts["same"] += 1
        else:
            counts["different"] += 1
            differences.append(f"{text} on {size}: {mine}, but {other} by PyTorch")
    return counts, differences


def main() -> None:
    """Print the counts and the differences."""
    parser = argparse.ArgumentParser(description="Compare layers as code writes them with PyTorch.")
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    counts, differences = compared(asked.cases, asked.seed)
    print(f"PyTorch {torch.__version__}, seed {asked.seed}: {dict(counts)}")
    print(*differences[:20], sep="\n")
    raise SystemExit(1 if differences else 0)


if __name__ == "__main__":
    main()
