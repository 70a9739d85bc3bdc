"""What a cache knows of its tracks, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, overload

from .errors import ErrorCode, NotFoundError


@dataclass(frozen=True)
class Track:
    """A row of the table: one audio file."""

    #: Unique in the cache.
    id: str
    #: The label, such as a genre; empty where it has none, and where it may have several all in a line.
    label: str
    #: The labels one by one.
    labels: tuple[str, ...]
    #: Who plays, what is played, and what must not straddle splits with it; None where nobody said.
    artist: str | None
    title: str | None
    group: str | None
    #: The file relative to the audio folder, and its checksums: the MD5 where a manifest has one too, the
    #: XXH3-128 in all caches but those of earlier versions; None elsewhere.
    path: str
    md5: str | None
    xxh3: str | None
    #: Samples at the cache's rate, and that rate.
    frames: int
    sample_rate: int
    #: What was measured: ``"clipped"``, ``"silent"``, ``"other-rate"`` and so on, by the recipe's limits.
    verdicts: tuple[str, ...]
    #: What the manifest says is wrong with it: ``"replica"``, ``"mislabelled"`` and so on.
    faults: tuple[str, ...]
    #: The views that it has.
    views: tuple[str, ...]


class Tracks(Sequence[Track]):
    """The tracks in the order of their ids' bytes; made by :attr:`lathe.Cache.tracks`.

    ``tracks[3]`` is a :class:`Track`, ``tracks["label"]`` a column as a list, ``tracks.find(id)`` the track
    of an id, and ``pandas.DataFrame(tracks.columns)`` a frame.
    """

    #: The names of the columns.
    names = tuple(field.name for field in fields(Track))

    def __init__(self, records: Sequence[dict[str, Any]]) -> None:
        self._rows = tuple(_track(record) for record in records)
        self._numbers: dict[str, int] | None = None

    @property
    def columns(self) -> dict[str, list[Any]]:
        """All columns by name."""
        return {name: self[name] for name in self.names}

    def find(self, id: str) -> Track:
        """The track of an id.

        :raises NotFoundError: where there is none.
        """
        if self._numbers is None:
            self._numbers = {row.id: number for number, row in enumerate(self._rows)}
        if id not in self._numbers:
            raise NotFoundError(ErrorCode.NOT_FOUND, f"there is no track '{id}'")
        return self._rows[self._numbers[id]]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Track]:
        return iter(self._rows)

    @overload
    def __getitem__(self, key: int) -> Track: ...

    @overload
    def __getitem__(self, key: slice) -> tuple[Track, ...]: ...

    @overload
    def __getitem__(self, key: str) -> list[Any]: ...

    def __getitem__(self, key: int | slice | str) -> Any:
        if isinstance(key, str):
            if key not in self.names:
                raise KeyError(f"{key}: the columns are {', '.join(self.names)}")
            return [getattr(row, key) for row in self._rows]
        return self._rows[key]

    def __repr__(self) -> str:
        return f"<lathe.Tracks: {len(self)} rows of {', '.join(self.names)}>"


def _track(record: dict[str, Any]) -> Track:
    values: dict[str, Any] = {name: record[name] for name in Tracks.names}
    for name in ("labels", "verdicts", "faults", "views"):
        values[name] = tuple(values[name])
    return Track(**values)
