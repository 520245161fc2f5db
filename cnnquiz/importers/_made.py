"""Questions as most texts have them: an answer to type, or options of which some are right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnquiz.importers import ForeignOption, ForeignQuestion, Kind, Refusal
from cnnquiz.importers._text import truth


def truth_options(right: bool, whys: tuple[str, str] = ("", "")) -> tuple[ForeignOption, ForeignOption]:
    """The options True and False, each with its why."""
    return ForeignOption("True", right, whys[0]), ForeignOption("False", not right, whys[1])


def typed(line: int, stem: str, answer: str, name: str = "", reason: str = "", tolerance: str = "",
          key_line: int = 0) -> ForeignQuestion:  # fmt: skip
    """A question without options: of true or false where the answer says so."""
    right = truth(answer)
    kind: Kind = "short" if right is None else "true-false"
    options = () if right is None else truth_options(right)
    answers = (answer,) if right is None else ()
    return ForeignQuestion(line, stem, kind, options, answers, tolerance, name, reason, key_line)


def chosen(line: int, stem: str, texts: Sequence[str], rights: Sequence[bool], words: Callable[[str], str],
           name: str = "", reason: str = "", key_line: int = 0) -> ForeignQuestion | Refusal:  # fmt: skip
    """A question with options, of which one or several are right; `words` makes Markdown of each."""
    if not any(rights):
        return Refusal(line, "its answer names none of its options, or does not say which", name)
    if len(texts) < 2:
        return Refusal(line, "it has one option alone", name)
    options = tuple(ForeignOption(words(text), right) for text, right in zip(texts, rights, strict=True))
    kind: Kind = "multiple" if sum(rights) > 1 else "single"
    return ForeignQuestion(line, stem, kind, options, (), "", name, reason, key_line)
