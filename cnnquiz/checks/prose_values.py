"""What a rationale, a why or a hint says of the item's own numbers, against the derivation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise
from math import e, floor, pi, prod
from typing import Any, NamedTuple

from cnnquiz.checks import equations, number_words
from cnnquiz.checks.hedges import is_hedged, leaves_the_case
from cnnquiz.items.derived_answer import DerivedAnswer
from cnnquiz.items.said_value import flat, is_same, is_size, numbers, numbers_within
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.language.mentions import Mention, free_numbers, mentions
from cnnquiz.language.option_value import meaning
from cnnquiz.language.question import answers, is_of_one_epoch, results_of_unit, unit_of
from cnnquiz.language.tokens import Token, number, sentences, tokens
from cnnquiz.language.vocabulary import CHANNEL_WORDS
from cnnquiz.mathematics import arithmetic
from cnnquiz.solution import text
from cnnquiz.solver.calculator import Calculator


class Stated(NamedTuple):
    """What a text says: as written, the name of what it should be and its right value, and where the false part is.

    remedy  what to write, where it is not the value
    """

    words: str
    name: str
    right: str
    part: str = ""
    remedy: str = ""


_VALUE = r"(\d[\d,.]*(?:\s?[x×*]\s?\d+)*|\(\d+(?:,\s?\d+)+\))"
_SAID = re.compile(
    rf"\b(?:right |correct )?(answer|key|result|output(?: size| shape)?|final (?:answer|size|shape)|total)"
    rf"(?: size| shape| value)? (?:is|are|must be|equals|=|comes to|will be)"
    rf" (?:then |thus |therefore |exactly |a )?{_VALUE}"
    r"(?![.,]?[\w%]|\s?[-+*/^=]|\s(?:times|million|thousand|billion)\b)",
    re.IGNORECASE,
)
_GIVES = re.compile(
    r"^\W*(?:(?:and|so|hence|thus|therefore|altogether|together),? )?(?:this|that|it|which|we|so)\b"
    rf"(?: (?:then|thus|therefore))? (?:gives?|makes?|yields?|gets?|is|leads to) (?:us )?{_VALUE}[.!]?$",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"(?<![\d.,=])(?<!= )(\d[\d,]*)(?: \w+)? (?:in all|in total|altogether)\b", re.IGNORECASE)
_WIDE = re.compile(
    r"\boutput(?: image| feature map| map)? (?:is|becomes) (?:then |thus |therefore )?(\d[\d,]*)(?: pixels| px)? "
    r"(?:wide|high|tall|across|long|on a side)\b",
    re.IGNORECASE,
)
_OPERAND = re.compile(r"\d+(?:\.\d+)?")
_OUTSIDE = re.compile(r"exp\(|e\^|\b(?:ln|log)|^\W*(?:for|with|under|by|\w+ing)\b", re.IGNORECASE)
_FULL = re.compile(r"\b(?:full|complete|whole|incomplete|partial)\b", re.IGNORECASE)
LARGE = 10  # a smaller number may stand in a text for many reasons
HUNDRED = 100
HALVES = 2  # a half, or 1.5, may stand there too
MOST_PAIRED = 60
_CONSTANTS = (Fraction(e), Fraction(pi))
SHORTEST_NAME = 3  # letters of a name; a longer one is a word
AXES = 4  # numbers of a size; a longer list has no product and no remainders that a text would speak of
_PART = re.compile(r"\b(?:layer|input)\b", re.IGNORECASE)
_ENDS = re.compile(  # behind a number that is the answer; not: the answer is 2 steps away, or 7500 and 100 more
    r"[.,;:!)]|$|\s(?:(?:parameters|weights|biases|pixels|MACs|FLOPs|bytes|in all|in total)(?! plus| and)"
    r"|because|since|as|which)\b"
)
_ENDS_ALONE = r"(?![\w%/]|[.,]\d|\s?[-+*/^=x])"
_LABEL = re.compile(r"^(?!\W*(?:so|thus|hence|therefore|answer|result)\b)\w\S*(?: [^\s:=]+){0,2}:\s", re.IGNORECASE)
_BRACES = re.compile(r"\{[^{}]*\}")
_TOTALS = ("flops", "macs", "parameters")
_OF_EACH = re.compile(
    r"^\W*(?:\w+ )?(?:each|every|one|an?) (?:\w+ )?(?:filter|kernel|unit|neuron|map|channel)\b", re.IGNORECASE
)
_EXPONENT = re.compile(r"(?<=[\d)])\^\{?-?\d+\}?")
_CELLS = r"(?:values?|numbers?|pixels?|entries|elements|cells|inputs?)\b"
_WHOLES = dict.fromkeys(("weights", "biases"), ("out_channels", "in_channels", "out_features", "num_features"))
_OF_INPUT = re.compile(r"\b(?:input|image|picture|photo)", re.IGNORECASE)
_OTHERS = frozenset(("activation", "optimizer", "class_index", "drop_last", "bias"))


def contradictions(written: str, words: str, worked: WorkedItem, derived: DerivedAnswer) -> Iterator[Stated]:
    """What a text says against the derivation, as written and with its placeholders filled.

    Conditions, comparisons and quotations say nothing about this item; a placeholder's number is always right.
    """
    own = sentences(_BRACES.sub("…", arithmetic.plain(written) if "$" in written else written))
    every = sentences(arithmetic.plain(words) if "$" in words else words)
    silent = text(derived.value) not in words.replace(",", "")
    for index, sentence in enumerate(every):
        before, last = every[index - 1] if index else "", index == len(every) - 1
        found: list[Stated | None] = []
        if not leaves_the_case(sentence, before):
            literal = own[index] if len(own) == len(every) else sentence
            whole = last and silent and not worked.others
            found = [*_other_values(literal, derived), _another_total(sentence, derived) if whole else None]
            found += [*_other_named(literal, derived), *_other_operands(sentence, words, derived)]
            found += _other_units(sentence, derived)
        if not is_hedged(sentence, before):
            found += [_another_answer(sentence, worked, derived), _another_size(sentence, derived)]
        yield from [stated for stated in found if stated][:1]


def _another_answer(sentence: str, worked: WorkedItem, derived: DerivedAnswer) -> Stated | None:
    """Another value of the derived one's kind that is said to be the answer."""
    match = _SAID.search(sentence)
    if match is None:
        return _another_conclusion(sentence, worked, derived)
    if _LABEL.match(sentence[: match.start()]) or _PART.search(sentence):
        return None
    words = match[2].rstrip(".,")
    value = meaning(words)
    if type(value) is not type(derived.value) or worked.is_right(value) or value in worked.others:
        return None
    if isinstance(value, tuple):
        unlike = len(value) != len(derived.value) or sorted(value) == sorted(derived.value)  # of another layout
    else:
        unlike = _ENDS.match(sentence[match.start(2) + len(words) :]) is None
    meant = match[1].casefold() in ("answer", "key", "final answer")
    known = not meant and any(value == other for other in derived.results.values())
    return None if known or unlike else Stated(words, derived.want, text(derived.value))


