"""The training page in a real Chromium: from a zip of 60 pictures to a model that people search with,
published to a Hub, and taken back; and what it shows to those who may only look."""

from __future__ import annotations

import io
import os
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hub_assets.client import Hub
from hub_assets.publish import versions
from retrieval.ui.training.texts import TRAINING_TEXTS
from tests.helpers import shape
from tests.hub_double import HubDouble
from tests.running import RunningApp, run_app
from tests.training_page import SPACE, fits, signed_in, visiting
from tests.visitor import DESK, PHONE
from train.runs.state import read_job

pytestmark = pytest.mark.page

KINDS, EACH = ("cross", "fork", "ring"), 20
TOKEN = "hf_of_ada"
# What a run needs to start, be measured and packed, on a machine that does other things too.
ENDS_WITHIN_MS = 150_000


def drawn(kind: str, number: int) -> Image.Image:
    """A shape in black on a tinted ground, turned a little: no two alike."""
    tint = np.random.default_rng(100 * KINDS.index(kind) + number)
    ground = tuple(int(value) for value in tint.integers(190, 256, 3))
    picture = shape(kind, number % 5, 96).rotate(number * 7 % 40 - 20, fillcolor="white")
    return Image.composite(Image.new("RGB", picture.size, ground), picture, picture.convert("L"))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "Three Shapes.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for kind in KINDS:
            for number in range(EACH):
                png = io.BytesIO()
                drawn(kind, number).save(png, "PNG")
                packed.writestr(f"shapes/{kind}/{number:02d}.png", png.getvalue())
    return path


@pytest.fixture(scope="module")
def hub() -> Iterator[HubDouble]:
    with HubDouble(tokens={TOKEN: "ada"}).running() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("training")


