"""The views of a cache: what they hold, and what runs along the axes of their samples.

:func:`serve` makes a view of a function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .view_programs import serve as serve


@dataclass(frozen=True)
class Axis:
    """One axis of a sample."""

    #: What runs along it, such as ``"time"``, ``"frequency"``, ``"coefficient"`` or ``"feature"``.
    name: str
    #: Of the positions, such as ``"s"`` or ``"Hz"``; empty for plain numbers.
    unit: str
    #: How many numbers a sample has along it.
    length: int
    #: Where the first number stands, and how far each is from the one before; None where they are listed.
    even: tuple[float, float] | None
    #: Where each number stands, where that is not evenly.
    listed: tuple[float, ...] | None

    @property
    def positions(self) -> npt.NDArray[np.float64]:
        """Where each number stands along it, in the unit."""
        if self.even is None:
            return np.array(self.listed)
        start, step = self.even
        return (start + step * np.arange(self.length)).astype(np.float64)

    @classmethod
    def described(cls, about: Mapping[str, Any], length: int) -> Axis:
        """An axis of so many numbers, as ``lathe_describe`` describes it."""
        listed = about.get("positions")
        even = None if listed is not None else (about["start"], about["step"])
        return cls(
            about["name"], about["unit"], length, even, None if listed is None else tuple(listed)
        )


@dataclass(frozen=True)
class View:
    """One prepared form of the tracks."""

    name: str
    #: The shape of a sample.
    shape: tuple[int, ...]
    #: How many samples all tracks have together.
    samples: int
    #: How many tracks have some.
    tracks: int
    #: The names of the columns, for tables.
    columns: tuple[str, ...]
    #: What computes it, such as ``"mel"``; the recipe's ``kind``.
    kind: str
    #: ``"signal"`` where a sample is a window of one signal along time, else ``"rows"``.
    form: Literal["rows", "signal"]
    #: Of the numbers, such as ``"dB"``; empty for plain ones.
    unit: str
    #: The axes of a sample, outermost first; empty where the cache does not say.
    axes: tuple[Axis, ...]

    @classmethod
    def described(cls, name: str, about: Mapping[str, Any]) -> View:
        """A view as ``lathe_describe`` describes it."""
        shape = tuple(about["shape"])
        return cls(
            name,
            shape,
            about["samples"],
            about["tracks"],
            tuple(about.get("columns") or ()),
            about["kind"],
            about["form"],
            about["unit"],
            tuple(map(Axis.described, about["axes"], shape)),
        )
