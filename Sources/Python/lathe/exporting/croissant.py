"""The description of a Parquet export in Croissant 1.1 (http://mlcommons.org/croissant/1.1)."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa

from .parquet import ParquetSide, schema
from .samples import Content

_TERMS = (
    "arrayShape citeAs column containedIn equivalentProperty extract field fileProperty fileObject "
    "fileSet format includes isArray isLiveDataset jsonPath key md5 parentField path recordSet "
    "references regex repeated replace samplingRate separator source subField transform"
)
_LANGUAGE = {"@container": "@language"}
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": _LANGUAGE,
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": _LANGUAGE,
    "sc": "https://schema.org/",
    **{term: f"cr:{term}" for term in _TERMS.split()},
}


def description(content: Content, sides: list[ParquetSide], folder: Path) -> str:
    """The JSON-LD.

    :param folder: where the files lie at this moment.
    """
    record = content.record
    files = [file for side in sides for file in side.files]
    about: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": record["dataset"],
        "description": f"The view {record['view']} of {record['dataset']}, prepared by Lathe.",
        "distribution": [_file(file, folder) for file in files]
        + [_file_set(side) for side in sides],
        "recordSet": [_splits(sides), _labels(content)]
        + [_records(content, side) for side in sides],
    }
    # What nobody has stated is left out, as the day of publication.
    if record.get("licence"):
        about["license"] = record["licence"]
    if record["citations"]:
        about["citeAs"] = "\n".join(record["citations"])
    if re.fullmatch(r"\d+\.\d+\.\d+", record.get("version", "")):
        about["version"] = record["version"]
    return json.dumps(about, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _file(file: Path, folder: Path) -> dict[str, Any]:
    place = file.relative_to(folder).as_posix()
    return {
        "@type": "cr:FileObject",
        "@id": place,
        "name": place,
        "contentUrl": place,
        "contentSize": f"{file.stat().st_size} B",
        "encodingFormat": "application/x-parquet",
        "sha256": _sha256(file),
    }


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _file_set(side: ParquetSide) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"files-{side.split}",
        "name": f"files-{side.split}",
        "encodingFormat": "application/x-parquet",
        "includes": f"data/{side.split}-*.parquet",
    }


def _splits(sides: list[ParquetSide]) -> dict[str, Any]:
    known = {
        name: f"http://mlcommons.org/croissant/{kind}Split"
        for name, kind in (("train", "Training"), ("validation", "Validation"), ("test", "Test"))
    }
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            _field("splits/name", "sc:Text"),
            _field("splits/url", "sc:URL"),
        ],
        "data": [
            {"splits/name": side.split, "splits/url": known.get(side.split, f"#{side.split}")}
            for side in sides
        ],
    }


def _labels(content: Content) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "labels",
        "name": "labels",
        "dataType": "sc:Enumeration",
        "key": {"@id": "labels/number"},
        "field": [_field("labels/number", "sc:Integer"), _field("labels/name", "sc:Text")],
        "data": [
            {"labels/number": number, "labels/name": name}
            for number, name in enumerate(content.labels)
        ],
    }


def _field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"@type": "cr:Field", "@id": name, "name": name, "dataType": kind, **more}


def _side_field(side: ParquetSide) -> dict[str, Any]:
    """The side of a record, told by the name of its file, by which readers find the split."""
    return _field(
        f"{side.split}/split",
        "sc:Text",
        source={
            "fileSet": {"@id": f"files-{side.split}"},
            "extract": {"fileProperty": "fullpath"},
            # Of a side it makes the side itself: mlcroissant applies it more than once.
            "transform": {"regex": r"^(?:.*data/)?(.+?)(?:-\d{5}-of-\d{5}\.parquet)?$"},
        },
        references={"field": {"@id": "splits/name"}},
    )


def _records(content: Content, side: ParquetSide) -> dict[str, Any]:
    fields = [_side_field(side)]
    for column in schema(content):
        source: dict[str, Any] = {
            "fileSet": {"@id": f"files-{side.split}"},
            "extract": {"column": column.name},
        }
        more: dict[str, Any] = {"source": source}
        kind = _kind(column.type)
        if column.name == "audio":
            kind, source["transform"] = "sc:AudioObject", {"jsonPath": "bytes"}
        elif column.name == "inputs":
            shape = content.first.array().shape
            more |= {"isArray": True, "arrayShape": ",".join(map(str, shape))}
        elif pa.types.is_list(column.type):
            more |= {"isArray": True, "arrayShape": "-1"}
        if column.name == "label":
            more["references"] = {"field": {"@id": "labels/number"}}
        fields.append(_field(f"{side.split}/{column.name}", kind, **more))
    return {
        "@type": "cr:RecordSet",
        "@id": side.split,
        "name": side.split,
        "description": f"{side.rows} records of the side {side.name}.",
        "field": fields,
    }


def _kind(type: pa.DataType) -> str:
    while pa.types.is_list(type) or pa.types.is_fixed_size_list(type):
        type = type.value_type
    if pa.types.is_floating(type):
        return {16: "cr:Float16", 32: "cr:Float32", 64: "cr:Float64"}[type.bit_width]
    if pa.types.is_integer(type):
        return "sc:Integer"
    return "sc:Text"
