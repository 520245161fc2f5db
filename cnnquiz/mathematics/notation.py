"""How mathematics is written: expressions, values and typed formulas in ASCII, Unicode and LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct

from cnnquiz.mathematics.expression import Call, Env, Expr, Name, Neg, Not, Num, Op, evaluate, names_in, parse
from cnnquiz.mathematics.functions import FUNCTIONS
from cnnquiz.mathematics.precise import exact
from cnnquiz.mathematics.symbols import GREEK
from cnnquiz.solution import (
    NO_MATH,
    SPELLED_AS,
    Math,
    Step,
    Vector,
    decimal_text,
    is_mixed,
    is_rounded,
    significant_digits,
)

_LEVEL = {
    "or": 0, "and": 1, "<": 3, "<=": 3, ">": 3, ">=": 3, "==": 3, "!=": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "//": 5, "%": 5, "**": 7,
}  # fmt: skip
_ATOM = 9
MOST_TERMS = 12  # of a sum or a vector that is written out
RAISED = str.maketrans("0123456789n", "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ")
AXES = {1: ("",), 2: ("h", "w"), 3: ("d", "h", "w")}
_NAMED = [function.latex for function in FUNCTIONS.values() if function.latex]  # \exp, \ln, ...


class Style(Struct, frozen=True):
    """One spelling: the signs of the operations, and how floor, ceiling and the size of a shape are drawn."""

    signs: Mapping[str, str]
    floor: tuple[str, str]
    ceil: tuple[str, str]
    times: str
    latex: bool = False


ASCII = Style({}, ("floor(", ")"), ("ceil(", ")"), "x")
UNICODE = Style(
    {"-": "−", "*": "·", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "->": "→"}, ("⌊", "⌋"), ("⌈", "⌉"), " × "
)
LATEX = Style(
    {"*": r"\cdot", "<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne", "%": r"\bmod", "->": r"\to"},
    (r"\left\lfloor ", r" \right\rfloor"),
    (r"\left\lceil ", r" \right\rceil"),
    r" \times ",
    latex=True,
)


def math(expr: Expr, env: Env | None = None, letters: Env | None = None, left: str = "") -> Math:
    """An expression in its three spellings.

    env      values to put in for names (none: the formula with letters)
    letters  values by name, only to see which names are shapes: prod(k) is then written k·k
    left     what the expression defines, written before an equals sign
    """
    texts = (_Writer(style, env or {}, letters or {}).text(expr) for style in (ASCII, UNICODE, LATEX))
    lefts = (left, symbol(left, UNICODE), symbol(left, LATEX)) if left else ("", "", "")
    rounded = any(is_rounded((env or {}).get(name)) for name in names_in(expr))
    ascii_, unicode, latex = (f"{a} = {b}" if a else b for a, b in zip(lefts, texts, strict=True))
    return Math(ascii_, unicode, latex, rounded)


def ascii_text(expr: Expr, env: Env | None = None) -> str:
    """An expression in ASCII alone, with the values of some names put in."""
    return _Writer(ASCII, env or {}, {}).text(expr)


def value_math(value: Any) -> Math:
    """A value in its three spellings: 124.5, 125x125x4, 1/3, about 42.67 for 128/3; a long vector is cut short."""
    if isinstance(value, tuple) and len(value) > MOST_TERMS:
        return chain(value_math(type(value)(value[:MOST_TERMS])), f" ... ({len(value)} numbers)")
    if is_mixed(value):
        words = significant_digits(value)
        return Math(words, words, words, rounded=True)
    ascii_, unicode, latex = (_value(value, style)[0] for style in (ASCII, UNICODE, LATEX))
    return Math(ascii_, unicode, latex, is_rounded(value))


def chain(*pieces: Any, joint: str = "") -> Math:
    """Typed formulas (`y = sigma(x)`), Math and numbers, one behind the other, in three spellings."""
    read = [p if isinstance(p, Math) else formula_math(p) if isinstance(p, str) else value_math(p) for p in pieces]
    between = formula_math(joint)
    kinds = ("ascii", "unicode", "latex")
    ascii_, unicode, latex = (getattr(between, kind).join(getattr(piece, kind) for piece in read) for kind in kinds)
    return Math(ascii_, unicode, latex, any(piece.rounded for piece in read))


def step(
    title: str, formula: Any = NO_MATH, substituted: Any = NO_MATH, value: Any = NO_MATH, why: str = "", of: str = ""
) -> Step:
    """A step of a derivation; its mathematics may be typed formulas or values as well as Math."""
    return Step(title, chain(formula), chain(substituted), chain(value), why, of)


def formula_step(title: str, formula: str, env: Env, why: str = "", of: str = "", left: str = "") -> Step:
    """A step by a formula in letters, the numbers that are put in for them, and what it then gives.

    left  what the formula defines, written before an equals sign
    """
    expr = parse(formula)
    return Step(title, math(expr, left=left), math(expr, env), value_math(exact(evaluate(expr, env))), why, of)


def series(terms: Sequence[Any], joint: str, most: int = MOST_TERMS) -> Math:
    """The first terms with a sign between them, and dots for the others: 1 + 2 + ..."""
    return chain(*terms[:most], *(["..."] if len(terms) > most else []), joint=joint)


def formula_math(words: str) -> Math:
    """A formula typed in ASCII, in three spellings: theta^2, sum_i z_i, sqrt(v), a*b."""
    latex = words
    for pattern, sign in _LATEX_FORMS:
        latex = re.sub(pattern, sign, latex)
    plain = re.sub(_WORD, lambda match: _UNICODE_WORDS[match[1]], words)
    for sign in ("->", "<=", ">=", "-", "*"):
        plain = plain.replace(sign, UNICODE.signs[sign])
    return Math(words, superscripts(plain), latex)


_LATEX_FORMS = (
    (r"\bsum_(\w+|\(.+?\)) ", r"\\sum_{\1} "),
    (r"_(\w{2,})", r"_{\1}"),
    (r"_\((.+?)\)", r"_{\1}"),
    (r"\^\((.+?)\)", r"^{\1}"),
    (r"\b(sqrt)\(([^()]*)\)", r"\\sqrt{\2}"),
    (rf"\b({'|'.join(name[1:] for name in _NAMED)}|lim)(?![a-zA-Z])", r"\\\1"),
    (r"\bintegral\b", r"\\int"),
    (r"d/dtheta", r"\\frac{d}{d theta}"),
    (rf"\b({'|'.join(GREEK)})(?![a-z])", r"\\\1"),
    (r"\binfinity\b", r"\\infty"),
    *((re.escape(sign), re.escape(LATEX.signs[sign]) + " ") for sign in ("*", "<=", ">=", "->")),
)
_UNICODE_WORDS = GREEK | {"integral": "∫", "dtheta": "dθ", "sum": "Σ", "sqrt": "√", "infinity": "∞"}
_WORD = rf"(?<![a-zA-Z])({'|'.join(_UNICODE_WORDS)})(?![a-zA-Z])"  # compiled when first needed


def factor(number: Any) -> Math:
    """A number as a factor, in brackets where it is negative; no mixed number, which would not be one."""
    written = math(Num(number)) if is_mixed(number) else value_math(number)
    return chain("(", written, ")") if number < 0 else written


def sum_of_products(left: Iterable[Any], right: Iterable[Any], plus: Any = None) -> Math:
    """1*3 + 2*(-4) + 5, the numbers put in."""
    pairs = list(zip(left, right, strict=True))
    products = [series([chain(factor(a), "*", factor(b)) for a, b in pairs], " + ")] if pairs else []
    return chain(*products, *([] if plus is None else [factor(plus)]), joint=" + ")


def symbol(name: str, style: Style) -> str:
    """A name as mathematics: with a subscript, as a Greek letter, or upright when it is a word."""
    letter = name.rstrip("0123456789")
    if letter in GREEK and letter != name and style is not ASCII:
        return symbol(letter, style) + (f"_{{{name[len(letter) :]}}}" if style.latex else name[len(letter) :])
    if style is UNICODE and name in GREEK:
        return GREEK[name]
    name = SPELLED_AS.get(name, name) if style is not ASCII else name
    if not style.latex or len(name) == 1:
        return name
    if name in GREEK or rf"\{name}" in _NAMED:
        return rf"\{name}"
    head, _, tail = name.partition("_")
    if len(head) == 1 and tail:
        return f"{head}_{{{tail}}}"
    words = name.replace("_", r"\ ")
    return rf"\mathrm{{{words}}}"


def superscripts(words: str) -> str:
    """Powers with small raised figures: x^2 as x², M^n as Mⁿ; other exponents keep their sign."""
    return re.sub(r"\^(\d+|n)(?![\w.])", lambda match: match[1].translate(RAISED), words)


def _value(value: Any, style: Style) -> tuple[str, int]:
    """A value's text, and how tightly it binds."""
    if isinstance(value, bool):
        return ("yes" if value else "no"), _ATOM
    if isinstance(value, Vector):
        return _vector(value, style), _ATOM
    if isinstance(value, tuple):
        return style.times.join(_value(axis, style)[0] for axis in value), _ATOM
    if isinstance(value, int | Fraction):
        return _number(value if isinstance(value, Fraction) else Fraction(value), style)
    if isinstance(value, float):
        return repr(value), _ATOM
    return symbol(str(value), style), _ATOM


