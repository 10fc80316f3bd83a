"""What a mask is on the way out: the graph's shape, the size of the answer, colours, shares and PNGs."""

import io

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from retrieval.segmentation import (
    ANSWERS,
    CATEGORIES,
    PALETTE,
    Segmenter,
    at_size,
    ids_png,
    mask_of,
    overlay,
    png,
    shares,
)
from retrieval.types import BundleError

HEIGHT, WIDTH = 32, 48
MASK_HW = np.array([[0, 0, 6], [4, 7, 6]], dtype=np.uint8)


def write_segmenter(path, categories=ANSWERS, height=HEIGHT, width=WIDTH):
    """A graph of stride 4 whose logits are weights of the colours: red is vehicle, green nature, blue sky,
    and what is dark is flat."""
    weight = np.zeros((categories, 3, 1, 1), np.float32)
    bias = np.full(categories, -1e4, np.float32)
    bias[0] = 100.0
    for category, channel in ((6, 0), (3, 1), (4, 2)):
        if category < categories:
            weight[category, channel], bias[category] = 1.0, 0.0
    nodes = [
        helper.make_node("Cast", ["images"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("AveragePool", ["pixels"], ["small"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Conv", ["small", "weight", "bias"], ["logits"]),
    ]
    shape = ["batch", categories, height // 4, width // 4]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["batch", 3, height, width])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory):
    path = write_segmenter(tmp_path_factory.mktemp("graph") / "segmenter.onnx")
    return Segmenter(path, HEIGHT, WIDTH, threads=1)


def halves(size, left=(255, 0, 0), right=(0, 0, 255)):
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    return picture


@pytest.mark.parametrize("size", [(48, 32), (480, 360), (37, 91), (1, 1)])
def test_a_mask_has_the_photos_own_size_and_the_right_ids(segmenter, size):
    mask_HW = segmenter.segment(Image.new("RGB", size, (0, 255, 0)))
    assert mask_HW.shape == size[::-1]
    assert mask_HW.dtype == np.uint8
    assert (mask_HW == CATEGORIES.index("nature")).all()


def test_two_halves_of_a_photo_are_two_categories_and_meet_in_the_middle(segmenter):
    mask_HW = segmenter.segment(halves((480, 360)))
    assert set(np.unique(mask_HW)) <= {0, 4, 6}  # on the seam it is dark
    assert (mask_HW[:, :220] == 6).all()
    assert (mask_HW[:, 260:] == 4).all()


def test_logits_are_scaled_before_the_likeliest_is_taken():
    # Between 1 and -1 the straight line crosses zero in the middle: four pixels to either side.
    logits_CHW = np.zeros((2, 1, 2), np.float32)
    logits_CHW[1, 0] = (-1.0, 1.0)
    assert mask_of(logits_CHW, (8, 1)).tolist() == [[0, 0, 0, 0, 1, 1, 1, 1]]
    logits_CHW[1, 0] = (-1.0, 3.0)  # crosses a quarter of the way from the left centre
    assert mask_of(logits_CHW, (8, 1)).tolist() == [[0, 0, 0, 1, 1, 1, 1, 1]]


def test_of_equal_logits_the_lower_id_is_taken():
    assert (mask_of(np.ones((7, 2, 2), np.float32), (4, 4)) == 0).all()


def test_a_graph_of_another_size_is_refused_with_both_sizes(tmp_path):
    path = write_segmenter(tmp_path / "segmenter.onnx")
    with pytest.raises(BundleError, match=r"3 x 32 x 48, config\.json says uint8 of 3 x 64 x 48"):
        Segmenter(path, 64, WIDTH)


def test_a_graph_of_other_categories_is_refused(tmp_path):
    path = write_segmenter(tmp_path / "segmenter.onnx", categories=8)
    with pytest.raises(BundleError, match="gives 8 x 8 x 12; wanted: logits of 7"):
        Segmenter(path, HEIGHT, WIDTH)


def test_a_file_that_is_no_graph_is_refused(tmp_path):
    path = tmp_path / "segmenter.onnx"
    path.write_bytes(b"no graph")
    with pytest.raises(BundleError, match="no graph"):
        Segmenter(path, HEIGHT, WIDTH)


@pytest.mark.parametrize("values", [None, {}, {"height": 32}, {"height": "tall", "width": 48}])
def test_a_config_without_the_segmenters_size_is_refused(tmp_path, values):
    path = write_segmenter(tmp_path / "segmenter.onnx")
    with pytest.raises(BundleError, match="neither height nor width"):
        Segmenter.open(path, values)
    assert Segmenter.open(path, {"height": HEIGHT, "width": WIDTH}).width == WIDTH


def test_shares_are_parts_of_all_pixels_in_the_order_of_the_ids():
    found = shares(MASK_HW)
    assert list(found) == list(CATEGORIES)
    assert found["flat"] == pytest.approx(2 / 6)
    assert found["vehicle"] == pytest.approx(2 / 6)
    assert found["human"] == 0.0
    assert sum(found.values()) == pytest.approx(1.0)


def test_both_pngs_hold_the_ids_and_the_one_shows_colours():
    for data, mode in ((png(MASK_HW), "P"), (ids_png(MASK_HW), "L")):
        opened = Image.open(io.BytesIO(data))
        assert (opened.format, opened.mode, opened.size) == ("PNG", mode, (3, 2))
        assert np.array_equal(np.asarray(opened), MASK_HW)
    coloured = Image.open(io.BytesIO(png(MASK_HW))).convert("RGB")
    assert np.array_equal(np.asarray(coloured), np.array(PALETTE)[MASK_HW])


def test_an_overlay_lies_over_the_photo_and_leaves_void_alone():
    photo = Image.new("RGB", (3, 2), (200, 200, 200))
    plain, full, half = (np.asarray(overlay(photo, MASK_HW, opacity)) for opacity in (0.0, 1.0, 0.5))
    assert (plain == 200).all()
    assert full[0, 0].tolist() == list(PALETTE[0])
    assert full[1, 1].tolist() == [200, 200, 200]
    np.testing.assert_allclose(half[0, 0], (np.array(PALETTE[0]) + 200) / 2, atol=1)


@pytest.mark.parametrize(("size", "opacity"), [((3, 2), 1.5), ((3, 2), -0.1), ((2, 3), 0.5)])
def test_an_overlay_that_cannot_be_is_refused(size, opacity):
    with pytest.raises(ValueError, match="wanted: 0 to 1"):
        overlay(Image.new("RGB", size), MASK_HW, opacity)


def test_a_mask_at_another_size_holds_only_ids_that_were_there():
    larger = at_size(MASK_HW, (30, 20))
    assert larger.shape == (20, 30)
    assert set(np.unique(larger)) == set(np.unique(MASK_HW))
    assert at_size(MASK_HW, (3, 2)) is MASK_HW


def test_there_are_eight_categories_each_with_a_colour_of_its_own():
    assert CATEGORIES == ("flat", "construction", "object", "nature", "sky", "human", "vehicle", "void")
    assert len(set(PALETTE)) == 8
