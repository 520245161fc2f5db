"""Formulas with letters: the same lines worked by sympy, simplified, and written in three spellings."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial, reduce
from math import comb
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics.analysis import number, parse, refuse_other_numbers
from cnnquiz.mathematics.expression import (
    Algebra,
    Call,
    Env,
    Evaluator,
    Expr,
    Letter,
    Neg,
    Num,
    Op,
    evaluator,
    names_in,
    walk,
)
from cnnquiz.mathematics.functions import FUNCTIONS
from cnnquiz.mathematics.notation import superscripts, value_math
from cnnquiz.mathematics.precise import exact, rounded
from cnnquiz.mathematics.time_limit import time_limit, with_time_limit
from cnnquiz.solution import Math

MOST_TERMS = 500  # of an expression that is multiplied out
_TO_SIMPLIFY = 0.5  # seconds


@lru_cache(maxsize=256)
def letter(name: str) -> Any:
    """The symbol of a letter: a whole number above zero."""
    from sympy import Symbol

    return Symbol(name, integer=True, positive=True)


def sympy_value(value: Any) -> Any:
    """A value as sympy has it: exact, letters as symbols, shapes axis by axis."""
    import sympy

    if isinstance(value, Letter):
        return letter(str(value))
    if isinstance(value, tuple):
        return tuple(sympy_value(axis) for axis in value)
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    if isinstance(value, bool):
        return value
    return sympy.Integer(value) if isinstance(value, int) else value


def sympy_expr(expr: Expr, env: Env) -> Any:
    """The expression as sympy has it, with these values (sympy's own among them) for its names."""
    return evaluator(expr, _LETTERS)(env)


def symbolic(expr: Expr, env: Env) -> Any:
    """The same with max, min, relu and the like written by |x|, so that sympy can expand and differentiate them."""
    _refuse_large(expr)
    return evaluator(expr, _SMOOTH)(env)


def value(expr: Expr, env: Env) -> Any:
    """The value of an expression in which letters stand for numbers, simplified."""
    found = simplify(sympy_expr(expr, env))
    return int(found) if getattr(found, "is_Integer", False) else found


def _sympy(name: str) -> Any:
    import sympy

    return getattr(sympy, name)


def _divide(left: Any, right: Any) -> Any:
    if right == 0:
        raise CnnquizError("division by zero")
    return left / right


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "**": operator.pow, "neg": operator.neg, "/": _divide,
    "//": lambda a, b: _sympy("floor")(a / b), "%": lambda a, b: _sympy("Mod")(a, b),
}  # fmt: skip


def _operation(symbol: str) -> Callable[..., Any]:
    if symbol not in _OPERATIONS:
        raise CnnquizError(f"`{symbol}` cannot be worked with letters")
    return _OPERATIONS[symbol]


def _function(name: str, by_formula: bool) -> Callable[..., Any]:
    """sympy's function of that name, or its formula worked by sympy; `by_formula`: the formula if there is one."""
    function = FUNCTIONS.get(name)
    if function is None or not (function.exact or by_formula):
        raise CnnquizError(f"`{name}` cannot be worked with letters")
    if function.formula and (by_formula or not function.sympy):
        formula = parse(function.formula, "x", "y")
        work = evaluator(formula, _SMOOTH)
        of_two = "y" in names_in(formula)
        found = partial(_of_many, work) if of_two else (lambda x: work({"x": x}))
        return refuse_other_numbers(name, found)
    return refuse_other_numbers(name, _sympy(function.sympy) if isinstance(function.sympy, str) else function.sympy)


def _of_many(work: Evaluator, *values: Any) -> Any:
    """A function of two numbers, of more: the first two, then the result and the next."""
    return reduce(lambda x, y: work({"x": x, "y": y}), values)


_LETTERS = Algebra(_operation, partial(_function, by_formula=False), sympy_value)
_SMOOTH = Algebra(_operation, partial(_function, by_formula=True), sympy_value)


_OWN_SLOPES = {"relu": "step(x)", "step": "0*x", "sign": "0*x", "floor": "0*x", "ceil": "0*x", "Phi": "phi(x)",
               "phi": "-x*phi(x)"}  # fmt: skip


@lru_cache(maxsize=16)
def _with_own_slope(name: str) -> Any:
    """A function that sympy does not look into: its slope at a corner is ours, and it keeps its name."""
    import sympy

    def fdiff(self: Any, argindex: int = 1) -> Any:
        return evaluator(parse(_OWN_SLOPES[name], "x"), _SLOPES)({"x": self.args[0]})

    return type(name, (sympy.Function,), {"fdiff": fdiff})


def _slope_function(name: str) -> Callable[..., Any]:
    return _with_own_slope(name) if name in _OWN_SLOPES else _function(name, by_formula=True)


_SLOPES = Algebra(_operation, _slope_function, sympy_value)


def from_sympy(found: Any) -> Any:
    """A sympy number as we show numbers: exact where it is a fraction, otherwise to 30 digits."""
    import sympy

    if found.is_Rational:
        return rounded(exact(Fraction(int(found.p), int(found.q))))
    digits = sympy.N(found, 60)
    if not digits.is_Float:
        raise CnnquizError("this has no real value here")
    return rounded(exact(Fraction(Decimal(str(digits)))))


