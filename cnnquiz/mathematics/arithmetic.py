"""Arithmetic as prose writes it: (5·5·3 + 1) × 100 = 7,600, in Markdown or LaTeX, worked exactly."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics.analysis import number
from cnnquiz.mathematics.analysis import parse as parse_real
from cnnquiz.mathematics.expression import evaluate, parse

_LATEX = (
    (re.compile(r"\\(?:begin|end)\{[a-z]+\*?\}"), " "),
    (re.compile(r"\\\\\s*&?\s*="), " ="),
    (re.compile(r"\\\\(?![a-zA-Z])"), "; "),
    (re.compile(r"&(?=\s*[=<>≈])"), " "),
    (re.compile(r"(?<=\d)\\,(?=\d{3}(?!\d))"), ""),
    (re.compile(r"\\(?:times|cdot|ast)(?![a-zA-Z])"), "*"),
    (re.compile(r"\\(?:left|right|[bB]ig[lr]?)(?![a-zA-Z])|\\[,;:! ()\[\]]|\$|(?<![\w)])\*\*|\*\*(?![\w(])|`|~"), " "),
    (re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"((\1)/(\2))"),
    (re.compile(r"\\lfloor|⌊"), " floor("),
    (re.compile(r"\\lceil|⌈"), " ceil("),
    (re.compile(r"\\rfloor|\\rceil|⌋|⌉"), ")"),
    (re.compile(r"\\approx(?![a-zA-Z])"), "≈"),
    (re.compile(r"\\(?:text|mathrm|mathbf)\{([^{}]*)\}"), r" \1 "),
    (re.compile(r"\^\{(\d+)\}"), r"^\1"),
    (re.compile(r"\{,\}"), ","),
)
_SIGNS = str.maketrans({"−": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/", "²": "^2", "³": "^3"})
_CROSS = re.compile(  # a sign, and no name: x1, x = 2, what is x after
    r"(?<=[\d)])[xX](?=[\d(\s])|(?<=\d\s)[xX](?=[\d(])"
    r"|(?<=\s)(?<!is )(?<!of )(?<!at )(?<!for )(?<!in )[xX](?=\s+[^\s=:])"
)
_GROUPED = re.compile(r"(?<![\d,.])(\d{1,3}(?:,\d{3})+)(?!\d|,\d)")
FUNCTION_CALLS = r"floor\(|ceil\(|exp\(|ln\(|sqrt\("
_ONLY = re.compile(rf"(?:[-+*/^().\s\d]|{FUNCTION_CALLS})+")
_REAL = re.compile(r"exp|ln|sqrt")
_RANGE = re.compile(r"\s*\d+\s?-\s?\d+\s*")
LONGEST = 200
_MARKS = frozenset("\\$`*{")


def plain(text: str) -> str:
    """The text with its arithmetic in ASCII: times signs as *, fractions as /, floor and ceiling as functions."""
    if not text.isascii() or not _MARKS.isdisjoint(text):
        for pattern, replacement in _LATEX:
            text = pattern.sub(replacement, text)
        text = text.translate(_SIGNS)
    return _GROUPED.sub(lambda match: match[1].replace(",", ""), _CROSS.sub("*", text))


def value(text: str) -> int | Fraction | None:
    """The value of plain arithmetic; None for anything else, such as the range 3-5."""
    words = text.strip()
    if not words or len(words) > LONGEST or not _ONLY.fullmatch(words) or _RANGE.fullmatch(words):
        return None
    try:
        worked: Any = number(parse_real(words), {}) if _REAL.search(words) else evaluate(parse(words, names=()), {})
    except (CnnquizError, ArithmeticError):
        return None
    return worked if isinstance(worked, int | Fraction) and not isinstance(worked, bool) else None
