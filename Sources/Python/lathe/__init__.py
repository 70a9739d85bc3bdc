"""Batches of a prepared music collection, at memory speed.

::

    import lathe

    cache = lathe.open("gtzan.lathe")
    for batch in cache.loader("mel", split=next(iter(cache.splits)), side="train", seed=1):
        print(batch.inputs.shape, [cache.labels[label] for label in batch.labels])

For PyTorch there is :class:`lathe.torch.Dataset`.
"""

from __future__ import annotations

import os

from .batch import Batch
from .cache import Cache, Split, View
from .errors import (
    ConfigurationError,
    DamagedError,
    ErrorCode,
    ForkedError,
    LatheError,
    NotFoundError,
    ReleasedError,
    SourceError,
    StateError,
)
from .loader import Loader

__all__ = [
    "Batch",
    "Cache",
    "ConfigurationError",
    "DamagedError",
    "ErrorCode",
    "ForkedError",
    "LatheError",
    "Loader",
    "NotFoundError",
    "ReleasedError",
    "SourceError",
    "Split",
    "StateError",
    "View",
    "open",
]


def open(path: str | os.PathLike[str]) -> Cache:
    """Opens a cache that ``lathe prepare`` made.

    :param path: its folder.
    :raises LatheError: ``NotFoundError`` where there is no cache, ``DamagedError``, ``LIBRARY`` where
        the library is missing.
    """
    return Cache(path)
