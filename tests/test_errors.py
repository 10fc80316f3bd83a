"""The mistakes of an evaluation, on answers small enough to work out by hand."""

import argparse
import base64
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from train import verbs_errors
from train.answers import NO_NAMES, Answers
from train.report import errors, errors_page
from train.report.errors import Pair, confused_pairs, likely_mislabelled, wrong_queries
from train.report.errors_page import write_page
from train.report.trends import trends

HOSTILE = "</script><script>alert(1)</script>"


def unit(*degrees):
    """One unit vector on the circle for each angle."""
    angles = np.radians(np.array(degrees, dtype=np.float64))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def answers(queries, gallery, own=None, sources=None):
    """queries: (label, predicted, confidence, degrees); gallery: (label, degrees)."""
    labels, predicted, confidence, asked = zip(*queries, strict=True)
    names, places = zip(*gallery, strict=True)
    gallery_names = np.array([f"record/{row}.png" for row in range(len(gallery))])
    query_names = np.array([f"query/{row}.png" for row in range(len(queries))])
    return Answers(
        query_names=query_names,
        query_labels=np.array(labels),
        query_sources=query_names,
        query_QD=unit(*asked),
        gallery_names=gallery_names,
        gallery_labels=np.array(names),
        gallery_sources=gallery_names if sources is None else np.array(sources),
        gallery_ND=unit(*places),
        own_row_Q=np.full(len(queries), -1) if own is None else np.array(own),
        outside_names=NO_NAMES,
        outside_OD=np.zeros((0, 1), np.float32),
        predicted_Q=np.array(predicted),
        confidence_Q=np.array(confidence, dtype=np.float64),
    )


def many(label, predicted, count, confidence=0.6, degrees=0):
    return [(label, predicted, confidence, degrees)] * count


def picture(name):
    return Image.new("RGB", (300, 150), (len(name), 90, 80))


def embedded(path):
    return json.loads(re.search(r'id="data">(.*?)</script>', path.read_text(encoding="utf-8"))[1])


def sentences(given):
    return {trend.about: trend.sentence for trend in trends(given)}


def test_pairs_are_ordered_and_counted_with_the_share_of_their_class():
    labels = np.array(["cat", "cat", "cat", "dog", "dog", "fox", "cat"])
    predicted = np.array(["dog", "dog", "cat", "cat", "dog", "dog", "fox"])
    assert confused_pairs(labels, predicted) == [
        Pair("cat", "dog", 2, 0.5, 4),
        Pair("fox", "dog", 1, 1.0, 1),
        Pair("dog", "cat", 1, 0.5, 2),
        Pair("cat", "fox", 1, 0.25, 4),
    ]
    assert confused_pairs(labels, labels) == []


def test_a_wrong_query_stands_between_what_it_was_taken_for_and_what_it_is():
    gallery = [("dog", 10), ("dog", 20), ("cat", 60), ("fox", 15), ("cat", 90)]
    found = wrong_queries(answers([("dog", "dog", 0.9, 0), ("cat", "dog", 0.7, 0)], gallery))
    assert len(found) == 1
    wrong = found[0]
    assert (wrong.query, wrong.nearest, wrong.right, wrong.right_rank) == (1, 0, 2, 4)
    assert wrong.confidence == 0.7
    assert wrong.nearest_similarity == pytest.approx(np.cos(np.radians(10)), abs=1e-6)
    assert wrong.right_similarity == pytest.approx(0.5, abs=1e-6)


def test_a_query_in_the_gallery_is_not_its_own_neighbour():
    gallery = [("cat", 0), ("dog", 10), ("cat", 50)]
    wrong = wrong_queries(answers([("cat", "dog", 0.7, 0)], gallery, own=[0]))[0]
    assert (wrong.nearest, wrong.right, wrong.right_rank) == (1, 2, 2)


def test_a_class_that_the_gallery_lacks_has_no_nearest():
    wrong = wrong_queries(answers([("cat", "none", 0.7, 0)], [("dog", 10), ("fox", 20)]))[0]
    assert (wrong.nearest, wrong.nearest_similarity) == (None, None)
    assert (wrong.right, wrong.right_similarity, wrong.right_rank) == (None, None, None)


