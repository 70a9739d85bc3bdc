"""The memory of a loader's ring as arrays."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from ._handles import Ring
from ._library import Record

_TYPES = {1: "<f4", 2: "<f2"}


class Lease:
    """A slot for as long as anything lies in it: every array of a batch keeps it, and so does every view
    and every tensor of such an array. When the last of them is gone the loader may fill it again."""

    __slots__ = ("__weakref__", "ring")

    def __init__(self, ring: Ring, record: Record) -> None:
        self.ring = ring
        # From here on the slot is the ring's to give back, no longer the record's; a Ctrl-C between the
        # two makes it both's, which does no harm.
        ring.lent[record.slot] = weakref.ref(self)
        record.slot = -1


class _Memory:
    """Numbers of the ring, for ``numpy.asarray``, which keeps this object as the base of the array."""

    __slots__ = ("__array_interface__", "lease")

    def __init__(self, lease: Lease, interface: dict[str, Any]) -> None:
        self.lease = lease
        self.__array_interface__ = interface


def _interface(
    address: int | None, kind: str, shape: tuple[int, ...], strides: tuple[int, ...] | None = None
) -> dict[str, Any]:
    return {
        "data": (address, False),
        "typestr": kind,
        "shape": shape,
        "strides": strides,
        "version": 3,
    }


Arrays = tuple[Any, Any, Any, Any, Any]


class SlotLayout:
    """Where the parts of a slot lie, each as long as the longest batch; the same each time it is lent."""

    def __init__(self, record: Record, capacity: int, labels: int, *, torch: bool) -> None:
        shape = (capacity, *record.shape[: record.axes])
        self._inputs = _interface(record.inputs, _TYPES[record.type], shape)
        self._distributions = None
        if record.label_distributions is not None:
            self._distributions = _interface(record.label_distributions, "<f4", (capacity, labels))
        # Labels, tracks and slices lie at equal distances, so that they make one array of three rows.
        gap = record.tracks - record.labels
        assert record.slices - record.tracks == gap, "lathe_batch is laid out in another way"
        self._numbers = _interface(record.labels, "<i8", (3, capacity), (gap, 8))
        self._wrap: Callable[[Any], Any] | None = None
        if torch:
            from torch import from_numpy

            self._wrap = from_numpy

    def arrays(self, lease: Lease, count: int) -> Arrays:
        """Inputs, labels, tracks, slices and label distributions of `count` samples; nothing is copied."""
        inputs = np.asarray(_Memory(lease, self._inputs))[:count]
        labels, tracks, slices = np.asarray(_Memory(lease, self._numbers))[:, :count]
        chances: Any = None
        if self._distributions is not None:
            chances = np.asarray(_Memory(lease, self._distributions))[:count]
        wrap = self._wrap
        if wrap is None:
            return inputs, labels, tracks, slices, chances
        return (
            wrap(inputs),
            wrap(labels),
            wrap(tracks),
            wrap(slices),
            None if chances is None else wrap(chances),
        )
