"""A batch: arrays that lie in the loader's ring, until the batch is released."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, Generic, NoReturn, TypeVar

from .errors import ErrorCode, ReleasedError

Array = TypeVar("Array")

_FIELDS = ("inputs", "labels", "tracks", "slices", "label_distributions")


class Batch(Generic[Array]):
    """Samples with their labels; ``inputs, labels = batch`` takes the two that training needs.

    Unless the loader copies, the arrays are views of memory that the loader fills again: they hold
    until the next batch is asked for or :meth:`release` is called. Then the fields are gone, and an
    array that was kept shows later samples; :meth:`copy` keeps them.

    :ivar inputs: float32 or float16 [count, *shape of a sample].
    :ivar labels: int64 [count], indices into the labels of the loader.
    :ivar tracks: int64 [count]; :meth:`lathe.Loader.track_id` names them.
    :ivar slices: int64 [count], the number of the slice in its track.
    :ivar label_distributions: float32 [count, labels] where mixup is on, else None.
    :ivar epoch: the epoch, from 0.
    :ivar index: how many batches the loader came to before, over all its epochs.
    """

    __slots__ = (*_FIELDS, "epoch", "index", "_owner")

    inputs: Array
    labels: Array
    tracks: Array
    slices: Array
    label_distributions: Array | None
    epoch: int
    index: int
    _owner: Callable[[], Any] | None

    def __init__(
        self,
        inputs: Array,
        labels: Array,
        tracks: Array,
        slices: Array,
        label_distributions: Array | None,
        epoch: int,
        index: int,
        owner: Callable[[], Any] | None = None,
    ) -> None:
        self.inputs = inputs
        self.labels = labels
        self.tracks = tracks
        self.slices = slices
        self.label_distributions = label_distributions
        self.epoch = epoch
        self.index = index
        self._owner = owner

    def __len__(self) -> int:
        return len(self.labels)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Array]:
        return iter((self.inputs, self.labels))

    def __repr__(self) -> str:
        try:
            shape = tuple(self.inputs.shape)  # type: ignore[attr-defined]
        except ReleasedError:
            return f"<Batch {self.index} of epoch {self.epoch}, released>"
        return f"<Batch {self.index} of epoch {self.epoch}: inputs {shape}>"

    def __getattr__(self, name: str) -> NoReturn:
        # Only what is missing comes here, and the fields are missing once the batch is released.
        if name in _FIELDS:
            raise ReleasedError(
                ErrorCode.SLOT,
                f"'{name}' of a batch that was released: a batch holds until the next one is asked "
                "for; copy() it, or open the loader with copy=True",
            )
        raise AttributeError(name)

    def release(self) -> None:
        """Gives the memory back before the next batch is asked for; nothing where it is given."""
        loader = None if self._owner is None else self._owner()
        if loader is not None:
            loader._release(self)

    def _end(self) -> None:
        self._owner = None
        del self.inputs, self.labels, self.tracks, self.slices, self.label_distributions

    def map(self, change: Callable[[Any], Any]) -> Batch[Any]:
        """A batch of changed arrays that owns them."""
        distributions = self.label_distributions
        return Batch(
            change(self.inputs),
            change(self.labels),
            change(self.tracks),
            change(self.slices),
            None if distributions is None else change(distributions),
            self.epoch,
            self.index,
        )

    def copy(self) -> Batch[Array]:
        """A batch that owns its arrays."""
        return self.map(_copied)

    def to(self, device: Any, non_blocking: bool = False) -> Batch[Array]:
        """The batch on a device of PyTorch, for batches of tensors.

        ``non_blocking`` copies from the ring are safe: the ring is pageable memory, from which CUDA
        has read everything when the call returns.
        """
        return self.map(lambda tensor: tensor.to(device, non_blocking=non_blocking))

    def pin_memory(self, device: Any = None) -> Batch[Array]:
        """The batch in page-locked memory, for batches of tensors; a ``DataLoader`` calls it."""
        return self.map(lambda tensor: tensor.pin_memory())

    def __getstate__(self) -> tuple[Any, ...]:
        return (*(getattr(self, name) for name in _FIELDS), self.epoch, self.index)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.__init__(*state)  # type: ignore[misc]


def _copied(array: Any) -> Any:
    return array.clone() if hasattr(array, "clone") else copy.copy(array)