@lru_cache(maxsize=256)
def derivative(expr: Expr, name: str) -> Expr:
    """The derivative by sympy, read back into our own language; in a plain form where one is found soon."""
    import sympy

    slope = _slope(expr, name)
    forms = [*_plain_forms(slope), slope]
    readable = [form for form in forms if not form.has(sympy.pi)] or forms[-1:]
    shortest = min(readable, key=lambda form: len(str(form)))
    try:
        return parse(re.sub(r"\bE\b", "e", str(shortest).replace("Abs(", "abs(")), name, *names_in(expr))
    except CnnquizError:
        raise CnnquizError("this derivative has no form in the functions known here: try a plainer J") from None


@with_time_limit
def _slope(expr: Expr, name: str) -> Any:
    """The derivative as sympy gives it."""
    import sympy

    symbols = {one: sympy.Symbol(one, real=True) for one in {name, *names_in(expr)}}
    _refuse_large(expr)
    return sympy.diff(evaluator(expr, _SLOPES)(symbols), symbols[name])


def _plain_forms(slope: Any) -> list[Any]:
    """The derivative simplified and multiplied out; nothing where that takes too long."""
    import sympy

    try:
        with time_limit("to simplify", _TO_SIMPLIFY):
            return [sympy.simplify(slope), sympy.expand(slope)]
    except CnnquizError:
        return []


def _refuse_large(expr: Expr) -> None:
    """Raise CnnquizError for an expression that would be too long when it is multiplied out, or has a huge number."""
    for part in walk(expr):
        if isinstance(part, Op) and part.symbol == "**" and not names_in(part):
            number(part, {})
    if _terms(expr) > MOST_TERMS:
        raise CnnquizError("multiplied out, the expression is too long: take smaller exponents")


def _terms(expr: Expr) -> int:
    """How many terms an expression has at most when it is multiplied out; a function counts as its longest argument."""
    match expr:
        case Neg(operand):
            return _terms(operand)
        case Op("+" | "-", left, right):
            return _terms(left) + _terms(right)
        case Op("**", base, Num(int() as exponent)):
            many = _terms(base)
            return 1 if many == 1 else min(comb(many + min(exponent, MOST_TERMS) - 1, many - 1), MOST_TERMS + 1)
        case Op(_, left, right):
            return min(_terms(left) * _terms(right), MOST_TERMS + 1)
        case Call(_, arguments) if arguments:
            return max(map(_terms, arguments))
    return 1


def simplify(found: Any) -> Any:
    """A sympy value in its plainest form: one fraction inside each rounding, factors multiplied out."""
    import sympy

    if isinstance(found, tuple):
        return tuple(simplify(axis) for axis in found)
    if not isinstance(found, sympy.Basic):
        return found
    return found.replace(
        lambda part: isinstance(part, sympy.floor | sympy.ceiling),
        lambda part: part.func(sympy.together(sympy.expand(part.args[0]))),
    )


def math_of(found: Any) -> Math:
    """A sympy value (or one without letters) in its three spellings."""
    if isinstance(found, bool | int | Fraction | str):
        return value_math(found)
    if isinstance(found, tuple):
        axes = [math_of(axis) for axis in found]
        if len(found) > 1:
            axes = [_factor(axis, inner) for axis, inner in zip(axes, found, strict=True)]
        return Math(
            " x ".join(axis.ascii for axis in axes),
            " × ".join(axis.unicode for axis in axes),
            r" \times ".join(axis.latex for axis in axes),
        )
    plain, latex = _printers()
    ascii_ = plain.doprint(found)
    for theirs, ours in (("**", "^"), ("ceiling(", "ceil("), ("Max(", "max("), ("Min(", "min("), ("Abs(", "abs(")):
        ascii_ = ascii_.replace(theirs, ours)
    return Math(ascii_, _unicode(ascii_), latex.doprint(found))


@lru_cache(maxsize=1)
def _printers() -> tuple[Any, Any]:
    """sympy's text and LaTeX printers, sums starting with what is added: n - k + 1, not -k + n + 1."""
    from sympy.printing.latex import LatexPrinter
    from sympy.printing.str import StrPrinter

    def sums_first(printer: type) -> Any:
        def terms(self: Any, expr: Any, order: Any = None) -> list[Any]:
            found = printer._as_ordered_terms(self, expr, order=order)  # type: ignore[attr-defined]
            added = [term for term in found if not term.could_extract_minus_sign()]
            taken = [term for term in found if term.could_extract_minus_sign()]
            last = [term for term in added if term.is_Integer] if taken else []
            first = [term for term in added if term not in last]
            return [*first, *taken, *last] if first else [*last, *taken]

        return type(printer.__name__, (printer,), {"_as_ordered_terms": terms, "_print_Exp1": lambda self, one: "e"})()

    return sums_first(StrPrinter), sums_first(LatexPrinter)


def _factor(written: Math, found: Any) -> Math:
    """One axis of a shape, in brackets where it is a sum."""
    if getattr(found, "is_Add", False):
        return Math(f"({written.ascii})", f"({written.unicode})", rf"\left({written.latex}\right)")
    return written


def _unicode(words: str) -> str:
    """sympy's plain text with this field's signs: floor(x) as ⌊x⌋."""
    words = re.sub(r"\bpi\b", "π", words.replace("sqrt(", "√("))
    out, closing, index = [], [], 0
    while index < len(words):
        for name, opening, end in (("floor(", "⌊", "⌋"), ("ceil(", "⌈", "⌉")):
            if words.startswith(name, index):
                out.append(opening)
                closing.append(end)
                index += len(name)
                break
        else:
            character = words[index]
            if character == "(":
                closing.append(")")
            out.append(closing.pop() if character == ")" else {"-": "−", "*": "·"}.get(character, character))
            index += 1
    return superscripts(re.sub(r"(?<![\w.])(\d+)·(?=[^\W\d_](?!\w))", r"\1", "".join(out)))
