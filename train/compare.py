"""Sets runs side by side: one table and one plot, same data, same protocol, with intervals and minutes.

Two intervals that overlap do not say that two models are equal, nor the other way round: both answered the
same queries, so a winner is named by the interval of the paired difference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from train import metrics
from train.report.plots import ACCENT, GREY, HAIRLINE, INK, headed, house_style, written

# What is compared, in the order of the columns. Of the last lower is better.
COMPARED = (
    *("recall@1", "recall@5", "recall@10", "R-precision", "MAP@R", "mAP@all", "instance recall@1"),
    *("instance recall@10", "kNN accuracy", "triplet accuracy", "triplet margin accuracy"),
    *("out-of-domain AUROC", "ECE"),
)
LOWER_IS_BETTER = ("ECE",)
# Those a table and a plot can show without becoming a wall; the verdicts name all of them.
COLUMNS = ("recall@1", "recall@10", "MAP@R", "mAP@all", "kNN accuracy", "out-of-domain AUROC", "ECE")
MINUTES = "training minutes"


@dataclass(frozen=True)
class Run:
    """A run as its folder tells it. name: its variant, and its folder too where two share a variant."""

    folder: Path
    name: str
    figures: Mapping[str, Any]
    per_query: Mapping[str, np.ndarray]

    def value(self, metric: str) -> float | None:
        return self.figures[metric]["value"] if metric in self.figures else None


@dataclass(frozen=True)
class Verdict:
    """Who leads in a metric, by how much over whom, and the 95% interval of the paired difference. winner:
    the leader if no run is within the intervals of it, else None. note: why nothing was compared."""

    metric: str
    leader: str = ""
    second: str = ""
    difference: float = 0.0
    interval: tuple[float, float] = (0.0, 0.0)
    winner: str | None = None
    note: str = ""

    def __str__(self) -> str:
        if self.note:
            return f"{self.metric}: {self.note}"
        low, high = self.interval
        by = f"{self.difference:+.3f} [{low:+.3f}, {high:+.3f}]"
        if self.winner:
            return f"{self.metric}: {self.winner} wins, {by} against {self.second}"
        return f"{self.metric}: no winner outside the intervals; {self.leader} {by} against {self.second}"


@dataclass(frozen=True)
class Comparison:
    """runs: in the order asked. metrics: of COMPARED, those that some run has. verdicts: one of each."""

    runs: tuple[Run, ...]
    metrics: tuple[str, ...]
    verdicts: tuple[Verdict, ...]

    def winner(self, metric: str) -> str | None:
        return next(verdict.winner for verdict in self.verdicts if verdict.metric == metric)


def compare(runs: Sequence[Path]) -> Comparison:
    """Read the reports of two runs or more, and who wins in what.

    Raises ValueError for fewer than two, for a run without a report, and for runs that were not measured
    alike, with what differs.
    """
    if len(runs) < 2:
        raise ValueError(f"{len(runs)} runs; wanted: two or more to compare")
    read = _named([_read(Path(folder)) for folder in runs])
    for other in read[1:]:
        _measured_alike(read[0], other)
    present = tuple(name for name in COMPARED if any(name in run.figures for run in read))
    return Comparison(tuple(read), present, tuple(_verdict(name, read) for name in present))


def _read(folder: Path) -> Run:
    report = folder / "report"
    try:
        figures = json.loads((report / "figures.json").read_text(encoding="utf-8"))
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        with np.load(report / "per_query.npz", allow_pickle=False) as saved:
            per_query = {name: saved[name] for name in saved.files}
    except FileNotFoundError as error:
        raise ValueError(
            f"{folder} has no {Path(error.filename).name}; run: python -m train evaluate {folder}"
        ) from None
    if not figures.get("protocol"):
        raise ValueError(f"{folder} does not say how it was measured; run: python -m train evaluate {folder}")
    return Run(folder, str(config.get("variant", folder.name)), figures, per_query)


def _named(runs: Sequence[Run]) -> list[Run]:
    """The runs, those of one variant told apart by their folders."""
    variants = [run.name for run in runs]
    named = []
    for run in runs:
        alone = variants.count(run.name) == 1
        name = run.name if alone else f"{run.name} ({run.folder.resolve().name})"
        named.append(Run(run.folder, name, run.figures, run.per_query))
    if len({run.name for run in named}) < len(named):  # folders of one name: the paths as they were given
        named = [Run(run.folder, str(run.folder), run.figures, run.per_query) for run in named]
    if len({run.name for run in named}) < len(named):
        raise ValueError("one run was given twice; wanted: different ones")
    return named


def _measured_alike(one: Run, other: Run) -> None:
    first, second = one.figures["protocol"], other.figures["protocol"]
    differing = [name for name in {**first, **second} if first.get(name) != second.get(name)]
    told = [f"{name} ({first.get(name)!r} and {second.get(name)!r})" for name in differing]
    if not told:
        told = [
            f"{name} ({one.figures[name]} and {other.figures[name]})"
            for name in ("queries", "gallery", "outside")
            if one.figures[name] != other.figures[name]
        ] or [
            f"{name} of the queries"
            for name in ("names", "groups")
            if not np.array_equal(one.per_query[name], other.per_query[name])
        ]
    if told:
        raise ValueError(
            f"{one.folder} and {other.folder} were not measured alike; they differ in {', '.join(told)}"
        )


def _verdict(metric: str, runs: Sequence[Run]) -> Verdict:
    """The leader against every other run: the closest of them is the one that it is told against."""
    having = [run for run in runs if metric in run.figures]
    if len(having) < 2:
        return Verdict(metric, note=f"only {having[0].name} has it")
    margins = sorted({run.figures["margin"] for run in having})
    if metric == "triplet margin accuracy" and len(margins) > 1:
        return Verdict(metric, note=f"not compared, the margins differ: {', '.join(map(str, margins))}")
    sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
    leader, *others = sorted(having, key=lambda run: -sign * run.value(metric))
    intervals = [_paired_interval(metric, leader, other) for other in others]
    apart = [low > 0 or high < 0 for low, high in intervals]
    # The second best, or the first further down that the leader cannot be told from.
    told = apart.index(False) if False in apart else 0
    return Verdict(
        metric,
        leader.name,
        others[told].name,
        leader.value(metric) - others[told].value(metric),
        intervals[told],
        leader.name if all(apart) else None,
    )


def _paired_interval(metric: str, one: Run, other: Run) -> tuple[float, float]:
    """95% interval of the difference on the same queries, drawn in the same groups for both."""
    groups_Q = one.per_query["groups"]
    if metric == "ECE":
        first, second = (
            metrics.bootstrap_calibration_error(
                run.per_query["confidence"], run.per_query["kNN accuracy"], groups_Q
            )
            for run in (one, other)
        )
        return metrics.interval_of(first - second)
    if metric == "out-of-domain AUROC":
        first, second = (
            metrics.bootstrap_auroc(
                run.per_query["in-domain score"], run.per_query["outside score"], groups_Q
            )
            for run in (one, other)
        )
        return metrics.interval_of(first - second)
    values_a, values_b = one.per_query[metric], other.per_query[metric]
    asked = ~(np.isnan(values_a) | np.isnan(values_b))
    return metrics.paired_difference_interval(values_a[asked], values_b[asked], groups_Q[asked])


def table(comparison: Comparison, style: Literal["text", "markdown"] = "text") -> str:
    """The runs with their figures and 95% intervals, then every verdict, as aligned text or as Markdown.

    A winner's figure is marked: * in text, bold in Markdown. Raises ValueError for another style.
    """
    if style not in ("text", "markdown"):
        raise ValueError(f"no style {style!r}; wanted: text or markdown")
    columns = [name for name in COLUMNS if name in comparison.metrics]
    rows = [["variant", *columns, MINUTES]]
    for run in comparison.runs:
        cells = [_cell(run, name, comparison.winner(name) == run.name, style) for name in columns]
        minutes = run.figures.get(MINUTES)
        rows.append([run.name, *cells, "–" if minutes is None else f"{minutes:,.1f}"])
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        padded = [
            cell.rjust(width) if column == len(wide) - 1 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, wide, strict=True))
        ]
        lines.append(f"| {' | '.join(padded)} |" if style == "markdown" else "  ".join(padded).rstrip())
    if style == "markdown":
        lines.insert(
            1, "|" + "|".join("-" * (width + 2) for width in wide[:-1]) + f"|{'-' * (wide[-1] + 1)}:|"
        )
    bullet = "- " if style == "markdown" else ""
    lines += ["", *(f"{bullet}{verdict}" for verdict in comparison.verdicts)]
    return "\n".join(lines) + "\n"


def _cell(run: Run, metric: str, wins: bool, style: str) -> str:
    if metric not in run.figures:
        return "–"
    low, high = run.figures[metric]["interval"]
    value = f"{run.value(metric):.3f}"
    if wins:
        value = f"**{value}**" if style == "markdown" else f"{value}*"
    return f"{value} [{low:.3f}, {high:.3f}]"


def plot(comparison: Comparison, path: Path) -> None:
    """A PNG: a panel for each column of the table, in it each run's dot and interval, a winner's in green."""
    from matplotlib.figure import Figure

    columns = [name for name in COLUMNS if name in comparison.metrics]
    names = [run.name for run in comparison.runs]
    across = min(4, len(columns) + 1)
    down = -(-(len(columns) + 1) // across)
    room = 0.35 + 0.075 * max(map(len, names))
    tall = 0.55 + 0.3 * len(names)
    with house_style():
        width, height = room + 2.05 * across + 0.2, 0.95 + (tall + 0.5) * down
        figure = Figure(figsize=(width, height))
        grid = figure.add_gridspec(
            *(down, across), left=room / width, right=1 - 0.2 / width, top=1 - 1.15 / height,
            bottom=0.4 / height, wspace=0.14, hspace=0.75 / (0.3 * len(names)) * 0.9,
        )  # fmt: skip
        for number, metric in enumerate([*columns, MINUTES]):
            axes = figure.add_subplot(grid[number // across, number % across])
            winner = None if metric == MINUTES else comparison.winner(metric)
            for row, run in enumerate(comparison.runs):
                colour = ACCENT if run.name == winner else GREY
                if metric == MINUTES:
                    axes.barh(row, run.figures.get(MINUTES) or 0, 0.35, color=HAIRLINE)
                    axes.text(0, row, f" {run.figures.get(MINUTES) or 0:,.1f}", va="center", fontsize=8)
                elif metric in run.figures:
                    axes.hlines(row, *run.figures[metric]["interval"], color=colour, linewidth=1.6)
                    axes.plot(run.value(metric), row, marker="o", markersize=6, color=colour)
            axes.set_title(metric, fontsize=9, color=INK, weight="bold" if winner else "normal", pad=5)
            axes.set_ylim(len(names) - 0.5, -0.5)
            axes.set_yticks(range(len(names)), names if number % across == 0 else [])
            axes.tick_params(axis="y", length=0)
            axes.spines["left"].set_visible(False)
            axes.grid(visible=True, axis="x")
            axes.locator_params(axis="x", nbins=4)
        headed(figure, "Runs side by side", "dots with 95% intervals; green: better than every other run")
        written(figure, path)
