"""The drill without screen or disk: levels, mastery, the order of skills, and questions that can be asked again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnquiz.answers import mark, read_response
from cnnquiz.bank import open_bank
from cnnquiz.errors import CnnquizError
from cnnquiz.files import bundled, drills
from cnnquiz.items.variants import Variant, draw, original
from cnnquiz.quiz import drill_scope
from cnnquiz.quiz.drill import (
    STREAK,
    Drill,
    Family,
    How,
    Question,
    advance,
    as_plan,
    question,
    resume,
    start,
    without_options,
)

CONV = drill_scope.families(["conv"])
SIZES = [family for family in CONV if family.item.topic == "output size"]
ANSWERS = st.lists(st.sampled_from(["alone", "helped", "wrong"]), max_size=40)


def after(drill: Drill, *hows: How) -> Drill:
    """The drill after so many questions, ended so."""
    for how in hows:
        if not drill.over:
            drill = advance(drill, question(drill), how)
    return drill


def level(drill: Drill) -> int:
    return drill.standings[0].level + 1


def test_a_skill_climbs_with_right_answers_and_falls_with_wrong_ones() -> None:
    drill = start(SIZES, 1)
    assert len(drill.skills) == 1 and len(drill.skills[0].levels) == 4
    assert [level(after(drill, *["alone"] * n)) for n in range(5)] == [1, 2, 3, 4, 4]
    assert level(after(drill, "alone", "alone", "wrong")) == 2
    assert level(after(drill, "wrong")) == 1
    assert level(after(drill, "alone", "helped")) == 2


def test_three_right_in_a_row_at_the_hardest_level_master_a_skill() -> None:
    top = after(start(SIZES, 1), "alone", "alone", "alone")
    assert not after(top, "alone", "alone").over
    done = after(top, *["alone"] * STREAK)
    assert done.over and not done.open_skills and done.standings[0].mastered


@pytest.mark.parametrize("slip", ["helped", "wrong"])
def test_help_and_errors_break_the_row(slip: How) -> None:
    top = after(start(SIZES, 1), "alone", "alone", "alone", "alone", "alone", slip)
    assert top.standings[0].streak == 0
    assert not after(top, "alone", "alone").over


@given(ANSWERS, st.integers(0, 10**6))
def test_a_question_is_of_a_skill_that_is_left_and_at_its_level(hows: list[How], seed: int) -> None:
    drill = start(CONV, seed)
    for how in hows:
        if drill.over:
            return
        asked = question(drill)
        at = drill.standings[asked.skill]
        assert not at.mastered and asked.level == at.level
        waiting = [each.last for each in drill.standings if not each.mastered]
        assert at.last == min(waiting)
        drill = advance(drill, asked, how)
        assert drill.standings[asked.skill].last == drill.asked
    assert sum(at.asked for at in drill.standings) == drill.asked == len(hows)


@given(ANSWERS, st.integers(0, 10**6))
def test_the_same_seed_and_answers_ask_the_same(hows: list[How], seed: int) -> None:
    one, other = after(start(CONV, seed), *hows), after(start(CONV, seed), *hows)
    assert one == other
    assert one.over or question(one) == question(other)


def test_another_seed_asks_something_else() -> None:
    assert len({question(start(CONV, seed)).variant.stem for seed in range(20)}) > 10


def test_no_question_comes_twice() -> None:
    drill, stems = start(drill_scope.families(["flatten"]), 3), list[str]()
    for _ in range(25):
        asked = question(drill)
        stems.append(asked.variant.stem)
        drill = advance(drill, asked, "wrong")
    assert len(set(stems)) == 25


@given(ANSWERS)
def test_a_drill_that_was_kept_goes_on_as_if_nothing_had_happened(hows: list[How]) -> None:
    drill = after(start(CONV, 5), *hows)
    again = resume(start(CONV, 99), as_plan(drill))
    assert (again.standings, again.seed, again.asked) == (drill.standings, drill.seed, drill.asked)


@pytest.mark.parametrize("kept", [{}, {"seed": 1}, {"seed": "x", "asked": 1, "skills": {}}, {"seed": 1, "asked": 2,
                                  "skills": {"conv: output size": {"level": "high"}}}])  # fmt: skip
def test_what_was_kept_and_cannot_be_read_begins_anew(kept: dict[str, object]) -> None:
    assert resume(start(CONV, 1), kept) == start(CONV, 1)


def test_a_level_that_is_gone_is_the_hardest_one() -> None:
    kept = {"seed": 1, "asked": 7, "skills": {"conv: output size": {"level": 30}, "conv: gone": {}}}
    assert resume(start(SIZES, 1), kept).standings[0].level == 3


def variant(source: str, item: str, seed: int = 1) -> Variant:
    bank = open_bank(source).bank
    assert bank is not None
    found = bank.item(item)
    assert found is not None
    return without_options(draw(bank, found, seed))


def test_a_question_with_options_is_asked_without_them() -> None:
    asked = variant("week8", "conv-output-size")
    assert asked.choices == () and asked.item.type == "shape" and asked.key[0].count("x") == 2
    assert variant("week8", "conv-parameters").item.type == "number"


def test_a_question_without_options_stays_as_it_is() -> None:
    bank = SIZES[0].bank
    asked = original(bank, SIZES[0].item)
    assert without_options(asked) is asked


def test_numbers_that_are_asked_for_are_single_numbers() -> None:
    """A question for a number must not have a size as its answer."""
    for name in ("conv", "params", "flatten", "week8"):
        for family in drill_scope.families([name]):
            one = Question(0, 0, without_options(draw(family.bank, family.item, 4)))
            for part in one.variant.questions:
                assert ("x" in part.key[0]) == (part.item.type == "shape")


@pytest.mark.parametrize(
    ("words", "skills"),
    [
        (["conv"], ["output size", "output shape", "parameters", "multiply-adds", "shape and parameters"]),
        (["flatten"], ["flattened dimension"]),
        (["flatten", "conv/size-plain"], ["flattened dimension", "output size"]),
        (["week8/conv-output-size"], ["convolution"]),
        (["Flattened Dimension"], ["flattened dimension"]),
        (["week8/conv-output-size", "week8/flatten-dimension"], ["convolution (conv)", "convolution (flatten)"]),
        (["week8/conv-output-size", "week8/softmax"], ["convolution", "activation functions"]),
        (["features"], ["features"]),
    ],
)
def test_what_is_drilled(words: list[str], skills: list[str]) -> None:
    assert [skill.label for skill in start(drill_scope.families(words), 1).skills] == skills


def test_nothing_is_drilled_twice() -> None:
    assert drill_scope.families(["conv", "conv", "conv/size-plain"]) == CONV


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("conw", "did you mean"),
        ("week8/conv-output-sise", "week8 has no item 'conv-output-sise': did you mean week8/conv-output-size?"),
        ("convolutoin", "did you mean convolution"),
        ("", "no calculator, bank or topic is called ''"),
        ("nowhere.yaml", "nowhere.yaml"),
    ],
)
def test_what_cannot_be_drilled_is_said(word: str, said: str) -> None:
    with pytest.raises(CnnquizError, match=said.replace("?", r"\?")):
        drill_scope.families([word])


def test_a_drill_over_nothing_is_over() -> None:
    assert start([], 1).over


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_each_level_takes_one_more_right_answer(levels: int) -> None:
    drill, count = start(SIZES[:levels], 8), 0
    while not drill.over:
        drill, count = after(drill, "alone"), count + 1
    assert count == levels - 1 + STREAK


def test_a_topic_is_drilled_in_all_its_calculators() -> None:
    families = drill_scope.families(["output size"])
    assert all(family in families for family in SIZES) and {family.item.topic for family in families} == {"output size"}


EVERYTHING = drill_scope.families([*bundled(), *drills()])


@pytest.mark.parametrize("family", EVERYTHING, ids=lambda family: f"{family.bank.id}/{family.item.id}")
def test_every_item_can_be_drilled_and_its_key_is_right(family: Family) -> None:
    variant = question(start([family], 3)).variant
    response = read_response(variant, " ".join(variant.key))
    assert response is not None and mark(variant, response).verdict == "right"


def test_every_topic_can_be_drilled() -> None:
    topics = {family.item.topic for family in EVERYTHING if family.item.topic}
    assert len(topics) > 20
    for topic in topics:
        assert {one.item.topic.casefold() for one in drill_scope.families([topic.upper()])} == {topic.casefold()}


def test_what_is_meant_instead_of_a_wrong_name_can_be_drilled() -> None:
    for name in ("wek8", "convolutio", "linear system", "softmx", "week8/conv-output-siz"):
        with pytest.raises(CnnquizError, match="did you mean") as fault:
            drill_scope.families([name])
        meant = str(fault.value).partition("did you mean ")[2].rstrip("?").split(" or ")
        assert all(drill_scope.families([one.strip("'")]) for one in meant)


CONCEPTS = """
format: 1
id: concepts
title: concepts
source: here
items:
  - {id: one, topic: t, stem: Which?, options: {a: first, b: second, c: third}, key: b}
  - {id: two, topic: t, stem: Who?, options: {a: first, b: second, c: third}, key: c}
  - id: three
    topic: lines
    stem: Which is linear?
    options:
      a: {text: twice, why: yes, claim: {linear: 2*x}}
      b: {text: square, why: no, claim: {linear: x^2}}
      c: {text: none of these, why: no, claim: none}
    key: a
    pool:
      - {text: cube, why: no, claim: {linear: x^3}}
      - {text: half, why: yes, claim: {linear: x/2}}
      - {text: more, why: no, claim: {linear: x + 1}}
