"""The quiz as a state machine, without a screen, a disk or a clock; and what one sitting asks and comes to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from cnnquiz.bank import open_bank
from cnnquiz.errors import CnnquizError
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.items.variants import Choice, Variant
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.model import Bank, Item
from cnnquiz.quiz import plan, result
from cnnquiz.quiz.session import Event, Outcome, Reply, Session, play, start, step

HINT, SKIP, BACK, NEXT, QUIT, MARK, HAND_IN = (
    Event(action) for action in ("hint", "skip", "back", "next", "quit", "mark", "hand-in")
)


def variant(number: int, key: str = "b", texts: str = "1234", type: str = "single") -> Variant:
    """An item with four options, as it is asked."""
    choices = tuple(Choice(letter, letter, text, f"why {letter}") for letter, text in zip("abcd", texts, strict=True))
    options = {choice.letter: choice.text for choice in choices}
    item = Item(id=f"item-{number}", stem="Which?", topic="t", type=type, options=options, key=key)  # type: ignore[arg-type]
    worked = WorkedItem(item)
    return Variant("bank", item, None, "Which?", choices, item.keys, ("one", "two"), "because", worked)


THREE = tuple(map(variant, range(3)))


def reply_count(session: Session) -> int:
    """How many items have a reply."""
    return sum(reply is not None for reply in session.replies)



def after(session: Session, *events: Event | str) -> tuple[Session, list[Outcome]]:
    """The session after some events, a text being an answer, and what was told."""
    outcomes = []
    for each in events:
        session, outcome = step(session, Event("answer", each) if isinstance(each, str) else each, 1.0)
        outcomes.append(outcome)
    return session, outcomes


def test_practice_tells_each_verdict_and_then_goes_on() -> None:
    session, outcomes = after(start(THREE), "b", NEXT, "a", NEXT, SKIP, NEXT)
    assert session.end == "finished"
    assert [outcome.told for outcome in outcomes] == ["verdict", "moved"] * 3
    assert [reply and reply.mark.verdict for reply in session.replies] == ["right", "wrong", "skipped"]


def test_a_verdict_stands() -> None:
    session, outcomes = after(start(THREE), "a", "b", SKIP, HINT)
    assert [outcome.told for outcome in outcomes[1:]] == ["nothing"] * 3
    assert session.reply is not None and session.reply.response == "a"


def test_what_cannot_be_read_is_not_wrong() -> None:
    session, (outcome,) = after(start(THREE), "z")
    assert (outcome.told, outcome.text, outcome.reply) == ("unreadable", "z", None)
    assert session.replies == (None, None, None)


def test_hints_come_one_at_a_time_and_are_counted() -> None:
    session, outcomes = after(start(THREE), HINT, HINT, HINT, "b")
    assert [outcome.text for outcome in outcomes[:2]] == ["one", "two"]
    assert outcomes[2].told == "no-hint"
    assert session.reply is not None and session.reply.hints == 2


def test_back_shows_the_verdict_again_and_then_the_open_question() -> None:
    session, outcomes = after(start(THREE), BACK, "b", NEXT, BACK)
    assert outcomes[0].told == "first"
    assert (session.at, session.told) == (0, True)
    session, _ = after(session, NEXT)
    assert (session.at, session.told) == (1, False)


def test_an_exam_tells_nothing_and_answers_may_change() -> None:
    session, outcomes = after(start(THREE, exam=True), "a", BACK, "b", HINT, SKIP, NEXT, HAND_IN)
    assert session.end == "finished"
    assert [outcome.told for outcome in outcomes] == ["noted", "moved", "noted", "no-hint", "noted", "moved", "moved"]
    assert [reply and reply.response for reply in session.replies] == ["b", "", None]


def test_an_exam_is_handed_in_and_until_then_each_question_comes_back() -> None:
    session, outcomes = after(start(THREE, exam=True), "a", MARK, "b", "c")
    assert (session.closing, session.end, outcomes[1].told) == (True, "", "marked")
    assert session.marked == {1}
    for event, place in ((NEXT, 1), (BACK, 2), (Event("go", "1"), 0), (Event("go", "3"), 2)):
        back, outcome = step(session, event, 1.0)
        assert (back.at, back.closing, outcome.ask) == (place, False, True)
    for event in (Event("go", "4"), Event("go", "0"), Event("answer", "b"), SKIP, MARK):
        assert step(session, event, 1.0) == (session, Outcome("nothing"))
    changed, _ = after(session, Event("go", "2"), "d", "c")
    assert changed.closing and [reply and reply.response for reply in changed.replies] == ["a", "d", "c"]
    assert after(changed, HAND_IN)[0].end == "finished"
    assert after(start(THREE), MARK)[1][0].told == "nothing", "a quiz has no marks"


def test_an_exam_with_all_its_answers_waits_to_be_handed_in() -> None:
    done, _ = after(start(THREE, exam=True), "a", "b", "c")
    again = start(THREE, exam=True, replies=done.replies)
    assert (again.closing, again.end) == (True, "")


def test_time_ends_the_quiz_and_a_late_answer_does_not_count() -> None:
    session, outcome = step(start(THREE, deadline=60.0), Event("answer", "b"), 60.0)
    assert (session.end, outcome.told) == ("time-up", "time-up")
    assert [reply and reply.mark.verdict for reply in session.replies] == ["skipped", None, None]
    assert outcome.reply == session.replies[0], "the question on the screen is explained"


def test_seconds_run_from_the_question_to_the_answer() -> None:
    session = structs.replace(start(THREE), asked=100.0)
    session, _ = step(session, Event("answer", "b"), 107.26)
    assert session.reply is not None and session.reply.seconds == 7.3
    untimed, _ = step(start(THREE, timed=False), Event("answer", "b"), 107.26)
    assert untimed.reply is not None and untimed.reply.seconds is None


def test_going_on_starts_at_the_first_open_item() -> None:
    done, _ = after(start(THREE), "b")
    again = start(THREE, replies=(done.replies[0], None, None))
    assert (again.at, reply_count(again)) == (1, 1)
    assert start(THREE, replies=done.replies[:1] * 3).end == "finished"


class FakeDesk:
    """A desk that plays a script and writes down what happens, in order."""

    def __init__(self, *events: Event) -> None:
        self.events = iter(events)
        self.log: list[str] = []

    def ask(self, session: Session) -> None:
        self.log.append(f"ask {session.at}")

    def read(self, session: Session) -> Event:
        return next(self.events)

    def keep(self, session: Session, reply: Reply) -> None:
        self.log.append(f"keep {session.variant.item.id} {reply.response}")

    def take_back(self, session: Session) -> None:
        self.log.append(f"take back {session.variant.item.id}")

    def note(self, session: Session) -> None:
        """Nothing is noted."""

    def tell(self, session: Session, outcome: Outcome) -> None:
        self.log.append(f"tell {outcome.told}")

    def clock(self) -> float:
        return 0.0


def test_every_answer_is_kept_before_it_is_told() -> None:
    desk = FakeDesk(Event("answer", "b"), NEXT, Event("answer", "z"), Event("answer", "a"), NEXT, QUIT)
    assert play(start(THREE), desk).end == "left"
    assert desk.log == [
        "ask 0", "keep item-0 b", "tell verdict", "tell moved",
        "ask 1", "tell unreadable", "keep item-1 a", "tell verdict", "tell moved",
        "ask 2", "tell left",
    ]  # fmt: skip


def test_an_exam_keeps_the_reply_to_the_item_that_was_asked() -> None:
    desk = FakeDesk(*(Event("answer", letter) for letter in "abc"), HAND_IN)
    play(start(THREE, exam=True), desk)
    assert [line for line in desk.log if "keep" in line] == ["keep item-0 a", "keep item-1 b", "keep item-2 c"]


EVENTS = st.sampled_from(
    [
        HINT, SKIP, BACK, NEXT, QUIT, MARK, HAND_IN, Event("go", "2"), Event("show", "grid"), Event("tick"),
        Event("help"),
        *(Event("answer", letter) for letter in "abz"),
    ]
)


@given(st.lists(EVENTS, max_size=30), st.booleans())
def test_no_sequence_of_events_breaks_a_session(events: list[Event], exam: bool) -> None:
    session = start(THREE, exam=exam)
    for event in events:
        before = session
        if session.end:
            break
        session, outcome = step(session, event, 1.0)
        assert 0 <= session.at < 3
        assert session.end or not session.told or session.reply
        assert exam or all(new == old for old, new in zip(before.replies, session.replies, strict=True) if old)
        assert reply_count(session) >= reply_count(before)
        assert (outcome.reply is not None) == (session.replies != before.replies) or exam


# -- what a session asks and comes to ----------------------------------------------------------------


@pytest.fixture(scope="module")
def week8() -> Bank:
    bank = open_bank("week8").bank
    assert bank is not None
    return bank


@given(st.integers(0, 10**6))
def test_a_shuffled_item_keeps_its_key_and_its_last_option(seed: int) -> None:
    printed = variant(1, key="c", texts=("one", "two", "three", "All of the above"))  # type: ignore[arg-type]
    mixed = plan.shuffle_options(printed, SeededRandom(seed))
    assert [choice.letter for choice in mixed.choices] == list("abcd")
    assert mixed.choices[-1].text == "All of the above"
    assert [choice.text for choice in mixed.choices if choice.letter in mixed.key] == ["three"]
    assert sorted(choice.text for choice in mixed.choices) == sorted(choice.text for choice in printed.choices)


def test_a_key_that_is_no_option_is_no_fault_of_a_shuffle() -> None:
    wrong = variant(1, key="e", texts=("one", "two", "three", "four"))  # type: ignore[arg-type]
    assert plan.shuffle_options(wrong, SeededRandom(1)).key == ("e",)


@given(st.integers(0, 10**6), st.sampled_from("abcd"))
def test_letters_come_back_to_the_banks_own(seed: int, letter: str) -> None:
    mixed = plan.shuffle_options(variant(1), SeededRandom(seed))
    assert result.screen_letters(mixed, result.bank_letters(mixed, letter)) == letter


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("None of these", True),
        ("None", True),
        ("All of the above.", True),
        ("Both of them", True),
        ("Neither statement is true", False),
        ("All layers", False),
        ("All the above", True),
        ("Both statements are true", False),
    ],
)
def test_options_that_speak_of_the_others_stay_last(text: str, stays: bool) -> None:
    printed = variant(1, texts=("one", "two", "three", text))  # type: ignore[arg-type]
    last = {plan.shuffle_options(printed, SeededRandom(seed)).choices[-1].text for seed in range(40)}
    assert (last == {text}) == stays


def test_options_that_name_letters_keep_their_order() -> None:
    printed = variant(1, texts=("one", "two", "three", "Both a and c"))  # type: ignore[arg-type]
    assert plan.shuffle_options(printed, SeededRandom(1)) == printed


def test_the_chosen_items(week8: Bank) -> None:
    assert [item.id for item in plan.select_items(week8, "Depth")] == ["vanishing-gradient", "shallow-vs-deep"]
    assert [item.id for item in plan.select_items(week8, only=["softmax"])] == ["softmax"]
    assert len(plan.arrange(week8, week8.items, 3, 4)) == 4
    with pytest.raises(CnnquizError, match="its topics are convolution, "):
        plan.select_items(week8, "dpeth")


def test_replies_are_found_again_but_not_for_an_edited_item() -> None:
    mixed = plan.shuffle_options(THREE[0], SeededRandom(5))
    session, _ = after(start((mixed, *THREE[1:])), mixed.choices[0].letter, NEXT, "a")
    kept = [
        result.attempt("s", each, reply, "2026-01-01T00:00:00+00:00", "1")
        for each, reply in zip(session.variants, session.replies, strict=True)
        if reply
    ]
    assert result.replies(session.variants, kept) == session.replies
    edited = structs.replace(THREE[1], item=structs.replace(THREE[1].item, stem="Another?"))
    assert result.replies((mixed, edited, THREE[2]), kept)[1] is None


def test_the_result_is_in_the_banks_letters_with_whole_scores_as_integers() -> None:
    several = variant(1, key="a c", type="multiple")
    session, _ = after(start((several, THREE[2])), "a", NEXT, "b")
    found = result.quiz_result(session, "bank").as_json()
    assert (found["score"], found["max_score"]) == (1.5, 2)
    assert [row["score"] for row in found["items"]] == [0.5, 1]
    assert isinstance(found["items"][1]["score"], int)
    assert found["items"][0] | {"seconds": None} == {
        "id": "item-1", "seed": None, "response": "a", "key": "a c", "correct": False, "score": 0.5,
        "misconception": None, "seconds": None,
    }  # fmt: skip
