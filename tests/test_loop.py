"""A whole small training: it repeats with its seed, goes on where it stopped, and says what it did."""

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.helpers import SHAPES, shape
from train import batches, checkpoint, encoders
from train.config import Phase, TrainConfig
from train.export import write_model
from train.loop import fit, load_run
from train.phase import PhaseTraining
from train.pictures import Pictures, without_tags
from train.report.run import stopped_early

SERVED = 32  # pixels a side; one size for all, as each takes ten seconds to trace
CONFIG = TrainConfig(
    dim=8,
    picture_size=48,
    labels_per_batch=4,
    records_per_label=4,
    drawn_share=0.5,
    anchor_weight=0.1,
    phases=(
        Phase("first", "semi-hard", 32, 5e-4, pictures=96),
        Phase("second", "batch-hard", 48, 5e-4, pictures=32, frozen_blocks=2),
    ),
)


def pictures(copies: int = 3, channels: int = 1) -> Pictures:
    names = list(SHAPES)[:4]
    parts = [
        (name, domain, copy) for name in names for domain in ("drawing", "art") for copy in range(copies)
    ]
    ink = np.stack([np.asarray(shape(name, copy, side=48).convert("L")) for name, _, copy in parts])
    return without_tags(
        np.repeat(ink[:, None], channels, axis=1),
        np.array([name for name, _, _ in parts]),
        np.array([f"{domain}{copy}:{name}" for name, domain, copy in parts]),
        np.array([domain for _, domain, _ in parts]),
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return folder, fit(pictures(), CONFIG, folder, progress=False)


def events(folder):
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def same_weights(one, other) -> bool:
    there = dict(other.state_dict())
    return all(torch.allclose(value, there[name], atol=1e-6) for name, value in one.state_dict().items())


def test_every_phase_leaves_its_weights_and_its_losses(run):
    folder, _ = run
    assert (folder / "checkpoint-first.pt").exists()
    assert (folder / "checkpoint-second.pt").exists()
    assert not (folder / "last.pt").exists()
    assert {event["phase"] for event in events(folder)} == {"first", "second"}
    assert {"loss", "triplet", "proxy", "anchor", "active", "crowding", "seconds"} <= set(events(folder)[0])


def test_a_run_opens_again_as_it_ended(run):
    folder, model = run
    opened, config = load_run(folder)
    assert config == CONFIG
    assert same_weights(model, opened)


def test_the_second_phase_left_alone_what_it_froze_and_changed_the_rest(run):
    folder, _ = run
    first, second = (
        checkpoint.load(folder / f"checkpoint-{name}.pt")["model"] for name in ("first", "second")
    )
    assert torch.equal(first["backbone.conv_stem.weight"], second["backbone.conv_stem.weight"])
    assert not torch.equal(first["head.weight"], second["head.weight"])


def test_a_run_stopped_between_phases_goes_on_and_ends_where_an_unbroken_one_does(run, tmp_path):
    _, model = run
    fit(pictures(), replace(CONFIG, phases=CONFIG.phases[:1]), tmp_path, progress=False)
    assert same_weights(fit(pictures(), CONFIG, tmp_path, progress=False), model)


def test_a_run_killed_within_a_phase_goes_on_and_ends_where_an_unbroken_one_does(run, tmp_path, monkeypatch):
    _, model = run
    monkeypatch.setattr("train.phase.SAVE_EVERY", 2)
    learn = PhaseTraining._learn

    def killed(self, rows_B, made):
        if self.step == 4:
            raise KeyboardInterrupt
        return learn(self, rows_B, made)

    with monkeypatch.context() as kill:
        kill.setattr(PhaseTraining, "_learn", killed)
        with pytest.raises(KeyboardInterrupt):
            fit(pictures(), CONFIG, tmp_path, progress=False)
    assert checkpoint.load(tmp_path / "last.pt")["step"] == 4
    assert same_weights(fit(pictures(), CONFIG, tmp_path, progress=False), model)


def test_a_full_disk_leaves_the_checkpoint_that_was_there(run, tmp_path, monkeypatch):
    path = tmp_path / "last.pt"
    checkpoint.save({"step": 1}, path)

    def full(state, part):
        part.write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match="No space left"):
        checkpoint.save({"step": 2}, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["last.pt"]
    assert checkpoint.load(path) == {"step": 1}


def test_a_loss_that_is_no_number_stops_the_run_with_a_sentence(tmp_path, monkeypatch):
    made = batches.Batches.images
    monkeypatch.setattr(batches.Batches, "images", lambda *given: made(*given) * float("nan"))
    with pytest.raises(RuntimeError, match="the loss is nan at step 0 of first; lower the learning rate"):
        fit(pictures(), CONFIG, tmp_path, progress=False)
    assert not (tmp_path / "checkpoint-first.pt").exists()


def test_an_unfinished_run_says_how_to_finish_it(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"phases": [], "leave_out": []}))
    with pytest.raises(RuntimeError, match="python -m train fit"):
        load_run(tmp_path)


