"""Keeps a running service at the newest good version of its collections, while people search.

A new version is fetched, verified, opened and asked the probe beside the one that serves; then one assignment
puts it in its place, and searches that run end on the old one. A version that does not come whole, does not
verify or answers the probe otherwise is kept out until the repository moves on, and that is said.

A bundle of this machine may take the place of what is followed, or a name of its own; it serves until it is
taken back, also after a restart where a file remembers it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub_assets import bundle as bundles
from hub_assets import fetch
from hub_assets.client import Hub, Kind
from hub_assets.pins import Pin
from retrieval import probe
from retrieval.collection import Collection
from retrieval.placed import Local, Placed
from retrieval.search import SearchService
from retrieval.types import BundleError, HubError

log = logging.getLogger(__name__)

POLL_S = 300.0
# A Hub that is slow or gone keeps nobody waiting longer at the start.
START_WITHIN_S = 10.0
# A poll that many times without an answer from the Hub is told.
PATIENCE = 3


@dataclass(frozen=True)
class Standing:
    """What is known of a pin. refused, reason: the dataset commit that is kept out, and why; "" for none.
    problem: what the Hub last said instead of an answer. failures: how often in a row. checked: when it last
    answered."""

    refused: str = ""
    reason: str = ""
    problem: str = ""
    failures: int = 0
    checked: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "refused": {"revision": self.refused, "reason": self.reason} if self.refused else None,
            "problem": self.problem or None,
            "checked": self.checked.isoformat(timespec="seconds") if self.checked else None,
        }


class Live:
    """The service and what its collections follow. One thread looks; any may wake it."""

    def __init__(
        self,
        opened_from: Mapping[str, Pin | Path],
        hub: Hub | None = None,
        poll_s: float = POLL_S,
        remembers: Path | None = None,
    ) -> None:
        """opened_from: name -> Hub pin, or folder of a bundle. hub: needed where there is a pin. remembers: a
        file that keeps which bundles of this machine serve. Raises ValueError for a poll below a second."""
        if not poll_s >= 1.0:
            raise ValueError(f"the Hub is asked every {poll_s} s; wanted: a second or more")
        self.service = SearchService({}, self.notices)
        self._opened_from, self._poll_s = dict(opened_from), poll_s
        self.pins = {name: one for name, one in opened_from.items() if isinstance(one, Pin)}
        self._hub = hub or (Hub() if self.pins else None)
        self._standings = {name: Standing() for name in self.pins}
        self._checking = {name: threading.Lock() for name in self.pins}
        self._placing = threading.Lock()
        self._woken, self._stopped = threading.Event(), threading.Event()
        self._due: set[str] = set()
        self._brought: set[tuple[Kind, str, str]] = set()
        self._placed = Placed(remembers)

    def open(self, within_s: float = START_WITHIN_S) -> SearchService:
        """Open every collection: what an earlier start had of its pin and the cache still holds, without a
        request; otherwise from the Hub; after `within_s` the embedded starter of that name, until the Hub has
        answered. Raises BundleError for a folder that does not verify, or when nothing at all can be opened.
        """
        for name, where in self._opened_from.items():
            if isinstance(where, Path):
                starter = where.parent == bundles.STARTERS
                self._place(name, Collection.open(where, "starter" if starter else "folder"))
        cold = [name for name in self.pins if not self._open_cached(name)]
        looks = [threading.Thread(target=self.check, args=(name,), daemon=True) for name in cold]
        for look in looks:
            look.start()
        deadline = time.monotonic() + within_s
        for look in looks:
            look.join(max(0.0, deadline - time.monotonic()))
        starters = bundles.starters()
        for name in cold:
            if name not in self.service.collections and name in starters:
                self._place(name, Collection.open(starters[name], "starter"), only_if_none=True)
        if not self.service.collections:
            for name, folder in starters.items():  # better than a page that cannot be shown
                self._place(name, Collection.open(folder, "starter"), only_if_none=True)
        for name, local, collection in self._placed.remembered():
            with self._placing:
                self._serve_local(name, local, collection)
        return self.service

    def place_local(self, name: str, folder: Path, version: str) -> None:
        """Serve a bundle of this machine under a name, at once and until `take_back`; what is followed waits
        behind it. version: what it is called, no two of one name alike. Raises BundleError for one that does
        not verify, and then nothing has changed."""
        local = Local(folder, version)
        collection = local.open()
        with self._placing:
            self._serve_local(name, local, collection)
            self._placed.remember()

    def take_back(self, name: str) -> Local | None:
        """Serve again what served before the bundle of this machine that serves, which is returned; a name
        that was new is served no more. None where no such bundle serves. Raises BundleError where the one
        before does not open any more. Where it raises or returns None nothing has changed."""
        with self._placing:
            if name not in self._placed:
                return None
            below = self._placed.below(name)
            taken = self._placed.pop(name)
            if below is None:
                self.service.remove(name)
            else:
                self.service.place(name, below, order=tuple(self._opened_from))
            self._placed.remember()
        return taken

    def placed(self) -> dict[str, tuple[Local, ...]]:
        """By name, the bundles of this machine that were placed and not taken back; the last one serves."""
        return self._placed.stacks()

    def _serve_local(self, name: str, local: Local, collection: Collection) -> None:
        self._placed.push(name, local, self.service.collections.get(name))
        self.service.place(name, collection, order=tuple(self._opened_from))

    def _open_cached(self, name: str) -> bool:
        pin = self.pins[name]
        commit = fetch.last_good(self._hub, pin)
        folder = fetch.cached(self._hub, pin.repository, commit) if commit else None
        if folder is None:
            return False
        try:
            self._place(name, self._opened(pin, commit, folder, "cache"))
        except BundleError as error:
            log.warning("%s: what the cache holds of %s is left aside: %s", name, pin, error)
            return False
        return True

    def follow(self) -> None:
        """Look for new versions from now on, in a thread of its own, the first time at once."""
        if any(not pin.fixed for pin in self.pins.values()) or self._arriving():
            threading.Thread(target=self._follow, name="burin-live", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._woken.set()

    def wake(self, repository: str) -> list[str]:
        """Look at once at the collections of a repository, dataset or model. Returns their names; none for a
        repository that nothing here follows."""
        names = [
            name
            for name, pin in self.pins.items()
            if repository == pin.repository or repository == self._model_of(name)
        ]
        with self._placing:
            self._due.update(names)
        if names:
            self._woken.set()
        return names

    def check(self, name: str) -> None:
        """Look at one pin, and put a newer version that is good into its place. Nothing is raised: what went
        wrong is in `standings`."""
        pin = self.pins[name]
        with self._checking[name]:
            commit = ""
            try:
                commit = fetch.resolve(self._hub, pin)
                standing = replace(self._standings[name], problem="", failures=0, checked=datetime.now(UTC))
                if commit == self._serving(name):
                    standing = replace(standing, refused="", reason="")
                elif commit != standing.refused:
                    self._bring(pin, commit)
                    standing = replace(standing, refused="", reason="")
            except HubError as error:
                log.warning("%s: %s", name, error)
                before = self._standings[name]
                standing = replace(before, problem=str(error), failures=before.failures + 1)
            except BundleError as error:
                log.warning("%s: %s of %s is refused: %s", name, commit[:8], pin.repository, error)
                standing = replace(standing, refused=commit, reason=str(error))
            except Exception:
                # Whatever a stranger's files make a library do, the version that serves goes on.
                log.exception("%s: %s of %s does not open", name, commit[:8], pin.repository)
                reason = "It does not open here; the log says why."
                standing = replace(self._standings[name], refused=commit, reason=reason)
            self._standings[name] = standing

    def standings(self) -> dict[str, Standing]:
        """Per pinned collection, what is known of its pin."""
        return dict(self._standings)

    def notices(self) -> dict[str, str]:
        """Per pinned collection, a sentence where something is not as it was meant."""
        said = {}
        for name, standing in self._standings.items():
            here = self._followed(name)
            if standing.refused:
                said[name] = f"Version {standing.refused[:8]} is kept out: {standing.reason}"
            elif here is None:
                said[name] = (
                    f"The collection {name!r} has not come from the Hub yet. {standing.problem}".strip()
                )
            elif here.source == "starter":
                said[name] = f"The embedded collection answers until the Hub does. {standing.problem}".strip()
            elif standing.failures >= PATIENCE:
                said[name] = f"The Hub shows no newer version: {standing.problem}"
        return said

    def _follow(self) -> None:
        while not self._stopped.is_set():
            with self._placing:
                due = self._due or {
                    n for n, pin in self.pins.items() if not pin.fixed or n in self._arriving()
                }
                self._due = set()
            self._woken.clear()
            for name in due:
                if not self._stopped.is_set():
                    self.check(name)
            with self._placing:
                waiting = bool(self._due)
            if not waiting:
                self._woken.wait(self._poll_s)

    def _arriving(self) -> set[str]:
        """The pins that nothing of the Hub serves yet."""
        return {name for name in self.pins if not self._serving(name)}

    def _followed(self, name: str) -> Collection | None:
        """What is open of a pin, whether it serves or a bundle of this machine does in its place."""
        return self._placed.before.get(name) if name in self._placed else self.service.collections.get(name)

    def _serving(self, name: str) -> str:
        here = self._followed(name)
        return here.revision if here is not None else ""

    def _model_of(self, name: str) -> str:
        here = self._followed(name)
        return here.model_repository if here is not None else ""

    def _bring(self, pin: Pin, commit: str) -> None:
        """Fetch, verify, open, probe, place. Raises HubError or BundleError, and then nothing has changed."""
        folder = fetch.fetch(self._hub, pin.repository, commit)
        self._place(pin.name, self._opened(pin, commit, folder, "hub"))
        fetch.remember(self._hub, pin, commit)
        here = self._followed(pin.name)
        with self._placing:
            self._brought.add(("dataset", here.repository, here.revision))
            self._brought.add(("model", here.model_repository, here.model_revision))
            self._tidy()

    def _tidy(self) -> None:
        """Drop from the cache what was brought here and is served no more: a version a week fills a disk."""
        behind = [one for one in self._placed.before.values() if one is not None]
        known = [*self.service.collections.values(), *self.service.replaced(), *behind]
        used = {("dataset", one.repository, one.revision) for one in known}
        used |= {("model", one.model_repository, one.model_revision) for one in known}
        for brought in self._brought - used:
            self._hub.forget(*brought)
        self._brought &= used

    def _opened(self, pin: Pin, commit: str, folder: Path, source: str) -> Collection:
        collection = Collection(folder, source)
        probe.check(collection)
        collection.repository, collection.revision = pin.repository, commit
        return collection

    def _place(self, name: str, collection: Collection, only_if_none: bool = False) -> None:
        with self._placing:
            if only_if_none and name in self.service.collections:
                return
            if name in self._placed:  # it serves when the bundle of this machine is taken back
                self._placed.before[name] = collection
                return
            self.service.place(name, collection, order=tuple(self._opened_from))
