"""The kinds of givens: each turns text or a JSON value into an exact value, or says in a GivenError what to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.expression import Letter
from cnnquiz.patterns import pattern
from cnnquiz.shown import display_text
from cnnquiz.solution import Vector

LARGEST = 10**18  # no size, count or length beyond this is read
MAX_AXES = 3
MINUS_INFINITY = "-inf"  # the score of a class that is left out
MOST_LAYERS = 1_001  # of an autoencoder
_WHOLE = pattern(r"[+-]?\d{1,30}")
_POWER = pattern(r"(\d{1,4})(?:\^|\*\*)(\d{1,4})")
_MIXED = pattern(r"(\d{1,40}) (\d{1,40}/\d{1,40})")
_DECIMAL = pattern(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?")
_LETTER = pattern(r"[A-Za-z](_?\d)?")


def are_numbers(*values: Any) -> bool:
    """Whether all of these are known numbers, not letters and not missing."""
    return all(value is not None and not isinstance(value, Letter) for value in values)


class TypedShape(tuple[Any, ...]):
    """A shape typed as 256x256x3: its channels may stand behind the axes, although they are given apart as well."""

    __slots__ = ()


class Kind(Struct, frozen=True):
    """How one kind of given is read: `read(raw)` returns the value or raises GivenError; `hint` is its metavar."""

    hint: str
    read: Callable[[Any], Any]


def excerpt(raw: Any) -> str:
    """What was typed, short enough for one line and without control characters."""
    try:
        text = str(raw)
    except ValueError:  # Python writes out no number of more than some thousand digits
        return "a number of thousands of digits"
    if len(text) > 40:
        return f"{display_text(text[:30])}... ({len(text)} characters)"
    return display_text(text) or "nothing"


def whole(raw: Any, low: int | None = None, letters: bool = True) -> int | Letter:
    """A whole number, at least `low`; a single letter stays one where letters may stand for numbers."""
    value = _whole(raw, letters)
    if isinstance(value, Letter):
        return value
    if value > LARGEST:
        raise GivenError(f"{excerpt(raw)} is too large: write a number up to 10^18")
    if low is not None and value < low:
        raise GivenError(f"{excerpt(raw)} is too small: write a whole number, {low} or more")
    return value


def count(raw: Any) -> int:
    """A whole number from 0 up, where no letter may stand."""
    return int(whole(raw, 0, letters=False))


def _whole(raw: Any, letters: bool) -> int | Letter:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 2**53:
        return int(raw)
    if isinstance(raw, Fraction) and raw.denominator == 1:
        return raw.numerator
    if isinstance(raw, str):
        text = raw.strip()
        if _WHOLE.fullmatch(text):
            return int(text)
        if power := _POWER.fullmatch(text):
            base, exponent = int(power[1]), int(power[2])
            return base**exponent if base < 2 or exponent < 200 else LARGEST + 1
        if letters and _LETTER.fullmatch(text):
            return Letter(text)
        if text.lstrip("+-").isdigit() and text.isascii():
            raise GivenError(f"{excerpt(raw)} is too large: write a number up to 10^18")
    also = ", or one letter such as n" if letters else ""
    raise GivenError(f"{excerpt(raw)} is not a whole number: write digits, as in 7{also}")


def text_of(raw: Any, between: str = ",") -> str:
    """A given as a command line takes it: yes, 1,2,3 or '1 2; 3 4'; with x between them, 28x28."""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if not isinstance(raw, list | tuple):
        return str(raw)
    if raw and isinstance(raw[0], list | tuple):
        return "; ".join(" ".join(map(str, row)) for row in raw)
    return between.join(map(str, raw)) if len(raw) != 1 else f"[{raw[0]}]"  # along one axis, and no square


def integer(low: int | None = None, letters: bool = True) -> Kind:
    """One whole number."""
    return Kind("N", lambda raw: whole(raw, low, letters))


def axes(low: int = 0, names: Sequence[str] = ()) -> Kind:
    """A whole number for every axis, or one for each: 3, 3x5, [3, 5]; or one of some words (same, valid)."""

    def read(raw: Any) -> Any:
        if isinstance(raw, str) and raw.strip().lower() in names:
            return raw.strip().lower()
        parts = split_axes(raw)
        if parts is None:
            try:
                return whole(raw, low)
            except GivenError as fault:
                words = f"; or {' or '.join(names)}" if names else ""
                raise GivenError(f"{fault}{words}") from None
        if "" in parts:
            raise GivenError(f"{excerpt(raw)} is not a whole number, nor one for each axis as in 3x5")
        if not 1 <= len(parts) <= MAX_AXES:
            raise GivenError(f"{excerpt(raw)} has {len(parts)} axes: write 1 to {MAX_AXES}")
        return tuple(whole(part, low) for part in parts)

    return Kind("N" if not names else "|".join(("N", *names)), read)


def shape() -> Kind:
    """A size: 256, 256x256, 256x256x3 (also with × or *), or a list. One number stays one number."""

    def read(raw: Any) -> Any:
        parts = split_axes(raw)
        if parts is None:
            return whole(raw, 1)
        if "" in parts:
            raise GivenError(f"{excerpt(raw)} is not a size: write it as in 256 or 256x256x3")
        if not 1 <= len(parts) <= MAX_AXES + 1:
            raise GivenError(f"{excerpt(raw)} has {len(parts)} numbers: write 1 to {MAX_AXES + 1}, as in 256x256x3")
        return (TypedShape if isinstance(raw, str) else tuple)(whole(part, 1) for part in parts)

    return Kind("HxWxC", read)


def split_axes(raw: Any) -> list[Any] | None:
    """The parts of a shape, or None for a single number."""
    if isinstance(raw, list | tuple):
        return list(raw)
    if not isinstance(raw, str):
        return None
    text = raw.strip()
    if _POWER.fullmatch(text) or _LETTER.fullmatch(text):
        return None
    if text[:1] in "([" and text[-1:] in ")]":
        text = text[1:-1]
        return [part for part in re.split(r"[,\s]+", text) if part]
    parts = re.split(r"\s*[x×*∗·⋅,]\s*", text)
    return parts if len(parts) > 1 else None


def flag(raw: Any) -> bool:
    """yes or no, in the usual spellings."""
    if isinstance(raw, bool):
        return raw
    words = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}
    value = words.get(str(raw).strip().lower())
    if value is None:
        raise GivenError(f"{excerpt(raw)} is neither yes nor no")
    return value


FLAG = Kind("yes|no", flag)


def choice(*names: str, also: Mapping[str, str] | None = None) -> Kind:
    """One of some words; `also` has other words for them."""
    others = also or {}

    def read(raw: Any) -> str:
        word = str(raw).strip().lower().replace("_", "-")
        word = others.get(word, word)
        if word not in names:
            raise GivenError(f"{excerpt(raw)} is none of {', '.join(names)}")
        return word

    return Kind("|".join(names), read)


def choices(hint: str, *names: str) -> Kind:
    """Some of these words, or none: a list, or a text with commas or blanks."""

    def read(raw: Any) -> tuple[str, ...]:
        found = raw if isinstance(raw, list | tuple) else re.split(r"[,\s]+", str(raw).strip())
        for name in found:
            if name and name not in names:
                raise GivenError(f"{excerpt(name)} is none of {', '.join(names)}")
        return tuple(name for name in found if name)

    return Kind(hint, read)


def exact_number(raw: Any) -> int | Fraction:
    """A number, exact: 7, 0.25, 1/4, 1 1/4, 2.5e3."""
    if isinstance(raw, int | Fraction) and not isinstance(raw, bool):
        return raw
    text = (repr(raw) if isinstance(raw, float) else str(raw)).strip().replace("−", "-")
    if mixed := _MIXED.fullmatch(text):
        return int(mixed[1]) + exact_number(mixed[2])
    top, slash, bottom = text.partition("/")
    if all(_DECIMAL.fullmatch(part.strip()) for part in ([top, bottom] if slash else [top])):
        try:
            value = Fraction(top.strip()) / Fraction(bottom.strip() if slash else 1)
        except ZeroDivisionError:
            raise GivenError(f"{excerpt(raw)} divides by zero") from None
        return value.numerator if value.denominator == 1 else value
    raise GivenError(f"{excerpt(raw)} is not a number: write it as in 7, 0.25 or 1/4")


def number(low: Fraction | int | None = None, high: Fraction | int | None = None, letters: bool = False) -> Kind:
    """One exact number within bounds (both may be reached)."""

    def read(raw: Any) -> int | Fraction | Letter:
        if letters and isinstance(raw, str) and _LETTER.fullmatch(raw.strip()):
            return Letter(raw.strip())
        value = exact_number(raw)
        if low is not None and value < low:
            raise GivenError(f"{excerpt(raw)} is too small: write {low} or more")
        if high is not None and value > high:
            raise GivenError(f"{excerpt(raw)} is too large: write {high} or less")
        return value

    return Kind("NUMBER", read)


def scores() -> Kind:
    """A list of exact numbers, of which some may be -inf."""
    return numbers(read_one=lambda raw: MINUS_INFINITY if _means_minus_infinity(raw) else exact_number(raw))


def _means_minus_infinity(raw: Any) -> bool:
    return str(raw).strip().lower().replace("−", "-").replace("∞", "inf") in ("-inf", "-infinity")


def numbers(most: int = 10_000, read_one: Callable[[Any], Any] = exact_number) -> Kind:
    """A list of exact numbers: [1, 2, 3], `1,2,3` or `1 2 3`.

    read_one  how each of them is read, where something else may stand among them
    """

    def read(raw: Any) -> tuple[Any, ...]:
        text = str(raw).strip().strip("[]()").strip()
        parts = raw if isinstance(raw, list | tuple) else re.split(r"\s*,\s*|\s+", text)
        if "" in parts[:-1]:
            raise GivenError(f"{excerpt(raw)} has an empty place: write every number, as in 1,2,3")
        parts = [part for part in parts if part != ""]
        if not 1 <= len(parts) <= most:
            raise GivenError(f"{excerpt(raw)} has {len(parts)} numbers: write 1 to {most:,}, as in 1,2,3")
        return Vector(read_one(part) for part in parts)

    return Kind("A,B,C", read)


def number_or_numbers(most: int = 10_000) -> Kind:
    """One exact number, or a list of them: 3, or 1,1."""

    one, several = number(), numbers(most)
    return Kind("NUMBER", lambda raw: (several if isinstance(raw, list | tuple) or "," in str(raw) else one).read(raw))


def layer_sizes() -> Kind:
    """The sizes of an autoencoder's layers from the input to the output: 784-128-784, or a list."""

    def read(raw: Any) -> Vector:
        text = str(raw).strip().strip("[]()")
        parts = raw if isinstance(raw, list | tuple) else re.split(r"\s*(?:->|[-,\s→])\s*", text)
        if not 3 <= len(parts) <= MOST_LAYERS or len(parts) % 2 == 0:
            remedy = "write an odd number of sizes, input to output, as in 784-128-784"
            raise GivenError(f"{excerpt(raw)} is no autoencoder: {remedy}")
        sizes = Vector(whole(part, 1, letters=False) for part in parts)
        if sizes[0] != sizes[-1]:
            raise GivenError(f"an autoencoder gives back its input: {sizes[0]} come in, but {sizes[-1]} go out")
        return sizes

    return Kind("A-B-A", read)


