"""The training page as its visitors have it: its questions, asked as anyone could by a plain POST with
whatever cookie and headers, and the page itself in a browser.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from itsdangerous import TimestampSigner

from tests.running import RunningApp
from tests.visitor import DESK

# Gradio's own bar on a Space asks for these.
OF_A_SPACE = {"huggingface.co", "fonts.googleapis.com"}
OAUTH_SECRET = "of-the-space"
SCOPES = "openid profile contribute-repos jobs"
# What a Space with hf_oauth: true has in its environment; its owner is ada.
SPACE = {
    "SPACE_ID": "ada/burin",
    "SPACE_AUTHOR_NAME": "ada",
    "SPACE_HOST": "",
    "SYSTEM": "spaces",
    "TRAINERS": "Grace, linus",
    "OAUTH_CLIENT_ID": "burin",
    "OAUTH_CLIENT_SECRET": OAUTH_SECRET,
    "OAUTH_SCOPES": "openid profile",
    "OPENID_PROVIDER_URL": "http://127.0.0.1:9",
    "HF_TOKEN": "",
}


class Questions:
    """A visitor without a page."""

    def __init__(self, url: str, cookies: dict[str, str] | None = None, **headers: str) -> None:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.http = httpx.Client(base_url=url, cookies=cookies, headers=headers, timeout=60)
        config = self.http.get("/config").json()
        self.component = next(
            one["id"] for one in config["components"] if one["props"].get("elem_id") == "burin-training"
        )
        self.names = self._part(config)["props"]["server_fns"]

    def _part(self, config: dict[str, Any]) -> dict[str, Any]:
        return next(one for one in config["components"] if one["id"] == self.component)

    def post(self, name: str, question: Any = None) -> httpx.Response:
        body = {
            "data": question,
            "fn_name": name,
            "session_hash": "visitor",
            "component_id": self.component,
        }
        return self.http.post("/gradio_api/component_server", json=body)

    def ask(self, name: str, question: Any = None) -> dict[str, Any]:
        answer = self.post(name, question)
        assert answer.status_code == 200, answer.text
        return answer.json()


def signed_in(name: str, expires_in: float = 3600, scope: str = SCOPES) -> dict[str, str]:
    """The cookie that Gradio's OAuth leaves in the browser of whoever signed in on that Space. scope: what
    they allowed it."""
    profile = {"preferred_username": name, "name": name, "profile": "", "picture": "", "sub": "1"}
    session = {
        "oauth_info": {
            "access_token": f"hf_oauth_of_{name}",
            "scope": scope,
            "expires_at": int(time.time() + expires_in),
            "userinfo": profile,
        }
    }
    key = hashlib.sha256(f"{OAUTH_SECRET}-v4".encode()).hexdigest()
    data = base64.b64encode(json.dumps(session).encode())
    return {"session": TimestampSigner(key).sign(data).decode()}


def questions(app: RunningApp, **more: Any) -> Questions:
    return Questions(app.url, **more)


@contextmanager
def visiting(
    browser: Any,
    app: RunningApp,
    path: str = "/training",
    cookies: dict[str, str] | None = None,
    **options: Any,
) -> Iterator[Any]:
    """A page in a browser of its own. It may ask no other host for anything, nor log an error. cookies: of
    one on a Space."""
    hosts, errors = set(), []
    context = browser.new_context(**{"viewport": DESK, "locale": "en-GB"} | options)
    context.set_default_timeout(30_000)
    if cookies:
        context.add_cookies([{"name": n, "value": v, "url": app.url} for n, v in cookies.items()])
    page = context.new_page()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(app.url + path)
    yield page
    context.close()
    assert hosts - {""} - (OF_A_SPACE if cookies is not None else set()) == {urlsplit(app.url).netloc}
    assert not errors


def fits(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
