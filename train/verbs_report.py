"""Verbs of several runs: python -m train compare | average RUN RUN ..."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from train.segment.config import is_segmenter


def add_verbs(subparsers: argparse._SubParsersAction) -> None:
    compare = subparsers.add_parser("compare", help="one table and plot of runs that were measured alike")
    compare.set_defaults(run_verb=_compare)
    compare.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="folders of evaluated runs")
    compare.add_argument("--out", type=Path, help="folder for table.txt, table.md and plot.png")
    average = subparsers.add_parser(
        "average", help="the mean of runs that differ in seed or length, as a run"
    )
    average.set_defaults(run_verb=_average)
    average.add_argument(
        "runs",
        type=Path,
        nargs="+",
        metavar="RUN",
        help="folders of finished runs, or of bundles made of one; named twice it counts twice",
    )
    average.add_argument("--run", type=Path, required=True, help="folder of the mean, new or empty")


def _compare(options: argparse.Namespace) -> None:
    comparing = _comparing(options.runs)
    comparison = comparing.compare(options.runs)
    print(comparing.table(comparison), end="")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        for style, name in (("text", "table.txt"), ("markdown", "table.md")):
            beside = options.out / f"{name}.part"
            beside.write_text(comparing.table(comparison, style), encoding="utf-8")
            beside.replace(options.out / name)
        comparing.plot(comparison, options.out / "plot.png")


def _average(options: argparse.Namespace) -> None:
    from train.averaging import average

    average(options.runs, options.run)
    print(
        f"{options.run}: the mean of {len(options.runs)} runs; "
        f"go on with: python -m train evaluate {options.run}"
    )


def _comparing(runs: Sequence[Path]) -> ModuleType:
    """What compares such runs. Raises ValueError for encoders beside segmenters."""
    segmenters = [is_segmenter(run) for run in runs]
    if any(segmenters) and not all(segmenters):
        raise ValueError("some runs are of encoders and some of segmenters; wanted: one or the other")
    if all(segmenters):
        from train.segment import compare as of_segmenters

        return of_segmenters
    from train import compare

    return compare
