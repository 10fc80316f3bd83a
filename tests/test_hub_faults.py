"""What the Hub double lets go wrong, and what the real huggingface_hub makes of it."""

from __future__ import annotations

import time

import httpx2
import pytest
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

from tests.hub_faults import Fault
from tests.hub_visits import LARGE, download, snapshot, status

pytest_plugins = ("tests.hub_visits",)


@pytest.mark.parametrize("kind", ["500", "503"])
def test_a_server_error_is_one_as_often_as_asked_for(double, api, commit, kind):
    double.fault(Fault(kind, path="/api/datasets/owner/shapes$", method="GET", times=2))
    for _ in range(2):
        with pytest.raises(HfHubHTTPError) as failed:
            api.dataset_info("owner/shapes")
        assert status(failed) == int(kind)
    assert api.dataset_info("owner/shapes").sha == commit
    assert [one.fault for one in double.asked()] == [kind, kind, None]


def test_too_many_requests_says_when_to_come_back(double, commit, tmp_path):
    double.fault(Fault("429", path="/resolve/", method="GET", times=1, seconds=2))
    assert download(double, tmp_path) == LARGE[:60_000]
    first, second = double.asked("/resolve/", "GET")
    assert (first.status, second.status) == (429, 200)
    assert second.at - first.at >= 2


def test_a_token_that_is_none_anymore(double, api, commit):
    double.fault(Fault("unauthorised", times=1))
    with pytest.raises(HfHubHTTPError, match="Invalid credentials") as refused:
        api.dataset_info("owner/shapes")
    assert (status(refused), isinstance(refused.value, RepositoryNotFoundError)) == (401, False)
    assert double.asked()[0].authorised


def test_terms_that_are_not_accepted(double, commit, tmp_path):
    double.fault(Fault("gated", path="/resolve/"))
    with pytest.raises(GatedRepoError):
        download(double, tmp_path)
    double.clear_faults()
    assert download(double, tmp_path) == LARGE[:60_000]


def test_a_parent_that_is_stale_by_order(double, api, commit):
    double.fault(Fault("stale", path="/commit/", times=1))
    with pytest.raises(HfHubHTTPError) as refused:
        api.upload_file(
            path_or_fileobj=b"x", path_in_repo="x.txt", repo_id="owner/shapes", repo_type="dataset"
        )
    assert status(refused) == 412
    assert api.dataset_info("owner/shapes").sha == commit


def test_a_connection_that_is_reset_at_once(double, api, commit):
    double.fault(Fault("reset", path="/tag/", times=1))
    with pytest.raises(httpx2.TransportError):
        api.create_tag("owner/shapes", tag="v1", repo_type="dataset")
    assert double.asked("/tag/")[0].status == 0
    assert api.list_repo_refs("owner/shapes", repo_type="dataset").tags == []


def test_an_answer_that_is_lost_though_the_commit_was_made(double, api, commit):
    double.fault(Fault("dropped", path="/commit/", times=1, share=0))
    with pytest.raises(httpx2.TransportError):
        api.upload_file(
            path_or_fileobj=b"x", path_in_repo="x.txt", repo_id="owner/shapes", repo_type="dataset"
        )
    assert "x.txt" in api.list_repo_files("owner/shapes", repo_type="dataset")


def test_late_and_silent(double, api, commit, tmp_path):
    double.fault(Fault("late", path="/api/datasets/", times=1, seconds=0.3))
    started = time.monotonic()
    assert api.dataset_info("owner/shapes").sha == commit
    assert time.monotonic() - started >= 0.3
    double.fault(Fault("silent", path="/api/datasets/", times=1))
    with pytest.raises(httpx2.ReadTimeout):
        api.dataset_info("owner/shapes", timeout=0.2)
    double.fault(Fault("silent", path="/resolve/", method="HEAD", times=1))
    assert download(double, tmp_path, etag_timeout=0.2) == LARGE[:60_000]
    assert [one.status for one in double.asked("/resolve/", "HEAD")] == [0, 200]


def test_a_slow_body_comes_slowly_and_whole(double, commit, tmp_path):
    double.fault(Fault("slow", path="/resolve/", bytes_per_s=200_000))
    started = time.monotonic()
    assert download(double, tmp_path) == LARGE[:60_000]
    assert time.monotonic() - started >= 0.3


def test_a_truncated_body_is_fetched_again(double, commit, tmp_path):
    double.fault(Fault("truncated", path="/resolve/", times=1))
    assert download(double, tmp_path) == LARGE[:60_000]
    assert [one.sent for one in double.asked("/resolve/", "GET")] == [30_000, 60_000]


def test_a_body_that_is_cut_for_ever_is_no_file(double, commit):
    """The client tries six times a second apart; here it is asked what each of them sees."""
    double.fault(Fault("truncated", path="/resolve/", share=0.9))
    url = f"{double.url}/datasets/owner/shapes/resolve/{commit}/data/large.bin"
    for _ in range(2):
        with pytest.raises(httpx2.RemoteProtocolError, match="54000 bytes, expected 60000"):
            httpx2.get(url)


def test_a_dropped_connection_leaves_no_file(double, commit, tmp_path):
    double.fault(Fault("dropped", path="/resolve/.*large", times=1))
    with pytest.raises(httpx2.ReadError):
        snapshot(double, tmp_path, commit)
    assert not list(tmp_path.rglob("large.bin"))
    assert (snapshot(double, tmp_path, commit) / "data" / "large.bin").read_bytes() == LARGE[:60_000]


def test_an_altered_body_has_the_right_length(double, commit, tmp_path):
    double.fault(Fault("altered", path="/resolve/.*large"))
    seen = download(double, tmp_path)
    assert len(seen) == 60_000
    assert sum(one != other for one, other in zip(seen, LARGE, strict=False)) == 1


def test_gone_in_the_middle_of_a_download_and_back(double, api, tmp_path):
    double.store.create("dataset", "owner/shapes")
    double.store.commit("dataset", "owner/shapes", {"data/large.bin": LARGE})
    double.fault(Fault("gone", path="/resolve/", times=1, share=0.75, seconds=0.3))
    assert download(double, tmp_path) == LARGE
    first, second = double.asked("/resolve/", "GET")
    # huggingface_hub keeps what came in pieces of 10 MiB and asks for the rest.
    assert (first.status, first.sent, second.status) == (200, 15_000_000, 206)
    assert second.sent == 20_000_000 - 10 * 1024 * 1024


def test_gone_for_good_until_it_is_called_up(double, api, commit):
    double.fault(Fault("gone", path="/api/datasets/", times=1))
    with pytest.raises(httpx2.TransportError):
        api.dataset_info("owner/shapes")
    with pytest.raises(httpx2.ConnectError):
        api.dataset_info("owner/shapes")
    double.up()
    assert api.dataset_info("owner/shapes").sha == commit


def test_of_two_faults_the_first_hits_and_each_only_as_often_as_it_may(double, api, commit):
    double.fault(Fault("500", times=1))
    double.fault(Fault("503", path="/nothing/like/this"))
    double.fault(Fault("502", times=1))
    seen = []
    for _ in range(3):
        try:
            api.dataset_info("owner/shapes")
            seen.append(200)
        except HfHubHTTPError as failed:
            seen.append(failed.response.status_code)
    assert seen == [500, 502, 200]


@pytest.mark.parametrize(
    "wrong", [{"kind": "404"}, {"kind": "slow", "bytes_per_s": 0}, {"kind": "gone", "share": 1}]
)
def test_a_fault_that_is_none(wrong):
    with pytest.raises(ValueError, match="wanted"):
        Fault(**wrong)
