"""The page /training: its parts, and the functions they ask. What is decided is decided elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from retrieval.search import SearchService
from retrieval.ui.answers import page_meta
from retrieval.ui.parts import part
from retrieval.ui.texts import TEXTS
from retrieval.ui.theme import asset
from retrieval.ui.training import access
from retrieval.ui.training.endpoints import open_to_all, who
from retrieval.ui.training.models import Models
from retrieval.ui.training.texts import TERMS_FR, TRAINING_TEXTS

NAME, PATH = "Training", "training"
SCRIPTS = ("training.js", "training-figures.js", "training-map.js", "training-models.js")


def add_training_page(pages: gr.Blocks, service: SearchService, colophon: str) -> None:
    """Add the second page to the app. colophon: the foot of every page, as HTML."""
    models = Models(service)
    with pages.route(NAME, PATH, show_in_navbar=False):  # the masthead has the way there and back
        part("masthead", serves=[_about(service)])
        part(
            "training",
            template=f"<style>\n{asset('training.css')}\n</style>\n{asset('training.html')}",
            script="\n".join(asset(name) for name in SCRIPTS),
            serves=[
                who,
                *(
                    open_to_all(ask)
                    for ask in (models.models, models.embedding_map, models.mixed_up, models.look_at)
                ),
            ],
        )
        part("colophon", template=colophon)
        if access.offers_sign_in():
            # Never shown: with it, Gradio serves /login/huggingface and reads who is signed in.
            gr.LoginButton(visible=False)


def _about(service: SearchService) -> Callable[[Any], dict[str, Any]]:
    texts = {language: TEXTS[language] | own for language, own in TRAINING_TEXTS.items()}

    def about(_: Any = None) -> dict[str, Any]:
        return page_meta(service) | {"texts": texts, "terms_fr": TERMS_FR}

    return about
