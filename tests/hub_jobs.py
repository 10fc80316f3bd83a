"""The Hub's jobs, as huggingface_hub 2.4 asks for them. What was asked is kept, and nothing is executed: a
test moves a job on and says what it would have.

    double.jobs.all[-1].stage = "RUNNING"
    double.jobs.all[-1].lines.append("step 1 of 40")
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from tests.hub_access import NOBODY, user_of
from tests.hub_store import Refused, now

ENDED = ("COMPLETED", "CANCELED", "ERROR", "DELETED")
# huggingface_hub reads lines that are older than its question, which is told by the second.
SAID_AT = "2026-01-01T00:00:00.000Z"
router = APIRouter()


def _machine(
    name: str, title: str, micro_usd: int, card: str | None = None, vram: str = "", cards: str = "1"
) -> dict[str, Any]:
    """micro_usd: a minute."""
    made = {
        "name": name,
        "prettyName": title,
        "cpu": "4 vCPU",
        "ram": "15 GB",
        "ephemeralStorage": "50 GB",
        "unitCostMicroUSD": micro_usd,
        "unitCostUSD": micro_usd / 1e6,
        "unitLabel": "minute",
    }
    if card is not None:
        what = {"type": "gpu", "model": card, "quantity": cards, "vram": vram, "manufacturer": "Nvidia"}
        made["accelerator"] = what
    return made


# As the Hub lists them, dear ones first.
HARDWARE = [
    _machine("h200", "Nvidia H200", 83_333, "H200", "141 GB"),
    _machine("a10g-largex2", "2x Nvidia A10G - large", 50_000, "A10G", "48 GB", "2"),
    _machine("a10g-small", "Nvidia A10G - small", 16_667, "A10G", "24 GB"),
    _machine("l4x1", "1x Nvidia L4", 13_333, "L4", "24 GB"),
    _machine("t4-small", "Nvidia T4 - small", 6_667, "T4", "16 GB"),
    _machine("cpu-basic", "CPU Basic", 167),
]


@dataclass
class DoubleJob:
    """spec: as it was posted, secrets and all. user: whose token asked. lines: of its log."""

    id: str
    owner: str
    user: str
    spec: dict[str, Any]
    made: str = field(default_factory=now)
    stage: str = "SCHEDULING"
    message: str | None = None
    lines: list[str] = field(default_factory=list)


@dataclass
class JobBook:
    """all: in the order they were asked for. broke: accounts without credit. barred: tokens that may not run
    jobs."""

    all: list[DoubleJob] = field(default_factory=list)
    hardware: list[dict[str, Any]] = field(default_factory=lambda: list(HARDWARE))
    broke: set[str] = field(default_factory=set)
    barred: set[str] = field(default_factory=set)


@router.get("/api/jobs/hardware")
async def hardware(request: Request) -> list[dict[str, Any]]:
    return request.app.state.jobs.hardware


@router.post("/api/jobs/{namespace}")
async def run(request: Request, namespace: str) -> dict[str, Any]:
    book, user = request.app.state.jobs, _user(request)
    if namespace != user or _token(request) in book.barred:
        raise Refused(403, "You don't have the required permissions to run jobs: job.write")
    if namespace in book.broke:
        raise Refused(402, "Pre-paid credit balance is insufficient - add more credits to your account.")
    spec = await request.json()
    if spec["flavor"] not in {one["name"] for one in book.hardware}:
        raise Refused(400, f"Invalid flavor: {spec['flavor']}")
    book.all.append(DoubleJob(secrets.token_hex(12), namespace, user, spec))
    return _told(book.all[-1])


@router.get("/api/jobs/{namespace}/{id}")
async def inspect(request: Request, namespace: str, id: str) -> dict[str, Any]:
    return _told(_found(request, namespace, id))


@router.post("/api/jobs/{namespace}/{id}/cancel")
async def cancel(request: Request, namespace: str, id: str) -> dict[str, Any]:
    found = _found(request, namespace, id)
    if found.stage not in ENDED:
        found.stage = "CANCELED"
    return _told(found)


@router.get("/api/jobs/{namespace}/{id}/logs")
async def logs(request: Request, namespace: str, id: str) -> StreamingResponse:
    found, tail = _found(request, namespace, id), int(request.query_params.get("tail", 0))
    lines = ["===== Job started =====", *found.lines][-tail:]

    def events() -> Iterator[str]:
        for line in lines:
            yield f"data: {json.dumps({'data': line, 'timestamp': SAID_AT})}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


def _token(request: Request) -> str:
    return (request.headers.get("authorization") or "").removeprefix("Bearer ").strip()


def _user(request: Request) -> str:
    user = user_of(request)
    if user is None:
        raise Refused(401, NOBODY)
    return user


def _found(request: Request, namespace: str, id: str) -> DoubleJob:
    user = _user(request)
    found = next((one for one in request.app.state.jobs.all if (one.owner, one.id) == (namespace, id)), None)
    if found is None or found.owner != user:
        raise Refused(404, "Job not found")
    return found


def _told(job: DoubleJob) -> dict[str, Any]:
    """As the Hub tells of it: the names of secrets, and nothing of what they are."""
    shown = {name: job.spec.get(name) for name in ("command", "arguments", "environment", "flavor", "labels")}
    return shown | {
        "id": job.id,
        "createdAt": job.made,
        "dockerImage": job.spec.get("dockerImage"),
        "secrets": dict.fromkeys(job.spec.get("secrets", {}), ""),
        "status": {"stage": job.stage, "message": job.message},
        "owner": {"id": job.owner, "name": job.owner, "type": "user"},
    }
