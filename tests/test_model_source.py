"""Models' files: shapes, parameters, faults at their line, and lines that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnnquiz.commands._model_command import ModelCommand
from cnnquiz.errors import CnnquizError
from cnnquiz.parsers.model_solution import model_solution
from cnnquiz.parsers.model_source import model
from cnnquiz.parsers.reading import UnreadError

FOLDER = Path(__file__).parent / "parsers" / "models"
CASES = yaml.safe_load((FOLDER.parent / "models.yaml").read_text(encoding="utf-8"))
_CLASS = re.compile(r"class (\w+)")
TORCH = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def size(text: str | None) -> tuple[int, ...] | None:
    return tuple(map(int, text.split("x"))) if text else None


@pytest.mark.parametrize("case", CASES, ids=[f"{case['file']} {case.get('call', '')}" for case in CASES])
def test_what_a_model_comes_to(case: dict[str, Any]) -> None:
    read = model(source(case["file"]), case.get("class"), size(case.get("in")), case.get("call"))
    found = {"output": list(map(list, read.output)), "parameters": read.parameters, "rows": len(read.rows)}
    assert read.fault is None and found == {name: case[name] for name in found}
    assert list(read.unused) == case.get("unused", [])


def marked(name: str) -> Iterator[tuple[str, int, str]]:
    """The classes of a file with the line that ends in a comment, and the comment."""
    owner = ""
    for number, line in enumerate(source(name).splitlines(), 1):
        if match := _CLASS.match(line):
            owner = match[1]
        code, sign, comment = line.partition("  # ")
        if sign and code.strip():
            yield owner, number, comment


@pytest.mark.parametrize(("owner", "line", "words"), [*marked("faults.py")])
def test_a_fault_stands_at_its_line(owner: str, line: int, words: str) -> None:
    fault = model(source("faults.py"), owner, (3, 24, 24)).fault
    assert fault is not None and str(fault).startswith(f"{line}: {words}")


@pytest.mark.parametrize(("owner", "line", "words"), [*marked("unread.py")])
def test_a_line_that_cannot_be_read_is_named(owner: str, line: int, words: str) -> None:
    with pytest.raises(UnreadError) as caught:
        model(source("unread.py"), owner, (3, 24, 24))
    assert str(caught.value).startswith(f"{line}: cannot read this line: ") and words in str(caught.value)


def test_the_rows_say_what_each_layer_makes() -> None:
    rows = model(source("residual.py"), None, (3, 8, 8), "Residual(Block, [1, 1])").rows
    shown = [(row.name, row.kind, row.before, row.after, row.parameters) for row in rows if "Conv" in row.kind]
    assert shown == [
        ("stem.0", "Conv2d", (3, 8, 8), (16, 8, 8), 432), ("stage1.0.conv1", "Conv2d", (16, 8, 8), (16, 8, 8), 2304),
        ("stage1.0.conv2", "Conv2d", (16, 8, 8), (16, 8, 8), 2304),
        ("stage2.0.conv1", "Conv2d", (16, 8, 8), (32, 4, 4), 4608),
        ("stage2.0.conv2", "Conv2d", (32, 4, 4), (32, 4, 4), 9216),
        ("stage2.0.downsample.0", "Conv2d", (16, 8, 8), (32, 4, 4), 512),
    ]  # fmt: skip


def test_a_layer_that_works_twice_is_counted_once() -> None:
    text = "  def __init__(self):\n    super().__init__()\n    self.a = nn.Linear(5, 5)\n"
    text += "  def forward(self, x):\n    return self.a(self.a(x))\n"
    read = model(f"{TORCH}class N(nn.Module):\n{text}", None, (5,))
    assert (read.parameters, [row.parameters for row in read.rows]) == (30, [30, 0])


def test_modules_in_a_plain_list_are_not_registered() -> None:
    text = "  def __init__(self):\n    super().__init__()\n    self.a = [nn.Linear(5, 5)]\n"
    text += "  def forward(self, x):\n    return self.a[0](x)\n"
    assert model(f"{TORCH}class N(nn.Module):\n{text}", None, (5,)).parameters == 0


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("x = 1\n", None, "there is no model in this file"), ("def f(:\n", None, "1: this is no Python"),
        (source("residual.py"), "Residual", "Residual takes block, counts: give --call"),
        (source("faults.py"), None, "say which of Norm, Flat"), (source("faults.py"), "Nrom", "there is no Nrom"),
        (source("vgg.py"), "WIDTHS", "makes no model"),
    ],
)  # fmt: skip
def test_which_model_is_meant(text: str, name: str | None, words: str) -> None:
    with pytest.raises(UnreadError) as caught:
        model(text, name, (3, 24, 24))
    assert words in str(caught.value)


def body(code: str) -> str:
    return TORCH + "class N(nn.Module):\n    def forward(self, x):\n" + "".join(
        f"        {line}\n" for line in code.splitlines()
    )  # fmt: skip


@pytest.mark.parametrize(
    "code",
    [
        "a = [1]\nfor i in range(60):\n    a = a + a\nreturn x", "a = 'x' * 10**9\nreturn x",
        "return x.view(10**40, 1)",
        "a = [0]\nfor i in range(90):\n    a = [a, a]\nb = [0]\n" +
        "for i in range(90):\n    b = [b, b]\nreturn x if a == b else x",
        "for i in range(10**5):\n    for j in range(10**5):\n        pass\nreturn x", "return x.split(1, 10**9)",
        "a = 2\nfor i in range(300):\n    a = a * a\nreturn x", "f = lambda g: g(g)\nreturn f(f)",
        "return '%999999999d' % 5", "return x.repeat(10**9, 10**9, 10**9, 10**9)", "return x[10**30]",
        "a = x\nfor i in range(10**5):\n    a = torch.stack([a, a])\nreturn a", "a = {}\na['a'] = a\nreturn a",
        "a = []\na.append(a)\nreturn a == a and a", "return nn.Sequential(*[nn.ReLU()] * 99999)(x)",
        "return [y for a in range(999) for b in range(999) for y in (x,)]", "return F.max_pool2d(x, 0)",
        "return '{:99999999}'.format(1)", "return sum([[1] * 90000] * 90000, [])", "return 7 << 10**12",
        "return " + "(" * 60 + "x" + ")" * 60, "return " + "-" * 3000 + "1", "return x" + ".T" * 3000,
        "return __import__('os').system('true')", "return eval('x')", "return open('/etc/passwd').read()",
        "return x.__class__.__base__.__subclasses__()", "return F.interpolate(x, scale_factor=1e300)",
        "return torch.zeros(10**12, 10**12)", "return x // 0", "return 5 % 0", "return round(1e308 * 10)",
        "return int(1e400)",
    ],
)  # fmt: skip
def test_nothing_is_run_and_no_work_is_endless(code: str) -> None:
    try:
        model(body(code), None, (3, 8, 8))
    except UnreadError as fault:
        assert len(str(fault)) < 300


def test_an_output_that_is_not_known_is_no_output() -> None:
    with pytest.raises(UnreadError) as caught:
        model(body("return torch.ops.mine.twice(x)"), None, (3, 8, 8))
    assert str(caught.value) == "4: what comes out cannot be followed: torch.ops.mine.twice"


def test_the_solution_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(source("encoder_decoder.py"), encoding="utf-8")
    solution = model_solution(f"{file}:Decoded", "3x36x30")
    assert solution.calculator == "net" and solution.results["parameters"] == 29985
    assert solution.results["output_shape"] == (3, 36, 30) and solution.results["unused"] == ["aux_head"]
    assert solution.notes == ("Registered, but never at work: aux_head.",)
    assert sum(row["parameters"] for row in solution.as_json()["results"]["rows"]) < 29985


@pytest.mark.parametrize(
    ("path", "given", "call", "words"),
    [
        ("faults.py:Norm", "3x24x24", None, "faults.py:11: BatchNorm2d expects 21 channels, gets 20"),
        ("unread.py:Width", "3x24x24", None, "unread.py:21: cannot read this line: the number of filters"),
        ("vgg.py:small", None, None, "vgg.py:1: the size of the input is missing"),
        ("vgg.py:small", "three", None, "in: three is no size"),
        ("vgg.py", "3x9x9", "small(", "vgg.py:1: --call small("),
        ("none.py", "3x9x9", None, "none.py"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_and_line(path: str, given: str | None, call: str | None, words: str) -> None:
    with pytest.raises(CnnquizError) as caught:
        model_solution(str(FOLDER / path), given, call)
    assert words in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("format", ["plain", "json", "markdown", "latex"])
def test_the_command_shows_it(capsys: pytest.CaptureFixture[str], format: str) -> None:
    command = ModelCommand(str(FOLDER / "vgg.py:small"))
    assert command.main(["--in", "3x16x16", "--format", format, "--explain"], standalone_mode=False) == 0
    assert "15118" in capsys.readouterr().out.replace(",", "")
