"""Samples in tars in the layout of WebDataset."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ErrorCode, LatheError
from .sample import ENDINGS, LABELS, Sample, known, plain, side_of

#: The most bytes of a member that is read.
MEMBER_BYTES = 2 << 30


def samples(files: list[Path], names: list[str] | None, label: str | None) -> Iterator[Sample]:
    """The samples of archives, in their order.

    :param names: the labels by the numbers in ``.cls``, where they are known.
    :param label: the field of ``.json`` that is the label; found by its name where it is None.
    """
    for path in files:
        side = side_of(path.name)
        for place, key, members in _groups(path):
            yield _sample(place, key, members, side, names, label)


def _groups(path: Path) -> Iterator[tuple[str, str, dict[str, bytes]]]:
    """Members that follow each other and share a key, by their endings."""
    key, members = "", dict[str, bytes]()
    try:
        with tarfile.open(path, "r|*") as archive:
            for entry in archive:
                # Streamed archives keep every header that they have read.
                archive.members = []
                name = entry.name.removeprefix("./")
                place = f"{path}: {name}"
                if entry.isdir() or name.rsplit("/", 1)[-1].startswith("."):
                    continue
                plain(name, place)
                if not entry.isreg():
                    raise LatheError(ErrorCode.SYSTEM, f"{place} is a link or a device; pack the file")
                if entry.size > MEMBER_BYTES:
                    raise LatheError(ErrorCode.SYSTEM, f"{place} has {entry.size} bytes, too many")
                folder, _, file = name.rpartition("/")
                stem, _, ending = file.partition(".")
                new = f"{folder}/{stem}" if folder else stem
                if new != key:
                    if members:
                        yield f"{path}: {key}", key, members
                    key, members = new, {}
                content = archive.extractfile(entry)
                assert content is not None
                if ending in members:
                    raise LatheError(ErrorCode.SYSTEM, f"{place} is there twice")
                members[ending] = content.read()
    except (tarfile.TarError, EOFError, OSError) as cause:
        raise LatheError(
            ErrorCode.SYSTEM, f"{path} is damaged or cut ({cause}); fetch or copy it again"
        ) from cause
    if members:
        yield f"{path}: {key}", key, members


def _sample(
    place: str,
    key: str,
    members: dict[str, bytes],
    side: str,
    names: list[str] | None,
    label: str | None,
) -> Sample:
    found = [ending for ending in members if ending.rpartition(".")[2].lower() in ENDINGS]
    if len(found) != 1:
        what = "several files" if found else "no file"
        raise LatheError(
            ErrorCode.SYSTEM,
            f"{place} has {what} of audio ({', '.join(sorted(members))}); this reads one audio file a sample",
        )
    facts: dict[str, Any] = {}
    if "json" in members:
        try:
            facts = json.loads(members["json"])
            assert isinstance(facts, dict)
        except (ValueError, AssertionError) as cause:
            raise LatheError(ErrorCode.SYSTEM, f"{place}.json is no JSON object") from cause
    labels, is_tagged = _labels(place, members, facts, names, label)
    ending = found[0].rpartition(".")[2].lower()
    side = facts.get("side") or side
    return Sample(place, key, members[found[0]], ending, labels, side, is_tagged, known(facts))


def _labels(
    place: str,
    members: dict[str, bytes],
    facts: dict[str, Any],
    names: list[str] | None,
    label: str | None,
) -> tuple[dict[str, float], bool]:
    if label is not None:
        if label not in facts:
            raise LatheError(ErrorCode.SYSTEM, f"{place}.json has no field {label!r} (--label)")
        return labels_of(facts[label], names, place)
    if "tags.npy" in members and names is not None:
        weights = np.load(io.BytesIO(members["tags.npy"]), allow_pickle=False)
        if weights.shape != (len(names),):
            raise LatheError(ErrorCode.SYSTEM, f"{place}.tags.npy has not one weight a label")
        return {name: float(w) for name, w in zip(names, weights) if w > 0}, True
    if "cls" in members and (names is not None or not _number(members["cls"])):
        return labels_of(members["cls"].decode().strip(), names, place)
    field = next((name for name in LABELS if facts.get(name) not in (None, "")), None)
    if field is not None:
        return labels_of(facts[field], names, place)
    if "cls" in members:
        return labels_of(members["cls"].decode().strip(), names, place)
    return {}, False


def _number(text: bytes) -> bool:
    return text.strip().removeprefix(b"-").isdigit()


def labels_of(value: Any, names: list[str] | None, place: str) -> tuple[dict[str, float], bool]:
    """The labels that a value tells: a name, a number of one, or a list of either.

    :raises LatheError: for a number of no label.
    """
    if isinstance(value, list):
        found: dict[str, float] = {}
        for one in value:
            found |= labels_of(one, names, place)[0]
        return found, True
    if value is None or value == "":
        return {}, False
    try:
        number = int(value)
    except (TypeError, ValueError):
        return {str(value): 1.0}, False
    if number == -1:
        return {}, False
    if names is None:
        return {f"class {number}": 1.0}, False
    if not 0 <= number < len(names):
        raise LatheError(ErrorCode.SYSTEM, f"{place}: {number} is the number of no label")
    return {names[number]: 1.0}, False
