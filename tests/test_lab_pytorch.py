"""The lab with PyTorch: networks compared with the calculators, pictures, training, and runs that go on."""

from __future__ import annotations

import csv
import json
import math
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from conftest import Program
from PIL import Image
from torch import nn

from cnnquiz import cli, solve
from cnnquiz.errors import CnnquizError
from cnnquiz.lab import build, flowers, models, pictures
from cnnquiz.lab.pictures import Pictures
from cnnquiz.lab.records import Epoch, Progress, Settings
from cnnquiz.lab.runs import latest_folder
from cnnquiz.lab.training import Training, batches, saved_state
from cnnquiz.render.lab import TrainingDocument
from cnnquiz.sessions.training import follow

SMALL = Settings("resnet18", epochs=2, batch=6, size=32, lr=3e-4, optimizer="adam", seed=3)
PATIENT = 600  # seconds for what takes ten, where the machine has much else to do
FAST = ("--size", "32", "--epochs", "2", "--batch", "24")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Several workers with several threads each would wait for one another."""
    torch.set_num_threads(1)


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """The environment of a process with one thread."""
    return environment | {"OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def few() -> Pictures:
    """24 small flowers to learn from, and 8 others."""
    images, labels = flowers.pictures(32, 32, 5)
    return Pictures(list(flowers.FLOWERS), images[:24], labels[:24], images[24:], labels[24:])


def numbers(run: Training) -> list[tuple[float, ...]]:
    """What a run measured, but for the time that it took."""
    return [(each.epoch, each.steps, each.loss, each.accuracy, each.val_loss) for each in run.epochs]


# Networks.


@pytest.mark.parametrize(("name", "parameters"), [("vgg16", 138_357_544), ("resnet18", 11_689_512)])
def test_each_layer_is_what_solve_net_counts(
    capsys: pytest.CaptureFixture[str], name: str, parameters: int
) -> None:
    assert cli.run(["lab", "build", name, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["network"], found["parameters"], found["differences"]) == (name, parameters, 0)
    for key in ("name", *build.COMPARED):
        expected = [row[key] for row in solve("net", network=name).as_json()["results"]["layers"]]
        assert [row[key] for row in found["layers"]] == expected
    assert cli.run(["lab", "build", name]) == 0
    assert f"{parameters:,} parameters in" in capsys.readouterr().out


def changed_stride(network: Any) -> None:
    network.conv3_1.conv1[0].stride = network.conv3_1.shortcut[0].stride = (1, 1)


def without_norm(network: Any) -> None:
    del network.conv1[1]


def wider_kernel(network: Any) -> None:
    network.conv2_1.conv2[0] = nn.Conv2d(64, 64, 5, padding=2, bias=False, device="meta")


def without_shortcut(network: Any) -> None:
    network.conv2_1.forward = lambda x: network.conv2_1.relu(network.conv2_1.conv2(network.conv2_1.conv1(x)))


@pytest.mark.parametrize("change", [changed_stride, without_norm, wider_kernel, without_shortcut])
def test_a_layer_that_differs_is_found(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    plain = models.network

    def changed(name: str) -> Any:
        network = plain(name)
        change(network)
        return network

    monkeypatch.setattr(models, "network", changed)
    assert build.comparison("resnet18")["differences"] > 0


def test_a_source_that_was_written_runs_by_itself(program: Program, tmp_path: Path) -> None:
    program("lab", "show", "resnet18", "--output", "mine.py")
    code = "import mine, torch; print(*mine.network(4).train(False)(torch.zeros(1, 3, 64, 64)).shape)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout == "1 4\n"


# Pictures.


def test_a_seed_draws_the_same_pictures_and_another_draws_others() -> None:
    images, labels = flowers.pictures(8, 32, 1)
    again, other = flowers.pictures(8, 32, 1)[0], flowers.pictures(8, 32, 2)[0]
    assert (images == again).all() and (images != other).any()
    assert images.shape == (8, 32, 32, 3) and np.bincount(labels).tolist() == [2, 2, 2, 2]
    assert len({each.tobytes() for each in images}) == 8


def test_colour_alone_tells_flowers_apart_only_a_little() -> None:
    assert 0.25 < pictures.colour_accuracy(pictures.drawn(64, 1)) < 0.5


def test_colour_alone_is_enough_where_it_is_all_there_is() -> None:
    labels = np.arange(40) % 2
    images = np.broadcast_to((labels * 200)[:, None, None, None], (40, 8, 8, 3)).astype(np.uint8)
    assert pictures.colour_accuracy(Pictures(["a", "b"], images, labels, images, labels)) == 1


def fill(folder: Path, **counts: int) -> None:
    """A folder of pictures for each class, of several sizes and modes."""
    for shade, (name, count) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            mode = ("RGB", "L", "RGBA", "P")[number % 4]
            Image.new("L", (40 + number, 50), 120 * shade).convert(mode).save(folder / name / f"{number}.png")


def test_a_folder_of_pictures_is_split_by_class(tmp_path: Path) -> None:
    fill(tmp_path / "mine", cats=8, dogs=4)
    found = pictures.from_folder(tmp_path / "mine", 32, 1)
    assert found.classes == ["cats", "dogs"] and found.images.shape == (9, 32, 32, 3)
    assert found.labels.tolist() == [0] * 6 + [1] * 3 and found.val_labels.tolist() == [0, 0, 1]


def test_a_photograph_stands_as_its_camera_was_held(tmp_path: Path) -> None:
    upside_down = Image.Exif()
    upside_down[0x0112] = 3
    photograph = Image.new("L", (32, 32))
    photograph.paste(255, (0, 0, 32, 16))
    photograph.save(tmp_path / "one.png", exif=upside_down)
    found = pictures.image(tmp_path / "one.png", 32)
    assert found[:16].max() == 0 and found[16:].min() == 255


def text_among(folder: Path) -> None:
    fill(folder, cats=4, dogs=4)
    (folder / "dogs" / "notes.txt").write_text("no picture")


FAULTY: dict[str, Any] = {
    "this is no folder": lambda folder: folder.write_text(""),
    "0 folders in it, and two classes or more": lambda folder: folder.mkdir(),
    "1 folders in it": lambda folder: fill(folder, cats=4),
    "3 pictures in dogs, and 4 or more": lambda folder: fill(folder, cats=4, dogs=3),
    "notes.txt: this is no picture that can be read": text_among,
}


@pytest.mark.parametrize("said", FAULTY)
def test_what_is_wrong_with_a_folder_is_one_line(program: Program, tmp_path: Path, said: str) -> None:
    FAULTY[said](tmp_path / "mine")
    ended = program("lab", "train", "resnet18", "--data", "mine", *FAST, timeout=PATIENT)
    assert (ended.returncode, ended.stdout) == (2, "") and said in ended.stderr and ended.stderr.count("\n") == 1


def test_own_pictures_are_learned(program: Program, tmp_path: Path) -> None:
    fill(tmp_path / "mine", cats=8, dogs=8)
    asked = ("--data", "mine", "--size", "32", "--epochs", "2", "--format", "json")
    ended = program("lab", "train", "resnet18", *asked, timeout=PATIENT)
    *_, last, summary = map(json.loads, ended.stdout.splitlines())
    assert summary["classes"] == ["cats", "dogs"] and (summary["pictures"], summary["validation"]) == (12, 4)
    assert last["steps"] == 2 and last["accuracy"] > 0.6


# Training.


@pytest.mark.parametrize(("count", "batch", "sizes"), [(7, 3, [3, 4]), (6, 3, [3, 3]), (8, 3, [3, 3, 2]), (2, 6, [2])])
def test_the_steps_of_an_epoch_see_each_picture_once(count: int, batch: int, sizes: list[int]) -> None:
    parts = batches(count, batch, 1, 1)
    assert [len(part) for part in parts] == sizes
    assert sorted(torch.cat(parts).tolist()) == list(range(count))
    assert len({tuple(torch.cat(batches(40, 3, 1, epoch)).tolist()) for epoch in (1, 2, 3)}) == 3


def test_total_loss_is_the_mean_over_the_pictures(few: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[float, int]] = []
    entropy = nn.functional.cross_entropy

    def noted(outputs: Any, labels: Any) -> Any:
        loss = entropy(outputs, labels)
        given.append((loss.item(), len(labels)))
        return loss

    monkeypatch.setattr(nn.functional, "cross_entropy", noted)
    run = Training(SMALL, few._replace(images=few.images[:20], labels=few.labels[:20]), "cpu")
    first = next(each for each in run.run() if isinstance(each, Epoch))
    assert [many for _, many in given] == [6, 6, 6, 2, 8]
    assert first.loss == pytest.approx(sum(loss * many for loss, many in given[:4]) / 20)
    assert first.val_loss == pytest.approx(given[4][0])


def test_validation_changes_nothing(few: Pictures) -> None:
    run = Training(SMALL, few, "cpu")
    before = {name: value.clone() for name, value in run.network.state_dict().items()}
    run.val_outputs()
    assert all(torch.equal(value, before[name]) for name, value in run.network.state_dict().items())


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_run_that_was_saved_goes_on_to_the_same_numbers(few: Pictures, tmp_path: Path, optimizer: str) -> None:
    settings = Settings("resnet18", 2, 6, 32, 3e-4, optimizer, 3)
    whole, begun, resumed = (Training(settings, few, "cpu") for _ in range(3))
    list(whole.run())
    next(done for done in begun.run() if isinstance(done, Progress) and (done.epoch, done.step) == (2, 2))
    begun.save(tmp_path / "run.pt")
    resumed.resume(saved_state(tmp_path / "run.pt"))
    list(resumed.run())
    assert numbers(resumed) == numbers(whole) and len(numbers(whole)) == 2
    pairs = zip(resumed.network.parameters(), whole.network.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_it_learns(few: Pictures) -> None:
    run = Training(Settings("resnet18", 8, 6, 32, 3e-4, "adam", 3), few, "cpu")
    list(run.run())
    assert run.epochs[-1].loss < 0.6 * run.epochs[0].loss


def test_plain_vgg16_stays_where_it_began(few: Pictures) -> None:
    run = Training(Settings("vgg16", 1, 12, 32, 1e-4, "adam", 1, plain=True), few, "cpu")
    [epoch] = [done for done in run.run() if isinstance(done, Epoch)]
    assert epoch.loss == pytest.approx(math.log(4), abs=0.03)
    assert not any(isinstance(each, nn.BatchNorm2d) for each in run.network.modules())


def test_a_loss_that_is_no_number_is_one_line(few: Pictures) -> None:
    run = Training(Settings("resnet18", 9, 6, 32, 1e30, "sgd", 1), few, "cpu")
    with pytest.raises(CnnquizError, match=r"epoch 1, step \d: the loss is no number any more; lower --lr"):
        list(run.run())


def test_too_little_memory_is_one_line(few: Pictures) -> None:
    run = Training(SMALL, few, "cpu")
    run.network.register_forward_hook(lambda *_: torch.empty(2**60))
    with pytest.raises(CnnquizError, match="there is too little memory for this: lower --batch or --size"):
        list(run.run())


# Runs.


def test_a_run_is_shown_kept_and_resumed(program: Program, tmp_path: Path) -> None:
    ended = program("lab", "train", "resnet18", *FAST, "--output", "mine", timeout=PATIENT)
    assert ended.returncode == 0 and ended.stderr == "Kept in mine: checkpoint.pt, epochs.csv, curves.png.\n"
    for said in ("9/9", "Total loss is the mean", "total accuracy", "/216, validation loss", "Colour alone gets"):
        assert said in ended.stdout
    rows = list(csv.DictReader((tmp_path / "mine" / "epochs.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    with Image.open(tmp_path / "mine" / "curves.png") as image:
        assert image.format == "PNG" and len(image.getcolors(100_000)) > 10
    again = ("--resume", "--epochs", "3", "--format", "json")
    more = program("lab", "train", "resnet18", "--output", "mine", *again, timeout=PATIENT)
    third, summary = map(json.loads, more.stdout.splitlines())
    assert (third["epoch"], third["steps"], summary["epochs"], summary["settings"]["size"]) == (3, 9, 3, 32)
    assert sum(map(sum, summary["confusion"])) == 72
    for arguments, said in {
        ("resnet18", "--output", "mine"): "mine holds a saved run: add --resume",
        ("resnet18", "--output", "mine", "--resume", "--lr", "1"): "--lr: 1.0 is asked for, but the run",
        ("vgg16", "--output", "mine", "--resume"): "the network: vgg16 is asked for, but the run in mine has resnet18",
    }.items():
        refused = program("lab", "train", *arguments, timeout=PATIENT)
        assert (refused.returncode, refused.stdout) == (2, "") and said in refused.stderr


@pytest.mark.parametrize("damage", [b"", b"not a run", b"PK\x03\x04", None])
def test_a_damaged_run_is_one_line(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "checkpoint.pt"
    if damage is None:
        torch.save({"settings": {"network": "resnet18"}}, path)
    else:
        path.write_bytes(damage)
    with pytest.raises(CnnquizError, match="this is no saved run, or it is damaged"):
        saved_state(path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("resnet18 --plain", "--plain is for vgg16"),
        ("resnet18 --lr nan", "--lr: nan is no learning rate"),
        ("resnet18 --resume", "no run is saved there; name its folder with --output"),
        ("resnet18 --device cuda", "--device: PyTorch finds no cuda here"),
    ],
)
def test_what_cannot_be_trained_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: str, said: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CnnquizError, match=said):
        cli.run(["lab", "train", *arguments.split(), "--size", "32"])


@pytest.fixture
def stopped(few: Pictures, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Runs a training in an empty folder that a signal stops after its first epoch."""

    def end(self: TrainingDocument, epoch: Epoch) -> None:
        signal.raise_signal(signal.SIGINT)

    def run(seed: int) -> None:
        with pytest.raises(KeyboardInterrupt):
            follow(Training(msgspec.structs.replace(SMALL, seed=seed), few, "cpu"), None, json=True)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(TrainingDocument, "end", end)
    return run


