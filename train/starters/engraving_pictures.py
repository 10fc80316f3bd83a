"""Training pictures: line art and people's drawings, as ink on paper with a concept each.

Everything passes the serving preparation (`retrieval.images.ink_on_paper`) once, is kept as one uint8
array and cached on disk, so that an epoch reads memory only.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter
from tqdm import tqdm

from retrieval import images
from retrieval.types import ImageError
from train.concepts import concept, hand, held_out, motif_concept
from train.pictures import DOMAINS, Pictures, without_tags
from train.starters import doodles, ornaments
from train.starters.line_art import LineArt
from train.starters.misread import MISREAD
from train.starters.motifs import MOTIFS

EMOJI_SETS = ("openmoji", "fluent-emoji", "emojione", "noto-emoji")
# Emoji in colour, as their outlines, and the set that shows the same drawings solid. Training has them all
# but where that set's drawing is held out, so that no figure asks any of them.
COLOURED_SETS = {
    "noto": "noto-emoji",
    "noto-v1": "noto-emoji",
    "fluent-flat": "fluent-emoji",
    "emojione-colour": "emojione",
    "emojione-v1": "emojione",
    "twemoji": "",
    "fxemoji": "",
    "streamline-emojis": "",
}
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
    "lucide-lab",
    "mingcute",
    "iconoir",
    "whh",
    "tdesign",
    "mynaui",
    "carbon",
    "lineicons",
    "bxs",
    "ri",
    "streamline-plump",
    "streamline-flex",
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
    for set_name in (*EMOJI_SETS[1:], *COLOURED_SETS):
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
        if source not in MISREAD and not _SKIP_WORDS & set(words.split())
    }


def drawing_files(root: Path) -> dict[Path, str]:
    """Free-hand drawings of the Sketchy and PACS folders: file -> concept."""
    return _class_folders([root / "sketchy" / "sketches", root / "pacs" / "sketch"], "*.png")


def photo_files(root: Path) -> dict[Path, str]:
    """The photos those drawings were made from, and more of the same classes: file -> concept.

    They tie what a drawing means to what the backbone learnt from photos, for classes nobody drew too.
    """
    return _class_folders([root / "sketchy" / "photos", root / "pacs" / "photo"], "*.jpg")


def _class_folders(folders: list[Path], pattern: str) -> dict[Path, str]:
    files = {}
    for folder in folders:
        found = sorted(folder.glob(f"*/{pattern}"))
        if not found:
            raise ValueError(f"{folder} holds no */{pattern}; give the data folder with --data or BURIN_DATA")
        files |= {path: concept(path.parent.name.replace("_", " ")) for path in found}
    return files


def _ink(job: tuple[str, str | None, str, int]) -> tuple[np.ndarray, float] | None:
    source, path, domain, size = job
    try:
        if domain == "photo":
            grey = images.load(Path(path)).convert("L").resize((size, size), Image.Resampling.BICUBIC)
            return np.asarray(grey), 0.0
        if path:
            picture = images.load(Path(path))
        else:
            picture = Image.fromarray(doodles.render(source) if domain == "doodle" else line_art(source))
        ink, _ = images.ink_on_paper(picture, "sketch", size)
    except (ImageError, KeyError, ValueError):
        return None
    return ink, filled_share(ink)


def line_art(source: str, size: int = 256) -> np.ndarray:
    """(H, W) uint8 black on white, of a set (`game-icons:lion`) or of our own hand (`ornament:star/2`)."""
    set_name, _, name = source.partition(":")
    if set_name == "ornament":
        ornament, _, design = name.partition("/")
        return ornaments.draw(ornament, int(design), size)
    if set_name not in _SETS:
        _SETS[set_name] = LineArt(set_name)
    return _SETS[set_name].render(name, size)


_SETS: dict[str, LineArt] = {}


def filled_share(ink_HW: np.ndarray) -> float:
    """Share of dark pixels that survive an erosion of 4% of the side: 0 for lines, near 1 for a blob."""
    dark = Image.fromarray((ink_HW < 128).astype(np.uint8) * 255)
    width = max(3, round(ink_HW.shape[0] * 0.055) | 1)
    inside = np.asarray(dark.filter(ImageFilter.MinFilter(width))).mean()
    return float(inside / max(np.asarray(dark).mean(), 1e-6))


def load_pictures(root: Path, size: int, cache: Path) -> Pictures:
    """All training pictures under `root` (the data folder), the doodles, and the line art of what is drawn
    there or is a motif of the starter; cached as .npz.

    Held-out hands are left out here, once, so that no training can see them.
    """
    drawings, photos = drawing_files(root), photo_files(root)
    doodled = {source: concept(title) for source, title in doodles.titles().items()}
    drawn = {*drawings.values(), *doodled.values()}
    motifs = motif_sources()
    wanted = drawn | set(motifs.values())
    line_art = _shown(_by_hand(line_art_sources(tuple(sorted(drawn))), motifs))
    line_art = {source: name for source, name in line_art.items() if name in wanted}
    counts = Counter(line_art.values())
    # A concept with one drawing in all says nothing about what else looks like it.
    line_art = {source: name for source, name in line_art.items() if counts[name] > 1 or name in drawn}
    jobs = [(source, None, "art", size) for source in line_art]
    jobs += [(str(path.relative_to(root)), str(path), "drawing", size) for path in drawings]
    jobs += [(source, None, "doodle", size) for source in doodled]
    jobs += [(str(path.relative_to(root)), str(path), "photo", size) for path in photos]
    labels = [*line_art.values(), *drawings.values(), *doodled.values(), *photos.values()]
    file = cache / f"pictures-{size}-{_cache_key(jobs, labels)}.npz"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with ProcessPoolExecutor(2) as pool:
            made = list(
                tqdm(pool.map(_ink, jobs, chunksize=128), total=len(jobs), desc="pictures", mininterval=10)
            )
        kept = [index for index, entry in enumerate(made) if entry is not None]
        np.savez(
            file.with_suffix(".part.npz"),
            images_NCHW=np.stack([made[index][0] for index in kept])[:, np.newaxis],
            labels=np.array([labels[index] for index in kept]),
            sources=np.array([jobs[index][0] for index in kept]),
            domains=np.array([jobs[index][2] for index in kept]),
            filled=np.array([made[index][1] for index in kept], dtype=np.float32),
        )
        file.with_suffix(".part.npz").rename(file)
    with np.load(file, allow_pickle=False) as saved:
        return without_tags(**{name: saved[name] for name in saved.files})


def _cache_key(jobs: list, labels: list[str]) -> str:
    """Of what is asked for and of the code that draws it: no old picture outlives a change of that."""
    own = [Path(__file__).with_name(name) for name in ("line_art.py", "art_packages.py")]
    code = [Path(images.__file__), Path(doodles.__file__), *own]
    code += sorted(Path(ornaments.__file__).parent.glob("[op]*.py"))  # ornaments, outlines and the pen
    digest = hashlib.sha256(json.dumps([jobs, labels]).encode())
    for file in code:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def motif_sources() -> dict[str, str]:
    """Source -> concept of the starter's own motifs, whose drawings were all looked at: these names win."""
    return {source: motif_concept(motif.label) for motif in MOTIFS for source in motif.sources}


