"""The page in a real Chromium while its collection is followed on a Hub: a newer version, and a bad one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub_assets import publish
from hub_assets.client import Hub
from retrieval import probe
from retrieval.collection import Collection
from tests.helpers import encoded, shape, write_bundle
from tests.hub_double import HubDouble
from tests.running import RunningApp, run_app
from tests.visitor import DESK
from tests.waiting import until

pytestmark = pytest.mark.page

MODEL, DATASET = "ada/shapes-model", "ada/shapes"
TOKEN = "hf_of_ada"


@pytest.fixture(scope="module")
def hub() -> Iterator[HubDouble]:
    with HubDouble(tokens={TOKEN: "ada"}).running() as running:
        yield running


@pytest.fixture(scope="module")
def push(hub: HubDouble, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    made = tmp_path_factory.mktemp("made")

    def pushed(version: str) -> str:
        folder = write_bundle(made / version, titles={"en": f"Shapes {version}", "fr": f"Formes {version}"})
        known = probe.answer(Collection(folder, threads=1))
        writer = Hub(hub.url, TOKEN, made / "writer")
        return publish.push(writer, folder, MODEL, DATASET, version, probe=known).dataset_commit

    return pushed


@pytest.fixture(scope="module")
def app(
    hub: HubDouble, push: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningApp]:
    push("v1")
    folder = tmp_path_factory.mktemp("app")
    follows = {"COLLECTIONS": f"shapes={DATASET}", "COLLECTIONS_POLL_S": "1", "BURIN_USERS": ""}
    reaches = {"HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "hf"), "HF_TOKEN": TOKEN}
    with run_app(folder, **follows, **reaches) as running:
        yield running


def health(app: RunningApp) -> dict[str, Any]:
    return httpx.get(f"{app.url}/health", timeout=10).json()


def search(page: Any, folder: Path) -> str:
    picture = folder / "ring.png"
    picture.write_bytes(encoded(shape("ring")))
    page.get_by_role("tab", name=re.compile("Upload|Image")).click()
    page.set_input_files(".upload [name=file]", picture)
    page.wait_for_selector(".guess strong")
    return page.inner_text(".guess strong")


def test_a_newer_version_is_there_at_the_next_visit_and_a_bad_one_is_told_of(
    browser: Any, app: RunningApp, hub: HubDouble, push: Callable[[str], str], tmp_path: Path
) -> None:
    context = browser.new_context(viewport=DESK, locale="en-GB")
    context.set_default_timeout(30_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(app.url)
    page.wait_for_selector(".provenance:has-text('v1')")
    first = page.get_attribute(".provenance", "title")
    assert first.startswith(f"{DATASET} @ ")
    assert search(page, tmp_path) == "Ring"

    # A page that is open goes on while the version under it changes.
    second = push("v2")
    until(lambda: health(app)["collections"]["shapes"]["version"] == "v2")
    assert search(page, tmp_path) == "Ring"
    page.reload()
    page.wait_for_selector(".provenance:has-text('v2')")
    assert page.get_attribute(".provenance", "title") == f"{DATASET} @ {second}"
    assert page.locator(".notice").is_hidden()

    # Somebody writes a manifest that does not fit its records: it never serves, and the page says so.
    writer = Hub(hub.url, TOKEN, tmp_path / "writer")
    manifest = json.loads(writer.file("dataset", DATASET, second, "manifest.json").read_text())
    wrong = json.dumps(manifest | {"rows": manifest["rows"] + 1}).encode()
    bad = writer.commit("dataset", DATASET, "by hand", {"manifest.json": wrong}, second)
    until(lambda: [one["collection"] for one in health(app)["notices"]] == ["shapes"])
    page.reload()
    page.wait_for_selector(".notice:visible")
    assert f"Version {bad[:8]} is kept out" in page.inner_text(".notice")
    page.locator("[data-do=language]").click()
    page.wait_for_selector(f".notice:has-text('{bad[:8]}'):has-text('écart')")
    assert "v2" in page.inner_text(".provenance")
    assert search(page, tmp_path) == "Anneau"
    assert not errors
    context.close()
