"""What a version costs on its way: from push to served, under load, back again, and at the start.

    python tests/benchmarks/hub.py

A Hub on loopback (tests/hub_double.py) in a process of its own, the real app, four clients that never
pause. Prints seconds from push to served, failed searches, latency while versions change hands, seconds of a
start with the Hub up or down and the cache cold or warm, and whether what was pulled is what was pushed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from hub_assets import bundle as bundles  # noqa: E402
from retrieval.search import SearchService  # noqa: E402
from retrieval.types import Query  # noqa: E402
from tests.running import RunningApp, data_url, drawing, encoded, run_app  # noqa: E402

SECRET, TOKEN = "a secret of the benchmark", "hf_benchmark"
REPOSITORY, MODEL = "ada/engravings", "ada/engravings-model"
CLIENTS, SWAPS, ROLLBACKS, LEAST_SEARCHES = 4, 5, 2, 500


class Double:
    """A Hub in a process of its own, and our command line beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._process: subprocess.Popen | None = None
        self.environment = {
            "HF_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HOME": str(folder / "cache-of-the-command-line"),
            "HF_TOKEN": TOKEN,
        }
        self.up()

    def up(self) -> None:
        if self._process is None:
            command = [sys.executable, "-m", "tests.hub_double", "--port", str(self.port)]
            command += ["--root", str(self.folder / "store"), "--token", TOKEN, "ada"]
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
            deadline = time.monotonic() + 30
            while not self._answers():
                if time.monotonic() > deadline or self._process.poll() is not None:
                    sys.exit("the Hub on loopback did not start")
                time.sleep(0.05)

    def down(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(15)
            self._process = None

    def command(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "hub_assets", *arguments]
        subprocess.run(
            command, cwd=ROOT, env=os.environ | self.environment, check=True, stdout=subprocess.DEVNULL
        )

    def push(self, bundle: Path, dataset: str, model: str, version: str) -> None:
        self.command("push", str(bundle), "--dataset", dataset, "--model", model, "--version", version)

    def _answers(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(self.environment["HF_ENDPOINT"], timeout=2).status_code < 600
        return False


@contextlib.contextmanager
def hub(folder: Path) -> Iterator[Double]:
    double = Double(folder)
    try:
        yield double
    finally:
        double.down()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", type=Path, default=ROOT / "hub_assets" / "starter" / "engravings")
    asked = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        with hub(work / "hub") as double:
            identity(double, work, asked.bundle)
            under_load(double, work, asked.bundle)
            starts(double, work)
    print(f"load after: {os.getloadavg()[0]:.2f}")


def identity(double: Double, work: Path, bundle: Path) -> None:
    """Pushed and pulled again: a 20 MB file, the rows, and the answers."""
    whole = work / "whole"
    shutil.copytree(bundle, whole)
    (whole / "model" / "encoder.safetensors").write_bytes(np.random.default_rng(0).bytes(20_000_000))
    double.push(whole, "ada/identity", "ada/identity-model", "v1")
    pulled = work / "pulled"
    double.command("pull", "ada/identity", "--out", str(pulled))
    same_file = bundles.sha256(whole / "model" / "encoder.safetensors") == bundles.sha256(
        pulled / "model" / "encoder.safetensors"
    )
    before, after = bundles.read(whole), bundles.read(pulled)
    tables = [pa.concat_tables([pq.read_table(shard) for shard in one.shards]) for one in (before, after)]
    answers = []
    for folder in (whole, pulled):
        service = SearchService.open({"c": folder}, threads=1)
        found = [
            service.search(Query("c", picture=drawing(side), kind="sketch", k=20)) for side in (200, 400)
        ]
        answers.append([[(match.record.id, match.similarity) for match in one.matches] for one in found])
    print(f"pushed and pulled: 20 MB file the same {same_file}, {tables[0].num_rows:,} rows the same "
          f"{tables[0].equals(tables[1])}, answers the same {answers[0] == answers[1]}")  # fmt: skip


def under_load(double: Double, work: Path, bundle: Path) -> None:
    """Searches of four clients while versions come and go."""
    double.push(bundle, REPOSITORY, MODEL, "v1")
    environment = double.environment | {"COLLECTIONS": f"engravings={REPOSITORY}", "BURIN_USERS": ""}
    environment |= {"BURIN_WEBHOOK_SECRET": SECRET, "HF_HOME": str(work / "app-cache")}
    folder = work / "app"
    folder.mkdir()
    with run_app(folder, **environment) as app:
        served(app, "v1")
        load = Load(app)
        quiet = load.during(lambda: time.sleep(10))
        served_after: list[float] = []
        back_after: list[float] = []
        commands: list[float] = []

        def change() -> None:
            for number in range(2, 2 + SWAPS):
                started = time.monotonic()
                double.push(bundle, REPOSITORY, MODEL, f"v{number}")
                notify(app)
                served(app, f"v{number}")
                served_after.append(time.monotonic() - started)
            for version in ("v2", "v4")[:ROLLBACKS]:
                started = time.monotonic()
                double.command("rollback", REPOSITORY, version)
                commands.append(time.monotonic() - started)
                notify(app)
                served(app, version)
                back_after.append(time.monotonic() - started)
            while len(load.milliseconds) < LEAST_SEARCHES:
                time.sleep(0.5)

        changing = load.during(change)
    print(f"push to served: median {statistics.median(served_after):.2f} s of {SWAPS} "
          f"({min(served_after):.2f} to {max(served_after):.2f})")  # fmt: skip
    print(f"rollback command: {', '.join(f'{one:.2f}' for one in commands)} s; to served: "
          f"{', '.join(f'{one:.2f}' for one in back_after)} s")  # fmt: skip
    print(f"{len(changing):,} searches of {CLIENTS} clients meanwhile, {len(load.failures)} failed; "
          f"versions seen: {', '.join(sorted(load.versions))}")  # fmt: skip
    for what, times in (("no version changing", quiet), ("versions changing", changing)):
        print(f"a search, {what}: median {statistics.median(times):.0f} ms, p95 "
              f"{np.percentile(times, 95):.0f} ms of {len(times):,}")  # fmt: skip
    for failure in load.failures[:5]:
        print("  ", failure)


def starts(double: Double, work: Path) -> None:
    """Seconds from the process to /health, and where the collection came from."""
    environment = double.environment | {"COLLECTIONS": f"engravings={REPOSITORY}", "BURIN_USERS": ""}
    warm = work / "warm"
    for what, cache, up in (
        ("Hub up, cache cold", warm, True),
        ("Hub up, cache warm", warm, True),
        ("Hub down, cache warm", warm, False),
        ("Hub down, cache cold", work / "never", False),
    ):
        if up:
            double.up()
        else:
            double.down()
        folder = work / what.replace(" ", "-").replace(",", "")
        folder.mkdir()
        started = time.monotonic()
        with run_app(folder, **(environment | {"HF_HOME": str(cache)})) as app:
            seconds = time.monotonic() - started
            source = health(app)["collections"]["engravings"]["source"]
        print(f"start, {what}: {seconds:.1f} s, from {source}")


class Load:
    """Clients that search without a pause."""

    def __init__(self, app: RunningApp) -> None:
        self._app = app
        self._question = {"data": [{"url": data_url(encoded(drawing(320)))}, "engravings", "sketch", 5, []]}
        self.milliseconds: list[float] = []
        self.failures: list[str] = []
        self.versions: set[str] = set()

    def during(self, change: Callable[[], None]) -> list[float]:
        """The milliseconds of every search that was sent while `change` ran."""
        self.milliseconds, stop = [], threading.Event()
        clients = [threading.Thread(target=self._search, args=(stop,)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            change()
        finally:
            stop.set()
            for client in clients:
                client.join()
        return self.milliseconds

    def _search(self, stop: threading.Event) -> None:
        with httpx.Client(base_url=self._app.url, timeout=30) as http:
            while not stop.is_set():
                started = time.perf_counter()
                try:
                    reply = http.post("/gradio_api/run/search", json=self._question)
                    if reply.is_error:
                        raise ValueError(reply.text[:200])
                    answer = reply.json()["data"][0]
                    if len(answer["matches"]) != 5 or http.get(answer["matches"][0]["image_url"]).is_error:
                        raise ValueError(f"{len(answer['matches'])} matches, or no picture")
                    self.versions.add(answer["version"])
                except Exception as error:
                    self.failures.append(f"{type(error).__name__}: {error}")
                self.milliseconds.append((time.perf_counter() - started) * 1000)


def health(app: RunningApp) -> dict:
    return httpx.get(f"{app.url}/health", timeout=10).json()


def served(app: RunningApp, version: str) -> None:
    deadline = time.monotonic() + 60
    while (seen := health(app)["collections"]["engravings"])["version"] != version or seen[
        "source"
    ] == "starter":
        if time.monotonic() > deadline:
            sys.exit(f"{version} was not served within a minute: {health(app)}")
        time.sleep(0.02)


def notify(app: RunningApp) -> None:
    body = {"repo": {"name": REPOSITORY, "type": "dataset"}}
    httpx.post(f"{app.url}/hub-webhook", json=body, headers={"X-Webhook-Secret": SECRET}).raise_for_status()


if __name__ == "__main__":
    main()
