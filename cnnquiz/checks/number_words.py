"""Equations as sentences say them: 76 times 100 is 7600, 75 weights + 1 bias = 76, sqrt(2) = 1.41."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import isqrt

from cnnquiz.mathematics import arithmetic

CROSSED = re.compile(r"\d\s?[xX×]\s?\d|\\times")

_NUMBER = r"\d+(?:\.\d+)?"
_BEFORE = r"(?:^\s*|[.:;(]\s|[a-z],\s|[a-z] and\s|\b(?:so|hence|thus|then|therefore|since|because|here|now|but),?\s)"
_SMALL = re.compile(rf"(?<![\w.])({_NUMBER})[eE]-(\d\d?)(?![\w.]\d)")
_CALLED = re.compile(rf"(?<![\w.^)])({_NUMBER})(?=\(-?{_NUMBER}\))")
_WORDS = {"times": "*", "plus": "+", "minus": "-", "divided by": "/"}
_WORD = re.compile(r"(?<=[\d)])\s(times|plus|minus|divided by)\s(?=[\d(])")
_SQUARE_ROOT = re.compile(rf"√\s?\(?({_NUMBER})\)?")
_TOGETHER = re.compile(
    rf"(?<![\w.])(?<!\d, )({_NUMBER})(?: (?!and\b)[a-z]+){{0,3}},? and ({_NUMBER})(?: (?!and\b)[a-z]+){{0,3}},? "
    rf"(?:(?:together|in all|altogether|in total) ({_NUMBER})|({_NUMBER}) (?:together|in all|altogether|in total))"
    r"(?![\w.]*\d)",
    re.IGNORECASE,
)
_POWER_OF_E = re.compile(rf"(?<![\w.])e\^(?:\((-?{_NUMBER})\)|(-?{_NUMBER}))(?![\w^])")
_E = re.compile(r"(?<![\w.])e(?=\s*[-+*/)])")
_E_USED = re.compile(r"(?<![\w.])e(?:\^|\s?/)")
_LN = re.compile(rf"(?<![\w.])ln\s?\(?({_NUMBER})\)?(?!\w|\s?[-+*/^(])")
_THEN = re.compile(
    rf"(?<![\w.])(?<!plus )(?<!minus )(?<!times )(?<!by )(?<![-+*/^])(?<![-+*/] )({_NUMBER})[,;]? "
    rf"(?:then )?(plus|minus|times|\+) ({_NUMBER}) (?:makes|gives|is|are|equals|yields) ({_NUMBER})"
    r"(?=[.,;:!)](?!\d)|$|\s[a-z])",
    re.IGNORECASE,
)
_ROUNDED = re.compile(
    rf"(?<![\w.,/*+^-])(?<![-/*+] )({_NUMBER}),? (?:(?:which|that|and this|and that) )?(?:is |are |gets )?"
    rf"round(?:ed|s) (down|up)(?: to(?: become)?)? ({_NUMBER})(?![\w.]*\d)",
    re.IGNORECASE,
)
_OF_EACH = re.compile(
    rf"(?<![\w.,/*+-])(?<![-/*+=] )({_NUMBER}) (?!layers|kernels|filters|convolutions|pools)[a-z]+s of ({_NUMBER})"
    rf"(?: [a-z]+)?,? are ({_NUMBER})(?![\w.]*\d| [-+*/%]|%)",
    re.IGNORECASE,
)
_WITH_BIASES = re.compile(
    rf"(?<![\w.,/*+-])(?<![-/*+] )({_NUMBER}) weights and ({_NUMBER}) bias(?:es)?,? (?:are|make|makes|is|gives?) "
    rf"({_NUMBER})(?![\w.]*\d| [-+*/%]|%)",
    re.IGNORECASE,
)
_EQUALS = re.compile(rf"{_BEFORE}({_NUMBER} ?\* ?{_NUMBER}) equals ({_NUMBER})(?=[.,;:!)](?!\d)|$)", re.IGNORECASE)
_IS = re.compile(
    rf"{_BEFORE}([\d(][\d.()\s*+/^-]{{0,80}}[\d)])\s(?:equals|is|gives|makes|yields|comes to)\s({_NUMBER})"
    r"(?=[.,;:)!](?!\d)|$|\s(?:parameters|weights|in all|in total)\b)",
    re.IGNORECASE,
)
SAYS = re.compile(r"[\d)]\s(?:equals|is|gives|makes|yields|comes to)\s\d")
CHAINS = re.compile("|".join(one.pattern for one in (_THEN, _TOGETHER, _ROUNDED, _OF_EACH, _WITH_BIASES)), re.I)
_COUNTED = rf"{_NUMBER}(?:\s[a-z]{{3,}})?"
_UNITED = re.compile(
    rf"(?:^\s*|[.:;(]\s|\b(?:so|hence|thus|then|therefore|since|is|are|has|have|gives|makes),?\s)"
    rf"({_COUNTED}(?:\s[-+*/]\s{_COUNTED}){{1,6}})\s=\s({_NUMBER}(?!\s?[-+*/^(,=\d])(?:\s[a-z]{{3,}})?)(?!\s[-+*/=]|\w)",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\s([a-z]{3,})", re.IGNORECASE)
_SCALES = frozenset((  # 1 hour + 30 minutes = 90 minutes
    "thousand", "million", "billion", "dozen", "percent", "time", "plu", "minu", "byte", "bit", "second", "minute",
    "hour", "day", "week", "year", "inch", "inche", "metre", "meter", "kib", "mib", "gib", "half", "and",
))  # fmt: skip
_ROOT = re.compile(rf"(?:\\sqrt\s?\{{|sqrt\(|√\(?)({_NUMBER})[)}}]?\s*=\s*(\d+\.\d+)(?![\d,]|\.\d|\s?[-+*/^(=]|[eE]-)")
_PLACES = 30


def arithmetic_of(sentence: str) -> str:
    """The sentence with its arithmetic in ASCII and with signs: 0.05(30) as 0.05*(30), 9e-2 as 0.09."""
    words = arithmetic.plain(sentence)
    if "(" in words:
        words = _CALLED.sub(r"\1*", words)
    if "e-" in words or "E-" in words:
        words = _SMALL.sub(lambda found: f"{Decimal(found[0]):f}", words)
    if "√" in words:
        words = _SQUARE_ROOT.sub(r"sqrt(\1)", words)
    if _E_USED.search(words):
        words = _E.sub("exp(1)", _POWER_OF_E.sub(lambda found: f"exp({found[1] or found[2]})", words))
    if "ln" in words:
        words = _LN.sub(r"ln(\1)", words)
    if len({found[1] for found in _WORD.finditer(words)}) == 1:  # of several, nobody knows which goes first
        words = _WORD.sub(lambda found: f" {_WORDS[found[1]]} ", words)
    return words


def sides_in_words(words: str, crossed: bool) -> Iterator[tuple[str, str]]:
    """The sides of each equation with a word for its sign; 8x8 is as likely a shape as a product."""
    for found in _IS.finditer(words) if SAYS.search(words) else ():
        if not set("*+/^").isdisjoint(found[1]) and not (crossed and _may_be_shape(found[1], found[2])):
            yield found[1], found[2]


def _may_be_shape(left: str, result: str) -> bool:
    """Whether a side is a size, or a sum of sizes: 8x8 is 4 after a pool, but 27x32 is more than 27 and 32."""
    factors = [number for term in re.split("[-+]", left) for number in re.findall(_NUMBER, term)]
    sizes = all("*" in term for term in re.split("[-+]", left)) and "(" not in left
    alone = "+" not in left and "-" not in left
    return sizes and not (alone and all(Fraction(result) > Fraction(one) for one in factors))


def sides_of_chains(words: str, crossed: bool) -> Iterator[tuple[str, str]]:
    """The sides of `124, plus 1 makes 125` and of `76 x 100 equals 7600`."""
    for left, word, right, result in _THEN.findall(words):
        yield f"{left} {_WORDS.get(word.casefold(), word)} {right}", result
    for left, right, behind, before in _TOGETHER.findall(words):
        yield f"{left} + {right}", behind or before
    for number, way, result in _ROUNDED.findall(words) if " round" in words else ():
        yield f"{'floor' if way.casefold() == 'down' else 'ceil'}({number})", result
    yield from ((f"{count} * {size}", result) for count, size, result in _OF_EACH.findall(words))
    yield from ((f"{weights} + {biases}", result) for weights, biases, result in _WITH_BIASES.findall(words))
    yield from _EQUALS.findall(words) if crossed and " equals " in words else ()


def sides_without_units(words: str) -> tuple[str, str] | None:
    """The sides of an equation between numbers of things, without the things; None where a unit can scale one."""
    found = _UNITED.search(words) if "=" in words else None
    if found is None:
        return None
    counted, result = (
        {unit.casefold().removesuffix("s") for unit in _UNIT.findall(side)} for side in (found[1], found[2])
    )
    if not counted or not result <= {*counted, "parameter"} or not _SCALES.isdisjoint(counted | result):
        return None  # 1 epoch / 4 = 250 iterations
    return _UNIT.sub("", found[1]), _UNIT.sub("", found[2])


def roots(words: str) -> Iterator[tuple[str, str, Fraction]]:
    """Each square root that stands alone before a decimal: as written, the decimal, and its value."""
    for found in _ROOT.finditer(words) if "sqrt" in words or "√" in words else ():
        before = words[: found.start()].rstrip(" $")[-1:]
        if not (before.isdigit() or before in tuple("*+-/^)(_.")):
            number = Fraction(found[1]) * 10 ** (2 * _PLACES)
            yield f"sqrt({found[1]})", found[2], Fraction(isqrt(int(number)), 10**_PLACES)
