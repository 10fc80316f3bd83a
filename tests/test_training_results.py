"""What a run made is shown, tried, put into service and published by its id, and nothing else is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hub_assets.client import Hub
from hub_assets.publish import versions
from retrieval.live import Live
from retrieval.types import BundleError, NotFoundError, RequestError
from retrieval.ui.training.access import Access
from retrieval.ui.training.desk import Desk
from retrieval.ui.training.french import said
from retrieval.ui.training.results import OPEN, Results, version_of
from tests.helpers import drop_pictures, edit_manifest, encoded, shape, spoil, write_bundle
from tests.hub_double import HubDouble
from tests.running import data_url
from train.config import VARIANTS, to_json
from train.runs.state import Job, write_job
from train.runs.store import Runs

ADA = Access(True, "ada")
PICTURE = data_url(encoded(shape("ring", 1)))
FIGURES = {
    "queries": 12,
    "variant": "head-hard",
    "mAP@all": {"value": 0.8, "interval": [0.7, 0.9]},
    "per class": {
        "bar": {"queries": 4, "kNN accuracy": 1.0},
        "ring": {"queries": 4, "kNN accuracy": 0.25},
    },
}


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    made = Runs(tmp_path / "runs")
    yield made
    made.close()


def finished(runs: Runs, second: int, collection: str = "shapes", **config: Any) -> str:
    """A run as one is left by its process, with a bundle and a report; returns its id."""
    id = f"20261126-120000-{second:010x}"
    folder = runs.root / "runs" / id
    folder.mkdir(parents=True)
    write_job(folder, Job(id, collection, "head-hard", "ada", state="finished", message="60 records."))
    (folder / "config.json").write_text(json.dumps(to_json(VARIANTS["head-hard"])))
    write_bundle(folder / "bundle", model={"variant": "head-hard"} | config, titles={"en": id, "fr": id})
    report = folder / "report"
    report.mkdir()
    (report / "figures.json").write_text(json.dumps(FIGURES))
    (report / "errors.html").write_text("<h1>errors</h1>")
    Image.new("RGB", (8, 8)).save(report / "confusion_matrix.png")
    Image.new("RGB", (8, 8)).save(report / "secret.png")
    return id


@pytest.fixture
def live(tmp_path: Path, runs: Runs) -> Live:
    live = Live({"shapes": write_bundle(tmp_path / "starter")}, remembers=runs.root / "live.json")
    live.open()
    return live


@pytest.fixture
def results(runs: Runs, live: Live) -> Results:
    return Results(runs, live)


def test_what_was_measured_stands_beside_the_frozen_encoder(runs: Runs, results: Results) -> None:
    before = {"mAP@all": {"value": 0.5, "interval": [0.4, 0.6]}}
    told = results.result({"run": finished(runs, 1, before=before)}, ADA)
    (group,) = told["figures"]
    assert [(one["name"], one["value"], one["before"]) for one in group["shares"]] == [("mAP@all", 0.8, 0.5)]
    assert [one["name"] for one in told["classes"]] == ["ring", "bar"], "the worst first"
    assert (told["pictures"], told["errors"], told["bundle"]) == (["confusion_matrix"], True, True)
    json.dumps(told)


def test_where_the_frozen_encoder_serves_it_is_what_the_bundle_measured(runs: Runs, results: Results) -> None:
    id = finished(runs, 1, variant="raw")
    edit_manifest(
        runs.root / "runs" / id / "bundle", figures={"mAP@all": {"value": 0.9, "interval": [0.8, 1.0]}}
    )
    (group,) = results.result({"run": id}, ADA)["figures"]
    assert (group["shares"][0]["value"], group["shares"][0]["before"]) == (0.8, 0.9)


@pytest.mark.parametrize("name", ["secret", "../../job.json", "figures.json", "", "confusion_matrix.png"])
def test_only_the_pictures_of_the_report_are_shown(runs: Runs, results: Results, name: str) -> None:
    id = finished(runs, 1)
    assert results.report_picture({"run": id, "name": "confusion_matrix"}, ADA)["picture"].startswith("data:")
    with pytest.raises(RequestError):
        results.report_picture({"run": id, "name": name}, ADA)


@pytest.mark.parametrize("run", ["../../etc", "20260101-000000-0000000000", "", "x" * 500])
def test_a_run_that_is_none_is_said(results: Results, run: str) -> None:
    for ask in (results.result, results.report_errors, results.try_out, results.make_live):
        with pytest.raises(NotFoundError):
            ask({"run": run, "picture": PICTURE}, ADA)


@pytest.mark.parametrize("question", [None, 3, [], {}, {"run": 3}])
def test_a_question_that_is_none_is_said(results: Results, question: object) -> None:
    for ask in (results.result, results.make_live, results.take_back, results.published):
        with pytest.raises(RequestError):
            ask(question, ADA)


def test_one_picture_is_asked_of_the_new_one_and_of_one_that_serves(runs: Runs, results: Results) -> None:
    found = results.try_out({"run": finished(runs, 1), "picture": PICTURE, "beside": "shapes"}, ADA)
    for answer in (found["new"], found["live"]):
        assert answer["label"] == "ring"
        assert len(answer["matches"]) == 8
    picture = found["new"]["matches"][0]["picture"]
    assert picture.startswith("data:image/webp;base64,")
    assert found["live"]["matches"][0]["picture"].startswith("pictures/shapes/")
    alone = results.try_out({"run": finished(runs, 2), "picture": PICTURE, "beside": None}, ADA)
    assert alone["live"] is None


def test_no_file_of_the_server_is_tried(runs: Runs, results: Results, tmp_path: Path) -> None:
    shape("ring").save(tmp_path / "ring.png")
    with pytest.raises(RequestError):
        results.try_out({"run": finished(runs, 1), "picture": str(tmp_path / "ring.png")}, ADA)


def test_a_bundle_without_pictures_is_tried_too(runs: Runs, results: Results) -> None:
    id = finished(runs, 1)
    drop_pictures(runs.root / "runs" / id / "bundle")
    found = results.try_out({"run": id, "picture": PICTURE, "beside": None}, ADA)
    assert {match["picture"] for match in found["new"]["matches"]} == {None}


def test_few_are_held_open(runs: Runs, results: Results) -> None:
    ids = [finished(runs, second) for second in range(OPEN + 2)]
    for id in ids:
        results.try_out({"run": id, "picture": PICTURE}, ADA)
    assert list(results._open) == ids[-OPEN:]


def test_into_service_and_back_and_what_is_in_use_is_kept(runs: Runs, results: Results, live: Live) -> None:
    desk = Desk(runs, results.serves)
    one, two = finished(runs, 1), finished(runs, 2)
    placed = results.make_live({"run": one}, ADA)
    assert placed["serving"] == {"name": "shapes", "version": version_of(runs.get(one)), "source": "run"}
    results.make_live({"run": two}, ADA)
    assert (runs.get(one).kept, runs.get(two).kept) == (True, True)
    assert [(run["id"], run["serves"]) for run in desk.runs(None, ADA)["runs"]] == [(two, True), (one, False)]
    with pytest.raises(RequestError, match="serves already"):
        results.make_live({"run": two}, ADA)
    for id in (one, two):
        with pytest.raises(RequestError, match="in use"):
            desk.remove({"run": id}, ADA)
    assert results.take_back({"collection": "shapes"}, ADA)["serving"]["version"] == version_of(runs.get(one))
    assert (runs.get(one).kept, runs.get(two).kept) == (True, False)
    desk.remove({"run": two}, ADA)
    back = results.take_back({"collection": "shapes"}, ADA)
    assert (back["serving"]["source"], back["back"]) == ("folder", 0)
    with pytest.raises(RequestError, match="Nothing that was trained here"):
        results.take_back({"collection": "shapes"}, ADA)
    assert live.service.collection("shapes").titles["en"] != one


def test_a_bundle_that_was_altered_does_not_serve(runs: Runs, results: Results, live: Live) -> None:
    id = finished(runs, 1)
    spoil(runs.root / "runs" / id / "bundle")
    with pytest.raises(BundleError):
        results.make_live({"run": id}, ADA)
    assert live.service.collection("shapes").source == "folder"
    assert not runs.get(id).kept


def test_a_run_that_made_nothing_has_nothing_to_serve(runs: Runs, results: Results) -> None:
    id = finished(runs, 1)
    folder = runs.root / "runs" / id
    write_job(folder, replace(Job(id, "shapes"), state="stopped"))
    told = results.result({"run": id}, ADA)
    assert told["bundle"] is False
    for ask in (results.make_live, results.try_out):
        with pytest.raises(NotFoundError, match="has made nothing"):
            ask({"run": id, "picture": PICTURE}, ADA)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubDouble]:
    """What the app's own client talks to."""
    from retrieval.ui.training import results

    with HubDouble(tokens={"hf_of_ada": "ada", "hf_signed": "ada"}).running() as double:
        monkeypatch.setattr(results, "Hub", lambda token: Hub(double.url, token, tmp_path / "cache"))
        yield double


