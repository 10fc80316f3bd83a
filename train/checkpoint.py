"""What a run leaves on disk, written beside and then renamed: a kill leaves the old file or the new one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor


def save(state: dict[str, Any], path: Path) -> None:
    """Raises OSError where the disk is full or closed to us; `path` is then what it was."""
    part = path.with_suffix(".part")
    try:
        torch.save(state, part)
    except RuntimeError as error:  # torch's writer has its own word for a full disk
        part.unlink(missing_ok=True)
        raise OSError(f"{path.name} could not be written to {path.parent} ({error})") from None
    except OSError:
        part.unlink(missing_ok=True)
        raise
    part.rename(path)


def load(path: Path) -> dict[str, Any]:
    """Tensors and plain values only; nothing in the file is executed."""
    return torch.load(path, map_location="cpu", weights_only=True)


def weights_of(module: torch.nn.Module) -> dict[str, Tensor]:
    """A copy of the weights, on the CPU, that goes on unchanged while the module learns."""
    return {name: value.detach().cpu().clone() for name, value in module.state_dict().items()}


def mixed(weights: dict[str, Tensor], others: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """The weights with `share` of the others' in their place, 0 to 1, where those have one of that name."""
    learnt = {name for name, value in weights.items() if name in others and value.is_floating_point()}
    return {
        name: torch.lerp(value, others[name], share) if name in learnt else value
        for name, value in weights.items()
    }
