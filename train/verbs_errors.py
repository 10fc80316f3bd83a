"""python -m train errors RUN: the mistakes of a run's evaluation, as one page to open in a browser."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def add_verbs(subparsers: Any) -> None:
    """subparsers: what ArgumentParser.add_subparsers returned."""
    errors = subparsers.add_parser("errors", help="write the mistakes of an evaluation as one HTML page")
    errors.set_defaults(run_verb=_errors)
    errors.add_argument("run", type=Path, metavar="RUN", help="folder of a run that was evaluated")
    errors.add_argument("--out", type=Path, help="the page to write; default: RUN/report/errors.html")


def _errors(options: argparse.Namespace) -> None:
    print(write_errors(options.run, options.data, options.out))


def write_errors(run: Path, root: Path, out: Path | None = None, title: str = "") -> Path:
    """Write the mistakes of a run's evaluation and return the page. root: the data folder. title: by default
    the folder's name. Raises ValueError when the run was not evaluated."""
    from retrieval import images
    from train.answers import Answers
    from train.report.errors_page import write_page

    path = run / "report" / "answers.npz"
    if not path.is_file():
        raise ValueError(f"{path} is missing; run: python -m train evaluate {run} first")
    out = out or run / "report" / "errors.html"
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    write_page(
        Answers.load(path),
        # Names are paths inside the data folder; an absolute one stays as it is.
        lambda name: images.load(root / name),
        title=title or run.resolve().name,
        path=out,
        subtitle=f"evaluated on {day.day} {day:%B %Y}",
    )
    return out
