"""The queue of the page's runs: one process at a time, each followed to its end, whoever began it."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import signal
import subprocess
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from retrieval.types import BurinError, BusyError, NotFoundError, RequestError
from train.beside import new_folder, write_file
from train.runs import housekeeping, processes
from train.runs import state as run_state
from train.runs.intake import Limits
from train.runs.lock import FolderLock
from train.runs.state import STOP, Job, read_job, write_job

ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{10}")
# How often a run that is under way is looked at, in seconds.
FOLLOW_S = 0.5
# An app that said it would make a process, and after this long has not, ended before it could.
START_S = 10.0
# One that was told twice to end, and has not, is made to.
KILL_S = 10.0


def folder_of(parent: Path, id: str) -> Path:
    """Raises NotFoundError for what no id looks like: it is never part of a path then."""
    if not isinstance(id, str) or not ID.fullmatch(id):
        raise NotFoundError(f"There is no run and there are no pictures {str(id)[:40]!r}.")
    return parent / id


class RunQueue:
    """Jobs in folders below `runs`, that learn from those below `pictures`. Safe to share between threads,
    and the folders between apps."""

    def __init__(self, pictures: Path, runs: Path, limits: Limits) -> None:
        self._pictures, self._runs, self._limits = pictures, runs, limits
        # Two apps may share the folder, as while a Space restarts: neither begins what the other has begun.
        self._lock = FolderLock(runs.parent)
        # The process that this app began, and of which run it is.
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = ""
        # What could not be written, for the disk was full.
        self._unwritten: dict[str, Job] = {}
        self._wake, self._closed = threading.Event(), False
        self._follower: threading.Thread | None = None

    def close(self) -> None:
        """End the thread that follows the runs; a run itself goes on."""
        self._closed = True
        self._wake.set()
        if (follower := self._follower) is not None:
            follower.join(timeout=10)

    def job(self, id: str) -> Job:
        folder = folder_of(self._runs, id)
        if id in self._unwritten:
            return self._unwritten[id]
        try:
            return read_job(folder)
        except (OSError, ValueError):
            raise NotFoundError(f"There is no run {id!r} here any more.") from None

    def jobs(self) -> list[Job]:
        """In the order they were made."""
        found = []
        for folder in sorted(self._runs.glob("*-*-*")):
            with contextlib.suppress(NotFoundError):
                found.append(self.job(folder.name))
        return found

    def add(self, job: Job, config: bytes) -> None:
        """Put a job at the end; it begins at once where none is under way. Raises BusyError when too many
        wait, OSError for a full disk."""
        with self._lock:
            waiting = sum(one.state == "queued" for one in self.jobs())
            if waiting >= self._limits.queued and self._under_way():
                raise BusyError(f"{waiting} runs wait already; start yours when one of them has ended.")
            with new_folder(self._runs / job.id) as part:
                write_file(part / "config.json", config)
                write_job(part, job)
        self.follow()

    def stop(self, id: str) -> None:
        """Tell a run to end; a second time at once. One that waits never begins."""
        with self._lock:
            job = self.job(id)
            if job.state == "queued":
                self._settle(job, "stopped", "It was stopped before it began.")
            elif not job.has_ended:
                mark = self._runs / id / STOP
                with contextlib.suppress(OSError), mark.open("a", encoding="utf-8") as out:
                    out.write(f"{run_state.now()}\n")
                self._signal(id, signal.SIGTERM)
        self._wake.set()

    def remove(self, id: str) -> None:
        """Raises RequestError for a run that has not ended, NotFoundError for none."""
        with self._lock:
            if not self.job(id).has_ended:
                raise RequestError("This run has not ended; stop it first.")
            self._unwritten.pop(id, None)
            housekeeping.removed(self._runs / id)

    def keep(self, id: str, kept: bool) -> None:
        """Raises RequestError for a run that has not ended, NotFoundError for none."""
        with self._lock:
            job = self.job(id)
            if not job.has_ended:
                raise RequestError("This run has not ended; wait for it.")
            write_job(self._runs / id, replace(job, kept=kept))

    def clean(self) -> None:
        """Remove what is over the limits."""
        with self._lock:
            housekeeping.clean(self._pictures, self._runs, self.jobs(), self._limits)

    def told_to_stop(self, id: str) -> bool:
        return (self._runs / id / STOP).exists()

    def _under_way(self) -> Job | None:
        return next((job for job in self.jobs() if job.state in ("starting", "running")), None)

    def follow(self) -> None:
        """See that a thread follows the runs while there are any that have not ended."""
        with self._lock:
            if self._closed or (self._follower is not None and self._follower.is_alive()):
                self._wake.set()
                return
            self._follower = threading.Thread(target=self._followed, name="runs", daemon=True)
            self._follower.start()

    def _followed(self) -> None:
        while not self._closed:
            with self._lock:
                try:
                    self._advance()
                except (BurinError, OSError):  # the next look may find it in order
                    logging.getLogger(__name__).exception("the runs cannot be followed")
                if all(job.has_ended for job in self.jobs()):
                    self._follower = None
                    return
            self._wake.wait(FOLLOW_S)
            self._wake.clear()

    def _advance(self) -> None:
        """Settle a run whose process is gone, and begin the next one. Called with the lock held."""
        job, code = self._under_way(), None
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                self._end_if_told_twice(self._begun)
                return
            job, self._process = self._found(self._begun), None
        elif job is not None and self._lives(job):
            self._end_if_told_twice(job.id)
            return
        if job is not None:
            job = self._found(job.id)  # it may have said how it ended just before it did
        if job is not None:
            if job.state == "starting" and not run_state.made_process(self._runs / job.id)[0]:
                self._settle(job, "queued", "")
            elif not job.has_ended:
                self._settle_dead(job, code)
            self.clean()
        if waiting := next((one for one in self.jobs() if one.state == "queued"), None):
            self._begin(waiting)

    def _found(self, id: str) -> Job | None:
        """None where somebody took the folder away."""
        try:
            return self.job(id)
        except NotFoundError:
            return None

    def _lives(self, job: Job) -> bool:
        """Of a run that another app began, whether or not its process has said that it runs."""
        if job.state != "starting":
            return job.lives
        pid, since = run_state.made_process(self._runs / job.id)
        return run_state.born(pid) == since if pid else _seconds_since(job.started) < START_S

    def _end_if_told_twice(self, id: str) -> None:
        told = run_state.stops(self._runs / id)
        if len(told) > 1 and _seconds_since(told[1]) > KILL_S:
            self._signal(id, signal.SIGKILL)

    def _begin(self, job: Job) -> None:
        run = self._runs / job.id
        try:
            write_job(run, replace(job, state="starting", started=run_state.now()))
            self._process = processes.begun(run, self._pictures / job.pictures, self._limits)
            self._begun = job.id
            with contextlib.suppress(OSError):  # then only its own word is to be had
                run_state.write_process(run, self._process.pid)
        except OSError as error:
            full = run_state.is_full(error)
            self._settle(job, "failed", run_state.FULL if full else f"It could not begin: {error.strerror}.")

    def _settle_dead(self, job: Job, code: int | None) -> None:
        """Say how a process ended that did not say so itself. code: it ended with, where that is known."""
        if self.told_to_stop(job.id):
            self._settle(job, "stopped", run_state.STOPPED_SAID)
        elif code == run_state.DISK_FULL or shutil.disk_usage(self._runs).free < housekeeping.FULL_BYTES:
            self._settle(job, "failed", run_state.FULL)
        else:
            how = f" (signal {-code})" if code is not None and code < 0 else ""
            why = "a restart of the machine, want of memory, or somebody's hand"
            self._settle(job, "failed", f"Its process was ended from outside{how}: {why}. Start it again.")

    def _settle(self, job: Job, state: Any, message: str) -> None:
        time = "" if state == "queued" else run_state.now()
        ended = replace(job, state=state, message=message, ended=time)
        try:
            write_job(self._runs / job.id, ended)
        except OSError:
            self._unwritten[job.id] = ended

    def _signal(self, id: str, number: int) -> None:
        """To the process of a run and to nobody else's."""
        if self._process is not None and self._begun == id:
            self._process.send_signal(number)
            return
        job = self.job(id)
        pid, since = job.pid, job.born
        if job.state == "starting":
            pid, since = run_state.made_process(self._runs / id)
        if pid and run_state.born(pid) == since:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _seconds_since(time: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds()
