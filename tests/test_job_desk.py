"""A job on the Hub while it runs and after: what is told of it, to whom, and what is remembered."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from hub_assets import publish
from hub_assets.client import Hub
from retrieval.live import Live
from retrieval.types import HubError, NotFoundError, RequestError
from retrieval.ui.training import job_notes
from retrieval.ui.training.job_desk import JobDesk
from tests.helpers import write_bundle
from tests.hub_double import HubDouble
from tests.hub_faults import Fault
from tests.job_desks import ADA, AT_HOME, GRACE, TOKEN, TYPED, started
from train.runs.store import Runs

pytest_plugins = ("tests.job_desks",)


def test_it_is_followed_until_its_version_is_here(
    desk: JobDesk, double: HubDouble, live: Live, tmp_path: Path
) -> None:
    id, job = started(desk)["id"], double.jobs.all[0]
    assert desk.job({"job": id}, ADA, TOKEN)["job"]["state"] == "queued"
    job.stage = "RUNNING"
    job.lines += ["+ python -m train fit", "step 1 of 40"]
    assert desk.job({"job": id}, ADA, TOKEN)["job"]["state"] == "running"
    assert desk.job_log({"job": id}, ADA, TOKEN)["log"].splitlines()[-1] == "step 1 of 40"

    bundle = write_bundle(tmp_path / "made")
    hub = Hub(double.url, TOKEN, tmp_path / "pushes")
    done = publish.push(hub, bundle, "ada/shapes-model", "ada/shapes", "v1", private=True)
    job.stage = "COMPLETED"
    told = desk.job({"job": id}, ADA, TOKEN)["job"]
    assert (told["state"], told["commit"]) == ("finished", done.dataset_commit)
    assert (told["follows"], told["serves"]) == (["shapes"], False)
    assert "has not come from the Hub yet" in told["notice"]["en"]
    live.check("shapes")  # as the thread that follows does, once it is woken
    assert desk.job({"job": id}, ADA, TOKEN)["job"]["serves"]
    asked = len(double.asked("/api/jobs/"))
    desk.jobs(None, ADA, TOKEN)
    assert len(double.asked("/api/jobs/")) == asked, "what has ended is asked no more"
    assert "step 1 of 40" in desk.job_log({"job": id}, ADA, None)["log"], "and its log is here"


@pytest.mark.parametrize(
    ("lines", "message", "why"),
    [
        (
            ["fine", "error: no picture can be read", "  3 s", "train: ended with 1"],
            None,
            "no picture can be read",
        ),
        (["Killed"], None, "Killed"),
        (["step 3"], "Job timeout", "Job timeout step 3"),
        ([], None, "it does not say why."),
    ],
)
def test_why_a_job_failed_is_said(
    desk: JobDesk, double: HubDouble, lines: list[str], message: str | None, why: str
) -> None:
    id, job = started(desk)["id"], double.jobs.all[0]
    job.stage, job.lines, job.message = "ERROR", lines, message
    told = desk.job({"job": id}, ADA, TOKEN)["job"]
    assert told["state"] == "failed"
    assert told["message"]["en"].startswith(f"The job failed: {why}")
    assert told["message"]["fr"] != told["message"]["en"]


def test_a_job_that_ended_without_its_version_has_failed(desk: JobDesk, double: HubDouble) -> None:
    id = started(desk)["id"]
    double.jobs.all[0].stage = "COMPLETED"
    told = desk.job({"job": id}, ADA, TOKEN)["job"]
    assert (told["state"], told["commit"]) == ("failed", "")
    assert "ada/shapes has no v1" in told["message"]["en"]


def test_it_is_stopped_and_taken_off_the_list(desk: JobDesk, double: HubDouble, runs: Runs) -> None:
    id = started(desk)["id"]
    with pytest.raises(RequestError, match="has not ended"):
        desk.forget_job({"job": id}, ADA, TOKEN)
    told = desk.stop_job({"job": id}, ADA, TOKEN)["job"]
    assert double.jobs.all[0].stage == "CANCELED"
    assert (told["state"], told["message"]["en"]) == ("stopped", "The job was stopped; nothing was pushed.")
    assert desk.forget_job({"job": id}, ADA, TOKEN) == {"removed": id}
    assert desk.jobs(None, ADA, TOKEN) == {"jobs": []}
    assert not list((runs.root / "jobs").iterdir())


def test_only_who_started_it_can_reach_it(desk: JobDesk, double: HubDouble) -> None:
    id = started(desk, None, token=TYPED)["id"]
    double.jobs.all[0].stage = "RUNNING"
    told = desk.job({"job": id, "token": "hf_of_grace"}, GRACE, "hf_of_grace")["job"]
    assert (told["yours"], told["reached"], told["state"]) == (False, False, "queued"), "as it was last seen"
    for ask in (desk.job_log, desk.stop_job):
        with pytest.raises(RequestError, match="somebody else's"):
            ask({"job": id}, GRACE, "hf_of_grace")
    assert desk.job({"job": id}, ADA, None)["job"]["state"] == "running"


def test_a_hub_that_is_away_is_said_and_asked_again_later(
    desk: JobDesk, double: HubDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = started(desk)["id"]
    double.fault(Fault("500", path="/api/jobs/"))
    told = desk.job({"job": id}, ADA, TOKEN)["job"]
    assert (told["state"], "answers 500" in told["problem"]["en"]) == ("queued", True)
    asked = len(double.asked("/api/jobs/"))
    assert desk.job({"job": id}, ADA, TOKEN)["job"]["problem"] == told["problem"]
    assert len(double.asked("/api/jobs/")) == asked, "not at once again"
    double.clear_faults()
    desk._next_look.clear()
    assert desk.job({"job": id}, ADA, TOKEN)["job"]["problem"] is None


def test_after_a_restart_it_is_known_and_the_token_is_asked_for(
    desk: JobDesk, double: HubDouble, runs: Runs, live: Live
) -> None:
    before = started(desk, None, token=TYPED)
    again = JobDesk(runs, live)
    double.jobs.all[0].stage = "RUNNING"
    (told,) = again.jobs(None, AT_HOME, None)["jobs"]
    assert told == before | {"reached": False}
    with pytest.raises(RequestError, match="no token to reach"):
        again.job_log({"job": told["id"]}, AT_HOME, None)
    with pytest.raises(HubError, match="does not know this token"):
        again.job({"job": told["id"], "token": "hf_wrong"}, AT_HOME, None)
    assert again.job({"job": told["id"], "token": TYPED}, AT_HOME, None)["job"]["state"] == "running"
    assert again.jobs(None, AT_HOME, None)["jobs"][0]["reached"], "and not once more"


def test_a_token_is_on_no_disk_and_in_no_answer(desk: JobDesk, double: HubDouble, runs: Runs) -> None:
    job = started(desk, None, token=TYPED)
    double.jobs.all[0].stage, double.jobs.all[0].lines = "ERROR", [f"error: {TYPED} is wrong"]
    told = [desk.job({"job": job["id"]}, ADA, None), desk.job_log({"job": job["id"]}, ADA, None)]
    assert "hf_" not in str([job, *told])
    assert not [path for path in runs.root.rglob("*") if path.is_file() and b"hf_" in path.read_bytes()]
    assert desk._given == {}, "nor in memory, once it has ended"


def test_what_is_no_job_is_left_aside_and_the_oldest_are_forgotten(
    desk: JobDesk, runs: Runs, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = runs.root / "jobs"
    note = desk._notes.get(started(desk)["id"])
    (folder / "broken.json").write_text("{")
    (folder / "other.json").write_text('{"id": "x"}')
    monkeypatch.setattr(job_notes, "KEPT", 3)
    for number in range(5):
        old = f"2020-01-0{number + 1}T00:00:00+00:00"
        desk._notes.put(replace(note, id=f"job{number}", made=old, state="stopped"))
    again = JobDesk(runs, live)
    ids = [one["id"] for one in again.jobs(None, GRACE, None)["jobs"]]
    assert ids == [note.id, "job4", "job3"]
    assert "token" not in asdict(note)


@pytest.mark.parametrize("question", [None, 3, [], {}, {"job": 3}, {"job": "../../x"}])
def test_a_question_that_is_none_is_said(desk: JobDesk, question: object) -> None:
    for ask in (desk.job, desk.job_log, desk.stop_job, desk.forget_job):
        with pytest.raises((RequestError, NotFoundError)):
            ask(question, ADA, TOKEN)
