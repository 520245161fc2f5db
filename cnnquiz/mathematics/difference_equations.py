"""Difference equations such as y[n] = x[n] + 0.5*y[n-1]: read, run on a sequence, judged with letters, in steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement
from itertools import count as counting
from operator import mul
from typing import Any

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.analysis import number
from cnnquiz.mathematics.expression import (
    Expr,
    Name,
    Neg,
    Num,
    Op,
    evaluate,
    functions_in,
    parse,
    with_functions_renamed,
)
from cnnquiz.mathematics.functions import REAL_NAMES
from cnnquiz.mathematics.notation import chain, math, step, value_math
from cnnquiz.mathematics.precise import DIGITS, differ, limit_digits, rounded
from cnnquiz.mathematics.sympy_forms import from_sympy, symbolic, sympy_value
from cnnquiz.mathematics.time_limit import with_time_limit
from cnnquiz.solution import Step, Vector

FARTHEST = 1_000  # samples that an index may look back or ahead
_SAMPLE = re.compile(r"\b([xy])\s*\[([^\[\]]{1,60})\]")
_LEFT = re.compile(r"\s*y\s*\[\s*n\s*\]\s*=(.*)", re.DOTALL)
_IMPLIED = re.compile(r"(?<=[0-9n)])\s*(?=[xy]\s*\[)")


class System(Struct, frozen=True):
    """y[n] as an expression over samples: each name of a sample stands for x or y at an index."""

    text: str
    rule: Expr
    samples: Mapping[str, tuple[str, Expr]]

    @property
    def lead(self) -> int:
        """How many samples ahead of n the input is used; 0 for a causal system."""
        return max([0, *(-back for back in self._delays() if back is not None)])

    @property
    def has_step(self) -> bool:
        """Whether the unit step occurs."""
        return "u" in functions_in(self.rule)

    @property
    def is_causal(self) -> bool:
        """Whether no output looks ahead."""
        return all(back is not None and back >= 0 for back in self._delays())

    def _delays(self) -> list[int | None]:
        """How far back each sample of the input lies; None where that changes with n."""
        return [delay(index) for which, index in self.samples.values() if which == "x"]


def delay(index: Expr) -> int | None:
    """k where the index is n - k, otherwise None."""
    match index:
        case Name("n"):
            return 0
        case Op("-", Name("n"), Num(int() as back)):
            return back
        case Op("-", Name("n"), Neg(Num(int() as ahead))) | Op("+", Name("n"), Num(int() as ahead)):
            return -ahead
        case Op("+", Num(int() as ahead), Name("n")):
            return -ahead
    return None


def read(text: Any) -> System:
    """The system that a text spells; GivenError where it is none."""
    words = str(text)
    left = _LEFT.fullmatch(words)
    if left is None:
        raise GivenError("write the system as y[n] = ..., for example y[n] = x[n] + 0.5*y[n-1]", "equation")
    if words.count("[") != words.count("]") or words.count("(") != words.count(")"):
        raise GivenError("a bracket is not closed: write the system as in y[n] = x[n] + 0.5*y[n-1]", "equation")
    names: dict[str, tuple[str, Expr]] = {}
    fresh = counting()

    def sample_name(match: re.Match[str]) -> str:
        name = f"{match[1]}_{next(fresh)}"
        names[name] = (match[1], parse(match[2], ("n",), ()))
        return name

    body = _SAMPLE.sub(sample_name, _IMPLIED.sub("*", left[1]))
    rule = with_functions_renamed(parse(body, ("n", *names), REAL_NAMES | {"u"}), {"step": "u"})  # 1 at n = 0
    for which, index in names.values():
        _check(which, index)
    return System(" ".join(words.split()), rule, names)


def _check(which: str, index: Expr) -> None:
    back = delay(index)
    if which == "y" and (back is None or back < 1):
        raise GivenError("y may only be used at earlier places on the right: y[n-1], y[n-2], ...", "equation")
    if back is not None and abs(back) > FARTHEST:
        raise GivenError(f"an index reaches {abs(back)} places; at most {FARTHEST:,} are worked", "equation")


Past = Callable[[int, Mapping[int, Any]], Any]


def _past_output(at: int, y: Mapping[int, Any]) -> Any:
    """An earlier output; 0 before the first."""
    return y.get(at, 0)


def run(system: System, x: Callable[[int], Any], first: int, last: int, past: Past = _past_output) -> dict[int, Any]:
    """y[first] to y[last] for an input, at rest before `first`.

    past  what an earlier output is taken for; a misconception may take it for something else
    """
    y: dict[int, Any] = {}
    for n in range(first, last + 1):
        y[n] = limit_digits(number(system.rule, sample_values(system, n, x, y, past)))
    return y


def sample_values(
    system: System, n: int, x: Callable[[int], Any], y: Mapping[int, Any], past: Past = _past_output
) -> dict[str, Any]:
    """n and the samples of x and y that y[n] is made of, by their names in the rule."""
    found: dict[str, Any] = {"n": n}
    for name, (which, index) in system.samples.items():
        at = evaluate(index, {"n": n})
        found[name] = (x(at) if which == "x" else past(at, y)) if isinstance(at, int) else 0
    return found


def response(system: System, length: int, x: Callable[[int], Any] | None = None, past: Past = _past_output) -> Vector:
    """The output from n = 0 on, for an impulse or another input.

    What comes before n = 0 is worked too, where the system looks ahead.
    """
    y = run(system, x or impulse, -system.lead, length - 1, past)
    return Vector(rounded(y[n]) for n in range(length))


def from_samples(values: Mapping[int, Any]) -> Callable[[int], Any]:
    """The input that has these values and is 0 elsewhere."""
    return lambda n: values.get(n, 0)


def impulse(n: int) -> int:
    """delta[n]"""
    return int(n == 0)


@with_time_limit
def is_linear(system: System) -> bool:
    """Whether the rule is a sum of samples with factors free of them: superposition, with letters, by sympy."""
    import sympy

    a, b, n = sympy.symbols("a b n", real=True)
    first = {name: sympy.Symbol(f"{name}p", real=True) for name in system.samples}
    second = {name: sympy.Symbol(f"{name}q", real=True) for name in system.samples}
    both = {name: a * first[name] + b * second[name] for name in system.samples}
    whole, left, right = (symbolic(system.rule, {"n": n, **env}) for env in (both, first, second))
    return _vanishes(whole - a * left - b * right)


def _vanishes(found: Any) -> bool:
    """Whether a sympy expression is 0: multiplied out, or else simplified."""
    import sympy

    return bool(sympy.expand(found) == 0 or sympy.simplify(found) == 0)


@with_time_limit
def is_time_invariant(system: System) -> bool:
    """Whether n stands only in the indices, and there as n - k."""
    import sympy

    n = sympy.Symbol("n", real=True)
    env = {name: sympy.Symbol(name, real=True) for name in system.samples}
    rule = symbolic(system.rule, {"n": n, **env})
    used = [index for name, (_, index) in system.samples.items() if rule.has(env[name])]
    return _vanishes(rule.diff(n)) and all(delay(index) is not None for index in used)


_INPUTS: tuple[dict[int, Any], ...] = (
    {0: 1}, {1: 1}, {0: 1, 1: 2, 2: 3}, {0: -1, 2: 1}, {0: 2}, {0: Fraction(1, 2), 1: -3, 3: 1},
)  # fmt: skip
_EARLY: tuple[dict[int, Any], ...] = tuple({-at: 1} for at in range(1, 9))  # show what begins at n = 0: a unit step
_SPAN = 8


def _output(system: System, x: Mapping[int, Any]) -> list[Any]:
    """The output for these samples, from the first place on that can see them."""
    return list(run(system, from_samples(x), -system.lead, _SPAN).values())


def superposition_failure(system: System) -> tuple[dict[int, Any], dict[int, Any], list[Any], list[Any]] | None:
    """Two inputs, the output of their sum, and the sum of their outputs, where these differ."""
    outputs = [_output(system, x) for x in _INPUTS]
    for (p, yp), (q, yq) in combinations_with_replacement(zip(_INPUTS, outputs, strict=True), 2):
        whole = _output(system, {n: p.get(n, 0) + q.get(n, 0) for n in p.keys() | q.keys()})
        parts = [a + b for a, b in zip(yp, yq, strict=True)]
        if differ(whole, parts):
            return p, q, whole, parts
    return None


def shift_failure(system: System) -> tuple[dict[int, Any], int, list[Any], list[Any]] | None:
    """An input, a place n, and from there on the output of the input one later, and the output one later."""
    for x in (*_INPUTS, *_EARLY):
        first = min(0, *x) - system.lead - 1
        y = list(run(system, from_samples(x), first, _SPAN).values())
        late = list(run(system, from_samples({n + 1: v for n, v in x.items()}), first + 1, _SPAN + 1).values())
        if differ(late, y):
            skipped = -first - 1 if differ(late[-first - 1 :], y[-first - 1 :]) else 0
            return x, first + 1 + skipped, late[skipped:], y[skipped:]
    return None


def transfer_series(system: System, many: int) -> list[Any]:
    """The series of the transfer function in z^-1 by long division, each factor read off by setting one sample to 1."""
    top: dict[int, Any] = {}
    bottom: dict[int, Any] = {0: Fraction(1)}
    for name, (which, index) in system.samples.items():
        others = {other: int(other == name) for other in system.samples}
        weight, back = Fraction(number(system.rule, {"n": 0, **others})), delay(index) or 0
        if which == "x":
            top[back] = top.get(back, Fraction(0)) + weight
        else:
            bottom[back] = bottom.get(back, Fraction(0)) - weight
    h: list[Any] = []
    for n in range(many):
        h.append(top.get(n, Fraction(0)) - sum(bottom[k] * h[n - k] for k in bottom if 0 < k <= n))
    return h


def response_by_sympy(system: System, length: int) -> Vector:
    """The same response, each sample put into the rule in sympy's terms, exact or to 100 digits."""
    y: dict[int, Any] = {}
    for n in range(-system.lead, length):
        samples = {name: sympy_value(one) for name, one in sample_values(system, n, impulse, y).items()}
        found = symbolic(system.rule, samples)
        y[n] = limit_digits(Fraction(int(found.p), int(found.q))) if found.is_Rational else found.evalf(DIGITS)
    return Vector(from_sympy(sympy_value(y[n])) for n in range(length))


