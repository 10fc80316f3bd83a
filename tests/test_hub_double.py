"""The Hub double, as the real huggingface_hub and datasets see it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import httpx
import pytest
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
    hf_hub_download,
)
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile

from tests.helpers import ROOT
from tests.hub_double import OWNER, HubDouble
from tests.hub_files import TREE_PAGE
from tests.hub_routes import COMMITS_PAGE
from tests.hub_store import Store, tree_ids
from tests.hub_visits import CARD, LARGE, files_of, snapshot, status

pytest_plugins = ("tests.hub_visits",)


# --- repositories, commits, refs ----------------------------------------------------------------------


def test_a_repository_is_made_once_shown_and_deleted(double, api):
    assert api.whoami()["name"] == "owner"
    url = api.create_repo("owner/shapes", repo_type="dataset", private=True)
    assert (url.repo_id, url.repo_type, str(url)) == (
        "owner/shapes",
        "dataset",
        f"{double.url}/datasets/owner/shapes",
    )
    assert api.create_repo("owner/shapes", repo_type="dataset", exist_ok=True).repo_id == "owner/shapes"
    with pytest.raises(HfHubHTTPError) as refused:
        api.create_repo("owner/shapes", repo_type="dataset")
    assert status(refused) == 409
    info = api.dataset_info("owner/shapes")
    assert (info.private, info.author, [one.rfilename for one in info.siblings]) == (
        True,
        "owner",
        [".gitattributes"],
    )
    assert not api.repo_exists("owner/shapes", repo_type="model")
    api.delete_repo("owner/shapes", repo_type="dataset")
    assert not api.repo_exists("owner/shapes", repo_type="dataset")


def test_one_commit_adds_deletes_and_copies_and_comes_back_to_the_byte(double, api, tmp_path):
    api.create_repo("owner/shapes", repo_type="dataset")
    large = tmp_path / "large.bin"
    large.write_bytes(LARGE)
    first = api.create_commit(
        "owner/shapes",
        [
            CommitOperationAdd("README.md", CARD),
            CommitOperationAdd("old/one.txt", b"one"),
            CommitOperationAdd("old/two.txt", b"two"),
            CommitOperationAdd("gone.txt", b"gone"),
            CommitOperationAdd("data/large.bin", large),
        ],
        repo_type="dataset",
        commit_message="First",
    )
    second = api.create_commit(
        "owner/shapes",
        [
            CommitOperationAdd("new.txt", "né\n".encode()),
            CommitOperationAdd("empty.bin", b""),
            CommitOperationCopy("data/large.bin", "data/copy.bin"),
            CommitOperationDelete("gone.txt"),
            CommitOperationDelete("old/"),
        ],
        repo_type="dataset",
        commit_message="Second",
        commit_description="Why",
        parent_commit=first.oid,
    )
    assert second.repo_url.repo_id == "owner/shapes"
    seen = files_of(snapshot(double, tmp_path / "cache"))
    assert seen.pop(".gitattributes").startswith(b"*.7z filter=lfs")
    assert seen == {
        "README.md": CARD,
        "new.txt": "né\n".encode(),
        "empty.bin": b"",
        "data/large.bin": LARGE,
        "data/copy.bin": LARGE,
    }
    assert files_of(snapshot(double, tmp_path / "cache", first.oid))["gone.txt"] == b"gone"
    puts = double.asked("^/_lfs/", "PUT")
    assert [(one.received, one.authorised) for one in puts] == [(len(LARGE), False)]

    rows = {row.path: row for row in api.list_repo_tree("owner/shapes", repo_type="dataset", expand=True)}
    assert set(rows) == {".gitattributes", "README.md", "data", "empty.bin", "new.txt"}
    assert {rows[name].last_commit.title for name in ("README.md", ".gitattributes")} == {
        "First",
        "initial commit",
    }
    paths = api.get_paths_info("owner/shapes", ["data/copy.bin", "data", "none"], repo_type="dataset")
    assert {one.path for one in paths} == {"data/copy.bin", "data"}
    copied = next(one for one in paths if isinstance(one, RepoFile))
    assert copied.lfs.size == len(LARGE)
    listed = api.list_repo_files("owner/shapes", repo_type="dataset", revision=first.oid)
    assert "old/two.txt" in listed


def test_what_the_repository_has_is_not_sent_again(double, api, commit):
    again = api.upload_file(
        path_or_fileobj=LARGE[:60_000],
        path_in_repo="data/again.bin",
        repo_id="owner/shapes",
        repo_type="dataset",
    )
    assert again.oid != commit
    assert double.asked("/objects/batch")
    assert not double.asked("^/_lfs/")
    double.forget()
    same = api.upload_file(
        path_or_fileobj=b"a note\n", path_in_repo="notes.txt", repo_id="owner/shapes", repo_type="dataset"
    )
    assert same.oid == again.oid
    assert not double.asked("/commit/")


def test_tags_branches_and_commits_are_listed(double, api, commit):
    api.create_tag("owner/shapes", tag="v1", revision=commit, repo_type="dataset")
    with pytest.raises(HfHubHTTPError) as refused:
        api.create_tag("owner/shapes", tag="v1", repo_type="dataset")
    assert status(refused) == 409
    api.create_branch("owner/shapes", branch="try/this", revision="v1", repo_type="dataset")
    made = api.create_commit(
        "owner/shapes",
        [CommitOperationAdd("new.txt", b"new")],
        repo_type="dataset",
        revision="try/this",
        commit_message="On a branch",
    )
    refs = api.list_repo_refs("owner/shapes", repo_type="dataset")
    assert {(one.name, one.ref, one.target_commit) for one in refs.tags} == {("v1", "refs/tags/v1", commit)}
    assert {(one.name, one.target_commit) for one in refs.branches} == {
        ("main", commit),
        ("try/this", made.oid),
    }
    commits = api.list_repo_commits("owner/shapes", repo_type="dataset", revision="try/this")
    assert [one.title for one in commits] == ["On a branch", "Shapes", "initial commit"]
    assert [one.commit_id for one in commits][:2] == [made.oid, commit]
    assert commits[0].authors == ["owner"]
    assert commits[0].created_at >= commits[1].created_at >= commits[2].created_at
    assert api.dataset_info("owner/shapes", revision="try/this").sha == made.oid
    assert api.dataset_info("owner/shapes", revision="v1").sha == commit
    assert api.dataset_info("owner/shapes").card_data.license == "mit"
    api.delete_tag("owner/shapes", tag="v1", repo_type="dataset")
    api.delete_branch("owner/shapes", branch="try/this", repo_type="dataset")
    with pytest.raises(RevisionNotFoundError):
        api.dataset_info("owner/shapes", revision="v1")
    with pytest.raises(HfHubHTTPError) as refused:
        api.delete_branch("owner/shapes", branch="main", repo_type="dataset")
    assert status(refused) == 403


def test_a_commit_on_a_stale_parent_changes_nothing(double, api, commit):
    newer = double.store.commit("dataset", "owner/shapes", {"notes.txt": b"somebody else's\n"}).sha
    options = {"repo_type": "dataset", "commit_message": "Mine"}
    with pytest.raises(HfHubHTTPError) as refused:
        api.create_commit(
            "owner/shapes", [CommitOperationAdd("new.txt", b"mine")], parent_commit=commit, **options
        )
    assert status(refused) == 412
    assert api.dataset_info("owner/shapes").sha == newer
    with pytest.raises(EntryNotFoundError):
        api.create_commit(
            "owner/shapes",
            [CommitOperationAdd("new.txt", b"mine"), CommitOperationDelete("none.txt")],
            parent_commit=newer,
            **options,
        )
    assert api.dataset_info("owner/shapes").sha == newer
    made = api.create_commit(
        "owner/shapes", [CommitOperationAdd("new.txt", b"mine")], parent_commit=newer, **options
    )
    assert api.dataset_info("owner/shapes").sha == made.oid


def test_a_large_file_is_taken_only_as_its_checksum_says(double, api, commit):
    oid = "0" * 64
    batch = {"operation": "upload", "objects": [{"oid": oid, "size": 3}]}
    header = {"Authorization": f"Bearer {OWNER}"}
    url = f"{double.url}/datasets/owner/shapes.git/info/lfs/objects"
    actions = httpx.post(f"{url}/batch", json=batch, headers=header).json()["objects"][0]["actions"]
    assert httpx.put(actions["upload"]["href"], content=b"abc").status_code == 400
    assert httpx.put(actions["upload"]["href"][:-1] + "_", content=b"abc").status_code == 403
    assert httpx.post(f"{url}/verify", json=batch["objects"][0], headers=header).status_code == 400
    lines = [
        {"key": "header", "value": {"summary": "s"}},
        {"key": "lfsFile", "value": {"path": "a", "oid": oid}},
    ]
    body = "\n".join(json.dumps(line) for line in lines)
    reply = httpx.post(f"{double.url}/api/datasets/owner/shapes/commit/main", content=body, headers=header)
    assert (reply.status_code, "does not exist" in reply.json()["error"]) == (400, True)
    assert api.dataset_info("owner/shapes").sha == commit


def test_a_file_says_which_one_it_is_before_it_is_sent(double, commit):
    entry = double.store.find("dataset", "owner/shapes").at(commit).files["data/large.bin"]
    url = f"{double.url}/datasets/owner/shapes/resolve/main"
    head, part = httpx.head(f"{url}/data/large.bin"), {"Range": "bytes=10-19"}
    assert (head.headers["x-repo-commit"], head.headers["content-length"]) == (commit, "60000")
    assert head.headers["x-linked-etag"] == head.headers["etag"] == f'"{entry.sha256}"'
    assert head.headers["x-linked-size"] == "60000"
    some = httpx.get(f"{url}/data/large.bin", headers=part)
    assert (some.status_code, some.content, some.headers["content-range"]) == (
        206,
        LARGE[10:20],
        "bytes 10-19/60000",
    )
    assert "x-linked-etag" not in httpx.head(f"{url}/notes.txt").headers
    none = httpx.head(f"{url}/none.txt")
    assert (none.headers["x-error-code"], none.headers["x-repo-commit"]) == ("EntryNotFound", commit)


def test_long_lists_come_in_pages(double, api, commit):
    many = {f"many/{number}.txt": b"" for number in range(TREE_PAGE + 5)}
    double.store.commit("dataset", "owner/shapes", many, "Many")
    for number in range(COMMITS_PAGE):
        double.store.commit("dataset", "owner/shapes", {"notes.txt": str(number).encode()}, f"{number}")
    double.forget()
    assert len(api.list_repo_files("owner/shapes", repo_type="dataset")) == TREE_PAGE + 5 + 4
    assert len(api.list_repo_commits("owner/shapes", repo_type="dataset")) == COMMITS_PAGE + 3
    assert [len(double.asked(path)) for path in ("/tree/", "/commits/")] == [2, 2]


def test_ids_are_those_of_git(double, commit, tmp_path):
    if shutil.which("git") is None:
        pytest.skip("no git on this machine")
    double.store.commit("dataset", "owner/shapes", {"data.txt": b"x", "a/b/c.txt": b"y", "a/d": b"z"})
    head = double.store.find("dataset", "owner/shapes").at("main")
    small = {path: entry for path, entry in head.files.items() if entry.sha256 is None}
    assert len(small) == len(head.files) - 1
    for path, entry in small.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(double.store.path(entry), tmp_path / path)

    def git(*arguments: str) -> str:
        command = ["git", "-c", "core.autocrlf=false", "-C", str(tmp_path), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    (tmp_path / ".git" / "info" / "attributes").write_text("* !filter !diff !merge !text\n")
    git("add", "--all", "--force")
    assert git("write-tree") == tree_ids(small)[""]
    assert git("rev-parse", f"{git('write-tree')}:a/b") == tree_ids(small)["a/b"]


# --- the cache, and no Hub at all ---------------------------------------------------------------------


def test_pinned_by_commit_with_a_warm_cache_nothing_is_asked(double, commit, tmp_path):
    cold = snapshot(double, tmp_path, "main")
    assert double.asked()
    double.forget()
    assert snapshot(double, tmp_path, commit) == cold
    assert double.asked() == []
    assert snapshot(double, tmp_path, "main") == cold
    assert [one.method for one in double.asked()] == ["GET"]


def test_down_nobody_listens_and_up_again_everything_is_there(double, api, commit, tmp_path):
    warm = snapshot(double, tmp_path / "warm", commit)
    url = double.url
    double.down()
    double.down()
    assert snapshot(double, tmp_path / "warm", commit) == warm
    with pytest.raises(LocalEntryNotFoundError):
        snapshot(double, tmp_path / "cold", "main")
    double.up()
    double.up()
    assert (double.url, api.dataset_info("owner/shapes").sha) == (url, commit)


def test_a_process_that_is_killed_goes_on_where_it_was(tmp_path):
    root, command = tmp_path / "root", [sys.executable, "-m", "tests.hub_double", "--token", "hf_ada", "ada"]
    port = "0"
    for start in ("first", "second"):
        process = subprocess.Popen(
            [*command, "--root", str(root), "--port", port], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        try:
            url = process.stdout.readline().strip()
            port = url.rpartition(":")[2]
            api = HfApi(endpoint=url, token="hf_ada")
            if start == "first":
                api.create_repo("ada/shapes")
                api.upload_file(path_or_fileobj=LARGE[:1000], path_in_repo="large.bin", repo_id="ada/shapes")
                fault = {"kind": "500", "path": "/api/models/", "times": 1}
                assert httpx.post(f"{url}/_double/faults", json=fault).json() == {"set": 1}
                assert httpx.post(f"{url}/_double/faults", json={"kind": "none"}).status_code == 422
                with pytest.raises(HfHubHTTPError):
                    api.model_info("ada/shapes")
                last = httpx.get(f"{url}/_double/asked").json()[-1]
                assert (last["status"], last["user"], last["fault"]) == (500, "ada", "500")
                httpx.post(f"{url}/_double/faults", json=fault)
                httpx.delete(f"{url}/_double/faults")
                httpx.delete(f"{url}/_double/asked")
                first = api.model_info("ada/shapes").sha
                assert len(httpx.get(f"{url}/_double/asked").json()) == 1
            else:
                path = hf_hub_download("ada/shapes", "large.bin", endpoint=url, cache_dir=tmp_path / "cache")
                assert Path(path).read_bytes() == LARGE[:1000]
                assert api.model_info("ada/shapes").sha == first
        finally:
            process.send_signal(signal.SIGKILL if start == "first" else signal.SIGTERM)
            code = process.wait(15)
    assert code == 0
    assert Store(root).find("model", "ada/shapes").at("main").sha == first


# --- the same with the environment set, as our commands and `datasets` have it -------------------------

WITH_DATASETS = """
    import numpy as np
    from datasets import ClassLabel, Dataset, Features, Image, List, Value, load_dataset
    from huggingface_hub import DatasetCard, ModelCard, create_repo, snapshot_download, whoami
    from PIL import Image as Picture

    assert whoami()["name"] == "owner"
    create_repo("owner/model", private=True)
    ModelCard("---\\nlicense: mit\\n---\\n# A model\\n").push_to_hub("owner/model")

    vectors = np.random.default_rng(0).normal(size=(6, 8)).astype(np.float32)
    features = Features({
        "id": Value("string"), "image": Image(), "label": ClassLabel(names=["fish", "bird"]),
        "embedding": List(Value("float32"), length=8),
    })
    rows = {
        "id": [f"r{n}" for n in range(6)],
        "image": [Picture.new("RGB", (16, 12), (40 * n, 0, 0)) for n in range(6)],
        "label": [n % 2 for n in range(6)],
        "embedding": list(vectors),
    }
    Dataset.from_dict(rows, features=features).push_to_hub("owner/records", private=True)
    card = DatasetCard.load("owner/records")
    card.text += "\\nWritten by hand.\\n"
    card.push_to_hub("owner/records")

    found = load_dataset("owner/records", split="train")
    assert found.features == features, found.features
    assert found.features["label"].names == ["fish", "bird"]
    assert found[3]["image"].size == (16, 12) and found[3]["image"].getpixel((0, 0)) == (120, 0, 0)
    assert np.array_equal(found.with_format("numpy")["embedding"][:], vectors)
    print(snapshot_download("owner/model"))
"""


def test_datasets_pushes_and_reads_what_the_viewer_would_show(double, api, tmp_path):
    home = tmp_path / "home"
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(WITH_DATASETS)],
        env=os.environ | double.environment(home, OWNER),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    folder = Path(result.stdout.strip().splitlines()[-1])
    assert folder.is_relative_to(home)
    assert b"# A model" in (folder / "README.md").read_bytes()
    assert api.model_info("owner/model").card_data.license == "mit"
    info = api.dataset_info("owner/records")
    assert (info.private, "Written by hand." in download_card(double, tmp_path)) == (True, True)
    assert any(one.rfilename.endswith(".parquet") for one in info.siblings)
    assert {one.user for one in double.asked("^/(api/(models|datasets|repos)|datasets)/")} == {"owner"}
    assert not [one for one in double.asked() if one.status >= 500]


def download_card(double: HubDouble, cache: Path) -> str:
    options = {"repo_type": "dataset", "endpoint": double.url, "token": OWNER, "cache_dir": cache}
    return Path(hf_hub_download("owner/records", "README.md", **options)).read_text()
