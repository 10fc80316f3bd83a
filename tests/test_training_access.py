"""Who may train: decided on the server for every question, whatever page or program asks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client

from retrieval.ui.training.page import DESK, JOBS, RESULTS
from tests.hub_double import HubDouble
from tests.running import RunningApp, data_url, run_app
from tests.training_page import SPACE, Questions, signed_in
from tests.waiting import until
from tests.zips import sixty

TRAINERS_ONLY = (*DESK, *RESULTS, "publish", *JOBS)
OPEN = ("who", "models", "embedding_map", "mixed_up", "look_at")


@pytest.fixture(scope="module")
def hub() -> Iterator[HubDouble]:
    with HubDouble(tokens={f"hf_oauth_of_{name}": name for name in ("ada", "grace")}).running() as running:
        yield running


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory, hub: HubDouble) -> Iterator[RunningApp]:
    """As on a Space with hf_oauth: true, with Gradio's own session and its own reading of it."""
    folder = tmp_path_factory.mktemp("space")
    reaches = {"HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "hf")}
    with run_app(folder, BURIN_USERS="", **reaches, **SPACE) as running:
        yield running


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    folder = tmp_path_factory.mktemp("home")
    with run_app(folder, BURIN_USERS="") as running:
        yield running


def refused(asked: Questions) -> set[str]:
    """The reasons that every question of training is refused for; none of them may be answered."""
    answers = {name: asked.ask(name, {"run": "x", "task": "x"}) for name in TRAINERS_ONLY}
    assert all(set(answer) == {"refused"} for answer in answers.values()), answers
    return {answer["refused"] for answer in answers.values()}


def test_every_question_of_the_page_is_known_to_these_tests(space: RunningApp) -> None:
    assert set(Questions(space.url).names) == {*TRAINERS_ONLY, *OPEN}


def test_anonymous_sees_the_models_and_may_nothing_else(space: RunningApp) -> None:
    asked = Questions(space.url)
    assert refused(asked) == {"sign_in"}
    assert asked.ask("models")["models"][0]["name"] == "engravings"
    assert asked.ask("embedding_map", "engravings")["points"]
    assert asked.ask("mixed_up", "engravings")["pairs"]
    who = asked.ask("who")
    assert (who["may"], who["signs_in"], who["name"]) == (False, True, "")


def test_a_stranger_who_signed_in_may_no_more(space: RunningApp) -> None:
    asked = Questions(space.url, signed_in("mallory"))
    assert refused(asked) == {"stranger"}
    assert asked.ask("who")["name"] == "mallory"
    assert asked.ask("models")["models"]


@pytest.mark.parametrize("name", ["ada", "Ada", "grace", "linus"])
def test_the_owner_and_whom_they_named_may(space: RunningApp, name: str) -> None:
    asked = Questions(space.url, signed_in(name))
    assert asked.ask("who")["may"]
    assert asked.ask("runs") == {"runs": []}
    assert asked.ask("new_run")["form"]["variants"].keys() >= {"raw", "head-random", "two-phase"}
    assert "error" in asked.ask("run", {"run": "20260101-000000-0000000000"}), "asked, and there is none"


@pytest.mark.parametrize("name", ["ada ", "gracehopper", "grac", "", "None"])
def test_a_name_that_is_only_like_one_may_not(space: RunningApp, name: str) -> None:
    assert refused(Questions(space.url, signed_in(name))) == {"stranger"}


def test_a_session_that_ran_out_is_nobodys(space: RunningApp) -> None:
    assert refused(Questions(space.url, signed_in("ada", expires_in=-1))) == {"sign_in"}


def test_a_session_that_somebody_else_signed_is_nobodys(space: RunningApp) -> None:
    (name, value), *_ = signed_in("ada").items()
    assert refused(Questions(space.url, {name: value[:-4] + "AAAA"})) == {"sign_in"}


def test_another_site_cannot_ask_in_the_owners_name(space: RunningApp) -> None:
    cookies = signed_in("ada")
    assert refused(Questions(space.url, cookies, sec_fetch_site="cross-site")) == {"elsewhere"}
    assert refused(Questions(space.url, cookies, sec_fetch_site="same-site")) == {"elsewhere"}
    assert refused(Questions(space.url, cookies, origin="https://evil.example")) == {"elsewhere"}
    assert Questions(space.url, cookies, sec_fetch_site="same-origin").ask("who")["may"]
    assert Questions(space.url, cookies, origin=space.url).ask("who")["may"]


def test_signing_in_leads_to_hugging_face_and_back(space: RunningApp) -> None:
    asked = httpx.get(f"{space.url}/login/huggingface?_target_url=/training")
    # The provider of this test answers nobody; that Gradio serves the address is what is tested.
    assert asked.status_code != 404
    out = httpx.get(f"{space.url}/logout?_target_url=/training", cookies=signed_in("ada"))
    assert (out.status_code, out.headers["location"]) == (307, "/training")


@pytest.mark.parametrize("path", ["/gradio_api/info", "/gradio_api/openapi.json"])
def test_no_question_of_training_is_in_the_api(space: RunningApp, path: str) -> None:
    told = httpx.get(space.url + path, params={"all_endpoints": "true"}).text
    assert "search" in told
    for name in TRAINERS_ONLY:
        assert f"/{name}" not in told
        assert not httpx.post(f"{space.url}/gradio_api/call/{name}", json={"data": []}).is_success


def test_on_ones_own_machine_it_is_open(at_home: RunningApp) -> None:
    asked = Questions(at_home.url)
    assert asked.ask("who") == {"able": True, "may": True, "name": "", "reason": "", "signs_in": False}
    assert asked.ask("runs") == {"runs": []}


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"x_forwarded_for": "203.0.113.9"}, "no_users"),
        ({"x_forwarded_host": "burin.example"}, "no_users"),
        ({"forwarded": "for=203.0.113.9"}, "no_users"),
        ({"host": "burin.example"}, "no_users"),
        ({"sec_fetch_site": "cross-site"}, "elsewhere"),
        ({"origin": "https://evil.example"}, "elsewhere"),
    ],
    ids=["proxy", "proxys name", "forwarded", "a name that leads here", "another site", "older browser"],
)
def test_but_not_to_whom_a_proxy_or_another_site_brings(
    at_home: RunningApp, headers: dict[str, str], reason: str
) -> None:
    assert refused(Questions(at_home.url, **headers)) == {reason}


