"""Losses against figures worked out by hand, and their gradients."""

import math

import pytest
import torch
from torch.nn import functional as F

from train.losses import ProxySoftmax, triplet_loss

SIMILARITY = torch.tensor([[1.0, 0.6, 0.5], [0.6, 1.0, 0.9], [0.5, 0.9, 1.0]])


def indices(*triplets: tuple[int, int, int]) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor(column, dtype=torch.int64) for column in zip(*triplets, strict=True))


def test_the_hinge_is_worked_out_by_hand():
    # 0.2 + 0.5 - 0.6 = 0.1 and 0.2 + 0.9 - 0.6 = 0.5
    loss, active = triplet_loss(SIMILARITY, indices((0, 1, 2), (1, 0, 2)), margin=0.2)
    assert float(loss) == pytest.approx((0.1 + 0.5) / 2)
    assert active.tolist() == [True, True]


def test_triplets_beyond_the_margin_cost_nothing_but_count_in_the_mean():
    # The first is 0.1 apart, margin 0.05: nothing. The second costs 0.35.
    loss, active = triplet_loss(SIMILARITY, indices((0, 1, 2), (1, 0, 2)), margin=0.05)
    assert float(loss) == pytest.approx(0.35 / 2)
    assert active.tolist() == [False, True]


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
    assert (float(loss), active.tolist()) == (0.0, [])
    assert not similarity.grad.any()


def test_the_proxy_loss_is_the_cross_entropy_of_scaled_cosines():
    proxies = ProxySoftmax(labels=2, dim=2, scale=4.0)
    with torch.no_grad():
        proxies.proxies.copy_(torch.tensor([[3.0, 0.0], [0.0, 5.0]]))  # lengths must not matter
    loss = proxies(torch.tensor([[0.6, 0.8]]), torch.tensor([0]))
    log_sum = math.log(math.exp(2.4) + math.exp(3.2))
    assert float(loss.detach()) == pytest.approx(log_sum - 2.4, abs=1e-5)
    only_its_own = proxies(
        torch.tensor([[0.6, 0.8]]), torch.tensor([0]), comparable_BC=torch.tensor([[True, False]])
    )
    assert float(only_its_own.detach()) == pytest.approx(0.0, abs=1e-3)


def test_a_step_on_the_proxies_brings_the_right_one_nearer():
    torch.manual_seed(0)
    proxies = ProxySoftmax(labels=3, dim=8, scale=16.0)
    embedding_1D = F.normalize(torch.randn(1, 8), dim=1)
    before = float(embedding_1D @ F.normalize(proxies.proxies, dim=1)[1])
    proxies(embedding_1D, torch.tensor([1])).backward()
    with torch.no_grad():
        proxies.proxies -= 0.1 * proxies.proxies.grad
    assert float(embedding_1D @ F.normalize(proxies.proxies, dim=1)[1]) > before
