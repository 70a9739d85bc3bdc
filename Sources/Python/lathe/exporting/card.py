"""The card of a Parquet export: ``README.md`` with the head that Hugging Face reads."""

from __future__ import annotations

import json
import re
from typing import Any

from .parquet import ParquetSide
from .samples import Content

_CATEGORIES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))


def card(content: Content, sides: list[ParquetSide], text: str) -> str:
    """The card.

    :param text: what ``lathe export card`` says of the dataset.
    """
    record = content.record
    size = sum(file.stat().st_size for side in sides for file in side.files)
    head: list[tuple[str, Any]] = [
        ("pretty_name", record["dataset"]),
        ("license", hub_licence(record.get("licence"))),
    ]
    if head[-1][1] == "other":
        head.append(("license_name", "as-stated"))
        head.append(("license_details", record.get("licence") or "not stated"))
    rows = sum(side.rows for side in sides)
    head += [
        ("task_categories", ["audio-classification"]),
        ("tags", ["audio", "music", "lathe", record["view"]]),
        ("size_categories", [next((name for end, name in _CATEGORIES if rows < end), "100K<n<1M")]),
        (
            "configs",
            [
                {
                    "config_name": "default",
                    "data_files": [
                        {"split": side.split, "path": f"data/{side.split}-*"} for side in sides
                    ],
                }
            ],
        ),
        (
            "dataset_info",
            {
                "splits": [
                    {"name": side.split, "num_bytes": side.nbytes, "num_examples": side.rows}
                    for side in sides
                ],
                "download_size": size,
                "dataset_size": sum(side.nbytes for side in sides),
            },
        ),
    ]
    # Every JSON is YAML; a key a line is enough for people.
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head]
    return "---\n" + "\n".join(lines) + "\n---\n\n" + text


def hub_licence(text: str | None) -> str:
    """The name that the hub has for a licence; ``other`` for what is none of those."""
    match = re.fullmatch(
        r"(?:creative commons )?cc[- ](by(?:-nc)?(?:-sa|-nd)?)[- ](\d\.\d)", (text or "").lower().strip()
    )
    if match:
        return f"cc-{match[1]}-{match[2]}"
    return "cc0-1.0" if re.fullmatch(r"cc0(?:[- ]1\.0)?", (text or "").lower().strip()) else "other"