def _another_conclusion(sentence: str, worked: WorkedItem, derived: DerivedAnswer) -> Stated | None:
    """Another shape of the derived one's length that a sentence ends in: this gives 126x126x4."""
    match = _GIVES.search(sentence)
    value = meaning(match[1].rstrip(".,")) if match and isinstance(derived.value, tuple) else None
    if not isinstance(value, tuple) or len(value) != len(derived.value) or worked.is_right(value):
        return None
    known = [other for other in derived.values.values() if isinstance(other, tuple)]
    same = any(sorted(map(str, value)) == sorted(map(str, other)) for other in (derived.value, *known))
    return None if same or match is None else Stated(match[1].rstrip(".,"), derived.want, text(derived.value))


def _another_size(sentence: str, derived: DerivedAnswer) -> Stated | None:
    """A width of the output that none of its axes has."""
    size, match = derived.results.get("output_size"), _WIDE.search(sentence)
    if match is None or not isinstance(size, tuple):
        return None
    known = int(match[1].replace(",", "")) in flat(tuple(derived.values.values()))
    return None if known else Stated(match[1], "output_size", text(size))


def _another_total(sentence: str, derived: DerivedAnswer) -> Stated | None:
    """Another number that the text calls the whole."""
    match = _TOTAL.search(sentence) if type(derived.value) is int and not _OF_EACH.search(sentence) else None
    if match is None or int(match[1].replace(",", "")) == derived.value:
        return None
    return Stated(match[1], derived.want, text(derived.value))


