"""What a cache says of itself, wherever it lies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .views import View


@dataclass(frozen=True)
class Split:
    """An assignment of tracks to sides."""

    name: str
    #: How many tracks each side has.
    sides: Mapping[str, int]


class Described(ABC):
    """A cache that is known by its description."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """What is in it: the JSON of ``lathe_describe`` in ``lathe.h``."""

    @cached_property
    def _about(self) -> dict[str, Any]:
        return self.describe()

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels, in byte order: label 0 is the first."""
        return tuple(self._about["labels"])

    @property
    def is_tagged(self) -> bool:
        """Whether a track may have any number of labels."""
        return bool(self._about["tagged"])

    @property
    def views(self) -> dict[str, View]:
        """The views by name: what their samples are, and what runs along them."""
        return {name: View.described(name, about) for name, about in self._about["views"].items()}

    @property
    def splits(self) -> dict[str, Split]:
        """The splits by name."""
        return {name: Split(name, dict(sides)) for name, sides in self._about["splits"].items()}

    @property
    def default_split(self) -> str | None:
        """The name of the split that is meant where none is named; ``lathe split --default`` chooses it."""
        name: str | None = self._about["default_split"]
        return name
