"""What a derivation wants: a result, one element of it, or the sum of its elements; bytes in a larger unit, too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from msgspec import Struct

from cnnquiz.mathematics.precise import exact
from cnnquiz.solution import parts

_INDEX = re.compile(r"([A-Za-z]\w*?)((?:\[-?\d{1,6}\])+)")
_SUBSCRIPT = re.compile(r"([A-Za-z]\w*?)_(\d{1,6})")
_SUM = "_sum"
UNITS = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_IN = re.compile(rf"(.+) in ({'|'.join(UNITS)})")


class Wanted(Struct, frozen=True):
    """A result, or a part of it.

    place  the indices that lead to an element, counted from 0
    total  whether the sum of its elements is wanted
    unit   the unit of memory in which it is wanted: weight_bytes in MB
    """

    result: str
    place: tuple[int, ...] = ()
    total: bool = False
    unit: str = ""

    def of(self, value: Any) -> Any:
        """The part of the result's value that is wanted; None where there is none."""
        for at in self.place:
            if not isinstance(value, list | tuple) or not -len(value) <= at < len(value):
                return None
            value = value[at]
        if self.unit and value is not None:
            return exact(Fraction(value) / UNITS[self.unit])
        return exact(sum(_numbers(value))) if self.total and value is not None else value


def _numbers(value: Any) -> Iterator[Any]:
    for part in parts(value):
        yield from _numbers(part) if isinstance(part, tuple) else (part,)


def read(text: str, results: Mapping[str, Any]) -> Wanted:
    """What a text wants of these results: `y`, or where they have no `y_2`, its second element, and so y[1] and y_sum.

    An index in brackets counts from 0, as in y[n]; a subscript from 1, as in theta_1, and goes with a plural too.
    """
    if memory := _IN.fullmatch(text):
        return Wanted(memory[1], unit=memory[2] if "bytes" in memory[1] else "")
    if text not in results:
        for name, place in _readings(text):
            found = Wanted(name, place, total=not place)
            if isinstance(results.get(name), list | tuple) and found.of(results[name]) is not None:
                return found
    return Wanted(text)


def names(text: str) -> tuple[str, ...]:
    """The results that a text may want a part of."""
    return tuple(name for name, _ in _readings(text))


def _readings(text: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Each result that may be meant, with the indices of an element; without, its sum."""
    if match := _IN.fullmatch(text):
        yield match[1], ()
    elif match := _INDEX.fullmatch(text):
        yield match[1], tuple(map(int, re.findall(r"-?\d+", match[2])))
    elif match := _SUBSCRIPT.fullmatch(text):
        for name in (match[1], f"{match[1]}s", f"{match[1].removesuffix('y')}ies"):
            yield name, (int(match[2]) - 1,)
    elif text.endswith(_SUM):
        yield text.removesuffix(_SUM), ()
