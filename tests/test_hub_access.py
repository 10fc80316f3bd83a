"""Who may see and change what at the Hub double, and how it says that something is not there."""

from __future__ import annotations

import json

import httpx
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.hub_double import OWNER, VISITOR
from tests.hub_visits import download, snapshot, status

pytest_plugins = ("tests.hub_visits",)


def test_what_is_private_is_not_there_for_others(double, api, commit, tmp_path):
    api.update_repo_settings("owner/shapes", private=True, repo_type="dataset")
    for token in (False, VISITOR):
        with pytest.raises(RepositoryNotFoundError):
            HfApi(endpoint=double.url, token=token).dataset_info("owner/shapes")
        with pytest.raises(RepositoryNotFoundError):
            snapshot(double, tmp_path / "cache", commit, token=token)
    assert not (tmp_path / "cache" / "datasets--owner--shapes" / "blobs").exists()
    with pytest.raises(HfHubHTTPError) as refused:
        HfApi(endpoint=double.url, token="hf_revoked").dataset_info("owner/shapes")
    assert (status(refused), isinstance(refused.value, RepositoryNotFoundError)) == (401, False)
    assert (snapshot(double, tmp_path / "cache", commit) / "notes.txt").read_bytes() == b"a note\n"
    assert {one.user for one in double.asked("/notes.txt", "GET")} == {"owner"}


def test_only_the_owner_writes(double, commit):
    with pytest.raises(HfHubHTTPError) as refused:
        HfApi(endpoint=double.url, token=VISITOR).create_tag("owner/shapes", tag="v1", repo_type="dataset")
    assert status(refused) == 403
    with pytest.raises(HfHubHTTPError) as refused:
        HfApi(endpoint=double.url, token=False).create_tag("owner/shapes", tag="v1", repo_type="dataset")
    assert status(refused) == 401
    with pytest.raises(HfHubHTTPError) as refused:
        HfApi(endpoint=double.url, token=VISITOR).create_repo("owner/mine")
    assert status(refused) == 403


def test_a_gated_repository_shows_its_list_and_keeps_its_files(double, api, commit, tmp_path):
    api.update_repo_settings("owner/shapes", gated="manual", repo_type="dataset")
    visitor = HfApi(endpoint=double.url, token=VISITOR)
    assert visitor.dataset_info("owner/shapes").gated == "manual"
    assert "notes.txt" in visitor.list_repo_files("owner/shapes", repo_type="dataset")
    with pytest.raises(GatedRepoError):
        download(double, tmp_path, "notes.txt", token=VISITOR)
    double.store.find("dataset", "owner/shapes").readers.append("visitor")
    assert download(double, tmp_path, "notes.txt", token=VISITOR) == b"a note\n"


def test_a_call_that_it_does_not_know_is_said_to_be_one(double, api):
    with pytest.raises(HfHubHTTPError, match="no route for GET /api/daily_papers") as refused:
        list(api.list_daily_papers())
    assert status(refused) == 501


def test_what_is_not_there_says_what_is_not_there(double, api, commit, tmp_path):
    with pytest.raises(RepositoryNotFoundError):
        api.dataset_info("owner/none")
    with pytest.raises(RevisionNotFoundError):
        api.dataset_info("owner/shapes", revision="v9")
    with pytest.raises(RevisionNotFoundError):
        download(double, tmp_path, revision="0" * 40)
    with pytest.raises(EntryNotFoundError):
        download(double, tmp_path, "none.txt")
    with pytest.raises(EntryNotFoundError):
        list(api.list_repo_tree("owner/shapes", "none", repo_type="dataset"))
    with pytest.raises(ValueError, match="Invalid metadata"):
        api.upload_file(
            path_or_fileobj=b"---\n- a list\n---\n",
            path_in_repo="README.md",
            repo_id="owner/shapes",
            repo_type="dataset",
        )


def test_a_hostile_name_is_refused_from_a_client_and_served_where_a_test_put_it(double, api, commit):
    lines = [
        {"key": "header", "value": {"summary": "s"}},
        {"key": "file", "value": {"path": "../out.txt", "content": "", "encoding": "utf-8"}},
    ]
    reply = httpx.post(
        f"{double.url}/api/datasets/owner/shapes/commit/main",
        content="\n".join(json.dumps(line) for line in lines),
        headers={"Authorization": f"Bearer {OWNER}"},
    )
    assert reply.status_code == 400
    double.store.commit("dataset", "owner/shapes", {"../out.txt": b""})
    assert "../out.txt" in api.list_repo_files("owner/shapes", repo_type="dataset")
