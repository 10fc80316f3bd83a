"""The index against plain NumPy: the same rows and the same similarities, filter included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.index import FlatIndex


def unit(rng: np.random.Generator, count: int, dim: int) -> np.ndarray:
    vectors = rng.normal(size=(count, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def by_argsort(gallery_ND, queries_QD, k, only=None):
    """The slow way: every similarity, sorted; rows that are not allowed are struck out first."""
    similarity_QN = queries_QD.astype(np.float64) @ gallery_ND.astype(np.float64).T
    allowed = np.arange(len(gallery_ND)) if only is None else np.unique(only)
    order = np.argsort(-similarity_QN[:, allowed], axis=1, kind="stable")[:, : min(k, len(allowed))]
    rows = allowed[order]
    return np.take_along_axis(similarity_QN, rows, axis=1), rows


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 200),
    queries=st.integers(1, 4),
    k=st.integers(1, 60),
    share=st.none() | st.floats(0.0, 1.0),
)
def test_finds_what_a_full_sort_finds(seed, count, queries, k, share):
    rng = np.random.default_rng(seed)
    gallery_ND, queries_QD = unit(rng, count, 16), unit(rng, queries, 16)
    only = None if share is None else rng.permutation(np.flatnonzero(rng.random(count) < share))
    similarities, rows = FlatIndex(gallery_ND).search(queries_QD, k, only=only)
    wanted_similarities, wanted_rows = by_argsort(gallery_ND, queries_QD, k, only)
    assert rows.dtype == np.int64
    assert rows.shape == similarities.shape == wanted_rows.shape
    np.testing.assert_array_equal(rows, wanted_rows)
    np.testing.assert_allclose(similarities, wanted_similarities, atol=1e-5)


def test_a_row_finds_itself_first_with_similarity_1():
    gallery_ND = unit(np.random.default_rng(0), 500, 64)
    similarities, rows = FlatIndex(gallery_ND).search(gallery_ND, 1)
    np.testing.assert_array_equal(rows[:, 0], np.arange(500))
    np.testing.assert_allclose(similarities[:, 0], 1.0, atol=1e-5)


def test_known_neighbours_in_two_dimensions():
    degrees = np.radians([0, 10, 40, 90, 180])
    gallery_ND = np.column_stack([np.cos(degrees), np.sin(degrees)]).astype(np.float32)
    similarities, rows = FlatIndex(gallery_ND).search(gallery_ND[1:2], 5)
    assert rows[0].tolist() == [1, 0, 2, 3, 4]
    np.testing.assert_allclose(similarities[0], np.cos(np.radians([0, 10, 30, 80, 170])), atol=1e-6)


def test_no_row_outside_the_filter_comes_back_even_when_k_asks_for_more():
    gallery_ND = unit(np.random.default_rng(1), 100, 8)
    _, rows = FlatIndex(gallery_ND).search(gallery_ND[:1], 50, only=np.array([99, 3, 7], dtype=np.int32))
    assert sorted(rows[0].tolist()) == [3, 7, 99]


def test_an_empty_filter_finds_nothing_and_keeps_its_shape():
    gallery_ND = unit(np.random.default_rng(2), 10, 8)
    similarities, rows = FlatIndex(gallery_ND).search(gallery_ND[:2], 5, only=np.array([], dtype=np.int64))
    assert similarities.shape == rows.shape == (2, 0)
    assert rows.dtype == np.int64
    assert similarities.dtype == np.float32


def test_more_asked_for_than_there_is_gives_all_and_no_made_up_rows():
    gallery_ND = unit(np.random.default_rng(3), 4, 8)
    _, rows = FlatIndex(gallery_ND).search(gallery_ND[:1], 50)
    assert sorted(rows[0].tolist()) == [0, 1, 2, 3]


def test_other_layouts_and_types_of_array_are_taken():
    gallery_ND = unit(np.random.default_rng(4), 20, 8)
    index = FlatIndex(np.asfortranarray(gallery_ND.astype(np.float64)))
    _, rows = index.search(np.asfortranarray(gallery_ND.astype(np.float64))[::2], 1)
    np.testing.assert_array_equal(rows[:, 0], np.arange(0, 20, 2))


def test_faiss_uses_one_thread():
    faiss = pytest.importorskip("faiss")
    assert faiss.omp_get_max_threads() == 1
