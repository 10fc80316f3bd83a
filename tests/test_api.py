"""The contract of the endpoints, held against the running app, and what wrong input gets for an answer."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from tests.helpers import ANSWER_KEYS
from tests.running import BAD_PICTURES, RunningApp, bomb, data_url, drawing, encoded, run_app

ENDPOINTS = {"/search", "/segment", "/compare", "/embedding", "/record", "/tags", "/info", "/health"}


def call(app: RunningApp, endpoint: str, **arguments: Any) -> Any:
    """One request as curl would make it: POST by name, then the event stream. Errors raise AssertionError
    with the sentence the caller sees."""
    with httpx.Client(base_url=app.url, timeout=60) as http:
        posted = http.post(f"/gradio_api/call/v2/{endpoint}", json=arguments)
        assert posted.is_success, posted.text
        stream = http.get(f"/gradio_api/call/{endpoint}/{posted.json()['event_id']}").text
    event, data = stream.strip().rsplit("event: ", 1)[1].split("\ndata: ", 1)
    answer = json.loads(data)
    if event != "complete":
        raise AssertionError(answer["error"])
    return answer[0]


def refusal(app: RunningApp, endpoint: str, **arguments: Any) -> str:
    with pytest.raises(AssertionError) as raised:
        call(app, endpoint, **arguments)
    return str(raised.value)


def check_search(answer: dict[str, Any], k: int) -> None:
    assert set(answer) == ANSWER_KEYS
    assert answer["total_results"] == k
    assert answer["processing_time"] == pytest.approx(answer["timings_ms"]["total"] / 1000, abs=1e-4)
    assert datetime.fromisoformat(answer["timestamp"]).tzinfo is not None
    assert len(answer["matches"]) == k
    assert [match["rank"] for match in answer["matches"]] == list(range(1, k + 1))
    similarities = [match["similarity"] for match in answer["matches"]]
    assert similarities == sorted(similarities, reverse=True)
    for match in answer["matches"]:
        assert set(match) == {"rank", "id", "label", "similarity", "tags", "image_url", "fields"}
        assert -1 <= match["similarity"] <= 1
    assert 0 <= answer["confidence"] <= 1
    assert answer["in_domain"] in (True, False)
    assert answer["timings_ms"]["total"] > 0


def test_search_answers_the_documented_json(client: Client, fish: Path) -> None:
    answer = client.predict(handle_file(fish), api_name="/search")
    check_search(answer, k=10)
    assert answer["collection"] == "engravings"
    assert answer["kind"] == "sketch"


def test_every_parameter_of_search_is_used(client: Client, fish: Path) -> None:
    first = client.predict(handle_file(fish), api_name="/search")["matches"][0]
    tag = first["tags"][0]
    answer = client.predict(
        image=handle_file(fish), collection="engravings", kind="photo", k=3, tags=[tag], api_name="/search"
    )
    assert answer["kind"] == "photo"
    assert 1 <= len(answer["matches"]) <= 3
    assert all(tag in match["tags"] or tag == match["label"] for match in answer["matches"])


@pytest.mark.parametrize(
    "wrap", [lambda url: {"url": url}, lambda url: url], ids=["url in an object", "text"]
)
def test_a_data_url_is_searched_in_one_request(app: RunningApp, wrap: Any) -> None:
    answer = call(app, "search", image=wrap(data_url(encoded(drawing()))), k=50)
    check_search(answer, k=50)


def test_client_and_raw_http_agree(app: RunningApp, client: Client, fish: Path) -> None:
    one = client.predict(handle_file(fish), api_name="/search")
    other = call(app, "search", image={"url": data_url(fish.read_bytes())})
    assert [match["id"] for match in one["matches"]] == [match["id"] for match in other["matches"]]


def test_image_url_is_fetchable_as_it_is(app: RunningApp) -> None:
    match = call(app, "search", image=data_url(encoded(drawing())), k=1)["matches"][0]
    assert match["image_url"].startswith(app.url)
    response = httpx.get(match["image_url"])
    assert response.headers["content-type"] == "image/webp"
    assert "immutable" in response.headers["cache-control"]
    assert max(Image.open(io.BytesIO(response.content)).size) <= 384


def test_image_url_follows_the_address_the_proxy_forwards(app: RunningApp) -> None:
    answer = httpx.post(
        f"{app.url}/gradio_api/run/search",
        json={"data": [data_url(encoded(drawing())), "engravings", "auto", 1, []]},
        headers={"x-forwarded-host": "burin.example.org", "x-forwarded-proto": "https"},
    )
    url = answer.json()["data"][0]["matches"][0]["image_url"]
    assert url.startswith("https://burin.example.org/pictures/engravings/")


def test_many_pictures_may_be_fetched_at_once(app: RunningApp) -> None:
    matches = call(app, "search", image=data_url(encoded(drawing())), k=50)["matches"]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(httpx.get, [match["image_url"] for match in matches] * 3))
    assert all(answer.is_success for answer in answers)


def test_embedding_is_a_unit_vector_and_the_same_each_time(client: Client, fish: Path) -> None:
    answers = [client.predict(handle_file(fish), api_name="/embedding") for _ in range(2)]
    vector = np.array(answers[0]["embedding"])
    assert vector.shape == (answers[0]["dim"],)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)
    assert answers[0]["embedding"] == answers[1]["embedding"]


def test_record_and_tags_lead_to_each_other(app: RunningApp, client: Client) -> None:
    match = call(app, "search", image=data_url(encoded(drawing())), k=1)["matches"][0]
    record = client.predict("engravings", match["id"], api_name="/record")
    assert set(record) == {"id", "label", "tags", "image_url", "fields"}
    assert record["fields"] == match["fields"]
    found = client.predict("engravings", record["label"], api_name="/tags")
    assert record["id"] in [one["id"] for one in found["records"]]


def test_tags_say_how_many_there_are_and_show_the_first(app: RunningApp, client: Client) -> None:
    found = client.predict("engravings", "goblet", api_name="/tags")
    assert set(found) == {"collection", "total", "records"}
    assert found["total"] > len(found["records"]) == 50
    star = client.predict("engravings", "étoile", api_name="/tags")
    assert {one["label"] for one in star["records"][:3]} == {"star"}


def test_values_that_are_listed_may_end_where_the_defaults_begin(app: RunningApp) -> None:
    picture = {"url": data_url(encoded(drawing()))}

    def run(endpoint: str, *values: Any) -> Any:
        return httpx.post(f"{app.url}/gradio_api/run/{endpoint}", json={"data": values}, timeout=60).json()

    check_search(run("search", picture)["data"][0], k=10)
    check_search(run("search", picture, "engravings", "sketch", 3)["data"][0], k=3)
    assert run("search")["error"].startswith("There is no image")
    assert run("record", "engravings")["error"] == "id is None; wanted: text."


@pytest.mark.parametrize("name", ["search", "embedding"])
@pytest.mark.parametrize("address", ["http://127.0.0.1:9/picture.png", "https://example.org/picture.png"])
def test_the_server_fetches_no_address_for_a_caller(app: RunningApp, name: str, address: str) -> None:
    image = {"path": address, "meta": {"_type": "gradio.FileData"}}
    assert "An address is not fetched" in refusal(app, name, image=image)
    assert "There is no image" in refusal(app, name, image={"url": address})
    good = data_url(encoded(drawing()))
    assert "An address is not fetched" in refusal(app, "compare", image_a=good, image_b=image)


def test_info_and_health_say_what_is_open(app: RunningApp, client: Client) -> None:
    health = httpx.get(f"{app.url}/health").json()
    assert health["status"] == "ok"
    assert health["notices"] == []
    assert health["collections"]["engravings"]["records"] >= 1
    assert client.predict(api_name="/health") == health
    info = client.predict(api_name="/info")
    assert "engravings" in json.dumps(info)
    assert {one["name"]: one["notice"] for one in info["collections"]}["engravings"] is None


def test_only_the_named_endpoints_are_offered(client: Client) -> None:
    offered = client.view_api(return_format="dict", print_info=False)
    assert set(offered["named_endpoints"]) == ENDPOINTS
    assert not offered["unnamed_endpoints"]
    for name in ("/search", "/embedding"):
        parameters = offered["named_endpoints"][name]["parameters"]
        assert parameters[0]["parameter_name"] == "image"
        assert all(one["parameter_has_default"] for one in parameters[1:])
    compare = offered["named_endpoints"]["/compare"]["parameters"]
    assert [one["parameter_name"] for one in compare] == ["image_a", "image_b", "collection", "kind"]
    assert [one["parameter_has_default"] for one in compare] == [False, False, True, True]
    assert compare[3]["type"]["enum"] == ["auto", "sketch", "photo"]


def test_openapi_lists_the_endpoints(app: RunningApp) -> None:
    paths = httpx.get(f"{app.url}/gradio_api/openapi.json").json()["paths"]
    assert {f"/gradio_api/call/v2{name}" for name in ENDPOINTS} <= set(paths)


def test_on_a_space_one_request_of_curl_is_answered_too(tmp_path: Path) -> None:
    with run_app(tmp_path, SYSTEM="spaces", SPACE_ID="ada/burin") as space:
        asked = [{"url": data_url(encoded(drawing()))}, "engravings", "sketch", 5, []]
        answer = httpx.post(f"{space.url}/gradio_api/run/search", json={"data": asked}, timeout=60)
        assert answer.status_code == 200
        check_search(answer.json()["data"][0], k=5)


# ---- wrong input: one clear sentence, bounded memory, and the next query works


@pytest.fixture
def next_query_works(app: RunningApp) -> Iterator[None]:
    yield
    check_search(call(app, "search", image=data_url(encoded(drawing())), k=2), k=2)


@pytest.mark.usefixtures("next_query_works")
@pytest.mark.parametrize("name", BAD_PICTURES)
def test_a_bad_picture_gets_one_clear_sentence(
    app: RunningApp, client: Client, tmp_path: Path, name: str
) -> None:
    data, wanted = BAD_PICTURES[name]
    sentences = [
        refusal(app, "search", image=data_url(data)),
        refusal(app, "embedding", image=data_url(data)),
    ]
    if data:  # the upload itself refuses a file without bytes
        path = tmp_path / "picture.png"
        path.write_bytes(data)
        with pytest.raises(AppError) as raised:
            client.predict(handle_file(path), api_name="/search")
        sentences.append(str(raised.value))
    for sentence in sentences:
        assert wanted in sentence
        assert "Traceback" not in sentence
        assert str(tmp_path) not in sentence


def test_a_bomb_does_not_fill_the_memory(app: RunningApp) -> None:
    call(app, "search", image=data_url(encoded(drawing())))
    before = app.memory_mb()
    for _ in range(3):
        refusal(app, "search", image=data_url(bomb()))
    assert app.memory_mb() - before < 150


def turned(picture: Image.Image) -> bytes:
    """Stored on its side, with the EXIF entry that says so (6: turn by 90 degrees clockwise)."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(picture.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95, exif=exif)


