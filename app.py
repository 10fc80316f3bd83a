"""Burin: visual search one can draw. Opens the collections, builds the interface, launches."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from retrieval.search import SearchService
from retrieval.types import BurinError
from retrieval.ui.page import build_page
from retrieval.ui.server import launch

STARTERS = Path(__file__).parent / "hub_assets" / "starter"


def starters(folder: Path = STARTERS) -> dict[str, Path]:
    """The embedded collections: every folder that holds a model/ and a dataset/."""
    return {
        path.name: path
        for path in sorted(folder.iterdir())
        if (path / "model").is_dir() and (path / "dataset").is_dir()
    }


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        service = SearchService.open(starters())
        launch(service, build_page(service))
    except BurinError as error:
        sys.exit(f"Burin cannot start: {error}")


if __name__ == "__main__":
    main()
