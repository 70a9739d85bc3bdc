"""What a folder of another form holds: its files, its labels, its licence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError, ErrorCode
from .sample import Sample

_TARS = (".tar", ".tar.gz", ".tgz")


@dataclass
class Source:
    """A dataset of another form."""

    root: Path
    files: list[Path]
    is_parquet: bool
    #: What ``export.json`` says, where it is one of lathe's exports.
    record: dict[str, Any]

    @classmethod
    def find(cls, path: Path) -> Source:
        """The files below a folder, or a single one.

        :raises ConfigurationError: where there are none, or some of both forms.
        """
        if not path.exists():
            raise ConfigurationError(ErrorCode.CONFIGURATION, f"{path}: there is no such file or folder")
        root = path if path.is_dir() else path.parent
        found = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        found = [p for p in found if not any(part.startswith(".") for part in p.relative_to(root).parts)]
        tables = [file for file in found if file.name.endswith(".parquet")]
        tars = [file for file in found if file.name.endswith(_TARS)]
        if tables and tars:
            raise ConfigurationError(
                ErrorCode.CONFIGURATION, f"{path} holds Parquet and tar files: give one of them"
            )
        if not tables and not tars:
            raise ConfigurationError(
                ErrorCode.CONFIGURATION,
                f"{path} holds no .parquet and no .tar: give a folder of WebDataset or of Parquet",
            )
        record: dict[str, Any] = {}
        if (root / "export.json").is_file():
            record = json.loads((root / "export.json").read_text("utf-8"))
        return cls(root, tables or tars, bool(tables), record)

    @property
    def about(self) -> dict[str, Any]:
        """Licence, citations and the name of the split, where the form has them."""
        about = {key: self.record.get(key) for key in ("licence", "citations", "version", "split")}
        card = self.root / "README.md"
        if not about["licence"] and card.is_file():
            head = re.match(r"---\n(.*?)\n---", card.read_text("utf-8", "replace"), re.DOTALL)
            line = re.search(r"^license:[ \t]*(\S.*)$", head[1], re.MULTILINE) if head else None
            about["licence"] = line[1].strip("'\" ") if line else None
        return about

    def samples(self, label: str | None, audio: str | None) -> Iterator[Sample]:
        """The samples, in the order of the files."""
        if self.is_parquet:
            from . import parquet

            return parquet.samples(self.root, self.files, label, audio)
        from . import webdataset

        return webdataset.samples(self.files, self.record.get("labels"), label)
