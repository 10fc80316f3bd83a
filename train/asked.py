"""What a run's test asks with: the pictures kept out, or strong changes of them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retrieval.types import ImageError
from train.changed import changed_file
from train.samples import Sample, on_threads

# Changes of each picture, fewer of many: about so many queries are enough.
CHANGES, QUERIES = 20, 1000


def changed_samples(samples: Sequence[Sample]) -> list[Sample]:
    """Strong changes of each sample, as somebody else would have taken it; the same ones every time. One that
    cannot be read has none."""
    each = max(1, min(CHANGES, QUERIES // max(1, len(samples))))

    def changes(sample: Sample) -> list[Sample]:
        try:
            photo = sample.open()
        except ImageError:
            return []
        rng = np.random.default_rng(zlib.crc32(sample.name.encode(errors="surrogateescape")))
        return [
            replace(sample, name=f"{sample.name}~changed{number}", path=None, data=changed_file(photo, rng))
            for number in range(1, each + 1)
        ]

    return [one for made in on_threads(changes, samples, "changed") for one in made]
