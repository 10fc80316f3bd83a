"""Losses against figures worked out by hand, and their gradients."""

import math

import pytest
import torch
from torch.nn import functional as F

from train.losses import contrast_loss, triplet_loss

SIMILARITY = torch.tensor([[1.0, 0.6, 0.5], [0.6, 1.0, 0.9], [0.5, 0.9, 1.0]])


def indices(*triplets: tuple[int, int, int]) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor(column, dtype=torch.int64) for column in zip(*triplets, strict=True))


def test_the_hinge_is_worked_out_by_hand():
    # 0.2 + 0.5 - 0.6 = 0.1 and 0.2 + 0.9 - 0.6 = 0.5
    loss, active = triplet_loss(SIMILARITY, indices((0, 1, 2), (1, 0, 2)), margin=0.2)
    assert float(loss) == pytest.approx((0.1 + 0.5) / 2)
    assert active == 1.0


def test_triplets_beyond_the_margin_cost_nothing_but_count_in_the_mean():
    # The first is 0.1 apart, margin 0.05: nothing. The second costs 0.35.
    loss, active = triplet_loss(SIMILARITY, indices((0, 1, 2), (1, 0, 2)), margin=0.05)
    assert float(loss) == pytest.approx(0.35 / 2)
    assert active == 0.5


def test_the_gradient_pulls_the_positive_and_pushes_the_negative():
    similarity = SIMILARITY.clone().requires_grad_()
    triplet_loss(similarity, indices((0, 1, 2)), margin=0.2)[0].backward()
    assert similarity.grad[0].tolist() == [0.0, -1.0, 1.0]
    assert not similarity.grad[1:].any()


def test_no_triplets_give_a_zero_that_can_still_be_stepped_on():
    similarity = SIMILARITY.clone().requires_grad_()
    empty = (torch.zeros(0, dtype=torch.int64),) * 3
    loss, active = triplet_loss(similarity, empty, margin=0.2)
    loss.backward()
    assert (float(loss), active) == (0.0, 0.0)
    assert not similarity.grad.any()


def slow_contrast(similarity, labels, temperature, comparable):
    """Equation 2 of Khosla et al., picture by picture."""
    count, total = len(labels), 0.0
    for one in range(count):
        others = [other for other in range(count) if other != one and comparable[one][other]]
        positives = [other for other in range(count) if other != one and labels[other] == labels[one]]
        whole = sum(math.exp(float(similarity[one, other]) / temperature) for other in others)
        logs = [math.log(math.exp(float(similarity[one, p]) / temperature) / whole) for p in positives]
        total -= sum(logs) / max(len(logs), 1)
    return total / count


@pytest.mark.parametrize("labels", [[0, 0, 1, 1, 1, 2], [0, 1, 2, 3, 4, 5], [7] * 6])
def test_the_contrast_is_that_of_a_slow_loop(labels):
    torch.manual_seed(0)
    embeddings = F.normalize(torch.randn(6, 4), dim=1)
    similarity, ids = embeddings @ embeddings.T, torch.tensor(labels)
    comparable = torch.ones(6, 6, dtype=torch.bool)
    # Two pictures of different labels may be kept from being told apart.
    if labels[0] != labels[5]:
        comparable[0, 5] = comparable[5, 0] = False
    wanted = slow_contrast(similarity, labels, 0.1, comparable)
    assert float(contrast_loss(similarity, ids, 0.1, comparable)) == pytest.approx(wanted, abs=1e-5)


def test_the_contrast_of_two_pairs_is_worked_out_by_hand():
    similarity = torch.tensor([[1.0, 0.8, 0.0], [0.8, 1.0, 0.4], [0.0, 0.4, 1.0]])
    loss = contrast_loss(similarity, torch.tensor([0, 0, 1]), 1.0, torch.ones(3, 3, dtype=torch.bool))
    first, second = math.log(1 + math.exp(-0.8)), math.log(1 + math.exp(-0.4))
    assert float(loss) == pytest.approx((first + second + 0.0) / 3, abs=1e-6)


def test_a_step_on_the_contrast_brings_the_positive_nearer():
    torch.manual_seed(0)
    raw = torch.randn(4, 8, requires_grad=True)
    labels, every = torch.tensor([0, 0, 1, 1]), torch.ones(4, 4, dtype=torch.bool)
    unit = F.normalize(raw, dim=1)
    contrast_loss(unit @ unit.T, labels, 0.1, every).backward()
    moved = F.normalize(raw.detach() - 0.1 * raw.grad, dim=1)
    before, after = unit.detach() @ unit.detach().T, moved @ moved.T
    assert after[0, 1] - before[0, 1] > after[0, 2] - before[0, 2]
