"""Miners against triple loops: every triplet they choose, and none that they should not."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from train import config
from train.mining import MINERS, batch_hard, hard, random_negatives, semi_hard


def batch(seed: int, count: int, labels: int, dim: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(seed)
    embeddings_BD = F.normalize(torch.randn(count, dim, generator=rng), dim=1)
    return embeddings_BD @ embeddings_BD.T, torch.randint(0, labels, (count,), generator=rng)


def as_set(triplets) -> set[tuple[int, int, int]]:
    found = list(zip(*(indices.tolist() for indices in triplets), strict=True))
    assert len(found) == len(set(found)), "a triplet came twice"
    return set(found)


def slow_semi_hard(similarity, labels, margin):
    chosen = set()
    everyone = range(len(labels))
    for a, p in itertools.product(everyone, everyone):
        if a == p or labels[a] != labels[p]:
            continue
        best = None
        for n in everyone:
            inside = similarity[a, p] - margin < similarity[a, n] < similarity[a, p]
            if labels[n] != labels[a] and inside and (best is None or similarity[a, n] > similarity[a, best]):
                best = n
        if best is not None:
            chosen.add((a, p, best))
    return chosen


def slow_batch_hard(similarity, labels):
    chosen = set()
    everyone = range(len(labels))
    for a in everyone:
        positives = [p for p in everyone if p != a and labels[p] == labels[a]]
        negatives = [n for n in everyone if labels[n] != labels[a]]
        if positives and negatives:
            worst = min(positives, key=lambda p: similarity[a, p])
            chosen.add((a, worst, max(negatives, key=lambda n: similarity[a, n])))
    return chosen


SIZES = {"seed": st.integers(0, 10**6), "count": st.integers(1, 14), "labels": st.integers(1, 5)}


@settings(max_examples=60, deadline=None)
@given(margin=st.sampled_from([0.05, 0.2, 0.5, 3.0]), **SIZES)
def test_semi_hard_chooses_what_three_loops_choose(seed, count, labels, margin):
    similarity, labels_B = batch(seed, count, labels)
    slow = slow_semi_hard(similarity, labels_B, torch.tensor(margin))
    assert as_set(semi_hard(similarity, labels_B, margin)) == slow


@settings(max_examples=60, deadline=None)
@given(**SIZES)
def test_batch_hard_chooses_what_three_loops_choose(seed, count, labels):
    similarity, labels_B = batch(seed, count, labels)
    assert as_set(batch_hard(similarity, labels_B, 0.2)) == slow_batch_hard(similarity, labels_B)


def test_a_batch_worked_out_by_hand():
    labels_B = torch.tensor([0, 0, 1, 1])
    similarity = torch.tensor(
        [[1.0, 0.6, 0.5, 0.9], [0.6, 1.0, 0.1, 0.2], [0.5, 0.1, 1.0, 0.3], [0.9, 0.2, 0.3, 1.0]]
    )
    # Anchor 0: positive 1 at 0.6; negative 2 at 0.5 is farther and within 0.2, negative 3 is nearer.
    assert as_set(semi_hard(similarity, labels_B, 0.2)) == {(0, 1, 2), (3, 2, 1)}
    assert as_set(batch_hard(similarity, labels_B, 0.2)) == {(0, 1, 3), (1, 0, 3), (2, 3, 0), (3, 2, 0)}


@pytest.mark.parametrize("mine", MINERS.values(), ids=MINERS)
@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2], [0]])
def test_a_batch_without_a_triplet_gives_empty_indices(mine, labels):
    similarity, _ = batch(0, len(labels), 1)
    triplets = mine(similarity, torch.tensor(labels), 0.2)
    assert [indices.shape for indices in triplets] == [(0,)] * 3
    assert all(indices.dtype == torch.int64 for indices in triplets)


@pytest.mark.parametrize("mine", [semi_hard, batch_hard, hard])
def test_triplets_do_not_depend_on_the_order_of_the_batch(mine):
    similarity, labels_B = batch(5, 12, 3)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(1))
    shuffled = mine(similarity[order][:, order], labels_B[order], 0.3)
    back = {tuple(order[index].item() for index in triplet) for triplet in as_set(shuffled)}
    assert back == as_set(mine(similarity, labels_B, 0.3))


def test_every_miner_that_a_phase_may_name_exists():
    # "pairs" mines nothing: every pair of the batch is scored.
    assert {*MINERS, "pairs"} == set(config.MINERS)


@pytest.mark.parametrize("mine", [semi_hard, batch_hard, hard])
def test_pairs_that_may_not_be_compared_are_never_negatives(mine):
    torch.manual_seed(3)
    embeddings = torch.nn.functional.normalize(torch.randn(24, 6), dim=1)
    labels = torch.arange(24) // 4
    comparable = torch.rand(24, 24) < 0.6
    comparable = comparable & comparable.T
    anchors, _, negatives = mine(embeddings @ embeddings.T, labels, 0.5, comparable)
    assert len(anchors) > 0
    assert comparable[anchors, negatives].all()
    everything = torch.ones(24, 24, dtype=torch.bool)
    for with_all, without in zip(
        mine(embeddings @ embeddings.T, labels, 0.5, everything),
        mine(embeddings @ embeddings.T, labels, 0.5),
        strict=True,
    ):
        assert torch.equal(with_all, without)


def test_hard_takes_the_most_similar_negative_for_every_pair_as_a_slow_loop_does():
    similarity, labels_B = batch(7, 12, 3)
    wanted = set()
    for anchor in range(12):
        others = [other for other in range(12) if labels_B[other] != labels_B[anchor]]
        hardest = max(others, key=lambda other: float(similarity[anchor, other]))
        for positive in range(12):
            if positive != anchor and labels_B[positive] == labels_B[anchor]:
                wanted.add((anchor, positive, hardest))
    assert as_set(hard(similarity, labels_B, 0.2)) == wanted


def test_random_draws_every_negative_and_repeats_with_its_generator():
    similarity, labels_B = batch(1, 9, 3)
    seen = set()
    for seed in range(60):
        triplets = random_negatives(similarity, labels_B, 0.2, None, torch.Generator().manual_seed(seed))
        again = random_negatives(similarity, labels_B, 0.2, None, torch.Generator().manual_seed(seed))
        assert as_set(triplets) == as_set(again)
        anchors, positives, negatives = triplets
        assert (labels_B[anchors] == labels_B[positives]).all()
        assert (labels_B[anchors] != labels_B[negatives]).all()
        assert (anchors != positives).all()
        seen |= set(zip(anchors.tolist(), negatives.tolist(), strict=True))
    wanted = {(a, n) for a in range(9) for n in range(9) if labels_B[a] != labels_B[n]}
    lonely = {a for a in range(9) if (labels_B == labels_B[a]).sum() == 1}  # they have no positive
    assert seen == {(a, n) for a, n in wanted if a not in lonely}


@pytest.mark.parametrize("mine", MINERS.values(), ids=MINERS)
def test_what_shares_a_tag_is_a_positive_and_never_a_negative(mine):
    similarity, _ = batch(2, 4, 2)
    # A chain: 0 and 1 share a tag, 1 and 2 another; 0 and 2 share none; 3 is alone.
    alike_BB = torch.eye(4, dtype=torch.bool)
    for one, other in ((0, 1), (1, 2)):
        alike_BB[one, other] = alike_BB[other, one] = True
    for anchor, positive, negative in as_set(mine(similarity, alike_BB, 2.0)):
        assert alike_BB[anchor, positive]
        assert not alike_BB[anchor, negative]
