"""How wrong logits are: cross-entropy of each pixel, and Dice, which every category weighs in alike."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from retrieval.segmentation import ANSWERS, CATEGORIES, VOID
from train.segment.config import SegmenterConfig

OBJECT = CATEGORIES.index("object")


def segmentation_loss(
    logits_BChw: Tensor, truth_BHW: Tensor, config: SegmenterConfig
) -> tuple[Tensor, dict[str, float]]:
    """The loss that is minimised, and its parts as numbers.

    logits_BChw: of 7 categories, at any size: they are scaled to the masks', as a served mask is. truth_BHW:
    int64 category ids; void is left out of everything."""
    logits_BCHW = F.interpolate(
        logits_BChw.float(), truth_BHW.shape[-2:], mode="bilinear", align_corners=False
    )
    weight_C = torch.ones(ANSWERS, device=logits_BChw.device)
    weight_C[OBJECT] = config.object_weight
    counted = weight_C[truth_BHW[truth_BHW != VOID]].sum()
    log_shares_BCHW = logits_BCHW.log_softmax(dim=1)  # once for both parts: at full size it is not cheap
    # Summed and divided by hand: the mean over no pixel at all would be no number.
    summed = F.nll_loss(log_shares_BCHW, truth_BHW, weight_C, ignore_index=VOID, reduction="sum")
    total = summed / counted.clamp(min=1)
    parts = {"cross-entropy": float(total.detach())}
    if config.loss == "cross-entropy+dice":
        overlap = dice_loss(log_shares_BCHW.exp(), truth_BHW)
        parts["dice"] = float(overlap.detach())
        total = total + config.dice_weight * overlap
    return total, {"loss": float(total.detach())} | parts


def dice_loss(shares_BCHW: Tensor, truth_BHW: Tensor) -> Tensor:
    """1 - soft Dice, in [0, 1]: the mean over the categories that some pixel of the batch is.

    shares_BCHW: probabilities. The whole batch is one picture: a category that one photo has a few pixels of
    does not weigh as much there as in a photo that is full of it. 0 where every pixel is void.
    Source: Milletari, Navab, Ahmadi, "V-Net", 3DV 2016, without the squares."""
    # Each pixel's probability of what it truly is; one-hot masks of the batch would cost a fifth of a step.
    places_N, truth_N = (truth_BHW != VOID).flatten().nonzero()[:, 0], truth_BHW.flatten()
    truth_N = truth_N[places_N]
    true_C = torch.bincount(truth_N, minlength=ANSWERS)
    present_C = true_C > 0
    if not present_C.any():
        return torch.zeros((), device=shares_BCHW.device)
    right_BHW = shares_BCHW.gather(1, truth_BHW.clamp_max(ANSWERS - 1)[:, None])[:, 0]
    overlap_C = torch.zeros(ANSWERS, device=shares_BCHW.device).index_add(
        0, truth_N, right_BHW.flatten()[places_N]
    )
    said_C = (shares_BCHW * (truth_BHW != VOID)[:, None].float()).sum((0, 2, 3))
    dice_C = 2 * overlap_C / (said_C + true_C).clamp_min(1e-6)
    return 1 - dice_C[present_C].mean()
