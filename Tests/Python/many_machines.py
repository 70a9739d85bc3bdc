"""The acceptance test of caches in shards: workers that are killed at random moments and started again, two workers on
one shard at once, other numbers of threads and scratch folders change nothing of what comes of it.

    LATHE_PROGRAM=.build/release/lathe python Tests/Python/many_machines.py AUDIO_DIR --shards 1,2,7,64 --kills 100

kills `lathe prepare --shard` with SIGKILL at least so often for each number of shards, and `lathe merge` some times, too,
merges, and compares the digest with that of one process; then `lathe verify` must find nothing. Where a cache is done
before there were so many kills, another is made. It ends with 1 where anything differs. The seed repeats the choices, not the moments at which they fall.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path

KILLED = -9


@dataclass
class Account:
    """What was done to a cache."""

    shards: int
    caches: int = 0
    starts: int = 0
    kills: int = 0
    kills_of_merges: int = 0
    pairs: int = 0
    refusals: int = 0
    seconds: float = 0.0

    def add(self, other: Account) -> None:
        """Takes what was done to another one of as many shards in, too."""
        for field in fields(self):
            if field.name != "shards":
                setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


class Campaign:
    """One cache, prepared by workers that die.

    :param kills: how many workers to kill; one that has ended before its moment does not count.
    :param workers: how many are at work at once.
    """

    def __init__(
        self, program: str, audio: str, cache: str, shards: int, kills: int, seed: str, workers: int
    ) -> None:
        self.program, self.audio, self.cache = program, audio, cache
        self.account = Account(shards, caches=1)
        self._kills_left = kills
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._workers = workers
        self._scratch = f"{cache}.scratch"
        Path(self._scratch).mkdir(parents=True)
        self._waiting = list(range(shards))
        self._random.shuffle(self._waiting)
        self._problems: list[str] = []

    def run(self) -> Account:
        """Prepares all shards and merges them.

        :raises AssertionError: where a worker fails otherwise than by being killed or refused.
        """
        begun = time.monotonic()
        with ThreadPoolExecutor(self._workers) as workers:
            list(workers.map(lambda _: self._work(), range(self._workers)))
        for _ in range(3):
            self._kill_merge()
        assert not self._problems, self._problems[0]
        self._lathe("merge", self.cache, "--accept-quarantine")
        self.account.seconds = round(time.monotonic() - begun, 1)
        return self.account

    def _work(self) -> None:
        while not self._problems:
            with self._lock:
                if not self._waiting:
                    return
                shard = self._waiting.pop()
                is_pair = self._random.random() < 0.2
            if is_pair:
                self._pair(shard)
            if not self._try(shard):
                with self._lock:
                    self._waiting.insert(self._random.randint(0, len(self._waiting)), shard)

    def _pair(self, shard: int) -> None:
        """Two workers on one shard at once."""
        with self._lock:
            self.account.pairs += 1
        second = threading.Thread(target=self._try, args=(shard,))
        second.start()
        self._try(shard)
        second.join()

    def _try(self, shard: int) -> bool:
        """Begins a shard, and perhaps kills its worker; whether it is done."""
        with self._lock:
            self.account.starts += 1
            threads = self._random.choice([1, 1, 2, 3, 4])
            is_to_be_killed = self._kills_left > 0 and self._random.random() < 0.9
            self._kills_left -= is_to_be_killed
            # At the start, while tracks are written, or now and then around the last step.
            lines = self._random.choice([0, 0, 1, 2, 3, 4, 5, 6, 7, 10**6])
            place = ["--scratch", self._scratch] if self._random.random() < 0.15 else []
            pause = self._random.uniform(0, 0.4 if lines == 0 else 0.06)
        command = [
            self.program, "prepare", self.audio, "--cache", self.cache,
            "--shard", f"{shard}/{self.account.shards}", "--threads", str(threads),
            "--accept-quarantine", "--progress", "json", *place,
        ]  # fmt: skip
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if is_to_be_killed:
            self._kill(process, lines, pause)
        _, errors = process.communicate()
        with self._lock:
            if process.returncode == KILLED:
                self.account.kills += 1
                return False
            # It has ended before its moment.
            self._kills_left += is_to_be_killed
            if process.returncode == 1 and "is writing to it" in errors:
                self.account.refusals += 1
            elif process.returncode != 0:
                self._problems.append(f"shard {shard} ended with {process.returncode}: {errors}")
        return process.returncode == 0

    @staticmethod
    def _kill(process: subprocess.Popen[str], lines: int, pause: float) -> None:
        """After so many lines of progress, or the last that is to come before a shard is done, and a pause."""
        assert process.stdout is not None
        for number, line in enumerate(process.stdout if lines else ()):
            value = json.loads(line)["value"]
            # The last line before its last steps: all tracks are there, or were.
            is_last = value.get("pending") == 0 or value.get("done", -1) == value.get("total")
            if number >= lines or is_last:
                break
        time.sleep(pause)
        process.kill()

    def _kill_merge(self) -> None:
        process = subprocess.Popen(
            [self.program, "merge", self.cache],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(self._random.uniform(0, 0.5))
        process.kill()
        if process.wait() == KILLED:
            self.account.kills_of_merges += 1

    def _lathe(self, *arguments: str) -> str:
        return lathe(self.program, *arguments)


def lathe(program: str, *arguments: str) -> str:
    """What the program prints.

    :raises AssertionError: where it fails.
    """
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"lathe {' '.join(arguments)}: {done.stderr}{done.stdout}"
    return done.stdout


def check(
    program: str,
    audio: str,
    folder: Path,
    numbers: list[int],
    kills: int,
    seed: int = 1,
    workers: int = 2,
    say: Callable[[str], None] = lambda line: None,
) -> list[Account]:
    """Prepares a collection in one process, and for each number of shards by workers that die.

    :raises AssertionError: where the content differs, or a cache is not sound.
    """
    one = str(folder / "one")
    lathe(program, "prepare", audio, "--cache", one, "--accept-quarantine", "--progress", "none")
    wanted = lathe(program, "inspect", one, "--digest")
    say(f"one process: {wanted.strip()}")
    accounts = []
    for shards in numbers:
        total = Account(shards)
        while total.kills < kills:
            cache = folder / f"shards-{shards}"
            name = f"{seed}/{shards}/{total.caches}"
            left = kills - total.kills
            total.add(Campaign(program, audio, str(cache), shards, left, name, workers).run())
            found = lathe(program, "inspect", str(cache), "--digest")
            assert found == wanted, f"{name}: {found} is not {wanted}"
            lathe(program, "verify", str(cache), "--deep")
            shutil.rmtree(cache)
            # What killed workers have left of what they had not brought to its place.
            shutil.rmtree(f"{cache}.scratch")
        say(json.dumps(asdict(total)))
        accounts.append(total)
    return accounts


def main() -> int:
    from conftest import program

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("audio", help="the folder of audio")
    parser.add_argument("--shards", default="1,2,7,64", help="numbers of shards (1,2,7,64)")
    parser.add_argument(
        "--kills", type=int, default=100, help="at least, for each number of shards (100)"
    )
    parser.add_argument("--workers", type=int, default=2, help="at once (2)")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    numbers = [int(number) for number in chosen.shards.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        try:
            accounts = check(
                program(), chosen.audio, Path(folder), numbers, chosen.kills, chosen.seed,
                chosen.workers, lambda line: print(line, flush=True),
            )  # fmt: skip
        except AssertionError as problem:
            print(problem, file=sys.stderr)
            return 1
    kills = sum(account.kills for account in accounts)
    merges = sum(account.kills_of_merges for account in accounts)
    print(f"{kills} workers and {merges} merges killed, and every digest is that of one process")
    return 0


if __name__ == "__main__":
    sys.exit(main())