def counted_verdicts(system: System) -> dict[str, bool]:
    """The system as a matrix, whose columns are the outputs of impulses at other places, tried on other inputs.

    Linear: each output is the columns' sum. Time invariant: the output of an input moved is the output moved, for
    impulses too. Causal: walking through the places, no sample lies ahead.
    """
    moved, places, last = 3, range(-2, 4), 6
    first = places.start - system.lead
    numbers: list[dict[int, Any]] = [
        {at: Fraction((seed * (at + 20)) % 9 - 4, 2) for at in places} for seed in (2, 4, 5, 7)
    ]

    def output(x: Mapping[int, Any], by: int = 0) -> list[Any]:
        y = run(system, from_samples({at + by: one for at, one in x.items()}), first + by, last + by)
        return list(y.values())

    impulses: list[dict[int, Any]] = [{at: 1} for at in places]
    columns, outputs = list(map(output, impulses)), list(map(output, numbers))
    sums = [[sum(map(mul, x.values(), row)) for row in zip(*columns, strict=True)] for x in numbers]
    late = [output(x, moved) for x in [*impulses, *numbers]]
    linear = not any(map(differ, outputs, sums))
    invariant = not any(map(differ, late, [*columns, *outputs]))
    indices = [index for which, index in system.samples.values() if which == "x"]
    causal = all(evaluate(index, {"n": n}) <= n for index in indices for n in places)
    return {"linear": linear, "time_invariant": invariant, "lti": linear and invariant, "causal": causal}


