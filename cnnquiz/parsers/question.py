"""A question in words, as a request to a calculator; refused where a word or a number cannot be placed.

The quantities come from the phrases beside their values, what is asked from the patterns of a topic. Every number and
every word must then be explained by one of them or be known to change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.language.statement import Statement
from cnnquiz.layers.code import is_code
from cnnquiz.parsers.answer import answer
from cnnquiz.parsers.attempt import Attempt
from cnnquiz.parsers.code_question import CodeQuestion
from cnnquiz.parsers.dense_network import DenseNetwork
from cnnquiz.parsers.reading import Reading, UnreadError
from cnnquiz.parsers.stack import Stack
from cnnquiz.parsers.topics import DENSE_NETWORK, STACK, UNREADABLE, topics

LONGEST = 4_000  # characters


def question(text: str, options: Sequence[str] = ()) -> Reading | None:
    """The reading of a question in words; None for an error message.

    options  what may be chosen from; they do not change the reading
    """
    if len(text) > LONGEST:
        raise UnreadError(f"the text is longer than the {LONGEST:,} characters that are read")
    if UNREADABLE.search(text):
        return None
    asked = [one for one in _attempts(text) if one.asked]
    if not asked:
        raise UnreadError("what the text asks for is none of the results that can be worked")
    read = [one for one in asked if not one.unread]
    if not read:
        nearest = min(asked, key=lambda one: len(one.unread))
        raise UnreadError(f"not placed: {', '.join(nearest.unread)}", nearest.unread)
    return _agreed(read)


def _attempts(text: str) -> Iterator[Attempt]:
    """The text as a question of each topic that it may be about; of one that quotes code, about that code."""
    if is_code(text):
        yield CodeQuestion(text)
        return
    statement = Statement(text)
    line = statement.line.text
    yield from (Attempt(statement, topic) for topic in topics() if topic.needs.search(line))
    if STACK.needs.search(line):
        yield Stack(statement)
    if DENSE_NETWORK.needs.search(line):
        yield DenseNetwork(statement)


def _agreed(attempts: Iterable[Attempt]) -> Reading:
    """The first reading, where all that can be worked come to the same value."""
    worked: list[tuple[Reading, Any]] = []
    refusals: list[CnnquizError] = []
    for attempt in attempts:
        try:
            worked += [(one, answer(one).value) for one in attempt.readings()]
        except (CnnquizError, ArithmeticError) as fault:
            refusals.append(fault if isinstance(fault, CnnquizError) else CnnquizError(str(fault)))
        refusals += attempt.faults
    if not worked:
        unclear = refusals or [UnreadError("the givens are said in more than one way")]
        raise next((one for one in unclear if isinstance(one, UnreadError)), UnreadError(str(unclear[0])))
    if any(value != worked[0][1] for _, value in worked):
        raise UnreadError("the text has more than one meaning, with different values")
    return worked[0][0]
