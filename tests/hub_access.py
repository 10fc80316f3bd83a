"""Who may do what at the Hub double, and what its routes share."""

from __future__ import annotations

from typing import Annotated, Any

import yaml
from fastapi import Depends, Request
from fastapi.responses import JSONResponse

from tests.hub_store import Entry, Kind, Refused, Repository, pointer

BAD_TOKEN = "Invalid credentials in Authorization header"
NOBODY = "Invalid username or password."


async def refuse(_: Request, refused: Refused) -> JSONResponse:
    """A Refused as the Hub says it."""
    headers = {"X-Error-Message": refused.message} | ({"X-Error-Code": refused.code} if refused.code else {})
    if refused.commit is not None:  # huggingface_hub keeps in its cache that a commit lacks a file
        headers["X-Repo-Commit"] = refused.commit
    return JSONResponse({"error": refused.message, **refused.more}, refused.status, headers)


async def no_route(request: Request, _: Exception) -> JSONResponse:
    """A call that the double was never taught: neither a 404 of the Hub nor something to try again."""
    return await refuse(
        request, Refused(501, f"The double has no route for {request.method} {request.url.path}")
    )


def user_of(request: Request) -> str | None:
    """Raises Refused for a token that belongs to nobody."""
    header = request.headers.get("authorization")
    token = (header or "").removeprefix("Bearer ").strip()
    if header is not None and token not in request.app.state.tokens:
        raise Refused(401, BAD_TOKEN)
    return request.app.state.tokens.get(token)


def find(request: Request, kind: Kind, name: str) -> Repository:
    """What is private looks to others as if it were not there."""
    user, found = user_of(request), request.app.state.store.find(kind, name)
    if found is None or (found.private and user != found.owner):
        message, status = (NOBODY, 401) if user is None else ("Repository not found", 404)
        raise Refused(status, message, "RepoNotFound")
    return found


def may_write(user: str | None, owner: str) -> None:
    if user is None:
        raise Refused(401, NOBODY)
    if user != owner:
        raise Refused(403, f"You don't have the rights to write under the namespace {owner!r}.")


async def _readable(request: Request) -> Repository:
    path = request.path_params
    return find(request, path.get("kinds", "models").removesuffix("s"), f"{path['owner']}/{path['name']}")


async def _downloadable(request: Request) -> Repository:
    found, user = await _readable(request), user_of(request)
    if found.readers is not None and user not in [found.owner, *found.readers]:
        status = 401 if user is None else 403
        raise Refused(status, f"Access to {found.kind} {found.name} is restricted.", "GatedRepo")
    return found


async def _writable(request: Request) -> Repository:
    found = await _readable(request)
    may_write(user_of(request), found.owner)
    return found


# The repository that a route is about, once it is clear that this user may see, download or change it.
Readable = Annotated[Repository, Depends(_readable)]
Downloadable = Annotated[Repository, Depends(_downloadable)]
Writable = Annotated[Repository, Depends(_writable)]


def plain(segment: str) -> str:
    """A part of an address that may hold a slash of its own (see hub_faults.Door)."""
    return segment.replace("%2F", "/")


def yes(value: str | None) -> bool:
    return (value or "").lower() in ("true", "1")


def address(request: Request, repository: Repository) -> str:
    folder = "" if repository.kind == "model" else f"{repository.kind}s/"
    return f"{request.base_url}{folder}{repository.name}"


def paged(request: Request, rows: list[Any], size: int) -> JSONResponse:
    page = int(request.query_params.get("p", 0))
    answer = JSONResponse(rows[page * size : (page + 1) * size])
    if (page + 1) * size < len(rows):
        answer.headers["Link"] = f'<{request.url.include_query_params(p=page + 1)}>; rel="next"'
    return answer


def front_matter(text: str) -> dict[str, Any]:
    """The metadata of a card; {} where it has none. Raises ValueError for YAML that is none."""
    parts = text.split("---\n", 2)
    if len(parts) < 3 or parts[0].strip():
        return {}
    try:
        data = yaml.safe_load(parts[1]) or {}
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    if not isinstance(data, dict):
        raise ValueError("the metadata of a card is a mapping")
    return data


def large_file(entry: Entry, name: str = "oid") -> dict[str, Any]:
    """What the Hub adds to the row of a large file. name: what it calls the SHA-256 there."""
    if entry.sha256 is None:
        return {}
    size = len(pointer(entry.sha256, entry.size))
    return {"lfs": {name: entry.sha256, "size": entry.size, "pointerSize": size}}
