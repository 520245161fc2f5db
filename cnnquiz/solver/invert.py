"""Backwards: every whole-number solution within stated bounds, and why there are no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import product
from math import prod
from typing import Any

from cnnquiz.model import CnnquizError, GivenError, NoLayerError
from cnnquiz.solver.calculator import Calculator, Quantity
from cnnquiz.solver.derive import parts
from cnnquiz.solver.givens import Letter, count, split_axes
from cnnquiz.solver.search import Found, Search
from cnnquiz.steps import Math, Step, text

MOST_CASES = 200_000  # combinations that one search may try; about ten seconds
WIDEST = 10**9  # the widest bounds of one unknown


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
    search = _stated(calculator, raw, unknown, targets, bounds or {})
    known = dict(search.stated)
    solutions, cases, nearest = _searched(search, known)
    miss = None if solutions else nearest
    return Found(search, tuple(solutions), cases, miss, tuple(_steps(search, known, solutions, cases, miss)))


def _stated(
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
        if quantity.search is None:
            able = ", ".join(q.short for q in calculator.quantities if q.search)
            raise GivenError(f"{quantity.short} cannot be searched for; these can: {able or 'none'}", quantity.short)
        if any(calculator.quantity(name) is quantity for name in raw):
            raise GivenError(f"{quantity.short} is given and searched for: leave one out", quantity.short)
    result, target = _target(calculator, targets)
    found = {q.short: _bound(q, bounds) for q in wanted}
    for name in bounds:
        if calculator.quantity(name).short not in found:
            raise GivenError(f"bounds are stated for {name}, which is not searched for", name)
    stated = calculator.stated(raw, without=[q.short for q in wanted])
    if any(isinstance(v, Letter) for value in stated.values() for v in parts(value)):
        raise GivenError("a search needs numbers: letters cannot stand beside --find")
    return Search(calculator, stated, wanted, found, result, target)


def _target(calculator: Calculator, targets: Mapping[str, Any]) -> tuple[str, Any]:
    if len(targets) != 1:
        able = ", ".join(f"--{r.short}" for r in calculator.results_declared if r.short)
        raise GivenError(f"a search needs exactly one known result: {able}", "out")
    name, raw = next(iter(targets.items()))
    for result in calculator.results_declared:
        if name.replace("-", "_") in (result.name, result.short):
            split = split_axes(raw)
            return result.name, count(raw) if split is None else tuple(map(count, split))
    raise GivenError(f"{calculator.name} has no result `{name[:40]}`", name[:40])


def _bound(quantity: Quantity, bounds: Mapping[str, Any]) -> tuple[int, int]:
    raw = bounds.get(quantity.short, bounds.get(quantity.name))
    if raw is None:
        assert quantity.search is not None
        return quantity.search
    ends = raw if isinstance(raw, list | tuple) else str(raw).split(":")
    if len(ends) != 2:
        raise GivenError(f"bounds of {quantity.short}: write them as in {quantity.short}=1:11", quantity.short)
    low, high = map(count, ends)
    if low > high or high - low > WIDEST:
        raise GivenError(f"bounds of {quantity.short}: {low} to {high} cannot be searched", quantity.short)
    return low, high


def _searched(
    search: Search, known: dict[str, Any]
) -> tuple[list[dict[str, int]], int, tuple[dict[str, int], Any] | None]:
    """All solutions; one unknown that only grows the result is halved towards, the others are tried one by one."""
    growing = next((q for q in search.unknown if q.grows and search.calculator.lines), None)
    others = [q for q in search.unknown if q is not growing]
    size = prod(search.bounds[q.short][1] - search.bounds[q.short][0] + 1 for q in others)
    if size > MOST_CASES:
        raise GivenError(
            f"that are {size:,} cases, more than the {MOST_CASES:,} that a search tries: narrow --bounds", "find"
        )
    solutions: list[dict[str, int]] = []
    nearest: tuple[int, dict[str, int], Any] | None = None
    for values in product(*(range(search.bounds[q.short][0], search.bounds[q.short][1] + 1) for q in others)):
        case = dict(zip((q.short for q in others), values, strict=True))
        for candidate, value, hit in _cases(search, known, case, growing):
            if hit:
                solutions.append({q.short: candidate[q.short] for q in search.unknown})
            elif value is not None and (nearest is None or _distance(value, search.target) < nearest[0]):
                nearest = (_distance(value, search.target), candidate, value)
    solutions.sort(key=lambda solution: tuple(solution.values()))
    cases = prod(high - low + 1 for low, high in search.bounds.values())
    return solutions, cases, (nearest[1], nearest[2]) if nearest else None


def _cases(
    search: Search, known: dict[str, Any], case: dict[str, int], growing: Quantity | None
) -> Iterator[tuple[dict[str, int], Any, bool]]:
    if growing is None:
        value = _value(search, known, case)
        yield case, value, value is not None and _equal(value, search.target)
        return
    name, (low, high) = growing.short, search.bounds[growing.short]
    loose = {**known, "strict": False} if "strict" in known else known  # sizes that do not divide lie in between
    first = _first(search, loose, case, name, low, high, reached=False)
    last = _first(search, loose, case, name, first, high, reached=True)
    if last - first > MOST_CASES:
        raise GivenError(f"{last - first:,} values of {name} are solutions: narrow them with --bounds", name)
    for number in range(max(low, first - 1), min(high, last) + 1):
        candidate = {**case, name: number}
        value = _value(search, known, candidate)
        yield candidate, value, value is not None and _equal(value, search.target)


def _first(
    search: Search, known: dict[str, Any], case: dict[str, int], name: str, low: int, high: int, reached: bool
) -> int:
    """The smallest number that reaches the target (or, with `reached`, passes it), by halving."""
    while low <= high:
        middle = (low + high) // 2
        value = _value(search, known, {**case, name: middle})
        if value is not None and _passes(value, search.target, reached):
            high = middle - 1
        else:
            low = middle + 1
    return low


def _passes(value: Any, target: Any, strictly: bool) -> bool:
    pairs = list(zip(parts(value), _spread(target, value), strict=False))
    return all(v >= t for v, t in pairs) and (not strictly or any(v > t for v, t in pairs))


def _spread(target: Any, value: Any) -> tuple[Any, ...]:
    axes, count = parts(target), len(parts(value))
    return axes[:1] * count if len(axes) == 1 or (count == 1 and len(set(axes)) == 1) else axes


def _equal(value: Any, target: Any) -> bool:
    return parts(value) == _spread(target, value)


def _distance(value: Any, target: Any) -> int:
    return sum(abs(v - t) for v, t in zip(parts(value), _spread(target, value), strict=False))


def _value(search: Search, known: dict[str, Any], case: Mapping[str, int]) -> Any:
    """The result with these numbers; None where they make no layer."""
    try:
        given = search.calculator.prepared({**known, **case})
        return search.calculator.results(given).get(search.result)
    except (CnnquizError, ArithmeticError):
        return None


def _steps(
    search: Search, known: dict[str, Any], solutions: list[dict[str, int]], cases: int, nearest: Any
) -> Iterator[Step]:
    names = " and ".join(q.short for q in search.unknown)
    wanted = f"{search.result.replace('_', ' ')} = {text(search.target)}"
    yield Step("What is looked for", why=f"All {names} for which {wanted}.")
    if len(search.unknown) == 1:
        name = search.unknown[0].short
        with suppress(NoLayerError):
            yield from search.calculator.undo(search.calculator.prepared(known, [name]).env, name, search.target)
    within = ", ".join(f"{name} from {low} to {high}" for name, (low, high) in search.bounds.items())
    growing = next((q.short for q in search.unknown if q.grows and search.calculator.lines), None)
    fitting = f"{len(solutions)} of {cases:,} {'fits' if len(solutions) == 1 else 'fit'}"
    how = f"The result never shrinks as {growing} grows, so all its solutions lie side by side." if growing else ""
    yield Step("Every case", value=_words(fitting), why=f"Within {within}. {how}".strip())
    if not solutions:
        near = f"None of the cases makes a layer at all{_reason(search, known)}."
        if nearest:
            case = ", ".join(f"{n} = {v}" for n, v in nearest[0].items())
            near = f"The nearest is {case}, which gives {text(nearest[1])}."
        yield Step("No solution", value=_words("none"), why=near)


def _reason(search: Search, known: dict[str, Any]) -> str:
    """Why the largest of the cases makes no layer."""
    try:
        search.calculator.prepared({**known, **{name: high for name, (_, high) in search.bounds.items()}})
    except NoLayerError as fault:
        return f": {fault}"
    return ""


def _words(words: str) -> Math:
    return Math(words, words, r"\text{" + words + "}")
