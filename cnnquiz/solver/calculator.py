"""What a calculator is: one declaration, from which everything else follows.

A module in `calculators/` declares quantities, results, lines (formulas), an independent count and
misconceptions. The command with its options and help, the steps, the answer with letters, the search
backwards, the givens that a bank may write, distractors and diagnosis are written once for all of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property, lru_cache
from itertools import combinations, islice
from types import ModuleType
from typing import Any

from msgspec import Struct

from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.mathematics import notation
from cnnquiz.mathematics.expression import Env, Expr
from cnnquiz.mathematics.time_limit import TooLongError, time_limit
from cnnquiz.naming import did_you_mean
from cnnquiz.patterns import pattern
from cnnquiz.solution import TOO_LONG, Drawing, Solution, Step
from cnnquiz.solver import lines
from cnnquiz.solver.common_misconceptions import COMMON, common_misconceptions
from cnnquiz.solver.declaration import (
    REQUIRED,
    Case,
    Given,
    Misconception,
    MissingError,
    NoPartError,
    Quantity,
    Result,
    misconception,
    where,
)
from cnnquiz.solver.givens import Kind
from cnnquiz.solver.lines import Line, line, lines_when

__all__ = [
    "REQUIRED", "Calculator", "Case", "Drawings", "Env", "Given", "Line", "Misconception", "Notes", "Quantity",
    "Result", "Results", "Steps", "Values", "line", "lines_when", "misconception", "where",
]  # fmt: skip

# What the functions of a declaration take and give
Values = dict[str, Any]
Results = Mapping[str, Any]
Steps = Iterator[Step]
Notes = Iterator[str]
Drawings = Iterator[Drawing]

CONSTANTS = ("QUANTITIES", "RESULTS", "LINES", "MISCONCEPTIONS", "EXAMPLES", "LETTERS", "CONVENTIONS", "TOPIC",
             "SYNONYMS", "SHORTHAND")  # fmt: skip
FUNCTIONS = ("prepare", "work", "explain", "count", "conventions", "notes", "drawings", "inverse_steps",
             "assumptions")  # fmt: skip

TO_WORK = "to work: give fewer or smaller numbers, or a plainer form"
TO_SHOW = 0.3  # seconds for the steps, and as many for the drawings
MOST_STEPS = 500

Conventions = Mapping[str, str | Callable[[Env], str]] | Callable[[Env], dict[str, str]]


class Calculator(Struct, frozen=True, eq=False, dict=True):
    """One calculator's declaration: its module's docstring, constants (QUANTITIES, RESULTS, ...) and functions.

    quantities      the givens
    results         what it gives, the most important first
    lines           the formulas, in order
    misconceptions  the wrong rules that people use
    examples        what may stand behind `cnnquiz solve NAME`
    topic           under which heading a list of what can be asked has it
    synonyms        other names that people have for it, perhaps with a given: "maxpool", "adam: method adam"
    shorthand       the givens that may stand without names, in the orders in which people say them: "in k s p"
    letters         the meaning of letters in the steps that no quantity and no result declares
    conventions     what was done where sources differ: texts, or functions of the values that give them ("": left
                    out); or one function that gives all of them
    prepare         turns the givens as read into what the formulas use: one value an axis, flags for conditions,
                    defaults that depend on others; raises GivenError, with the remedy, for what cannot be
    work            what no chain of formulas gives: results by symbol, from the prepared givens and the lines' values
    explain         the steps for those, before the lines' own: from the prepared givens, the results, what is wanted
    count           the same results by another way (sliding, enumerating, walking), never by the formula; one that
                    takes long as a function of nothing, called where it is wanted
    notes           a line for each number that another common convention gives
    drawings        the pictures
    assumptions     how givens were understood that could be understood otherwise: a sentence each, without a full stop
    inverse_steps   how a target leads back to one unknown given, in steps (for `--find`)
    """

    name: str
    title: str
    summary: str
    source: str
    quantities: tuple[Quantity, ...]
    results: tuple[Result, ...]
    count: Callable[[Env], dict[str, Any]]
    examples: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    topic: str = ""
    synonyms: tuple[str, ...] = ()
    shorthand: tuple[str, ...] = ()
    letters: Mapping[str, str] = {}
    conventions: Conventions = {}
    prepare: Callable[[dict[str, Any]], dict[str, Any]] = lambda values: values
    work: Callable[[Env], dict[str, Any]] | None = None
    explain: Callable[[Env, Mapping[str, Any], str | None], Iterable[Step]] | None = None
    notes: Callable[[Env, Mapping[str, Any]], Iterable[str]] = lambda env, results: ()
    drawings: Callable[[Env, Mapping[str, Any]], Iterable[Drawing]] = lambda env, results: ()
    assumptions: Callable[[Env], Iterable[str]] = lambda env: ()
    inverse_steps: Callable[[Env, str, Any], Iterable[Step]] = lambda env, name, target: ()

    @classmethod
    def from_module(cls, module: ModuleType) -> Calculator:
        """The calculator that a module declares, by its docstring and by the names of its constants and functions.

        The docstring's first line is `Title: summary.`; its paragraph `Source: ...` says where the formulas stand.
        """
        missing = [name for name in ("QUANTITIES", "RESULTS", "EXAMPLES", "count") if not hasattr(module, name)]
        title, summary, source = _title_summary_source(inspect.getdoc(module) or _docstring_in_source(module))
        missing += [what for what, text in (("summary", summary), ("source", source)) if not text]
        if missing:
            raise TypeError(f"{module.__name__} declares no {', no '.join(missing)}")
        declared = {name.lower(): getattr(module, name) for name in (*CONSTANTS, *FUNCTIONS) if hasattr(module, name)}
        declared["misconceptions"] = (*declared.get("misconceptions", ()), *common_misconceptions(module.RESULTS))
        return cls(module.__name__.rpartition(".")[2], title, summary, source, **declared)

    @property
    def result_names(self) -> tuple[str, ...]:
        """The names of the results."""
        return tuple(result.name for result in self.results)

    @cached_property
    def _by_name(self) -> dict[str, Quantity]:
        names = {quantity.name: quantity for quantity in self.quantities}
        return names | {quantity.short: quantity for quantity in self.quantities}

    def quantity(self, name: str) -> Quantity:
        """The quantity of that short name or PyTorch name."""
        found = self._by_name.get(name) or self._by_name.get(name.replace("-", "_"))
        if found is None:
            hint = did_you_mean(name, self._by_name, f"it takes {self.names_of_givens()}", cutoff=0.4)
            raise GivenError(f"{self.name} has no given `{name[:40]}`: {hint}", name[:40])
        return found

    def names_of_givens(self) -> str:
        """The short names of all givens, for messages."""
        return ", ".join(quantity.short for quantity in self.quantities)

    def read(self, raw: Mapping[str, Any], without: Iterable[str] = ()) -> Given:
        """The givens as exact values; raises GivenError with one clear line, also for one that takes no part.

        raw      texts or JSON values by short or PyTorch name; "" stands for the positional quantity
        without  quantities that need not be given, because they are searched for
        """
        given = self.with_defaults(self.read_values(raw, without), without)
        self.refuse_idle(given)
        return given

    def refuse_idle(self, given: Given) -> None:
        """Raise NoPartError where a stated given takes no part; where nothing is determined, that error goes before."""
        env, bound = given.env, self._conditions
        for short in given.stated:
            if short in bound and not bound[short](env):
                self.answers(given)
                raise NoPartError(self.quantity(short))

    @cached_property
    def _conditions(self) -> dict[str, Callable[[Env], Any]]:
        """For the quantities that take part in some cases only, what says whether this is one."""
        return {quantity.short: quantity.only.holds for quantity in self.quantities if quantity.only}

    def read_values(self, raw: Mapping[str, Any], without: Iterable[str] = ()) -> dict[str, Any]:
        """The values that are given, by their short names, each read by itself; GivenError where one is missing."""
        values: dict[str, Any] = {}
        for name, value in raw.items():
            quantity = self._positional() if name == "" else self.quantity(str(name))
            if quantity.short in values:
                raise GivenError(f"{quantity.short} is given twice", quantity.short)
            values[quantity.short] = self.value_of(quantity, value)
        if needed := [q for q in self.quantities if q.default is REQUIRED and q.short not in {*values, *without}]:
            raise MissingError(needed)
        return {q.short: values[q.short] for q in self.quantities if q.short in values}

    def with_defaults(self, values: Mapping[str, Any], without: Iterable[str] = ()) -> Given:
        """The givens of values that have been read already, with the defaults of the others, except for `without`."""
        full = {**self._defaults, **dict.fromkeys(without), **values}
        for symbol, short in self._symbols:
            if full.get(symbol) is None:
                full[symbol] = full[short]
        with time_limit(TO_WORK):
            return Given(dict(values), self.prepare(full))

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        return {q.short: None if q.default is REQUIRED else q.default for q in self.quantities}

    @cached_property
    def _symbols(self) -> list[tuple[str, str]]:
        """The symbols that are no short names themselves, each with the short name that it stands for."""
        return [(q.symbol, q.short) for q in self.quantities if q.symbol and q.symbol not in self._by_name]

    def _positional(self) -> Quantity:
        for quantity in self.quantities:
            if quantity.positional:
                return quantity
        raise GivenError(f"{self.name} takes its givens by name: {self.names_of_givens()}")

    def value_of(self, quantity: Quantity, raw: Any) -> Any:
        """What a text or JSON value gives for a quantity; GivenError where it gives none."""
        try:
            return _text_value(quantity.kind, raw) if type(raw) is str else quantity.kind.read(raw)
        except GivenError as fault:
            raise GivenError(f"{quantity.short}: {fault}", quantity.short) from None

    def values(self, given: Given, instead: Mapping[str, Expr] | None = None) -> dict[str, Any]:
        """Every value on the way by its symbol: the prepared givens, and what the lines give; worked once."""
        if instead is not None:
            return self._evaluate(given, instead)
        if not given.values:
            given.values.update(self._evaluate(given, None))
        return given.values

    def _evaluate(self, given: Given, instead: Mapping[str, Expr] | None) -> dict[str, Any]:
        value = _letter_forms().value if given.letters else None
        with time_limit(TO_WORK):
            found = lines.evaluate(self.lines, given.env, value, instead) if self.lines else dict(given.env)
            return {**found, **self.work(found)} if self.work is not None else found

    def result_values(self, given: Given, instead: Mapping[str, Expr] | None = None) -> dict[str, Any]:
        """The results by name, exact; those that the givens do not determine are left out.

        instead  formulas that replace those of lines: a misconception
        """
        return self._results_by_name(self.values(given, instead))

    def _results_by_name(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {r.name: values[r.symbol] for r in self.results if values.get(r.symbol) is not None}

    def counts(self, given: Given) -> dict[str, Any]:
        """The results by the independent count, those that it can reach."""
        found = {name: self.counted(given, name) for name in self.result_names}
        return {name: one for name, one in found.items() if one is not None}

    def counted(self, given: Given, name: str) -> Any:
        """One result by the independent count; None where that is not counted, or beyond what is worked."""
        try:
            with time_limit(TO_WORK):
                if not given.counts:
                    given.counts.update(self.count(given.env))
                found = given.counts.get(name)
                return found() if callable(found) else found
        except CnnquizError:
            return None

    def prose_values(self, given: Given) -> ProseValues:
        """What a `{name}` in prose may stand for: givens, results and values on the way, by all their names."""
        return ProseValues(self, given, self.values(given))

    @cached_property
    def prose_quantities(self) -> dict[str, Quantity]:
        """The quantities by all the names that prose may have for them."""
        return {name: quantity for quantity in self.quantities for name in (quantity.short, quantity.name)}

    @cached_property
    def prose_lines(self) -> dict[str, list[str]]:
        """The symbols of the lines of each name."""
        found: dict[str, list[str]] = {}
        for one in self.lines:
            found.setdefault(one.name, []).append(one.symbol)
        return found

    @cached_property
    def symbol_of_result(self) -> dict[str, str]:
        """The symbol of each result, by its name."""
        return {result.name: result.symbol for result in self.results}

    def solve(self, given: Given, want: str | None = None, steps: bool = True) -> Solution:
        """The worked solution; with `want`, only the steps that lead to that result.

        steps  without them, only the results and conventions are worked out, which is much faster
        """
        values = self.values(given)
        results = self._results_by_name(values)
        if want is not None and want not in results:
            known = ", ".join(results) or "nothing"
            raise GivenError(f"{self.name} does not give `{want[:40]}` here; these givens give {known}", "want")
        answer = (want,) if want else self.answers(given)
        shown = self._steps_in_time(given, values, results, want) if steps else ()
        to_number = steps and not given.letters
        return Solution(
            calculator=self.name,
            title=self.title,
            given=given.stated,
            results=_display_values(results) if given.letters else results,
            steps=shown,
            conventions=self.conventions_of(given),
            assumed=tuple(self.assumptions(given.env)),
            answer=answer,
            notes=tuple(self.notes(given.env, results)) if to_number else (),
            drawings=self._pictures(given, results) if to_number else (),
            labels=self._labels,
            symbols=self._symbols_in(shown) if steps else {},
        )

    def _pictures(self, given: Given, results: Results) -> tuple[Drawing, ...]:
        """The drawings; none where a number is beyond what an axis can hold, or they take too long."""
        try:
            with time_limit("to draw", TO_SHOW):
                return tuple(self.drawings(given.env, results))
        except (OverflowError, TooLongError):
            return ()

    def answers(self, given: Given) -> tuple[str, ...]:
        """The names of the results that a reader came for; GivenError where these givens determine none."""
        values = self.values(given)
        found = tuple(r.name for r in self.results if r.answer and values.get(r.symbol) is not None)
        if not found:
            raise self._incomplete(values)
        return found

    def conventions_of(self, given: Given) -> dict[str, str]:
        """What was done where sources differ, so far as it matters to these givens."""
        values = self.values(given)
        if callable(self.conventions):
            return self.conventions(values)
        found = {}
        for name, said in self.conventions.items():
            if text := said if isinstance(said, str) else said(values):
                found[name] = text
        return found

    def _incomplete(self, values: Mapping[str, Any]) -> GivenError:
        """The error that says what else must be given for the first answer, so far as its lines tell."""
        active = [one for one in self.lines if one.applies(values)]
        for result in self.results:
            needed = lines.symbols_towards(result.symbol, active)
            unknown = [q for q in self.quantities if q.letter in needed and values.get(q.letter) is None]
            missing = list({q.letter: q for q in reversed(unknown)}.values())[::-1]
            if result.answer and missing:
                return MissingError(missing)
        return GivenError(f"these givens determine nothing: {self.name} takes {self.names_of_givens()}")

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {result.name: result.label for result in self.results if result.label}

    def _symbols_in(self, steps: Iterable[Step]) -> dict[str, str]:
        """What the short letters of the shown formulas mean, as the declaration says: i input size, s stride."""
        shown = set(_LETTERS.findall(" ".join(step.formula.ascii for step in steps)))
        meant = {q.letter: q.meaning for q in reversed(self.quantities) if q.kind.hint != "yes|no"}
        meant = dict(reversed(meant.items())) | {r.symbol: r.meaning for r in self.results if r.symbol not in meant}
        meant |= self.letters
        said = {s: _SHORT.split(meaning)[0].strip() for s, meaning in meant.items() if s in shown and len(s) <= 2}
        return {s: meaning.removeprefix("the ").removeprefix("a ") for s, meaning in said.items()}

    def _steps_in_time(
        self, given: Given, values: Mapping[str, Any], results: Mapping[str, Any], want: str | None
    ) -> tuple[Step, ...]:
        """The steps, or the one that says that they are too long."""
        try:
            with time_limit("to write the steps", TO_SHOW):
                found = tuple(islice(self._steps(given, values, results, want), MOST_STEPS + 1))
        except TooLongError:
            return (TOO_LONG,)
        return found if len(found) <= MOST_STEPS else (TOO_LONG,)

    def _steps(
        self, given: Given, values: Mapping[str, Any], results: Mapping[str, Any], want: str | None
    ) -> Iterator[Step]:
        if self.explain is not None:
            yield from self.explain(given.env, results, want)
        wanted = [(r.name, r.symbol) for r in self.results if want in (None, r.name)]
        math_of = _letter_forms().math_of if given.letters else notation.value_math
        yield from lines.steps(self.lines, given.env, values, wanted, math_of)

    def misconception(self, name: str) -> Misconception | None:
        """The misconception of that name, if there is one."""
        return next((m for m in self.misconceptions if m.name == name), None)

    @cached_property
    def distractors(self) -> tuple[Misconception, ...]:
        """The misconceptions whose values make options: its own."""
        return tuple(one for one in self.misconceptions if one not in COMMON.values())

    def wrong_values(self, given: Given, want: str, pairs: bool = False) -> dict[tuple[str, ...], Any]:
        """The wrong value of `want` by each misconception that changes it; with `pairs`, by two at once too.

        Those that are not worked in time are left out.
        """
        right = self.result_values(given).get(want)
        singles = [(one,) for one in self.misconceptions]
        doubles = combinations(self.misconceptions, 2) if pairs else ()
        found: dict[tuple[str, ...], Any] = {}
        with suppress(TooLongError), time_limit(TO_WORK):
            for group in [*singles, *doubles]:
                value = self.wrong_value(given, group, want)
                if value is not None and value != right:
                    found[tuple(one.name for one in group)] = value
        return found

    def wrong_value(self, given: Given, group: tuple[Misconception, ...], want: str) -> Any:
        """The value of `want` under these misconceptions together; None where that makes no sense.

        A given that was searched for is no result: no misconception is known to lead to it.
        """
        if want not in self.symbol_of_result:
            return None
        leading = self.symbols_behind.get(want)
        if leading is not None and any(one.formulas and leading.isdisjoint(one.formulas) for one in group):
            return None
        instead: dict[str, Expr] = {}
        for one in group:
            if instead.keys() & one.formulas.keys():
                return None
            instead |= one.instead
        try:
            if any(one.wrong or one.change for one in group):
                return None if instead else self._value_without_lines(given, group, want)
            if self.work is None and not given.letters:
                needed = self._needed_lines(want, group, instead)
                value = lines.evaluate(needed, given.env, instead=instead).get(self.symbol_of_result[want])
            else:
                value = self.result_values(given, instead).get(want)
        except (CnnquizError, ArithmeticError):
            return None
        return value if lines.plausible(value) else None

    def _needed_lines(self, want: str, group: tuple[Misconception, ...], instead: Mapping[str, Expr]) -> list[Line]:
        """The lines that lead to a result under these misconceptions, looked up once."""
        key = want, tuple(one.name for one in group)
        if key not in self._lines_by_group:
            self._lines_by_group[key] = lines.lines_towards(self.symbol_of_result[want], self.lines, instead)
        return self._lines_by_group[key]

    @cached_property
    def _lines_by_group(self) -> dict[tuple[str, tuple[str, ...]], list[Line]]:
        return {}

    def _value_without_lines(self, given: Given, group: tuple[Misconception, ...], want: str) -> Any:
        """The givens changed by one misconception after another, then worked: as usual, or by the one wrong rule."""
        rules = [one.wrong for one in group if one.wrong]
        env: dict[str, Any] | None = dict(self.values(given)) if want in self.result_values(given) else None
        for one in group:
            env = one.change(env) if one.change and env is not None else env
        if env is None or len(rules) > 1:
            return None
        return rules[0](env, want) if rules else self.work and self.work(env).get(want)

    @cached_property
    def symbols_behind(self) -> dict[str, set[str]]:
        """The symbols that lead to each result, where lines alone give it."""
        if self.work is not None:
            return {}
        return {r.name: lines.symbols_towards(r.symbol, self.lines) | {r.symbol} for r in self.results}


class ProseValues(Mapping[str, Any]):
    """The value of each name in prose, looked up when it is asked for.

    A value on the way that is the same along every axis reads as one number; a result keeps its axes.
    """

    __slots__ = ("calculator", "stated", "values_on_the_way")

    def __init__(self, calculator: Calculator, given: Given, values: dict[str, Any]) -> None:
        self.calculator, self.stated, self.values_on_the_way = calculator, given.stated, values

    def __getitem__(self, name: str) -> Any:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a name; a result's goes before a given's, and that before one on the way."""
        found = self.values_on_the_way.get(self.calculator.symbol_of_result.get(name, ""))
        if isinstance(found, list | tuple) and found and isinstance(found[0], dict):
            found = None  # a table, which no prose can hold: the given of that name is meant
        if found is None and name:
            quantity = self.calculator.prose_quantities.get(name)
            if quantity is None:
                found = self._on_the_way(name)
            else:
                found = self.stated.get(quantity.short, quantity.default)
                if found is None or found is REQUIRED:  # follows from another given, as the channels of 55x55x96
                    found = self._on_the_way(quantity.letter)
        return default if found is None else found

    def _on_the_way(self, name: str) -> Any:
        values = self.values_on_the_way
        symbols = [symbol for symbol in self.calculator.prose_lines.get(name, ()) if symbol in values]
        return lines.one(values.get(symbols[-1] if symbols else name))

    def __contains__(self, name: object) -> bool:
        return self.get(str(name)) is not None

    def __iter__(self) -> Iterator[str]:
        own = self.calculator
        names = (*self.values_on_the_way, *own.prose_lines, *own.prose_quantities, *own.symbol_of_result)
        return (name for name in dict.fromkeys(names) if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@lru_cache(maxsize=4096)
def _text_value(kind: Kind, raw: str) -> Any:
    """What a text says as a given of a kind: banks write the same few again and again."""
    return kind.read(raw)


_LETTERS = pattern(r"[A-Za-z]\w*")
_SHORT = pattern(r"[:;,(]| along each | on each ")


def _docstring_in_source(module: ModuleType) -> str:
    """The docstring where Python runs without them (PYTHONOPTIMIZE=2)."""
    import ast

    return ast.get_docstring(ast.parse(inspect.getsource(module))) or ""


def _letter_forms() -> ModuleType:
    from cnnquiz.mathematics import sympy_forms  # slow, and needed for letters alone

    return sympy_forms


def _display_values(results: Mapping[str, Any]) -> dict[str, Any]:
    """The results with formulas as mathematics and verdicts as they are."""
    return {n: v if isinstance(v, bool | str) else _letter_forms().math_of(v) for n, v in results.items()}


def _title_summary_source(docstring: str) -> tuple[str, str, str]:
    """Title, summary and source, as a calculator's docstring has them."""
    first, *paragraphs = docstring.split("\n\n")
    title, _, summary = first.partition(": ")
    sources = (" ".join(one.split()) for one in paragraphs if one.startswith("Source: "))
    return title, summary.removesuffix("."), next(sources, "").removeprefix("Source: ").removesuffix(".")