def _other_values(sentence: str, derived: DerivedAnswer) -> Iterator[Stated]:
    """Each value that the sentence gives to a quantity or a result, and that it does not have."""
    known = derived.values
    every = mentions(sentence)
    for mention in every:
        names = [name for name in mention.names if known.get(name) is not None]
        if mention.part or mention.names[0] not in names or not _OTHERS.isdisjoint(mention.names):
            continue
        if isinstance(mention.value, bool | str) or mention.words in CHANNEL_WORDS:
            continue
        if mention.words.startswith("step ") or ("pool" in mention.words and derived.calculator.name != "pool"):
            continue  # the layer that follows
        if any(_has_value(name, mention, known) for name in names):
            continue
        if isinstance(mention.value, Fraction) and mention.value in numbers(known.values()):
            continue  # 31.25 batches, before they are rounded
        if names[0] == "in_size" and not _OF_INPUT.search(mention.words) and mention.value in derived.results.values():
            continue  # the map that comes out
        if mention.value == (1, 1) and "pointwise" in known:
            continue  # the second half of a separable layer
        if names[0] == "padding" and mention.value == 2 * known["padding"]:
            continue  # both sides together
        if names[0].startswith("iterations") and _FULL.search(sentence) and _is_full(mention.value, known):
            continue  # 187 batches are full, and one more is not
        if names[0] == "num_samples" and isinstance(mention.value, int) and mention.value < known["num_samples"]:
            continue  # a part of them
        if names[0] in _TOTALS and re.search(rf"(?i){re.escape(mention.words)},? (?:each|apiece|per)\b", sentence):
            continue  # two FLOPs each
        if _is_of_each(names[0], mention, sentence, known):
            continue
        if names[0] == "parameters" and "weight" in sentence and mention.value == known.get("weights", _product(known)):
            continue  # 7500 parameters that are weights
        name = names[0]
        if "iterations_per_epoch" in names and is_of_one_epoch(sentence, mention.words):
            name = "iterations_per_epoch"
        yield Stated(mention.words, name, text(known[name]))


def _other_named(sentence: str, derived: DerivedAnswer) -> Iterator[Stated]:
    """Each number that the sentence calls a result, a given or a value on the way by its name, and that is another."""
    called, pattern = _called(derived.calculator)
    for found in pattern.finditer(sentence):
        values, said = numbers((derived.values.get(called[found[1]]),)), found[2].rstrip(",")
        value = number(said.replace(",", ""))
        if len(values) == 1 and not any(equations.equal(one, value, text(one), said, True) for one in values):
            yield Stated(found[0], called[found[1]], text(derived.values[called[found[1]]]), said)


@cache
def _called(calculator: Calculator) -> tuple[dict[str, str], re.Pattern[str]]:
    """What a text may call by name, and the pattern of a number that it says of one of them."""
    names = (*calculator.symbol_of_result, *calculator.prose_lines, *calculator.prose_quantities)
    called = {name.replace("_", " "): name for name in names if len(name) > SHORTEST_NAME and name.islower()}
    every = "|".join(map(re.escape, called)) or "(?!)"
    said = rf"\b(?:[Tt]he|[Ii]ts) ({every}) (?:is|are|equals|becomes) (-?\d[\d,]*(?:\.\d+)?){_ENDS_ALONE}"
    return called, re.compile(said)


def _other_operands(sentence: str, words: str, derived: DerivedAnswer) -> Iterator[Stated]:
    """Each calculation that is a step of the derivation but for one operand, which nothing else in the text explains.

    `(256 - 6)/2 = 125` where the kernel is 7: with 7 it is the number of jumps. `256 - 6` alone may count something.
    """
    values = derived.values
    known = numbers(values.values())
    known |= {2 * one for one in numbers((values.get("padding"),))}  # both sides together
    for side, _ in equations.sides_with_sign(arithmetic.plain(sentence)):
        operands = list(_OPERAND.finditer(side))
        strange = [one for one in operands if number(one[0]) not in {*known, 0, 1, 2}]
        if len(operands) < 3 or len(strange) != 1 or _OPERAND.findall(words).count(strange[0][0]) > 1:
            continue
        before, after = side[: strange[0].start()], side[strange[0].end() :]
        for quantity in derived.calculator.quantities:
            for own in numbers((values.get(quantity.name),)) - {0, 1, *(number(one[0]) for one in operands)}:
                meant = arithmetic.value(f"{before}{text(own)}{after}")
                if meant is not None and meant > 1 and not known.isdisjoint((meant, floor(meant))):
                    yield Stated(side.strip(), quantity.name, text(own), side[strange[0].start() :].strip())
                    return


