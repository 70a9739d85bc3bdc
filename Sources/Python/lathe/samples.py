"""Samples by their numbers, in any order."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _library
from ._handles import OpenCache, OpenSamples
from ._library import check, library
from .errors import ErrorCode, NotFoundError
from .options import encoded


class Sample(NamedTuple):
    """One sample with what it is."""

    #: float32 or float16, of the view's shape.
    inputs: npt.NDArray[Any]
    #: An index into the labels; -1 where it has none or may have several.
    label: int
    #: The id of its track.
    track: str
    #: The number of the slice in its track.
    slice: int


class Samples(Sequence[Sample]):
    """The samples of a view; made by :meth:`lathe.Cache.samples`.

    They are numbered track by track in the order of the ids' bytes, and within a track slice by slice.
    What is read is the numbers that a loader without augmentation gives, checked against their checksums
    when they are touched for the first time; each call gives arrays of its own. Any thread may read. They
    are those of the moment at which they were opened, whatever is written meanwhile, and of the process
    that opened them.

    :ivar labels: the names of the labels.
    :ivar is_tagged: whether a sample may have any number of labels.
    :ivar shape: the shape of a sample.
    """

    def __init__(self, cache: OpenCache, configuration: Mapping[str, Any]) -> None:
        self._open = OpenSamples(cache, encoded(configuration))
        about = json.loads(_library.text(library().lathe_samples_describe, self._open.handle))
        self.labels: tuple[str, ...] = tuple(about["labels"])
        self.is_tagged: bool = about["tagged"]
        self.shape: tuple[int, ...] = tuple(about["shape"])
        self._count: int = about["samples"]
        self._about = about
        self._type = np.dtype(configuration.get("dtype", "float32"))
        self._places: tuple[npt.NDArray[np.int64], ...] | None = None

    @property
    def statistics(self) -> dict[str, Any] | None:
        """What the inputs are normalised by: ``axis``, ``means`` and ``deviations``; None without."""
        statistics: dict[str, Any] | None = self._about["normalisation"]
        return statistics

    @property
    def targets(self) -> npt.NDArray[np.int64]:
        """The label of each sample, for samplers and for scoring."""
        return self._seen()[0]

    def label_weights(self, start: int = 0, stop: int | None = None) -> npt.NDArray[np.float32]:
        """The weight of every label for the samples from ``start`` up to ``stop``, [how many, labels]: of the labels
        that a sample has 1, or what the dataset says, and 0 of the others.

        :raises IndexError: where there are no such samples.
        """
        first, last, _ = slice(start, stop).indices(self._count)
        weights = np.empty((max(0, last - first), len(self.labels)), np.float32)
        check(
            library().lathe_samples_label_weights(
                self._open.handle, first, len(weights), weights.ctypes.data
            )
        )
        return weights

    @property
    def tracks(self) -> npt.NDArray[np.int64]:
        """The number of the track of each sample; :meth:`track_id` names it."""
        return self._seen()[1]

    @property
    def slices(self) -> npt.NDArray[np.int64]:
        """The number of the slice of each sample in its track."""
        return self._seen()[2]

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: Any) -> Any:
        """The sample of a number; a slice gives a list of samples.

        :raises IndexError: where there is none.
        :raises DamagedError: where what is stored does not have its checksum.
        """
        if isinstance(number, slice):
            return [self[index] for index in range(*number.indices(self._count))]
        index = int(number) + (self._count if number < 0 else 0)
        if not 0 <= index < self._count:
            raise IndexError(f"sample {number}: there are {self._count}")
        inputs = self.read([index])[0]
        labels, tracks, slices = self._seen()
        return Sample(
            inputs, int(labels[index]), self.track_id(int(tracks[index])), int(slices[index])
        )

    def read(self, numbers: Iterable[int]) -> npt.NDArray[Any]:
        """The inputs of some samples, [how many, *shape of a sample]; a number may come again.

        :raises NotFoundError: for a number that is none of a sample.
        :raises DamagedError: where what is stored does not have its checksum.
        """
        wanted = np.ascontiguousarray(
            numbers if isinstance(numbers, np.ndarray) else list(numbers), dtype=np.int64
        ).ravel()
        inputs = np.empty((len(wanted), *self.shape), self._type)
        check(
            library().lathe_samples_read(
                self._open.handle, wanted.ctypes.data, len(wanted), inputs.ctypes.data
            )
        )
        return inputs

    def track_id(self, track: int) -> str:
        """The id of a track, by its number in :attr:`tracks`.

        :raises NotFoundError: where there is no such track.
        """
        return _library.text(library().lathe_samples_track_id, self._open.handle, int(track))

    def of_track(self, id: str) -> range:
        """The numbers of the samples of a track, for samples that are not joined of several sides.

        :raises NotFoundError: where there are none.
        """
        tracks, wanted = self.tracks, id.encode()
        first = bisect_left(
            range(self._count), wanted, key=lambda number: self._id_bytes(tracks[number])
        )
        if first == self._count or self._id_bytes(tracks[first]) != wanted:
            raise NotFoundError(ErrorCode.NOT_FOUND, f"track '{id}': it has none of these samples")
        return range(first, int(np.searchsorted(tracks, tracks[first], side="right")))

    def _id_bytes(self, track: Any) -> bytes:
        return self.track_id(int(track)).encode()

    def close(self) -> None:
        """Closes them; arrays that were read stay."""
        self._open.close()

    def _seen(self) -> tuple[npt.NDArray[np.int64], ...]:
        if self._places is None:
            places = tuple(np.empty(self._count, np.int64) for _ in range(3))
            check(
                library().lathe_samples_places(
                    self._open.handle, 0, self._count, *(array.ctypes.data for array in places)
                )
            )
            for array in places:
                array.flags.writeable = False
            self._places = places
        return self._places

    def __repr__(self) -> str:
        return f"<lathe.Samples: {self._count} of shape {self.shape}>"
