"""Text spelled in ASCII where nothing else can be shown."""

from __future__ import annotations

import re
import unicodedata

from cnnquiz.patterns import pattern

_PLAIN = {
    "×": "x", "−": "-", "·": "*", "÷": "/", "±": "+/-", "∗": "*", "⋅": "*", "∙": "*",
    "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "√": "sqrt", "∞": "infinity", "∂": "d", "∇": "grad ",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "≡": "==", "→": "->", "←": "<-", "⇒": "=>", "↦": "->",
    "⇔": "<=>", "↑": "^", "↓": "v", "∑": "sum", "∏": "prod", "∫": "integral", "∈": "in", "∉": "not in",
    "⊤": "T",
    "⊙": "(*)", "⊕": "(+)", "⊗": "(x)", "ℝ": "R", "ℤ": "Z", "ℕ": "N", "′": "'", "″": "''",
    "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "«": '"', "»": '"',
    "–": "-", "—": "-", "‐": "-", "‑": "-", "…": "...", "•": "*", "✓": "+", "✗": "x",
    "µ": "u", "°": " deg", "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l",
    "█": "#", "▓": "#", "▒": ":", "░": ".", "▀": "#", "▄": "#", "▌": "#", "▐": "#", "■": "#", "□": ".",
    "●": "o", "○": "o", "━": "=", "─": "-", "│": "|", "┃": "|", "└": "+", "┘": "+", "┌": "+", "┐": "+",
    "\u0302": "_hat", "\u0304": "_bar", "\u0305": "_bar",
}  # fmt: skip
RAISED = dict(
    zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ", "0123456789+-=()abcdefghijklmnoprstuvwxyzT", strict=True)
)
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-=()aehijklmnoprstuvx", strict=True))
_INDEXES = pattern(f"[{''.join(RAISED)}]+|[{''.join(LOWERED)}]+")


def ascii_text(text: str) -> str:
    """The text spelled in ASCII: `σ(x²) ≤ ¼` as `sigma(x^2) <= 1/4`."""
    return text if text.isascii() else "".join(map(_spell, _INDEXES.sub(_index, text)))


def _index(match: re.Match[str]) -> str:
    """A run of raised or lowered characters with its mark: `ⁿ⁺¹` as `^(n+1)`."""
    run = match.group()
    mark, letters = ("^", RAISED) if run[0] in RAISED else ("_", LOWERED)
    inner = "".join(letters[character] for character in run)
    return mark + (inner if inner.isalnum() or inner.startswith("(") else f"({inner})")


def _spell(character: str) -> str:
    """One character in ASCII: by the table, by its Greek name, by its base letter, or `?`."""
    if character.isascii():
        return character
    if character in _PLAIN:
        return _PLAIN[character]
    name = unicodedata.name(character, "")
    if name.startswith("GREEK "):
        word = name.split(" WITH ")[0].split()[-1].lower().replace("lamda", "lambda")
        return word.capitalize() if "CAPITAL" in name else word
    base = unicodedata.normalize("NFKD", character).replace("\u2044", "/")
    kept = "".join(part for part in base if part.isascii())
    return kept or ("" if unicodedata.combining(character) else "?")
