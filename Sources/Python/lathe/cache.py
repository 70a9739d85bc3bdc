"""A cache that ``lathe prepare`` made, opened for reading."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
import numpy.typing as npt

from . import _library
from ._handles import OpenCache
from ._library import library
from .closing import Closing
from .described import Described
from .errors import ErrorCode, NotFoundError
from .loader import Loader
from .options import (
    DataType,
    LastBatch,
    LoaderOptions,
    Normalise,
    Sampling,
    Side,
    chosen,
    configured,
    encoded,
    is_torch,
)
from .samples import Sample, Samples
from .tracks import Tracks

if TYPE_CHECKING:
    import torch
    from typing_extensions import Unpack


class Cache(Described, Closing):
    """A prepared dataset; made by :func:`lathe.open`.

    It may be opened any number of times, while ``lathe prepare`` writes to it, too. Pickled, it is
    opened again where it arrives.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        _c_string(self.path, "folder")
        self._open = OpenCache(self.path)
        self._whole: dict[str, Samples] = {}

    def describe(self) -> dict[str, Any]:
        """What is in it: the JSON of ``lathe_describe`` in ``lathe.h``."""
        about: dict[str, Any] = json.loads(
            _library.text(library().lathe_describe, self._open.handle)
        )
        return about

    def describe_split(self, name: str) -> dict[str, Any]:
        """What a split is: its ``policy``, its ``sides`` in order, the ``plan`` that it was made by, and its
        ``fingerprint``, the SHA-256 of all that it says.

        :raises NotFoundError: where there is no such split.
        """
        about: dict[str, Any] = json.loads(
            _library.text(
                library().lathe_describe_split, self._open.handle, _c_string(name, "split")
            )
        )
        return about

    def overlap(
        self,
        view: str,
        split: str,
        measured: str,
        side: Side = None,
        *,
        test: str | None = None,
    ) -> dict[str, int]:
        """What a side that is measured shares with what is learnt from, as far as that is known.

        :param measured: the side that is measured.
        :param side: what is learnt from, as in :meth:`loader`, and so is ``test``.
        :returns: counts: ``tracks`` of the side; of these ``learnt_tracks``, which are learnt from, and
            ``recordings``, of which the track or another take or copy is; ``artists`` of the side, of these
            ``shared_artists``, which are learnt from, and ``unknown_artists``, tracks without one.
        :raises LatheError: ``NotFoundError``, ``SourceError``, ``DamagedError``.
        """
        given = chosen(view, split, side, test, "float32", None) | {"measured": measured}
        del given["dtype"]
        about: dict[str, int] = json.loads(
            _library.text(library().lathe_overlap, self._open.handle, encoded(given))
        )
        return about

    @cached_property
    def tracks(self) -> Tracks:
        """The tracks as a table: id, label, artist, title, verdicts and so on; read once."""
        capacity = 1024 * (1 + self._about["tracks"])
        text = _library.text(library().lathe_tracks, self._open.handle, capacity=capacity)
        return Tracks(json.loads(text))

    def samples(
        self,
        view: str,
        split: str | None = None,
        side: Side = None,
        *,
        test: str | None = None,
        dtype: DataType = "float32",
        normalise: Normalise = None,
    ) -> Samples:
        """Opens the samples of a view, to be read by their numbers; the arguments are those of
        :meth:`loader`.

        :raises LatheError: ``ConfigurationError``, ``NotFoundError``, ``SourceError``, ``DamagedError``.
        """
        return Samples(self._open, chosen(view, split, side, test, dtype, normalise))

    def sample(self, view: str, number: int) -> Sample:
        """One sample of all those of a view, 0 up to ``views[view].samples``: its inputs, label, track and
        slice. They are numbered track by track in the order of the ids' bytes.

        :raises IndexError: where there is none.
        :raises DamagedError: where what is stored does not have its checksum.
        """
        sample: Sample = self._samples(view)[number]
        return sample

    def read(self, view: str, id: str) -> npt.NDArray[np.float32]:
        """All slices of a track in a view, [slices, *shape of a sample], checked.

        :raises NotFoundError: where there is no such view or track, or it has no slice in it.
        :raises DamagedError: where what is stored does not have its checksum.
        """
        samples = self._samples(view)
        return samples.read(samples.of_track(id))

    def _samples(self, view: str) -> Samples:
        # Opened once a view: they are of the moment at which they were first asked for.
        if view not in self._whole:
            self._whole[view] = self.samples(view)
        return self._whole[view]

    @overload
    def loader(
        self,
        view: str,
        split: str | None = None,
        side: Side = None,
        *,
        output: Literal["numpy"] = "numpy",
        state: Mapping[str, Any] | None = None,
        **options: Unpack[LoaderOptions],
    ) -> Loader[npt.NDArray[Any]]: ...

    @overload
    def loader(
        self,
        view: str,
        split: str | None = None,
        side: Side = None,
        *,
        output: Literal["torch"],
        state: Mapping[str, Any] | None = None,
        **options: Unpack[LoaderOptions],
    ) -> Loader[torch.Tensor]: ...

    def loader(
        self,
        view: str,
        split: str | None = None,
        side: Side = None,
        *,
        test: str | None = None,
        batch_size: int = 128,
        seed: int = 0,
        shuffle: bool = True,
        epochs: int | None = 1,
        epoch: int = 0,
        last_batch: LastBatch = "keep",
        sampling: Sampling = "uniform",
        samples_per_epoch: int | None = None,
        sources: Sequence[tuple[Cache | str, float]] | None = None,
        rank: int = 0,
        world_size: int = 1,
        threads: int | None = None,
        prefetch: int | None = None,
        dtype: DataType = "float32",
        augmentation: Mapping[str, Any] | None = None,
        normalise: Normalise = None,
        output: Literal["numpy", "torch"] = "numpy",
        copy: bool = False,
        state: Mapping[str, Any] | None = None,
    ) -> Loader[Any]:
        """Opens a loader of one view.

        :param view: such as ``"mel"``; see :attr:`views`.
        :param split: the name of a split; None takes all tracks, or, where a side is given, the default split.
        :param side: the side of the split, or a list of several that are joined: ``["fold-2", "fold-3"]``; of a
            split that is named ``"train"`` if none is given.
        :param test: in place of ``side``: all sides but this one, such as all folds but ``"fold-1"``.
        :param batch_size: samples of a batch, 1 or more.
        :param seed: 0 to 2**64 - 1; the order and all that is random follow from it alone.
        :param shuffle: whether each epoch has an order of its own; else the order of the cache.
        :param epochs: how many epochs to give, None for no end.
        :param epoch: the number of the first of them, from 0.
        :param last_batch: ``"keep"`` gives what is left at the end of an epoch as a smaller batch,
            ``"drop"`` leaves it out.
        :param sampling: ``"uniform"``, ``"balanced"`` (each label equally often),
            ``{"labels": {name: weight}}`` or ``{"tracks": {id: weight}}`` (with replacement).
        :param samples_per_epoch: the length of an epoch, where it is not the number of samples.
        :param sources: the caches to mix in place of this one alone, with their weights, as caches or
            paths.
        :param rank: which of ``world_size`` processes this is, from 0; each gets its share.
        :param threads: that fill batches; 0 fills them when they are asked for; None chooses.
        :param prefetch: batches that are filled ahead; None chooses.
        :param dtype: of the inputs.
        :param augmentation: what is done to samples at random: the key ``augmentation`` of
            ``lathe_loader_open`` in ``lathe.h``.
        :param normalise: subtracts the mean and divides by the deviation of the training side, over
            all numbers (``"overall"``) or for each index of a sample's first axis (``"first"``: a
            feature, a mel band). Computed once, kept in the cache. Where several sides are loaded, they
            are what it is taken over. ``{"axis": "first", "side": ["fold-2", "fold-3"]}`` or
            ``{"axis": "first", "test": "fold-1"}`` takes others, as the side that is tested on needs.
        :param output: arrays of numpy, or tensors of PyTorch. Other libraries take either without a
            copy: ``from_dlpack(batch.inputs)``.
        :param copy: whether batches own their memory instead of lying in the loader's.
        :param state: where to go on: what ``state_dict`` of a loader gave.
        :raises LatheError: ``ConfigurationError``, ``NotFoundError``, ``SourceError``, ``StateError``,
            ``DamagedError``.
        """
        given = configured(
            view,
            split,
            side,
            test=test,
            batch_size=batch_size,
            seed=seed,
            shuffle=shuffle,
            epochs=epochs,
            epoch=epoch,
            last_batch=last_batch,
            sampling=sampling,
            samples_per_epoch=samples_per_epoch,
            sources=sources,
            rank=rank,
            world_size=world_size,
            threads=threads,
            prefetch=prefetch,
            dtype=dtype,
            augmentation=augmentation,
            normalise=normalise,
        )
        return Loader(
            self._open,
            given,
            None if state is None else dict(state),
            torch=is_torch(output),
            copy=copy,
        )

    def close(self) -> None:
        """Closes the cache; its loaders go on."""
        for samples in self._whole.values():
            samples.close()
        self._whole.clear()
        self._open.close()

    def __repr__(self) -> str:
        return f"<lathe.Cache {self.path!r}>"

    def __reduce__(self) -> tuple[type[Cache], tuple[str]]:
        # Where it arrives the working directory may be another.
        return Cache, (os.path.abspath(self.path),)


def _c_string(text: str, what: str) -> bytes:
    if "\0" in text:
        # A C string would end there and name another one.
        raise NotFoundError(ErrorCode.NOT_FOUND, f"{text!r}: no {what}'s name has a NUL in it")
    return text.encode()
