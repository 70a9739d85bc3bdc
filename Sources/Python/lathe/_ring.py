"""The memory of a loader's ring as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._handles import Ring
from ._library import Record

_TYPES = {1: "<f4", 2: "<f2"}


class _Memory:
    """Numbers of the ring, for ``numpy.asarray``, which keeps this object as the base of the array."""

    def __init__(self, ring: Ring, address: int, kind: str, shape: tuple[int, ...]) -> None:
        self.ring = ring
        self.__array_interface__ = {
            "data": (address, False),
            "typestr": kind,
            "shape": shape,
            "version": 3,
        }


Arrays = tuple[Any, Any, Any, Any, Any]


def arrays(ring: Ring, record: Record, capacity: int, labels: int, *, torch: bool) -> Arrays:
    """Inputs, labels, tracks, slices and label distributions of the slot that a record lends, each
    as long as the batch size; nothing is copied."""

    def array(address: int | None, kind: str, *axes: int) -> Any:
        if address is None:
            return None
        lent = np.asarray(_Memory(ring, address, kind, (capacity, *axes)))
        if not torch:
            return lent
        import torch as pytorch

        return pytorch.from_numpy(lent)

    return (
        array(record.inputs, _TYPES[record.type], *record.shape[: record.axes]),
        array(record.labels, "<i8"),
        array(record.tracks, "<i8"),
        array(record.slices, "<i8"),
        array(record.label_distributions, "<f4", labels),
    )
