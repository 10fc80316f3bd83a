"""A training that goes nowhere is said to, once."""

from train.health import LONG, Watch

FINE = {"triplet": 0.1, "active": 0.6, "crowding": 0.3}


def said(*parts):
    watch = Watch(margin=0.2)
    return [sentence for one in parts if (sentence := watch.sees(one))]


def test_a_collapse_is_said_once():
    at_margin = {"triplet": 0.2, "active": 1.0, "crowding": 0.7}
    assert said(*[at_margin] * (LONG - 1)) == []
    (sentence,) = said(*[at_margin] * (3 * LONG))
    assert "collapsed" in sentence
    assert "0.2" in sentence


def test_everything_in_one_place_is_a_collapse_whatever_the_loss():
    (sentence,) = said(*[{"triplet": 0.0, "active": 0.4, "crowding": 0.99}] * LONG)
    assert "collapsed" in sentence


def test_no_active_triplet_is_said_with_what_to_do():
    (sentence,) = said(*[{"triplet": 0.0, "active": 0.0, "crowding": 0.2}] * LONG)
    assert "harder miner" in sentence


def test_a_bad_stretch_that_ends_is_no_collapse():
    bad = {"triplet": 0.2, "active": 1.0, "crowding": 0.7}
    assert said(*([bad] * (LONG - 1) + [FINE]) * 5) == []


def test_pairs_have_no_triplets_to_watch():
    assert said(*[{"pairs": 0.7, "crowding": 1.0}] * 30) == []
