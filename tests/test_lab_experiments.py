"""The experiments with PyTorch, cut down where time matters: their figures, seeds, records, and a second run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
import torch
from msgspec.structs import replace

from cnnquiz import cli, files
from cnnquiz.errors import CnnquizError
from cnnquiz.lab import evidence, experiments, trials
from cnnquiz.lab.evidence import Record
from cnnquiz.lab.experiments import _fitting, _pictures

SMALL = {
    "vanishing": {},
    "depth": {"LEARNED": 16, "TESTED": 8, "EPOCHS": 1, "PASSES": 1},
    "transfer": {"DIGITS": 20, "FLOWERS": 16, "TESTED": 8, "EPOCHS": 1},
    "denoising": {"LEARNED": 40, "TESTED": 10, "EPOCHS": 1},
    "pretraining": {"LEARNED": 40, "TESTED": 10, "PRETRAINED": 1, "EPOCHS": 1},
    "levels": {"LEARNED": 20, "TESTED": 10, "EPOCHS": 1, "PROBED": 1},
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """All experiments cut down to a second."""
    for name, sizes in SMALL.items():
        for constant, size in sizes.items():
            monkeypatch.setattr(experiments.load(name), constant, size)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", experiments.names())
def test_an_experiment_has_the_figures_that_it_declares(name: str) -> None:
    experiment = experiments.load(name)
    found, again = trials.trial(experiment, 3), trials.trial(experiment, 3)
    times = set(getattr(experiment, "TIMES", ()))
    assert list(found.figures) == list(experiment.FIGURES) == list(evidence.record(name).figures[0])
    assert {one: value for one, value in found.figures.items() if one not in times} == {
        one: value for one, value in again.figures.items() if one not in times
    }
    assert set(experiment.BARS) | times <= set(experiment.FIGURES)
    for _, row in found.pictures:
        assert row and all(len(each) % 2 == 0 and len({len(line) for line in each}) == 1 for each in row)
        assert all(0 <= value <= 255 for each in row for line in each for pixel in line for value in pixel)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", experiments.names())
def test_another_seed_gives_other_figures(name: str) -> None:
    experiment = experiments.load(name)
    one, other = (trials.trial(experiment, seed).figures for seed in (1, 2))
    assert one != other


@pytest.mark.parametrize("name", experiments.names())
def test_a_record_says_what_its_experiment_claims(name: str) -> None:
    experiment, record = experiments.load(name), evidence.record(name)
    assert (record.claim, record.shows) == (experiment.CLAIM, experiment.SHOWS)
    assert not experiment.SHOWS.endswith(".") and len(experiment.SHOWS) < 240


# What the experiments share, and what they rest on.


def test_digits_are_the_same_for_a_seed_and_each_a_little_different() -> None:
    images, kinds = _pictures.digits(40, 16, 1)
    again, other = (_pictures.digits(40, 16, seed)[0] for seed in (1, 2))
    assert torch.equal(images, again) and not torch.equal(images, other)
    assert images.shape == (40, 1, 16, 16) and images.min() == 0 and 0.9 < images.max() <= 1
    assert kinds.bincount().tolist() == [4] * 10 and len({each.numpy().tobytes() for each in images}) == 40


def test_fitting_learns_what_can_be_learned() -> None:
    torch.manual_seed(1)
    inputs = torch.randn(200, 4)
    labels = (inputs[:, 0] > 0).long()
    fitted = _fitting.fit(torch.nn.Linear(4, 2), inputs, labels, 20, 0.05)
    assert _fitting.accuracy(fitted, inputs, labels) > 0.95


def test_the_same_network_for_each_depth_begins_with_the_same_weights() -> None:
    vanishing = experiments.load("vanishing")
    inputs, classes = torch.randn(8, vanishing.WIDTH), torch.randint(10, (8,))
    linear = []
    for _ in range(2):
        torch.manual_seed(5)
        linear.append(vanishing.share(torch.nn.Identity, 2, inputs, classes))
    assert linear[0] == linear[1] > 0


def test_pretraining_changes_every_layer_and_frozen_ones_stay() -> None:
    pretraining = experiments.load("pretraining")
    network = pretraining.network()
    before = [one.clone() for one in network.parameters()]
    pretraining.pretrain(network, torch.rand(16, 256))
    assert all(not torch.equal(one, other) for one, other in zip(before, network.parameters(), strict=True))


def test_noise_stays_between_black_and_white() -> None:
    noisy = experiments.load("denoising").with_noise(torch.rand(4, 256))
    assert noisy.min() == 0 and noisy.max() == 1


@pytest.mark.parametrize(("layer", "wide"), [(0, 5), (1, 14), (2, 32)])
def test_a_patch_is_what_a_unit_sees(layer: int, wide: int) -> None:
    """Nothing outside the patch changes the answer, and its corners do: the gradient at the pixels says so."""
    levels = experiments.load("levels")
    torch.manual_seed(2)
    network = torch.nn.Sequential(*map(levels.layer, (1, *levels.KERNELS), levels.KERNELS)).train(False)
    images = torch.rand(2, 1, levels.SIZE, levels.SIZE, requires_grad=True)
    maps = network[: layer + 1](images)
    row = column = maps.shape[2] // 2
    maps[0, :, row, column].sum().backward()
    seen = images.grad[0, 0].abs() > 0
    top = levels.STRIDES[layer] * row - (wide - levels.STRIDES[layer]) // 2
    inside = torch.zeros_like(seen)
    inside[top : top + wide, top : top + wide] = True
    assert levels.SEES[layer] == wide and seen.any() and not (seen & ~inside).any()


# The command.


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code, and what stdout says."""
    code = cli.run(["lab", "run", *arguments])
    return code, " ".join(capsys.readouterr().out.split())