def until_done(ask: Callable[[Any, Access], dict[str, Any]], task: dict[str, Any]) -> dict[str, Any]:
    """Ask as the page does until it is done; raises what the work raised."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = ask(task, ADA)
        if "busy" not in told:
            return told
        time.sleep(0.02)
    raise AssertionError("it was not done within a minute")


def published(results: Results, question: dict[str, Any], token: str | None) -> dict[str, Any]:
    return until_done(results.published, results.publish(question, ADA, token))


@pytest.mark.parametrize(
    ("typed", "session"), [("hf_of_ada", None), ("", "hf_signed"), ("hf_of_ada", "hf_wrong")]
)
def test_it_is_published_with_the_token_of_who_asks(
    runs: Runs, results: Results, hub: HubDouble, tmp_path: Path, typed: str, session: str | None
) -> None:
    question = {
        "run": finished(runs, 1),
        "model": "ada/shapes-model",
        "dataset": "ada/shapes",
        "version": "v1",
        "private": True,
        "token": typed,
    }
    done = published(results, question, session)["published"]
    assert (done["dataset"], done["version"]) == ("ada/shapes", "v1")
    (version,) = versions(Hub(hub.url, "hf_of_ada", tmp_path / "reader"), "ada/shapes")
    assert version.commit == done["dataset_commit"]
    assert not [path for path in runs.root.rglob("*.json") if "hf_" in path.read_text()]


def test_on_a_space_nobody_publishes_with_the_owners_token(
    runs: Runs, results: Results, hub: HubDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPACE_ID", "ada/burin")
    question = {"run": finished(runs, 1), "model": "ada/m", "dataset": "ada/d", "version": "v1", "token": ""}
    with pytest.raises(RequestError, match="no token"):
        results.publish(question, ADA, None)


def test_a_task_is_told_to_who_began_it(runs: Runs, results: Results, hub: HubDouble) -> None:
    question = {"run": finished(runs, 1), "model": "x", "dataset": "y", "version": "v1", "token": "hf_of_ada"}
    task = results.publish(question, ADA, None)
    with pytest.raises(NotFoundError):
        results.published(task, Access(True, "grace"))
    with pytest.raises(BundleError, match="is no repository"):
        published(results, question, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "60 records of 3 labels; the frozen backbone, which this run does not beat: mAP@all 0.998, frozen "
        "1.000, difference -0.004 to +0.001.",
        "Stopped early, in head at step 3 of 40; 60 records of 3 labels; the encoder of this run "
        "(head-hard), better than the frozen backbone: mAP@all 0.998, frozen 0.900, difference +0.004 to "
        "+0.101.",
        "It was stopped; nothing was exported.",
        "The disk is full. Remove old runs or pictures, then start again.",
        "Its process was ended from outside (signal 9): a restart of the machine, want of memory, or "
        "somebody's hand. Start it again.",
        "This is no zip that can be read (File is not a zip file); pack the pictures again.",
        "The zip holds a link or a device ('a/b'); pack folders and pictures only.",
        "4 runs wait already; start yours when one of them has ended.",
        "'../x' is no name of a collection; wanted: up to 40 small letters, digits, - and _, a letter or "
        "digit first.",
        "ada/shapes has a v1 already, with other records; push as the next version.",
    ],
)
def test_what_happens_is_said_in_french_too(sentence: str) -> None:
    told = said(sentence)
    assert told["en"] == sentence
    assert told["fr"] != sentence


def test_an_upload_is_handed_in_and_looked_at(runs: Runs, results: Results) -> None:
    desk = Desk(runs, results.serves)
    upload = desk.upload_begin({"bytes": 6}, ADA)["upload"]
    desk.upload_part({"upload": upload, "at": 0, "piece": data_url(b"no zip", "application/zip")}, ADA)
    task = desk.hand_in({"name": "x", "upload": upload, "table": None}, ADA)
    with pytest.raises(RequestError, match="no zip"):
        until_done(desk.task, task)
    with pytest.raises(NotFoundError):  # what was looked at is gone
        desk.hand_in({"name": "x", "upload": upload}, ADA)
