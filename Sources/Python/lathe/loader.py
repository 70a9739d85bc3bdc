"""The loader: batches of one view and one side of a split, in order."""

from __future__ import annotations

import ctypes
import json
import threading
from typing import Any, Generic, NoReturn

from . import _library
from ._handles import OpenCache, Ring
from ._library import BATCH, TIMEOUT, Record, check, last_error, library
from ._ring import Lease, SlotLayout
from .batch import Array, Batch
from .closing import Closing
from .errors import ErrorCode, NotFoundError
from .options import encoded

# How long a wait goes on before Python looks whether the user has pressed Ctrl-C.
_PATIENCE_MILLISECONDS = 100


class Loader(Closing, Generic[Array]):
    """An iterator over the batches of a number of epochs; made by :meth:`lathe.Cache.loader`.

    A batch lies in the loader's memory and keeps its place there for as long as any array of it lives.
    Of a caller that keeps many the later ones are copied, so that there is always room to go on. Threads
    that share a loader take turns. It is of the process that made it.

    :ivar labels: the names of the labels.
    :ivar is_tagged: whether a sample may have any number of labels; ``targets`` of a batch are their weights then.
    :ivar shape: the shape of a sample.
    :ivar samples: how many samples an epoch has, over all ranks.
    """

    def __init__(
        self,
        cache: OpenCache,
        configuration: dict[str, Any],
        state: dict[str, Any] | None,
        *,
        torch: bool,
        copy: bool,
    ) -> None:
        self._cache = cache
        self._configuration = configuration
        self._torch = torch
        self._copies = copy
        self._lock = threading.Lock()
        self._record = Record(slot=-1)
        self._address = ctypes.addressof(self._record)
        self._take = library().lathe_loader_next
        self._open(state)

    def _open(self, state: dict[str, Any] | None) -> None:
        configuration = (
            self._configuration if state is None else self._configuration | {"state": state}
        )
        handle = library().lathe_loader_open(self._cache.handle, encoded(configuration))
        if not handle:
            raise last_error()
        self._handle: int = handle
        self._ring = Ring(handle)
        about = json.loads(_library.text(library().lathe_loader_describe, handle))
        self.labels: tuple[str, ...] = tuple(about["labels"])
        self.is_tagged: bool = about["tagged"]
        self.shape: tuple[int, ...] = tuple(about["shape"])
        self.samples: int = about["samples"]
        self._about = about
        self._capacity: int = about["longest_batch"]
        self._layouts: list[SlotLayout | None] = [None] * about["slots"]
        # Two batches are in use wherever the last one is kept until the next one is there.
        self._most_lent = max(2, about["slots"] // 2)

    def __iter__(self) -> Loader[Array]:
        return self

    def __len__(self) -> int:
        """How many batches the loader gives from where it began to the end of its last epoch.

        :raises TypeError: for a loader without end.
        """
        count = self._about["batches"]
        if count is None:
            raise TypeError("a loader with epochs=None has no end")
        return int(count)

    def __next__(self) -> Batch[Array]:
        with self._lock:
            record = self._record
            if record.slot >= 0:
                self._keep()
            self._ring.collect()
            code = self._take(self._handle, self._address, _PATIENCE_MILLISECONDS)
            while code == TIMEOUT:
                code = self._take(self._handle, self._address, _PATIENCE_MILLISECONDS)
            if code != BATCH:
                check(code)
                raise StopIteration
            layout = self._layouts[record.slot] or self._see(record.slot)
            lease = Lease(self._ring, record)
            inputs, labels, tracks, slices, chances = layout.arrays(lease, record.count)
            batch: Batch[Array] = Batch(
                inputs, labels, tracks, slices, chances, record.epoch, record.index, self.is_tagged
            )
            if self._copies or len(self._ring.lent) > self._most_lent:
                return batch.copy()
            return batch

    def _see(self, slot: int) -> SlotLayout:
        layout = SlotLayout(self._record, self._capacity, len(self.labels), torch=self._torch)
        self._layouts[slot] = layout
        return layout

    def _keep(self) -> None:
        # A slot that was taken and lent to nobody: a Ctrl-C came between two lines.
        Lease(self._ring, self._record)

    def track_id(self, track: int) -> str:
        """The id of a track, by its number in ``Batch.tracks``.

        :raises NotFoundError: where there is no such track.
        """
        number = int(track)
        if not 0 <= number < 1 << 63:
            raise NotFoundError(ErrorCode.NOT_FOUND, f"track {number}: no batch has such a number")
        return _library.text(library().lathe_loader_track_id, self._handle, number)

    @property
    def statistics(self) -> dict[str, Any] | None:
        """What the inputs are normalised by: ``axis``, ``means`` and ``deviations``; None without."""
        statistics: dict[str, Any] | None = self._about["normalisation"]
        return statistics

    def state_dict(self) -> dict[str, Any]:
        """Where the loader is, after the batches it gave: plain values, to be kept as JSON or by
        ``torch.save``.

        The state is of all ranks together: with it any number of ranks goes on with exactly the
        samples that are left, whatever the batch size and the threads.
        """
        state: dict[str, Any] = json.loads(
            _library.text(library().lathe_loader_state, self._handle)
        )
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from a state; batches that are held stay as they are.

        :raises StateError: for a state of another cache, split, seed, order or version; the loader
            then stays where it is.
        """
        with self._lock:
            before = self._handle
            if self._record.slot >= 0:
                self._keep()
            self._open(state)
            library().lathe_loader_stop(before)

    def close(self) -> None:
        """Stops the threads. Arrays that are held stay as they are; the loader gives no more."""
        check(library().lathe_loader_stop(self._handle))

    def __del__(self) -> None:
        if hasattr(self, "_ring"):
            # The memory stays for whoever holds arrays that lie in it.
            library().lathe_loader_stop(self._handle)
            if self._record.slot >= 0:
                self._keep()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a loader is of its process: send the cache and open a loader there, or use "
            "lathe.torch.Dataset"
        )