"""


@pytest.fixture
def concepts(tmp_path: Path) -> str:
    """A bank of questions without numbers."""
    file = tmp_path / "concepts.yaml"
    file.write_text(CONCEPTS, encoding="utf-8")
    return str(file)


def test_questions_without_numbers_come_in_turn_with_their_options_in_other_orders(concepts: str) -> None:
    drill = start(drill_scope.families([f"{concepts}/one", f"{concepts}/two"]), 5)
    asked = []
    for _ in range(12):
        asked.append(question(drill).variant)
        drill = advance(drill, question(drill), "wrong")
    assert {one.item.id for one in asked[:2]} == {"one", "two"}
    assert len({tuple(choice.text for choice in one.choices) for one in asked}) > 2
    for one in asked:
        right = next(choice for choice in one.choices if choice.letter in one.key)
        assert (one.item.id, right.text) in {("one", "second"), ("two", "third")}


def test_options_of_a_pool_are_drawn_with_one_that_is_right(concepts: str) -> None:
    [family] = drill_scope.families([f"{concepts}/three"])
    keys, sets = set[str](), set[tuple[str, ...]]()
    for seed in range(60):
        variant = draw(family.bank, family.item, seed)
        texts = [choice.text for choice in variant.choices]
        right = {"twice", "half"}.intersection(texts)
        assert len(texts) == 3 and texts[-1] == "none of these" and len(right) <= 1
        key = texts["abc".index(variant.key[0])]
        assert key == (right.pop() if right else "none of these")
        assert variant == draw(family.bank, family.item, seed)
        keys.add(key)
        sets.add(tuple(sorted(texts)))
    assert keys == {"twice", "half", "none of these"} and len(sets) > 5
    assert [choice.origin for choice in variant.choices][-1] == "c"
