"""Tiny things that tests share: pictures with known neighbours, an encoder of three nodes, a bundle.

The encoder is a real ONNX graph run by ONNX Runtime: it averages ink over 4 x 4 pixels and scales the
result to unit norm, so similarity is plain overlap of ink and can be worked out with NumPy.
"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pyarrow as pa
import pyarrow.parquet as pq
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw

from hub_assets import bundle
from hub_assets.bundle import Calibration, Column, Manifest
from retrieval import images
from retrieval.encoder import PREPARATIONS, Encoder, EncoderConfig
from retrieval.types import Record
from train.records import write_records

ROOT = Path(__file__).parent.parent
DATA = ROOT / ".." / "shared" / "data"

SIZE, POOL = 32, 4
DIM = (SIZE // POOL) ** 2
SHAPES = ("bar", "cross", "fork", "ring")
UPRIGHT_BY_ROTATION = 6  # EXIF orientation: turn 90 degrees clockwise to see it upright
COPIES = 3  # records of each shape, every one drawn a little differently


def shape(name: str, copy: int = 0, side: int = 128) -> Image.Image:
    """Black lines on white, RGB. The copies of one shape differ in size and place by a few pixels."""
    picture = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(picture)
    unit = side / 128
    width = max(2, round((6 + copy) * unit))

    def at(*numbers: float) -> list[float]:
        return [(number + 3 * copy) * unit for number in numbers]

    if name == "bar":
        pen.line(at(60, 20, 64, 100), fill="black", width=width)
    elif name == "cross":
        pen.line(at(24, 24, 100, 100), fill="black", width=width)
        pen.line(at(100, 24, 24, 100), fill="black", width=width)
    elif name == "fork":
        pen.line(at(62, 50, 62, 110), fill="black", width=width)
        pen.line(at(20, 16, 20, 50, 104, 50, 104, 16), fill="black", width=width)
    elif name == "ring":
        pen.ellipse(at(20, 20, 104, 104), outline="black", width=width)
    else:
        raise ValueError(f"no shape {name!r}; wanted: one of {', '.join(SHAPES)}")
    return picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def marked(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """White, with a black block in the top left corner."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("black", (0, 0, width // 3, height // 3))
    return picture.convert(mode)


def assert_safe(picture: Image.Image) -> None:
    assert picture.mode == "RGB"
    assert min(picture.size) >= 1
    assert max(picture.size) <= images.WORK_SIDE
    picture.tobytes()  # decoded already: nothing is left to fail


