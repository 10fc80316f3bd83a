"""The verb that sets runs side by side: python -m train compare RUN RUN ..."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_verbs(subparsers: argparse._SubParsersAction) -> None:
    compare = subparsers.add_parser("compare", help="one table and plot of runs that were measured alike")
    compare.set_defaults(run_verb=_compare)
    compare.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="folders of evaluated runs")
    compare.add_argument("--out", type=Path, help="folder for table.txt, table.md and plot.png")


def _compare(options: argparse.Namespace) -> None:
    from train.compare import compare, plot, table

    comparison = compare(options.runs)
    print(table(comparison), end="")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        for style, name in (("text", "table.txt"), ("markdown", "table.md")):
            beside = options.out / f"{name}.part"
            beside.write_text(table(comparison, style), encoding="utf-8")
            beside.replace(options.out / name)
        plot(comparison, options.out / "plot.png")
