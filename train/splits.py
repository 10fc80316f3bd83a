"""Training, validation and test: by source or by class, the same for a seed, and never through a picture.

Pictures that look the same are found by a perceptual hash and stay on one side together.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.fft import dctn
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from retrieval.types import ImageError
from train.beside import write_file
from train.config import DataConfig
from train.samples import Sample, on_threads, shown

SIDES = ("train", "validation", "test")
# A picture that looks like one of a held-out class but has another label: of no use on either side.
LEFT_OUT = "left out"
# A picture beside the data that are divided: training sees it, but nothing asks or finds it.
LEARNT = "only learnt"
_COLUMNS = ("name", "label", "source", "domain", "side")
_SIDE = 32  # pixels of the small grey picture that a hash is taken of
# Measured on 14,000 drawings and photos. A hash alone takes unlike drawings for one (they are all white
# with a little ink: 59 pairs within 2 bits, none of them the same); of pairs within 6 bits, the same photo
# in another size or quality had a correlation of 0.93 and more, unlike drawings 0.91 and less.
_BITS = 6
_CORRELATION = 0.92
_FLAT = 2.0  # grey levels of deviation; a blank page is like every other and says nothing


def near_duplicates(samples: Sequence[Sample], progress: bool = False) -> list[np.ndarray]:
    """Groups of rows (ascending, two or more) of one domain that look the same.

    Two pictures do when their 64-bit hashes differ in at most 6 bits and their 32 x 32 grey pictures
    correlate at 0.92 or more; and a group holds whatever is joined by such pairs.
    Source of the hash: Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010.
    """
    small_NHW = np.stack(on_threads(_small, samples, "near-duplicates", progress)) if samples else None
    groups: list[np.ndarray] = []
    for domain in sorted({sample.domain for sample in samples}):
        rows = np.array([row for row, sample in enumerate(samples) if sample.domain == domain])
        rows = rows[small_NHW[rows].std(axis=(1, 2)) >= _FLAT]
        pairs = _alike(small_NHW[rows])
        groups += [rows[group] for group in _joined(len(rows), *pairs.T) if len(group) > 1]
    return groups


def _small(sample: Sample) -> np.ndarray:
    """(32, 32) float32 grey; a picture that cannot be read is black, which is like nothing."""
    try:
        picture = sample.open().convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    except ImageError:
        return np.zeros((_SIDE, _SIDE), np.float32)
    return np.asarray(picture, dtype=np.float32)


def hashes(small_NHW: np.ndarray) -> np.ndarray:
    """(N,) uint64: which of the 64 lowest frequencies of each grey picture are above their median."""
    low_N64 = dctn(small_NHW, axes=(1, 2), norm="ortho")[:, :8, :8].reshape(len(small_NHW), 64)
    # The first is the mean brightness, far above all others; it has no part in the median.
    above = low_N64 > np.median(low_N64[:, 1:], axis=1, keepdims=True)
    return np.packbits(above, axis=1).view(np.uint64)[:, 0]


def _alike(small_NHW: np.ndarray) -> np.ndarray:
    """(P, 2) rows of pictures that look the same."""
    found = [np.empty((0, 2), dtype=np.int64)]
    if len(small_NHW):
        bits_N = hashes(small_NHW)
        flat_ND = small_NHW.reshape(len(small_NHW), -1)
        flat_ND = flat_ND - flat_ND.mean(axis=1, keepdims=True)
        flat_ND /= np.linalg.norm(flat_ND, axis=1, keepdims=True)
        for start in range(0, len(bits_N), 512):
            block = bits_N[start : start + 512]
            near = np.triu(np.bitwise_count(block[:, None] ^ bits_N[None, start:]) <= _BITS, 1)
            some = np.flatnonzero(near.any(axis=0))
            same = flat_ND[start : start + 512] @ flat_ND[start + some].T >= _CORRELATION
            one, other = np.nonzero(near[:, some] & same)
            found.append(np.stack([one + start, some[other] + start], axis=1))
    return np.concatenate(found)


def _joined(count: int, one: np.ndarray, other: np.ndarray) -> list[np.ndarray]:
    """Every row 0..count-1 in one group with whatever it is paired with, each group ascending."""
    if not count:
        return []
    links = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(count, count))
    _, group_N = connected_components(links, directed=False)
    order = np.argsort(group_N, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group_N[order])) + 1)


def duplicate_lines(samples: Sequence[Sample], groups: Sequence[np.ndarray]) -> list[str]:
    """The report on near-duplicates, a line a group; those with several labels are marked and come first."""
    told = []
    for group in groups:
        labels = sorted({samples[row].label for row in group})
        mark = f" (labels differ: {', '.join(labels)})" if len(labels) > 1 else ""
        told.append((not mark, "  " + " = ".join(samples[row].name for row in group) + mark))
    head = f"near-duplicates, kept on one side: {sum(map(len, groups)):,} pictures in {len(groups):,} groups"
    return [head, *shown([line for _, line in sorted(told)])]


def split(
    samples: Sequence[Sample], data: DataConfig, groups: Sequence[np.ndarray] | None = None
) -> np.ndarray:
    """(N,) strings of SIDES: where each picture belongs. The order of the samples does not matter.

    Whole sources, merged with near-duplicates, go to one side, by class and by whether they are drawn,
    photographed or both. held_out "pictures": the test has `test_share` of every class, at least one source
    of those with two; validation has `validation_share` of the rest. held_out "classes": the test is
    round(test_share x classes) whole classes; what looks like a picture of theirs but has another label is
    "left out". What is only learnt from has no part in that; it is left out too where its class or a picture
    that looks like it is asked. groups: of `near_duplicates`; None finds them, where `data` wants them.
    Raises ValueError for fewer than two classes.
    """
    labels = sorted({sample.label for sample in samples if not sample.only_learnt})
    if len(labels) < 2:
        raise ValueError(f"{len(labels)} class cannot be divided; wanted: two or more")
    if groups is None:
        groups = near_duplicates(samples) if data.near_duplicates else []
    sides = np.full(len(samples), "train", dtype=object)
    joined = _units(samples, groups)
    learnt_N = np.array([sample.only_learnt for sample in samples])
    units = [divided for unit in joined if len(divided := unit[~learnt_N[unit]])]
    test: set[str] = set()
    if data.held_out == "classes":
        count = min(max(1, round(data.test_share * len(labels))), len(labels) - 1)
        test.update(np.random.default_rng(data.seed).permutation(labels)[:count].tolist())
        rest = []
        for unit in units:
            tested = [samples[row].label in test for row in unit]
            if any(tested):
                sides[unit] = np.where(tested, "test", LEFT_OUT)
            else:
                rest.append(unit)
        _take(samples, rest, sides, data.seed, 0.0, data.validation_share)
    else:
        _take(samples, units, sides, data.seed, data.test_share, data.validation_share)
    for unit in joined:
        like_asked = bool(set(sides[unit]) & {"test", "validation"})
        for row in unit[learnt_N[unit]]:
            sides[row] = LEFT_OUT if like_asked or samples[row].label in test else LEARNT
    return sides.astype(str)


def _units(samples: Sequence[Sample], groups: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Rows that must stay together: of one source, or near-duplicates, or joined by both."""
    pairs = [(int(group[0]), int(row)) for group in groups for row in group[1:]]
    first: dict[str, int] = {}
    pairs += [(first.setdefault(sample.source, row), row) for row, sample in enumerate(samples)]
    return _joined(len(samples), *np.array(pairs).T)


