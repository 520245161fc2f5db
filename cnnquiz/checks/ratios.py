"""Shares and multiples in prose beside the two numbers that they compare: 9 of 36 is 25 %, half of 50 is 25."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations
from math import prod
from typing import Any, NamedTuple

from cnnquiz.items.said_value import flat
from cnnquiz.language.tokens import Token, tokens
from cnnquiz.solution import text

_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10,
    "hundredth": 100, "thousandth": 1000,
}  # fmt: skip
_FACTORS = {"twice": 2, "double": 2, "doubled": 2, "doubling": 2, "halve": 2, "halved": 2, "halving": 2, "triple": 3,
            "tripled": 3}  # fmt: skip
_SAYS = re.compile(rf"%|\btimes\b|\bhalv|\b(?:{'|'.join([*_PARTS, *_FACTORS])})s?\b", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:about|approx\w*|roughly|nearly|almost|some|around|over|under|most|least|more than|less than|little|close)\b"
    r"|[≈~]",
    re.IGNORECASE,
)
# In a sentence with its numbers written as #0 and its percentages as %0, by their places among the tokens.
_N = r"#\d+"
_PART = rf"(?:(?:an?|one|{_N}) )?(?:{'|'.join(_PARTS)})"
_SHARE = rf"(?P<share>%\d+|{_PART}|twice)"
_MULTIPLE = rf"(?P<share>{_N} time|twice|{_PART})"
_MORE = r"(?:as (?:many|much|large|big|wide|long|high)|more|fewer|less|larger|smaller|bigger)"
_AGAIN = r"(?:twice|thrice|again|each|every)\b"
_CHANGE = rf"(?P<share>{'|'.join(word for word in _FACTORS if word != 'twice')}|(?:to|by) (?:%\d+|{_PART}))"
_END = r"(?= [.,;:!)]|$| (?:and|so|because|since|of (?:them|all|it|that|those|these))\b)"
_LAST = rf"(?P<b>{_N}){_END}"
_IS = r"(?:is|are|was|were|make|give|leave|equal|:)"


def _words(most: int) -> str:
    return rf"(?: [a-z≈]+){{0,{most}}}?"


_RELATIONS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<a>{_N}){_words(3)} (?:of|out of|in place of|instead of){_words(4)} (?P<b>{_N}){_words(4)}(?: [,(:])?"
        rf"{_words(3)} {_SHARE}{_END}",
        rf"(?P<a>{_N}){_words(3)}(?: ,)?(?: which| that)? (?:,|{_IS}){_words(2)} {_SHARE} of{_words(2)} {_LAST}",
        rf"(?P<a>{_N}){_words(3)} (?:,|{_IS}){_words(2)} {_MULTIPLE} {_MORE} (?:as|than){_words(1)} {_LAST}",
        rf"(?P<a>{_N}){_words(3)} {_IS}{_words(2)} (?P<share>{_N} time|twice) {_LAST}",
        rf"(?:{_SHARE} of|(?P<twice>twice)){_words(2)} (?P<a>{_N}){_words(3)} {_IS}{_words(2)} {_LAST}",
        rf"{_CHANGE}(?!{_words(3)} {_AGAIN}){_words(3)}(?: [,:])? (?:from )?(?P<a>{_N}){_words(2)} to {_LAST}",
        rf"(?P<a>{_N}){_words(3)} to (?P<b>{_N}){_words(2)} [,(]{_words(3)} {_SHARE}{_END}",
        rf"(?P<a>{_N}){_words(3)} , of which (?P<b>{_N}){_words(4)} [,(]{_words(3)} {_SHARE}{_END}",
        rf"\bof{_words(2)} (?P<a>{_N}){_words(3)}(?: ,)? (?P<b>{_N}){_words(4)} [,(:]{_words(3)} {_SHARE}{_END}",
        rf"{_SHARE}{_words(9)} : (?P<a>{_N}){_words(1)} of{_words(2)} {_LAST}",
        rf"(?P<a>{_N})[^#%]{{1,60}} (?P<b>{_N}){_words(3)} [,:;]{_words(3)} {_MULTIPLE} {_MORE}{_END}",
    )
)
_BOUND = frozenset((*"+-*/^", "plus", "minus", "time", "by"))


def says(words: str) -> bool:
    """Whether a text may hold a share or a multiple."""
    return _SAYS.search(words) is not None


def false_ratios(sentence: str, answer: Any = None) -> Iterator[tuple[str, str, str]]:
    """Each share or multiple that no two numbers of its sentence have: in words, what it should be, as written.

    Any two numbers that have it, or leave it over, will do: 9 of 36 is 25 %, and the other 75 % are saved. One of them
    may be the item's answer.
    """
    for clause in sentence.split("; ") if "; " in sentence else ():
        yield from false_ratios(clause, answer)
    found = tokens(sentence) if "; " not in sentence else ()
    shown = " ".join(_mark(place, token) for place, token in enumerate(found))
    for match in (match for relation in _RELATIONS for match in relation.finditer(shown)):
        groups = match.groupdict()
        words = groups["share"] or groups["twice"]
        share, places = _share(words, found), [int(groups[name][1:]) for name in "ab"]
        others = [token for place, token in enumerate(found) if place not in _places(words)]
        a, b = (found[place].value for place in places)
        alone = all(_stands_alone(place, found) for place in places)
        if alone and not share.rounds(a, b) and not _is_true(share, others, sentence, answer):
            above, below = (a, b) if (a < b) == (share.value < 1) else (b, a)
            ratio = Fraction(above) / below
            right = f"{text(round(ratio * 100, 2))} %" if "%" in words else text(round(ratio, 4))
            words = words.removeprefix("to ").removeprefix("by ")
            said = _as_written(f"{words}s" if words.endswith("time") else words, found)
            message = f"`{said}` is false: {text(above)}/{text(below)} is {right}"
            yield message, right, said.removesuffix(" times")
            return


_QUOTIENT = re.compile(
    r"(?<![\w.,/*+^-])(?<![-/*+^] )(?P<a>\d[\d,]*) ?/ ?(?P<b>\d[\d,]*) ?(?:=|≈|is|are|makes|gives)"
    r" ?(?:about |roughly |some |nearly )?(?P<share>\d+(?:\.\d+)?) ?%"
)
_CHANGED = re.compile(
    r"(?<![\w.,/*+^-])(?<![-/*+^] )(?P<a>\d[\d,]*)(?: [a-z]+){0,2} (?:is|are) (?:about |roughly |some |nearly )?"
    r"(?P<share>\d+(?:\.\d+)?) ?% (?:more|less|fewer|larger|smaller|bigger|greater) than (?:the )?(?P<b>\d[\d,]*)"
    r"(?![\d.]*\d|\s?[-+*/^%=])",
    re.IGNORECASE,
)


def false_percentages(sentence: str) -> Iterator[tuple[str, str, str]]:
    """Each percentage that a written quotient, or the change from one number to another, does not have."""
    for pattern, base in ((_QUOTIENT, 0), (_CHANGED, 1)):
        for found in pattern.finditer(sentence):
            a, b = (int(found[name].replace(",", "")) for name in "ab")
            digits = found["share"].partition(".")[2]
            unit, said = Fraction(1, 10 ** len(digits)), Fraction(found["share"])
            loose = max(unit, said / 20 if _ABOUT.search(sentence) else 0)
            exact = abs(Fraction(a, b) - base) * 100 if b else said
            if abs(exact - said) >= loose:
                right, change = text(round(exact, 2)), " - 1" * base
                yield f"`{found['share']}%` is false: {a}/{b}{change} is {right} %", f"{right} %", f"{found['share']}%"


class _Share(NamedTuple):
    """A share or multiple as a sentence says it: its value, the last digit's unit, whether it is 3 times or twice.

    in_words  half, twice, a third, rather than in digits
    """

    value: Fraction
    unit: Fraction
    multiple: bool
    in_words: bool

    def fits(self, ratio: Fraction, about: bool) -> bool:
        """Whether two numbers have this ratio, or leave it over, as exactly as the sentence says."""
        ratios = (ratio,) if self.multiple else (ratio, 1 - ratio, ratio - 1)
        if not (self.multiple or self.in_words or about) and (ratio * 100).denominator == 1:
            return self.value in ratios  # who rounds 75 % says so
        precise = not self.multiple and not self.in_words and self.unit <= Fraction(1, 100)
        over = max(2 * self.unit, self.value / (20 if precise else 5)) if about else self.unit
        under = over if about else self.unit / 2
        return any(-under <= one - self.value < over or one == self.value for one in ratios)

    def rounds(self, a: Fraction, b: Fraction) -> bool:
        """Whether one is the share of the other, made whole: half of 27 pixels is 13."""
        small, large = sorted((a, b))
        factor = max(self.value, 1 / self.value) if self.value else 0
        return self.in_words and abs(large - factor * small) < factor


def _share(words: str, found: Sequence[Token]) -> _Share:
    """The share or multiple in some words of a relation; of round percentages the tens are worth less."""
    numbers = [found[place] for place in _places(words)]
    count = Fraction(numbers[0].value) if numbers else Fraction(1)
    if "%" in words:
        digits = numbers[0].text.rstrip("% ").partition(".")[2]
        unit = Fraction(1, 100 * 10 ** len(digits))
        return _Share(count, max(unit, count / 12) if not digits and not count * 100 % 5 else unit, False, False)
    last = words.split()[-1]
    if last in _PARTS:
        return _Share(count / _PARTS[last], count / _PARTS[last] / 20, False, True)
    if last in _FACTORS:
        return _Share(Fraction(_FACTORS[last]), Fraction(0), True, True)
    zeros = len(numbers[0].text) - len(numbers[0].text.rstrip("0")) if count.denominator == 1 else -1
    return _Share(count, Fraction(10) ** zeros, True, False)


def _is_true(share: _Share, others: Sequence[Token], sentence: str, answer: Any) -> bool:
    """Whether any two of a sentence's other numbers, or one of them and the answer, have the ratio."""
    numbers = [prod(flat(one.value)) for one in others if one.kind in ("number", "size") and one.text[-1:] != "%"]
    numbers += [one for one in (answer,) if type(one) in (int, Fraction)]
    about = _ABOUT.search(sentence) is not None
    return any(share.fits(Fraction(x) / y, about) for x, y in permutations(numbers, 2) if y)


def _places(words: str) -> list[int]:
    return [int(place) for place in re.findall(r"[#%](\d+)", words)]


def _mark(place: int, token: Token) -> str:
    if token.kind == "number":
        return f"{'%' if token.text.endswith('%') else '#'}{place}"
    return "x" if token.kind in ("size", "list") else token.text


def _stands_alone(place: int, found: Sequence[Token]) -> bool:
    """Whether a number is no part of a calculation, though it may be its result."""
    before, after = (found[at].text if 0 <= at < len(found) else "" for at in (place - 1, place + 1))
    return _BOUND.isdisjoint((before, after)) and after != "=" and bool(found[place].value)


def _as_written(words: str, found: Sequence[Token]) -> str:
    return re.sub(r"[#%](\d+)", lambda place: found[int(place[1])].as_written, words)
