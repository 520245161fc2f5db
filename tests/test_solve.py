"""`cnnquiz solve` as people and scripts run it: real processes, their output, their exit codes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from typing import Any

import pytest
from conftest import Program

import cnnquiz
from cnnquiz.errors import GivenError


def document(program: Program, words: str) -> dict[str, Any]:
    """The JSON document of a command."""
    ended = program("solve", *shlex.split(words), "--format", "json")
    assert (ended.returncode, ended.stderr) == (0, "")
    found = json.loads(ended.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("words", "results"),
    [
        ("conv --in 256 --k 7 --s 2", {"output_size": [125]}),
        ("conv --in 256x256x3 --k 7 --s 2 --filters 4", {"output_shape": [125, 125, 4], "parameters": 592}),
        ("conv --in 256×256×3 --k 7 --s 2 --filters 4", {"output_shape": [125, 125, 4]}),
        ("conv --in '256*256*3' --kernel-size 7 --stride 2 --out-channels 4", {"output_shape": [125, 125, 4]}),
        ("conv --in 3x256x256 --k 7 --s 2 --filters 4 --layout chw", {"output_shape": [4, 125, 125]}),
        ("conv --in 5 --k 3 --filters 2 --channels 1 --no-bias", {"parameters": 18}),
        ("params --k 5 --channels 3 --filters 100", {"parameters": 7600}),
        ("params separable --k 3 --channels 32 --filters 64", {"parameters": 2336}),
        ("flatten --in 39x39x3 --layers 'conv 10 k3; conv 20 k5 s2; conv 40 k5 s2'", {"flattened": 1960}),
        ("pool --in 55x55x96 --k 3 --s 2", {"output_shape": [27, 27, 96]}),
        ("tconv --in 7 --k 3 --s 2 --p 1", {"output_size": [13]}),
        ("train --samples 1000 --batch 64 --epochs 5", {"iterations": 80}),
        ("net vgg16", {"parameters": 138357544, "macs": 15470264320}),
        ("net resnet18", {"parameters": 11689512, "macs": 1814073344}),
        ("conv --in n --k k --s s --p p", {"output_size": "floor((n + 2*p - k)/s) + 1"}),
        ("conv --in n --k 3 --s s", {"output_size": "floor((n - 3)/s) + 1"}),
    ],
)
def test_results(program: Program, words: str, results: dict[str, Any]) -> None:
    found = document(program, words)["results"]
    assert {name: found[name] for name in results} == results


def test_the_json_contract(program: Program) -> None:
    found = document(program, "conv --in 256 --k 7 --s 2")
    assert list(found)[:5] == ["calculator", "given", "results", "steps", "conventions"]
    assert found["given"] == {"in": 256, "k": 7, "s": 2}
    assert all(set(step) == {"title", "formula", "substituted", "value", "why"} for step in found["steps"])


def test_the_steps_name_the_division_the_rounding_and_the_plus_one(program: Program) -> None:
    steps = document(program, "conv --in 256 --k 7 --s 2")["steps"]
    assert steps[0]["formula"] == "o = floor((i + 2*p - k)/s) + 1"
    assert "floor((256 + 2*0 - 7)/2) + 1" in steps[1]["substituted"]
    by_value = {step["value"]: step for step in steps}
    assert "before rounding" in by_value["124.5"]["title"]
    assert "round down" in by_value["124"]["why"]
    assert "first" in by_value["125"]["why"]


def test_the_steps_of_flattening(program: Program) -> None:
    values = [step["value"] for step in document(
        program, "flatten --in 39x39x3 --layers 'conv 10 k3; conv 20 k5 s2; conv 40 k5 s2'"
    )["steps"]]  # fmt: skip
    text = " ".join(values)
    assert all(word in text for word in ("37", "17", "7", "1960"))


def test_backwards(program: Program) -> None:
    found = document(program, "conv --k 3 --in 64 --out 32 --find s,p --bounds s=1:3 --bounds p=0:2")
    assert found["find"] == ["s", "p"]
    assert found["bounds"] == {"s": [1, 3], "p": [0, 2]}
    assert found["solutions"] == [{"s": 2, "p": 1}]
    assert found["complete"] is True
    none = document(program, "conv --k 3 --in 10 --s 3 --out 9 --find p --bounds p=0:2")
    assert none["solutions"] == []
    assert none["nearest"]
    filters = document(program, "params --find filters --trainable 7600 --k 5 --channels 3")
    assert filters["solutions"] == [{"filters": 100}]


@pytest.mark.parametrize("format_", ["rich", "plain", "latex", "markdown"])
def test_every_format_says_the_answer(program: Program, format_: str) -> None:
    ended = program("solve", "conv", "--in", "256x256x3", "--k", "7", "--s", "2", "--filters", "4", "--format", format_)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "125" in ended.stdout and "124.5" in ended.stdout
    assert "\x1b" not in ended.stdout


def test_searches_and_letters_have_every_format_too(program: Program) -> None:
    for words in ("conv --in 64 --k 3 --out 32 --find s,p", "conv --in n --k k --s 2"):
        for format_ in ("plain", "latex", "markdown"):
            ended = program("solve", *words.split(), "--format", format_)
            assert (ended.returncode, ended.stderr) == (0, "")
            assert ended.stdout.strip()


BAD = [
    ("conv --in 0 --k 3", "in: 0 is too small"),
    ("conv --in=-5 --k 3", "in: -5 is too small"),
    ("conv --in 1e9 --k 3", "in: 1e9 is not a whole number"),
    ("conv --in abc --k 3", "in: abc is not a whole number"),
    ("conv --in 10**400 --k 3", "too large"),
    ("conv --k 9 --in 5", "kernel 9 does not fit the padded input 5: padding >= 2 or kernel <= 5 (it is 4 too wide)"),
    ("conv --in 5 --k 3 --s 0", "s: 0 is too small"),
    ("conv --in 5", "k is missing"),
    ("conv", "k is missing: give --k, the kernel size"),
    ("params --k 5", "channels and filters are missing: give --channels and --filters"),
    ("linear", "as in cnnquiz solve linear 'relu(x)'"),
    ("conv --in 256x --k 3", "--in: 256x is not a size: write it as in 256 or 256x256x3"),
    ("conv --in 5 --kernel-size abc", "--kernel-size: abc is not a whole number"),
    ("impulse 'y[n] = x[n'", "a bracket is not closed: write the system as in y[n] = "),
    ("foo", "`foo` is no name that is known: `cnnquiz solve` says what can be asked"),
    ("linear --find s", "there is no option --find"),
    ("flatten --in 3x3x3 --layers 'conv 10 k7'", "it is 4 too wide"),
    ("conv --in 5 --k 3 --q 3", "--q"),
    ("conv blue --k 3", "`blue` cannot be placed: conv takes in, k, s, p in this order"),
    ("conv --in 5 --k 3 --out 3", "--out states a result"),
    ("conv --in 5 --k 3 --find s", "exactly one known result"),
    ("conv --in 5 --k 3 --find s --out 3 --bounds s", "k=1:11"),
    ("conv --in 5 --k 3 --format yaml", "yaml"),
    ("conv --in 5 --k 3 --want colour", "colour"),
    ("cnov --in 5", "did you mean conv"),
    ("net vgg61", "vgg16"),
    ("conv --in 7 --k 3 --s 3 --strict", "leaves 1 of 4 pixels over"),
    ("params dense --inputs 3 --k 3 --units 2", "takes no part here, only with layer"),
    ("conv --in '\x1b[31m5' --k 3", "not a whole number"),
    ("conv --in '[red]5' --k 3", "not a whole number"),
    ("conv --in " + "9" * 10_000 + " --k 3", "too large"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[words[:40] for words, _ in BAD])
def test_bad_input_is_one_clear_line(program: Program, words: str, message: str) -> None:
    ended = program("solve", *shlex.split(words))
    assert ended.returncode == 2
    assert ended.stdout == ""
    [line] = ended.stderr.splitlines()
    assert message in line
    assert "\x1b" not in ended.stderr
    assert len(ended.stderr) < 400


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["linear", "-x"], "yes"), (["linear", "-x + 1"], "no"), (["linear", "-|x|"], "no"),
        (["update", "-θ² + 4", "--theta", "1", "--alpha", "0.1"], "1.2"), (["softmax", "-1,-1"], "0.5"),
        (["activation", "relu", "--x", "-3"], "0"),
    ],
)  # fmt: skip
def test_what_begins_with_a_minus_sign_is_no_option(program: Program, words: list[str], shown: str) -> None:
    ended = program("solve", *words, "--format", "plain")
    assert ended.returncode == 0, ended.stderr
    assert shown in ended.stdout.splitlines()[0]


def test_algebra_that_takes_too_long_ends_in_one_line(program: Program) -> None:
    ended = program("solve", "impulse", "y[n] = (sin(x[n])^2 + cos(x[n])^2)^99*x[n]")
    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert "this takes more than a second" in line


def test_a_derivative_that_cannot_be_simplified_soon_is_shown_as_it_is(program: Program) -> None:
    J = " + ".join(f"abs(theta - {n})" for n in range(8))
    found = document(program, f"update '{J}' --theta 9 --alpha 0.1")
    assert found["results"]["theta"] == 8.2 and found["results"]["derivative"].count("sign") == 8


def test_an_option_that_is_not_there_is_still_named(program: Program) -> None:
    assert "no option --colour" in program("solve", "conv", "--colour", "3").stderr


def test_large_numbers_are_worked_at_once(program: Program) -> None:
    assert document(program, "conv --in 10**12 --k 3 --s 7 --p 1")["results"]["output_size"] == [142857142858]


@pytest.mark.parametrize("columns", ["40", "80", "120"])
@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_every_width_and_locale(program: Program, columns: str, locale: str) -> None:
    plain = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "COLUMNS": columns}
    for words in ("conv --in 224x224x3 --k 7 --s 2 --p 3 --filters 64", "pool --in 5 --k 2 --s 2 --p 1 --ceil"):
        ended = program("solve", *words.split(), env=plain)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert max(map(len, ended.stdout.splitlines())) <= int(columns)
        assert locale != "C" or ended.stdout.isascii()


def test_colour_comes_and_goes_as_asked(program: Program) -> None:
    words = ("solve", "conv", "--in", "32", "--k", "3")
    assert "\x1b[" not in program(*words).stdout
    assert "\x1b[" not in program(*words, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    assert "\x1b[" not in program(*words, env={"TERM": "dumb"}).stdout


def test_no_drawing_on_request(program: Program) -> None:
    words = ("solve", "conv", "--in", "12", "--k", "3", "--s", "2")
    with_drawing, without = program(*words).stdout, program(*words, "--no-draw").stdout
    assert len(without) < len(with_drawing)
    assert "5" in without


def piped(environment: dict[str, str], shell: str) -> subprocess.CompletedProcess[str]:
    command = shell.replace("cnnquiz", f"{shlex.quote(sys.executable)} -m cnnquiz")
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=environment, check=False, timeout=60
    )


def test_a_reader_that_leaves_and_an_output_that_is_closed(environment: dict[str, str]) -> None:
    ended = piped(environment, "cnnquiz solve net vgg16 | head -1")
    assert (ended.returncode, ended.stderr) == (0, "")
    ended = piped(environment, "yes '{}' | head -20000 | cnnquiz solve --batch - | head -1")
    assert ended.stderr == ""
    for closed in (">&-", "<&-", "2>&-"):
        ended = piped(environment, f"cnnquiz solve conv --in 5 --k 3 {closed}")
        assert "Traceback" not in ended.stderr
        assert ended.stderr.count("\n") <= 1


@pytest.mark.parametrize(
    "words", ["solve --help", "solve conv --help", "solve conv --in 256 --k 7 --s 2", "solve net --help"]
)
def test_numbers_need_no_algebra_system(environment: dict[str, str], words: str) -> None:
    code = (
        "import sys; from cnnquiz.__main__ import main; sys.argv = ['cnnquiz', *sys.argv[1:]]\n"
        "try: main()\nexcept SystemExit: pass\nassert 'sympy' not in sys.modules"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *words.split()], capture_output=True, text=True, env=environment, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_help_names_every_given(program: Program) -> None:
    words = program("solve", "conv", "--help").stdout
    assert all(word in words for word in ("--in", "--k", "--kernel-size", "--s", "--stride", "--find", "Examples"))
    assert "conv" in program("solve", "--help").stdout
    assert program("solve").returncode == 0


def test_from_python() -> None:
    solution = cnnquiz.solve("conv", size=256, kernel_size=7, stride=2)
    assert solution.results["output_size"] == (125,)
    assert solution.title in solution._repr_markdown_()
    assert "124.5" in solution._repr_markdown_()
    assert cnnquiz.solve("conv", in_="n", k="k").results["output_size"].ascii == "n - k + 1"
    assert cnnquiz.solve("conv", "output_size", size=(32, 40), kernel_size=(3, 5)).answer == ("output_size",)
    with pytest.raises(GivenError, match="kernel 9 does not fit") as refused:
        cnnquiz.solve("conv", size=5, kernel_size=9)
    assert refused.value.quantity == "k"


def test_it_runs_without_a_home_or_a_terminal(program: Program) -> None:
    ended = program("solve", "conv", "--in", "5", "--k", "3", env={"HOME": os.devnull, "TERM": "", "COLUMNS": "0"})
    assert ended.returncode == 0
    assert "3" in ended.stdout


@pytest.mark.parametrize(
    "words",
    [
        "conv --in 7 --in 8 --k 3", "conv --in 7 --in-size=9 --k 3", "params --k 3 --bias no --no-bias",
        "conv --in 64 --k 3 --out 32 --out=30 --find s", "conv --in 64 --k 3 --out 32 --find s --find p",
    ],
)  # fmt: skip
def test_what_is_given_twice_is_refused(program: Program, words: str) -> None:
    ended = program("solve", *shlex.split(words))
    assert ended.returncode == 2 and ("is given twice" in ended.stderr or "and by" in ended.stderr)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ("s=1:3 --bounds s=1:2", "--bounds names a quantity twice"),
        ("s=1:3 --bounds stride=1:2", "bounds of s are stated twice"),
        *((f"s={bound}", "bounds of s: nothing is not a whole number") for bound in (":", "1:", ":3", "")),
        ("s=a:b", "bounds of s: a is not a whole number"), ("s=1:2:3", "bounds of s: write them as in s=1:11"),
    ],
)
def test_bounds_that_cannot_be_read(program: Program, bounds: str, message: str) -> None:
    ended = program("solve", *f"conv --in 64 --k 3 --out 32 --find s,p --bounds {bounds}".split())
    assert ended.returncode == 2 and message in ended.stderr and ended.stderr.count("\n") == 1


def test_bounds_hold_by_every_name_of_their_quantity(program: Program) -> None:
    words = ("conv", "--in", "64", "--k", "3", "--out", "32", "--find", "s,p", "--format", "json")
    found = [program("solve", *words, "--bounds", f"{name}=5:9").stdout for name in ("s", "stride")]
    assert '"solutions": []' in found[0] and len(set(found)) == 1


def test_a_given_of_two_words_is_written_with_a_hyphen(program: Program) -> None:
    for option in ("--fan-in", "--fan_in"):
        assert "0.125" in program("solve", "init", "he", option, "16", "--want", "variance").stdout
