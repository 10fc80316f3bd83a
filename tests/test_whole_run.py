"""From 60 pictures to a bundle that answers: every verb in turn, as a person would call them."""

import json
import time

import numpy as np
import pytest
from PIL import Image

from retrieval.search import SearchService
from retrieval.types import Query
from tests.helpers import shape
from train.__main__ import main
from train.answers import Answers

NAMES = ("cross", "fork", "ring")
WITHIN_S = 90


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder of three classes, 20 pictures each, one broken; and a folder of strangers."""
    root = tmp_path_factory.mktemp("data")
    tint = np.random.default_rng(0)
    for name in NAMES:
        folder = root / "raw" / name
        folder.mkdir(parents=True)
        for number in range(20):
            ground = tuple(int(value) for value in tint.integers(200, 256, 3))
            picture = shape(name, number % 5, 96).rotate(number * 7 % 40 - 20, fillcolor="white")
            inked = Image.composite(Image.new("RGB", picture.size, ground), picture, picture.convert("L"))
            inked.save(folder / f"{number:02d}.png")
    (root / "raw" / "ring" / "broken.png").write_bytes(b"no picture at all")
    (root / "far").mkdir()
    for number in range(12):
        noise = np.random.default_rng(number).integers(0, 256, (64, 64, 3), dtype=np.uint8)
        Image.fromarray(noise).save(root / "far" / f"{number}.png")
    return root


@pytest.fixture(scope="module")
def config(data):
    """The two-phase variant, as small as it goes."""
    phase = {"miner": "hard", "size": 64, "learning_rate": 1e-3}
    values = {
        "variant": "two-phase",
        "hidden": 32,
        "dim": 16,
        "picture_size": 64,
        "serve_size": 64,
        "labels_per_batch": 3,
        "records_per_label": 4,
        "data": {"photos": ["balanced/train"], "outside": ["far"]},
        "phases": [
            phase | {"name": "head", "epochs": 3, "learns": "head"},
            phase | {"name": "end", "epochs": 1, "learns": "end"},
        ],
    }
    path = data / "tiny.json"
    path.write_text(json.dumps(values))
    return path


@pytest.fixture(scope="module")
def run(data, config):
    """The run folder after every verb, and the seconds that took."""
    folder = data / "runs" / "two-phase"
    raw = data / "runs" / "raw"
    started = time.perf_counter()
    for verb in (
        ["augment", "--raw-dir", data / "raw", "--output-dir", data / "augmented", "--copies", "1"],
        ["balance", "--input-dir", data / "raw", "--output-dir", data / "balanced", "--min-per-class", "20"],
        ["fit", "--config", config, "--run", folder],
        ["fit", "--config", config, "--variant", "raw", "--serve-size", "64", "--run", raw],
        ["evaluate", folder],
        ["evaluate", raw],
        ["errors", folder],
        ["compare", raw, folder, "--out", data / "compared"],
        ["export", folder, "--collection", "shapes", "--out", data / "shapes", "--force"],
    ):
        assert main(["--data", str(data), *map(str, verb)]) == 0, verb[0]
    return folder, time.perf_counter() - started


def test_all_of_it_is_a_matter_of_a_minute(run):
    assert run[1] < WITHIN_S


def test_the_report_is_whole(run):
    report = run[0] / "report"
    pictures = ("confusion_matrix", "reliability", "embedding_map", "curves", "network", "triplets")
    for name in pictures:
        assert min(Image.open(report / f"{name}.png").size) > 200, name
    figures = json.loads((report / "figures.json").read_text())
    assert figures["variant"] == "two-phase"
    assert figures["outside"] == 12
    assert figures["recall@1"]["interval"][0] <= figures["recall@1"]["value"] <= 1.0
    assert "<script" in (report / "errors.html").read_text()


def test_no_copy_of_a_test_picture_was_learnt_from(run):
    """Copies that augmentation made stay with the picture they were made from."""
    rows = (run[0] / "split.csv").read_text().splitlines()[1:]
    sides = {}
    for name, _, source, _, side in (row.split(",") for row in rows):
        sides.setdefault(source, set()).add(side)
        assert "broken" not in name
    assert all(len(found) == 1 for found in sides.values())


def test_the_comparison_is_of_one_protocol(data, run):
    table = (data / "compared" / "table.md").read_text()
    assert "raw" in table
    assert "two-phase" in table


def test_the_bundle_answers_as_the_run_did(data, run):
    service = SearchService.open({"shapes": data / "shapes"}, threads=1)
    answers = Answers.load(run[0] / "report" / "answers.npz")
    asked = data / str(answers.query_names[0])
    found = service.search(Query("shapes", picture=asked, kind="photo", k=5))
    own = [match for match in found.matches if match.similarity > 0.999]
    assert own, "the picture itself is a record of the bundle"
    assert own[0].record.label == answers.query_labels[0]
    config = service.collection("shapes").config
    assert config["before"]["mAP@all"].keys() == service.collection("shapes").figures["mAP@all"].keys()
    assert 0 < config["curve"]["phases"]["end"] < config["curve"]["of"]
    assert len(config["curve"]["at"]) == len(config["curve"]["loss"])
    vector = service.embedding("shapes", asked, "photo")
    assert float(vector @ answers.query_QD[0]) == pytest.approx(1.0, abs=1e-3)
    assert service.picture("shapes", found.matches[0].record.id)[8:12] == b"WEBP"
    assert found.label in NAMES
    noise = service.search(Query("shapes", picture=data / "far" / "3.png", kind="photo"))
    assert not noise.in_domain


def test_a_run_that_beats_nothing_is_exported_frozen_and_says_so(data, run, capsys):
    raw_like = ["export", str(run[0]), "--collection", "plain", "--out", str(data / "plain")]
    assert main(["--data", str(data), *raw_like]) == 0
    said = capsys.readouterr().out
    config = json.loads((data / "plain" / "model" / "config.json").read_text())
    assert ("does not beat" in said) == (config["variant"] == "raw")
    assert "difference" in said
    assert config["dim"] == (1280 if config["variant"] == "raw" else 16)
    assert ("before" in config) == (config["variant"] != "raw")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fit", "--photos", "nowhere", "--variant", "raw", "--run", "RUN"], "no folder"),
        (["fit", "--photos", "far", "--variant", "raw", "--run", "RUN"], "one sub-folder|no picture"),
        (["fit", "--photos", "one", "--variant", "raw", "--run", "RUN"], "one class"),
        (["evaluate", "RUN"], "holds no run"),
        (["errors", "RUN"], "evaluate"),
        (["compare", "RUN", "RUN"], "RUN|evaluate|figures"),
        (["export", "RUN", "--collection", "x"], "holds no run|not finished"),
        (["balance", "--input-dir", "nowhere", "--output-dir", "RUN"], "no folder"),
    ],
)
def test_wrong_input_is_one_sentence_and_leaves_nothing(data, tmp_path, capsys, arguments, sentence):
    import re

    (data / "one" / "only").mkdir(parents=True, exist_ok=True)
    shape("ring").save(data / "one" / "only" / "1.png")
    folder = tmp_path / "made"
    given = [str(folder) if word == "RUN" else word for word in arguments]
    assert main(["--data", str(data), *given]) == 1
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("error: ")
    assert re.search(sentence.replace("RUN", "made"), said), said
    assert not folder.exists() or not list(folder.rglob("*.pt"))


def test_a_twin_networks_bundle_compares_two_pictures_and_stands_in_for_a_broken_one(data, config, run):
    twins = data / "runs" / "siamese"
    values = json.loads(config.read_text())
    phase = {"name": "pairs", "miner": "pairs", "size": 64, "learning_rate": 3e-3, "epochs": 12}
    values |= {"variant": "siamese", "phases": [phase | {"learns": "head"}]}
    path = data / "twins.json"
    path.write_text(json.dumps(values))
    broken = data / "broken"
    for verb in (
        ["fit", "--config", path, "--run", twins],
        ["export", twins, "--collection", "shapes", "--out", broken / "siamese", "--force"],
    ):
        assert main(["--data", str(data), *map(str, verb)]) == 0, verb[0]
    (broken / "dataset").mkdir()
    (broken / "dataset" / "manifest.json").write_text("{}")
    service = SearchService.open({"shapes": broken}, threads=1)
    pictures = [sorted((data / "raw" / name).glob("0*.png"))[:6] for name in ("ring", "cross")]
    rings, crosses = pictures
    alike = [service.compare("shapes", rings[0], other).score for other in rings[1:]]
    apart = [service.compare("shapes", rings[0], other).score for other in crosses]
    assert all(0.0 <= score <= 1.0 for score in (*alike, *apart))
    assert min(alike) > max(apart)
    found = service.search(Query("shapes", picture=pictures[0][0], kind="photo", k=1))
    assert found.matches[0].record.label == "ring"
    assert service.info()["collections"][0]["notice"]
