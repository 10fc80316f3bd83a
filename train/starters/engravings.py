"""Makes the engravings starter: glasses that carry the motifs of motifs.json.

    python -m train.starters.engravings --records cache/engravings    # draw the records (minutes)
    python -m train export --run runs/engraving                      # embed, calibrate, write the bundle

The two steps are apart because the pictures do not depend on the encoder. Seeded: the same packages give
the same bytes. What the encoder will see of a record is `ink`, the motif alone as it was cut; the picture
of the glass is only shown.
"""

from __future__ import annotations

import argparse
import hashlib
import io
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageOps
from tqdm import tqdm

from train.starters import glass
from train.starters.art_packages import PACKAGES
from train.starters.engraving_pictures import line_art
from train.starters.motifs import MOTIFS, Motif

PICTURE = 384  # px, the side of a record's picture
INK = 224  # px, the side of the motif's line art kept for the encoder
# A rare motif is cut several times, by other hands of the same drawing; a common one not too often.
PER_MOTIF = (6, 10)
SECONDARY = ("star", "sprig", "fern", "wheat", "clover", "heart", "leaf", "acorn", "laurel wreath", "rosette")
PERIODS = {
    "Renaissance": (1560, 1640),
    "Baroque": (1640, 1720),
    "Rococo": (1720, 1775),
    "Empire": (1795, 1820),
    "Biedermeier": (1820, 1850),
    "Victorian": (1845, 1900),
    "Art Nouveau": (1892, 1912),
    "Art Deco": (1920, 1939),
    "Modern": (1945, 1975),
}
# Sandblasting came with the 1870s, acid etching with the 1830s.
TECHNIQUES = {
    style: tuple(
        technique
        for technique in glass.TECHNIQUES
        if not (technique == "sandblast" and last < 1890) and not (technique == "acid" and last < 1840)
    )
    for style, (_, last) in PERIODS.items()
}


@dataclass(frozen=True)
class Plan:
    """One record before it is drawn."""

    number: int
    motif: Motif
    source: str
    secondary: str | None
    form: str
    technique: str
    style: str
    year: int
    seed: int


def plans(limit: int | None = None) -> list[Plan]:
    """Every record of the starter, in order. limit: the first so many motifs, one source each in turn."""
    made: list[Plan] = []
    for motif in MOTIFS:
        least, most = PER_MOTIF
        count = min(max(len(motif.sources), least), most)
        for turn in range(count):
            source = motif.sources[turn % len(motif.sources)]
            seed = int.from_bytes(
                hashlib.sha256(f"{motif.label}|{source}|{turn}".encode()).digest()[:6], "big"
            )
            rng = np.random.default_rng(seed)
            style = str(rng.choice(glass.STYLES))
            second = str(rng.choice([name for name in SECONDARY if name != motif.label]))
            made.append(
                Plan(
                    number=len(made) + 1,
                    motif=motif,
                    source=source,
                    secondary=second if rng.random() < 0.35 else None,
                    form=str(rng.choice(glass.FORMS)),
                    technique=str(rng.choice(TECHNIQUES[style])),
                    style=style,
                    year=int(rng.integers(*PERIODS[style])),
                    seed=seed,
                )
            )
    return made if limit is None else made[:: max(1, len(made) // limit)][:limit]


def cut_by_hand(art_HW: np.ndarray, rng: np.random.Generator, mirror: bool) -> np.ndarray:
    """The same drawing as another engraver would set it: slightly turned, stretched, perhaps mirrored.

    (H, W) uint8 black on white -> (INK, INK) float32, 1 is ink.
    """
    picture = ImageOps.invert(Image.fromarray(art_HW))
    if mirror and rng.random() < 0.5:
        picture = ImageOps.mirror(picture)
    width, height = picture.size
    stretch = float(np.exp(rng.uniform(-0.07, 0.07)))
    picture = picture.resize((max(8, round(width * stretch)), height), Image.Resampling.BICUBIC)
    picture = picture.rotate(float(rng.uniform(-5, 5)), Image.Resampling.BICUBIC, expand=True)
    box = picture.point(lambda value: 255 * (value > 40)).getbbox()
    picture = ImageOps.pad(picture.crop(box), (INK - 12, INK - 12), Image.Resampling.BICUBIC, color=0)
    return np.asarray(ImageOps.expand(picture, 6), dtype=np.float32) / 255.0


def draw(plan: Plan) -> dict:
    """One record as a row: its fields, the picture of the glass (WebP) and the ink of its motif (PNG)."""
    rng = np.random.default_rng(plan.seed)
    letters = plan.motif.group in ("letters", "music")
    ink_HW = cut_by_hand(line_art(plan.source), rng, mirror=not letters)
    second_HW = None
    if plan.secondary:
        sources = next(motif.sources for motif in MOTIFS if motif.label == plan.secondary)
        second_HW = cut_by_hand(line_art(str(rng.choice(sources))), rng, mirror=True)
    made = glass.render(
        ink_HW,
        form=plan.form,
        technique=plan.technique,
        style=plan.style,
        seed=plan.seed % 2**32,
        secondary=second_HW,
        size=PICTURE,
    )
    set_name = plan.source.partition(":")[0]
    package = PACKAGES.get(set_name)
    return {
        "id": f"BUR-{plan.number:04d}",
        "label": plan.motif.label,
        "tags": [plan.motif.group, *plan.motif.tags],
        "form": plan.form,
        "technique": plan.technique,
        "secondary": plan.secondary or "",
        "style": plan.style,
        "date": f"c. {plan.year}",
        "box": [round(float(value), 4) for value in made.box],
        "drawing": f"{package.title if package else 'Burin ornaments'}: {plan.source.partition(':')[2]}",
        "licence": package.licence if package else "MIT",
        "source": plan.source,
        "picture": _encoded(made.picture, "WEBP", quality=80, method=4),
        "ink": _encoded(Image.fromarray(255 - np.round(ink_HW * 255).astype(np.uint8)), "PNG", optimize=True),
    }


def _encoded(picture: Image.Image, format_name: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format_name, **options)
    return buffer.getvalue()


def draw_all(made: list[Plan], workers: int) -> Iterator[dict]:
    if workers == 1:
        yield from map(draw, made)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(draw, made, chunksize=8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=Path, default=Path("cache/engravings"), help="folder to write to")
    parser.add_argument("--limit", type=int, help="only so many records, spread over the motifs")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    wanted = plans(options.limit)
    options.records.mkdir(parents=True, exist_ok=True)
    rows = list(tqdm(draw_all(wanted, options.workers), total=len(wanted), desc="glasses", mininterval=5))
    beside = options.records / "records.parquet.part"
    pq.write_table(pa.Table.from_pylist(rows), beside)
    beside.replace(options.records / "records.parquet")
    size = sum(len(row["picture"]) for row in rows)
    print(
        f"{len(rows)} records, {len({row['label'] for row in rows})} motifs, {size / 1e6:.1f} MB of pictures"
    )


if __name__ == "__main__":
    main()
