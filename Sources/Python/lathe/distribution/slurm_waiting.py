"""Waits for the jobs of SLURM that prepare a cache, and tells how far their shards have come."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Collection
from typing import Any

from ..errors import ErrorCode, LatheError
from .progress import Progress
from .shards import DONE, Outcome


def wait(
    jobs: Collection[str], cache: str, missing: Collection[int], report: Progress, pause: float = 2.0
) -> None:
    """Returns when none of the jobs is queued or running any more.

    :param missing: the shards that the jobs are to prepare, each of which is reported when its record is there.
    :param pause: seconds between two looks; it grows to ten times that.
    :raises LatheError: where SLURM cannot be asked.
    """
    before = {shard: _record(cache, shard) for shard in missing}
    pending = set(missing)
    longest = 10 * pause
    while True:
        alive = _alive(jobs)
        for shard in sorted(pending):
            record = _record(cache, shard)
            if record is not None and record != before[shard]:
                report.end_shard(_outcome(shard, record))
                pending.remove(shard)
        report.advance(is_last=not alive)
        if not alive:
            return
        time.sleep(pause)
        pause = min(longest, pause * 1.2)


def _alive(jobs: Collection[str]) -> bool:
    """Whether one of the jobs is queued or running.

    :raises LatheError: where ``squeue`` fails three times, other than by not knowing jobs that have ended.
    """
    error = ""
    for _ in range(3):
        done = subprocess.run(
            ["squeue", "--noheader", f"--jobs={','.join(jobs)}", "--format=%i"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return bool(done.stdout.strip())
        error = done.stderr.strip()
        if "Invalid job id" in error:
            return False
        time.sleep(1)
    raise LatheError(
        ErrorCode.SYSTEM, f"squeue: {error}; the jobs {', '.join(jobs)} go on without being watched"
    )


def _record(cache: str, shard: int) -> dict[str, Any] | None:
    """What a shard says of itself when it is done; None where it says nothing yet."""
    try:
        path = os.path.join(cache, f"shard-{shard:05d}.done.json")
        with open(path, encoding="utf-8") as file:
            record = json.load(file)
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def _outcome(shard: int, record: dict[str, Any]) -> Outcome:
    return Outcome(
        shard,
        DONE,
        "",
        str(record.get("host", "")),
        float(record.get("seconds", 0)),
        int(record.get("tracks", 0)),
        len(record.get("quarantine", [])),
    )
