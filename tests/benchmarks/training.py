"""What training costs the machine it runs on: python tests/benchmarks/training.py [searches | memory | whole]

The real app and the questions that its page asks. `searches`: a search's milliseconds with no run and beside
one that trains. `memory`: what the app holds before and after ten runs. `whole`: 2,000 pictures of the data
folder, two-phase, from the zip to the first search in the model that is live. Without a name, all three.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.running import RunningApp, data_url, drawing, encoded, run_app  # noqa: E402
from tests.training_page import Questions, questions  # noqa: E402
from tests.zips import sixty  # noqa: E402

RUNS, SEARCHES, PAUSE_S = 10, 300, 0.1
WHOLE_CLASSES, WHOLE_EACH = 40, 50
ENDED = ("finished", "stopped", "failed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", choices=[[], *MEASURED], help="default: all")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="for `whole`")
    asked = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores", flush=True)
    for what in asked.what or MEASURED:
        with tempfile.TemporaryDirectory() as folder, run_app(Path(folder), BURIN_USERS="") as app:
            MEASURED[what](app, Path(folder), asked.data)
    print(f"load after: {os.getloadavg()[0]:.2f}")


def searches(app: RunningApp, folder: Path, data: Path) -> None:
    """On the server, without the way there: of a drawing in the engravings, one visitor who pauses."""
    page = questions(app)
    search(app, "engravings", times=20)
    alone = search(app, "engravings")
    intake = handed_in(page, sixty(folder / "sixty.zip"))
    # The last layers learn for an hour; it is stopped when the searches are through.
    filled = {"variant": "two-phase", "run": {"patience": 0}, "phases": [{"epochs": 1}, {"epochs": 1000}]}
    run = page.ask("start", {"intake": intake, "collection": "beside", "filled": filled})["run"]["id"]
    wait(lambda: any(e.get("phase") == "end" and "loss" in e for e in events(page, run)), "the run to learn")
    beside = search(app, "engravings")
    for _ in range(2):
        page.ask("stop", {"run": run})
    ended(page, run)
    for what, times in (("with no run", alone), ("beside a run that trains", beside)):
        print(f"a search {what}: median {statistics.median(times):.1f} ms, p95 "
              f"{np.percentile(times, 95):.1f} ms of {len(times)}")  # fmt: skip
    print(f"  ratio: median {statistics.median(beside) / statistics.median(alone):.2f}, p95 "
          f"{np.percentile(beside, 95) / np.percentile(alone, 95):.2f}", flush=True)  # fmt: skip


def memory(app: RunningApp, folder: Path, data: Path) -> None:
    """The app holds no run: each is a process of its own."""
    page = questions(app)
    search(app, "engravings", times=20)
    before, zip_file = resident_mb(app), sixty(folder / "sixty.zip")
    held = []
    for number in range(RUNS):
        run = trained(page, zip_file, f"run-{number}", {"variant": "head-random"})
        page.ask("result", {"run": run["id"]})
        held.append(resident_mb(app))
        if not number:
            print(f"60 pictures, head-random, first run: {seconds(run):.1f} s", flush=True)
    search(app, "engravings", times=20)
    after = ", ".join(f"{one:.0f}" for one in held)
    print(f"the app holds {before:.0f} MB, after each of {RUNS} runs {after} MB", flush=True)
    print(f"  at most {app.memory_mb():.0f} MB", flush=True)


def whole(app: RunningApp, folder: Path, data: Path) -> None:
    """Sketchy has 25 photos and 25 drawings of a class, so that 2,000 pictures are of 40 classes."""
    page, started = questions(app), time.monotonic()
    zip_file = sketchy_zip(data / "sketchy", folder / "sketchy.zip")
    run = trained(page, zip_file, "sketchy", {"variant": "two-phase"})
    if run["state"] != "finished":
        sys.exit(f"the run {run['state']}: {run['message']}")
    page.ask("make_live", {"run": run["id"]})
    search(app, "sketchy", times=1)
    print(f"{WHOLE_CLASSES * WHOLE_EACH:,} pictures of {WHOLE_CLASSES} classes, two-phase, from zip to live: "
          f"{(time.monotonic() - started) / 60:.1f} min; its steps in minutes: "
          f"{', '.join(f'{name} {took / 60:.1f}' for name, took in run['seconds'].items())}")  # fmt: skip
    for figure in page.ask("result", {"run": run["id"]})["figures"][0]["shares"]:
        low, high = figure["interval"]
        told = f"{figure['name']} {figure['value']:.3f} ({low:.3f} to {high:.3f})"
        print(f"  {told}, frozen {figure['before']}")
    print(f"  {run['message']['en']}", flush=True)


MEASURED = {"searches": searches, "memory": memory, "whole": whole}


def sketchy_zip(sketchy: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        for kind in ("photos", "sketches"):
            for one in sorted((sketchy / kind).iterdir())[:WHOLE_CLASSES]:
                for picture in sorted(one.iterdir()):
                    packed.write(picture, f"{kind}/{one.name}/{picture.name}")
    return path


def handed_in(page: Questions, zip_file: Path) -> str:
    """The zip in pieces, unpacked and looked at; returns the id of the pictures."""
    data, piece = zip_file.read_bytes(), page.ask("new_run")["piece"]
    upload = page.ask("upload_begin", {"bytes": len(data)})["upload"]
    for at in range(0, len(data), piece):
        part = data_url(data[at : at + piece], "application/zip")
        page.ask("upload_part", {"upload": upload, "at": at, "piece": part})
    task = page.ask("hand_in", {"name": zip_file.stem, "upload": upload, "table": None})["task"]
    looked = wait(lambda: page_answer(page, task), "a look at the pictures")
    if "error" in looked:
        sys.exit(str(looked["error"]))
    return looked["intake"]["id"]


def page_answer(page: Questions, task: str) -> dict[str, Any] | None:
    answer = page.ask("task", {"task": task})
    return None if answer.get("busy") else answer


def trained(page: Questions, zip_file: Path, collection: str, filled: dict[str, Any]) -> dict[str, Any]:
    """From a zip to a run that has ended."""
    asked = {"intake": handed_in(page, zip_file), "collection": collection, "filled": filled}
    return ended(page, page.ask("start", asked)["run"]["id"])


def ended(page: Questions, run: str) -> dict[str, Any]:
    def state() -> dict[str, Any] | None:
        found = page.ask("run", {"run": run})["run"]
        return found if found["state"] in ENDED else None

    return wait(state, f"the run {run} to end")


def events(page: Questions, run: str) -> list[dict[str, Any]]:
    return page.ask("run", {"run": run})["events"]


def wait(done: Callable[[], Any], what: str, within_s: float = 7200) -> Any:
    deadline = time.monotonic() + within_s
    while not (found := done()):
        if time.monotonic() > deadline:
            sys.exit(f"waited {within_s:.0f} s for {what}")
        time.sleep(0.2)
    return found


def seconds(run: dict[str, Any]) -> float:
    return sum(run["seconds"].values())


def search(app: RunningApp, collection: str, times: int = SEARCHES) -> list[float]:
    """The server's own milliseconds of each."""
    question = {"data": [{"url": data_url(encoded(drawing(320)))}, collection, "sketch", 10, []]}
    took = []
    with httpx.Client(base_url=app.url, timeout=60) as http:
        for _ in range(times):
            reply = http.post("/gradio_api/run/search", json=question)
            reply.raise_for_status()
            took.append(reply.json()["data"][0]["timings_ms"]["total"])
            time.sleep(PAUSE_S)
    return took


def resident_mb(app: RunningApp) -> float:
    status = Path(f"/proc/{app.pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
