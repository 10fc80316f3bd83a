"""The known picture: drawn alike everywhere, and answered as when the version was published."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hub_assets import bundle
from retrieval import probe
from retrieval.collection import Collection
from retrieval.types import BundleError
from tests.helpers import edit_manifest, write_bundle

# Of its pixels; another picture would make every published answer wrong.
PIXELS = "e9585eefa349dcb48f663d7cc1f0519560659d517c09342318a3bf19d0781760"


def test_the_picture_has_the_same_pixels_everywhere() -> None:
    drawn = probe.picture()
    assert (drawn.mode, drawn.size) == ("RGB", (320, 240))
    assert hashlib.sha256(drawn.tobytes()).hexdigest() == PIXELS


@pytest.mark.parametrize("name", sorted(bundle.starters()))
def test_every_embedded_collection_gives_an_answer_and_passes_it(name: str) -> None:
    collection = Collection(bundle.starters()[name], threads=1)
    assert probe.check(collection) is False, "no answer is written into an embedded bundle"
    collection.probe = probe.answer(collection)
    assert probe.check(collection) is True
    assert set(collection.probe) == {
        *(["embedding"] if collection.encoder else []),
        *(["nearest"] if len(collection) else []),
        *(["shares"] if collection.segmenter else []),
    }


@pytest.fixture
def asked(tmp_path: Path) -> Collection:
    collection = Collection(write_bundle(tmp_path / "shapes"), threads=1)
    collection.probe = probe.answer(collection)
    return collection


def test_another_answer_is_refused_with_what_differs(asked: Collection) -> None:
    good = asked.probe
    turned = [-value for value in good["embedding"]]
    for wrong, sentence in (
        (good | {"embedding": turned}, "another embedding"),
        (good | {"embedding": turned[:-1]}, "another embedding"),
        (good | {"nearest": [["gone", 0.5]]}, "'gone' is not there"),
        (good | {"nearest": [[good["nearest"][0][0], good["nearest"][0][1] - 0.1]]}, "similarity"),
        ({"embedding": good["embedding"]}, "nearest"),
        (good | {"nearest": 7}, "unusable"),
        (good | {"embedding": "x"}, "unusable"),
        ([1, 2], "unusable"),
    ):
        asked.probe = wrong
        with pytest.raises(BundleError, match=sentence):
            probe.check(asked)


def test_what_a_manifest_says_of_a_probe_reaches_the_collection(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "shapes")
    edit_manifest(folder, probe={"embedding": [1.0, 0.0]})
    with pytest.raises(BundleError, match="answers a known picture otherwise"):
        probe.check(Collection(folder, threads=1))
