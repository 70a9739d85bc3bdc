"""Has each shard tried until it is done, a bounded number of times."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait

from ..errors import ConfigurationError, ErrorCode, LatheError
from .engines import Engine
from .progress import Progress
from .shards import FAILED, USAGE, Outcome, Task

#: So many shards that are given up before any is done are the end of all: whatever it is, it is not one shard's.
HOPELESS = 3


class Tries:
    """The tries at all shards of a distribution.

    :ivar given_up: shards that failed in all their tries, with the reason of the last.
    """

    def __init__(self, engine: Engine, template: Task, retries: int, progress: Progress) -> None:
        self.engine = engine
        self.template = template
        self.retries = retries
        self.progress = progress
        self.given_up: dict[int, str] = {}
        self.done: list[Outcome] = []
        self._failures: dict[int, int] = {}
        self._due: list[tuple[float, int]] = []
        self._futures: dict[Future[Outcome], int] = {}
        self._end: Exception | None = None

    def run(self, shards: Iterable[int]) -> None:
        """Prepares shards.

        :raises ConfigurationError: where the program says that its arguments do not fit, which no second try mends;
            the others are stopped.
        :raises LatheError: where nothing comes of any shard.
        :raises KeyboardInterrupt: when what ran has ended.
        """
        self._due = [(0.0, shard) for shard in shards]
        try:
            while self._end is None and (self._due or self._futures):
                self._step()
        except KeyboardInterrupt:
            self.progress.say("stopping after the tracks at work; once more to stop at once")
            self._stop(signal.SIGINT)
            raise
        if self._end is not None:
            raise self._end

    def _step(self) -> None:
        now = time.monotonic()
        for entry in [entry for entry in self._due if entry[0] <= now]:
            self._due.remove(entry)
            self._submit(entry[1])
        if self._futures:
            ended, _ = wait(self._futures, timeout=0.1, return_when=FIRST_COMPLETED)
        else:
            ended = set()
            time.sleep(0.05)
        for future in ended:
            shard = self._futures.pop(future)
            self._take(shard, future)
            if self._end is not None:
                self._stop(signal.SIGINT)
                return
        self.progress.advance()

    def _submit(self, shard: int) -> None:
        task = Task(**{**self.template.__dict__, "shard": shard})
        self._futures[self.engine.submit(task, self.progress.hear)] = shard

    def _take(self, shard: int, future: Future[Outcome]) -> None:
        try:
            outcome = future.result()
        except LatheError as problem:
            outcome = _failure(shard, str(problem))
        except (Exception, CancelledError) as problem:  # noqa: BLE001
            # What an engine says when a worker died in the middle, each in its own words.
            outcome = _failure(shard, f"the worker was lost ({type(problem).__name__}: {problem})")
        if outcome.is_done:
            self.done.append(outcome)
            self.progress.end_shard(outcome)
        elif outcome.status == USAGE:
            self._end = ConfigurationError(
                ErrorCode.CONFIGURATION,
                f"{outcome.reason} (--renew pins another plan; lathe prepare's own options follow --)",
            )
        else:
            self._fail(outcome)

    def _fail(self, outcome: Outcome) -> None:
        shard = outcome.shard
        failures = self._failures[shard] = self._failures.get(shard, 0) + 1
        tries_left = max(0, self.retries + 1 - failures)
        self.progress.fail(shard, outcome.reason, outcome.host, tries_left)
        if tries_left:
            # A program that was killed says nothing against the next; one that failed may want time: a shard that
            # another one holds, a disk that is being cleared.
            pause = min(30.0, 2.0 ** (failures - 1)) if outcome.status == FAILED else 0.0
            self._due.append((time.monotonic() + pause, shard))
            return
        self.given_up[shard] = outcome.reason
        if not self.done and len(self.given_up) >= HOPELESS:
            self._end = LatheError(
                ErrorCode.SYSTEM, f"no shard could be prepared: {outcome.reason}"
            )

    def _stop(self, number: int) -> None:
        """Ends what runs, and waits for that; asked again while it waits, it ends it at once."""
        try:
            for future in self._futures:
                future.cancel()
            self.engine.interrupt(number)
            wait([future for future in self._futures if not future.cancelled()])
        except KeyboardInterrupt:
            self.engine.interrupt(signal.SIGKILL)
            wait([future for future in self._futures if not future.cancelled()], timeout=10)


def _failure(shard: int, message: str) -> Outcome:
    return Outcome(shard, FAILED, message, "its worker", 0.0)
