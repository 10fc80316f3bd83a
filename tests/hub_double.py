"""A Hub on loopback that the real huggingface_hub and datasets talk to; nothing of theirs is replaced.

In a test:

    with HubDouble().running() as double:
        api = HfApi(endpoint=double.url, token=OWNER)
        double.fault(Fault("500", path="/resolve/", times=2))

In a process of its own, faults set by POST to /_double/faults:

    python -m tests.hub_double --port 8765 --root FOLDER --token TOKEN USER

Clients need HF_HUB_DISABLE_XET=1 before they import huggingface_hub; tests/conftest.py sets it for the tests,
`environment()` for a process. The store is tests/hub_store.py, jobs are tests/hub_jobs.py, what can go wrong
tests/hub_faults.py.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import signal
import socket
import struct
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.hub_faults import CONTROL, Asked, Door, Fault, Faults
from tests.hub_routes import hub_app
from tests.hub_store import Store

HOST = "127.0.0.1"
OWNER, VISITOR = "hf_of_the_owner", "hf_of_a_visitor"
TOKENS = {OWNER: "owner", VISITOR: "visitor"}
STARTS_WITHIN_S = 30
RESET_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset and drops what is unsent


class HubDouble:
    """root: where it keeps everything; None for a folder that goes with it. tokens: token -> user, who owns
    the repositories under that name. port: 0 for a free one. Safe to share between threads."""

    def __init__(
        self, root: Path | None = None, tokens: Mapping[str, str] | None = None, port: int = 0
    ) -> None:
        self._own = None if root is not None else Path(tempfile.mkdtemp(prefix="hub-double-"))
        self.tokens = dict(TOKENS if tokens is None else tokens)
        self.store = Store(self._own or root)
        self._faults = Faults()
        app = hub_app(self.store, self.tokens)
        self.jobs = app.state.jobs
        self._add_control(app)
        self._door = Door(app, self.tokens, self._faults, self._hang_up, self._go)
        self._lock = threading.RLock()
        self._serving: _Serving | None = None
        # Bound and never listened on, so that the port stays ours while the double is down.
        self._reserved = _bound(port)
        self.url = f"http://{HOST}:{self._reserved.getsockname()[1]}"

    @contextlib.contextmanager
    def running(self) -> Iterator[HubDouble]:
        self.up()
        try:
            yield self
        finally:
            self.close()

    def close(self) -> None:
        """Down for good."""
        self.down()
        self._reserved.close()
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)

    def up(self) -> None:
        """Listen, on the port it always had."""
        with self._lock:
            if self._serving is not None and self._serving.gone.is_set():
                self._serving.join()
                self._serving = None
            if self._serving is None:
                self._serving = _Serving(self._door, _bound(int(self.url.rpartition(":")[2])))
                self._serving.start()

    def down(self) -> None:
        """Listen no more; connections that are open end as when a process is killed."""
        with self._lock:
            if self._serving is not None:
                self._serving.stop()
                self._serving = None

    def _go(self, seconds: float) -> None:
        """Down, called by the serving thread itself; up again after `seconds`, unless that is 0."""
        gone = self._serving
        gone.halt()
        if seconds:
            back = threading.Timer(seconds, self._come_back, (gone,))
            back.daemon = True
            back.start()

    def _come_back(self, gone: _Serving) -> None:
        with self._lock:
            if self._serving is gone:  # nobody called up() or down() meanwhile
                self.up()

    def _hang_up(self, client: Any, reset: bool) -> None:
        self._serving.hang_up(client, reset)

    def fault(self, fault: Fault) -> None:
        self._faults.set(fault)

    def clear_faults(self) -> None:
        self._faults.clear()

    def asked(self, path: str = "", method: str | None = None) -> list[Asked]:
        """The requests so far, oldest first: those that fit, as for a Fault."""
        wanted = Fault("silent", path, method)
        return [one for one in self._faults.asked() if wanted.fits(one.method, one.path)]

    def forget(self) -> None:
        """Begin the list of requests anew."""
        self._faults.forget()

    def environment(self, home: Path, token: str | None = None) -> dict[str, str]:
        """What a process needs to talk to this Hub and to no other, without anything of the user's own.
        home: for its cache and logins."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_UPDATE_DOWNLOAD_COUNTS": "0",
            "HF_HUB_OFFLINE": "0",
            "HF_TOKEN": token or "",
            "HUGGING_FACE_HUB_TOKEN": "",
            "HF_HOME": str(home),
            "HF_HUB_CACHE": str(home / "hub"),
            "HF_DATASETS_CACHE": str(home / "datasets"),
            "HF_TOKEN_PATH": str(home / "token"),
            "NO_PROXY": HOST,
            "no_proxy": HOST,
        }

    def _add_control(self, app: FastAPI) -> None:
        @app.post(f"{CONTROL}faults")
        async def set_faults(request: Request) -> JSONResponse:
            asked = await request.json()
            try:
                faults = [Fault(**one) for one in (asked if isinstance(asked, list) else [asked])]
            except (TypeError, ValueError) as error:
                return JSONResponse({"error": str(error)}, 422)
            for fault in faults:
                self.fault(fault)
            return JSONResponse({"set": len(faults)})

        @app.delete(f"{CONTROL}faults")
        async def clear_faults() -> None:
            self.clear_faults()

        @app.get(f"{CONTROL}asked")
        async def asked() -> list[dict[str, Any]]:
            return [asdict(one) for one in self.asked()]

        @app.delete(f"{CONTROL}asked")
        async def forget() -> None:
            self.forget()


def _bound(port: int) -> socket.socket:
    # With the protocol named, or asyncio leaves Nagle on: 40 ms to every answer.
    bound = socket.socket(proto=socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    return bound


class _Serving(threading.Thread):
    """One time up: from start() to halt()."""

    def __init__(self, app: Any, listening: socket.socket) -> None:
        super().__init__(name="hub-double", daemon=True)
        self._listening, self.gone = listening, threading.Event()
        quiet: dict[str, Any] = {"log_config": None, "log_level": "critical"}
        config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", **quiet)
        self._server = _Server(config)

    def start(self) -> None:
        """Returns once it listens."""
        super().start()
        if not self._server.listens.wait(STARTS_WITHIN_S):
            raise RuntimeError(f"the Hub double did not listen within {STARTS_WITHIN_S} s")

    def run(self) -> None:
        self._server.run(sockets=[self._listening])

    def stop(self) -> None:
        """From another thread; returns once nobody listens."""
        with contextlib.suppress(RuntimeError):  # it has gone by itself: its loop is closed
            self._server.loop.call_soon_threadsafe(self.halt)
        self.join()

    def halt(self) -> None:
        """In the serving thread: nobody listens from here on."""
        self.gone.set()
        for server in self._server.servers:
            server.close()
        for line in list(self._server.server_state.connections):
            line.transport.abort()
        self._server.should_exit = self._server.force_exit = True

    def hang_up(self, client: Any, reset: bool) -> None:
        """In the serving thread: end the connection of a client, given as its host and port."""
        for line in list(self._server.server_state.connections):
            if line.client == client:
                if reset:
                    option = (socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
                    line.transport.get_extra_info("socket").setsockopt(*option)
                line.transport.abort()


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.listens.set()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.hub_double", description="A Hub on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--root", type=Path, help="kept, so that the next start goes on; default: forgotten")
    parser.add_argument(
        "--token", nargs=2, action="append", metavar=("TOKEN", "USER"), help="a user's token; may be repeated"
    )
    asked = parser.parse_args()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with HubDouble(asked.root, dict(asked.token) if asked.token else None, asked.port).running() as double:
        print(double.url, flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
