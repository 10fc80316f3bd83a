"""Records and their embeddings as the dataset half of a bundle."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

# A Space repository takes files up to 10 MB without LFS.
SHARD_BYTES = 8_000_000
# Pictures are read a row group at a time: small groups make the first look at a record quick.
ROW_GROUP = 50
THUMBNAIL = 384  # pixels of its longer side, at most
VECTORS = ("embedding", "layout")  # of float32
_IMAGE = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def write_records(folder: Path, rows: Iterable[Mapping[str, Any]], own: Sequence[str]) -> int:
    """Write dataset/records-XXXXX-of-N.parquet with id, image, label, tags, `own` columns, embedding and,
    where the rows have it, layout.

    rows: with "id", "label", "tags" (list), "picture" (encoded bytes, or None), "embedding" ((D,) float32),
    "layout" ((336,) float32) in all rows or none, and the own columns. They may be made while they are asked
    for: a shard of them is in memory at a time.
    The schema carries the features as huggingface's `datasets` reads them, so load_dataset and the
    dataset viewer see an Image, a ClassLabel-ready label and a fixed-size list. Returns how many there were.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    parts: list[Path] = []
    schema: pa.Schema | None = None
    count = 0
    for shard in _shards(rows):
        table = _table(shard, own, schema)
        schema = table.schema
        parts.append(folder / f"part-{len(parts)}")
        pq.write_table(table, parts[-1], row_group_size=ROW_GROUP, compression="zstd")
        count += len(shard)
    for number, part in enumerate(parts):
        part.rename(folder / f"records-{number:05d}-of-{len(parts):05d}.parquet")
    return count


def _shards(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    shard: list[Mapping[str, Any]] = []
    size = 0
    for row in rows:
        weight = len(row["picture"] or b"") + sum(4 * row[name].size for name in VECTORS if name in row)
        if shard and size + weight > SHARD_BYTES:
            yield shard
            shard, size = [], 0
        shard.append(row)
        size += weight
    if shard:
        yield shard


def _table(rows: Sequence[Mapping[str, Any]], own: Sequence[str], schema: pa.Schema | None) -> pa.Table:
    """schema: of the shards before, so that all have one."""
    table = pa.table(
        {
            "id": [row["id"] for row in rows],
            "image": pa.array([_image(row) for row in rows], _IMAGE),
            "label": [row["label"] for row in rows],
            "tags": pa.array([list(row["tags"]) for row in rows], pa.list_(pa.string())),
            **{name: _column([row[name] for row in rows], name, schema) for name in own},
            **{name: _vectors([row[name] for row in rows]) for name in VECTORS if name in rows[0]},
        }
    )
    return table.replace_schema_metadata(
        {"huggingface": json.dumps({"info": {"features": _features(table)}})}
    )


def _vectors(vectors: Sequence[np.ndarray]) -> pa.Array:
    vectors_ND = np.stack(vectors).astype(np.float32)
    return pa.FixedSizeListArray.from_arrays(pa.array(vectors_ND.reshape(-1)), vectors_ND.shape[1])


def _column(values: list[Any], name: str, schema: pa.Schema | None) -> pa.Array:
    if schema is not None:
        return pa.array(values, schema.field(name).type)
    column = pa.array(values)
    if pa.types.is_null(column.type):  # nothing in it yet
        return column.cast(pa.string())
    if pa.types.is_list(column.type) and pa.types.is_null(column.type.value_type):
        return column.cast(pa.list_(pa.string()))
    return column


def thumbnail(picture: Image.Image) -> bytes:
    """The picture as a record keeps it, WebP."""
    picture.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    kept = io.BytesIO()
    picture.save(kept, "WEBP", quality=82)
    return kept.getvalue()


def _image(row: Mapping[str, Any]) -> dict[str, Any] | None:
    return None if row["picture"] is None else {"bytes": row["picture"], "path": f"{row['id']}.webp"}


def _features(table: pa.Table) -> dict[str, Any]:
    return {field.name: _feature(field.name, field.type) for field in table.schema}


def _feature(name: str, kind: pa.DataType) -> dict[str, Any]:
    if name == "image":
        return {"_type": "Image"}
    if pa.types.is_fixed_size_list(kind):
        return {"feature": _feature("", kind.value_type), "length": kind.list_size, "_type": "List"}
    if pa.types.is_list(kind):
        return {"feature": _feature("", kind.value_type), "_type": "List"}
    dtype = {"float": "float32", "double": "float64"}.get(str(kind), str(kind))
    return {"dtype": dtype, "_type": "Value"}
