"""The Markdown of banks: `*em*`, `**strong**`, `` `code` ``, `$mathematics$`, lists, paragraphs; no other marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from html import escape
from typing import Any

from cnnquiz.patterns import pattern

# As in Pandoc: `$` opens before a character that is no blank and closes behind one, with no digit after it,
# so that "from $5 to $6" stays what it says.
_MATH = pattern(r"\$((?! )(?:\\.|[^$\\])+?)(?<! )\$(?!\d)", re.DOTALL)
_PRODUCT = pattern(r"(?<=[\w)\]])(\*+)(?=[\w(\[])")  # the stars of 2*3*(n - 1) multiply
Formula = Callable[[str], str]


@cache
def parser() -> Any:
    """A parser of the marks that a bank may use, and of no others."""
    from markdown_it import MarkdownIt

    made = MarkdownIt("zero", {"maxNesting": 100}).enable(["emphasis", "backticks", "escape", "newline", "list"])
    made.inline.ruler.before("escape", "math", partial(_match, _MATH, "math"))
    made.inline.ruler.before("emphasis", "product", partial(_match, _PRODUCT, "text"))
    return made


def mathjax(latex: str) -> str:
    """A formula as MathJax reads it in a page."""
    return rf"\({escape(latex, quote=False)}\)"


def html(markdown: str, formula: Formula = mathjax) -> str:
    """Markdown as HTML; `formula` writes the LaTeX of a formula."""
    tokens = _with_formulas(parser().parse(markdown), formula)
    return str(parser().renderer.render(tokens, parser().options, {})).strip()


def inline_html(markdown: str, formula: Formula = mathjax) -> str:
    """A run of Markdown as HTML without a paragraph around it."""
    tokens = _with_formulas(parser().parseInline(markdown), formula)
    return str(parser().renderer.render(tokens, parser().options, {})).strip()


def _with_formulas(tokens: Sequence[Any], formula: Formula) -> Sequence[Any]:
    """The tokens, each formula as HTML."""
    for token in tokens:
        for child in token.children or ():
            if child.type == "math":
                child.type, child.content = "html_inline", formula(child.content)
    return tokens


def _match(pattern: re.Pattern[str], kind: str, state: Any, silent: bool) -> bool:
    """A rule of the parser: what the pattern finds here, in its group, is a token of that kind."""
    match = pattern.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push(kind, "", 0).content = match[1]
    state.pos = match.end()
    return True
