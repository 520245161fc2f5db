"""Backwards: every whole-number solution within stated bounds, and why there are no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import product
from math import prod
from typing import Any

from cnnquiz.errors import CnnquizError, GivenError, NoLayerError
from cnnquiz.mathematics.expression import Letter
from cnnquiz.mathematics.time_limit import with_time_limit
from cnnquiz.solution import Math, Solution, Step, jsonable, parts, step_as_json, text
from cnnquiz.solver import lines
from cnnquiz.solver.calculator import Calculator, Quantity
from cnnquiz.solver.declaration import MissingError, NoPartError
from cnnquiz.solver.givens import count, split_axes
from cnnquiz.solver.lines import one

WIDEST = 10**9  # the widest bounds of one unknown
SMALL = 64  # combinations that are all tried too, where halving has found the solutions
MOST_CASES = 100_000  # combinations that one search may try
MOST_SOLUTIONS = 10_000

Case = dict[str, int]  # a number for each unknown
Miss = tuple[int, Case, Any]  # how far a case is from the target, the case, and its value


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: the unknown givens with their bounds, and the value that a result must take."""

    calculator: Calculator
    known: Mapping[str, Any]
    unknown: tuple[Quantity, ...]
    bounds: Mapping[str, tuple[int, int]]
    result: str
    target: Any
    assumed: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The unknown givens by their short names."""
        return [quantity.short for quantity in self.unknown]

    @property
    def growth_quantity(self) -> Quantity | None:
        """The unknown with which the result never gets smaller, so that it can be found by halving."""
        found = next(result for result in self.calculator.results if result.name == self.result)
        return next((q for q in self.unknown if q.short in found.grows_with), None)

    @property
    def cases(self) -> int:
        """How many combinations of the unknowns lie within the bounds."""
        return prod(high - low + 1 for low, high in self.bounds.values())

    def value(self, case: Mapping[str, int]) -> Any:
        """The result with these numbers; None where they make no layer."""
        try:
            given = self.calculator.with_defaults({**self.known, **case})
            found = self.calculator.result_values(given).get(self.result)
        except (CnnquizError, ArithmeticError):
            return None
        if found is not None and not all(isinstance(number, int | Fraction) for number in parts(found)):
            raise GivenError(f"{self.result} is no number: it cannot be searched for", self.result)
        return found

    def target_like(self, value: Any) -> tuple[Any, ...]:
        """The target with as many axes as the value, where one number is meant for all."""
        axes, count = parts(self.target), len(parts(value))
        return axes[:1] * count if len(axes) == 1 or (count == 1 and len(set(axes)) == 1) else axes

    def distance(self, value: Any) -> int:
        """How far the value is from the target, all axes together."""
        return sum(abs(v - t) for v, t in zip(parts(value), self.target_like(value), strict=False))

    def passes(self, value: Any, strictly: bool) -> bool:
        """Whether the value reaches the target along every axis; `strictly`: and exceeds it along one."""
        pairs = list(zip(parts(value), self.target_like(value), strict=False))
        return all(v >= t for v, t in pairs) and (not strictly or any(v > t for v, t in pairs))

    def axes(self) -> int | None:
        """The number of axes, where the known givens say it."""
        env = None if "in" in self.names else self.env()
        return env.get("axes") if env else None

    def env_of_a_case(self) -> Mapping[str, Any] | None:
        """The givens of one of the cases as the formulas use them; None where no corner of the bounds makes a layer."""
        for corner in product(*({low, high} for low, high in self.bounds.values())):
            with suppress(CnnquizError):
                return self.calculator.with_defaults({**self.known, **dict(zip(self.names, corner, strict=True))}).env
        return None

    def env(self) -> Mapping[str, Any] | None:
        """The known givens as the formulas use them; None where they say nothing without the unknown ones."""
        with suppress(CnnquizError):
            return self.calculator.with_defaults(self.known, self.names).env
        return None


@dataclass(frozen=True, slots=True)
class Found:
    """All solutions within the bounds, and the steps that say how they were found."""

    search: Search
    solutions: tuple[dict[str, Any], ...]
    nearest: Miss | None
    steps: tuple[Step, ...]

    def as_json(self, steps: bool = True) -> dict[str, Any]:
        """The JSON contract's object for a search."""
        search = self.search
        body: dict[str, Any] = {
            "calculator": search.calculator.name,
            "given": jsonable(dict(search.known)),
            "find": search.names,
            "target": {search.result: jsonable(search.target)},
            "bounds": {name: list(bound) for name, bound in search.bounds.items()},
            "solutions": jsonable(self.solutions),
            "complete": True,
        }
        if search.assumed:
            body["assumed"] = list(search.assumed)
        if self.nearest:
            body["nearest"] = {**self.nearest[1], search.result: jsonable(self.nearest[2])}
        if steps:
            body["steps"] = list(map(step_as_json, self.steps))
        return body

    def as_solution(self) -> Solution:
        """The search as a solution, to be shown like any other."""
        search, names = self.search, ", ".join(self.search.names)
        sets = [", ".join(f"{name} = {text(value)}" for name, value in one.items()) for one in self.solutions]
        return Solution(
            calculator=search.calculator.name,
            title=f"{search.calculator.title}, backwards",
            given={**search.known, search.result.replace("_", " "): search.target},
            results={names: "; ".join(sets) or "no solution"},
            steps=self.steps,
            conventions={"search": "all whole numbers within the bounds; one for all axes, where such fit"},
            answer=(names,),
            assumed=search.assumed,
        )


