"""Python's loader on a cache, each reading in a process of its own that is a copy of one which has read
the modules already: to start Python anew takes longer than to read a small cache."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from faults import HERE, ROOT, SECONDS_FOR_A_COMMAND, Broken, Done

# The process that is copied finds modules by this alone.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(ROOT / "Sources/Python"), str(HERE), os.environ.get("PYTHONPATH")])
)
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["numpy", "lathe", __name__])


def read(cache: str, answer: Connection) -> None:
    """Sends the hash of all batches, or what the loader says of the cache, and ends with 1 then."""
    import lathe

    seen = hashlib.sha256()
    try:
        with lathe.open(cache) as opened:
            for view in ("features", "mel", "waveform"):
                for batch in opened.loader(view, side="train", seed=1):
                    seen.update(batch.inputs.tobytes() + batch.labels.tobytes())
        answer.send((seen.hexdigest(), ""))
    except lathe.LatheError as error:
        answer.send(("", f"lathe: {error}"))
        sys.exit(1)


def run(cache: Path) -> Done:
    """The end of a reading, as of a command."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=read, args=(str(cache), sender))
    process.start()
    sender.close()
    with receiver:
        process.join(SECONDS_FOR_A_COMMAND)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise Broken(f"hung: the loader on {cache}")
        output, errors = receiver.recv() if receiver.poll() else ("", "")
    return Done(["loader", str(cache)], process.exitcode, output, errors)
