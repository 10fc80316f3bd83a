"""Runs of the page: pictures taken in and checked, a queue, and one process at a time that trains.

Nothing is learnt in this process, and no torch is imported: a run is a process of its own, in a session of
its own, so that it outlives the app; it is found again by its number and the moment it began. All that is
known lies in the folder, so that nothing here grows:

    pictures/<id>/   intake.json, photos/, drawings/, or recipes.csv and images/; check.json, sheet.png
    runs/<id>/       job.json, config.json, events.jsonl, log.txt, report/, bundle/
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from retrieval.types import NotFoundError, RequestError
from train.beside import new_folder, write_file
from train.config import DataConfig, TrainConfig, load, to_json
from train.runs import housekeeping, processes
from train.runs import state as run_state
from train.runs.intake import (
    CHECK,
    INTAKE,
    SHEET,
    Advice,
    Check,
    Intake,
    Limits,
    NearDuplicate,
    fitted,
    to_text,
)
from train.runs.progress import progress
from train.runs.queue import RunQueue, folder_of
from train.runs.state import BUNDLE, EVENTS, FIGURES, LOG, REPORT, Job

__all__ = ["Advice", "Check", "Intake", "Limits", "NearDuplicate", "RunInfo", "Runs", "root"]

DEFAULT_ROOT = Path("runs") / "page"
RunState = Literal["queued", "running", "stopping", "finished", "stopped", "failed"]
COLLECTION = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
# Of a log, from its end; and of events in one answer.
LOG_BYTES, EVENTS_BYTES = 64_000, 1_000_000


def root() -> Path:
    """The folder of the app's runs: BURIN_RUNS, or runs/page."""
    return Path(os.environ.get("BURIN_RUNS", "").strip() or DEFAULT_ROOT)


@dataclass(frozen=True)
class RunInfo:
    """A run as the page shows it. pictures: id of what it learns from, "" for a data set of the Hub. made,
    started, ended: ISO 8601, UTC. progress: 0 to 1. seconds_left: None where nothing is known. message: one
    sentence for people. early: whether it was stopped and kept what it had. before: runs that it waits for.
    seconds: each step took."""

    id: str
    collection: str
    variant: str
    owner: str
    pictures: str
    state: RunState
    step: str
    made: str
    started: str
    ended: str
    progress: float
    seconds_left: float | None
    message: str
    early: bool
    kept: bool
    before: int
    seconds: Mapping[str, float]


