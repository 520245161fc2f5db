"""From lines to values and steps: each formula in order, once for every axis that differs from the others."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics import notation
from cnnquiz.mathematics.expression import Call, Env, Evaluator, Expr, Name, Op, evaluator, names_in, parse
from cnnquiz.mathematics.expression import replace as with_names_replaced
from cnnquiz.mathematics.precise import exact
from cnnquiz.solution import NO_MATH, Math, Step, parts

_PLAIN = (int, Fraction, str)
AXIS_NAMES = {1: ("",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def _always(env: Env) -> bool:
    return True


@lru_cache(maxsize=1024)
def _condition(text: str) -> Evaluator:
    return evaluator(parse(text)) if text else _always


@lru_cache(maxsize=4096)
def _names_and_work(formula: Expr) -> tuple[tuple[str, ...], Evaluator]:
    """The names in a formula and what works it: looked up once, since hashing a formula walks through it."""
    return tuple(names_in(formula)), evaluator(formula)


class Line(Struct, frozen=True, eq=False):
    """One formula of a calculator.

    symbol    what it gives, as the formulas write it: o
    formula   over the givens and the lines before it
    title     what is done, in words; empty: the line is not shown, later lines show its formula in place
    why       one sentence: why it is done so
    name      its long name, for prose in banks: quotient
    axis      worked for each axis by itself
    when      a condition over the givens, under which the line belongs to the derivation: "dilated and not ceil"
    combines  the lines that the one formula shown before them takes in: o = floor((i + 2p - k)/s) + 1

    The names in the formula, what works it and what says whether it applies follow from these.
    """

    symbol: str
    formula: Expr
    title: str = ""
    why: str = ""
    name: str = ""
    axis: bool = False
    when: str = ""
    combines: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    work: Evaluator = _always
    applies: Evaluator = _always

    def __post_init__(self) -> None:
        names, work = _names_and_work(self.formula)
        force_setattr(self, "names", names)
        force_setattr(self, "work", work)
        force_setattr(self, "applies", _condition(self.when))


def line(symbol: str, formula: str, title: str = "", why: str = "", **more: Any) -> Line:
    """A line, its formula given as text."""
    return Line(symbol, parse(formula), title, why, **more)


def lines_when(condition: str, *lines: Line) -> tuple[Line, ...]:
    """The lines, each under this condition in addition to its own."""
    return tuple(replace(one, when=f"{condition} and ({one.when})" if one.when else condition) for one in lines)


def one(value: Any) -> Any:
    """A value that is the same along every axis as one number; others as they are."""
    return value[0] if isinstance(value, tuple) and value and len(set(value)) == 1 else value


def alike_axes(keys: Sequence[Hashable]) -> list[tuple[str, int]]:
    """Axes with the same key together: their names as a step's title has them, and the first of them.

    Where all are alike, the title needs none: [("", 0)]; otherwise [(" (height)", 0), (" (width)", 1)].
    """
    names, alike = AXIS_NAMES[len(keys)], dict[Hashable, list[int]]()
    for axis, key in enumerate(keys):
        alike.setdefault(key, []).append(axis)
    words = [" and ".join(names[axis] for axis in axes) for axes in alike.values()]
    return [(f" ({word})" if len(words) > 1 else "", axes[0]) for word, axes in zip(words, alike.values(), strict=True)]


def plausible(value: Any) -> bool:
    """Whether a person could have got this: numbers above zero."""
    return value is not None and all(isinstance(v, int | Fraction) and v > 0 for v in parts(value))


def evaluate(
    lines: Sequence[Line],
    env: Env,
    value: Callable[[Expr, Env], Any] | None = None,
    instead: Mapping[str, Expr] | None = None,
) -> dict[str, Any]:
    """The givens and the value of every line, by symbol; a line whose quantities are missing is left out.

    value    how an expression with letters is worked; without it, exactly
    instead  formulas that replace those of lines: a misconception
    """
    found = dict(env)
    axes = _axes(env)
    swap = instead or {}
    for one in lines:
        if one.when and not one.applies(found):
            continue
        formula = swap.get(one.symbol, one.formula)
        names, work = (one.names, one.work) if formula is one.formula else _names_and_work(formula)
        if None in map(found.get, names):
            continue
        if value is not None:
            work = partial(value, formula)
        try:
            found[one.symbol] = _per_axis(work, one.symbol, axes) if one.axis else exact(work(found))
        except (TypeError, ValueError, OverflowError) as fault:
            raise CnnquizError(f"{one.symbol} has no value with these givens: {fault}") from None
        if not one.axis:
            for axis in axes:
                axis[one.symbol] = found[one.symbol]
    return found


def _axes(env: Env) -> list[dict[str, Any]]:
    """One set of givens an axis; axes with the same givens share theirs, and are worked once."""
    count = env.get("axes", 1)
    own = {name: value for name, value in env.items() if isinstance(value, tuple) and len(value) == count}
    shared: dict[tuple[Any, ...], dict[str, Any]] = {}
    axes = []
    for key in zip(*own.values(), strict=True) if own else [()] * count:
        if key not in shared:
            shared[key] = {**env, **dict(zip(own, key, strict=True))}
        axes.append(shared[key])
    return axes


def _per_axis(work: Evaluator, symbol: str, axes: list[dict[str, Any]]) -> tuple[Any, ...]:
    done: dict[int, Any] = {}
    for axis in axes:
        if id(axis) not in done:
            axis[symbol] = done[id(axis)] = exact(work(axis))
    return tuple([done[id(axis)] for axis in axes])


def steps(
    lines: Sequence[Line],
    env: Env,
    values: Env,
    wanted: Iterable[tuple[str, str]],
    math_of: Callable[[Any], Math] = notation.value_math,
) -> Iterator[Step]:
    """The steps that lead to the wanted results (name, symbol), in order, each shown once."""
    active = [one for one in lines if one.symbol in values and one.applies(values)]
    shown: set[int] = set()
    for name, symbol in wanted:
        chain = [one for one in lines_towards(symbol, active) if id(one) not in shown]
        shown |= {id(one) for one in chain}
        yield from _chain_steps(name, chain, active, env, values, math_of)


def lines_towards(symbol: str, lines: Sequence[Line], instead: Mapping[str, Expr] | None = None) -> list[Line]:
    """The lines that lead to a symbol; `instead` has the formulas that replace those of lines."""
    needed = {symbol}
    chain = []
    for one in reversed(lines):
        if one.symbol in needed:
            chain.append(one)
            needed |= names_in((instead or {}).get(one.symbol, one.formula))
    return chain[::-1]


def symbols_towards(symbol: str, lines: Sequence[Line]) -> set[str]:
    """Every name that the chain of lines towards a symbol uses."""
    return set().union(*(names_in(one.formula) for one in lines_towards(symbol, lines)))


def _chain_steps(
    name: str, chain: Sequence[Line], active: Sequence[Line], env: Env, values: Env, math_of: Callable[[Any], Math]
) -> Iterator[Step]:
    along = [one for one in chain if one.axis]
    for where, axis in _axis_values(env, values, along):
        yield from _axis_steps(name, where, along, active, axis, math_of)
    for one in chain:
        if not one.axis and one.title:
            yield _step(name, one, active, values, values, math_of)


def _axis_values(env: Env, values: Env, along: Sequence[Line]) -> list[tuple[str, dict[str, Any]]]:
    """The values along each axis that has its own, with a word for the axis."""
    count = env.get("axes", 1)
    if not along:
        return []
    each = [
        {n: v[axis] if isinstance(v, tuple) and len(v) == count else v for n, v in values.items()}
        for axis in range(count)
    ]
    used = sorted(set().union(*(names_in(one.formula) for one in along)))
    keys = [tuple(axis[name] for name in used if name in axis) for axis in each]
    return [(where, each[axis]) for where, axis in alike_axes(keys)]


def _axis_steps(
    name: str, where: str, along: Sequence[Line], active: Sequence[Line], values: Env, math_of: Callable[[Any], Math]
) -> Iterator[Step]:
    last = next((one for one in along if one.combines), None)
    for one in along:
        if last is not None and one.symbol == last.combines[0]:
            formula = _compose(last.formula, [x for x in along if not x.title or x.symbol in last.combines])
            yield Step("Formula" + where, notation.math(formula, left=last.symbol), of=name)
            filled = notation.math(formula, _plain_values(values), left=last.symbol)
            yield Step("Substitution" + where, substituted=filled, of=name)
        if one.title:
            step = _step(name, one, active, values, values, math_of)
            yield Step(step.title + where, step.formula, step.substituted, step.value, step.why, name)


def _step(
    name: str, one: Line, active: Sequence[Line], values: Env, letters: Env, math_of: Callable[[Any], Math]
) -> Step:
    hidden = [line for line in active if not line.title and line.symbol != one.symbol]
    formula = notation.math(_compose(one.formula, hidden), letters=letters, left=one.symbol)
    if math_of is notation.value_math:
        filled = notation.math(one.formula, _plain_values(values))
    else:
        before = [line for line in active if line.symbol != one.symbol and line.axis == one.axis]
        filled = notation.math(_compose(one.formula, before), _plain_values(values), letters)
    value = math_of(values[one.symbol])
    bare = not isinstance(one.formula, Op) and filled.ascii == value.ascii
    return Step(one.title, formula, NO_MATH if bare else filled, value, _why(one, values), name)


def _why(one: Line, values: Env) -> str:
    """The line's reason; or that a rounding had nothing to round."""
    match one.formula:
        case Call("floor" | "ceil", (Name(inner),)) if isinstance(values.get(inner), int):
            return "It comes out whole: nothing to round."
    return one.why


def _plain_values(values: Env) -> dict[str, Any]:
    """What may be put in for a name: numbers and letters, not what sympy worked out of letters."""
    return {name: value for name, value in values.items() if all(isinstance(v, _PLAIN) for v in parts(value))}


@lru_cache(maxsize=1024)
def _compose_from(formula: Expr, inner: tuple[tuple[str, Expr], ...]) -> Expr:
    for symbol, expr in reversed(inner):
        if symbol in names_in(formula):
            formula = with_names_replaced(formula, {symbol: expr})
    return formula


def _compose(formula: Expr, lines: Sequence[Line]) -> Expr:
    """The formula with the lines before it put in place of their symbols."""
    return _compose_from(formula, tuple((one.symbol, one.formula) for one in lines))
