"""Values are checked where a query is made, and answers become plain JSON."""

import dataclasses
import json
from datetime import UTC, datetime

import numpy as np
import pytest

from retrieval.types import (
    MAX_K,
    BundleError,
    BurinError,
    Comparison,
    ImageError,
    Match,
    NotFoundError,
    Query,
    RequestError,
    SearchResult,
)
from tests.helpers import record


@pytest.mark.parametrize("k", [0, -1, 51, 10**9, "many", "10", 2.0, True, np.inf])
def test_a_k_outside_1_to_50_is_refused_with_what_was_seen_and_what_is_wanted(k):
    with pytest.raises(RequestError, match="from 1 to 50") as caught:
        Query("engravings", picture=b"x", k=k)
    assert repr(k) in str(caught.value)


@pytest.mark.parametrize("k", [1, 10, MAX_K])
def test_every_k_from_1_to_50_is_accepted(k):
    assert Query("engravings", picture=b"x", k=k).k == k


def test_a_query_without_k_leaves_it_to_the_collection():
    assert Query("engravings", picture=b"x").k is None


@pytest.mark.parametrize("kind", ["", "Sketch", "drawing", None, 1, ["sketch"]])
def test_an_unknown_kind_is_refused_naming_the_known_ones(kind):
    with pytest.raises(RequestError, match="auto, sketch, photo"):
        Query("engravings", picture=b"x", kind=kind)


@pytest.mark.parametrize("parts", [{}, {"picture": b"x", "like": "r1"}])
def test_a_query_has_either_a_picture_or_a_record(parts):
    with pytest.raises(RequestError, match="one picture, or one record"):
        Query("engravings", **parts)


def test_an_empty_picture_is_still_a_picture_so_that_loading_it_can_say_why_not():
    assert Query("engravings", picture=b"").picture == b""


def test_every_error_a_person_can_cause_is_a_burin_error():
    for error in (ImageError, RequestError, NotFoundError, BundleError):
        assert issubclass(error, BurinError)
        assert not issubclass(error, (ValueError, OSError, KeyError))


def test_a_query_and_a_record_cannot_be_changed_after_the_check():
    query = Query("engravings", picture=b"x")
    with pytest.raises(dataclasses.FrozenInstanceError):
        query.k = 51
    with pytest.raises(dataclasses.FrozenInstanceError):
        record("rose").label = "tulip"


def test_an_answer_is_plain_json_with_rounded_numbers():
    found = record("rose", "goblet", id="r7", date="c. 1890", box=[0.1, 0.2, 0.3, 0.4])
    result = SearchResult(
        matches=(Match(1, found, 0.876543),),
        label="rose",
        confidence=0.123456,
        in_domain=True,
        collection="engravings",
        version="v1",
        kind="sketch",
        timings_ms={"encode": 5.4321, "total": 6.789},
        answered=datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
    )
    assert json.loads(json.dumps(result.to_json())) == {
        "matches": [
            {
                "rank": 1,
                "id": "r7",
                "label": "rose",
                "similarity": 0.8765,
                "tags": ["goblet"],
                "fields": {"date": "c. 1890", "box": [0.1, 0.2, 0.3, 0.4]},
            }
        ],
        "label": "rose",
        "confidence": 0.1235,
        "in_domain": True,
        "collection": "engravings",
        "version": "v1",
        "kind": "sketch",
        "total_results": 1,
        "processing_time": 0.00679,
        "timestamp": "2026-01-02T03:04:05.678+00:00",
        "timings_ms": {"encode": 5.43, "total": 6.79},
    }


def test_an_answer_without_a_label_reading_says_null():
    result = SearchResult((), None, None, False, "c", "v1", "photo", {"total": 1.0})
    assert result.to_json()["label"] is None
    assert result.to_json()["confidence"] is None


@pytest.mark.parametrize(("score", "told"), [(0.876543, 0.8765), (0.0, 0.0), (None, None)])
def test_a_comparison_is_plain_json_and_says_null_without_a_score(score, told):
    compared = Comparison(-0.123456, score, "pets", "v1", {"encode": 5.4321, "total": 6.789})
    assert json.loads(json.dumps(compared.to_json())) == {
        "similarity": -0.1235,
        "score": told,
        "collection": "pets",
        "version": "v1",
        "timings_ms": {"encode": 5.43, "total": 6.79},
    }
