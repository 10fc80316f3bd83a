"""What stands before the Hub double's routes: it notes every request, and lets go wrong what a test wants."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from starlette.requests import ClientDisconnect

from tests.hub_access import BAD_TOKEN

log = logging.getLogger(__name__)

CONTROL = "/_double/"  # the double's own routes: never noted, never hit
KINDS = {
    "500": "answered so (any of 500 to 599)",
    "429": "answered so, with Retry-After: `seconds`",
    "unauthorised": "401, as for a token that is none anymore",
    "gated": "403, as for a repository whose terms this user has not accepted",
    "stale": "412, as for a commit on a parent that is not the newest anymore",
    "reset": "the connection is reset before anything was done",
    "late": "answered, but not before `seconds`",
    "silent": "never answered",
    "slow": "the body comes at `bytes_per_s`",
    "truncated": "the connection is closed after `share` of the body",
    "dropped": "the connection is reset after `share` of the body",
    "gone": "as truncated, and then nobody listens for `seconds`, or until up() where that is 0",
    "altered": "one byte of every piece of the body is another",
}
IN_THE_BODY = ("slow", "truncated", "dropped", "gone", "altered")
PIECES_PER_S = 20


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the requests that fit, until `times` of them were hit (None: until cleared).

    kind: one of KINDS. path: a regular expression, looked for anywhere in the path. method: of these
    requests only; None for all, but what goes wrong in a body never hits a HEAD. share: of the body, from 0
    to below 1. Of several that fit, the one that was set first hits. Raises ValueError for anything else."""

    kind: str
    path: str = ""
    method: str | None = None
    times: int | None = None
    seconds: float = 0.0
    bytes_per_s: float = 100_000.0
    share: float = 0.5

    def __post_init__(self) -> None:
        if self.kind not in KINDS and not re.fullmatch("5[0-9][0-9]", self.kind):
            raise ValueError(f"no fault {self.kind!r}; wanted: one of {', '.join(KINDS)}")
        if not 0 <= self.share < 1 or self.bytes_per_s <= 0 or self.seconds < 0 or self.times == 0:
            raise ValueError(f"{self}: wanted: share from 0 to below 1, bytes_per_s and times above 0")
        re.compile(self.path)

    def fits(self, method: str, path: str) -> bool:
        if method == "HEAD" and self.kind in IN_THE_BODY:
            return False
        return self.method in (None, method) and re.search(self.path, path) is not None


@dataclass
class Asked:
    """One request. status: 0 while unanswered. authorised: whether it had an Authorization header; user: whom
    that token belongs to. received, sent: bytes of the two bodies. fault: the kind that hit it."""

    method: str
    path: str
    at: float
    authorised: bool
    user: str | None
    status: int = 0
    received: int = 0
    sent: int = 0
    fault: str | None = None


