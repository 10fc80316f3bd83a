"""What a bundle says of itself is read as people read it: figures with intervals, phases in their order."""

from __future__ import annotations

import json

import pytest

from hub_assets import bundle
from retrieval.provenance import Figure, FigureGroup, Stage, figure_groups, training_of

NESTED = {
    "motifs": 272,
    "recall@1": {"value": 0.8, "interval": [0.7, 0.9], "photos": 150},
    "drawings": {"queries": 40, "recall@5": 0.9314, "recall@5 interval": [0.913, 0.95], "ECE": 0.0237},
    "size": [480, 640],
    "protocol": {"split": "8712c531599d"},
}


def test_values_with_an_interval_are_shares_and_the_rest_are_facts() -> None:
    assert figure_groups(NESTED) == [
        FigureGroup(
            "",
            (Figure("recall@1", 0.8, (0.7, 0.9), (("photos", 150),)),),
            (("motifs", 272), ("size", "480 × 640")),
        ),
        FigureGroup(
            "drawings", (Figure("recall@5", 0.9314, (0.913, 0.95)),), (("queries", 40), ("ECE", 0.0237))
        ),
    ]


def test_the_frozen_encoder_stands_beside_what_was_learnt() -> None:
    measured = {"mAP@all": {"value": 0.62, "interval": [0.58, 0.66]}}
    (group,) = figure_groups(measured, {"mAP@all": {"value": 0.41, "interval": [0.37, 0.45]}})
    assert group.shares == (Figure("mAP@all", 0.62, (0.58, 0.66), (), 0.41, (0.37, 0.45)),)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"recall@1": {"value": 1.7, "interval": [1, 2]}},
        {"recall@1": None},
        {"done": True},
        {"a": {"value": "x"}},
    ],
)
def test_figures_of_strangers_break_nothing(odd: dict) -> None:
    assert all(not group.shares for group in figure_groups(odd))


def test_phases_of_the_runs_before_come_first() -> None:
    phase = {"name": "one", "miner": "hard", "pictures": 100, "epochs": 0, "size": 96, "learns": "all"}
    training = training_of(
        {
            "backbone": "lite0",
            "dim": 8,
            "size": 128,
            "training": {
                "before": {"phases": [phase]},
                "phases": [phase | {"name": "two", "pictures": 0, "epochs": 6, "size": 0, "learns": "head"}],
                "data": {"photos": ["birds"], "drawings": [], "csv": "table.csv"},
            },
        }
    )
    assert training.stages == (
        Stage("one", "hard", "all", 100.0, "pictures", 96),
        Stage("two", "hard", "head", 6.0, "epochs", 0),
    )
    assert (training.size, training.dim, training.data) == ((128, 128), 8, ("birds", "table.csv"))


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"training": "long", "size": "big", "curve": 3},
        {"training": {"phases": ["x", None], "data": [1], "before": "runs/one"}},
        {"segmenter": {"training": 5, "height": None}},
    ],
)
def test_how_strangers_say_they_trained_breaks_nothing(odd: dict) -> None:
    training_of(odd)
    figure_groups({"recall@1": 0.5}, odd.get("before", "none"))


@pytest.mark.parametrize("name", bundle.starters())
def test_every_starter_tells_how_it_was_made_and_what_was_measured(name: str) -> None:
    folder = bundle.starters()[name]
    training = training_of(json.loads((folder / "model" / "config.json").read_text()))
    assert training.backbone
    assert min(training.size) > 0
    manifest = bundle.read(folder).manifest
    groups = figure_groups(manifest.figures)
    assert any(share.interval for group in groups for share in group.shares)
