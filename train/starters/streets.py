"""The streets starter: a photo of a street in Cityscapes' eight categories. It holds the segmenter alone.

python -m train fit-segmenter --config train/protocols/streets.json --run runs/streets
python -m train evaluate-segmenter runs/streets
python -m train.starters.streets --run runs/streets --out hub_assets/starter/streets
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from hub_assets.bundle import Manifest, write_manifest
from hub_assets.cards import segmenter_card, segments_card
from train.beside import replaced_folder
from train.segment.export import export_run

WORDS = {
    "en": {"invitation": "Bring a photo of a street. What is where in it appears here, as a mask."},
    "fr": {"invitation": "Apportez la photo d’une rue. Ce qui s’y trouve paraît ici, en masque."},
}
# Of the frames it learnt from: CamVid (Brostow et al., 2009) with the labels of SegNet's tutorial.
LICENCE = "cc-by-nc-4.0"
TRAINED_ON = (
    "CamVid (Brostow, Fauqueur, Cipolla, 2009) with the eleven labels of SegNet's tutorial, CC BY-NC 4.0, "
    "for personal and research use only; no frame is in here"
)


def build(run: Path, out: Path, version: str) -> str:
    """Write the bundle of an evaluated run and say in one line what is in it.

    Raises RuntimeError for an unfinished run, ValueError for one that was not evaluated as it is served."""
    with replaced_folder(out) as part:
        said = export_run(run, part / "model")
        config = json.loads((part / "model" / "config.json").read_text(encoding="utf-8"))
        figures: dict[str, Any] = config["segmenter"]["metrics"]
        if not figures:
            raise ValueError(f"{run} has no figures; run first: python -m train evaluate-segmenter {run}")
        manifest = Manifest(
            name="streets",
            titles={"en": "Street scenes", "fr": "Scènes de rue"},
            version=version,
            dim=0,
            rows=0,
            encoder_sha256="",
            readings=("mask",),
            query_kinds=("photo",),
            words=WORDS,
            figures=figures,
        )
        (part / "dataset").mkdir()
        (part / "model" / "README.md").write_text(
            segmenter_card(manifest, config["segmenter"], LICENCE, TRAINED_ON), encoding="utf-8"
        )
        (part / "dataset" / "README.md").write_text(segments_card(manifest, LICENCE), encoding="utf-8")
        write_manifest(part, manifest)
    return f"{out}: {said.partition(': ')[2]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default="v1")
    options = parser.parse_args()
    try:
        print(build(options.run, options.out, options.version))
    except (OSError, ValueError, RuntimeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
