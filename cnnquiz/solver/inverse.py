"""Backwards: every whole-number solution within stated bounds, and why there are no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import product
from math import prod
from typing import Any

from cnnquiz.errors import CnnquizError, GivenError, NoLayerError
from cnnquiz.solution import Math, Step, text
from cnnquiz.solver.calculator import Calculator, Quantity
from cnnquiz.solver.lines import one, parts
from cnnquiz.solver.search import Found, Search, axes_of, stated

MOST_CASES = 200_000  # combinations that one search may try; about ten seconds
MOST_TOGETHER = 10_000  # solutions that differ from axis to axis


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
    search = stated(calculator, raw, unknown, targets, bounds or {})
    known = dict(search.stated)
    found, cases, nearest = _searched(search, known)
    solutions: list[dict[str, Any]] = list(found) or _apart(search, known)
    miss = None if solutions else nearest
    return Found(search, tuple(solutions), cases, miss, tuple(_steps(search, known, solutions, cases, miss)))


def _searched(
    search: Search, known: dict[str, Any]
) -> tuple[list[dict[str, int]], int, tuple[dict[str, int], Any] | None]:
    """All solutions; one unknown that only grows the result is halved towards, the others are tried one by one."""
    growing = next((q for q in search.unknown if q.monotonic and search.calculator.lines), None)
    others = [q for q in search.unknown if q is not growing]
    size = prod(search.bounds[q.short][1] - search.bounds[q.short][0] + 1 for q in others)
    if size > MOST_CASES:
        raise GivenError(
            f"{size:,} cases are more than the {MOST_CASES:,} that a search tries: narrow --bounds", "find"
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


def _apart(search: Search, known: dict[str, Any]) -> list[dict[str, Any]]:
    """Where no number fits all axes: the numbers that fit each axis by itself, put together in every way."""
    axes = axes_of(search.calculator, known, search.unknown)
    if axes in (None, 1) or search.result != "output_size" or ("p" in known and isinstance(known["p"], str)):
        return []
    env = search.calculator.given_from(known, [quantity.short for quantity in search.unknown]).env
    each: list[list[dict[str, int]]] = []
    for axis, wanted in enumerate(_spread(search.target, env["i"])):
        alone = {"in": (env["i"][axis],)}
        alone |= {name: (env[name][axis],) for name in ("k", "s", "p", "d", "op") if name in known}
        alone |= {name: known[name] for name in ("ceil", "strict") if name in known}
        each.append(_searched(replace(search, target=(wanted,)), alone)[0])
    if prod(map(len, each)) > MOST_TOGETHER:
        raise GivenError(f"{prod(map(len, each)):,} solutions differ from axis to axis: narrow --bounds", "find")
    return [
        {name: one(tuple(part[name] for part in together)) for name in together[0]}
        for together in product(*each)
        if together
    ]


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
        given = search.calculator.given_from({**known, **case})
        return search.calculator.result_values(given).get(search.result)
    except (CnnquizError, ArithmeticError):
        return None


def _steps(
    search: Search, known: dict[str, Any], solutions: list[dict[str, Any]], cases: int, nearest: Any
) -> Iterator[Step]:
    names = " and ".join(q.short for q in search.unknown)
    wanted = f"{search.result.replace('_', ' ')} = {text(search.target)}"
    yield Step("What is looked for", why=f"All {names} for which {wanted}.")
    if len(search.unknown) == 1:
        name = search.unknown[0].short
        with suppress(NoLayerError):
            env = search.calculator.given_from(known, [name]).env
            yield from search.calculator.inverse_steps(env, name, search.target)
    within = ", ".join(f"{name} from {low} to {high}" for name, (low, high) in search.bounds.items())
    growing = next((q.short for q in search.unknown if q.monotonic and search.calculator.lines), None)
    apart = any(isinstance(value, tuple) for solution in solutions for value in solution.values())
    fitting = f"{0 if apart else len(solutions)} of {cases:,} {'fits' if len(solutions) == 1 else 'fit'}"
    how = f"The result never shrinks as {growing} grows, so all its solutions lie side by side." if growing else ""
    yield Step("Every case", value=_words(fitting), why=f"Within {within}. {how}".strip())
    if apart:
        why = "No number fits all axes, so each axis is searched by itself."
        yield Step("Each axis by itself", value=_words(f"{len(solutions)} ways to put them together"), why=why)
    if not solutions:
        near = f"None of the cases makes a layer at all{_reason(search, known)}."
        if nearest:
            case = ", ".join(f"{n} = {v}" for n, v in nearest[0].items())
            near = f"The nearest is {case}, which gives {text(nearest[1])}."
        yield Step("No solution", value=_words("none"), why=near)


def _reason(search: Search, known: dict[str, Any]) -> str:
    """Why the largest of the cases makes no layer."""
    try:
        search.calculator.given_from({**known, **{name: high for name, (_, high) in search.bounds.items()}})
    except NoLayerError as fault:
        return f": {fault}"
    return ""


def _words(words: str) -> Math:
    return Math(words, words, r"\text{" + words + "}")