def may_be_asked(source: str) -> bool:
    """Whether a figure may ask drawings of it: no training saw this hand, neither solid nor in colour."""
    return held_out(source) and source.partition(":")[0] not in COLOURED_SETS


def _shown(sources: dict[str, str]) -> dict[str, str]:
    """Without the hands that are held out, nor what shows their drawing in colour; by its concept, for the
    sets name their drawings in their own ways."""
    kept_out = {(source.partition(":")[0], name) for source, name in sources.items() if held_out(source)}

    def shown(source: str, name: str) -> bool:
        set_name = source.partition(":")[0]
        if set_name in COLOURED_SETS:
            return (COLOURED_SETS[set_name], name) not in kept_out
        return not held_out(source)

    return {source: name for source, name in sources.items() if shown(source, name)}


def _by_hand(sources: dict[str, str], motifs: dict[str, str]) -> dict[str, str]:
    """Every finish of a motif's drawing under that motif: one outline must not be two things. Hands that
    two motifs claim keep only the drawings those motifs name."""
    claims: dict[str, set[str]] = {}
    for source, name in motifs.items():
        claims.setdefault(hand(source), set()).add(name)
    kept = {}
    for source, name in sources.items():
        names = claims.get(hand(source), {name})
        if len(names) == 1:
            kept[source] = next(iter(names))
    return kept | motifs


def summary(pictures: Pictures) -> str:
    domains = Counter(pictures.domains.tolist())
    hands = len({hand(source) for source in pictures.sources[pictures.domains == "art"]})
    return (
        f"{len(pictures)} pictures ({', '.join(f'{domains[name]} {name}' for name in DOMAINS)}), "
        f"{hands} line-art hands, {len(set(pictures.labels.tolist()))} concepts"
    )
