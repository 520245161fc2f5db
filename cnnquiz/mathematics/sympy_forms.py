"""Formulas with letters: the same lines worked by sympy, simplified, and written in three spellings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics.expression import Call, Expr, Name, Neg, Not, Num, Op, shape
from cnnquiz.mathematics.notation import raised, value_math
from cnnquiz.solution import Math
from cnnquiz.solver.givens import Letter

Function = Callable[..., Any]


@lru_cache(maxsize=256)
def letter(name: str) -> Any:
    """The symbol of a letter: a whole number above zero."""
    from sympy import Symbol

    return Symbol(name, integer=True, positive=True)


def sympy_expr(expr: Expr, env: Mapping[str, Any], functions: Mapping[str, Function] | None = None) -> Any:
    """The expression as sympy has it, with these values (sympy's own among them) for its names.

    functions  sympy functions by name, beside floor, ceil, min, max, abs, prod and shape
    """
    known = _functions() | dict(functions or {})

    def walk(part: Expr) -> Any:
        match part:
            case Num(number):
                return sympy_value(number)
            case Name(name):
                return sympy_value(env[name])
            case Neg(operand):
                return -walk(operand)
            case Op(sign, left, right):
                return _apply(sign, walk(left), walk(right))
            case Call(function, arguments) if function in known:
                return known[function](*map(walk, arguments))
            case Call(function, _):
                raise CnnquizError(f"`{function}` cannot be worked with letters")
            case Not():
                raise CnnquizError("a condition cannot be worked with letters")

    return walk(expr)


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


@lru_cache(maxsize=1)
def _functions() -> dict[str, Function]:
    import sympy

    def product(*values: Any) -> Any:
        return sympy.Mul(*(axis for value in values for axis in (value if isinstance(value, tuple) else (value,))))

    return {
        "floor": sympy.floor, "ceil": sympy.ceiling, "min": sympy.Min, "max": sympy.Max, "abs": sympy.Abs,
        "prod": product, "shape": shape,
    }  # fmt: skip


def _apply(sign: str, left: Any, right: Any) -> Any:
    import sympy

    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            if right == 0:
                raise CnnquizError("division by zero")
            return left / right
        case "//":
            return sympy.floor(left / right)
        case "%":
            return sympy.Mod(left, right)
        case "**":
            return left**right
    raise CnnquizError(f"`{sign}` cannot be worked with letters")


def value(expr: Expr, env: Mapping[str, Any]) -> Any:
    """The value of an expression in which letters stand for numbers, simplified."""
    return simplified(sympy_expr(expr, env))


def simplified(found: Any) -> Any:
    """A sympy value in its plainest form: one fraction inside each rounding, factors multiplied out."""
    import sympy

    if isinstance(found, tuple):
        return tuple(simplified(axis) for axis in found)
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

    def ordered(printer: type) -> Any:
        def terms(self: Any, expr: Any, order: Any = None) -> list[Any]:
            found = printer._as_ordered_terms(self, expr, order=order)  # type: ignore[attr-defined]
            added = [term for term in found if not term.could_extract_minus_sign()]
            taken = [term for term in found if term.could_extract_minus_sign()]
            last = [term for term in added if term.is_Integer] if taken else []
            first = [term for term in added if term not in last]
            return [*first, *taken, *last] if first else [*last, *taken]

        return type(printer.__name__, (printer,), {"_as_ordered_terms": terms})()

    return ordered(StrPrinter), ordered(LatexPrinter)


def _factor(written: Math, found: Any) -> Math:
    """One axis of a shape, in brackets where it is a sum."""
    if getattr(found, "is_Add", False):
        return Math(f"({written.ascii})", f"({written.unicode})", rf"\left({written.latex}\right)")
    return written


def _unicode(words: str) -> str:
    """sympy's plain text with this field's signs: floor(x) as ⌊x⌋."""
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
    return raised(re.sub(r"(?<![\w.])(\d+)·(?=[^\W\d_](?!\w))", r"\1", "".join(out)))
