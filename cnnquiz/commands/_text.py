"""A batch line in words: a shape error that was pasted, or a question, perhaps with options."""

from __future__ import annotations

from typing import Any

from msgspec import to_builtins

from cnnquiz.errors import GivenError
from cnnquiz.parsers.answer import answer
from cnnquiz.parsers.question import question
from cnnquiz.parsers.reading import UnreadError
from cnnquiz.parsers.shape_error import shape_error


def text_answer(request: dict[str, Any]) -> dict[str, Any]:
    """The JSON contract's object for a line with a text; CnnquizError where it cannot be read."""
    stray = sorted(request.keys() - {"text", "options", "steps"})
    if stray:
        raise GivenError(f"`{stray[0][:40]}` is no part of a line in words: it has text, options, steps", stray[0])
    words, options, steps = request["text"], request.get("options") or [], request.get("steps") is True
    if not isinstance(words, str):
        raise GivenError('text is a question in words: "text": "..."', "text")
    if not isinstance(options, list) or not all(isinstance(one, str) for one in options):
        raise GivenError('options are a list of texts: "options": ["3x3", "5x5"]', "options")
    if diagnosis := shape_error(words):
        body = to_builtins(diagnosis)
        return {"diagnosis": {name: body[name] for name in ("kind", "cause", "fix", "value", "line")}}
    if reading := question(words, options):
        return answer(reading, options, steps).as_json(reading, steps)
    raise UnreadError("the text asks nothing that can be worked")
