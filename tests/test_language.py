"""What sentences say of quantities, and what questions ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cnnquiz.language.mentions import Mention, free_numbers, mentions
from cnnquiz.language.question import last_question
from cnnquiz.language.tokens import tokens

CASES = yaml.safe_load((Path(__file__).parent / "language" / "mentions.yaml").read_text(encoding="utf-8"))


def written(mention: Mention) -> str:
    value: Any = mention.value
    sized = isinstance(value, tuple) and "logits" not in mention.names
    return f"{mention.names[0]} {'x'.join(map(str, value)) if sized else value}"


@pytest.mark.parametrize(("words", "said"), CASES, ids=[case[0] for case in CASES])
def test_what_a_sentence_says(words: str, said: list[str]) -> None:
    assert list(map(written, mentions(words))) == said


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How many learnable parameters does it have?", "parameters"), ("Compute the number of FLOPs.", "FLOPs"),
        ("How many weights, biases left out?", "weights"), ("What is the receptive field?", "receptive field"),
        ("How many bytes do its parameters take?", "bytes"), ("What is the derivative at 2?", "derivative"),
    ],
)  # fmt: skip
def test_what_a_question_asks_for(question: str, asked: str) -> None:
    found = last_question(question)
    assert found is not None and found.name == asked
    assert last_question("What is the size of the output?") is None


def test_numbers_that_number_or_date_something_are_no_givens() -> None:
    text = "Week 8, question 3 (2 marks, 2019): VGG-16 with 92 % accuracy sees 224 pixels, to 2 decimals."
    assert [token.value for token in free_numbers(text)] == [224]


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    tokens(text)
    mentions(text)
    last_question(text)
    free_numbers(text)
