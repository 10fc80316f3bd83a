"""What a segmenter's run answers on a split: scores of the masks that would be served, and a report.

Every figure is of retrieval.segmentation.Segmenter and the exported graph, each photo at its own size.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from retrieval import images
from retrieval.segmentation import ANSWERS, CATEGORIES, Segmenter, at_size, overlay
from train import checkpoint
from train.answers import save_arrays
from train.beside import write_file
from train.report.plots import write_table
from train.report.run import curves, read_events
from train.segment import metrics
from train.segment.config import SegmenterConfig
from train.segment.data import Frame, held_out, read_streets
from train.segment.export import as_served, graph_of
from train.segment.loop import BEST, load_segmenter

# HELD_OUT: the frames of train that the run stopped by; to choose between runs, never to report.
HELD_OUT = "held-out"
TIMED_SIZE, TIMED_THREADS, TIMED_TIMES = (480, 360), 2, 15
SHOWN = 3  # of the best, the middling and the worst photos each
_CELL = (300, 225)


def examine_segmenter(
    run: Path,
    root: Path,
    split: str = "val",
    height: int | None = None,
    width: int | None = None,
    mirror: bool | None = None,
    progress: bool = True,
) -> dict[str, Any]:
    """Score the run's masks of a split, write RUN/report/ and return the figures.

    root: the data folder. split: a folder of the photos, or "held-out", whose report is RUN/report-held-out/.
    height, width, mirror: in place of the run's. Raises RuntimeError for an unfinished run, ValueError for a
    split without frames.
    """
    network, config = load_segmenter(run)
    config = as_served(config, height, width, mirror)
    frames = frames_of(root / config.data, split, config, progress)
    size, path = [config.height, config.width], graph_of(run, network, config)
    segmenter = Segmenter(path, *size, TIMED_THREADS)
    confusion_NCC = confusions(segmenter, frames, progress)
    measured = (
        {"network": config.network, "loss": config.loss, "size": size, "mirror": config.mirror}
        | scores(confusion_NCC)
        | learnt(run)
        | {
            "milliseconds": timed(segmenter, frames[0]),
            "parameters": sum(weight.numel() for weight in network.parameters()),
            "megabytes": round(path.stat().st_size / 1e6, 2),
            "protocol": {"data": config.data, "split": split, "frames": _fingerprint(frames)},
        }
    )
    report = run / ("report-held-out" if split == HELD_OUT else "report")
    write_report(report, measured, confusion_NCC, segmenter, frames)
    curves([_drawn(event) for event in read_events(run / "events.jsonl")], report)
    return measured


def frames_of(streets: Path, split: str, config: SegmenterConfig, progress: bool = False) -> list[Frame]:
    """The frames of a split, or those of train that the run kept out. Raises ValueError for none."""
    found = read_streets(streets, "train" if split == HELD_OUT else split, progress)
    if split != HELD_OUT:
        return list(found.frames)
    if not config.hold_out:
        raise ValueError("the run held out no frames; wanted: --split val, or a run with --hold-out")
    return held_out(found.frames, config.hold_out)[1]


def confusions(segmenter: Segmenter, frames: Sequence[Frame], progress: bool = False) -> np.ndarray:
    """(N, 7, 7) int64: of each frame, the truth in rows and the served mask in columns, at the size of the
    truth."""
    counts = []
    for frame in tqdm(frames, desc="masks", disable=not progress, mininterval=1):
        truth_HW = frame.truth()
        answer_HW = segmenter.segment(images.load(frame.photo))
        counts.append(metrics.confusion(truth_HW, at_size(answer_HW, truth_HW.shape[::-1])))
    return np.stack(counts)


def scores(confusion_NCC: np.ndarray) -> dict[str, Any]:
    """Figures ready for JSON, each {"value", "interval"}: the 95% bootstrap interval over frames. Value and
    interval are None for a category that is in neither truth nor answer."""
    whole, rounds = confusion_NCC.sum(axis=0), metrics.resampled(confusion_NCC)
    measured: dict[str, Any] = {"frames": len(confusion_NCC)}
    for name, score in (("IoU", metrics.iou), ("Dice", metrics.dice)):
        values_C, values_BC = score(whole), score(rounds)
        measured[f"mean {name}"] = _figure(
            metrics.mean_over_categories(values_C), metrics.mean_over_categories(values_BC)
        )
        measured[name] = {
            category: _figure(values_C[row], values_BC[:, row])
            for row, category in enumerate(CATEGORIES[:ANSWERS])
        }
    measured["pixel accuracy"] = _figure(metrics.pixel_accuracy(whole), metrics.pixel_accuracy(rounds))
    return measured


def _figure(value: float, values_B: np.ndarray) -> dict[str, Any]:
    if np.isnan(value):
        return {"value": None, "interval": None}
    return {
        "value": round(float(value), 4),
        "interval": [round(end, 4) for end in metrics.interval(values_B)],
    }


def learnt(run: Path) -> dict[str, Any]:
    """Losses and minutes of the training. Both losses are cross-entropies, whatever was minimised: of the
    last crops it learnt from, augmented as they were, and of the held-out frames by the weights that were
    kept."""
    events = read_events(run / "events.jsonl")
    last = [event["cross-entropy"] for event in events if "cross-entropy" in event][-5:]
    seconds = max((event["seconds"] for event in events), default=0.0)
    return {
        "training loss": round(float(np.mean(last)), 4) if last else None,
        "validation loss": checkpoint.load(run / BEST)["validation"].get("cross-entropy"),
        "training minutes": round(seconds / 60, 1),
    }


def _drawn(event: dict[str, Any]) -> dict[str, Any]:
    """An event without the parts of the validation's loss, which would lie over its score."""
    if "validation" not in event:
        return event
    return event | {"validation": {name: event["validation"][name] for name in ("loss", "mIoU")}}


