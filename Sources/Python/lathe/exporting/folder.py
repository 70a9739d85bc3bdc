"""A Parquet export from its beginning to its end: a folder that appears whole or not at all."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..distribution.program import DiesWithThread, program, signal_name
from ..errors import ConfigurationError, ErrorCode, LatheError
from ..whole_folder import Unfinished, finish, refuse, unfinished
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
    with unfinished(output) as begun:
        folder = begun.path
        samples = folder / "samples"
        status = _run_program(chosen, begun, samples)
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
        finish(folder, output, is_replacing=chosen.overwrite)
    rows = sum(side.rows for side in sides)
    print(f"{rows} rows written to {chosen.output}", file=sys.stderr)
    return 0


def _run_program(chosen: argparse.Namespace, begun: Unfinished, samples: Path) -> int:
    """Has the program write the samples; it knows splits, verdicts and licences, and shows its progress.

    It is killed with this process: a rerun would find it at work in the folder otherwise.
    """
    command = [program(), "export", "webdataset", str(chosen.cache), "--view", chosen.view]
    command += ["--output", str(samples), "--progress", chosen.progress]
    if chosen.split is not None:
        command += ["--split", chosen.split]
    if chosen.audio is not None:
        command += ["--audio", str(chosen.audio)]
    if chosen.accept_licences:
        command.append("--accept-licences")
    keep(True)
    process = subprocess.Popen(command, pass_fds=(begun.lock,), preexec_fn=DiesWithThread())  # noqa: PLW1509
    try:
        keep(False)
        status = process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    _check_end(status, chosen)
    return status


def _check_end(status: int, chosen: argparse.Namespace) -> None:
    if status < 0:
        raise LatheError(
            ErrorCode.SYSTEM,
            f"{chosen.output} was not written: the program that reads the cache was killed by "
            f"{signal_name(-status)}; run the export again",
        )


def _card(chosen: argparse.Namespace) -> str:
    command = [program(), "export", "card", str(chosen.cache), "--output", "-"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    _check_end(done.returncode, chosen)
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
    refuse(output, RECORD, "export", is_replacing=chosen.overwrite)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
