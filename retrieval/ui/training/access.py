"""Who may train here. One function decides; every endpoint of training asks it, on the server.

On a Space: people signed in with Hugging Face who own it, or are named in TRAINERS. Elsewhere: whoever signed
in with BURIN_USERS (those named in TRAINERS, where it is set); and without BURIN_USERS the person at the
machine itself, when the app listens on loopback alone and no proxy stands before it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

from starlette.requests import Request

# Why somebody may not, in the page's words: sign in first; signed in as somebody else; this Space does not
# offer signing in; the app is open to others and names no users; the request came from another site.
Reason = Literal["", "sign_in", "stranger", "no_oauth", "no_users", "elsewhere"]


@dataclass(frozen=True)
class Access:
    """may: whether this visitor may train. name: who it is, "" for nobody known. reason: why not. until: when
    their sign-in on Hugging Face ends, in seconds since 1970; None without one. scopes: what they allowed
    this app there; none where Hugging Face does not say."""

    may: bool
    name: str = ""
    reason: Reason = ""
    until: float | None = None
    scopes: frozenset[str] = frozenset()


def on_space() -> bool:
    return bool(os.environ.get("SPACE_ID"))


def offers_sign_in() -> bool:
    """Whether this is a Space whose README says hf_oauth: true."""
    return on_space() and bool(os.environ.get("OAUTH_CLIENT_ID"))


def trainers() -> set[str]:
    """TRAINERS ("name, name"), and on a Space its owner. Hugging Face does not tell names apart by case."""
    named = os.environ.get("TRAINERS", "").split(",")
    if on_space():
        named.append(os.environ.get("SPACE_AUTHOR_NAME", ""))
    return {name.strip().casefold() for name in named if name.strip()}


def decide(request: Request, signed_in_as: str | None) -> Access:
    """signed_in_as: the name on Hugging Face, as Gradio's OAuth profile has it; None for nobody."""
    if _from_another_site(request):
        return Access(False, reason="elsewhere")
    if on_space():
        if signed_in_as is None:
            return Access(False, reason="sign_in" if offers_sign_in() else "no_oauth")
        may = signed_in_as.casefold() in trainers()
        return Access(may, signed_in_as, "" if may else "stranger")
    if request.app.auth is not None:
        name = user_of(request)
        may = name is not None and (not trainers() or name.casefold() in trainers())
        return Access(may, name or "", "" if may else "stranger" if name else "sign_in")
    return Access(True) if _at_the_machine(request) else Access(False, reason="no_users")


def user_of(request: Request) -> str | None:
    """The name that signed in with BURIN_USERS, by Gradio's cookie; None for nobody."""
    app = request.app
    for cookie in (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}"):
        if name := app.tokens.get(request.cookies.get(cookie)):
            return name
    return None


def _at_the_machine(request: Request) -> bool:
    """Whether only this machine can have asked: the app listens on loopback, by a name of loopback (another
    would be a page that had its own name lead here), and no proxy brought it."""
    listens = getattr(request.app.get_blocks(), "server_name", None)
    carried = any(name.startswith("x-forwarded-") or name == "forwarded" for name in request.headers)
    return not carried and _is_loopback(listens) and _is_loopback(request.url.hostname)


def _is_loopback(host: Any) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(str(host).strip("[]")).is_loopback
    except ValueError:
        return False


def _from_another_site(request: Request) -> bool:
    """Whether a page of another site had the browser ask: browsers say so, and no page can unsay it."""
    if site := request.headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    if not origin:
        return False
    own = {request.headers.get("host"), request.headers.get("x-forwarded-host")}
    return urlsplit(origin).netloc not in own
