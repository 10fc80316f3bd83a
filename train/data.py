"""Training pictures: line art and people's drawings, as ink on paper with a concept each.

Everything passes the serving preparation (`retrieval.images.ink_on_paper`) once, is kept as one uint8
array and cached on disk, so that an epoch reads memory only.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from retrieval import images
from retrieval.types import ImageError
from train.concepts import concept, hand, held_out
from train.line_art import LineArt

EMOJI_SETS = ("openmoji", "fluent-emoji", "emojione", "noto-emoji")
# Sets made for interfaces: only what has a name that emoji, game-icons or drawings have too is taken.
INTERFACE_SETS = (
    "ph",
    "mdi",
    "tabler",
    "icon-park",
    "lucide",
    "fa6",
    "hugeicons",
    "healthicons",
    "temaki",
    "la",
)
_SKIP_GROUPS = {"flags", "extras-openmoji", "extras-unicode", "component"}
_SKIP_SUBGROUPS = {
    "keycap",
    "alphanum",
    "arrow",
    "av-symbol",
    "geometric",
    "zodiac",
    "gender",
    "time",
    "punctuation",
}
_SKIP_WORDS = {
    "person",
    "man",
    "woman",
    "men",
    "women",
    "people",
    "button",
    "boy",
    "girl",
    "selector",
    "regional",
}
_SKIP_VARIANTS = ("-thin", "-light", "-bold", "-duotone", "-negative", "-off", "-remix")


@dataclass(frozen=True)
class Pictures:
    """ink_NHW: (N, S, S) uint8, 255 is paper. concepts, sources: N strings ("lion", "openmoji:1F981").
    drawn: (N,) bool, True for a person's free-hand drawing. filled: (N,) float32, share of the ink that
    lies inside solid areas (0 for pure lines)."""

    ink_NHW: np.ndarray
    concepts: np.ndarray
    sources: np.ndarray
    drawn: np.ndarray
    filled: np.ndarray

    def __len__(self) -> int:
        return len(self.concepts)

    def only(self, keep: np.ndarray) -> Pictures:
        return Pictures(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


def line_art_sources(drawing_classes: tuple[str, ...]) -> dict[str, str]:
    """Source -> concept for every usable drawing of the sets, held-out hands included."""
    titles: dict[str, str] = {}
    faces = set()
    openmoji = LineArt("openmoji")
    for entry in json.loads(openmoji.member("data/openmoji.json")):
        code, subgroup = entry["hexcode"], entry["subgroups"]
        if entry["group"] in _SKIP_GROUPS or subgroup in _SKIP_SUBGROUPS or entry["skintone"]:
            continue
        words = entry["annotation"].lower()
        if subgroup.startswith("face-") or "cat-face" in subgroup or "-" in code.replace("-FE0F", ""):
            faces.add(words)
            continue
        titles[f"openmoji:{code}"] = words
    emoji_names = {concept(title) for title in titles.values()}
    for set_name in EMOJI_SETS[1:]:
        for name, words in LineArt(set_name).titles.items():
            if words not in faces and concept(words) in emoji_names:
                titles[f"{set_name}:{name}"] = words
    for name, words in LineArt("game-icons").titles.items():
        if not words.startswith(("abstract", "perspective dice", "uruguay", "card ")):
            titles[f"game-icons:{name}"] = words
    for name, words in LineArt("hieroglyphs").titles.items():
        titles[f"hieroglyphs:{name}"] = words
    vocabulary = frozenset(concept(title) for title in titles.values()) | frozenset(drawing_classes)
    for set_name in INTERFACE_SETS:
        for name, words in LineArt(set_name).titles.items():
            if not name.endswith(_SKIP_VARIANTS) and concept(words, vocabulary) in vocabulary:
                titles[f"{set_name}:{name}"] = words
    return {
        source: concept(words, vocabulary)
        for source, words in titles.items()
        if not _SKIP_WORDS & set(words.split())
    }


def drawing_files(root: Path) -> dict[Path, str]:
    """Free-hand drawings of the Sketchy and PACS folders: file -> concept."""
    files = {}
    for folder in (root / "sketchy" / "sketches", root / "pacs" / "sketch"):
        for path in sorted(folder.glob("*/*.png")):
            files[path] = concept(path.parent.name.replace("_", " "))
    return files


def _ink(job: tuple[str, str | None, int]) -> tuple[np.ndarray, float] | None:
    source, path, size = job
    try:
        if path is None:
            set_name, _, name = source.partition(":")
            picture = Image.fromarray(_opened(set_name).render(name, 256))
        else:
            picture = images.load(path)
        ink, _ = images.ink_on_paper(picture, "sketch", size)
    except (ImageError, KeyError, ValueError):
        return None
    return ink, filled_share(ink)


_SETS: dict[str, LineArt] = {}


def _opened(set_name: str) -> LineArt:
    if set_name not in _SETS:
        _SETS[set_name] = LineArt(set_name)
    return _SETS[set_name]


def filled_share(ink_HW: np.ndarray) -> float:
    """Share of dark pixels that survive an erosion of 4% of the side: 0 for lines, near 1 for a blob."""
    from PIL import ImageFilter

    dark = Image.fromarray((ink_HW < 128).astype(np.uint8) * 255)
    width = max(3, round(ink_HW.shape[0] * 0.055) | 1)
    inside = np.asarray(dark.filter(ImageFilter.MinFilter(width))).mean()
    return float(inside / max(np.asarray(dark).mean(), 1e-6))


def load_pictures(root: Path, size: int, cache: Path) -> Pictures:
    """All training pictures under `root` (the data folder) and of the line-art sets, cached as .npz.

    Held-out hands are left out here, once, so that no training can see them.
    """
    drawings = drawing_files(root)
    classes = tuple(sorted(set(drawings.values())))
    line_art = {source: name for source, name in line_art_sources(classes).items() if not held_out(source)}
    jobs = [(source, None, size) for source in line_art]
    jobs += [(str(path.relative_to(root)), str(path), size) for path in drawings]
    labels = [*line_art.values(), *drawings.values()]
    key = hashlib.sha256(json.dumps([jobs, labels], default=str).encode()).hexdigest()[:16]
    file = cache / f"pictures-{size}-{key}.npz"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with ProcessPoolExecutor(2) as pool:
            made = list(tqdm(pool.map(_ink, jobs, chunksize=128), total=len(jobs), desc="pictures to ink"))
        kept = [index for index, entry in enumerate(made) if entry is not None]
        np.savez(
            file.with_suffix(".part.npz"),
            ink_NHW=np.stack([made[index][0] for index in kept]),
            concepts=np.array([labels[index] for index in kept]),
            sources=np.array([jobs[index][0] for index in kept]),
            drawn=np.array([jobs[index][1] is not None for index in kept]),
            filled=np.array([made[index][1] for index in kept], dtype=np.float32),
        )
        file.with_suffix(".part.npz").rename(file)
    with np.load(file, allow_pickle=False) as saved:
        return Pictures(**{name: saved[name] for name in Pictures.__dataclass_fields__})


def summary(pictures: Pictures) -> str:
    counts = Counter(pictures.concepts.tolist())
    shared = sum(1 for count in counts.values() if count > 1)
    hands = len({hand(source) for source in pictures.sources[~pictures.drawn]})
    return (
        f"{len(pictures)} pictures, {int(pictures.drawn.sum())} of them free-hand drawings, "
        f"{hands} line-art hands; {len(counts)} concepts, {shared} with several pictures"
    )
