#!/usr/bin/env python3
"""Many processes on one cache: writers that meet, readers beside a writer, killed readers.

    readers.py [writers] [beside] [killed] [--readers N] [--rounds N] [--audio DIR] [--each N]

writers  a second `lathe prepare` on a cache that is being prepared is refused, and told who writes
beside   `lathe verify`, `inspect --digest` and `export csv` in a loop beside a writer: each result
         is one state of the cache, no track in part; and so many readers at the same time
killed   readers are killed by SIGKILL in the middle, again and again, beside writes that free pages
         and take them: the file does not grow by it
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import crash
import faults
from faults import Broken, Tally, expect, must

QUIET = ["--progress", "none"]


def begun(arguments: list[str]) -> subprocess.Popen:
    return subprocess.Popen(
        [faults.program(), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=faults.SECONDS_FOR_A_COMMAND)
    return process.returncode, output, errors


class Work:
    """A cache, and commands that write to it."""

    def __init__(self, music: crash.Collection, place: Path) -> None:
        self.music = music
        self.cache = place / "c"
        place.mkdir(parents=True)

    def prepare(self, *more: str) -> list[str]:
        return ["prepare", str(self.music.all), "--cache", str(self.cache), *QUIET, *more]

    def remake(self, bands: int) -> list[str]:
        """Another recipe: frees the pages of all pictures, and takes as many or half as many."""
        return self.prepare("--set", f"mel.bands={bands}", "--yes")


def writers(work: Work, tally: Tally, rounds: int) -> None:
    for _ in range(rounds):
        shutil.rmtree(work.cache, ignore_errors=True)
        first = begun(work.prepare())
        lock = work.cache / ".lock"
        while first.poll() is None and not (lock.exists() and lock.read_text().strip()):
            time.sleep(0.001)
        code, _, errors = ended(begun(work.prepare()))
        running = first.poll() is None
        first_code, _, first_errors = ended(first)
        expect(first_code in (0, 3), f"the first ended with {first_code}: {first_errors}")
        if code in (0, 3) and not running:
            tally.add("began too late to meet")
        else:
            expect(code == 1, f"the second ended with {code}: {errors}")
            expect(
                f"process {first.pid} is writing to it" in errors,
                f"it does not name the writer: {errors}",
            )
            tally.add("second writers refused")
        tracks, _ = faults.verified(work.cache)
        expect(tracks is not None, "the cache is not finished")


def table(text: str) -> dict[str, list[str]]:
    """The rows of a table of features, by track."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines()[1:]:
        name = line.split(",", 1)[0]
        found.setdefault(re.sub(r"\.\d+\.wav$", "", name), []).append(line)
    return found


def beside(work: Work, tally: Tally, rounds: int, readers: int) -> None:
    must(work.prepare(), 0, 3)
    export = ["export", "csv", str(work.cache), "--view", "features", "--output", "-"]
    whole = table(must(export).output)
    expected = Counter({track: len(rows) for track, rows in whole.items()})
    digests = set()
    for bands in (64, 128):
        must(work.remake(bands), 0, 3)
        digests.add(faults.digest(work.cache))

    def check(arguments: list[str], code: int, output: str, errors: str) -> None:
        if code != 0 and faults.UNFINISHED.search(errors):
            tally.add("read before the first commit")
            return
        expect(
            code == 0, f"{' '.join(arguments)} ended with {code}: {output[-300:]} {errors[-600:]}"
        )
        if arguments[0] == "export":
            for track, rows in table(output).items():
                expect(
                    rows == whole.get(track),
                    f"{track} is exported in part: {len(rows)} of {expected[track]} rows",
                )
        elif arguments[0] == "verify":
            expect(not json.loads(output)["problems"], output)
        tally.add(f"{arguments[0]} beside a writer")

    asked = [
        ["verify", str(work.cache), "--deep", "--json"],
        export,
        ["inspect", str(work.cache), "--digest"],
    ]
    for turn in range(rounds):
        # From the beginning, and then by changes of what is there.
        if turn % 3 == 0:
            shutil.rmtree(work.cache)
        writer = begun(work.remake(64 if turn % 2 == 0 else 128))
        while writer.poll() is None and not (work.cache / "shard-00000.lmdb").exists():
            time.sleep(0.001)
        number = 0
        while writer.poll() is None:
            arguments = asked[number % len(asked)]
            check(arguments, *ended(begun(arguments)))
            number += 1
        code, _, errors = ended(writer)
        expect(code in (0, 3), f"the writer ended with {code}: {errors}")
        expect(faults.digest(work.cache) in digests, "the digest is none of the two")
    # So many at the same time, beside one more writer.
    writer = begun(work.remake(64))
    crowd = [(asked[i % 2], begun(asked[i % 2])) for i in range(readers)]
    for arguments, process in crowd:
        check(arguments, *ended(process))
    tally.add("readers at the same time", len(crowd))
    code, _, errors = ended(writer)
    expect(code in (0, 3), f"the writer ended with {code}: {errors}")


def killed(work: Work, tally: Tally, rounds: int, readers: int) -> None:
    draw = random.Random(1)

    def sizes(kills: bool) -> list[int]:
        shutil.rmtree(work.cache, ignore_errors=True)
        must(work.prepare(), 0, 3)
        found = []
        for turn in range(rounds):
            crowd = [
                begun(["verify", str(work.cache), "--deep"]) for _ in range(readers if kills else 0)
            ]
            writer = begun(work.remake(64 if turn % 2 == 0 else 128))
            for process in crowd:
                time.sleep(draw.uniform(0, 0.02))
                process.send_signal(signal.SIGKILL)
            for process in crowd:
                process.communicate()
                tally.add("readers killed" if process.returncode < 0 else "readers ended before")
            code, _, errors = ended(writer)
            expect(code in (0, 3), f"the writer ended with {code}: {errors}")
            found.append(os.stat(work.cache / "shard-00000.lmdb").st_size)
        faults.verified(work.cache)
        return found

    calm, disturbed = sizes(False), sizes(True)
    tally.add(f"bytes at most without them {max(calm)}, with them", max(disturbed))
    # As long as a reader lives, the pages of its state are not used again: one more copy of what
    # changes at most.
    expect(
        max(disturbed) <= 2 * max(calm),
        f"the file grew to {max(disturbed)} bytes, and to {max(calm)} without readers",
    )
    half = len(disturbed) // 2
    expect(
        max(disturbed[half:]) <= max(disturbed[:half]) * 1.25 + (1 << 20),
        f"the file grows and grows: {disturbed}",
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "parts", nargs="*", choices=[[], "writers", "beside", "killed"], metavar="PART"
    )
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--audio", type=Path)
    parser.add_argument("--each", type=int, default=2)
    options = parser.parse_args(arguments)
    place = faults.scratch()
    broken = 0
    try:
        music = crash.collection(place, options.audio and options.audio.resolve(), options.each)
        for name in options.parts or ("writers", "beside", "killed"):
            tally = Tally(name)
            work = Work(music, place / name)
            try:
                if name == "writers":
                    writers(work, tally, options.rounds)
                elif name == "beside":
                    beside(work, tally, options.rounds, options.readers)
                else:
                    killed(work, tally, options.rounds, max(1, options.readers // 10))
            except (Broken, subprocess.TimeoutExpired) as error:
                tally.broken.append(f"{name}: {error!r}")
            tally.show()
            broken += len(tally.broken)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
