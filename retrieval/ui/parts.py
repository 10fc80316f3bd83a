"""A part of a page: our own HTML with its script, and the functions that script may ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gradio as gr

from retrieval.ui.theme import asset


def part(
    name: str, *, template: str | None = None, serves: Sequence[Callable] = (), script: str = ""
) -> gr.HTML:
    """One part of a page. Its script waits for the masthead, whatever order Gradio renders them in.

    template: in place of assets/<name>.html. script: that registers the part, where the page's head does not
    carry it."""
    return gr.HTML(
        html_template=template or asset(f"{name}.html"),
        js_on_load=f"{script}\nburin.mount({name!r}, element, props, server)",
        apply_default_css=False,
        server_functions=list(serves) or None,
        elem_id=f"burin-{name}",
    )