def png_header(width: int, height: int, bits: int = 8, colour: int = 2) -> bytes:
    """A PNG that claims a size and holds next to nothing: the shape of a decompression bomb."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    body = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def write_encoder(
    path: Path, size: int = SIZE, seed: int | None = None, preparation: str = "ink"
) -> EncoderConfig:
    """Write encoder.onnx and return its config. seed: another encoder with other vectors (None: none).
    For colour it pools each channel, so its vectors are three times as long."""
    channels = PREPARATIONS[preparation].channels
    dim = channels * (size // POOL) ** 2
    turn = np.eye(dim, dtype=np.float32)
    if seed is not None:
        turn = turn[np.random.default_rng(seed).permutation(dim)]
    constants = {
        "paper": np.array(255.0, np.float32),
        "shape": np.array([-1, dim], np.int64),
        "turn": turn,
        "least": np.array(1e-6, np.float32),
    }
    nodes = [
        helper.make_node("Cast", ["images"], ["grey"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["paper", "grey"], ["ink"]),
        helper.make_node("AveragePool", ["ink"], ["mean"], kernel_shape=[POOL, POOL], strides=[POOL, POOL]),
        helper.make_node("Reshape", ["mean", "shape"], ["flat"]),
        helper.make_node("MatMul", ["flat", "turn"], ["turned"]),
        helper.make_node("Add", ["turned", "least"], ["some"]),
        helper.make_node("LpNormalization", ["some"], ["embeddings"], axis=1, p=2),
    ]
    graph = helper.make_graph(
        nodes,
        "overlap",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["batch", channels, size, size])],
        [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["batch", dim])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
    return EncoderConfig(size, dim, preparation)


def vectors_of(encoder: Encoder, pictures: Sequence[Image.Image]) -> np.ndarray:
    return np.concatenate([encoder.encode(encoder.prepare(one, "sketch")[0][None]) for one in pictures])


def small_records() -> list[dict[str, Any]]:
    """Rows as write_records takes them: COPIES of each of SHAPES, with a form and a date of their own."""
    rows = []
    for label in SHAPES:
        for copy in range(COPIES):
            form = ("goblet", "tumbler", "flute")[copy]
            rows.append(
                {
                    "id": f"{label}-{copy}",
                    "label": label,
                    "tags": [form, "round" if label == "ring" else "straight"],
                    "picture": encoded(shape(label, copy), "WEBP", lossless=True),
                    "form": form,
                    "title": f"<script>alert('{label}')</script>",
                }
            )
    return rows


def write_bundle(
    folder: Path,
    rows: Sequence[dict[str, Any]] | None = None,
    embeddings_ND: np.ndarray | None = None,
    calibration: Calibration | None = None,
    model: Mapping[str, Any] | None = None,
    **manifest: Any,
) -> Path:
    """A whole, valid bundle of small_records() unless told otherwise; returns its folder.
    model: values of config.json beside size and dim."""
    model = {"preparation": "ink"} | dict(model or {})
    config = write_encoder(folder / "model" / "encoder.onnx", preparation=model["preparation"])
    values = {"size": config.size, "dim": config.dim} | model
    (folder / "model" / "config.json").write_text(json.dumps(values), encoding="utf-8")
    rows = small_records() if rows is None else rows
    if embeddings_ND is None:
        encoder = Encoder(folder / "model" / "encoder.onnx", config, threads=1)
        embeddings_ND = vectors_of(encoder, [Image.open(io.BytesIO(row["picture"])) for row in rows])
    rows = [row | {"embedding": vector} for row, vector in zip(rows, embeddings_ND, strict=True)]
    columns = manifest.pop("columns", (Column("form", "Form", "Forme"), Column("title", "Title", "Titre")))
    own = [column.name for column in columns if all(column.name in row for row in rows)]
    write_records(folder / "dataset", rows, own)
    written = Manifest(
        name="shapes",
        titles={"en": "Shapes", "fr": "Formes"},
        version="v1",
        dim=config.dim,
        rows=len(rows),
        encoder_sha256="",
        columns=columns,
        # Refuses below a mean similarity of 0.3 of the nearest three.
        calibration=calibration or Calibration(k=COPIES, in_domain=(20.0, -6.0), threshold=0.5),
        terms_fr={"goblet": "verre à pied", "ring": "anneau"},
    )
    bundle.write_manifest(folder, replace(written, **manifest))
    return folder


def drop_pictures(folder: Path, only: Iterable[str] | None = None) -> Path:
    """Take the thumbnails out of a bundle: the whole column, or with `only` those of some ids."""
    for path in (folder / "dataset").glob("*.parquet"):
        table = pq.read_table(path)
        place, field = table.schema.get_field_index("image"), table.schema.field("image")
        if only is None:
            table = table.drop_columns(["image"])
        else:
            ids, pictures = table.column("id").to_pylist(), table.column("image").to_pylist()
            kept = [None if id in set(only) else one for id, one in zip(ids, pictures, strict=True)]
            table = table.set_column(place, field, pa.array(kept, field.type))
        pq.write_table(table, path, row_group_size=5)
    manifest = json.loads((folder / "dataset" / "manifest.json").read_text(encoding="utf-8"))
    edit_manifest(
        folder, files={name: bundle.sha256(folder / "dataset" / name) for name in manifest["files"]}
    )
    return folder


# A classifier of two labels: whether most ink is in the first half of the embedding's numbers or the second.
SIDES = {
    "labels": ["left", "right"],
    "weights": [[1.0] * (DIM // 2) + [0.0] * (DIM // 2), [0.0] * (DIM // 2) + [1.0] * (DIM // 2)],
    "bias": [0.0, 0.0],
    "temperature": 0.5,
}

# What every collection answers a search with.
ANSWER_KEYS = {
    *("matches", "label", "confidence", "in_domain", "collection", "version", "kind", "timings_ms"),
    *("total_results", "processing_time", "timestamp"),
}

# The sides of what the graph of write_segmenter takes.
MASK_HEIGHT, MASK_WIDTH = 24, 32


def write_segmenter(path: Path) -> dict[str, Any]:
    """Write a real graph that calls a pixel sky where it is light, flat where it is dark; returns what
    config.json says of it. Its logits are a quarter of the size, as those of a trained one."""
    weights = np.zeros((7, 3, 4, 4), np.float32)
    weights[4] = 1.0 / 48
    bias = np.array([127.5, -1.0, -1.0, -1.0, 0.0, -1.0, -1.0], np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["images"], ["pixels"], to=TensorProto.FLOAT),
            helper.make_node("Conv", ["pixels", "weights", "bias"], ["logits"], strides=[4, 4]),
        ],
        "light-and-dark",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["batch", 3, MASK_HEIGHT, MASK_WIDTH])],
        [
            helper.make_tensor_value_info(
                "logits", TensorProto.FLOAT, ["batch", 7, MASK_HEIGHT // 4, MASK_WIDTH // 4]
            )
        ],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
    return {"height": MASK_HEIGHT, "width": MASK_WIDTH}


def write_mask_bundle(folder: Path, **manifest: Any) -> Path:
    """A whole, valid bundle whose only reading is the mask: neither records nor encoder."""
    config = {"segmenter": write_segmenter(folder / "model" / bundle.SEGMENTER)}
    (folder / "model" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "dataset").mkdir()
    written = Manifest(
        name="light",
        titles={"en": "Light and dark", "fr": "Clair et sombre"},
        version="v1",
        dim=0,
        rows=0,
        encoder_sha256="",
        readings=("mask",),
        query_kinds=("photo",),
    )
    bundle.write_manifest(folder, replace(written, **manifest))
    return folder


def street(width: int = 60, height: int = 40) -> Image.Image:
    """White above, black below: sky and flat, half each."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("black", (0, height // 2, width, height))
    return picture


# The score is then sigmoid(2 - 3 times the city-block distance of the two embeddings).
COMPARISON = {"weights": [3.0] * DIM, "bias": 2.0}


def spoil(folder: Path) -> Path:
    """Alter one byte of the records, as a bad copy does."""
    path = next((folder / "dataset").glob("*.parquet"))
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    return folder


def write_two_bundles(folder: Path) -> Path:
    """A collection whose main bundle works, with a siamese one, without thumbnails, to fall back on."""
    drop_pictures(write_bundle(folder / bundle.SIAMESE, model={"comparison": COMPARISON}, version="s1"))
    return write_bundle(folder)


def edit_manifest(folder: Path, **changes: Any) -> None:
    """Write values straight into manifest.json, past everything that would check them."""
    path = folder / "dataset" / "manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(values | changes), encoding="utf-8")


def record(label: str, *tags: str, id: str = "r", **fields: Any) -> Record:
    return Record(id=id, label=label, tags=tags, fields=fields)


def run_python(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter, one thread, UTF-8; never raises on a non-zero exit."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
