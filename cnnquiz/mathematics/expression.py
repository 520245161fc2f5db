"""A small, safe language for formulas and conditions: parse once, evaluate exactly, never `eval`.

It reads what the program prints, too: 3x, θ², a·b, |x|, ⌊x⌋, √(x), π. Python's `ast` reads the text; only numbers,
known names, known functions, arithmetic, comparisons and `and`, `or`, `not` are let through. Length, depth, size of
numbers and exponents are bounded.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from msgspec import Struct, structs

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics.functions import CONSTANTS, EXACT_NAMES, FUNCTIONS
from cnnquiz.mathematics.precise import divide, exact
from cnnquiz.mathematics.symbols import GREEK
from cnnquiz.patterns import pattern
from cnnquiz.shown import display_text

MAX_LENGTH = 1_000  # characters of one expression
MAX_NODES = 300  # operations in one expression
MAX_DEPTH = 40  # levels of brackets
MAX_EXPONENT = 1_000
MAX_BITS = 10_000  # of any number that comes up


class Num(Struct, frozen=True):
    """A number, exact."""

    value: int | Fraction


class Name(Struct, frozen=True):
    """A quantity by its name."""

    id: str


class Neg(Struct, frozen=True):
    """-operand"""

    operand: Expr


class Op(Struct, frozen=True):
    """left symbol right, the symbol one of + - * / // % ** < <= > >= == != and or"""

    symbol: str
    left: Expr
    right: Expr


class Not(Struct, frozen=True):
    """not operand"""

    operand: Expr


class Call(Struct, frozen=True):
    """function(arguments)"""

    function: str
    arguments: tuple[Expr, ...]


Expr = Num | Name | Neg | Not | Op | Call
Env = Mapping[str, Any]
Evaluator = Callable[[Env], Any]


class Letter(str):
    """A letter that stands for a number (`--in n`): the answer is then a formula."""

    __slots__ = ()


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


def functions_in(expr: Expr) -> frozenset[str]:
    """The names of the functions that occur."""
    return frozenset(part.function for part in walk(expr) if isinstance(part, Call))


_SYMBOLS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.And: "and", ast.Or: "or",
}  # fmt: skip


def parse(
    text: str, names: Collection[str] | None = None, functions: Collection[str] | None = None, sizes: bool = False
) -> Expr:
    """The expression that a text spells.

    names       the quantities that may occur (None: any)
    functions   the functions that may occur (None: those that `evaluate` knows)
    sizes       whether sizes may stand in it, 28x28, (28, 28) and size[0], and the quantity `in`

    Raises CnnquizError with one clear line for anything else.
    """
    if len(text) > MAX_LENGTH:
        raise CnnquizError(f"the expression is {len(text)} characters long; at most {MAX_LENGTH} are read")
    expr = _tree(text.strip(), sizes)
    if functions is not None and names is not None:
        expr = _with_constants(expr, names, functions)
    _check_names(expr, text, names, EXACT_NAMES if functions is None else functions)
    return expr


@lru_cache(maxsize=4096)
def _tree(text: str, sizes: bool) -> Expr:
    try:
        source = plain_spelling(_SIZE.sub(_shape_call, text) if sizes else text).replace("^", "**")
        source = _IN.sub(r"\1in_", source) if sizes else source
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice on how to write Python is not for our readers
            tree = ast.parse(source, mode="eval")
        return _Reader(source, sizes).read(tree.body, 0)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CnnquizError(f"cannot read the expression {_quote(text)}: write it as in 2*k + 1") from None


