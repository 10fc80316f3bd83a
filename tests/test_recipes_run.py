"""From a table of recipes to a trained encoder that finds each by a changed photo: every label has one
picture, tags and augmented views give the positives."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from hub_assets import bundle
from hub_assets.bundle import Calibration
from retrieval.search import SearchService
from retrieval.types import Query
from tests.helpers import ROOT, SHAPES, encoded, shape, write_bundle
from tests.test_import import a_row, write_table
from tests.test_samplers import pictures as concepts
from train.__main__ import _parser as parser
from train.__main__ import chosen_config, main
from train.answers import Answers
from train.asked import CHANGES, changed_samples
from train.config import DataConfig, load
from train.material import gather
from train.samplers import LabelsByRecords
from train.samples import Sample
from train.tables import read_csv
from train.tagging import tagged

PROTOCOL = ROOT / "train" / "protocols" / "recipes.json"
COPIES = 3
TAGS = {"bar": "straight", "cross": "straight", "fork": "forked", "ring": "round"}
VARIANTS = ("raw", "head-random", "head-hard", "two-phase")


def coloured(name: str, copy: int) -> Image.Image:
    """A dish of its own colour, so that each can be told from the others."""
    ground = np.random.default_rng(copy * 10 + SHAPES.index(name)).integers(120, 256, 3)
    ink = shape(name, copy, 200)
    plain = Image.new("RGB", ink.size, tuple(ground.tolist()))
    return Image.composite(plain, ink, ink.convert("L"))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A data folder: a table of 12 recipes, their pictures, a cookbook that knows the shapes, a protocol."""
    root = tmp_path_factory.mktemp("recipes")
    names = [f"{name}-{copy}" for name in SHAPES for copy in range(COPIES)]
    _, images = write_table(root / "table", [a_row(row, name) for row, name in enumerate(names)])
    for name in SHAPES:
        for copy in range(COPIES):
            coloured(name, copy).save(images / f"{name}-{copy}.jpg")
    write_bundle(
        root / "cookbook",
        [
            {
                "id": name,
                "label": name,
                "tags": [TAGS[name]],
                "picture": encoded(shape(name), "WEBP"),
                "form": "",
                "title": name,
            }
            for name in SHAPES
        ],
        calibration=Calibration(k=1, confidence=(0.0, 0.0, 4.0)),
        model={"preparation": "colour"},
    )
    phase = {"size": 64, "learning_rate": 1e-3}
    values = {
        "variant": "two-phase",
        "hidden": 32,
        "dim": 16,
        "picture_size": 64,
        "serve_size": 64,
        "labels_per_batch": 6,
        "records_per_label": 4,
        "tag_positives": True,
        "views": 3,
        "data": {
            "csv": "table/recipes.csv",
            "images": "table/images",
            "cookbook": str(root / "cookbook"),
            "held_out": "classes",
            "asked": "changed",
            "test_share": 0.25,
            "validation_share": 0.0,
        },
        "phases": [
            phase | {"name": "head", "miner": "random", "epochs": 4, "learns": "head"},
            phase | {"name": "end", "miner": "hard", "epochs": 1, "learns": "end"},
        ],
    }
    (root / "tiny.json").write_text(json.dumps(values))
    return root


@pytest.fixture(scope="module")
def run(root):
    """The run after fit and evaluate."""
    folder = root / "runs" / "two-phase"
    for verb in (["fit", "--config", root / "tiny.json", "--run", folder], ["evaluate", folder]):
        assert main(["--data", str(root), *map(str, verb)]) == 0, verb[0]
    return folder


def test_a_kept_out_recipe_is_looked_for_among_all_of_them(run):
    figures = json.loads((run / "report" / "figures.json").read_text())
    assert (figures["queries"], figures["gallery"], figures["classes"]) == (3 * CHANGES, 12, 3)
    assert figures["recall@1"]["interval"][0] <= figures["recall@1"]["value"] <= figures["recall@10"]["value"]
    assert figures["queries with nothing to find"] == 0
    answers = Answers.load(run / "report" / "answers.npz")
    assert (answers.own_row_Q == -1).all(), "a changed picture is not the picture itself"
    assert (answers.relevant().sum(axis=1) == 1).all()
    rows = (line.split(",") for line in (run / "split.csv").read_text().splitlines())
    sides = {row[0]: row[-1] for row in rows}
    asked = {name.partition("~changed")[0] for name in answers.query_names}
    assert {sides[name] for name in asked} == {"test"}
    assert (run / "report" / "triplets.png").exists(), "changed pictures can be shown"