def test_the_most_confident_mistakes_come_first_in_every_block(monkeypatch):
    monkeypatch.setattr(errors, "BLOCK", 2)
    queries = [("cat", "dog", confidence, degrees) for degrees, confidence in enumerate((0.2, 0.9, 0.5))]
    found = wrong_queries(answers(queries, [("dog", 0), ("cat", 2)]))
    assert [wrong.query for wrong in found] == [1, 2, 0]
    assert [wrong.right_rank for wrong in found] == [1, 1, 2], "halfway between the two, both come first"


def test_a_record_among_another_class_is_doubted_and_its_neighbours_are_not():
    gallery = [("cat", degrees) for degrees in range(12)] + [("dog", 100 + degrees) for degrees in range(12)]
    gallery.append(("dog", 5.5))
    found = likely_mislabelled(answers([("cat", "cat", 0.9, 0)], gallery))
    assert [(suspect.row, suspect.looks_like, suspect.is_query) for suspect in found] == [(24, "cat", False)]
    assert found[0].score == 1.0
    assert found[0].reason == "10 of its 10 nearest records say cat, 0 say dog"
    assert set(found[0].evidence) <= set(range(12))


def test_pictures_of_one_source_do_not_vouch_for_each_other():
    gallery = [("cat", degrees) for degrees in range(12)] + [("dog", 100 + degrees) for degrees in range(12)]
    gallery += [("dog", 5.2 + copy / 10) for copy in range(8)]
    alone = ["" for _ in gallery]
    assert likely_mislabelled(answers([("cat", "cat", 0.9, 0)], gallery, sources=alone)) == []
    together = [*alone[:24], *["one photo"] * 8]
    found = likely_mislabelled(answers([("cat", "cat", 0.9, 0)], gallery, sources=together))
    assert {suspect.row for suspect in found} >= set(range(24, 32))


def test_two_or_three_neighbours_are_no_reason_for_doubt():
    assert likely_mislabelled(answers([("cat", "cat", 0.9, 0)], [("cat", 0), *[("dog", 1)] * 4])) == []
    found = likely_mislabelled(answers([("cat", "cat", 0.9, 0)], [("cat", 0), *[("dog", 1)] * 5]))
    assert [suspect.reason for suspect in found] == ["5 of its 5 nearest records say dog, 0 say cat"]


def test_a_mixed_neighbourhood_is_no_reason_for_doubt():
    gallery = [(("cat", "dog")[row % 2], row) for row in range(30)]
    assert likely_mislabelled(answers([("cat", "cat", 0.9, 0)], gallery)) == []


def test_a_surely_wrong_query_is_doubted_and_a_hesitant_one_is_not():
    gallery = [("cat", 0), ("dog", 90)]
    queries = [
        *many("dog", "dog", 3, confidence=0.9, degrees=90),
        ("cat", "dog", 0.85, 90),  # less sure than right answers of dog are
        ("cat", "dog", 0.95, 90),
        ("dog", "cat", 0.75, 0),
        ("dog", "cat", 0.8, 0),  # nothing was answered cat and right: 0.8 decides
    ]
    found = likely_mislabelled(answers(queries, gallery))
    assert [(suspect.row, suspect.is_query, suspect.score) for suspect in found] == [
        (4, True, 0.95),
        (6, True, 0.8),
    ]
    assert found[0].reason == "answered dog with 95% confidence; right answers of dog have 90% on average"
    assert found[1].reason == "answered cat with 80% confidence"
    assert [suspect.evidence for suspect in found] == [(1,), (0,)]


def test_a_picture_that_is_record_and_query_is_listed_once():
    gallery = [("cat", degrees) for degrees in range(12)] + [("dog", 5.5)]
    found = likely_mislabelled(answers([("dog", "cat", 0.99, 5.5)], gallery, own=[12]))
    assert [(suspect.row, suspect.is_query) for suspect in found] == [(12, False)]


def test_few_mistakes_are_no_trend():
    queries = many("cat", "dog", 9, confidence=0.99) + many("dog", "dog", 100)
    assert trends(answers(queries, [("cat", 0), ("dog", 10)])) == []


