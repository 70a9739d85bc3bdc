"""Threads that receive frames ahead, over one connection or several."""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ._connection import Connection, refusal
from ._frames import Allocation, Frame, FrameBuffers, decompressed
from ._patience import BROKEN, Patience
from .errors import ErrorCode, LatheError, ReleasedError

CLOSED = "the loader was closed; open another"


@dataclass(frozen=True)
class Stream:
    """A stream of batches of a server.

    :ivar query: makes the query of a request that goes on from a state.
    :ivar tag: what the samples are, so that a cache that was changed is refused.
    :ivar compression: ``zstd`` where frames may come compressed.
    """

    connection: Connection
    path: str
    query: Callable[[Mapping[str, Any] | None], dict[str, str]]
    tag: str
    patience: float
    compression: str | None
    allocation: Allocation | None


class Receivers:
    """Frames in their order, received over so many connections: each has every so-many-th batch.

    :param ahead: how many batches are received ahead, on all connections together.
    """

    def __init__(self, stream: Stream, state: dict[str, Any], connections: int, ahead: int) -> None:
        each = max(1, -(-ahead // connections))
        self._receivers = [
            Receiver(stream, state, number, connections, each) for number in range(connections)
        ]
        self._taken = 0
        self._over = False

    def next(self) -> tuple[Frame, int] | None:
        """The next batch and how many came before; None after the last."""
        if self._over:
            return None
        found = self._receivers[self._taken % len(self._receivers)].next()
        if isinstance(found, Frame):
            self._taken += 1
            return found, self._taken - 1
        self._over = True
        self.stop()
        if found is None:
            return None
        raise found

    def stop(self) -> None:
        """Ends the threads."""
        for receiver in self._receivers:
            receiver.stop()


class Receiver:
    """A thread that receives every so-many-th batch from a state on.

    :param first: which batch is the first, counted from the state.
    :param every: how far the next is from it.
    """

    def __init__(
        self, stream: Stream, state: dict[str, Any], first: int, every: int, ahead: int
    ) -> None:
        self._stream = stream
        self._state = state
        self._skip, self._every = first, every
        self._frames: queue.Queue[Frame | BaseException | None] = queue.Queue(ahead)
        self._stopped = threading.Event()
        self._process = os.getpid()
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="lathe-receiver")
        self._thread.start()

    def next(self) -> Frame | BaseException | None:
        """The next frame; None after the last, an error where there is none for it."""
        return self._frames.get()

    def stop(self) -> None:
        """Ends the thread; in a forked process, which has no such thread, nothing."""
        if self._process != os.getpid():
            return
        self._stopped.set()
        if self._socket is not None:
            # Whoever reads from it finds its end.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(queue.Empty):
            while True:
                self._frames.get_nowait()
        # Whoever waits for the next frame in another thread; where the queue is full it has one.
        with contextlib.suppress(queue.Full):
            self._frames.put_nowait(ReleasedError(ErrorCode.STOPPED, CLOSED))

    def _run(self) -> None:
        try:
            self._receive()
        except BaseException as cause:
            self._give(cause)

    def _receive(self) -> None:
        stream = self._stream
        buffers = FrameBuffers(stream.allocation)
        patience = Patience(stream.patience, stream.connection.server, self._stopped)
        while not self._stopped.is_set():
            failure: BaseException
            try:
                end = self._frames_of_one_connection(buffers, patience)
                if end is None or end.metadata.get("end") == "epochs":
                    return self._give(None)
                if end.metadata.get("end") == "problem":
                    raise refusal(500, end.metadata["problem"].encode(), stream.path)
                # The server is going: another may be in its place soon.
                raise EOFError("the server is shutting down")
            except LatheError as cause:
                if cause.code is not ErrorCode.STOPPED:
                    raise
                failure = cause
            except BROKEN as cause:
                failure = cause
            if not self._stopped.is_set():
                patience.failed(failure)

    def _frames_of_one_connection(self, buffers: FrameBuffers, patience: Patience) -> Frame | None:
        """Gives the frames of a connection; the one that ends it is returned, None where this was stopped."""
        stream = self._stream
        headers = {"If-Match": stream.tag}
        if stream.compression is not None:
            headers["Accept-Encoding"] = stream.compression
        query = stream.query(self._state)
        if self._every > 1:
            query |= {"every": str(self._every), "skip": str(self._skip)}
        answer, self._socket = stream.connection.open(stream.path, query, headers)
        with answer:
            read_into = decompressed(answer, answer.headers.get("Content-Encoding"))
            while not self._stopped.is_set():
                frame = buffers.read(read_into)
                if not frame:
                    return frame
                patience.succeeded()
                self._state = after(self._state, frame)
                # Those between this one and the next are other connections'.
                self._skip = self._every - 1
                self._give(frame)
                del frame
        return None

    def _give(self, found: Frame | BaseException | None) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(queue.Full):
                return self._frames.put(found, timeout=0.1)


def after(state: dict[str, Any], frame: Frame) -> dict[str, Any]:
    """Where a loader stands after a batch."""
    return state | {
        "epoch": int(frame.metadata["state_epoch"]),
        "position": int(frame.metadata["state_position"]),
    }
