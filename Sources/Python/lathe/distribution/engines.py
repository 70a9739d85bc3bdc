"""What runs the shards: threads of this process, Dask, Ray, or any executor that is given."""

from __future__ import annotations

import os
import signal
import uuid
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, Protocol

from ..errors import ConfigurationError, ErrorCode, LatheError
from . import shards
from .shards import Listener, Outcome, Task


class Engine(Protocol):
    """Takes shards and has them prepared.

    :ivar name: what a person calls it.
    :ivar run: the name of this distribution, which tasks carry.
    :ivar threads: how many ``lathe prepare`` is to use on a worker where nothing is said; None for its own choice.
    """

    name: str
    run: str
    threads: int | None

    def submit(self, task: Task, listener: Listener) -> Future[Outcome]:
        """Has a shard prepared; the listener hears its progress in any thread, or nothing where the engine has none."""

    def interrupt(self, number: int) -> None:
        """Sends a signal to all programs that run."""

    def close(self) -> None:
        """Ends what this made."""


class Given:
    """An executor that the caller has made and will shut down.

    Of one of threads the programs' progress is heard, and they can be interrupted. Processes of another kind get Ctrl-C
    on a terminal by themselves.
    """

    threads: int | None = None

    def __init__(self, executor: Executor, name: str | None = None) -> None:
        self.executor = executor
        self.name = name or type(executor).__name__
        self.run = uuid.uuid4().hex
        self.hears = isinstance(executor, ThreadPoolExecutor)

    def submit(self, task: Task, listener: Listener) -> Future[Outcome]:
        if self.hears:
            return self.executor.submit(shards.prepare_shard, task, listener)
        return self.executor.submit(shards.prepare_shard, task)

    def interrupt(self, number: int) -> None:
        shards.interrupt(self.run, number)

    def close(self) -> None:
        """Leaves the executor to the caller."""


class Local(Given):
    """So many programs at once on this machine, which share its cores."""

    def __init__(self, workers: int) -> None:
        super().__init__(ThreadPoolExecutor(workers), f"{workers} on this machine")
        self.threads = max(1, len(os.sched_getaffinity(0)) // workers)

    def close(self) -> None:
        self.executor.shutdown(cancel_futures=True)


class Dask(Given):
    """The workers of a Dask scheduler: one program, with one thread, for each thread of theirs."""

    threads: int | None = 1

    def __init__(self, scheduler: str) -> None:
        try:
            import distributed as dask
        except ModuleNotFoundError as cause:
            raise _not_installed("distributed", "dask") from cause
        try:
            # Its functions have no types.
            distributed: Any = dask
            self.client = distributed.Client(scheduler, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as cause:
            raise LatheError(
                ErrorCode.SYSTEM, f"the Dask scheduler {scheduler} does not answer: {cause}"
            ) from cause
        # Each try is a task of its own, although its arguments are those of the one before.
        super().__init__(self.client.get_executor(pure=False), f"Dask at {scheduler}")
        self.listener: Listener | None = None
        self.client.subscribe_topic(self.run, self._hear)

    def submit(self, task: Task, listener: Listener) -> Future[Outcome]:
        self.listener = listener
        return self.executor.submit(_prepare_under_dask, task)

    def _hear(self, event: tuple[Any, Any]) -> None:
        if self.listener is not None:
            self.listener(*event[1])

    def interrupt(self, number: int) -> None:
        # A task that runs on a worker is not ended by being cancelled.
        self.client.run(shards.interrupt, self.run, number, on_error="ignore")

    def close(self) -> None:
        self.client.unsubscribe_topic(self.run)
        self.client.close()


def _prepare_under_dask(task: Task) -> Outcome:
    from distributed import get_worker

    worker = get_worker()

    def report(shard: int, event: dict[str, Any]) -> None:
        if event.get("event") in ("began", "advanced"):
            worker.log_event(task.run, [shard, event])

    return shards.prepare_shard(task, report)


class Ray(Given):
    """The nodes of a Ray cluster: a program is a task of so many of its processors as it has threads."""

    def __init__(self, address: str, threads: int = 1) -> None:
        try:
            from .ray_executor import RayExecutor
        except ModuleNotFoundError as cause:
            raise _not_installed("ray", "ray") from cause
        try:
            self.ray = RayExecutor(address, threads)
        except (ConnectionError, RuntimeError, ValueError) as cause:
            raise LatheError(
                ErrorCode.SYSTEM, f"Ray at {address} does not answer: {cause}"
            ) from cause
        super().__init__(self.ray, f"Ray at {address}")
        self.threads = threads

    def interrupt(self, number: int) -> None:
        self.ray.interrupt(force=number == signal.SIGKILL)

    def close(self) -> None:
        self.ray.shutdown(cancel_futures=True)


def _not_installed(package: str, extra: str) -> ConfigurationError:
    return ConfigurationError(
        ErrorCode.CONFIGURATION, f"{package} is not installed: pip install 'lathe[{extra}]'"
    )
