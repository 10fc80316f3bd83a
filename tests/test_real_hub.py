"""The way of a version over the real Hub, for whoever has a token that writes:

    BURIN_HUB_TOKEN=hf_... python -m pytest tests/test_real_hub.py

It makes two private repositories named burin-test-..., and deletes them.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from hub_assets import fetch, publish
from hub_assets.client import Hub
from hub_assets.pins import Pin
from retrieval import probe
from retrieval.collection import Collection
from retrieval.live import Live
from tests.helpers import write_bundle

TOKEN = os.environ.get("BURIN_HUB_TOKEN", "")
pytestmark = pytest.mark.skipif(not TOKEN, reason="BURIN_HUB_TOKEN is not set: the real Hub is not asked")


@pytest.fixture
def places() -> Iterator[tuple[str, str]]:
    """(model, dataset) that nobody else has, gone after the test."""
    api = HfApi(token=TOKEN)
    name = f"{api.whoami()['name']}/burin-test-{secrets.token_hex(4)}"
    model, dataset = f"{name}-model", name
    yield model, dataset
    api.delete_repo(model, repo_type="model", missing_ok=True)
    api.delete_repo(dataset, repo_type="dataset", missing_ok=True)


def test_pushed_served_followed_gone_back_to(places: tuple[str, str], tmp_path: Path) -> None:
    model, dataset = places
    hub = Hub(token=TOKEN, cache=tmp_path / "cache")
    for version in ("v1", "v2"):
        folder = write_bundle(tmp_path / version, titles={"en": version, "fr": version})
        answer = probe.answer(Collection(folder, threads=1))
        publish.push(hub, folder, model, dataset, version, private=True, probe=answer)
        if version == "v1":
            live = Live({"shapes": Pin("shapes", dataset)}, hub)
            live.open(within_s=60)
            assert live.service.collections["shapes"].version == "v1"
    live.check("shapes")
    assert live.service.collections["shapes"].version == "v2"
    assert [one.name for one in publish.versions(hub, dataset)] == ["v2", "v1"]
    commit = publish.rollback(hub, dataset, "v1")
    live.check("shapes")
    assert live.service.collections["shapes"].revision == commit
    opened = Collection(fetch.fetch(hub, dataset, commit), threads=1)
    assert opened.version == "v1"
    assert probe.check(opened)
