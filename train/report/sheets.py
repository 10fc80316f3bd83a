"""Sheets of a report that show the pictures themselves: the map of the embedding, and triplets."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from train.answers import Answers, Triplet, triplets_of
from train.report.plots import ACCENT, HAIRLINE, INK, OCHRE, PAPER, headed, house_style, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Box = tuple[float, float, float, float]  # of a map in [0, 1]: middle x, middle y, width, height
OpenPicture = Callable[[str], Image.Image]
MAP_POINTS, MAP_THUMBNAILS = 600, 150
SHEET = 24  # triplets of each kind in triplets.txt; the picture shows the first few
SHEET_SHOWN = 6
# Okabe and Ito's colours, which colour-blind readers tell apart; above so many classes names must do.
HUES = ("#1f4d3a", "#e69f00", "#56b4e9", "#d55e00", "#cc79a7", "#0072b2", "#009e73", "#8c8c8c")


def write_triplets(answers: Answers, open_picture: OpenPicture, folder: Path) -> None:
    """triplets.png and triplets.txt: random triplets beside the hardest, each with its two similarities."""
    random, hardest = triplets_of(answers, SHEET)
    text = []
    for title, triplets in (("random triplets", random), ("hardest triplets", hardest)):
        text.append(f"{title} ({len(triplets)}): similarity to the anchor, and the gap between the two")
        for one in triplets:
            text += [
                f"  anchor    {one.anchor} ({one.anchor_label})",
                f"  positive  {one.positive_similarity:+.3f}  {one.positive} ({one.anchor_label})",
                f"  negative  {one.negative_similarity:+.3f}  {one.negative} ({one.negative_label})",
                f"  gap       {one.gap:+.3f}",
                "",
            ]
    (folder / "triplets.txt").write_text("\n".join(text), encoding="utf-8")
    if random:
        _draw_sheet(random[:SHEET_SHOWN], hardest[:SHEET_SHOWN], open_picture, folder / "triplets.png")


def _square(picture: Image.Image, side: int) -> np.ndarray:
    """(side, side, 3) uint8: the whole picture on paper."""
    return np.asarray(ImageOps.pad(picture.convert("RGB"), (side, side), color="white"))


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _draw_sheet(
    random: Sequence[Triplet], hardest: Sequence[Triplet], open_picture: OpenPicture, path: Path
) -> None:
    from matplotlib.figure import Figure

    cell, space, head, foot = 1.12, 0.12, 1.15, 0.1
    row_height = cell + 0.42
    with house_style():
        width, height = 2 * (3 * cell + 2 * space) + 1.2, head + len(random) * row_height + foot
        figure = Figure(figsize=(width, height))
        for left, title, triplets in ((0.3, "random", random), (width / 2 + 0.3, "hardest", hardest)):
            top = 1 - (head - 0.1) / height
            figure.text(left / width, top, title, fontsize=10, color=ACCENT)
            for row, one in enumerate(triplets):
                bottom = height - head - row * row_height - cell
                shown = (
                    (one.anchor, one.anchor_label, None, HAIRLINE),
                    (one.positive, one.anchor_label, one.positive_similarity, ACCENT),
                    (one.negative, one.negative_label, one.negative_similarity, OCHRE),
                )
                for column, (name, label, similarity, colour) in enumerate(shown):
                    box = (left + column * (cell + space), bottom, cell, cell)
                    _picture(figure, box, open_picture(name), label, similarity, colour)
        note = "anchor, positive (green), negative (ochre), with the cosine to the anchor"
        headed(figure, "Triplets", note)
        written(figure, path)


def _picture(
    figure: Figure,
    box: tuple[float, float, float, float],
    picture: Image.Image,
    label: str,
    similarity: float | None,
    colour: str,
) -> None:
    """One framed picture with its caption; box in inches from the lower left."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
    axes.imshow(_square(picture, 160), interpolation="lanczos")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=colour, linewidth=1.6)
    figure.text(box[0] / width, (box[1] - 0.16) / height, _short(label, 16), fontsize=7.5, color=INK)
    if similarity is not None:
        right = (box[0] + box[2]) / width
        value = f"{similarity:.2f}".replace("-", "\N{MINUS SIGN}")
        figure.text(
            right, (box[1] - 0.16) / height, value, fontsize=7.5, color=colour, ha="right", weight="bold"
        )


def embedding_map(answers: Answers, open_picture: OpenPicture, folder: Path) -> None:
    """embedding_map.png and map.json: at most 600 pictures on a plane, at most 150 of them as thumbnails.

    Gallery records and the queries that are none of them; map.json lists x and y in [0, 1], name, label and
    kind ("gallery" or "query"). Seeded. Neighbours on a t-SNE map are neighbours; distances across it and
    the size of a group say nothing (van der Maaten and Hinton, JMLR 9, 2008).
    """
    alone_Q = answers.own_row_Q < 0
    vectors_ND = np.concatenate([answers.gallery_ND, answers.query_QD[alone_Q]]).astype(np.float64)
    names_N = np.concatenate([answers.gallery_names, answers.query_names[alone_Q]])
    labels_N = np.concatenate([answers.gallery_labels, answers.query_labels[alone_Q]])
    kinds_N = np.repeat(["gallery", "query"], [len(answers.gallery_names), alone_Q.sum()])
    chosen = np.sort(np.random.default_rng(0).permutation(len(vectors_ND))[:MAP_POINTS])
    places_M2 = _plane(vectors_ND[chosen])
    shown = (places_M2, names_N[chosen], labels_N[chosen], kinds_N[chosen])
    points = [
        {
            "x": round(float(x), 4),
            "y": round(float(y), 4),
            "name": str(name),
            "label": str(label),
            "kind": str(kind),
        }
        for (x, y), name, label, kind in zip(*shown, strict=True)
    ]
    (folder / "map.json").write_text(json.dumps(points, ensure_ascii=False, indent=0), encoding="utf-8")
    _draw_map(*shown, open_picture, folder / "embedding_map.png", len(vectors_ND))


