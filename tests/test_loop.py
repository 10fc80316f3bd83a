"""A whole small training: it repeats with its seed, goes on where it stopped, and says what it did."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.helpers import SHAPES, shape
from train import loop
from train.config import Phase, TrainConfig
from train.data import Pictures
from train.loop import fit, load_run

CONFIG = TrainConfig(
    dim=8,
    ink_size=48,
    labels_per_batch=4,
    records_per_label=4,
    drawn_share=0.5,
    anchor_weight=0.1,
    phases=(Phase("first", "semi-hard", 96, 32, 5e-4), Phase("second", "batch-hard", 32, 48, 5e-4, 2)),
)


def pictures() -> Pictures:
    names = list(SHAPES)[:4]
    parts = [(name, domain, copy) for name in names for domain in ("drawing", "art") for copy in range(3)]
    ink = np.stack([np.asarray(shape(name, side=48).convert("L")) for name, _, _ in parts])
    return Pictures(
        ink,
        np.array([name for name, _, _ in parts]),
        np.array([f"{domain}{copy}:{name}" for name, domain, copy in parts]),
        np.array([domain for _, domain, _ in parts]),
        np.zeros(len(parts), np.float32),
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return folder, fit(pictures(), CONFIG, folder, progress=False)


def events(folder):
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def test_every_phase_leaves_its_weights_and_its_losses(run):
    folder, _ = run
    assert (folder / "checkpoint-first.pt").exists()
    assert (folder / "checkpoint-second.pt").exists()
    assert {event["phase"] for event in events(folder)} == {"first", "second"}
    assert {"triplet", "proxy", "anchor", "active", "seconds"} <= set(events(folder)[0])


def test_a_run_opens_again_as_it_ended(run):
    folder, model = run
    opened, config = load_run(folder)
    assert config == CONFIG
    assert all(torch.equal(model.state_dict()[name], value) for name, value in opened.state_dict().items())


def test_the_second_phase_left_alone_what_it_froze_and_changed_the_rest(run):
    folder, _ = run
    first, second = (
        torch.load(folder / f"checkpoint-{name}.pt", weights_only=True)["model"]
        for name in ("first", "second")
    )
    assert torch.equal(first["backbone.conv_stem.weight"], second["backbone.conv_stem.weight"])
    assert not torch.equal(first["head.weight"], second["head.weight"])


def test_a_stopped_run_goes_on_and_ends_where_an_unbroken_one_does(run, tmp_path):
    _, model = run
    fit(pictures(), replace(CONFIG, phases=CONFIG.phases[:1]), tmp_path, progress=False)
    again = fit(pictures(), CONFIG, tmp_path, progress=False)
    for name, value in model.state_dict().items():
        assert torch.allclose(again.state_dict()[name].float(), value.float(), atol=1e-4), name


def test_an_unfinished_run_says_how_to_finish_it(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"phases": [], "leave_out": []}))
    with pytest.raises(RuntimeError, match="python -m train fit"):
        load_run(tmp_path)


def test_a_run_between_two_phases_is_not_taken_for_a_finished_one(run, tmp_path):
    folder, _ = run
    for name in ("config.json", "checkpoint-first.pt"):
        shutil.copy(folder / name, tmp_path)
    with pytest.raises(RuntimeError, match="checkpoint-second is missing"):
        load_run(tmp_path)


def test_a_run_with_other_numbers_is_not_continued(run):
    folder, _ = run
    before = (folder / "config.json").read_text()
    with pytest.raises(ValueError, match="other numbers"):
        fit(pictures(), replace(CONFIG, margin=0.3), folder, progress=False)
    assert (folder / "config.json").read_text() == before


@pytest.mark.parametrize("left_out", [(), ("ring",), ("ring", "bar")])
def test_what_is_left_out_is_never_shown_but_as_line_art(tmp_path, monkeypatch, left_out):
    shown = set()
    drawn = loop._drawn

    def seen(given, rows, *others):
        shown.update(zip(given.concepts[rows].tolist(), given.domains[rows].tolist(), strict=True))
        return drawn(given, rows, *others)

    monkeypatch.setattr(loop, "_drawn", seen)
    fit(pictures(), replace(CONFIG, leave_out=left_out, phases=CONFIG.phases[:1]), tmp_path, progress=False)
    names = list(SHAPES)[:4]
    assert {name for name, domain in shown if domain == "art"} == set(names)
    assert {name for name, domain in shown if domain == "drawing"} == set(names) - set(left_out)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"miner": "hardest"}, "semi-hard, batch-hard"),
        ({"size": 16}, "size"),
        ({"pictures": 0}, "pictures"),
        ({"frozen_blocks": 8}, "frozen blocks"),
        ({"imagenet_share": 1.0}, "share"),
        ({"strength": -0.1}, "strength"),
    ],
)
def test_a_phase_with_values_out_of_range_stops_at_the_door(change, message):
    with pytest.raises(ValueError, match=message):
        replace(CONFIG.phases[0], **change)


def test_a_run_can_begin_with_the_weights_of_another(run, tmp_path):
    folder, model = run
    slow = replace(CONFIG, phases=(Phase("finish", "batch-hard", 32, 48, 1e-9),))
    went_on = fit(pictures(), replace(slow, before=str(folder)), tmp_path, progress=False)
    for name, weight in model.named_parameters():
        assert torch.allclose(dict(went_on.named_parameters())[name], weight, atol=1e-5), name


def test_a_run_does_not_overwrite_the_one_it_begins_with(run):
    folder, _ = run
    before = (folder / "config.json").read_text()
    with pytest.raises(ValueError, match="give another folder"):
        fit(pictures(), replace(CONFIG, before=str(folder)), folder, progress=False)
    assert (folder / "config.json").read_text() == before
