"""The encoder serves what its graph computes, and refuses graphs and configs that do not fit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from retrieval import images
from retrieval.encoder import PREPARATIONS, Encoder, EncoderConfig
from retrieval.types import BundleError
from tests.helpers import DIM, POOL, SHAPES, SIZE, shape, write_encoder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    path = tmp_path_factory.mktemp("encoder") / "encoder.onnx"
    return Encoder(path, write_encoder(path), threads=1)


def by_numpy(prepared_1HW: np.ndarray) -> np.ndarray:
    ink = 255.0 - prepared_1HW[0].astype(np.float64)
    blocks = ink.reshape(SIZE // POOL, POOL, SIZE // POOL, POOL).mean(axis=(1, 3)).ravel() + 1e-6
    return blocks / np.linalg.norm(blocks)


@pytest.mark.parametrize("name", SHAPES)
def test_vectors_are_those_of_the_graph_worked_out_by_hand(encoder, name):
    prepared_1HW, _ = encoder.prepare(shape(name), "sketch")
    embedding_1D = encoder.encode(prepared_1HW[np.newaxis])
    assert embedding_1D.shape == (1, DIM)
    assert embedding_1D.dtype == np.float32
    np.testing.assert_allclose(embedding_1D[0], by_numpy(prepared_1HW), atol=1e-5)


def test_a_batch_gives_the_same_vectors_as_one_at_a_time(encoder):
    batch_NCHW = np.stack([encoder.prepare(shape(name), "sketch")[0] for name in SHAPES])
    together = encoder.encode(batch_NCHW)
    alone = np.concatenate([encoder.encode(one[np.newaxis]) for one in batch_NCHW])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)


def test_prepare_is_ink_on_paper_at_the_size_of_the_graph(encoder):
    prepared_1HW, taken_for = encoder.prepare(shape("ring"), "auto")
    wanted, _ = images.ink_on_paper(shape("ring"), "sketch", SIZE)
    assert taken_for == "sketch"
    np.testing.assert_array_equal(prepared_1HW[0], wanted)


def test_threads_may_share_one_encoder(encoder):
    batch_NCHW = np.stack([encoder.prepare(shape(name), "sketch")[0] for name in SHAPES])
    alone = encoder.encode(batch_NCHW)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(encoder.encode, [batch_NCHW] * 40):
            np.testing.assert_allclose(found, alone, atol=1e-6)


@pytest.mark.parametrize("content", [b"", b"not a graph", b"\x08\x08" * 500])
def test_a_file_that_is_no_graph_is_refused_by_name(tmp_path, content):
    path = tmp_path / "encoder.onnx"
    path.write_bytes(content)
    with pytest.raises(BundleError, match=r"encoder\.onnx is no graph"):
        Encoder(path, EncoderConfig(SIZE, DIM))


def test_a_missing_graph_is_refused(tmp_path):
    with pytest.raises(BundleError, match=r"encoder\.onnx is no graph"):
        Encoder(tmp_path / "encoder.onnx", EncoderConfig(SIZE, DIM))


def test_a_graph_with_another_dim_than_its_config_is_refused(tmp_path):
    write_encoder(tmp_path / "encoder.onnx")
    with pytest.raises(BundleError, match=rf"vectors of {DIM}, config.json says 256"):
        Encoder(tmp_path / "encoder.onnx", EncoderConfig(SIZE, 256))


@pytest.mark.parametrize(("made_for", "said"), [("ink", "colour"), ("colour", "ink")])
def test_a_graph_of_other_channels_than_its_preparation_is_refused(tmp_path, made_for, said):
    made = write_encoder(tmp_path / "encoder.onnx", preparation=made_for)
    with pytest.raises(BundleError, match=r"takes pictures of \d x 32 x 32, config\.json says \d x 32 x 32"):
        Encoder(tmp_path / "encoder.onnx", replace(made, preparation=said))


def test_a_graph_of_another_size_than_its_config_is_refused_when_opened(tmp_path):
    made = write_encoder(tmp_path / "encoder.onnx")
    with pytest.raises(BundleError, match=r"takes pictures of 1 x 32 x 32, config\.json says 1 x 64 x 64"):
        Encoder(tmp_path / "encoder.onnx", replace(made, size=64))


def test_the_colour_preparation_keeps_colour_and_fills_the_square(tmp_path):
    """Red above blue, wide: each half of the square is one colour, and the graph sees three channels."""
    encoder = Encoder(
        tmp_path / "encoder.onnx", write_encoder(tmp_path / "encoder.onnx", preparation="colour")
    )
    picture = Image.new("RGB", (300, 100), "red")
    picture.paste("blue", (0, 50, 300, 100))
    prepared_3HW, taken_for = encoder.prepare(picture, "photo")
    assert (prepared_3HW.shape, prepared_3HW.dtype, taken_for) == ((3, SIZE, SIZE), np.uint8, "photo")
    assert prepared_3HW[:, 5, 16].tolist() == [255, 0, 0]
    assert prepared_3HW[:, -5, 16].tolist() == [0, 0, 255]
    embedding_D = encoder.encode(prepared_3HW[np.newaxis])[0]
    assert embedding_D.shape == (3 * DIM,)
    assert embedding_D @ embedding_D == pytest.approx(1.0, abs=1e-5)


def test_each_preparation_gives_the_shape_its_config_says():
    for name, preparation in PREPARATIONS.items():
        config = EncoderConfig(SIZE, DIM, name)
        prepared, _ = preparation.apply(shape("ring"), "sketch", SIZE)
        assert config.shape == (preparation.channels, SIZE, SIZE)
        assert prepared.size == np.prod(config.shape)


@pytest.mark.parametrize("preparation", PREPARATIONS)
def test_a_picture_is_prepared_large_and_made_as_small_as_the_graph_takes(tmp_path, preparation):
    made = write_encoder(tmp_path / "encoder.onnx", preparation=preparation)
    encoder = Encoder(tmp_path / "encoder.onnx", replace(made, prepared_size=2 * SIZE))
    prepared, taken_for = encoder.prepare(shape("ring"), "sketch")
    large, _ = PREPARATIONS[preparation].apply(shape("ring"), "sketch", 2 * SIZE)
    expected = images.smaller(large.reshape(-1, 2 * SIZE, 2 * SIZE), SIZE)
    assert (prepared.shape, prepared.dtype, taken_for) == (made.shape, np.uint8, "sketch")
    assert np.array_equal(prepared, expected)
    assert encoder.encode(prepared[np.newaxis]).shape == (1, made.dim)


def test_a_config_takes_what_it_knows_and_ignores_what_is_for_people():
    values = {"size": 160, "dim": 256, "preparation": "ink", "backbone": "tf_efficientnet_lite0"}
    assert EncoderConfig.from_json(values) == EncoderConfig(160, 256, "ink")
    assert EncoderConfig.from_json(values | {"preparation": "colour"}) == EncoderConfig(160, 256, "colour")
    assert EncoderConfig.from_json(values | {"prepared_size": 192}) == EncoderConfig(160, 256, "ink", 192)


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 8},
        {"size": 4096},
        {"size": "large"},
        {"size": None},
        {"dim": 0},
        {"dim": 1_000_000},
        {"preparation": "sepia"},
        {"preparation": None},
        {"prepared_size": 128},
        {"prepared_size": 4096},
        {"prepared_size": "large"},
    ],
)
def test_a_config_with_unknown_values_is_refused(changes):
    with pytest.raises(BundleError, match=r"config\.json"):
        EncoderConfig.from_json({"size": 160, "dim": 256, "preparation": "ink"} | changes)


@pytest.mark.parametrize("missing", ["size", "dim", "preparation"])
def test_a_config_that_lacks_a_value_is_refused_naming_it(missing):
    values = {"size": 160, "dim": 256, "preparation": "ink"}
    del values[missing]
    with pytest.raises(BundleError, match=missing):
        EncoderConfig.from_json(values)
