"""Caches of a server: the same batches as from a path, over the network."""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import socket
import threading
import time
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal
from urllib.parse import quote

from ._connection import Connection, refusal
from ._frames import Frame, FrameBuffers
from .batch import Array, Batch
from .closing import Closing
from .described import Described
from .errors import ErrorCode, LatheError, NotFoundError, ReleasedError
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
# A server that is gone is asked again after so long at most.
_LONGEST_PAUSE = 5.0

_BROKEN = (OSError, EOFError, http.client.HTTPException)


def is_url(place: object) -> bool:
    """Whether something is the address of a server rather than a path."""
    return isinstance(place, str) and place.startswith(("http://", "https://"))


def connect(url: str, *, token: str | None = None, patience: float = 60.0) -> RemoteCache:
    """Opens a cache that a server (``lathed``) serves.

    :param url: ``http://HOST:PORT/NAME``, the name as ``/v1/caches`` lists it; where a server has one
        cache only, the name may be left out.
    :param token: what the server asks for; the variable ``LATHE_TOKEN`` where left out.
    :param patience: for how many seconds a loader tries to reach a server that is gone before it gives up.
    :raises LatheError: ``NotFoundError`` where there is no such cache, and where nobody answers.
    """
    return RemoteCache(Connection(url, token), patience)


