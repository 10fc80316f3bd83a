"""What the mistakes of an evaluation have in common, in sentences with their numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from train.report.errors import SURE, Wrong, wrong_queries

if TYPE_CHECKING:
    from train.answers import Answers

UNSURE = 0.5  # confidence up to which an answer hesitates
NEAR = 5  # the right class within the first so many is a near miss
FEWEST = 10  # wrong answers below this show no trend


class Trend(NamedTuple):
    about: str
    sentence: str


def trends(answers: Answers) -> list[Trend]:
    """What the mistakes have in common, in sentences with their numbers; only what the numbers support:
    differences must hold at the lower end of a 95% interval (Wilson, 1927), on 10 wrong answers or more."""
    wrong = wrong_queries(answers)
    if len(wrong) < FEWEST:
        return []
    found = [rule(answers, wrong) for rule in (_worst, _surety, _near, _swallows, _small)]
    return [trend for trend in found if trend]


def _part(count: int, of: int) -> str:
    return f"{count:,} of {of:,} ({count / of:.0%})"


def _at_least(count: int, of: int) -> float:
    """Lower end of the 95% Wilson interval of count / of."""
    z2, share = 1.96**2, count / of
    spread = np.sqrt(z2 * (share * (1 - share) / of + z2 / (4 * of * of)))
    return float((share + z2 / (2 * of) - spread) / (1 + z2 / of))


def _worst(answers: Answers, wrong: list[Wrong]) -> Trend | None:
    total, overall = len(answers.query_labels), len(wrong) / len(answers.query_labels)
    sizes = Counter(answers.query_labels.tolist())
    failed = Counter(answers.query_labels[[one.query for one in wrong]].tolist())
    worse = [label for label, count in failed.items() if _at_least(count, sizes[label]) > overall]
    if not worse:
        return None
    worse.sort(key=lambda label: -failed[label] / sizes[label])
    named = "; ".join(f"{label}, {_part(failed[label], sizes[label])}" for label in worse[:3])
    return Trend(
        "Fails most", f"Wrong more often than the {_part(len(wrong), total)} of all queries: {named}."
    )


def _surety(answers: Answers, wrong: list[Wrong]) -> Trend | None:
    sure = sum(one.confidence >= SURE for one in wrong)
    unsure = sum(one.confidence <= UNSURE for one in wrong)
    if _at_least(sure, len(wrong)) > 0.25:
        said = f"{_part(sure, len(wrong))} wrong answers have a confidence of {SURE:.0%} or more"
        return Trend("Sure of itself", f"Many mistakes are confident: {said}.")
    if _at_least(unsure, len(wrong)) > 0.5:
        said = f"{_part(unsure, len(wrong))} wrong answers have a confidence of {UNSURE:.0%} or less"
        return Trend("Hesitant", f"Most mistakes are hesitant: {said}.")
    return None


def _near(answers: Answers, wrong: list[Wrong]) -> Trend | None:
    near = sum(one.right_rank is not None and one.right_rank <= NEAR for one in wrong)
    first = sum(one.right_rank == 1 for one in wrong)
    said = f"in {_part(near, len(wrong))} wrong answers the right class is among the first {NEAR} records"
    if _at_least(near, len(wrong)) > 0.5:
        vote = f", in {first:,} the very first and outvoted" if first else ""
        return Trend("Near misses", f"Most mistakes are near misses: {said}{vote}.")
    if _at_least(len(wrong) - near, len(wrong)) > 0.7:
        return Trend("Far off", f"Few mistakes are near misses: only {said}.")
    return None


def _swallows(answers: Answers, wrong: list[Wrong]) -> Trend | None:
    rows = [one.query for one in wrong]
    label, count = Counter(answers.predicted_Q[rows].tolist()).most_common(1)[0]
    classes = len(np.unique(answers.query_labels[rows][answers.predicted_Q[rows] == label]))
    held = int((answers.gallery_labels == label).sum())
    if classes < 3 or _at_least(count, len(rows)) <= max(held / len(answers.gallery_labels), 0.1):
        return None
    gallery = f"it holds {_part(held, len(answers.gallery_labels))} gallery records"
    taken = f"{_part(count, len(rows))} wrong answers, from {classes} classes, say {label}"
    return Trend("Swallows others", f"One label swallows others: {taken}, while {gallery}.")


def _small(answers: Answers, wrong: list[Wrong]) -> Trend | None:
    """Classes with at most half the records of the median class, against all others."""
    held = Counter(answers.gallery_labels.tolist())
    held_Q = np.array([held[label] for label in answers.query_labels.tolist()])
    limit = int(np.median(list(held.values())) / 2)
    few_Q, wrong_Q = held_Q <= limit, answers.predicted_Q != answers.query_labels
    if not few_Q.any() or few_Q.all():
        return None
    failed, others = int(wrong_Q[few_Q].sum()), int(wrong_Q[~few_Q].sum())
    if _at_least(failed, int(few_Q.sum())) <= others / int((~few_Q).sum()):
        return None
    small, rest = _part(failed, int(few_Q.sum())), _part(others, int((~few_Q).sum()))
    said = f"with at most {limit} gallery records, {small} queries are wrong; with more, {rest}"
    return Trend("Small classes", f"Small classes do worse: {said}.")