def timed(segmenter: Segmenter, frame: Frame) -> float:
    """Milliseconds of one mask of a 480 x 360 photo, decoded already: the median of fifteen."""
    photo, taken = images.load(frame.photo).resize(TIMED_SIZE), []
    for _ in range(TIMED_TIMES + 2):
        before = time.perf_counter()
        segmenter.segment(photo)
        taken.append(time.perf_counter() - before)
    return round(1000 * float(np.median(taken[2:])), 1)  # the first two also prepare the session


def write_report(
    report: Path,
    measured: dict[str, Any],
    confusion_NCC: np.ndarray,
    segmenter: Segmenter,
    frames: Sequence[Frame],
) -> None:
    """figures.json, per_frame.npz, confusion.csv and masks.jpg in the folder `report`."""
    report.mkdir(exist_ok=True)
    shares_CC = confusion_NCC.sum(axis=0) / np.maximum(confusion_NCC.sum(axis=(0, 2)), 1)[:, None]
    lines = [
        [name, *(f"{share:.4f}" for share in row)] for name, row in zip(CATEGORIES, shares_CC, strict=False)
    ]
    write_table(report / "confusion.csv", [["truth", *CATEGORIES[:ANSWERS]], *lines])
    _sheet(confusion_NCC, segmenter, frames).save(report / "masks.jpg", quality=88)
    names = np.array([frame.name for frame in frames])
    save_arrays(report / "per_frame.npz", {"names": names, "confusion": confusion_NCC})
    text = json.dumps(measured, indent=1, ensure_ascii=False)
    write_file(report / "figures.json", text.encode())


def _sheet(confusion_NCC: np.ndarray, segmenter: Segmenter, frames: Sequence[Frame]) -> Image.Image:
    """Photo, truth and answer side by side: of the worst, the middling and the best photos by mean IoU."""
    order = np.argsort(metrics.mean_over_categories(metrics.iou(confusion_NCC)))
    middle = max(0, (len(order) - SHOWN) // 2)
    chosen = dict.fromkeys([*order[:SHOWN], *order[middle : middle + SHOWN], *order[-SHOWN:]])
    sheet = Image.new("RGB", (3 * _CELL[0], len(chosen) * _CELL[1]), "white")
    for row, number in enumerate(chosen):
        photo, truth_HW = frames[number].open()
        cells = photo, overlay(photo, truth_HW, 0.7), overlay(photo, segmenter.segment(photo), 0.7)
        for column, cell in enumerate(cells):
            sheet.paste(cell.resize(_CELL), (column * _CELL[0], row * _CELL[1]))
    return sheet


def _fingerprint(frames: Sequence[Frame]) -> str:
    """Of the names: runs that were asked the same frames share it."""
    return hashlib.sha256("\n".join(frame.name for frame in frames).encode()).hexdigest()[:12]


def summary(measured: dict[str, Any]) -> str:
    """The figures for a person, a line each."""

    def told(figure: dict[str, Any]) -> str:
        if figure["value"] is None:
            return "–"
        low, high = figure["interval"]
        return f"{figure['value']:.3f} [{low:.3f}, {high:.3f}]"

    height, width = measured["size"]
    lines = [f"{measured['network']} at {width} x {height}, {measured['frames']} frames"]
    lines += [f"  IoU {name}: {told(figure)}" for name, figure in measured["IoU"].items()]
    lines += [f"{name}: {told(measured[name])}" for name in ("mean IoU", "mean Dice", "pixel accuracy")]
    lines.append(f"{measured['milliseconds']} ms a mask, {measured['megabytes']} MB")
    return "\n".join(lines)
