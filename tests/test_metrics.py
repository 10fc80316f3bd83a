"""Figures against cases worked out by hand and against slow loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from train.metrics import (
    _times_drawn,
    auroc,
    average_precision,
    bootstrap_auroc,
    bootstrap_auroc_interval,
    bootstrap_calibration_error,
    bootstrap_interval,
    expected_calibration_error,
    hit_at_k,
    interval_of,
    map_at_r,
    paired_difference_interval,
    r_precision,
    ranked,
    recall_at_k,
    sample_triplets,
    triplet_accuracies,
)

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


# Hits in rank order, worked out by hand below: three relevant at ranks 1, 3 and 6; two at ranks 2 and 3.
HITS = np.array([[1, 0, 1, 0, 0, 1], [0, 1, 1, 0, 0, 0]], dtype=bool)
R = np.array([3, 2])


def test_r_precision_is_worked_out_by_hand():
    # Two of the first three; one of the first two.
    assert r_precision(HITS, R).tolist() == pytest.approx([2 / 3, 1 / 2])


def test_map_at_r_is_worked_out_by_hand():
    # (1/1 + 2/3) / 3: the hit at rank 6 is beyond R; (1/2) / 2: so is that at rank 3.
    assert map_at_r(HITS, R).tolist() == pytest.approx([5 / 9, 1 / 4])


def test_average_precision_is_worked_out_by_hand():
    # (1/1 + 2/3 + 3/6) / 3; (1/2 + 2/3) / 2.
    assert average_precision(HITS, R).tolist() == pytest.approx([13 / 18, 7 / 12])


def test_recall_is_worked_out_by_hand():
    assert [recall_at_k(HITS, k).tolist() for k in (1, 2, 10)] == [[True, False], [True, True], [True, True]]


def test_a_perfect_ranking_has_one_in_everything():
    perfect = np.array([[1, 1, 0, 0], [1, 0, 0, 0]], dtype=bool)
    for figure in (r_precision, map_at_r, average_precision):
        assert figure(perfect, np.array([2, 1])).tolist() == [1.0, 1.0]


def test_what_musgrave_shows_r_precision_does_not_see_map_at_r_does():
    # Both have five of the first ten; in one they come first ("A Metric Learning Reality Check", fig. 3).
    first, last = [1] * 5 + [0] * 5, [0] * 5 + [1] * 5
    hits, num = (
        np.array([first + [0] * 5 + [1] * 5, last + [0] * 5 + [1] * 5], dtype=bool),
        np.array([10, 10]),
    )
    assert r_precision(hits, num).tolist() == [0.5, 0.5]
    assert map_at_r(hits, num).tolist() == pytest.approx([0.5, sum((i - 5) / i for i in range(6, 11)) / 10])


def slow_figures(hits, num):
    """R-precision, MAP@R and average precision of one query, one rank at a time."""
    found, at_r, whole, r_hits = 0, 0.0, 0.0, 0
    for rank, hit in enumerate(hits, start=1):
        if hit:
            found += 1
            whole += found / rank
            if rank <= num:
                at_r += found / rank
                r_hits += 1
    return r_hits / num, at_r / num, whole / num


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), queries=st.integers(1, 6), gallery=st.integers(1, 25))
def test_retrieval_figures_are_those_of_a_loop_over_ranks(seed, queries, gallery):
    rng = np.random.default_rng(seed)
    hits = rng.random((queries, gallery)) < 0.3
    hits[np.arange(queries), rng.integers(0, gallery, queries)] = True
    num = hits.sum(axis=1)
    slow = np.array([slow_figures(row, count) for row, count in zip(hits, num, strict=True)])
    np.testing.assert_allclose(r_precision(hits, num), slow[:, 0])
    np.testing.assert_allclose(map_at_r(hits, num), slow[:, 1])
    np.testing.assert_allclose(average_precision(hits, num), slow[:, 2])
    for k in (1, 5, 30):
        assert recall_at_k(hits, k).tolist() == hits[:, :k].any(axis=1).tolist()


@pytest.mark.parametrize("figure", [r_precision, map_at_r, average_precision])
def test_nothing_to_find_and_a_ranking_that_is_too_short_are_errors(figure):
    with pytest.raises(ValueError, match="1 queries have no relevant record"):
        figure(HITS, np.array([3, 0]))
    with pytest.raises(ValueError, match="short of R = 9"):
        figure(HITS, np.array([9, 2]))


def test_average_precision_of_a_ranking_that_was_cut_short_is_an_error():
    with pytest.raises(ValueError, match="whole gallery"):
        average_precision(HITS[:, :4], R)


def test_the_own_record_is_left_out_and_equals_keep_their_order():
    similarity = np.array([[1.0, 0.5, 0.9, 0.5], [0.2, 1.0, 0.2, 0.2]])
    assert ranked(similarity, np.array([0, 1])).tolist() == [[2, 1, 3], [0, 2, 3]]
    assert ranked(similarity, np.array([-1, -1])).tolist() == [[0, 2, 1, 3], [1, 0, 2, 3]]
    assert similarity[0, 0] == 1.0  # what was given is as it was


def test_where_only_some_queries_are_in_the_gallery_an_own_record_is_the_very_last():
    similarity = np.array([[1.0, -0.5, 0.9], [0.3, 0.2, 0.1]])
    assert ranked(similarity, np.array([0, -1])).tolist() == [[2, 1, 0], [0, 1, 2]]


def test_a_triplet_is_right_when_the_positive_is_nearer_and_by_the_margin_when_it_is_much_nearer():
    positive, negative = np.array([0.9, 0.5, 0.5, 0.75]), np.array([0.2, 0.4, 0.5, 0.5])
    right, by_margin = triplet_accuracies(positive, negative, 0.25)
    assert right.tolist() == [True, True, False, True]
    assert by_margin.tolist() == [True, False, False, False]  # the last is apart by the margin, not by more


def test_sampled_triplets_hold_a_positive_and_a_negative_and_never_the_anchor():
    relevant = np.array([[0, 1, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]], dtype=bool)
    own = np.array([0, 1, -1, 3])
    anchors, positives, negatives = sample_triplets(relevant, own, 20)
    assert anchors.tolist() == [0] * 20 + [3] * 20  # the others have no positive, or no negative
    assert relevant[anchors, positives].all()
    assert not relevant[anchors, negatives].any()
    assert (negatives != own[anchors]).all()
    assert set(positives[:20]) == {1, 2}
    assert set(negatives[20:]) == {1, 2}
    again = sample_triplets(relevant, own, 20)
    assert all(
        (one == other).all() for one, other in zip((anchors, positives, negatives), again, strict=True)
    )


def test_no_triplets_where_nothing_can_be_one():
    found = sample_triplets(np.ones((3, 4), dtype=bool), np.full(3, -1), 5)
    assert [len(one) for one in found] == [0, 0, 0]


def test_the_area_under_the_curve_is_worked_out_by_hand():
    # Pairs: 0.9 beats both, 0.4 beats one and equals the other: 3.5 of 4.
    assert auroc(np.array([0.9, 0.4]), np.array([0.4, 0.1])) == pytest.approx(3.5 / 4)
    assert auroc(np.ones(3), np.ones(4)) == 0.5
    assert auroc(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 1.0
    assert auroc(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == 0.0


@settings(max_examples=60, deadline=None)
@given(
    inside=st.lists(st.integers(0, 6), min_size=1, max_size=20),
    outside=st.lists(st.integers(0, 6), min_size=1, max_size=20),
)
def test_the_area_is_that_of_a_loop_over_pairs(inside, outside):
    slow = sum((a > b) + (a == b) / 2 for a in inside for b in outside) / (len(inside) * len(outside))
    assert auroc(np.array(inside, float), np.array(outside, float)) == pytest.approx(slow)


def test_an_area_without_one_side_is_an_error():
    with pytest.raises(ValueError, match="inside and from outside"):
        auroc(np.array([0.5]), np.array([]))


def test_the_interval_of_the_area_holds_it_and_widens_with_groups():
    rng = np.random.default_rng(0)
    inside, outside = np.repeat(rng.normal(0.5, 1, 40), 10), rng.normal(0, 1, 300)
    low, high = bootstrap_auroc_interval(inside, outside)
    assert low < auroc(inside, outside) < high
    grouped = bootstrap_auroc_interval(inside, outside, np.repeat(np.arange(40), 10))
    assert grouped[1] - grouped[0] > 1.5 * (high - low)
    assert bootstrap_auroc_interval(inside, outside) == (low, high)


def test_every_resampled_area_is_that_of_the_scores_it_drew():
    rng = np.random.default_rng(1)
    inside, outside = rng.integers(0, 5, 12).astype(float), rng.integers(0, 5, 9).astype(float)
    times_in, times_out = _times_drawn(np.arange(12), 5, 0), _times_drawn(np.arange(9), 5, 1)
    slow = [
        auroc(np.repeat(inside, a), np.repeat(outside, b)) for a, b in zip(times_in, times_out, strict=True)
    ]
    np.testing.assert_allclose(bootstrap_auroc(inside, outside, rounds=5), slow)


def test_every_resampled_calibration_error_is_that_of_the_queries_it_drew():
    rng = np.random.default_rng(2)
    confidence, correct = rng.random(20), rng.random(20) < 0.5
    groups = np.arange(20) // 4
    times = _times_drawn(groups, 6, 0)
    assert (times.sum(axis=1) == 20).all()
    assert (times[:, 0] == times[:, 3]).all()  # of one group
    slow = [
        expected_calibration_error(np.repeat(confidence, n), np.repeat(correct, n), bins=10) for n in times
    ]
    found = bootstrap_calibration_error(confidence, correct, groups, bins=10, rounds=6)
    np.testing.assert_allclose(found, slow)


def test_the_middle_of_resampled_values_leaves_two_and_a_half_in_a_hundred_on_either_side():
    assert interval_of(np.arange(1001.0)) == (25.0, 975.0)


def test_a_small_difference_on_the_same_queries_is_told_where_two_intervals_overlap():
    rng = np.random.default_rng(3)
    easy = rng.random(400)
    one, other = easy < 0.55, easy < 0.50
    assert bootstrap_interval(one.astype(float))[0] < bootstrap_interval(other.astype(float))[1]
    low, high = paired_difference_interval(one, other)
    assert 0 < low < one.mean() - other.mean() < high
    assert paired_difference_interval(one, one) == (0.0, 0.0)


def test_a_difference_carried_by_one_group_is_not_told():
    groups = np.repeat(np.arange(10), 20)
    one = np.zeros(200)
    one[:20] = 1.0
    low, _ = paired_difference_interval(one, np.zeros(200), groups)
    assert low == 0.0
    assert paired_difference_interval(one, np.zeros(200))[0] > 0.0


def test_differences_need_the_same_queries():
    with pytest.raises(ValueError, match="3 and 4 values"):
        paired_difference_interval(np.zeros(3), np.zeros(4))
