"""Mathematics for steps that are no formula lines: values, sums of products, and signs in three spellings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cnnquiz.mathematics import notation
from cnnquiz.solution import Math

MOST_TERMS = 12  # of a sum that is written out
_LATEX = (
    (r"\bsum_(\w+|\(.+?\)) ", r"\\sum_{\1} "),
    (r"_(\w{2,})", r"_{\1}"),
    (r"_\((.+?)\)", r"_{\1}"),
    (r"\^\((.+?)\)", r"^{\1}"),
    (r"\b(sqrt)\(([^()]*)\)", r"\\sqrt{\2}"),
    (r"\b(exp|ln|tanh|max|min|sin|cos|lim)(?![a-zA-Z])", r"\\\1"),
    (r"\bintegral\b", r"\\int"),
    (r"d/dtheta", r"\\frac{d}{d theta}"),
    (r"\b(alpha|beta|gamma|delta|epsilon|eta|theta|mu|rho|sigma)(?![a-z])", r"\\\1"),
    (r"\binfinity\b", r"\\infty"),
    (r"\*", r"\\cdot "),
    (r"<=", r"\\le "),
    (r">=", r"\\ge "),
    (r"->", r"\\to "),
)
_UNICODE = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "eta": "η",
    "theta": "θ",
    "mu": "μ",
    "rho": "ρ",
    "integral": "∫", "dtheta": "dθ",
    "sigma": "σ",
    "Phi": "Φ",
    "phi": "φ",
    "sum": "Σ",
    "sqrt": "√",
    "infinity": "∞",
}
_WORD = re.compile(r"(?<![a-zA-Z])(" + "|".join(_UNICODE) + r")(?![a-zA-Z])")


def chain(*pieces: Any, joint: str = "") -> Math:
    """Text (`y = sigma(x)`) and Math, one behind the other, in three spellings."""
    read = [piece if isinstance(piece, Math) else spelled(str(piece)) for piece in pieces]
    between = spelled(joint)
    kinds = ("ascii", "unicode", "latex")
    ascii_, unicode, latex = (getattr(between, kind).join(getattr(piece, kind) for piece in read) for kind in kinds)
    return Math(ascii_, unicode, latex, any(piece.rounded for piece in read))


def spelled(words: str) -> Math:
    """A formula typed in ASCII, in three spellings: theta^2, sum_i z_i, sqrt(v), a*b."""
    latex = words
    for pattern, sign in _LATEX:
        latex = re.sub(pattern, sign, latex)
    plain = _WORD.sub(lambda match: _UNICODE[match[1]], words)
    plain = plain.replace("->", "→").replace("<=", "≤").replace(">=", "≥").replace("-", "−").replace("*", "·")
    return Math(words, notation.raised(plain), latex)


def value(found: Any) -> Math:
    """A value in three spellings; a long vector cut short."""
    if isinstance(found, tuple) and len(found) > MOST_TERMS:
        return chain(notation.value_math(type(found)(found[:MOST_TERMS])), f" ... ({len(found)} numbers)")
    return notation.value_math(found)


def factor(number: Any) -> Math:
    """A number as a factor, in brackets where it is negative."""
    shown = notation.value_math(number)
    return chain("(", shown, ")") if number < 0 else shown


def sum_of_products(left: Iterable[Any], right: Iterable[Any], plus: Any = None) -> Math:
    """1*3 + 2*(-4) + 5, the numbers put in."""
    pairs = list(zip(left, right, strict=True))
    terms = [chain(factor(a), "*", factor(b)) for a, b in pairs[:MOST_TERMS]]
    terms += [spelled("...")] if len(pairs) > MOST_TERMS else []
    terms += [factor(plus)] if plus is not None else []
    return chain(*terms, joint=" + ")
