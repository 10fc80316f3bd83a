"""A coloured drawing as a woodcut's lines: every fill that is not dark becomes paper within a black line.

Colour emoji are flat shapes laid over each other, so their outlines, in the same order, are what an engraver
would have cut: the mane behind the ears, the ears behind the face. Icon sets have few animals, and draw them
solid; this gives each of them several more hands.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

# What stays ink: darker than this, as a share of white. A lion's eye, not its brown mane.
DARK = 0.16
# Veils of light and shade laid over the shapes are no lines.
FAINT = 0.6
LINE = 0.013  # of the picture's side
_PAPER, _INK = "#fff", "#000"
_SHAPES = {"path", "circle", "ellipse", "rect", "polygon", "polyline", "line", "use"}
_NAMED = {"black": _INK, "currentColor": _INK, "white": _PAPER}


def outlined(svg: str) -> str:
    """The SVG in black and white. Raises ValueError where it is none."""
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise ValueError(f"this is no SVG: {error}") from None
    box = [float(value) for value in root.get("viewBox", "0 0 0 0").split()]
    if len(box) != 4 or box[2] <= 0:
        raise ValueError("the SVG has no viewBox; its lines would have no width")
    _redraw(root, _INK, LINE * max(box[2:]), False)
    return ElementTree.tostring(root, encoding="unicode")


def _redraw(element: ElementTree.Element, fill: str, width: float, waiting: bool) -> None:
    """fill: inherited. waiting: whether these shapes are drawn by a later `use`, with its fill. A clip's or
    a gradient's own shapes stay as they are."""
    for child in list(element):
        name = child.tag.rpartition("}")[2]
        if name in ("clipPath", "mask", "linearGradient", "radialGradient", "filter", "style"):
            continue
        if _opacity(child) < FAINT:
            element.remove(child)
            continue
        own = child.get("fill", fill)
        waits = (waiting or name == "defs") and "fill" not in child.attrib
        if name in _SHAPES and not waits:
            _line(child, own, width)
        elif "fill" in child.attrib:
            del child.attrib["fill"]
        if child.get("stroke", "none") != "none":
            child.set("stroke", _INK)  # what is within inherits it
        _redraw(child, own, width, waits)


def _line(shape: ElementTree.Element, fill: str, width: float) -> None:
    drawn = shape.get("stroke", "none") != "none"
    if fill == "none" and not drawn:
        shape.set("fill", "none")
        return
    shape.set("fill", "none" if fill == "none" else _INK if _luminance(fill) < DARK else _PAPER)
    shape.set("stroke", _INK)
    # A line stays as wide as it is, for it is the shape.
    if not (drawn and fill == "none"):
        shape.set("stroke-width", f"{width:.3f}")
    shape.set("stroke-linejoin", "round")


def _opacity(element: ElementTree.Element) -> float:
    values = [element.get(name, "1") for name in ("opacity", "fill-opacity")]
    return min(float(value) if re.fullmatch(r"\d*\.?\d+", value) else 1.0 for value in values)


def _luminance(fill: str) -> float:
    """Of a colour, 0 to 1; of a gradient, which is never ink, 1."""
    colour = _NAMED.get(fill, fill)
    if not re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", colour):
        return 1.0
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue
