"""A track of another form: bytes of audio and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..errors import ErrorCode, LatheError

#: The endings of audio that members of archives and paths in tables have.
ENDINGS = frozenset(
    "wav wave flac ogg oga opus mp3 mp2 aif aiff au snd caf w64 m4a mp4 aac wma webm".split()
)

#: The names that facts have elsewhere, by the names that they have in a manifest.
NAMES = {
    "id": ("id", "track_id"),
    "group": ("group", "group_id", "recording"),
    "artist": ("artist", "artist_name", "artist_id"),
    "title": ("title", "track_title", "song"),
    "licence": ("licence", "license"),
}

#: The names of columns and fields that hold a label, the likeliest first.
LABELS = ("labels", "tags", "label", "genre", "genres", "class", "cls", "category")


@dataclass
class Sample:
    """A track."""

    #: Where it was found, for messages.
    place: str
    #: Its name there, without an ending.
    key: str
    data: bytes
    #: The ending of a file of it, without a dot.
    ending: str
    #: The labels with their weights.
    labels: dict[str, float]
    #: The side of a split; empty where there is none.
    side: str
    #: Whether it may have any number of labels.
    is_tagged: bool = False
    #: What is known: id, path, group, artist, title, licence, slice.
    facts: dict[str, Any] = field(default_factory=dict)


def known(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts that a manifest has a place for, under its names."""
    found = {}
    for name, others in NAMES.items():
        value = next((facts[other] for other in others if facts.get(other) not in (None, "")), None)
        if value is not None:
            found[name] = str(value)
    for name in ("path", "slice"):
        if facts.get(name) not in (None, ""):
            found[name] = facts[name]
    return found


def ending(data: bytes, path: str | None, place: str) -> str:
    """The ending of a file: that of its path where that is one of audio, else by its first bytes.

    :raises LatheError: where the bytes are of no audio that is known.
    """
    stated = (path or "").rsplit("/", 1)[-1].rpartition(".")[2].lower()
    if stated in ENDINGS:
        return stated
    starts = {b"RIFF": "wav", b"fLaC": "flac", b"OggS": "ogg", b"ID3": "mp3", b"FORM": "aiff"}
    for start, name in (starts | {b".snd": "au", b"\xff\xfb": "mp3", b"\xff\xf3": "mp3"}).items():
        if data.startswith(start):
            return name
    raise LatheError(ErrorCode.SYSTEM, f"{place}: its bytes begin like no audio that is known")


def plain(path: str, place: str) -> str:
    """A path that lies below any folder.

    :raises LatheError: where it climbs, is absolute, or has what is not seen in it.
    """
    parts = path.split("/")
    is_hostile = (
        any(part in ("", ".", "..") or len(part.encode()) > 255 for part in parts)
        or "\\" in path
        or any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in path)
    )
    if is_hostile:
        raise LatheError(
            ErrorCode.SYSTEM,
            f"{place}: {path!r} may lead out of its folder; don't use this dataset, or rename it there",
        )
    return path


def side_of(name: str) -> str:
    """The side that a file's name tells: ``train`` of train-000012.tar and train-00000-of-00003.parquet."""
    stem = name.split(".", 1)[0]
    words = stem.split("-")
    while len(words) > 1 and (words[-1].isdecimal() or words[-1] == "of"):
        words.pop()
    side = "-".join(words)
    return "" if side in ("", "full", "data", "all", "samples", "shard") or side.isdecimal() else side