def test_bound_elsewhere_it_needs_users(tmp_path: Path) -> None:
    with run_app(tmp_path, BURIN_USERS="", GRADIO_SERVER_NAME="0.0.0.0") as running:
        asked = Questions(running.url)
        assert refused(asked) == {"no_users"}
        assert asked.ask("models")["models"]


@pytest.mark.parametrize(("trainers", "may"), [("", True), ("grace", False), ("ADA, x", True)])
def test_with_users_those_may_who_signed_in(tmp_path: Path, trainers: str, may: bool) -> None:
    users = {"BURIN_USERS": "ada:secret", "TRAINERS": trainers, "GRADIO_SERVER_NAME": "0.0.0.0"}
    with run_app(tmp_path, **users) as running:
        http = httpx.Client(base_url=running.url)
        assert http.post("/gradio_api/component_server", json={}).status_code == 401
        http.post("/login", data={"username": "ada", "password": "secret"})
        asked = Questions(running.url, dict(http.cookies))
        if may:
            assert asked.ask("who")["name"] == "ada"
            assert asked.ask("runs") == {"runs": []}
        else:
            assert refused(asked) == {"stranger"}


def test_a_space_that_signs_nobody_in_lets_nobody_train(tmp_path: Path) -> None:
    environment = {**SPACE, "OAUTH_CLIENT_ID": "", "BURIN_USERS": ""}
    with run_app(tmp_path, **environment) as running:
        assert refused(Questions(running.url)) == {"no_oauth"}


def test_without_a_folder_to_write_the_models_are_still_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("no folder")
    with run_app(tmp_path, BURIN_USERS="") as running:
        asked = Questions(running.url)
        assert set(asked.names) == set(OPEN)
        assert asked.ask("who")["able"] is False
        assert asked.post("start").status_code == 404
        assert asked.ask("models")["models"]


