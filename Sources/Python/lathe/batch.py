"""A batch: arrays that lie in the loader's ring for as long as they live."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import Any, Generic, NoReturn, TypeVar

from .errors import ErrorCode, ReleasedError

Array = TypeVar("Array")

_FIELDS = ("inputs", "labels", "tracks", "slices", "label_distributions")


class Batch(Generic[Array]):
    """Samples with their labels; ``inputs, targets = batch`` takes the two that training needs.

    Unless the loader copies, the arrays lie in memory that the loader fills again when the last of
    them is gone, with every view and every tensor of them; until then it leaves them as they are.

    :ivar inputs: float32 or float16 [count, *shape of a sample].
    :ivar labels: int64 [count], indices into the labels of the loader; -1 where a sample has none or may have
        several.
    :ivar tracks: int64 [count]; :meth:`lathe.Loader.track_id` names them.
    :ivar slices: int64 [count], the number of the slice in its track.
    :ivar label_distributions: float32 [count, labels], the weight of each label, where mixup is on or a sample may
        have several labels; else None.
    :ivar epoch: the epoch, from 0.
    :ivar index: how many batches the loader came to before, over all its epochs.
    :ivar is_tagged: whether a sample may have any number of labels.
    """

    __slots__ = (*_FIELDS, "epoch", "index", "is_tagged")

    inputs: Array
    labels: Array
    tracks: Array
    slices: Array
    label_distributions: Array | None
    epoch: int
    index: int
    is_tagged: bool

    def __init__(
        self,
        inputs: Array,
        labels: Array,
        tracks: Array,
        slices: Array,
        label_distributions: Array | None,
        epoch: int,
        index: int,
        is_tagged: bool = False,
    ) -> None:
        self.inputs = inputs
        self.labels = labels
        self.tracks = tracks
        self.slices = slices
        self.label_distributions = label_distributions
        self.epoch = epoch
        self.index = index
        self.is_tagged = is_tagged

    @property
    def targets(self) -> Array:
        """What a loss compares with: the labels, or where a sample may have several the weights of all."""
        if self.is_tagged and self.label_distributions is not None:
            return self.label_distributions
        return self.labels

    def __len__(self) -> int:
        return len(self.labels)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Array]:
        return iter((self.inputs, self.targets))

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
                f"'{name}' of a batch that was released: take what is needed of it before",
            )
        raise AttributeError(name)

    def release(self) -> None:
        """Lets go of the arrays, so that the memory of those that nobody else holds is filled again
        at once rather than when the batch is forgotten."""
        for name in _FIELDS:
            with contextlib.suppress(AttributeError):
                delattr(self, name)

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
            self.is_tagged,
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
        return (*(getattr(self, name) for name in _FIELDS), self.epoch, self.index, self.is_tagged)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.__init__(*state)  # type: ignore[misc]


def _copied(array: Any) -> Any:
    return array.clone() if hasattr(array, "clone") else copy.copy(array)
