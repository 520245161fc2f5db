"""LaTeX of a stem or a rationale as characters: `$\\sigma'(x) \\le \\frac{1}{4}$` as σ'(x) ≤ 1/4."""

from __future__ import annotations

import re

from cnnquiz.render.plain_text import LOWERED, RAISED

_WORDS = re.compile(
    r"\\(?:text|mathrm|mathbf|mathit|mathsf|operatorname|textbf|textit|boldsymbol|bm)\*?\s*\{([^{}]*)\}"
)
_ACCENTS = re.compile(r"\\(hat|bar|tilde|vec|dot|ddot)\s+(\w)")
_FUNCTIONS = re.compile(
    r"\\(arg|cosh?|det|exp|gcd|inf|lim|ln|log|max|min|mod|Pr|sinh?|sup|tanh?)(?![a-zA-Z])(?=(\s*[a-zA-Z\\])?)"
)
_SIZES = re.compile(r"\\(?:left|right|[bB]igg?[lr]?)(?![a-zA-Z])\.?")
_SPACES = re.compile(r"\\(?:[,;:! ]|q?quad(?![a-zA-Z]))|~")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_SHORT_FRACTION = re.compile(r"\\[dt]?frac\s*(\d|[a-zA-Z](?=[\d ]))\s*(\w)")
_ROOT = re.compile(r"(?:\\sqrt|√)\s*\{([^{}]*)\}")
_INDEX = re.compile("([\ue000\ue001])(?:\\{([^{}]*)\\}|(\\w|[*+\u2212\u2217]))")
_SIMPLE = re.compile(r"[\w.'√∞*⊤]+(?:\([^()]*\))?|\([^()]*\)")
_TIGHT = re.compile(r"(?<=[⌊⌈∂]) | (?=[⌋⌉])")
# Stand-ins for the marks that unicodeit would read in its own way, put back at the end.
_KEPT = {"^": "\ue000", "_": "\ue001", r"\{": "\ue002", r"\}": "\ue003"}
_OTHERS = {
    r"\ast": "*", r"\colon": ":", r"\dots": "…", r"\ldots": "…", r"\cdots": "…",
    r"\lvert": "|", r"\rvert": "|", r"\lVert": "‖", r"\rVert": "‖", r"\bmod": " mod ",
    r"\%": "%", r"\#": "#", r"\&": "&", r"\|": "‖",
}  # fmt: skip
_OTHER = re.compile("|".join(rf"{re.escape(name)}(?![a-zA-Z])" for name in _OTHERS))
_RAISE = {plain: raised for raised, plain in RAISED.items()} | {"−": "⁻"}
_LOWER = {plain: lowered for lowered, plain in LOWERED.items()} | {"−": "₋"}
_LONGEST = 2000
_DEEPEST = 20


def characters(latex: str) -> str:
    """LaTeX as one line of characters, with brackets where its layout carried the meaning."""
    if len(latex) > _LONGEST:
        return latex
    text = _characters_by_name(re.sub("[\ue000-\ue003]", "", latex))
    for _ in range(_DEEPEST):
        folded = _fold(text)
        if folded == text:
            break
        text = folded
    text = text.replace("{", "").replace("}", "")
    for mark, stand_in in _KEPT.items():
        text = text.replace(stand_in, mark[-1])
    return _TIGHT.sub("", " ".join(text.split()))


def _characters_by_name(text: str) -> str:
    """LaTeX with each name as its character or word; only layout (fractions, roots, indexes) is left."""
    for mark in (r"\{", r"\}", r"\_", "^", "_"):
        text = text.replace(mark, _KEPT.get(mark, "\ue001"))
    text = _SHORT_FRACTION.sub(r"\\frac{\1}{\2}", text)
    text = _ACCENTS.sub(r"\\\1{\2}", _SPACES.sub(" ", _SIZES.sub("", text)))
    text = _FUNCTIONS.sub(lambda match: match[1] + (" " if match[2] else ""), _WORDS.sub(r"\1", text))
    text = _OTHER.sub(lambda match: _OTHERS[match.group()], text)
    if "\\" not in text:
        return text.replace("-", "−")
    import unicodeit  # late and sparingly: it looks for each of four thousand names

    return str(unicodeit.replace(text))


def _fold(text: str) -> str:
    """One layer of indexes, fractions and roots, the innermost, written on the line."""
    text = _INDEX.sub(lambda match: _index(match[1], match[2] or match[3] or ""), text)
    text = _FRACTION.sub(lambda match: "/".join(map(_in_brackets, match.groups())), text)
    return _ROOT.sub(lambda match: "√" + _in_brackets(match[1]), text)


def _in_brackets(inner: str) -> str:
    return inner if _SIMPLE.fullmatch(inner) else f"({inner})"


def _index(mark: str, inner: str) -> str:
    """An index as raised or lowered characters where all have one, else with its mark: `k_eff`, `e^(z_i)`."""
    shifted = _RAISE if mark == _KEPT["^"] else _LOWER
    if inner and all(character in shifted for character in inner):
        return "".join(shifted[character] for character in inner)
    sign = "^" if mark == _KEPT["^"] else "_"
    return sign + _in_brackets(inner) if inner else ""
