"""What a query costs, side by side in one run: python tests/benchmarks/query.py

Medians over repeated calls on this machine, with its load printed before and after; quote them only from
a quiet machine. Torch runs the very network of the shipped bundle, from its safetensors.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402

from hub_assets import bundle as bundles  # noqa: E402
from retrieval.search import SearchService  # noqa: E402
from retrieval.types import Query  # noqa: E402


def drawing_url(side: int = 320) -> str:
    """A drawing as an opaque RGBA PNG in a data URL; by default of the size the pad sends (assets/pad.js)."""
    drawings = json.loads((ROOT / "tests/drawings/drawings.json").read_text())["drawings"]
    strokes = next(drawing["strokes"] for drawing in drawings if drawing["motif"] == "horse")
    pad = Image.new("RGBA", (640, 640), "white")
    pen = ImageDraw.Draw(pad)
    for stroke in strokes:
        pen.line([(x * 1.25, y * 1.25) for x, y in stroke], fill="black", width=6, joint="curve")
    pad = pad.resize((side, side), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    pad.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


ROUND = 10  # calls of one kind before the next has its turn


def medians_ms(repeats: int, *calls: Callable[[], object]) -> list[float]:
    """The median of each call. They take turns, ten at a time: a machine's pace drifts within seconds, and
    a ratio of two medians taken one after the other is a ratio of two paces."""
    times: list[list[float]] = [[] for _ in calls]
    for turn in range(max(2, repeats // ROUND + 1)):
        for call, kept in zip(calls, times, strict=True):
            for repeat in range(ROUND + 1):
                started = time.perf_counter()
                call()
                if turn and repeat:  # the first turn, and the first call after another's turn, warm up
                    kept.append((time.perf_counter() - started) * 1000)
    return [statistics.median(kept) for kept in times]


def torch_eager(folder: Path) -> Callable[[], object]:
    """One encoding by the same network in torch, eager, channels_last, float32; with the mirror image, where
    the graph sees one."""
    import torch
    from safetensors.torch import load_file

    from train.config import TrainConfig
    from train.model import EmbeddingModel

    config = json.loads((folder / "model" / "config.json").read_text())
    model = EmbeddingModel(config["backbone"], config["dim"], pretrained=False)
    model.load_state_dict(
        {
            name: value.float()
            for name, value in load_file(folder / "model/encoder.safetensors").items()
            if value.is_floating_point()
        },
        strict=False,
    )
    model = model.eval().to(memory_format=torch.channels_last)
    learnt = config["training"]
    seen = TrainConfig(mirror=learnt.get("mirror", False), mirror_size=learnt.get("mirror_size", 0))
    sizes = filter(None, (config["size"], seen.mirrored_at(config["size"])))
    pictures = [torch.randint(0, 255, (1, 1, size, size), dtype=torch.uint8) for size in sizes]
    pictures = [picture.contiguous(memory_format=torch.channels_last) for picture in pictures]

    def encode() -> None:
        with torch.inference_mode():
            for picture in pictures:
                model(picture)

    return encode


def first_answer_seconds(url: str) -> tuple[float, float, int]:
    """(seconds from process start to the first answered search, median ms of a search over HTTP after
    that, peak resident megabytes of the app)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port), "GRADIO_SERVER_NAME": "127.0.0.1"}
    started = time.perf_counter()
    app = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    body = json.dumps(
        {"image": {"url": url}, "collection": "engravings", "kind": "sketch", "k": 10, "tags": ""}
    )

    def search() -> bytes:
        endpoint = f"http://127.0.0.1:{port}/gradio_api/run/search"
        values = list(json.loads(body).values())
        request = urllib.request.Request(
            endpoint, json.dumps({"data": values}).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    try:
        while True:
            try:
                search()
                break
            except OSError:
                if app.poll() is not None or time.perf_counter() - started > 120:
                    raise
                time.sleep(0.02)
        seconds = time.perf_counter() - started
        (http,) = medians_ms(60, search)
        status = Path(f"/proc/{app.pid}/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0]) // 1024
        return seconds, http, peak
    finally:
        app.terminate()
        app.wait(20)


def import_gradio_seconds() -> float:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import gradio"], check=True, cwd=ROOT)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--collection", default="engravings")
    parser.add_argument("--repeats", type=int, default=200)
    options = parser.parse_args()
    print(f"load before: {os.getloadavg()}, {os.cpu_count()} cores")
    folder = bundles.find(options.collection)
    service = SearchService.open({options.collection: folder})
    url, larger_url = drawing_url(), drawing_url(512)
    collection = service.collections[options.collection]
    size = collection.encoder.config.size
    prepared = np.zeros((1, 1, size, size), np.uint8)

    def search(picture: str = url) -> str:
        return json.dumps(service.search(Query(options.collection, picture, kind="sketch")).to_json())

    def encode() -> object:
        return collection.encoder.encode(prepared)

    onnx, whole, larger = medians_ms(options.repeats, encode, search, lambda: search(larger_url))
    serving_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    stages = service.search(Query(options.collection, url, kind="sketch")).timings_ms
    beside_torch, eager = medians_ms(options.repeats, encode, torch_eager(folder))
    imports = import_gradio_seconds()
    first, http, peak_mb = first_answer_seconds(url)

    print(f"records {len(collection)}, encoder input {size} px, vectors of {collection.encoder.config.dim}")
    print(f"encoder, ONNX Runtime            {onnx:8.2f} ms")
    print(f"encoder, torch channels_last     {eager:8.2f} ms   {eager / beside_torch:.2f} x (at least 2.3)")
    print(f"data URL to JSON                 {whole:8.2f} ms   {whole / onnx:.2f} x encoder (at most 2.5)")
    print(f"  the same drawing of 512 px     {larger:8.2f} ms   {larger / onnx:.2f} x encoder")
    print("  of it: " + ", ".join(f"{stage} {value:.2f}" for stage, value in stages.items()))
    print(f"search over HTTP                 {http:8.2f} ms")
    print(f"import of gradio                 {imports:8.2f} s")
    print(f"app start to first answer        {first:8.2f} s    {first / imports:.2f} x (wanted: at most 2.5)")
    print(f"peak memory: search service {serving_mb} MB, app {peak_mb} MB")
    print(f"load after: {os.getloadavg()}")


if __name__ == "__main__":
    main()