class Faults:
    """The faults that are set and the requests that came. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set: list[tuple[Fault, int | None]] = []
        self._asked: list[Asked] = []

    def set(self, fault: Fault) -> None:
        with self._lock:
            self._set.append((fault, fault.times))

    def clear(self) -> None:
        with self._lock:
            self._set.clear()

    def take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for place, (fault, left) in enumerate(self._set):
                if fault.fits(method, path):
                    if left == 1:
                        del self._set[place]
                    elif left is not None:
                        self._set[place] = (fault, left - 1)
                    return fault
        return None

    def note(self, asked: Asked) -> None:
        with self._lock:
            self._asked.append(asked)

    def asked(self) -> list[Asked]:
        with self._lock:
            return [replace(one) for one in self._asked]

    def forget(self) -> None:
        with self._lock:
            self._asked.clear()


class _Cut(Exception):
    """The body ends here."""


class Door:
    """The ASGI app around the routes.

    hang_up(client, reset): end a connection, with a reset or as a process that stops would. go(seconds): the
    whole double stops listening. A slash that was quoted stays quoted in the path, so that a branch `a/b` is
    one part of it."""

    def __init__(
        self,
        app: Any,
        tokens: Mapping[str, str],
        faults: Faults,
        hang_up: Callable[[Any, bool], None],
        go: Callable[[float], None],
    ) -> None:
        self._app, self._tokens, self._faults = app, tokens, faults
        self._hang_up, self._go = hang_up, go

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        scope = scope | {"path": unquote(scope["raw_path"].decode().replace("%2F", "%252F"))}
        if scope["path"].startswith(CONTROL):
            return await self._app(scope, receive, send)
        asked, fault = self._asked(scope), self._faults.take(scope["method"], scope["path"])
        asked.fault = fault.kind if fault else None
        self._faults.note(asked)

        async def counted_receive() -> dict[str, Any]:
            message = await receive()
            asked.received += len(message.get("body", b""))
            return message

        async def counted_send(message: dict[str, Any]) -> None:
            asked.status = message.get("status", asked.status)
            asked.sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._hit(fault, scope, counted_receive, counted_send)
        except ClientDisconnect:
            pass
        except Exception:
            log.exception("%s %s", scope["method"], scope["path"])
            raise
        return None

    def _asked(self, scope: dict[str, Any]) -> Asked:
        header = dict(scope["headers"]).get(b"authorization")
        user = None if header is None else self._tokens.get(header.decode().removeprefix("Bearer ").strip())
        return Asked(scope["method"], scope["path"], time.monotonic(), header is not None, user)

    async def _hit(self, fault: Fault | None, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if fault is None:
            return await self._app(scope, receive, send)
        if fault.kind == "reset":
            return self._hang_up(scope["client"], True)
        if fault.kind == "silent":
            while (await receive())["type"] != "http.disconnect":
                pass
            return None
        if fault.kind == "late":
            await asyncio.sleep(fault.seconds)
            return await self._app(scope, receive, send)
        if fault.kind in IN_THE_BODY:
            try:
                return await self._app(scope, receive, Body(fault, send).send)
            except _Cut:
                if fault.kind != "truncated":
                    self._hang_up(scope["client"], fault.kind == "dropped")
                if fault.kind == "gone":
                    self._go(fault.seconds)
            return None
        while (await receive()).get("more_body"):
            pass  # a client that is sending still would not see the answer
        return await _refuse(fault, scope["path"], send)


class Body:
    """An answer's body on its way out, as the fault wants it."""

    def __init__(self, fault: Fault, send: Any) -> None:
        self._fault, self._send = fault, send
        self._length = self._done = 0

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._length = int(dict(message["headers"]).get(b"content-length", 0))
            return await self._send(message)
        body = message.get("body", b"")
        if self._fault.kind == "altered" and body:
            middle = len(body) // 2
            body = body[:middle] + bytes([body[middle] ^ 0x01]) + body[middle + 1 :]
            return await self._send(message | {"body": body})
        if self._fault.kind == "slow":
            return await self._slowly(message, body)
        left = int(self._length * self._fault.share) - self._done
        if len(body) >= left:
            await self._send(message | {"body": body[:left], "more_body": True})
            raise _Cut
        self._done += len(body)
        return await self._send(message)

    async def _slowly(self, message: dict[str, Any], body: bytes) -> None:
        size = max(1, int(self._fault.bytes_per_s / PIECES_PER_S))
        for start in range(0, len(body), size):
            piece = body[start : start + size]
            await asyncio.sleep(len(piece) / self._fault.bytes_per_s)
            await self._send(message | {"body": piece, "more_body": True})
        if not message.get("more_body"):
            await self._send(message | {"body": b""})


async def _refuse(fault: Fault, path: str, send: Any) -> None:
    """The answers that the Hub itself gives when it says no."""
    headers = {"content-type": "application/json"}
    if fault.kind == "unauthorised":
        status, message = 401, BAD_TOKEN
    elif fault.kind == "gated":
        status, message = 403, f"Access to {path} is restricted."
        headers["x-error-code"] = "GatedRepo"
    elif fault.kind == "stale":
        status, message = 412, "A commit has happened since. Please refresh and try again."
    elif fault.kind == "429":
        status, message = 429, "Too many requests"
        headers["retry-after"] = str(round(fault.seconds))
    else:
        status, message = int(fault.kind), "Internal error: the double was asked for one"
    headers["x-error-message"] = message
    body = json.dumps({"error": message}).encode()
    headers["content-length"] = str(len(body))
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
