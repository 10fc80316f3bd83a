"""From a filled form to a job on the Hub: what it is asked to run, and what speaks against it before."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from retrieval.types import BundleError, HubError, NotFoundError, RequestError
from retrieval.ui.training import job_desk
from retrieval.ui.training.access import Access
from retrieval.ui.training.french import said
from retrieval.ui.training.job_desk import JobDesk
from tests.hub_double import HubDouble
from tests.job_desks import ADA, TOKEN, TYPED, hand_in, order, started
from train import publish_job
from train.__main__ import _parser, chosen_config
from train.config import DataConfig
from train.runs.store import Runs

pytest_plugins = ("tests.job_desks",)


def test_what_it_would_cost_is_told_before_anything_starts(desk: JobDesk, double: HubDouble) -> None:
    told = desk.job_offer({"token": ""}, ADA, TOKEN)
    assert (told["name"], told["space"]) == ("ada", "")
    assert told["flavours"][0] == {
        "name": "t4-small",
        "title": "Nvidia T4 - small",
        "gpu": "Nvidia T4",
        "memory": "16 GB",
        "per_hour": pytest.approx(0.4, abs=1e-4),
    }
    assert 60 in told["limits"]
    assert double.jobs.all == []


@pytest.mark.parametrize(
    ("visitor", "typed", "token", "needs"),
    [
        (ADA, "", None, "token"),
        (ADA, TYPED, None, None),
        (replace(ADA, scopes=frozenset(["openid", "contribute-repos"])), "", TOKEN, "scope"),
        (replace(ADA, scopes=frozenset(["openid", "contribute-repos"])), TYPED, TOKEN, None),
        (replace(ADA, scopes=frozenset(["openid", "jobs"])), "", TOKEN, None),
        (ADA, "", TOKEN, None),
    ],
)
def test_who_has_no_token_for_it_is_told_what_is_missing(
    desk: JobDesk, visitor: Access, typed: str, token: str | None, needs: str | None
) -> None:
    assert desk.job_offer({"token": typed}, visitor, token).get("needs") == needs
    if needs:
        with pytest.raises(RequestError, match="no token to run a job"):
            desk.start_job(order(token=typed), visitor, token)


def test_the_login_of_this_machine_is_its_owners_on_a_space(
    desk: JobDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_desk, "has_login", lambda: True)
    assert job_desk._needs(ADA, "", None) == ""
    monkeypatch.setenv("SPACE_ID", "ada/burin")
    assert job_desk._needs(ADA, "", None) == "token"


def test_from_a_zip_to_a_job_that_reads_its_pictures_at_their_commit(
    desk: JobDesk, runs: Runs, double: HubDouble
) -> None:
    job = started(desk)
    (asked,) = double.jobs.all
    code = double.store.find("space", "ada/burin").branches["main"]
    pictures = double.store.find("dataset", "ada/shapes-pictures")
    assert pictures.private
    commit = pictures.branches["main"]
    assert len([name for name in pictures.at(commit).files if name.startswith("data/")]) == 18
    assert asked.spec["command"] == [
        "uv",
        "run",
        f"{double.url}/spaces/ada/burin/resolve/{code}/train/publish_job.py",
        "--code=ada/burin",
        f"--code-revision={code}",
        "--pictures=ada/shapes-pictures",
        f"--pictures-revision={commit}",
        "--image-column=image",
        "--label-column=label",
        "--collection=shapes",
        "--model=ada/shapes-model",
        "--dataset=ada/shapes",
        "--version=v1",
        "--",
        "--variant=head-random",
        # Three classes fill a batch no further, and two of six pictures of each are validated with.
        "--labels-per-batch=3",
        "--margin=0.4",
        "--validation-share=0.25",
        "--set=head.epochs=3",
    ]
    # The script takes them, and `fit` makes of them the run that was filled in.
    told, fit = publish_job._parsed(asked.spec["command"][3:])
    assert (told.pictures_revision, told.public) == (commit, False)
    config = chosen_config(_parser().parse_args(["fit", "--run", "x", *fit]))
    assert (config.margin, config.phases[0].epochs, config.labels_per_batch) == (0.4, 3, 3)
    assert (asked.spec["flavor"], asked.spec["timeoutSeconds"]) == ("t4-small", 7200)
    assert asked.spec["secrets"] == {"HF_TOKEN": TOKEN}
    assert (job["account"], job["most_usd"], job["state"]) == ("ada", 0.8, "queued")
    assert (job["pictures_commit"], job["code_commit"], job["yours"]) == (commit, code, True)


def test_pictures_of_the_hub_are_read_where_they_are(desk: JobDesk, runs: Runs, double: HubDouble) -> None:
    double.store.create("dataset", "zoo/animals")
    commit = double.store.commit("dataset", "zoo/animals", {"data.parquet": b"x"}).sha
    hand_in(runs, DataConfig(hub="zoo/animals", image_column="photo", label_column="kind"))
    started(desk, private=False)
    command = double.jobs.all[0].spec["command"]
    assert {"--pictures=zoo/animals", f"--pictures-revision={commit}"} < set(command)
    assert {"--image-column=photo", "--label-column=kind", "--public"} < set(command)
    assert not [word for word in command if word.startswith("--hub")], "the job says that itself"
    assert double.store.find("dataset", "ada/shapes-pictures") is None


def test_on_a_space_the_code_is_its_own(
    desk: JobDesk, double: HubDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPACE_ID", "ada/burin")
    assert desk.job_offer({}, ADA, TOKEN)["space"] == "ada/burin"
    assert started(desk, code="mallory/other")["code"] == "ada/burin"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"collection": "../x"}, "no name of a collection"),
        ({"model": "shapes"}, "is no repository"),
        ({"version": "1"}, "is no version"),
        ({"code": ""}, "no Space with a copy"),
        ({"minutes": 7}, "time limit"),
        ({"minutes": True}, "time limit"),
        ({"most_usd": None}, "What it can cost"),
        ({"filled": {"variant": "none"}}, "variant is none"),
        ({"intake": "20260101-000000-0000000000"}, "no pictures"),
        ({"flavour": 3}, "wanted: text"),
    ],
)
def test_what_cannot_be_is_said_without_asking_the_hub(
    desk: JobDesk, double: HubDouble, changes: dict[str, Any], message: str
) -> None:
    double.forget()
    with pytest.raises((RequestError, BundleError, NotFoundError), match=message):
        desk.start_job(order(**changes), ADA, TOKEN)
    # The app follows ada/shapes meanwhile, and asks by itself where its main is; nothing else is asked.
    follows = "/api/datasets/ada/shapes/revision/main"
    assert [one for one in double.asked() if one.path != follows] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"flavour": "t5"}, "no machine 't5'"),
        ({"flavour": "a10g-largex2"}, "no machine"),
        ({"most_usd": 0.7}, r"can cost \$0.80 now, not \$0.70"),
        ({"model": "grace/shapes-model"}, "is not ada's to write"),
        ({"pictures": "grace/pictures"}, "is not ada's to write"),
        ({"pictures": "ada/shapes"}, "two data sets"),
        ({"code": "ada/none"}, "The Hub shows no Space ada/none"),
        ({"code": "ada/old"}, "from before jobs"),
        ({"code": "ada/other"}, "is no copy of this app"),
        ({"version": "v2"}, "has a v2 already; the next is v5"),
        ({"dataset": "ada/taken", "pictures": "ada/open"}, "is public"),
    ],
)
def test_what_would_fail_after_an_hour_fails_before_it_costs_anything(
    desk: JobDesk, double: HubDouble, changes: dict[str, Any], message: str
) -> None:
    store = double.store
    for name, files in {"old": {"train/publish_job.py": b"--pictures"}, "other": {"app.py": b""}}.items():
        store.create("space", f"ada/{name}")
        store.commit("space", f"ada/{name}", files)
    store.create("dataset", "ada/open")
    store.create("dataset", "ada/shapes").point("tags", "v2", "main")
    store.create("model", "ada/shapes-model").point("tags", "v4", "main")
    with pytest.raises((RequestError, HubError), match=message) as raised:
        started(desk, **changes)
    assert double.jobs.all == []
    assert desk.jobs(None, ADA, TOKEN) == {"jobs": []}
    told = said(str(raised.value))
    assert told["fr"] != told["en"]


def test_no_two_jobs_make_the_same_version(desk: JobDesk, double: HubDouble) -> None:
    started(desk)
    with pytest.raises(RequestError, match="makes ada/shapes v1 already") as raised:
        started(desk)
    assert said(str(raised.value))["fr"] != str(raised.value)
    assert len(double.jobs.all) == 1
    double.jobs.all[0].stage = "CANCELED"
    desk.jobs(None, ADA, TOKEN)
    started(desk)


def test_drawings_are_learnt_here_alone(desk: JobDesk, runs: Runs) -> None:
    hand_in(runs, DataConfig(photos=("photos",), drawings=("drawings",)))
    with pytest.raises(RequestError, match="on this machine alone"):
        desk.start_job(order(), ADA, TOKEN)


def test_a_sign_in_that_ends_first_cannot_push(desk: JobDesk) -> None:
    soon = replace(ADA, until=time.time() + 3600)
    with pytest.raises(RequestError, match=r"ends in (49|50) minutes"):
        desk.start_job(order(minutes=60), soon, TOKEN)
    assert "task" in desk.start_job(order(minutes=30, most_usd=0.2), soon, TOKEN)
    assert "task" in desk.start_job(order(token=TYPED, version="v9"), soon, TOKEN), "a typed one lasts"


@pytest.mark.parametrize(
    ("broke", "barred", "message"),
    [("ada", "", "no credit for jobs"), ("", TOKEN, "does not let this token run jobs")],
)
def test_who_may_not_run_jobs_is_told_so_in_both_languages(
    desk: JobDesk, double: HubDouble, broke: str, barred: str, message: str
) -> None:
    double.jobs.broke.add(broke)
    double.jobs.barred.add(barred)
    with pytest.raises(HubError, match=message) as raised:
        started(desk)
    assert said(str(raised.value))["fr"] != str(raised.value)