def test_even_mistakes_are_no_trend_of_classes():
    names = ("cat", "dog", "fox", "owl")
    queries = [row for name in names for row in many(name, name, 30)]
    queries += [row for index, name in enumerate(names) for row in many(name, names[index - 1], 5)]
    said = sentences(answers(queries, [(name, 20 * index) for index, name in enumerate(names)]))
    assert not {"Fails most", "Swallows others", "Small classes", "Sure of itself"} & set(said)


def test_the_class_that_fails_most_is_named_with_its_numbers():
    queries = many("cat", "dog", 15) + many("cat", "cat", 15) + many("dog", "dog", 69) + many("dog", "cat", 1)
    assert sentences(answers(queries, [("cat", 0), ("dog", 10)]))["Fails most"] == (
        "Wrong more often than the 16 of 100 (16%) of all queries: cat, 15 of 30 (50%)."
    )


def test_mistakes_are_called_confident_or_hesitant_only_when_they_are():
    gallery = [("cat", 0), ("dog", 10)]
    sure = answers(many("cat", "dog", 12, confidence=0.9) + many("cat", "dog", 8, confidence=0.6), gallery)
    assert sentences(sure)["Sure of itself"] == (
        "Many mistakes are confident: 12 of 20 (60%) wrong answers have a confidence of 80% or more."
    )
    unsure = answers(many("cat", "dog", 18, confidence=0.3) + many("cat", "dog", 2, confidence=0.6), gallery)
    assert "18 of 20 (90%) wrong answers have a confidence of 50% or less" in sentences(unsure)["Hesitant"]
    between = answers(many("cat", "dog", 20, confidence=0.6), gallery)
    assert not {"Hesitant", "Sure of itself"} & set(sentences(between))


def test_near_misses_are_told_from_far_ones():
    near = answers(many("cat", "dog", 20), [("dog", 1), ("cat", 2)] + [("dog", 50)] * 9)
    assert "in 20 of 20 (100%) wrong answers" in sentences(near)["Near misses"]
    outvoted = answers(many("cat", "dog", 20), [("cat", 0), *[("dog", 1)] * 9])
    assert sentences(outvoted)["Near misses"].endswith("in 20 the very first and outvoted.")
    far = answers(many("cat", "dog", 20), [("dog", row) for row in range(9)] + [("cat", 90)])
    assert "only in 0 of 20 (0%)" in sentences(far)["Far off"]


def test_a_label_that_swallows_others_is_named():
    names = ("cat", "dog", "fox", "owl", "ant", "bee", "cow", "eel")
    queries = [row for name in names[1:] for row in [*many(name, "cat", 3), *many(name, name, 3)]]
    gallery = [(name, 10 * index) for index, name in enumerate(names)]
    assert sentences(answers(queries, gallery))["Swallows others"] == (
        "One label swallows others: 21 of 21 (100%) wrong answers, from 7 classes, say cat, "
        "while it holds 1 of 8 (12%) gallery records."
    )


def test_small_classes_that_do_worse_are_told():
    gallery = [("big", 0)] * 20 + [("large", 40)] * 20 + [("small", 80)] * 3
    queries = (
        many("small", "big", 15)
        + many("small", "small", 5)
        + many("big", "big", 40)
        + many("large", "big", 2)
    )
    assert sentences(answers(queries, gallery))["Small classes"] == (
        "Small classes do worse: with at most 10 gallery records, 15 of 20 (75%) queries are wrong; "
        "with more, 2 of 42 (5%)."
    )


def test_the_page_holds_every_picture_once_and_at_most_112_pixels_a_side(tmp_path):
    queries = many("cat", "dog", 3) + many("dog", "dog", 2)
    path = tmp_path / "report" / "errors.html"
    write_page(answers(queries, [("dog", 0), ("cat", 50)]), picture, "a run", path, "of today")
    data = embedded(path)
    assert (data["queries"], data["wrong_total"], len(data["wrong"])) == (5, 3, 3)
    assert set(data["pictures"]) == {
        "query/0.png",
        "query/1.png",
        "query/2.png",
        "record/0.png",
        "record/1.png",
    }
    text = path.read_text(encoding="utf-8")
    assert text.count("data:image/webp;base64,") == 5
    image = Image.open(io.BytesIO(base64.b64decode(data["pictures"]["record/0.png"].partition(",")[2])))
    assert (image.format, image.size) == ("WEBP", (112, 56))
    assert not re.search(r"""(src|href|url)\s*[=(]\s*["']?(https?:)?//""", text), "no other host"
    assert [entry.name for entry in path.parent.iterdir()] == ["errors.html"], "nothing half-written is left"


