"""The layers of a network as pictures: a table of them, and their maps shrinking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnquiz.layers.network_givens import KEPT, described_type
from cnnquiz.layers.propagation import Row
from cnnquiz.solution import Drawing

COLUMNS = ("layer", "type", "output", "parameters", "MACs", "field")


def drawing(rows: Sequence[Row], results: Sequence[dict[str, Any]]) -> Drawing:
    """One row a layer; what follows it in place (activation, normalisation, dropout) stands in its row."""
    table: list[list[Any]] = []
    for row, result in zip(rows, results, strict=True):
        if table and row.layer.kind not in KEPT and row.shape == row.before.shape:
            _append(table[-1], described_type(row), result)
        else:
            table.append([
                result["name"], described_type(row), result["shape"], result["parameters"], result["macs"],
                result["receptive_field"],
            ])  # fmt: skip
    return Drawing("table", {"columns": list(COLUMNS), "rows": table})


def _append(last: list[Any], word: str, result: dict[str, Any]) -> None:
    last[1] += f" + {word}"
    last[3] += result["parameters"]
    last[4] += result["macs"]


def shrinking(rows: Sequence[Row]) -> Drawing:
    """The heights and channels of the maps in order."""
    maps = [{"name": "input", "height": rows[0].before.shape[0], "channels": rows[0].before.shape[-1]}]
    maps += [
        {"name": row.name, "height": row.shape[0] if len(row.shape) > 1 else 1, "channels": row.shape[-1]}
        for row in rows
        if row.layer.kind in KEPT
    ]
    return Drawing("shrink", {"layers": maps})
