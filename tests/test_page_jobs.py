"""A job on the Hub, from the training page in a real Chromium: its cost before it starts, followed to the
version it pushes and that arrives here; another one stopped; and the same on a phone, in French."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub_assets import publish
from hub_assets.client import Hub
from retrieval import probe
from retrieval.collection import Collection
from retrieval.ui.training import form
from tests.helpers import write_bundle
from tests.hub_double import HubDouble
from tests.hub_jobs import DoubleJob
from tests.running import RunningApp, run_app
from tests.training_page import SPACE as ON_A_SPACE
from tests.training_page import fits, signed_in, visiting
from tests.visitor import DESK, PHONE
from tests.zips import sixty

pytestmark = pytest.mark.page

TOKEN, SIGNED = "hf_of_ada", "hf_oauth_of_ada"
FOLLOWS = "engravings, three-shapes=ada/three-shapes"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sixty(tmp_path_factory.mktemp("pictures") / "Three Shapes.zip")


@pytest.fixture(scope="module")
def hub() -> Iterator[HubDouble]:
    with HubDouble(tokens={TOKEN: "ada", SIGNED: "ada"}).running() as running:
        running.store.create("space", "ada/burin")
        running.store.commit("space", "ada/burin", {"train/publish_job.py": b"--pictures-revision"})
        yield running


@pytest.fixture
def app(tmp_path: Path, hub: HubDouble) -> Iterator[RunningApp]:
    """On a person's own machine that nobody is logged in on; it follows a data set that is not there yet."""
    with running(tmp_path, hub) as made:
        yield made
    assert not [path for path in (tmp_path / "runs").rglob("*.json") if TOKEN in path.read_text()]
    assert TOKEN not in (tmp_path / "app.log").read_text()


