"""Which collections a copy of the app opens, and from where: COLLECTIONS, read once at the door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub_assets import bundle
from retrieval.types import BundleError, NotFoundError

# A branch, which the app follows, a tag, or the 40 hex digits of a commit, which never change.
FOLLOWED = "main"
COLLECTION = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
# As the Hub names them.
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9_][\w.-]{0,95}")
REVISION = re.compile(r"[A-Za-z0-9][\w./-]{0,99}")
COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Pin:
    """A collection on the Hub: its name here, its dataset repository, and the branch, tag or commit of it.

    The dataset revision is all that is pinned: its manifest names the model."""

    name: str
    repository: str
    revision: str = FOLLOWED

    def __post_init__(self) -> None:
        """Raises BundleError for what no repository or revision is called."""
        if not REPOSITORY.fullmatch(self.repository) or ".." in self.repository:
            raise BundleError(f"{self.repository!r} is no dataset repository; wanted: owner/name.")
        if not REVISION.fullmatch(self.revision) or ".." in self.revision:
            raise BundleError(
                f"{self.revision!r} is no revision; wanted: a branch, a tag as v3, or a commit."
            )

    @property
    def fixed(self) -> bool:
        """Whether it can never mean anything else: a whole commit SHA."""
        return bool(COMMIT.fullmatch(self.revision))

    def __str__(self) -> str:
        return f"{self.repository}@{self.revision}"


def parse(text: str) -> dict[str, Pin | Path]:
    """COLLECTIONS as name -> what it is opened from, in the order written.

    text: entries between commas or line ends. `recipes` is the embedded starter of that name,
    `mine=owner/mine` a dataset repository of the Hub, followed on its main branch, `mine=owner/mine@v3` one
    revision of it, `mine=./bundles/mine` a bundle folder, and `./bundles/` every bundle in a folder,
    or the bundle that it is.
    Raises BundleError with the entry that is none of these, NotFoundError for a starter that there is not.
    """
    found: dict[str, Pin | Path] = {}
    for entry in filter(None, (part.strip() for part in re.split(r"[,\n]", text))):
        for name, opened in _entry(entry).items():
            if name in found:
                raise BundleError(f"COLLECTIONS names {name!r} twice; give one of them another name.")
            found[name] = opened
    if not found:
        raise BundleError(
            'COLLECTIONS names no collection; wanted: "name=owner/name@v3, ...", or nothing at all for the '
            "embedded ones."
        )
    return found


def _entry(entry: str) -> Mapping[str, Pin | Path]:
    name, equals, where = (part.strip() for part in entry.partition("="))
    if not equals:
        if _is_path(name):
            if bundle.is_bundle(Path(name)):
                return {Path(name).resolve().name: Path(name)}
            inside = bundle.within(Path(name))
            if not inside:
                raise BundleError(f"COLLECTIONS: the folder {name!r} holds no bundle folder.")
            return inside
        if name not in bundle.starters():
            raise NotFoundError(
                f"COLLECTIONS: there is no starter {name!r}; wanted: {', '.join(bundle.starters())}, or "
                f'"{name}=owner/name".'
            )
        return {name: bundle.starters()[name]}
    if not COLLECTION.fullmatch(name):
        raise BundleError(
            f"COLLECTIONS: {name!r} is no name; wanted: small letters, digits, - and _, 40 at most."
        )
    if _is_path(where):
        return {name: Path(where)}
    repository, at, revision = where.partition("@")
    try:
        return {name: Pin(name, repository, revision if at else FOLLOWED)}
    except BundleError as error:
        raise BundleError(f"COLLECTIONS, {name}: {error}") from None


def _is_path(text: str) -> bool:
    """A path says that it is one, as in a shell; otherwise owner/name would be a folder by chance."""
    return text.startswith(("/", "./", "../", "~")) or (bool(text) and Path(text).is_absolute())
