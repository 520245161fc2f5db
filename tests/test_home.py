"""Home: what there is to do, the best of it first, and a key that does it."""

from __future__ import annotations

from pathlib import Path

from answered import DAY, WEEK8, answers
from conftest import Program, Start, ended


def page(program: Program, **env: str) -> list[str]:
    shown = program(env=env)
    assert (shown.returncode, shown.stderr) == (0, "")
    lines = shown.stdout.splitlines()
    assert len(lines) <= 20
    return [" ".join(line.split()) for line in lines if line.strip()]


def test_a_newcomer_finds_the_quizzes(program: Program) -> None:
    assert page(program)[1:4] == [
        "1 Week 7 quiz: autoencoders and linear systems cnnquiz take week7",
        "2 Week 8 quiz: convolutional neural networks cnnquiz take week8",
        "3 Week 9 quiz: training, VGG-16 and ResNet-18 cnnquiz take week9",
    ]
    assert any(line.startswith("cnnquiz --help") for line in page(program, COLUMNS="40"))


def test_what_is_unfinished_due_weak_and_new_comes_in_that_order(program: Program, environment: dict[str, str]) -> None:
    history = Path(environment["CNNQUIZ_HOME"]) / "history.db"
    answers(history, 9 * DAY, "drill-conv", "size-plain", "size-plain", "size-plain")
    answers(history, 9 * DAY, "week8", *WEEK8[:2])
    program("take", "week7", stdin="b\n")
    lines = page(program)
    assert lines[1] == "1 Resume week7, 1 of 9 answered cnnquiz take week7"
    assert lines[2] == "2 Ten minutes for today: due, weak and new cnnquiz today"
    assert lines[3].startswith("3 Review ") and lines[3].endswith(" due today cnnquiz review")
    assert lines[4].startswith("4 Drill your weakest topic, ") and "0% right cnnquiz drill" in lines[4]
    assert lines[-4] == "5 Week 9 quiz: training, VGG-16 and ResNet-18 cnnquiz take week9"


def test_enter_does_the_first_and_a_number_another(terminal: Start) -> None:
    for pressed, questions in (("x2", 10), ("\r", 9)):  # x is no errand
        child = terminal()
        for key in pressed:
            child.expect("Enter.*do the first.*quit")
            child.send(key)
        child.expect(f"Question 1 of {questions}")
        child.expect("> ")
        child.send("q")
        assert ended(child) == 0
    child = terminal()
    child.expect("Enter.*do the first.*quit")
    child.send("q")
    assert ended(child) == 0
