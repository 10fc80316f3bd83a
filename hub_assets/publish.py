"""A bundle as a version on the Hub: pushed whole or not at all, listed, and gone back to.

The model goes first, in one commit; then the dataset, in one, whose manifest names that commit. A reader
follows the dataset alone, so that a push that breaks anywhere leaves it on the version before; pushed again
it goes on where it was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hub_assets import bundle, hub_cards
from hub_assets.bundle import Bundle, Manifest
from hub_assets.client import Hub, Kind
from hub_assets.pins import FOLLOWED, REPOSITORY
from retrieval.types import BundleError, HubError

VERSION = re.compile(r"v[0-9]{1,6}(\.[0-9]{1,6}){0,2}")
# Of the files of a bundle's model/, what is pushed; a hand-made folder may hold more.
MODEL_FILES = (
    *(bundle.ENCODER, bundle.SEGMENTER),
    "encoder.safetensors",
    "segmenter.safetensors",
    "config.json",
)


@dataclass(frozen=True)
class Published:
    """Where a version lies: repositories and the commits that carry its tag."""

    model: str
    model_commit: str
    dataset: str
    dataset_commit: str
    version: str


@dataclass(frozen=True)
class Version:
    """One version of a collection: its tag, the dataset commit, when that was made, and its manifest; None
    for one that this Burin cannot read, with the reason."""

    name: str
    commit: str
    made: datetime | None
    manifest: Manifest | None
    reason: str = ""


def push(
    hub: Hub,
    folder: Path,
    model: str,
    dataset: str,
    version: str,
    private: bool | None = None,
    probe: Mapping[str, Any] | None = None,
    progress: bool = False,
) -> Published:
    """Push a bundle folder as `version` to two repositories, made where they are not there yet.

    private: of repositories that are made; None leaves it to the account. probe: what the opened bundle
    answered to the known picture (retrieval/probe.py), kept in the manifest. progress: bars on stderr.
    Raises BundleError for a folder that does not verify, or names that are none; HubError for what the Hub
    says, and for a version that is there already with other content."""
    check_names(model, dataset, version)
    opened = bundle.read(folder)
    hub.create("model", model, private)
    hub.create("dataset", dataset, private)
    model_commit = _push_model(hub, opened, model, dataset, version, progress)
    tagged = replace(
        opened.manifest,
        version=version,
        model_repository=model,
        model_revision=model_commit,
        probe=dict(probe if probe is not None else opened.manifest.probe),
    )
    dataset_commit = _push_dataset(hub, replace(opened, manifest=tagged), dataset, model, progress)
    return Published(model, model_commit, dataset, dataset_commit, version)


def versions(hub: Hub, dataset: str) -> list[Version]:
    """Every tag that is a version, the newest first."""
    found = []
    for tag in hub.tags("dataset", dataset):
        if VERSION.fullmatch(tag.name):
            manifest, reason = None, ""
            try:
                manifest = _manifest(hub, dataset, tag.commit)
            except BundleError as error:
                reason = str(error)
            found.append(Version(tag.name, tag.commit, tag.made, manifest, reason))
    return found


def rollback(hub: Hub, dataset: str, version: str) -> str:
    """Put the files of a version on main again, in one commit: every copy that follows main has it at its
    next look. The versions after it keep their tags. Returns the new commit, or main's where it is that
    version. Raises HubError for a version that is not there."""
    tags = {tag.name: tag.commit for tag in hub.tags("dataset", dataset)}
    if version not in tags:
        there = ", ".join(name for name in tags if VERSION.fullmatch(name)) or "none"
        raise HubError(f"{dataset} has no version {version!r}; wanted: {there}.")
    head = hub.resolve("dataset", dataset, FOLLOWED)
    if head == tags[version]:
        return head
    _manifest(hub, dataset, tags[version])  # one that cannot be read is no version to go back to
    folder = hub.download("dataset", dataset, tags[version])
    files = {path.name: path.resolve() for path in sorted(folder.iterdir())}
    stale = [name for name in hub.names("dataset", dataset, head) if _ours(name) and name not in files]
    return hub.commit("dataset", dataset, f"Back to {version}", files, head, stale)


def version_of(hub: Hub, dataset: str, commit: str) -> str:
    """The version that the manifest of a commit says it is. Raises BundleError for one without."""
    return _manifest(hub, dataset, commit).version


def check_names(model: str, dataset: str, version: str) -> None:
    for name in (model, dataset):
        if not REPOSITORY.fullmatch(name):
            raise BundleError(f"{name!r} is no repository; wanted: owner/name.")
    if not VERSION.fullmatch(version):
        raise BundleError(f"{version!r} is no version; wanted: v and a number, as v3 or v3.1.")


def _push_model(hub: Hub, opened: Bundle, model: str, dataset: str, version: str, progress: bool) -> str:
    """Returns the commit that carries the tag."""
    source = opened.folder / "model"
    files: dict[str, bytes | Path] = {name: source / name for name in MODEL_FILES if (source / name).exists()}
    tags = {tag.name: tag.commit for tag in hub.tags("model", model)}
    if version in tags:
        # An earlier push came this far; what it left has to be what is pushed now.
        _same_model(hub, opened, model, tags[version], version)
        return tags[version]
    head = hub.resolve("model", model, FOLLOWED)
    card = hub_cards.model_card(opened, dataset, _card(hub, "model", model, head))
    files["README.md"] = card.encode()
    stale = [name for name in hub.names("model", model, head) if name in MODEL_FILES and name not in files]
    commit = hub.commit(
        "model", model, f"{version}: {opened.manifest.titles['en']}", files, head, stale, progress
    )
    hub.tag("model", model, version, commit)
    return commit


def _same_model(hub: Hub, opened: Bundle, model: str, commit: str, version: str) -> None:
    folder = hub.download("model", model, commit)
    for name in (bundle.ENCODER, bundle.SEGMENTER, "config.json"):
        ours, theirs = opened.folder / "model" / name, folder / name
        if ours.exists() != theirs.exists() or (
            ours.exists() and bundle.sha256(ours) != bundle.sha256(theirs)
        ):
            raise HubError(f"{model} has a {version} already, with another {name}; push as the next version.")


def _push_dataset(hub: Hub, opened: Bundle, dataset: str, model: str, progress: bool) -> str:
    """Returns the commit that carries the tag."""
    version = opened.manifest.version
    tags = {tag.name: tag.commit for tag in hub.tags("dataset", dataset)}
    head = tags.get(version) or hub.resolve("dataset", dataset, FOLLOWED)
    card = hub_cards.dataset_card(opened, model, _card(hub, "dataset", dataset, head)).encode()
    checksums = {name: value for name, value in opened.manifest.files.items() if name.endswith(".parquet")}
    checksums["README.md"] = hashlib.sha256(card).hexdigest()
    manifest = replace(opened.manifest, files=checksums)
    if version in tags:
        if bundle.manifest_text(_manifest(hub, dataset, head)) != bundle.manifest_text(manifest):
            raise HubError(
                f"{dataset} has a {version} already, with other records; push as the next version."
            )
        return head
    files: dict[str, bytes | Path] = {shard.name: shard for shard in opened.shards}
    files |= {"README.md": card, "manifest.json": bundle.manifest_text(manifest).encode()}
    stale = [name for name in hub.names("dataset", dataset, head) if _ours(name) and name not in files]
    message = f"{version}: {manifest.titles['en']}, {manifest.rows:,} records"
    commit = hub.commit("dataset", dataset, message, files, head, stale, progress)
    hub.tag("dataset", dataset, version, commit)
    return commit


def _card(hub: Hub, kind: Kind, repository: str, commit: str) -> str | None:
    path = hub.file(kind, repository, commit, "README.md")
    return None if path is None else path.read_text(encoding="utf-8", errors="replace")


def _manifest(hub: Hub, dataset: str, commit: str) -> Manifest:
    """Raises BundleError for a revision without a manifest, or one that cannot be read."""
    path = hub.file("dataset", dataset, commit, "manifest.json")
    if path is None:
        raise BundleError(f"{dataset} at {commit[:8]} has no manifest.json; it is no bundle.")
    return bundle.manifest_of(path, f"{dataset}@{commit[:8]}")


def _ours(name: str) -> bool:
    return name.startswith("records-") and name.endswith(".parquet")