@pytest.fixture(scope="module")
def app(folder: Path, hub: HubDouble) -> Iterator[RunningApp]:
    reaches = {"HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "hf"), "HF_TOKEN": ""}
    with run_app(folder, BURIN_USERS="", **reaches) as running:
        yield running


def points(page: Any, plot: int = 0) -> int:
    return int(page.locator(".plot").nth(plot).get_attribute("data-points"))


def start_run(page: Any, epochs: int, patience: int = 4) -> str:
    """Fill in the form of pictures that are there, small enough to be quick; returns the run's id."""
    page.locator("[name=variant][value=head-random]").check(force=True)
    page.fill("[name=serve_size]", "64")
    page.fill("[name='head.epochs']", str(epochs))
    if page.locator(".how-form details[open]").count() == 0:
        page.get_by_text("All parameters").click()
    page.fill("[name=patience]", str(patience))
    page.fill("[name=picture_size]", "64")
    page.fill("[name=called]", "three-shapes")
    page.locator("[data-do=start]").click()
    page.wait_for_selector(".run")
    return page.locator(".run").get_attribute("data-run")


def test_from_a_zip_to_a_model_in_service_and_back(
    browser: Any, app: RunningApp, hub: HubDouble, pictures: Path, tmp_path: Path
) -> None:
    with visiting(browser, app) as page:
        page.get_by_role("tab", name="New run").click()
        page.set_input_files("[name=zip]", pictures)

        # What is in it is said before anything is learnt from it.
        page.wait_for_selector(".checked", timeout=60_000)
        numbers = [text.split()[0] for text in page.locator(".numbers > div").all_inner_texts()]
        assert numbers[:2] == ["60", "3"]
        assert page.locator(".counts li").all_inner_texts()[0].split() == ["cross", "20"]
        assert page.locator(".advice li").count() >= 1
        assert page.evaluate("document.querySelector('.sheet-frame img').naturalWidth") > 500
        assert page.input_value("[name=called]") == "three-shapes"

        # One that would go on for long, and one that waits behind it.
        first = start_run(page, epochs=1000, patience=0)
        page.get_by_role("tab", name="New run").click()
        second = start_run(page, epochs=8)
        assert "1 before it" in page.inner_text(".under-way")

        # The first is followed, also by a page that was not there when it began.
        page.goto(f"{app.url}/training#runs/{first}")
        page.reload()
        page.wait_for_selector(".plot", timeout=ENDS_WITHIN_MS)
        before = points(page)
        page.wait_for_function(
            "before => document.querySelector('.plot').dataset.points > before", arg=before
        )
        page.wait_for_function("document.querySelectorAll('.plot')[2].dataset.points > 1")
        share = int(page.locator("[role=progressbar]").get_attribute("aria-valuenow"))
        assert 0 < share < 100
        assert "left" in page.inner_text(".under-way-said")

        # Stopped early it keeps its best, and is measured and packed.
        page.locator("[data-do=stop]").click()
        page.wait_for_selector(".run[data-state=finished]", timeout=ENDS_WITHIN_MS)
        said = page.inner_text(".run-message")
        assert said.startswith("Stopped early, in head at step")
        assert "60 records of 3 labels" in said
        page.wait_for_selector(".result-figures .share")
        page.locator("[data-do=live]").click()
        page.wait_for_selector("text=This model serves as “three-shapes”.")
        old = page.locator("div.service").get_attribute("data-serving")

        # The second began by itself; it is tried beside the first on a picture.
        page.goto(f"{app.url}/training#runs/{second}")
        page.wait_for_selector(f'.run[data-run="{second}"][data-state=finished]', timeout=ENDS_WITHIN_MS)
        asked = tmp_path / "fork.png"
        drawn("fork", 33).save(asked)
        page.wait_for_selector(".result-try")
        assert page.input_value("[name=beside]") == "three-shapes"
        page.set_input_files("[name=try]", asked)
        for gallery in (".is-new", ".is-live"):
            page.wait_for_selector(f".trial-gallery{gallery} li")
            found = page.locator(f".trial-gallery{gallery}")
            assert "Fork" in found.locator(".trial-guess").inner_text()
            assert found.locator("li").count() == 8
            page.wait_for_function(
                "which => document.querySelector(which + ' img')?.naturalWidth > 0",
                arg=f".trial-gallery{gallery}",
            )
        fits(page)

        publish(page, hub, second, tmp_path)

        # Into service, and people search with it.
        page.locator("[data-do=live]").click()
        page.wait_for_selector("text=This model serves as “three-shapes”.")
        new = page.locator("div.service").get_attribute("data-serving")
        assert new != old
        page.get_by_role("link", name="Search with it").click()
        page.wait_for_selector(".card-open")
        assert page.input_value("[name=collection]") == "three-shapes"
        assert new in page.inner_text(".provenance")
        page.get_by_role("tab", name="Upload").click()
        page.set_input_files(".upload [name=file]", asked)
        page.wait_for_selector(".guess strong")
        assert page.inner_text(".guess strong") == "Fork"

        # And back to what served before.
        page.get_by_role("link", name="Training").click()
        page.wait_for_selector(".shelf:has-text('three-shapes')")
        page.get_by_role("tab", name="Runs").click()
        page.locator(f'.run-row[data-run="{second}"]').click()
        page.locator("[data-do=back]").click()
        page.wait_for_selector(f'div.service[data-serving="{old}"]')
        page.goto(f"{app.url}/?collection=three-shapes")
        page.wait_for_selector(".card-open")
        assert old in page.inner_text(".provenance")


def publish(page: Any, hub: HubDouble, run: str, folder: Path) -> None:
    page.fill("[name=model]", "ada/three-shapes-model")
    page.fill("[name=dataset]", "not a repository")
    page.fill("[name=token]", TOKEN)
    page.locator("[data-do=publish]").click()
    page.wait_for_selector("text=is no repository")
    page.fill("[name=dataset]", "ada/three-shapes")
    page.fill("[name=token]", TOKEN)
    page.locator("[data-do=publish]").click()
    page.wait_for_selector(".is-published", timeout=60_000)
    assert page.input_value("[name=token]") == "", "it is not kept on the page either"
    (version,) = versions(Hub(hub.url, TOKEN, folder / "reader"), "ada/three-shapes")
    assert (version.name, version.manifest.rows) == ("v1", EACH * len(KINDS))
    assert version.manifest.probe, "what it answers to the known picture is in it"


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with run_app(tmp_path_factory.mktemp("space"), BURIN_USERS="", **SPACE) as running:
        yield running


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_on_a_space_a_visitor_sees_the_models_and_how_to_sign_in(
    browser: Any, space: RunningApp, viewport: dict[str, int]
) -> None:
    with visiting(browser, space, cookies={}, viewport=viewport) as page:
        page.wait_for_selector(".shelf")
        assert page.get_by_role("tab", name="Runs").count() == 0
        page.get_by_role("tab", name="New run").click()
        link = page.get_by_role("link", name="Sign in with Hugging Face")
        assert link.get_attribute("href") == f"{space.url}/login/huggingface?_target_url=%2Ftraining%23new"
        assert page.locator("[name=zip]").count() == 0
        assert page.get_by_role("link", name="Duplicate this Space").first.is_visible()
        fits(page)
    with visiting(browser, space, cookies=signed_in("mallory"), viewport=viewport) as page:
        page.get_by_role("tab", name="New run").click()
        assert "signed in as mallory" in page.inner_text("#room-new .closed")
        assert page.get_by_role("tab", name="Runs").count() == 0
    with visiting(browser, space, cookies=signed_in("ada"), viewport=viewport) as page:
        page.get_by_role("tab", name="New run").click()
        page.wait_for_selector(".zip-drop")
        page.get_by_role("tab", name="Runs").click()
        page.wait_for_selector("text=No run yet")
        assert page.url == f"{space.url}/training#runs"


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_the_models_are_told_in_both_languages_and_a_point_opens_its_record(
    browser: Any, app: RunningApp, viewport: dict[str, int]
) -> None:
    with visiting(browser, app, viewport=viewport) as page:
        page.wait_for_selector(".map-record h4")
        page.wait_for_selector(".pairs .pair")
        record, canvas = page.locator(".map-record"), page.locator(".map canvas")
        first = record.locator(".map-lines").inner_text()
        canvas.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "first => document.querySelector('.map-lines')?.innerText !== first", arg=first
        )
        second = record.locator(".map-lines").inner_text()
        # A click in the middle of the cloud means the point that is nearest to it.
        box = canvas.bounding_box()
        for step in range(12):
            canvas.click(position={"x": box["width"] * (0.3 + 0.03 * step), "y": box["height"] * 0.55})
            if record.locator(".map-lines").inner_text() != second:
                break
        page.wait_for_function(
            "second => document.querySelector('.map-lines')?.innerText !== second", arg=second
        )
        page.wait_for_function("document.querySelector('.map-picture img')?.naturalWidth > 0")
        # At once: the answer to an earlier click may still bring other neighbours.
        name = record.locator(".near button").first.evaluate(
            "near => { near.click(); return near.dataset.id; }"
        )
        page.wait_for_function(
            "id => document.querySelector('.map-lines')?.innerText.startsWith(id)", arg=name
        )

        page.locator("[data-do=language]").click()
        page.wait_for_selector(f"text={TRAINING_TEXTS['fr']['map']}")
        assert "notices" in page.locator(".shelf-note").first.inner_text()
        fits(page)
        for name in ("pets", "recipes", "streets"):
            page.locator(".shelf").nth(("engravings", "pets", "recipes", "streets").index(name)).click()
            page.wait_for_function("name => location.hash === '#models/' + name", arg=name)
            page.wait_for_selector(".share")
            fits(page)
        page.go_back()
        page.wait_for_function("location.hash === '#models/recipes'")
        assert page.locator(".shelf[aria-pressed=true]").inner_text().startswith("Recettes")


