"""Folders that appear whole or not at all."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .errors import ErrorCode, LatheError
from .exporting.interruption import keep

# AT_FDCWD and RENAME_EXCHANGE of Linux.
_HERE, _EXCHANGE = -100, 2


@dataclass(frozen=True)
class Unfinished:
    """A folder that is filled."""

    path: Path
    #: The descriptor that locks it. A program that is to fill it too inherits this, so that the folder stays
    #: locked until the last of both has ended.
    lock: int


@contextmanager
def unfinished(output: Path) -> Iterator[Unfinished]:
    """A folder beside the output that is filled; it goes unless it was renamed. What a killed run left there
    goes first, but not what a living one fills: it is locked meanwhile, as the program locks its own."""
    folder = output.with_name(f"{output.name}.unfinished")
    output.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        os.close(_locked(folder))
        shutil.rmtree(folder)
    keep(True)
    try:
        folder.mkdir()
        lock = _locked(folder)
    except BaseException:
        keep(False)
        raise
    try:
        keep(False)
        yield Unfinished(folder, lock)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def refuse(output: Path, record: str, what: str, *, is_replacing: bool) -> None:
    """Refuses a folder that is there already, unless it may be replaced: it is empty, or holds a record.

    :raises LatheError: with what to do.
    """
    if not os.path.lexists(output):
        return
    is_ours = output.is_dir() and ((output / record).is_file() or not any(output.iterdir()))
    if not is_ours:
        raise LatheError(
            ErrorCode.SYSTEM,
            f"{output} is there already and no {what} of lathe; write elsewhere, or remove it",
        )
    if not is_replacing:
        raise LatheError(
            ErrorCode.SYSTEM,
            f"{output} is there already; write elsewhere, or replace it (--overwrite)",
        )


def finish(folder: Path, output: Path, *, is_replacing: bool) -> None:
    """Gives the folder its name, once everything in it is on the disk."""
    for place, _, names in os.walk(folder):
        for name in names:
            _sync(os.path.join(place, name))
        _sync(place)
    old = output.with_name(f"{output.name}.replaced-{os.getpid()}")
    is_moved = is_replacing and output.exists()
    # There is one of both under the name at any moment, where the file system can do that.
    if is_moved and _exchanged(folder, output):
        old = folder
    else:
        if is_moved:
            output.rename(old)
        folder.rename(output)
    _sync(str(output.parent))
    if is_moved:
        shutil.rmtree(old)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two names were exchanged in one step; not every file system or library can."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS):
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


def refusal(cause: OSError, output: Path) -> str:
    """One line of what the system refused: the file (the output, where the error names none) and what to do."""
    place = cause.filename2 or cause.filename or output
    place = os.fsdecode(place) if isinstance(place, bytes) else place
    text = os.strerror(cause.errno) if cause.errno else str(cause)
    remedies = {
        errno.ENOSPC: "free some space",
        errno.EDQUOT: "free some space",
        errno.EFBIG: "raise the limit of file sizes (ulimit -f)",
        errno.EIO: "the disk or the connection to it fails: see what the system says of it (dmesg)",
    }
    remedy = remedies.get(cause.errno or 0, "check the path and its permissions")
    return f"{place}: {text}; {remedy}"


def _locked(folder: Path) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as cause:
        os.close(descriptor)
        raise LatheError(
            ErrorCode.SYSTEM,
            f"another process is writing {folder}; wait for it, or write elsewhere",
        ) from cause
    return descriptor


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
