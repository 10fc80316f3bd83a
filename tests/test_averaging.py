"""The mean of runs: worked out by hand, a run like any other, and only of runs that are alike."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from tests.test_loop import CONFIG, pictures
from train.__main__ import main
from train.averaging import average, mean_of
from train.config import DataConfig, to_json
from train.examine import training_minutes
from train.loop import fit, load_config, load_run
from train.material import SPLIT
from train.samples import Sample
from train.splits import LEARNT, write_split

ONE = replace(CONFIG, phases=CONFIG.phases[:1])
SAMPLES = [Sample(name=name, label=name, source=name, domain="photo") for name in ("hare", "stag")]
SIDES_OF = ("train", "test")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two that differ in their seed, and how their pictures were divided."""
    folder = tmp_path_factory.mktemp("runs")
    for seed, name in enumerate(("one", "two")):
        fit(pictures(), replace(ONE, seed=seed), folder / name, progress=False)
        write_split(folder / name / SPLIT, SAMPLES, SIDES_OF)
    return [folder / "one", folder / "two"]


def test_the_mean_of_weights_is_the_one_worked_out_by_hand():
    one = {"weight": torch.tensor([1.0, 4.0]), "seen": torch.tensor(3)}
    two = {"weight": torch.tensor([3.0, 0.0]), "seen": torch.tensor(9)}
    three = {"weight": torch.tensor([2.0, 2.0]), "seen": torch.tensor(9)}
    mean = mean_of([one, two, three])
    assert mean["weight"].tolist() == [2.0, 2.0]
    assert mean["seen"].item() == 3
    with pytest.raises(ValueError, match="differ in the weight weight"):
        mean_of([one, {"weight": torch.zeros(3), "seen": torch.tensor(1)}])


def test_it_is_a_run_that_opens_and_says_what_it_is_made_of(runs: list[Path], tmp_path: Path):
    assert main(["average", *map(str, runs), "--run", str(tmp_path / "mean")]) == 0
    model, config = load_run(tmp_path / "mean")
    assert config.averaged == tuple(map(str, runs))
    assert config == load_config(tmp_path / "mean")
    one, two = (dict(load_run(run)[0].named_parameters()) for run in runs)
    for name, value in model.named_parameters():
        assert torch.allclose(value, (one[name] + two[name]) / 2, atol=1e-6)
    assert any(not torch.equal(one[name], two[name]) for name in one), "the runs are not the same"
    assert (tmp_path / "mean" / SPLIT).read_bytes() == (runs[0] / SPLIT).read_bytes()
    phases = [json.loads(line)["phase"] for line in (tmp_path / "mean" / "events.jsonl").open()]
    assert set(phases) == {"one: first", "two: first"}
    minutes = sum(training_minutes(run) for run in runs)
    assert training_minutes(tmp_path / "mean") == pytest.approx(minutes, abs=0.02)


def test_what_one_of_them_learnt_besides_does_not_part_them(runs: list[Path], tmp_path: Path):
    def like_the_second(name: str, data: DataConfig) -> Path:
        shutil.copytree(runs[1], tmp_path / name)
        (tmp_path / name / "config.json").write_text(json.dumps(to_json(replace(ONE, seed=1, data=data))))
        return tmp_path / name

    besides = like_the_second("besides", DataConfig(records="engravings"))
    shown = Sample(name="shown", label="hare", source="shown", domain="photo", only_learnt=True)
    write_split(besides / SPLIT, [*SAMPLES, shown], (*SIDES_OF, LEARNT))
    assert average([runs[0], besides], tmp_path / "mean").data == ONE.data
    with pytest.raises(ValueError, match="differ in data"):
        average([runs[0], like_the_second("other", DataConfig(seed=1))], tmp_path / "none")


