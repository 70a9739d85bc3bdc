"""SIGINT and SIGTERM as exceptions, which can be kept for later."""

from __future__ import annotations

import signal
from types import FrameType

_is_kept = False
_has_come = False


def install() -> None:
    """Makes both signals raise ``KeyboardInterrupt`` in the main thread."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _take)


def keep(is_kept: bool) -> None:
    """Keeps signals for later, so that none comes between a thing and the ``try`` that takes it away.

    A mask would not do: the libraries' own threads have none, and the interpreter runs the handler in the
    main thread whichever thread was given the signal.

    :raises KeyboardInterrupt: where one has come and is kept no longer.
    """
    global _is_kept
    _is_kept = is_kept
    if _has_come and not is_kept:
        raise KeyboardInterrupt


def _take(_number: int, _frame: FrameType | None) -> None:
    global _has_come
    _has_come = True
    if not _is_kept:
        raise KeyboardInterrupt
