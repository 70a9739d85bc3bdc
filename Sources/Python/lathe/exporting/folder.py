"""A Parquet export from its beginning to its end: a folder that appears whole or not at all."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..distribution.program import program
from ..errors import ConfigurationError, ErrorCode, LatheError
from .card import card
from .croissant import description
from .interruption import keep
from .parquet import ParquetSide, write_side
from .samples import Content

#: What lies in a folder that an export may replace; the program writes it into all its folders.
RECORD = "export.json"


def export(chosen: argparse.Namespace) -> int:
    """Runs an export; the exit status."""
    output = Path(os.path.abspath(chosen.output))
    _check(output, chosen)
    with _unfinished(output) as folder:
        samples = folder / "samples"
        status = _run_program(chosen, samples)
        if status != 0:
            return status
        content = Content.read(samples)
        text = _card(chosen)
        sides: list[ParquetSide] = []
        for side in content.sides:
            sides.append(write_side(content, side, folder / "data", chosen.shard_megabytes * 10**6))
            if chosen.progress in ("auto", "plain"):
                print(f"{side}: {sides[-1].rows} rows of Parquet", file=sys.stderr)
        _write(folder / "README.md", card(content, sides, text))
        record = {k: v for k, v in content.record.items() if k not in ("archives", "members")}
        _write(folder / RECORD, _json(record | {"form": "parquet"}))
        (samples / "tracks.jsonl").replace(folder / "tracks.jsonl")
        shutil.rmtree(samples)
        _write(folder / "croissant.json", description(content, sides, folder))
        _finish(folder, output, chosen.overwrite)
    rows = sum(side.rows for side in sides)
    print(f"{rows} rows written to {chosen.output}", file=sys.stderr)
    return 0


def _run_program(chosen: argparse.Namespace, samples: Path) -> int:
    """Has the program write the samples; it knows splits, verdicts and licences, and shows its progress."""
    command = [program(), "export", "webdataset", str(chosen.cache), "--view", chosen.view]
    command += ["--output", str(samples), "--progress", chosen.progress]
    if chosen.split is not None:
        command += ["--split", chosen.split]
    if chosen.audio is not None:
        command += ["--audio", str(chosen.audio)]
    if chosen.accept_licences:
        command.append("--accept-licences")
    keep(True)
    process = subprocess.Popen(command)
    try:
        keep(False)
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def _card(chosen: argparse.Namespace) -> str:
    command = [program(), "export", "card", str(chosen.cache), "--output", "-"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise LatheError(ErrorCode.SYSTEM, done.stderr.strip())
    return done.stdout


def _json(value: dict[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text + "\n"


def _check(output: Path, chosen: argparse.Namespace) -> None:
    if output.is_relative_to(Path(os.path.abspath(chosen.cache))):
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, f"--output {chosen.output} lies in the cache itself"
        )
    if not os.path.lexists(output):
        return
    is_export = output.is_dir() and ((output / RECORD).is_file() or not any(output.iterdir()))
    if not is_export:
        raise LatheError(
            ErrorCode.SYSTEM,
            f"{chosen.output} is there already and no export of lathe; write elsewhere, or remove it",
        )
    if not chosen.overwrite:
        raise LatheError(
            ErrorCode.SYSTEM,
            f"{chosen.output} is there already; write elsewhere, or replace it (--overwrite)",
        )


@contextmanager
def _unfinished(output: Path) -> Iterator[Path]:
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


def _finish(folder: Path, output: Path, is_replacing: bool) -> None:
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


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
