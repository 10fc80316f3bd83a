"""The real app on the embedded collections and a real Chromium, started once for all tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

# Read when huggingface_hub is imported, as below; tests/hub_double.py speaks no Xet.
os.environ["HF_HUB_DISABLE_XET"] = "1"
# Read when torch is imported. Tests run beside each other: with a thread per core for each, the threads
# mostly wait for one another, and a test that trains takes half as long again.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from gradio_client import Client

from tests.helpers import encoded
from tests.running import RunningApp, drawing, run_app
from tests.visitor import DESK

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip

# Whole runs, each a minute or half of one: begun last, one of those that test would wait for the others.
LONG = [
    "test_publish_job.py", "test_page_training.py", "test_segment_networks.py", "test_whole_run.py",
    "test_page_jobs.py", "test_runs.py", "test_live.py", "test_page_collections.py", "test_distributed.py",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with run_app(tmp_path_factory.mktemp("app"), BURIN_USERS="") as running:
        yield running


@pytest.fixture(scope="session")
def client(app: RunningApp) -> Client:
    return Client(app.url, verbose=False)


@pytest.fixture(scope="session")
def fish(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "fish.png"
    path.write_bytes(encoded(drawing()))
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip(
            "no Chromium on this machine: install it (apt-get install chromium) to run the page tests"
        )
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any, app: RunningApp) -> Iterator[Callable[..., Any]]:
    """Opens the page as a visitor would have it. When the test ends, no visit may have asked another host
    for anything, nor logged an error."""
    contexts, hosts, errors = [], set(), []

    def open_page(viewport: dict[str, int] = DESK, locale: str = "en-GB", **options: Any) -> Any:
        context = browser.new_context(viewport=viewport, locale=locale, **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app.url)
        page.wait_for_selector(".pad.is-empty canvas")
        page.wait_for_selector(".card-open")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert hosts - {""} == {urlsplit(app.url).netloc}
    assert not errors
