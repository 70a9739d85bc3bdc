"""Folders that appear whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import ErrorCode, LatheError
from .exporting.interruption import keep


@contextmanager
def unfinished(output: Path) -> Iterator[Path]:
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
        yield folder
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
    if is_moved:
        output.rename(old)
    folder.rename(output)
    _sync(str(output.parent))
    if is_moved:
        shutil.rmtree(old)


def _locked(folder: Path) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as cause:
        os.close(descriptor)
        raise LatheError(
            ErrorCode.SYSTEM, f"another process is writing {folder}; wait for it, or write elsewhere"
        ) from cause
    return descriptor


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
