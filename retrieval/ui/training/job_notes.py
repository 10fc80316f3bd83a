"""What is remembered of jobs on the Hub, a file each, so that a restart finds them again. Never a token."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import threading
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from retrieval.types import HubError, NotFoundError
from train.runs.state import ENDED
from train.runs.store import RunState

log = logging.getLogger(__name__)

# A job's states are those of a run, so that the page tells both alike.
STATES: dict[str, RunState] = {
    "SCHEDULING": "queued",
    "RUNNING": "running",
    "COMPLETED": "finished",
    "CANCELED": "stopped",
    "DELETED": "stopped",
    "ERROR": "failed",
}
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Beyond, the oldest that ended are forgotten.
KEPT = 50


@dataclass(frozen=True)
class JobNote:
    """A job as it was asked for, and as it was last seen.

    account: on Hugging Face, that pays. owner: who started it here, "" for the person at the machine.
    pictures, code: repositories, each at a commit. minutes: its limit; most_usd: what it can cost. url: its
    page. made, seen, ended: ISO 8601, UTC. Once it has ended, message: one sentence for people; log: what it
    said last; commit: of the data set, that carries the version it pushed."""

    id: str
    account: str
    owner: str
    collection: str
    variant: str
    pictures: str
    pictures_commit: str
    code: str
    code_commit: str
    model: str
    dataset: str
    version: str
    flavour: str
    gpu: str
    minutes: int
    most_usd: float
    url: str
    made: str
    state: RunState = "queued"
    seen: str = ""
    ended: str = ""
    message: str = ""
    log: str = ""
    commit: str = ""

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED


class JobNotes:
    """All of them, in memory and in a folder. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._notes = {note.id: note for note in map(_read, folder.glob("*.json")) if note}

    def all(self) -> list[JobNote]:
        """The newest first."""
        with self._lock:
            return sorted(self._notes.values(), key=lambda note: note.made, reverse=True)

    def get(self, id: str) -> JobNote:
        """Raises NotFoundError where there is none."""
        try:
            return self._notes[id]
        except (KeyError, TypeError):
            raise NotFoundError(f"There is no job {str(id)[:40]!r} here any more.") from None

    def put(self, note: JobNote) -> None:
        """A disk that takes nothing more costs only what is known after a restart. Raises HubError for an id
        that no job of the Hub has."""
        if not ID.fullmatch(note.id):
            raise HubError("The Hub names the job in a way that cannot be remembered.")
        with self._lock:
            self._notes[note.id] = note
            self._write(note)
            ended = sorted((one.made, one.id) for one in self._notes.values() if one.has_ended)
            for _, id in ended[: max(0, len(self._notes) - KEPT)]:
                self._drop(id)

    def drop(self, id: str) -> None:
        with self._lock:
            self._drop(id)

    def _drop(self, id: str) -> None:
        if self._notes.pop(id, None) is not None:
            with contextlib.suppress(OSError):
                self._path(id).unlink()

    def _write(self, note: JobNote) -> None:
        path = self._path(note.id)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".part")
            beside.write_text(json.dumps(asdict(note), ensure_ascii=False, indent=1), encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            log.warning("the job %s is not remembered: %s", note.id, error)

    def _path(self, id: str) -> Path:
        return self._folder / f"{id}.json"


def _read(path: Path) -> JobNote | None:
    """None for a file that is none of ours."""
    known = {entry.name for entry in fields(JobNote)}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return JobNote(**{name: value for name, value in values.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError):
        log.warning("%s holds no job and is left aside", path.name)
        return None
