"""What the engravings starter shows: every motif, its French name, its tags and its drawings.

The table itself is motifs.json beside this file, one motif to a line, so that a change reads well; every
drawing in it was looked at and truly shows its motif. Here it is read, checked and typed. A source is
`<set>:<name>` of train.line_art, or `ornament:<name>/<design>` of our own hand (train.starters.ornaments).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from train.concepts import hand

MIN_TAGS, MAX_TAGS = 3, 6
HELD_OUT_SHARE = 0.25
MIN_SOURCES_TO_HOLD_OUT = 3


@dataclass(frozen=True)
class Motif:
    """One motif. fr: its French name. sources: its drawings, each a different one."""

    label: str
    fr: str
    group: str
    tags: tuple[str, ...]
    sources: tuple[str, ...]


def held_out(motif: Motif) -> tuple[str, ...]:
    """The sources kept out of training, about one in four and at least one, in the motif's order.

    The choice follows the SHA-256 of the source names, so it stays when other motifs change. The finishes
    of one drawing (`concepts.hand`) are held out together or not at all, unless they alone are more than
    the share. Empty for a motif of fewer than MIN_SOURCES_TO_HOLD_OUT sources.
    """
    if len(motif.sources) < MIN_SOURCES_TO_HOLD_OUT:
        return ()
    share = max(1, round(len(motif.sources) * HELD_OUT_SHARE))
    drawn = sorted(motif.sources, key=lambda source: hashlib.sha256(source.encode()).hexdigest())
    chosen: set[str] = set()
    for source in drawn:
        of_hand = {other for other in drawn if hand(other) == hand(source)}
        if len(chosen | of_hand) <= share:
            chosen |= of_hand
    return tuple(source for source in motif.sources if source in (chosen or {drawn[0]}))


def parse(table: Mapping) -> tuple[tuple[Motif, ...], dict[str, str]]:
    """The motifs of a table, and the French of every label, tag and group in it.

    Raises ValueError for an unknown or missing key, a label or a source that comes twice, too few or too
    many tags, a motif without sources, and for a word without French or with two different ones.
    """
    motifs, french, seen = [], dict(table["french"]), set()
    for row in table["motifs"]:
        if set(row) != set(Motif.__dataclass_fields__):
            raise ValueError(f"{row.get('label')!r} has the keys {sorted(row)}")
        motif = Motif(row["label"], row["fr"], row["group"], tuple(row["tags"]), tuple(row["sources"]))
        if not MIN_TAGS <= len(motif.tags) <= MAX_TAGS:
            raise ValueError(f"{motif.label!r} has {len(motif.tags)} tags, wanted {MIN_TAGS} to {MAX_TAGS}")
        if not motif.sources or not all(":" in source for source in motif.sources):
            raise ValueError(f"{motif.label!r} has no sources, or one that is not <set>:<name>")
        names = {f"motif {motif.label}", *motif.sources}
        if len(names) <= len(motif.sources) or seen & names:
            raise ValueError(f"{motif.label!r} or one of its sources comes twice: {sorted(seen & names)}")
        seen |= names
        if french.setdefault(motif.label, motif.fr) != motif.fr:
            raise ValueError(f"{motif.label!r} is {motif.fr!r} and also {french[motif.label]!r} in French")
        motifs.append(motif)
    wordless = {word for motif in motifs for word in (motif.group, *motif.tags)} - set(french)
    if wordless:
        raise ValueError(f"no French for {sorted(wordless)}; add it under 'french' in motifs.json")
    return tuple(motifs), french


MOTIFS, FRENCH = parse(json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8")))
