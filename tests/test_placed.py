"""A bundle of this machine serves in the place of another until it is taken back, also after a restart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_assets import publish
from hub_assets.client import Hub
from hub_assets.pins import Pin
from retrieval.collection import Collection
from retrieval.live import Live
from retrieval.placed import KEPT
from retrieval.types import BundleError, NotFoundError, Query
from tests.helpers import shape, spoil, write_bundle
from tests.hub_double import HubDouble


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    names = ("starter", "one", "two", "three", "four")
    return {name: write_bundle(tmp_path / "made" / name, titles={"en": name, "fr": name}) for name in names}


def title(live: Live, name: str = "shapes") -> str:
    found = live.service.search(Query(name, picture=shape("ring"), k=1))
    assert found.version == live.service.collection(name).version
    return live.service.collection(name).titles["en"]


def test_it_serves_at_once_and_what_was_before_comes_back(folders: dict[str, Path]) -> None:
    live = Live({"shapes": folders["starter"]})
    live.open()
    live.place_local("shapes", folders["one"], "run-1")
    assert (title(live), live.service.collection("shapes").version) == ("one", "run-1")
    assert live.service.collection("shapes").source == "run"
    live.place_local("shapes", folders["two"], "run-2")
    assert title(live) == "two"
    assert live.take_back("shapes").version == "run-2"
    assert title(live) == "one"
    assert live.take_back("shapes").folder == folders["one"]
    assert (title(live), live.service.collection("shapes").source) == ("starter", "folder")
    assert live.take_back("shapes") is None
    assert title(live) == "starter"


def test_a_new_name_serves_and_is_gone_again(folders: dict[str, Path]) -> None:
    live = Live({"shapes": folders["starter"]})
    live.open()
    live.place_local("pots", folders["one"], "run-1")
    assert list(live.service.collections) == ["shapes", "pots"]
    live.take_back("pots")
    assert list(live.service.collections) == ["shapes"]
    with pytest.raises(NotFoundError):
        live.service.collection("pots")


def test_what_does_not_verify_changes_nothing(folders: dict[str, Path]) -> None:
    live = Live({"shapes": folders["starter"]})
    live.open()
    with pytest.raises(BundleError):
        live.place_local("shapes", spoil(folders["one"]), "run-1")
    assert title(live) == "starter"
    assert live.placed() == {}


def test_one_below_that_is_gone_changes_nothing_and_says_so(folders: dict[str, Path]) -> None:
    live = Live({"shapes": folders["starter"]})
    live.open()
    live.place_local("shapes", folders["one"], "run-1")
    live.place_local("shapes", folders["two"], "run-2")
    shutil.rmtree(folders["one"])
    with pytest.raises(BundleError):
        live.take_back("shapes")
    assert title(live) == "two"


def test_only_a_few_are_kept_to_go_back_through(folders: dict[str, Path]) -> None:
    live = Live({"shapes": folders["starter"]})
    live.open()
    for number, name in enumerate(("one", "two", "three", "four")):
        live.place_local("shapes", folders[name], f"run-{number}")
    assert KEPT == 3
    assert [one.folder.name for one in live.placed()["shapes"]] == ["two", "three", "four"]
    for left in ("three", "two", "starter"):
        live.take_back("shapes")
        assert title(live) == left


def test_it_serves_again_after_a_restart(folders: dict[str, Path], tmp_path: Path) -> None:
    remembers = tmp_path / "kept" / "live.json"
    before = Live({"shapes": folders["starter"]}, remembers=remembers)
    before.open()
    before.place_local("shapes", folders["one"], "run-1")
    before.place_local("pots", folders["two"], "run-2")

    after = Live({"shapes": folders["starter"]}, remembers=remembers)
    after.open()
    assert (title(after), title(after, "pots")) == ("one", "two")
    after.take_back("shapes")
    assert title(after) == "starter"
    assert list(json.loads(remembers.read_text())) == ["pots"]


@pytest.mark.parametrize(
    "kept", ["", "[]", '{"shapes": 3}', '{"shapes": [{"folder": "nowhere", "version": "v"}]}']
)
def test_a_file_that_tells_nothing_stops_no_start(
    folders: dict[str, Path], tmp_path: Path, kept: str
) -> None:
    remembers = tmp_path / "live.json"
    remembers.write_text(kept)
    live = Live({"shapes": folders["starter"]}, remembers=remembers)
    live.open()
    assert title(live) == "starter"


@pytest.fixture
def double() -> Iterator[HubDouble]:
    with HubDouble(tokens={"hf_of_ada": "ada"}).running() as running:
        yield running


def test_the_hub_is_followed_behind_it(folders: dict[str, Path], tmp_path: Path, double: HubDouble) -> None:
    writer = Hub(double.url, "hf_of_ada", tmp_path / "writer")
    publish.push(writer, folders["one"], "ada/m", "ada/shapes", "v1")
    live = Live({"shapes": Pin("shapes", "ada/shapes")}, Hub(double.url, "hf_of_ada", tmp_path / "cache"))
    live.open()
    live.place_local("shapes", folders["starter"], "run-1")
    publish.push(writer, folders["two"], "ada/m", "ada/shapes", "v2")
    live.check("shapes")
    assert title(live) == "starter", "what was put live stays"
    served: Collection = live.service.collection("shapes")
    live.check("shapes")
    assert live.service.collection("shapes") is served
    live.take_back("shapes")
    assert (title(live), live.service.collection("shapes").version) == ("two", "v2")
