"""The embedded starters keep their promises: what each holds, answers and never holds."""

import json

import numpy as np
import pytest

from hub_assets import bundle
from retrieval.search import SearchService
from retrieval.segmentation import CATEGORIES
from retrieval.types import MAX_K, ImageError, Query
from tests.helpers import ANSWER_KEYS, DATA, encoded, shape, street
from train.starters import cookbook, pets
from train.starters.dishes import DISHES

STARTERS = bundle.starters()
SPACE_LIMIT = 10_000_000  # bytes of a file that a Space takes without LFS


@pytest.fixture(scope="module")
def service():
    return SearchService.open(STARTERS, threads=1)


def test_the_four_collections_of_the_mission_are_embedded():
    assert list(STARTERS) == ["engravings", "pets", "recipes", "streets"]


@pytest.mark.parametrize("name", STARTERS)
def test_every_file_is_small_enough_and_named_in_plain_words(name):
    for path in STARTERS[name].rglob("*"):
        assert path.is_dir() or path.stat().st_size < SPACE_LIMIT, path.name
    opened = bundle.read(STARTERS[name])
    for part in ("model", "dataset"):
        card = (STARTERS[name] / part / "README.md").read_text(encoding="utf-8")
        assert card.startswith("---\nlicense: ")
        assert opened.manifest.titles["en"] in card
    assert opened.manifest.figures


@pytest.mark.parametrize("name", STARTERS)
def test_every_collection_answers_a_photo_in_the_same_words(service, name):
    answer = service.search(Query(name, picture=encoded(street(200, 150)), kind="photo")).to_json()
    assert set(answer) == ANSWER_KEYS
    json.dumps(answer)
    collection = service.collections[name]
    assert len(answer["matches"]) == min(collection.default_k, len(collection))
    assert 1 <= collection.default_k <= collection.most_k <= MAX_K


@pytest.mark.parametrize("name", STARTERS)
def test_every_collection_refuses_what_is_no_picture(service, name):
    with pytest.raises(ImageError):
        service.search(Query(name, picture=b"no picture"))


def test_the_cookbook_has_a_whole_recipe_and_a_picture_for_every_dish(service):
    collection = service.collections["recipes"]
    assert tuple(record.label for record in collection.records) == DISHES
    known = set(cookbook.TAGS_FR)
    for record in collection.records:
        fields = record.fields
        text = cookbook.recipe(record.label)
        assert fields["title"] == text["title"]
        assert len(fields["ingredients"]) >= 5
        assert len(fields["instructions"].splitlines()) == len(text["instructions"]) >= 4
        assert int(fields["servings"]) >= 1
        assert int(fields["minutes"]) >= 5
        assert set(record.tags) <= known
        assert collection.terms_fr[fields["title"]] == text["title_fr"]
        assert collection.picture(record.id)[:4] == b"RIFF"
    assert collection.figures["an unseen photo of a dish finds its recipe"]["recall@1"]["value"] >= 0.38


def test_a_recipes_own_picture_is_mostly_known(service):
    """What the page shows is what a visitor may bring back."""
    collection = service.collections["recipes"]
    found = []
    for record in collection.records:
        matches = service.search(Query("recipes", picture=collection.picture(record.id), k=5)).matches
        found.append(record.id in [match.record.id for match in matches])
    assert np.mean(found) >= 0.9


def test_pets_say_cat_or_dog_and_hold_no_photo(service):
    collection = service.collections["pets"]
    assert collection.classifier.labels == collection.labels == ("cat", "dog")
    assert not any(collection.has_picture(record.id) for record in collection.records)
    for record in collection.records:
        label, confidence = collection.classifier.classify(
            collection.embeddings_ND[collection.row(record.id)]
        )
        assert label == record.label
        assert confidence > 0.5
    answer = service.search(Query("pets", picture=encoded(shape("ring"))))
    assert not answer.in_domain, "a drawn ring is neither"
    assert collection.figures["five folds"]["accuracy"]["value"] >= 0.99
    assert collection.figures["five folds"]["ECE"] <= 0.02
    assert collection.figures["neither cat nor dog"]["taken for a pet: all"]["value"] <= 0.05


def test_streets_give_a_mask_of_the_photos_size(service):
    segmented = service.segment("streets", encoded(street(321, 123), "JPEG"))
    assert segmented.mask_HW.shape == (123, 321)
    assert tuple(segmented.shares) == CATEGORIES
    assert segmented.shares["void"] == 0.0
    card = (STARTERS["streets"] / "model" / "README.md").read_text(encoding="utf-8")
    assert "CamVid" in card
    assert "cc-by-nc-4.0" in card


@pytest.mark.skipif(not (DATA / "pets").is_dir(), reason="the data folder is not here")
def test_real_cats_and_dogs_are_told_apart_and_dishes_and_streets_refused(service):
    """The head was fitted on these pets: that it serves them, not how well it generalises."""
    for label in ("cat", "dog"):
        answers = [
            service.search(Query("pets", picture=path))
            for path in sorted((DATA / "pets" / label).glob("*.jpg"))[:20]
        ]
        assert np.mean([answer.label == label for answer in answers]) >= 0.95
        assert np.mean([answer.in_domain for answer in answers]) >= 0.9
    far = [
        *sorted(DATA.glob("food3/*/*.jpg"))[::30],
        *sorted(DATA.glob("streets/leftImg8bit/val/*/*.jpg"))[::20],
    ]
    assert np.mean([service.search(Query("pets", picture=path)).in_domain for path in far]) <= 0.1


def test_the_temperature_makes_confidence_accuracy():
    """Log-odds that are three times too bold are divided by three."""
    rng = np.random.default_rng(0)
    honest_N = rng.normal(scale=2.0, size=20_000)
    labels_N = (rng.random(20_000) < 1 / (1 + np.exp(-honest_N))).astype(int)
    assert pets.fit_temperature(3.0 * honest_N, labels_N) == pytest.approx(3.0, rel=0.05)


def test_the_classifier_is_the_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(1)
    points_ND = rng.normal(size=(200, 3)).astype(np.float32)
    labels_N = (points_ND @ [1.0, -2.0, 0.5] > 0.1).astype(int)
    oracle = LogisticRegression(C=pets.STRENGTH, max_iter=3000).fit(points_ND, labels_N)
    fitted = pets.fit_classifier(points_ND, labels_N)
    np.testing.assert_allclose(
        pets.log_odds(fitted, points_ND), oracle.decision_function(points_ND), rtol=1e-4
    )
    label, confidence = fitted.classify(points_ND[0])
    assert confidence == pytest.approx(oracle.predict_proba(points_ND[:1]).max(), rel=1e-4)
    assert label == pets.LABELS[oracle.predict(points_ND[:1])[0]]


def test_a_dish_without_a_photo_is_named():
    with pytest.raises(ValueError, match=r"no photo of .*baby_back_ribs"):
        cookbook.means(np.eye(3, dtype=np.float32), np.array(["apple_pie", "pizza", "waffles"]))
