"""What ImageNet's classifier sees in a thing: fixed targets that drawings and line art are tied to.

The untrained backbone knows a thousand things from photos, most of those people draw among them. What it
says of each photo, and on average of each concept's photos, stays a second target while it learns to read
lines; concepts nobody drew in training keep their meaning that way too. Source of the idea: Liu, Xie, Wang
and Yuille, "Semantic-Aware Knowledge Preservation for Zero-Shot Sketch-Based Image Retrieval", ICCV 2019.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from train import torchvision_ops  # noqa: F401  (must come before timm)
from train.concepts import concept
from train.model import EmbeddingModel
from train.pictures import Pictures
from train.weights import imagenet_classifier

from timm.data import ImageNetInfo  # isort: skip


# Names that end in another thing's name, or mean another thing of that name: the custard apple, sea lion,
# guinea pig, Boston bull, Komodo dragon, Madagascar cat and lesser panda; the harmonica (a mouth harp), the
# computer mouse, the ear of corn, and a book jacket, Dutch oven, radio telescope, mashed potato, potter's
# wheel, seat belt and container ship.
MISNOMERS = {956, 150, 338, 195, 48, 383, 387, 593, 673, 998, 921, 544, 755, 935, 739, 785, 510}
# What ImageNet has under other names: breeds, species and kinds.
BY_KIND = {
    "apple": (948,),
    "cat": tuple(range(281, 286)),
    "dog": tuple(range(151, 269)),
    "dolphin": (148,),
    "duck": (97,),
    "fish": (0, 1, *range(389, 398)),
    "flower": (984, 985, 986),
    "sheep": (348, 349),
}


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
        if row is None:
            row = row_of.get(concept(names[0].split()[-1]))
        if row is not None and index not in MISNOMERS:
            targets[row, index] = 1.0
    for name, kinds in BY_KIND.items():
        if name in row_of:
            targets[row_of[name], list(kinds)] = 1.0
    return targets / targets.sum(dim=1, keepdim=True).clamp(min=1.0)


class ImageNetAnchor(nn.Module):
    """Cross-entropy, under ImageNet's held classifier, to what the untrained backbone saw.

    The target of a photo is what was seen in that photo; of another picture, the mean over the photos of
    its concept; of a concept without photos, the classes that bear its name.
    """

    def __init__(self, backbone: str, pictures: Pictures) -> None:
        super().__init__()
        concepts, label_ids = np.unique(pictures.labels, return_inverse=True)
        weight, bias = imagenet_classifier(backbone)
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        photos = np.flatnonzero(pictures.domains == "photo")
        seen = self._seen(backbone, pictures.images_NCHW[photos])
        targets = imagenet_targets([concept(label.replace("_", " ")) for label in concepts.tolist()])
        for label in np.unique(label_ids[photos]):
            targets[label] = seen[label_ids[photos] == label].mean(dim=0)
        # One table for both: a picture's row in it is its photo's, or after those its concept's.
        self.register_buffer("targets", torch.cat([seen, targets]))
        self.row_of = label_ids + len(photos)
        self.row_of[photos] = np.arange(len(photos))

    @torch.no_grad()
    def _seen(self, backbone: str, photos_NCHW: np.ndarray) -> Tensor:
        teacher = EmbeddingModel(backbone, dim=0, channels=photos_NCHW.shape[1]).eval()
        teacher = teacher.to(memory_format=torch.channels_last)
        return torch.cat(
            [torch.zeros(0, len(self.bias))]
            + [
                self._logits(teacher.features(torch.from_numpy(part))).softmax(dim=1)
                for part in np.array_split(photos_NCHW, max(1, len(photos_NCHW) // 64))
                if len(part)
            ]
        )

    def _logits(self, features_BF: Tensor) -> Tensor:
        return F.linear(features_BF, self.weight, self.bias)

    def forward(self, features_BF: Tensor, rows_B: np.ndarray) -> Tensor:
        """Mean over the pictures (by their rows in `pictures`) that have a target; 0 where there is none."""
        targets_BN = self.targets[self.row_of[rows_B]]
        known_B = targets_BN.sum(dim=1) > 0
        if not known_B.any():
            return features_BF.sum() * 0.0
        return F.cross_entropy(self._logits(features_BF[known_B]), targets_BN[known_B])
