"""Batches hold P labels of K pictures, cross the domains, and repeat with their seed."""

from collections import Counter

import numpy as np
import pytest

from train.concepts import hand
from train.pictures import Pictures, without_tags
from train.samplers import LabelsByRecords


def pictures(*parts: tuple[str, str, str]) -> Pictures:
    """Parts of (concept, source, domain); the ink does not matter here."""
    concepts, sources, domains = (np.array(column) for column in zip(*parts, strict=True))
    blank = np.zeros((len(parts), 1, 4, 4), np.uint8)
    return without_tags(blank, concepts, sources, domains)


def many(labels: int = 20, seed: int = 0) -> Pictures:
    """Concepts of all domains, of drawings only, of several hands, and of a single picture, shuffled."""
    parts = []
    for index in range(labels):
        name, has = f"concept {index:02d}", index % 4
        if has in (0, 1):
            parts += [(name, f"sketches/{name}/{copy}.png", "drawing") for copy in range(6)]
        if has == 0:
            parts += [(name, f"photos/{name}/{copy}.jpg", "photo") for copy in range(5)]
        if has in (0, 2):
            parts += [(name, f"set{copy}:{index}", "art") for copy in range(3)]
        if has == 3:
            parts.append((name, f"set0:{index}", "art"))
    order = np.random.default_rng(seed).permutation(len(parts))
    return pictures(*(parts[row] for row in order))


def blocks(data: Pictures, labels: int, records: int, share: float = 0.5, rounds: int = 20, seed: int = 0):
    """Every label's rows, of many batches."""
    sampler = LabelsByRecords(data, labels, records, share, seed)
    return [block for step in range(rounds) for block in sampler.batch(step).reshape(labels, records)]


@pytest.mark.parametrize(("labels", "records"), [(1, 2), (8, 4), (10, 3), (20, 4), (20, 5)])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_batch_is_p_labels_side_by_side_with_k_pictures_each(labels, records, share):
    data = many()
    sampler = LabelsByRecords(data, labels, records, share, seed=0)
    for step in range(10):
        rows = sampler.batch(step)
        assert rows.shape == (labels * records,)
        assert np.issubdtype(rows.dtype, np.integer)
        names = data.labels[rows].reshape(labels, records)
        assert (names == names[:, :1]).all()
        assert len(set(names[:, 0])) == labels


def test_every_label_there_is_can_be_in_the_batch_when_all_of_them_are_drawn():
    data = many()
    drawn = data.only(np.isin(data.labels, data.labels[data.domains == "drawing"]))
    count = len(set(drawn.labels))
    rows = LabelsByRecords(drawn, count, 4, 1.0, seed=0).batch(0)
    assert set(drawn.labels[rows]) == set(drawn.labels)


def test_label_ids_name_the_concept_of_every_picture():
    data = many()
    sampler = LabelsByRecords(data, 4, 4, 0.5, seed=0)
    assert (sampler.labels[sampler.label_ids] == data.labels).all()


@pytest.mark.parametrize(
    ("records", "least"),
    [
        (2, {"drawing": 1, "art": 1}),
        (3, {"drawing": 1, "art": 1, "photo": 1}),
        (4, {"drawing": 1, "art": 1, "photo": 1}),
        (8, {"drawing": 2, "art": 2, "photo": 2}),
    ],
)
def test_a_concept_of_all_domains_gives_each_its_part(records, least):
    data = many()
    whole = {name for name in data.labels if len(set(data.domains[data.labels == name])) == 3}
    seen = [block for block in blocks(data, 10, records) if data.labels[block[0]] in whole]
    assert len(seen) > 20
    assert all(Counter(data.domains[block].tolist()) >= Counter(least) for block in seen)


def test_doodles_are_drawings_too_and_careful_ones_are_shown_oftener():
    careful = [
        (f"careful {index}", f"sketches/{index}/{copy}.png", "drawing")
        for index in range(10)
        for copy in range(3)
    ]
    doodled = [
        (f"doodled {index}", f"quick-draw:{index}/{copy}", "doodle")
        for index in range(10)
        for copy in range(3)
    ]
    art = [(f"art {index}", f"set{copy}:{index}", "art") for index in range(10) for copy in range(3)]
    data = pictures(*careful, *doodled, *art)
    shown = Counter(data.labels[block[0]].split()[0] for block in blocks(data, 4, 2, share=1.0, rounds=300))
    assert shown["art"] == 0
    assert 3 < shown["careful"] / shown["doodled"] < 7


def test_a_sweep_shows_every_concept_once():
    data = many(20)
    swept = list(LabelsByRecords(data, 6, 4, 0.5, seed=0).sweep())
    names = np.concatenate([data.labels[rows].reshape(-1, 4)[:, 0] for rows in swept])
    assert sorted(names) == sorted(set(data.labels))
    assert [len(rows) for rows in swept] == [24, 24, 24, 8]


def test_the_share_of_drawn_concepts_is_kept():
    data = many(40)
    drawn = set(data.labels[data.domains == "drawing"])
    for seed in range(10):
        found = blocks(data, 12, 4, share=0.5, rounds=1, seed=seed)
        assert sum(data.labels[block[0]] in drawn for block in found) >= 6


def test_pictures_of_one_concept_come_from_different_hands_while_there_are_enough():
    lions = [("lion", f"set{index}:lion{copy}", "art") for index in range(4) for copy in range(5)]
    # Finishes of one drawing are one hand, however many there are.
    owls = [("owl", f"set0:owl{finish}", "art") for finish in ("", "-fill", "-outline", "-bold")]
    data = pictures(*lions, *owls, ("owl", "set1:owl", "art"))
    for block in blocks(data, 2, 2):
        assert len({hand(source) for source in data.sources[block]}) == 2


def test_a_concept_of_one_picture_is_its_own_positive():
    data = pictures(("lion", "a:lion", "art"), ("owl", "a:owl", "photo"))
    for block in blocks(data, 2, 4):
        assert len(set(block.tolist())) == 1


def test_every_concept_has_its_turn():
    data = many(20)
    seen = {data.labels[block[0]] for block in blocks(data, 5, 2, rounds=200)}
    assert seen == set(data.labels)


def test_the_same_seed_gives_the_same_batches_and_another_gives_others():
    one, same, other = (np.stack(blocks(many(), 6, 4, seed=seed)) for seed in (3, 3, 4))
    assert (one == same).all()
    assert (one != other).any()


def test_more_labels_than_there_are_is_refused_with_the_number_there_is():
    with pytest.raises(ValueError, match="21 labels a batch, but the data has 20"):
        LabelsByRecords(many(20), 21, 4, 0.5, seed=0)
