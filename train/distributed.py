"""Several processes as one: torchrun starts them, each embeds its part of the batch, all mine the whole.

One process alone is rank 0 of 1 and talks to nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch import distributed as dist


@dataclass(frozen=True)
class Ranks:
    """rank: of this process, from 0. world: how many there are. device: the one it computes on."""

    rank: int
    world: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes and prints."""
        return self.rank == 0

    def part_of(self, labels: int) -> range:
        """Which of a batch's labels this process embeds. Raises ValueError when they do not divide."""
        if labels % self.world:
            raise ValueError(f"{labels} labels a batch do not divide among {self.world} processes")
        each = labels // self.world
        return range(self.rank * each, (self.rank + 1) * each)


def join() -> Ranks:
    """Join the processes torchrun started (RANK, WORLD_SIZE, LOCAL_RANK), or stand alone."""
    world, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    if world > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return Ranks(rank, world, device)


def leave() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, part: Tensor) -> Tensor:
        context.rows = len(part)
        parts = [torch.empty_like(part) for _ in range(dist.get_world_size())]
        dist.all_gather(parts, part.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        # Every process differentiated the same loss by the whole batch; the sum over them, divided by their
        # number in `average_gradients`, is the gradient one process alone would have.
        gradient = gradient.contiguous()
        dist.all_reduce(gradient)
        first = dist.get_rank() * context.rows
        return gradient[first : first + context.rows]


def gathered(part: Tensor, ranks: Ranks) -> Tensor:
    """(b, ...) of every process -> (B, ...) of all, in the order of their ranks, with gradient."""
    return part if ranks.world == 1 else _Gather.apply(part)


def average_gradients(parameters: Iterable[nn.Parameter], ranks: Ranks) -> None:
    """Replace every gradient by its mean over the processes, in one exchange."""
    if ranks.world == 1:
        return
    gradients = [weight.grad for weight in parameters if weight.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    flat /= ranks.world
    for gradient, mean in zip(gradients, flat.split([one.numel() for one in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))


def agreed(value: bool, ranks: Ranks) -> bool:
    """What rank 0 says, on every process: they stop together or not at all."""
    if ranks.world == 1:
        return value
    said = torch.tensor(float(value), device=ranks.device)
    dist.broadcast(said, src=0)
    return bool(said.item())
