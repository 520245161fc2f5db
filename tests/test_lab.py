"""The lab without PyTorch: the source of a network, the line that says what is missing, and the screens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyte
import pytest
from conftest import Program
from screens import SCREENS, a_screen, widest

from cnnquiz import cli, lab
from cnnquiz.errors import CnnquizError
from cnnquiz.lab import models
from cnnquiz.lab.records import Epoch, Outcome, Pixels, Prediction, Progress, Settings, Summary
from cnnquiz.lab.source import annotated_source
from cnnquiz.render.console import Screen
from cnnquiz.render.lab import TrainingDocument, TrainingScreen, confusion, predictions

EPOCHS = [Epoch(1, 36, 1.5, 0.25, 1.4, 0.3, 2.0), Epoch(2, 36, 1.0, 0.5, 1.2, 0.45, 2.0)]
PIXELS: Pixels = [[(10 * row, 5 * column, 90) for column in range(24)] for row in range(24)]
OUTCOME = Outcome(
    ["rose", "lily", "\x1b[31mred"], [[3, 1, 0], [0, 2, 2], [1, 0, 3]],
    [Prediction(PIXELS, "rose", "rose", 0.9), Prediction(PIXELS, "lily", "\x1b[31mred", 0.5)],
)  # fmt: skip
SUMMARY = Summary(
    Settings("vgg16", 2, 6, 64, 1e-4, "adam", 1, plain=True), 40_000_000, "cpu", OUTCOME.classes, 216, 12, 0.42
)


def shown(screen: Screen) -> str:
    return screen.stream.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("name", models.names())
def test_a_source_can_be_read_at_a_glance(program: Program, tmp_path: Path, name: str) -> None:
    source = annotated_source(name)
    assert 25 <= len(source.splitlines()) <= 45 and max(map(len, source.splitlines())) < 80
    assert program("lab", "show", name).stdout == source
    assert "Wrote mine.py" in program("lab", "show", name, "--output", "mine.py").stdout
    assert (tmp_path / "mine.py").read_text(encoding="utf-8") == source
    again = program("lab", "show", name, "--output", "mine.py")
    assert (again.returncode, again.stdout) == (2, "") and "is there already" in again.stderr


def test_the_shapes_beside_the_lines_are_those_of_the_paper() -> None:
    beside = [line.split("  # ") for line in annotated_source("resnet18").splitlines() if "x512" in line]
    assert [(line.split("=")[0].strip(), shape) for line, shape in beside] == [
        ("conv5_1", "7x7x512"), ("conv5_2", "7x7x512"), ("avgpool", "1x1x512"),
    ]  # fmt: skip
    assert "pool5=nn.MaxPool2d(2),                     # 7x7x512\n" in annotated_source("vgg16")


@pytest.mark.parametrize("arguments", [["build", "vgg16"], ["train", "resnet18"], ["run", "vanishing"]])
def test_without_pytorch_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    with pytest.raises(CnnquizError, match=r"needs torch, numpy, pillow: pip install 'cnnquiz\[lab\]'"):
        cli.run(["lab", *arguments])


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["show", "vgg16"], ["run"]])
def test_neither_help_nor_a_source_loads_pytorch(environment: dict[str, str], arguments: list[str]) -> None:
    code = (
        f"import sys; from cnnquiz import cli; cli.run(['lab', *{arguments!r}])\n"
        "print({'torch', 'numpy', 'PIL'} & set(sys.modules), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert ended.stdout and ended.stderr == "set()\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("show vgg99", "vgg99 is none of resnet18 and vgg16"),
        ("train resnet18 --epochs 0", "--epochs: 0 is too small: write 1 or more"),
        ("train resnet18 --batch 1", "--batch: 1 is too small: write 2 or more"),
        ("train resnet18 --size 16", "--size: 16 is too small: write 32 or more"),
        ("train resnet18 --lr -1", "--lr: -1 is too small"),
        ("run vanish", "vanish is none of"),
        ("run --check", "--check, --seed and --output go with the name of an experiment"),
        ("run depth --seed 1 --output x.json", "--output writes the record of five seeds"),
        ("train resnet18 --optimizer x", "--optimizer: x is none of adam, adamw and sgd"),
    ],
)
def test_a_wrong_command_line_is_said_in_plain_words(program: Program, arguments: str, said: str) -> None:
    ended = program("lab", *arguments.split())
    assert ended.returncode == 2 and said in ended.stderr


@pytest.mark.parametrize(("columns", "unicode"), SCREENS)
def test_a_run_fits_every_screen(columns: int, unicode: bool) -> None:
    screen = a_screen(columns, unicode)
    view = TrainingScreen(screen, SUMMARY)
    view.begin()
    view.step(Progress(1, 18, 36))
    view.end(EPOCHS[0])
    view.finish(EPOCHS, OUTCOME)
    text = shown(screen)
    assert max(map(len, text.splitlines())) <= columns and "36/36" in text and "\x1b" not in text
    assert unicode or text.isascii()
    assert widest(confusion(screen, OUTCOME)) <= columns


def test_an_epoch_says_its_numbers() -> None:
    screen = a_screen(80)
    TrainingScreen(screen, SUMMARY).end(EPOCHS[1])
    assert shown(screen).splitlines() == [
        f"  Epoch 2  {'━' * 36}  36/36  2.0 s",
        "  total loss 1.0000, total accuracy 108/216, validation loss 1.2000 (45 % right)",
    ]


def test_the_bar_grows_at_a_terminal_alone() -> None:
    terminal, pipe = a_screen(80, terminal=True), a_screen(80)
    for screen in (terminal, pipe):
        view = TrainingScreen(screen, SUMMARY)
        view.step(Progress(1, 35, 36))
        view.step(Progress(1, 36, 36))
        view.end(EPOCHS[0])
    seen = pyte.Screen(80, 5)
    pyte.Stream(seen).feed(shown(terminal).replace("\n", "\r\n"))
    assert [line.rstrip() for line in seen.display if line.strip()] == shown(pipe).splitlines()


def test_a_picture_is_in_colour_where_there_are_colours() -> None:
    [[*lines]] = predictions(a_screen(80, terminal=True), OUTCOME.predictions)
    assert lines[0].plain.count("▀") == 48 and len({span.style for span in lines[0].spans}) > 20
    [[*grey]] = predictions(a_screen(80), OUTCOME.predictions)
    assert set("".join(line.plain for line in grey[:12])) == set(" ░▒▓█")


def test_the_document_has_a_line_for_each_epoch_and_a_summary() -> None:
    screen = a_screen(80)
    view = TrainingDocument(screen, SUMMARY)
    view.begin()
    view.step(Progress(1, 1, 36))
    view.end(EPOCHS[0])
    view.finish(EPOCHS, OUTCOME)
    epoch, summary = map(json.loads, shown(screen).splitlines())
    assert list(epoch) == ["epoch", "steps", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"]
    assert (summary["epochs"], summary["val_accuracy"], summary["colour_accuracy"]) == (2, 0.45, 0.42)
