"""Simulated drawing keeps the picture a drawing of the same thing, and repeats with its seed."""

import numpy as np
import pytest
import torch

from tests.helpers import SHAPES, shape
from train.augment import simulate_drawing


def ink(side: int = 96, copies: int = 8) -> torch.Tensor:
    """(B, 1, side, side) ink of the shapes, each several times."""
    grey = [
        np.asarray(shape(name, side=side).convert("L"), np.float32) for name in SHAPES for _ in range(copies)
    ]
    return 1.0 - torch.from_numpy(np.stack(grey)).unsqueeze(1) / 255.0


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("size", [48, 96, 128])
@pytest.mark.parametrize("strength", [0.0, 1.0, 1.5])
def test_the_result_is_ink_between_0_and_1_at_the_size_asked_for(size, strength):
    drawn = simulate_drawing(ink(), torch.zeros(32), size, seeded(), strength)
    assert drawn.shape == (32, 1, size, size)
    assert drawn.dtype == torch.float32
    assert torch.isfinite(drawn).all()
    assert drawn.min() >= 0
    assert drawn.max() <= 1


def test_the_same_seed_gives_the_same_batch_and_another_gives_another():
    one, same, other = (simulate_drawing(ink(), torch.zeros(32), 64, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_the_picture_given_is_not_changed():
    before = ink()
    given = before.clone()
    simulate_drawing(given, torch.ones(32), 64, seeded())
    assert torch.equal(given, before)


def test_no_two_versions_of_one_picture_are_the_same():
    drawn = simulate_drawing(ink(copies=1)[:1].repeat(16, 1, 1, 1), torch.zeros(16), 64, seeded())
    for index in range(1, 16):
        assert not torch.equal(drawn[0], drawn[index])


def test_lines_survive():
    """However wild the hand, every picture keeps a good part of its ink and none becomes a blot."""
    before = ink(copies=32)
    drawn = simulate_drawing(before, torch.zeros(len(before)), 96, seeded())
    left = drawn.mean(dim=(1, 2, 3)) / before.mean(dim=(1, 2, 3))
    assert left.min() > 0.15
    assert left.max() < 6


def test_without_strength_the_drawing_stays_in_its_place():
    before = ink(copies=16)
    drawn = simulate_drawing(before, torch.zeros(len(before)), 96, seeded(), strength=0.0)
    either_way = torch.maximum(before, before.flip(3))  # most things face either way
    near = torch.nn.functional.max_pool2d(either_way, 9, stride=1, padding=4)
    outside = (drawn * (near < 0.05)).sum() / drawn.sum()
    assert outside < 0.02


def test_a_drawing_stays_nearer_to_its_own_shape_than_to_others():
    soft = torch.nn.AvgPool2d(9, stride=4)
    plain = ink(copies=1)
    both = torch.stack([soft(plain).flatten(1), soft(plain.flip(3)).flatten(1)])
    both = torch.nn.functional.normalize(both, dim=2)
    before = ink(copies=32)
    drawn = soft(simulate_drawing(before, torch.zeros(len(before)), 96, seeded())).flatten(1)
    similarity = torch.einsum("bd,fsd->bfs", torch.nn.functional.normalize(drawn, dim=1), both).amax(dim=1)
    right = similarity.argmax(dim=1) == torch.arange(len(SHAPES)).repeat_interleave(32)
    assert right.float().mean() > 0.7  # plain overlap; chance is 0.25


def test_solid_shapes_are_often_drawn_as_outlines_and_lines_never_are():
    solid = torch.zeros(200, 1, 96, 96)
    solid[:, :, 24:72, 24:72] = 1
    middle = (slice(None), 0, slice(40, 56), slice(40, 56))
    filled = simulate_drawing(solid, torch.ones(200), 96, seeded(), strength=0.0)[middle].mean(dim=(1, 2))
    hollow = (filled < 0.1).float().mean()
    assert 0.45 < hollow < 0.75
    kept = simulate_drawing(solid, torch.zeros(200), 96, seeded(), strength=0.0)[middle].mean(dim=(1, 2))
    assert (kept > 0.3).all()


def test_blank_paper_stays_blank():
    assert not simulate_drawing(torch.zeros(4, 1, 64, 64), torch.zeros(4), 64, seeded()).any()


def test_what_may_not_be_mirrored_never_is_and_all_else_stays_as_it_was():
    """A letter has its own way round; sparing it changes no other picture of the batch."""
    hook = torch.zeros(64, 1, 96, 96)
    hook[:, :, 20:76, 30:36] = 1
    hook[:, :, 70:76, 30:66] = 1  # an L: its foot points right
    spared = torch.arange(64) % 2 == 0
    free = simulate_drawing(hook, torch.zeros(64), 96, seeded(), strength=0.0)
    held = simulate_drawing(hook, torch.zeros(64), 96, seeded(), strength=0.0, flips_B=~spared)
    for way_round in (free, held):
        upright = way_round[..., 40:60, 24:42].sum(dim=(1, 2, 3)) > 0  # else the stem stands on the right
        assert not upright[~spared].all()
        assert upright[spared].all() == (way_round is held)
    assert torch.equal(held[~spared], free[~spared])
    for none_spared in (None, torch.ones(64, dtype=torch.bool)):
        again = simulate_drawing(hook, torch.zeros(64), 96, seeded(), strength=0.0, flips_B=none_spared)
        assert torch.equal(again, free)
