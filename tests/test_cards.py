"""Cards say what the manifest says."""

import pytest

from hub_assets.bundle import Column, Manifest
from hub_assets.cards import dataset_card, model_card

MANIFEST = Manifest(
    name="soups",
    titles={"en": "Soups", "fr": "Soupes"},
    version="v3",
    dim=512,
    rows=139,
    encoder_sha256="",
    columns=(Column("title", "Title", "Titre"),),
    figures={
        "recall@1": {"value": 0.91, "interval": [0.85, 0.96]},
        "in domain": {"refused": 0.02},
        "motifs": 4,
    },
)
CONFIG = {"backbone": "tf_efficientnet_lite0", "size": 224, "preparation": "colour"}


def test_a_figure_stands_with_its_interval():
    card = model_card(MANIFEST, CONFIG, "mit")
    assert "- recall@1: 0.91 (95% interval 0.85 to 0.96)" in card
    assert "- in domain\n  - refused: 0.02" in card
    assert "- motifs: 4" in card
    assert "512 numbers of unit length from a 224 x 224 picture (colour)" in card


@pytest.mark.parametrize(
    ("rows", "category"), [(139, "n<1K"), (1_000, "1K<n<10K"), (13_463, "10K<n<100K"), (2_000_000, "n>1M")]
)
def test_the_dataset_card_says_how_large_it_is(rows, category):
    from dataclasses import replace

    card = dataset_card(replace(MANIFEST, rows=rows), 101, "cc0-1.0", "Made here.")
    assert f"- {category}\n" in card
    assert f"{rows} records of 101 labels" in card
