"""The real app on the embedded collections, started once for all tests that talk to it."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw

ROOT = Path(__file__).parent.parent
START_WITHIN_S = 90
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip


@dataclass(frozen=True)
class RunningApp:
    """url: without a trailing slash. pid: of the server's process."""

    url: str
    pid: int

    def memory_mb(self) -> float:
        """Resident memory of the server; 0.0 where the system does not tell."""
        status = Path(f"/proc/{self.pid}/status")
        if not status.is_file():
            return 0.0
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


@contextlib.contextmanager
def run_app(folder: Path, **environment: str) -> Iterator[RunningApp]:
    """`python app.py` on a free port until the block ends. folder: for Gradio's files and the log."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = os.environ | {
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
        "PYTHONUNBUFFERED": "1",
        **environment,
    }
    log = folder / "app.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT
        )
    app = RunningApp(f"http://127.0.0.1:{port}", process.pid)
    try:
        _wait_until_healthy(app.url, process, log)
        yield app
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the app stopped while starting:\n{log.read_text()}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/health", timeout=2).is_success:
                return
        time.sleep(0.1)
    pytest.fail(f"the app did not start within {START_WITHIN_S} s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with run_app(tmp_path_factory.mktemp("app"), BURIN_USERS="") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip(
            "no Chromium on this machine: install it (apt-get install chromium) to run the page tests"
        )
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def drawing(size: int = 400) -> Image.Image:
    """A fish in black ink on white paper: RGB, not symmetric in any way."""
    picture = Image.new("RGB", (size, size), "white")
    pen = ImageDraw.Draw(picture)
    unit = size / 100
    body = [
        (10, 50),
        (30, 33),
        (55, 32),
        (75, 48),
        (92, 32),
        (90, 66),
        (75, 53),
        (52, 68),
        (28, 66),
        (10, 50),
    ]
    pen.line([(x * unit, y * unit) for x, y in body], fill="black", width=max(2, size // 80), joint="curve")
    pen.ellipse([22 * unit, 44 * unit, 26 * unit, 48 * unit], fill="black")
    pen.line([(38 * unit, 38 * unit), (38 * unit, 62 * unit)], fill="black", width=max(2, size // 100))
    return picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
