"""Ending a run early, so that what it learnt is kept: SIGTERM once asks for it, twice ends the process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Whether a run is to end now.
Stop = Callable[[], bool]


class Ended(BaseException):
    """A second SIGTERM: what runs is to end at once, without finishing anything."""


def never() -> bool:
    return False


@contextmanager
def stop_on_sigterm(twice: Stop = never) -> Iterator[Stop]:
    """A function that says whether SIGTERM has come; a second one raises Ended in the block.

    twice: whether the second is meant already; two that come at once are one to the system. Outside the main
    thread, where no signal can be caught, it never stops.
    """
    seen = threading.Event()

    def come(number: int, frame: FrameType | None) -> None:
        if seen.is_set() or twice():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what tidies up now is not to be ended too
            raise Ended
        seen.set()

    if threading.current_thread() is not threading.main_thread():
        yield never
        return
    before = signal.signal(signal.SIGTERM, come)
    try:
        yield seen.is_set
    finally:
        signal.signal(signal.SIGTERM, before)
