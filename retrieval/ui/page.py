"""The page: a pad and an upload beside one gallery. The parts are our own HTML; see assets/burin.js."""

from __future__ import annotations

import html
import os

import gradio as gr

from retrieval.live import Live
from retrieval.search import SearchService
from retrieval.types import BundleError
from retrieval.ui import api
from retrieval.ui.answers import page_about, page_ask
from retrieval.ui.parts import part
from retrieval.ui.texts import TEXTS
from retrieval.ui.theme import asset
from retrieval.ui.training.page import add_training_page
from train.runs.store import Runs

EXAMPLES = ("rose", "fish", "bird", "butterfly", "ship", "tree", "star", "heart")
# What Gradio itself writes to disk (uploads through the API) is looked at this often and gone by that age.
DELETE_CACHE_S = (300, 600)


def build_page(service: SearchService, live: Live | None = None, runs: Runs | None = None) -> gr.Blocks:
    """The whole interface over the open collections: both pages and the named endpoints. live, runs: what
    training needs; without them it is not offered.

    Raises BundleError when no collection is open.
    """
    if not service.collections:
        raise BundleError("No collection is open; wanted: a bundle in hub_assets/starter/ or in COLLECTIONS.")
    with gr.Blocks(title="Burin", analytics_enabled=False, delete_cache=DELETE_CACHE_S) as page:
        part("masthead", serves=[page_about(service), page_ask(service)])
        with gr.Row(elem_id="burin-room"):
            with gr.Column(elem_id="burin-desk"), gr.Tabs(elem_id="burin-tabs"):
                with gr.Tab(TEXTS["en"]["tab_sketch"], id="sketch"):
                    part("pad", template=asset("pad.html").replace("@examples", _example_buttons()))
                with gr.Tab(TEXTS["en"]["tab_upload"], id="upload"):
                    part("upload")
            with gr.Column(elem_id="burin-gallery"):
                part("results")
        colophon = asset("colophon.html").replace("@duplicate", duplicate_link())
        part("colophon", template=colophon)
        api.add_endpoints(service)
    add_training_page(page, service, colophon, live, runs)
    return page


def _example_buttons() -> str:
    return "".join(
        f'<button type="button" class="example" data-example="{name}" '
        f'data-t-label="example" data-t-name="ex_{name}">'
        '<svg viewBox="0 0 100 100" aria-hidden="true"><path d=""/></svg></button>'
        for name in EXAMPLES
    )


def duplicate_link() -> str:
    """A Space can be copied with one click; elsewhere there is nothing to duplicate."""
    space = os.environ.get("SPACE_ID")
    if not space:
        return ""
    url = html.escape(f"https://huggingface.co/spaces/{space}?duplicate=true", quote=True)
    return f'<a href="{url}" target="_blank" rel="noopener noreferrer" data-t="duplicate"></a>'
