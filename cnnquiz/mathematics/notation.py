"""How an expression is written: ASCII, Unicode and LaTeX from one tree, with letters or with numbers put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cnnquiz.mathematics.expression import Call, Expr, Name, Neg, Not, Num, Op, names_in
from cnnquiz.solution import SPELLED_AS, Math, Vector, decimal_text, is_rounded, mixed, spoken

_LEVEL = {
    "or": 0, "and": 1, "<": 3, "<=": 3, ">": 3, ">=": 3, "==": 3, "!=": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "//": 5, "%": 5, "**": 7,
}  # fmt: skip
_ATOM = 9
RAISED = str.maketrans("0123456789n", "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ")
AXES = {1: ("",), 2: ("h", "w"), 3: ("d", "h", "w")}


GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ", "mu": "μ",
    "rho": "ρ", "sigma": "σ", "phi": "φ", "Phi": "Φ", "pi": "π",
}  # fmt: skip
FUNCTIONS = ("exp", "ln", "log", "sin", "cos", "tanh", "min", "max")


@dataclass(frozen=True, slots=True)
class Style:
    """One spelling: the signs of the operations, and how floor, ceiling, fraction and power are drawn."""

    signs: Mapping[str, str]
    floor: tuple[str, str]
    ceil: tuple[str, str]
    times: str
    latex: bool = False


ASCII = Style({}, ("floor(", ")"), ("ceil(", ")"), "x")
UNICODE = Style(
    {"-": "−", "*": "·", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}, ("⌊", "⌋"), ("⌈", "⌉"), " × "
)
LATEX = Style(
    {"*": r"\cdot", "<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne", "%": r"\bmod"},
    (r"\left\lfloor ", r" \right\rfloor"),
    (r"\left\lceil ", r" \right\rceil"),
    r" \times ",
    latex=True,
)


def math(
    expr: Expr, env: Mapping[str, Any] | None = None, letters: Mapping[str, Any] | None = None, left: str = ""
) -> Math:
    """An expression in its three spellings.

    env      values to put in for names (none: the formula with letters)
    letters  values by name, only to see which names are shapes: prod(k) is then written k·k
    left     what the expression defines, written before an equals sign
    """
    written = (_write(expr, style, env or {}, letters or {})[0] for style in (ASCII, UNICODE, LATEX))
    lefts = (left, symbol(left, UNICODE), symbol(left, LATEX)) if left else ("", "", "")
    rounded = any(is_rounded((env or {}).get(name)) for name in names_in(expr))
    ascii_, unicode, latex = (f"{a} = {b}" if a else b for a, b in zip(lefts, written, strict=True))
    return Math(ascii_, unicode, latex, rounded)


def value_math(value: Any) -> Math:
    """A value in its three spellings: 124.5, 125x125x4, 1/3, 42 2/3."""
    if parts := mixed(value):
        words = spoken(value)
        return Math(words, words, r"{}\tfrac{{{}}}{{{}}}".format(*parts))
    ascii_, unicode, latex = (_value(value, style)[0] for style in (ASCII, UNICODE, LATEX))
    return Math(ascii_, unicode, latex, is_rounded(value))


def symbol(name: str, style: Style) -> str:
    """A name as mathematics: with a subscript, as a Greek letter, or upright when it is a word."""
    letter = name.rstrip("0123456789")
    if letter in GREEK and letter != name and style is not ASCII:
        return symbol(letter, style) + (f"_{{{name[len(letter):]}}}" if style.latex else name[len(letter) :])
    if style is UNICODE and name in GREEK:
        return GREEK[name]
    name = SPELLED_AS.get(name, name) if style is not ASCII else name
    if not style.latex or len(name) == 1:
        return name
    if name in GREEK or name in FUNCTIONS:
        return rf"\{name}"
    head, _, tail = name.partition("_")
    if len(head) == 1 and tail:
        return f"{head}_{{{tail}}}"
    words = name.replace("_", r"\ ")
    return rf"\mathrm{{{words}}}"


def raised(words: str) -> str:
    """Powers with small raised figures: x^2 as x², M^n as Mⁿ; other exponents keep their sign."""
    return re.sub(r"\^(\d+|n)(?![\w.])", lambda match: match[1].translate(RAISED), words)


def _value(value: Any, style: Style) -> tuple[str, int]:
    if isinstance(value, bool):
        return ("yes" if value else "no"), _ATOM
    if isinstance(value, Vector):
        return _vector(value, style), _ATOM
    if isinstance(value, tuple):
        return style.times.join(_value(axis, style)[0] for axis in value), _ATOM
    if isinstance(value, int | Fraction):
        return _number(Fraction(value), style)
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


def _write(expr: Expr, style: Style, env: Mapping[str, Any], letters: Mapping[str, Any]) -> tuple[str, int]:
    """The text, and how tightly it binds."""
    match expr:
        case Num(value):
            return _value(value, style)
        case Name(name):
            return _value(env[name], style) if name in env else (symbol(name, style), _ATOM)
        case Neg(operand):
            return style.signs.get("-", "-") + _inside(operand, 6, style, env, letters), 4
        case Not(operand):
            return "not " + _inside(operand, 2, style, env, letters), 2
        case Call(function, arguments):
            return _call(function, arguments, style, env, letters)
        case Op(sign, left, right):
            return _operation(sign, left, right, style, env, letters)


def _inside(
    expr: Expr, level: int, style: Style, env: Mapping[str, Any], letters: Mapping[str, Any]
) -> str:
    words, binds = _write(expr, style, env, letters)
    if binds >= level:
        return words
    return rf"\left({words}\right)" if style.latex else f"({words})"


def _operation(
    sign: str, left: Expr, right: Expr, style: Style, env: Mapping[str, Any], letters: Mapping[str, Any]
) -> tuple[str, int]:
    level = _LEVEL[sign]
    if sign == "/" and style.latex:
        top, bottom = (_write(side, style, env, letters)[0] for side in (left, right))
        return rf"\frac{{{top}}}{{{bottom}}}", 8
    if sign == "**":
        base = _inside(left, 8, style, env, letters)
        exponent = _write(right, style, env, letters)[0]
        plain = f"^{_inside(right, 8, style, env, letters)}"
        return base + (f"^{{{exponent}}}" if style.latex else raised(plain) if style is UNICODE else plain), 7
    words = _inside(left, level, style, env, letters)
    joined = sign == "*" and isinstance(right, Call) and right.function == "prod"
    tail = _inside(right, level if joined else level + 1, style, env, letters)
    shown = style.signs.get(sign, sign)
    if sign == "*" and style is not ASCII and isinstance(left, Num) and _is_letter(right, env):
        return words + tail, level
    if sign in "*/" and not style.latex:
        return f"{words}{shown}{tail}", level
    return f"{words} {shown} {tail}", level


def _is_letter(expr: Expr, env: Mapping[str, Any]) -> bool:
    match expr:
        case Op("**", left, _):
            return _is_letter(left, env)
    return isinstance(expr, Name) and expr.id not in env and len(symbol(expr.id, UNICODE)) == 1


def _call(
    function: str, arguments: tuple[Expr, ...], style: Style, env: Mapping[str, Any], letters: Mapping[str, Any]
) -> tuple[str, int]:
    if function in ("floor", "ceil"):
        opening, closing = style.floor if function == "floor" else style.ceil
        return opening + _write(arguments[0], style, env, letters)[0] + closing, _ATOM
    if function in ("prod", "shape"):
        parts = [part for argument in arguments for part in _axes(argument, style, env, letters)]
        if function == "shape":
            return (" x " if style is ASCII else style.times).join(parts), _ATOM
        joint = f" {style.signs['*']} " if style.latex else style.signs.get("*", "*")
        return joint.join(parts) or "1", _ATOM if len(parts) == 1 and isinstance(arguments[0], Name) else 5
    inner = ", ".join(_write(argument, style, env, letters)[0] for argument in arguments)
    if function == "sqrt" and style is not ASCII:
        return (rf"\sqrt{{{inner}}}" if style.latex else f"√({inner})"), _ATOM
    word = symbol(function, style)
    if style.latex:
        word = word if function in GREEK or function in FUNCTIONS else rf"\operatorname{{{function}}}"
        return rf"{word}\left({inner}\right)", _ATOM
    return f"{word}({inner})", _ATOM


def _divides_down(expr: Expr) -> bool:
    """Whether a // or % would take in a factor that is written before it: 2*(7//2) is not 2*7//2."""
    return isinstance(expr, Op) and (expr.symbol in ("//", "%") or (expr.symbol in "*/" and _divides_down(expr.left)))


def _axes(expr: Expr, style: Style, env: Mapping[str, Any], letters: Mapping[str, Any]) -> list[str]:
    """A shape as its axes: 3, 5 with numbers; k, k or k_h, k_w with letters."""
    if not isinstance(expr, Name):
        return [_inside(expr, 6 if _divides_down(expr) else 5, style, env, letters)]
    value = env.get(expr.id, letters.get(expr.id))
    if not isinstance(value, tuple):
        return [_inside(expr, 5, style, env, letters)]
    if expr.id in env:
        return [_value(axis, style)[0] for axis in value]
    if len(set(value)) == 1:
        return [symbol(expr.id, style)] * len(value)
    return [symbol(f"{expr.id}_{axis}", style) for axis in AXES.get(len(value), map(str, range(len(value))))]
