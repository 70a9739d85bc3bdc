"""The sides of a split, as batches on a device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..batch import Batch
from ..cache import Cache
from ..errors import ConfigurationError, ErrorCode, NotFoundError
from ..loader import Loader
from ..views import View
from .options import Options


@dataclass(frozen=True)
class Moved:
    """What a step needs of a batch, on the device that it is for."""

    inputs: Tensor
    #: What the loss is taken against: labels, or the weight of each label where samples are mixed or may have several.
    targets: Tensor
    labels: Tensor
    count: int


class Sides:
    """The training side and what is evaluated, of one view of a cache."""

    def __init__(self, options: Options, cache: Cache, view: View) -> None:
        """
        :param cache: that of the options, and so is the view: what :func:`opened` gave.
        :raises LatheError: for a split or side that is not there.
        """
        self.cache = cache
        self.view = view
        self.split = self._split(options.split)
        sides = self.cache.splits[self.split].sides
        self.training_name = options.training_side or "train"
        self.selection = _side(options.selection_side, "validation", sides)
        self.test = _side(options.test_side, "test", sides)
        self._options = options

    def _split(self, name: str | None) -> str:
        splits = list(self.cache.splits)
        name = name or self.cache.default_split
        if name is None or name not in splits:
            wrong = "no split is given" if name is None else f"there is no split '{name}'"
            raise NotFoundError(
                ErrorCode.NOT_FOUND, f"{wrong}: give --split, one of " + ", ".join(splits)
            )
        return name

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels."""
        return self.cache.labels

    @property
    def is_tagged(self) -> bool:
        """Whether a sample may have any number of labels."""
        return self.cache.is_tagged

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a sample."""
        return self.view.shape

    @property
    def evaluated(self) -> list[str]:
        """The sides that are evaluated after each epoch."""
        return [side for side in (self.selection, self.test) if side is not None]

    def training(self, epoch: int, state: Mapping[str, Any] | None) -> Loader[Tensor]:
        """Shuffled batches from an epoch (from 0) or a state on, to the end of the last epoch."""
        options = self._options
        return self.cache.loader(
            self.view.name,
            self.split,
            self.training_name,
            output="torch",
            batch_size=options.batch_size,
            seed=options.seed,
            epoch=epoch,
            epochs=max(1, options.epochs - epoch),
            augmentation=options.augmentation,
            normalise=self._normalise(),
            state=state,
        )

    def evaluation(self, side: str) -> Loader[Tensor]:
        """All samples of a side, in order."""
        return self.cache.loader(
            self.view.name,
            self.split,
            side,
            output="torch",
            shuffle=False,
            batch_size=self._options.batch_size,
            normalise=self._normalise(),
        )

    def counts(self, side: str) -> tuple[int, int]:
        """How many samples a side has, and of how many tracks."""
        tracks: set[int] = set()
        samples = 0
        with self.evaluation(side) as loader:
            for batch in loader:
                samples += len(batch)
                tracks.update(batch.tracks.tolist())
        return samples, len(tracks)

    def overlap(self, side: str) -> dict[str, int]:
        """What a side shares with the training side."""
        return self.cache.overlap(self.view.name, self.split, side, self.training_name)

    def _normalise(self) -> Any:
        axis = self._options.normalise
        return None if axis == "none" else {"axis": axis, "side": self.training_name}


def opened(chosen: Mapping[str, Any]) -> tuple[Cache, View]:
    """The cache and its view that are chosen.

    :raises LatheError: for a cache or view that is not there, or no cache at all.
    """
    if not chosen.get("cache"):
        raise ConfigurationError(ErrorCode.CONFIGURATION, "no cache is given: give --cache FOLDER")
    cache = Cache(chosen["cache"])
    view = cache.views.get(chosen["view"])
    if view is None:
        raise NotFoundError(
            ErrorCode.NOT_FOUND,
            f"view '{chosen['view']}' is not in {chosen['cache']}; there are " + ", ".join(cache.views),
        )
    return cache, view


def _side(given: str | None, usual: str, sides: Mapping[str, int]) -> str | None:
    if given is None:
        return usual if sides.get(usual) else None
    if given in ("none", ""):
        return None
    if given not in sides:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            f"side '{given}' is not in the split; there are " + ", ".join(sides),
        )
    return given


def moved(batches: Iterable[Batch[Tensor]], device: torch.device) -> Iterator[Moved]:
    """Batches on a device.

    For CUDA each is copied to page-locked memory and from there, without blocking and on a stream of
    its own, while the batch before it is computed with.
    """
    if device.type != "cuda":
        for batch in batches:
            yield _moved(batch, device, non_blocking=False)
        return
    stream = torch.cuda.Stream(device)
    ahead: Moved | None = None
    for batch in batches:
        with torch.cuda.stream(stream):
            following = _moved(batch.pin_memory(), device, non_blocking=True)
        if ahead is not None:
            yield ahead
        ahead = _arrived(following, stream, device)
    if ahead is not None:
        yield ahead


def _moved(batch: Batch[Tensor], device: torch.device, non_blocking: bool) -> Moved:
    labels = batch.labels.to(device, non_blocking=non_blocking)
    shares = batch.label_distributions
    return Moved(
        batch.inputs.to(device, non_blocking=non_blocking),
        labels if shares is None else shares.to(device, non_blocking=non_blocking),
        labels,
        len(batch),
    )


def _arrived(batch: Moved, stream: torch.cuda.Stream, device: torch.device) -> Moved:
    current = torch.cuda.current_stream(device)
    current.wait_stream(stream)
    for tensor in (batch.inputs, batch.targets, batch.labels):
        # So that its memory isn't given to the copying stream while it is still computed with.
        tensor.record_stream(current)
    return batch
