"""One table of keys: whatever a screen names works, as its letter and as its word, in every kind of session."""

from __future__ import annotations

import pytest
from conftest import Program
from screens import a_screen
from test_variants import DRILLS, PRINTED

from cnnquiz.items import variants
from cnnquiz.items.variants import Variant
from cnnquiz.quiz import commands
from cnnquiz.quiz.commands import COMMANDS, PROMPTS, SYNONYMS, choice, command
from cnnquiz.quiz.session import start
from cnnquiz.render import drill as drill_view
from cnnquiz.render import quiz
from cnnquiz.render.answer_form import taken_letters
from cnnquiz.render.input_events import event, event_between

VARIANTS = [variants.original(one, item) for one in PRINTED for item in one.items]
WORDS = {one.word for one in COMMANDS}


def test_no_key_and_no_word_means_two_things() -> None:
    for told in (False, True):
        here = [one for one in COMMANDS if (one.told if told else one.asking)]
        for names in ([one.key for one in here], [one.word for one in here]):
            assert len(names) == len(set(names))
    assert set(SYNONYMS.values()) <= WORDS


@pytest.mark.parametrize("one", COMMANDS, ids=lambda one: one.word)
def test_a_key_works_as_its_letter_and_as_its_word(one: commands.Command) -> None:
    for told in (False, True):
        if one.told if told else one.asking:
            for typed in (one.key, one.key.upper(), one.word, f" {one.word.upper()} "):
                assert command(typed, told) == one


@pytest.mark.parametrize("prompt", PROMPTS)
def test_an_answer_to_a_prompt_works_as_its_key_and_as_its_word(prompt: str) -> None:
    for one in PROMPTS[prompt]:
        for typed in (one.key, one.key.casefold(), one.word, one.word.upper(), *one.also):
            assert choice(prompt, typed) == one
    assert choice(prompt, "xyzzy") is None
    named = quiz.choice_names(a_screen(), prompt).plain
    assert all(one.key in named and one.word in named for one in PROMPTS[prompt])


def named_keys(line: str) -> list[tuple[str, str]]:
    """The keys that a line names, each with its word."""
    pairs = (each.strip().partition(" ") for each in line.split("   "))
    return [(key, word) for key, _, word in pairs if word in WORDS]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.item.id)
@pytest.mark.parametrize("exam", [False, True])
def test_what_the_line_of_keys_names_works(variant: Variant, exam: bool) -> None:
    session = start([variant], exam=exam)
    line = "   ".join(row.plain for row in quiz.key_line(a_screen(120), session))
    named = named_keys(line)
    assert "quit" in {word for _, word in named}
    for key, word in named:
        assert event(session, key) == event(session, word) != event(session, "xyzzy")
    for one in drill_view.commands(variant):
        assert command(quiz.name_of(one.key, taken_letters(variant)), False, taken_letters(variant)) == one


def test_what_is_named_behind_a_verdict_works() -> None:
    line = quiz.keys_behind(a_screen(120), "next question", ["working", "picture", "why", "everything"]).plain
    named = named_keys(line)
    assert len(named) == 6
    for key, word in named:
        assert event_between(key) == event_between(word) is not None
    assert event_between("enter") == event_between("next") == event_between("space")


def test_a_statement_is_answered_by_its_letter() -> None:
    every = (variants.draw(one, item, 1) for one in DRILLS for item in one.items if item.type == "true-false")
    true_false = next(every)
    assert event(start([true_false]), "t").action == event(start([true_false]), "f").action == "answer"


def test_back_shows_the_question_before_in_a_drill(program: Program) -> None:
    out = program("drill", "conv/size-plain", "--seed", "1", stdin="b\n9\n9\nback\nq\n").stdout
    assert "This is the first question" in out
    before = out.rpartition("Question 1, answered")[2]
    assert "Wrong: 9" in before and "Question 2" in before