def test_a_folder_without_a_run_says_how_to_make_one(tmp_path):
    with pytest.raises(RuntimeError, match="holds no run"):
        load_run(tmp_path)


def test_a_run_between_two_phases_is_not_taken_for_a_finished_one(run, tmp_path):
    folder, _ = run
    for name in ("config.json", "checkpoint-start.pt", "checkpoint-first.pt"):
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
    made_anew = batches.made_anew

    def seen(given, rows, *others):
        shown.update(zip(given.labels[rows].tolist(), given.domains[rows].tolist(), strict=True))
        return made_anew(given, rows, *others)

    monkeypatch.setattr(batches, "made_anew", seen)
    monkeypatch.setattr("train.loop.made_anew", seen)
    fit(pictures(), replace(CONFIG, leave_out=left_out, phases=CONFIG.phases[:1]), tmp_path, progress=False)
    names = list(SHAPES)[:4]
    assert {name for name, domain in shown if domain == "art"} == set(names)
    assert {name for name, domain in shown if domain == "drawing"} == set(names) - set(left_out)


def test_a_run_can_begin_with_the_weights_of_another(run, tmp_path):
    folder, model = run
    slow = replace(CONFIG, phases=(Phase("finish", "batch-hard", 48, 1e-9, pictures=32),))
    went_on = fit(pictures(), replace(slow, before=str(folder)), tmp_path, progress=False)
    for name, weight in model.named_parameters():
        assert torch.allclose(dict(went_on.named_parameters())[name], weight, atol=1e-5), name


def test_a_run_can_begin_with_the_weights_of_a_bundle(run, tmp_path):
    _, model = run
    write_model(model, tmp_path / "bundle" / "model", {"size": SERVED})
    slow = replace(CONFIG, phases=(Phase("finish", "batch-hard", 48, 1e-9, pictures=32),))
    begun = replace(slow, before=str(tmp_path / "bundle"))
    went_on = fit(pictures(), begun, tmp_path / "run", progress=False)
    for name, weight in model.named_parameters():
        assert torch.allclose(dict(went_on.named_parameters())[name], weight, rtol=1e-3, atol=1e-5), name


def test_another_network_and_a_broken_bundle_are_refused_with_a_sentence(run, tmp_path):
    folder, model = run
    other = replace(CONFIG, dim=6, before=str(folder))
    with pytest.raises(ValueError, match=r"another network; wanted: .* 6 dimensions"):
        fit(pictures(), other, tmp_path / "other", progress=False)
    write_model(model, tmp_path / "bundle" / "model", {"size": SERVED})
    weights = tmp_path / "bundle" / "model" / "encoder.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ValueError, match="broken"):
        fit(pictures(), replace(CONFIG, before=str(tmp_path / "bundle")), tmp_path / "new", progress=False)


def test_a_run_does_not_overwrite_the_one_it_begins_with(run):
    folder, _ = run
    before = (folder / "config.json").read_text()
    with pytest.raises(ValueError, match="give another folder"):
        fit(pictures(), replace(CONFIG, before=str(folder)), folder, progress=False)
    assert (folder / "config.json").read_text() == before


HEAD = replace(
    CONFIG,
    variant="head-hard",
    preparation="colour",
    hidden=16,
    margin=0.8,
    proxy_weight=0.0,
    anchor_weight=0.0,
    average_decay=0.0,
    patience=2,
    phases=(Phase("head", "hard", 48, 1e-3, epochs=6, learns="head"),),
)


def test_a_head_learns_alone_from_features_computed_once(tmp_path):
    model = fit(pictures(channels=3), HEAD, tmp_path, pictures(2, channels=3), progress=False)
    start = checkpoint.load(tmp_path / "checkpoint-start.pt")["model"]
    for name, value in model.state_dict().items():
        assert torch.equal(value, start[name]) == name.startswith("backbone."), name


