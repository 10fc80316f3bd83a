"""What takes longer than a question may wait: started, and asked for until it is done."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from retrieval.types import BusyError, NotFoundError

log = logging.getLogger(__name__)

# Done at a time, and waiting.
AT_ONCE, MOST_WAITING = 1, 8
# How long an answer is kept for who asked for it, and how many at most.
KEPT_S, KEPT = 3600.0, 16


@dataclass
class _Task:
    future: Future[dict[str, Any]]
    owner: str
    made: float = field(default_factory=time.monotonic)


class Background:
    """Tasks of one kind, a few at a time, each told only to who started it. Safe to share between threads."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="burin-training")
        self._tasks: dict[str, _Task] = {}
        self._lock = threading.Lock()

    def start(self, owner: str, work: Callable[[], dict[str, Any]]) -> str:
        """Returns the id to ask by. Raises BusyError when too many wait."""
        with self._lock:
            done = [id for id, task in self._tasks.items() if task.future.done()]
            for place, id in enumerate(reversed(done)):
                if place >= KEPT or time.monotonic() - self._tasks[id].made > KEPT_S:
                    del self._tasks[id]
            if sum(not task.future.done() for task in self._tasks.values()) >= MOST_WAITING:
                raise BusyError("Too many pictures are being looked at. Try again in a moment.")
            id = secrets.token_hex(8)
            self._tasks[id] = _Task(self._pool.submit(work), owner)
            return id

    def result(self, id: Any, owner: str) -> dict[str, Any] | None:
        """What the work returned; None while it is under way. Raises what it raised, and NotFoundError for
        an id that is none of this owner's."""
        task = self._tasks.get(str(id))
        if task is None or task.owner != owner:
            raise NotFoundError("That is not known here any more; begin again.")
        return task.future.result() if task.future.done() else None
