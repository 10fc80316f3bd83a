"""Runs as the page has them: real processes, one at a time, followed by whoever is there, and cleaned up."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.search import SearchService
from retrieval.types import BusyError, Query, RequestError
from tests.helpers import ROOT
from tests.waiting import until
from tests.zips import CLASSES, drawn, sixty
from train.config import VARIANTS, TrainConfig, to_json
from train.runs.store import Limits, RunInfo, Runs

LIMITS = Limits(queued=3)
HEAD = VARIANTS["head-random"].phases[0]
TINY = replace(
    VARIANTS["head-random"],
    hidden=32,
    dim=16,
    picture_size=64,
    serve_size=64,
    phases=(replace(HEAD, epochs=3),),
)
# One that nobody waits for to end.
ENDLESS = replace(TINY, patience=0, phases=(replace(HEAD, epochs=100_000), replace(HEAD, name="more")))

# An app that takes pictures, begins a run and is killed.
APP = """
import json, os, signal, sys
from pathlib import Path
from train.config import from_json
from train.runs.store import Runs
from tests.waiting import until
runs = Runs(Path(sys.argv[1]))
intake = runs.take(Path(sys.argv[2]), "My shapes", "somebody")
runs.check(intake.id)
info = runs.start(intake.id, "shapes", from_json(json.loads(sys.argv[3])), "somebody")
print(intake.id, info.id, flush=True)
until(lambda: runs.get(info.id).step)
os.kill(os.getpid(), signal.SIGKILL)
"""


def ended(runs: Runs, id: str) -> RunInfo:
    def look() -> RunInfo | None:
        info = runs.get(id)
        return info if info.ended else None

    return until(look, what=runs.log(id))


def learning(runs: Runs, id: str) -> RunInfo:
    """Once it has taken a step."""

    def look() -> bool:
        assert not runs.get(id).ended, runs.log(id)
        return any("loss" in event for event in runs.events(id)[0])

    until(look, what=runs.log(id))
    return runs.get(id)


def pid_of(runs: Runs, id: str) -> int:
    return json.loads((runs.root / "runs" / id / "job.json").read_text())["pid"]


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """Runs of a folder in which an app began a run before it was killed; the pictures' id and the run's."""
    top = tmp_path_factory.mktemp("runs")
    archive = sixty(top / "shapes.zip")
    given = [str(top / "page"), str(archive), json.dumps(to_json(TINY))]
    command = [sys.executable, "-c", APP, *given]
    app = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert app.returncode == -signal.SIGKILL, app.stderr
    runs = Runs(top / "page", LIMITS)
    yield runs, *app.stdout.split()
    for info in runs.all():
        for _ in range(2):
            if not info.ended:
                runs.stop(info.id)
    until(lambda: all(info.ended for info in runs.all()), within=30)
    runs.close()


@pytest.fixture(scope="module")
def second(taken):
    """A run without an end that was queued behind the first."""
    runs, intake, _ = taken
    return runs.start(intake, "shapes", ENDLESS, "else")


@pytest.fixture(scope="module")
def first(taken, second):
    """The run that the killed app began, at its end."""
    runs, _, id = taken
    seen = []
    until(lambda: seen.append(runs.get(id)) or seen[-1].ended, what="the first run")
    return seen


def test_a_run_outlives_the_app_that_began_it_and_is_found_again(first, second):
    assert first[0].state == "running"
    assert (second.state, second.before) == ("queued", 1)
    assert first[-1].state == "finished", first[-1].message
    assert (first[-1].owner, first[-1].collection, first[-1].variant) == ("somebody", "shapes", "head-random")
    assert set(first[-1].seconds) == {"fit", "evaluate", "errors", "export"}


def test_its_progress_goes_from_nothing_to_one_with_the_time_left(first):
    shares = [info.progress for info in first]
    assert shares[0] < 0.5
    assert shares[-1] == 1.0
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert any(info.seconds_left for info in first)
    steps = [info.step for info in first if info.step]
    assert sorted(set(steps), key=steps.index) == [
        step for step in ("fit", "evaluate", "errors", "export") if step in steps
    ]


def test_its_events_hold_the_plots_of_the_page(taken, first):
    runs, _, id = taken
    events, place = runs.events(id)
    assert {"loss", "active", "triplet", "seconds"} <= set(next(event for event in events if "loss" in event))
    checks = [event["validation"] for event in events if "validation" in event]
    assert len(checks) == 1 + TINY.phases[0].epochs
    assert {"recall@1", "mAP"} <= set(checks[0])
    told = [event for event in events if "job" in event]
    assert [event["job"] for event in told] == ["fit", "fit", "evaluate", "errors", "export", "export"]
    assert told[1]["sides"] == {"train": 42, "validation": 6, "test": 12}
    assert runs.events(id, place) == ([], place)
    some, middle = runs.events(id, 0)[0][:1], place // 2
    assert some[0]["job"] == "fit"
    assert len(runs.events(id, middle)[0]) < len(events)


def test_its_report_and_bundle_are_there_and_the_bundle_answers(taken, first):
    runs, _, id = taken
    assert runs.figures(id)["recall@1"]["value"] > 0
    assert "stopped early" not in runs.figures(id)
    assert {"curves.png", "embedding_map.png", "errors.html", "confusion_matrix.png"} <= {
        path.name for path in runs.report(id).iterdir()
    }
    service = SearchService.open({"shapes": runs.bundle(id)}, threads=1)
    found = service.search(Query("shapes", picture=drawn("fork", 3), kind="photo", k=3))
    assert found.matches[0].record.label == "fork"
    assert "60 records of 3 labels" in runs.get(id).message
    assert id not in runs.get(id).message
    assert "recall@1" in runs.log(id)
    assert len(runs.log(id, last=3).splitlines()) == 3


def test_nothing_that_is_exported_names_a_place_on_this_machine(taken, first):
    runs, _, id = taken
    for path in runs.bundle(id).rglob("*"):
        if path.is_file():
            assert str(runs.root).encode() not in path.read_bytes(), path


def test_the_process_steps_back_and_keeps_no_secrets(taken, first, second, monkeypatch):
    runs, _, _ = taken
    pid = learning(runs, second.id) and pid_of(runs, second.id)
    assert os.getpriority(os.PRIO_PROCESS, pid) == max(LIMITS.nice, os.nice(0))
    assert os.getsid(pid) == pid
    assert len(os.sched_getaffinity(pid)) == LIMITS.threads
    from train.runs.processes import environment

    for name in ("HF_TOKEN", "BURIN_USERS", "BURIN_WEBHOOK_SECRET", "OAUTH_CLIENT_SECRET"):
        monkeypatch.setenv(name, "hidden")
    assert "hidden" not in environment(1).values()
    assert environment(2)["OMP_NUM_THREADS"] == "2"


def test_one_runs_at_a_time_and_the_others_wait_their_turn(taken, first, second):
    runs, intake, id = taken
    assert learning(runs, second.id).started >= first[-1].ended
    third, fourth = (runs.start(intake, "shapes", TINY, "x") for _ in range(2))
    assert (third.before, fourth.before) == (1, 2)
    runs.start(intake, "shapes", TINY, "x")
    with pytest.raises(BusyError, match="3 runs wait already"):
        runs.start(intake, "shapes", TINY, "x")
    for info in runs.all()[:3]:
        assert runs.stop(info.id).state == "stopped"
        assert "before it began" in runs.get(info.id).message
        runs.remove(info.id)
    assert [info.id for info in runs.all()] == [second.id, id]
    with pytest.raises(RequestError, match="stop it first"):
        runs.remove(second.id)


def test_a_run_that_is_stopped_keeps_its_best_and_is_evaluated_and_exported(taken, second):
    runs, _, _ = taken
    learning(runs, second.id)
    assert runs.stop(second.id).state == "stopping"
    info = ended(runs, second.id)
    assert (info.state, info.early) == ("finished", True), info.message
    assert info.message.startswith("Stopped early, in head at step ")
    early = runs.figures(second.id)["stopped early"]
    assert early["phase"] == "head"
    assert 0 < early["step"] < early["of"]
    assert runs.bundle(second.id)
    events, _ = runs.events(second.id)
    assert {"phase": "more", "skipped": True} in events
    best = max(event["validation"]["mAP"] for event in events if "validation" in event)
    import torch

    kept = torch.load(runs.root / "runs" / second.id / "checkpoint-more.pt", weights_only=True)
    there = torch.load(runs.root / "runs" / second.id / "checkpoint-head.pt", weights_only=True)
    assert all(torch.equal(value, kept["model"][name]) for name, value in there["model"].items())
    assert best > 0


def test_a_run_that_is_killed_has_failed_and_the_next_begins(taken, second, monkeypatch):
    runs, intake, _ = taken
    ended(runs, second.id)
    killed = runs.start(intake, "shapes", ENDLESS, "x")
    after = runs.start(intake, "shapes", ENDLESS, "x")
    full = runs.start(intake, "shapes", TINY, "x")
    # Whatever it tells goes to a disk that is full.
    (runs.root / "runs" / full.id / "events.jsonl").symlink_to("/dev/full")
    until(lambda: pid_of(runs, killed.id))
    os.kill(pid_of(runs, killed.id), signal.SIGKILL)
    info = ended(runs, killed.id)
    assert info.state == "failed"
    assert "ended from outside (signal 9)" in info.message
    assert runs.bundle(killed.id) is None

    # A second stop ends it at once, without evaluation.
    learning(runs, after.id)
    runs.stop(after.id)
    runs.stop(after.id)
    info = ended(runs, after.id)
    assert (info.state, info.message) == ("stopped", "It was stopped; nothing was exported.")
    assert runs.bundle(after.id) is None
    assert runs.figures(after.id) is None

    info = ended(runs, full.id)
    assert (info.state, info.message) == (
        "failed",
        "The disk is full. Remove old runs or pictures, then start again.",
    )


def test_a_check_is_made_once_with_its_sheet(taken, first):
    runs, intake, _ = taken
    looked = runs.check(intake)
    assert looked.classes == dict.fromkeys(CLASSES, 20)
    assert "rough" in {one.code for one in looked.advice}
    assert runs.sheet(intake).read_bytes()[1:4] == b"PNG"
    assert [one.name for one in runs.intakes()] == ["My shapes"]


def test_the_configuration_of_a_run_is_the_one_that_was_asked_for(taken, first):
    runs, _, id = taken
    values = json.loads((runs.root / "runs" / id / "config.json").read_text())
    made = TrainConfig(hidden=values["hidden"], dim=values["dim"])
    assert (made.hidden, made.dim) == (TINY.hidden, TINY.dim)
    assert values["labels_per_batch"] == 3
    assert values["data"]["photos"] == ["photos"]
    assert not Path(values["data"]["photos"][0]).is_absolute()
