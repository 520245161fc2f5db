"""Operators of Python on the values of a followed program, each within bounds."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from cnnquiz.interpreter import functions
from cnnquiz.interpreter.values import (
    LARGEST,
    LONGEST,
    Class,
    Container,
    Dotted,
    Function,
    Module,
    Opaque,
    Tensor,
    Unreadable,
)

SCALARS = (int, float, str, type(None), bool)
_NUMBERS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.BitOr: operator.or_, ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor, ast.Pow: operator.pow, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
}  # fmt: skip
_ORDER: dict[type, Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


def binary(sign: ast.operator, left: Any, right: Any) -> Any:
    """One operation on two values."""
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _on_tensors(sign, left, right)
    if isinstance(left, Opaque) or isinstance(right, Opaque):
        return left if isinstance(left, Opaque) else right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return _on_numbers(sign, left, right)
    if isinstance(sign, ast.Add) and type(left) is type(right) and isinstance(left, str | list | tuple):
        return _sized(left + right)
    if isinstance(sign, ast.Mult):
        many, one = (left, right) if isinstance(left, int) else (right, left)
        if isinstance(many, int) and isinstance(one, str | list | tuple):
            if len(one) * max(many, 0) > LONGEST:
                raise Unreadable(f"a value of more than {LONGEST:,} parts")
            return one * many
    if isinstance(sign, ast.Mod) and isinstance(left, str):
        return formatted(left, right)
    if isinstance(left, dict) and isinstance(right, dict) and isinstance(sign, ast.BitOr):
        return {**left, **right}
    if isinstance(left, set) and isinstance(right, set) and type(sign) in (ast.BitOr, ast.BitAnd, ast.Sub):
        return (
            left | right
            if isinstance(sign, ast.BitOr)
            else left & right
            if isinstance(sign, ast.BitAnd)
            else left - right
        )
    raise Unreadable("this operation cannot be followed")


def _sized(value: Any) -> Any:
    if len(value) > LONGEST:
        raise Unreadable(f"a value of more than {LONGEST:,} parts")
    return value


def _on_tensors(sign: ast.operator, left: Any, right: Any) -> Tensor:
    shapes = [one.shape if isinstance(one, Tensor) else () for one in (left, right)]
    if isinstance(sign, ast.MatMult):
        return functions.matmul(*shapes)
    if not all(isinstance(one, Tensor | Opaque | int | float) for one in (left, right)):
        raise Unreadable("this operation on a tensor cannot be followed")
    return Tensor(functions.broadcast(*shapes))


def _on_numbers(sign: ast.operator, left: Any, right: Any) -> Any:
    work = _NUMBERS.get(type(sign))
    if work is None or (isinstance(sign, ast.LShift | ast.RShift) and not 0 <= right < 60):
        raise Unreadable("this operation cannot be followed")
    if isinstance(sign, ast.Pow) and (abs(right) > 200 or abs(left) > 10**9):
        raise Unreadable("a number beyond what is worked")
    try:
        found = work(left, right)
    except (ArithmeticError, TypeError, ValueError):
        raise Unreadable("this operation has no result") from None
    return bounded(found)


def bounded(found: Any) -> Any:
    """A number, refused where it is beyond what is worked."""
    if isinstance(found, complex) or (isinstance(found, int) and abs(found) > LARGEST):
        raise Unreadable("a number beyond what is worked")
    return found


def unary(sign: ast.unaryop, value: Any) -> Any:
    """A sign or `not` before a value."""
    if isinstance(sign, ast.Not):
        return not truth(value)
    if isinstance(value, Tensor):
        return Tensor(value.shape)
    if isinstance(value, Opaque):
        return value
    if isinstance(value, int | float):
        return -value if isinstance(sign, ast.USub) else value if isinstance(sign, ast.UAdd) else ~int(value)
    raise Unreadable("this operation cannot be followed")


def truth(value: Any) -> bool:
    """Whether a value counts as true; Unreadable where that depends on what is not known."""
    if isinstance(value, Opaque | Tensor):
        words = value.words if isinstance(value, Opaque) else "the values of a tensor"
        raise Unreadable(f"this depends on {words}")
    if isinstance(value, Container):
        return bool(value.modules) or value.kind == "Sequential"
    return bool(value) if isinstance(value, (*SCALARS, list, tuple, dict, set, range)) else True


def compared(sign: ast.cmpop, left: Any, right: Any) -> Any:
    """One comparison."""
    if isinstance(sign, ast.Is | ast.IsNot):
        return is_one(left, right) == isinstance(sign, ast.Is)
    if isinstance(sign, ast.In | ast.NotIn):
        return _is_in(left, right) == isinstance(sign, ast.In)
    for one in (left, right):
        if isinstance(one, Tensor | Opaque):
            return Opaque("the values of a tensor") if isinstance(one, Tensor) else one
    if isinstance(sign, ast.Eq | ast.NotEq):
        return equal(left, right) == isinstance(sign, ast.Eq)
    comparable = (isinstance(left, int | float) and isinstance(right, int | float)) or (
        type(left) is type(right) and (isinstance(left, str) or (_is_flat(left) and _is_flat(right)))
    )
    if not comparable:
        raise Unreadable("this comparison cannot be followed")
    try:
        return _ORDER[type(sign)](left, right)
    except TypeError:
        raise Unreadable("this comparison cannot be followed") from None


def is_one(left: Any, right: Any) -> bool:
    """Whether two values are one and the same."""
    if isinstance(left, Opaque) or isinstance(right, Opaque):
        if left is None or right is None:
            return False
        raise Unreadable(f"this depends on {left.words if isinstance(left, Opaque) else right.words}")
    if isinstance(left, SCALARS) and isinstance(right, SCALARS):
        return type(left) is type(right) and left == right
    return left is right or (isinstance(left, Dotted) and left == right)


def equal(left: Any, right: Any) -> bool:
    """Whether two values are equal, lists only where they hold plain values."""
    if isinstance(left, SCALARS) and isinstance(right, SCALARS):
        return bool(left == right)
    if isinstance(left, list | tuple | dict | set) and isinstance(right, list | tuple | dict | set):
        if not (_is_flat(left) and _is_flat(right)):
            raise Unreadable("this comparison cannot be followed")
        return bool(left == right)
    if isinstance(left, Opaque) or isinstance(right, Opaque):
        raise Unreadable("this comparison cannot be followed")
    return is_one(left, right)


def _is_flat(value: Any) -> bool:
    each = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple | set) else ()
    return all(isinstance(one, SCALARS) for one in each)


def _is_in(one: Any, many: Any) -> bool:
    if isinstance(many, str) and isinstance(one, str):
        return one in many
    if isinstance(many, dict | set):
        return key(one) in many
    if isinstance(many, Container):
        return one in many.modules if isinstance(one, str) else one in many.modules.values()
    if isinstance(many, range):
        return one in many if isinstance(one, int | float) else False
    if isinstance(many, list | tuple):
        return any(equal(one, each) for each in many)
    raise Unreadable("this depends on what cannot be followed")


def key(value: Any) -> Any:
    """A value as the key of a dict: a plain one, a tuple of them, a class or a function."""
    if isinstance(value, SCALARS) or (isinstance(value, tuple) and _is_flat(value)):
        return value
    if isinstance(value, Class | Function | Dotted | Module | type):
        return value
    raise Unreadable("this key cannot be followed")


def formatted(template: str, given: Any) -> Any:
    """`"conv%d" % 3`; an Opaque where it formats more than plain values."""
    parts = given if isinstance(given, tuple) else (given,)
    if (
        not all(isinstance(one, SCALARS) for one in parts)
        or len(template) > 1_000
        or any(sign in template for sign in ("*",))
    ):
        return Opaque("a formatted text")
    try:
        return _sized(template % given) if not _wide(template) else Opaque("a formatted text")
    except (TypeError, ValueError):
        raise Unreadable("this text cannot be formatted") from None


def _wide(template: str) -> bool:
    """Whether a format asks for a width of many digits."""
    return any(part[:6].lstrip("-+ #0.")[:4].isdigit() for part in template.split("%")[1:])


def plain_text(value: Any) -> Any:
    """A plain value as text, an Opaque for others."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, SCALARS) else Opaque("a text")
