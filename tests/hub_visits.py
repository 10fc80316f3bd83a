"""A Hub double for the tests of a file, and what they do with it.

A file of tests has these with `pytest_plugins = ("tests.hub_visits",)`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import HfHubHTTPError

from tests.hub_double import OWNER, HubDouble

LARGE = os.urandom(20_000_000)
CARD = b"---\nlicense: mit\ntags:\n- engravings\n---\n# A card\n"


@pytest.fixture(scope="module")
def running() -> Iterator[HubDouble]:
    with HubDouble().running() as double:
        yield double


@pytest.fixture
def double(running: HubDouble) -> Iterator[HubDouble]:
    """Up, with nothing in it and nothing wrong with it."""
    yield running
    running.up()
    running.clear_faults()
    for repository in list(running.store.repositories.values()):
        running.store.delete(repository)
    running.forget()


@pytest.fixture
def api(double: HubDouble) -> HfApi:
    return HfApi(endpoint=double.url, token=OWNER)


@pytest.fixture
def commit(double: HubDouble) -> str:
    """owner/shapes, a data set with a card, a large file and a small one, as the newest commit."""
    double.store.create("dataset", "owner/shapes")
    files = {"README.md": CARD, "data/large.bin": LARGE[:60_000], "notes.txt": b"a note\n"}
    return double.store.commit("dataset", "owner/shapes", files, "Shapes").sha


def snapshot(double: HubDouble, cache: Path, revision: str | None = None, token: Any = OWNER) -> Path:
    options = {"repo_type": "dataset", "endpoint": double.url, "token": token, "cache_dir": cache}
    return Path(snapshot_download("owner/shapes", revision=revision, **options))


def download(double: HubDouble, cache: Path, name: str = "data/large.bin", **options: Any) -> bytes:
    options = {"repo_type": "dataset", "endpoint": double.url, "token": OWNER, "cache_dir": cache, **options}
    return Path(hf_hub_download("owner/shapes", name, **options)).read_bytes()


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def status(error: pytest.ExceptionInfo[HfHubHTTPError]) -> int:
    return error.value.response.status_code
