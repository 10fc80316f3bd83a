"""The form of a new run is made of the fields of train.config, and nothing but its controls comes back."""

from __future__ import annotations

from dataclasses import fields

import pytest

from retrieval.types import RequestError
from retrieval.ui.training import form
from retrieval.ui.training.texts import TRAINING_TEXTS
from train.config import VARIANTS, DataConfig, Phase, TrainConfig


def test_every_number_choice_and_switch_is_a_control_with_the_default_of_its_variant() -> None:
    told = form.form()
    assert told["default"] in told["variants"]
    for name, variant in told["variants"].items():
        config = VARIANTS[name]
        assert variant["run"] == {key: getattr(config, key) for key in told["run"]}
        assert variant["data"] == {key: getattr(config.data, key) for key in told["data"]}
        assert [phase["name"] for phase in variant["phases"]] == [phase.name for phase in config.phases]
    plain = {entry.name for entry in fields(TrainConfig) if isinstance(entry.default, int | float)}
    assert plain | {"preparation"} == set(told["run"])


def test_no_name_of_a_file_or_a_network_can_be_set_from_a_page() -> None:
    texts = {
        entry.name
        for kind in (TrainConfig, DataConfig)
        for entry in fields(kind)
        if isinstance(entry.default, str | tuple)
    }
    assert {"before", "backbone", "photos", "csv", "hub"} <= texts
    known = {name for kind in (TrainConfig, DataConfig, Phase) for name in form.controls(kind)}
    assert known & texts == {"preparation", "held_out", "asked"}, "choices alone"


def test_a_form_that_was_not_touched_is_the_variant() -> None:
    for name in form.offered():
        assert form.config_of({"variant": name}) == VARIANTS[name]


def test_what_was_changed_is_changed() -> None:
    config = form.config_of(
        {
            "variant": "two-phase",
            "run": {"margin": 0.5, "flips": False},
            "data": {"held_out": "classes"},
            "phases": [{"epochs": 2}, {"learning_rate": 1e-4}],
        }
    )
    assert (config.margin, config.flips, config.data.held_out) == (0.5, False, "classes")
    assert (config.phases[0].epochs, config.phases[1].learning_rate) == (2, 1e-4)
    assert config.phases[1].epochs == VARIANTS["two-phase"].phases[1].epochs


@pytest.mark.parametrize(
    "filled",
    [
        None,
        [],
        {"variant": "none"},
        {"variant": ["raw"]},
        {"variant": "engraving"},
        {"variant": "raw", "run": {"before": "/runs/x"}},
        {"variant": "raw", "run": {"backbone": "hf-hub:a/b"}},
        {"variant": "raw", "data": {"photos": ["/etc"]}},
        {"variant": "raw", "run": [1]},
        {"variant": "raw", "run": {"dim": 10**9}},
        {"variant": "raw", "run": {"dim": 1.5}},
        {"variant": "raw", "run": {"dim": True}},
        {"variant": "raw", "run": {"margin": float("nan")}},
        {"variant": "raw", "run": {"flips": 1}},
        {"variant": "raw", "run": {"serve_size": 8}},
        {"variant": "raw", "run": {"preparation": "x"}},
        {"variant": "raw", "run": {"preparation": ["colour"]}},
        {"variant": "raw", "data": {"test_share": 1.0}},
        {"variant": "raw", "phases": [{}]},
        {"variant": "head-random", "phases": [{"epochs": 0}]},
        {"variant": "head-random", "phases": [{"name": "x"}]},
        {"variant": "head-random", "phases": [3]},
    ],
)
def test_anything_else_is_refused_in_a_sentence(filled: object) -> None:
    with pytest.raises(RequestError) as raised:
        form.config_of(filled)
    assert str(raised.value).endswith(".")


def test_every_variant_is_told_in_both_languages() -> None:
    for name in form.offered():
        for texts in TRAINING_TEXTS.values():
            assert texts[f"variant_{name}"]
            assert texts[f"variant_{name}_about"]
    for name in form.FIRST:
        assert f"param_{name}" in TRAINING_TEXTS["en"]
