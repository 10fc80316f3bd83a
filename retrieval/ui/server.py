"""Launching: safe defaults, sign-in, and the plain HTTP routes beside Gradio's own."""

from __future__ import annotations

import hmac
import os
from collections.abc import Awaitable, Callable
from typing import Any

import gradio as gr
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrieval.live import Live
from retrieval.search import SearchService
from retrieval.types import BurinError, NotFoundError
from retrieval.ui import api, theme

# 10 MB of picture are 13.4 MB as base64, and the rest of the question is small.
MAX_BODY_BYTES = 15_000_000
# Gradio keeps the last inputs of this many sessions in memory, and every API call is a session.
SESSIONS_KEPT = 32
# Enough that a question waiting for its turn to be encoded keeps no thread from the records.
THREADS = 16


def parse_users(text: str | None) -> list[tuple[str, str]] | None:
    """BURIN_USERS ("name:password,name:password") as pairs; None when it is empty: no sign-in.

    Raises BurinError when an entry has no name or no password: an open copy by mistake is worse.
    """
    if not text or not text.strip():
        return None
    users = []
    for entry in text.split(","):
        name, _, password = entry.strip().partition(":")
        name = name.strip()  # as Gradio does with what is typed
        if not name or not password:
            raise BurinError('BURIN_USERS: an entry lacks a name or a password; wanted: "name:password,...".')
        users.append((name, password))
    return users


def launch(service: SearchService, page: gr.Blocks, live: Live | None = None, **overrides: Any) -> None:
    """Serve page and endpoints until stopped. Host and port: GRADIO_SERVER_NAME, GRADIO_SERVER_PORT.

    live: what the Hub's webhook wakes, where BURIN_WEBHOOK_SECRET is set."""
    options: dict[str, Any] = {
        "theme": theme.theme(),
        "head": theme.head(),
        "favicon_path": theme.ASSETS / "favicon.png",
        "auth": parse_users(os.environ.get("BURIN_USERS")),
        "auth_message": "Burin",
        # Without sign-in the schema is Gradio's own, at /gradio_api/openapi.json.
        "app_kwargs": {
            "routes": routes(service, live),
            "middleware": [Middleware(BodyLimit)],
            "openapi_url": None,
        },
        # Threads of the questions; the other routes have theirs, so /health answers under any load.
        "max_threads": THREADS,
        "max_file_size": "10mb",
        "show_error": False,
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        # "api" keeps the page of the API; the link to it is in our own footer.
        "footer_links": ["api"],
        "state_session_capacity": SESSIONS_KEPT,
    }
    # On a Space Gradio would close the direct routes (POST /gradio_api/run/...) that curl needs.
    page.queue(api_open=True)
    page.launch(**(options | overrides))


def routes(service: SearchService, live: Live | None = None) -> list[Route]:
    """GET /health (open to all), GET /pictures/{collection}/{id}.webp (behind the sign-in) and, with a secret
    in BURIN_WEBHOOK_SECRET, POST /hub-webhook."""

    def health(request: Request) -> Response:
        return JSONResponse(api.health(service), headers={"Cache-Control": "no-store"})

    def picture(request: Request) -> Response:
        if not signed_in(request):
            return JSONResponse({"error": "Not authenticated"}, status_code=401)
        try:
            asked = request.path_params["collection"], request.path_params["id"]
            data = service.picture(*asked, request.query_params.get("v", ""))
        except NotFoundError as error:
            return JSONResponse({"error": str(error)}, status_code=404)
        whose = "private" if request.app.auth else "public"
        # The address carries the version, so what it names never changes.
        caching = "max-age=31536000, immutable" if "v" in request.query_params else "max-age=300"
        return Response(data, media_type="image/webp", headers={"Cache-Control": f"{whose}, {caching}"})

    served = [Route("/health", health), Route("/pictures/{collection}/{id:path}.webp", picture)]
    if live is not None and (secret := os.environ.get("BURIN_WEBHOOK_SECRET", "").strip()):
        served.append(Route("/hub-webhook", webhook(live, secret), methods=["POST"]))
    return served


def webhook(live: Live, secret: str) -> Callable[[Request], Awaitable[Response]]:
    """What the Hub calls when a repository changes: the collections of it are looked at in the background.

    secret: that the Hub sends in X-Webhook-Secret, compared in constant time. The body says which repository,
    and nothing more of it is believed: what is new is read from the Hub."""
    wanted = _fingerprint(secret.encode())

    async def notified(request: Request) -> Response:
        given = request.headers.get("x-webhook-secret", "").encode("latin-1")  # its bytes, as they came
        if not hmac.compare_digest(_fingerprint(given), wanted):
            return JSONResponse({"error": "The secret is another."}, status_code=401)
        try:
            repository = (await request.json())["repo"]["name"]
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": 'wanted: {"repo": {"name": "owner/name"}}'}, status_code=400)
        return JSONResponse({"looking_at": live.wake(str(repository))}, status_code=202)

    return notified


def _fingerprint(secret: bytes) -> bytes:
    """Of equal length for any secret, so that comparing tells nothing of it."""
    return hmac.digest(b"burin", secret, "sha256")


def signed_in(request: Request) -> bool:
    """Whether Gradio's own sign-in let this visitor in (always, when there is none)."""
    app = request.app
    if app.auth is None:
        return True
    cookies = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return any(request.cookies.get(name) in app.tokens for name in cookies)


class BodyLimit:
    """Refuse a request body above MAX_BODY_BYTES before it is held in memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > MAX_BODY_BYTES:
            sentence = f"The request is larger than {MAX_BODY_BYTES // 10**6} MB. Send a smaller picture."
            await JSONResponse({"error": sentence}, status_code=413)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MAX_BODY_BYTES:  # sent in pieces, without saying how long
                raise HTTPException(413, "The request is too large.")
            return message

        await self._app(scope, counted, send)
