"""The motif table holds what the starter promises, and its drawings exist and differ."""

import copy
import json
from pathlib import Path

import pytest

from train.starters import motifs
from train.starters.art_packages import PACKAGES
from train.starters.line_art import DEFAULT_CACHE, LineArt
from train.starters.motifs import FRENCH, MOTIFS
from train.starters.ornaments import DESIGNS

TABLE = json.loads(Path(motifs.__file__).with_suffix(".json").read_text(encoding="utf-8"))


def test_at_least_110_motifs_with_unique_labels_in_lower_case():
    labels = [motif.label for motif in MOTIFS]
    assert len(labels) >= 110
    assert len(set(labels)) == len(labels)
    assert all(label == label.lower() == label.strip() for label in labels if not label.startswith("letter "))


def test_every_label_tag_and_group_has_its_french():
    for motif in MOTIFS:
        assert FRENCH[motif.label] == motif.fr
        assert all(FRENCH[word].strip() for word in (motif.group, *motif.tags))
        assert len(set(motif.tags)) == len(motif.tags)
        assert motif.label not in motif.tags


def test_no_drawing_stands_for_two_motifs():
    sources = [source for motif in MOTIFS for source in motif.sources]
    assert len(set(sources)) == len(sources)


@pytest.mark.parametrize("set_name", PACKAGES)
def test_drawings_exist_in_their_set(set_name):
    package = PACKAGES[set_name]
    archive = DEFAULT_CACHE / f"{package.npm.lstrip('@').replace('/', '-')}-{package.version}.tgz"
    if not archive.exists():
        pytest.skip(f"{archive} is not in the cache")
    art = LineArt(set_name)
    sources = [source for motif in MOTIFS for source in motif.sources]
    names = [source.partition(":")[2] for source in sources if source.startswith(f"{set_name}:")]
    assert [name for name in names if art.render(name, 128).min() > 127] == [], "not there, or blank"


def test_ornaments_of_the_table_exist():
    used = {source for motif in MOTIFS for source in motif.sources if source.startswith("ornament:")}
    made = {f"ornament:{name}/{design}" for name, count in DESIGNS.items() for design in range(count)}
    assert used <= made


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda table: table["motifs"].append(table["motifs"][0]), "comes twice"),
        (lambda table: table["motifs"][0].update(tags=["flower"]), "tags"),
        (lambda table: table["motifs"][0].update(sources=[]), "no sources"),
        (lambda table: table["motifs"][0].update(colour="red"), "keys"),
        (lambda table: table["motifs"][0].update(group="nonsense"), "no French"),
        (lambda table: table["french"].update(rose="tulipe"), "also"),
    ],
)
def test_a_spoilt_table_is_refused(spoil, message):
    table = copy.deepcopy(TABLE)
    spoil(table)
    with pytest.raises(ValueError, match=message):
        motifs.parse(table)
