"""What training may see: the gate, the held-out hands, and one outline under one name."""

from pathlib import Path

import pytest

from tests.helpers import SHAPES, shape
from train.concepts import concept, held_out, motif_concept
from train.engravings_protocol import engraving_classes, left_out_concepts
from train.starters import doodles, engraving_pictures
from train.starters.art_packages import PACKAGES
from train.starters.engraving_pictures import DOMAINS, drawing_files, load_pictures, photo_files
from train.starters.misread import MISREAD
from train.starters.motifs import MOTIFS

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A data folder of four drawings and four photos."""
    top = tmp_path_factory.mktemp("data")
    for part, ending in (("sketchy/sketches", "png"), ("sketchy/photos", "jpg")):
        for name in ("rose", "lion"):
            folder = top / part / name
            folder.mkdir(parents=True)
            for copy in range(2):
                shape(list(SHAPES)[copy], side=64).convert("L").save(folder / f"{copy}.{ending}")
    for part, ending in (("pacs/sketch", "png"), ("pacs/photo", "jpg")):
        folder = top / part / "dog"
        folder.mkdir(parents=True)
        shape(list(SHAPES)[2], side=64).convert("L").save(folder / f"0.{ending}")
    return top


@pytest.fixture(scope="module")
def fewer():
    """The doodles and line art a run would fetch, replaced by our own ornaments."""
    motifs = engraving_pictures.motif_sources()
    ornaments = {source: name for source, name in motifs.items() if source.startswith("orna")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doodles, "titles", dict)
        patch.setattr(engraving_pictures, "line_art_sources", lambda classes: {})
        patch.setattr(engraving_pictures, "motif_sources", lambda: ornaments)
        yield ornaments


@pytest.fixture(scope="module")
def cache(root, fewer, tmp_path_factory):
    """Where the pictures are kept once they were drawn, which takes seconds."""
    folder = tmp_path_factory.mktemp("cache")
    load_pictures(root, 32, folder)
    return folder


def test_pictures_of_all_domains_are_prepared_and_kept(root, cache, monkeypatch):
    monkeypatch.setattr(engraving_pictures, "ProcessPoolExecutor", None)  # nothing is drawn again
    pictures = load_pictures(root, 32, cache)
    assert set(pictures.domains.tolist()) <= set(DOMAINS)
    assert pictures.images_NCHW.shape[1:] == (1, 32, 32)
    assert (pictures.domains == "drawing").sum() == 5
    assert (pictures.domains == "photo").sum() == 5
    assert len(list(cache.iterdir())) == 1


def test_no_held_out_hand_is_ever_among_the_pictures(root, fewer, cache):
    withheld = {source for source in fewer if held_out(source)}
    assert len(withheld) > 10
    shown = set(load_pictures(root, 32, cache).sources.tolist())
    assert not shown & withheld
    assert shown & set(fewer)


def test_a_data_folder_without_the_drawings_is_refused_not_trained_on(tmp_path):
    with pytest.raises(ValueError, match="BURIN_DATA"):
        drawing_files(tmp_path)


def test_every_finish_of_a_motifs_drawing_is_that_motif_and_two_claims_leave_what_they_name():
    motifs = {"ph:flower": "daisy", "mdi:boat": "ship", "mdi:boat-outline": "sailing boat"}
    sources = {
        "ph:flower": "flower",
        "ph:flower-fill": "flower",
        "mdi:boat-2": "boat",
        "mdi:boat": "boat",
        "ph:rose": "rose",
    }
    assert engraving_pictures._by_hand(sources, motifs) == {
        "ph:flower": "daisy",
        "ph:flower-fill": "daisy",
        "mdi:boat": "ship",
        "mdi:boat-outline": "sailing boat",
        "ph:rose": "rose",
    }


def test_what_is_held_out_is_not_shown_in_colour_either(monkeypatch):
    monkeypatch.setattr(engraving_pictures, "held_out", lambda source: source == "noto-emoji:1F981")
    sources = {
        "noto-emoji:1F981": "lion",
        "noto-emoji:1F984": "unicorn",
        "noto:lion": "lion",
        "noto-v1:lion": "lion",
        "noto:unicorn": "unicorn",
        "twemoji:lion": "lion",
        "ph:lion": "lion",
    }
    shown = engraving_pictures._shown(sources)
    assert set(shown) == set(sources) - {"noto-emoji:1F981", "noto:lion", "noto-v1:lion"}


def test_what_a_figure_asks_of_a_motif_is_never_shown_in_training():
    sources = {source: motif.label for motif in MOTIFS for source in motif.sources}
    asked = {source for source in sources if engraving_pictures.may_be_asked(source)}
    assert len(asked) > len(sources) / 10
    assert not asked & set(engraving_pictures._shown(sources))
    coloured = {source for source in sources if source.partition(":")[0] in engraving_pictures.COLOURED_SETS}
    assert coloured & {source for source in sources if held_out(source)}, "else this says nothing of them"
    assert not asked & coloured


def test_every_coloured_set_names_a_set_of_the_same_drawings_or_none():
    assert set(engraving_pictures.COLOURED_SETS.values()) <= {"", *engraving_pictures.EMOJI_SETS}
    coloured = {name for name, package in PACKAGES.items() if package.kind == "coloured"}
    assert set(engraving_pictures.COLOURED_SETS) == coloured


def test_no_drawing_of_a_motif_is_listed_as_misread():
    assert not MISREAD & {source for motif in MOTIFS for source in motif.sources}


def test_a_motif_that_shares_its_name_with_another_thing_keeps_to_itself():
    assert motif_concept("rose") == concept("rose")
    assert motif_concept("fan") != concept("fan")


@pytest.mark.skipif(not (DATA / "engravings").is_dir(), reason="the data folder is not beside the project")
@pytest.mark.parametrize(("split", "classes"), [("gate", 24), ("validation", 23)])
def test_a_split_names_its_classes_as_every_drawing_and_photo_does(split, classes):
    left_out = left_out_concepts(DATA, split)
    listed = engraving_classes(DATA, split)
    assert len(left_out) == len(listed) == classes
    for files in (drawing_files(DATA), photo_files(DATA)):
        named = {path.parent.name for path, name in files.items() if name in left_out}
        assert set(listed) <= named
    assert all((DATA / "engravings" / file).is_file() for files in listed.values() for file in files)


@pytest.mark.skipif(not (DATA / "engravings").is_dir(), reason="the data folder is not beside the project")
def test_recipes_are_not_chosen_by_the_classes_of_the_gate():
    assert not set(left_out_concepts(DATA, "gate")) & set(left_out_concepts(DATA, "validation"))


def test_an_unknown_split_is_refused():
    with pytest.raises(ValueError, match="gate, validation"):
        engraving_classes(DATA, "test")
