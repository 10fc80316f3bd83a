"""From a dataset revision to a verified bundle folder: its records, and the model that its manifest names.

The folder holds two links, `dataset` and `model`, into huggingface_hub's own cache: what `preload_from_hub`
has brought there is used, and a model that did not change is there once.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from hub_assets import bundle
from hub_assets.bundle import Manifest
from hub_assets.client import Hub
from hub_assets.pins import COMMIT, REPOSITORY, Pin
from retrieval.types import BundleError, HubError


def resolve(hub: Hub, pin: Pin) -> str:
    """The dataset commit that a pin means now; without a request where it is one. Raises HubError."""
    return pin.revision if pin.fixed else hub.resolve("dataset", pin.repository, pin.revision)


def fetch(hub: Hub, repository: str, commit: str, whole: bool = False, progress: bool = False) -> Path:
    """The bundle folder of a dataset commit, downloaded where it is not in the cache, and verified.

    whole: with the weights that training needs. Raises HubError for what the Hub does, BundleError for a
    version that is none; a bundle that did not verify is dropped from the cache."""
    if not whole and (lying := cached(hub, repository, commit)) is not None:
        return lying
    dataset = hub.download("dataset", repository, commit, whole, progress)
    try:
        manifest = _manifest(dataset, repository)
        model = hub.download("model", manifest.model_repository, manifest.model_revision, whole, progress)
        folder = _joined(hub, repository, commit, dataset, model)
        bundle.read(folder)
    except BundleError:
        hub.forget("dataset", repository, commit)
        raise
    return folder


def cached(hub: Hub, repository: str, commit: str) -> Path | None:
    """The bundle folder of a commit where all that is served of it lies in the cache and verifies, without a
    request; None otherwise."""
    dataset = hub.lying("dataset", repository, commit)
    if dataset is None:
        return None
    try:
        manifest = _manifest(dataset, repository)
        model = hub.lying("model", manifest.model_repository, manifest.model_revision)
        if model is None:
            return None
        folder = _joined(hub, repository, commit, dataset, model)
        bundle.read(folder)
    except BundleError:
        return None
    return folder


def last_good(hub: Hub, pin: Pin) -> str | None:
    """The commit of the pin that was last served from here; the pin itself where it is a commit."""
    if pin.fixed:
        return pin.revision
    try:
        commit = json.loads(_note(hub, pin).read_text(encoding="utf-8"))["commit"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return commit if isinstance(commit, str) and COMMIT.fullmatch(commit) else None


def remember(hub: Hub, pin: Pin, commit: str) -> None:
    """What was opened and answered well is what a start without a Hub begins with. A disk that takes nothing
    more costs only that."""
    note = _note(hub, pin)
    with contextlib.suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        beside = note.with_suffix(f".{os.getpid()}.part")
        beside.write_text(json.dumps({"pin": str(pin), "commit": commit}), encoding="utf-8")
        beside.replace(note)


def _note(hub: Hub, pin: Pin) -> Path:
    name = f"{pin.repository}@{pin.revision}".replace("/", "--")
    return hub.cache / "burin" / "last-good" / f"{name}.json"


def _manifest(dataset: Path, repository: str) -> Manifest:
    """Raises BundleError for a manifest that is none, or names no model that could be fetched."""
    manifest = bundle.manifest_of(dataset / "manifest.json", repository)
    named = manifest.model_repository, manifest.model_revision
    if not all(isinstance(one, str) for one in named) or not (
        REPOSITORY.fullmatch(manifest.model_repository) and COMMIT.fullmatch(manifest.model_revision)
    ):
        raise BundleError(
            f"{repository}: the manifest names the model {manifest.model_repository!r} at "
            f"{manifest.model_revision!r}; wanted: owner/name and a commit. Push it again: "
            "python -m hub_assets push BUNDLE"
        )
    return manifest


def _joined(hub: Hub, repository: str, commit: str, dataset: Path, model: Path) -> Path:
    """<cache>/burin/bundles/<owner>--<name>@<12 digits>, made whole or not at all."""
    folder = hub.cache / "burin" / "bundles" / f"{repository.replace('/', '--')}@{commit[:12]}"
    if (folder / "dataset").resolve() == dataset.resolve() and (
        folder / "model"
    ).resolve() == model.resolve():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".joining-"))
        for name, target in (("dataset", dataset), ("model", model)):
            (beside / name).symlink_to(target.resolve(), target_is_directory=True)
        with contextlib.suppress(OSError):  # another process was first
            beside.rename(folder)
        shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise HubError(f"{repository} cannot be kept in {folder.parent.name} ({why}); make room.") from None
    return folder
