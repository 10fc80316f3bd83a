"""Runs of segmenters side by side: one table and one plot, the same frames, with intervals and minutes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from retrieval.segmentation import ANSWERS, CATEGORIES
from train.report.plots import ACCENT, GREY, HAIRLINE, INK, headed, house_style, written
from train.segment import metrics

MEAN = "mean IoU"
# Beside the IoU of every category: figures with an interval, and plain ones with their number of decimals.
SCORES = (MEAN, "mean Dice", "pixel accuracy")
PLAIN = {"training loss": 3, "validation loss": 3, "training minutes": 1, "milliseconds": 0}


@dataclass(frozen=True)
class Run:
    """A run as its folder tells it. name: its network, and its folder too where two share a network.
    confusion_NCC: of each frame."""

    folder: Path
    name: str
    figures: Mapping[str, Any]
    confusion_NCC: np.ndarray

    def figure(self, column: str) -> Mapping[str, Any]:
        return self.figures[column] if column in SCORES else self.figures["IoU"][column]


@dataclass(frozen=True)
class Comparison:
    """runs: in the order asked. leader: the best by mean IoU. winner: the leader if it is better than every
    other outside the 95% interval of their difference on the same frames, else None. verdicts: a sentence for
    each of the others."""

    runs: tuple[Run, ...]
    leader: str
    winner: str | None
    verdicts: tuple[str, ...]


def compare(folders: Sequence[Path]) -> Comparison:
    """Read the reports of two runs or more, and which is best.

    Raises ValueError for fewer than two, a run without a report, one that was given twice, and for runs that
    were not asked the same frames."""
    if len({folder.resolve() for folder in folders}) < max(2, len(folders)):
        raise ValueError(f"{len(folders)} runs; wanted: two or more different ones to compare")
    runs = _named([_read(folder) for folder in folders])
    for other in runs[1:]:
        first, second = runs[0].figures["protocol"], other.figures["protocol"]
        if first != second:
            raise ValueError(
                f"{runs[0].folder} and {other.folder} were not asked the same: {first} and {second}"
            )
    leader, *others = sorted(runs, key=lambda run: -(run.figures[MEAN]["value"] or 0.0))
    verdicts, wins = [], True
    for other in others:
        low, high = difference(leader.confusion_NCC, other.confusion_NCC)
        wins = wins and low > 0
        by = (leader.figures[MEAN]["value"] or 0.0) - (other.figures[MEAN]["value"] or 0.0)
        apart = "is better than" if low > 0 else "cannot be told from"
        verdicts.append(f"{MEAN}: {leader.name} {apart} {other.name}, {by:+.3f} [{low:+.3f}, {high:+.3f}]")
    return Comparison(tuple(runs), leader.name, leader.name if wins else None, tuple(verdicts))


def difference(one_NCC: np.ndarray, other_NCC: np.ndarray) -> tuple[float, float]:
    """95% interval of the difference in mean IoU; both meet the same resampled frames."""
    first_B, second_B = (
        metrics.mean_over_categories(metrics.iou(metrics.resampled(counts_NCC)))
        for counts_NCC in (one_NCC, other_NCC)
    )
    return metrics.interval(first_B - second_B)


def _read(folder: Path) -> Run:
    report = folder / "report"
    try:
        figures = json.loads((report / "figures.json").read_text(encoding="utf-8"))
        with np.load(report / "per_frame.npz", allow_pickle=False) as saved:
            return Run(folder, figures["network"], figures, saved["confusion"])
    except FileNotFoundError as error:
        raise ValueError(
            f"{folder} has no {Path(error.filename).name}; run: python -m train evaluate-segmenter {folder}"
        ) from None


def _named(runs: Sequence[Run]) -> list[Run]:
    """The runs, those of one network told apart by their folders."""
    networks = [run.name for run in runs]
    folders = [run.folder.resolve().name for run in runs]
    alike = len(set(zip(networks, folders, strict=True))) < len(runs)
    named = []
    for run, folder in zip(runs, folders, strict=True):
        told = str(run.folder) if alike else folder
        name = run.name if networks.count(run.name) == 1 else f"{run.name} ({told})"
        named.append(Run(run.folder, name, run.figures, run.confusion_NCC))
    return named


def table(comparison: Comparison, style: Literal["text", "markdown"] = "text") -> str:
    """The runs with their figures, 95% intervals of the three summaries, then every verdict, as aligned text
    or as Markdown. Raises ValueError for another style."""
    if style not in ("text", "markdown"):
        raise ValueError(f"no style {style!r}; wanted: text or markdown")
    losses, costs = list(PLAIN)[:2], list(PLAIN)[2:]
    rows = [["model", *losses, *(f"IoU {name}" for name in CATEGORIES[:ANSWERS]), *SCORES, *costs]]
    for run in comparison.runs:
        wins = run.name == comparison.winner
        cells = [_plain(run.figures.get(name), PLAIN[name]) for name in losses]
        cells += [_cell(run.figure(name), False) for name in CATEGORIES[:ANSWERS]]
        cells += [_cell(run.figure(name), True, wins and name == MEAN, style) for name in SCORES]
        rows.append([run.name, *cells, *(_plain(run.figures.get(name), PLAIN[name]) for name in costs)])
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        padded = [cell.ljust(width) for cell, width in zip(row, wide, strict=True)]
        lines.append(f"| {' | '.join(padded)} |" if style == "markdown" else "  ".join(padded).rstrip())
    if style == "markdown":
        lines.insert(1, "|" + "|".join("-" * (width + 2) for width in wide) + "|")
    bullet = "- " if style == "markdown" else ""
    return "\n".join([*lines, "", *(f"{bullet}{verdict}" for verdict in comparison.verdicts)]) + "\n"


def _plain(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:,.{decimals}f}"


def _cell(figure: Mapping[str, Any], interval: bool, wins: bool = False, style: str = "text") -> str:
    if figure["value"] is None:
        return "–"
    value = f"{figure['value']:.3f}"
    if wins:
        value = f"**{value}**" if style == "markdown" else f"{value}*"
    low, high = figure["interval"]
    return f"{value} [{low:.3f}, {high:.3f}]" if interval else value


def plot(comparison: Comparison, path: Path) -> None:
    """A PNG: a panel for each category and summary, in it each run's dot and interval, a winner's in green;
    then what each costs."""
    from matplotlib.figure import Figure

    names = [run.name for run in comparison.runs]
    panels, across = [*SCORES, *CATEGORIES[:ANSWERS], "training minutes", "milliseconds"], 4
    down = -(-len(panels) // across)
    room, tall = 0.35 + 0.075 * max(map(len, names)), 0.55 + 0.3 * len(names)
    with house_style():
        width, height = room + 2.05 * across + 0.2, 0.95 + (tall + 0.5) * down
        figure = Figure(figsize=(width, height))
        grid = figure.add_gridspec(
            *(down, across), left=room / width, right=1 - 0.2 / width, top=1 - 1.15 / height,
            bottom=0.4 / height, wspace=0.14, hspace=0.75 / (0.3 * len(names)) * 0.9,
        )  # fmt: skip
        for number, panel in enumerate(panels):
            axes = figure.add_subplot(grid[number // across, number % across])
            for row, run in enumerate(comparison.runs):
                if panel in PLAIN:
                    value = run.figures.get(panel) or 0
                    axes.barh(row, value, 0.35, color=HAIRLINE)
                    axes.text(0, row, f" {value:,.{PLAIN[panel]}f}", va="center", fontsize=8)
                    continue
                shown = run.figure(panel)
                if shown["value"] is not None:
                    colour = ACCENT if panel == MEAN and run.name == comparison.winner else GREY
                    axes.hlines(row, *shown["interval"], color=colour, linewidth=1.6)
                    axes.plot(shown["value"], row, marker="o", markersize=6, color=colour)
            title = panel if panel in PLAIN or panel in SCORES else f"IoU {panel}"
            axes.set_title(title, fontsize=9, color=INK, weight="bold" if panel == MEAN else "normal", pad=5)
            axes.set_ylim(len(names) - 0.5, -0.5)
            axes.set_yticks(range(len(names)), names if number % across == 0 else [])
            axes.tick_params(axis="y", length=0)
            axes.spines["left"].set_visible(False)
            axes.grid(visible=True, axis="x")
            axes.locator_params(axis="x", nbins=4)
        headed(
            figure, "Segmenters side by side", "dots with 95% intervals; green: better than every other run"
        )
        written(figure, path)