def _take(
    samples: Sequence[Sample],
    units: Sequence[np.ndarray],
    sides: np.ndarray,
    seed: int,
    test_share: float,
    validation_share: float,
) -> None:
    """Write "test" and "validation" into `sides`, stratum by stratum; training keeps a unit of each."""
    having = Counter(label for unit in units for label in {samples[row].label for row in unit})
    strata = defaultdict(list)
    for unit in units:
        if any(having[samples[row].label] == 1 for row in unit):
            continue  # all that some class has: only to be trained on
        # Near-duplicates may have several labels: the unit counts for the commonest.
        label = min(Counter(samples[row].label for row in unit).items(), key=lambda it: (-it[1], it[0]))[0]
        domains = sorted({samples[row].domain for row in unit})
        strata[f"{label}/{'+'.join(domains)}"].append(unit)
    for stratum, members in strata.items():
        members.sort(key=lambda unit: min(samples[row].name for row in unit))
        key = zlib.crc32(stratum.encode(errors="surrogateescape"))
        waiting = [members[place] for place in np.random.default_rng([seed, key]).permutation(len(members))]
        total = sum(map(len, waiting))
        # Two sources are enough for a test, but not for a validation too: training needs two to compare.
        tested = _until(waiting, test_share * total, at_least=int(len(members) > 1 and test_share > 0))
        left = total - sum(map(len, tested))
        validated = _until(waiting, validation_share * left, int(len(waiting) > 2 and validation_share > 0))
        for side, taken in (("test", tested), ("validation", validated)):
            for unit in taken:
                sides[unit] = side