def test_one_seed_and_all_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    vanishing = experiments.load("vanishing")
    code, all_seeds = run(capsys, "vanishing")
    assert code == 0 and f"Held for each of 5 seeds: {vanishing.SHOWS}." in all_seeds
    assert "least to greatest" in all_seeds
    code, one = run(capsys, "vanishing", "--seed", "9")
    assert code == 0 and "Held for seed 9: " in one and "least to greatest" not in one


def test_a_claim_that_fails_is_exit_code_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments.load("vanishing"), "CLAIM", "relu_2 < 0")
    assert run(capsys, "vanishing")[0] == 1
    code, said = run(capsys, "vanishing", "--seed", "2")
    assert code == 1 and "Did not hold for seed 2: " in said


def test_the_json_is_the_record_and_the_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(["lab", "run", "vanishing", "--format", "json", "--output", "mine.json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    written = json.loads(Path("mine.json").read_text(encoding="utf-8"))
    kept = msgspec.to_builtins(evidence.record("vanishing"))
    assert printed == written and printed.keys() == kept.keys()
    assert all(printed[name] == kept[name] for name in ("claim", "seeds", "source"))
    assert cli.run(["lab", "run", "vanishing", "--output", "mine.json"]) == 0  # its own record may be replaced
    Path("other.json").write_text('{"experiment": "depth"}', encoding="utf-8")
    for name in ("other.json", "."):
        with pytest.raises(CnnquizError, match="is there already and no record of vanishing"):
            cli.run(["lab", "run", "vanishing", "--output", name])


def recorded(monkeypatch: pytest.MonkeyPatch, folder: Path, record: Record) -> None:
    """The program with another record."""
    path = folder / f"{record.experiment}.json"
    path.write_bytes(msgspec.json.encode(record))
    monkeypatch.setattr(files, "evidence", lambda: {record.experiment: path})


@pytest.mark.parametrize("seed", [None, 4])
def test_a_seed_run_again_gives_what_is_recorded(capsys: pytest.CaptureFixture[str], seed: int | None) -> None:
    asked = [] if seed is None else ["--seed", str(seed)]
    code, said = run(capsys, "vanishing", "--check", *asked)
    assert code == 0 and f"Seed {seed or 1} gives what the record has" in said and "the claim holds again." in said
    assert cli.run(["lab", "run", "vanishing", "--check", "--format", "json", *asked]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["seed"], found["holds"], found["agrees"], len(found["figures"])) == (seed or 1, True, True, 10)


def test_a_seed_that_differs_from_its_record_is_exit_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = evidence.record("vanishing")
    figures = [one | {"relu_4": one["relu_4"] + 1} for one in whole.figures]
    recorded(monkeypatch, tmp_path, replace(whole, figures=figures, spread=evidence.spread(figures)))
    code, said = run(capsys, "vanishing", "--check")
    assert code == 1
    assert "is too far from what the record has: relu, 4 layers; the claim holds again" in said


def test_times_may_be_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    depth, whole = experiments.load("depth"), evidence.record("depth")
    now = whole.figures[0] | {"deep_time": 1000.0, "deep_accuracy": 0.0}
    off = [one.name for one in trials.comparison(depth, whole, whole.seeds[0], now) if not one.agrees]
    assert off == ["deep_accuracy"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [(("--seed", "6"), "--seed: the record of vanishing has 1, 2, 3, 4, 5, not 6"),
     ((), "has no record. Run `cnnquiz lab")],
)  # fmt: skip
def test_what_cannot_be_compared_is_one_line(
    monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], said: str
) -> None:
    if not asked:
        monkeypatch.setattr(files, "evidence", dict)
    with pytest.raises(CnnquizError, match=re.escape(said)):
        cli.run(["lab", "run", "vanishing", "--check", *asked])
