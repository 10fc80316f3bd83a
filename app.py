"""Burin: visual search one can draw. Opens the collections, builds the interface, launches."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

# Before Gradio is imported: nothing is reported to anyone.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from hub_assets import bundle
from retrieval.search import SearchService
from retrieval.types import BurinError
from retrieval.ui.page import build_page
from retrieval.ui.server import launch


def main() -> None:
    """Open the collections and serve them until stopped: the embedded ones, or the bundle folders in
    BURIN_COLLECTIONS."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        own = os.environ.get("BURIN_COLLECTIONS")
        if own:
            service = SearchService.open(bundle.within(Path(own)), source="folder")
        else:
            service = SearchService.open(bundle.starters())
        launch(service, build_page(service))
    except BurinError as error:
        sys.exit(f"Burin cannot start: {error}")


if __name__ == "__main__":
    main()
