"""A day's work of a service in less than an hour: jobs, streams, corrections, restarts, and SIGKILL of the server and of jobs.

    LATHE_LIBRARY=.build/release/libLatheC.so LATHE_PROGRAM=.build/release/lathe LATHED_PROGRAM=.build/release/lathed \\
      python Tests/Python/days_work.py FOLDER [--minutes 25]

Made-up music is prepared in FOLDER and served. All the time one client reads batches, compared with those of the cache
itself; one asks for small answers; one begins jobs and cancels some; one writes corrections. In the first half of the time the
server is killed, or told to end, and started again every few seconds; jobs are killed all the time. In the second half one
server stays, so that it can be seen whether its memory, open files and threads grow.

At the end every job that was taken on must be known and over, in a state that was brought about, every correction that was
answered must be kept, and every cache must be sound. It ends with 1 where anything does not hold. The seed repeats the
choices, not the moments at which they fall.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from conftest import program
from test_remote import Server

import lathe

CACHE = "demo.lathe"
REPEATABLE = {"prepare", "split", "audit", "verify", "repair"}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def digest(batch: object) -> bytes:
    made = hashlib.blake2b(digest_size=8)
    for name in ("inputs", "labels", "tracks", "slices"):
        made.update(getattr(batch, name).tobytes())
    return made.digest()


def misfits(asked: dict[int, str], cancelled: set[int], known: dict[int, dict]) -> list[str]:
    """What is wrong with the jobs at the end: asked for by number and kind, and as the service knows them."""
    faults = []
    for number, kind in asked.items():
        job = known.get(number)
        if job is None:
            faults.append(f"job {number} is forgotten")
            continue
        was_killed = "signal 9" in (job["detail"] or "") or "killed" in (job["detail"] or "")
        fits = (
            job["state"] == "done"
            or (job["state"] == "failed" and (was_killed or job["exit_code"] == 1))
            or (job["state"] == "cancelled" and number in cancelled)
            or (job["state"] == "interrupted" and (kind not in REPEATABLE or job["starts"] == 3))
        )
        if not fits:
            faults.append(f"job {number}, {kind}: {job}")
    return faults


def lost_corrections(answered: set[str], overlay: dict) -> set[str]:
    """The flags that were answered and are not kept."""
    return answered - {one.get("flag") for one in overlay["corrections"]}


class Day:
    """The work and its account."""

    def __init__(self, root: Path, seconds: float, seed: int, pause: float, caches: int = 7, between_jobs: float = 0.4) -> None:
        self.root, self.seconds, self.pause = root, seconds, pause
        self.caches, self.between_jobs = caches, between_jobs
        self.random = random.Random(seed)
        self.port = free_port()
        self.server = Server(root, self.port)
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.jobs: dict[int, str] = {}
        self.cancelled: set[int] = set()
        self.corrections: set[str] = set()
        self.figures: list[tuple[int, int, int]] = []
        self._down = threading.Event()
        self._over = threading.Event()

    def run(self) -> None:
        work = (self._read_batches, self._ask, self._begin_jobs, self._correct, self._kill_jobs)
        threads = [threading.Thread(target=self._guarded, args=(one,)) for one in work]
        for thread in threads:
            thread.start()
        begun = time.monotonic()
        while time.monotonic() < begun + self.seconds / 2:
            time.sleep(self.pause * self.random.uniform(0.5, 1.5))
            self._restart(signal.SIGKILL if self.random.random() < 0.7 else signal.SIGTERM)
        # Where memory is let go in is not where it is at the beginning.
        time.sleep(self.seconds / 10)
        while time.monotonic() < begun + self.seconds:
            self._look()
            time.sleep(min(1, self.seconds / 50))
        self._over.set()
        for thread in threads:
            thread.join()
        self._settle()
        if self.server.end() != 0:
            self.faults.append("the server did not end well")

    def _guarded(self, work: object) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001: whatever it is, the account must name it
            self.faults.append(f"{work.__name__}: {type(error).__name__}: {error}")

    def _restart(self, how: int) -> None:
        self._down.set()
        code = self.server.end(how)
        if how == signal.SIGTERM and code != 0:
            self.faults.append(f"told to end, the server ended with {code}")
        self.counts["kills of the server" if how == signal.SIGKILL else "ends of the server"] += 1
        self.server = Server(self.root, self.port)
        self._down.clear()

    def _call(self, path: str, method: str = "GET", body: object = None) -> object:
        """An answer; None where the server is away at that moment."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server.url + path, data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        was_down, process = self._down.is_set(), self.server.process
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return json.loads(text) if text else {}
        except urllib.error.HTTPError as error:
            return {"status": error.code, **json.loads(error.read())}
        except OSError as error:
            if not (was_down or self._down.is_set() or process is not self.server.process):
                self.faults.append(f"{method} {path}: {error}")
            return None

    def _read_batches(self) -> None:
        options = {"batch_size": 7, "seed": 3, "epochs": 40}
        # A copy: what is prepared anew meanwhile must not change what is compared.
        with lathe.open(str(self.root / "still.lathe")) as cache:
            expected = [digest(batch) for batch in cache.loader("mel", **options)]
        while not self._over.is_set():
            try:
                remote = lathe.connect(f"http://127.0.0.1:{self.port}/still.lathe")
            except lathe.NotFoundError:
                # Whoever begins at that moment is told so; whoever has begun waits.
                time.sleep(0.1)
                continue
            loader = remote.loader("mel", **options)
            self.compare(loader, expected)
            loader.close()

    def compare(self, batches: Iterable[object], expected: list[bytes]) -> None:
        """Compares batches with the digests of those that they must be, until the work is over."""
        index = -1
        for index, batch in enumerate(batches):
            if index >= len(expected) or digest(batch) != expected[index]:
                self.faults.append(f"batch {index} is another one")
            self.counts["batches"] += 1
            if self._over.is_set():
                return
        if index + 1 != len(expected):
            self.faults.append(f"{index + 1} batches, not {len(expected)}")

    def _ask(self) -> None:
        base = f"/v1/caches/{CACHE}"
        paths = ["/healthz", "/v1/caches", base, f"{base}/collection", f"{base}/tracks?text=jazz"]
        paths += [f"{base}/tracks/jazz.00000/{what}" for what in (
            "peaks?samples=256", "slices?view=mel", "values?view=mel&slice=0")]
        while not self._over.wait(0.02):
            path = self.random.choice(paths)
            if path == "/healthz":
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(self.server.url + path, timeout=60).read()
                continue
            answer = self._call(path)
            if answer is not None:
                self.counts["answers"] += 1
                # A cache that is being made anew may be away for a moment, never half there.
                if answer.get("status", 200) >= 500:
                    self.faults.append(f"{path}: {answer}")

    def _begin_jobs(self) -> None:
        number = 0
        while not self._over.wait(self.between_jobs):
            number += 1
            kind, fields = self.random.choice(
                [
                    ("verify", {"cache": CACHE, "deep": "true"}),
                    ("audit", {"cache": CACHE}),
                    ("split", {"cache": CACHE, "seed": str(number % 5)}),
                    ("prepare", {"audio": "audio", "cache": CACHE}),
                    ("prepare", {"audio": "audio", "cache": f"new/{number % self.caches}"}),
                    ("export", {"form": "csv", "cache": CACHE, "view": "features", "output": f"{number}.csv"}),
                ]
            )
            answer = self._call("/v1/jobs", "POST", {"kind": kind, "fields": fields})
            if answer is None or answer.get("status") == 429:
                continue
            if "id" not in answer:
                self.faults.append(f"{kind}: {answer}")
                continue
            self.jobs[answer["id"]] = kind
            self.counts["jobs"] += 1
            if self.random.random() < 0.1 and self._call(f"/v1/jobs/{answer['id']}", "DELETE") is not None:
                self.cancelled.add(answer["id"])

    def _correct(self) -> None:
        number = 0
        while not self._over.wait(0.5):
            number += 1
            flag = f"flag {number}"
            body = {"track": "jazz.00001", "flag": flag, "author": "<b>\u202e day"}
            answer = self._call(f"/v1/caches/{CACHE}/overlay", "POST", body)
            if answer is not None and "place" in answer:
                self.corrections.add(flag)

    def _kill_jobs(self) -> None:
        while not self._over.wait(self.pause / 4):
            with contextlib.suppress(OSError):
                parent = str(self.server.process.pid)
                for status in Path("/proc").glob("[0-9]*/stat"):
                    fields = status.read_text().rsplit(")", 1)[1].split()
                    if fields[1] == parent:
                        os.kill(int(status.parent.name), signal.SIGKILL)
                        self.counts["kills of jobs"] += 1

    def _look(self) -> None:
        place = Path(f"/proc/{self.server.process.pid}")
        memory = next(
            int(line.split()[1]) << 10
            for line in (place / "status").read_text().splitlines() if line.startswith("RssAnon"))
        self.figures.append((memory, len(os.listdir(place / "fd")), len(os.listdir(place / "task"))))

    def _settle(self) -> None:
        end = time.monotonic() + 300
        while time.monotonic() < end:
            jobs = []
            while len(page := self._call(f"/v1/jobs?limit=1000&offset={len(jobs)}")["jobs"]):
                jobs += page
            if all(job["state"] not in ("queued", "running") for job in jobs):
                break
            time.sleep(0.2)
        known = {job["id"]: job for job in jobs}
        self.faults += misfits(self.jobs, self.cancelled, known)
        self.counts.update(f"jobs {known[number]['state']}" for number in self.jobs if number in known)
        overlay = self._call(f"/v1/caches/{CACHE}/overlay")
        if lost := lost_corrections(self.corrections, overlay):
            self.faults.append(f"{len(lost)} corrections are lost")
        self.counts["corrections"] = len(self.corrections)
        for cache in [self.root / CACHE, self.root / "still.lathe", *sorted((self.root / "new").glob("[0-9]"))]:
            # What was killed is finished by the next run, and then sound.
            for command in (
                ["prepare", self.root / "audio", "--cache", cache, "--progress", "none", "--yes"],
                ["verify", cache, "--deep"],
            ):
                if cache.name == "still.lathe" and command[0] == "prepare":
                    continue
                ran = subprocess.run([program(), *command], capture_output=True, text=True)
                if ran.returncode != 0:
                    self.faults.append(f"{cache.name}: {command[0]} ends with {ran.returncode}: {ran.stderr[-300:]}")
            self.counts["caches sound"] += 1

    def growth(self) -> list[str]:
        """What grew from the first quarter of the time of one server to the last; says so of each figure."""
        quarter = max(1, len(self.figures) // 4)
        lines = []
        for place, (name, room) in enumerate((("memory", 32 << 20), ("open files", 8), ("threads", 8))):
            first, last = (
                statistics.median(figure[place] for figure in part)
                for part in (self.figures[:quarter], self.figures[-quarter:])
            )
            peak = max(figure[place] for figure in self.figures)
            lines.append(f"{name}: {first:,.0f} at first, {last:,.0f} at last, {peak:,} at most")
            if last > 1.1 * first + room:
                self.faults.append(f"{name} grew from {first:,.0f} to {last:,.0f}")
        return lines


def prepared(folder: Path) -> Path:
    """A root with made-up music and its cache twice, of which jobs change one."""
    command = [program(), "demo", "--folder", folder / "demo", "--tracks", "2", "--seconds", "6", "--no-train"]
    subprocess.run(command, check=True, capture_output=True)
    root = next((folder / "demo").iterdir())
    subprocess.run(["cp", "-r", root / CACHE, root / "still.lathe"], check=True)
    return root


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=8, help="seconds between restarts")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    day = Day(prepared(options.folder), options.minutes * 60, options.seed, options.pause)
    day.run()
    for line in day.growth():
        print(line)
    print(", ".join(f"{name} {count:,}" for name, count in sorted(day.counts.items())))
    for fault in day.faults:
        print(fault, file=sys.stderr)
    return 1 if day.faults else 0


if __name__ == "__main__":
    sys.exit(main())
