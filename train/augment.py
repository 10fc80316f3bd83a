"""Simulated drawing: what a hand, a pen and a hurry do to a picture of lines, on whole batches.

All functions take and return ink_B1HW, float32 in [0, 1], 1 is ink. Randomness comes from the torch
Generator given, so a seed repeats a batch exactly.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from train.engraved import engraved


def simulate_drawing(
    ink_B1HW: Tensor,
    filled_B: Tensor,
    size: int,
    rng: Generator,
    strength: float = 1.0,
    photo_B: Tensor | None = None,
    flips_B: Tensor | None = None,
) -> Tensor:
    """One free-hand version of each picture, (B, 1, size, size).

    filled_B: share of solid ink; a solid shape is often drawn as its outline. Then strokes are thickened
    or thinned, dropped in places, and the page is turned, shifted, scaled, warped and seen at a slant.
    strength: 0 leaves the geometry alone, 1 is the whole of it. photo_B: True where the picture is a photo,
    whose grey is no ink: its geometry changes, and half of them are engraved. flips_B: False where a
    mirrored picture would be of something else, a letter for instance; None mirrors half of them all.
    """
    if photo_B is None:
        photo_B = torch.zeros(len(ink_B1HW), dtype=torch.bool)
    ink = _outlined(ink_B1HW, filled_B, rng)
    ink = _warped(ink, size, rng, strength, flips_B)
    cut = _chance(len(ink), 0.5, rng) & photo_B
    if cut.any():
        ink[cut] = 1.0 - engraved(1.0 - ink[cut], rng)
    drawn = _strokes_dropped(_restroked(ink, rng), rng, strength)
    return torch.where(photo_B.view(-1, 1, 1, 1), ink, drawn)


def _chance(count: int, probability: float, rng: Generator) -> Tensor:
    return torch.rand(count, generator=rng) < probability


def _thicker(ink: Tensor, width: int) -> Tensor:
    return F.max_pool2d(ink, width, stride=1, padding=width // 2)


def _thinner(ink: Tensor, width: int) -> Tensor:
    return -F.max_pool2d(-ink, width, stride=1, padding=width // 2)


def _outlined(ink: Tensor, filled_B: Tensor, rng: Generator) -> Tensor:
    chosen = (filled_B > 0.12) & _chance(len(ink), 0.6, rng)
    if chosen.any():
        ink = ink.clone()
        solid = ink[chosen]
        ink[chosen] = solid - _thinner(solid, 5)
    return ink


def _restroked(ink: Tensor, rng: Generator) -> Tensor:
    """A thicker or thinner pen. Thinning is only half applied: a faint line is still a line."""
    dice = torch.rand(len(ink), generator=rng)
    ink = ink.clone()
    for chosen, change in (
        ((dice < 0.30), lambda part: _thicker(part, 3)),
        ((dice >= 0.30) & (dice < 0.38), lambda part: _thicker(part, 5)),
        ((dice >= 0.38) & (dice < 0.55), lambda part: 0.5 * part + 0.5 * _thinner(part, 3)),
    ):
        if chosen.any():
            ink[chosen] = change(ink[chosen])
    # Pen pressure: the darkest ink differs, lines stay visible.
    gain = 0.6 + 0.8 * torch.rand(len(ink), 1, 1, 1, generator=rng)
    return (ink * gain).clamp_(0, 1)


def _strokes_dropped(ink: Tensor, rng: Generator, strength: float) -> Tensor:
    """Gaps where a smooth random field is high: whole stretches of line go, not pixels."""
    count, _, height, width = ink.shape
    field = torch.rand(count, 1, 9, 9, generator=rng)
    field = F.interpolate(field, size=(height, width), mode="bicubic", align_corners=False)
    share = torch.rand(count, 1, 1, 1, generator=rng) * 0.3 * strength
    share = share * _chance(count, 0.6, rng).view(-1, 1, 1, 1)
    return torch.where(field < share, torch.zeros_like(ink), ink)


def _warped(ink: Tensor, size: int, rng: Generator, strength: float, flips_B: Tensor | None = None) -> Tensor:
    """Rotation, shift, scale, aspect, mirror, slant (perspective) and a wavering hand, in one resampling."""
    count = len(ink)

    def spread(scale: float, *shape: int) -> Tensor:
        return (torch.rand(count, *shape, generator=rng) * 2 - 1) * scale * strength

    angle = spread(math.radians(14)) + spread(math.radians(16)) * _chance(count, 0.25, rng)
    zoom_x = torch.exp(spread(0.12)) * torch.exp(spread(0.16)) * 1.02
    zoom_y = torch.exp(spread(0.12)) * 1.02
    mirrored_B = _chance(count, 0.5, rng)  # most things face either way
    if flips_B is not None:
        mirrored_B = mirrored_B & flips_B
    zoom_x = zoom_x * torch.where(mirrored_B, -1.0, 1.0)
    cos, sin = torch.cos(angle), torch.sin(angle)
    theta = torch.stack(
        [
            torch.stack([cos * zoom_x, -sin * zoom_y, spread(0.07)], dim=1),
            torch.stack([sin * zoom_x, cos * zoom_y, spread(0.07)], dim=1),
        ],
        dim=1,
    )
    grid = F.affine_grid(theta, [count, 1, size, size], align_corners=False)
    slant = 1 + (grid * spread(0.12, 2).view(count, 1, 1, 2)).sum(dim=-1, keepdim=True)
    grid = grid / slant.clamp(0.6, 1.6)
    for knots, reach in ((4, 0.13), (9, 0.035)):
        waver = spread(reach, 2, knots, knots) * torch.rand(count, 1, 1, 1, generator=rng)
        waver = F.interpolate(waver, size=(size, size), mode="bicubic", align_corners=True)
        grid = grid + waver.permute(0, 2, 3, 1)
    # Thin lines vanish when a picture is made smaller by sampling points: soften it first.
    if ink.shape[-1] > size:
        ink = F.avg_pool2d(F.pad(ink, (0, 1, 0, 1)), 2, stride=1)
    warped = F.grid_sample(ink, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return (warped * 1.15).clamp_(0, 1)
