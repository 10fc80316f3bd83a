"""The Hub's routes for files: listed, downloaded, uploaded, committed, without Xet."""

from __future__ import annotations

import base64
import codecs
import hashlib
import hmac
import json
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from tests.hub_access import Downloadable, Readable, Writable, address, large_file, paged, plain, user_of, yes
from tests.hub_store import Commit, Entry, Refused, Repository, tree_ids

LARGE_FROM = 10_000_000
TREE_PAGE = 1_000
LFS_JSON = "application/vnd.git-lfs+json"
router = APIRouter()


def _rows(repository: Repository, commit: Commit, paths: list[str], expand: bool) -> list[dict[str, Any]]:
    """Files and folders as the Hub lists them; paths that are neither are left out."""
    rows, folders = [], tree_ids(commit.files)
    for path in paths:
        entry = commit.files.get(path)
        if entry is not None:
            row = {"type": "file", "oid": entry.blob, "size": entry.size, **large_file(entry)}
        elif path in folders:
            row = {"type": "directory", "oid": folders[path], "size": 0}
        else:
            continue
        if expand:
            last = repository.last_change(commit, path)
            row["lastCommit"] = {"id": last.sha, "title": last.title, "date": last.made}
        rows.append(row | {"path": path})
    return rows


@router.get("/api/{kinds}/{owner}/{name}/tree/{revision}")
@router.get("/api/{kinds}/{owner}/{name}/tree/{revision}/{folder:path}")
async def tree(request: Request, repository: Readable, revision: str) -> JSONResponse:
    folder, query = plain(request.path_params.get("folder", "")).rstrip("/"), request.query_params
    commit = repository.at(plain(revision))
    everything = [path for path in {*commit.files, *tree_ids(commit.files)} if path]
    within = [path for path in everything if not folder or path.startswith(f"{folder}/")]
    if folder and not within:
        raise Refused(404, f"{folder} does not exist on {revision}", "EntryNotFound")
    if not yes(query.get("recursive")):
        within = [path for path in within if path.rpartition("/")[0] == folder]
    rows = _rows(repository, commit, sorted(within), yes(query.get("expand")))
    return paged(request, rows, TREE_PAGE)


@router.post("/api/{kinds}/{owner}/{name}/paths-info/{revision}")
async def paths_info(request: Request, repository: Readable, revision: str) -> list[dict[str, Any]]:
    form = parse_qs((await request.body()).decode())
    expand = yes(form.get("expand", [""])[0])
    return _rows(repository, repository.at(plain(revision)), form.get("paths", []), expand)


@router.api_route("/{owner}/{name}/resolve/{revision}/{file:path}", methods=["GET", "HEAD"])
@router.api_route("/{kinds}/{owner}/{name}/resolve/{revision}/{file:path}", methods=["GET", "HEAD"])
async def resolve(request: Request, repository: Downloadable, revision: str, file: str) -> Response:
    commit = repository.at(plain(revision))
    entry = commit.files.get(file)
    if entry is None:
        raise Refused(404, "Entry not found", "EntryNotFound", commit=commit.sha)
    headers = {"X-Repo-Commit": commit.sha, "ETag": f'"{entry.sha256 or entry.blob}"'}
    if entry.sha256 is not None:
        headers |= {"X-Linked-Etag": f'"{entry.sha256}"', "X-Linked-Size": str(entry.size)}
    path = request.app.state.store.path(entry)
    return FileResponse(path, headers=headers, media_type="application/octet-stream")


# --- files: upload and commit -------------------------------------------------------------------------


@router.post("/api/{kinds}/{owner}/{name}/preupload/{revision}")
async def preupload(request: Request, repository: Writable, revision: str) -> dict[str, Any]:
    store, commit = request.app.state.store, repository.at(plain(revision))
    attributes = commit.files.get(".gitattributes")
    lines = store.path(attributes).read_text().splitlines() if attributes else []
    patterns = [line.split()[0] for line in lines if "filter=lfs" in line]
    rows = []
    for file in (await request.json())["files"]:
        there = commit.files.get(file["path"])
        mode = "lfs" if _is_large(file, patterns) else "regular"
        oid = None if there is None else there.sha256 or there.blob
        rows.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid})
    return {"files": rows}


