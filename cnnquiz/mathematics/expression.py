"""A small, safe language for formulas and conditions: parse once, evaluate exactly, never `eval`.

Python's `ast` reads the text; only numbers, known names, known functions, arithmetic, comparisons and
`and`, `or`, `not` are let through. Length, depth, size of numbers and exponents are bounded.
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics.terms import Call, Expr, Name, Neg, Not, Num, Op, names_in, replace, walk

__all__ = [
    "FUNCTIONS", "Call", "Env", "Evaluator", "Expr", "Name", "Neg", "Not", "Num", "Op", "divide", "evaluate",
    "evaluator", "exact", "names_in", "parse", "power", "product", "replace", "shape", "walk",
]  # fmt: skip

MAX_LENGTH = 1_000  # characters of one expression
MAX_NODES = 300  # operations in one expression
MAX_DEPTH = 40  # levels of brackets
MAX_EXPONENT = 1_000
MAX_BITS = 10_000  # of any number that comes up

Env = Mapping[str, Any]
Evaluator = Callable[[Env], Any]

_SYMBOLS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.And: "and", ast.Or: "or",
}  # fmt: skip


def parse(text: str, names: Collection[str] | None = None, functions: Collection[str] | None = None) -> Expr:
    """The expression that a text spells.

    names       the quantities that may occur (None: any)
    functions   the functions that may occur (None: those that `evaluate` knows)

    Raises CnnquizError with one clear line for anything else.
    """
    if len(text) > MAX_LENGTH:
        raise CnnquizError(f"the expression is {len(text)} characters long; at most {MAX_LENGTH} are read")
    expr = _parsed(text.strip())
    _known(expr, text, names, FUNCTIONS if functions is None else functions)
    return expr


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Expr:
    try:
        source = text.replace("^", "**")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice on how to write Python is not for our readers
            tree = ast.parse(source, mode="eval")
        return _Reader(source).read(tree.body, 0)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CnnquizError(f"cannot read the expression {_shown(text)}: write it as in 2*k + 1") from None


def _shown(text: str) -> str:
    short = text if len(text) <= 60 else text[:57] + "..."
    return "`" + "".join(c if c.isprintable() else "?" for c in short) + "`"


class _Reader:
    """Turns Python's syntax tree into ours and refuses what the language does not have."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.nodes = 0

    def read(self, node: ast.expr, depth: int) -> Expr:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise CnnquizError(f"the expression {_shown(self.text)} is too large")
        match node:
            case ast.Constant(value=value):
                return Num(self.number(node, value))
            case ast.Name(id=name):
                return Name(name)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand, depth + 1)
            case ast.UnaryOp(op=op, operand=operand) if isinstance(op, ast.USub | ast.Not):
                inner = self.read(operand, depth + 1)
                return Neg(inner) if isinstance(op, ast.USub) else Not(inner)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _SYMBOLS:
                return Op(_SYMBOLS[type(op)], self.read(left, depth + 1), self.read(right, depth + 1))
            case ast.BoolOp(op=op, values=values):
                return self.chain(_SYMBOLS[type(op)], [self.read(v, depth + 1) for v in values])
            case ast.Compare(left=left, ops=ops, comparators=right):
                return self.comparison([left, *right], ops, depth)
            case ast.Call(func=ast.Name(id=function), args=args, keywords=[]):
                return Call(function, tuple(self.read(a, depth + 1) for a in args))
        raise CnnquizError(
            f"the expression {_shown(self.text)} uses {type(node).__name__}; "
            "only numbers, names, known functions and arithmetic are read"
        )

    def number(self, node: ast.Constant, value: object) -> int | Fraction:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise CnnquizError(f"the expression {_shown(self.text)} has {_shown(repr(value))} where a number belongs")
        if isinstance(value, float):
            if not math.isfinite(value):
                raise CnnquizError(f"a number in {_shown(self.text)} is too large")
            written = ast.get_source_segment(self.text, node)  # the float itself would keep 17 digits only
            return exact(Fraction(written)) if written and value else 0
        if value.bit_length() > MAX_BITS:
            raise CnnquizError(f"a number in {_shown(self.text)} is too large")
        return value

    def chain(self, symbol: str, parts: list[Expr]) -> Expr:
        expr = parts[0]
        for part in parts[1:]:
            expr = Op(symbol, expr, part)
        return expr

    def comparison(self, sides: list[ast.expr], ops: list[ast.cmpop], depth: int) -> Expr:
        if any(type(op) not in _SYMBOLS for op in ops):
            raise CnnquizError(f"the comparison in {_shown(self.text)} is none of < <= > >= == !=")
        read = [self.read(side, depth + 1) for side in sides]
        pairs = [Op(_SYMBOLS[type(op)], a, b) for a, op, b in zip(read, ops, read[1:], strict=False)]
        return self.chain("and", list(pairs))


