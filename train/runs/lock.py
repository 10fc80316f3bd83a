"""A lock on a folder, for the threads of one process and for every process that works there."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

try:
    import fcntl
except ImportError:  # Windows has none: there it is for threads alone
    fcntl = None  # type: ignore[assignment]

NAME = "lock"


class FolderLock:
    """Entered by one thread of one process at a time, and by that thread as often as it likes. The system
    frees it when a process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._threads, self._depth = threading.RLock(), 0
        self._file: IO[str] | None = None

    def __enter__(self) -> None:
        self._threads.acquire()
        self._depth += 1
        if self._depth > 1 or fcntl is None:
            return
        # Where the folder cannot be written or locked (some network disks), the threads alone are kept apart.
        with contextlib.suppress(OSError):
            self._file = self._path.open("a", encoding="utf-8")
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if not self._depth and self._file is not None:
            self._file.close()
            self._file = None
        self._threads.release()
