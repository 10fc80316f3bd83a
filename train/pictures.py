"""The pictures a training learns from, in memory, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

# art: of an icon set or our own hand. drawing: free-hand. doodle: drawn in twenty seconds.
DOMAINS = ("art", "drawing", "doodle", "photo")


@dataclass(frozen=True)
class Pictures:
    """images_NCHW: uint8, one grey channel (255 is paper) or three of colour; a photo in grey is plain grey.
    labels: N strings ("lion"). sources: N strings, equal where two pictures come from one ("openmoji:1F981").
    domains: N of DOMAINS. filled: (N,) float32, share of the ink that lies inside solid areas (0 for pure
    lines, and for photos). tags_NT: bool, which of T tags each carries; T is 0 where there are none."""

    images_NCHW: np.ndarray
    labels: np.ndarray
    sources: np.ndarray
    domains: np.ndarray
    filled: np.ndarray
    tags_NT: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def only(self, keep: np.ndarray) -> Pictures:
        """Those of the rows given, as numbers or as N bool."""
        return Pictures(*(getattr(self, entry.name)[keep] for entry in fields(self)))


def without_tags(
    images_NCHW: np.ndarray,
    labels: np.ndarray,
    sources: np.ndarray,
    domains: np.ndarray,
    filled: np.ndarray | None = None,
) -> Pictures:
    count = len(labels)
    solid = np.zeros(count, np.float32) if filled is None else filled
    return Pictures(images_NCHW, labels, sources, domains, solid, np.zeros((count, 0), dtype=bool))
