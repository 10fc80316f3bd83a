"""The upload box in a real Chromium: files, drops, the clipboard and the camera."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.running import BAD_PICTURES, drawing, encoded
from tests.visitor import answered, reading

page_test = pytest.mark.page


def with_the_camera_on(visit: Callable[..., Any]) -> Any:
    page = visit(permissions=["camera"])
    page.get_by_role("tab", name="Upload").click()
    page.get_by_role("button", name="Camera").click()
    page.wait_for_function("document.querySelector('.drop-video').videoWidth > 0")
    return page


@page_test
def test_a_wrong_file_gets_a_sentence_and_the_next_one_works(
    visit: Callable[..., Any], tmp_path: Path
) -> None:
    page = visit()
    page.get_by_role("tab", name="Upload").click()
    page.locator(".upload").get_by_role("button", name="Search").click()
    assert "Choose a picture first" in reading(page)
    for name, (data, wanted) in BAD_PICTURES.items():
        path = tmp_path / f"{name}.png"
        path.write_bytes(data)
        answered(page, lambda path=path: page.set_input_files(".upload [name=file]", path))
        assert wanted in reading(page), name
    good = tmp_path / "scan.tiff"
    good.write_bytes(encoded(drawing(), "TIFF"))
    assert len(answered(page, lambda: page.set_input_files(".upload [name=file]", good))) == 10
    assert "scan.tiff" in page.locator(".drop-name").inner_text()


@page_test
@pytest.mark.parametrize("way", ["drop", "drop beside", "paste"])
def test_a_picture_can_be_dropped_and_pasted(visit: Callable[..., Any], way: str) -> None:
    page = visit()
    target = {"drop": ".drop", "drop beside": ".pad", "paste": "body"}[way]
    if way == "drop":
        page.get_by_role("tab", name="Upload").click()
    give = """([way, target, text]) => {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], "fish.png", { type: "image/png" }));
        const about = { bubbles: true, cancelable: true };
        document.querySelector(target).dispatchEvent(way.startsWith("drop")
          ? new DragEvent("drop", { ...about, dataTransfer: data })
          : new ClipboardEvent("paste", { ...about, clipboardData: data }));
    }"""
    text = base64.b64encode(encoded(drawing())).decode()
    assert len(answered(page, lambda: page.evaluate(give, [way, target, text]))) == 10
    assert page.get_by_role("tab", name="Upload").get_attribute("aria-selected") == "true"


@page_test
def test_the_camera_takes_a_picture(visit: Callable[..., Any]) -> None:
    page = with_the_camera_on(visit)
    answered(page, page.get_by_role("button", name="Take the picture").click)
    assert page.locator(".drop-video").is_hidden()
    page.wait_for_selector(".drop-picture:visible")


@page_test
def test_a_clipboard_without_a_picture_gets_a_sentence(visit: Callable[..., Any]) -> None:
    page = visit()
    page.get_by_role("tab", name="Upload").click()
    page.get_by_role("button", name="Paste").click()
    page.wait_for_function("document.querySelector('.reading').textContent.includes('clipboard')")


@page_test
def test_the_camera_is_off_when_its_tab_is_left(visit: Callable[..., Any]) -> None:
    page = with_the_camera_on(visit)
    page.evaluate("window.camera = document.querySelector('.drop-video').srcObject.getTracks()[0]")
    page.get_by_role("tab", name="Sketch").click()
    page.wait_for_function("window.camera.readyState === 'ended'")
