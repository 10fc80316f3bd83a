"""A desk that starts jobs on a Hub double, for the tests of a file.

A file of tests has these with `pytest_plugins = ("tests.job_desks",)`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub_assets.client import Hub
from hub_assets.jobs import Jobs
from hub_assets.pins import Pin
from retrieval.live import Live
from retrieval.ui.training import job_desk
from retrieval.ui.training.access import Access
from retrieval.ui.training.job_desk import JobDesk
from tests.helpers import write_bundle
from tests.hub_double import HubDouble
from tests.zips import CLASSES, drawn
from train.config import DataConfig
from train.runs.intake import INTAKE, Intake, to_text
from train.runs.store import Runs

TOKEN, TYPED = "hf_of_ada", "hf_typed_by_ada"
# Signed in for longer than any job; and the same person where nobody signs in.
ADA = Access(True, "ada", until=time.time() + 24 * 3600)
AT_HOME, GRACE = Access(True, "ada"), Access(True, "grace")
INTAKE_ID = "20261126-120000-0000000001"
SCRIPT = b"# a copy of the app\nparser.add_argument('--pictures-revision')\n"


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a person's own machine, which is not logged in."""
    monkeypatch.delenv("SPACE_ID", raising=False)
    monkeypatch.setattr(job_desk, "has_login", lambda: False)
    monkeypatch.setattr(job_desk, "LOOK_S", 0.0)


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubDouble]:
    """A Hub with a copy of the app on it, that the desk's own clients talk to."""
    tokens = {TOKEN: "ada", TYPED: "ada", "hf_of_grace": "grace"}
    with HubDouble(tokens=tokens).running() as running:
        monkeypatch.setattr(job_desk, "Hub", lambda token: Hub(running.url, token, tmp_path / "cache"))
        monkeypatch.setattr(job_desk, "Jobs", lambda token: Jobs(token, running.url))
        running.store.create("space", "ada/burin")
        running.store.commit("space", "ada/burin", {"train/publish_job.py": SCRIPT})
        yield running


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    made = Runs(tmp_path / "runs")
    hand_in(made, DataConfig(photos=("photos",)))
    yield made
    made.close()


def hand_in(runs: Runs, data: DataConfig, **more: Any) -> None:
    """Pictures as they lie when a zip was unpacked: six of each of three classes."""
    folder = runs.root / "pictures" / INTAKE_ID
    for name in CLASSES:
        (folder / "photos" / name).mkdir(parents=True, exist_ok=True)
        for number in range(6):
            (folder / "photos" / name / f"{number:02d}.png").write_bytes(drawn(name, number))
    intake = Intake(id=INTAKE_ID, classes=dict.fromkeys(CLASSES, 6), data=data, ready=True, **more)
    (folder / INTAKE).write_text(to_text(intake))


@pytest.fixture
def live(tmp_path: Path, double: HubDouble) -> Live:
    """Follows ada/shapes, beside a folder that serves."""
    opened_from = {"here": write_bundle(tmp_path / "here"), "shapes": Pin("shapes", "ada/shapes")}
    live = Live(opened_from, hub=Hub(double.url, TOKEN, tmp_path / "live"))
    live.open(within_s=0.0)
    return live


@pytest.fixture
def desk(runs: Runs, live: Live, double: HubDouble) -> JobDesk:
    return JobDesk(runs, live)


def order(**changes: Any) -> dict[str, Any]:
    return {
        "intake": INTAKE_ID,
        "collection": "shapes",
        "filled": {"variant": "head-random", "run": {"margin": 0.4}, "phases": [{"epochs": 3}]},
        "flavour": "t4-small",
        "minutes": 120,
        "most_usd": 0.8,
        "model": "ada/shapes-model",
        "dataset": "ada/shapes",
        "version": "v1",
        "private": True,
        "code": "ada/burin",
        "pictures": "ada/shapes-pictures",
        "token": "",
    } | changes


def until_done(ask: Callable[..., dict[str, Any]], task: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if "busy" not in (told := ask(task, ADA, None)):
            return told
        time.sleep(0.02)
    raise AssertionError("it was not done within a minute")


def started(desk: JobDesk, signed: str | None = TOKEN, **changes: Any) -> dict[str, Any]:
    return until_done(desk.started_job, desk.start_job(order(**changes), ADA, signed))["job"]
