"""Words of a stem that change what is asked, and words without which a result is not asked for.

Where one of the first is there and the derivation does not have it, or none of the second, the question is not
matched: its value may be proved, but not that the question asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cnnquiz.items import memory_units
from cnnquiz.items.derived_answer import DerivedAnswer
from cnnquiz.patterns import pattern

_ASKING = {  # by result: one of these words belongs to a question that asks for it
    "derivative": r"derivative|slope|gradient|steep|rate|tangent|['’′]|d[a-z]\s?/\s?d|\\partial|backprop|sensitiv",
    "parameters": r"param|weight|bias|train|learn|variable|number|size|cost|memory|stor|coefficient|connection|tied",
    "trainable": r"train|param|learn|weight|update",
    "macs": r"\bmacs?\b|multipl|operation|product|mult|comput",
    "flops": r"flop|operation|addition|arithmetic",
    "receptive_field": r"recept|field|see|region|pixel|area|reach|depend|cover|look|extent|wide|context|size|span",
    "probability": r"probab|softmax|likel|confiden|chance|per ?cent|%|score|class|p[_(]",
    "loss": r"loss|error|entropy|cost|mse|mae|bce|likelihood|penalt|objective",
    "iterations": r"iteration|batch|step|update|backward|pass|weights",
    "iterations_per_epoch": r"iteration|batch|step|update|backward|pass|weights",
    "theta": r"theta|θ|\bw\b|weight|param|value|update|step|new|x\b|descent|after",
    "variance": r"varia|σ²|sigma|spread",
    "std": r"deviation|\bstd|σ|sigma|spread|divid",
    "mean": r"mean|average|μ|mu\b|centre|center",
}
_ASKS = {result: pattern(words, re.IGNORECASE) for result, words in _ASKING.items()}
Place = Callable[[DerivedAnswer], bool]


def _states(name: str, *values: object) -> Place:
    """Whether a given is stated; where values are named, whether it has one of them, be it by default."""
    def place(derived: DerivedAnswer) -> bool:
        return derived.given.env.get(name) in values if values else name in derived.given.stated

    return place


def _wants(*results: str) -> Place:
    return lambda derived: derived.wanted.result in results


def _any(*places: Place) -> Place:
    return lambda derived: any(place(derived) for place in places)


def _is(*calculators: str) -> Place:
    return lambda derived: derived.calculator.name in calculators


_CHAINS = _is("net", "cost", "rf", "flatten")
_CHANGES: tuple[tuple[str, Place], ...] = (  # words, and what makes them part of the derivation
    (r"\bascent\b", _states("direction")),
    (r"\b(?:how much|amount)\b[^.?!]{0,40}\bchang\w+|\bchange in\b", _is("cost")),
    (r"\b(?:smallest|lowest|minimum|minimal|least) (?:possible )?(?:value|derivative|slope|product|gradient)\b",
     lambda derived: False),
    (r"\b(?:largest|highest|maximum|maximal|greatest) (?:possible )?(?:value|derivative|slope|gradient|product)\b",
     lambda derived: derived.value in (derived.results.get("maximum_derivative"), derived.results.get("bound"))),
    (r"\bsecond derivative\b", _is("stability")),
    (r"\b(?:depthwise|depth-wise)\b", _any(_states("layer", "depthwise", "separable"), _states("groups"), _CHAINS)),
    (r"\bseparable\b", _any(_states("layer", "separable"), _CHAINS)),
    (r"\bbatch[- ]?norm\w*", _any(_states("bn"), _states("layer", "batchnorm"), _is("batchnorm"), _CHAINS,
                                  _states("bias"))),
    (r"\b(?:has|have|of|in|does) (?:a|one|each|every) (?:single )?(?:filter|kernel)\b(?! (?:size|of size|is|moves))",
     _any(_wants("filter_weights", "filter_parameters", "output_size", "effective_kernel"), _states("filters", 1))),
    (r"\b(?:giga|mega|kilo|[gmk])-?(?:flops?|macs?)\b|\bin (?:millions|thousands|billions)\b", lambda derived: False),
    (r"\b(?:twice|two times) (?:in a row|over|by)|\bconvolved twice\b|\bapplied twice\b", _any(_CHAINS,
                                                                                               _states("steps"))),
    (r"\bprun\w+\b|(?<!multiply[- ])\baccumulat(?:e|ed|es|ing|ion)\b", _any(_states("accumulate"), _is("batchnorm"))),
    (r"\bpadding (?:only )?on the (?:left|right|top|bottom)\b|\b(?:left|top) only\b", lambda derived: False),
    (r"\bcount(?:ing)?(?: each| a| every)? multiply-adds? as (?:one|a single) flop", lambda derived: False),
    (r"\bdownsampl\w+\b", _any(_CHAINS, _is("pool", "conv"))),
    (r"\b(?:does|do|did|would) (?:\w+ )?not (?:assign|give|change|count|have|need|learn)\b", lambda derived: False),
    (r"\broot\b|\brmse\b|\bsum of\b|\bhalf\b", lambda derived: derived.given.stated.get("kind") != "mse"),
    (r"\bpool|pooling", lambda derived: derived.calculator.name not in ("conv", "tconv")),
)  # fmt: skip
_ANY = pattern("|".join(f"(?:{words})" for words, _ in _CHANGES), re.IGNORECASE)
_READ = tuple((pattern(words, re.IGNORECASE), place) for words, place in _CHANGES)


def unmatched_words(stem: str, derived: DerivedAnswer) -> Iterator[str]:
    """Why a stem does not ask for what its derivation wants, in a few words each."""
    want = derived.wanted.result
    asks = _ASKS.get(want)
    if asks is not None and not asks.search(stem):
        yield f"nothing in the stem asks for {want.replace('_', ' ')}"
    if memory_units.is_unnamed(stem, derived.wanted):
        yield f"the stem does not say whether 1 {derived.wanted.unit} is a power of 1000 or of 1024 bytes"
    for words, place in _READ if _ANY.search(stem) else ():
        found = words.search(stem)
        if found and not place(derived):
            yield f"nothing in the derivation is `{found[0]}`"
