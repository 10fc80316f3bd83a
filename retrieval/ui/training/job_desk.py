"""Training as a job on the Hub: what it would cost, its start, and how it goes.

Each question brings the token of who asks. It goes to the Hub's client and to the job's secret; one that was
typed is also in this process's memory, and nowhere else, until the job that it was given for has ended.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import defaultdict
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from hub_assets.client import Hub, NoRepositoryError
from hub_assets.jobs import Jobs, JobSeen, has_login
from hub_assets.pins import FOLLOWED
from retrieval.live import Live
from retrieval.types import HubError, RequestError
from retrieval.ui.training import job_order
from retrieval.ui.training.access import Access, on_space
from retrieval.ui.training.background import Background
from retrieval.ui.training.desk import object_of, text_of
from retrieval.ui.training.french import said
from retrieval.ui.training.job_notes import STATES, JobNote, JobNotes
from retrieval.ui.training.job_order import Order
from train.runs.store import Runs

# Of OAuth, that Hugging Face asks people for.
SCOPE = "jobs"
# A job is looked at no oftener than that, in seconds; less often while the Hub does not answer.
LOOK_S, AWAY_S = 3.0, 20.0
LOG_LINES = 200
# A sign-in has to outlast a job and what it waits before it begins.
SPARE_S = 600.0


class JobDesk:
    """Each public method is asked by the page: (question, who asks, the token of their sign-in) -> JSON. A
    token in the question goes before that one. A job is looked at for who started it; others are told how it
    was last seen."""

    def __init__(self, runs: Runs, live: Live) -> None:
        self._runs, self._live = runs, live
        self._notes = JobNotes(runs.root / "jobs")
        self._background = Background()
        # By job: the token that was given for it; when it may be looked at next; what went wrong then.
        self._given: dict[str, str] = {}
        self._next_look: dict[str, float] = {}
        self._problems: dict[str, str] = {}
        self._looking: dict[str, threading.Lock] = defaultdict(threading.Lock)

    # --- before --------------------------------------------------------------------------------------

    def job_offer(self, question: Any, visitor: Access, token: str | None) -> dict[str, Any]:
        """{"token"} -> {"name", "flavours", "limits", "space"}: who would pay, and for what. {"needs"} where
        the Hub would not know who asks ("token"), or they did not allow this app to run jobs ("scope")."""
        given, used = _tokens(question, token)
        if needs := _needs(visitor, given, token):
            return {"needs": needs}
        jobs = Jobs(used)
        return {
            "name": jobs.account().name,
            "flavours": [asdict(one) for one in jobs.flavours()],
            "limits": list(job_order.LIMITS),
            "space": space(),
        }

    def start_job(self, question: Any, visitor: Access, token: str | None) -> dict[str, Any]:
        """As job_order.read takes it, and "token" -> {"task"}."""
        given, used = _tokens(question, token)
        if _needs(visitor, given, token):
            raise RequestError("There is no token to run a job with; sign in again, or give one.")
        order = job_order.read(question, self._runs, space())
        if not given:
            _outlasts(visitor, order.minutes)
        hub, jobs = Hub(token=used), Jobs(used)

        def work() -> dict[str, Any]:
            self._is_new(order)
            note = job_order.place(order, hub, jobs, visitor.name)
            if given:
                self._given[note.id] = given
            self._notes.put(note)
            return {"job": self._told(note, visitor)}

        return {"task": self._background.start(visitor.name, work)}

    def started_job(self, question: Any, visitor: Access, token: str | None) -> dict[str, Any]:
        """{"task"} -> {"busy": true} or {"job"}."""
        return self._background.result(text_of(question, "task"), visitor.name) or {"busy": True}

    # --- while it runs -------------------------------------------------------------------------------

    def jobs(self, question: Any, visitor: Access, token: str | None) -> dict[str, Any]:
        """Every job that was started here and is remembered, the newest first."""
        return {"jobs": [self._told(self._look(one, visitor, token), visitor) for one in self._notes.all()]}

    def job(self, question: Any, visitor: Access, token: str | None) -> dict[str, Any]:
        """{"job", "token"} -> {"job"}. A token is kept in memory for the job, and looked with at once."""
        note = self._notes.get(text_of(question, "job"))
        given, _ = _tokens(question, None)
        if given and visitor.name == note.owner:
            Jobs(given).look(note.id, note.account)
            self._given[note.id] = given
            self._next_look.pop(note.id, None)
        return {"job": self._told(self._look(note, visitor, token), visitor)}

    def job_log(self, question: Any, visitor: Access, token: str | None) -> dict[str, Any]:
        """{"job"} -> {"log": its last lines}."""
        note = self._notes.get(text_of(question, "job"))
        jobs = self._jobs_of(note, visitor, token)
        lines = jobs.log(note.id, note.account, LOG_LINES) if not note.has_ended else [note.log]
        return {"log": "\n".join(lines)}

    def stop_job(self, question: Any, visitor: Access, token: str | None) -> dict[str, Any]:
        note = self._notes.get(text_of(question, "job"))
        if not note.has_ended:
            self._jobs_of(note, visitor, token).cancel(note.id, note.account)
            self._notes.put(replace(note, state="stopping"))
            self._next_look.pop(note.id, None)
        return {"job": self._told(self._look(self._notes.get(note.id), visitor, token), visitor)}

    def forget_job(self, question: Any, visitor: Access, token: str | None) -> dict[str, Any]:
        """Take a job off the list. Raises RequestError for one that has not ended, as far as is known, and
        that somebody could still look at."""
        note = self._notes.get(text_of(question, "job"))
        if not note.has_ended and self._reaches(note, visitor) and note.id not in self._problems:
            raise RequestError("This job has not ended; stop it first.")
        self._notes.drop(note.id)
        for memory in (self._given, self._next_look, self._problems, self._looking):
            memory.pop(note.id, None)
        return {"removed": note.id}

    # --- within --------------------------------------------------------------------------------------

    def _is_new(self, order: Order) -> None:
        """Raises RequestError where a job that has not ended makes the same version: one of the two would be
        paid for nothing."""
        for note in self._notes.all():
            if not note.has_ended and (note.dataset, note.version) == (order.dataset, order.version):
                raise RequestError(
                    f"A job makes {note.dataset} {note.version} already; wait for it or stop it, or make "
                    "another version."
                )

    def _look(self, note: JobNote, visitor: Access, token: str | None) -> JobNote:
        """How the job stands: asked of the Hub where who asks may, and it is not too soon; otherwise as it
        was last seen."""
        due = time.monotonic() >= self._next_look.get(note.id, 0.0)
        if note.has_ended or not due or not self._reaches(note, visitor):
            return note
        lock = self._looking[note.id]
        if not lock.acquire(blocking=False):  # another page looks
            return note
        try:
            jobs, hub = self._jobs_of(note, visitor, token), Hub(token=self._given.get(note.id) or token)
            seen = _seen(note, jobs.look(note.id, note.account), jobs, hub)
            self._problems.pop(note.id, None)
            self._next_look[note.id] = time.monotonic() + LOOK_S
        except HubError as error:
            self._problems[note.id] = str(error)
            self._next_look[note.id] = time.monotonic() + AWAY_S
            return note
        finally:
            lock.release()
        self._notes.put(seen)
        if seen.has_ended:
            self._given.pop(note.id, None)
        if seen.commit:
            self._live.wake(note.dataset)
        return seen

    def _told(self, note: JobNote, visitor: Access) -> dict[str, Any]:
        """What the page is told: the note, and beside it whether who asks may act on it and see how it goes;
        what went wrong when it was last looked at; where this app follows what it pushes, whether it serves
        it, and what keeps it from it."""
        follows = [
            name
            for name, pin in self._live.pins.items()
            if pin.repository == note.dataset and pin.revision == FOLLOWED
        ]
        serving = [self._live.service.collections.get(name) for name in follows]
        notices = self._live.notices()
        notice = next((notices[name] for name in follows if name in notices), None)
        problem = self._problems.get(note.id)
        told = asdict(note)
        del told["log"]
        return told | {
            "message": said(note.message),
            "yours": visitor.name == note.owner,
            "reached": self._reaches(note, visitor),
            "problem": said(problem) if problem else None,
            "follows": follows,
            "notice": said(notice) if notice else None,
            "serves": bool(note.commit) and any(one and one.revision == note.commit for one in serving),
        }

    def _reaches(self, note: JobNote, visitor: Access) -> bool:
        """Whether there is a token to look at the job with, on behalf of who asks."""
        if visitor.name != note.owner:
            return False
        if note.has_ended:  # all that is told of it is here
            return True
        signed_in = visitor.until is not None
        return note.id in self._given or signed_in or (not on_space() and has_login())

    def _jobs_of(self, note: JobNote, visitor: Access, token: str | None) -> Jobs:
        """Raises RequestError for who may not, or has no token to."""
        if visitor.name != note.owner:
            raise RequestError("This job is somebody else's; only who started it can reach it.")
        if not self._reaches(note, visitor):
            raise RequestError("There is no token to reach this job with; give one.")
        return Jobs(self._given.get(note.id) or token)


def space() -> str:
    """The Space that this app runs on; "" elsewhere."""
    return os.environ.get("SPACE_ID", "")


def _tokens(question: Any, token: str | None) -> tuple[str, str | None]:
    """The token in a question, "" for none, and the one that is used: None for that of this machine."""
    given = object_of(question or {}).get("token") or ""
    if not isinstance(given, str):
        raise RequestError("The token is no text; give it again.")
    return given.strip(), given.strip() or token


def _needs(visitor: Access, given: str, token: str | None) -> str:
    """What is missing for a job; "" for nothing."""
    if given:
        return ""
    if token is not None:
        return "scope" if visitor.scopes and SCOPE not in visitor.scopes else ""
    return "token" if on_space() or not has_login() else ""


def _outlasts(visitor: Access, minutes: int) -> None:
    """Raises RequestError where a job may still run when the sign-in that it pushes with has ended."""
    if visitor.until is None:
        return
    left = (visitor.until - time.time() - SPARE_S) / 60
    if left < minutes:
        raise RequestError(
            f"Your sign-in ends in {max(0, int(left))} minutes, and the job could not push after that; "
            "choose a shorter limit, sign in again, or give an access token."
        )


def _seen(note: JobNote, job: JobSeen, jobs: Jobs, hub: Hub) -> JobNote:
    """The note as the Hub tells it now, and when it has ended, what came of it. Raises HubError."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    state = STATES.get(job.stage, note.state)
    if note.state == "stopping" and state in ("queued", "running"):
        state = "stopping"
    note = replace(note, state=state, seen=now)
    if not note.has_ended:
        return note
    lines: list[str] = []
    with contextlib.suppress(HubError):  # then only the Hub's own word is to be had
        lines = jobs.log(note.id, note.account, LOG_LINES)
    note = replace(note, ended=now, log="\n".join(lines))
    if state == "stopped":
        return replace(note, message="The job was stopped; nothing was pushed.")
    if state == "failed":
        return replace(note, message=f"The job failed: {_why(job.message, lines)}")
    commit = _pushed(note, hub)
    if not commit:
        missing = f"The job has ended, but {note.dataset} has no {note.version}; its log says why."
        return replace(note, state="failed", message=missing)
    return replace(note, commit=commit, message=f"{note.version} is on the Hub: {note.dataset}.")


def _pushed(note: JobNote, hub: Hub) -> str:
    """The commit that carries the version; "" for none."""
    try:
        tags = hub.tags("dataset", note.dataset)
    except NoRepositoryError:
        return ""
    return next((tag.commit for tag in tags if tag.name == note.version), "")


def _why(message: str, lines: list[str]) -> str:
    """Why a job failed: the last line of its log that is an error, or the last that says anything. message:
    the Hub's own word, where it has one."""
    spoken = [line.strip() for line in lines if line.strip()]
    errors = [line for line in spoken if line.startswith(("error:", "push:"))]
    last = (errors or spoken or [""])[-1].removeprefix("error: ").removeprefix("push: ")
    return " ".join(filter(None, (message.strip()[:300], last))) or "it does not say why."
