"""A gallery that is searched by what each record and its nearest have in common.

A photo's own light and ground average out over its neighbours, and what they share stays: the thing.
Drawings, which have neither, find that better.
"""

from __future__ import annotations

import numpy as np

POWER = 3  # of the similarity that a neighbour weighs
AT_ONCE = 1024  # rows of similarities held


def smoothed(gallery_ND: np.ndarray, neighbours: int) -> np.ndarray:
    """(N, D) unit vectors: each record's mean with its `neighbours` nearest, weighted by similarity to the
    third power; 0 neighbours leave all as they are.

    Queries must not be among the records: each would find itself in its neighbours.
    Source: database-side augmentation, Arandjelovic and Zisserman, "Three things everyone should know to
    improve object retrieval", CVPR 2012; weights as in Gordo et al., "End-to-end Learning of Deep Visual
    Representations for Image Retrieval", IJCV 2017.
    """
    if not neighbours:
        return gallery_ND
    count = min(neighbours + 1, len(gallery_ND))  # the record itself is its own nearest
    means_ND = np.empty_like(gallery_ND)
    for start in range(0, len(gallery_ND), AT_ONCE):
        similarity_BN = gallery_ND[start : start + AT_ONCE] @ gallery_ND.T
        nearest_BK = np.argpartition(-similarity_BN, count - 1, axis=1)[:, :count]
        weights_BK = np.take_along_axis(similarity_BN, nearest_BK, axis=1).clip(min=0.0) ** POWER
        means_ND[start : start + AT_ONCE] = np.einsum("bk,bkd->bd", weights_BK, gallery_ND[nearest_BK])
    return means_ND / np.linalg.norm(means_ND, axis=1, keepdims=True)
