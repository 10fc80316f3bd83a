"""How the page looks, and the scripts it carries: all local, no request to another host."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

import gradio as gr

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = ("burin.js", "examples.js", "pad.js", "upload.js", "mask.js", "results.js", "masthead.js")
_FONT = "cormorant-garamond-latin-500-{style}.woff2"
_SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")


@cache
def asset(name: str) -> str:
    """The text of a file in assets/."""
    return (ASSETS / name).read_text(encoding="utf-8")


def _css() -> str:
    """The style sheet with its typeface inside (Cormorant Garamond, OFL, Latin subset)."""
    faces = []
    for style in ("normal", "italic"):
        data = base64.b64encode((ASSETS / _FONT.format(style=style)).read_bytes()).decode()
        faces.append(
            f"@font-face {{ font-family: 'Cormorant Garamond'; font-style: {style}; font-weight: 500; "
            f"font-display: swap; src: url(data:font/woff2;base64,{data}) format('woff2'); }}"
        )
    return "\n".join([*faces, asset("style.css")])


def head() -> str:
    """The style sheet and one inline script: the core first, then each part registers itself with it.

    The style sheet goes here and not to launch(css=...), which rewrites every selector and applies the
    rules of media queries only in the rewritten form.
    """
    script = "\n".join(asset(name) for name in SCRIPTS)
    return f"<style>\n{_css()}\n</style>\n<script>\n{script}\n</script>"


def theme() -> gr.themes.Base:
    """Gradio's own surfaces (sign-in, API page, tabs) in the colours of style.css."""
    glass = gr.themes.Color(
        c50="#eef4f1",
        c100="#e3ebe5",
        c200="#c6dbd2",
        c300="#a9d0c1",
        c400="#8fcab8",
        c500="#3c8272",
        c600="#1d5a50",
        c700="#174a42",
        c800="#123b35",
        c900="#0e2f2a",
        c950="#0c1513",
    )
    fonts = [gr.themes.Font(name) for name in _SANS]
    return gr.themes.Base(
        primary_hue=glass, secondary_hue=glass, neutral_hue="stone", font=fonts, radius_size="sm"
    ).set(
        body_background_fill="#f4f1ea",
        body_background_fill_dark="#0c1513",
        body_text_color="#1c2321",
        body_text_color_dark="#e8ebe5",
        background_fill_primary="#f4f1ea",
        background_fill_primary_dark="#0c1513",
        panel_background_fill="#fcfbf8",
        panel_background_fill_dark="#12201d",
        block_background_fill="#fcfbf8",
        block_background_fill_dark="#12201d",
        input_background_fill="#f4f1ea",
        input_background_fill_dark="#0c1513",
        block_border_width="0px",
        border_color_primary="#dad5c8",
        border_color_primary_dark="#25362f",
        button_primary_background_fill="#1d5a50",
        button_primary_background_fill_dark="#8fcab8",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#0c1513",
    )
