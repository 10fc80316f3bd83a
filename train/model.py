"""The network that learns: a timm backbone, a head, unit vectors out."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from train import torchvision_ops  # noqa: F401  (must come before timm)
from train.config import Learns, TrainConfig
from train.weights import imagenet_weights

import timm  # isort: skip

# "The last 40 layers" in Keras' counting, of an EfficientNet: conv_head, blocks.6 and the end of blocks.5.
END_BLOCKS = 3


class EmbeddingModel(nn.Module):
    """(B, C, S, S) uint8 or float in [0, 255], C of one grey channel or three -> (B, D) unit vectors.

    The normalisation is part of the forward pass, so that the exported graph takes plain pixels. One grey
    channel is carried into the three the backbone was trained on by summing its first filters, which is
    exactly the same as repeating the channel three times where the backbone scales all three alike.

    The network is a row of stages. Those before the cut are held: their activations can be computed once
    (`trunk`) and the rest run again and again (`rest`), which is how a head trains in seconds.
    """

    def __init__(
        self,
        backbone: str = "tf_efficientnet_lite0",
        dim: int = 256,
        pretrained: bool = True,
        channels: int = 1,
        hidden: int = 0,
        classes: int = 0,
    ) -> None:
        """dim: 0 leaves the head out (the frozen baseline: the pooled features, unit norm). hidden: units of
        a middle layer; 0 is a linear head. classes: with it, the head gives the probabilities of so many
        classes, and they are the vector. pretrained: ImageNet weights (train/weights.py).
        Raises ValueError for a backbone that is no EfficientNet of timm's."""
        super().__init__()
        self.backbone = timm.create_model(backbone, pretrained=False, num_classes=0, in_chans=3)
        if not hasattr(self.backbone, "conv_stem") or not hasattr(self.backbone, "conv_head"):
            raise ValueError(
                f"{backbone} is no EfficientNet of timm's; wanted: tf_efficientnet_lite0 or efficientnet_b0"
            )
        if pretrained:
            self.backbone.load_state_dict(imagenet_weights(backbone, self.backbone.state_dict()))
        scaling = [torch.tensor(self.backbone.pretrained_cfg[name]) * 255.0 for name in ("mean", "std")]
        if channels == 1:
            stem = self.backbone.conv_stem
            stem.weight = nn.Parameter(stem.weight.detach().sum(dim=1, keepdim=True))
            stem.in_channels = 1
            scaling = [values.mean(dim=0, keepdim=True) for values in scaling]
        mean_C, std_C = scaling
        self.register_buffer("mean", mean_C.view(1, -1, 1, 1), persistent=False)
        self.register_buffer("std", std_C.view(1, -1, 1, 1), persistent=False)
        width = self.backbone.num_features
        if classes:
            self.head = nn.Sequential(nn.Linear(width, classes), nn.Softmax(dim=1))
        elif not dim:
            self.head = nn.Identity()
        elif hidden:
            self.head = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, dim))
        else:
            self.head = nn.Linear(width, dim)
        self.dim: int = classes or dim or width
        self.let_learn("all")

    def forward(self, images_BCHW: Tensor) -> Tensor:
        return self.embed(self.features(images_BCHW))

    def features(self, images_BCHW: Tensor) -> Tensor:
        """(B, F) pooled features of the backbone, before the head."""
        return self.rest(self.trunk(images_BCHW))

    def embed(self, features_BF: Tensor) -> Tensor:
        return F.normalize(self.head(features_BF), dim=1)

    def trunk(self, images_BCHW: Tensor) -> Tensor:
        """What the held stages make of pictures: (B, ...) activations at the cut."""
        x = (images_BCHW.float() - self.mean) / self.std
        for stage in self._stages()[: self.cut]:
            x = stage(x)
        return x

    def rest(self, activations: Tensor) -> Tensor:
        """(B, F) pooled features from the activations at the cut."""
        for stage in self._stages()[self.cut :]:
            activations = stage(activations)
        return activations

    def _stages(self) -> list[nn.Module]:
        net = self.backbone
        blocks = [block for group in net.blocks for block in group]
        return [net.conv_stem, net.bn1, *blocks, net.conv_head, net.bn2, net.global_pool]

    def let_learn(self, learns: Learns, frozen_blocks: int = 0) -> None:
        """Hold what a phase leaves alone: everything but the head, everything before the end, or the stem
        and the first `frozen_blocks` groups of blocks (0: nothing).

        A held stage keeps its running statistics too. Where only the end or the head learns, every
        BatchNorm of the backbone does: few pictures would move them more than they teach.
        """
        stages = self._stages()
        if learns == "head":
            self.cut = len(stages)
        elif learns == "end":
            self.cut = len(stages) - 3 - END_BLOCKS  # conv_head, bn2 and the pooling come after the blocks
        else:
            groups = self.backbone.blocks[:frozen_blocks]
            self.cut = 2 + sum(len(group) for group in groups) if frozen_blocks else 0
        self.requires_grad_(True)
        self.held: list[nn.Module] = list(stages[: self.cut])
        if learns != "all":
            norms = [part for part in self.backbone.modules() if isinstance(part, nn.BatchNorm2d)]
            self.held += norms
        for module in self.held:
            module.requires_grad_(False)
        self.train()

    def train(self, mode: bool = True) -> EmbeddingModel:
        super().train(mode)
        for module in getattr(self, "held", []):
            module.eval()
        return self


def build(config: TrainConfig, classes: int = 0, pretrained: bool = True) -> EmbeddingModel:
    """The network of a run. classes: of the data, for a probe."""
    return EmbeddingModel(
        config.backbone,
        config.dim,
        pretrained,
        config.channels,
        config.hidden,
        classes if config.variant == "probe" else 0,
    )
