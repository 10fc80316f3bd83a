"""Coloured drawings as outlines: what is paper, what is line, what is left out."""

import io

import numpy as np
import pytest
import resvg_py
from PIL import Image

from train.starters.outlines import outlined

SIDE = 100


def drawn(body: str) -> np.ndarray:
    """(SIDE, SIDE) float, 1 is paper, of the outlined drawing."""
    svg = outlined(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">{body}</svg>')
    png = resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", width=SIDE)
    return np.asarray(Image.open(io.BytesIO(bytes(png))).convert("L")) / 255.0


def square(left: int, side: int, **attributes: str) -> str:
    given = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<path d="M{left} {left}h{side}v{side}h-{side}z"{given}/>'


def test_a_colour_becomes_paper_within_a_black_line():
    paper = drawn(square(20, 60, fill="#fc0"))
    assert paper[50, 50] == 1.0
    assert paper[5, 5] == 1.0
    assert paper[50, 20] < 0.5
    assert paper[20, 50] < 0.5


@pytest.mark.parametrize("fill", ["#000", "#231f20", "black", "currentColor"])
def test_what_is_dark_stays_ink(fill):
    assert drawn(square(20, 60, fill=fill))[50, 50] == 0.0


@pytest.mark.parametrize("fill", ["#865c50", "url(#shine)", "rebeccapurple"])
def test_a_middle_tone_and_a_gradient_are_no_ink(fill):
    assert drawn(square(20, 60, fill=fill))[50, 50] == 1.0


def test_a_shape_without_a_fill_is_black_as_svg_has_it():
    assert drawn(square(20, 60))[50, 50] == 0.0
    assert drawn(f'<g fill="#fc0">{square(20, 60)}</g>')[50, 50] == 1.0


def test_what_lies_on_top_hides_the_lines_beneath():
    paper = drawn(square(20, 40, fill="#fc0") + square(40, 40, fill="#0cf"))
    assert paper[50, 60] == 1.0  # the right edge of the lower square
    assert paper[30, 60] < 0.5


@pytest.mark.parametrize("veil", [{"opacity": "0.2"}, {"fill_opacity": ".3"}])
def test_a_veil_of_shade_is_no_line(veil):
    assert drawn(square(20, 60, fill="#fff", **veil)).min() == 1.0


def test_a_line_stays_a_line_and_turns_black():
    paper = drawn('<path d="M10 50h80" fill="none" stroke="#fc0" stroke-width="8"/>')
    assert paper[50, 50] == 0.0
    assert paper[47, 50] < 0.5
    grouped = drawn('<g fill="none" stroke="#fc0" stroke-width="8"><path d="M10 50h80"/></g>')
    assert np.allclose(paper, grouped)


def test_a_shape_that_is_drawn_by_reference_takes_the_fill_of_its_use():
    shape = '<defs><path id="a" d="M20 20h60v60h-60z"/></defs><use href="#a" fill="{}"/>'
    assert drawn(shape.format("#fc0"))[50, 50] == 1.0
    assert drawn(shape.format("#000"))[50, 50] == 0.0


def test_a_clip_is_left_as_it_is():
    clip = f'<defs><clipPath id="c">{square(20, 30)}</clipPath></defs>'
    paper = drawn(clip + f'<g clip-path="url(#c)">{square(10, 80, fill="#000")}</g>')
    assert paper[30, 30] == 0.0
    assert paper[70, 70] == 1.0


@pytest.mark.parametrize("text", ["<svg", "", '<svg xmlns="http://www.w3.org/2000/svg"/>'])
def test_what_is_no_drawing_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="SVG"):
        outlined(text)