def test_it_learnt_from_pairs(run):
    told = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    assert max(event["active"] for event in told if "active" in event) > 0
    # 9 pictures, each as it is and three times changed, are 36 an epoch, two batches of 24.
    assert max(event["of"] for event in told if event.get("phase") == "head" and "of" in event) == 8


def test_a_table_is_imported_with_the_encoder_that_was_trained(root, run, capsys):
    out = root / "bundles" / "recipes"
    arguments = ["--csv", root / "table/recipes.csv", "--images", root / "table/images", "--out", out]
    arguments += ["--encoder", run, "--cookbook", root / "cookbook"]
    assert main(["import", "recipes", *map(str, arguments)]) == 0
    assert "12 recipes" in capsys.readouterr().out
    opened = bundle.read(out)
    assert opened.manifest.dim == 16
    assert opened.config["variant"] == "two-phase"
    service = SearchService.open({"recipes": out}, threads=1)
    found = service.search(Query("recipes", picture=coloured("ring", 1), tags=("round",)))
    assert {match.record.label for match in found.matches} == {f"Ring-{copy} pie" for copy in range(COPIES)}
    assert found.matches[0].record.label == "Ring-1 pie"


def test_every_variant_of_the_protocol_keeps_its_tags_and_views():
    for variant in VARIANTS:
        options = ["fit", "--config", str(PROTOCOL), "--variant", variant, "--run", "x"]
        config = chosen_config(parser().parse_args(options))
        assert (config.variant, config.tag_positives, config.views) == (variant, True, 31)
        assert config.dim == (0 if variant == "raw" else 512)
        assert config.data == load(PROTOCOL).data


def test_the_cookbook_tags_the_table_and_says_how_many(root):
    found = read_csv(root / "table" / "recipes.csv", root / "table" / "images")
    broken = replace(found.samples[0], path=None, data=b"no picture")
    given = tagged(replace(found, samples=(broken, *found.samples[1:])), str(root / "cookbook"))
    assert given.samples[0].tags == ()
    assert given.samples[-1].tags == ("ring", "round")
    assert given.notes[-1].endswith("11 of 12 pictures")
    material = gather(load(root / "tiny.json").data, root, root / "runs" / "other")
    assert {sample.tags for sample in material.samples} == {(name, TAGS[name]) for name in SHAPES}
    assert not any("only trained on" in note for note in material.notes)


def test_changes_are_the_same_each_time_and_differ_from_each_other():
    sample = Sample(
        name="a.csv:2", label="Pie", source="a", domain="photo", data=encoded(coloured("fork", 0))
    )
    broken = replace(sample, name="a.csv:3", data=b"no picture")
    once, again = (changed_samples([sample, broken]) for _ in range(2))
    assert [one.data for one in once] == [one.data for one in again]
    assert len({one.data for one in once}) == len(once) == CHANGES
    assert {(one.label, one.source) for one in once} == {("Pie", "a")}
    assert len(changed_samples([sample] * 300)) == 300 * 3


def test_half_of_a_recipe_in_a_batch_are_others_that_share_a_tag():
    data = concepts(*((f"dish {row}", f"p{row}", "photo") for row in range(6)))
    tags_NT = np.zeros((6, 2), dtype=bool)
    tags_NT[:3, 0] = tags_NT[2:5, 1] = True  # the third has both, the last has none
    sampler = LabelsByRecords(replace(data, tags_NT=tags_NT), 6, 4, 0.0, seed=0, by_tag=True)
    shared = tags_NT.astype(int) @ tags_NT.T.astype(int) > 0
    for step in range(5):
        for block in sampler.batch(step).reshape(6, 4):
            own, others = block[:2], block[2:]
            assert own[0] == own[1]
            if own[0] == 5:
                assert (others == 5).all()
            else:
                assert len(set(others.tolist())) == 2
                assert own[0] not in others
                assert shared[own[0], others].all()


@pytest.mark.parametrize(
    "wrong", [{"asked": "twice"}, {"asked": "changed", "drawings": ("a",), "photos": ("b",)}]
)
def test_a_test_that_cannot_be_asked_is_refused(wrong):
    with pytest.raises(ValueError, match="asked is"):
        DataConfig(**wrong)
