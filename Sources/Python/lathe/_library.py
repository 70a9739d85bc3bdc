"""The dynamic library and its functions, declared as ``lathe.h`` has them."""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Callable
from pathlib import Path

from .errors import ErrorCode, LatheError, error

ABI_VERSION = 1
BATCH = 1
TIMEOUT = 2


class Record(ctypes.Structure):
    """``lathe_batch``."""

    _fields_ = [
        ("inputs", ctypes.c_void_p),
        ("labels", ctypes.c_void_p),
        ("tracks", ctypes.c_void_p),
        ("slices", ctypes.c_void_p),
        ("label_distributions", ctypes.c_void_p),
        ("count", ctypes.c_int64),
        ("epoch", ctypes.c_int64),
        ("index", ctypes.c_int64),
        ("shape", ctypes.c_int64 * 4),
        ("axes", ctypes.c_int32),
        ("type", ctypes.c_int32),
        ("slot", ctypes.c_int32),
        ("ends_epoch", ctypes.c_int32),
    ]


_HANDLE = ctypes.c_void_p
_TEXT = [ctypes.c_char_p, ctypes.c_int64]

_FUNCTIONS: dict[str, tuple[type | None, list[type]]] = {
    "lathe_abi_version": (ctypes.c_int32, []),
    "lathe_last_error_code": (ctypes.c_int32, []),
    "lathe_last_error": (ctypes.c_char_p, []),
    "lathe_open": (_HANDLE, [ctypes.c_char_p]),
    "lathe_close": (ctypes.c_int32, [_HANDLE]),
    "lathe_describe": (ctypes.c_int64, [_HANDLE, *_TEXT]),
    "lathe_tracks": (ctypes.c_int64, [_HANDLE, *_TEXT]),
    "lathe_describe_split": (ctypes.c_int64, [_HANDLE, ctypes.c_char_p, *_TEXT]),
    "lathe_overlap": (ctypes.c_int64, [_HANDLE, ctypes.c_char_p, *_TEXT]),
    "lathe_loader_open": (_HANDLE, [_HANDLE, ctypes.c_char_p]),
    "lathe_loader_describe": (ctypes.c_int64, [_HANDLE, *_TEXT]),
    "lathe_loader_next": (ctypes.c_int32, [_HANDLE, ctypes.c_void_p, ctypes.c_int64]),
    "lathe_loader_release": (ctypes.c_int32, [_HANDLE, ctypes.c_int32]),
    "lathe_loader_state": (ctypes.c_int64, [_HANDLE, *_TEXT]),
    "lathe_loader_track_id": (ctypes.c_int64, [_HANDLE, ctypes.c_int64, *_TEXT]),
    "lathe_loader_stop": (ctypes.c_int32, [_HANDLE]),
    "lathe_loader_close": (ctypes.c_int32, [_HANDLE]),
    "lathe_samples_open": (_HANDLE, [_HANDLE, ctypes.c_char_p]),
    "lathe_samples_describe": (ctypes.c_int64, [_HANDLE, *_TEXT]),
    "lathe_samples_read": (
        ctypes.c_int32,
        [_HANDLE, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p],
    ),
    "lathe_samples_places": (
        ctypes.c_int32,
        [_HANDLE, ctypes.c_int64, ctypes.c_int64, *[ctypes.c_void_p] * 3],
    ),
    "lathe_samples_label_weights": (
        ctypes.c_int32,
        [_HANDLE, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p],
    ),
    "lathe_samples_track_id": (ctypes.c_int64, [_HANDLE, ctypes.c_int64, *_TEXT]),
    "lathe_samples_close": (ctypes.c_int32, [_HANDLE]),
}


def candidates() -> list[Path]:
    """Where the library may be, the first that exists wins: in the installed package, where
    ``LATHE_LIBRARY`` says, in the build folder of the checkout that this file is in."""
    here = Path(__file__).resolve().parent
    places = [here / "_library" / "libLatheC.so"]
    if named := os.environ.get("LATHE_LIBRARY"):
        places.append(Path(named))
    checkout = here.parents[2]
    if (checkout / "Package.swift").exists():
        places += [checkout / ".build" / kind / "libLatheC.so" for kind in ("release", "debug")]
    return places


@functools.cache
def library() -> ctypes.CDLL:
    """The library, loaded once.

    :raises LatheError: ``LIBRARY`` where there is none, or one of another version.
    """
    places = candidates()
    path = next((place for place in places if place.exists()), None)
    if path is None:
        raise LatheError(
            ErrorCode.LIBRARY,
            "libLatheC.so was not found at " + ", ".join(map(str, places)) + "; install the wheel, "
            "build it with 'swift build -c release --product LatheC', or set LATHE_LIBRARY",
        )
    try:
        loaded = ctypes.CDLL(str(path))
        loaded.lathe_abi_version.restype = ctypes.c_int32
        version = loaded.lathe_abi_version()
    except (OSError, AttributeError) as cause:
        raise LatheError(ErrorCode.LIBRARY, f"{path} could not be loaded: {cause}") from cause
    if version != ABI_VERSION:
        raise LatheError(
            ErrorCode.LIBRARY,
            f"{path} has version {version} of the interface and this package needs {ABI_VERSION}; "
            "install both from the same checkout",
        )
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(loaded, name)
        function.restype = result
        function.argtypes = arguments
    return loaded


def last_error() -> LatheError:
    """The error of this thread's latest call that failed."""
    loaded = library()
    text = loaded.lathe_last_error() or b""
    return error(loaded.lathe_last_error_code(), text.decode("utf-8", "replace"))


def check(code: int) -> int:
    """The code, unless it stands for an error.

    :raises LatheError: what the library says.
    """
    if code < 0:
        raise last_error()
    return code


def text(function: Callable[..., int], *arguments: object, capacity: int = 4096) -> str:
    """The text that a function of the library writes to a buffer; it is asked again where that has less
    than enough room.

    :raises LatheError: what the library says.
    """
    while True:
        buffer = ctypes.create_string_buffer(capacity)
        length = check(function(*arguments, buffer, capacity))
        if length < capacity:
            return buffer.raw[:length].decode("utf-8")
        capacity = length + 1
