"""Files of a run that are there as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import ErrorCode, LatheError


def replace(path: Path, content: bytes) -> None:
    """Writes a file in place of what was there; a kill leaves one or the other.

    What a killed run left under the temporary name goes first, and a link there is not followed.

    :raises LatheError: where it cannot be written, such as for want of space; nothing is left behind.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        with os.fdopen(_create(partial), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as cause:
        _remove(partial)
        raise LatheError(ErrorCode.SYSTEM, f"{path} cannot be written: {cause}") from cause


def append(path: Path, line: str) -> None:
    """Adds a line, which is on the disk when this returns; a link is not followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o644), "w", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def open_lock(path: Path) -> int:
    """A descriptor of a lock file, made where it is missing; a link is not followed."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)


def _create(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(path, flags, 0o644)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        pass  # a folder that somebody put there stays
