"""What the core says to those who train, in French; the rest is in retrieval/ui/french.py."""

from __future__ import annotations

import re

from retrieval.ui.french import in_both

_FRENCH: tuple[tuple[str, str], ...] = (
    (
        r"The collection '(.+)' has (\d+) records; wanted: .*",
        r"La collection « \1 » a \2 notices ; il en faut 3.",
    ),
    (
        r"The collection '(.+)' reads no label from its records\.",
        r"La collection « \1 » ne lit aucun nom sur ses notices.",
    ),
    (
        r"Every record of '(.+)' has a label of its own; .*",
        r"Chaque notice de « \1 » porte un nom à elle ; aucune ne peut voter pour une autre.",
    ),
)


def said(sentence: str) -> dict[str, str]:
    """A sentence of the core in both languages: {"en": ..., "fr": ...}."""
    for pattern, french in _FRENCH:
        if re.fullmatch(pattern, sentence, flags=re.DOTALL):
            return {"en": sentence, "fr": re.sub(pattern, french, sentence, count=1, flags=re.DOTALL)}
    return in_both(sentence)
