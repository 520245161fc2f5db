"""The parts of a calculator's declaration: quantities, results, misconceptions; and the givens of one case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from typing import Any

from msgspec import Struct
from msgspec.structs import force_setattr

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.expression import Env, Expr, Letter, parse
from cnnquiz.mathematics.precise import rounded
from cnnquiz.solver.givens import Kind

REQUIRED = object()


class MissingError(GivenError):
    """Givens that are needed and not there, by their short names; the first of them is the `quantity`."""

    def __init__(self, missing: Sequence[Quantity]) -> None:
        self.names = tuple(quantity.short for quantity in missing)
        *others, last = self.names
        one = f"{last} is missing: {missing[-1].meaning}"
        super().__init__(f"{', '.join(others)} and {last} are missing" if others else one, self.names[0])


class NoPartError(GivenError):
    """A given that is stated although nothing in the case reads it; `quantity` is its short name."""

    def __init__(self, quantity: Quantity) -> None:
        short, needs = quantity.short, quantity.only.words if quantity.only else "elsewhere"
        super().__init__(f"{short}: it takes no part here, only {needs}: leave it out", short)


class Case(Struct, frozen=True):
    """The cases in which a given takes part: in words, as in "with method momentum", and over the prepared givens.

    A line of such a case reads it, or a result, a convention or a misconception does.
    """

    words: str
    holds: Callable[[Env], Any]


def where(name: str, *words: str) -> Case:
    """The cases in which another given has one of these words; without words, in which it is known."""
    if not words:
        return Case(f"where {name} is given", lambda env: env[name] is not None)
    return Case(f"with {name} {' or '.join(words)}", lambda env: env[name] in words)


class Quantity(Struct, frozen=True):
    """What may be given: one size, number, word or list.

    short       as the course writes it, and as a bank and the command line take it: k
    name        PyTorch's name, also taken: kernel_size
    kind        how it is read (see `givens`)
    meaning     one line of help
    default     its value when it is not given; REQUIRED: it must be given; None: it may be missing
    search      the bounds within which `--find` looks for it, both reached; None: it is not searched for
    positional  may stand on the command line without its name: `solve net vgg16`
    symbol      its letter in the formulas, where that is not its short name: C for channels
                (of several quantities with one symbol, the first that is given has it)
    only        the cases in which it takes part; None: in all. Where it takes none, it must not be stated
    """

    short: str
    name: str
    kind: Kind
    meaning: str
    default: Any = REQUIRED
    search: tuple[int, int] | None = None
    positional: bool = False
    symbol: str = ""
    only: Case | None = None

    @property
    def letter(self) -> str:
        """What stands for it in the formulas."""
        return self.symbol or self.short


class Result(Struct, frozen=True):
    """One result: its name, its meaning, and whether a reader came for it.

    short   how `--find` names its target on the command line: --out
    label   how a reader sees it called; without one, its name with blanks
    symbol  the symbol of the line that gives it, where that is not its name
    grows_with  the givens with which it never gets smaller, while what is invalid is too small: a search may then
                halve its way to them
    """

    name: str
    meaning: str
    answer: bool = False
    short: str = ""
    label: str = ""
    symbol: str = ""
    grows_with: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        force_setattr(self, "symbol", self.symbol or self.name)


class Misconception(Struct, frozen=True):
    """A wrong rule that people really use: its name, what to say, and what it puts in place of which line.

    formulas wrong formulas by the symbol of the line that they replace, as text: they are read when they are needed
    wrong    where there are no such lines: the wrong value of a result, from the givens with the right values, and
             the result's name; None: it does not change that result
    change   or other givens, which are then worked as usual or by another misconception's `wrong`, so that it goes
             together with others; None: it does not apply here
    """

    name: str
    say: str
    formulas: Mapping[str, str] = {}
    wrong: Callable[[Env, str], Any] | None = None
    change: Callable[[Env], dict[str, Any] | None] | None = None

    @property
    def instead(self) -> dict[str, Expr]:
        """The wrong formulas, read."""
        return {symbol: _formula(rule) for symbol, rule in self.formulas.items()}


@lru_cache(maxsize=1024)
def _formula(text: str) -> Expr:
    return parse(text)


Rules = Mapping[str, Callable[[Env], Any]]


def misconception(
    name: str,
    say: str,
    *,
    wrong: Callable[[Env], Mapping[str, Any]] | None = None,
    change: Callable[[Env], dict[str, Any] | None] | None = None,
    where: Mapping[str, Sequence[Any]] | None = None,
    **rules: str | Callable[[Env], Any],
) -> Misconception:
    """A misconception, as a calculator declares it.

    wrong  several wrong results at once, by name, from the givens and the right values
    where  the words of givens for which alone a wrong result is one: {"loss": ("mse", "mae")}
    rules  a text is a formula in place of a line: m="ceil(q)"; a function gives one wrong result
    """
    formulas = {symbol: rule for symbol, rule in rules.items() if isinstance(rule, str)}
    functions = {result: rule for result, rule in rules.items() if not isinstance(rule, str)}
    by = partial(_wrong_value, wrong or functions, where or {}) if wrong or functions else None
    return Misconception(name, say, formulas, by, change)


def _wrong_value(
    rules: Rules | Callable[[Env], Mapping[str, Any]], where: Mapping[str, Sequence[Any]], env: Env, want: str
) -> Any:
    if any(env[given] not in words for given, words in where.items()):
        return None
    if callable(rules):
        return rules(env).get(want)
    return rounded(rules[want](env)) if want in rules else None


class Given(Struct, frozen=True, eq=False, dict=True):
    """Givens that have been read: as stated (for people and JSON) and as prepared (for the formulas).

    `values` holds what the formulas give, once `Calculator.values` has worked them, and `counts` what is counted.
    """

    stated: dict[str, Any]
    env: dict[str, Any]
    values: dict[str, Any] = {}
    counts: dict[str, Any] = {}

    @cached_property
    def letters(self) -> bool:
        """Whether a letter stands for a number somewhere."""
        for value in self.env.values():
            if type(value) is Letter or (isinstance(value, tuple) and any(type(part) is Letter for part in value)):
                return True
        return False