def sixteen_bit(picture: Image.Image) -> bytes:
    return encoded(Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257))


def see_through(picture: Image.Image) -> bytes:
    """A palette whose paper is transparent."""
    palette = picture.convert("L").point(lambda value: 255 if value > 127 else 0).convert("P")
    white = palette.getpixel((0, 0))
    return encoded(palette, transparency=white)


def animated(picture: Image.Image) -> bytes:
    blank = Image.new("RGB", picture.size, "white")
    return encoded(picture, "GIF", save_all=True, append_images=[blank, blank], duration=100)


ODD_PICTURES = {
    "CMYK JPEG": encoded(drawing().convert("CMYK"), "JPEG", quality=95),
    "16-bit PNG": sixteen_bit(drawing()),
    "palette with transparency": see_through(drawing()),
    "EXIF-rotated": turned(drawing()),
    "animated GIF": animated(drawing()),
    "WebP": encoded(drawing(), "WEBP", quality=95),
    "BMP": encoded(drawing(), "BMP"),
    "TIFF": encoded(drawing(), "TIFF"),
}


@pytest.mark.parametrize("name", ODD_PICTURES)
def test_every_format_finds_what_the_plain_picture_finds(app: RunningApp, name: str) -> None:
    plain = call(app, "search", image=data_url(encoded(drawing())), kind="sketch")
    odd = call(app, "search", image=data_url(ODD_PICTURES[name], "image/any"), kind="sketch")
    assert odd["matches"][0]["id"] == plain["matches"][0]["id"]
    assert odd["matches"][0]["similarity"] == pytest.approx(plain["matches"][0]["similarity"], abs=0.05)


