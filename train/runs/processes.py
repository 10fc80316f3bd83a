"""Processes of `python -m train` that the page asks for: with few threads, low priority, and no secrets."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from train.runs.intake import Limits
from train.runs.state import FULL, LOG

CODE = Path(__file__).resolve().parents[2]
ZIP_FLAGS = ("zip_files", "zip_bytes", "zip_ratio")
# A zip of the most files there may be is unpacked, or looked at, in less.
WITHIN_S = 1800.0
# What takes threads, each by its own name.
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
# What a process that only reads pictures and computes has no use for.
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|KEY|USERS", re.IGNORECASE)


class VerbError(Exception):
    """What a verb ended with, as a sentence for people."""


def environment(threads: int) -> dict[str, str]:
    """Of a process: that of the app, without its secrets."""
    kept = {name: value for name, value in os.environ.items() if not _SECRET.search(name)}
    return kept | dict.fromkeys(_THREADS, str(threads)) | {"PYTHONUNBUFFERED": "1"}


def begun(run: Path, data: Path, limits: Limits) -> subprocess.Popen[bytes]:
    """The process of a run, in a session of its own, so that it outlives this one. It says how it goes in
    the run's folder. data: the folder of its pictures. Raises OSError where it cannot be made."""
    with (run / LOG).open("ab") as log:
        return subprocess.Popen(
            [*_python(limits), "--data", str(data), "job", str(run)],
            cwd=CODE,
            env=environment(limits.threads),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def asked(arguments: Sequence[str], limits: Limits) -> None:
    """Run a verb to its end. Raises VerbError with its sentence where it failed."""
    try:
        done = subprocess.run(
            [*_python(limits), *arguments],
            cwd=CODE,
            env=environment(limits.threads),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise VerbError(f"It took more than {WITHIN_S / 60:.0f} minutes; take fewer pictures.") from None
    if not done.returncode:
        return
    said = [line.partition("error: ")[2] for line in done.stderr.splitlines() if line.startswith("error: ")]
    if not said:
        how = f"signal {-done.returncode}" if done.returncode < 0 else f"code {done.returncode}"
        raise VerbError(f"The process that looked at the pictures ended with {how}; try fewer of them.")
    if os.strerror(errno.ENOSPC) in said[-1]:
        raise VerbError(FULL)
    raise VerbError(said[-1][:1].upper() + said[-1][1:].rstrip(".") + ".")


def _python(limits: Limits) -> list[str]:
    given = ("--threads", str(limits.threads), "--nice", str(limits.nice))
    return [sys.executable, "-m", "train", *given]
