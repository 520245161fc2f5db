"""An item worked once: its right value, the options that hold it, and what its key rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError, program_fault
from cnnquiz.items import wanted
from cnnquiz.items.derived_answer import DerivedAnswer, derive
from cnnquiz.items.placeholders import fill
from cnnquiz.mathematics.time_limit import TooLongError
from cnnquiz.model import Claim, Derivation, Item, Option
from cnnquiz.naming import nearest_names
from cnnquiz.solution import text

if TYPE_CHECKING:
    from cnnquiz.items.agreement import Agreement
    from cnnquiz.items.evidence import Decision


def _option_reader() -> ModuleType:
    """What reads the options' words: first needed when a key is judged, not when a question is asked."""
    from cnnquiz.language import option_value

    return option_value


def _claim_reader() -> ModuleType:
    """What compares claims with words, which few items need."""
    from cnnquiz.items import claimed_question

    return claimed_question


UNMATCHED = "question-not-matched"
_WEAKER = ("proved", "claimed", "shown", "asserted", "wrong")
_ADVICE = re.compile(r": ((?:write|give|take|leave|padding) .*)")
Path = tuple[str | int, ...]
Status = Literal["proved", "claimed", "shown", "asserted", "wrong"]


class Fault(Struct, frozen=True):
    """Why something in an item cannot be worked: the rule that reports it, the path inside the item, the message."""

    rule: str
    path: Path
    message: str
    remedy: str = ""
    at_name: bool = False


