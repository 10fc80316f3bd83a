"""Blends of two labels' pictures: which, how much of each, and what they are scored by."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from train.batches import Batches
from train.blending import Blend, blend_of
from train.config import Phase, TrainConfig
from train.objective import Objective
from train.pictures import without_tags

PHASE = Phase("all", "semi-hard", 32, 1e-3, pictures=64, strength=0.0)
CONFIG = TrainConfig(
    preparation="colour",
    labels_per_batch=4,
    records_per_label=2,
    drawn_share=0.0,
    anchor_weight=0.0,
    proxy_weight=1.0,
    flips=False,
    phases=(PHASE,),
)


def pictures():
    """Four labels of three flat photos each, a grey of its own for every label."""
    labels = np.repeat(list("abcd"), 3)
    greys = np.repeat([40, 90, 140, 190], 3).astype(np.uint8)
    images = np.broadcast_to(greys[:, None, None, None], (12, 3, 8, 8)).copy()
    return without_tags(images, labels, np.arange(12).astype(str), np.array(["photo"] * 12))


def own_and_other():
    return torch.zeros(2, 3, 10, 10), torch.ones(2, 3, 10, 10)


def test_the_other_picture_shows_through_by_its_share():
    blended = Blend(1, 0.7).pictures(*own_and_other())
    assert torch.allclose(blended, torch.full_like(blended, 0.3))


def test_a_box_of_the_other_picture_takes_the_place_of_ones_own():
    blended = Blend(1, 0.75, (0.0, 0.5, 0.5, 1.0)).pictures(*own_and_other())
    assert blended[:, :, :5, 5:].eq(1.0).all()
    assert blended.mean() == 0.25


def test_the_other_row_is_of_the_label_so_many_further():
    rows = np.array([0, 1, 10, 11, 20, 21])
    assert Blend(1, 0.5).others(rows, 2).tolist() == [10, 11, 20, 21, 0, 1]
    assert Blend(2, 0.5).others(rows, 2).tolist() == [20, 21, 0, 1, 10, 11]


def test_blends_repeat_with_their_seed_and_are_as_many_as_was_asked():
    drawn = [blend_of(0.3, 8, (0, step)) for step in range(2000)]
    assert drawn == [blend_of(0.3, 8, (0, step)) for step in range(2000)]
    made = [blend for blend in drawn if blend]
    assert 0.26 < len(made) / len(drawn) < 0.34
    assert {blend.shift for blend in made} == set(range(1, 8))
    assert 0.4 < np.mean([blend.box is not None for blend in made]) < 0.6
    assert not any(blend_of(0.0, 8, (0, step)) for step in range(100))


def test_a_box_is_as_large_as_the_other_share_and_within_the_picture():
    boxes = [blend for step in range(500) if (blend := blend_of(1.0, 4, (1, step))).box]
    for blend in boxes:
        top, left, bottom, right = blend.box
        assert 0.0 <= top <= bottom <= 1.0 + 1e-9
        assert 0.0 <= left <= right <= 1.0 + 1e-9
        assert (bottom - top) * (right - left) == pytest.approx(1.0 - blend.share)


@pytest.mark.parametrize("labels", [range(4), range(2, 4)], ids=["alone", "as the second of two"])
def test_a_batch_is_blended_as_it_says_by_whichever_process(labels):
    config = TrainConfig(**{**vars(CONFIG), "blended": 1.0})
    batches, plain = (Batches(pictures(), each, PHASE, 0) for each in (config, CONFIG))
    for step in range(6):
        blend = batches.blend(step)
        whole = plain.images(step, range(4))
        rows = [row for label in labels for row in (2 * label, 2 * label + 1)]
        others = torch.roll(whole, -2 * blend.shift, 0)
        assert torch.equal(batches.images(step, labels), blend.pictures(whole, others)[rows])


def test_a_run_without_blends_has_none():
    assert all(Batches(pictures(), CONFIG, PHASE, 0).blend(step) is None for step in range(50))


def test_a_blend_is_scored_by_both_labels_and_makes_no_triplet():
    torch.manual_seed(0)
    objective = Objective(pictures(), CONFIG, 5)
    embeddings = F.normalize(torch.randn(8, 5), dim=1)
    rows = np.array([0, 1, 3, 4, 6, 7, 9, 10])
    blend = Blend(1, 0.7)
    loss, parts = objective(embeddings, embeddings, rows, PHASE, torch.Generator(), blend)
    own = torch.tensor([0, 0, 1, 1, 2, 2, 3, 3])
    wanted = 0.7 * objective.proxies(embeddings, own) + 0.3 * objective.proxies(embeddings, (own + 1) % 4)
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    assert "triplet" not in parts
    assert parts["loss"] == pytest.approx(wanted.item(), rel=1e-4)


@pytest.mark.parametrize(
    "wrong", [{"blended": 1.5}, {"blended": -0.1}, {"blended": 0.5, "proxy_weight": 0.0}]
)
def test_a_share_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="blended"):
        TrainConfig(**{**vars(CONFIG), **wrong})
