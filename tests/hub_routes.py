"""The Hub's routes for accounts, repositories and refs, as huggingface_hub 2.4 calls them.

A Space is a repository that a test puts there, to be read. Not here: Xet, pull requests, copies of large
files between repositories (those need Xet).
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from tests import hub_files, hub_jobs
from tests.hub_access import (
    NOBODY,
    Readable,
    Writable,
    address,
    find,
    front_matter,
    large_file,
    may_write,
    no_route,
    paged,
    plain,
    refuse,
    user_of,
    yes,
)
from tests.hub_store import MAIN, Refused, Repository, Store

COMMITS_PAGE = 50
router = APIRouter()


def hub_app(store: Store, tokens: dict[str, str]) -> FastAPI:
    """tokens: token -> the user it belongs to; each user owns the repositories under that name."""
    handlers = {Refused: refuse, 404: no_route, 405: no_route}
    app = FastAPI(openapi_url=None, exception_handlers=handlers)
    app.state.store, app.state.tokens, app.state.secret = store, tokens, secrets.token_bytes(16)
    app.state.jobs = hub_jobs.JobBook()
    app.include_router(hub_jobs.router)  # first: its addresses look like those of repositories
    app.include_router(router)
    app.include_router(hub_files.router)
    return app


@router.get("/api/whoami-v2")
async def whoami(request: Request) -> dict[str, Any]:
    user = user_of(request)
    if user is None:
        raise Refused(401, NOBODY)
    access = {"accessToken": {"displayName": "tests", "role": "write"}}
    return {"type": "user", "id": user, "name": user, "fullname": user, "orgs": [], "auth": access}


@router.post("/api/validate-yaml")
async def validate_yaml(request: Request) -> JSONResponse:
    content = (await request.json())["content"]
    try:
        warnings = [] if front_matter(content) else [{"message": "empty or missing yaml metadata"}]
        return JSONResponse({"errors": [], "warnings": warnings})
    except ValueError as error:
        return JSONResponse({"errors": [{"message": str(error)}], "warnings": []}, 400)


@router.post("/api/repos/create")
async def create(request: Request) -> dict[str, Any]:
    asked, user = await request.json(), user_of(request)
    owner, kind = asked.get("organization") or user, asked.get("type") or "model"
    may_write(user, owner)
    if kind not in ("model", "dataset"):
        raise Refused(400, f"The double keeps models and datasets, not a {kind}.")
    private = asked.get("visibility") == "private"
    store: Store = request.app.state.store
    name = f"{owner}/{asked['name']}"
    there = store.find(kind, name)
    if there is not None:
        raise Refused(409, f"You already created this {kind} repo", url=address(request, there))
    made = store.create(kind, name, private)
    return {"url": address(request, made), "name": name, "id": name}


@router.delete("/api/repos/delete")
async def delete(request: Request) -> dict[str, Any]:
    asked = await request.json()
    owner = asked.get("organization") or user_of(request) or ""
    found = find(request, asked.get("type") or "model", f"{owner}/{asked['name']}")
    may_write(user_of(request), found.owner)
    request.app.state.store.delete(found)
    return {}


@router.put("/api/{kinds}/{owner}/{name}/settings")
async def settings(request: Request, repository: Writable) -> dict[str, Any]:
    asked = await request.json()
    with repository.lock:
        if "visibility" in asked:
            repository.private = asked["visibility"] == "private"
        if "gated" in asked:
            repository.readers = (repository.readers or []) if asked["gated"] else None
        repository.changed()
    return {"private": repository.private, "gated": repository.readers is not None}


@router.get("/api/{kinds}/{owner}/{name}")
async def info(request: Request, repository: Readable) -> dict[str, Any]:
    return _info(request, repository, MAIN)


@router.get("/api/{kinds}/{owner}/{name}/revision/{revision}")
async def revision_info(request: Request, repository: Readable, revision: str) -> dict[str, Any]:
    return _info(request, repository, plain(revision))


def _info(request: Request, repository: Repository, revision: str) -> dict[str, Any]:
    commit = repository.at(revision)
    card: dict[str, Any] = {}
    if (readme := commit.files.get("README.md")) is not None:
        try:
            card = front_matter(request.app.state.store.path(readme).read_text(errors="replace"))
        except ValueError:
            card = {}
    siblings = [{"rfilename": path} for path in sorted(commit.files)]
    if yes(request.query_params.get("blobs")):
        siblings = [
            {"rfilename": path, "size": entry.size, "blobId": entry.blob, **large_file(entry, "sha256")}
            for path, entry in sorted(commit.files.items())
        ]
    whole = {
        "_id": hashlib.sha256(repository.name.encode()).hexdigest()[:24],
        "id": repository.name,
        "author": repository.owner,
        "sha": commit.sha,
        "lastModified": commit.made,
        "createdAt": repository.created,
        "private": repository.private,
        "gated": False if repository.readers is None else "manual",
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [str(tag) for tag in card.get("tags") or []],
        "cardData": card,
        "siblings": siblings,
    }
    wanted = request.query_params.getlist("expand")
    return {name: value for name, value in whole.items() if not wanted or name in ("_id", "id", *wanted)}


@router.get("/api/{kinds}/{owner}/{name}/refs")
async def refs(repository: Readable) -> dict[str, Any]:
    def rows(found: dict[str, str], folder: str) -> list[dict[str, str]]:
        return [
            {"name": name, "ref": f"refs/{folder}/{name}", "targetCommit": sha} for name, sha in found.items()
        ]

    tags, branches = rows(repository.tags, "tags"), rows(repository.branches, "heads")
    return {"tags": tags, "branches": branches, "converts": [], "pullRequests": []}


@router.post("/api/{kinds}/{owner}/{name}/tag/{revision}")
async def tag(request: Request, repository: Writable, revision: str) -> dict[str, Any]:
    repository.point("tags", (await request.json())["tag"], plain(revision))
    return {}


@router.delete("/api/{kinds}/{owner}/{name}/tag/{ref}")
async def untag(repository: Writable, ref: str) -> dict[str, Any]:
    repository.unpoint("tags", plain(ref))
    return {}


@router.post("/api/{kinds}/{owner}/{name}/branch/{ref}")
async def branch(request: Request, repository: Writable, ref: str) -> dict[str, Any]:
    repository.point("branches", plain(ref), (await request.json()).get("startingPoint") or MAIN)
    return {}


@router.delete("/api/{kinds}/{owner}/{name}/branch/{ref}")
async def unbranch(repository: Writable, ref: str) -> dict[str, Any]:
    repository.unpoint("branches", plain(ref))
    return {}


@router.get("/api/{kinds}/{owner}/{name}/commits/{revision}")
async def commits(request: Request, repository: Readable, revision: str) -> JSONResponse:
    rows = [
        {
            "id": one.sha,
            "title": one.title,
            "message": one.description,
            "authors": [{"user": one.author}],
            "date": one.made,
        }
        for one in repository.history(repository.at(plain(revision)))
    ]
    return paged(request, rows, COMMITS_PAGE)
