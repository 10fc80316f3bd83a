"""What a step is scored by, and what it says of itself."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from train.config import Phase, TrainConfig
from train.objective import Objective
from train.pictures import without_tags

PHASE = Phase("all", "semi-hard", 32, 1e-3, pictures=64)
CONFIG = TrainConfig(preparation="colour", proxy_weight=0.0, anchor_weight=0.0, margin=0.2, phases=(PHASE,))
ANGLES = {"near": (0, 5, 10, 12), "far": (0, 5, 90, 95)}


def scored(angles, miner="semi-hard"):
    """The loss and its parts for two labels of two pictures, as unit vectors at these angles in degrees."""
    blank = np.zeros((4, 3, 4, 4), np.uint8)
    pictures = without_tags(blank, np.array(list("aabb")), np.array(list("wxyz")), np.array(["photo"] * 4))
    radians = torch.deg2rad(torch.tensor(angles, dtype=torch.float32))
    embeddings = F.normalize(torch.stack([radians.cos(), radians.sin()], dim=1), dim=1)
    phase = Phase("all", miner, 32, 1e-3, pictures=64)
    objective = Objective(pictures, CONFIG, 2)
    return objective(embeddings, embeddings, np.arange(4), phase, torch.Generator().manual_seed(0))


def test_active_is_the_share_of_pictures_with_an_active_triplet():
    # Every positive is nearer than every negative, by less than the margin: all four still learn.
    assert scored(ANGLES["near"], "batch-hard")[1]["active"] == 1.0
    assert scored(ANGLES["far"], "batch-hard")[1]["active"] == 0.0
    # Each label's first picture is far from the other label, each second one within the margin of it: the
    # semi-hard triplets, active by the way they are chosen, are of half the pictures.
    assert scored((0, 35, 75, 110), "semi-hard")[1]["active"] == 0.5


@pytest.mark.parametrize("angles", ANGLES.values(), ids=ANGLES)
def test_crowding_is_the_mean_cosine_of_different_pictures(angles):
    apart = [np.cos(np.deg2rad(a - b)) for i, a in enumerate(angles) for j, b in enumerate(angles) if i != j]
    assert scored(angles)[1]["crowding"] == pytest.approx(np.mean(apart), abs=1e-5)
