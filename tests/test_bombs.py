"""Work is bounded: what would take minutes is refused or cut short, within one limit of processor time."""

from __future__ import annotations

import gc
import importlib
import json
import sys
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
from conftest import Program
from fuzz.bombs import HEAD, Bomb, bombs, item, outcome
from screens import a_screen

from cnnquiz import calculators
from cnnquiz.bank import load, open_bank
from cnnquiz.commands import _batch
from cnnquiz.errors import CnnquizError
from cnnquiz.items.claims import decide
from cnnquiz.mathematics.time_limit import TimeIsUp, TooLongError, time_limit, with_time_limit, work_ahead
from cnnquiz.model import Option
from cnnquiz.render.drawings import draw

TIMES = 4  # what a loaded machine may take of the seconds and megabytes that a bomb has on a quiet one
LONG = "+".join(f"abs(theta-{place})" for place in range(8))
OVERDUE = f"y[n] = {' + '.join(['softplus(' * 30 + 'x[n]' + ')' * 30] * 3)}"


def spin() -> None:
    while True:
        pass


@pytest.mark.parametrize("bomb", list(bombs())[::127], ids=lambda bomb: bomb.name[:60])
def test_a_bomb_is_answered_or_refused_soon(bomb: Bomb) -> None:
    found = outcome(bomb)
    assert found._replace(seconds=found.seconds / TIMES, megabytes=found.megabytes / TIMES).fault == ""


def test_work_ends_when_its_time_is_up_and_the_limit_is_gone() -> None:
    for _ in range(2):
        with pytest.raises(TooLongError, match="more than a second to spin"), time_limit("to spin", 0.1):
            spin()
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass


def test_of_two_limits_the_one_that_ends_first_holds() -> None:
    with pytest.raises(TooLongError, match="outer"), time_limit("outer", 0.1), time_limit("inner", 100):
        spin()
    with time_limit("outer", 100), pytest.raises(TooLongError, match="inner"), time_limit("inner", 0.1):
        spin()


def test_work_that_goes_too_deep_is_told_apart_from_a_fault() -> None:
    def deeper() -> None:
        deeper()

    for what, said in (("to work: try less", "this is nested too deeply: try less"), ("to draw", "nested too deeply$")):
        with pytest.raises(TooLongError, match=said):
            with_time_limit(deeper, what)()


def test_what_another_thread_works_is_not_counted() -> None:
    done = threading.Event()
    thread = threading.Thread(target=lambda: [None for _ in iter(done.is_set, True)], daemon=True)
    thread.start()
    try:
        end = time.thread_time() + 0.35
        with time_limit("to work beside another", 0.5):
            while time.thread_time() < end:
                pass
    finally:
        done.set()
        thread.join()


def test_an_import_is_not_interrupted_and_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = ("import time", "end = time.thread_time() + 0.6")
    lines = (*begin, "while time.thread_time() < end:", "    pass", "done = 1")
    (tmp_path / "slow_to_import.py").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    with time_limit("to import", 0.2):
        assert importlib.import_module("slow_to_import").done


def test_a_thread_that_works_ahead_leaves_algebra_to_the_main_one() -> None:
    ended: list[str] = []

    def ahead() -> None:
        work_ahead()
        try:
            with_time_limit(spin)()
        except TimeIsUp:
            ended.append("left")

    thread = threading.Thread(target=ahead, daemon=True)
    thread.start()
    thread.join(20)
    assert ended == ["left"]


def test_a_mean_absolute_error_is_worked() -> None:
    calculator = calculators.load("update")
    solution = calculator.solve(calculator.read({"J": LONG, "theta": 9, "alpha": "0.1"}))
    assert solution.results["theta"] == pytest.approx(8.2)
    assert len(solution.steps) > 2


@pytest.mark.parametrize("command", ["take", "show"])
def test_the_steps_of_a_question_that_takes_too_long_are_said_to_be_too_long(
    program: Program, tmp_path: Path, command: str
) -> None:
    path = tmp_path / "mine.yaml"
    derivation = f"derivation: {{impulse: {json.dumps(OVERDUE)}, want: linear}}"
    path.write_text(HEAD + item(1, "Is it linear?", f"options: {{a: x, b: y}}\n    key: a\n    {derivation}"))
    more = ("--answers", "a") if command == "take" else ("--key",)
    ended = program(command, str(path), *more)
    assert ended.returncode == 0, ended.stderr
    assert "too long to write out" in ended.stdout
    assert "Right: a  x" in ended.stdout or command == "show"


def test_claims_share_one_limit() -> None:
    bomb = {"impulse": "y[n] = (sin(x[n])^2+cos(x[n])^2)^99*x[n]"}
    written = {letter: {"text": letter, "claim": bomb} for letter in "abcdefgh"}
    text = HEAD + item(1, more=f"options: {json.dumps(written)}\n    key: a")
    [(_, one)] = load("mine.yaml", text).items
    options: dict[str, Option] = one.choices
    begun = time.process_time()
    found, faults = decide(one, options, dict.fromkeys(options, ""))
    assert time.process_time() - begun < 6, "one limit, not eight"
    assert set(found.values()) == {None}
    assert "more than a second" in faults[-1][1]


def test_a_large_bank_is_checked_but_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(HEAD + "".join(map(item, range(10_001))))
    assert len(load(path).items) == 10_001
    with pytest.raises(CnnquizError, match="more than 10,000 values stand in one place"):
        open_bank(str(path))


def test_a_text_of_a_bank_has_a_longest_length() -> None:
    [finding] = load("mine.yaml", HEAD + item(1, "x" * 50_001)).findings
    assert finding.message == "this text has more than 50,000 characters"


def test_a_long_line_of_a_batch_is_refused_without_reading_it_whole() -> None:
    file = BytesIO(b"x" * 5_000_000 + b'\n{"calculator": "conv", "given": {"in": 9, "k": 3}}\n')
    lines = list(_batch.lines_of(file))
    assert [len(line) > 1_000_000 for line in lines] == [True, False]
    assert len(lines[0]) < 1_100_000
    (first, bad), (_, good) = _batch.answers(lines)
    assert "longer than the 1,000,000 bytes" in first
    assert (bad, good) == (False, True)


@pytest.mark.parametrize("given", [{"in": 10**9, "k": 7}, {"in": 9, "k": 9, "p": 10**9}, {"in": 10**9, "k": 7, "s": 3}])
def test_a_picture_of_a_long_axis_has_its_ends_alone(given: dict[str, int]) -> None:
    conv = calculators.load("conv")
    (drawing,) = conv.solve(conv.read(given)).drawings
    assert len(draw(a_screen(), drawing)) < 20


class Finalised:
    """An object whose end takes long."""

    def __del__(self) -> None:
        busy(0.3)


def busy(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@pytest.mark.parametrize("where", ["a callback of the collector", "a finaliser"])
def test_a_limit_holds_though_it_ends_where_an_exception_would_be_lost(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    callback = (lambda *_: busy(0.3)) if "callback" in where else (lambda *_: None)
    gc.callbacks.append(callback)
    try:
        with pytest.raises(TooLongError), time_limit("to test", 0.1):
            gc.collect() if "callback" in where else Finalised()
            spin()
    finally:
        gc.callbacks.remove(callback)
    assert lost == []