def _other_units(sentence: str, derived: DerivedAnswer) -> Iterator[Stated]:
    """The right value beside the unit of something else: 802816 bits, of so many bytes."""
    found = tokens(sentence)
    for token, unit in pairwise(found):
        results = results_of_unit(unit.word) if token.value == derived.value and unit.word else ()
        counts = [derived.results[one] for one in results if one in derived.results]
        if results and derived.value not in counts and not answers(derived.wanted.result, results):
            words, own = f"{token.as_written} {unit.word}", unit_of(derived.wanted.result)
            if own:
                right, write = f"{text(derived.value)} {own}", f"`{own}` for `{unit.word}`"
                yield Stated(words, derived.want, right, unit.word, write)


def stray_numbers(words: str, worked: WorkedItem, derived: DerivedAnswer) -> Iterator[Stated]:
    """Each whole number of a text that nothing in the item explains, with the value that is nearest to it.

    Explained are the numbers of the givens, of the results and the values on the way, of the stem and the options,
    rounded down, a product or quotient of two of these, the last index along an axis, and both sides of an equation.
    """
    plain = arithmetic.plain(words)
    every = sentences(plain)
    left_out = (leaves_the_case(each, before) or _OUTSIDE.search(each) for before, each in pairwise(["", *every]))
    own = [each for each, out in zip(every, left_out, strict=True) if not out]
    own = [_EXPONENT.sub("", each) for each in own]
    free = [token for each in own for token in free_numbers(each) if token.kind != "list"]
    free = [token for token in free if any(_is_telling(one) for one in flat(token.value))]
    if not free:
        return
    known = _known_numbers(worked, derived)
    sides = list(_sides(every))
    written = {number(one) for side in sides for one in _OPERAND.findall(side)} | set(map(arithmetic.value, sides))
    for token in free:
        for one in flat(token.value):
            a_map = token.kind == "size" and "shapes" in derived.results  # of a chain, whose maps are all known
            of_two = type(one) is int and not a_map and _is_of_two(one, known)
            if not _is_telling(one) or one in known or one in written or of_two:
                continue
            if isinstance(one, Fraction) and _is_near_two(token, one, known | {1}):
                continue
            if isinstance(one, Fraction) or not (_is_rounded(one, derived) or _is_sum(one, derived)):
                yield Stated(token.as_written, *(_nearest_map(token, derived) if a_map else _nearest(one, derived)))
                return


def _is_rounded(value: int, derived: DerivedAnswer) -> bool:
    """Whether a round number is what a value on the way rounds to: 0.35 million for 352800."""
    unit = int(10 ** (len(str(value)) - len(str(value).rstrip("0"))))
    least, most = value - unit // 2, value + unit // 2
    return unit >= HUNDRED and any(least <= one <= most for one in numbers(derived.values.values()))


def _is_telling(value: Any) -> bool:
    """Whether a number is no small one, which may stand in a text for many reasons."""
    return (isinstance(value, int) and value >= LARGE) or (isinstance(value, Fraction) and value.denominator > HALVES)


def _is_near_two(token: Token, value: Fraction, known: set[Any]) -> bool:
    """Whether a decimal is what a known number, or a sum, difference, product or quotient of two, rounds to."""
    digits = token.text.partition(".")[2]
    half = Fraction(1, 2 * 10 ** len(digits)) if digits.isdigit() else 0
    exact = (Fraction(one) for one in (*known, *_CONSTANTS) if isinstance(one, int | Fraction))
    few = sorted(exact, key=abs)[:MOST_PAIRED]
    pairs = ((a, b) for a in few for b in few)
    of_two = (worked for a, b in pairs for worked in (a, a + b, a - b, a * b, *((a / b,) if b else ())))
    return any(abs(abs(one) - abs(value)) <= half for one in of_two)


def _sides(every: list[str]) -> Iterator[str]:
    """The sides of all the equations in some sentences, written or in words."""
    for each in every:
        pairs = [*equations.sides_with_sign(each)]
        pairs += number_words.sides_in_words(number_words.arithmetic_of(each), False)
        yield from (side for pair in pairs for side in pair)


