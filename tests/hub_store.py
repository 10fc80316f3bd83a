"""Repositories as the Hub keeps them: git's objects and ids, large files beside them by their SHA-256.

Everything lies in one folder, so a double that is killed and started on the same folder goes on where it
was. What the Hub's routes refuse (names, owners, tokens) is looked at in hub_routes.py; here a test may put
anything, also what no honest repository holds.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
import uuid
from collections.abc import AsyncIterable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

Kind = Literal["model", "dataset", "space"]
MAIN = "main"
# What a new repository calls large from its first commit on; the Hub's own list, without what nobody has.
LARGE = (
    "*.7z *.arrow *.bin *.bz2 *.ckpt *.ftz *.gz *.h5 *.joblib *.lfs.* *.model *.msgpack *.npy *.npz *.onnx "
    "*.parquet *.pb *.pickle *.pkl *.pt *.pth *.rar *.safetensors *.tar *.tar.* *.tflite *.tgz *.wasm *.xz "
    "*.zip *.zst"
).split()
LARGE_DATA = "*.flac *.mp3 *.mp4 *.ogg *.wav *.gif *.jpeg *.jpg *.png *.tiff *.webp".split()


class Refused(Exception):
    """What the Hub says no to. code, commit: of the headers X-Error-Code and X-Repo-Commit, None where the
    Hub sends none; more: what its body has beside the message."""

    def __init__(
        self, status: int, message: str, code: str | None = None, commit: str | None = None, **more: Any
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code
        self.commit, self.more = commit, more


@dataclass(frozen=True)
class Entry:
    """A file of a commit. blob: git's id of what git holds, for a large file of its pointer; size: bytes of
    the file itself; sha256: of a large file."""

    blob: str
    size: int
    sha256: str | None = None


@dataclass(frozen=True)
class Commit:
    """made: UTC, as the Hub writes it. files: path -> entry, all of them."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    title: str
    description: str
    author: str
    made: str
    files: Mapping[str, Entry]


def git_id(kind: str, body: bytes) -> str:
    """git's SHA-1 of an object: kind is blob, tree or commit."""
    return hashlib.sha1(f"{kind} {len(body)}\0".encode() + body).hexdigest()


def pointer(sha256: str, size: int) -> bytes:
    """What git holds of a large file."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


def tree_ids(files: Mapping[str, Entry]) -> dict[str, str]:
    """git's id of each folder; "" is the root."""
    members: dict[str, list[tuple[bytes, bytes]]] = {"": []}  # of a folder: (what git sorts by, its line)

    def put(path: str, mode: str, oid: str, ending: str) -> None:
        folder, _, name = path.rpartition("/")
        line = f"{mode} {name}\0".encode() + bytes.fromhex(oid)
        members.setdefault(folder, []).append(((name + ending).encode(), line))

    for path, entry in files.items():
        put(path, "100644", entry.blob, "")
        for folder in _folders(path):
            members.setdefault(folder, [])
    ids: dict[str, str] = {}
    for folder in sorted(members, key=lambda path: (-path.count("/"), path == "", path)):
        ids[folder] = git_id("tree", b"".join(line for _, line in sorted(members[folder])))
        if folder:
            put(folder, "40000", ids[folder], "/")
    return ids