def test_an_interrupted_run_leaves_earlier_ones_alone(
    stopped: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "lab-resnet18").mkdir()
    (tmp_path / "lab-resnet18" / "epochs.csv").write_text("kept")
    for seed, folder in ((1, "lab-resnet18-2"), (2, "lab-resnet18-3")):
        stopped(seed)
        assert f"--resume --output {folder}\n" in capsys.readouterr().err
        assert saved_state(tmp_path / folder / "checkpoint.pt").settings.seed == seed
        assert latest_folder("resnet18") == Path(folder)
    assert (tmp_path / "lab-resnet18" / "epochs.csv").read_text() == "kept"
    assert saved_state(tmp_path / "lab-resnet18-2" / "checkpoint.pt").settings.seed == 1


def test_a_run_whose_reader_has_gone_is_kept_all_the_same(
    few: Pictures, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def end(self: TrainingDocument, epoch: Epoch) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(TrainingDocument, "end", end)
    with pytest.raises(BrokenPipeError):
        follow(Training(SMALL, few, "cpu"), tmp_path / "mine", json=True)
    assert len(saved_state(tmp_path / "mine" / "checkpoint.pt").epochs) == 1


def test_a_run_that_cannot_be_saved_is_shown_all_the_same(
    few: Pictures, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def save(self: Training, path: Path) -> None:
        raise CnnquizError(f"{path.name}: the run cannot be saved (No space left on device)")

    monkeypatch.setattr(Training, "save", save)
    assert follow(Training(SMALL, few, "cpu"), tmp_path, json=True) == 3
    shown = capsys.readouterr()
    assert "confusion" in json.loads(shown.out.splitlines()[-1])
    assert shown.err == "cnnquiz: checkpoint.pt: the run cannot be saved (No space left on device)\n"


def test_a_folder_that_cannot_be_made_is_said_before_training(program: Program, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("")
    for folder in ("notes", "notes/mine"):
        ended = program("lab", "train", "resnet18", "--output", folder, timeout=PATIENT)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith(f"cnnquiz: {folder}: this folder cannot be made") and "--output" in ended.stderr


def test_ctrl_c_stops_between_two_steps_and_saves(environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cnnquiz", "lab", "train", "resnet18", "--format", "json"]
    options = {"env": environment, "cwd": tmp_path, "text": True}
    whole = subprocess.run([*command, *FAST], capture_output=True, check=True, **options).stdout.splitlines()
    begun: Any = subprocess.Popen([*command, *FAST], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    first = begun.stdout.readline()
    begun.send_signal(signal.SIGINT)
    rest, errors = begun.communicate()
    assert begun.returncode == 130 and "cnnquiz lab train resnet18 --resume --output lab-resnet18\n" in errors
    resumed = subprocess.run([*command, "--resume"], capture_output=True, check=True, **options).stdout.splitlines()
    found = [json.loads(line) | {"seconds": 0} for line in [first, *rest.splitlines(), *resumed]]
    assert found == [json.loads(line) | {"seconds": 0} for line in whole]
