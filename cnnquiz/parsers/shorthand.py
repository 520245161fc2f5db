"""A numerical in the short words of a command line: conv 256 7 2, 256x256x3 7x7 /2 p3, relu -3, in=256 k=7."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.language.tokens import singular
from cnnquiz.language.vocabulary import PHRASES
from cnnquiz.parsers.reading import Phrase, Reading
from cnnquiz.patterns import pattern
from cnnquiz.solver.calculator import Calculator, Quantity
from cnnquiz.solver.declaration import MissingError
from cnnquiz.solver.givens import text_of

_GLUED = pattern(r"([A-Za-z]+)(\d[\dx×]*)")
_PER_STEP = pattern(r"/(\d[\dx×]*)")
_DENSE_CHAIN = pattern(r"\d{1,9}(-\d{1,9})+")
_SIZE = pattern(r"\d+(?:[x×*]\d+)+")
_MARK = pattern(r"[kspd]\d+(?:[x×]\d+)*|same|valid|(?:filters|channels)=\d+")
_NAMED = pattern(r"([A-Za-z][\w -]*?)\s*[=:]\s*(\S.*)")
_ADDED = pattern(r"[^a-z0-9]|(?<=[a-z])[123]d$|layers?$")
_LISTS = ("A,B,C", "EXPRESSION", "OPERATOR", "EQUATION", "'A B; C D'", "A-B-A", "LAYERS")


def bare(name: str) -> str:
    """A name as others may spell it: MaxPool2d, max-pool and `max pool layer` are one."""
    return _ADDED.sub("", re.sub(r"[\s_-]", "", name.casefold()))


def starts(name: str) -> list[tuple[Calculator, dict[str, str]]]:
    """The calculators that a name stands for, by their names and synonyms, with what the name says besides.

    `relu` is an activation with this function; MaxPool2d is pool.
    """
    found: list[tuple[Calculator, dict[str, str]]] = []
    own = name.casefold() if name.casefold() in calculators.names() else ""
    if own:
        found.append((calculators.load(own), {}))
    every = [calculators.load(each) for each in calculators.names()]
    for calculator in every:
        given = _synonyms(calculator).get(bare(name))
        if given is not None:
            found.append((calculator, given))
    return found or [
        (calculator, {quantity.short: name})
        for calculator in every
        for quantity in calculator.quantities
        if quantity.positional and _is_choice(quantity) and _reads(quantity, name)
    ]


@cache
def _synonyms(calculator: Calculator) -> dict[str, dict[str, str]]:
    """The givens that each other name of a calculator says, by the bare name."""
    parts = (synonym.partition(": ") for synonym in calculator.synonyms)
    return {bare(name): dict([given.split(" ", 1)]) if given else {} for name, _, given in parts}


def is_layer(words: Sequence[str]) -> bool:
    """Whether words that begin with a size say a convolution without its name: 256x256x3 7x7 /2 p3."""
    sizes = [word for word in words if _SIZE.fullmatch(word)]
    marks = [word for word in words if _PER_STEP.fullmatch(word) or _MARK.fullmatch(word)]
    return bool(words) and words[0] in sizes and len(sizes) + len(marks) == len(words) and bool(marks or len(sizes) > 1)


def quantity_of(calculator: Calculator, name: str) -> Quantity | None:
    """The quantity that a name stands for: k, kernel_size, filter-size, pad; None where it is not one alone."""
    word = name.replace("-", "_")
    exact = [q for q in calculator.quantities if word in (q.short, q.name)]
    exact = exact or [q for q in calculator.quantities if word == q.letter]
    if len(exact) == 1:
        return exact[0]
    words = tuple(singular(each) for each in word.casefold().split("_"))
    phrases = [phrase for phrase in PHRASES.get(words[0], ()) if phrase.words == words]
    counts = word.casefold() != "_".join(words)  # in the plural: filters, and not the size of a filter
    for each in ([one for one in phrases if ("n" in one.before) == counts], phrases):
        names = {name for phrase in each for name in phrase.names}
        found = [quantity for quantity in calculator.quantities if quantity.name in names]
        if len(found) == 1:
            return found[0]
    return None


def reading(calculator: Calculator, words: Sequence[str], known: Mapping[str, str] = {}) -> Reading:
    """The reading of words without options, besides the givens that are known by short names.

    Raises GivenError with a form that works where a word cannot be placed, or where the words have two meanings.
    """
    named, rest = _named(calculator, words)
    for phrase in named:
        if phrase.quantity in known:
            raise GivenError(f"{phrase.quantity} is given twice", phrase.quantity)
    stated = {**known, **{phrase.quantity: phrase.value for phrase in named}}
    every = [one for order in _orders(calculator) if (one := _in_order(order, rest, stated)) is not None]
    if not every:
        raise GivenError(f"`{' '.join(rest)[:40]}` cannot be placed: {how_to_say(calculator)}")
    full = [{**stated, **{phrase.quantity: phrase.value for phrase in one}} for one in every]
    ranks = [_completeness(calculator, one) for one in full]
    working = [place for place, rank in enumerate(ranks) if rank == max(ranks)]
    if any(full[one] != full[working[0]] for one in working):
        forms = [f"cnnquiz solve {command_line(Reading(calculator.name, full[one]))}" for one in working[:2]]
        raise GivenError(f"`{' '.join(rest)[:40]}` has two meanings: write {' or '.join(forms)}")
    given, phrases = full[working[0]], (*named, *every[working[0]])
    return Reading(calculator.name, given, phrases=phrases, assumed=_defaults(calculator, given))


def _defaults(calculator: Calculator, given: Mapping[str, object]) -> tuple[str, ...]:
    """The givens that could have been said in order and were not, with their defaults: padding 0."""
    said = dict.fromkeys(name for order in calculator.shorthand for name in order.split())
    quantities = (calculator.quantity(name) for name in said if name not in given)
    return tuple(f"{q.name.replace('_', ' ')} {q.default}" for q in quantities if isinstance(q.default, int | str))


def command_line(reading: Reading) -> str:
    """A reading as a command that says the same: conv --in 256 --k 7."""
    calculator, given = calculators.load(reading.calculator), options(reading)
    main = [given.pop(q.short) for q in calculator.quantities if q.positional and q.short in given]
    words = [f"--{name} {shlex.quote(value)}" for name, value in given.items()]
    return " ".join([calculator.name, *map(shlex.quote, main), *words])


def options(reading: Reading) -> dict[str, str]:
    """The options of a command that says the same, by their names."""
    results = calculators.load(reading.calculator).results
    shorts = {name: result.short for result in results for name in (result.name, result.short) if result.short}
    found = texts(reading)
    found |= {shorts.get(name, name): text_of(target, "x") for name, target in reading.targets.items()}
    found |= {"find": ",".join(reading.find)} if reading.find else {}
    return found | ({"want": reading.want[0]} if len(reading.want) == 1 and not reading.find else {})


def texts(reading: Reading) -> dict[str, str]:
    """The givens as a command line takes them, in the calculator's order: a size as 28x28."""
    quantities = calculators.load(reading.calculator).quantities
    given = {quantity: reading.given[quantity.short] for quantity in quantities if quantity.short in reading.given}
    sizes = ("HxWxC", "N")
    return {q.short: text_of(raw, "x" if q.kind.hint.split("|")[0] in sizes else ",") for q, raw in given.items()}


