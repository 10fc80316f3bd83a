"""What ImageNet calls each concept: a fixed set of directions that drawings and line art are tied to.

The backbone's own classifier knows a thousand things from photos, most of those people draw among them.
Keeping it, unchanged, as a second target for every picture whose concept it knows carries that meaning
over to lines, and to concepts nobody drew in training. Source of the idea: Liu, Xie, Wang and Yuille,
"Semantic-Aware Knowledge Preservation for Zero-Shot Sketch-Based Image Retrieval", ICCV 2019.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from train import torchvision_ops  # noqa: F401  (must come before timm)
from train.concepts import concept
from train.model import imagenet_classifier

from timm.data import ImageNetInfo  # isort: skip


# Names that end in another thing's name.
MISNOMERS = {"custard apple", "sea lion", "sea snake"}


def imagenet_targets(concepts: list[str]) -> Tensor:
    """(C, 1000) float32: the share each ImageNet class has in each concept, by name; zeros where none has.

    A class belongs to the concept that one of its names is, or that its first name ends in: "brown bear"
    is a bear.
    """
    info = ImageNetInfo()
    targets = torch.zeros(len(concepts), info.num_classes())
    row_of = {name: row for row, name in enumerate(concepts)}
    for index in range(info.num_classes()):
        names = [concept(name) for name in info.index_to_description(index).split(",")]
        row = next((row_of[name] for name in names if name in row_of), None)
        if row is None and names[0] not in MISNOMERS:
            row = row_of.get(concept(names[0].split()[-1]))
        if row is not None:
            targets[row, index] = 1.0
    return targets / targets.sum(dim=1, keepdim=True).clamp(min=1.0)


class ImageNetAnchor(nn.Module):
    """Cross-entropy of the backbone's features under its own, held, ImageNet classifier."""

    def __init__(self, backbone: str, concepts: list[str]) -> None:
        super().__init__()
        weight, bias = imagenet_classifier(backbone)
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.register_buffer("targets", imagenet_targets(concepts))

    def forward(self, features_BF: Tensor, label_ids_B: Tensor) -> Tensor:
        """Mean over the pictures whose concept ImageNet knows; 0 where there is none."""
        targets_BN = self.targets[label_ids_B]
        known_B = targets_BN.sum(dim=1) > 0
        if not known_B.any():
            return features_BF.sum() * 0.0
        logits = F.linear(features_BF[known_B], self.weight, self.bias)
        return F.cross_entropy(logits, targets_BN[known_B])