def test_a_phase_ends_early_and_keeps_what_validated_best(tmp_path, monkeypatch):
    scores = iter([0.2, 0.5, 0.4, 0.3, 0.9, 0.9, 0.9])
    kept = []

    def judged(self, model):
        kept.append(checkpoint.weights_of(model))
        return {"mAP": next(scores), "recall@1": 0.0}

    monkeypatch.setattr("train.phase.Judge.__call__", judged)
    model = fit(pictures(channels=3), HEAD, tmp_path, pictures(2, channels=3), progress=False)
    assert len(kept) == 4  # before the first step, then until two in a row were no better
    assert all(torch.equal(model.state_dict()[name], value) for name, value in kept[1].items())
    assert not torch.equal(kept[1]["head.0.weight"], kept[0]["head.0.weight"])


def test_tags_give_positives_where_every_label_has_one_record(tmp_path):
    given = pictures(channels=3)
    tags_NT = np.stack([given.labels == name for name in np.unique(given.labels)], axis=1)
    alone = replace(given, labels=np.array([f"record {row}" for row in range(len(given))]), tags_NT=tags_NT)
    tagged = replace(HEAD, tag_positives=True, records_per_label=3)
    fit(alone, tagged, tmp_path, progress=False)
    assert max(event["active"] for event in events(tmp_path) if "active" in event) > 0


def test_a_twin_network_learns_which_pairs_match(tmp_path):
    pairs = replace(
        HEAD, variant="siamese", phases=(Phase("pairs", "pairs", 48, 3e-3, epochs=20, learns="head"),)
    )
    fit(pictures(channels=3), pairs, tmp_path, progress=False)
    told = [event for event in events(tmp_path) if "wrong" in event]
    assert told[-1]["pairs"] < told[0]["pairs"]
    assert "comparison.raw_D" in checkpoint.load(tmp_path / "checkpoint-pairs.pt")["objective"]


def test_a_run_that_is_told_to_stop_keeps_its_best_and_is_finished(tmp_path):
    asked = iter([False] * 5 + [True] * 1000)
    config = replace(CONFIG, patience=0)
    model = fit(pictures(), config, tmp_path, pictures(2), progress=False, stop=lambda: next(asked))
    opened, _ = load_run(tmp_path)
    assert same_weights(model, opened)
    told = events(tmp_path)
    # Asked once before the phase and once after each step but the last.
    assert {"phase": "first", "step": 5, "of": 6, "stopped": True} in told
    assert {"phase": "second", "skipped": True} in told
    assert told[-2]["validation"]
    first, second = (checkpoint.load(tmp_path / f"checkpoint-{name}.pt") for name in ("first", "second"))
    assert all(torch.equal(value, second["model"][name]) for name, value in first["model"].items())
    assert stopped_early(told) == {"phase": "first", "step": 5, "of": 6}


def test_a_run_that_is_never_told_to_stop_says_nothing_of_it(run):
    folder, _ = run
    assert stopped_early(events(folder)) is None


def test_a_phase_that_is_held_says_how_many_activations_it_has(tmp_path):
    phase = Phase("head", "hard", 32, 1e-3, epochs=1, learns="head")
    held = replace(CONFIG, preparation="colour", anchor_weight=0.0, phases=(phase,))
    fit(pictures(channels=3), held, tmp_path, progress=False)
    prepared = [event for event in events(tmp_path) if "prepared" in event]
    assert [event["prepared"] for event in prepared] == [24, 48]
    assert {event["pictures"] for event in prepared} == {48}


def test_a_runs_graph_is_kept_until_its_weights_or_the_writing_of_graphs_change(run, tmp_path, monkeypatch):
    folder = shutil.copytree(run[0], tmp_path / "run")
    first = encoders.run_encoder(folder, SERVED, threads=1)
    written = []
    monkeypatch.setattr(
        encoders,
        "export_onnx",
        lambda network, size, path, mirror_size: written.append(shutil.copy(first.path, path)),
    )
    assert encoders.run_encoder(folder, SERVED, threads=1).path == first.path
    assert written == []
    monkeypatch.setattr(encoders, "_code", lambda: "another")
    again = encoders.run_encoder(folder, SERVED, threads=1)
    assert written == [again.path]
    assert again.path != first.path
    later = first.path.stat().st_mtime + 100
    os.utime(next(folder.glob("checkpoint-*.pt")), (later, later))
    encoders.run_encoder(folder, SERVED, threads=1)
    assert len(written) == 2