def _folders(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    return ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@dataclass
class Repository:
    """readers: who may download where access is gated; None where it is not. large: SHA-256 of the objects
    that were uploaded to it, whether or not a commit has them."""

    kind: Kind
    name: str
    private: bool
    created: str
    changed: Callable[..., None] = field(repr=False)
    lock: threading.RLock = field(repr=False)
    readers: list[str] | None = None
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    large: list[str] = field(default_factory=list)

    @property
    def owner(self) -> str:
        return self.name.partition("/")[0]

    def at(self, revision: str) -> Commit:
        """The commit of a branch, a tag, or 40 hex digits. Raises Refused."""
        sha = self.branches.get(revision) or self.tags.get(revision) or revision
        if sha not in self.commits:
            raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return self.commits[sha]

    def history(self, commit: Commit) -> list[Commit]:
        """The commit and those before it, newest first."""
        found = [commit]
        while found[-1].parents:
            found.append(self.commits[found[-1].parents[0]])
        return found

    def last_change(self, commit: Commit, path: str) -> Commit:
        """The newest commit that changed a file, or anything in a folder."""

        def of(one: Commit) -> dict[str, Entry]:
            return {p: e for p, e in one.files.items() if p == path or p.startswith(f"{path}/")}

        chain = self.history(commit)
        pairs = itertools.pairwise(chain)
        return next((newer for newer, older in pairs if of(newer) != of(older)), chain[-1])

    def commit(
        self,
        changes: Sequence[tuple[str, Entry | None]],
        title: str,
        description: str = "",
        branch: str = MAIN,
        author: str | None = None,
        parent: str | None = None,
    ) -> Commit:
        """Changes in order: an entry to put, None to delete, also a folder where the path ends in "/".

        parent: the commit that the branch has to be on still. All of it is done or, with Refused, nothing."""
        author = author or self.owner
        with self.lock:
            if branch not in self.branches and self.commits:
                raise Refused(404, f"Invalid rev id: {branch}", "RevisionNotFound")
            head = self.branches.get(branch)
            if parent and parent != head:
                raise Refused(412, "A commit has happened since. Please refresh and try again.")
            files = dict(self.commits[head].files) if head else {}
            for path, entry in changes:
                gone = [one for one in files if one == path or (path.endswith("/") and one.startswith(path))]
                if entry is not None:
                    files[path] = entry
                elif not gone:
                    raise Refused(404, f"A file with this name doesn't exist: {path}", "EntryNotFound")
                else:
                    for one in gone:
                        del files[one]
            tree, made, parents = tree_ids(files)[""], now(), (head,) if head else ()
            who = f"{author} <{author}@double> {int(datetime.fromisoformat(made).timestamp())} +0000"
            lines = [f"tree {tree}", *(f"parent {one}" for one in parents), f"author {who}"]
            text = "\n".join([*lines, f"committer {who}", "", title, "", description])
            sha = git_id("commit", text.rstrip().encode() + b"\n")
            new = Commit(sha, tree, parents, title, description, author, made, files)
            self.commits[sha], self.branches[branch] = new, sha
            self.changed(new)
        return new

    def point(self, refs: Literal["branches", "tags"], name: str, revision: str) -> None:
        """A new branch or tag. Raises Refused where there is one of that name."""
        with self.lock:
            if name in getattr(self, refs):
                raise Refused(409, f"Reference exists already: {name}")
            getattr(self, refs)[name] = self.at(revision).sha
            self.changed()

    def unpoint(self, refs: Literal["branches", "tags"], name: str) -> None:
        with self.lock:
            if name not in getattr(self, refs):
                raise Refused(404, f"Invalid rev id: {name}", "RevisionNotFound")
            if refs == "branches" and name == MAIN:
                raise Refused(403, "Cannot delete the main branch")
            del getattr(self, refs)[name]
            self.changed()


class Store:
    """Every repository of a Hub, in a folder. Safe to share between threads."""

    def __init__(self, root: Path) -> None:
        self._root, self._lock = root, threading.RLock()
        self.repositories: dict[tuple[str, str], Repository] = {}
        for folder in ("small", "large", "commits"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        kept = root / "repositories.json"
        for row in json.loads(kept.read_text()) if kept.exists() else []:
            repository = Repository(**row, changed=self._keep, lock=self._lock)
            for sha in (*repository.branches.values(), *repository.tags.values()):
                self._load(repository, sha)
            self.repositories[repository.kind, repository.name] = repository

    def _load(self, repository: Repository, sha: str) -> None:
        ahead = [sha]
        while ahead:
            sha = ahead.pop()
            if sha not in repository.commits:
                commit = _commit_of(json.loads((self._root / "commits" / sha).read_text()))
                repository.commits[sha] = commit
                ahead.extend(commit.parents)

    def _keep(self, commit: Commit | None = None) -> None:
        """Written at each change: a commit that is new, and where every branch and tag is."""
        if commit is not None:
            (self._root / "commits" / commit.sha).write_text(json.dumps(asdict(commit)))
        memory = ("commits", "changed", "lock")
        rows = [
            {name: value for name, value in vars(repository).items() if name not in memory}
            for repository in self.repositories.values()
        ]
        fresh = self._root / "repositories.json.new"
        fresh.write_text(json.dumps(rows))
        fresh.replace(self._root / "repositories.json")

    def find(self, kind: Kind, name: str) -> Repository | None:
        return self.repositories.get((kind, name))

    def create(self, kind: Kind, name: str, private: bool = False) -> Repository:
        """A repository with one commit, that of .gitattributes. Raises Refused where there is one."""
        with self._lock:
            if (kind, name) in self.repositories:
                raise Refused(409, f"You already created this {kind} repo")
            made = Repository(kind, name, private, now(), changed=self._keep, lock=self._lock)
            self.repositories[kind, name] = made
            patterns = LARGE + (LARGE_DATA if kind == "dataset" else [])
            attributes = "".join(f"{one} filter=lfs diff=lfs merge=lfs -text\n" for one in patterns)
            made.commit([(".gitattributes", self.small(attributes.encode()))], "initial commit")
        return made

    def delete(self, repository: Repository) -> None:
        with self._lock:
            del self.repositories[repository.kind, repository.name]
            self._keep()

    def commit(
        self, kind: Kind, name: str, files: Mapping[str, bytes | None], title: str = "Change", **options: Any
    ) -> Commit:
        """What somebody else pushes in between: path -> content, or None to delete; nothing is checked.
        Large are the files whose ending says so. options: as for Repository.commit."""
        repository = self.repositories[kind, name]
        endings = tuple(pattern[1:] for pattern in LARGE)
        changes: list[tuple[str, Entry | None]] = []
        for path, content in files.items():
            if content is not None and path.endswith(endings):
                sha256 = hashlib.sha256(content).hexdigest()
                (self._root / "large" / sha256).write_bytes(content)
                changes.append((path, self.keep_large(repository, sha256)))
            else:
                changes.append((path, None if content is None else self.small(content)))
        return repository.commit(changes, title, **options)

    def small(self, content: bytes) -> Entry:
        """Keep a file that git holds itself."""
        blob = git_id("blob", content)
        (self._root / "small" / blob).write_bytes(content)
        return Entry(blob, len(content))

    async def receive(self, repository: Repository, sha256: str, pieces: AsyncIterable[bytes]) -> None:
        """Keep a large file as it arrives. Raises Refused where it is another than its SHA-256 says."""
        digest, fresh = hashlib.sha256(), self._root / "large" / f"{uuid.uuid4().hex}.new"
        try:
            with fresh.open("wb") as opened:
                async for piece in pieces:
                    digest.update(piece)
                    opened.write(piece)
            if digest.hexdigest() != sha256:
                raise Refused(400, f"The content has SHA-256 {digest.hexdigest()}, not {sha256}")
            fresh.replace(self._root / "large" / sha256)
        finally:
            fresh.unlink(missing_ok=True)
        self.keep_large(repository, sha256)

    def keep_large(self, repository: Repository, sha256: str) -> Entry:
        """Count a large file that lies here as the repository's."""
        with self._lock:
            if sha256 not in repository.large:
                repository.large.append(sha256)
                self._keep()
        return self.large(repository, sha256)

    def large(self, repository: Repository, sha256: str) -> Entry:
        """Raises Refused where that repository has no such large file, as the Hub does."""
        if sha256 not in repository.large:
            raise Refused(400, f"An LFS pointer pointed to a file that does not exist: {sha256}")
        size = (self._root / "large" / sha256).stat().st_size
        return Entry(git_id("blob", pointer(sha256, size)), size, sha256)

    def path(self, entry: Entry) -> Path:
        """Where the content of a file lies."""
        return self._root / "large" / entry.sha256 if entry.sha256 else self._root / "small" / entry.blob


def _commit_of(row: dict[str, Any]) -> Commit:
    files = {path: Entry(**entry) for path, entry in row.pop("files").items()}
    return Commit(**row | {"parents": tuple(row["parents"])}, files=files)
