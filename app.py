"""Burin: visual search one can draw. Opens the collections, builds the interface, launches."""

from __future__ import annotations

import logging
import os
import sys

# Before Gradio is imported: nothing is reported to anyone.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from hub_assets import bundle, pins
from retrieval.live import POLL_S, Live
from retrieval.types import BundleError, BurinError
from retrieval.ui.page import build_page
from retrieval.ui.server import launch
from retrieval.ui.training.desk import open_runs


def main() -> None:
    """Open the collections and serve them until stopped: those of COLLECTIONS, or the embedded ones."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        chosen = os.environ.get("COLLECTIONS", "").strip()
        opened_from, runs = pins.parse(chosen) if chosen else bundle.starters(), open_runs()
        remembers = runs.root / "live.json" if runs else None
        live = Live(opened_from, poll_s=poll_seconds(), remembers=remembers)
        service = live.open()
        page = build_page(service, live, runs)
        live.follow()
        launch(service, page, live)
    except BurinError as error:
        sys.exit(f"Burin cannot start: {error}")


def poll_seconds() -> float:
    """COLLECTIONS_POLL_S: how often the Hub is asked for newer versions, in seconds."""
    text = os.environ.get("COLLECTIONS_POLL_S", "").strip()
    try:
        seconds = float(text) if text else POLL_S
    except ValueError:
        seconds = 0.0
    if not seconds >= 1.0:
        raise BundleError(f"COLLECTIONS_POLL_S is {text!r}; wanted: seconds, 1 or more.")
    return seconds


if __name__ == "__main__":
    main()
