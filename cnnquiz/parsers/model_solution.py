"""A model's file as a solution: its output, its parameters, and a row for each layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import prod
from pathlib import Path
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.files import read_bytes
from cnnquiz.layers.constructors import KERAS
from cnnquiz.mathematics.notation import series, step, value_math
from cnnquiz.parsers.model_source import ModelReading, ModelRow, model
from cnnquiz.parsers.reading import UnreadError
from cnnquiz.patterns import pattern
from cnnquiz.shown import display_text
from cnnquiz.solution import Drawing, Solution, Step

LARGEST = 2**20  # bytes of a file
_SHAPE = pattern(r"\d{1,9}([x×*,]\d{1,9}){0,4}")
_CLASS = pattern(r"(.+\.py):([A-Za-z_]\w*)")
_NUMBER = pattern(r"\d+")
COLUMNS = ("layer", "type", "output", "parameters", "line")


def model_solution(path_text: str, in_text: str | None = None, call: str | None = None) -> Solution:
    """The solution of `solve net model.py[:Class] --in 3x224x224 [--call ...]`; CnnquizError names file and line."""
    match = _CLASS.fullmatch(path_text)
    path, name = (match[1], match[2]) if match else (path_text, None)
    size = None
    if in_text is not None:
        if not _SHAPE.fullmatch(in_text.replace(" ", "")):
            raise CnnquizError(f"in: {display_text(in_text)[:40]} is no size: write it as in 3x224x224")
        size = tuple(map(int, _NUMBER.findall(in_text)))
    source = read_bytes(Path(path), LARGEST).decode("utf-8", "replace")
    shown = display_text(path)
    try:
        read = model(source, name, size, call)
    except UnreadError as fault:
        raise UnreadError(f"{shown}:{fault}") from None
    if read.fault is not None:
        raise CnnquizError(f"{shown}:{read.fault}")
    return _solution(read, shown)


def _solution(read: ModelReading, path: str) -> Solution:
    last = read.framework == KERAS
    order = "height, width, channels, as Keras has them" if last else "channels, height, width, as PyTorch has them"
    output: Any = read.output[0] if len(read.output) == 1 else list(read.output)
    results: dict[str, Any] = {
        "output_shape": output, "parameters": read.parameters, "inputs": prod(read.input),
        "rows": list(map(_row, read.rows)),
    }  # fmt: skip
    if read.unused:
        results["unused"] = list(read.unused)
    return Solution(
        "net", f"{read.name} in {path}", {"model": f"{path}:{read.name}", "in": read.input}, results,
        tuple(_steps(read)), {"shapes": order, "parameters": "all trainable numbers that are registered"},
        ("output_shape", "parameters"), tuple(_notes(read)), (_table(read.rows),),
    )  # fmt: skip


def _row(row: ModelRow) -> dict[str, Any]:
    names = ("name", "kind", "before", "after", "parameters", "line")
    return {name: getattr(row, name) for name in names}


def _steps(read: ModelReading) -> Iterator[Step]:
    """The parameters by kind of layer, then those of what is never at work, and all together."""
    kinds: dict[str, list[int]] = {}
    for row in read.rows:
        if row.parameters:
            kinds.setdefault(row.kind, []).append(row.parameters)
    for kind, each in kinds.items():
        yield step(f"{len(each)} {kind}", substituted=series(each, " + ", 6), value=sum(each), of="parameters")
    sums = [sum(each) for each in kinds.values()]
    if rest := read.parameters - sum(sums):
        what = "never at work" if read.unused else "parameters of the model's own"
        yield Step("Also registered", value=value_math(rest), why=f"{what}.".capitalize(), of="parameters")
        sums.append(rest)
    if len(sums) != 1:
        yield step("All together", substituted=series(sums, " + ", 20), value=sum(sums), of="parameters")
    if read.rows:
        last = read.rows[-1]
        why = f"{last.name or last.kind} is the last layer."
        yield Step("Output shape", value=value_math(last.after), why=why, of="output_shape")


def _notes(read: ModelReading) -> Iterator[str]:
    if read.unused:
        more = f" and {len(read.unused) - 5} more" if len(read.unused) > 5 else ""
        yield f"Registered, but never at work: {', '.join(read.unused[:5])}{more}."


def _table(rows: Sequence[ModelRow]) -> Drawing:
    """A row a layer, and in small a row for each part of the model."""
    table = [[row.name or row.kind, row.kind, row.after, row.parameters, row.line] for row in rows]
    small = []
    for _, group in groupby(rows, key=lambda row: (row.name or row.kind).partition(".")[0]):
        each = list(group)
        first, last = each[0].name or each[0].kind, each[-1].name or each[-1].kind
        small.append([" .. ".join(dict.fromkeys((first, last))), each[-1].after, sum(row.parameters for row in each)])
    few = {"columns": [COLUMNS[0], *COLUMNS[2:4]], "rows": small}
    return Drawing("table", {"columns": list(COLUMNS), "rows": table, "small": few})
