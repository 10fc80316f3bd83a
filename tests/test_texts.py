"""Every sentence of the page exists in English and in French."""

from __future__ import annotations

import re

import pytest

from retrieval import images
from retrieval.types import ImageError
from retrieval.ui.texts import TEXTS, in_both
from tests.running import BAD_PICTURES, ROOT


def test_both_languages_have_the_same_keys_and_holes() -> None:
    assert TEXTS["en"].keys() == TEXTS["fr"].keys()
    for key, english in TEXTS["en"].items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", TEXTS["fr"][key])), key


def test_every_text_the_page_names_exists() -> None:
    assets = ROOT / "retrieval" / "ui" / "assets"
    source = "".join(path.read_text() for path in [*assets.glob("*.html"), *assets.glob("*.js")])
    named = re.findall(r'data-t(?:-label)?="(\w+)"', source) + re.findall(r'\bt\("(\w+)"[,)]', source)
    assert set(named) <= TEXTS["en"].keys()


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
    ],
)
def test_other_refusals_are_said_in_french_too(sentence: str) -> None:
    said = in_both(sentence)
    assert said["en"] == sentence
    assert said["fr"] != sentence