def test_the_way_goes_from_one_page_to_the_other_and_back(browser: Any, app: RunningApp) -> None:
    with visiting(browser, app, "/") as page:
        page.wait_for_selector(".card-open")
        page.get_by_role("link", name="Training").click()
        page.wait_for_selector(".shelf")
        assert page.locator(".pages [aria-current]").inner_text() == "Training"
        assert page.title() == TRAINING_TEXTS["en"]["title"]
        page.get_by_role("link", name="Search").click()
        page.wait_for_selector(".pad canvas")
        assert page.locator(".nav-holder:visible").count() == 0, "Gradio's own bar would be a second one"


def test_a_zip_that_is_none_is_said_and_another_can_be_brought(
    browser: Any, app: RunningApp, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip at all")
    with visiting(browser, app, "/training#new", locale="fr-FR") as page:
        page.set_input_files("[name=zip]", tmp_path / "broken.zip")
        page.wait_for_selector("text=Ce n’est pas un zip lisible")
        (tmp_path / "notes.txt").write_text("no zip either")
        page.set_input_files("[name=zip]", tmp_path / "notes.txt")
        page.wait_for_selector("text=Ce n’est pas un zip. Compressez")
        assert page.locator("[data-do=zip]").is_visible()


def test_a_run_whose_process_is_killed_is_said(
    browser: Any, app: RunningApp, folder: Path, pictures: Path
) -> None:
    with visiting(browser, app, "/training#new") as page:
        page.set_input_files("[name=zip]", pictures)
        page.wait_for_selector(".checked", timeout=60_000)
        run = start_run(page, epochs=1000, patience=0)
        page.wait_for_selector(".run-steps .is-now", timeout=ENDS_WITHIN_MS)
        os.kill(read_job(folder / "runs" / "runs" / run).pid, signal.SIGKILL)
        page.wait_for_selector(".run[data-state=failed]")
        assert "ended from outside" in page.inner_text(".run-message")
        page.locator("[data-do=language]").click()
        page.wait_for_selector("text=arrêté de l’extérieur")
        page.locator("[data-do=remove]").click()
        page.get_by_role("button", name="Retirer pour de bon ?").click()
        page.wait_for_function("location.hash === '#runs'")
        page.wait_for_function("run => !document.querySelector(`[data-run='${run}']`)", arg=run)
