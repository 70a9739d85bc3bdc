"""What is known of a divided cache: how many shards it has, which are missing, what they came to."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from ..errors import ConfigurationError, ErrorCode, LatheError
from .program import program
from .shards import USAGE


def number_of_shards(cache: str) -> int | None:
    """How many shards ``plan.json`` pins; None where there is none.

    :raises LatheError: where it cannot be read.
    """
    path = os.path.join(cache, "plan.json")
    try:
        with open(path, encoding="utf-8") as file:
            return int(json.load(file)["shards"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise LatheError(ErrorCode.SYSTEM, f"{path} cannot be read: {cause}") from cause


def agreed_number(cache: str, shards: int | None) -> int:
    """The number of shards that is asked for, and that the cache has if it is divided already.

    :raises ConfigurationError: where the two differ, or neither is known.
    """
    pinned = number_of_shards(cache)
    if shards is None and pinned is None:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            f"{cache} is not divided yet: give --shards, such as four for each worker",
        )
    if shards is not None and not 1 <= shards <= 4096:
        raise ConfigurationError(ErrorCode.CONFIGURATION, f"--shards {shards}: give 1 to 4096")
    if shards is not None and pinned is not None and pinned != shards:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            f"--shards {shards}: the plan.json of {cache} pins {pinned}; leave out --shards, or give "
            "another folder",
        )
    return shards or pinned or 1


def missing(cache: str, shards: int) -> list[int]:
    """The numbers of the shards that are not done by the plan, as ``lathe merge --missing`` lists them.

    :raises LatheError: what the program says.
    """
    if number_of_shards(cache) is None:
        return list(range(shards))
    done = _lathe("merge", cache, "--missing", "--json")
    if done.returncode != 0:
        raise _error(done)
    return list(map(int, json.loads(done.stdout)["missing"]))


def forget(cache: str) -> None:
    """Removes ``plan.json``, so that the next shard pins another; what was computed stays."""
    if os.path.exists(os.path.join(cache, "plan.json")):
        os.remove(os.path.join(cache, "plan.json"))


def merge(cache: str) -> tuple[int, dict[str, Any]]:
    """Makes the whole of the shards.

    :returns: the program's exit status, 0 or 3, and what ``lathe merge --json`` says.
    :raises LatheError: what the program says.
    """
    done = _lathe("merge", cache, "--json")
    if done.returncode not in (0, 3):
        raise _error(done)
    return done.returncode, json.loads(done.stdout)


def array_expression(numbers: list[int]) -> str:
    """Ascending numbers as schedulers take the tasks of an array: ``7,19-21``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] + 1 == number:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _lathe(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _error(done: subprocess.CompletedProcess[str]) -> LatheError:
    message = done.stderr.strip().removeprefix("lathe: ") or f"lathe ended with {done.returncode}"
    if done.returncode == USAGE:
        return ConfigurationError(ErrorCode.CONFIGURATION, message)
    return LatheError(ErrorCode.SYSTEM, message)
