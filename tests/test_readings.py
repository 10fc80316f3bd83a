"""The vote, its confidence, the in-domain test and the score of two, against figures worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub_assets.bundle import Calibration
from retrieval import readings
from retrieval.readings import ComparisonHead
from retrieval.types import BundleError

QUERY = np.array([0.6, 0.8], dtype=np.float32)


def slow_vote(similarities, labels, temperature):
    """The sums one at a time, in plain Python."""
    weights: dict[str, float] = {}
    for similarity, label in zip(similarities, labels, strict=True):
        weight = math.exp((similarity - similarities[0]) / temperature)
        weights[label] = weights.get(label, 0.0) + weight
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


def test_shares_are_worked_out_from_the_weights():
    # Weights exp(0), exp(-1), exp(-1), exp(-2): rose has 1 + e^-2, tulip 2 e^-1.
    label, share = readings.vote(np.array([0.9, 0.8, 0.8, 0.7]), np.array(list("rttr")), temperature=0.1)
    assert label == "r"
    assert share == pytest.approx((1 + math.exp(-2)) / (1 + 2 * math.exp(-1) + math.exp(-2)))


def test_many_fair_neighbours_outvote_one_good_one_when_the_temperature_is_high():
    similarities, labels = np.array([0.9, 0.8, 0.8, 0.8]), np.array(["owl", "bee", "bee", "bee"])
    assert readings.vote(similarities, labels, temperature=1.0)[0] == "bee"
    assert readings.vote(similarities, labels, temperature=0.01)[0] == "owl"


def test_a_tie_goes_to_the_label_whose_nearest_is_nearest():
    similarities = np.array([0.5, 0.5, 0.5, 0.5])
    assert readings.vote(similarities, np.array(["owl", "bee", "bee", "owl"]), 0.05) == ("owl", 0.5)
    assert readings.vote(similarities, np.array(["bee", "owl", "owl", "bee"]), 0.05) == ("bee", 0.5)


def test_one_neighbour_has_the_whole_share():
    assert readings.vote(np.array([-0.3]), np.array(["owl"]), 0.05) == ("owl", 1.0)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-1, 1, allow_subnormal=False), st.sampled_from("abcde")), min_size=1, max_size=20
    ),
    st.sampled_from([0.02, 0.05, 0.5]),
)
def test_the_vote_is_the_slow_vote(neighbours, temperature):
    neighbours.sort(reverse=True)
    similarities, labels = [pair[0] for pair in neighbours], [pair[1] for pair in neighbours]
    label, share = readings.vote(np.array(similarities), np.array(labels), temperature)
    slow = slow_vote(similarities, labels, temperature)
    assert share == pytest.approx(slow[label], abs=1e-9)
    assert share == pytest.approx(max(slow.values()), abs=1e-6)


def test_confidence_is_platts_logistic_of_log_odds_and_similarity():
    calibration = Calibration(confidence=(0.8, 2.0, -1.0))
    value = 0.8 * math.log(0.75 / 0.25) + 2.0 * 0.6 - 1.0
    assert readings.confidence(0.75, 0.6, calibration) == pytest.approx(1 / (1 + math.exp(-value)))


def test_the_uncalibrated_confidence_is_the_share_itself():
    assert readings.confidence(0.37, 0.9, Calibration()) == pytest.approx(0.37)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_confidence_stays_a_probability_at_the_ends(share):
    assert 0 <= readings.confidence(share, 1.0, Calibration(confidence=(500.0, 0.0, 0.0))) <= 1
    assert 0 <= readings.confidence(share, 1.0, Calibration(confidence=(-500.0, 0.0, 0.0))) <= 1


def test_confidence_rises_with_the_share():
    calibration = Calibration(confidence=(0.9, 1.0, -0.5))
    risen = [readings.confidence(share, 0.5, calibration) for share in np.linspace(0, 1, 21)]
    assert risen == sorted(risen)


def test_the_in_domain_score_uses_the_mean_of_the_nearest_three():
    calibration = Calibration(in_domain=(10.0, -5.0))
    score = readings.in_domain_score(QUERY, np.array([0.9, 0.6, 0.3, -1.0]), calibration)
    assert score == pytest.approx(1 / (1 + math.exp(-(10 * 0.6 - 5))))


def test_the_in_domain_probe_is_added_to_the_similarity():
    calibration = Calibration(in_domain=(0.0, 0.5), in_domain_probe=(1.0, -2.0))
    score = readings.in_domain_score(QUERY, np.array([0.9]), calibration)
    assert score == pytest.approx(1 / (1 + math.exp(-(0.6 - 1.6 + 0.5))))


def test_a_reading_votes_over_the_first_k_only():
    similarities = np.array([0.9, 0.89, 0.88, 0.88, 0.88])
    labels = np.array(["owl", "owl", "bee", "bee", "bee"])
    two = readings.read(QUERY, similarities, labels, Calibration(k=2, temperature=1.0))
    five = readings.read(QUERY, similarities, labels, Calibration(k=5, temperature=1.0))
    assert (two.label, five.label) == ("owl", "bee")


@pytest.mark.parametrize(("threshold", "inside"), [(0.49, True), (0.5, True), (0.51, False)])
def test_in_domain_is_at_or_above_the_threshold(threshold, inside):
    calibration = Calibration(in_domain=(0.0, 0.0), threshold=threshold)
    reading = readings.read(QUERY, np.array([0.4]), np.array(["owl"]), calibration)
    assert reading.in_domain_score == 0.5
    assert reading.in_domain is inside


def test_the_score_of_two_is_kochs_logistic_of_their_weighted_distance():
    head = ComparisonHead.from_json({"weights": [2, -1.5], "bias": 0.5}, 2)
    value = 0.5 - (2 * abs(0.6 - 0.0) - 1.5 * abs(0.8 - 1.0))
    other = np.array([0.0, 1.0], dtype=np.float32)
    for a_D, b_D in ((QUERY, other), (other, QUERY)):
        assert readings.same_label_score(a_D, b_D, head) == pytest.approx(1 / (1 + math.exp(-value)))


def test_a_picture_and_itself_score_the_bias_alone():
    head = ComparisonHead((40.0, 7.0), 1.25)
    assert readings.same_label_score(QUERY, QUERY, head) == pytest.approx(1 / (1 + math.exp(-1.25)))


@pytest.mark.parametrize("bias", [-1e6, 1e6])
def test_a_score_stays_a_probability_at_the_ends(bias):
    assert 0 <= readings.same_label_score(QUERY, -QUERY, ComparisonHead((1.0, 1.0), bias)) <= 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"weights": [1.0], "bias": 0.0}, "has 1 weights, the embeddings have 2"),
        ({"weights": [1.0, 2.0, 3.0], "bias": 0.0}, "has 3 weights, the embeddings have 2"),
        ({"weights": [1.0, math.nan], "bias": 0.0}, "nan is no finite number"),
        ({"weights": [1.0, 2.0], "bias": math.inf}, "inf is no finite number"),
        ({"weights": [1.0, "2.0"], "bias": 0.0}, "'2.0' is no finite number"),
        ({"weights": [1.0, True], "bias": 0.0}, "True is no finite number"),
        ({"weights": [1.0, 10**400], "bias": 0.0}, "usable value"),
        ({"weights": None, "bias": 0.0}, "usable value"),
        ({"weights": [1.0, 2.0]}, "bias"),
        ({"bias": 0.0}, "weights"),
        ([1.0, 2.0], "usable value"),
        ("siamese", "usable value"),
    ],
)
def test_a_comparison_head_that_cannot_work_is_refused(values, sentence):
    with pytest.raises(BundleError, match=r"config\.json: comparison") as caught:
        ComparisonHead.from_json(values, 2)
    assert sentence in str(caught.value)
