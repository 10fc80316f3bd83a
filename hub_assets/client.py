"""The Hub's repositories, for the rest of Burin: resolve, fetch, look up, commit, tag.

What is fetched is pinned by the 40 hex digits of a commit, bounded in size, checked against the Hub's own
checksums, and then verified as a bundle; nothing of it is ever executed. The token is the one of HF_TOKEN or
of the login, is given to huggingface_hub alone, and is in no sentence of ours.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import httpx2
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    constants,
    hf_hub_url,
    snapshot_download,
)
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import disable_progress_bars, enable_progress_bars, set_client_factory
from huggingface_hub.utils._http import hf_request_event_hook

from retrieval.types import HubError

log = logging.getLogger(__name__)

Kind = Literal["model", "dataset", "space"]
# What of a repository is looked at; anything else in it stays where it is.
SERVED: Mapping[Kind, tuple[str, ...]] = {
    "model": ("encoder.onnx", "segmenter.onnx", "config.json"),
    "dataset": ("manifest.json", "records-*-of-*.parquet", "README.md"),
}
WHOLE: Mapping[Kind, tuple[str, ...]] = {
    "model": (*SERVED["model"], "encoder.safetensors", "segmenter.safetensors", "README.md"),
    "dataset": SERVED["dataset"],
}
# A stranger's repository may hold anything: refused above these.
MOST_FILES, MOST_BYTES = 1_000, 4_000_000_000
RESOLVE_WITHIN_S = 10.0
# A Hub that says nothing for so long has hung up; huggingface_hub itself would wait for ever. It tries again.
SILENT_FOR_S = 10.0


@dataclass(frozen=True)
class Revision:
    """A tag of a repository: its name, the commit it is on, and when that was made (UTC)."""

    name: str
    commit: str
    made: datetime | None


class Hub:
    """One Hub and one cache of what came from it. Safe to share between threads.

    Every method raises HubError with a sentence for people when the Hub does not answer or says no.
    """

    def __init__(
        self, endpoint: str | None = None, token: str | None = None, cache: Path | None = None
    ) -> None:
        """endpoint, token, cache: None for those of huggingface_hub (HF_ENDPOINT, HF_TOKEN, HF_HOME)."""
        self._api = HfApi(endpoint=endpoint, token=token, library_name="burin")
        self._endpoint, self._token = endpoint, token
        self.cache = Path(cache) if cache else Path(constants.HF_HOME)
        self._downloads = self.cache / "hub" if cache else Path(constants.HF_HUB_CACHE)

    def resolve(self, kind: Kind, repository: str, revision: str) -> str:
        """The commit that a branch or tag is on now: 40 hex digits. One request."""
        with _said(repository, revision):
            info = self._api.repo_info(
                repository, repo_type=kind, revision=revision, timeout=RESOLVE_WITHIN_S
            )
        return str(info.sha)

    def lying(self, kind: Kind, repository: str, commit: str) -> Path | None:
        """The folder of a commit in the cache, without a request; it may hold a part of the files only. None
        where there is none."""
        folder = self._repository(kind, repository) / "snapshots" / commit
        return folder if folder.is_dir() else None

    def download(
        self, kind: Kind, repository: str, commit: str, whole: bool = False, progress: bool = False
    ) -> Path:
        """The files of a commit, checked one by one against the checksums that the Hub keeps of them.

        whole: also what training needs. A file that arrives altered is fetched once more. Raises HubError,
        also for a repository beyond the bounds above."""
        wanted = self._wanted(kind, repository, commit, whole)
        for attempt in ("first", "second"):
            folder = self._fetched(kind, repository, commit, [file.path for file in wanted], progress)
            altered = [file.path for file in wanted if not _is(folder / file.path, file)]
            if not altered:
                return folder
            log.warning("%s: %s arrived altered at the %s attempt", repository, ", ".join(altered), attempt)
            for name in altered:
                _drop(folder / name)
        raise HubError(
            f"{repository}: {', '.join(altered)} arrives other than the Hub says it is; try again later."
        )

    def _wanted(self, kind: Kind, repository: str, commit: str, whole: bool) -> list[RepoFile]:
        patterns = (WHOLE if whole else SERVED)[kind]
        with _said(repository, commit):
            files = [
                entry
                for entry in self._api.list_repo_tree(
                    repository, repo_type=kind, revision=commit, recursive=False
                )
                if isinstance(entry, RepoFile) and any(fnmatchcase(entry.path, one) for one in patterns)
            ]
        size = sum(file.lfs.size if file.lfs else file.size for file in files)
        if len(files) > MOST_FILES or size > MOST_BYTES:
            raise HubError(
                f"{repository} has {len(files):,} files of {size / 1e9:.1f} GB; wanted: at most "
                f"{MOST_FILES:,} and {MOST_BYTES / 1e9:.0f} GB."
            )
        return files

    def _fetched(
        self, kind: Kind, repository: str, commit: str, names: Sequence[str], progress: bool
    ) -> Path:
        with _said(repository, commit), _bars(progress):
            return Path(
                snapshot_download(
                    repository,
                    repo_type=kind,
                    revision=commit,
                    cache_dir=self._downloads,
                    allow_patterns=list(names),
                    endpoint=self._endpoint,
                    token=self._token,
                )
            )

    def file(self, kind: Kind, repository: str, commit: str, name: str) -> Path | None:
        """One file of a commit; None where it has no such file."""
        try:
            with _said(repository, commit):
                return Path(
                    self._api.hf_hub_download(
                        repository, name, repo_type=kind, revision=commit, cache_dir=self._downloads
                    )
                )
        except _Missing:
            return None

    def forget(self, kind: Kind, repository: str, commit: str) -> None:
        """Drop a commit from the cache, and of its files those that no other commit there has."""
        folder = self._repository(kind, repository)
        shutil.rmtree(folder / "snapshots" / commit, ignore_errors=True)
        used = {path.resolve() for path in (folder / "snapshots").rglob("*")}
        for blob in (folder / "blobs").glob("*"):
            if blob.resolve() not in used and not blob.name.endswith(".incomplete"):
                blob.unlink(missing_ok=True)

    def _repository(self, kind: Kind, repository: str) -> Path:
        return self._downloads / f"{kind}s--{repository.replace('/', '--')}"

    def tags(self, kind: Kind, repository: str) -> list[Revision]:
        """The tags, the newest commit first."""
        with _said(repository, ""):
            refs = self._api.list_repo_refs(repository, repo_type=kind)
            made = {
                commit.commit_id: commit.created_at
                for commit in self._api.list_repo_commits(repository, repo_type=kind)
            }
        order = list(made)
        tags = [Revision(tag.name, tag.target_commit, made.get(tag.target_commit)) for tag in refs.tags]
        return sorted(tags, key=lambda tag: order.index(tag.commit) if tag.commit in made else len(order))

    def create(self, kind: Kind, repository: str, private: bool | None) -> None:
        """Make the repository where there is none. private: None leaves it to the account's own setting, and
        one that is there as it is."""
        with _said(repository, ""):
            self._api.create_repo(repository, repo_type=kind, private=private, exist_ok=True)

    def address(self, kind: Kind, repository: str, commit: str, name: str) -> str:
        """Where anyone who may read it downloads a file of a commit."""
        return hf_hub_url(repository, name, repo_type=kind, revision=commit, endpoint=self._endpoint)

    def is_private(self, kind: Kind, repository: str) -> bool:
        with _said(repository, ""):
            return bool(self._api.repo_info(repository, repo_type=kind, timeout=RESOLVE_WITHIN_S).private)

    def names(self, kind: Kind, repository: str, revision: str, below: bool = False) -> list[str]:
        """The files at the top of a repository. below: also those in its folders."""
        with _said(repository, revision):
            tree = self._api.list_repo_tree(repository, repo_type=kind, revision=revision, recursive=below)
            return [entry.path for entry in tree if isinstance(entry, RepoFile)]

    def commit(
        self,
        kind: Kind,
        repository: str,
        message: str,
        files: Mapping[str, bytes | Path],
        parent: str,
        delete: Sequence[str] = (),
        progress: bool = False,
    ) -> str:
        """One commit on main, all of it or nothing; files that are there already as they are travel no more.

        parent: the commit that main has to be on still. Returns the new commit, or the parent's where nothing
        changed. Raises HubError when somebody else pushed in between."""
        operations = [
            CommitOperationAdd(name, content if isinstance(content, bytes) else str(content))
            for name, content in files.items()
        ]
        operations += [CommitOperationDelete(name) for name in delete]
        with _said(repository, "main"), _bars(progress):
            made = self._api.create_commit(
                repository, operations, repo_type=kind, commit_message=message, parent_commit=parent
            )
        return str(made.oid)

    def tag(self, kind: Kind, repository: str, name: str, commit: str) -> None:
        """Put a tag on a commit."""
        with _said(repository, name):
            self._api.create_tag(repository, tag=name, revision=commit, repo_type=kind)


class _Missing(HubError):
    """There is no such file."""


class NoRepositoryError(HubError):
    """There is no such repository, or this token may not know of it."""


@contextmanager
def _said(repository: str, revision: str) -> Iterator[None]:
    """Whatever huggingface_hub raises as one sentence; its own texts hold addresses and pages of advice."""
    try:
        yield
    except GatedRepoError:
        raise HubError(
            f"{repository} is gated; ask for access on its page, then set HF_TOKEN to that account's token."
        ) from None
    except RepositoryNotFoundError:
        raise NoRepositoryError(
            f"The Hub shows no {repository}; check the name, or set HF_TOKEN to a token that may see it."
        ) from None
    except RevisionNotFoundError:
        raise HubError(
            f"{repository} has no revision {revision!r}; see: python -m hub_assets versions {repository}"
        ) from None
    except LocalEntryNotFoundError as error:
        raise _unreachable(repository, error.__cause__) from None
    except EntryNotFoundError:
        raise _Missing(f"{repository} lacks a file of revision {revision[:8]}.") from None
    except HFValidationError as error:
        raise HubError(
            f"The Hub cannot be asked for {repository!r} ({str(error).splitlines()[0]})."
        ) from None
    except HfHubHTTPError as error:
        raise _answered(repository, error) from None
    except (httpx2.HTTPError, OSError) as error:
        raise _unreachable(repository, error) from None


def _answered(repository: str, error: HfHubHTTPError) -> HubError:
    status = error.response.status_code if error.response is not None else 0
    sentences = {
        401: f"The Hub wants to know who asks for {repository}; set HF_TOKEN, or run: hf auth login",
        403: f"This token may not do that to {repository}; set HF_TOKEN to one that may write there.",
        409: f"{repository} is being changed or has it already; look with: python -m hub_assets versions "
        f"{repository}",
        412: f"Somebody else pushed to {repository} in between; look at it, and push again.",
        429: "The Hub asks to be left alone for a while (429); try again in some minutes.",
    }
    fallback = f"The Hub answers {status} for {repository}; try again later."
    return HubError(sentences.get(status, fallback))


def _unreachable(repository: str, cause: BaseException | None) -> HubError:
    if isinstance(cause, HfHubHTTPError):
        return _answered(repository, cause)
    if isinstance(cause, OSError) and cause.errno is not None:
        return HubError(f"{repository} cannot be kept on this disk ({os.strerror(cause.errno)}); make room.")
    why = f" ({type(cause).__name__})" if cause is not None else ""
    return HubError(f"The Hub does not answer for {repository}{why}; try again later.")


@contextmanager
def _bars(shown: bool) -> Iterator[None]:
    """huggingface_hub's own progress bars, for a person at a terminal only."""
    if shown:
        enable_progress_bars()
    try:
        yield
    finally:
        disable_progress_bars()


def _is(path: Path, file: RepoFile) -> bool:
    """Whether a file on disk is the one of the Hub: the SHA-256 of a large one, git's SHA-1 of a small."""
    try:
        if file.lfs is not None:
            with path.open("rb") as opened:
                return hashlib.file_digest(opened, "sha256").hexdigest() == file.lfs.sha256
        content = path.read_bytes()
    except OSError:
        return False
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == file.blob_id


class _Patient(httpx2.Client):
    """huggingface_hub's client; where it asks to wait for ever it waits SILENT_FOR_S."""

    def __init__(self) -> None:
        hooks = {"request": [hf_request_event_hook]}
        super().__init__(event_hooks=hooks, follow_redirects=True, timeout=SILENT_FOR_S)

    def build_request(self, *args: Any, **options: Any) -> httpx2.Request:
        if options.get("timeout") is None:
            options["timeout"] = SILENT_FOR_S
        return super().build_request(*args, **options)


def _drop(path: Path) -> None:
    """A file of a snapshot and the blob it is a link to."""
    blob = path.resolve()
    path.unlink(missing_ok=True)
    blob.unlink(missing_ok=True)


disable_progress_bars()
set_client_factory(_Patient)
