"""Ray as an executor of ``concurrent.futures``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

import ray

Result = TypeVar("Result")


class RayExecutor(Executor):
    """Runs each call as a task of a Ray cluster.

    :param address: as ``ray.init`` takes it: ``auto`` for the cluster that this machine belongs to, ``local`` for a
        new one on this machine, ``ray://HOST:10001`` for another.
    :param processors: of a call.
    """

    def __init__(self, address: str, processors: int = 1) -> None:
        self._begun = not ray.is_initialized()
        if self._begun:
            ray.init(address=address, log_to_driver=False, configure_logging=False)
        self._remote: Any = ray.remote(num_cpus=processors, max_retries=0)(_call)
        self._references: dict[Future[Any], Any] = {}
        self._lock = threading.Lock()

    def submit(
        self, function: Callable[..., Result], /, *arguments: Any, **named: Any
    ) -> Future[Result]:
        reference = self._remote.remote(function, arguments, named)
        future: Future[Result] = reference.future()
        with self._lock:
            self._references[future] = reference
        future.add_done_callback(self._forget)
        return future

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._references.pop(future, None)

    def interrupt(self, force: bool = False) -> None:
        """Raises ``KeyboardInterrupt`` in the calls that run, or kills their processes; those that wait never
        run."""
        with self._lock:
            references = list(self._references.values())
        for reference in references:
            ray.cancel(reference, force=force)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            self.interrupt()
        if self._begun:
            ray.shutdown()


def _call(function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    return function(*arguments, **named)
