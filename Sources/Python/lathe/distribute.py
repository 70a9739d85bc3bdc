"""Prepares one cache on many workers: threads of this machine, Dask, Ray, SLURM, or any executor.

::

    python -m lathe.distribute music --cache music.lathe --shards 16 --local 4
    python -m lathe.distribute --help

or from Python::

    from concurrent.futures import ThreadPoolExecutor
    import lathe.distribute

    with ThreadPoolExecutor(4) as executor:
        summary = lathe.distribute.prepare("music", "music.lathe", shards=16, executor=executor)

Each shard is prepared by the program ``lathe`` (``lathe prepare --shard I/N``), whose contract does all the rest: a
shard whose worker died is begun again, two workers never write one shard, and the merged content is that of one
process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from typing import Any

from .distribution import plan
from .distribution.arguments import check, gives
from .distribution.engines import Engine, Given, Local
from .distribution.progress import Progress, duration, merged_lines
from .distribution.shards import DONE, FAILED, INTERRUPTED, QUARANTINED, USAGE, Task
from .distribution.tries import Tries
from .errors import ConfigurationError, ErrorCode, LatheError

__all__ = ["ShardsMissingError", "Summary", "prepare"]


@dataclass(frozen=True)
class Summary:
    """What a distribution came to.

    :ivar shards: how many the cache has.
    :ivar prepared: those that were prepared now; the others were done before.
    :ivar retries: tries that failed and were followed by another.
    :ivar tracks: in the shards that were prepared now.
    :ivar quarantined: tracks in quarantine among them.
    :ivar given_up: the shards that failed in all tries, with the reason of the last.
    :ivar seconds: from begin to end.
    :ivar merged: what ``lathe merge --json`` says, None where shards are missing or no merge is asked for.
    """

    shards: int
    prepared: int
    retries: int
    tracks: int
    quarantined: int
    seconds: float
    given_up: dict[int, str] = field(default_factory=dict)
    merged: dict[str, Any] | None = None

    @property
    def has_quarantine(self) -> bool:
        """Whether tracks of the cache are in quarantine, as far as is known."""
        return bool(self.quarantined or (self.merged or {}).get("quarantine"))


class ShardsMissingError(LatheError):
    """Some shards could not be prepared; the others are, and another run does only these.

    :ivar summary: what was done.
    """

    def __init__(self, message: str, summary: Summary) -> None:
        super().__init__(ErrorCode.SYSTEM, message)
        self.summary = summary


def prepare(
    audio: str | os.PathLike[str],
    cache: str | os.PathLike[str],
    *,
    shards: int | None = None,
    executor: Executor | Engine | None = None,
    arguments: Sequence[str] = (),
    retries: int = 3,
    renew: bool = False,
    merge: bool = True,
    progress: Progress | str = "none",
) -> Summary:
    """Prepares all shards of a cache that are not done, each where the executor runs it, and merges them.

    The folders have the same paths on all workers, and are seen from here, too. Where all shards are done, one is
    prepared again, which does nothing but notice other arguments or another collection.

    :param audio: the folder of audio, as ``lathe prepare`` takes it.
    :param cache: the folder of the cache; made where there is none.
    :param shards: how many there are, 1 to 4096; may be left out where the cache is divided already.
    :param executor: what runs the shards, which is not shut down: of ``concurrent.futures``, Dask's
        ``client.get_executor(pure=False)``, or an engine of :mod:`lathe.distribution.engines`. If None, one shard after
        the other is prepared in this process's stead, with all cores.
    :param arguments: more of ``lathe prepare``, such as ``["--recipe", "gtzan", "--threads", "4"]``.
    :param retries: how often a shard that failed is tried again.
    :param renew: pin the plan anew, from the audio and arguments of now, and go through all shards; what was computed
        and still holds is kept. No other process may be at work on the cache.
    :param merge: whether to merge in the end.
    :param progress: ``none``, ``auto``, ``plain`` or ``json``.
    :returns: what came of it; tracks in quarantine are no error.
    :raises ConfigurationError: where arguments do not fit together, or are not those that ``plan.json`` pins.
    :raises ShardsMissingError: where shards failed in all their tries.
    :raises LatheError: where nothing could be done, or the merge fails.
    :raises KeyboardInterrupt: when it is interrupted and what ran has ended; what is done is kept.
    """
    audio, cache = (os.path.abspath(os.fspath(path)) for path in (audio, cache))
    check(audio, arguments, retries)
    report = progress if isinstance(progress, Progress) else Progress(progress)
    engine, is_own = _engine(executor)
    try:
        number = plan.agreed_number(cache, shards)
        if renew:
            plan.forget(cache)
        missing = plan.missing(cache, number)
        report.begin(number, missing, engine.name)
        words = tuple(arguments)
        if engine.threads is not None and not gives(words, "--threads"):
            words = ("--threads", str(engine.threads), *words)
        tries = Tries(engine, Task(engine.run, audio, cache, 0, number, words), retries, report)
        tries.run(missing or [0])
    finally:
        if is_own:
            engine.close()
    if missing:
        report.advance(is_last=True)

    def summary(merged: dict[str, Any] | None = None) -> Summary:
        return Summary(
            number,
            len(tries.done) if missing else 0,
            report.retries,
            report.tracks if missing else 0,
            report.quarantined,
            report.seconds,
            tries.given_up,
            merged,
        )

    if tries.given_up:
        numbers = sorted(tries.given_up)
        raise ShardsMissingError(
            f"shards {plan.array_expression(numbers)} could not be prepared: "
            f"{tries.given_up[numbers[0]]}; run the same again when that is mended: it does only these",
            summary(),
        )
    if not merge:
        return summary()
    report.say("merging")
    return summary(plan.merge(cache)[1])


def _engine(executor: Executor | Engine | None) -> tuple[Engine, bool]:
    """An engine, and whether it was made here."""
    if executor is None:
        return Local(1), True
    if isinstance(executor, Executor):
        return Given(executor), False
    return executor, False


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line; the exit status that ``--help`` explains."""
    import signal

    from .distribution import command_line

    # Whoever ends this process wants its programs to end, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    report = Progress("none")
    try:
        chosen = command_line.chosen(sys.argv[1:] if arguments is None else arguments)
        report = Progress(chosen.progress)
        if chosen.slurm is not None:
            merged = chosen.slurm.submit(report) or {}
            is_clean = chosen.accept_quarantine or not merged.get("quarantine")
            return DONE if is_clean else QUARANTINED
        engine = chosen.engine()
        try:
            summary = prepare(
                chosen.audio,
                chosen.cache,
                shards=chosen.shards,
                executor=engine,
                arguments=chosen.arguments,
                retries=chosen.retries,
                renew=chosen.renew,
                merge=chosen.merge,
                progress=report,
            )
        finally:
            engine.close()
    except KeyboardInterrupt:
        return _end(
            report, INTERRUPTED, "interrupted; what is done is kept, and the same command goes on"
        )
    except ConfigurationError as problem:
        return _end(report, USAGE, str(problem))
    except LatheError as problem:
        return _end(report, FAILED, str(problem))
    _show(report, summary, chosen.cache)
    return QUARANTINED if summary.has_quarantine and not chosen.accept_quarantine else DONE


def _end(report: Progress, status: int, message: str) -> int:
    report.end_in_failure(message)
    print(f"lathe.distribute: {message}", file=sys.stderr)
    return status


def _show(report: Progress, summary: Summary, cache: str) -> None:
    lines = merged_lines(cache, summary.merged) if summary.merged else []
    before = summary.shards - summary.prepared
    lines.append(
        f"{summary.prepared} shards prepared, {before} done already, {summary.retries} tried again; "
        f"{duration(summary.seconds)} wall"
    )
    if summary.merged is None:
        lines.append(f"to make one cache of them: lathe merge {cache}")
    report.finish(asdict(summary), lines)


if __name__ == "__main__":
    sys.exit(main())
