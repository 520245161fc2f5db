"""The plain mode: words alone on every screen, for those who hear it; no pictures, no bars, keys named once."""

from __future__ import annotations

import re

import pytest
from conftest import Program
from msgspec.structs import replace
from screens import a_screen
from test_solution import DRAWINGS

from cnnquiz.render import drawings
from cnnquiz.solution import Drawing

PLAIN = {"CNNQUIZ_PLAIN": "1"}
DRAWN = re.compile(r"[#=*|_~.:+-]{4,}|[#=_|]{3,}")


@pytest.mark.parametrize(("kind", "data"), [(kind, data) for kind, data in DRAWINGS if kind != "table"])
def test_a_picture_is_a_sentence(kind: str, data: dict[str, object]) -> None:
    screen = replace(a_screen(80, unicode=False), spoken=True)
    said = " ".join(line.plain for line in drawings.draw(screen, Drawing(kind, data)))
    assert re.match(r"[A-Z\[][^#|]* [a-z]+.*\.$", said) and not DRAWN.search(said), said


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        ("", ""), ("take week8 --answers", ""), ("take week8 --exam --limit 3", "a\nm\nb\nc\ng\ny\n"),
        ("drill conv --seed 1", "5\nt\n1\ns\n2\nq\n"), ("drill net --seed 1", "s\ns\ns\ns\nq\n"),
        ("solve conv --in 256 --k 7 --s 2", ""), ("solve activation sigmoid --x 1", ""), ("stats", ""),
        ("review --forecast", ""), ("list", ""), ("show week7 --key", ""), ("show week8", ""),
    ],
)  # fmt: skip
def test_every_screen_is_words(program: Program, arguments: str, typed: str) -> None:
    given = [*arguments.split(), *["b a c - d a b c d a"] * arguments.endswith("--answers")]
    ended = program(*given, stdin=typed, env=PLAIN)
    assert ended.stdout and ended.stderr == "" and ended.stdout.isascii()
    code = [line for line in ended.stdout.splitlines() if "--" not in line]
    assert not [line for line in code if DRAWN.search(line)]


def test_the_word_may_stand_anywhere_and_home_names_it(program: Program) -> None:
    typed, named = "b\nd\nq\n", "h hint"
    before = program("--plain", "take", "week8", "--limit", "3", stdin=typed).stdout
    behind = program("take", "week8", "--limit", "3", "--fresh", "--plain", stdin=typed).stdout
    by_name = program("take", "week8", "--limit", "3", "--fresh", stdin=typed, env=PLAIN).stdout
    assert before == behind == by_name and before.count(named) == 1
    assert program("take", "week8", "--limit", "3", "--fresh", stdin=typed).stdout.count(named) == 3
    assert "--plain" in program().stdout and "CNNQUIZ_PLAIN=1" in program().stdout


def test_a_figure_is_its_description(program: Program) -> None:
    out = program("show", "week8/feature-levels", env=PLAIN).stdout
    assert "Figure: The input is a drawing of one face." in out


def test_signs_that_a_voice_leaves_out_are_words(program: Program) -> None:
    out = " ".join(program("solve", "conv", "--in", "61", "--k", "6", "--s", "2", env=PLAIN).stdout.split())
    assert "q = (i + 2 times p minus k)/s = 55/2 = 27.5" in out
    out = program("drill", "activation/relu", "--seed", "1", env=PLAIN, stdin="s\nq\n").stdout
    assert "What is ReLU(minus " in out and "max(0, minus " in out