def find(
    calculator: Calculator,
    raw: Mapping[str, Any],
    unknown: Sequence[str],
    targets: Mapping[str, Any],
    bounds: Mapping[str, Any] | None = None,
) -> Found:
    """Every solution.

    raw      the givens that are known, as `Calculator.read` takes them
    unknown  the short names of those that are not
    targets  the one result that is known, by its name or its short name
    bounds   bounds of the unknown ones where they differ from the declared: "1:11" or [1, 11]

    Raises GivenError where the search cannot be stated, or would be too large.
    """
    search = _read_search(calculator, raw, unknown, targets, bounds or {})
    return _found(search)


@partial(with_time_limit, what="to search: narrow --bounds")
def _found(search: Search) -> Found:
    """The solutions, the nearest miss and the steps."""
    solutions, nearest = _solutions(search)
    if case := next(iter(solutions), nearest and nearest[1]):
        _refuse_idle(search, case)
    each: list[dict[str, Any]] = [*solutions] or _solutions_apart(search)
    miss = None if each else nearest
    return Found(search, tuple(each), miss, tuple(_steps(search, each, miss)))


def _refuse_idle(search: Search, case: Case) -> None:
    """Refuse a given that takes no part, known or searched for."""
    try:
        search.calculator.refuse_idle(search.calculator.with_defaults({**search.known, **case}))
    except NoPartError as fault:
        if fault.quantity not in search.names:
            raise
        only = str(fault).partition(", only ")[2].partition(":")[0]
        raise GivenError(f"{fault.quantity} cannot be searched for here, only {only}", fault.quantity) from None


# -- what is asked ------------------------------------------------------------------------------------


def _read_search(
    calculator: Calculator,
    raw: Mapping[str, Any],
    unknown: Sequence[str],
    targets: Mapping[str, Any],
    bounds: Mapping[str, Any],
) -> Search:
    if not unknown:
        raise GivenError("find names nothing to look for: --find s,p", "find")
    wanted = tuple(calculator.quantity(name) for name in unknown)
    for quantity in wanted:
        if sum(one is quantity for one in wanted) > 1:
            raise GivenError(f"{quantity.short} is searched for twice: leave one out", "find")
        if quantity.search is None:
            able = ", ".join(q.short for q in calculator.quantities if q.search)
            raise GivenError(f"{quantity.short} cannot be searched for; these can: {able or 'none'}", quantity.short)
        if any(calculator.quantity(name) is quantity for name in raw):
            raise GivenError(f"{quantity.short} is given and searched for: leave one out", quantity.short)
    result, target = _read_target(calculator, targets)
    stated: dict[str, Any] = {}
    for name, bound in bounds.items():
        short = calculator.quantity(name).short
        if short in stated:
            raise GivenError(f"bounds of {short} are stated twice: leave one out", short)
        if short not in (quantity.short for quantity in wanted):
            raise GivenError(f"bounds are stated for {name}, which is not searched for", name)
        stated[short] = bound
    found = {quantity.short: _read_bounds(quantity, stated.get(quantity.short)) for quantity in wanted}
    known = calculator.read_values(raw, without=found)
    if any(isinstance(v, Letter) for value in known.values() for v in parts(value)):
        raise GivenError("a search needs numbers: letters cannot stand beside --find")
    search = _with_square_input(Search(calculator, known, wanted, found, result, target))
    return _with_what_is_missing(replace(search, result="output_shape") if _means_shape(search) else search)


def _with_square_input(search: Search) -> Search:
    """The search with the input as square as its target, where both sides and channels are known of that alone."""
    size, target = search.known.get("in"), parts(search.target)
    sized = search.result in ("output_size", "output_shape") and len(target) == 3 and target[0] == target[1]
    if sized and isinstance(size, int) and search.axes() == 1:
        assumed = f"{size} is the side of a square: {size}x{size}"
        return replace(search, known={**search.known, "in": (size, size)}, assumed=(assumed,))
    return search


