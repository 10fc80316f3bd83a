"""Pictures to unit vectors, with ONNX Runtime."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from retrieval import images
from retrieval.graph import open_graph
from retrieval.types import BundleError, Embedding, Kind


@dataclass(frozen=True)
class Preparation:
    """How a picture becomes what the graph takes. channels: C of it. apply: (RGB picture, kind, S) -> (uint8
    of C x S x S values, the kind it was taken for); raises ImageError."""

    channels: int
    apply: Callable[[Image.Image, Kind, int], tuple[np.ndarray, str]]


# By the name that config.json gives it.
PREPARATIONS: Mapping[str, Preparation] = {
    "ink": Preparation(1, images.ink_on_paper),
    "colour": Preparation(3, images.colour_square),
    "thumbnail": Preparation(3, images.colour_thumbnail),
    "letterbox": Preparation(3, images.colour_letterbox),
    "drawing-or-colour": Preparation(3, images.drawing_or_colour),
}


@dataclass(frozen=True)
class EncoderConfig:
    """model/config.json, the part serving needs. size: pixels a side of what the graph takes. dim: of
    its vectors. preparation: one of PREPARATIONS ("ink": one grey channel, the others RGB). prepared_size:
    pixels a side that pictures are prepared at and then made as small as `size`, as training does; 0 prepares
    them at `size` itself."""

    size: int
    dim: int
    preparation: str = "ink"
    prepared_size: int = 0

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> EncoderConfig:
        """Raises BundleError for missing or unknown values."""
        try:
            config = cls(
                int(values["size"]),
                int(values["dim"]),
                str(values["preparation"]),
                int(values.get("prepared_size", 0)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"config.json lacks a usable value ({error}); export the bundle again."
            ) from None
        known = config.preparation in PREPARATIONS
        sized = 32 <= config.size <= (config.prepared_size or config.size) <= 512
        if not known or not sized or not 1 <= config.dim <= 4096:
            raise BundleError(f"config.json holds values this Burin does not know: {config}.")
        return config

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, S, S) of one prepared picture."""
        return PREPARATIONS[self.preparation].channels, self.size, self.size


class Encoder:
    """An opened encoder.onnx. Safe to share between threads."""

    def __init__(self, path: Path, config: EncoderConfig, threads: int = 0) -> None:
        """threads: of one encoding; 0 leaves the choice to ONNX Runtime (one per physical core).
        Raises BundleError when the file is no graph, or takes or gives another shape than config says."""
        self.path, self.config = path, config
        self._session = open_graph(path, threads)
        takes = self._session.get_inputs()[0]
        self._input = takes.name
        if tuple(takes.shape[1:]) != config.shape:
            raise BundleError(
                f"{path.name} takes pictures of {_by(takes.shape[1:])}, config.json says "
                f"{_by(config.shape)} ({config.preparation}); export the bundle again."
            )
        seen = self._session.get_outputs()[0].shape[-1]
        if seen != config.dim:
            raise BundleError(f"{path.name} gives vectors of {seen}, config.json says {config.dim}.")

    def prepare(self, image: Image.Image, kind: Kind) -> tuple[np.ndarray, str]:
        """RGB picture -> ((C, S, S) uint8: grey where 255 is paper, or RGB; the kind it was taken for)."""
        config = self.config
        size = config.prepared_size or config.size
        prepared, taken_for = PREPARATIONS[config.preparation].apply(image, kind, size)
        prepared_CSS = prepared.reshape(config.shape[0], size, size)
        return images.smaller(prepared_CSS, config.size), taken_for

    def encode(self, prepared_NCHW: np.ndarray) -> Embedding:
        """(N, C, S, S) uint8 from `prepare` -> (N, D) float32 of unit norm."""
        return self._session.run(None, {self._input: prepared_NCHW})[0]


def _by(shape: Sequence[int | str]) -> str:
    return " x ".join(map(str, shape))
