"""An opened bundle: records, embeddings, index and what the reading needs."""

from __future__ import annotations

import logging
import re
import threading
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hub_assets import bundle as bundles
from hub_assets.bundle import Bundle, Calibration, Column
from retrieval.encoder import Encoder, EncoderConfig
from retrieval.index import FlatIndex, VectorIndex
from retrieval.readings import Classifier, ComparisonHead
from retrieval.segmentation import LAYOUT, Segmenter
from retrieval.types import BundleError, By, Embedding, NotFoundError, Record

log = logging.getLogger(__name__)


class Collection:
    """Everything one gallery needs to answer. Read-only after opening, so threads may share it.

    name, titles, version, columns, readings, query_kinds, default_k, most_k, words, terms_fr, figures, probe,
    model_repository, model_revision: from the manifest. config: what model/config.json holds. source:
    "starter", "folder", "hub", "cache" for what an earlier start had from the Hub, "run" for one that was
    trained here, or "siamese" when that bundle stands in for the main one; notice: then a sentence that says
    so and why, otherwise empty. repository, revision: the dataset's on the Hub, set by who fetched it.
    encoder, segmenter, classifier, comparison: None in a bundle that has none. labels: sorted names.
    labels_N, embeddings_ND: per row, in the order of the records, of which there may be none.
    layouts_NL: what is where in each record's picture, None where the bundle does not tell. index,
    layout_index: of both. by: what it can be searched by.
    """

    @classmethod
    def open(cls, folder: Path, source: str = "folder", threads: int = 0) -> Collection:
        """The bundle in the folder or, when it does not verify, the one in its siamese/.

        Raises BundleError, with both reasons when both fail.
        """
        siamese = folder / bundles.SIAMESE
        try:
            return cls(folder, source, threads)
        except BundleError as error:
            if not siamese.is_dir():
                raise
            reason = str(error)
        try:
            standing_in = cls(siamese, "siamese", threads)
        except BundleError as error:
            raise BundleError(f"{reason} The siamese bundle does not open either: {error}") from None
        standing_in.notice = f"The siamese model answers, as the main one does not open: {reason}"
        log.warning("%s: %s", folder.name, standing_in.notice)
        return standing_in

    def __init__(self, folder: Path, source: str = "folder", threads: int = 0) -> None:
        """Verify and open. Raises BundleError; then nothing is left open."""
        opened = bundles.read(folder)
        manifest = opened.manifest
        self.source = source
        self.notice = ""
        self.config: Mapping[str, Any] = opened.config
        self.name: str = manifest.name
        self.titles: Mapping[str, str] = manifest.titles
        self.version: str = manifest.version
        self.columns: tuple[Column, ...] = manifest.columns
        self.readings, self.query_kinds = manifest.readings, manifest.query_kinds
        self.default_k, self.most_k = manifest.default_k, manifest.most_k
        self.words: Mapping[str, Mapping[str, str]] = manifest.words
        self.terms_fr: Mapping[str, str] = manifest.terms_fr
        self.figures: Mapping[str, Any] = manifest.figures
        self.probe: Mapping[str, Any] = manifest.probe
        self.model_repository: str = manifest.model_repository
        self.model_revision: str = manifest.model_revision
        self.repository, self.revision = "", ""
        self.calibration: Calibration = manifest.calibration
        dim = self._open_graphs(opened, threads)
        self._tables = bundles.open_tables(opened)
        # A Parquet reader that two threads use at once takes the process down.
        self._one_reader = threading.Lock()
        own = [column.name for column in self.columns]
        self.records: list[Record] = []
        vectors = []
        for table in self._tables:
            # Thumbnails stay on disk until somebody looks at them.
            wanted = ["id", "label", "tags", "embedding", *own]
            missing = ", ".join(sorted(set(wanted) - set(table.schema_arrow.names)))
            if missing:
                raise BundleError(f"{manifest.name}: the records lack {missing}; export the bundle again.")
            rows = table.read(columns=wanted)
            vectors.append(_vectors(rows.column("embedding"), dim, manifest.name))
            self.records += _records(rows, own)
        self.embeddings_ND: Embedding = np.concatenate([np.zeros((0, dim), np.float32), *vectors])
        self._pictured_N = np.concatenate([np.zeros(0, bool), *(_pictured(table) for table in self._tables)])
        self._row_of = {record.id: row for row, record in enumerate(self.records)}
        if not self.records and self.classifier is None and "label" in self.readings:
            raise BundleError(
                f"{manifest.name}: there is not a single record to read a label from; "
                "export the bundle again."
            )
        if len(self._row_of) != manifest.rows or len(self.embeddings_ND) != manifest.rows:
            raise BundleError(
                f"{manifest.name}: {len(self._row_of)} different ids, manifest says {manifest.rows}."
            )
        probe = self.calibration.in_domain_probe
        if self.calibration.k < 1 or self.calibration.temperature <= 0 or len(probe) not in (0, dim):
            raise BundleError(f"{manifest.name}: the calibration cannot work; export the bundle again.")
        self.labels_N = np.array([record.label for record in self.records])
        self.labels: tuple[str, ...] = tuple(np.unique(self.labels_N).tolist())
        self.index: VectorIndex = FlatIndex(self.embeddings_ND)
        self.layouts_NL = self._layouts()
        self.layout_index: VectorIndex | None = None
        self.by: tuple[By, ...] = ("look",) if self.records else ()
        if self.layouts_NL is not None:
            self.layout_index = FlatIndex(self.layouts_NL)
            self.by += ("layout",)

    def _open_graphs(self, opened: Bundle, threads: int) -> int:
        """Open what model/ holds. Returns D of the embeddings, 0 without an encoder."""
        values = opened.config
        self.encoder: Encoder | None = None
        self.segmenter: Segmenter | None = None
        self.classifier: Classifier | None = None
        self.comparison: ComparisonHead | None = None
        if opened.segmenter:
            self.segmenter = Segmenter.open(opened.segmenter, values.get("segmenter"), threads)
        if not opened.encoder:
            return 0
        config = EncoderConfig.from_json(values)
        self.encoder = Encoder(opened.encoder, config, threads)
        if values.get("classifier") is not None:
            self.classifier = Classifier.from_json(values["classifier"], config.dim)
        if values.get("comparison") is not None:
            self.comparison = ComparisonHead.from_json(values["comparison"], config.dim)
        return config.dim

    def _layouts(self) -> Embedding | None:
        """(N, 336), None where no record has one. Raises BundleError for layouts that cannot be asked."""
        has = ["layout" in table.schema_arrow.names for table in self._tables]
        if not any(has):
            return None
        if not all(has) or self.segmenter is None:
            why = "not all records have one" if self.segmenter else "there is no segmenter to ask with"
            raise BundleError(f"{self.name}: the layouts cannot be searched, {why}; export the bundle again.")
        columns = [table.read(columns=["layout"]).column("layout") for table in self._tables]
        layouts_NL = np.concatenate([_vectors(one, LAYOUT, self.name, "layouts") for one in columns])
        if len(layouts_NL) != len(self):
            raise BundleError(f"{self.name}: {len(layouts_NL)} layouts for {len(self)} records.")
        return layouts_NL

    def __len__(self) -> int:
        return len(self.records)

    def row(self, record_id: str) -> int:
        """Raises NotFoundError for an id that is not here."""
        if record_id not in self._row_of:
            raise NotFoundError(
                f"There is no record {record_id!r} in {self.name!r}; "
                + (f"ids look like {self.records[0].id}." if self.records else "it has none at all.")
            )
        return self._row_of[record_id]

    def has(self, record_id: str) -> bool:
        return record_id in self._row_of

    def record(self, record_id: str) -> Record:
        return self.records[self.row(record_id)]

    def rows_with(self, tags: tuple[str, ...]) -> np.ndarray:
        """Rows of the records that carry every one of the tags (their label counts as a tag)."""
        wanted = {tag.strip().lower() for tag in tags if tag.strip()}
        found = [
            row
            for row, record in enumerate(self.records)
            if wanted <= {tag.lower() for tag in (record.label, *record.tags)}
        ]
        return np.array(found, dtype=np.int64)

    def by_words(self, text: str) -> list[Record]:
        """Records that hold every word of the text, English or French, with or without accents: first those
        whose label it is, then a tag, then those with the words in label and tags, then in any field."""
        asked = _words(text)
        words = set(asked)
        if not words:
            return []
        ranked: tuple[list[Record], ...] = ([], [], [], [])
        for record in self.records:
            names = self._in_both((record.label, *record.tags))
            if words <= set(_words(" ".join(names))):
                labels = self._in_both((record.label,))
                is_label = any(_words(name) == asked for name in labels)
                is_tag = any(_words(name) == asked for name in names)
                ranked[0 if is_label else 1 if is_tag else 2].append(record)
                continue
            everything = self._in_both(str(value) for value in record.fields.values()) + names
            if words <= set(_words(" ".join(everything))):
                ranked[3].append(record)
        return [record for records in ranked for record in records]

    def _in_both(self, terms: Iterable[str]) -> list[str]:
        english = list(terms)
        return [*english, *(self.terms_fr[term] for term in english if term in self.terms_fr)]

    @property
    def pictured(self) -> bool:
        """Whether any record has a thumbnail."""
        return bool(self._pictured_N.any())

    def has_picture(self, record_id: str) -> bool:
        """Whether there is a thumbnail: a bundle may leave them out to stay small."""
        return bool(self._pictured_N[self.row(record_id)])

    def picture(self, record_id: str) -> bytes:
        """The record's encoded thumbnail (WebP, at most 384 px), read from its row group on disk.

        Raises NotFoundError for a record that is not here or has none.
        """
        row = self.row(record_id)
        if not self._pictured_N[row]:
            raise NotFoundError(f"The record {record_id!r} of {self.name!r} has no picture.")
        for table in self._tables:
            for group in range(table.num_row_groups):
                rows = table.metadata.row_group(group).num_rows
                if row < rows:
                    with self._one_reader:
                        column = table.read_row_group(group, columns=["image"]).column("image")
                    return column[row]["bytes"].as_py()
                row -= rows
        raise AssertionError("a row beyond the last row group")