def _known(expr: Expr, text: str, names: Collection[str] | None, functions: Collection[str]) -> None:
    for part in walk(expr):
        if isinstance(part, Name) and names is not None and part.id not in names:
            known = ", ".join(sorted(names)) or "none"
            raise CnnquizError(f"unknown name `{part.id}` in {_shown(text)}; known names: {known}")
        if isinstance(part, Call) and part.function not in functions:
            raise CnnquizError(
                f"unknown function `{part.function}` in {_shown(text)}; known: {', '.join(sorted(functions))}"
            )


def exact(value: Any) -> Any:
    """A whole Fraction as an int; everything else as it is."""
    if type(value) is Fraction and value.denominator == 1:
        return value.numerator
    return value


def divide(a: Any, b: Any) -> int | Fraction:
    """a/b, exact: an int where it comes out whole."""
    if b == 0:
        raise CnnquizError("division by zero")
    whole = isinstance(a, int) and isinstance(b, int)
    quotient = Fraction(a, b) if whole else Fraction(a) / Fraction(b)
    return quotient.numerator if quotient.denominator == 1 else quotient


def power(a: Any, b: Any) -> int | Fraction:
    """a**b for a bounded whole exponent, exact."""
    b = exact(b)
    if not isinstance(b, int) or abs(b) > MAX_EXPONENT:
        raise CnnquizError(f"the exponent {b} is not a whole number of at most {MAX_EXPONENT}")
    size = max(abs(a.numerator), a.denominator).bit_length()
    if size * abs(b) > MAX_BITS:
        raise CnnquizError("a power in the expression is too large")
    if a == 0 and b < 0:
        raise CnnquizError("division by zero")
    raised = Fraction(a) ** b
    return raised.numerator if raised.denominator == 1 else raised


def product(*values: Any) -> Any:
    """The product of numbers; a shape counts with all its axes."""
    total: Any = 1
    for value in values:
        total *= math.prod(value) if isinstance(value, tuple) else value
    return total


def shape(*parts: Any) -> tuple[Any, ...]:
    """Numbers and shapes, one behind the other, as one shape."""
    axes: list[Any] = []
    for part in parts:
        axes += part if isinstance(part, tuple) else (part,)
    return tuple(axes)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "floor": math.floor, "ceil": math.ceil, "min": min, "max": max, "abs": abs,
    "prod": product, "shape": shape,
}  # fmt: skip

_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": divide, "**": power,
    "//": lambda a, b: math.floor(divide(a, b)), "%": lambda a, b: a - b * math.floor(divide(a, b)),
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def evaluate(expr: Expr, env: Env) -> Any:
    """The exact value of the expression with these quantities; raises CnnquizError where there is none."""
    try:
        return exact(evaluator(expr)(env))
    except KeyError as fault:
        raise CnnquizError(f"`{fault.args[0]}` has no value here") from None
    except (TypeError, ValueError, OverflowError) as fault:
        raise CnnquizError(f"the expression has no value here: {fault}") from None


@lru_cache(maxsize=4096)
def evaluator(expr: Expr) -> Evaluator:
    """The expression as a function of its quantities, built of closures."""
    match expr:
        case Num(value):
            return lambda env: value
        case Name(name):
            return operator.itemgetter(name)
        case Neg(operand):
            inner = evaluator(operand)
            return lambda env: -inner(env)
        case Not(operand):
            inner = evaluator(operand)
            return lambda env: not inner(env)
        case Op(symbol, left, right):
            return _operation(symbol, evaluator(left), evaluator(right))
        case Call(function, arguments):
            return _call(function, tuple(map(evaluator, arguments)))


def _operation(symbol: str, left: Evaluator, right: Evaluator) -> Evaluator:
    if symbol == "and":
        return lambda env: left(env) and right(env)
    if symbol == "or":
        return lambda env: left(env) or right(env)
    apply = _OPERATIONS[symbol]
    return lambda env: apply(left(env), right(env))


def _call(function: str, arguments: tuple[Evaluator, ...]) -> Evaluator:
    if function not in FUNCTIONS:
        raise CnnquizError(f"`{function}` has no exact value here")
    apply = FUNCTIONS[function]
    if len(arguments) == 1:
        only = arguments[0]
        return lambda env: apply(only(env))
    return lambda env: apply(*[argument(env) for argument in arguments])