def how_to_say(calculator: Calculator) -> str:
    """What a calculator takes without names, and by name."""
    order = [calculator.quantity(name).short for name in (calculator.shorthand or ("",))[0].split()]
    by_name = f"by name, as in cnnquiz solve {calculator.name} {calculator.examples[0]}"
    return f"{calculator.name} takes {', '.join(order)} in this order, or {by_name}" if order else f"give it {by_name}"


def _named(calculator: Calculator, words: Sequence[str]) -> tuple[list[Phrase], list[str]]:
    """What words say with a name (k=7, k7, /2, 784-128-10), and the other words."""
    found: list[Phrase] = []
    rest: list[str] = []
    for word in words:
        phrases = _phrases(calculator, word)
        for phrase in phrases:
            if any(one.quantity == phrase.quantity for one in found):
                raise GivenError(f"{phrase.quantity} is given twice", phrase.quantity)
        found += phrases
        rest += [] if phrases else [word]
    return found, rest


def _phrases(calculator: Calculator, word: str) -> list[Phrase]:
    if (match := _NAMED.fullmatch(word)) and (quantity := quantity_of(calculator, match[1].strip())):
        return [Phrase(word, quantity.short, match[2].strip())]
    if match := _PER_STEP.fullmatch(word):
        return [Phrase(word, q.short, match[1]) for q in calculator.quantities if q.name == "stride"]
    if (match := _GLUED.fullmatch(word)) and (quantity := quantity_of(calculator, match[1])):
        return [Phrase(word, quantity.short, match[2])] if _reads(quantity, match[2]) else []
    names = {quantity.short for quantity in calculator.quantities}
    if _DENSE_CHAIN.fullmatch(word) and names >= {"in", "layers"}:
        first, *sizes = word.split("-")
        layers = "; ".join(f"dense {size}" for size in sizes)
        return [Phrase(word, "in", first), Phrase(word, "layers", layers)]
    chosen = [q for q in calculator.quantities if word.casefold() in q.kind.hint.split("|") and not q.positional]
    return [Phrase(word, chosen[0].short, word)] if len(chosen) == 1 and word.casefold() not in ("yes", "no") else []