WRONG_PARAMETERS = {
    "k = 0": ({"k": 0}, "k is 0; wanted: a whole number from 1 to 50."),
    "k = 51": ({"k": 51}, "k is 51; wanted: a whole number from 1 to 50."),
    "k = many": ({"k": "many"}, "k is 'many'; wanted: a whole number from 1 to 50."),
    "unknown kind": ({"kind": "film"}, "kind is 'film'; wanted: one of auto, sketch, photo."),
    "unknown collection": ({"collection": "nowhere"}, "There is no collection 'nowhere'"),
    "collection of another type": (
        {"collection": ["engravings"]},
        "collection is ['engravings']; wanted: text.",
    ),
    "kind of another type": ({"kind": {}}, "kind is {}; wanted: text."),
    "tags of another type": ({"tags": [1, 2]}, "wanted: a list of words"),
}


@pytest.mark.usefixtures("next_query_works")
@pytest.mark.parametrize("name", WRONG_PARAMETERS)
def test_a_wrong_parameter_gets_one_clear_sentence(app: RunningApp, name: str) -> None:
    arguments, wanted = WRONG_PARAMETERS[name]
    assert wanted in refusal(app, "search", image=data_url(encoded(drawing())), **arguments)


def test_an_unknown_record_is_named(app: RunningApp) -> None:
    assert "There is no record 'nobody'" in refusal(app, "record", collection="engravings", id="nobody")
    assert "There is no collection 'x'" in refusal(app, "tags", collection="x", text="rose")
    assert httpx.get(f"{app.url}/pictures/engravings/nobody.webp").status_code == 404
    assert httpx.get(f"{app.url}/pictures/nowhere/nobody.webp").status_code == 404


@pytest.mark.parametrize(
    "image",
    [
        {"path": "/etc/hostname"},
        {"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}},
        {"path": "app.py", "meta": {"_type": "gradio.FileData"}},
        "/etc/hostname",
        {"url": "file:///etc/hostname"},
        {},
        None,
        7,
    ],
)
@pytest.mark.usefixtures("next_query_works")
def test_no_file_of_the_server_can_be_named(app: RunningApp, image: Any) -> None:
    sentence = refusal(app, "search", image=image)
    # None is Gradio's own masked error: the file was refused before it came to us.
    assert sentence == "None" or "wanted" in sentence


def test_a_request_above_the_limit_is_refused(app: RunningApp) -> None:
    body = b'{"image": "' + b"A" * 16_000_000 + b'"}'
    headers = {"content-type": "application/json"}
    response = httpx.post(f"{app.url}/gradio_api/call/v2/search", content=body, headers=headers)
    assert response.status_code == 413
    pieces = (body[start : start + 1_000_000] for start in range(0, len(body), 1_000_000))
    response = httpx.post(f"{app.url}/gradio_api/call/v2/search", content=pieces, headers=headers)
    assert response.status_code == 413