def _known_numbers(worked: WorkedItem, derived: DerivedAnswer) -> set[Any]:
    stated = derived.given.stated.values()
    values = [*derived.values.values(), *derived.results.values(), *stated]
    known: set[Any] = numbers_within(values)
    texts = (worked.agreement.filled if worked.agreement else "", *worked.texts.values())
    known |= {one for words in texts for token in tokens(words) for one in flat(token.value)}
    sizes = [one for one in values if isinstance(one, tuple) and len(one) <= AXES]
    for size in (one for one in sizes if all(isinstance(axis, int) for axis in one)):
        known |= {prod(size[:axes]) for axes in range(1, len(size) + 1)}
    known |= {one - 1 for one in flat(derived.given.stated.get("in")) if isinstance(one, int)}
    counts = numbers(one for one in stated if not isinstance(one, tuple) or len(one) <= AXES)
    whole = [one for one in counts if isinstance(one, int) and one > 1]
    known |= {a % b for a in whole for b in whole}
    ratios = [one for one in known if isinstance(one, Fraction)]
    written = [part for one in ratios if "/" in text(one) for part in (one.numerator, one.denominator)]
    return known | {floor(one) for one in ratios} | {*written}


def _is_of_two(value: int, known: set[Any]) -> bool:
    """Whether a number is a product or a quotient of two of those known."""
    whole = (one for one in known if isinstance(one, int) and one > 1)
    return any(value * one in known or (value % one == 0 and value // one in known) for one in whole)


def _is_sum(value: int, derived: DerivedAnswer) -> bool:
    """Whether a number is the sum of two values on the way with one letter: b_e and b_d, of encoder and decoder."""
    parts = [(name, one) for name, one in derived.values.items() if name[1:2] == "_" and isinstance(one, int)]
    return any(a[0] == b[0] and value == one + other for (a, one), (b, other) in combinations(parts, 2))


def _nearest_map(token: Token, derived: DerivedAnswer) -> tuple[str, str]:
    """The map of a chain that is nearest to a size."""
    size = prod(token.value)
    nearest = min(derived.results["shapes"], key=lambda shape: max(prod(shape) / size, size / prod(shape)))
    return "the nearest map", text(nearest)


def _nearest(value: int, derived: DerivedAnswer) -> tuple[str, str]:
    """The name of the whole value that is nearest to a number, and that value."""
    whole = {name: one for name, one in derived.values.items() if type(one) is int and one > 0}
    whole = whole or {derived.want: value}
    name = min(whole, key=lambda one: max(whole[one] / value, value / whole[one]))
    return name, text(derived.values[name])


def _is_of_each(name: str, mention: Mention, sentence: str, known: Mapping[str, Any]) -> bool:
    """Whether a count is a share of the known one: 9 weights for each of 40 channels, a window of 4 values."""
    value, own = mention.value, known[name]
    if name == "kernel_size":
        area = prod(flat(own)) ** (2 if len(flat(own)) == 1 else 1)
        return value == area and re.search(rf"{re.escape(mention.words)} {_CELLS}", sentence) is not None
    wholes = [known.get(one) for one in _WHOLES[name]] if name in _WHOLES else []
    return any(value * one == own if isinstance(one, int) else value == 1 and one == str(own) for one in wholes)


def _is_full(batches: Any, known: Mapping[str, Any]) -> bool:
    """Whether so many batches are full, in one epoch or several."""
    exact = known.get("quotient")
    return exact is None or floor(exact) == 0 or batches % floor(exact) == 0


def _product(known: Mapping[str, Any]) -> Any:
    """The weights of all filters, where the calculator gives those of one."""
    one, filters = known.get("filter_weights"), known.get("out_channels")
    return one * filters if isinstance(one, int) and isinstance(filters, int) else None


def _has_value(name: str, mention: Mention, known: Mapping[str, Any]) -> bool:
    value, own = mention.value, known[name]
    if name == "in_size":
        return is_size(value, own, known.get("C"))
    if name in ("parameter", "weights", "filter_weights") and any(
        is_same(value, one) for key in ("theta", "thetas", "parameters", "w") for one in flat(known.get(key))
    ):
        return True
    return is_same(value, own) or value in flat(own)