def _words(text: str) -> list[str]:
    """The words of a text, small and without accents, in order."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe")).lower()
    return re.findall(r"\w+", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def _vectors(column: Any, dim: int, name: str, what: str = "embeddings") -> Embedding:
    try:  # not to_numpy: it imports pandas, a third of a second
        flat = np.from_dlpack(column.combine_chunks().flatten()).astype(np.float32)
    except (pa.ArrowException, AttributeError):
        flat = np.full(1, np.nan, np.float32)
    if flat.size % dim or not np.isfinite(flat).all():
        raise BundleError(f"{name}: the {what} are not finite vectors of {dim}; export the bundle again.")
    vectors = flat.reshape(-1, dim)
    if len(vectors) and np.abs(np.linalg.norm(vectors, axis=1) - 1).max() > 1e-2:
        raise BundleError(f"{name}: the {what} are not of unit norm; export the bundle again.")
    return vectors


def _pictured(table: pq.ParquetFile) -> np.ndarray:
    """(rows,) bool: which records of a shard have a thumbnail. Its statistics tell it for whole row groups;
    pictures are read only in one that says nothing, or has some and lacks some."""
    leaves = [table.metadata.schema.column(leaf).path for leaf in range(table.metadata.num_columns)]
    if "image.bytes" not in leaves:
        return np.zeros(table.metadata.num_rows, dtype=bool)
    groups = []
    for group in range(table.num_row_groups):
        about = table.metadata.row_group(group)
        seen = about.column(leaves.index("image.bytes")).statistics
        if seen is not None and seen.null_count in (0, about.num_rows):
            groups.append(np.full(about.num_rows, seen.null_count == 0))
        else:
            pictures = table.read_row_group(group, columns=["image"]).column("image").to_pylist()
            groups.append(np.array([bool(one and one["bytes"]) for one in pictures]))
    return np.concatenate(groups) if groups else np.zeros(0, dtype=bool)


def _records(rows: pq.ParquetFile, own: list[str]) -> list[Record]:
    ids, labels, tags = (rows.column(name).to_pylist() for name in ("id", "label", "tags"))
    fields = [
        dict(zip(own, values, strict=True))
        for values in zip(*(rows.column(name).to_pylist() for name in own), strict=True)
    ]
    return [
        Record(
            id=str(ids[row]), label=str(labels[row]), tags=tuple(tags[row]), fields=fields[row] if own else {}
        )
        for row in range(rows.num_rows)
    ]
