"""The embedded engravings hold what was promised: enough of them, whole, readable and searchable."""

import io
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hub_assets import bundle
from retrieval.collection import Collection
from retrieval.search import SearchService
from retrieval.types import Query
from train.starters.line_art import PACKAGES

RECORDS, LABELS = 1_200, 100
DRAWINGS = Path(__file__).parent / "drawings" / "drawings.json"
FOLDER = bundle.STARTERS / "engravings"


@pytest.fixture(scope="module")
def engravings():
    return Collection(FOLDER, source="starter", threads=1)  # verifies every checksum


@pytest.fixture(scope="module")
def sample(engravings):
    """Some 60 records spread over the whole collection."""
    return engravings.records[:: max(1, len(engravings) // 60)]


def test_every_file_is_below_ten_megabytes(engravings):
    sizes = {path.name: path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()}
    assert {name: size for name, size in sizes.items() if size >= 10_000_000} == {}
    assert {"encoder.onnx", "config.json", "manifest.json"} <= set(sizes)
    assert not {name for name in sizes if name.endswith((".pkl", ".pt", ".pth", ".npy", ".part"))}


def test_there_are_at_least_1200_records_of_at_least_100_motifs_several_of_each(engravings):
    assert len(engravings) >= RECORDS
    assert len(engravings.labels) >= LABELS
    counts = Counter(record.label for record in engravings.records)
    assert sum(count >= 3 for count in counts.values()) >= LABELS


def test_the_promised_motifs_are_there(engravings):
    promised = (
        "rose tulip fern vine grapes wheat oak garland ribbon stag horse lion dog hare eagle swan cock dove "
        "owl fish butterfly bee anchor crown castle heart star sun moon shell harp"
    ).split()
    assert {name for name in promised if name not in engravings.labels} == set()


def test_every_record_says_what_it_is(engravings):
    ids = [record.id for record in engravings.records]
    assert len(set(ids)) == len(ids)
    own = {column.name for column in engravings.columns}
    assert {"form", "technique", "style", "box"} <= own
    assert {"licence", "drawing"} <= own  # where the drawing comes from and what it may be used for
    for record in engravings.records:
        assert record.id.strip() == record.id != ""
        assert record.label == record.label.strip() != ""
        assert record.tags
        assert all(tag == tag.strip() != "" for tag in record.tags)
        for name in own - {"secondary"}:  # many glasses carry one motif only
            assert record.fields[name], (record.id, name)


def test_boxes_lie_inside_the_picture(engravings):
    boxes = np.array([record.fields["box"] for record in engravings.records])
    left, top, right, bottom = boxes.T
    assert boxes.shape == (len(engravings), 4)
    assert boxes.min() >= 0
    assert boxes.max() <= 1
    assert ((right - left) > 0.02).all()
    assert ((bottom - top) > 0.02).all()


def test_columns_and_their_values_have_titles_in_both_languages(engravings):
    for column in engravings.columns:
        assert column.title_en.strip()
        assert column.title_fr.strip()
    assert set(engravings.titles) == {"en", "fr"}
    assert {label for label in engravings.labels if label not in engravings.terms_fr} == set()


def test_pictures_decode_are_thumbnails_and_show_something(engravings, sample):
    seen = set()
    for record in sample:
        content = engravings.picture(record.id)
        seen.add(content)
        picture = Image.open(io.BytesIO(content))
        picture.load()
        assert (picture.format, picture.mode) == ("WEBP", "RGB")
        assert 192 <= max(picture.size) <= 384
        left, top, right, bottom = record.fields["box"]
        inside = picture.crop(
            (left * picture.width, top * picture.height, right * picture.width, bottom * picture.height)
        )
        assert np.asarray(inside.convert("L"), np.float64).std() > 2, record.id
    assert len(seen) == len(sample)


def test_every_licence_is_one_that_may_be_shipped(engravings):
    licences = {record.fields["licence"] for record in engravings.records}
    assert licences <= {package.licence for package in PACKAGES.values()}  # MIT is that of our own hand too
    assert not {licence for licence in licences if re.search(r"\b(NC|ND)\b", licence)}


def test_vectors_are_of_unit_norm_and_no_two_labels_share_one(engravings):
    vectors = engravings.embeddings_ND
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
    similarity = vectors @ vectors.T
    twins = np.argwhere(np.triu(similarity > 0.99999, k=1))
    labels = engravings.labels_N
    assert [(labels[a], labels[b]) for a, b in twins if labels[a] != labels[b]] == []


def test_every_record_is_its_own_nearest(engravings):
    similarities, rows = engravings.index.search(engravings.embeddings_ND, 1)
    assert (similarities[:, 0] > 0.999).all()
    labels = engravings.labels_N
    assert (labels[rows[:, 0]] == labels).mean() > 0.99


def test_records_of_one_motif_lie_nearer_to_each_other_than_to_the_rest(engravings, sample):
    service = SearchService({"engravings": engravings})
    hits = []
    for record in sample:
        found = service.search(Query("engravings", like=record.id, k=10))
        hits.append(any(match.record.label == record.label for match in found.matches))
    assert np.mean(hits) >= 0.8


def test_every_label_and_tag_can_be_asked_for(engravings):
    for row, record in enumerate(engravings.records):
        for tag in (record.label, *record.tags) if row % 20 == 0 else ():
            assert row in engravings.rows_with((tag,)), (record.id, tag)


def test_drawings_by_hand_find_their_motif_among_the_first_ten(engravings):
    """Strokes written by hand, drawn as the pad draws them; motifs that are not here are not asked."""
    service = SearchService({"engravings": engravings})
    hits = []
    for drawing in json.loads(DRAWINGS.read_text(encoding="utf-8"))["drawings"]:
        if drawing["motif"] in engravings.labels:
            sheet = Image.new("RGB", (512, 512), "white")
            for stroke in drawing["strokes"]:
                points = [tuple(point) for point in stroke]
                ImageDraw.Draw(sheet).line(points, fill="black", width=6, joint="curve")
            found = service.search(Query("engravings", picture=sheet, kind="sketch", k=10))
            hits.append(any(match.record.label == drawing["motif"] for match in found.matches))
    assert len(hits) >= 30
    assert np.mean(hits) >= 0.70


def test_the_reading_is_calibrated(engravings):
    fitted = engravings.calibration
    assert fitted != bundle.Calibration()
    assert 0 < fitted.threshold < 1
    assert len(fitted.in_domain_probe) in (0, engravings.encoder.config.dim)
