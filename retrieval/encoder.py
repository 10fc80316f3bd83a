"""Pictures to unit vectors, with ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from PIL import Image

from retrieval import images
from retrieval.types import BundleError, Embedding, Kind


@dataclass(frozen=True)
class EncoderConfig:
    """model/config.json, the part serving needs. size: pixels a side of what the graph takes. dim: of
    its vectors. preparation: how a picture becomes that ("ink": ink on paper, one grey channel)."""

    size: int
    dim: int
    preparation: str = "ink"

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> EncoderConfig:
        """Raises BundleError for missing or unknown values."""
        try:
            config = cls(int(values["size"]), int(values["dim"]), str(values["preparation"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"config.json lacks a usable value ({error}); export the bundle again."
            ) from None
        if config.preparation != "ink" or not 32 <= config.size <= 512 or not 1 <= config.dim <= 4096:
            raise BundleError(f"config.json holds values this Burin does not know: {config}.")
        return config


class Encoder:
    """An opened encoder.onnx. Safe to share between threads."""

    def __init__(self, path: Path, config: EncoderConfig, threads: int = 0) -> None:
        """threads: of one encoding; 0 leaves the choice to ONNX Runtime (one per physical core).
        Raises BundleError when the file is no graph or its vectors have another size than it says."""
        self.config = config
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Threads that spin while idle would take the second core from everything else.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime raises many types of its own
            raise BundleError(
                f"{path.name} is no graph ONNX Runtime can open ({type(error).__name__})."
            ) from None
        self._input = self._session.get_inputs()[0].name
        seen = self._session.get_outputs()[0].shape[-1]
        if seen != config.dim:
            raise BundleError(f"{path.name} gives vectors of {seen}, config.json says {config.dim}.")

    def prepare(self, image: Image.Image, kind: Kind) -> tuple[np.ndarray, str]:
        """RGB picture -> ((1, S, S) uint8 grey, 255 is paper; the kind it was taken for)."""
        ink_HW, taken_for = images.ink_on_paper(image, kind, self.config.size)
        return ink_HW[np.newaxis], taken_for

    def encode(self, prepared_NCHW: np.ndarray) -> Embedding:
        """(N, 1, S, S) uint8 from `prepare` -> (N, D) float32 of unit norm."""
        return self._session.run(None, {self._input: prepared_NCHW})[0]
