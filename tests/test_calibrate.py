"""Fitted readings keep their promises on made-up neighbours whose truth is known."""

import numpy as np
import pytest

from hub_assets.bundle import Calibration
from retrieval import readings
from train import calibrate
from train.calibrate import Neighbours


def unit(rng: np.random.Generator, *size: int) -> np.ndarray:
    vectors = rng.normal(size=size)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def voted(right_share: float, count: int = 600, seed: int = 0) -> Neighbours:
    """Queries whose nearest neighbour is right with a probability that its similarity tells."""
    rng = np.random.default_rng(seed)
    best_Q = rng.uniform(0.3, 0.95, count)
    similarities_QK = np.sort(best_Q[:, None] - rng.uniform(0, 0.25, (count, 20)), axis=1)[:, ::-1]
    right_QK = rng.random((count, 20)) < (right_share * best_Q[:, None] / 0.625)
    labels_QK = np.where(right_QK, "right", rng.choice(["owl", "bee", "ant", "elk"], (count, 20)))
    groups = np.array([f"source {index // 3}" for index in range(count)])
    return Neighbours(similarities_QK, labels_QK, np.full(count, "right"), groups, unit(rng, count, 8))


def test_neighbours_are_the_nearest_by_a_full_sort():
    rng = np.random.default_rng(0)
    queries, gallery = unit(rng, 5, 8), unit(rng, 80, 8)
    labels = np.array([f"label {index % 7}" for index in range(80)])
    found = calibrate.neighbours(queries, np.array(["x"] * 5), np.arange(5).astype(str), gallery, labels)
    assert found.similarities_QK.shape == (5, calibrate.NEAREST)
    for query, similarities, names in zip(queries, found.similarities_QK, found.labels_QK, strict=True):
        order = sorted(range(80), key=lambda row: -(gallery[row] @ query))[: calibrate.NEAREST]
        np.testing.assert_allclose(similarities, (gallery @ query)[order])
        assert names.tolist() == labels[order].tolist()


def test_a_query_never_finds_records_of_its_own_source():
    rng = np.random.default_rng(1)
    gallery = unit(rng, 60, 8)
    hands = np.array([f"hand {index % 20}" for index in range(60)])
    labels = hands.copy()
    found = calibrate.neighbours(gallery[:20], labels[:20], hands[:20], gallery, labels, hands)
    for group, names, similarities in zip(hands, found.labels_QK, found.similarities_QK, strict=False):
        assert group not in names
        assert similarities.max() < 0.9999


def test_the_vote_that_is_chosen_is_the_best_of_all_that_were_tried():
    found = voted(0.5)
    k, temperature = calibrate.fit_vote(found)

    def accuracy(k: int, temperature: float) -> float:
        guesses = [
            readings.vote(similarities[:k], labels[:k], temperature)[0]
            for similarities, labels in zip(found.similarities_QK, found.labels_QK, strict=True)
        ]
        return float(np.mean(np.array(guesses) == found.truth_Q))

    tried = {(a, b): accuracy(a, b) for a in calibrate.VOTERS for b in calibrate.TEMPERATURES}
    assert tried[(k, temperature)] == max(tried.values())


def test_fitted_confidence_is_honest_on_queries_it_was_not_fitted_on():
    confidence, figures = calibrate.fit_confidence(voted(0.5), k=10, temperature=0.05)
    assert figures["queries"] == 600
    assert figures["ECE"] <= 0.08  # 600 queries in 15 bins: chance alone gives 0.05
    assert figures["mean confidence"] == pytest.approx(figures["motif accuracy"], abs=0.03)
    fresh = voted(0.5, seed=1)
    calibration = Calibration(k=10, temperature=0.05, confidence=confidence)
    read = [
        readings.read(query, similarities, labels, calibration)
        for query, similarities, labels in zip(
            fresh.embeddings_QD, fresh.similarities_QK, fresh.labels_QK, strict=True
        )
    ]
    right = np.mean([reading.label == "right" for reading in read])
    assert np.mean([reading.confidence for reading in read]) == pytest.approx(right, abs=0.05)


def test_a_vote_that_is_always_surer_when_right_gets_a_rising_confidence():
    (slope, _, _), _ = calibrate.fit_confidence(voted(0.5), k=10, temperature=0.05)
    assert slope > 0


def test_the_in_domain_test_keeps_at_least_95_of_100_that_belong_and_refuses_strangers():
    rng = np.random.default_rng(2)
    centre = unit(rng, 1, 16)
    here = unit(rng, 400, 16) * 0.5 + centre
    here /= np.linalg.norm(here, axis=1, keepdims=True)
    far = unit(rng, 300, 16)
    here_similarity, far_similarity = rng.normal(0.75, 0.08, 400), rng.normal(0.35, 0.08, 300)
    groups = np.array([f"source {index // 4}" for index in range(400)])
    fields, figures = calibrate.fit_in_domain(here, here_similarity, groups, far, far_similarity)
    assert figures == {"belongs here": 400, "does not": 300} | figures
    assert figures["refused of these"] <= 0.05
    assert figures["refused of those"] >= 0.95

    calibration = Calibration(k=10, temperature=0.05, **fields)
    assert len(calibration.in_domain_probe) == 16

    def refused(vectors, similarities):
        scores = [
            readings.in_domain_score(vector, np.full(3, similarity), calibration)
            for vector, similarity in zip(vectors, similarities, strict=True)
        ]
        return np.mean(np.array(scores) < calibration.threshold)

    assert refused(here, here_similarity) <= 0.05
    assert refused(far, far_similarity) >= 0.95


def test_halves_never_split_a_group_and_are_always_the_same():
    groups = np.array([f"source {index // 5}" for index in range(200)])
    half = calibrate._halves(groups)
    assert half.sum() == 100
    assert (half == calibrate._halves(groups)).all()
    for name in np.unique(groups):
        assert len(set(half[groups == name].tolist())) == 1
