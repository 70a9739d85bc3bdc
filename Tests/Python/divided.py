"""Made-up music for tests of caches in shards, and a program that does at some shards what a test says."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import program

# Before a test has another in its place.
PROGRAM = program()


def lathe_program(*arguments: object) -> str:
    """What the program prints."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def digest(cache: object) -> str:
    return lathe_program("inspect", cache, "--digest").split()[0]


class Scripted:
    """A stand-in for the program, which ``LATHE_PROGRAM`` names: it notes the shards that it is started with, does for
    some what a shell script says, and is the program for the others, and whenever the script does not end it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.path = folder / "lathe"
        self.log = folder / "started"
        self.log.touch()
        self.real = PROGRAM
        monkeypatch.setenv("LATHE_PROGRAM", str(self.path))
        self.at()

    def at(self, **scripts: str) -> None:
        """What to do at shards, by names such as ``s1``: in it, ``$log`` is a file to note things in and ``first``
        succeeds once."""
        cases = "\n".join(f"  {name[1:]}/*) {script} ;;" for name, script in scripts.items())
        self.path.write_text(
            f"""#!/bin/bash
before= shard=
for word; do [ "$before" = --shard ] && shard=$word; before=$word; done
real={shlex.quote(self.real)} log={shlex.quote(str(self.folder / "noted"))}
first() {{ mkdir "$log.$1" 2>/dev/null; }}
[ -n "$shard" ] && echo "$shard" >> {shlex.quote(str(self.log))}
case $shard in
{cases}
  none) ;;
esac
exec "$real" "$@"
"""
        )
        self.path.chmod(0o755)

    @property
    def started(self) -> list[str]:
        """The shards that it was started with, in order."""
        return self.log.read_text().split()

    @property
    def noted(self) -> list[str]:
        path = self.folder / "noted"
        return path.read_text().split() if path.exists() else []


def waited(condition: Callable[[], object], seconds: float = 30) -> object:
    """What a condition comes to, once it is something."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
    return value


def is_alive(process: int) -> bool:
    """Whether a process runs; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
