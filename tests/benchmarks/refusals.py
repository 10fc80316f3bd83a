"""What engravings refuses: python tests/benchmarks/refusals.py [--data ../shared/data]

Photos of street scenes and dishes that calibrated nothing, uploaded as a visitor would (kind auto), and
people's drawings of motifs that are there.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from hub_assets import bundle  # noqa: E402
from retrieval.search import SearchService  # noqa: E402
from retrieval.types import Query  # noqa: E402
from train.concepts import motif_concept  # noqa: E402
from train.starters.engraving_pictures import drawing_files  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    data = parser.parse_args().data
    service = SearchService.open({"engravings": bundle.find("engravings")})
    here = {motif_concept(label) for label in service.collections["engravings"].labels}
    sets = {
        "street scenes (val split)": (sorted(data.glob("streets/leftImg8bit/val/*/*.jpg")), "auto"),
        "dishes (every third recipe)": (sorted(data.glob("recipes/images/*.jpg"))[::3], "auto"),
        "dishes (food101, others)": (sorted(data.glob("food101_small/*/*.jpg"))[4::16], "auto"),
        "drawings of motifs that are here": (
            [path for path, name in drawing_files(data).items() if name in here][::4],
            "sketch",
        ),
    }
    for name, (files, kind) in sets.items():
        refused = [not service.search(Query("engravings", file, kind=kind, k=1)).in_domain for file in files]
        print(f"{name:<34} {len(files):>5} asked, {np.mean(refused):.1%} refused")


if __name__ == "__main__":
    main()
