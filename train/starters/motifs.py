"""What the engravings starter shows: every motif, its French name, its tags and its drawings.

The table itself is motifs.json beside this file, one motif to a line, so that a change reads well; every
drawing in it was looked at and truly shows its motif. Here it is read, checked and typed. A source is
`<set>:<name>` of train.line_art, or `ornament:<name>/<design>` of our own hand (train.starters.ornaments).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MIN_TAGS, MAX_TAGS = 3, 6


@dataclass(frozen=True)
class Motif:
    """One motif. fr: its French name. sources: its drawings, each a different one."""

    label: str
    fr: str
    group: str
    tags: tuple[str, ...]
    sources: tuple[str, ...]


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
