"""A graph on disk, opened for ONNX Runtime: the one place that says how."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort

from retrieval.types import BundleError


def open_graph(path: Path, threads: int) -> ort.InferenceSession:
    """threads: of one answer; 0 leaves the choice to ONNX Runtime (one per physical core). Raises BundleError
    when the file is no graph."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that spin while idle would take the second core from everything else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises many types of its own
        raise BundleError(
            f"{path.name} is no graph ONNX Runtime can open ({type(error).__name__})."
        ) from None
