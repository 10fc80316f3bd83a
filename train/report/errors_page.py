"""The mistakes of an evaluation on one HTML page that asks no host for anything (assets/errors.*)."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from retrieval.types import BurinError
from train.beside import write_file
from train.report.errors import confused_pairs, likely_mislabelled, wrong_queries
from train.report.trends import trends

if TYPE_CHECKING:
    from train.answers import Answers

SHOWN_WRONG, SHOWN_SUSPECTS = 400, 80
THUMBNAIL = 112
ASSETS = Path(__file__).parent / "assets"
FONTS = Path(__file__).parents[2] / "retrieval" / "ui" / "assets"


def write_page(
    answers: Answers, open_picture: Callable[[str], Image.Image], title: str, path: Path, subtitle: str = ""
) -> None:
    """Write the mistakes as one HTML file that asks no host for anything; written beside, then renamed.

    open_picture: the picture of a name; where it raises OSError or ImageError the page shows none.
    At most 400 wrong answers are shown, the most confident; the page says how many it leaves out.
    Raises ValueError for answers without a reading.
    """
    if len(answers.predicted_Q) != len(answers.query_labels):
        raise ValueError("the answers have no reading yet; wanted: read_answers(answers, validation)")
    data = json.dumps(_page_data(answers, open_picture, title, subtitle), allow_nan=False)
    for character in "<>&":  # the parser of HTML sees none of ours; U+2028 and the like are ASCII already
        data = data.replace(character, f"\\u{ord(character):04x}")
    style = _faces() + (ASSETS / "errors.css").read_text(encoding="utf-8")
    script = (ASSETS / "errors.js").read_text(encoding="utf-8")
    parts = {
        "policy": f"default-src 'none'; img-src data:; font-src data:; style-src {_digest(style)}; "
        f"script-src {_digest(script)}; base-uri 'none'; form-action 'none'",
        "title": html.escape(title.encode("utf-8", "replace").decode()),
        "style": style,
        "data": data,
        "script": script,
    }
    template = (ASSETS / "errors.html").read_text(encoding="utf-8")
    page = re.sub(r"@(policy|title|style|data|script)\b", lambda found: parts[found[1]], template)
    write_file(path, page.encode())


def _digest(text: str) -> str:
    """What a policy names an inline text by: nothing else on the page may run or dress it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _faces() -> str:
    """The typeface of the house, inside (Cormorant Garamond, OFL, Latin subset)."""
    faces = ""
    for style in ("normal", "italic"):
        data = (FONTS / f"cormorant-garamond-latin-500-{style}.woff2").read_bytes()
        url = f"data:font/woff2;base64,{base64.b64encode(data).decode()}"
        faces += f"@font-face {{ font-family: 'Cormorant Garamond'; font-style: {style}; font-weight: 500; "
        faces += f"src: url({url}) format('woff2'); }}\n"
    return faces


def _page_data(
    answers: Answers, open_picture: Callable[[str], Image.Image], title: str, subtitle: str
) -> dict[str, Any]:
    pictures: dict[str, str | None] = {}

    def picture(name: str) -> str:
        if name not in pictures:
            pictures[name] = _thumbnail(open_picture, name)
        return name

    def query(row: int) -> dict[str, str]:
        return {"name": picture(str(answers.query_names[row])), "label": str(answers.query_labels[row])}

    def record(row: int | None) -> dict[str, str] | None:
        if row is None:
            return None
        return {"name": picture(str(answers.gallery_names[row])), "label": str(answers.gallery_labels[row])}

    wrong, suspects = wrong_queries(answers), likely_mislabelled(answers)
    pairs = confused_pairs(answers.query_labels, answers.predicted_Q)
    return {
        "title": title,
        "subtitle": subtitle,
        "queries": len(answers.query_labels),
        "records": len(answers.gallery_labels),
        "wrong_total": len(wrong),
        "suspects_total": len(suspects),
        "trends": [trend._asdict() for trend in trends(answers)],
        "pairs": [pair._asdict() for pair in pairs],
        "wrong": [
            asdict(one)
            | {"query": query(one.query), "nearest": record(one.nearest), "right": record(one.right)}
            | {"predicted": str(answers.predicted_Q[one.query])}
            for one in wrong[:SHOWN_WRONG]
        ],
        "suspects": [
            asdict(one)
            | {"picture": query(one.row) if one.is_query else record(one.row)}
            | {"evidence": [record(row) for row in one.evidence]}
            for one in suspects[:SHOWN_SUSPECTS]
        ],
        "pictures": pictures,
    }


def _thumbnail(open_picture: Callable[[str], Image.Image], name: str) -> str | None:
    """The picture as a data URL, at most 112 px a side; None when it cannot be opened."""
    try:
        image = open_picture(name).convert("RGB")
    except (OSError, BurinError):
        return None
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=80)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