def test_a_token_is_in_no_answer_and_no_log(space: RunningApp, tmp_path_factory: Any) -> None:
    asked = Questions(space.url, signed_in("ada"))
    told = [asked.post(name, {"run": "x"}).text for name in asked.names]
    assert not any("hf_oauth_of_ada" in text for text in told)
    log = next(tmp_path_factory.getbasetemp().glob("space*/app.log"))
    assert "hf_oauth_of_ada" not in log.read_text()


def test_the_token_of_who_signed_in_asks_what_a_job_would_cost(space: RunningApp, hub: HubDouble) -> None:
    told = Questions(space.url, signed_in("ada")).ask("job_offer", {"token": ""})
    assert (told["name"], told["space"], told["flavours"][0]["name"]) == ("ada", "ada/burin", "t4-small")
    assert {one.user for one in hub.asked("/api/jobs/hardware")} == {"ada"}
    assert Questions(space.url, signed_in("grace")).ask("job_offer")["name"] == "grace"
    narrow = Questions(space.url, signed_in("ada", scope="openid profile contribute-repos"))
    assert narrow.ask("job_offer", {"token": ""}) == {"needs": "scope"}
    assert narrow.ask("job_offer", {"token": "hf_oauth_of_grace"})["name"] == "grace", (
        "a typed one goes first"
    )


def test_the_owner_starts_a_job_and_others_only_see_that_it_is_there(
    space: RunningApp, hub: HubDouble, tmp_path: Path
) -> None:
    hub.store.create("space", "ada/burin")
    hub.store.commit("space", "ada/burin", {"train/publish_job.py": b"--pictures-revision"})
    hub.store.create("dataset", "ada/shapes-pictures", private=True)
    ada, grace = Questions(space.url, signed_in("ada")), Questions(space.url, signed_in("grace"))
    upload = ada.ask("upload_begin", {"bytes": (zip := sixty(tmp_path / "x.zip", each=4)).stat().st_size})
    piece = data_url(zip.read_bytes(), "application/zip")
    ada.ask("upload_part", {"upload": upload["upload"], "at": 0, "piece": piece})
    task = ada.ask("hand_in", {"name": "shapes", "upload": upload["upload"], "table": None})
    taken = until(lambda: (told := ada.ask("task", task)) and "busy" not in told and told)
    question = {
        "intake": taken["intake"]["id"],
        "collection": "shapes",
        "filled": {"variant": "raw"},
        "flavour": "t4-small",
        "minutes": 30,
        "most_usd": 0.2,
        "model": "ada/shapes-model",
        "dataset": "ada/shapes",
        "version": "v1",
        "code": "mallory/evil",
        "pictures": "ada/shapes-pictures",
    }
    assert "refused" in Questions(space.url, signed_in("mallory")).ask("start_job", question)
    assert "refused" in Questions(space.url).ask("start_job", question)
    assert hub.jobs.all == []
    begun = ada.ask("start_job", question)
    job = until(lambda: (told := ada.ask("started_job", begun)) and "busy" not in told and told)["job"]
    (asked,) = hub.jobs.all
    assert (asked.user, asked.spec["secrets"]) == ("ada", {"HF_TOKEN": "hf_oauth_of_ada"})
    assert "--code=ada/burin" in asked.spec["command"], "on a Space its own code runs and no other"

    (seen,) = grace.ask("jobs")["jobs"]
    assert (seen["id"], seen["yours"], seen["reached"]) == (job["id"], False, False)
    for name in ("stop_job", "job_log"):
        assert "somebody else's" in grace.ask(name, {"job": job["id"]})["error"]["en"]
    assert ada.ask("stop_job", {"job": job["id"]})["job"]["state"] == "stopped"
    assert asked.stage == "CANCELED"


def test_mcp_and_the_python_client_know_no_question_of_training(space: RunningApp) -> None:
    client = Client(space.url, verbose=False)
    names = client.view_api(return_format="dict")["named_endpoints"]
    assert set(names) & {f"/{name}" for name in TRAINERS_ONLY} == set()
    assert "/search" in names