def bundle_of(run: Path, folder: Path) -> Path:
    """What `export` leaves of a run's weights and numbers."""
    model, config = load_run(run)
    halves = {
        name: one.half() if one.is_floating_point() else one for name, one in model.state_dict().items()
    }
    (folder / "model").mkdir(parents=True)
    save_file(halves, folder / "model" / "encoder.safetensors")
    told = {"training": to_json(config) | {"before": {"variant": "engraving"}}}
    (folder / "model" / "config.json").write_text(json.dumps(told))
    return folder


def test_a_bundle_stands_for_its_run_as_often_as_it_is_named(runs: list[Path], tmp_path: Path):
    bundle = bundle_of(runs[1], tmp_path / "bundle")
    words = ["average", *map(str, [bundle, runs[0], bundle]), "--run", str(tmp_path / "mean")]
    assert main(words) == 0
    model, config = load_run(tmp_path / "mean")
    assert config.averaged == (str(bundle), str(runs[0]), str(bundle))
    one, two = (dict(load_run(run)[0].named_parameters()) for run in runs)
    for name, value in model.named_parameters():
        halved = two[name].half().float()
        assert torch.allclose(value, (one[name] + 2 * halved) / 3, atol=1e-5)
        assert value.dtype == torch.float32
    assert (tmp_path / "mean" / SPLIT).read_bytes() == (runs[0] / SPLIT).read_bytes()
    assert training_minutes(tmp_path / "mean") == training_minutes(runs[0])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda bundle: (bundle / "model" / "encoder.safetensors").unlink(), "keeps no weights"),
        (lambda bundle: (bundle / "model" / "encoder.safetensors").write_bytes(b"half"), "broken"),
        (lambda bundle: (bundle / "model" / "config.json").write_text("{}"), "keeps no weights"),
        (lambda bundle: (bundle / "model" / "config.json").write_text("no JSON"), "is no JSON"),
        (lambda bundle: numbers(bundle, dim=4), "differ in dim"),
        (lambda bundle: numbers(bundle, variant="siamese"), "siamese"),
        (lambda bundle: numbers(bundle, invented=1), "what no run knows"),
    ],
)
def test_a_bundle_that_cannot_stand_for_a_run_is_refused(runs, spoil, said, tmp_path, capsys):
    bundle = bundle_of(runs[1], tmp_path / "bundle")
    spoil(bundle)
    assert main(["average", str(runs[0]), str(bundle), "--run", str(tmp_path / "mean")]) != 0
    assert said in capsys.readouterr().err
    assert not (tmp_path / "mean").exists()


def numbers(bundle: Path, **changed: Any) -> None:
    path = bundle / "model" / "config.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({"training": told["training"] | changed}))


def test_bundles_alone_have_no_split_for_their_mean(runs: list[Path], tmp_path: Path):
    bundle = bundle_of(runs[0], tmp_path / "bundle")
    with pytest.raises(ValueError, match="a run among them"):
        average([bundle, bundle], tmp_path / "mean")


def test_a_mean_is_not_trained_further_under_its_own_name(runs: list[Path], tmp_path: Path):
    config = average(runs, tmp_path / "mean")
    with pytest.raises(ValueError, match="the mean of other runs"):
        fit(pictures(), config, tmp_path / "mean", progress=False)


def test_runs_that_are_not_alike_are_refused_and_nothing_is_written(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    fit(pictures(), replace(ONE, dim=4), tmp_path / "narrow", progress=False)
    write_split(tmp_path / "narrow" / SPLIT, SAMPLES, SIDES_OF)
    fit(pictures(), ONE, tmp_path / "divided", progress=False)
    write_split(tmp_path / "divided" / SPLIT, SAMPLES, SIDES_OF[::-1])
    for others, said in (
        ([], "two runs or more"),
        ([tmp_path / "narrow"], "differ in dim"),
        ([tmp_path / "divided"], "divide their pictures differently"),
        ([tmp_path / "none"], "holds no run"),
    ):
        words = ["average", *map(str, [runs[0], *others]), "--run", str(tmp_path / "mean")]
        assert main(words) != 0
        assert said in capsys.readouterr().err
        assert not (tmp_path / "mean").exists()