def _is_large(file: dict[str, Any], patterns: list[str]) -> bool:
    """By its ending, its size, or because it is no text."""
    path, sample = file["path"], base64.b64decode(file["sample"])
    if file["size"] >= LARGE_FROM or any(fnmatchcase(path.rpartition("/")[2], one) for one in patterns):
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return True
    return b"\0" in sample


def _key(request: Request, repository: Repository, oid: str) -> str:
    """An upload goes without a token, to an address that was signed for it."""
    signed = f"{repository.kind}/{repository.name}/{oid}".encode()
    return hmac.new(request.app.state.secret, signed, hashlib.sha256).hexdigest()


@router.post("/{owner}/{name}.git/info/lfs/objects/batch")
@router.post("/{kinds}/{owner}/{name}.git/info/lfs/objects/batch")
async def lfs_batch(request: Request, repository: Writable) -> JSONResponse:
    """What the repository has already needs no upload."""
    rows = []
    for wanted in (await request.json())["objects"]:
        oid, row = wanted["oid"], {**wanted, "authenticated": True}
        if oid not in repository.large:
            place = f"{request.base_url}_lfs/{repository.kind}s/{repository.name}/{oid}"
            upload = {"href": f"{place}?key={_key(request, repository, oid)}", "header": {}}
            verify = {"href": f"{address(request, repository)}.git/info/lfs/objects/verify"}
            row["actions"] = {"upload": upload, "verify": verify}
        rows.append(row)
    return JSONResponse({"transfer": "basic", "objects": rows}, media_type=LFS_JSON)


@router.put("/_lfs/{kinds}/{owner}/{name}/{oid}")
async def lfs_put(request: Request, oid: str, key: str) -> Response:
    path, store = request.path_params, request.app.state.store
    repository = store.find(path["kinds"].removesuffix("s"), f"{path['owner']}/{path['name']}")
    if repository is None or not hmac.compare_digest(key, _key(request, repository, oid)):
        raise Refused(403, "SignatureDoesNotMatch")
    await store.receive(repository, oid, request.stream())
    return Response()


@router.post("/{owner}/{name}.git/info/lfs/objects/verify")
@router.post("/{kinds}/{owner}/{name}.git/info/lfs/objects/verify")
async def lfs_verify(request: Request, repository: Writable) -> dict[str, Any]:
    wanted, store = await request.json(), request.app.state.store
    if store.large(repository, wanted["oid"]).size != wanted["size"]:
        raise Refused(400, f"{wanted['oid']} has another size")
    return {}


@router.post("/api/{kinds}/{owner}/{name}/commit/{revision}")
async def commit(request: Request, repository: Writable, revision: str) -> dict[str, Any]:
    if request.query_params.get("create_pr"):
        raise Refused(400, "The double takes no pull requests.")
    lines = [json.loads(line) for line in (await request.body()).splitlines() if line.strip()]
    header, store = lines[0]["value"], request.app.state.store
    changes: list[tuple[str, Entry | None]] = []
    for line in lines[1:]:
        key, value = line["key"], line["value"]
        path = _checked(value["path"])
        if key == "file":
            content = value["content"]
            held = base64.b64decode(content) if value.get("encoding") == "base64" else content.encode()
            changes.append((path, store.small(held)))
        elif key == "lfsFile":
            changes.append((path, store.large(repository, value["oid"])))
        elif key in ("deletedFile", "deletedFolder"):
            changes.append((path if key == "deletedFile" else f"{path.rstrip('/')}/", None))
        else:
            raise Refused(400, f"The double does not know {key!r} in a commit.")
    made = repository.commit(
        changes,
        header["summary"],
        header.get("description", ""),
        plain(revision),
        user_of(request),
        header.get("parentCommit"),
    )
    page = f"{address(request, repository)}/commit/{made.sha}"
    return {"success": True, "commitOid": made.sha, "commitUrl": page, "hookOutput": ""}


def _checked(path: str) -> str:
    if path.startswith("/") or {"", ".", "..", ".git"} & set(path.rstrip("/").split("/")):
        raise Refused(400, f"Invalid path: {path}")
    return path
