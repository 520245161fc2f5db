"""What prose says in words of the item's own givens: biases, the colour of the input, how often something is done."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnquiz.checks.hedges import leaves_the_case
from cnnquiz.items.derived_answer import DerivedAnswer
from cnnquiz.language.tokens import read_count, sentences
from cnnquiz.language.vocabulary import CHANNEL_WORDS
from cnnquiz.layers.propagation import LayerResult

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
_COUNT = r"(\d{1,3}|two|three|four|five|six|seven|eight|nine)"
_EACH = r"(?:filter|kernel|unit|neuron|output)"
_BIASES = re.compile(
    rf"\b{_COUNT} bias(?:es)? (?:per|(?:for|in|of) (?:each|every)|to each) {_EACH}\b"
    rf"|\b(?:a|each|every|one) {_EACH} has (?:\w+ weights and )?{_COUNT} biases\b",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"\b(?:pool(?:s|ed|ing)?|halv\w+|dropped|drops)\b(?: [a-z]+){0,3} (?:(once|twice|thrice)|" + _COUNT + " times)\\b",
    re.IGNORECASE,
)
_OFTEN = {"once": 1, "twice": 2, "thrice": 3}


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
        each = _BIASES.search(sentence) if bias is True and known.get("biases") is None else None
        if each and read_count(each[1] or each[2]) != 1 and not leaves_the_case(sentence, before):
            yield each[0], "each has one bias"
        times = _TIMES.search(sentence)
        often = _times_done(derived) if times else 0
        if times and often and not leaves_the_case(sentence.replace(times[0], ""), before):
            said = _OFTEN.get((times[1] or "").casefold()) or read_count(times[2] or "")
            if said not in (often, None):
                yield times[0], f"that is done {often} times"
        colour, channels = _COLOUR.search(sentence), known.get("in_channels")
        other = colour and isinstance(channels, int) and CHANNEL_WORDS[colour[1].casefold()] != channels
        if colour and other and not leaves_the_case(sentence, before):
            yield colour[0], f"in_channels is {channels}"
        before = sentence


def _times_done(derived: DerivedAnswer) -> int:
    """How often a map is pooled, or a rate dropped; 0 where that is not known."""
    layers = derived.calculator.values(derived.given).get("results", ())
    drops = derived.results.get("drops", 0)
    return drops or sum(isinstance(one, LayerResult) and one.layer.kind == "pool" for one in layers)
