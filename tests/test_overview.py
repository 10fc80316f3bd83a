"""Maps and mix-ups of an opened collection are those of what it serves, computed once for each version."""

from __future__ import annotations

import numpy as np
import pytest

from hub_assets.bundle import Calibration
from retrieval import overview, readings
from retrieval.overview import Overview, confusion, project
from retrieval.search import SearchService
from retrieval.types import NotFoundError, RequestError
from tests.helpers import small_records, write_bundle, write_mask_bundle


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


class Gallery:
    """What `confusion` needs of a collection, with vectors of our choice."""

    def __init__(self, embeddings_ND: np.ndarray, labels: list[str], k: int) -> None:
        from retrieval.index import FlatIndex

        self.embeddings_ND, self.labels_N = embeddings_ND, np.array(labels)
        self.labels, self.index = tuple(sorted(set(labels))), FlatIndex(embeddings_ND)
        self.calibration = Calibration(k=k, temperature=0.1)


def test_the_map_is_the_plane_in_which_the_embeddings_differ_most() -> None:
    rng = np.random.default_rng(0)
    # Eight dimensions, of which the third and the fifth carry nearly all.
    flat_ND = rng.normal(size=(300, 8)) * np.array([0.01, 0.01, 3.0, 0.01, 1.0, 0.01, 0.01, 0.01])
    drawn = project(flat_ND.astype(np.float32))
    assert drawn.rows_M.tolist() == list(range(300))
    assert np.abs(drawn.points_M2).max() == pytest.approx(1.0, abs=1e-6)
    for axis, column in enumerate((2, 4)):
        assert abs(np.corrcoef(drawn.points_M2[:, axis], flat_ND[:, column])[0, 1]) > 0.99
    centred = flat_ND - flat_ND.mean(axis=0)
    wanted = np.sort((centred**2).sum(axis=0))[::-1][:2] / (centred**2).sum()
    np.testing.assert_allclose(drawn.explained, wanted, atol=1e-3)
    # One scale: a distance along x is the same along y.
    spans = np.ptp(drawn.points_M2, axis=0) / np.ptp(flat_ND[:, [2, 4]], axis=0)
    assert spans[0] == pytest.approx(spans[1], rel=0.05)


def test_a_map_of_many_records_draws_some_evenly_over_all() -> None:
    drawn = project(np.random.default_rng(1).normal(size=(1000, 4)).astype(np.float32), most=100)
    assert len(drawn.rows_M) == 100
    assert (drawn.rows_M[0], drawn.rows_M[-1]) == (0, 999)
    assert set(np.diff(drawn.rows_M)) <= {10, 11}


def test_records_that_are_all_alike_make_a_map_too() -> None:
    drawn = project(np.ones((5, 4), np.float32))
    assert np.isfinite(drawn.points_M2).all()


def test_each_record_is_asked_of_the_others_with_the_vote_that_is_served() -> None:
    rng = np.random.default_rng(2)
    centres = {"ram": [1.0, 0.0, 0.2], "sheep": [0.9, 0.25, 0.2], "ship": [0.0, 0.0, 1.0]}
    labels = [label for label in centres for _ in range(9)] + ["lone"]
    vectors = [np.array(centres[label]) + rng.normal(scale=0.12, size=3) for label in labels[:-1]]
    gallery = Gallery(unit(np.array([*vectors, [0.0, 1.0, 0.0]])), labels, k=5)
    found = confusion(gallery)

    counts: dict[tuple[str, str], int] = {}
    for row, label in enumerate(labels[:-1]):
        similarities = gallery.embeddings_ND @ gallery.embeddings_ND[row]
        similarities[row] = -2.0
        nearest = np.argsort(-similarities)[:5]
        said = readings.vote(similarities[nearest], gallery.labels_N[nearest], 0.1)[0]
        counts[label, said] = counts.get((label, said), 0) + 1
    assert found.labels == ("lone", "ram", "sheep", "ship")
    for row, label in enumerate(found.labels):
        for column, said in enumerate(found.labels):
            assert found.counts_LL[row, column] == counts.get((label, said), 0)
    assert (found.asked, found.alone) == (27, 1)
    assert found.right == sum(counts.get((label, label), 0) for label in centres)
    assert found.pairs, "rams and sheep lie close enough to be mixed up"
    pair = found.pairs[0]
    assert {pair.label, pair.other} == {"ram", "sheep"}
    assert (
        pair.count == counts[pair.label, pair.other] >= pair.back == counts.get((pair.other, pair.label), 0)
    )
    assert (pair.of, pair.back_of) == (9, 9)
    assert (labels[pair.row], labels[pair.nearest]) == (pair.label, pair.other)
    assert len(found.pairs) == 1, "both directions are one pair"


def test_of_many_labels_only_the_pairs_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "MATRIX_LABELS", 1)
    found = confusion(
        Gallery(unit(np.array([[1.0, 0], [0.9, 0.1], [0, 1.0], [0.1, 0.9]])), list("aabb"), k=1)
    )
    assert (found.labels, found.counts_LL, found.right, found.pairs) == ((), None, 4, ())


def test_it_is_computed_once_until_another_version_is_placed(tmp_path, monkeypatch) -> None:
    folder = write_bundle(tmp_path / "shapes")
    service = SearchService.open({"shapes": folder})
    made = []
    monkeypatch.setattr(overview, "project", lambda vectors: made.append(len(vectors)) or project(vectors))
    looked = Overview(service)
    assert looked.map("shapes") is looked.map("shapes")
    assert made == [12]
    service.place("shapes", SearchService.open({"shapes": folder}).collection("shapes"))
    looked.map("shapes")
    assert made == [12, 12]


def test_what_cannot_be_drawn_or_mixed_up_is_said(tmp_path) -> None:
    each_its_own = [record | {"label": record["id"]} for record in small_records()]
    service = SearchService.open(
        {
            "masks": write_mask_bundle(tmp_path / "masks"),
            "own": write_bundle(tmp_path / "own", rows=each_its_own),
        }
    )
    looked = Overview(service)
    with pytest.raises(RequestError, match="0 records"):
        looked.map("masks")
    with pytest.raises(RequestError, match="reads no label"):
        looked.confusion("masks")
    with pytest.raises(RequestError, match="a label of its own"):
        looked.confusion("own")
    with pytest.raises(NotFoundError):
        looked.map("nowhere")
    assert looked.map("own").points_M2.shape == (12, 2)
