"""Names of drawings fold into concepts; the hands that are held out are the same everywhere."""

import pytest

from train.concepts import concept, hand, held_out

HELD_OUT = ["openmoji:stag", "ph:bird", "ph:harp", "ph:moon", "mdi:bird", "mdi:owl"]
WORDS = frozenset(["lion", "rose", "ship", "bear", "cat"])


@pytest.mark.parametrize(
    ("title", "folded"),
    [
        ("Lion", "lion"),
        ("lion-face", "lion"),
        ("lion head", "lion"),
        ("LION_EMBLEM", "lion"),
        ("rooster", "cock"),
        ("honeybee", "bee"),
        ("four leaf clover", "clover"),
        ("ear of maize", "corn"),
        ("fleur-de-lys", "fleur de lis"),
        ("hot-air balloon", "balloon hot air"),
    ],
)
def test_different_names_of_one_thing_fold_together(title, folded):
    assert concept(title) == folded


@pytest.mark.parametrize(
    ("title", "folded"),
    [("lions", "lion"), ("roses", "rose"), ("two ships", "ship"), ("sitting cat", "cat"), ("glass", "glass")],
)
def test_a_vocabulary_folds_plurals_and_poses(title, folded):
    assert concept(title, WORDS) == folded


@pytest.mark.parametrize("title", ["sea lion", "bear trap", "ship wheel", "cat o nine tails", "rosebush"])
def test_another_thing_that_shares_a_word_stays_itself(title):
    assert concept(title, WORDS) not in WORDS


@pytest.mark.parametrize("title", ["face", "two", "big", "star", "left arrow 2"])
def test_no_title_folds_to_nothing(title):
    assert concept(title, WORDS)


@pytest.mark.parametrize(
    "title", ["Lion", "rooster", "ear of maize", "two ships", "sheaf of rice", "honeybee"]
)
def test_folding_twice_changes_nothing(title):
    once = concept(title, WORDS)
    assert concept(once, WORDS) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ph:bird", "ph:bird-fill"),
        ("tabler:bird", "tabler:bird-filled"),
        ("mdi:bird", "mdi:bird-outline"),
        ("mdi:bird-2", "mdi:bird-outline"),
        ("la:bird", "fa6:bird"),
        ("streamline-plump:bird-solid", "streamline:bird"),
    ],
)
def test_finishes_of_one_drawing_are_one_hand(one, other):
    assert hand(one) == hand(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ph:bird", "mdi:bird"), ("ph:bird", "ph:fish"), ("ph:outline", "ph:fill")]
)
def test_different_drawings_are_different_hands(one, other):
    assert hand(one) != hand(other)


def test_all_finishes_of_a_drawing_are_held_out_together():
    for name in (f"thing-{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"):
        assert held_out(f"ph:{name}") == held_out(f"ph:{name}-fill")
        assert held_out(f"la:{name}") == held_out(f"fa6:{name}")


def test_about_one_hand_in_six_is_held_out():
    share = sum(held_out(f"set:{index}x") for index in range(3000)) / 3000
    assert share == pytest.approx(1 / 6, abs=0.025)


def test_what_is_held_out_never_changes():
    """Figures of different days are comparable only while this list stands."""
    names = ("bird", "fish", "rose", "ship", "lion", "swan", "harp", "moon", "star", "oak", "stag", "owl")
    sources = [f"{set_name}:{name}" for set_name in ("openmoji", "ph", "mdi") for name in names]
    assert [source for source in sources if held_out(source)] == HELD_OUT
