"""Frames of a stream of batches: eight bytes of length, and a safetensors value."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from .errors import ConfigurationError, ErrorCode

# Makes memory of so many bytes.
Allocation = Callable[[int], "npt.NDArray[np.uint8]"]

_TYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64}

# Memory for frames that is kept to be filled again.
_MOST_BUFFERS = 8


class Frame:
    """A frame that was received: its tensors lie in one piece of memory.

    :ivar metadata: what the frame says of itself.
    """

    def __init__(self, buffer: npt.NDArray[np.uint8], length: int) -> None:
        header = int.from_bytes(buffer[:8].tobytes(), "little")
        if header > length - 8:
            raise ValueError("a frame is shorter than its header says")
        about: dict[str, Any] = json.loads(buffer[8 : 8 + header].tobytes())
        self.metadata: dict[str, str] = about.pop("__metadata__", {})
        self._entries = about
        self._data = buffer[8 + header : length]

    def __bool__(self) -> bool:
        return bool(self._entries)

    def tensor(self, name: str) -> npt.NDArray[Any] | None:
        """A tensor, where it lies; None where the frame has none of the name."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        first, last = entry["data_offsets"]
        return self._data[first:last].view(_TYPES[entry["dtype"]]).reshape(entry["shape"])


class FrameBuffers:
    """Memory that frames are read into, used again once nobody holds an array in it.

    :param allocation: what makes it; ordinary memory where left out.
    """

    def __init__(self, allocation: Allocation | None = None) -> None:
        self._allocation = allocation or (lambda count: np.empty(count, np.uint8))
        self._buffers: list[npt.NDArray[np.uint8]] = []

    def read(self, read_into: Callable[[memoryview], int]) -> Frame:
        """Reads a frame.

        :raises EOFError: where the stream ends before the frame does.
        """
        start = bytearray(8)
        _fill(memoryview(start), read_into)
        length = int.from_bytes(start, "little")
        if length < 8:
            raise ValueError("a frame is shorter than any can be")
        buffer = self._buffer(length)
        _fill(buffer.data[:length], read_into)
        return Frame(buffer, length)

    def _buffer(self, length: int) -> npt.NDArray[np.uint8]:
        for number in range(len(self._buffers)):
            # Every array that lies in it holds it.
            if (
                len(self._buffers[number]) >= length + 64
                and _holders(self._buffers, number) == _UNHELD
            ):
                whole = self._buffers[number]
                break
        else:
            whole = self._allocation(length + 64)
            self._buffers.append(whole)
            if len(self._buffers) > _MOST_BUFFERS:
                self._buffers.pop(0)
        # Numbers begin at a multiple of 64 bytes of the value: so they do in memory.
        return whole[-whole.ctypes.data % 64 :][:length]


def _holders(buffers: list[npt.NDArray[np.uint8]], number: int) -> int:
    whole = buffers[number]
    return sys.getrefcount(whole)


# What the list, the variable and the call count, which differs between versions of Python.
_UNHELD = _holders([np.empty(1, np.uint8)], 0)


def _fill(target: memoryview, read_into: Callable[[memoryview], int]) -> None:
    done = 0
    while done < len(target):
        count = read_into(target[done:])
        if not count:
            raise EOFError("the stream ends within a frame")
        done += count


def page_locked() -> Allocation | None:
    """Memory that a GPU copies from by itself; None, with a warning, where PyTorch has no GPU here.

    :raises ConfigurationError: where there is no PyTorch, which makes it.
    """
    try:
        import torch
    except ModuleNotFoundError as cause:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            "pin_memory: PyTorch makes page-locked memory, and is not installed: pip install torch",
        ) from cause
    if not torch.cuda.is_available():
        warnings.warn(
            "pin_memory: PyTorch finds no CUDA here, so batches lie in ordinary memory",
            RuntimeWarning,
            stacklevel=4,
        )
        return None
    return lambda count: torch.empty(count, dtype=torch.uint8, pin_memory=True).numpy()


def compressions() -> list[str]:
    """The names of the compressions that can be undone here."""
    return [] if _zstd_reader() is None else ["zstd"]


def decompressed(stream: IO[bytes], encoding: str | None) -> Callable[[memoryview], int]:
    """What reads from a stream as it was before it was compressed.

    :raises ConfigurationError: for a compression that nobody asked for.
    """
    if encoding in (None, "identity"):
        read: Callable[[memoryview], int] = stream.readinto  # type: ignore[attr-defined]
        return read
    reader = _zstd_reader() if encoding == "zstd" else None
    if reader is None:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, f"the server compresses by {encoding}, which was not asked for"
        )
    made = reader(stream)
    read_into: Callable[[memoryview], int] = made.readinto
    return read_into


def _zstd_reader() -> Callable[[IO[bytes]], Any] | None:
    # Of the standard library from Python 3.14 on.
    try:
        from compression import zstd
    except ModuleNotFoundError:
        pass
    else:
        return lambda stream: zstd.ZstdFile(stream, "r")
    try:
        import zstandard
    except ModuleNotFoundError:
        return None
    # A frame of zstd for each batch, one after the other.
    return lambda stream: zstandard.ZstdDecompressor().stream_reader(
        stream, read_across_frames=True
    )
