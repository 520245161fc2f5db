"""The layers of a network as pictures: a table of them, and the sizes of their maps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import Any

from cnnquiz.layers.propagation import LayerResult
from cnnquiz.layers.vocabulary import KEPT
from cnnquiz.solution import Drawing

COLUMNS = ("layer", "type", "output", "parameters", "MACs", "field")


def layer_table(results: Sequence[LayerResult], rows: Sequence[dict[str, Any]]) -> Drawing:
    """One row a layer; what follows it in place (activation, normalisation, dropout) stands in its row."""
    table: list[list[Any]] = []
    for result, row in zip(results, rows, strict=True):
        if table and result.layer.kind not in KEPT and result.shape == result.before.shape:
            table[-1][1] += f" + {row['type']}"
            table[-1][3] += row["parameters"]
            table[-1][4] += row["macs"]
        else:
            names = ("name", "type", "shape", "parameters", "macs", "receptive_field")
            table.append([row[name] for name in names])
    stages = {"columns": [COLUMNS[0], *COLUMNS[2:]], "rows": [*_stages(table)]}
    return Drawing("table", {"columns": list(COLUMNS), "rows": table, "small": stages})


def _stages(table: Sequence[list[Any]]) -> Iterator[list[Any]]:
    """One row for the blocks that end with maps of the same height and width: the numbers of their layers added up."""
    blocks = [[*rows] for _, rows in groupby(table, key=lambda row: row[0].partition(".")[0])]
    for _, group in groupby(blocks, key=lambda rows: rows[-1][2][:-1]):
        rows = [*chain.from_iterable(group)]
        names = " .. ".join(dict.fromkeys((rows[0][0], rows[-1][0])))
        yield [names, rows[-1][2], sum(row[3] for row in rows), sum(row[4] for row in rows), rows[-1][5]]


def map_sizes(results: Sequence[LayerResult]) -> Drawing:
    """The heights and channels of the maps in order."""
    maps = [{"name": "input", "height": results[0].before.shape[0], "channels": results[0].before.shape[-1]}]
    maps += [
        {"name": one.name, "height": one.shape[0] if len(one.shape) > 1 else 1, "channels": one.shape[-1]}
        for one in results
        if one.layer.kind in KEPT
    ]
    return Drawing("shrink", {"layers": maps})
