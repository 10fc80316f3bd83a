"""COLLECTIONS, read at the door: what each entry opens, and one sentence for an entry that is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_assets import bundle, pins
from hub_assets.pins import Pin
from retrieval.types import BurinError
from tests.helpers import write_bundle

SHA = "0123456789abcdef0123456789abcdef01234567"


def test_each_kind_of_entry_in_the_order_written(tmp_path: Path) -> None:
    write_bundle(tmp_path / "all" / "shapes")
    write_bundle(tmp_path / "own")
    text = f"glass=ada/glass@v3, recipes, two=ada/two\nfixed=ada/x@{SHA},{tmp_path}/all, mine={tmp_path}/own"
    found = pins.parse(text)
    assert list(found) == ["glass", "recipes", "two", "fixed", "shapes", "mine"]
    assert found["glass"] == Pin("glass", "ada/glass", "v3")
    assert found["recipes"] == bundle.starters()["recipes"]
    assert found["two"] == Pin("two", "ada/two", "main")
    assert found["shapes"] == tmp_path / "all" / "shapes"
    assert found["mine"] == tmp_path / "own"
    assert [name for name, one in found.items() if isinstance(one, Pin) and one.fixed] == ["fixed"]


def test_a_folder_that_is_a_bundle_itself_has_its_own_name(tmp_path: Path) -> None:
    write_bundle(tmp_path / "shapes")
    assert pins.parse(str(tmp_path / "shapes")) == {"shapes": tmp_path / "shapes"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" , ", "names no collection"),
        ("glass=", "no dataset repository"),
        ("glass=ada", "no dataset repository"),
        ("glass=ada/glass@", "no revision"),
        ("glass=ada/glass@-x", "no revision"),
        ("glass=ada/glass@a b", "no revision"),
        ("glass=../../etc/x/y@v1, glass=ada/glass", "twice"),
        ("glass=ada/../glass", "no dataset repository"),
        ("glass=https://example.org/ada/glass", "no dataset repository"),
        ("Gläser=ada/glass", "is no name"),
        ("a=x/y, a=x/z", "twice"),
        ("nowhere", "no starter 'nowhere'"),
        ("/nowhere/at/all", "holds no bundle"),
    ],
)
def test_an_entry_that_is_none_is_said_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BurinError, match=sentence):
        pins.parse(text)


@given(st.text(max_size=60))
def test_whatever_stands_there_is_a_set_of_collections_or_a_sentence(text: str) -> None:
    try:
        found = pins.parse(text)
    except BurinError:
        return
    assert found
    assert all(isinstance(one, Pin | Path) for one in found.values())
