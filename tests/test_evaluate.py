"""A model's answers: their file, their reading, and figures worked out by hand on vectors in a plane."""

import json
import math
from dataclasses import fields, replace

import numpy as np
import pytest

from hub_assets.bundle import Calibration
from retrieval import readings
from train import calibrate
from train.answers import triplets_of
from train.evaluate import Answers, figures, read_answers


def at(*degrees: float) -> np.ndarray:
    """(N, 2) unit vectors: the cosine of two is that of the angle between them."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def planar() -> Answers:
    """Gallery by angle: owls at 0, 10, 40; bees at 20, 90. Queries: an owl at 2, a bee at 12, an elk at 5.5.

    Ranked: the owl's 0 o, 10 o, 20 b, 40 o, 90 b; the bee's 10 o, 20 b, 0 o, 40 o, 90 b."""
    return Answers(
        query_names=np.array(["q/owl", "q/bee", "q/elk"]),
        query_labels=np.array(["owl", "bee", "elk"]),
        query_sources=np.array(["photo 3", "photo 2", ""]),
        query_QD=at(2, 12, 5.5),
        gallery_names=np.array(["g/0", "g/10", "g/40", "g/20", "g/90"]),
        gallery_labels=np.array(["owl", "owl", "owl", "bee", "bee"]),
        gallery_sources=np.array(["photo 1", "photo 7", "photo 3", "photo 2", ""]),
        gallery_ND=at(0, 10, 40, 20, 90),
        own_row_Q=np.full(3, -1),
        outside_names=np.array(["o/far", "o/near"]),
        outside_OD=at(180, 15),
    )


def clustered(seed: int, own: bool = False, spread: float = 0.9) -> Answers:
    """12 labels in 16 dimensions; `own`: the queries are the gallery."""
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(12, 16))
    rng = np.random.default_rng(seed)

    def near(labels: np.ndarray) -> np.ndarray:
        vectors = centres[labels] + spread * rng.normal(size=(len(labels), 16))
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    gallery, queries = np.arange(120) % 12, np.arange(96) % 12
    gallery_ND = near(gallery)
    names = np.array([f"thing {label}" for label in range(12)])
    gallery_names = np.array([f"g/{row}" for row in range(120)])
    sources = np.array([f"source {row // 24}" for row in range(120)])
    asked = (gallery_names, names[gallery], sources, gallery_ND)
    if not own:
        asked = (np.array([f"q/{row}" for row in range(96)]), names[queries], sources[:96], near(queries))
    return Answers(
        *asked,
        *(gallery_names, names[gallery], sources, gallery_ND),
        own_row_Q=np.arange(120) if own else np.full(96, -1),
        outside_names=np.array([f"o/{row}" for row in range(40)]),
        outside_OD=near(rng.integers(0, 12, 40)) * -1,
    )


def test_figures_are_worked_out_by_hand():
    measured, per_query = figures(read_answers(planar(), None), margin=0.05)
    assert measured["queries"] == 3
    assert measured["gallery"] == 5
    assert measured["classes"] == 3
    assert measured["queries with nothing to find"] == 1
    # The owl: hits at ranks 1, 2 and 4 of R = 3. The bee: at ranks 2 and 5 of R = 2.
    assert measured["recall@1"]["value"] == 0.5
    assert measured["recall@5"]["value"] == 1.0
    assert measured["R-precision"]["value"] == pytest.approx((2 / 3 + 1 / 2) / 2, abs=1e-4)
    assert measured["MAP@R"]["value"] == pytest.approx((2 / 3 + 1 / 4) / 2, abs=1e-4)
    whole = (1 + 1 + 3 / 4) / 3, (1 / 2 + 2 / 5) / 2
    assert measured["mAP@all"]["value"] == pytest.approx(sum(whole) / 2, abs=1e-4)
    np.testing.assert_allclose(per_query["mAP@all"], [*whole, np.nan])
    # The very photo: the owl's is at rank 4, the bee's at rank 2; the elk has none.
    np.testing.assert_array_equal(per_query["instance recall@1"], [0.0, 0.0, np.nan])
    assert measured["instance recall@10"]["value"] == 1.0
    assert measured["per class"]["bee"] == {
        "queries": 1, "gallery": 2, "recall@1": 0.0, "mAP@all": pytest.approx(0.45), "kNN accuracy": 0.0,
    }  # fmt: skip
    assert measured["per class"]["elk"]["mAP@all"] is None


def test_the_out_of_domain_score_is_the_mean_similarity_of_the_nearest_three():
    measured, per_query = figures(read_answers(planar(), None), margin=0.05)
    cosines = [math.cos(math.radians(angle)) for angle in (2, 8, 18)]
    assert per_query["in-domain score"][0] == pytest.approx(np.mean(cosines), abs=1e-6)
    assert len(per_query["outside score"]) == 2
    # The stranger at 180 is below all three. The one at 15 (5, 5 and 15 away: 0.9861) is above the owl
    # (0.9802), but below the bee (2, 8, 12 away: 0.9893) and the elk (4.5, 5.5, 14.5 away: 0.9868).
    assert measured["out-of-domain AUROC"]["value"] == pytest.approx((3 + 2) / 6, abs=1e-4)


def test_triplet_figures_ask_the_query_as_anchor():
    # The owl's owls are 2, 8 and 38 away, the bees 18 and 88.
    _, per_query = figures(read_answers(planar(), None), margin=0.05)
    cosine = np.cos(np.radians([2, 8, 38]))[:, None] - np.cos(np.radians([18, 88]))
    assert per_query["triplet accuracy"][0] == pytest.approx((cosine > 0).mean(), abs=0.03)
    assert per_query["triplet margin accuracy"][0] == pytest.approx((cosine > 0.05).mean(), abs=0.03)
    assert np.isnan(per_query["triplet accuracy"][2])


def test_every_interval_holds_its_value_and_all_is_json():
    measured, _ = figures(read_answers(clustered(0), None), margin=0.2)
    for name, figure in measured.items():
        if isinstance(figure, dict) and "interval" in figure:
            low, high = figure["interval"]
            assert low <= figure["value"] <= high, name
    assert json.loads(json.dumps(measured)) == measured
    wanted = {"recall@1", "recall@5", "recall@10", "R-precision", "MAP@R", "mAP@all", "kNN accuracy", "ECE"}
    wanted |= {"out-of-domain AUROC", "triplet accuracy", "triplet margin accuracy", "instance recall@1"}
    assert wanted <= set(measured)


def test_groups_of_few_sources_widen_the_intervals():
    read = read_answers(clustered(0), None)
    by_source, by_label = figures(read, 0.2, "source")[0], figures(read, 0.2, "label")[0]
    assert by_source["recall@1"]["value"] == by_label["recall@1"]["value"]
    assert by_source["recall@1"]["interval"] != by_label["recall@1"]["interval"]
    assert by_source["intervals"] == "95%, bootstrap over each source (4)"
    assert by_label["intervals"] == "95%, bootstrap over each label (12)"
    with pytest.raises(ValueError, match="wanted: one of source, label"):
        figures(read, 0.2, "hand")


def test_a_query_never_finds_itself():
    own = clustered(0, own=True)
    measured, _ = figures(read_answers(own, None), margin=0.2)
    similarity = own.gallery_ND @ own.gallery_ND.T
    np.fill_diagonal(similarity, -2)
    nearest = similarity.argmax(axis=1)
    right = (own.gallery_labels[nearest] == own.query_labels).mean()
    assert measured["recall@1"]["value"] == pytest.approx(right, abs=1e-4)
    assert measured["recall@1"]["value"] < 1.0
    # The same source is another record of it, not the record itself.
    same = (own.gallery_sources[nearest] == own.query_sources).mean()
    assert measured["instance recall@1"]["value"] == pytest.approx(same, abs=1e-4)


def test_the_reading_is_that_of_the_served_functions():
    answers, asked = clustered(0), clustered(1)
    validation = calibrate.neighbours(
        *(asked.query_QD, asked.query_labels, asked.query_names, answers.gallery_ND, answers.gallery_labels)
    )
    read = read_answers(answers, validation)
    k, temperature = calibrate.fit_vote(validation)
    fitted, _ = calibrate.fit_confidence(validation, k, temperature)
    assert read.calibration == Calibration(k=k, temperature=temperature, confidence=fitted)
    assert read.fitted_on == 96
    similarity = answers.query_QD @ answers.gallery_ND.T
    for row in (0, 17, 95):
        order = np.argsort(-similarity[row], kind="stable")
        served = readings.read(
            answers.query_QD[row], similarity[row, order], answers.gallery_labels[order], read.calibration
        )
        assert read.predicted_Q[row] == served.label
        assert read.confidence_Q[row] == pytest.approx(served.confidence)
    assert len(read.outside_predicted_O) == len(read.outside_confidence_O) == 40
    measured, _ = figures(read, 0.2)
    assert measured["reading"]["confidence"] == "Platt scaling"
    assert measured["kNN accuracy"]["value"] == round((read.predicted_Q == read.query_labels).mean(), 4)


def test_without_validation_the_confidence_is_the_share_of_the_vote_and_says_so():
    read = read_answers(clustered(0), None)
    assert (read.calibration.k, read.calibration.temperature, read.fitted_on) == (10, 0.05, 0)
    similarity = read.query_QD[0] @ read.gallery_ND.T
    order = np.argsort(-similarity, kind="stable")[:10]
    label, share = readings.vote(similarity[order], read.gallery_labels[order], 0.05)
    assert (read.predicted_Q[0], read.confidence_Q[0]) == (label, pytest.approx(min(share, 0.999), abs=1e-6))
    measured, _ = figures(read, 0.2)
    assert measured["reading"] == {
        "k": 10, "temperature": 0.05, "fitted on validation queries": 0,
        "confidence": "share of the vote, not calibrated",
    }  # fmt: skip


def test_validation_that_is_all_right_leaves_the_share_of_the_vote():
    answers = clustered(0, spread=0.01)
    validation = calibrate.neighbours(
        *(answers.query_QD, answers.query_labels, answers.query_names),
        *(answers.gallery_ND, answers.gallery_labels),
    )
    read = read_answers(answers, validation)
    assert read.calibration.confidence == Calibration().confidence
    assert read.fitted_on == 96
    assert (read.predicted_Q == read.query_labels).all()


def test_a_gallery_smaller_than_the_vote_does_not_let_the_query_vote():
    own = clustered(0, own=True)
    three = [0, 12, 1]  # two of thing 0, one of thing 1
    small = replace(
        own,
        **{name: getattr(own, name)[three] for name in ("query_names", "query_labels", "query_sources")},
        **{
            name: getattr(own, name)[three] for name in ("gallery_names", "gallery_labels", "gallery_sources")
        },
        query_QD=own.query_QD[three],
        gallery_ND=own.gallery_ND[three],
        own_row_Q=np.array([0, 1, -1]),
    )
    read = read_answers(small, None)
    assert read.is_read
    alone = replace(
        small,
        **{name: getattr(small, name)[:1] for name in ("query_names", "query_labels", "query_sources")},
        **{name: getattr(small, name)[:1] for name in ("gallery_names", "gallery_labels", "gallery_sources")},
        query_QD=small.query_QD[:1],
        gallery_ND=small.gallery_ND[:1],
        own_row_Q=np.array([0]),
    )
    read = read_answers(alone, None)
    assert (read.predicted_Q.tolist(), read.confidence_Q.tolist()) == ([""], [0.0])


def test_unread_answers_have_no_figures():
    with pytest.raises(ValueError, match="no reading yet"):
        figures(planar(), 0.2)


def test_answers_come_back_from_their_file_as_they_were(tmp_path):
    read = read_answers(replace(planar(), query_names=np.array(["é", "œuf", "日本"])), None)
    read.save(tmp_path / "answers.npz")
    back = Answers.load(tmp_path / "answers.npz")
    for entry in fields(Answers):
        np.testing.assert_array_equal(getattr(back, entry.name), getattr(read, entry.name), entry.name)
    assert back.calibration == read.calibration
    assert not list(tmp_path.glob("*.part"))
    with np.load(tmp_path / "answers.npz", allow_pickle=False) as saved:
        assert all(saved[name].dtype.kind != "O" for name in saved.files)


def test_names_given_as_objects_are_saved_as_text(tmp_path):
    answers = planar()
    objects = replace(answers, query_names=answers.query_names.astype(object))
    objects.save(tmp_path / "answers.npz")
    assert Answers.load(tmp_path / "answers.npz").query_names.tolist() == answers.query_names.tolist()


def test_a_file_that_holds_something_else_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", query_names=np.array(["a"]))
    with pytest.raises(ValueError, match="lacks calibration, confidence_Q"):
        Answers.load(tmp_path / "other.npz")


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"query arrays have lengths \[3, 2, 3, 3\]"):
        replace(planar(), query_labels=np.array(["owl", "bee"]))
    with pytest.raises(ValueError, match="leaves the gallery of 5"):
        replace(planar(), own_row_Q=np.array([0, 5, -1]))
    with pytest.raises(ValueError, match="at least one query"):
        replace(
            planar(),
            **{name: np.zeros(0, dtype=str) for name in ("query_names", "query_labels", "query_sources")},
            query_QD=at()[:0],
            own_row_Q=np.zeros(0, dtype=int),
        )


def test_the_hardest_triplets_are_the_furthest_positive_and_the_nearest_negative():
    _, hardest = triplets_of(planar(), 5)
    # The bee: a bee 78 away, an owl 2. The owl: an owl 38 away, a bee 18. The elk has no positive.
    assert [(one.anchor, one.positive, one.negative) for one in hardest] == [
        ("q/bee", "g/90", "g/10"),
        ("q/owl", "g/40", "g/20"),
    ]
    first = hardest[0]
    assert (first.anchor_label, first.negative_label) == ("bee", "owl")
    assert first.positive_similarity == pytest.approx(math.cos(math.radians(78)), abs=1e-6)
    assert first.gap == pytest.approx(math.cos(math.radians(78)) - math.cos(math.radians(2)), abs=1e-6)


def test_random_triplets_are_of_different_queries_and_the_same_every_time():
    random, hardest = triplets_of(clustered(0, own=True), 24)
    assert len({one.anchor for one in random}) == 24
    assert all(one.anchor not in (one.positive, one.negative) for one in (*random, *hardest))
    assert all(one.anchor_label != one.negative_label for one in (*random, *hardest))
    assert random == triplets_of(clustered(0, own=True), 24)[0]
    assert [one.gap for one in hardest] == sorted(one.gap for one in hardest)
