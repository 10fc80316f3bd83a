"""Every sentence of the page exists in English and in French."""

from __future__ import annotations

import re

import pytest

from retrieval import images
from retrieval.types import ImageError
from retrieval.ui.french import in_both
from retrieval.ui.texts import TEXTS
from retrieval.ui.training.texts import TRAINING_TEXTS
from tests.running import BAD_PICTURES, ROOT

# Every notice starts so; tests/test_fallback.py holds that the core says it in these words.
STANDS_IN = "The siamese model answers, as the main one does not open: "


@pytest.mark.parametrize("texts", [TEXTS, TRAINING_TEXTS], ids=["search", "training"])
def test_both_languages_have_the_same_keys_and_holes(texts: dict[str, dict[str, str]]) -> None:
    assert texts["en"].keys() == texts["fr"].keys()
    for key, english in texts["en"].items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", texts["fr"][key])), key


@pytest.mark.parametrize("training", [False, True])
def test_every_text_the_page_names_exists(training: bool) -> None:
    assets = ROOT / "retrieval" / "ui" / "assets"
    paths = [path for ending in ("html", "js") for path in assets.glob(f"*.{ending}")]
    source = "".join(path.read_text() for path in paths if path.name.startswith("training") == training)
    named = re.findall(r'data-t(?:-label)?="(\w+)"', source) + re.findall(r'\bt\("(\w+)"[,)]', source)
    assert named
    assert set(named) <= TEXTS["en"].keys() | (TRAINING_TEXTS["en"].keys() if training else set())


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_what_is_wrong_with_a_picture_is_said_in_french_too(name: str) -> None:
    with pytest.raises(ImageError) as raised:
        images.ink_on_paper(images.load(BAD_PICTURES[name][0]), "auto", 64)
    said = in_both(str(raised.value))
    assert said["en"] != said["fr"]


@pytest.mark.parametrize(
    "sentence",
    [
        "k is 51; wanted: a whole number from 1 to 50.",
        "There is no record 'x' in 'engravings'; ids look like y.",
        "There is no collection 'x'; wanted: engravings.",
        "No record carries the tags a, b; try fewer or others.",
        "The collection 'x' has no layouts to search by; wanted: streets.",
        "The picture is blank: all of it is one flat colour. Choose another picture.",
    ],
)
def test_other_refusals_are_said_in_french_too(sentence: str) -> None:
    said = in_both(sentence)
    assert said["en"] == sentence
    assert said["fr"] != sentence


@pytest.mark.parametrize(
    ("reason", "french"),
    [
        ("my shapes: r.parquet is missing or altered; fetch the bundle again.", "r.parquet manque"),
        (
            "manifest.json cannot be read (No such file); fetch the bundle again.",
            "manifest.json est illisible",
        ),
        (
            "collection 'shapes' was encoded by 12ab..., the model is 9...; export it again: python -m x",
            "« shapes » a été encodée par 12ab...",
        ),
        ("encoder.onnx is no graph ONNX Runtime can open (Fail).", "n’est pas un graphe"),
        ("<b>something new</b>", "<b>something new</b>"),
    ],
)
def test_why_the_siamese_model_answers_is_said_in_french_too(reason: str, french: str) -> None:
    said = in_both(STANDS_IN + reason)
    assert said["en"] == STANDS_IN + reason
    assert said["fr"].startswith("Le modèle siamois répond")
    assert french in said["fr"]


@pytest.mark.parametrize(
    ("sentence", "french"),
    [
        ("Version 1a2b3c4d is kept out: why.", "La version 1a2b3c4d est écartée : why."),
        (
            "The collection 'shapes' has not come from the Hub yet. why.",
            "La collection « shapes » n’est pas encore arrivée du Hub. why.",
        ),
    ],
)
def test_what_a_notice_names_is_named_in_french_too(sentence: str, french: str) -> None:
    assert in_both(sentence)["fr"] == french


def test_each_source_of_a_collection_has_a_name() -> None:
    assert {f"source_{name}" for name in ("starter", "folder", "hub", "siamese", "run")} <= TEXTS["en"].keys()
