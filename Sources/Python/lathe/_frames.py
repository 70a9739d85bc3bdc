"""Frames of a stream of batches: eight bytes of length, and a safetensors value."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

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
    """Memory that frames are read into, used again once nobody holds an array in it."""

    def __init__(self) -> None:
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
            whole = self._buffers[number]
            # The list, the variable and the call hold it, and so does every array that lies in it.
            if len(whole) >= length + 64 and sys.getrefcount(whole) <= 3:
                break
        else:
            whole = np.empty(length + 64, np.uint8)
            self._buffers.append(whole)
            if len(self._buffers) > _MOST_BUFFERS:
                self._buffers.pop(0)
        # Numbers begin at a multiple of 64 bytes of the value: so they do in memory.
        return whole[-whole.ctypes.data % 64 :][:length]


def _fill(target: memoryview, read_into: Callable[[memoryview], int]) -> None:
    done = 0
    while done < len(target):
        count = read_into(target[done:])
        if not count:
            raise EOFError("the stream ends within a frame")
        done += count
