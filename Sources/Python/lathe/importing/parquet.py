"""Samples in Parquet files, as Hugging Face's datasets writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import ErrorCode, LatheError
from .sample import LABELS, Sample, ending, known, plain, side_of
from .webdataset import labels_of

#: Rows that are in memory at a time; a row is a whole file of audio.
ROWS = 16


def samples(
    root: Path, files: list[Path], label: str | None, audio: str | None
) -> Iterator[Sample]:
    """The rows of files, in their order.

    :param root: the folder below which rows may name files.
    :param label: the column that is the label; found by its type or name where it is None.
    :param audio: the column of audio, likewise.
    """
    for path in files:
        try:
            with pq.ParquetFile(path) as file:
                yield from _rows(root, path, file, label, audio)
        except (pa.ArrowException, OSError) as cause:
            raise LatheError(
                ErrorCode.SYSTEM, f"{path} is damaged ({cause}); fetch or copy it again"
            ) from cause


def _rows(
    root: Path, path: Path, file: pq.ParquetFile, label: str | None, audio: str | None
) -> Iterator[Sample]:
    features = _features(file.schema_arrow)
    sound = _audio_column(path, file.schema_arrow, features, audio)
    target = _label_column(path, file.schema_arrow, features, label)
    feature = features.get(target or "", {})
    names = feature.get("names") or (feature.get("feature") or {}).get("names")
    skipped = {
        name
        for name, kind in features.items()
        if name != sound and str(kind.get("_type", "")).startswith(("Array", "Audio", "Image"))
    }
    columns = [name for name in file.schema_arrow.names if name not in skipped]
    side = side_of(path.name)
    number = 0
    for batch in file.iter_batches(ROWS, columns=columns):
        for row in batch.to_pylist():
            place = f"{path}: row {number}"
            data, name = _bytes(root, row.pop(sound), place)
            labels, is_tagged = labels_of(row.get(target or ""), names, place)
            weights = row.get("weights")
            if target == "labels" and is_tagged and weights is not None:
                labels = dict(zip(labels, weights))
            key = (name or f"{path.stem}-{number:06d}").rsplit("/", 1)[-1].split(".", 1)[0]
            yield Sample(
                place, key, data, ending(data, name, place), labels, row.get("side") or side,
                is_tagged, known(row),
            )  # fmt: skip
            number += 1


def _features(schema: pa.Schema) -> dict[str, Any]:
    """The columns in the words of datasets; empty where they are not known."""
    about = (schema.metadata or {}).get(b"huggingface")
    if about is None:
        return {}
    try:
        features = json.loads(about)["info"]["features"]
        return {name: kind for name, kind in features.items() if isinstance(kind, dict)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _audio_column(
    path: Path, schema: pa.Schema, features: dict[str, Any], chosen: str | None
) -> str:
    def is_file(kind: pa.DataType) -> bool:
        return pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0

    found = [name for name, kind in features.items() if kind.get("_type") == "Audio"]
    found = found or [field.name for field in schema if is_file(field.type)]
    if chosen is not None:
        if chosen not in schema.names or not is_file(schema.field(chosen).type):
            raise LatheError(ErrorCode.SYSTEM, f"{path} has no column {chosen!r} of audio (--audio)")
        return chosen
    if len(found) != 1:
        what = f"several columns of audio ({', '.join(found)}): name one by --audio" if found else (
            f"no column of audio ({', '.join(schema.names)}): lathe import is for datasets of audio"
        )  # fmt: skip
        raise LatheError(ErrorCode.SYSTEM, f"{path} has {what}")
    return found[0]


def _label_column(
    path: Path, schema: pa.Schema, features: dict[str, Any], chosen: str | None
) -> str | None:
    if chosen is not None:
        if chosen not in schema.names:
            raise LatheError(
                ErrorCode.SYSTEM,
                f"{path} has no column {chosen!r} (--label), only {', '.join(schema.names)}",
            )
        return chosen
    named = [name for name in LABELS if name in schema.names]
    if named:
        return named[0]
    classes = [
        name
        for name, kind in features.items()
        if "ClassLabel" in (kind.get("_type"), (kind.get("feature") or {}).get("_type"))
    ]
    if len(classes) > 1:
        raise LatheError(
            ErrorCode.SYSTEM,
            f"{path} has several columns of classes ({', '.join(classes)}): name one by --label",
        )
    return classes[0] if classes else None


def _bytes(root: Path, value: Any, place: str) -> tuple[bytes, str | None]:
    """The bytes of a file of audio, in the row or beside the table, and its name."""
    value = value or {}
    data, name = value.get("bytes"), value.get("path")
    if data:
        return data, name
    if not name:
        raise LatheError(ErrorCode.SYSTEM, f"{place} holds no audio")
    file = root / plain(name, place)
    if not file.resolve().is_relative_to(root.resolve()):
        raise LatheError(ErrorCode.SYSTEM, f"{place}: {name!r} leads out of {root}")
    try:
        return file.read_bytes(), name
    except OSError as cause:
        raise LatheError(
            ErrorCode.SYSTEM, f"{place} names {name!r}, which cannot be read ({cause.strerror})"
        ) from cause
