"""The parts of an expression, as a tree: numbers, names, operations, calls; and what occurs in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Num:
    """A number, exact."""

    value: int | Fraction


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity by its name."""

    id: str


@dataclass(frozen=True, slots=True)
class Neg:
    """-operand"""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Op:
    """left symbol right, the symbol one of + - * / // % ** < <= > >= == != and or"""

    symbol: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Not:
    """not operand"""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Call:
    """function(arguments)"""

    function: str
    arguments: tuple[Expr, ...]


Expr = Num | Name | Neg | Not | Op | Call


def walk(expr: Expr) -> list[Expr]:
    """The expression and all its parts."""
    parts: list[Expr] = [expr]
    for part in parts:
        match part:
            case Neg(operand) | Not(operand):
                parts.append(operand)
            case Op(_, left, right):
                parts += (left, right)
            case Call(_, arguments):
                parts += arguments
    return parts


@lru_cache(maxsize=4096)
def names_in(expr: Expr) -> frozenset[str]:
    """The names of the quantities that occur."""
    return frozenset(part.id for part in walk(expr) if isinstance(part, Name))


def replace(expr: Expr, parts: Mapping[str, Expr]) -> Expr:
    """The expression with names replaced by expressions: how lines compose into one formula."""
    match expr:
        case Name(name):
            return parts.get(name, expr)
        case Neg(operand):
            return Neg(replace(operand, parts))
        case Not(operand):
            return Not(replace(operand, parts))
        case Op(symbol, left, right):
            return Op(symbol, replace(left, parts), replace(right, parts))
        case Call(function, arguments):
            return Call(function, tuple(replace(argument, parts) for argument in arguments))
    return expr
