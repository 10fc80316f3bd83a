"""A bundle as a version on the Hub: whole or not at all, listed, gone back to; by the real client."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from hub_assets import bundle, fetch, publish
from hub_assets.client import Hub
from retrieval import probe
from retrieval.collection import Collection
from retrieval.types import BundleError, HubError
from tests.helpers import ROOT, edit_manifest, write_bundle
from tests.hub_double import HubDouble
from tests.hub_faults import Fault

MODEL, DATASET = "ada/shapes-model", "ada/shapes"
TOKEN = "hf_of_ada"


@pytest.fixture
def hub_double() -> Iterator[HubDouble]:
    with HubDouble(tokens={TOKEN: "ada"}).running() as double:
        yield double


@pytest.fixture
def hub(hub_double: HubDouble, tmp_path: Path) -> Hub:
    return Hub(hub_double.url, TOKEN, tmp_path / "cache")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_bundle(
        tmp_path / "shapes",
        figures={"recall@1": {"value": 0.75, "interval": [0.5, 0.9]}, "minutes": 2},
        model={"training": {"variant": "two-phase", "margin": 0.3}},
    )


def push(hub: Hub, folder: Path, version: str = "v1", **more: object) -> publish.Published:
    probed = probe.answer(Collection(folder, threads=1))
    return publish.push(hub, folder, MODEL, DATASET, version, probe=probed, **more)


def manifest_of(hub: Hub, commit: str) -> dict:
    path = hub.file("dataset", DATASET, commit, "manifest.json")
    return json.loads(path.read_text())


def test_a_version_is_two_commits_and_two_tags_and_its_manifest_names_the_model(hub, folder):
    done = push(hub, folder)
    assert {tag.name: tag.commit for tag in hub.tags("model", MODEL)} == {"v1": done.model_commit}
    assert {tag.name: tag.commit for tag in hub.tags("dataset", DATASET)} == {"v1": done.dataset_commit}
    manifest = manifest_of(hub, done.dataset_commit)
    assert (manifest["model_repository"], manifest["model_revision"]) == (MODEL, done.model_commit)
    assert manifest["version"] == "v1"
    assert manifest["probe"]["nearest"]


def test_what_is_pulled_is_what_was_pushed_and_answers_alike(hub, folder):
    done = push(hub, folder)
    pulled = fetch.fetch(hub, DATASET, done.dataset_commit)
    before, after = bundle.read(folder), bundle.read(pulled)
    assert [bundle.sha256(one) for one in before.shards] == [bundle.sha256(one) for one in after.shards]
    assert bundle.sha256(before.encoder) == bundle.sha256(after.encoder)
    opened = Collection(pulled, threads=1)
    assert probe.check(opened)
    assert probe.answer(opened) == probe.answer(Collection(folder, threads=1))


def test_the_cards_have_figures_training_features_and_what_a_person_wrote(hub, folder):
    push(hub, folder)
    head = hub.resolve("model", MODEL, "main")
    card = hub.file("model", MODEL, head, "README.md").read_text()
    (result,) = [one for one in ModelCard(card).data.eval_results if one.metric_name == "recall@1"]
    assert result.metric_value == 0.75
    assert "| variant | two-phase |" in card
    mine = card.replace("---\n<!--", "license: cc-by-4.0\n---\n# About\nBy hand.\n\n<!--", 1)
    hub.commit("model", MODEL, "by hand", {"README.md": mine.encode()}, head)
    edit = write_bundle(folder.parent / "next", figures={"recall@1": {"value": 0.8, "interval": [0.6, 0.9]}})
    push(hub, edit, "v2")
    card = hub.file("model", MODEL, hub.resolve("model", MODEL, "main"), "README.md").read_text()
    assert "By hand." in card
    assert "license: cc-by-4.0" in card
    assert [one.metric_value for one in ModelCard(card).data.eval_results] == [0.8]
    dataset = hub.file("dataset", DATASET, hub.resolve("dataset", DATASET, "main"), "README.md").read_text()
    assert "class_label" in dataset
    assert "length: " in dataset


def test_datasets_reads_what_was_pushed(hub, hub_double, folder, tmp_path):
    push(hub, folder)
    code = (
        f"import datasets; d = datasets.load_dataset({DATASET!r}, split='train');"
        "print(len(d), d.features['label'].names, d.features['embedding'].length, d[0]['image'].size,"
        " d.features['label'].int2str(d[0]['label']))"
    )
    read = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | hub_double.environment(tmp_path / "home", TOKEN),
        capture_output=True,
        text=True,
        check=True,
    )
    assert read.stdout.strip().endswith("12 ['bar', 'cross', 'fork', 'ring'] 64 (128, 128) bar"), read.stdout


@pytest.mark.parametrize("where", [r"models/.*/commit", r"datasets/.*/commit", r"datasets/.*/tag"])
def test_a_push_that_breaks_leaves_readers_where_they_were_and_goes_on_when_pushed_again(
    hub, hub_double, folder, where
):
    push(hub, folder)
    before = hub.resolve("dataset", DATASET, "main")
    second = write_bundle(folder.parent / "second", titles={"en": "Second", "fr": "Deuxième"})
    hub_double.fault(Fault("500", path=where, method="POST"))
    with pytest.raises(HubError, match="answers 500"):
        push(hub, second, "v2")
    hub_double.clear_faults()
    if "tag" not in where:
        assert hub.resolve("dataset", DATASET, "main") == before
    assert [one.name for one in publish.versions(hub, DATASET)] == ["v1"]
    done = push(hub, second, "v2")
    assert [one.name for one in publish.versions(hub, DATASET)] == ["v2", "v1"]
    assert manifest_of(hub, done.dataset_commit)["model_revision"] == done.model_commit
    assert hub.resolve("dataset", DATASET, "main") == done.dataset_commit


def test_pushed_again_as_it_is_nothing_changes(hub, folder):
    assert push(hub, folder) == push(hub, folder)


def test_a_version_that_is_there_with_other_content_is_refused(hub, folder):
    push(hub, folder)
    other = write_bundle(folder.parent / "other", titles={"en": "Other", "fr": "Autre"})
    with pytest.raises(HubError, match="has a v1 already"):
        push(hub, other)


def test_somebody_who_pushes_in_between_is_said(hub, hub_double, folder):
    push(hub, folder)
    second = write_bundle(folder.parent / "second", titles={"en": "Second", "fr": "Deuxième"})
    hub_double.fault(Fault("stale", path=r"datasets/.*/commit", method="POST"))
    with pytest.raises(HubError, match="Somebody else pushed"):
        push(hub, second, "v2")


def test_versions_tell_of_each_and_rollback_puts_one_on_main_again(hub, folder):
    first = push(hub, folder)
    second = push(hub, write_bundle(folder.parent / "second", figures={"recall@1": 0.9}), "v2")
    found = publish.versions(hub, DATASET)
    assert [(one.name, one.commit) for one in found] == [
        ("v2", second.dataset_commit),
        ("v1", first.dataset_commit),
    ]
    assert found[0].manifest.figures == {"recall@1": 0.9}
    assert all(one.made is not None for one in found)
    back = publish.rollback(hub, DATASET, "v1")
    assert hub.resolve("dataset", DATASET, "main") == back
    assert back not in (first.dataset_commit, second.dataset_commit)
    assert manifest_of(hub, back) == manifest_of(hub, first.dataset_commit)
    assert fetch.fetch(hub, DATASET, back)
    assert [one.name for one in publish.versions(hub, DATASET)] == ["v2", "v1"]
    assert publish.rollback(hub, DATASET, "v2") != second.dataset_commit
    with pytest.raises(HubError, match="no version 'v9'; wanted: "):
        publish.rollback(hub, DATASET, "v9")


def test_fewer_shards_leave_none_of_the_old_behind(hub, folder):
    many = write_bundle(folder.parent / "many")
    shard = next((many / "dataset").glob("*.parquet"))
    shutil.copy(shard, shard.with_name("records-00001-of-00002.parquet"))
    shard.rename(shard.with_name("records-00000-of-00002.parquet"))
    bundle.write_manifest(many, bundle.manifest_of(many / "dataset" / "manifest.json", "many"))
    publish.push(hub, many, MODEL, DATASET, "v1")
    push(hub, folder, "v2")
    names = hub.names("dataset", DATASET, "main")
    assert [name for name in names if name.endswith(".parquet")] == ["records-00000-of-00001.parquet"]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("shapes", DATASET, "v1"), "no repository"),
        ((MODEL, "a/b/c", "v1"), "no repository"),
        ((MODEL, DATASET, "latest"), "no version"),
        ((MODEL, DATASET, "v1/../v2"), "no version"),
    ],
)
def test_names_that_are_none_stop_before_anything_is_made(hub, hub_double, folder, names, sentence):
    with pytest.raises(BundleError, match=sentence):
        publish.push(hub, folder, *names)
    assert not hub_double.asked()


def test_a_bundle_that_does_not_verify_is_not_pushed(hub, hub_double, folder):
    edit_manifest(folder, encoder_sha256="0" * 64)
    with pytest.raises(BundleError, match="was encoded by"):
        publish.push(hub, folder, MODEL, DATASET, "v1")
    assert not hub_double.asked()


def test_no_token_is_in_what_is_said(hub_double, folder, tmp_path):
    secret = "hf_thisIsASecretThatNobodyMaySee"
    with pytest.raises(HubError) as refused:
        publish.push(Hub(hub_double.url, secret, tmp_path / "c"), folder, MODEL, DATASET, "v1")
    assert secret not in str(refused.value)
    assert "token" in str(refused.value) or "HF_TOKEN" in str(refused.value)


def test_the_command_line_pushes_lists_verifies_pulls_and_goes_back(hub_double, folder, tmp_path):
    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "hub_assets", *words],
            cwd=ROOT,
            env=os.environ | hub_double.environment(tmp_path / "home", TOKEN),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert TOKEN not in done.stdout + done.stderr
        return done.stdout + done.stderr

    places = ("--model", MODEL, "--dataset", DATASET)
    assert 'COLLECTIONS="shapes=ada/shapes"' in run("push", str(folder), *places, "--version", "v1")
    run("push", str(write_bundle(tmp_path / "two")), *places, "--version", "v2", "--private")
    listed = run("versions", DATASET).splitlines()
    assert [line.split()[0] for line in listed] == ["v2", "v1"]
    assert "main" in listed[0]
    assert "recall@1 0.75" in listed[1]
    assert "as when it was published" in run("verify", f"{DATASET}@v1")
    out = tmp_path / "out"
    assert "12 records" in run("pull", f"{DATASET}@v1", "--out", str(out))
    assert bundle.read(out).manifest.version == "v1"
    assert "main is v1 again" in run("rollback", DATASET, "v1")
    assert "main" in run("versions", DATASET).splitlines()[1]
    assert "is not empty" in run("pull", DATASET, "--out", str(out), code=1)
    assert "no repository" in run("versions", "nowhere", code=1)
    assert "The Hub shows no ada/nowhere" in run("versions", "ada/nowhere", code=1)
