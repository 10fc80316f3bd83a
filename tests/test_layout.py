"""What is where in a picture as a vector, and the search by it: in bundles, the service and the commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from gradio_client import Client
from PIL import ImageOps

from hub_assets import bundle
from hub_assets.hub_cards import features
from retrieval import images
from retrieval.__main__ import main
from retrieval.collection import Collection
from retrieval.search import SearchService
from retrieval.segmentation import CATEGORIES, GRID, LAYOUT, at_size, layout, layout_of
from retrieval.types import BundleError, ImageError, NotFoundError, Query, RequestError
from tests.helpers import ANSWER_KEYS, edit_manifest, encoded, street, write_bundle, write_mask_bundle
from tests.running import data_url, run_app
from tests.scenes import SCENES, SIZE, halves, scene_rows, write_scenes
from tests.test_api import call, refusal

FLAT, CONSTRUCTION, SKY, HUMAN = (CATEGORIES.index(name) for name in ("flat", "construction", "sky", "human"))
VOID = CATEGORIES.index("void")


def filled(*bands: int, height: int = 60, width: int = 80) -> np.ndarray:
    """A mask of equal horizontal bands, from above."""
    mask_HW = np.zeros((height, width), np.uint8)
    for number, category in enumerate(bands):
        mask_HW[height * number // len(bands) : height * (number + 1) // len(bands)] = category
    return mask_HW


# ---- the vector


def test_a_layout_is_the_roots_of_the_shares_in_each_cell():
    mask_HW = filled(SKY, FLAT)
    mask_HW[50:60, 0:5] = HUMAN  # half of the lowest cell on the left: 10 x 10 pixels of which 5 x 10
    cells_RCK = layout(mask_HW).reshape(*GRID, len(CATEGORIES) - 1)
    whole = 1 / np.sqrt(GRID[0] * GRID[1])
    assert cells_RCK[0, 0].tolist() == pytest.approx([whole if k == SKY else 0 for k in range(7)])
    assert cells_RCK[5, 7].tolist() == pytest.approx([whole if k == FLAT else 0 for k in range(7)])
    half = whole * np.sqrt(0.5)
    assert cells_RCK[5, 0].tolist() == pytest.approx([half if k in (FLAT, HUMAN) else 0 for k in range(7)])
    assert layout(mask_HW).dtype == np.float32
    assert np.linalg.norm(layout(mask_HW)) == pytest.approx(1.0, abs=1e-6)


def test_the_cosine_of_two_layouts_is_the_mean_overlap_of_their_cells():
    rng = np.random.default_rng(0)
    one, other = (rng.integers(0, VOID, (61, 83)).astype(np.uint8) for _ in range(2))
    slow = 0.0
    for row in range(GRID[0]):
        for column in range(GRID[1]):
            parts = []
            for mask_HW in (one, other):
                rows = [y for y in range(61) if y * GRID[0] // 61 == row]
                columns = [x for x in range(83) if x * GRID[1] // 83 == column]
                cell = mask_HW[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
                parts.append([float((cell == k).mean()) for k in range(VOID)])
            slow += sum(np.sqrt(p * q) for p, q in zip(*parts, strict=True))
    assert layout(one) @ layout(other) == pytest.approx(slow / (GRID[0] * GRID[1]), abs=1e-5)


def test_the_same_things_elsewhere_are_far_and_elsewhere_a_little_are_near():
    scene = filled(SKY, CONSTRUCTION, FLAT)
    assert layout(scene) @ layout(scene) == pytest.approx(1.0, abs=1e-6)
    assert layout(scene) @ layout(np.flipud(scene)) == pytest.approx(1 / 3, abs=1e-6)
    assert layout(filled(SKY, FLAT)) @ layout(filled(FLAT, SKY)) == 0.0
    lopsided = scene.copy()
    lopsided[20:40, :40] = HUMAN
    mirrored = np.ascontiguousarray(np.fliplr(lopsided))
    assert layout(lopsided) @ layout(mirrored) == pytest.approx(2 / 3, abs=1e-6)
    moved = np.roll(scene, 5, axis=0)
    moved[:5] = SKY
    assert 0.85 < layout(scene) @ layout(moved) < 1.0


@pytest.mark.parametrize("size", [(160, 120), (1024, 768), (8, 6)])
def test_a_layout_is_the_same_at_every_size_of_the_mask(size):
    scene = filled(SKY, CONSTRUCTION, FLAT)
    assert layout(scene) @ layout(at_size(scene, size)) == pytest.approx(1.0, abs=1e-6)


def test_masks_smaller_than_the_grid_have_a_layout_too():
    assert layout(np.full((1, 1), SKY, np.uint8)) @ layout(filled(SKY)) == pytest.approx(1.0)
    assert layout(np.array([[SKY], [FLAT]], np.uint8)) @ layout(filled(SKY, FLAT)) == pytest.approx(1.0)


def test_void_counts_for_nothing_and_a_mask_of_void_alone_is_refused():
    bonnet = filled(SKY, FLAT)
    bonnet[30:, :40] = VOID
    found_RCK = layout(bonnet).reshape(*GRID, -1)
    assert not found_RCK[3:, :4].any()
    assert np.linalg.norm(layout(bonnet)) == pytest.approx(1.0, abs=1e-6)
    with pytest.raises(ValueError, match="every pixel of the mask is void"):
        layout(filled(VOID))


def test_the_layout_of_logits_is_that_of_the_likeliest_categories():
    logits_CHW = np.random.default_rng(1).normal(size=(7, 12, 16)).astype(np.float32)
    likeliest_HW = np.array(
        [[max(range(7), key=lambda k: logits_CHW[k, y, x]) for x in range(16)] for y in range(12)], np.uint8
    )
    assert np.array_equal(layout_of(logits_CHW), layout(likeliest_HW))


# ---- the bundle


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_scenes(tmp_path_factory.mktemp("scenes") / "scenes")


@pytest.fixture(scope="module")
def service(folder, tmp_path_factory):
    top = tmp_path_factory.mktemp("others")
    return SearchService.open(
        {"scenes": folder, "shapes": write_bundle(top / "shapes"), "light": write_mask_bundle(top / "light")},
        threads=1,
    )


def altered(folder: Path, change: Callable[[pa.Table], pa.Table]) -> Path:
    """The bundle with its first shard changed, and a manifest that knows it."""
    path = min((folder / "dataset").glob("*.parquet"))
    pq.write_table(change(pq.read_table(path)), path)
    manifest = json.loads((folder / "dataset" / "manifest.json").read_text(encoding="utf-8"))
    edit_manifest(folder, files=manifest["files"] | {path.name: bundle.sha256(path)})
    return folder


def put(table: pa.Table, layouts: np.ndarray) -> pa.Table:
    column = pa.FixedSizeListArray.from_arrays(pa.array(layouts.reshape(-1)), layouts.shape[1])
    return table.set_column(table.schema.get_field_index("layout"), "layout", column)


def test_a_bundle_with_layouts_says_that_it_can_be_searched_by_them(service):
    opened = service.collections["scenes"]
    assert opened.layouts_NL.shape == (len(SCENES), LAYOUT)
    by_name = {one["name"]: one["by"] for one in service.info()["collections"]}
    assert by_name == {"scenes": ["look", "layout"], "shapes": ["look"], "light": []}


def test_layouts_travel_as_a_list_of_known_length(folder):
    column = next(one for one in features(bundle.read(folder)) if one["name"] == "layout")
    assert column == {"name": "layout", "list": "float32", "length": LAYOUT}
    schema = pq.read_schema(min((folder / "dataset").glob("*.parquet")))
    told = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert told["layout"] == {
        "feature": {"dtype": "float32", "_type": "Value"}, "length": LAYOUT, "_type": "List",
    }  # fmt: skip
    assert told["sky"] == {"dtype": "float64", "_type": "Value"}


def test_a_bundle_of_the_same_records_without_layouts_opens_as_before(tmp_path):
    opened = Collection(write_scenes(tmp_path / "b", layouts=False), threads=1)
    assert (opened.layouts_NL, opened.layout_index, opened.by) == (None, None, ("look",))
    assert opened.segmenter is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: put(t, np.eye(5, 100, dtype=np.float32)), f"not finite vectors of {LAYOUT}"),
        (lambda t: put(t, np.eye(5, LAYOUT, dtype=np.float32) * 2), "layouts are not of unit norm"),
        (lambda t: put(t, np.full((5, LAYOUT), np.nan, np.float32)), f"not finite vectors of {LAYOUT}"),
        (lambda t: put(t, np.eye(5, 2 * LAYOUT, dtype=np.float32)), "layouts are not of unit norm"),
        (
            lambda t: t.set_column(t.schema.get_field_index("layout"), "layout", pa.array(["x"] * 5)),
            f"not finite vectors of {LAYOUT}",
        ),
        (
            lambda t: t.set_column(
                t.schema.get_field_index("layout"),
                "layout",
                pa.array([None, *t["layout"].to_pylist()[1:]], pa.list_(pa.float32())),
            ),
            "4 layouts for 5 records",
        ),
    ],
    ids=["short", "long vectors", "no numbers", "twice as long", "text", "one is missing"],
)
def test_wrong_layouts_are_refused_by_name(tmp_path, change, said):
    with pytest.raises(BundleError, match=said):
        Collection(altered(write_scenes(tmp_path / "b"), change))


def test_layouts_of_some_records_files_only_are_refused(tmp_path, monkeypatch):
    from train import records

    monkeypatch.setattr(records, "SHARD_BYTES", 4_000)
    folder = write_scenes(tmp_path / "b")
    assert len(list((folder / "dataset").glob("*.parquet"))) > 1
    assert Collection(folder).by == ("look", "layout")
    with pytest.raises(BundleError, match="not all records have one"):
        Collection(altered(folder, lambda table: table.drop_columns(["layout"])))


def test_layouts_that_no_segmenter_can_ask_are_refused(tmp_path, service):
    rows = scene_rows(service.collections["scenes"].segmenter)
    folder = write_bundle(tmp_path / "b", rows, model={"preparation": "colour"}, columns=())
    with pytest.raises(BundleError, match="no segmenter to ask with"):
        Collection(folder)


def test_a_column_of_ones_own_cannot_be_called_as_those_every_record_has(tmp_path):
    folder = write_bundle(tmp_path / "b")
    edit_manifest(folder, columns=[{"name": "layout", "title_en": "Plan", "title_fr": "Plan"}])
    with pytest.raises(BundleError, match="columns are called layout; every record has that already"):
        Collection(folder)


# ---- the search


def ids(result):
    return [match.record.id for match in result.matches]


def test_by_looks_the_colours_count_and_by_layout_what_is_where(service):
    picture = encoded(halves())
    looks = service.search(Query("scenes", picture=picture))
    layouts = service.search(Query("scenes", picture=picture, by="layout"))
    assert ids(looks)[:3] == ["plain", "low", "pale"]
    assert set(ids(layouts)[:2]) == {"plain", "pale"}
    assert ids(layouts)[2] == "low"
    found = {match.record.id: match.similarity for match in layouts.matches}
    # Half of the cells, or five of six rows of them, say the same.
    assert found == pytest.approx(
        {"plain": 1.0, "pale": 1.0, "low": 5 / 6, "left": 0.5, "upside-down": 0.0}, abs=1e-5
    )


def test_a_scene_with_its_sky_below_is_the_farthest(service):
    asked = Query("scenes", picture=encoded(ImageOps.flip(halves(150, 100))), by="layout")
    result = service.search(asked)
    assert ids(result)[0] == "upside-down"
    assert {match.record.id for match in result.matches[-2:]} == {"plain", "pale"}
    assert result.matches[-1].similarity == pytest.approx(0.0, abs=1e-6)


def test_the_nearest_of_a_record_by_layout_is_the_one_laid_out_alike_and_never_itself(service):
    assert ids(service.search(Query("scenes", like="plain", by="layout")))[0] == "pale"
    assert ids(service.search(Query("scenes", like="plain")))[0] == "low"
    result = service.search(Query("scenes", like="pale", by="layout"))
    assert (ids(result)[0], len(result.matches), result.kind) == ("plain", len(SCENES) - 1, "record")


def test_tags_and_k_bound_a_search_by_layout_too(service):
    asked = Query("scenes", picture=encoded(halves()), by="layout", tags=("strong",), k=2)
    assert ids(service.search(asked)) == ["plain", "low"]
    with pytest.raises(RequestError, match="No record carries the tags"):
        service.search(Query("scenes", like="plain", by="layout", tags=("nowhere",)))


def test_the_reading_is_by_looks_whatever_is_asked_for(tmp_path):
    folder = write_scenes(tmp_path / "b", readings=("label", "mask"))
    service = SearchService.open({"scenes": folder}, threads=1)
    looks, layouts = (
        service.search(Query("scenes", picture=encoded(halves()), by=by)) for by in ("look", "layout")
    )
    assert looks.label == layouts.label == "town"
    assert (looks.confidence, looks.in_domain) == (layouts.confidence, layouts.in_domain)


def test_a_collection_without_layouts_names_the_one_that_has_them(service):
    for name in ("shapes", "light"):
        with pytest.raises(RequestError, match=f"'{name}' has no layouts to search by; wanted: scenes"):
            service.search(Query(name, picture=encoded(street()), by="layout"))
    with pytest.raises(RequestError, match="by is 'smell'; wanted: one of look, layout"):
        Query("scenes", like="plain", by="smell")
    with pytest.raises(NotFoundError, match="no record 'gone'"):
        service.search(Query("scenes", like="gone", by="layout"))


# ---- both answers of one decoded picture


def test_the_answer_and_the_mask_of_a_photo_come_of_one_decoding(service, monkeypatch):
    decoded = []
    real = images.load_with_size
    monkeypatch.setattr(images, "load_with_size", lambda picture: decoded.append(1) or real(picture))
    for by in ("look", "layout"):
        query = Query("scenes", picture=encoded(halves()), by=by)
        decoded.clear()
        result, segmented = service.ask(query)
        assert len(decoded) == 1
        assert ids(result) == ids(service.search(query))
        alone = service.segment("scenes", encoded(halves()))
        assert np.array_equal(segmented.mask_HW, alone.mask_HW)
        assert segmented.mask_HW.shape == SIZE[::-1]
        assert segmented.shares == alone.shares
        assert segmented.timings_ms == result.timings_ms
        assert result.timings_ms["total"] >= result.timings_ms["segment"] + result.timings_ms["encode"]


def test_there_is_no_mask_of_a_record_nor_of_a_collection_that_gives_none(service):
    assert service.ask(Query("scenes", like="plain"))[1] is None
    assert service.ask(Query("shapes", picture=encoded(street())))[1] is None
    result, segmented = service.ask(Query("light", picture=encoded(street())))
    assert (result.matches, segmented.shares["sky"]) == ((), pytest.approx(0.5, abs=0.1))
    with pytest.raises(ImageError):
        service.ask(Query("light", picture=b"no picture"))


# ---- the endpoints, over HTTP


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    top = tmp_path_factory.mktemp("served")
    write_bundle(top / "b" / "shapes")
    write_scenes(top / "b" / "scenes")
    with run_app(top, COLLECTIONS=str(top / "b"), BURIN_USERS="") as app:
        yield app


def test_the_endpoint_takes_by_and_answers_in_the_same_words(served):
    picture = data_url(encoded(halves()))
    looks = call(served, "search", image=picture, collection="scenes")
    layouts = call(served, "search", image=picture, collection="scenes", by="layout")
    assert set(looks) == set(layouts) == ANSWER_KEYS
    assert [match["id"] for match in looks["matches"]][:3] == ["plain", "low", "pale"]
    assert {match["id"] for match in layouts["matches"][:2]} == {"plain", "pale"}
    assert layouts["matches"][2]["similarity"] == pytest.approx(5 / 6, abs=1e-4)
    assert layouts["matches"][0]["fields"]["sky"] == pytest.approx(0.5, abs=0.05)
    assert "segment" not in looks["timings_ms"]


def test_by_is_the_last_parameter_and_a_request_from_before_still_works(served):
    offered = Client(served.url, verbose=False).view_api(return_format="dict", print_info=False)
    parameters = offered["named_endpoints"]["/search"]["parameters"]
    assert [one["parameter_name"] for one in parameters][-1] == "by"
    assert parameters[-1]["type"]["enum"] == ["look", "layout"]
    assert parameters[-1]["parameter_default"] == "look"
    asked = [{"url": data_url(encoded(halves()))}, "scenes", "photo", 2, []]
    for more, wanted in (([], ["plain", "low"]), (["layout"], ["plain", "pale"])):
        posted = {"data": asked + more}
        answer = httpx.post(f"{served.url}/gradio_api/run/search", json=posted, timeout=60)
        assert answer.is_success, answer.text
        assert sorted(match["id"] for match in answer.json()["data"][0]["matches"]) == sorted(wanted)


def test_what_cannot_be_searched_by_layout_is_said_in_one_sentence(served):
    picture = data_url(encoded(halves()))
    said = refusal(served, "search", image=picture, collection="shapes", by="layout")
    assert said == "The collection 'shapes' has no layouts to search by; wanted: scenes."
    for by in ("smell", None, 3, ["look"]):
        assert refusal(served, "search", image=picture, collection="scenes", by=by).startswith("by is ")


def test_info_says_how_each_collection_can_be_searched(served):
    opened = call(served, "info")["collections"]
    assert {one["name"]: one["by"] for one in opened} == {"scenes": ["look", "layout"], "shapes": ["look"]}


# ---- the command line


def test_the_command_line_searches_by_layout_and_says_what_can_be(folder, tmp_path, capsys):
    halves().save(tmp_path / "a.png")
    (tmp_path / "photos").mkdir()
    halves(150, 100).save(tmp_path / "photos" / "b.png")
    asked = ["--collection", str(folder), "--by", "layout", "-k", "2"]
    assert main(["search", str(tmp_path / "a.png"), *asked, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {match["id"] for match in answer["matches"]} == {"plain", "pale"}
    assert main(["batch", str(tmp_path / "photos"), *asked, "--out", str(tmp_path / "out.jsonl")]) == 0
    line = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert {match["id"] for match in line["matches"]} == {"plain", "pale"}
    capsys.readouterr()
    assert main(["info", "--collection", str(folder)]) == 0
    assert "searched by: look, layout" in capsys.readouterr().out


def test_the_command_line_refuses_what_has_no_layouts_and_what_is_no_way_to_search(tmp_path, capsys):
    halves().save(tmp_path / "a.png")
    folder = write_bundle(tmp_path / "shapes")
    asked = ["search", str(tmp_path / "a.png"), "--collection", str(folder), "--by"]
    assert main([*asked, "layout"]) == 2
    assert "'shapes' has no layouts to search by; wanted: none has any." in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*asked, "smell"])
    assert "invalid choice: 'smell'" in capsys.readouterr().err