def running(folder: Path, hub: HubDouble, **more: str) -> Any:
    reaches = {"HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "hf"), "HF_TOKEN": ""}
    return run_app(folder, **{"BURIN_USERS": "", "COLLECTIONS": FOLLOWS} | reaches | more)


def brought(page: Any, pictures: Path) -> None:
    page.set_input_files("[name=zip]", pictures)
    page.wait_for_selector(".checked", timeout=60_000)


def start_job(page: Any, hub: HubDouble, **fields: str) -> DoubleJob:
    """Press the button, and wait until the Hub has the job."""
    before = len(hub.jobs.all)
    for name, value in fields.items():
        page.fill(f"[name=job_{name}]", value)
    page.locator("[data-do=start]").click()
    page.wait_for_selector(".run.job", timeout=60_000)
    assert len(hub.jobs.all) == before + 1
    return hub.jobs.all[-1]


def test_from_a_zip_to_a_version_that_arrives_by_itself(
    browser: Any, app: RunningApp, hub: HubDouble, pictures: Path, tmp_path: Path
) -> None:
    with visiting(browser, app, "/training#new") as page:
        brought(page, pictures)

        # What is missing is said in one sentence; a token opens the rest.
        page.locator("[name=where][value=job]").check(force=True)
        page.wait_for_selector("text=The Hub has to know who asks")
        assert page.locator("[data-do=start]").is_disabled()
        page.fill("[name=job_token]", TOKEN)
        page.keyboard.press("Enter")

        # What it can cost is there before anything starts, and follows what is chosen.
        page.wait_for_selector(".ticket")
        assert page.inner_text(".ticket-cost") == "$0.40"
        page.select_option("[name=job_minutes]", "240")
        assert page.inner_text(".ticket-cost") == "$1.60"
        page.select_option("[name=job_flavour]", "a10g-small")
        assert page.inner_text(".ticket-cost") == "$4.00"
        assert page.inner_text("[data-do=start]") == "Start it, $4.00 at most"
        assert "Before it starts, your 60 pictures are copied to the Hub" in page.inner_text(".job-order")
        assert page.input_value("[name=job_dataset]") == "ada/three-shapes"
        page.fill("[name=called]", "shapes-3")
        assert page.input_value("[name=job_pictures]") == "ada/shapes-3-pictures"
        page.fill("[name=called]", "three-shapes")
        assert page.locator("[name=job_private]").is_checked()
        fits(page)

        # What cannot be is said before it costs anything.
        page.fill("[name=job_code]", "ada/none")
        page.locator("[data-do=start]").click()
        page.wait_for_selector("text=The Hub shows no Space ada/none")
        assert hub.jobs.all == []

        page.locator("[name=job_private]").uncheck()
        job = start_job(page, hub, code="ada/burin")
        assert (job.spec["flavor"], job.spec["timeoutSeconds"]) == ("a10g-small", 4 * 3600)
        assert job.spec["secrets"] == {"HF_TOKEN": TOKEN}
        assert f"--variant={form.DEFAULT}" in job.spec["command"]
        assert hub.store.find("dataset", "ada/three-shapes-pictures").private

        # It is followed, also by a page that was not there when it began.
        assert "Waiting for a machine" in page.inner_text(".under-way")
        job.stage = "RUNNING"
        job.lines += ["+ python -m train fit", "step 12 of 40"]
        page.reload()
        page.wait_for_selector("text=Learning on Nvidia A10G")
        page.wait_for_function("document.querySelector('.run-log pre').textContent.endsWith('step 12 of 40')")
        link = page.get_by_role("link", name="Its page on the Hub")
        assert link.get_attribute("href") == f"{hub.url}/jobs/ada/{job.id}"
        fits(page)

        push(hub, tmp_path)
        job.stage = "COMPLETED"
        page.wait_for_selector(".run[data-state=finished]")
        said = page.inner_text(".run-message")
        assert 'COLLECTIONS="three-shapes=ada/three-shapes"' in said
        page.wait_for_selector("text=serves the new version already, as three-shapes")
        page.get_by_role("link", name="Search with it").click()
        page.wait_for_selector(".card-open")
        assert page.input_value("[name=collection]") == "three-shapes"


def push(hub: HubDouble, folder: Path) -> None:
    """What the job does in the end."""
    bundle = write_bundle(folder / "made", name="three-shapes")
    answer = probe.answer(Collection(bundle))
    writer = Hub(hub.url, TOKEN, folder / "writer")
    publish.push(writer, bundle, "ada/three-shapes-model", "ada/three-shapes", "v1", probe=answer)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_on_a_space_the_sign_in_is_enough_and_a_job_is_stopped(
    browser: Any, hub: HubDouble, pictures: Path, tmp_path: Path, viewport: dict[str, int]
) -> None:
    own = {"COLLECTIONS": "", "BURIN_RUNS": str(tmp_path / "runs")}
    cookies = signed_in("ada", expires_in=8 * 3600)
    look = {"viewport": viewport, "locale": "fr-FR", "cookies": cookies}
    with (
        running(tmp_path, hub, **ON_A_SPACE | own) as space,
        visiting(browser, space, "/training#new", **look) as page,
    ):
        brought(page, pictures)
        page.locator("[name=where][value=job]").check(force=True)
        page.wait_for_selector(".ticket")
        assert page.inner_text(".ticket-cost") == "0,40\N{NO-BREAK SPACE}$US"
        assert page.locator("[name=job_code]").count() == 0
        assert "celui de ce Space, ada/burin" in page.inner_text(".job-order")
        fits(page)
        job = start_job(page, hub, version="v2")
        page.wait_for_selector("text=Attend une machine")
        page.locator("[data-do=stop-job]").click()
        page.wait_for_selector(".run[data-state=stopped]")
        assert job.stage == "CANCELED"
        assert page.inner_text(".run-message") == "La tâche a été arrêtée ; rien n’a été publié."
        fits(page)
        page.get_by_role("tab", name="Entraînements").click()
        row = page.locator(f'.run-row[data-run="job-{job.id}"]')
        row.wait_for()
        assert "tâche GPU" in row.inner_text()
        fits(page)
        row.click()
        page.locator("[data-do=forget-job]").click()
        page.wait_for_selector("text=Pas encore d’entraînement")


def test_after_a_restart_it_is_still_there_and_fails_with_its_last_word(
    browser: Any, hub: HubDouble, pictures: Path, tmp_path: Path
) -> None:
    with running(tmp_path, hub) as app, visiting(browser, app, "/training#new") as page:
        brought(page, pictures)
        page.locator("[name=where][value=job]").check(force=True)
        page.fill("[name=job_token]", TOKEN)
        page.locator("[data-do=token]").click()
        page.wait_for_selector(".ticket")
        names = {"dataset": "ada/others", "model": "ada/others-model", "code": "ada/burin"}
        job = start_job(page, hub, **names)
    with running(tmp_path, hub) as app, visiting(browser, app, f"/training#runs/job-{job.id}") as page:
        page.wait_for_selector("text=Give the access token again")
        job.stage, job.lines = "ERROR", ["error: no picture can be read"]
        page.fill("[name=reach_token]", TOKEN)
        page.locator("[data-do=token]").click()
        page.wait_for_selector(".run[data-state=failed]")
        assert page.inner_text(".run-message") == "The job failed: no picture can be read"
        page.locator(".run-log summary").click()
        page.wait_for_selector(".run-log pre:has-text('no picture can be read')")