def _with_what_is_missing(search: Search) -> Search:
    """The search with the channels that the target shape alone gives; GivenError where the result needs other givens.

    A convolution's filters, and a pool's channels, are the channels of its output.
    """
    env, calculator, target = search.env_of_a_case(), search.calculator, parts(search.target)
    if env is None:
        return search
    symbol = next(result.symbol for result in calculator.results if result.name == search.result)
    active = [one for one in calculator.lines if one.applies(env)]
    needed = lines.symbols_towards(symbol, active) - {one.symbol for one in active}
    unknown = [q for q in calculator.quantities if q.letter in needed and env.get(q.letter) is None]
    missing = list({q.letter: q for q in reversed(unknown)}.values())[::-1]
    if not missing:
        return search
    if search.result == "output_shape" and len(missing) == 1 and len(target) == env["axes"] + 1:
        made = target[0 if env["channels_first"] else -1]
        name = missing[0].short
        return replace(
            search,
            known={**search.known, name: made},
            assumed=(*search.assumed, f"{made} {name}, the channels of the output"),
        )
    raise MissingError(missing)


def _means_shape(search: Search) -> bool:
    """Whether a size names the channels too, and so means the output's shape; refuses any other number of axes."""
    axes, target = search.axes(), parts(search.target)
    if search.result != "output_size" or axes is None or len(target) in (1, axes):
        return False
    if axes == 1 and len(set(target)) == 1:
        return False
    if len(target) == axes + 1 and "output_shape" in search.calculator.result_names:
        return True
    raise GivenError(f"out: {text(target)} has {len(target)} numbers for {axes} axes", "out")


def _read_target(calculator: Calculator, targets: Mapping[str, Any]) -> tuple[str, Any]:
    shorts = [result.short for result in calculator.results if result.short]
    if len(targets) != 1:
        able = ", ".join(f"--{short}" for short in shorts)
        raise GivenError(f"a search needs exactly one known result: {able}", "out")
    name, raw = next(iter(targets.items()))
    if name == "out" and "out" not in shorts and shorts:
        name = shorts[0]  # the result that the calculator is for
    for result in calculator.results:
        if name.replace("-", "_") in (result.name, result.short.replace("-", "_")):
            split = split_axes(raw)
            return result.name, count(raw) if split is None else tuple(map(count, split))
    raise GivenError(f"{calculator.name} has no result `{name[:40]}`", name[:40])


def _read_bounds(quantity: Quantity, raw: Any) -> tuple[int, int]:
    if raw is None:
        assert quantity.search is not None
        return quantity.search
    ends = raw if isinstance(raw, list | tuple) else str(raw).split(":")
    try:
        low, high = map(count, ends)
    except GivenError as fault:
        raise GivenError(f"bounds of {quantity.short}: {fault}", quantity.short) from None
    except ValueError:
        how = f"write them as in {quantity.short}=1:11"
        raise GivenError(f"bounds of {quantity.short}: {how}", quantity.short) from None
    if low > high or high - low > WIDEST:
        raise GivenError(f"bounds of {quantity.short}: {low} to {high} cannot be searched", quantity.short)
    return low, high


# -- what is found ------------------------------------------------------------------------------------


def _solutions(search: Search) -> tuple[list[Case], Miss | None]:
    """All solutions, and the nearest miss: the growing unknown found by halving, the others tried one by one."""
    others = [name for name in search.names if search.growth_quantity is None or name != search.growth_quantity.short]
    ranges = [range(search.bounds[name][0], search.bounds[name][1] + 1) for name in others]
    if (size := prod(map(len, ranges))) > MOST_CASES:
        raise GivenError(
            f"{size:,} cases are more than the {MOST_CASES:,} that a search tries: narrow --bounds", "find"
        )
    solutions: list[Case] = []
    nearest: Miss | None = None
    left = MOST_CASES + 2
    for values in product(*ranges):
        for case in _candidates(search, dict(zip(others, values, strict=True)), left):
            left -= 1
            if len(solutions) > MOST_SOLUTIONS:
                raise GivenError(f"more than {MOST_SOLUTIONS:,} solutions: narrow --bounds", "find")
            value = search.value(case)
            if value is not None and parts(value) == search.target_like(value):
                solutions.append({name: case[name] for name in search.names})
            elif value is not None and (nearest is None or search.distance(value) < nearest[0]):
                nearest = (search.distance(value), case, value)
    if search.growth_quantity is not None and search.cases <= SMALL:
        solutions = _every_solution(search)
    return sorted(solutions, key=lambda solution: tuple(solution.values())), nearest


def _every_solution(search: Search) -> list[Case]:
    """All solutions by trying every case."""
    ranges = [range(low, high + 1) for low, high in search.bounds.values()]
    cases = [dict(zip(search.bounds, values, strict=True)) for values in product(*ranges)]
    found = [(case, search.value(case)) for case in cases]
    return [case for case, value in found if value is not None and parts(value) == search.target_like(value)]


