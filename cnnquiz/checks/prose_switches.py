"""What a rationale, a why or a hint says in words of the item's own givens: biases, and the colour of the input."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnquiz.checks.hedges import leaves_the_case
from cnnquiz.items.derived_answer import DerivedAnswer
from cnnquiz.language.tokens import sentences
from cnnquiz.language.vocabulary import CHANNEL_WORDS

_OWN = r"(?:the|this|our) (?:\w+ )?(?:layer|convolution|network)"
_TAKEN = r"(?:counted|included|used|considered|added)"
_NO_BIAS = re.compile(
    rf"\b{_OWN} (?:has|uses) no bias(?:es)?\b"
    rf"|\b(?:the )?bias(?:es)? (?:is|are) (?:not (?:{_TAKEN})|left out|ignored|excluded)(?: here)?(?=[.,;!]|$)",
    re.IGNORECASE,
)
_BIAS = re.compile(rf"\b(?:the )?bias(?:es)? (?:is|are) {_TAKEN}(?: here| too)?(?=[.,;!]|$)", re.IGNORECASE)
_COLOUR = re.compile(
    rf"\bthe (?:input|image|picture|photo)s? (?:is|are) (?:an? )?({'|'.join(CHANNEL_WORDS)})\b", re.IGNORECASE
)


def contradictions(words: str, derived: DerivedAnswer) -> Iterator[tuple[str, str]]:
    """What a text says in words against a given: as written, and what is taken; another case's are left alone."""
    known = derived.values
    before = ""
    for sentence in sentences(words):
        bias = known.get("bias")
        patterns = ((_NO_BIAS, bias is True, "biases are counted"), (_BIAS, bias is False, "no biases are counted"))
        for pattern, denied, taken in patterns:
            found = pattern.search(sentence) if denied else None
            if found and not leaves_the_case(sentence.replace(found[0], ""), before):
                yield found[0], taken
        colour, channels = _COLOUR.search(sentence), known.get("in_channels")
        other = colour and isinstance(channels, int) and CHANNEL_WORDS[colour[1].casefold()] != channels
        if colour and other and not leaves_the_case(sentence, before):
            yield colour[0], f"in_channels is {channels}"
        before = sentence
