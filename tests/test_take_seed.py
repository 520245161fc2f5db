"""`take` with a seed: fresh numbers that come again, orders that come again, and one never moves the other."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import pexpect
import pytest
from conftest import PATIENCE, Program

from cnnquiz.bank import open_bank
from cnnquiz.quiz import plan
from cnnquiz.quiz.plan import Plan

TEN = "a a a a a a a a a a"
FAMILIES = {"conv-output-size", "conv-parameters", "flatten-dimension"}


def asked(program: Program, *arguments: str) -> dict[str, Any]:
    """The JSON document of a script that answers ten times a."""
    ended = program("take", "week8", *arguments, "--answers", TEN, "--format", "json")
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.mark.parametrize("arguments", [("--seed", "7"), ("--seed", "7", "--shuffle"), ("--order", "3")])
def test_the_same_words_ask_the_same(program: Program, arguments: tuple[str, ...]) -> None:
    first, second = (
        program("take", "week8", *arguments, "--answers", TEN, env={"PYTHONHASHSEED": seed}).stdout for seed in "17"
    )
    assert first == second
    assert asked(program, *arguments) == asked(program, *arguments)


def test_a_seed_draws_the_families_and_leaves_the_rest(program: Program) -> None:
    items = asked(program, "--seed", "7")["items"]
    assert {item["id"] for item in items if item["seed"] == 7} == FAMILIES
    assert {item["seed"] for item in items} == {7, None}
    shown = program("take", "week8", "--seed", "7", "--limit", "1", "--answers", "a").stdout
    assert "fresh numbers: --seed 7 repeats them" in shown and "convolution  seed 7" in shown
    variant = json.loads(program("show", "week8/conv-output-size", "--seed", "7", "--format", "json").stdout)
    assert variant["stem"] in " ".join(shown.split())


def test_shuffling_alone_keeps_the_printed_numbers_and_says_how_to_repeat_it(program: Program) -> None:
    shown = program("take", "week8", "--shuffle", "--answers", TEN).stdout
    found = re.search(r"shuffled: --order (\d+) repeats it", shown)
    assert "256x256x3" in shown and " seed " not in shown
    assert found and program("take", "week8", "--order", found[1], "--answers", TEN).stdout == shown
    assert {item["seed"] for item in asked(program, "--shuffle")["items"]} == {None}


def test_the_order_does_not_move_the_numbers(program: Program) -> None:
    straight, mixed = asked(program, "--seed", "7"), asked(program, "--seed", "7", "--shuffle")
    names = [item["id"] for item in mixed["items"]]
    assert names != [item["id"] for item in straight["items"]] and len(set(names)) == 10
    bank = open_bank("week8")
    plain = {each.item.id: each for each in plan.draw(bank, Plan(sorted(FAMILIES), seed=7))}
    moved = {each.item.id: each for each in plan.draw(bank, Plan(sorted(FAMILIES), order=7, seed=7))}
    assert plain == moved


def test_an_interrupted_session_goes_on_with_its_numbers(environment: dict[str, str]) -> None:
    terminal = {name: value for name, value in environment.items() if name != "COLUMNS"} | {"TERM": "xterm"}

    def start(*arguments: str) -> pexpect.spawn[str]:
        child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable, ["-m", "cnnquiz", "take", "week8", *arguments], env=terminal,  # type: ignore[arg-type]
            dimensions=(50, 80), encoding="utf-8", timeout=PATIENCE,
        )  # fmt: skip
        return child

    child = start("--seed", "7", "--shuffle")
    child.expect(r"fresh numbers, shuffled: --seed 7 --shuffle repeats it")
    child.expect(r"Question 1 of 10.*> (\x1b\[\?2004h)?$")
    first = child.after
    child.send("a")
    child.expect("next question")
    child.send("q")
    child.expect("1 of 10 done and saved")
    child.close()
    again = start()
    again.expect("You stopped after 1 of 10")
    again.send("\r")
    again.expect(r"Question 2 of 10.*> (\x1b\[\?2004h)?$")
    again.send("B")
    again.expect("Question 1 of 10.*Wrong|Question 1 of 10.*Right")
    assert stem(str(first)) == stem(str(again.after))
    again.close(force=True)


def stem(shown: str) -> str:
    """What is asked, without the screen's lines and colours, up to the second option."""
    words = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", shown)
    return " ".join(words.split()).split(" b ")[0]
