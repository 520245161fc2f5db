"""Questions in words: what they read as, what is refused, and what a text that is changed must not become."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cnnquiz.commands import _batch
from cnnquiz.parsers.answer import answer
from cnnquiz.parsers.question import LONGEST, question
from cnnquiz.parsers.reading import Reading, UnreadError
from cnnquiz.solution import jsonable

CASES = yaml.safe_load((Path(__file__).parent / "parsers" / "questions.yaml").read_text(encoding="utf-8"))
ANSWERED = [case for case in CASES if "value" in case]
REFUSED = [case for case in CASES if "unread" in case]
SIZE, KERNEL, STRIDE = st.integers(16, 400), st.sampled_from((1, 3, 5, 7)), st.integers(1, 4)
PADDING, CHANNELS, FILTERS = st.integers(0, 3), st.integers(2, 64), st.integers(2, 512)
TEMPLATES = (
    "A {i}x{i}x{c} image is convolved with {f} filters of size {k}x{k}, stride {s} and padding {p}. {ask}",
    "You have an input volume that is {i} × {i} × {c}. A conv layer has {f} {k}x{k} filters with a stride of {s} and"
    " a padding of {p}. {ask}",
    "Given an input of shape ({i}, {i}, {c}) and a convolution with kernel size {k}, stride={s}, padding={p} and"
    " {f} output channels: {ask}",
)
ASKED = "What is the output size?"
ASKS = {"output_shape": "What is the output volume?", "parameters": "How many parameters does the layer have?"}


def reading_of(text: str) -> Reading:
    read = question(text)
    assert read is not None
    return read


@pytest.mark.parametrize("case", ANSWERED, ids=[case["text"][:60] for case in ANSWERED])
def test_what_a_question_reads_as(case: dict[str, Any]) -> None:
    options = case.get("options", ())
    read = reading_of(case["text"])
    given = [dict(one.given) for one in read.terms] or dict(read.given)
    assert (read.calculator, given, list(read.want or read.find)) == (case["calculator"], case["given"], case["want"])
    worked = answer(read, options)

    assert (json.loads(json.dumps(jsonable(worked.value))), worked.option) == (case["value"], case.get("option"))


@pytest.mark.parametrize("case", REFUSED, ids=[case["text"][:60] for case in REFUSED])
def test_what_is_refused_and_for_which_words(case: dict[str, Any]) -> None:
    with pytest.raises(UnreadError) as caught:
        question(case["text"])
    assert list(caught.value.words) == case["unread"]


@given(st.sampled_from(TEMPLATES), st.sampled_from(sorted(ASKS)), SIZE, KERNEL, STRIDE, PADDING, CHANNELS, FILTERS)
def test_the_givens_of_a_template_are_read_back(
    template: str, want: str, i: int, k: int, s: int, p: int, c: int, f: int
) -> None:
    read = reading_of(template.format(i=i, k=k, s=s, p=p, c=c, f=f, ask=ASKS[want]))
    value = answer(read).value
    side = (i + 2 * p - k) // s + 1
    assert value == ((side, side, f) if want == "output_shape" else (k * k * c + 1) * f)
    assert read.assumed == (() if want == "output_shape" else ("bias yes",))


@given(st.integers(0, 2), SIZE, KERNEL, st.integers(2, 4), st.integers(1, 3))
def test_what_is_left_out_is_said_to_be_assumed(which: int, i: int, k: int, s: int, p: int) -> None:
    said = [f"a {k}x{k} filter", f"stride {s}", f"padding {p}"]
    text = f"A {i}x{i} image is convolved with {', '.join(said[:which] + said[which + 1 :])}. What is the output size?"
    if which == 0:
        with pytest.raises(UnreadError):
            question(text)
    else:
        assert reading_of(text).assumed == (("stride 1",) if which == 1 else ("padding 0",))


@given(st.integers(0, 3), st.integers(3, 999), SIZE, KERNEL)
def test_a_number_of_nothing_is_refused(place: int, number: int, i: int, k: int) -> None:
    parts = [f"A {i}x{i} image", f"is convolved with a {k}x{k} filter", "of stride 1 without padding.", ASKED]
    parts.insert(place + 1, f"(see {number})")
    with pytest.raises(UnreadError) as caught:
        question(" ".join(parts))
    assert str(number) in caught.value.words


def test_a_long_text_and_an_error_message_are_not_read() -> None:
    with pytest.raises(UnreadError, match="longer than"):
        question("What is the output size? " * (LONGEST // 20))
    assert question(f"RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5). {ASKED}") is None


def batch_answer(**line: Any) -> dict[str, Any]:
    ((answered, _),) = _batch.answers([json.dumps(line)])
    return json.loads(answered)


def test_a_line_of_a_batch_in_words() -> None:
    text = "A 9x9x2 map is convolved with 4 filters of 3x3 without padding. What is the output volume?"
    body = batch_answer(text=text, options=["9x9x4", "7x7x4"])
    assert body.keys() == {"calculator", "given", "want", "value", "option", "assumed", "read", "results"}
    assert (body["value"], body["option"], body["assumed"]) == ([7, 7, 4], "b", ["stride 1"])
    assert {"from": "4 filters", "quantity": "filters", "value": 4} in body["read"]


def test_a_line_in_words_that_is_refused() -> None:
    body = batch_answer(text="A 9x9 map is convolved with a wobbly 3x3 filter. What is the output size?")
    assert body["error"]["unread"] == ["wobbly"]
    assert batch_answer(text=3)["error"]["quantity"] == "text"
    assert batch_answer(text="What?", options="a")["error"]["quantity"] == "options"
    assert batch_answer(text="What?", k=3)["error"]["quantity"] == "k"