def _orders(calculator: Calculator) -> Iterator[list[Quantity]]:
    """The quantities that words without names stand for, in the orders in which people say them."""
    for names in calculator.shorthand:
        yield [calculator.quantity(name) for name in names.split()]
    if not calculator.shorthand:
        yield [quantity for quantity in calculator.quantities if quantity.positional]


def _in_order(order: Sequence[Quantity], words: Sequence[str], stated: Mapping[str, str]) -> list[Phrase] | None:
    """The words, each the next quantity's; None where one cannot be read as that."""
    found, at = list[Phrase](), 0
    for quantity in order:
        if at == len(words) or quantity.short in stated:
            continue
        takes_all = quantity.kind.hint in _LISTS and (quantity is order[-1] or len(words) - at > len(order))
        text = " ".join(words[at:]) if takes_all else words[at]
        if not _reads(quantity, text):
            return None
        found.append(Phrase(text, quantity.short, text))
        at = len(words) if takes_all else at + 1
    return found if at == len(words) else None


def _reads(quantity: Quantity, text: str) -> bool:
    try:
        value = quantity.kind.read(text)
    except CnnquizError:
        return False
    return not (quantity.kind.hint.startswith("N") and isinstance(value, tuple) and len(value) > 3)


def _is_choice(quantity: Quantity) -> bool:
    """Whether the quantity is one of several words."""
    return quantity.kind.hint == "NAME" or ("|" in quantity.kind.hint and quantity.kind.hint.islower())


def _completeness(calculator: Calculator, given: Mapping[str, Any]) -> int:
    """2 where these givens can be worked, 1 where some are missing, 0 where they contradict one another."""
    try:
        calculator.answers(calculator.read(given))
    except MissingError:
        return 1
    except CnnquizError:
        return 0
    return 2


def all_names() -> list[str]:
    """The names of all calculators, and their synonyms."""
    every = [calculators.load(name) for name in calculators.names()]
    return [name for one in every for name in (one.name, *(word.partition(": ")[0] for word in one.synonyms))]
