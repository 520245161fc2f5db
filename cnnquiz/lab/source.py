"""The source of a network as it is read: the shape that comes out of each layer stands beside its line."""

from __future__ import annotations

import re

from cnnquiz.lab import models
from cnnquiz.layers import networks
from cnnquiz.layers.propagation import propagate
from cnnquiz.solution import text

LAYER = re.compile(r" +(\w+)=.*,")


def annotated_source(name: str) -> str:
    """The file of a network with its shapes, those of `solve net`; PyTorch is not needed for it."""
    lines = (models.FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()
    known = networks.load(name)
    shapes = {one.name.split(".")[0]: text(one.shape) for one in propagate(known.parts, known.input)}
    beside = {number: shapes[found[1]] for number, line in enumerate(lines) if (found := LAYER.fullmatch(line))}
    beside[min(beside) - 1] = text(known.input)
    wide = max(len(lines[number]) for number in beside)
    marked = (f"{line:<{wide}}  # {beside[n]}" if n in beside else line for n, line in enumerate(lines))
    return "\n".join(marked) + "\n"
