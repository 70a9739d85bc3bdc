"""The command line of ``python -m lathe.distribute``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from ..errors import ConfigurationError, ErrorCode
from .arguments import threads
from .engines import Dask, Engine, Local, Ray
from .progress import STYLES
from .slurm import Slurm

_EPILOG = """\
Every engine prepares the same shards into the same folder, so that one may go on where another has stopped:
run it again and it does what is missing. --shards is for good: four for each worker is a fair number.
The folders have the same paths on all workers; where they mount them elsewhere, make links.

examples:
  python -m lathe.distribute music --cache music.lathe --shards 16 --local 4
  python -m lathe.distribute music --cache music.lathe --local 4            # goes on with what is missing
  python -m lathe.distribute music --cache music.lathe --shards 64 --scheduler tcp://10.0.0.1:8786
  python -m lathe.distribute music --cache music.lathe --shards 64 --ray auto
  python -m lathe.distribute music --cache music.lathe --shards 64 --slurm --sbatch=--partition=long
  python -m lathe.distribute music --cache music.lathe --shards 64 --local 2 -- --recipe mine.json --threads 4
  python -m lathe.distribute music --cache music.lathe --local 4 --renew    # after audio was added

exit status: 0 done (--slurm without --wait: submitted), 1 shards are missing or the merge failed, 2 usage, or arguments that are not
those that the cache was begun with, 3 done with tracks in quarantine, 130 interrupted.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigurationError(ErrorCode.CONFIGURATION, message)


class Chosen(argparse.Namespace):
    """What a command line chooses."""

    audio: str
    cache: str
    shards: int | None
    local: int | None
    scheduler: str | None
    ray: str | None
    threads: int | None
    retries: int
    renew: bool
    merge: bool
    accept_quarantine: bool
    progress: str
    arguments: list[str]
    slurm: Slurm | None

    def engine(self) -> Engine:
        """What runs the shards.

        :raises LatheError: where it does not answer or is not installed.
        """
        if self.scheduler is not None:
            return Dask(self.scheduler)
        if self.ray is not None:
            return Ray(self.ray, threads(self.arguments) or 1)
        return Local(self.local or 1)


def parser() -> argparse.ArgumentParser:
    """The command line; errors are :class:`lathe.ConfigurationError`."""
    made = _Parser(
        prog="python -m lathe.distribute",
        usage="python -m lathe.distribute AUDIO --cache FOLDER [--shards N] [ENGINE] [options] [-- options of lathe"
        " prepare]",
        description="Prepares one cache on many workers, each of which runs 'lathe prepare --shard', and merges it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = made.add_argument
    add("audio", metavar="AUDIO", help="the folder of audio: one folder a label")
    add("--cache", metavar="FOLDER", required=True, help="the cache; made where there is none")
    add(
        "--shards",
        type=int,
        metavar="N",
        help="into how many shards the cache is divided (default: as it is divided already)",
    )
    engines = made.add_argument_group(
        "engine", "one of them; --local 1 if none is given"
    ).add_mutually_exclusive_group()
    add = engines.add_argument
    add(
        "--local",
        type=int,
        metavar="N",
        help="so many programs at once on this machine, which share its cores",
    )
    add(
        "--scheduler",
        metavar="ADDRESS",
        help="the workers of a Dask scheduler: one program for each of their threads",
    )
    add(
        "--ray",
        metavar="ADDRESS",
        help="a Ray cluster: auto for the one that this machine belongs to, ray://HOST:10001",
    )
    add(
        "--slurm",
        action="store_true",
        help="write and submit an array job, and a job that merges when all of it is done; then end",
    )
    add = made.add_argument_group("SLURM").add_argument
    add(
        "--jobs",
        metavar="FOLDER",
        help="where the scripts and logs of the jobs lie (default: CACHE.slurm, beside the cache)",
    )
    add(
        "--sbatch",
        action="append",
        default=[],
        metavar="OPTION",
        help="an option of sbatch for both jobs, such as --sbatch=--partition=long; may be given several times",
    )
    add("--no-submit", action="store_true", help="write the scripts and print how to submit them")
    add(
        "--wait",
        action="store_true",
        help="stay until the jobs have ended, and show how far they have come",
    )
    add = made.add_argument_group("work").add_argument
    add(
        "--retries",
        type=int,
        default=3,
        metavar="N",
        help="how often a shard is tried again whose worker died or failed (3)",
    )
    add(
        "--renew",
        action="store_true",
        help="pin the plan anew and go through all shards, after audio was added, changed or removed, or with other"
        " options of lathe prepare; what still holds is kept. Nothing else may be at work on the cache",
    )
    add(
        "--no-merge", dest="merge", action="store_false", help="leave 'lathe merge' to be run later"
    )
    add(
        "--accept-quarantine", action="store_true", help="end with 0 where tracks are in quarantine"
    )
    add(
        "--progress",
        choices=STYLES,
        default="auto",
        help="a bar on a terminal and lines elsewhere (auto), plain, json (a line an event), or none",
    )
    return made


def chosen(arguments: Sequence[str]) -> Chosen:
    """What a command line chooses.

    :raises ConfigurationError: for what cannot be, which it names.
    """
    words = list(arguments)
    own, passed = words, []
    if "--" in words:
        cut = words.index("--")
        own, passed = words[:cut], words[cut + 1 :]
    made = parser().parse_args(own, Chosen())
    made.arguments = passed
    if made.local is not None and not 1 <= made.local <= 1024:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, f"--local {made.local}: give 1 to 1024 programs"
        )
    if not made.audio or not made.cache:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, "an empty path: give the folder of audio and --cache a folder"
        )
    if made.slurm:
        made.slurm = Slurm(
            made.audio,
            made.cache,
            shards=made.shards,
            arguments=passed,
            retries=made.retries,
            folder=made.jobs,
            options=made.sbatch,
            merge=made.merge,
            renew=made.renew,
            submits=not made.no_submit,
            waits=made.wait,
        )
        if made.no_submit and made.wait:
            raise ConfigurationError(
                ErrorCode.CONFIGURATION, "--wait and --no-submit exclude each other"
            )
    else:
        made.slurm = None
        for name, given in (
            ("--jobs", made.jobs),
            ("--sbatch", made.sbatch),
            ("--no-submit", made.no_submit),
            ("--wait", made.wait),
        ):
            if given:
                raise ConfigurationError(ErrorCode.CONFIGURATION, f"{name} is for --slurm")
    return made
