"""Parquet files of the samples of one side, with the types that Hugging Face's datasets reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from .samples import Content, Sample

#: Bytes of a row group at which it is written; readers take a group at a time.
GROUP_BYTES = 32 << 20

#: The columns of texts and numbers, as the samples name them.
FACTS = {
    "id": pa.string(),
    "slice": pa.int64(),
    "group": pa.string(),
    "artist": pa.string(),
    "title": pa.string(),
    "licence": pa.string(),
    "faults": pa.list_(pa.string()),
    "verdicts": pa.list_(pa.string()),
    "path": pa.string(),
    "md5": pa.string(),
    "xxh3": pa.string(),
    "frames": pa.int64(),
    "sampleRate": pa.int64(),
}


@dataclass(frozen=True)
class ParquetSide:
    """The files of one side."""

    #: The side's name in the split.
    name: str
    #: Its name in files and for readers, of letters, digits and ``_`` alone.
    split: str
    files: list[Path]
    rows: int
    #: Bytes of the rows in memory.
    nbytes: int


def split_name(side: str) -> str:
    """The name of a side that `datasets` takes, which knows words and no hyphens."""
    return "".join(letter if letter.isalnum() else "_" for letter in side)


def features(content: Content) -> dict[str, Any]:
    """The columns in the words of Hugging Face's datasets; those of samples first."""
    value: dict[str, Any]
    if content.is_audio:
        value = {"sampling_rate": content.first.facts["sampleRate"], "_type": "Audio"}
        if content.ending != "wav":
            value = {"_type": "Audio"}
        columns = {"audio": value}
    else:
        array = content.first.array()
        dtype = array.dtype.name
        if array.ndim == 1:
            value = _sequence({"dtype": dtype, "_type": "Value"}) | {"length": array.shape[0]}
        else:
            value = {"shape": list(array.shape), "dtype": dtype, "_type": f"Array{array.ndim}D"}
        columns = {"inputs": value}
    names = {"names": content.labels, "_type": "ClassLabel"}
    if content.is_tagged:
        columns["labels"] = _sequence(names)
        columns["weights"] = _sequence({"dtype": "float32", "_type": "Value"})
    else:
        columns["label"] = names
    for name, arrow in _facts(content).items():
        text = {"dtype": "string" if arrow != pa.int64() else "int64", "_type": "Value"}
        columns[name] = _sequence(text) if pa.types.is_list(arrow) else text
    return columns


def _sequence(feature: dict[str, Any]) -> dict[str, Any]:
    return {"feature": feature, "_type": "Sequence"}


def _facts(content: Content) -> dict[str, pa.DataType]:
    return {name: type for name, type in FACTS.items() if name in content.first.facts}


def schema(content: Content) -> pa.Schema:
    """The columns with what `datasets` looks for: its key, and the extension types of arrays."""
    fields: list[pa.Field] = []
    if content.is_audio:
        fields.append(pa.field("audio", pa.struct({"bytes": pa.binary(), "path": pa.string()})))
    else:
        array = content.first.array()
        type: pa.DataType = pa.from_numpy_dtype(array.dtype)
        metadata = None
        if array.ndim == 1:
            type = pa.list_(type, array.shape[0])
        else:
            for _ in array.shape:
                type = pa.list_(type)
            kind = f"Array{array.ndim}DExtensionType"
            metadata = {
                "ARROW:extension:name": f"datasets.features.features.{kind}",
                "ARROW:extension:metadata": json.dumps([list(array.shape), array.dtype.name]),
            }
        fields.append(pa.field("inputs", type, metadata=metadata))
    if content.is_tagged:
        fields.append(pa.field("labels", pa.list_(pa.int64())))
        fields.append(pa.field("weights", pa.list_(pa.float32())))
    else:
        fields.append(pa.field("label", pa.int64()))
    fields += [pa.field(name, type) for name, type in _facts(content).items()]
    about = {"info": {"features": features(content)}}
    return pa.schema(fields, metadata={"huggingface": json.dumps(about)})


def write_side(content: Content, side: str, folder: Path, shard_bytes: int) -> ParquetSide:
    """Writes ``SPLIT-00000-of-00003.parquet`` and so on.

    :param shard_bytes: at about how many bytes of samples a file ends.
    """
    folder.mkdir(exist_ok=True)
    columns = schema(content)
    # Audio and arrays of floats hardly shrink, and readers may map them as they are.
    compression = {
        leaf: "none" if field.name in ("audio", "inputs") and leaf != "audio.path" else "zstd"
        for field in columns
        for leaf in _leaves(field)
    }
    parts: list[Path] = []
    rows = nbytes = written = 0
    writer: pq.ParquetWriter | None = None
    try:
        for group in _groups(content, side):
            table = _table(group, columns)
            if writer is not None and written >= shard_bytes:
                writer.close()
                writer = None
            if writer is None:
                parts.append(folder / f"{split_name(side)}-{len(parts):05d}.part")
                written = 0
                writer = pq.ParquetWriter(
                    parts[-1], columns, compression=compression, use_dictionary=False
                )
            writer.write_table(table, row_group_size=len(group))
            rows, nbytes, written = rows + len(group), nbytes + table.nbytes, written + table.nbytes
    finally:
        if writer is not None:
            writer.close()
    files = []
    for number, part in enumerate(parts):
        file = folder / f"{split_name(side)}-{number:05d}-of-{len(parts):05d}.parquet"
        files.append(part.rename(file))
    return ParquetSide(side, split_name(side), files, rows, nbytes)


def _leaves(field: pa.Field) -> list[str]:
    """The paths of the columns that Parquet stores for a field."""
    if pa.types.is_struct(field.type):
        return [f"{field.name}.{field.type.field(i).name}" for i in range(field.type.num_fields)]
    path, type = field.name, field.type
    while pa.types.is_list(type) or pa.types.is_fixed_size_list(type):
        path, type = f"{path}.list.element", type.value_type
    return [path]


def _table(group: list[dict[str, Any]], columns: pa.Schema) -> pa.Table:
    arrays = []
    for field in columns:
        values = [row[field.name] for row in group]
        if field.name == "inputs":
            arrays.append(_nested(np.stack(values)))
        else:
            arrays.append(pa.array(values, field.type))
    return pa.Table.from_arrays(arrays, schema=columns)


def _nested(values: npt.NDArray[Any]) -> pa.Array:
    """Arrays of one shape, as lists of lists; those of one axis as lists of a fixed size."""
    array = pa.array(values.ravel())
    if values.ndim == 2:
        return pa.FixedSizeListArray.from_arrays(array, values.shape[1])
    for length in reversed(values.shape[1:]):
        offsets = np.arange(0, len(array) + 1, length, dtype=np.int32)
        array = pa.ListArray.from_arrays(offsets, array)
    return array


def _groups(content: Content, side: str) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    size = 0
    for sample in content.samples(side):
        group.append(_row(content, sample))
        size += len(sample.data)
        if size >= GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _row(content: Content, sample: Sample) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if content.is_audio:
        row["audio"] = {"bytes": sample.data, "path": f"{sample.key}.{content.ending}"}
    else:
        row["inputs"] = sample.array()
    if content.is_tagged:
        weights = sample.label
        numbers = weights.nonzero()[0]  # type: ignore[union-attr]
        row["labels"], row["weights"] = numbers.tolist(), weights[numbers].tolist()  # type: ignore[index]
    else:
        row["label"] = None if sample.label == -1 else sample.label
    for name, type in _facts(content).items():
        value = sample.facts[name]
        if pa.types.is_list(type):
            row[name] = value.split("|") if value else []
        else:
            row[name] = value if value != "" else None
    return row