class Runs:
    """All runs below one folder. Safe to share between threads, and found again by another Runs later."""

    def __init__(self, root: Path, limits: Limits | None = None) -> None:
        """Raises RequestError where the folder cannot be written."""
        self.root, self.limits = root.resolve(), limits or Limits()
        self._pictures, self._runs = self.root / "pictures", self.root / "runs"
        try:
            for folder in (self._pictures, self._runs):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RequestError(
                f"The folder of runs cannot be written ({error.strerror}); name another with BURIN_RUNS."
            ) from None
        self._queue = RunQueue(self._pictures, self._runs, self.limits)
        self._queue.clean()
        self._queue.follow()

    def close(self) -> None:
        """End the thread that follows the runs. A run goes on; the next Runs of this folder finds it."""
        self._queue.close()

    # --- pictures ------------------------------------------------------------------------------------

    def take(self, zip_path: Path, name: str, owner: str, table: Path | None = None) -> Intake:
        """Unpack a zip of class folders, or of pictures with a table in it or beside it.

        Raises RequestError, with one sentence for the person, for a zip that is none or not safe."""
        self.clean()
        room = self._room()
        id = _new_id()
        limits = replace(self.limits, zip_bytes=min(self.limits.zip_bytes, room))
        flags = [f"--{flag.replace('_', '-')}={getattr(limits, flag)}" for flag in processes.ZIP_FLAGS]
        beside = [] if table is None else ["--csv", str(table.resolve())]
        folder = self._pictures / id
        self._asked("unpack", str(Path(zip_path).resolve()), "--out", str(folder), *beside, *flags)
        return self._named(folder, id, name, owner)

    def take_hub(
        self, dataset: str, name: str, owner: str, image_column: str = "image", label_column: str = "label"
    ) -> Intake:
        """Pictures of the Hub, to be fetched when they are checked or learnt from."""
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,95}/[\w.-]{1,96}", dataset) or ".." in dataset:
            raise RequestError(f"{dataset[:80]!r} is no data set of the Hub; wanted: owner/name.")
        self.clean()
        data = DataConfig(hub=dataset, image_column=image_column, label_column=label_column)
        id = _new_id()
        with new_folder(self._pictures / id) as part:
            write_file(part / INTAKE, to_text(Intake(data=data, ready=True)).encode())
        return self._named(self._pictures / id, id, name, owner)

    def intake(self, intake_id: str) -> Intake:
        """Raises NotFoundError where there is none."""
        try:
            return Intake.read(folder_of(self._pictures, intake_id))
        except (OSError, ValueError):
            raise NotFoundError(f"There are no pictures {intake_id[:40]!r} here any more.") from None

    def intakes(self) -> list[Intake]:
        """What was handed in and is still here, the newest first."""
        found = []
        for folder in sorted(self._pictures.glob("*-*-*"), reverse=True):
            with contextlib.suppress(NotFoundError):
                found.append(self.intake(folder.name))
        return found

    def check(self, intake_id: str) -> Check:
        """A look at the pictures, made once. Raises RequestError for pictures that nothing can learn from."""
        self.intake(intake_id)
        folder = folder_of(self._pictures, intake_id)
        if not (folder / CHECK).is_file():
            self._asked("check", str(folder))
        return Check.read(folder)

    def sheet(self, intake_id: str) -> Path | None:
        """The contact sheet of a check, PNG; None before it."""
        self.intake(intake_id)
        path = folder_of(self._pictures, intake_id) / SHEET
        return path if path.is_file() else None

    def _named(self, folder: Path, id: str, name: str, owner: str) -> Intake:
        intake = replace(
            Intake.read(folder), id=id, name=name.strip()[:80], owner=owner[:80], made=run_state.now()
        )
        write_file(folder / INTAKE, to_text(intake).encode("utf-8", "replace"))
        return intake

    def _asked(self, *arguments: str) -> None:
        """Run a verb to its end. Raises RequestError with the sentence it ended with."""
        try:
            processes.asked(arguments, self.limits)
        except processes.VerbError as error:
            raise RequestError(str(error).replace(f"{self.root}/", "")) from None

    # --- runs ----------------------------------------------------------------------------------------

    def fitted(self, intake_id: str, collection: str, config: TrainConfig) -> TrainConfig:
        """The configuration of a run of these pictures, here or elsewhere.

        Raises RequestError for a name that is none, NotFoundError for pictures that are gone."""
        if not COLLECTION.fullmatch(collection):
            raise RequestError(
                f"{collection[:60]!r} is no name of a collection; wanted: up to 40 small letters, digits, - "
                "and _, a letter or digit first."
            )
        intake = self.intake(intake_id)
        if not intake.ready:
            raise RequestError(f"Nothing can learn from these pictures. {' '.join(intake.notes)}".strip())
        if not intake.classes:  # of the Hub: a look at it knows them
            intake = replace(intake, classes=self.check(intake_id).classes)
        return fitted(config, intake)

    def class_folders(self, intake_id: str) -> Path:
        """The folder with a folder of photos per class. Raises RequestError for drawings and recipes."""
        intake = self.intake(intake_id)
        if not intake.of_photos or not intake.data.photos:
            raise RequestError("Drawings and recipes are learnt on this machine alone; a job takes photos.")
        return folder_of(self._pictures, intake_id) / intake.data.photos[0]

    def start(self, intake_id: str, collection: str, config: TrainConfig, owner: str) -> RunInfo:
        """Queue a run of these pictures; it begins when those before it have ended.

        Raises as `fitted`, RequestError where the disk has no room, BusyError when too many wait."""
        self.clean()
        self._room()
        config = self.fitted(intake_id, collection, config)
        job = Job(
            id=_new_id(),
            collection=collection,
            variant=config.variant,
            owner=owner[:80],
            pictures=intake_id,
            made=run_state.now(),
            threads=self.limits.threads,
        )
        self._queue.add(job, json.dumps(to_json(config), indent=1).encode())
        return self.get(job.id)

    def all(self) -> list[RunInfo]:
        """Every run, the newest first."""
        jobs = self._queue.jobs()
        return [self._info(job, jobs) for job in sorted(jobs, key=lambda job: job.id, reverse=True)]

    def get(self, id: str) -> RunInfo:
        """Raises NotFoundError where there is none."""
        return self._info(self._queue.job(id), self._queue.jobs())

    def stop(self, id: str) -> RunInfo:
        """End a run early: it keeps the best it has, which is then evaluated and exported. A second time ends
        it at once; one that waits never begins."""
        self._queue.stop(id)
        return self.get(id)

    def remove(self, id: str) -> None:
        """Take a run off the disk. Raises RequestError for one that has not ended, NotFoundError for none."""
        self._queue.remove(id)

    def keep(self, id: str, kept: bool = True) -> None:
        """Whether a run that has ended stays whatever else comes: its bundle is in use."""
        self._queue.keep(id, kept)

    def events(self, id: str, since: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Events from the place `since` on, 0 the beginning, and the place to ask from the next time."""
        self._queue.job(id)
        try:
            with (self._runs / id / EVENTS).open("rb") as opened:
                opened.seek(max(0, since))
                data = opened.read(EVENTS_BYTES)
        except OSError:
            return [], max(0, since)
        whole = data.rpartition(b"\n")[0]
        events = []
        for line in whole.split(b"\n"):
            with contextlib.suppress(ValueError):
                if isinstance(event := json.loads(line), dict):
                    events.append(event)
        return events, max(0, since) + (len(whole) + 1 if whole else 0)

    def log(self, id: str, last: int = 100) -> str:
        """The last lines that the process said."""
        self._queue.job(id)
        try:
            with (self._runs / id / LOG).open("rb") as opened:
                opened.seek(max(0, os.fstat(opened.fileno()).st_size - LOG_BYTES))
                text = opened.read().decode("utf-8", "replace")
        except OSError:
            return ""
        return "\n".join(text.replace("\r", "\n").splitlines()[-last:])

    def figures(self, id: str) -> dict[str, Any] | None:
        """What the evaluation measured."""
        self._queue.job(id)
        try:
            return json.loads((self._runs / id / FIGURES).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def report(self, id: str) -> Path:
        """The folder of the evaluation's plots and tables; it may not be there yet."""
        self._queue.job(id)
        return self._runs / id / REPORT

    def bundle(self, id: str) -> Path | None:
        """The folder that the run was exported to."""
        job = self._queue.job(id)
        path = self._runs / id / BUNDLE
        whole = job.state == "finished" and (path / "dataset" / "manifest.json").is_file()
        return path if whole else None

    def clean(self) -> None:
        """Remove what is over the limits: the oldest runs that ended, and pictures that no run needs. Done by
        itself too, before anything is taken in or begun and after each run."""
        self._queue.clean()

    # --- within --------------------------------------------------------------------------------------

    def _room(self) -> int:
        """Bytes that may still be written. Raises RequestError where there are too few to begin with."""
        used = housekeeping.used(self.root)
        free = shutil.disk_usage(self.root).free - housekeeping.SPARED_BYTES
        room = min(self.limits.disk_bytes - used, free)
        if room < housekeeping.LEAST_BYTES and room < self.limits.disk_bytes // 2:
            allowed = self.limits.disk_bytes / 1e9
            raise RequestError(
                f"There is no room left for training: {used / 1e9:.1f} of {allowed:.1f} GB are used, and the "
                f"disk has {max(0, free) / 1e9:.1f} GB left. Remove old runs, then try again."
            )
        return room

    def _info(self, job: Job, jobs: list[Job]) -> RunInfo:
        share, left = (1.0 if job.state == "finished" else 0.0), None
        state: Any = {"starting": "running"}.get(job.state, job.state)
        if job.state == "running":
            with contextlib.suppress(NotFoundError, OSError, ValueError, KeyError, TypeError):
                intake = self.intake(job.pictures)
                count = intake.pictures or Check.read(self._pictures / job.pictures).pictures
                config = load(self._runs / job.id / "config.json")
                seen = progress(config, count, self.events(job.id)[0], datetime.now(UTC))
                share, left = seen.share, seen.seconds_left
        if state == "running" and self._queue.told_to_stop(job.id):
            state = "stopping"
        before = sum(not one.has_ended and one.id < job.id for one in jobs)
        own = {name: getattr(job, name) for name in _SHARED}
        return RunInfo(**own, state=state, progress=share, seconds_left=left, before=before)


_SHARED = (
    *("id", "collection", "variant", "owner", "pictures", "step", "made", "started", "ended"),
    *("message", "early", "kept", "seconds"),
)


def _new_id() -> str:
    """In the order of time, and no two alike."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}{secrets.token_hex(2)}"