_WORDS = (
    {"−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "≤": "<=", "≥": ">=", "≠": "!=", "√": " sqrt "}
    | {"⌊": " floor(", "⌈": " ceil(", "⌋": ")", "⌉": ")"}
)  # fmt: skip
_SIGNS = str.maketrans(_WORDS)
_RAISED = str.maketrans(dict(zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ", "-0123456789n", strict=True)))
_POWER = pattern("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ]+")
_ROOT = pattern(r"\bsqrt\s+(\d+(?:\.\d+)?|[A-Za-z_]\w*)")
_PI_TIMES = pattern(r"\bpi\s+(?=[A-Za-z_(])(?!(?:and|or|not|if|else|in|is)\b)")
_BARS = pattern(r"\|([^|]*)\|")
_NEXT = r"\s*(?=[A-Za-z_(])(?!(?:and|or|not|if|else|in|is)\b)"
_NUMBER = r"(?<![\w.])(?>0[xXoObB]\w+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d+)(?:[eE][+-]?\d+)?)"
_FACTORS = pattern(rf"({_NUMBER}|\)){_NEXT}")
_NAMES = {letter: name for name, letter in GREEK.items()}
_GREEK_LETTER = pattern(rf"({'|'.join(_NAMES)})(?=(?P<letter>[^\W\d_])?)")


_SIZE = re.compile(r"(?<![\w.])[1-9]\d*(?:x[1-9]\d*)+(?![\w.])")
_IN = re.compile(r"(^|[-+*/%(\[<>=,]\s*|\b(?:and|or|not)\s+)in\b")  # a name, where Python has a word for `is among`


def _shape_call(match: re.Match[str]) -> str:
    """28x28 as shape(28, 28)"""
    return f"shape({match[0].replace('x', ',')})"


def plain_spelling(text: str) -> str:
    """The text in ASCII, with every sign of multiplication: 3x as 3*x, θ² as theta^(2), |x| as abs(x)."""
    if not text.isascii():
        text = _POWER.sub(lambda match: f"^({match[0].translate(_RAISED)})", text).translate(_SIGNS)
        text = _GREEK_LETTER.sub(_name_of_letter, text)
        text = _ROOT.sub(r"sqrt(\1)", text)
    if "|" in text:
        text = _BARS.sub(r" abs(\1)", text)
    return _FACTORS.sub(r"\1*", _PI_TIMES.sub("pi*", text)).strip()


def _name_of_letter(match: re.Match[str]) -> str:
    """A Greek letter by its name, apart from the letters beside it."""
    return f"{_NAMES[match[1]]} " if match["letter"] else _NAMES[match[1]]


def _with_constants(expr: Expr, names: Collection[str], functions: Collection[str]) -> Expr:
    """The expression with pi and e as the numbers that they are, where no quantity has that name."""
    constants = {name for name in CONSTANTS if name in functions and name not in names} & names_in(expr)
    return replace(expr, {name: Call(name, ()) for name in constants}) if constants else expr


def _quote(text: str) -> str:
    short = text if len(text) <= 60 else text[:57] + "..."
    return f"`{display_text(short)}`"


_NODES = {"Subscript": "an index in brackets", "Tuple": "a comma", "List": "a list", "Attribute": "a point",
          "Dict": "braces", "Set": "braces", "IfExp": "an `if`"}  # fmt: skip


def _words_for_node(node: ast.AST) -> str:
    """What a writer of expressions calls a node that is not read."""
    name = type(node).__name__
    return _NODES.get(name, name)


class _Reader:
    """Turns Python's syntax tree into ours and refuses what the language does not have."""

    def __init__(self, text: str, sizes: bool) -> None:
        self.text, self.sizes = text, sizes
        self.nodes = 0

    def read(self, node: ast.expr, depth: int) -> Expr:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise CnnquizError(f"the expression {_quote(self.text)} is too large")
        match node:
            case ast.Constant(value=value):
                return Num(self.number(node, value))
            case ast.Name(id=name):
                return Name("in" if self.sizes and name == "in_" else name)
            case ast.Tuple(elts=numbers) | ast.List(elts=numbers) if numbers and self.sizes:
                return Call("shape", tuple(self.read(one, depth + 1) for one in numbers))
            case ast.Subscript(value=whole, slice=index) if self.sizes:
                return Call("part", (self.read(whole, depth + 1), self.read(index, depth + 1)))
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
            f"the expression {_quote(self.text)} uses {_words_for_node(node)}; "
            "only numbers, names, known functions and arithmetic are read"
        )

    def number(self, node: ast.Constant, value: object) -> int | Fraction:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise CnnquizError(f"the expression {_quote(self.text)} has {_quote(repr(value))} where a number belongs")
        if isinstance(value, float):
            if not math.isfinite(value):
                raise CnnquizError(f"a number in {_quote(self.text)} is too large")
            written = ast.get_source_segment(self.text, node)  # the float itself would keep 17 digits only
            return exact(Fraction(written)) if written and value else 0
        if value.bit_length() > MAX_BITS:
            raise CnnquizError(f"a number in {_quote(self.text)} is too large")
        return value

    def chain(self, symbol: str, parts: list[Expr]) -> Expr:
        expr = parts[0]
        for part in parts[1:]:
            expr = Op(symbol, expr, part)
        return expr

    def comparison(self, sides: list[ast.expr], ops: list[ast.cmpop], depth: int) -> Expr:
        if any(type(op) not in _SYMBOLS for op in ops):
            raise CnnquizError(f"the comparison in {_quote(self.text)} is none of < <= > >= == !=")
        read = [self.read(side, depth + 1) for side in sides]
        pairs = [Op(_SYMBOLS[type(op)], a, b) for a, op, b in zip(read, ops, read[1:], strict=False)]
        return self.chain("and", list(pairs))


def _check_names(expr: Expr, text: str, names: Collection[str] | None, functions: Collection[str]) -> None:
    for part in walk(expr):
        if isinstance(part, Name) and names is not None and part.id not in names:
            known = ", ".join(sorted(names)) or "none"
            raise CnnquizError(f"unknown name `{part.id}` in {_quote(text)}; known names: {known}")
        if isinstance(part, Call) and part.function not in functions:
            raise CnnquizError(
                f"unknown function `{part.function}` in {_quote(text)}; known: {', '.join(sorted(functions))}"
            )
        if isinstance(part, Call):
            _check_arguments(part, text, shapes="shape" in functions)


def _check_arguments(call: Call, text: str, shapes: bool) -> None:
    """Refuse a call with too few or too many arguments; where shapes may stand, one of them has several numbers."""
    least, most = FUNCTIONS[call.function].takes
    least = 1 if shapes else least
    if not least <= (many := len(call.arguments)) <= (many if most is None else most):
        numbers = "1 number" if many == 1 else f"{many} numbers"
        raise CnnquizError(f"`{call.function}` does not take {numbers}: {_quote(text)}")


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


class Algebra(Struct, frozen=True, eq=False):
    """What an expression is evaluated with: exact numbers, numbers to 100 digits, floats, sympy's values, or trees.

    operation  what a symbol does ("neg" and "not" with one value, the others with two)
    function   what a function's name does
    lift       the numbers of the expression, and the values of its names, as this algebra has them
    lazy       whether `and` and `or` leave their right side alone where the left one decides
    """

    operation: Callable[[str], Callable[..., Any]]
    function: Callable[[str], Callable[..., Any]]
    lift: Callable[[Any], Any] | None = None
    lazy: bool = False


_EXACT: dict[str, Callable[..., Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": divide, "**": power,
    "//": lambda a, b: math.floor(divide(a, b)), "%": lambda a, b: a - b * math.floor(divide(a, b)),
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne, "neg": operator.neg, "not": operator.not_,
}  # fmt: skip


def _exact_function(name: str) -> Callable[..., Any]:
    function = FUNCTIONS.get(name)
    if function is None or not function.exact or function.value is None:
        raise CnnquizError(f"`{name}` has no exact value here")
    return function.value


EXACT = Algebra(_EXACT.__getitem__, _exact_function, lazy=True)
def _side(value: Any) -> Any:
    """The side of a square, or the one axis; other values as they are."""
    square = isinstance(value, tuple) and 0 < len(value) < 3 and len(set(value)) == 1
    return value[0] if square else value


def _of_sides(apply: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: apply(*map(_side, values))


def _function_of_sides(name: str) -> Callable[..., Any]:
    return _exact_function(name) if name in ("part", "shape", "prod") else _of_sides(_exact_function(name))


SIZES = Algebra(lambda symbol: _of_sides(_EXACT[symbol]), _function_of_sides, lazy=True)  # 28x28 counts as 28
_TREE = Algebra(
    lambda symbol: {"neg": Neg, "not": Not}.get(symbol, partial(Op, symbol)),
    lambda name: lambda *arguments: Call(name, arguments),
    lambda value: value if isinstance(value, Expr) else Num(value),
)


def evaluate(expr: Expr, env: Env, algebra: Algebra = EXACT) -> Any:
    """The exact value of the expression with these quantities; raises CnnquizError where there is none."""
    try:
        return exact(evaluator(expr, algebra)(env))
    except KeyError as fault:
        raise CnnquizError(f"`{fault.args[0]}` has no value here") from None
    except (TypeError, ValueError, OverflowError, IndexError) as fault:
        raise CnnquizError(f"the expression has no value here: {fault}") from None


def replace(expr: Expr, parts: Mapping[str, Expr]) -> Expr:
    """The expression with names replaced by expressions: how lines compose into one formula."""
    whole: Expr = evaluator(expr, _TREE)({name: parts.get(name, Name(name)) for name in names_in(expr)})
    return whole


def with_functions_renamed(expr: Expr, names: Mapping[str, str]) -> Expr:
    """The expression with other functions in place of some."""
    called = structs.replace(_TREE, function=lambda name: lambda *arguments: Call(names.get(name, name), arguments))
    whole: Expr = evaluator(expr, called)({name: Name(name) for name in names_in(expr)})
    return whole


@lru_cache(maxsize=4096)
def evaluator(expr: Expr, algebra: Algebra = EXACT) -> Evaluator:
    """The expression as a function of its quantities, built of closures: the one way through an expression."""
    lift = algebra.lift
    match expr:
        case Num(value):
            number = lift(value) if lift else value
            return lambda env: number
        case Name(name):
            return (lambda env: lift(env[name])) if lift else operator.itemgetter(name)
        case Neg(operand):
            return _call(algebra.operation("neg"), (evaluator(operand, algebra),))
        case Not(operand):
            return _call(algebra.operation("not"), (evaluator(operand, algebra),))
        case Op("and", left, right) if algebra.lazy:
            first, second = evaluator(left, algebra), evaluator(right, algebra)
            return lambda env: first(env) and second(env)
        case Op("or", left, right) if algebra.lazy:
            first, second = evaluator(left, algebra), evaluator(right, algebra)
            return lambda env: first(env) or second(env)
        case Op(symbol, left, right):
            return _call(algebra.operation(symbol), (evaluator(left, algebra), evaluator(right, algebra)))
        case Call(function, arguments):
            return _call(algebra.function(function), tuple(evaluator(one, algebra) for one in arguments))


def _call(apply: Callable[..., Any], arguments: tuple[Evaluator, ...]) -> Evaluator:
    """A function of the values of its arguments; those with one and two are written out, for speed."""
    match arguments:
        case (only,):
            return lambda env: apply(only(env))
        case (left, right):
            return lambda env: apply(left(env), right(env))
    return lambda env: apply(*[argument(env) for argument in arguments])