def matrix(most: int = 200) -> Kind:
    """Rows of exact numbers: [[1, 2], [3, 4]] or `1 2; 3 4`."""
    row = numbers(most)

    def read(raw: Any) -> tuple[tuple[int | Fraction, ...], ...]:
        parts = raw
        if isinstance(raw, str):
            text = raw.strip()
            if text.startswith("[["):
                text = re.sub(r"\]\s*,?\s*\[", ";", text.strip("[] \t"))
            parts = [part for part in text.split(";") if part.strip()]
        if not isinstance(parts, list | tuple) or not parts:
            raise GivenError(f"{excerpt(raw)} is not a matrix: write its rows as in 1 2; 3 4")
        if len(parts) > most:
            raise GivenError(f"{excerpt(raw)} has {len(parts):,} rows: write 1 to {most}, as in 1 2; 3 4")
        rows = Vector(row.read(part) for part in parts)
        if len({len(part) for part in rows}) != 1:
            raise GivenError(f"the rows of {excerpt(raw)} have different lengths")
        return rows

    return Kind("'A B; C D'", read)


def matrices(most: int = 64) -> Kind:
    """One matrix or several of one size: `1 2; 3 4 | 5 6; 7 8`, or nested lists; those of 4 axes in one row."""
    one = matrix()

    def read(raw: Any) -> Vector:
        parts: Any = [part for part in raw.split("|") if part.strip()] if isinstance(raw, str) else raw
        if isinstance(raw, str) and raw.strip().startswith("[[["):
            parts = re.split(r"\]\s*\]\s*,?\s*\[\s*\[", raw.strip("[] \t"))
            parts = [f"[[{part}]]" for part in parts]
        while _depth(parts) == 4:
            parts = [matrix for group in parts for matrix in group]
        if not isinstance(raw, str) and _depth(parts) == 2:
            parts = [parts]
        if not isinstance(parts, list | tuple) or not 1 <= len(parts) <= most:
            raise GivenError(f"{excerpt(raw)} is not one to {most} matrices: write them as in 1 2; 3 4 | 5 6; 7 8")
        found = Vector(map(one.read, parts))
        if len({(len(each), len(each[0])) for each in found}) != 1:
            raise GivenError(f"the matrices of {excerpt(raw)} have different sizes")
        return found

    return Kind("'A B; C D | ...'", read)


def _depth(raw: Any) -> int:
    """How deep lists are nested."""
    return 1 + _depth(raw[0]) if isinstance(raw, list | tuple) and raw else 0


def sequence() -> Kind:
    """A list of exact numbers, or rows of them."""

    def read(raw: Any) -> Any:
        if isinstance(raw, str):
            has_rows = ";" in raw or raw.strip().startswith("[[")
        else:
            has_rows = isinstance(raw, list | tuple) and bool(raw) and isinstance(raw[0], list | tuple)
        return (matrix() if has_rows else numbers()).read(raw)

    return Kind("1,2,3|'1 2; 3 4'", read)


def words(what: str = "TEXT", most: int = 1_000_000) -> Kind:
    """Text, as it is (for layers, expressions and names, which have readers of their own)."""

    def read(raw: Any) -> Any:
        if isinstance(raw, str) and (not raw.strip() or len(raw) > most):
            raise GivenError("nothing was written" if not raw.strip() else "the text is too long")
        return raw

    return Kind(what, read)