class WorkedItem(Struct, frozen=True, eq=False, dict=True):
    """An item with one set of givens, and what follows from them.

    given    the givens of the derivation, as the bank writes them or as they were drawn
    derived  the right value, by formula and by count; None without a derivation, or where it cannot be worked
    index    the item's place in its bank, from 0
    source   where the key stands: the item's own source, or its bank's
    is_overdue  whether the derivation takes too long: its key, printed, can still be asked for
    parts    of an item of several parts, each of them worked as an item of its own
    part     of such a part, its place among them, from 0
    others   the right values of the other parts, which the prose may call answers too

    Everything else is worked when it is first needed, and kept.
    """

    item: Item
    given: Mapping[str, Any] = {}
    derived: DerivedAnswer | None = None
    derivation_faults: tuple[Fault, ...] = ()
    index: int = 0
    source: str = ""
    is_overdue: bool = False
    parts: tuple[WorkedItem, ...] = ()
    part: int | None = None
    others: tuple[Any, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Whether it is the same item with the same givens; what follows from them is then the same."""
        return isinstance(other, WorkedItem) and (self.item, self.given) == (other.item, other.given)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def options(self) -> dict[str, Option]:
        """The options by letter."""
        return self.item.choices

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The key: one letter or value, or several."""
        return self.item.keys

    @property
    def questions(self) -> tuple[WorkedItem, ...]:
        """Its parts; itself where it has none."""
        return self.parts or (self,)

    @property
    def values(self) -> Mapping[str, Any]:
        """What `{name}` in the item's prose stands for."""
        return self.derived.values if self.derived else {}

    @cached_property
    def texts(self) -> dict[str, str]:
        """The options' texts by letter, placeholders filled; worked out from the misconception where there is none."""
        return {letter: self._text(option) for letter, option in self.options.items()}

    def _text(self, option: Option) -> str:
        if option.text:
            try:
                return fill(option.text, self.values) if self.derived else option.text
            except CnnquizError:
                return option.text
        wrong = self.derived.wrong_value(option.misconceptions) if self.derived else None
        return "" if wrong is None else text(wrong)

    @cached_property
    def agreement(self) -> Agreement | None:
        """The stem beside the derivation, where the derived value is what the item asks for."""
        from cnnquiz.items.agreement import Agreement  # what reads questions is not needed to ask one

        derivation = self.item.derivation
        if self.derived is None or derivation is None or not self.asks_for_value:
            return None
        try:
            filled = fill(self.item.stem, self.values)
        except CnnquizError:
            return None
        return Agreement(self.item.stem, filled, derivation, self.given, self.derived, self.item.vary)

    @cached_property
    def meanings(self) -> dict[str, Any]:
        """The value that each option stands for, by letter; None where it is none."""
        return {letter: self._meaning(words) for letter, words in self.texts.items()}

    def _meaning(self, words: str) -> Any:
        right = (self.derived.value, self.derived.want) if self.derived else ()
        return _option_reader().meaning(words, *right)

    @cached_property
    def holders(self) -> tuple[str, ...]:
        """The letters of the options that hold the derived value."""
        if self.derived is None:
            return ()
        exact = tuple(letter for letter, value in self.meanings.items() if self.is_right(value))
        return exact or tuple(letter for letter, words in self.texts.items() if self._is_rounded(letter, words))

    def _is_rounded(self, letter: str, words: str) -> bool:
        """Whether an option shows the derived value, rounded to the decimals that it has; `0.27` for 0.26894."""
        value = self.meanings.get(letter)
        return self.derived is not None and self.derived.rounds_to(value, words)

    def _says_expression(self, words: str) -> bool:
        """Whether an expression is the derived one, in whatever form: 6*theta - 2."""
        from cnnquiz.mathematics.values import equivalent

        value = self.derived.value if self.derived else None
        return isinstance(value, str) and equivalent(words, value)

    def is_right(self, value: Any) -> bool:
        """Whether a value read from the bank is the right one."""
        asked = not value if isinstance(value, bool) and self.is_denied else value
        return self.derived is not None and self.derived.equals(asked, self.item.tolerance)

    @cached_property
    def is_denied(self) -> bool:
        """Whether the stem denies what the derivation decides: is it true that 3*x + 1 is not linear?"""
        decides = self.derived is not None and isinstance(self.derived.value, bool)
        return decides and self.agreement is not None and self.agreement.affirms is False

    @property
    def right_value(self) -> Any:
        """The derived value, turned round where the stem denies it."""
        value = self.derived.value if self.derived else None
        return not value if self.is_denied else value

    @property
    def right_text(self) -> str:
        """The right value as the key says it."""
        value = self.right_value
        if self.item.type == "true-false" and isinstance(value, bool):
            return str(value).lower()
        square = self.item.type == "number" and isinstance(value, tuple) and len(set(value)) == 1
        return text(value[0] if square else value)

    @cached_property
    def none_of_these(self) -> tuple[str, ...]:
        """The option that is right because no other one, each with a value, holds the derived value."""
        letters = tuple(letter for letter, words in self.texts.items() if _option_reader().says_none(words))
        others = (value for letter, value in self.meanings.items() if letter not in letters)
        decided = self.derived is not None and not self.holders and len(letters) == 1
        return letters if decided and all(value is not None for value in others) else ()

    @property
    def right_letters(self) -> tuple[str, ...]:
        """The letters of the options that the derived value makes right."""
        return self.holders or self.none_of_these

    @property
    def asks_for_value(self) -> bool:
        """Whether the derived value is what the item asks for: one key, and not "which is not"."""
        single = len(self.keys) == 1 and self.item.type not in ("multiple", "parts")
        return self.derived is not None and self.item.asks and single

    @cached_property
    def key_value(self) -> Any:
        """The value that the key says."""
        return self._meaning(self.texts.get(self.keys[0], self.keys[0]))

    @cached_property
    def key_follows(self) -> bool:
        """Whether the key, and no other option, is the derived value."""
        if not self.options:
            if not self.keys[0] or self.derived is None:
                return self.derived is not None
            if self.item.type == "expression":
                return self._says_expression(self.keys[0])
            return self.is_right(self.key_value) or self.derived.rounds_to(self.key_value, self.keys[0])
        return self.derived is not None and self.right_letters == self.keys

    @cached_property
    def value_refutes_key(self) -> bool:
        """Whether the derived value is another than the one that the key says."""
        key = self.keys[0] if self.keys else ""
        if not self.asks_for_value or not key or self.key_follows or (self.agreement and self.agreement.misread):
            return False
        if not self.options:
            return True
        if self.right_letters:
            in_words = _option_reader().says_several(self.texts.get(key, ""))
            return key in self.options and key not in self.right_letters and not in_words
        return self.meanings.get(key) is not None

    @cached_property
    def _claim_decisions(self) -> tuple[dict[str, bool | None], list[tuple[Path, str]]]:
        if all(option.claim is None for option in self.options.values()):
            return {}, []
        from cnnquiz.items import claims

        return claims.decide(self.item, self.options, self.texts)

    @property
    def claim_answers(self) -> dict[str, bool | None]:
        """By letter, whether the option's claim makes it an answer; None where that is not decided."""
        return self._claim_decisions[0]

    @cached_property
    def claims_asked_for(self) -> bool | None:
        """Whether the stem asks for the options whose claims are true; None where that is not clear."""
        asked: bool | None = _claim_reader().answer_is_claim(self.item.stem, self._claims)
        return asked

    @property
    def _claims(self) -> list[Claim]:
        return [option.claim for option in self.options.values() if option.claim and not option.claim.word]

    @cached_property
    def claim_faults(self) -> list[tuple[str, str, str]]:
        """What options say and their claims do not: letter, message and remedy."""
        claims = any(option.claim for option in self.options.values())
        return list(_claim_reader().claim_faults(self.options, self.texts)) if claims else []

    @cached_property
    def stem_faults(self) -> list[tuple[str, str, str]]:
        """What the stem says against every claim: message, remedy and the stem's words."""
        return list(_claim_reader().stem_faults(self.item, self._claims)) if self._claims else []

    @cached_property
    def claims_against_key(self) -> list[str]:
        """The options whose claims do not fit the key; a key such as "both a and b" leaves open which are right."""
        answers = self.claim_answers.items()
        wrong = [letter for letter, answer in answers if answer is not None and answer != (letter in self.keys)]
        undecided = (key for key in self.keys if self.claim_answers.get(key) is None)
        return [] if any(_option_reader().says_several(self.texts.get(key, "")) for key in undecided) else wrong

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """What keeps the derivation, the claims and the experiment from deciding."""
        remedies = {path: f"Delete `claim` under `{path[1]}`, or mend it." for path, _ in self._claim_decisions[1]}
        claims = (Fault("schema", path, words, remedies[path]) for path, words in self._claim_decisions[1])
        experiment = self._evidence
        if experiment is None or experiment.shown:
            return (*self.derivation_faults, *claims)
        shows = Fault("evidence-wrong", ("evidence", experiment.field), experiment.why, experiment.remedy)
        return (*self.derivation_faults, *claims, shows)

    @cached_property
    def _evidence(self) -> Decision | None:
        """What the experiment behind the key shows; None without one."""
        if self.item.evidence is None:
            return None
        from cnnquiz.items import evidence

        return evidence.decide(self.item.evidence)

    @property
    def status(self) -> Status:
        """What the key rests on; wrong where the derived value or the claims refute it."""
        return self._status_and_reason[0]

    @property
    def reason(self) -> str:
        """What an experiment shows, or why the key is asserted or wrong; empty where it is proved or claimed."""
        return self._status_and_reason[1]

    @property
    def _is_counted(self) -> bool:
        """Whether the key is the derived value, and a count gives it again."""
        if self.derived is None or self.derived.count is None:
            return False
        return self.derived.count_agrees and self.asks_for_value and self.key_follows

    @cached_property
    def _status_and_reason(self) -> tuple[Status, str]:
        if self.parts:
            return self._status_of_parts()
        if self.derived is not None and self.asks_for_value and self.derived.count_agrees:
            if self.value_refutes_key:
                said = self.texts.get(self.keys[0], self.keys[0])
                return "wrong", f"the steps give {text(self.right_value)}, not the key's {said}"
            if self._is_counted and not self.unmatched_words:
                return "proved", ""
        if self.claims_against_key:
            return "wrong", f"the claims decide otherwise about option {' and '.join(self.claims_against_key)}"
        decided = [answer for answer in self.claim_answers.values() if answer is not None]
        if decided and len(decided) == len(self.options):
            if self.item.asks and not self.claims_asked_for:
                return "asserted", f"{UNMATCHED}: the stem may ask for something else than the claims decide"
            faults = [message for _, message, _ in self.claim_faults] + [message for message, _, _ in self.stem_faults]
            return ("asserted", f"{UNMATCHED}: {faults[0]}") if faults else ("claimed", "")
        if self._evidence and self._evidence.shown:
            return "shown", self._evidence.shown
        return "asserted", self._assertion_reason()

    def _status_of_parts(self) -> tuple[Status, str]:
        """The status of the weakest part, and its reason."""
        worst = max(self.parts, key=lambda one: _WEAKER.index(one.status))
        return worst.status, f"{worst.reason} (part {(worst.part or 0) + 1})" if worst.reason else ""

    @property
    def unsaid(self) -> tuple[str, ...]:
        """The givens on which the right value depends and which the stem does not say."""
        return self.agreement.unsaid if self.agreement else ()

    @property
    def strangers(self) -> tuple[str, ...]:
        """The numbers of the stem that no given and no result explains, as written."""
        return tuple(token.as_written for token in self.agreement.strangers) if self.agreement else ()

    @cached_property
    def unmatched_words(self) -> str:
        """Why the stem is not matched with the derivation; empty where it is."""
        from cnnquiz.items import question_scope

        if self.agreement is None or self.derived is None:
            return ""
        if self.agreement.misread:
            return self.agreement.misread
        beyond = self.unexplained or next(question_scope.unmatched_words(self.agreement.filled, self.derived), "")
        return beyond or (self.agreement.disagreements[0].message if self.agreement.disagreements else "")

    @property
    def unexplained(self) -> str:
        """What the stem does not say, or says beyond the givens; empty where it says just them."""
        if self.unsaid:
            return f"the stem does not say {' and '.join(f'`{one}`' for one in self.unsaid)}"
        return f"no given explains {' and '.join(self.strangers)} in the stem" if self.strangers else ""

    @property
    def unmatched(self) -> bool:
        """Whether the right value is proved and only the stem cannot be matched with its givens."""
        return is_unmatched(self.reason)

    def _assertion_reason(self) -> str:
        if self.faults:
            return self.faults[0].message
        if self.derived is None:
            return "not every option has a claim" if self.claim_answers else "no derivation and no claims"
        if not self.asks_for_value:
            return "the derived value is not what the item asks for"
        if not self.derived.count_agrees:
            return "the formula and the count disagree"
        if self._is_counted or (self.agreement and self.agreement.misread):
            return f"{UNMATCHED}: {self.unmatched_words}"
        return f"no independent count for `{self.derived.want}`" if self.key_follows else "the key is no value"


def is_unmatched(reason: str) -> bool:
    """Whether a status's reason is that the stem cannot be matched with the givens of a value that is proved."""
    return reason.startswith(UNMATCHED)


def work(
    item: Item, given: Mapping[str, Any] | None = None, layout: str = "hwc", index: int = 0, source: str = ""
) -> WorkedItem:
    """Work an item, with its own givens or others. What cannot be worked is among its faults.

    layout  how the item's bank writes shapes
    source  that of the bank, for an item without one
    """
    worked = _work(item, given, layout, index, item.source or source)
    if not item.parts:
        return worked
    parts = [_work(one, given, layout, index, worked.source) for one in item.questions]
    values = tuple(one.derived.value for one in parts if one.derived)
    return replace(worked, parts=tuple(replace(one, part=at, others=values) for at, one in enumerate(parts)))


def _work(item: Item, given: Mapping[str, Any] | None, layout: str, index: int, source: str) -> WorkedItem:
    derivation = item.derivation
    if derivation is None:
        return WorkedItem(item, index=index, source=source)
    raw = derivation.given if given is None else given
    try:
        derived = derive(derivation, raw, layout, letters=item.type == "expression")
        return WorkedItem(item, raw, derived, index=index, source=source)
    except CnnquizError as fault:
        found, overdue = _fault(derivation, str(fault)), isinstance(fault, TooLongError) and bool(item.key)
    except Exception as fault:  # whatever a bank makes of a calculator, the other items are still worked
        found, overdue = _fault(derivation, program_fault(fault)), False
    return WorkedItem(item, raw, None, (found,), index, source, overdue)


def _fault(derivation: Derivation, message: str) -> Fault:
    """Where a derivation fails: at its calculator, a given or result that it does not have, or a given's value."""
    name = derivation.calculator
    try:
        calculator = calculators.load(name)
    except CnnquizError:
        return Fault("schema", ("derivation", name), message, _name_remedy(name, calculators.names()), at_name=True)
    for given in filter(None, derivation.given):
        try:
            calculator.quantity(given)
        except CnnquizError as fault:
            known = [short for one in calculator.quantities for short in (one.short, one.name)]
            remedy = _name_remedy(given, known, f"Delete `{given}` under `{name}`.")
            return Fault("schema", ("derivation", name, given), str(fault), remedy, at_name=True)
    place = message.partition(":")[0]
    inside = (place,) if place in derivation.given else ()
    if not inside and {derivation.want, *wanted.names(derivation.want)}.isdisjoint(calculator.result_names):
        results = ", ".join(calculator.result_names)
        said = f"{calculator.name} has no result `{derivation.want[:40]}`"
        meant = (*nearest_names(derivation.want, calculator.result_names, most=1), *calculator.result_names)[0]
        remedy = f"Write `want: {meant}` under `derivation`, or another of {results}."
        return Fault("schema", ("derivation", "want"), said, remedy)
    said, advice = split_advice(message)
    remedy = advice or "Delete `derivation`, or mend its givens."
    return Fault("variant-invalid", ("derivation", name, *inside), said, remedy)


def _name_remedy(name: str, known: Iterable[str], otherwise: str = "Delete `derivation`, or mend it.") -> str:
    """Which name to write for one that is not known."""
    near = nearest_names(name, known, most=1)
    return f"Write `{near[0]}` for `{name}`." if near else otherwise


def split_advice(message: str) -> tuple[str, str]:
    """What a refusal says, and what to do if it says so behind a colon."""
    found = _ADVICE.search(message)
    if found is None:
        return message, ""
    advice = f"take {found[1]}" if found[1].startswith("padding") else found[1]
    return message[: found.start()], f"{advice[0].upper()}{advice[1:]}."
