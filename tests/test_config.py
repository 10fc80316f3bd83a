"""Unknown values stop at the door, and a configuration comes back from JSON as it went."""

import json
from dataclasses import replace

import pytest

from tests.helpers import ROOT
from train import config
from train.__main__ import _parser, chosen_config
from train.config import VARIANTS, DataConfig, Phase, TrainConfig, from_json, to_json

PHASE = Phase("first", "semi-hard", 32, 5e-4, pictures=96)
# Those of the streets are of segmenters: tests/test_segment_config.py opens them.
PROTOCOLS = [
    path
    for path in sorted((ROOT / "train" / "protocols").glob("*.json"))
    if not path.stem.startswith("streets")
]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"miner": "hardest"}, "semi-hard, batch-hard"),
        ({"learns": "middle"}, "head, end, all"),
        ({"size": 16}, "size"),
        ({"pictures": 0}, "pictures or epochs"),
        ({"epochs": 3}, "pictures or epochs"),
        ({"pictures": -1, "epochs": 2}, "pictures or epochs"),
        ({"frozen_blocks": 8}, "frozen blocks"),
        ({"strength": -0.1}, "strength"),
        ({"learning_rate": 0.0}, "learning rate"),
        ({"imagenet_share": 1.0}, "share"),
    ],
)
def test_a_phase_with_values_out_of_range_stops_at_the_door(change, message):
    with pytest.raises(ValueError, match=message):
        replace(PHASE, **change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"preparation": "pencil"}, "ink, colour, thumbnail, letterbox, drawing-or-colour"),
        ({"labels_per_batch": 1}, "labels_per_batch"),
        ({"records_per_label": 1, "phases": (PHASE,)}, "positive needs a second"),
        ({"dim": -1}, "dim"),
        ({"mirror_size": 192}, "mirror False; wanted: multiples of 32"),
        ({"mirror_size": 100, "mirror": True}, "mirror_size is 100"),
        ({"mirror_size": 192, "mirror": True, "serve_size": 100}, "serve_size 100"),
        ({"mirror_size": -32, "mirror": True}, "mirror_size is -32"),
    ],
)
def test_a_run_with_values_out_of_range_stops_at_the_door(change, message):
    with pytest.raises(ValueError, match=message):
        TrainConfig(**change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"held_out": "colours"}, "pictures, classes"),
        ({"test_share": 1.0}, "test_share"),
        ({"limit": -1}, "limit"),
        ({"hub_revision": "main"}, "40 hex digits"),
    ],
)
def test_data_with_values_out_of_range_stops_at_the_door(change, message):
    with pytest.raises(ValueError, match=message):
        DataConfig(**change)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_named_as_it_is_called_and_survives_json(name):
    variant = VARIANTS[name]
    assert variant.variant == name
    assert from_json(json.loads(json.dumps(to_json(variant)))) == variant


def test_the_variants_are_those_of_the_mission():
    heads = {
        name: (VARIANTS[name].hidden, VARIANTS[name].dim)
        for name in ("head-random", "head-hard", "two-phase")
    }
    assert set(heads.values()) == {(1024, 512)}
    miners = {name: [phase.miner for phase in variant.phases] for name, variant in VARIANTS.items()}
    epochs = {name: [phase.epochs for phase in variant.phases] for name, variant in VARIANTS.items()}
    assert miners["raw"] == []
    assert (miners["head-random"], epochs["head-random"], VARIANTS["head-random"].margin) == (
        ["random"],
        [10],
        0.3,
    )
    assert (miners["head-hard"], epochs["head-hard"], VARIANTS["head-hard"].margin) == (["hard"], [15], 0.8)
    assert (miners["two-phase"], epochs["two-phase"]) == (["hard", "hard"], [6, 20])
    assert [phase.learns for phase in VARIANTS["two-phase"].phases] == ["head", "end"]
    assert miners["engraving"] == ["semi-hard", "batch-hard"]
    assert VARIANTS["engraving"].preparation == "ink"


def test_a_configuration_says_only_what_differs_from_its_variant():
    made = from_json({"variant": "head-hard", "margin": 0.5, "data": {"photos": ["pets"], "test_share": 0.3}})
    assert made == replace(
        VARIANTS["head-hard"], margin=0.5, data=DataConfig(photos=("pets",), test_share=0.3)
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"variant": "huge"}, "variant is 'huge'"),
        ({"learning_speed": 3}, "learning_speed"),
        (
            {"phases": [{"name": "x", "miner": "hard", "size": 64, "learning_rate": 1e-3, "epoch": 3}]},
            "epoch",
        ),
    ],
)
def test_what_no_run_knows_is_refused_by_name(values, message):
    with pytest.raises(ValueError, match=message):
        from_json(values)


@pytest.mark.parametrize("text", ["", "[]", "{", '"raw"'])
def test_a_file_that_is_no_configuration_is_said_to_be_none(tmp_path, text):
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="wanted: a configuration"):
        config.load(path)


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda path: path.stem)
def test_every_protocol_that_is_committed_opens(path):
    opened = config.load(path)
    assert opened.data.named or opened.variant == "engraving", "the starter's pictures need no name"


def test_a_run_goes_on_with_the_finish_of_its_protocol_or_with_the_usual_one():
    def chosen(*more: str) -> TrainConfig:
        return chosen_config(_parser().parse_args(["fit", "--run", "x", "--before", "y", *more]))

    protocol = next(path for path in PROTOCOLS if path.stem == "engravings")
    assert chosen("--config", str(protocol)).phases == config.load(protocol).phases
    assert chosen().phases == config.FINISH


def test_flags_change_only_what_they_name():
    given = [
        "fit",
        "--run",
        "x",
        "--variant",
        "two-phase",
        "--margin",
        "0.5",
        "--photos",
        "a",
        "b",
        "--no-flips",
    ]
    made = chosen_config(_parser().parse_args([*given, "--data-seed", "3", "--no-near-duplicates"]))
    wanted = DataConfig(photos=("a", "b"), seed=3, near_duplicates=False)
    assert made == replace(VARIANTS["two-phase"], margin=0.5, flips=False, data=wanted)


def test_a_variant_in_place_of_the_configurations_keeps_its_data_and_batch(tmp_path):
    path = tmp_path / "run.json"
    values = {"variant": "head-hard", "labels_per_batch": 7, "data": {"photos": ["pets"]}}
    path.write_text(json.dumps(values))
    given = ["fit", "--run", "x", "--config", str(path), "--variant", "raw"]
    made = chosen_config(_parser().parse_args(given))
    wanted = DataConfig(photos=("pets",))
    assert made == replace(VARIANTS["raw"], labels_per_batch=7, data=wanted)


def test_ink_is_prepared_at_the_size_it_was_learnt_from_and_colour_as_it_is_served():
    ink, colour = VARIANTS["engraving"], VARIANTS["raw"]
    assert ink.prepared_size(128) == ink.picture_size == 160
    assert ink.prepared_size(160) == ink.prepared_size(224) == 0
    assert colour.prepared_size(64) == 0


def test_a_mirror_image_is_seen_at_its_own_size_or_at_the_pictures():
    assert TrainConfig().mirrored_at(128) == 0
    assert TrainConfig(mirror=True).mirrored_at(160) == 160
    assert TrainConfig(mirror=True, mirror_size=192).mirrored_at(128) == 192
