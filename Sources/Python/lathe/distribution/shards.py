"""One shard, prepared by the program ``lathe``: what a worker of any engine runs.

Everything here is imported and run on the worker, so a task and its outcome are values that can be pickled.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from .program import DiesWithThread, program, signal_name

#: The program's exit statuses.
DONE, FAILED, USAGE, QUARANTINED, INTERRUPTED = 0, 1, 2, 3, 130

#: Takes a shard's number and an event of ``lathe prepare --progress json``.
Listener = Callable[[int, dict[str, Any]], None]


@dataclass(frozen=True)
class Task:
    """A shard to prepare.

    :ivar run: the name of the distribution that it belongs to.
    :ivar arguments: of ``lathe prepare``, besides those that follow from the other fields.
    """

    run: str
    audio: str
    cache: str
    shard: int
    shards: int
    arguments: tuple[str, ...] = ()

    def command(self) -> list[str]:
        """The command line."""
        return [
            program(), "prepare", self.audio, "--cache", self.cache,
            "--shard", f"{self.shard}/{self.shards}", "--progress", "json", *self.arguments,
        ]  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """How a try at a shard ended.

    :ivar status: the program's exit status; negative for the signal that killed it.
    :ivar message: what it said last, empty where it said nothing.
    """

    shard: int
    status: int
    message: str
    host: str
    seconds: float
    tracks: int = 0
    quarantined: int = 0

    @property
    def is_done(self) -> bool:
        """Whether the shard is prepared, with or without tracks in quarantine."""
        return self.status in (DONE, QUARANTINED)

    @property
    def reason(self) -> str:
        """How to describe a try that failed."""
        if self.message:
            return self.message
        if self.status < 0:
            return f"its program was killed by {signal_name(-self.status)}"
        if self.status == INTERRUPTED:
            return "its program was stopped"
        return f"its program ended with status {self.status}"


_lock = threading.Lock()
_running: dict[str, set[int]] = {}
_stopped: set[str] = set()


def interrupt(run: str, number: int = signal.SIGINT) -> None:
    """Sends a signal to the programs that this process runs for a distribution, and lets no more begin."""
    with _lock:
        _stopped.add(run)
        for process in _running.get(run, ()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)


def prepare_shard(task: Task, listener: Listener | None = None) -> Outcome:
    """Runs ``lathe prepare`` for a shard and waits for its end.

    The program dies with the process that called this. A ``KeyboardInterrupt`` is passed on to it as SIGINT, and
    raised again when it has ended.

    :param listener: hears the program's events.
    :raises LatheError: where there is no program.
    """
    begun = time.monotonic()
    facts: dict[str, Any] = {}
    with tempfile.TemporaryFile() as errors:
        process = _started(task, errors)
        if process is None:
            return Outcome(task.shard, INTERRUPTED, "", socket.gethostname(), 0.0)
        try:
            with process:
                for event in _events(process):
                    if event.get("event") == "finished":
                        facts = event.get("value", {})
                    if listener is not None:
                        listener(task.shard, event)
        finally:
            with _lock:
                _running[task.run].discard(process.pid)
                if process.returncode == USAGE:
                    # No other shard will do better; those that wait here don't begin.
                    _stopped.add(task.run)
        message = _last_words(errors) if process.returncode not in (DONE, QUARANTINED) else ""
    return Outcome(
        task.shard,
        process.returncode,
        message,
        socket.gethostname(),
        time.monotonic() - begun,
        int(facts.get("tracks", 0)),
        len(facts.get("quarantine", ())),
    )


def _started(task: Task, errors: IO[bytes]) -> subprocess.Popen[bytes] | None:
    command = task.command()
    with _lock:
        if task.run in _stopped:
            return None
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            # Ctrl-C on a terminal reaches it through this process alone.
            start_new_session=True,
            # It takes no lock that another thread may hold.
            preexec_fn=DiesWithThread(),  # noqa: PLW1509
        )
        _running.setdefault(task.run, set()).add(process.pid)
    return process


def _events(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """The lines that a program writes, until it closes its output; a ``KeyboardInterrupt`` is held back until then."""
    assert process.stdout is not None
    descriptor, rest = process.stdout.fileno(), b""
    interruption: KeyboardInterrupt | None = None
    while True:
        try:
            # A library may raise the interruption without a signal, which ends no read.
            if not select.select([descriptor], [], [], 0.5)[0]:
                if process.poll() is None:
                    continue
                # Something that it started may hold its output open for longer than it lived.
                break
            chunk = os.read(descriptor, 1 << 16)
        except KeyboardInterrupt as asked:
            process.send_signal(signal.SIGINT)
            interruption = asked
            continue
        if not chunk:
            break
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict):
                    yield event
    if interruption is not None:
        raise interruption


def _last_words(errors: IO[bytes]) -> str:
    """The last line but usage that a program wrote of what went wrong."""
    end = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, end - 4096))
    lines = errors.read().decode("utf-8", "replace").splitlines()
    said = [line for line in lines if line.strip() and not line.startswith(("Usage:", "  See '"))]
    return said[-1].removeprefix("Error: ").removeprefix("lathe: ") if said else ""
