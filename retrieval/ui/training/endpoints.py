"""How the page's questions reach the server: each is a function of one argument that answers JSON.

Gradio serves them to the page's own parts and names none of them in the API, the OpenAPI schema or MCP. But
anyone can post to them, so those of training ask who it is, here, before anything else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from retrieval.types import BurinError
from retrieval.ui.french import DEFECT
from retrieval.ui.training import access
from retrieval.ui.training.access import Access
from retrieval.ui.training.french import said

log = logging.getLogger(__name__)


def open_to_all(ask: Callable[[Any], dict[str, Any]]) -> Callable:
    """A question that changes nothing and tells nothing of a run."""

    def asked(question: Any = None) -> dict[str, Any]:
        return _answered(lambda: ask(question))

    asked.__name__ = ask.__name__
    return asked


def for_trainers(ask: Callable[[Any, Access], dict[str, Any]]) -> Callable:
    """A question of those who may train here; of all others {"refused": reason}."""

    def asked(question: Any, profile: gr.OAuthProfile | None, request: gr.Request) -> dict[str, Any]:
        visitor = access.decide(_http(request), profile.username if profile else None)
        if not visitor.may:
            return {"refused": visitor.reason}
        return _answered(lambda: ask(question, visitor))

    asked.__name__ = ask.__name__
    return asked


def for_publishers(ask: Callable[[Any, Access, str | None], dict[str, Any]]) -> Callable:
    """As for_trainers, for a question that acts on the Hub with the token of who signed in there. The token
    is in the session of their browser, and is handed on to the question alone."""

    def asked(
        question: Any, profile: gr.OAuthProfile | None, token: gr.OAuthToken | None, request: gr.Request
    ) -> dict[str, Any]:
        visitor = access.decide(_http(request), profile.username if profile else None)
        if not visitor.may:
            return {"refused": visitor.reason}
        if token is None:
            return _answered(lambda: ask(question, visitor, None))
        signed = replace(visitor, until=token.expires_at, scopes=frozenset((token.scope or "").split()))
        return _answered(lambda: ask(question, signed, token.token))

    asked.__name__ = ask.__name__
    return asked


def who(able: bool) -> Callable:
    """What the page shows of training to a visitor. able: whether anything can be trained here at all."""

    def who(_: Any, profile: gr.OAuthProfile | None, request: gr.Request) -> dict[str, Any]:
        visitor = access.decide(_http(request), profile.username if profile else None)
        return {
            "able": able,
            "may": able and visitor.may,
            "name": visitor.name,
            "reason": visitor.reason,
            "signs_in": access.offers_sign_in(),
        }

    return who


def _http(request: Any) -> Any:
    """The request itself: to a part's function Gradio hands it over as it is, in events wrapped."""
    return getattr(request, "request", request)


def _answered(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Errors as sentences in both languages, never as traces."""
    try:
        return ask()
    except BurinError as error:
        return {"error": said(str(error))}
    except Exception:
        log.exception("a question of the training page failed")
        return {"error": DEFECT}
