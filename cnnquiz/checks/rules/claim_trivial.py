"""A claim under `holds:` is true whatever the calculator finds, so that it decides nothing about its option.

Bad:

    a: {text: It has 7600 parameters, claim: {params: {k: 5, channels: 3, filters: 100}, holds: 1 == 1}}

Good:

    a: {text: It has 7600 parameters, claim: {params: {k: 5, channels: 3, filters: 100}, holds: parameters == 7600}}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz import calculators
from cnnquiz.checks.subject import Subject
from cnnquiz.errors import CnnquizError
from cnnquiz.items.claimed_question import numbers_in
from cnnquiz.mathematics.expression import Expr, Op, names_in, parse
from cnnquiz.model import Claim, Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each claim that no result can refute."""
    for worked in subject.items:
        for letter, option in worked.options.items():
            claim = option.claim
            if claim is not None and claim.holds and _is_trivial(claim.calculator, claim.holds):
                message = f"`{claim.holds[:60]}` names no result: it is the same whatever the calculator finds"
                holds = _comparison(claim, worked.texts[letter])
                remedy = f"Compare a result: write `holds: {holds}` under `claim`, say."
                yield subject.finding(__name__, LEVEL, worked, ("options", letter, "claim"), message, remedy=remedy)


def _comparison(claim: Claim, words: str) -> str:
    """A condition that a result can refute: the number that the option says, or the value that is found."""
    calculator = calculators.load(claim.calculator)
    try:
        found = calculator.result_values(calculator.read(claim.given))
    except CnnquizError:
        found = {}
    whole = [name for name, value in found.items() if isinstance(value, int) and not isinstance(value, bool)]
    name = next(iter(whole), calculator.results[0].name)
    said = [text(token.value) for token in numbers_in(words) if token.kind == "number"]
    return f"{name} == {next(iter(said), text(found.get(name, 1)))}"


def _is_trivial(name: str, holds: str) -> bool:
    """Whether a condition has no result in it, or compares something with itself."""
    try:
        calculator, condition = calculators.load(name), parse(holds, sizes=True)
    except CnnquizError:
        return False
    results = {word for one in calculator.results for word in (one.name, one.symbol)}
    results |= {word for one in calculator.lines for word in (one.name, one.symbol)}
    return not names_in(condition) & results or _compares_with_itself(condition)


def _compares_with_itself(condition: Expr) -> bool:
    return isinstance(condition, Op) and condition.left == condition.right
