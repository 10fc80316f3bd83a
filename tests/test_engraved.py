"""A photo engraved: still ink on paper, dark where it was dark, and repeatable."""

import pytest
import torch

from train.engraved import _MANNERS, MANNERS, engraved


def tones(count: int = 16, side: int = 96) -> torch.Tensor:
    """(B, 1, side, side): a dark disc on light ground, with a gradient across both."""
    down, across = torch.meshgrid(torch.linspace(-1, 1, side), torch.linspace(-1, 1, side), indexing="ij")
    disc = torch.where(torch.hypot(down, across) < 0.5, 0.25, 0.8) + 0.1 * across
    return disc.expand(count, 1, side, side).contiguous()


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("side", [48, 96])
def test_the_result_is_between_ink_and_paper_and_repeats_with_its_seed(side):
    photos = tones(side=side)
    one, same, other = (engraved(photos, seeded(seed)) for seed in (1, 1, 2))
    assert one.shape == photos.shape
    assert torch.isfinite(one).all()
    assert one.min() >= 0
    assert one.max() <= 1
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("manner", sorted(_MANNERS))
def test_every_manner_shows_the_outline(manner):
    photos = tones(count=32)
    made = _MANNERS[manner](photos, seeded())
    down, across = torch.meshgrid(torch.linspace(-1, 1, 96), torch.linspace(-1, 1, 96), indexing="ij")
    away = (torch.hypot(down, across) - 0.5).abs()
    on_outline, on_ground = made[..., away < 0.06].mean(), made[..., (away > 0.2) & (away < 0.35)].mean()
    assert on_outline < on_ground - 0.1


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_photo_of_one_tone_breaks_nothing(level):
    made = engraved(torch.full((24, 1, 64, 64), level), seeded())
    assert torch.isfinite(made).all()


def test_the_manners_share_everything_between_them():
    assert set(dict(MANNERS)) == set(_MANNERS)
    assert sum(share for _, share in MANNERS) == pytest.approx(1.0)
    # Whatever the dice, no photo is left without a manner: it would stay black.
    assert engraved(tones(512, 16), seeded()).amax(dim=(1, 2, 3)).min() > 0.5
