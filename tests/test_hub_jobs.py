"""Jobs of the Hub through the real huggingface_hub: what is asked of it, and what comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hub_assets import jobs as hub_jobs
from hub_assets.jobs import Jobs, JobSeen
from retrieval.types import HubError
from tests.hub_double import OWNER, VISITOR, HubDouble
from tests.hub_faults import Fault

SCRIPT = "https://huggingface.co/spaces/owner/burin/resolve/main/job.py"


@pytest.fixture
def double() -> Iterator[HubDouble]:
    with HubDouble().running() as running:
        yield running


@pytest.fixture
def jobs(double: HubDouble) -> Jobs:
    return Jobs(OWNER, double.url)


def started(jobs: Jobs, flavour: str = "t4-small") -> JobSeen:
    return jobs.start(
        "burin-glass", SCRIPT, ["--code=owner/burin", "--", "--margin=0.5"], flavour, 90, "owner"
    )


def test_what_a_job_is_asked_to_run(double: HubDouble, jobs: Jobs) -> None:
    seen = started(jobs)
    (asked,) = double.jobs.all
    assert (seen.id, seen.owner, seen.stage) == (asked.id, "owner", "SCHEDULING")
    assert seen.url == f"{double.url}/jobs/owner/{asked.id}"
    spec = asked.spec
    assert spec["command"] == ["uv", "run", SCRIPT, "--code=owner/burin", "--", "--margin=0.5"]
    assert (spec["flavor"], spec["timeoutSeconds"]) == ("t4-small", 90 * 60)
    assert spec["labels"] == {"name": "burin-glass"}
    assert spec.pop("secrets") == {"HF_TOKEN": OWNER}
    assert OWNER not in str(spec), "a token is a secret and nothing else"


def test_machines_with_one_gpu_are_told_by_the_hour_the_cheapest_first(jobs: Jobs) -> None:
    found = jobs.flavours()
    assert [one.name for one in found] == ["t4-small", "l4x1", "a10g-small", "h200"]
    assert (found[0].title, found[0].gpu, found[0].memory) == ("Nvidia T4 - small", "Nvidia T4", "16 GB")
    assert [round(one.per_hour, 2) for one in found] == [0.40, 0.80, 1.00, 5.00]


def test_a_price_by_a_unit_that_is_not_known_is_no_offer(double: HubDouble, jobs: Jobs) -> None:
    double.jobs.hardware = [one | {"unitLabel": "token"} for one in double.jobs.hardware]
    assert jobs.flavours() == []


def test_it_is_seen_to_run_and_to_end_and_what_it_said(double: HubDouble, jobs: Jobs) -> None:
    id = started(jobs).id
    double.jobs.all[0].stage = "RUNNING"
    double.jobs.all[0].lines += ["one", "two  ", f"the token {OWNER} slipped out", "x" * 1000]
    assert jobs.look(id, "owner").stage == "RUNNING"
    assert jobs.log(id, "owner", 10)[:3] == ["one", "two", "the token … slipped out"]
    assert [len(line) for line in jobs.log(id, "owner", 1)] == [hub_jobs.MOST_CHARACTERS]
    jobs.cancel(id, "owner")
    assert jobs.look(id, "owner").stage == "CANCELED"


def test_whose_token_it_is_is_known(jobs: Jobs) -> None:
    account = jobs.account()
    assert (account.name, account.names, account.writes) == ("owner", ("owner",), True)


def test_the_login_of_this_machine_stands_in_for_a_token(
    double: HubDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", OWNER)
    assert hub_jobs.has_login()
    jobs = Jobs(None, double.url)
    started(jobs)
    assert jobs.account().name == "owner"
    assert double.jobs.all[0].spec["secrets"] == {"HF_TOKEN": OWNER}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("500"), "answers 500"),
        (Fault("429"), "left alone"),
        (Fault("unauthorised"), "does not know this token"),
        (Fault("reset"), "does not answer"),
    ],
    ids=lambda one: getattr(one, "kind", ""),
)
def test_what_the_hub_does_is_one_sentence(double: HubDouble, jobs: Jobs, fault: Fault, said: str) -> None:
    seen = started(jobs)
    double.fault(fault)
    for ask in (
        jobs.account,
        jobs.flavours,
        lambda: started(jobs),
        lambda: jobs.look(seen.id, "owner"),
        lambda: jobs.log(seen.id, "owner", 5),
        lambda: jobs.cancel(seen.id, "owner"),
    ):
        with pytest.raises(HubError, match=said) as raised:
            ask()
        assert OWNER not in str(raised.value)
        assert double.url not in str(raised.value)


def test_who_may_not_is_told_what_to_do(double: HubDouble, jobs: Jobs) -> None:
    double.jobs.broke.add("owner")
    with pytest.raises(HubError, match="no credit for jobs"):
        started(jobs)
    double.jobs.barred.add(OWNER)
    with pytest.raises(HubError, match="does not let this token run jobs"):
        started(jobs)
    double.jobs.broke.clear()
    double.jobs.barred.clear()
    with pytest.raises(HubError, match="refuses this job: Invalid flavor: t5"):
        started(jobs, "t5")
    assert double.jobs.all == []


def test_somebody_elses_job_is_none(double: HubDouble, jobs: Jobs) -> None:
    id = started(jobs).id
    with pytest.raises(HubError, match="knows this job no more"):
        Jobs(VISITOR, double.url).look(id, "owner")


def test_a_hub_that_says_nothing_is_not_waited_for_for_ever(
    double: HubDouble, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub.utils import close_session

    from hub_assets import client

    monkeypatch.setattr(client, "SILENT_FOR_S", 1.0)
    close_session()  # the next one waits as long as that
    double.fault(Fault("silent"))
    begun = time.monotonic()
    with pytest.raises(HubError, match="does not answer"):
        jobs.flavours()
    assert time.monotonic() - begun < 10
    close_session()
