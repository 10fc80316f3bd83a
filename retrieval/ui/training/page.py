"""The page /training: its parts, and the functions they ask. What is decided is decided elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from retrieval.live import Live
from retrieval.search import SearchService
from retrieval.ui.answers import page_meta
from retrieval.ui.parts import part
from retrieval.ui.texts import TEXTS
from retrieval.ui.theme import asset
from retrieval.ui.training import access
from retrieval.ui.training.desk import Desk
from retrieval.ui.training.endpoints import for_publishers, for_trainers, open_to_all, who
from retrieval.ui.training.job_desk import JobDesk
from retrieval.ui.training.models import Models
from retrieval.ui.training.results import Results
from retrieval.ui.training.texts import TERMS_FR, TRAINING_TEXTS
from train.runs.store import Runs

NAME, PATH = "Training", "training"
PARTS = ("figures", "map", "models", "new", "check", "where", "runs", "job", "result")
SCRIPTS = ("training.js", *(f"training-{name}.js" for name in PARTS))
# The questions of those who train, by the name of the method that answers.
DESK = (
    *("new_run", "upload_begin", "upload_part", "hand_in", "look_again", "task"),
    *("start", "runs", "run", "run_log", "stop", "remove"),
)
RESULTS = (*("result", "report_picture", "report_errors", "try_out", "make_live", "take_back", "published"),)
# Of jobs on the Hub, for which the token of who asks is needed too.
JOBS = (
    *("job_offer", "start_job", "started_job"),
    *("jobs", "job", "job_log", "stop_job", "forget_job"),
)
STYLES = ("training.css", "training-runs.css", "training-jobs.css")


def add_training_page(
    pages: gr.Blocks, service: SearchService, colophon: str, live: Live | None, runs: Runs | None
) -> None:
    """Add the second page to the app. colophon: the foot of every page, as HTML. live, runs: without them
    nothing can be trained, and the page only tells of the models in use."""
    models = Models(service)
    serves = [
        open_to_all(ask) for ask in (models.models, models.embedding_map, models.mixed_up, models.look_at)
    ]
    if live is not None and runs is not None:
        results = Results(runs, live)
        desk = Desk(runs, results.serves)
        serves += [for_trainers(getattr(desk, name)) for name in DESK]
        serves += [for_trainers(getattr(results, name)) for name in RESULTS]
        serves.append(for_publishers(results.publish))
        job_desk = JobDesk(runs, live)
        serves += [for_publishers(getattr(job_desk, name)) for name in JOBS]
    styles = "\n".join(asset(name) for name in STYLES)
    with pages.route(NAME, PATH, show_in_navbar=False):  # the masthead has the way there and back
        part("masthead", serves=[_about(service)])
        part(
            "training",
            template=f"<style>\n{styles}\n</style>\n{asset('training.html')}",
            script="\n".join(asset(name) for name in SCRIPTS),
            serves=[who(able=live is not None and runs is not None), *serves],
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
