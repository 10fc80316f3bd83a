"""A running service follows the Hub: new versions, broken ones, a Hub that is slow, wrong or gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from hub_assets import bundle, publish
from hub_assets.client import Hub
from hub_assets.pins import Pin
from retrieval import probe
from retrieval.collection import Collection
from retrieval.live import PATIENCE, Live
from retrieval.types import Query
from retrieval.ui.api import health
from retrieval.ui.server import routes
from tests.helpers import COPIES, edit_manifest, shape, write_bundle
from tests.hub_double import HubDouble
from tests.hub_faults import Fault

MODEL, DATASET = "ada/shapes-model", "ada/shapes"
TOKEN = "hf_of_ada"
RESOLVE = r"/resolve/"


@pytest.fixture
def double() -> Iterator[HubDouble]:
    with HubDouble(tokens={TOKEN: "ada"}).running() as running:
        yield running


@pytest.fixture
def push(double: HubDouble, tmp_path: Path) -> Callable[..., str]:
    """Publish a bundle as a version, by default one whose English title is the version's name; returns the
    dataset commit."""
    writer = Hub(double.url, TOKEN, tmp_path / "writer")

    def pushed(version: str, folder: Path | None = None, **more: Any) -> str:
        titles = {"en": version, "fr": version}
        folder = folder or write_bundle(tmp_path / "made" / version, titles=titles)
        more = {"probe": probe.answer(Collection(folder, threads=1))} | more
        return publish.push(writer, folder, MODEL, DATASET, version, **more).dataset_commit

    return pushed


def follow(double: HubDouble, cache: Path, revision: str = "main", token: str | None = None) -> Live:
    hub = Hub(double.url, token or TOKEN, cache)
    return Live({"shapes": Pin("shapes", DATASET, revision)}, hub)


def search(live: Live) -> tuple[str, str]:
    """(version, label of the nearest), as a visitor would get it."""
    found = live.service.search(Query("shapes", picture=shape("ring"), kind="sketch", k=COPIES))
    return found.version, found.matches[0].record.label


def test_a_cold_start_takes_it_from_the_hub_and_a_warm_one_asks_nobody(double, push, tmp_path):
    commit = push("v1")
    first = follow(double, tmp_path / "cache")
    first.open()
    assert search(first) == ("v1", "ring")
    about = first.service.info()["collections"][0]
    assert (about["source"], about["repository"], about["revision"]) == ("hub", DATASET, commit)
    double.forget()
    double.down()
    again = follow(double, tmp_path / "cache")
    started = time.monotonic()
    again.open()
    assert time.monotonic() - started < 2
    assert search(again) == ("v1", "ring")
    assert again.service.collections["shapes"].source == "cache"
    assert not double.asked()


def test_a_newer_version_is_served_from_the_next_search_on(double, push, tmp_path):
    push("v1")
    live = follow(double, tmp_path / "cache")
    live.open()
    commit = push("v2")
    assert search(live)[0] == "v1"
    live.check("shapes")
    assert search(live)[0] == "v2"
    here = live.service.collections["shapes"]
    assert (here.revision, here.titles["en"]) == (commit, "v2")
    assert live.notices() == {}
    double.forget()
    live.check("shapes")
    assert len(double.asked()) == 1, "one request tells that nothing is new"


def test_a_search_that_runs_ends_on_the_version_it_began_with(double, push, tmp_path):
    push("v1")
    live = follow(double, tmp_path / "cache")
    live.open()
    push("v2")
    stop, seen, failed = threading.Event(), [], []

    def ask() -> None:
        while not stop.is_set():
            try:
                found = live.service.search(Query("shapes", picture=shape("fork"), kind="sketch"))
                live.service.picture("shapes", found.matches[0].record.id, found.version)
                seen.append(found.version)
            except Exception as error:
                failed.append(error)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    live.check("shapes")
    while "v2" not in seen and not failed:
        time.sleep(0.01)
    stop.set()
    for asker in askers:
        asker.join()
    assert not failed
    assert seen[0] == "v1"


def test_pinned_by_tag_or_commit_it_stays_there(double, push, tmp_path):
    first = push("v1")
    push("v2")
    for revision in ("v1", first):
        live = follow(double, tmp_path / revision, revision)
        live.open()
        live.check("shapes")
        assert search(live)[0] == "v1"
    assert follow(double, tmp_path / "x", first).pins["shapes"].fixed


FAULTS = {
    "answers 503": Fault("503", times=None),
    "asks to wait": Fault("429", seconds=1),
    "is silent about what is new": Fault("reset"),
    "sends half of each file": Fault("truncated", path=RESOLVE),
    "drops the line": Fault("dropped", path=RESOLVE),
    "sends other bytes": Fault("altered", path=RESOLVE),
    "does not know the token": Fault("unauthorised"),
    "wants the terms accepted": Fault("gated"),
    "goes away in the middle": Fault("gone", path=RESOLVE, times=1),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_leaves_the_version_that_serves_and_is_told_and_passes(double, push, tmp_path, what):
    push("v1")
    live = follow(double, tmp_path / "cache")
    live.open()
    push("v2")
    double.fault(FAULTS[what])
    slowest, stop = [0.0], threading.Event()

    def ask() -> None:
        while not stop.is_set():
            started = time.perf_counter()
            assert search(live) == ("v1", "ring")
            slowest[0] = max(slowest[0], time.perf_counter() - started)

    asker = threading.Thread(target=ask)
    asker.start()
    checked = threading.Thread(target=live.check, args=("shapes",), daemon=True)
    checked.start()
    checked.join(60)
    stop.set()
    asker.join()
    assert not checked.is_alive(), "the Hub's client goes on trying for ever"
    assert slowest[0] < 2.0
    assert search(live) == ("v1", "ring")
    problem = live.standings()["shapes"].problem
    assert problem
    assert TOKEN not in problem
    assert not list((tmp_path / "cache").rglob("*@*.part"))
    double.clear_faults()
    double.up()
    live.check("shapes")
    assert search(live) == ("v2", "ring")
    assert live.standings()["shapes"].problem == ""


def test_a_hub_that_stays_away_is_told_after_a_while(double, push, tmp_path):
    push("v1")
    live = follow(double, tmp_path / "cache")
    live.open()
    double.down()
    for _ in range(PATIENCE):
        assert live.notices() == {}
        live.check("shapes")
    assert live.notices()["shapes"].startswith("The Hub shows no newer version: ")
    told = health(live.service)["notices"]
    assert told[0]["collection"] == "shapes"
    assert told[0]["fr"].startswith("Le Hub ne montre pas de version plus récente : ")


BAD_VERSIONS: dict[str, tuple[dict[str, Any], str]] = {
    "another answer": ({"probe": {"embedding": [1.0] + [0.0] * 63}}, "answers a known picture otherwise"),
    "newer format": ({"format": 2}, "has format 2, this Burin reads 1; update Burin"),
    "outside its folder": ({"files": {"../../secret": "0" * 64}}, "not a plain file name"),
    "altered records": ({"files": {"records-00000-of-00001.parquet": "0" * 64}}, "missing or altered"),
    "another model": ({"encoder_sha256": "0" * 64}, "was encoded by"),
    "no model": ({"model_repository": "", "model_revision": ""}, "names the model"),
    "a model by name": ({"model_revision": "main"}, "names the model"),
    "a model elsewhere": ({"model_repository": "../../../etc"}, "names the model"),
    "rows that are not there": ({"rows": 7}, "manifest says 7"),
    "a type that is none": ({"calibration": {"k": "many", "temperature": 0.1}}, ""),
}


@pytest.mark.parametrize("what", BAD_VERSIONS)
def test_a_bad_version_is_kept_out_until_the_repository_moves_on(double, push, tmp_path, what):
    push("v1")
    live = follow(double, tmp_path / "cache")
    live.open()
    changes, sentence = BAD_VERSIONS[what]
    writer = Hub(double.url, TOKEN, tmp_path / "by-hand")
    head = writer.resolve("dataset", DATASET, "main")
    path = writer.file("dataset", DATASET, head, "manifest.json")
    copy = tmp_path / "dataset" / "manifest.json"
    copy.parent.mkdir()
    copy.write_bytes(path.read_bytes())
    edit_manifest(tmp_path, **changes)
    bad = writer.commit("dataset", DATASET, "by hand", {"manifest.json": copy.read_bytes()}, head)
    live.check("shapes")
    assert search(live) == ("v1", "ring")
    standing = live.standings()["shapes"]
    assert standing.refused == bad
    assert sentence in standing.reason
    assert f"Version {bad[:8]} is kept out" in live.service.notices()["shapes"]
    double.forget()
    live.check("shapes")
    assert not double.asked(RESOLVE), "it is not fetched again"
    push("v3")
    live.check("shapes")
    assert search(live) == ("v3", "ring")
    assert live.service.notices() == {}


def test_gone_back_on_the_hub_it_goes_back_here(double, push, tmp_path):
    push("v1")
    push("v2")
    live = follow(double, tmp_path / "cache")
    live.open()
    publish.rollback(Hub(double.url, TOKEN, tmp_path / "other"), DATASET, "v1")
    live.check("shapes")
    assert search(live) == ("v1", "ring")


def test_with_the_hub_down_and_nothing_in_the_cache_the_starter_answers_until_it_comes(double, tmp_path):
    double.down()
    live = Live({"pets": Pin("pets", "ada/pets")}, Hub(double.url, TOKEN, tmp_path / "cache"))
    live.open(within_s=30)
    assert live.service.collections["pets"].source == "starter"
    assert "embedded collection answers" in live.service.notices()["pets"]
    double.up()
    writer = Hub(double.url, TOKEN, tmp_path / "writer")
    publish.push(writer, write_bundle(tmp_path / "shapes"), "ada/pets-model", "ada/pets", "v1")
    live.check("pets")
    assert live.service.collections["pets"].source == "hub"
    assert live.service.notices() == {}


def test_a_name_without_a_starter_is_told_of_and_the_others_open(double, tmp_path):
    double.down()
    where = {
        "shapes": Pin("shapes", DATASET),
        "own": write_bundle(tmp_path / "own"),
    }
    live = Live(where, Hub(double.url, TOKEN, tmp_path / "cache"))
    live.open(within_s=30)
    assert list(live.service.collections) == ["own"]
    assert "'shapes' has not come from the Hub yet" in live.service.notices()["shapes"]


def test_nothing_but_a_hub_that_is_gone_still_makes_a_page(double, tmp_path):
    double.down()
    live = follow(double, tmp_path / "cache")
    live.open(within_s=30)
    assert list(live.service.collections) == list(bundle.starters())


def test_a_slow_hub_keeps_nobody_waiting_and_is_swapped_in_when_it_has_come(double, push, tmp_path):
    push("v1")
    double.fault(Fault("slow", path=RESOLVE, bytes_per_s=3_000))
    own = write_bundle(tmp_path / "own")
    live = Live({"own": own, "shapes": Pin("shapes", DATASET)}, Hub(double.url, TOKEN, tmp_path / "cache"))
    started = time.monotonic()
    live.open(within_s=0.5)
    assert time.monotonic() - started < 2.0
    assert list(live.service.collections) == ["own"]
    deadline = time.monotonic() + 60
    while "shapes" not in live.service.collections and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(live.service.collections) == ["own", "shapes"]
    assert live.service.collections["shapes"].version == "v1"


def test_followed_it_looks_by_itself_and_at_once_when_woken(double, push, tmp_path):
    push("v1")
    live = follow(double, tmp_path / "cache")
    live.open()
    live.follow()
    try:
        push("v2")
        assert live.wake("nobody/nothing") == []
        deadline = time.monotonic() + 30
        assert live.wake(DATASET) == ["shapes"]
        while search(live)[0] != "v2" and time.monotonic() < deadline:
            time.sleep(0.02)
        assert search(live)[0] == "v2"
    finally:
        live.stop()


def test_the_cache_keeps_what_is_served_and_what_was_before(double, push, tmp_path):
    live = follow(double, tmp_path / "cache")
    commits = [push("v1")]
    live.open()
    for number in (2, 3, 4):
        commits.append(push(f"v{number}"))
        live.check("shapes")
    snapshots = tmp_path / "cache" / "hub" / "datasets--ada--shapes" / "snapshots"
    assert {one.name for one in snapshots.iterdir()} == set(commits[-2:])
    assert live.service.picture("shapes", "ring-1", "v3")


def test_the_webhook_wants_its_secret(double, push, tmp_path, monkeypatch):
    push("v1")
    live = follow(double, tmp_path / "cache")
    live.open()
    body: dict[str, Any] = {"event": {"action": "update"}, "repo": {"name": DATASET, "type": "dataset"}}
    assert TestClient(Starlette(routes=routes(live.service, live))).post("/hub-webhook").status_code == 404
    monkeypatch.setenv("BURIN_WEBHOOK_SECRET", "open sésame")
    client = TestClient(Starlette(routes=routes(live.service, live)))

    def post(secret: str | None, **content: Any) -> httpx.Response:
        headers = {} if secret is None else {"X-Webhook-Secret": secret.encode()}
        return client.post("/hub-webhook", headers=headers, **content)

    assert post(None, json=body).status_code == 401
    assert post("open", json=body).status_code == 401
    assert post("open sésame", json=body).json() == {"looking_at": ["shapes"]}
    assert post("open sésame", json=body | {"repo": {"name": MODEL}}).json() == {"looking_at": ["shapes"]}
    assert post("open sésame", json=body | {"repo": {"name": "x/y"}}).json() == {"looking_at": []}
    assert post("open sésame", content=b"{").status_code == 400
    assert post("open sésame", json=[1]).status_code == 400
    assert client.get("/hub-webhook").status_code == 405
