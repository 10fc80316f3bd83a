"""Photos as an engraver would cut them: lines, ink or hatching in place of tones, on whole batches.

A network that knows things from photos learns here to know them from lines, whatever the thing: heraldic
lions are found by drawings of lions because photos of other animals were met as lines.
All functions take and return tones_B1HW, float32 in [0, 1], 1 is paper. Randomness comes from the torch
Generator given.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

# Lines resemble what people draw and most engravings show; hatching is rare in both.
MANNERS = (("lines", 0.5), ("ink", 0.35), ("hatching", 0.15))


def engraved(tones_B1HW: Tensor, rng: Generator) -> Tensor:
    """Each photo in one manner, most of them with their surroundings faded to paper."""
    count = len(tones_B1HW)
    low, high = torch.quantile(tones_B1HW.flatten(1), torch.tensor([0.02, 0.98]), dim=1)[
        :, :, None, None, None
    ]
    tones = ((tones_B1HW - low) / (high - low).clamp(min=0.1)).clamp(0, 1)
    made = torch.empty_like(tones)
    dice, reached = torch.rand(count, generator=rng), 0.0
    for manner, share in MANNERS:
        chosen = (dice >= reached) & (dice < reached + share + 1e-6)
        reached += share
        if chosen.any():
            made[chosen] = _MANNERS[manner](tones[chosen], rng)
    return _faded(made, rng)


def _blurred(tones: Tensor, sigma: float) -> Tensor:
    reach = math.ceil(2.5 * sigma)
    kernel = torch.exp(-(torch.arange(-reach, reach + 1.0) ** 2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    padded = F.pad(tones, (reach,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(padded, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))


def _between(low: float, high: float, count: int, rng: Generator) -> Tensor:
    return low + (high - low) * torch.rand(count, 1, 1, 1, generator=rng)


def _lines(tones: Tensor, rng: Generator) -> Tensor:
    """A difference of two blurs, the faintest below the threshold: contours, or their dark side alone."""
    sigma = 0.6 + float(torch.rand(1, generator=rng))
    difference = _blurred(tones, sigma) - _blurred(tones, 1.6 * sigma)
    one_side = _between(0, 1, len(tones), rng) < 0.5
    difference = torch.where(one_side, 1.5 * (-difference).clamp(min=0), difference.abs())
    return (1.12 - difference * _between(8, 30, len(tones), rng)).clamp(0, 1)


def _ink(tones: Tensor, rng: Generator) -> Tensor:
    """Brush and ink: tones sharpened, then cut softly at a threshold.

    Source: Winnemöller, Kyprianidis and Olsen, "XDoG: An eXtended difference-of-Gaussians compendium",
    Computers & Graphics 36(6), 2012.
    """
    count, sigma = len(tones), 0.6 + 0.9 * float(torch.rand(1, generator=rng))
    sharpness = _between(6, 22, count, rng)
    sharp = _blurred(tones, sigma) * (1 + sharpness) - _blurred(tones, 1.6 * sigma) * sharpness
    threshold, softness = _between(0.2, 0.6, count, rng), _between(4, 25, count, rng)
    dark = 1 + torch.tanh(softness * (sharp - threshold))
    return torch.where(sharp > threshold, torch.ones_like(sharp), dark).clamp(0, 1)


def _hatching(tones: Tensor, rng: Generator) -> Tensor:
    """Parallel lines that swell where it is dark and bend with the tone, under the contours."""
    count, _, height, width = tones.shape
    down, across = torch.meshgrid(torch.arange(height) * 1.0, torch.arange(width) * 1.0, indexing="ij")
    angle, period = _between(0, math.pi, count, rng), _between(3, 6, count, rng)
    smooth = _blurred(tones, 1.5)
    bend = 3 * math.pi * smooth * _between(0, 1, count, rng)
    screen = 0.5 + 0.5 * torch.sin(
        2 * math.pi * (across * torch.cos(angle) + down * torch.sin(angle)) / period + bend
    )
    tone = torch.sigmoid((smooth - screen * _between(0.5, 0.9, count, rng)) * 12)
    return torch.minimum(tone, _lines(tones, rng))


def _faded(tones: Tensor, rng: Generator) -> Tensor:
    """Six in ten lose what lies outside an ellipse: an engraved thing stands alone on its paper."""
    count, _, height, width = tones.shape
    down, across = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    x = (across - _between(-0.15, 0.15, count, rng)) / _between(0.65, 1.1, count, rng)
    y = (down - _between(-0.15, 0.15, count, rng)) / _between(0.65, 1.1, count, rng)
    outside = torch.sigmoid((torch.hypot(x, y) - 1) * 12)
    outside = outside * (_between(0, 1, count, rng) < 0.6)
    return tones * (1 - outside) + outside


_MANNERS = {"lines": _lines, "ink": _ink, "hatching": _hatching}
