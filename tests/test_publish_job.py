"""The GPU job from end to end, on the processor and a tiny set: from pictures on a Hub to a version on it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hub_assets import fetch, publish
from hub_assets.client import Hub
from retrieval import probe
from retrieval.collection import Collection
from tests.helpers import ROOT, encoded, shape
from tests.hub_double import HubDouble
from train import config as configs
from train import publish_job
from train.template import GRAPHS

TOKEN = "hf_of_ada"
NAMES = ("cross", "fork", "ring")
PICTURES = "data/train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def double() -> Iterator[HubDouble]:
    with HubDouble(tokens={TOKEN: "ada"}).running() as running:
        yield running


@pytest.fixture(scope="module")
def revision(double: HubDouble, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The commit of a copy of the code; beside it a private dataset of pictures."""
    hub = Hub(double.url, TOKEN, tmp_path_factory.mktemp("writer"))
    files: dict[str, bytes | Path] = {"requirements.txt": ROOT / "requirements.txt"}
    for pattern in ("retrieval/*.py", "hub_assets/*.py", "train/**/*"):
        for path in ROOT.glob(pattern):
            if path.is_file() and "__pycache__" not in path.parts and "starters" not in path.parts:
                files[path.relative_to(ROOT).as_posix()] = path
    hub.create("model", "ada/code", True)
    commit = hub.commit("model", "ada/code", "the code", files, hub.resolve("model", "ada/code", "main"))
    hub.create("dataset", "ada/pictures", True)
    head = hub.resolve("dataset", "ada/pictures", "main")
    hub.commit("dataset", "ada/pictures", "pictures", {PICTURES: pictures()}, head)
    return commit


@pytest.fixture(scope="module")
def pinned(double: HubDouble, revision: str) -> str:
    """The commit of the pictures; on main something else stands since."""
    commit = double.store.find("dataset", "ada/pictures").branches["main"]
    double.store.commit("dataset", "ada/pictures", {PICTURES: b"no parquet any more"})
    return commit


def pictures() -> bytes:
    """36 pictures of three classes, as the Hub's parquet holds them."""
    rows = [
        {"image": {"bytes": picture(name, number)}, "label": name} for name in NAMES for number in range(12)
    ]
    buffer = io.BytesIO()
    features = {"image": {"_type": "Image"}, "label": {"dtype": "string", "_type": "Value"}}
    told = {"huggingface": json.dumps({"info": {"features": features}})}
    table = pa.Table.from_pylist(rows).replace_schema_metadata(told)
    pq.write_table(table, buffer)
    return buffer.getvalue()


def picture(name: str, number: int) -> bytes:
    return encoded(shape(name, number, 96).rotate(number * 3, fillcolor="white"))


def run(double: HubDouble, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | double.environment(folder / "home", TOKEN) | {"OMP_NUM_THREADS": "1"}
    # Graphs that other tests traced are not traced again (train/template.py).
    (ROOT / GRAPHS).mkdir(parents=True, exist_ok=True)
    (folder / "job" / "code").mkdir(parents=True)
    (folder / "job" / "code" / GRAPHS.parent).symlink_to(ROOT / GRAPHS.parent)
    script = ROOT / "train" / "publish_job.py"
    return subprocess.run(
        [sys.executable, str(script), "--work", str(folder / "job"), *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


PLACES = (
    "--collection",
    "shapes",
    "--model",
    "ada/shapes-model",
    "--dataset",
    "ada/shapes",
    "--version",
    "v1",
)
TINY = ("--variant", "head-random", "--picture-size", "64", "--serve-size", "64", "--labels-per-batch", "3")
SHORT = "--set=head.epochs=2"


def test_from_pictures_to_a_version_that_answers(double, revision, pinned, tmp_path):
    code = ("--code", "ada/code", "--code-type", "model", "--code-revision", revision)
    read = ("--pictures", "ada/pictures", "--pictures-revision", pinned)
    done = run(double, tmp_path, *code, *read, *PLACES, "--", *TINY, SHORT)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    config = configs.load(tmp_path / "job" / "run" / "config.json")
    assert (config.data.hub_revision, config.phases[0].epochs) == (pinned, 2)
    assert TOKEN not in done.stdout + done.stderr
    hub = Hub(double.url, TOKEN, tmp_path / "reader")
    (version,) = publish.versions(hub, "ada/shapes")
    assert (version.name, version.manifest.rows) == ("v1", 36)
    opened = Collection(fetch.fetch(hub, "ada/shapes", version.commit), threads=1)
    assert probe.check(opened)
    assert set(opened.labels) == set(NAMES)
    assert double.store.find("dataset", "ada/shapes").private, "nobody said --public"


def test_a_step_that_fails_pushes_nothing(double, revision, tmp_path):
    code = ("--code", "ada/code", "--code-type", "model", "--code-revision", revision)
    places = [word.replace("shapes", "nothing") for word in PLACES]
    done = run(double, tmp_path, *code, "--pictures", "ada/none-such", *places, "--", *TINY)
    assert done.returncode != 0
    assert "nothing was pushed" in done.stderr
    assert double.store.find("dataset", "ada/nothing") is None


@pytest.mark.parametrize("named", ["main", "v1", "abc123", "g" * 40])
def test_code_is_run_at_a_whole_commit_alone(named, capsys):
    words = ["--code", "ada/code", "--code-revision", named, "--pictures", "ada/pictures", *PLACES]
    with pytest.raises(SystemExit):
        publish_job.main(words)
    assert "40 hex digits" in capsys.readouterr().err


def test_pictures_are_pinned_by_a_whole_commit_alone(capsys):
    code = ("--code", "ada/code", "--code-revision", "a" * 40)
    with pytest.raises(SystemExit):
        publish_job.main([*code, "--pictures", "ada/pictures", "--pictures-revision", "main", *PLACES])
    assert "--pictures-revision is no commit" in capsys.readouterr().err


def test_the_job_installs_what_the_requirements_pin():
    pinned = {line for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line}
    head = (ROOT / "train" / "publish_job.py").read_text().partition("# ///\n\n")[0]
    installs = set(re.findall(r'"(.+==.+)"', head))
    # The page, and what the embedded engravings are drawn with.
    elsewhere = ("gradio[", "resvg-py==", "fonttools==")
    assert installs == {line for line in pinned if not line.startswith(elsewhere)}