def _plane(vectors_ND: np.ndarray) -> np.ndarray:
    """(N, 2) places in [0, 1]: t-SNE of the first 50 principal components, or these alone for a handful."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    count, dim = vectors_ND.shape
    components = min(50, count, dim)
    reduced = PCA(components, random_state=0, svd_solver="full").fit_transform(vectors_ND)
    if count >= 10:
        perplexity = min(30.0, (count - 1) / 3)
        reduced = TSNE(2, perplexity=perplexity, init="pca", random_state=0).fit_transform(reduced)
    places = np.zeros((count, 2))
    places[:, : min(2, components)] = reduced[:, :2]
    spread = np.ptp(places, axis=0)
    return (places - places.min(axis=0)) / np.where(spread > 0, spread, 1.0)


def _without_overlap(
    places_N2: np.ndarray, labels_N: np.ndarray, taken: list[Box], across: float, down: float
) -> list[int]:
    """Rows to show as thumbnails of the size given, none over another or over what is taken; classes take
    turns, so that each shows some."""
    turn_N = np.zeros(len(labels_N), dtype=int)
    for label in np.unique(labels_N):
        mine = np.flatnonzero(labels_N == label)
        turn_N[mine] = np.arange(len(mine))
    boxes, kept = list(taken), []
    for row in np.argsort(turn_N, kind="stable"):
        x, y = places_N2[row]
        if all(
            abs(x - left) >= (across + width) / 2 or abs(y - top) >= (down + height) / 2
            for left, top, width, height in boxes
        ):
            boxes.append((x, y, across, down))
            kept.append(int(row))
        if len(kept) == MAP_THUMBNAILS:
            break
    return kept


def _draw_map(
    places_N2: np.ndarray,
    names_N: np.ndarray,
    labels_N: np.ndarray,
    kinds_N: np.ndarray,
    open_picture: OpenPicture,
    path: Path,
    of: int,
) -> None:
    """Few classes have a hue and a name each; of many, every thumbnail has its name below."""
    from matplotlib.figure import Figure

    classes = np.unique(labels_N)
    few = len(classes) <= len(HUES)
    hues = dict(zip(classes, HUES, strict=False)) if few else dict.fromkeys(classes, ACCENT)
    side, caption = 0.043, 0.0 if few else 0.016
    with house_style():
        figure = Figure(figsize=(9, 9.6))
        axes = figure.add_axes((0.02, 0.02, 0.96, 0.96 * 9 / 9.6))
        asked_N = kinds_N == "query"
        for kind_N, mark in ((~asked_N, "o"), (asked_N, "^")):
            colours = [hues[label] for label in labels_N[kind_N]]
            axes.scatter(*places_N2[kind_N].T, s=14, c=colours, alpha=0.55, linewidths=0, marker=mark)
        named = _name_classes(axes, places_N2, labels_N, hues) if few else []
        for row in _without_overlap(places_N2, labels_N, named, 1.08 * side, 1.08 * side + caption):
            x, y = places_N2[row]
            left, right, low, high = x - side / 2, x + side / 2, y - side / 2, y + side / 2
            picture = _square(open_picture(str(names_N[row])), 84)
            axes.imshow(picture, extent=(left, right, low, high), zorder=2, interpolation="lanczos")
            style = (0, (2, 1)) if asked_N[row] else "-"
            outline = [left, right, right, left, left], [low, low, high, high, low]
            axes.plot(*outline, color=hues[labels_N[row]], linewidth=1.1, linestyle=style, zorder=3)
            if not few:
                axes.text(
                    x,
                    low - 0.003,
                    _short(str(labels_N[row]), 11),
                    ha="center",
                    va="top",
                    fontsize=5.5,
                    color=INK,
                    zorder=3,
                )
        axes.set(xlim=(-0.04, 1.04), ylim=(-0.04, 1.04), aspect="equal")
        axes.axis("off")
        shapes = "; triangles and dashes: queries" if asked_N.any() and (~asked_N).any() else ""
        note = f"{len(places_N2)} of {of:,} pictures; near is alike, far says nothing (t-SNE){shapes}"
        headed(figure, "The map of the embedding", note)
        written(figure, path)


def _name_classes(axes: Axes, places_N2: np.ndarray, labels_N: np.ndarray, hues: dict[str, str]) -> list[Box]:
    """Each class's name at its most central picture; returns the room the names take."""
    boxes = []
    for label in np.unique(labels_N):
        mine = places_N2[labels_N == label]
        x, y = mine[np.abs(mine - np.median(mine, axis=0)).sum(axis=1).argmin()]
        halo = {"boxstyle": "round,pad=0.2", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.9}
        look = {"ha": "center", "va": "center", "fontsize": 9, "weight": "bold", "bbox": halo, "zorder": 4}
        axes.text(x, y, label, color=hues[label], **look)
        boxes.append((x, y, 0.02 + 0.0105 * len(label), 0.028))
    return boxes
