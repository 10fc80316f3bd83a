"""Hand-made drawings through the real page: python tests/benchmarks/canvas.py

Every drawing of tests/drawings/drawings.json is drawn on the pad in Chromium with the mouse, stroke by
stroke, and searched; counted is whether its motif is among the ten records then on the page.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from hub_assets import bundle  # noqa: E402
from retrieval.collection import Collection  # noqa: E402
from tests.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.running import run_app  # noqa: E402
from tests.visitor import DESK, answered  # noqa: E402
from train.metrics import bootstrap_interval  # noqa: E402

PAD = 512  # the drawings' own scale


def _stroke(page: Page, points: list[tuple[int, int]]) -> None:
    """One line on the pad: every second point, the last one too, as a quick hand would leave them."""
    box = page.locator(".pad canvas").bounding_box()
    left, top, scale = box["x"], box["y"], box["width"] / PAD
    page.mouse.move(left + points[0][0] * scale, top + points[0][1] * scale)
    page.mouse.down()
    for x, y in [*points[1:-1:2], points[-1]]:
        page.mouse.move(left + x * scale, top + y * scale)
    page.mouse.up()


def main() -> None:
    engravings = Collection(bundle.find("engravings"), threads=1)
    drawings = json.loads((ROOT / "tests/drawings/drawings.json").read_text())["drawings"]
    asked = [drawing for drawing in drawings if drawing["motif"] in engravings.labels]
    found: dict[str, list[int]] = defaultdict(list)  # motif -> rank of its first record, 0 for none
    folder = Path(tempfile.mkdtemp())
    with run_app(folder, BURIN_USERS="") as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport=DESK, locale="en-GB").new_page()
        page.goto(app.url)
        page.wait_for_selector(".pad.is-empty canvas")
        page.wait_for_selector(".card-open")
        for drawing in asked:
            for points in drawing["strokes"]:
                _stroke(page, points)
            ids = answered(page, page.get_by_role("button", name="Search", exact=True).click)
            labels = [engravings.record(record_id).label for record_id in ids[:10]]
            rank = labels.index(drawing["motif"]) + 1 if drawing["motif"] in labels else 0
            found[drawing["motif"]].append(rank)
            print(f"{drawing['name']:<18} {rank or '-':>3}  {', '.join(dict.fromkeys(labels))}")
            page.get_by_role("button", name="Clear").click()
            page.wait_for_selector(".pad.is-empty canvas")
        browser.close()
    shutil.rmtree(folder, ignore_errors=True)
    ranks = np.array([rank for listed in found.values() for rank in listed])
    groups = np.array([motif for motif, listed in found.items() for _ in listed])
    print(f"{len(ranks)} drawings of {len(found)} motifs, {len(drawings) - len(asked)} of motifs not here")
    for k in (1, 5, 10):
        hits = ((ranks > 0) & (ranks <= k)).astype(float)
        low, high = bootstrap_interval(hits, groups)
        print(f"recall@{k}: {hits.mean():.3f} ({low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main()
