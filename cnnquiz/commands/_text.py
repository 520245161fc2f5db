"""A batch line in words: what its text is, and its answer."""

from __future__ import annotations

from typing import Any

from msgspec import to_builtins

from cnnquiz.errors import CnnquizError
from cnnquiz.parsers.shape_error import shape_error


def text_answer(request: dict[str, Any]) -> dict[str, Any]:
    """The JSON contract's object for a line with a text; CnnquizError where it cannot be read."""
    if not isinstance(request["text"], str):
        raise CnnquizError('text is what is asked, in words: write "text": "..."')
    if diagnosis := shape_error(request["text"]):
        body = to_builtins(diagnosis)
        return {"diagnosis": {name: body[name] for name in ("kind", "cause", "fix", "value", "line")}}
    raise CnnquizError("the text is neither a question nor a shape error that can be read")