def verdicts(system: System) -> tuple[bool, bool]:
    """Whether it is linear, and time invariant; GivenError where neither a proof nor a counterexample is found."""
    found = []
    tests = ((superposition_failure, is_linear, "linear"), (shift_failure, is_time_invariant, "time invariant"))
    for failure, proof, what in tests:
        found.append(failure(system) is None)
        if found[-1] and not proof(system):
            unknown = f"this system is neither proved {what} nor found otherwise"
            raise GivenError(f"{unknown}: try a plainer form", "equation")
    return found[0], found[1]


def response_steps(system: System, h: Sequence[Any]) -> Iterator[Step]:
    """The impulse put in, value after value, for the first values of the response."""
    y = run(system, impulse, -system.lead, len(h) - 1)
    for n, value in enumerate(h):
        put_in = {name: rounded(one) for name, one in sample_values(system, n, impulse, y).items()}
        why = "x is delta: 1 at n = 0 and 0 elsewhere; y is 0 before it starts." if n == 0 else ""
        left = system.text.replace("[n]", f"[{n}]", 1).split("=")[0].strip()
        yield step(f"h[{n}]", left, math(system.rule, put_in), value, why, "h")


def _text(x: Mapping[int, Any]) -> str:
    if min(x) < 0:
        return f"delta[n + {-min(x)}]"
    return value_math(Vector(x.get(n, 0) for n in range(max(x) + 1))).ascii


def linear_steps(system: System) -> Iterator[Step]:
    """Superposition proved, or two inputs for which it fails."""
    found = superposition_failure(system)
    if found is None:
        why = "Each sample stands alone with a factor free of x and y, so sums and factors pass through: linear."
        yield step("Superposition", "T(a*p + b*q) = a*T(p) + b*T(q)", why=why, of="linear")
        return
    p, q, *outputs = found
    whole, parts = (Vector(map(rounded, output)) for output in outputs)
    yield step(f"Add the outputs for {_text(p)} and {_text(q)}", "T(p) + T(q)", value=parts, of="linear")
    why = "The two differ, so superposition fails: not linear."
    yield step("Output for the sum", "T(p + q)", value=whole, why=why, of="linear")


def invariant_steps(system: System) -> Iterator[Step]:
    """A shift proved to pass through, or an input for which it does not."""
    found = shift_failure(system)
    if found is None:
        why = "n stands only in the indices, as n - k: a later input gives the same output, later."
        yield step("Shift", "x[n-1] -> y[n-1]", why=why, of="time_invariant")
        return
    x, start, late, same_later = found
    where = f", from n = {start} on" if start else ""
    many = max(3 + next(at for at, (a, b) in enumerate(zip(late, same_later, strict=True)) if a != b), 5)
    old, new = (
        chain("[", chain(*map(rounded, output[:many]), joint=", "), ", ...]") for output in (same_later, late)
    )
    yield step(f"Output for x = {_text(x)}, one later{where}", "y[n-1]", value=old, of="time_invariant")
    why = f"The shifted input should give the shifted output {old.ascii}, but gives {new.ascii}: time varying."
    title = f"Output for x one later, {_text({n + 1: number for n, number in x.items()})}{where}"
    yield step(title, "T(x[n-1])", value=new, why=why, of="time_invariant")
