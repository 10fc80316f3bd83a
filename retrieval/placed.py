"""Bundles of this machine that were put in the place of what is followed: by name a stack, kept in a file."""

from __future__ import annotations

import contextlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path

from retrieval.collection import Collection
from retrieval.types import BundleError

log = logging.getLogger(__name__)

# Bundles of this machine that one name can be taken back through.
KEPT = 3


@dataclass(frozen=True)
class Local:
    """A bundle of this machine. version: what it is called, in place of its manifest's; no two of one name
    share it, since pictures are cached by it."""

    folder: Path
    version: str

    def open(self) -> Collection:
        """Raises BundleError for a folder that does not verify."""
        collection = Collection(self.folder, "run")
        collection.version = self.version
        return collection


class Placed:
    """Which of them serve; of each name the last one does. Not safe to share between threads: who places has
    a lock. before: by name, what served before the first of them, None for a name that was new."""

    def __init__(self, remembers: Path | None = None) -> None:
        """remembers: a file that keeps them, for the next start."""
        self._remembers = remembers
        self._stacks: dict[str, tuple[Local, ...]] = {}
        self.before: dict[str, Collection | None] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._stacks

    def stacks(self) -> dict[str, tuple[Local, ...]]:
        return dict(self._stacks)

    def push(self, name: str, local: Local, before: Collection | None) -> None:
        """before: what serves now, which counts where nothing of this machine does."""
        if name not in self._stacks:
            self.before[name] = before
        self._stacks[name] = (*self._stacks.get(name, ()), local)[-KEPT:]

    def below(self, name: str) -> Collection | None:
        """What serves when the last one is taken away; None for nothing. Raises BundleError where that does
        not open any more, and KeyError for a name without any."""
        stack = self._stacks[name]
        return stack[-2].open() if len(stack) > 1 else self.before[name]

    def pop(self, name: str) -> Local:
        *left, last = self._stacks[name]
        if left:
            self._stacks[name] = tuple(left)
        else:
            del self._stacks[name], self.before[name]
        return last

    def remember(self) -> None:
        """A disk that takes nothing more costs only what serves after the next start."""
        if self._remembers is None:
            return
        kept = {
            name: [{"folder": str(one.folder), "version": one.version} for one in stack]
            for name, stack in self._stacks.items()
        }
        with contextlib.suppress(OSError):
            self._remembers.parent.mkdir(parents=True, exist_ok=True)
            beside = self._remembers.with_suffix(".part")
            beside.write_text(json.dumps(kept, indent=1), encoding="utf-8")
            beside.replace(self._remembers)

    def remembered(self) -> list[tuple[str, Local, Collection]]:
        """Those that served when the app last ran, opened, in their order. One that is gone or altered is
        left out, and those below it serve."""
        if self._remembers is None:
            return []
        try:
            kept = json.loads(self._remembers.read_text(encoding="utf-8"))
            named = [
                (str(name), Local(Path(one["folder"]), str(one["version"])))
                for name, stack in kept.items()
                for one in stack
            ]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return []
        opened = []
        for name, local in named:
            try:
                opened.append((name, local, local.open()))
            except BundleError as error:
                log.warning("%s: %s of this machine is left out: %s", name, local.version, error)
        return opened
