"""Where a job stands, on disk: <run>/job.json, written whole or not at all; and whether its process lives.

One writes at a time: the app until the process starts, the process while it lives, the app when it is dead.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from train.beside import write_file
from train.config import read_object

JOB, EVENTS, LOG, STOP = "job.json", "events.jsonl", "log.txt", "stop"
# What the app wrote of the process that it made, until that says it itself.
PROCESS = "process"
REPORT, FIGURES, BUNDLE = "report", "report/figures.json", "bundle"

# What the process of a job ends with; a disk that is full may leave nothing else to say it by.
FINISHED, FAILED, DISK_FULL, STOPPED = 0, 1, errno.ENOSPC, 143
FULL = "The disk is full. Remove old runs or pictures, then start again."
STOPPED_SAID = "It was stopped; nothing was exported."

# "starting": its process is made and has not yet said that it runs.
JobState = Literal["queued", "starting", "running", "finished", "stopped", "failed"]
JOB_STATES: tuple[str, ...] = get_args(JobState)
ENDED: tuple[str, ...] = ("finished", "stopped", "failed")
JobStep = Literal["", "fit", "evaluate", "errors", "export"]
JOB_STEPS: tuple[str, ...] = get_args(JobStep)


@dataclass(frozen=True)
class Job:
    """A run from pictures to a bundle. pictures: id of what was handed in. made, started, ended: ISO 8601,
    UTC, "" before that. message: one sentence for people. early: whether it was stopped and kept what it had.
    pid, born: its process and when that began, by `born`. kept: never cleaned away. seconds: each step took.
    threads: of its process."""

    id: str
    collection: str
    variant: str = ""
    owner: str = ""
    pictures: str = ""
    state: JobState = "queued"
    step: JobStep = ""
    made: str = ""
    started: str = ""
    ended: str = ""
    message: str = ""
    early: bool = False
    pid: int = 0
    born: str = ""
    kept: bool = False
    seconds: Mapping[str, float] = field(default_factory=dict)
    threads: int = 1

    def __post_init__(self) -> None:
        """Raises ValueError for a state or a step that is none."""
        if self.state not in JOB_STATES or self.step not in JOB_STEPS:
            raise ValueError(
                f"a job is {self.state!r} at {self.step!r}; wanted: one of {', '.join(JOB_STATES)}"
            )

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def lives(self) -> bool:
        """Whether the process that it names is there, and the same one."""
        return bool(self.pid and self.born) and born(self.pid) == self.born


def read_job(run: Path) -> Job:
    """Raises ValueError for a folder whose job.json is none, OSError where there is none."""
    values = read_object(run / JOB, "where a run stands")
    known = {entry.name for entry in fields(Job)}
    try:
        return Job(**{name: value for name, value in values.items() if name in known})
    except TypeError as error:
        raise ValueError(f"{run / JOB} is of no run: {error}") from None


def write_job(run: Path, job: Job) -> None:
    """Raises OSError where the disk is full; what was there stays."""
    write_file(run / JOB, json.dumps(asdict(job), ensure_ascii=False, indent=1).encode("utf-8", "replace"))


def write_process(run: Path, pid: int) -> None:
    write_file(run / PROCESS, f"{pid} {born(pid)}".encode())


def made_process(run: Path) -> tuple[int, str]:
    """The number of the process that was made for a run, and when that began; (0, "") where none was."""
    try:
        pid, _, since = (run / PROCESS).read_text(encoding="utf-8").partition(" ")
        return int(pid), since
    except (OSError, ValueError):
        return 0, ""


def stops(run: Path) -> list[str]:
    """When the run was told to end, each time, ISO 8601, UTC."""
    try:
        return (run / STOP).read_text(encoding="utf-8").split()
    except OSError:
        return []


def is_full(error: BaseException) -> bool:
    """Whether a disk, or what is allowed of it, was full; also where another error was made of that one."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def born(pid: int) -> str:
    """When the process of this number began, as text that no other of that number ever has; "" where there
    is none, or it has ended and only waits to be asked how."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The name, in brackets, may hold anything; 22 fields in all up to the start time.
            state, *rest = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except (OSError, ValueError):
            return ""
        boot = ""
        with contextlib.suppress(OSError):
            boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return "" if state in "ZX" else f"{boot}/{rest[18]}"
    told = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LC_ALL": "C"},
    ).stdout.split(maxsplit=1)
    return "" if len(told) < 2 or told[0].startswith("Z") else told[1].strip()
