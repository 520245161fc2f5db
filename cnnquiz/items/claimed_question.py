"""Whether a stem asks for what its options' claims decide, or for the opposite."""

from __future__ import annotations

from collections.abc import Sequence

from cnnquiz.language import polarity
from cnnquiz.language.question import marked_negation
from cnnquiz.model import Claim


def answer_is_claim(stem: str, claims: Sequence[Claim]) -> bool | None:
    """Whether the options whose claims are true are asked for, by the stem's words; False for those that are not.

    True as well where each option claims something of its own, which the stem need not say. None where the stem asks
    for something that may be another: affine operators beside claims of linear ones.
    """
    marked = bool(marked_negation(stem))
    decided = {(claim.calculator, claim.holds) for claim in claims if not claim.word}
    if len(decided) != 1 or len(claims) < 2:
        return not marked
    calculator, holds = next(iter(decided))
    if not holds and polarity.other_properties(stem, calculator):
        return None
    if marked or holds:
        return not marked and _says_condition(stem, holds)
    return polarity.affirms(stem, calculator) if polarity.names_property(stem, calculator) else True


def _says_condition(stem: str, holds: str) -> bool | None:
    own = polarity.condition(holds)
    said = polarity.comparisons(stem, own[0]) if own else []
    if own is None or not said or any(one.is_same(own[1]) for one in said):
        return True
    if any(one.is_opposite(own[1]) for one in said):
        return False
    return None if any(one.number == own[1].number for one in said) else True
