"""Waiting for what must come, with an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

# Enough for a busy machine; on a quiet one nothing here takes a quarter of it.
WITHIN_S = 120.0
_Found = TypeVar("_Found")


def until(condition: Callable[[], _Found], within: float = WITHIN_S, what: str = "") -> _Found:
    """What the condition gives, once it gives something. Fails the test when that takes too long."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {within} s: {what or condition}"
        time.sleep(0.05)
    return found