def _until(waiting: list[np.ndarray], wanted: float, at_least: int) -> list[np.ndarray]:
    """Take units off the front while that brings their pictures nearer to `wanted`; one is always left."""
    taken: list[np.ndarray] = []
    held = 0
    while len(waiting) > 1 and (len(taken) < at_least or held + len(waiting[0]) / 2 <= wanted):
        taken.append(waiting.pop(0))
        held += len(taken[-1])
    return taken


def split_lines(samples: Sequence[Sample], sides: np.ndarray) -> list[str]:
    """How many pictures, sources and classes each side has, a line a side."""
    told = []
    for side in (*SIDES, LEARNT, LEFT_OUT):
        chosen = [sample for sample, at in zip(samples, sides, strict=True) if at == side]
        if chosen or side in SIDES:
            sources, classes = ({getattr(one, name) for one in chosen} for name in ("source", "label"))
            told.append(
                f"{side}: {len(chosen):,} pictures, {len(sources):,} sources, {len(classes):,} classes"
            )
    return told


def write_split(path: Path, samples: Sequence[Sample], sides: np.ndarray) -> None:
    """A CSV of name, label, source, domain and side. Raises OSError where it cannot be written."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(_COLUMNS)
    for sample, side in zip(samples, sides, strict=True):
        rows.writerow([sample.name, sample.label, sample.source, sample.domain, side])
    # A file's name on Linux is bytes; those that are no UTF-8 must come back as they were.
    write_file(path, text.getvalue().encode("utf-8", "surrogateescape"))


def read_split(path: Path) -> dict[str, str]:
    """Name -> side. Raises ValueError for a file that `write_split` did not write, OSError without one."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as opened:
        rows = csv.reader(opened)
        if tuple(next(rows, ())) != _COLUMNS:
            raise ValueError(f"{path} is no split; wanted: a CSV with the columns {', '.join(_COLUMNS)}")
        sides = {row[0]: row[-1] for row in rows if len(row) == len(_COLUMNS)}
    if unknown := set(sides.values()) - {*SIDES, LEARNT, LEFT_OUT}:
        raise ValueError(f"{path} names the side {sorted(unknown)[0]!r}; wanted: {', '.join(SIDES)}")
    return sides


def sides_of(samples: Sequence[Sample], written: Mapping[str, str]) -> np.ndarray:
    """(N,) sides as `read_split` gave them. Raises ValueError for pictures the split does not know."""
    if unknown := [sample.name for sample in samples if sample.name not in written]:
        raise ValueError(
            f"the split knows nothing of {len(unknown)} pictures ({unknown[0]}, ...); divide the data anew"
        )
    return np.array([written[sample.name] for sample in samples])
