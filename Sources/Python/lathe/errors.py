"""What goes wrong, as types: every error of the library is a :class:`LatheError` with its code."""

from __future__ import annotations

import enum


class ErrorCode(enum.IntEnum):
    """The codes of ``lathe.h``, and ``LIBRARY`` for a library that could not be loaded."""

    ARGUMENT = -1
    HANDLE = -2
    FORKED = -3
    CONFIGURATION = -4
    NOT_FOUND = -5
    SOURCE = -6
    STATE = -7
    DAMAGED = -8
    SLOT = -9
    BORROWED = -10
    STOPPED = -11
    SYSTEM = -12
    LIBRARY = -100


class LatheError(Exception):
    """An error with a code that programs can act on and one line that people can.

    :ivar code: the cause.
    :ivar message: the line.
    """

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class ConfigurationError(LatheError, ValueError):
    """An option is unknown or out of its range; the message names it."""


class NotFoundError(LatheError, LookupError):
    """There is no such cache, view, split, side or track; the message names those that are."""


class SourceError(LatheError, ValueError):
    """There is nothing to load, such as an empty side; or caches that cannot be mixed."""


class StateError(LatheError, ValueError):
    """The state is of another cache, split, seed, order or version."""


class DamagedError(LatheError):
    """Bytes in the cache are not what was written; the message names the record."""


class ForkedError(LatheError, RuntimeError):
    """What the parent process opened was used in a child made by fork."""


class ReleasedError(LatheError, RuntimeError):
    """A batch, loader or cache was used after its end."""


_TYPES: dict[ErrorCode, type[LatheError]] = {
    ErrorCode.HANDLE: ReleasedError,
    ErrorCode.FORKED: ForkedError,
    ErrorCode.CONFIGURATION: ConfigurationError,
    ErrorCode.NOT_FOUND: NotFoundError,
    ErrorCode.SOURCE: SourceError,
    ErrorCode.STATE: StateError,
    ErrorCode.DAMAGED: DamagedError,
    ErrorCode.SLOT: ReleasedError,
    ErrorCode.BORROWED: ReleasedError,
    ErrorCode.STOPPED: ReleasedError,
}


def error(code: int, message: str) -> LatheError:
    """The error of a code; one of a newer library, which is not known here, counts as ``SYSTEM``."""
    try:
        known = ErrorCode(code)
    except ValueError:
        known = ErrorCode.SYSTEM
    return _TYPES.get(known, LatheError)(known, message)
