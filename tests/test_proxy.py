"""Behind a proxy that serves the app below a path: page, pictures and endpoints are found there."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from gradio_client import Client, handle_file
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.running import RunningApp, run_app

PREFIX = "/museum/burin"
# Of one connection, not of the message.
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@contextlib.contextmanager
def proxy(app: RunningApp) -> Iterator[str]:
    """A plain reverse proxy on a free port that takes PREFIX off. Yields its address."""
    client = httpx.AsyncClient(base_url=app.url, timeout=60)

    async def forward(request: Request) -> Response:
        sent = client.build_request(
            request.method,
            httpx.URL(path=request.path_params["rest"] or "/", query=request.url.query.encode()),
            headers=[(name, value) for name, value in request.headers.items() if name not in HOP]
            + [("x-forwarded-host", request.headers["host"])],
            content=request.stream(),
        )
        got = await client.send(sent, stream=True)
        kept = {name: value for name, value in got.headers.items() if name not in HOP}
        return StreamingResponse(
            got.aiter_raw(), got.status_code, kept, background=BackgroundTask(got.aclose)
        )

    methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
    outside = Starlette(routes=[Route(PREFIX + "{rest:path}", forward, methods=methods)])
    server = uvicorn.Server(uvicorn.Config(outside, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the proxy did not start"
        thread.join(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}{PREFIX}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("proxied")
    with run_app(folder, BURIN_USERS="", GRADIO_ROOT_PATH=PREFIX) as app, proxy(app) as url:
        yield url


def test_a_search_answers_with_addresses_below_the_prefix(address: str, fish: Any) -> None:
    client = Client(address, verbose=False)
    found = client.predict(handle_file(str(fish)), kind="sketch", k=2, api_name="/search")
    urls = [match["image_url"] for match in found["matches"]]
    assert all(url.startswith(f"{address}/pictures/engravings/") for url in urls)
    assert httpx.get(urls[0]).headers["content-type"] == "image/webp"


@pytest.mark.page
def test_the_page_opens_and_shows_pictures_below_the_prefix(address: str, browser: Any) -> None:
    page = browser.new_page()
    failed: list[str] = []
    page.on("response", lambda got: failed.append(got.url) if got.status >= 400 else None)
    page.goto(f"{address}/")
    page.wait_for_selector(".card-open")
    page.click("[data-example=fish]")
    page.wait_for_function(
        "[...document.querySelectorAll('.card-open img')].some((image) => image.naturalWidth > 0)"
    )
    page.close()
    assert not failed
