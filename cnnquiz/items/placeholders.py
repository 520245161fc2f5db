"""Prose with placeholders: `{name}` stands for a given or a result of the item's derivation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.patterns import pattern
from cnnquiz.solution import prose_text

# Mathematics, a LaTeX command with its arguments, or a placeholder.
_PROSE = pattern(
    r"\$\$.*?\$\$|\$[^$]*\$|\\\[.*?\\\]|\\\(.*?\\\)|\\begin\{(?P<kind>[a-z]+\*?)\}.*?\\end\{(?P=kind)\}"
    r"|\\[A-Za-z]+(?:\{(?:[^{}]|\{[^{}]*\})*\})+|\{(?P<name>[A-Za-z][\w-]*)\}",
    re.DOTALL,
)


_OWN_BRACES = pattern(r"(?<![\w^}\\])\{([A-Za-z][\w-]*)\}")


def names_between_braces(words: str) -> tuple[str, ...]:
    """The names of the placeholders."""
    return tuple(match["name"] for match in _PROSE.finditer(words) if match["name"])


def names_in_mathematics(words: str) -> tuple[str, ...]:
    """The names between braces of their own in mathematics, where they stay as they are; not what a command takes."""
    kept = (match[0] for match in _PROSE.finditer(words) if not match["name"]) if "{" in words else ()
    return tuple(name for part in kept for name in _OWN_BRACES.findall(part))


def fill(words: str, values: Mapping[str, Any]) -> str:
    """The words with each `{name}` replaced by its value; mathematics and what LaTeX's commands take stay as they are.

    Raises CnnquizError for a name that has no value.
    """
    if "{" not in words:
        return words

    def value_text(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return match[0]
        if name not in values:
            known = f"write one of {', '.join(sorted(values))}" if values else "the item has no derivation"
            raise CnnquizError(f"{{{name}}} stands for nothing: {known}")
        return prose_text(values[name])

    return _PROSE.sub(value_text, words)
