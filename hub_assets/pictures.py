"""Class folders of pictures as a private data set of the Hub, in ImageFolder's layout, for a job to read."""

from __future__ import annotations

from pathlib import Path

from hub_assets.client import Hub
from hub_assets.pins import FOLLOWED, REPOSITORY
from retrieval.types import BundleError, HubError

# In the card of a data set that we made, and whose pictures we may replace.
MARK = "<!-- burin: pictures handed in to learn from -->"
# Class folders may be called `test`: without this, `datasets` would take them for a split.
CARD = f"""---
configs:
- config_name: default
  data_files:
  - split: train
    path: data/**
tags:
- image-folder
---
{MARK}

# Pictures to learn from

One folder for each label, below `data/`. Put here by Burin for a training job.
"""


def push_pictures(hub: Hub, folder: Path, repository: str) -> str:
    """Push `folder`/<class>/<picture> to a data set, made private where there is none, in one commit; what it
    held of another push goes. Returns the commit, main's where nothing changed.

    Raises BundleError for a name that is none, HubError for a data set that holds something else, and for
    what the Hub says."""
    if not REPOSITORY.fullmatch(repository):
        raise BundleError(f"{repository!r} is no repository; wanted: owner/name.")
    files: dict[str, bytes | Path] = {
        f"data/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.glob("*/*"))
        if path.is_file()
    }
    hub.create("dataset", repository, private=True)
    if not hub.is_private("dataset", repository):
        raise HubError(f"{repository} is public, and others would see the pictures; name another data set.")
    head = hub.resolve("dataset", repository, FOLLOWED)
    there = hub.names("dataset", repository, head, below=True)
    if set(there) - {".gitattributes"} and not _is_ours(hub, repository, head):
        raise HubError(f"{repository} holds something else already; name another data set.")
    stale = [name for name in there if name.startswith("data/") and name not in files]
    files["README.md"] = CARD.encode()
    return hub.commit("dataset", repository, f"{len(files) - 1:,} pictures", files, head, stale)


def _is_ours(hub: Hub, repository: str, commit: str) -> bool:
    card = hub.file("dataset", repository, commit, "README.md")
    return card is not None and MARK in card.read_text(encoding="utf-8", errors="replace")
