"""A private copy: BURIN_USERS closes the page and every endpoint, and only /health stays open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client

from retrieval.types import BurinError
from retrieval.ui.server import parse_users
from tests.running import RunningApp, run_app

USER, PASSWORD = "ada", "open:sesame"


@pytest.fixture(scope="module")
def private_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    users = f"grace:hopper, {USER}:{PASSWORD}"
    with run_app(tmp_path_factory.mktemp("private"), BURIN_USERS=users) as running:
        yield running


def sign_in(app: RunningApp, password: str = PASSWORD) -> tuple[httpx.Client, httpx.Response]:
    """As curl would: the form to /login, then the cookie with every request."""
    http = httpx.Client(base_url=app.url)
    return http, http.post("/login", data={"username": USER, "password": password})


CLOSED = (
    ("GET", "/config"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/openapi.json"),
    ("POST", "/gradio_api/call/search"),
    ("POST", "/gradio_api/call/v2/record"),
    ("POST", "/gradio_api/run/info"),
    ("POST", "/gradio_api/run/health"),
    ("POST", "/gradio_api/upload"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/component_server"),
    ("GET", "/pictures/engravings/BUR-0001.webp"),
    ("GET", "/pictures/nowhere/x.webp"),
)


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_nothing_answers_without_signing_in(private_app: RunningApp, method: str, path: str) -> None:
    body = {"data": [], "fn_name": "ask", "session_hash": "x", "component_id": 1}
    response = httpx.request(method, private_app.url + path, json=body if method == "POST" else None)
    assert response.status_code == 401


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/redoc"])
def test_the_servers_own_documentation_is_not_there(private_app: RunningApp, path: str) -> None:
    assert "paths" not in httpx.get(private_app.url + path).text


def test_health_stays_open(private_app: RunningApp) -> None:
    health = httpx.get(f"{private_app.url}/health")
    assert health.json()["status"] == "ok"


def test_the_page_asks_for_the_password_and_shows_no_record(private_app: RunningApp) -> None:
    page = httpx.get(private_app.url).text
    assert '"auth_required":true' in page
    assert "pictures/engravings/" not in page


def test_a_wrong_password_opens_nothing(private_app: RunningApp) -> None:
    http, answer = sign_in(private_app, "guess")
    assert answer.status_code == 400
    assert http.get("/config").status_code == 401


def test_signed_in_the_endpoints_and_pictures_answer(private_app: RunningApp) -> None:
    http, answer = sign_in(private_app)
    assert answer.json() == {"success": True}
    records = http.post("/gradio_api/run/tags", json={"data": ["engravings", "rose"]}).json()["data"][0]
    picture = http.get(records["records"][0]["image_url"])
    assert picture.headers["content-type"] == "image/webp"
    # A shared cache between the visitor and the app must not keep it for others.
    assert picture.headers["cache-control"].startswith("private")
    parts = http.get("/config").json()["components"]
    masthead = next(one["id"] for one in parts if one["props"].get("elem_id") == "burin-masthead")
    asked = {"data": {}, "fn_name": "about", "session_hash": "x", "component_id": masthead}
    assert "pictures/engravings/" in http.post("/gradio_api/component_server", json=asked).text


def test_the_python_client_signs_in(private_app: RunningApp) -> None:
    client = Client(private_app.url, auth=(USER, PASSWORD), verbose=False)
    assert client.predict(api_name="/health")["status"] == "ok"


def test_signing_out_closes_the_session(private_app: RunningApp) -> None:
    http, _ = sign_in(private_app)
    cookies = dict(http.cookies)
    assert http.get("/config").is_success
    http.get("/logout")
    assert httpx.get(f"{private_app.url}/config", cookies=cookies).status_code == 401


@pytest.mark.page
def test_a_visitor_signs_in_on_the_page_and_searches(private_app: RunningApp, browser: Any) -> None:
    page = browser.new_page(locale="en-GB", reduced_motion="reduce")
    page.goto(private_app.url)
    page.locator("input").first.fill(USER)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Login").click()
    page.locator("[data-example=fish]:has(path:not([d='']))").click()  # it answers once it has its icon
    picture = page.locator(".grid:not(.is-sample) img").first
    picture.wait_for()
    page.wait_for_function("document.querySelector('.grid:not(.is-sample) img').naturalWidth > 0")
    page.close()


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_users_means_no_sign_in(text: str | None) -> None:
    assert parse_users(text) is None


def test_a_password_may_hold_a_colon() -> None:
    assert parse_users("a:b, c:d:e,ada : x") == [("a", "b"), ("c", "d:e"), ("ada", " x")]


@pytest.mark.parametrize("text", ["ada", "ada:", ":secret", "ada:secret,", ","])
def test_a_half_written_user_stops_the_start(text: str) -> None:
    with pytest.raises(BurinError, match="BURIN_USERS"):
        parse_users(text)
