"""Caches as datasets of PyTorch: batches in the loader's order, or samples by number."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import distributed
from torch.utils import data
from torch.utils.data import IterableDataset, get_worker_info

from .batch import Batch
from .cache import Cache
from .errors import ConfigurationError, ErrorCode, LatheError
from .loader import Loader
from .options import LoaderOptions, SamplesOptions, Side
from .remote import RemoteCache, RemoteLoader, connect, is_url
from .samples import Samples

if TYPE_CHECKING:
    from typing_extensions import Unpack

# The ranks whose epochs are counted in memory that all processes share.
_MOST_RANKS = 4096


class Dataset(IterableDataset[Batch[torch.Tensor]]):
    """Batches of one view and side, for a plain loop or a ``DataLoader`` with ``batch_size=None``::

        train = lathe.torch.Dataset("gtzan.lathe", "mel", split, "train", batch_size=64, seed=1)
        for epoch in range(10):
            for inputs, labels in DataLoader(train, batch_size=None):
                ...

    Each iteration is one epoch, and the next iteration the next epoch; :meth:`set_epoch` chooses it.
    The loader has threads of its own, so ``num_workers=0`` is fastest. With workers each is one more
    rank: it opens the cache for itself and gives its share in tensors that own their memory. Once
    ``torch.distributed`` is initialised, its rank and world size are taken.

    Without workers the tensors lie in the loader's memory, which keeps them for as long as they live.

    This is the fast way to train, with augmentation, mixing and exact resuming. Take :class:`MapDataset`
    where a sampler of your own, or a library that wants ``dataset[i]``, decides what comes next.
    """

    def __init__(
        self,
        cache: Cache | RemoteCache | str | os.PathLike[str],
        view: str,
        split: str | None = None,
        side: Side = None,
        *,
        device: torch.device | str | None = None,
        num_workers: int = 0,
        **options: Unpack[LoaderOptions],
    ) -> None:
        """
        :param cache: a cache or its folder, or one of a server or its address: see :func:`lathe.connect`.
        :param view: as for :meth:`lathe.Cache.loader`; so are ``split``, ``side`` and the options.
        :param device: where to have the batches; copied without blocking. Not with workers.
        :param num_workers: what is given to the ``DataLoader``, for ``len`` to be right.
        :param options: as for :meth:`lathe.Cache.loader`, except that an iteration is one epoch, so
            ``epochs`` and ``epoch`` are not taken. ``rank`` and ``world_size`` are for processes that
            ``torch.distributed`` does not know.
        :raises LatheError: as :meth:`lathe.Cache.loader`, at once rather than in the first iteration.
        """
        super().__init__()
        for name in ("epochs", "epoch"):
            if name in options:
                raise ConfigurationError(
                    ErrorCode.CONFIGURATION,
                    f"{name}: an iteration of the dataset is one epoch; see set_epoch",
                )
        for name in options:
            if name not in LoaderOptions.__annotations__:
                raise TypeError(f"{name}: no such option; see lathe.Cache.loader")
        self._cache: Cache | RemoteCache
        if isinstance(cache, (Cache, RemoteCache)):
            self._cache = cache
        else:
            self._cache = connect(os.fspath(cache)) if is_url(cache) else Cache(cache)
        self._process = os.getpid()
        self._place = (view, split, side)
        self._device = None if device is None else torch.device(device)
        self._workers = num_workers
        self._options = options
        self._state: dict[str, Any] | None = None
        self._state_process = os.getpid()
        self._loader: Loader[torch.Tensor] | RemoteLoader[torch.Tensor] | None = None
        # A server's loader that has come to the end of an epoch, and of which process, rank and kind.
        self._waiting: tuple[tuple[int, int, int, bool], RemoteLoader[torch.Tensor]] | None = None
        # The first epoch, and how many each rank has begun since: shared, so that set_epoch reaches
        # workers that persist, and that workers made anew for each epoch know how many there were.
        self._epochs = torch.zeros(1 + _MOST_RANKS, dtype=torch.int64).share_memory_()
        # What cannot be opened is refused here, where it was written.
        rank, world_size = self._rank()
        self._open(rank, world_size, None, threads=0).close()

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels."""
        return self._opened().labels

    def set_epoch(self, epoch: int) -> None:
        """Makes ``epoch`` the next one; a state that was loaded for another is forgotten."""
        if self._state is not None and self._state["epoch"] != epoch:
            self._state = None
        self._epochs.zero_()
        self._epochs[0] = epoch

    def __iter__(self) -> Iterator[Batch[torch.Tensor]]:
        worker = get_worker_info()
        rank, world_size = self._rank()
        if worker is not None:
            if self._device is not None:
                raise ConfigurationError(
                    ErrorCode.CONFIGURATION,
                    "device: workers give batches in memory; move them in the training loop",
                )
            rank = rank * worker.num_workers + worker.id
            world_size *= worker.num_workers
        begun = 1 + rank % _MOST_RANKS
        state, self._state = self._state, None
        if state is not None and worker is not None and self._state_process != os.getpid():
            # The parent keeps its state: workers that are made anew go on from it once only.
            state = state if self._epochs[begun] == 0 else None
        elif state is not None:
            self._epochs[begun] = state["epoch"] - self._epochs[0]
        epoch = int(self._epochs[0] + self._epochs[begun])
        self._epochs[begun] += 1
        copy = bool(self._options.get("copy")) or worker is not None
        user = (os.getpid(), rank, world_size, copy)
        with contextlib.ExitStack() as opened:
            loader = self._loader = self._waiting_loader(user, epoch, state)
            if loader is None:
                remote = {"epochs": None} if isinstance(self._cache, RemoteCache) else {}
                loader = self._open(rank, world_size, state, epoch=epoch, copy=copy, **remote)
                self._loader = loader
            opened.callback(loader.close)
            for batch in loader:
                yield batch if self._device is None else batch.to(self._device, non_blocking=True)
                # A server goes on with the next epoch: its first batches are here when that begins.
                if isinstance(loader, RemoteLoader) and loader.epoch != epoch:
                    opened.pop_all()
                    self._waiting = (user, loader)
                    break

    def _waiting_loader(
        self, user: tuple[int, int, int, bool], epoch: int, state: Mapping[str, Any] | None
    ) -> Loader[torch.Tensor] | RemoteLoader[torch.Tensor] | None:
        """The loader of an earlier epoch, where it waits for this one."""
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            return None
        if state is None and waiting[0] == user and waiting[1].begin_epoch(epoch):
            return waiting[1]
        waiting[1].close()
        return None

    def __len__(self) -> int:
        """How many batches an epoch has for this process, all its workers together."""
        rank, world_size = self._rank()
        workers = max(1, self._workers)
        lengths = []
        for worker in range(workers):
            with self._open(
                rank * workers + worker, world_size * workers, None, threads=0
            ) as loader:
                lengths.append(len(loader))
        return sum(lengths)

    def state_dict(self) -> dict[str, Any]:
        """Where the iteration is, after the batches it gave; before the first, where it will begin.

        :raises LatheError: where the batches come from workers of a ``DataLoader``, which alone know:
            use none, or the ``StatefulDataLoader`` of torchdata, which asks them.
        """
        if self._state is not None and not bool(self._epochs[1:].any()):
            return dict(self._state)
        if self._loader is not None:
            return self._loader.state_dict()
        if bool(self._epochs[1:].any()):
            raise LatheError(
                ErrorCode.STATE,
                "the batches come from workers, which alone know where they are: use num_workers=0 "
                "or torchdata's StatefulDataLoader",
            )
        rank, world_size = self._rank()
        with self._open(rank, world_size, None, epoch=int(self._epochs[0]), threads=0) as loader:
            return loader.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Makes the next iteration go on from a state, with any number of ranks and workers."""
        self._state = dict(state)
        self._state_process = os.getpid()
        if get_worker_info() is None:
            self._epochs.zero_()
            # What is no state is refused when it is gone on from.
            epoch = state.get("epoch")
            self._epochs[0] = epoch if isinstance(epoch, int) else 0
            self._loader = None

    def _rank(self) -> tuple[int, int]:
        if distributed.is_available() and distributed.is_initialized():
            return distributed.get_rank(), distributed.get_world_size()
        return self._options.get("rank", 0), self._options.get("world_size", 1)

    def _opened(self) -> Cache | RemoteCache:
        if self._process != os.getpid() and isinstance(self._cache, Cache):
            # A forked worker: what its parent opened is of its parent.
            self._cache, self._process = Cache(self._cache.path), os.getpid()
        return self._cache

    def _open(
        self, rank: int, world_size: int, state: Mapping[str, Any] | None, **changes: Any
    ) -> Loader[torch.Tensor] | RemoteLoader[torch.Tensor]:
        view, split, side = self._place
        options: dict[str, Any] = {**self._options, "epochs": 1, **changes}
        options |= {"rank": rank, "world_size": world_size}
        return self._opened().loader(view, split, side, output="torch", state=state, **options)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_loader": None, "_waiting": None}


class MapDataset(data.Dataset[tuple[torch.Tensor, int]]):
    """Samples of one view and side by their numbers, as ``dataset[i]``: the inputs and the label::

        test = lathe.torch.MapDataset("gtzan.lathe", "mel", split, "test", normalise="first")
        for inputs, labels in DataLoader(test, batch_size=64, num_workers=2):
            ...

    For samplers, ``Subset``, ``random_split`` and libraries that index datasets. Workers may be forked or
    spawned: each opens the cache for itself. PyTorch puts batches together of single samples, which for mel
    pictures takes twice as long as :class:`Dataset`, and five times with two workers; that is the one to train
    with, and it alone augments and resumes.
    """

    def __init__(
        self,
        cache: Cache | str | os.PathLike[str],
        view: str,
        split: str | None = None,
        side: Side = None,
        *,
        transform: Callable[[torch.Tensor], Any] | None = None,
        **options: Unpack[SamplesOptions],
    ) -> None:
        """
        :param cache: a cache or its folder.
        :param view: as for :meth:`lathe.Cache.samples`; so are ``split``, ``side`` and the options.
        :param transform: is given the inputs of each sample, and gives what stands in their place.
        :raises LatheError: as :meth:`lathe.Cache.samples`.
        """
        self._path = os.path.abspath(cache.path if isinstance(cache, Cache) else os.fspath(cache))
        self._arguments = (view, split, side)
        self._options = options
        self._transform = transform
        self._opened: tuple[int, Samples] | None = None
        self._samples()

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels."""
        return self._samples().labels

    @property
    def targets(self) -> torch.Tensor:
        """The label of each sample, such as a ``WeightedRandomSampler`` needs; where a sample may have several, the
        weights of all labels."""
        samples = self._samples()
        if samples.is_tagged:
            return torch.from_numpy(samples.label_weights())
        return torch.from_numpy(samples.targets.copy())

    @property
    def tracks(self) -> torch.Tensor:
        """The number of the track of each sample: those of one track belong together."""
        return torch.from_numpy(self._samples().tracks.copy())

    def __len__(self) -> int:
        return len(self._samples())

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        samples = self._samples()
        index = int(number) + (len(samples) if number < 0 else 0)
        if not 0 <= index < len(samples):
            raise IndexError(f"sample {number}: there are {len(samples)}")
        return self.__getitems__([index])[0]

    def __getitems__(self, numbers: Sequence[int]) -> list[tuple[Any, Any]]:
        """Several samples at once, as a ``DataLoader`` asks for those of a batch."""
        samples = self._samples()
        inputs = torch.from_numpy(samples.read(numbers)).unbind()
        labels: Sequence[Any]
        if samples.is_tagged:
            rows = [samples.label_weights(number, number + 1)[0] for number in numbers]
            labels = [torch.from_numpy(row) for row in rows]
        else:
            labels = samples.targets[list(numbers)].tolist()
        if self._transform is None:
            return list(zip(inputs, labels, strict=True))
        return [(self._transform(one), label) for one, label in zip(inputs, labels, strict=True)]

    def _samples(self) -> Samples:
        # A forked worker has nothing of what its parent opened.
        if self._opened is None or self._opened[0] != os.getpid():
            opened = Cache(self._path).samples(*self._arguments, **self._options)
            self._opened = (os.getpid(), opened)
        return self._opened[1]

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_opened": None}