class RemoteCache(Described, Closing):
    """A cache of a server; made by :func:`connect`. It holds nothing open, so it may be pickled, and used after
    a fork.

    :ivar path: the name of the cache on its server.
    """

    def __init__(self, connection: Connection, patience: float) -> None:
        self._connection = connection
        self._patience = patience
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
        except _BROKEN as cause:
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

        ``prefetch`` is how many batches are received ahead. ``threads`` is the server's to choose.
        """
        for name in options:
            if name not in LoaderOptions.__annotations__:
                raise TypeError(f"{name}: no such option; see lathe.Cache.loader")
        given: dict[str, Any] = {**options}
        copy = bool(given.pop("copy", False))
        ahead = given.pop("prefetch", None) or _AHEAD
        given.pop("threads", None)
        return RemoteLoader(
            self._connection,
            self._root,
            configured(view, split, side, **given),
            None if state is None else dict(state),
            torch=is_torch(output),
            ahead=ahead,
            copy=copy,
            patience=self._patience,
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
        connection: Connection,
        root: str,
        configuration: dict[str, Any],
        state: dict[str, Any] | None,
        *,
        torch: bool,
        ahead: int,
        copy: bool,
        patience: float,
    ) -> None:
        self._connection = connection
        self._root = root
        self._configuration = configuration
        self._torch = torch
        self._ahead = ahead
        self._copies = copy
        self._patience = patience
        self._receiver: _Receiver | None = None
        self._closed = False
        self._begin(state)

    def _begin(self, state: dict[str, Any] | None) -> None:
        query = _query(self._configuration, state)
        try:
            about, headers = self._connection.json(f"{self._root}/loader", query)
        except _BROKEN as cause:
            raise NotFoundError(
                ErrorCode.NOT_FOUND, f"{self._connection.server} does not answer: {cause}"
            ) from cause
        self._about = about
        self._tag = headers["ETag"]
        self._state: dict[str, Any] = about["state"]
        self.labels: tuple[str, ...] = tuple(about["labels"])
        self.is_tagged: bool = about["tagged"]
        self.shape: tuple[int, ...] = tuple(about["shape"])
        self.samples: int = about["samples"]

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
            raise ReleasedError(ErrorCode.STOPPED, "the loader was closed; open another")
        if self._receiver is None:
            self._receiver = _Receiver(self)
        found = self._receiver.next()
        if found is None:
            raise StopIteration
        frame, index = found
        self._state = _after(self._state, frame)
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
            index,
            self.is_tagged,
        )
        return batch.copy() if self._copies else batch

    def track_id(self, track: int) -> str:
        """The id of a track, by its number in ``Batch.tracks``."""
        path = f"{self._root}/loader/tracks/{int(track)}"
        about, _ = self._connection.json(path, _query(self._configuration, None))
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
        self._begin(dict(state))
        if before is not None:
            before.stop()

    def close(self) -> None:
        """Ends the connection; batches that are held stay as they are."""
        self._closed = True
        if self._receiver is not None:
            self._receiver.stop()

    def __del__(self) -> None:
        receiver = getattr(self, "_receiver", None)
        if receiver is not None:
            receiver.stop()


class _Receiver:
    """A thread that receives some batches ahead."""

    def __init__(self, loader: RemoteLoader[Any]) -> None:
        # Not the loader itself: it must end when nobody holds it any more.
        self._connection = loader._connection
        self._path = f"{loader._root}/batches"
        self._configuration = loader._configuration
        self._state = loader._state
        self._tag = loader._tag
        self._patience = loader._patience
        self._frames: queue.Queue[Frame | BaseException | None] = queue.Queue(loader._ahead)
        self._stopped = threading.Event()
        self._socket: socket.socket | None = None
        self._index = 0
        self._over = False
        self._thread = threading.Thread(target=self._run, daemon=True, name="lathe-receiver")
        self._thread.start()

    def next(self) -> tuple[Frame, int] | None:
        """The next batch and how many came before; None after the last."""
        if self._over:
            return None
        found = self._frames.get()
        if isinstance(found, Frame):
            self._index += 1
            return found, self._index - 1
        self._over = True
        if found is None:
            return None
        raise found

    def stop(self) -> None:
        """Ends the thread."""
        self._stopped.set()
        if self._socket is not None:
            # Whoever reads from it finds its end.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(queue.Empty):
            while True:
                self._frames.get_nowait()

    def _run(self) -> None:
        try:
            self._receive()
        except BaseException as cause:
            self._give(cause)

    def _receive(self) -> None:
        buffers = FrameBuffers()
        lost: float | None = None
        pause = 0.05
        while not self._stopped.is_set():
            try:
                query = _query(self._configuration, self._state)
                headers = {"If-Match": self._tag}
                answer, self._socket = self._connection.open(self._path, query, headers)
                with answer:
                    while not self._stopped.is_set():
                        frame = buffers.read(answer.readinto)
                        if not frame:
                            break
                        lost, pause = None, 0.05
                        self._state = _after(self._state, frame)
                        self._give(frame)
                        del frame
                    else:
                        return
                end = frame.metadata.get("end")
                if end == "epochs":
                    return self._give(None)
                if end == "problem":
                    raise refusal(500, frame.metadata["problem"].encode(), self._path)
                # The server is going: another may be in its place soon.
                raise EOFError("the server is shutting down")
            except LatheError as cause:
                if cause.code is not ErrorCode.STOPPED:
                    raise
                failure: BaseException = cause
            except _BROKEN as cause:
                failure = cause
            if self._stopped.is_set():
                return
            lost = time.monotonic() if lost is None else lost
            if time.monotonic() - lost > self._patience:
                raise LatheError(
                    ErrorCode.SYSTEM, f"{self._connection.server} is gone: {failure}"
                ) from failure
            self._stopped.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _give(self, found: Frame | BaseException | None) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(queue.Full):
                return self._frames.put(found, timeout=0.1)


def _after(state: dict[str, Any], frame: Frame) -> dict[str, Any]:
    return state | {
        "epoch": int(frame.metadata["state_epoch"]),
        "position": int(frame.metadata["state_position"]),
    }


def _query(configuration: Mapping[str, Any], state: Mapping[str, Any] | None) -> dict[str, str]:
    query = {
        _SHORT.get(name, name): value if name in _TEXTS else json.dumps(value)
        for name, value in json.loads(encoded(configuration)).items()
        if name not in _OWN
    }
    if state is not None:
        query["state"] = json.dumps(dict(state), default=str)
    return query
