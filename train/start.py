"""A start in closed form: the head and the proxies that the frozen backbone already implies; and a way back.

A random head leaves every picture near every other (cosine 0.36 on average) and random proxies first
have to be found; with hundreds of concepts, each met once in many batches, that took most of a short run.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from train.checkpoint import mixed
from train.config import TrainConfig
from train.losses import ProxySoftmax
from train.model import EmbeddingModel


@torch.no_grad()
def whiten_head(features_NF: Tensor, model: EmbeddingModel) -> None:
    """Set the head to half-whitened principal components of the features.

    features_NF: of pictures of every concept, by the untrained backbone. A direction is divided by the
    root of its variance plus the mean variance: whitening that does not blow up the faintest ones.
    Raises ValueError when there are fewer pictures than dimensions.
    """
    dim = model.head.out_features
    if len(features_NF) < dim:
        raise ValueError(f"{len(features_NF)} pictures cannot start {dim} dimensions; show more")
    mean_F = features_NF.mean(dim=0)
    centred = (features_NF - mean_F) / len(features_NF) ** 0.5
    _, spread, axes = torch.linalg.svd(centred, full_matrices=False)
    variance_D = spread[:dim] ** 2
    scale_D = (variance_D + variance_D.mean()).rsqrt()
    model.head.weight.copy_(axes[:dim] * scale_D[:, None])
    model.head.bias.copy_(-(model.head.weight @ mean_F))


@torch.no_grad()
def place_proxies(embeddings_ND: Tensor, label_ids_N: np.ndarray, proxies: ProxySoftmax) -> None:
    """Set each proxy to its concept's mean; one whose concept was not met stays where it is."""
    labels_N = torch.from_numpy(label_ids_N)
    means_CD = torch.zeros_like(proxies.proxies).index_add_(0, labels_N, embeddings_ND)
    met_C = means_CD.norm(dim=1) > 0
    proxies.proxies[met_C] = F.normalize(means_CD[met_C], dim=1)


@torch.no_grad()
def fit_probe(features_NF: Tensor, label_ids_N: np.ndarray, model: EmbeddingModel) -> None:
    """Set the head's linear layer to the logistic regression of the labels on standardised features."""
    # Two seconds to import, and of all runs a probe alone needs it.
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features_NF.numpy())
    probe = LogisticRegression(C=0.01, max_iter=500).fit(scaler.transform(features_NF.numpy()), label_ids_N)
    weight_CF, bias_C = probe.coef_, probe.intercept_
    if len(weight_CF) == 1:  # two classes: scikit-learn keeps the log-odds of the second alone
        weight_CF, bias_C = np.concatenate([-weight_CF, weight_CF]) / 2, np.array([-1.0, 1.0]) * bias_C / 2
    weight_CF = weight_CF / scaler.scale_
    linear = model.head[0]
    linear.weight.copy_(torch.from_numpy(weight_CF))
    linear.bias.copy_(torch.from_numpy(bias_C - weight_CF @ scaler.mean_))


@torch.no_grad()
def mixed_with_imagenet(weights: dict[str, Tensor], config: TrainConfig, share: float) -> dict[str, Tensor]:
    """A run's weights with `share` of the backbone's ImageNet weights in their place, 0 to 1.

    Everything of the backbone is mixed, BatchNorm statistics too; the head is left as it is.
    """
    if not share:
        return weights
    fresh = EmbeddingModel(config.backbone, dim=0, channels=config.channels).state_dict()
    return mixed(weights, fresh, share)
