"""Class folders as a private data set: pushed whole, replaced whole, and read again at the very commit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_assets.client import Hub
from hub_assets.pictures import push_pictures
from retrieval.types import BundleError, HubError
from tests.helpers import ROOT
from tests.hub_double import OWNER, HubDouble
from tests.zips import drawn

READ = """
import json, sys
from train.tables import read_hub
found = read_hub(sys.argv[1], revision=sys.argv[2] or None)
counts = {}
for sample in found.samples:
    counts[sample.label] = counts.get(sample.label, 0) + 1
print(json.dumps(counts))
"""


@pytest.fixture
def double() -> Iterator[HubDouble]:
    with HubDouble().running() as running:
        yield running


@pytest.fixture
def hub(double: HubDouble, tmp_path: Path) -> Hub:
    return Hub(double.url, OWNER, tmp_path / "cache")


def folders(folder: Path, each: dict[str, int]) -> Path:
    """Class folders with so many pictures each."""
    for name, count in each.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            (folder / name / f"{number:02d}.png").write_bytes(drawn("ring", number))
    return folder


def test_what_was_pushed_is_read_again_also_when_main_has_moved_on(
    double: HubDouble, hub: Hub, tmp_path: Path
) -> None:
    # Names that `datasets` would take for splits, and one that needs quoting.
    first = folders(tmp_path / "one", {"test": 3, "train": 2, "a #1 [b]%20é": 2})
    commit = push_pictures(hub, first, "owner/shapes-pictures")
    assert double.store.find("dataset", "owner/shapes-pictures").private
    second = push_pictures(hub, folders(tmp_path / "two", {"ring": 2, "test": 1}), "owner/shapes-pictures")
    names = hub.names("dataset", "owner/shapes-pictures", second, below=True)
    kept = ["data/ring/00.png", "data/ring/01.png", "data/test/00.png"]
    assert sorted(names) == [".gitattributes", "README.md", *kept], "what was there before is gone"

    def read(revision: str) -> dict[str, int]:
        environment = os.environ | double.environment(tmp_path / "home", OWNER)
        command = [sys.executable, "-c", READ, "owner/shapes-pictures", revision]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    assert read(commit) == {"test": 3, "train": 2, "a #1 [b]%20é": 2}
    assert read("") == {"ring": 2, "test": 1}


def test_the_same_pictures_are_the_same_commit(hub: Hub, tmp_path: Path) -> None:
    folder = folders(tmp_path / "one", {"ring": 2, "bar": 2})
    commit = push_pictures(hub, folder, "owner/shapes-pictures")
    assert push_pictures(hub, folder, "owner/shapes-pictures") == commit


def test_a_data_set_that_holds_something_else_stays_as_it_is(
    double: HubDouble, hub: Hub, tmp_path: Path
) -> None:
    folder = folders(tmp_path / "one", {"ring": 2, "bar": 2})
    double.store.create("dataset", "owner/mine", private=True)
    commit = double.store.commit("dataset", "owner/mine", {"data/my.txt": b"mine"}).sha
    with pytest.raises(HubError, match="holds something else"):
        push_pictures(hub, folder, "owner/mine")
    assert hub.resolve("dataset", "owner/mine", "main") == commit


def test_nothing_is_put_where_others_see_it(double: HubDouble, hub: Hub, tmp_path: Path) -> None:
    double.store.create("dataset", "owner/open")
    with pytest.raises(HubError, match="is public"):
        push_pictures(hub, folders(tmp_path / "one", {"ring": 2}), "owner/open")
    with pytest.raises(BundleError, match="is no repository"):
        push_pictures(hub, tmp_path, "../open")
