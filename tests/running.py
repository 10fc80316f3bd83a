"""The real app as a process, and pictures to ask it about."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import socket
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from PIL import Image, ImageDraw

ROOT = Path(__file__).parent.parent
START_WITHIN_S = 90


@dataclass(frozen=True)
class RunningApp:
    """url: without a trailing slash. pid: of the server's process."""

    url: str
    pid: int

    def memory_mb(self) -> float:
        """The most memory the server ever held. Skips the test where the system does not tell."""
        status = Path(f"/proc/{self.pid}/status")
        if not status.is_file():
            pytest.skip("/proc does not tell how much memory was held")
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
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
        "BURIN_RUNS": str(folder / "runs"),
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


def data_url(data: bytes, mime: str = "image/png") -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def bomb(side: int = 30_000) -> bytes:
    """A valid 1-bit PNG of side x side black pixels in about 110 kB."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    pixels = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


BAD_PICTURES = {
    "empty pad": (encoded(Image.new("RGB", (640, 640), "white")), "blank"),
    "blank black picture": (encoded(Image.new("L", (300, 200), 0)), "blank"),
    "text renamed .png": (b"this is no picture, it is text", "not a picture"),
    "truncated JPEG": (encoded(drawing(1200), "JPEG")[:4000], "broken"),
    "0 bytes": (b"", "empty"),
    "PNG bomb": (bomb(), "too large"),
}
