"""Caches of a server: the same batches as from a path, over the network."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal
from urllib.parse import quote

from ._connection import Connection
from ._frames import compressions, page_locked
from ._patience import BROKEN, Patience
from ._receiver import CLOSED, Receivers, Stream, after
from .batch import Array, Batch
from .closing import Closing
from .described import Described
from .errors import ConfigurationError, ErrorCode, NotFoundError, ReleasedError
from .options import LoaderOptions, Side, configured, encoded, is_torch
from .tracks import Tracks

if TYPE_CHECKING:
    from typing_extensions import Unpack

# What a query calls differently, and what is the server's or the client's own.
_SHORT = {"batch_size": "batch", "world_size": "ranks"}
_OWN = ("threads", "prefetch")
_TEXTS = ("view", "split", "test", "last_batch", "dtype")

_PAGE = 1_000
_AHEAD = 2
_MOST_CONNECTIONS = 64


def is_url(place: object) -> bool:
    """Whether something is the address of a server rather than a path."""
    return isinstance(place, str) and place.startswith(("http://", "https://"))


def connect(
    url: str,
    *,
    token: str | None = None,
    patience: float = 60.0,
    connections: int = 1,
    compression: Literal["zstd"] | None = None,
    pin_memory: bool = False,
    authorities: str | os.PathLike[str] | None = None,
) -> RemoteCache:
    """Opens a cache that a server (``lathed``) serves.

    :param url: ``http://HOST:PORT/NAME``, the name as ``/v1/caches`` lists it; where a server has one
        cache only, the name may be left out.
    :param token: what the server asks for; the variable ``LATHE_TOKEN`` where left out.
    :param patience: for how many seconds a loader tries to reach a server that is gone before it gives up.
    :param connections: how many connections a loader has, 1 to 64: each brings every so-many-th batch. Over a long
        way one connection alone may not fill the line.
    :param compression: ``"zstd"`` where batches are to be compressed on their way: for a line that is slower than some
        hundred megabytes a second. It wants Python 3.14 or the package ``zstandard``.
    :param pin_memory: whether batches are received into page-locked memory, from which a GPU copies by itself; only
        where PyTorch has CUDA, elsewhere a warning says that it has no effect.
    :param authorities: for ``https``: a file in PEM of whose certificates are trusted; those that the system trusts
        where left out.
    :raises LatheError: ``NotFoundError`` where there is no such cache, and where nobody answers;
        ``ConfigurationError`` for an option that cannot be had here.
    """
    if not 1 <= connections <= _MOST_CONNECTIONS:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, f"connections: {connections}: give 1 to {_MOST_CONNECTIONS}"
        )
    if compression is not None and compression not in (known := compressions()):
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            f"compression: {compression!r} cannot be undone here: "
            + ("give 'zstd'" if known else "zstd wants Python 3.14, or pip install zstandard"),
        )
    trusted = None if authorities is None else os.fspath(authorities)
    return RemoteCache(
        Connection(url, token, trusted), patience, connections, compression, pin_memory
    )


class RemoteCache(Described, Closing):
    """A cache of a server; made by :func:`connect`. It holds nothing open, so it may be pickled, and used after
    a fork.

    :ivar path: the name of the cache on its server.
    """

    def __init__(
        self,
        connection: Connection,
        patience: float,
        connections: int,
        compression: str | None,
        pin_memory: bool,
    ) -> None:
        self._connection = connection
        self._patience = patience
        self._connections = connections
        self._compression = compression
        self._pins = pin_memory
        self.path = self._name()
        self._root = f"/v1/caches/{quote(self.path, safe='')}"
        self.describe()

    def _name(self) -> str:
        given = self._connection.path.removeprefix("v1/caches").strip("/")
        if given:
            return given.replace("%2F", "/").replace("%2f", "/")
        names = self._get("/v1/caches")["caches"]
        if len(names) == 1:
            return str(names[0])
        raise NotFoundError(
            ErrorCode.NOT_FOUND,
            f"{self._connection.server} serves {', '.join(names) or 'no cache'}: name one behind its address",
        )

    def _get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            return self._connection.json(path, query)[0]
        except BROKEN as cause:
            raise NotFoundError(
                ErrorCode.NOT_FOUND, f"{self._connection.server} does not answer: {cause}"
            ) from cause

    def describe(self) -> dict[str, Any]:
        """What is in it, as :meth:`lathe.Cache.describe`."""
        return self._get(self._root)

    def describe_split(self, name: str) -> dict[str, Any]:
        """What a split is, as :meth:`lathe.Cache.describe_split`."""
        return self._get(f"{self._root}/splits/{quote(name, safe='')}")

    @cached_property
    def tracks(self) -> Tracks:
        """The tracks as a table; read once."""
        rows: list[dict[str, Any]] = []
        while True:
            query = {"offset": str(len(rows)), "limit": str(_PAGE)}
            page = self._get(f"{self._root}/tracks", query)
            rows += page["tracks"]
            if len(rows) >= page["total"] or not page["tracks"]:
                return Tracks(rows)

    def loader(
        self,
        view: str,
        split: str | None = None,
        side: Side = None,
        *,
        output: Literal["numpy", "torch"] = "numpy",
        state: Mapping[str, Any] | None = None,
        **options: Unpack[LoaderOptions],
    ) -> RemoteLoader[Any]:
        """Opens a loader, as :meth:`lathe.Cache.loader`; ``sources`` are caches of the same server.

        ``prefetch`` is how many batches are received ahead. ``threads`` is the server's to choose. A server that is
        gone is waited for as :func:`connect` was told.
        """
        for name in options:
            if name not in LoaderOptions.__annotations__:
                raise TypeError(f"{name}: no such option; see lathe.Cache.loader")
        given: dict[str, Any] = {**options}
        copy = bool(given.pop("copy", False))
        ahead = given.pop("prefetch", None) or _AHEAD
        given.pop("threads", None)
        return RemoteLoader(
            self,
            configured(view, split, side, **given),
            None if state is None else dict(state),
            torch=is_torch(output),
            ahead=ahead,
            copy=copy,
        )

    def close(self) -> None:
        """Nothing is open."""

    def __repr__(self) -> str:
        return f"<lathe.RemoteCache {self.path!r} of {self._connection.server}>"


class RemoteLoader(Closing, Generic[Array]):
    """An iterator over batches that a server sends, as :class:`lathe.Loader`.

    Where the connection breaks or the server ends, it asks again from the batch after the last one that came
    whole; nothing is lost or given twice. Where the cache is another by then, it raises ``StateError``.
    """

    def __init__(
        self,
        cache: RemoteCache,
        configuration: dict[str, Any],
        state: dict[str, Any] | None,
        *,
        torch: bool,
        ahead: int,
        copy: bool,
    ) -> None:
        self._cache = cache
        self._connection = cache._connection
        self._root = cache._root
        self._configuration = configuration
        self._torch = torch
        self._ahead = ahead
        self._copies = copy
        self._receiver: Receivers | None = None
        # Batches that were given, and those of earlier epochs among them.
        self._given = self._before = 0
        self._closed = False
        self._begin(state)

    def _begin(self, state: dict[str, Any] | None) -> None:
        about, headers = self._asked("loader", state)
        self._about = about
        self._tag = headers["ETag"]
        self._state: dict[str, Any] = about["state"]
        self.labels: tuple[str, ...] = tuple(about["labels"])
        self.is_tagged: bool = about["tagged"]
        self.shape: tuple[int, ...] = tuple(about["shape"])
        self.samples: int = about["samples"]

    def _asked(
        self, what: str, state: Mapping[str, Any] | None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        # The server was there when the cache was opened: where it is gone, it may be so for a moment only.
        patience = Patience(self._cache._patience, self._connection.server)
        while True:
            try:
                return self._connection.json(
                    f"{self._root}/{what}", _query(self._configuration, state)
                )
            except BROKEN as cause:
                patience.failed(cause)

    def _stream(self) -> Stream:
        # Not the loader itself: the threads must end when nobody holds it any more.
        configuration = self._configuration
        return Stream(
            self._connection,
            f"{self._root}/batches",
            lambda state: _query(configuration, state),
            self._tag,
            self._cache._patience,
            self._cache._compression,
            page_locked() if self._cache._pins else None,
        )

    def __iter__(self) -> RemoteLoader[Array]:
        return self

    def __len__(self) -> int:
        """How many batches there are from where it began to the end of its last epoch."""
        count = self._about["batches"]
        if count is None:
            raise TypeError("a loader with epochs=None has no end")
        return int(count)

    def __next__(self) -> Batch[Array]:
        if self._closed:
            raise ReleasedError(ErrorCode.STOPPED, CLOSED)
        if self._receiver is None:
            self._receiver = Receivers(
                self._stream(), self._state, self._cache._connections, self._ahead
            )
        found = self._receiver.next()
        if found is None:
            raise StopIteration
        frame, index = found
        self._state = after(self._state, frame)
        self._given = index + 1
        arrays: list[Any] = [
            frame.tensor(name)
            for name in ("inputs", "labels", "tracks", "slices", "label_distributions")
        ]
        if self._torch:
            import torch

            arrays = [None if array is None else torch.from_numpy(array) for array in arrays]
        batch: Batch[Any] = Batch(
            arrays[0],
            arrays[1],
            arrays[2],
            arrays[3],
            arrays[4],
            int(frame.metadata["epoch"]),
            index - self._before,
            self.is_tagged,
        )
        return batch.copy() if self._copies else batch

    @property
    def epoch(self) -> int:
        """The epoch of the next batch."""
        return int(self._state["epoch"])

    def begin_epoch(self, epoch: int) -> bool:
        """Counts batches anew where the next one is the first of an epoch; False where it is not."""
        if self._closed or (self._state["epoch"], self._state["position"]) != (epoch, 0):
            return False
        self._before = self._given
        return True

    def track_id(self, track: int) -> str:
        """The id of a track, by its number in ``Batch.tracks``."""
        about, _ = self._asked(f"loader/tracks/{int(track)}", None)
        return str(about["id"])

    @property
    def statistics(self) -> dict[str, Any] | None:
        """What the inputs are normalised by; None without."""
        statistics: dict[str, Any] | None = self._about["normalisation"]
        return statistics

    def state_dict(self) -> dict[str, Any]:
        """Where the loader is, after the batches it gave: the same as of a loader of the cache itself."""
        return dict(self._state)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from a state, of this loader or of one of the cache itself."""
        before, self._receiver = self._receiver, None
        self._before = self._given = 0
        self._begin(dict(state))
        if before is not None:
            before.stop()

    def close(self) -> None:
        """Ends the connections; batches that are held stay as they are."""
        self._closed = True
        if self._receiver is not None:
            self._receiver.stop()

    def __del__(self) -> None:
        receiver = getattr(self, "_receiver", None)
        if receiver is not None:
            receiver.stop()


def _query(configuration: Mapping[str, Any], state: Mapping[str, Any] | None) -> dict[str, str]:
    query = {
        _SHORT.get(name, name): value if name in _TEXTS else json.dumps(value)
        for name, value in json.loads(encoded(configuration)).items()
        if name not in _OWN
    }
    if state is not None:
        query["state"] = json.dumps(dict(state), default=str)
    return query