def _candidates(search: Search, case: Case, left: int) -> Iterator[Case]:
    """The case with those values of the growing unknown, if there is one, that may be solutions or nearest to one.

    left  how many more cases the search may try
    """
    if search.growth_quantity is None:
        yield case
        return
    name = search.growth_quantity.short
    low, high = search.bounds[name]
    if _lenient(search).value({**case, name: high}) is None:  # what is invalid is not only what is too small
        yield from ({**case, name: number} for number in _few(name, range(low, high + 1), left))
        return
    first = _first(search, case, name, low, high, passed=False)
    last = _first(search, case, name, first, high, passed=True)
    for number in _few(name, range(max(low, first - 1), min(high, last) + 1), left):
        yield {**case, name: number}


def _few(name: str, values: range, left: int) -> range:
    """The values to be tried; GivenError where they are more than are left to the search."""
    if len(values) > left:
        raise GivenError(f"{len(values):,} values of {name} are left to try: narrow them with --bounds", name)
    return values


def _lenient(search: Search) -> Search:
    """The search with sizes that do not divide rounded: those of a strict layer lie in between."""
    return replace(search, known={**search.known, "strict": False}) if "strict" in search.known else search


def _first(search: Search, case: Case, name: str, low: int, high: int, passed: bool) -> int:
    """The smallest number with which the result reaches the target (or, with `passed`, exceeds it), by halving."""
    search = _lenient(search)
    while low <= high:
        middle = (low + high) // 2
        value = search.value({**case, name: middle})
        if value is not None and search.passes(value, strictly=passed):
            high = middle - 1
        else:
            low = middle + 1
    return low


def _solutions_apart(search: Search) -> list[dict[str, Any]]:
    """Where no number fits all axes: the numbers that fit each axis by itself, put together in every way."""
    known, axes = search.known, search.axes()
    if axes in (None, 1) or search.result != "output_size" or isinstance(known.get("p"), str):
        return []
    env = search.calculator.with_defaults(known, search.names).env
    each: list[list[Case]] = []
    for axis, target in enumerate(search.target_like(env["i"])):
        alone = {"in": (env["i"][axis],)}
        alone |= {name: (env[name][axis],) for name in ("k", "s", "p", "d", "op") if name in known}
        alone |= {name: known[name] for name in ("ceil", "strict") if name in known}
        each.append(_solutions(replace(search, known=alone, target=(target,)))[0])
    if prod(map(len, each)) > MOST_SOLUTIONS:
        raise GivenError(f"{prod(map(len, each)):,} solutions differ from axis to axis: narrow --bounds", "find")
    return [
        {name: one(tuple(part[name] for part in together)) for name in together[0]}
        for together in product(*each)
        if together
    ]


# -- how it was found ---------------------------------------------------------------------------------


def _steps(search: Search, solutions: list[dict[str, Any]], nearest: Miss | None) -> Iterator[Step]:
    calculator, names = search.calculator, search.names
    wanted = f"{search.result.replace('_', ' ')} = {text(search.target)}"
    yield Step("What is looked for", why=f"All {' and '.join(names)} for which {wanted}.")
    if len(names) == 1 and (env := search.env()) is not None:
        yield from calculator.inverse_steps(env, names[0], search.target)
    within = ", ".join(f"{name} from {low} to {high}" for name, (low, high) in search.bounds.items())
    apart = any(isinstance(value, tuple) for solution in solutions for value in solution.values())
    fitting = f"{0 if apart else len(solutions)} of {search.cases:,} {'fits' if len(solutions) == 1 else 'fit'}"
    growing = search.growth_quantity.short if search.growth_quantity else ""
    how = f"The result never shrinks as {growing} grows, so all its solutions lie side by side." if growing else ""
    yield Step("Every case", value=_words(fitting), why=f"Within {within}. {how}".strip())
    if apart:
        why = "No number fits all axes, so each axis is searched by itself."
        yield Step("Each axis by itself", value=_words(f"{len(solutions)} ways to put them together"), why=why)
    if not solutions:
        near = f"None of the cases makes a layer at all{_reason(search)}."
        if nearest:
            case = ", ".join(f"{name} = {number}" for name, number in nearest[1].items())
            near = f"The nearest is {case}, which gives {text(nearest[2])}."
        yield Step("No solution", value=_words("none"), why=near)


def _reason(search: Search) -> str:
    """Why the largest of the cases makes no layer."""
    try:
        search.calculator.with_defaults({**search.known, **{name: high for name, (_, high) in search.bounds.items()}})
    except NoLayerError as fault:
        return f": {fault}"
    return ""


def _words(words: str) -> Math:
    return Math(words, words, r"\text{" + words + "}")
