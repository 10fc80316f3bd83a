"""Records and their embeddings as the dataset half of a bundle."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# A Space repository takes files up to 10 MB without LFS.
SHARD_BYTES = 8_000_000
# Pictures are read a row group at a time: small groups make the first look at a record quick.
ROW_GROUP = 50
_IMAGE = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def write_records(
    folder: Path, rows: Sequence[dict[str, Any]], embeddings_ND: np.ndarray, own: Sequence[str]
) -> None:
    """Write dataset/records-XXXXX-of-N.parquet with id, image, label, tags, `own` columns and embedding.

    rows: dicts with "id", "label", "tags" (list), "picture" (encoded bytes, or None) and the own columns.
    The schema carries the features as huggingface's `datasets` reads them, so load_dataset and the
    dataset viewer see an Image, a ClassLabel-ready label and a fixed-size list.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    dim = embeddings_ND.shape[1]
    table = pa.table(
        {
            "id": [row["id"] for row in rows],
            "image": pa.array([_image(row) for row in rows], _IMAGE),
            "label": [row["label"] for row in rows],
            "tags": pa.array([list(row["tags"]) for row in rows], pa.list_(pa.string())),
            **{name: [row[name] for row in rows] for name in own},
            "embedding": pa.FixedSizeListArray.from_arrays(
                pa.array(np.ascontiguousarray(embeddings_ND, dtype=np.float32).reshape(-1)), dim
            ),
        }
    )
    table = table.replace_schema_metadata(
        {"huggingface": json.dumps({"info": {"features": _features(table, dim)}})}
    )
    size = sum(len(row["picture"] or b"") for row in rows) + embeddings_ND.size * 4
    shards = max(1, math.ceil(size / SHARD_BYTES))
    for shard in range(shards):
        first, last = len(rows) * shard // shards, len(rows) * (shard + 1) // shards
        path = folder / f"records-{shard:05d}-of-{shards:05d}.parquet"
        pq.write_table(table.slice(first, last - first), path, row_group_size=ROW_GROUP, compression="zstd")


def _image(row: dict[str, Any]) -> dict[str, Any] | None:
    return None if row["picture"] is None else {"bytes": row["picture"], "path": f"{row['id']}.webp"}


def _features(table: pa.Table, dim: int) -> dict[str, Any]:
    text = {"dtype": "string", "_type": "Value"}
    special = {
        "image": {"_type": "Image"},
        "tags": {"feature": text, "_type": "List"},
        "embedding": {"feature": {"dtype": "float32", "_type": "Value"}, "length": dim, "_type": "List"},
    }
    features = {}
    for field in table.schema:
        if field.name in special:
            features[field.name] = special[field.name]
        elif pa.types.is_list(field.type):
            number = {"dtype": "float64", "_type": "Value"}
            of_text = pa.types.is_string(field.type.value_type)
            features[field.name] = {"feature": text if of_text else number, "_type": "List"}
        else:
            features[field.name] = text
    return features
