"""Figures against cases worked out by hand and against slow loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from train.metrics import bootstrap_interval, expected_calibration_error, hit_at_k

SIMILARITY = np.array(
    [
        [0.9, 0.8, 0.7, 0.6],  # the relevant record comes first
        [0.9, 0.8, 0.7, 0.6],  # second
        [0.1, 0.2, 0.3, 0.4],  # last of four
    ]
)
RELEVANT = np.array([[True, False, False, True], [False, True, False, False], [True, False, False, False]])


@pytest.mark.parametrize(
    ("k", "hits"),
    [(1, [True, False, False]), (2, [True, True, False]), (3, [True, True, False]), (4, [True, True, True])],
)
def test_a_hit_is_a_relevant_record_among_the_first_k(k, hits):
    assert hit_at_k(SIMILARITY, RELEVANT, k).tolist() == hits


def test_more_than_the_gallery_holds_hits_always():
    assert hit_at_k(SIMILARITY, RELEVANT, 50).all()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6), queries=st.integers(1, 6), gallery=st.integers(1, 30), k=st.integers(1, 35)
)
def test_hits_are_those_of_a_full_sort(seed, queries, gallery, k):
    rng = np.random.default_rng(seed)
    similarity = rng.normal(size=(queries, gallery))
    relevant = rng.random((queries, gallery)) < 0.2
    relevant[np.arange(queries), rng.integers(0, gallery, queries)] = True
    slow = []
    for values, wanted in zip(similarity, relevant, strict=True):
        best = sorted(range(gallery), key=lambda row: -values[row])[:k]
        slow.append(any(wanted[row] for row in best))
    assert hit_at_k(similarity, relevant, k).tolist() == slow


def test_a_query_with_nothing_to_find_is_an_error_not_a_miss():
    with pytest.raises(ValueError, match="1 queries have no relevant record"):
        hit_at_k(SIMILARITY, RELEVANT & [[True], [False], [True]], 2)


def test_an_interval_holds_the_mean_and_narrows_with_more_queries():
    few = np.array([0.0, 1.0] * 10)
    many = np.array([0.0, 1.0] * 1000)
    for values in (few, many):
        low, high = bootstrap_interval(values)
        assert 0 <= low < 0.5 < high <= 1
    # 1.96 * sqrt(0.25 / n) on either side
    assert bootstrap_interval(few) == pytest.approx((0.28, 0.72), abs=0.04)
    assert bootstrap_interval(many) == pytest.approx((0.478, 0.522), abs=0.004)


def test_queries_that_stand_or_fall_together_widen_the_interval():
    values = np.repeat([0.0, 1.0] * 10, 20)
    groups = np.repeat([f"source {index}" for index in range(20)], 20)
    low, high = bootstrap_interval(values, groups)
    assert (low, high) == pytest.approx((0.28, 0.72), abs=0.05)
    narrow = bootstrap_interval(values)
    assert narrow[1] - narrow[0] < (high - low) / 3


def test_an_interval_is_the_same_every_time():
    values = np.random.default_rng(3).random(50)
    assert bootstrap_interval(values) == bootstrap_interval(values)


def test_equal_values_have_no_spread():
    assert bootstrap_interval(np.ones(30)) == (1.0, 1.0)


def test_calibration_error_is_worked_out_by_hand():
    # Bin [0.8, 0.9): two of confidence 0.85, one right: gap 0.35. Bin [0.2, 0.3): 0.25, wrong: gap 0.25.
    confidence, correct = np.array([0.85, 0.85, 0.25]), np.array([True, False, False])
    assert expected_calibration_error(confidence, correct, bins=10) == pytest.approx((2 * 0.35 + 0.25) / 3)


def test_honest_confidence_has_no_calibration_error():
    confidence = np.repeat([0.25, 0.75], 400)
    correct = np.concatenate([np.arange(400) < 100, np.arange(400) < 300])
    assert expected_calibration_error(confidence, correct) == pytest.approx(0.0, abs=1e-12)


def test_being_sure_and_wrong_has_the_largest_calibration_error():
    assert expected_calibration_error(np.ones(5), np.zeros(5, dtype=bool)) == 1.0


def test_over_and_under_confidence_in_one_bin_cancel_and_in_two_do_not():
    correct = np.array([True, False])
    assert expected_calibration_error(np.array([0.55, 0.55]), correct, 10) == pytest.approx(0.05)
    assert expected_calibration_error(np.array([0.45, 0.55]), correct, 10) == pytest.approx(0.55)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60), st.integers(1, 20))
def test_calibration_error_is_that_of_a_loop_over_bins(pairs, bins):
    confidence, correct = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    slow = 0.0
    for which in range(bins):
        inside = [pair for pair in pairs if min(int(pair[0] * bins), bins - 1) == which]
        if inside:
            gap = sum(pair[0] for pair in inside) / len(inside) - sum(pair[1] for pair in inside) / len(
                inside
            )
            slow += abs(gap) * len(inside) / len(pairs)
    assert expected_calibration_error(confidence, correct, bins) == pytest.approx(slow, abs=1e-9)