def test_a_picture_that_cannot_be_opened_leaves_the_rest(tmp_path):
    def missing(name):
        if name.startswith("query"):
            raise FileNotFoundError(name)
        return picture(name)

    path = tmp_path / "errors.html"
    write_page(answers(many("cat", "dog", 1), [("dog", 0), ("cat", 50)]), missing, "a run", path)
    pictures = embedded(path)["pictures"]
    assert pictures["query/0.png"] is None
    assert pictures["record/0.png"].startswith("data:image/webp")


def test_a_long_list_is_cut_to_the_most_confident(tmp_path, monkeypatch):
    monkeypatch.setattr(errors_page, "SHOWN_WRONG", 2)
    queries = [("cat", "dog", confidence, 0) for confidence in (0.1, 0.7, 0.3)]
    path = tmp_path / "errors.html"
    write_page(answers(queries, [("dog", 0), ("cat", 50)]), picture, "a run", path)
    data = embedded(path)
    assert (data["wrong_total"], [one["confidence"] for one in data["wrong"]]) == (3, [0.7, 0.3])


def test_hostile_words_stay_inside_the_data(tmp_path):
    path = tmp_path / "errors.html"
    separators = "\u2028 \u2029 <!-- & ]]>"
    given = answers(many(HOSTILE, separators, 2), [(separators, 0), (HOSTILE, 50)])
    write_page(given, picture, f"</title>{HOSTILE}@data @script", path, HOSTILE)
    text = path.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert text.count("</script>") == 2, "the data and our own script"
    assert "\u2028" not in text
    assert text.count('<script type="application/json"') == 1
    data = embedded(path)
    assert data["subtitle"] == HOSTILE
    assert data["title"] == f"</title>{HOSTILE}@data @script"
    assert data["pairs"][0]["label"] == HOSTILE
    assert data["pairs"][0]["predicted"] == separators


def test_answers_without_a_reading_are_refused(tmp_path):
    given = replace(answers(many("cat", "dog", 2), [("dog", 0)]), predicted_Q=NO_NAMES)
    with pytest.raises(ValueError, match="no reading yet; wanted: read_answers"):
        write_page(given, picture, "a run", tmp_path / "errors.html")


def command_line(data, *arguments):
    parser = argparse.ArgumentParser()
    verbs_errors.add_verbs(parser.add_subparsers(required=True))
    options = parser.parse_args(["errors", *map(str, arguments)])
    options.data = data
    options.run_verb(options)


def test_a_run_that_was_not_evaluated_is_told_how(tmp_path):
    with pytest.raises(
        ValueError, match=r"answers\.npz is missing; run: python -m train evaluate .*my-run first"
    ):
        command_line(tmp_path, tmp_path / "my-run")


def test_the_command_writes_the_page_of_a_run(tmp_path, capsys):
    names = np.array(["query/0.png", str(tmp_path / "elsewhere.png")])
    given = replace(answers(many("cat", "dog", 2), [("dog", 0), ("cat", 50)]), query_names=names)
    data, run = tmp_path / "data", tmp_path / "my-run"
    for path in (data / "query/0.png", tmp_path / "elsewhere.png", data / "record/0.png"):
        path.parent.mkdir(parents=True, exist_ok=True)
        picture("x").save(path)
    (run / "report").mkdir(parents=True)
    given.save(run / "report" / "answers.npz")
    command_line(data, run)
    page = run / "report" / "errors.html"
    assert capsys.readouterr().out.strip() == str(page)
    written = embedded(page)
    assert written["title"] == "my-run"
    assert {name: bool(url) for name, url in written["pictures"].items()} == {
        "query/0.png": True,
        str(tmp_path / "elsewhere.png"): True,
        "record/0.png": True,
        "record/1.png": False,
    }
    command_line(data, run, "--out", tmp_path / "other.html")
    assert embedded(tmp_path / "other.html") == written
