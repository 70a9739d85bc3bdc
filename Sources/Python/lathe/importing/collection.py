"""A folder of audio with its manifest, written from samples one after the other."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ..errors import ErrorCode, LatheError
from .sample import Sample, plain

#: What lies in a folder that an import may replace.
RECORD = "import.json"
AUDIO = "audio"
MANIFEST = "manifest.json"


class Collection:
    """What has been written so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tracks: list[dict[str, Any]] = []
        self.is_tagged = False
        #: Labels that had a ``/``, which a manifest's may not have.
        self.renamed: set[str] = set()
        self._sides: dict[str, list[str]] = {}
        self._ids: dict[str, int] = {}
        self._paths: set[str] = set()
        (folder / AUDIO).mkdir()

    def add(self, sample: Sample) -> None:
        """Writes the audio of a sample, and keeps what is known of it."""
        facts = sample.facts
        labels = {self._label(name): weight for name, weight in sample.labels.items()}
        path = self._path(sample, next(iter(labels), ""))
        track: dict[str, Any] = {"path": path, "md5": hashlib.md5(sample.data).hexdigest()}
        for name in ("group", "artist", "title", "licence"):
            if name in facts:
                track[name] = facts[name]
        track["id"] = self._id(sample, track)
        self.is_tagged |= sample.is_tagged
        track["labels"] = labels
        target = self.folder / AUDIO / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(sample.data)
        self.tracks.append(track)
        if sample.side:
            self._sides.setdefault(str(sample.side), []).append(track["id"])

    def _label(self, name: str) -> str:
        if "/" in name:
            self.renamed.add(name)
        return "".join("-" if letter == "/" else letter for letter in name)

    def _id(self, sample: Sample, track: dict[str, Any]) -> str:
        """An id of its own; samples that share one elsewhere are parts of a recording, and one group."""
        own = _clean(str(sample.facts.get("id") or sample.key), limit=480)
        number = sample.facts.get("slice")
        if number is not None:
            track.setdefault("group", own)
            own = f"{own}.{number}"
        first = self._ids.setdefault(own, len(self.tracks))
        if first == len(self.tracks):
            return own
        track.setdefault("group", self.tracks[first].setdefault("group", own))
        count = 2
        while f"{own}-{count}" in self._ids:
            count += 1
        self._ids[f"{own}-{count}"] = len(self.tracks)
        return f"{own}-{count}"

    def _path(self, sample: Sample, label: str) -> str:
        stated = sample.facts.get("path")
        if isinstance(stated, str):
            stem = plain(stated, sample.place)
            ending = stem.rsplit("/", 1)[-1].rpartition(".")[2]
            if "." in stem.rsplit("/", 1)[-1]:
                stem = stem[: -len(ending) - 1]
            ending = ending if ending.lower() == sample.ending else sample.ending
        else:
            key = _clean(sample.key.replace("/", "_"), limit=200)
            stem, ending = f"{_clean(label or 'unlabelled', limit=200)}/{key}", sample.ending
        number = sample.facts.get("slice")
        if number is not None:
            stem = f"{stem}.{number}"
        path, count = f"{stem}.{ending}", 1
        # Some file systems know no capitals.
        while path.casefold() in self._paths:
            count += 1
            path = f"{stem}-{count}.{ending}"
        self._paths.add(path.casefold())
        return path

    def finish(self, name: str, about: dict[str, Any]) -> dict[str, Any]:
        """Writes the manifest; what it says of splits, by name.

        :param about: licence, citations, the name of the split.
        """
        labels = sorted({n for track in self.tracks for n in track["labels"]}, key=str.encode)
        is_tagged = self.is_tagged or any(len(track["labels"]) > 1 for track in self.tracks)
        for track in self.tracks:
            weights = track.pop("labels")
            if is_tagged:
                is_plain = all(weight == 1 for weight in weights.values())
                track["labels"] = sorted(weights, key=str.encode) if is_plain else weights
            elif weights:
                track["label"] = next(iter(weights))
        splits = {}
        if len(self._sides) > 1:
            source = f"the sides of {about['source']}"
            splits[about.get("split") or "published"] = {"source": source, "sides": self._sides}
        manifest = {"schema": "lathe.manifest/2", "name": name, "labels": labels, "splits": splits}
        for fact in ("licence", "citations", "version"):
            if about.get(fact):
                manifest[fact] = about[fact]
        manifest["tracks"] = self.tracks
        self._write(MANIFEST, manifest)
        record = {"schema": "lathe.import/1", "source": about["source"], "tracks": len(self.tracks)}
        self._write(RECORD, record)
        return splits

    def _write(self, name: str, value: dict[str, Any]) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        (self.folder / name).write_text(text, encoding="utf-8")


def _clean(text: str, *, limit: int) -> str:
    """A name that may be part of a path."""
    kept = "".join("_" if ord(c) < 32 or 127 <= ord(c) < 160 or c == "\\" else c for c in text)
    parts = [part.lstrip(".") or "_" for part in kept.split("/") if part]
    clean = "/".join(parts) or "_"
    while len(clean.encode()) > limit:
        clean = clean[:-1]
    return clean


def check(collection: Collection, source: Path) -> None:
    """Refuses an empty collection."""
    if not collection.tracks:
        raise LatheError(ErrorCode.SYSTEM, f"{source} holds no sample")
