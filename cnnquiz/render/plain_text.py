"""Text from banks and users made harmless, and spelled in ASCII where nothing else can be shown."""

from __future__ import annotations

import re
import unicodedata

from cnnquiz.patterns import pattern

# A whole escape sequence goes, not its first byte alone: what is left of one would read as rubbish.
_ESCAPES = pattern(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # ESC [ ... : colours, cursor
    "|\x1b[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)?"  # ESC ] ... BEL: titles, links, clipboard
    "|\x1b[ -/]*[0-~]?"
    "|\x9b[0-?]*[ -/]*[@-~]"
)
# Controls, direction overrides, invisible marks, lone surrogates, and tag characters.
_UNSAFE = pattern(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_BREAKS = pattern("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

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


def clean(text: str) -> str:
    """The text without anything that could steer a terminal; line breaks stay, tabs become spaces."""
    text = _BREAKS.sub("\n", text).expandtabs(4)
    return _UNSAFE.sub("", _ESCAPES.sub("", text))


def one_line(text: str) -> str:
    """The cleaned text with every run of blanks and breaks as one space."""
    return " ".join(clean(text).split())


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
