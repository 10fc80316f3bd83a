"""Says when a training goes nowhere: the two ways a triplet loss dies."""

from __future__ import annotations

from collections.abc import Mapping

LONG = 10  # sightings in a row before anything is said
CROWDED = 0.98  # mean similarity of a batch, cosine


class Watch:
    """Looks at the parts of the loss as they are logged and speaks up once for each thing that is wrong."""

    def __init__(self, margin: float) -> None:
        self._margin = margin
        self._collapsed = self._idle = 0

    def sees(self, parts: Mapping[str, float]) -> str | None:
        """One sentence when the embeddings have collapsed or no triplet teaches any more; None otherwise."""
        if "triplet" not in parts:
            return None
        # Everything in one place: each negative is as near as each positive, the loss is the margin.
        at_margin = abs(parts["triplet"] - self._margin) < 0.02 * self._margin and parts["active"] > 0.99
        self._collapsed = self._collapsed + 1 if parts["crowding"] > CROWDED or at_margin else 0
        self._idle = self._idle + 1 if parts["active"] == 0.0 else 0
        if self._collapsed == LONG:
            return (
                f"the embeddings have collapsed: the triplet loss stays at the margin ({self._margin}) and "
                "everything is alike; lower the learning rate or begin with random or semi-hard triplets"
            )
        if self._idle == LONG:
            return (
                "no triplet is active any more: every negative is beyond the margin; take a harder miner, a "
                "larger margin, or stop here"
            )
        return None