def _vector(value: Vector, style: Style) -> str:
    """Numbers in a row in square brackets; rows of numbers, in LaTeX, as a matrix."""
    if style.latex and value and all(isinstance(row, Vector) for row in value):
        rows = [" & ".join(_value(part, style)[0] for part in row) for row in value]
        return r"\begin{bmatrix}" + r" \\ ".join(rows) + r"\end{bmatrix}"
    inside = ", ".join(_value(part, style)[0] for part in value)
    return rf"\left[{inside}\right]" if style.latex else f"[{inside}]"


def _number(value: Fraction, style: Style) -> tuple[str, int]:
    words = decimal_text(value)
    level = 4 if value < 0 else _ATOM
    if "/" in words and style.latex:
        sign = "-" if value < 0 else ""
        return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}", level
    if "/" in words:
        level = min(level, 5)
    return words.replace("-", style.signs.get("-", "-")), level


class _Writer:
    """Writes an expression in one style; each part with how tightly it binds, which decides on brackets."""

    def __init__(self, style: Style, env: Env, letters: Env) -> None:
        self.style, self.env, self.letters = style, env, letters

    def text(self, expr: Expr) -> str:
        return self.write(expr)[0]

    def write(self, expr: Expr) -> tuple[str, int]:
        match expr:
            case Num(value):
                return _value(value, self.style)
            case Name(name):
                return _value(self.env[name], self.style) if name in self.env else (symbol(name, self.style), _ATOM)
            case Neg(operand):
                return self.style.signs.get("-", "-") + self.inside(operand, 6), 4
            case Not(operand):
                return "not " + self.inside(operand, 2), 2
            case Call(function, arguments):
                return self.call(function, arguments)
            case Op(sign, left, right):
                return self.operation(sign, left, right)

    def inside(self, expr: Expr, level: int) -> str:
        """The part in brackets, unless it binds as tightly as this level."""
        words, binds = self.write(expr)
        if binds >= level:
            return words
        return rf"\left({words}\right)" if self.style.latex else f"({words})"

    def operation(self, sign: str, left: Expr, right: Expr) -> tuple[str, int]:
        level, style = _LEVEL[sign], self.style
        if sign == "/" and style.latex:
            return rf"\frac{{{self.text(left)}}}{{{self.text(right)}}}", 8
        if sign == "**":
            base, plain = self.inside(left, 8), f"^{self.inside(right, 8)}"
            if style.latex:
                return f"{base}^{{{self.text(right)}}}", 7
            return base + (superscripts(plain) if style is UNICODE else plain), 7
        words = self.inside(left, level)
        joined = sign == "*" and isinstance(right, Call) and right.function == "prod"
        tail = self.inside(right, level if joined else level + 1)
        written = style.signs.get(sign, sign)
        if sign == "*" and style is not ASCII and isinstance(left, Num) and self.is_letter(right):
            return words + tail, level
        if sign in "*/" and not style.latex:
            return f"{words}{written}{tail}", level
        return f"{words} {written} {tail}", level

    def is_letter(self, expr: Expr) -> bool:
        match expr:
            case Op("**", left, _):
                return self.is_letter(left)
        return isinstance(expr, Name) and expr.id not in self.env and len(symbol(expr.id, UNICODE)) == 1

    def call(self, function: str, arguments: tuple[Expr, ...]) -> tuple[str, int]:
        style = self.style
        if function in ("floor", "ceil"):
            opening, closing = style.floor if function == "floor" else style.ceil
            return opening + self.text(arguments[0]) + closing, _ATOM
        if function in ("prod", "shape"):
            parts = [part for argument in arguments for part in self.axes(argument)]
            if function == "shape":
                return (" x " if style is ASCII else style.times).join(parts), _ATOM
            joint = f" {style.signs['*']} " if style.latex else style.signs.get("*", "*")
            return joint.join(parts) or "1", _ATOM if len(parts) == 1 and isinstance(arguments[0], Name) else 5
        if not arguments:
            return symbol(function, style), _ATOM
        inner = ", ".join(map(self.text, arguments))
        if function == "sqrt" and style is not ASCII:
            return (rf"\sqrt{{{inner}}}" if style.latex else f"√({inner})"), _ATOM
        word = symbol(function, style)
        if style.latex:
            word = word if word.startswith("\\") and "{" not in word else rf"\operatorname{{{function}}}"
            return rf"{word}\left({inner}\right)", _ATOM
        return f"{word}({inner})", _ATOM

    def axes(self, expr: Expr) -> list[str]:
        """A shape as its axes: 3, 5 with numbers; k, k or k_h, k_w with letters."""
        if not isinstance(expr, Name):
            return [self.inside(expr, 6 if _divides_down(expr) else 5)]
        value = self.env.get(expr.id, self.letters.get(expr.id))
        if not isinstance(value, tuple):
            return [self.inside(expr, 5)]
        if expr.id in self.env:
            return [_value(axis, self.style)[0] for axis in value]
        if len(set(value)) == 1:
            return [symbol(expr.id, self.style)] * len(value)
        names = AXES.get(len(value), map(str, range(len(value))))
        return [symbol(f"{expr.id}_{axis}", self.style) for axis in names]


def _divides_down(expr: Expr) -> bool:
    """Whether a // or % would take in a factor that is written before it: 2*(7//2) is not 2*7//2."""
    return isinstance(expr, Op) and (expr.symbol in ("//", "%") or (expr.symbol in "*/" and _divides_down(expr.left)))
