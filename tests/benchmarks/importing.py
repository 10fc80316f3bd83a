"""A whole table of recipes through the import and the search: python tests/benchmarks/importing.py

As many rows as Kaggle's Food Ingredients and Recipe Dataset has, in its layout, made by code into a temporary
folder: pictures of its size cut out of the cookbook's illustrations, texts of its length. Then the command a
person would give, a service opened in a process of its own, and searches by changed pictures. What these find
tells little here, where 133 pictures are of one illustration. The machine's load is printed before and after;
quote the figures only from a quiet one.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from PIL import Image, ImageEnhance  # noqa: E402

from hub_assets import bundle as bundles  # noqa: E402
from retrieval.collection import Collection  # noqa: E402
from retrieval.search import SearchService  # noqa: E402
from retrieval.types import Query  # noqa: E402
from train.changed import strongly_changed  # noqa: E402
from train.tables import RECIPE_COLUMNS  # noqa: E402

ROWS = 13_463  # of Kaggle's table that have a picture
SIDES = (274, 169)  # pixels of its pictures
INGREDIENTS, STEPS = 10, 8  # of a recipe, about
WORDS = "stir fold whisk bake simmer season chop slice pour rest toast drain salt butter lemon onion".split()
MB = 1e6


def pictures() -> list[Image.Image]:
    """The cookbook's illustrations, RGB."""
    cookbook = Collection(bundles.find("recipes"), threads=1)
    return [Image.open(io.BytesIO(cookbook.picture(one.id))).convert("RGB") for one in cookbook.records]


def made_from(illustration: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A picture unlike the others of its illustration: another part, turned, in another light, grained."""
    turned = illustration.rotate(rng.uniform(0, 360), Image.Resampling.BILINEAR, fillcolor=(180, 170, 150))
    width = round(turned.width * rng.uniform(0.4, 0.9))
    height = round(width * SIDES[1] / SIDES[0])
    left, top = rng.integers(0, turned.width - width + 1), rng.integers(0, turned.height - height + 1)
    part = turned.crop((left, top, left + width, top + height)).resize(SIDES, Image.Resampling.BILINEAR)
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Color):
        part = enhance(part).enhance(rng.uniform(0.6, 1.4))
    grain_HW1 = rng.integers(-12, 13, (*SIDES[::-1], 1))
    return Image.fromarray(np.clip(np.asarray(part).astype(np.int16) + grain_HW1, 0, 255).astype(np.uint8))


def write_table(folder: Path, rows: int) -> tuple[Path, Path]:
    """(recipes.csv, images/) in Kaggle's layout."""
    rng, illustrations = np.random.default_rng(0), pictures()
    images = folder / "images"
    images.mkdir()

    def words(count: int) -> str:
        return " ".join(rng.choice(WORDS, count))

    with (folder / "recipes.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["", *RECIPE_COLUMNS])
        for row in range(rows):
            name = f"dish-{row:05d}"
            made_from(illustrations[row % len(illustrations)], rng).save(images / f"{name}.jpg", quality=80)
            listed = str([f"{rng.integers(1, 500)} g {words(3)}" for _ in range(INGREDIENTS)])
            steps = "\n".join(words(20).capitalize() + "." for _ in range(STEPS))
            table.writerow([row, f"{words(3).capitalize()} {row}", listed, steps, name, listed])
    return folder / "recipes.csv", images


def run(arguments: list[str]) -> tuple[float, float, str]:
    """A Python process: its seconds, its peak megabytes, what it printed. Raises RuntimeError where it
    fails, with what it said."""
    with tempfile.TemporaryFile("w+") as told:
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=told, stderr=sys.stderr)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        output = told.read()
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}: {output}")
    return seconds, used.ru_maxrss * 1024 / MB, output


def serve(bundle: Path, images: Path, searches: int) -> None:
    """Open the bundle, search, and print what it took as JSON. Runs in a process of its own."""
    started = time.perf_counter()
    service = SearchService.open({"recipes": bundle}, source="folder")
    opened = time.perf_counter() - started
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB
    rng = np.random.default_rng(1)
    files = sorted(images.glob("*.jpg"))
    milliseconds, index, found = [], [], 0
    for turn, row in enumerate(rng.choice(len(files), searches + 1)):
        asked = io.BytesIO()
        strongly_changed(Image.open(files[row]).convert("RGB"), rng).save(asked, "JPEG", quality=90)
        begun = time.perf_counter()
        answer = service.search(Query("recipes", picture=asked.getvalue())).to_json()
        took = (time.perf_counter() - begun) * 1000
        if not turn:
            first = took
            continue
        milliseconds.append(took)
        index.append(answer["timings_ms"]["index"])
        found += answer["matches"][0]["id"] == f"{row:06d}"
    print(
        json.dumps(
            {
                "records": len(service.collections["recipes"]),
                "opened": opened,
                "opened MB": held,
                "first": first,
                "median": float(np.median(milliseconds)),
                "p95": float(np.quantile(milliseconds, 0.95)),
                "index": float(np.median(index)),
                "own first": found / searches,
            }
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--searches", type=int, default=300)
    parser.add_argument("--folder", type=Path, help="for everything made (default: a temporary one)")
    parser.add_argument("--serve", type=Path, nargs=2, metavar=("BUNDLE", "IMAGES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(*options.serve, options.searches)
        return
    print(f"load before: {os.getloadavg()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(dir=options.folder) as made:
        folder = Path(made)
        started = time.perf_counter()
        table, images = write_table(folder, options.rows)
        making = time.perf_counter() - started
        out = folder / "bundle"
        arguments = ["import", "recipes", "--csv", table, "--images", images, "--out", out]
        importing, import_mb, told = run(["-m", "train", *map(str, arguments)])
        files = [path for path in out.rglob("*") if path.is_file()]
        size, table_size = (sum(path.stat().st_size for path in some) for some in (files, images.iterdir()))
        ask = [__file__, "--serve", str(out), str(images), "--searches", str(options.searches)]
        whole, peak_mb, answer = run(ask)
    served = json.loads(answer)
    each = importing / options.rows * 1000
    print(told.strip().replace(f"{folder}/", ""))
    lines = [
        (f"made {options.rows:,} rows", f"{making:.1f} s", f"pictures of {table_size / MB:,.0f} MB"),
        ("import", f"{importing:.1f} s", f"{each:.1f} ms a recipe"),
        ("  its peak memory", f"{import_mb:.0f} MB", ""),
        (f"bundle, {len(files)} files", f"{size / MB:.1f} MB", ""),
        ("open the service", f"{served['opened']:.2f} s", f"holding {served['opened MB']:.0f} MB"),
        ("first search after it", f"{served['first']:.1f} ms", ""),
        (
            f"search, median of {options.searches}",
            f"{served['median']:.1f} ms",
            f"p95 {served['p95']:.1f} ms",
        ),
        ("  of it the index", f"{served['index']:.1f} ms", ""),
        ("process from start to end", f"{whole:.1f} s", f"peak memory {peak_mb:.0f} MB"),
        ("a changed picture finds its own first", f"{served['own first']:.3f}", ""),
    ]
    for name, value, more in lines:
        print(f"{name:<40}{value:>12}   {more}".rstrip())
    print(f"load after: {os.getloadavg()}")


if __name__ == "__main__":
    main()
