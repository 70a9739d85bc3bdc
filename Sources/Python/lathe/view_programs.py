"""Views by functions of one's own: programs for the kind ``exec`` of ``lathe prepare``.

::

    import lathe.views


    def loudness(samples, rate):
        return (samples**2).mean(axis=1, keepdims=True)


    lathe.views.serve(loudness)

In a recipe: ``{"kind": "exec", "command": ["python3", "loudness.py"], "shape": [1], "slices": {…}}``.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

__all__ = ["AskedView", "serve"]

#: The contract, which every frame that Lathe sends names.
SCHEMA = "lathe.exec/1"


class AskedView(NamedTuple):
    """What is going to be asked for."""

    #: The name in the recipe.
    name: str
    #: The numbers of a slice.
    shape: tuple[int, ...]
    #: Samples a second.
    rate: int
    #: Channels of the samples, 1 or 2.
    channels: int
    #: Samples of a slice; None where a slice is the whole track.
    samples: int | None
    #: The version that the recipe declares.
    version: str


def serve(
    function: Callable[[Any, int], Any],
    *,
    accept: Callable[[AskedView], object] | None = None,
    device: str | None = None,
) -> None:
    """Computes the view that Lathe asks for, until its input ends.

    What is printed meanwhile goes to standard error, for standard output belongs to the values.

    :param function: is given samples, float32 [slices, samples] or [slices, samples, 2], full scale being -1 to 1,
        and their rate; it returns the numbers of each slice, [slices, …]. A ``ValueError`` is the track's fault: it
        goes to quarantine with the sentence. Any other exception ends the program, and it is started again.
    :param accept: is given the view before any track; where it raises ``ValueError``, nothing is prepared, and the
        sentence says why.
    :param device: gives samples as tensors of PyTorch there: ``cpu``, ``cuda``, or ``auto`` for a GPU where there is
        one. Gradients are off.
    """
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    sink = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    try:
        hello = _read(source)
        if hello is None:
            return
        facts = hello[0]
        if facts.get("schema") != SCHEMA:
            raise SystemExit(f"lathe.views: this speaks {SCHEMA}, not {facts.get('schema')}")
        if not _answered(sink, accept, facts):
            return
        compute = function if device is None else _on(device, function)
        for facts, samples in _ahead(source):
            try:
                values = compute(samples, int(facts["rate"]))
                _write(sink, facts, np.ascontiguousarray(values, "<f4"))
            except ValueError as fault:
                traceback.print_exc()
                _write(sink, facts, fault=fault)
    except BrokenPipeError:
        # Lathe is gone, and nobody waits for values.
        sys.exit(1)


def _answered(
    sink: Any, accept: Callable[[AskedView], object] | None, facts: dict[str, str]
) -> bool:
    try:
        if accept is not None:
            accept(_view(facts))
    except ValueError as fault:
        _write(sink, facts, fault=fault)
        return False
    _write(sink, facts)
    return True


def _view(facts: dict[str, str]) -> AskedView:
    return AskedView(
        facts["view"],
        tuple(json.loads(facts["shape"])),
        int(facts["rate"]),
        int(facts["channels"]),
        int(facts["samples"]) if "samples" in facts else None,
        facts["version"],
    )


def _on(device: str, function: Callable[[Any, int], Any]) -> Callable[[Any, int], Any]:
    import torch

    gpu = "cuda" if torch.cuda.is_available() else "cpu"
    place = torch.device(gpu if device == "auto" else device)

    def compute(samples: Any, rate: int) -> Any:
        with torch.inference_mode():
            values = function(torch.from_numpy(samples).to(place), rate)
            return torch.as_tensor(values).float().cpu().numpy()

    return compute


def _ahead(source: Any) -> Iterator[tuple[dict[str, str], Any]]:
    """The frames, of which the next is read while the last is worked on."""
    ready: queue.SimpleQueue[Any] = queue.SimpleQueue()
    room = threading.Semaphore(1)

    def read() -> None:
        try:
            frame: Any = ()
            while frame is not None:
                room.acquire()
                frame = _read(source)
                ready.put(frame)
        except BaseException as error:
            ready.put(error)

    threading.Thread(target=read, name="lathe.views", daemon=True).start()
    while (frame := ready.get()) is not None:
        if isinstance(frame, BaseException):
            raise frame
        room.release()
        yield frame


def _read(source: Any) -> tuple[dict[str, str], Any] | None:
    """The metadata and the samples of a frame; None at the end of the input."""
    size = source.read(8)
    if not size:
        return None
    frame = np.empty(int.from_bytes(_whole(source, size, 8), "little"), np.uint8)
    _fill(source, frame.data)
    length = int.from_bytes(frame[:8].tobytes(), "little")
    header = json.loads(frame[8 : 8 + length].tobytes())
    facts = header["__metadata__"]
    if "samples" not in header:
        return facts, None
    entry = header["samples"]
    start, end = (8 + length + offset for offset in entry["data_offsets"])
    return facts, frame[start:end].view("<f4").reshape(entry["shape"])


def _whole(source: Any, begun: bytes, count: int) -> bytes:
    rest = bytearray(count - len(begun))
    _fill(source, memoryview(rest))
    return begun + bytes(rest)


def _fill(source: Any, buffer: memoryview) -> None:
    done = 0
    while done < len(buffer):
        count = source.readinto(buffer[done:])
        if not count:
            raise SystemExit("lathe.views: the input ended within a frame")
        done += count


def _write(
    sink: Any, asked: dict[str, str], values: Any = None, fault: ValueError | None = None
) -> None:
    """Answers the frame that has these facts."""
    facts = {"frame": asked["frame"]}
    if fault is not None:
        facts["error"] = str(fault)
    header: dict[str, Any] = {"__metadata__": facts}
    data = b""
    if values is not None:
        data = values.tobytes()
        header["values"] = {
            "dtype": "F32",
            "shape": list(values.shape),
            "data_offsets": [0, len(data)],
        }
    text = json.dumps(header).encode()
    length = 8 + len(text) + len(data)
    frame = memoryview(length.to_bytes(8, "little") + len(text).to_bytes(8, "little") + text + data)
    while frame:
        frame = frame[sink.write(frame) :]
