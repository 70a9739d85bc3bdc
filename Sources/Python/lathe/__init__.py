"""Batches of a prepared music collection, at memory speed.

::

    import lathe

    cache = lathe.open("gtzan.lathe")
    for batch in cache.loader("mel", split=next(iter(cache.splits)), side="train", seed=1):
        print(batch.inputs.shape, [cache.labels[label] for label in batch.labels])

``cache.tracks`` is a table of the tracks, ``cache.read("mel", id)`` all slices of one, ``cache.sample("mel", 0)``
a single sample. For PyTorch there are :class:`lathe.torch.Dataset`, which gives batches, and
:class:`lathe.torch.MapDataset`, which gives samples by number.
"""

from __future__ import annotations

import os

from .batch import Batch
from .cache import Cache
from .described import Split
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
from .remote import RemoteCache, RemoteLoader, connect
from .samples import Sample, Samples
from .tracks import Track, Tracks
from .views import Axis, View

#: That of the program ``lathe`` from the same checkout.
__version__ = "0.1.0"

__all__ = [
    "Axis",
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
    "RemoteCache",
    "RemoteLoader",
    "Sample",
    "Samples",
    "SourceError",
    "Split",
    "StateError",
    "Track",
    "Tracks",
    "View",
    "__version__",
    "connect",
    "open",
]


def open(path: str | os.PathLike[str]) -> Cache:
    """Opens a cache that ``lathe prepare`` made.

    :param path: its folder.
    :raises LatheError: ``NotFoundError`` where there is no cache, ``DamagedError``, ``LIBRARY`` where
        the library is missing.
    """
    return Cache(path)
