"""What the runs of the page take of the disk, and what of it goes when it is too much."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from train.runs.intake import Limits
from train.runs.state import Job

# Never taken of a disk, for whatever else lives on it; less than FULL_BYTES is a full one.
SPARED_BYTES, FULL_BYTES = 200_000_000, 1_000_000
# With less than this to write to nothing is begun: a run of few pictures takes 60 MB.
LEAST_BYTES = 100_000_000
# What was left half written by a process that is gone.
_HALF_HOURS = 2.0


def used(folder: Path) -> int:
    """Bytes of every file below."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # it was there a moment ago
                total += Path(place, name).lstat().st_size
    return total


def removed(folder: Path) -> None:
    """Take a folder away, renamed first, so that nobody finds half of it."""
    aside = folder.with_name(f".{folder.name}.gone")
    with contextlib.suppress(OSError):
        folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def clean(pictures: Path, runs: Path, jobs: Sequence[Job], limits: Limits) -> None:
    """Remove runs that ended beyond `kept`, pictures that nobody used for `unused_hours`, halves of what was
    never finished; then, while all of it is above `disk_bytes`, the oldest run that ended, with its pictures.

    jobs: every run in the order they were made. What waits, runs or is kept stays, and so do its pictures."""
    _halves(pictures, runs)
    old = [job for job in jobs if job.has_ended and not job.kept]
    gone: set[str] = set()
    for job in old[: max(0, len(old) - limits.kept)]:
        removed(runs / job.id)
        gone.add(job.id)
    left = [job for job in jobs if job.id not in gone]
    _unused(pictures, left, limits.unused_hours)
    sizes = {folder: used(folder) for parent in (pictures, runs) for folder in parent.glob("*-*-*")}
    total = sum(sizes.values())
    old = [job for job in left if job.has_ended and not job.kept]
    while old and total > limits.disk_bytes:
        job = old.pop(0)
        left.remove(job)
        going = [runs / job.id]
        if job.pictures and job.pictures not in {one.pictures for one in left}:
            going.append(pictures / job.pictures)
        for folder in going:
            total -= sizes.get(folder, 0)
            removed(folder)
    if total > limits.disk_bytes:
        _unused(pictures, left, 0.0)


def _unused(pictures: Path, jobs: Sequence[Job], hours: float) -> None:
    """Remove the pictures of no run that were handed in so long ago."""
    needed = {job.pictures for job in jobs}
    for folder in pictures.glob("*-*-*"):
        if folder.name not in needed and _hours(folder) > hours:
            removed(folder)


def _halves(*parents: Path) -> None:
    for parent in parents:
        for folder in parent.glob(".*"):
            if folder.name.endswith(".gone") or (
                folder.name.endswith(".part") and _hours(folder) > _HALF_HOURS
            ):
                shutil.rmtree(folder, ignore_errors=True)


def _hours(folder: Path) -> float:
    """Since something was last put into the folder."""
    try:
        return (time.time() - folder.stat().st_mtime) / 3600
    except OSError:
        return 0.0
