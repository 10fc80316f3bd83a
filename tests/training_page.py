"""The training page's questions, asked as anyone could: by a plain POST, with whatever cookie and headers."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any

import httpx
from itsdangerous import TimestampSigner

from tests.running import RunningApp

OAUTH_SECRET = "of-the-space"
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


def signed_in(name: str, expires_in: float = 3600) -> dict[str, str]:
    """The cookie that Gradio's OAuth leaves in the browser of whoever signed in on that Space."""
    profile = {"preferred_username": name, "name": name, "profile": "", "picture": "", "sub": "1"}
    session = {
        "oauth_info": {
            "access_token": f"hf_oauth_of_{name}",
            "scope": "openid profile",
            "expires_at": int(time.time() + expires_in),
            "userinfo": profile,
        }
    }
    key = hashlib.sha256(f"{OAUTH_SECRET}-v4".encode()).hexdigest()
    data = base64.b64encode(json.dumps(session).encode())
    return {"session": TimestampSigner(key).sign(data).decode()}


def questions(app: RunningApp, **more: Any) -> Questions:
    return Questions(app.url, **more)
