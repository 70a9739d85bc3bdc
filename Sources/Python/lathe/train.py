"""``python -m lathe.train``: trains a network with PyTorch, by itself or for ``lathe train``; see --help."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .errors import ConfigurationError, ErrorCode, LatheError

if TYPE_CHECKING:
    from .training.session import Reporter, Session


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line; the exit status that ``--help`` documents."""
    line = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _train(line)
    except ConfigurationError as problem:
        print(f"lathe.train: {problem}", file=sys.stderr)
        return 2
    except LatheError as problem:
        print(f"lathe.train: {problem}", file=sys.stderr)
        return 1


def _train(line: list[str]) -> int:
    from .training import command_line

    if {"-h", "--help"} & set(line):
        command_line.parser().print_help()
        return 0
    try:
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    except ModuleNotFoundError as cause:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, f"{cause.name} is not installed: pip install 'lathe[torch]'"
        ) from cause
    from .training import plugin, stream
    from .training.batches import Sides, opened
    from .training.inputs import Form
    from .training.options import completed
    from .training.predicting import predict
    from .training.records import RunDirectory
    from .training.session import Session

    if not plugin.is_plugin():
        chosen = command_line.chosen(line)
        cache, view = opened(chosen)
        options = completed(chosen, Form.of(view))
        session = Session(options, Sides(options, cache, view), keeps_state=True)
        with contextlib.closing(RunDirectory(options, lambda text: print(text, flush=True))) as run:
            return _run(session, run)
    # Standard output is for events alone; whatever else prints there goes to standard error.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as events:
        os.dup2(2, 1)
        chosen = command_line.chosen(plugin.arguments() + line, plugin.given())
        if plugin.predicts():
            options = completed(chosen, stream.form(os.environ))
            predict(options, os.environ, sys.stdin.buffer, plugin.Events(options, events))
            return 0
        sides: Sides | stream.StreamedSides
        is_streamed = os.environ.get("LATHE_BATCHES") == "stream"
        if is_streamed:
            options = completed(chosen, stream.form(os.environ))
            sides = stream.StreamedSides(options, os.environ, sys.stdin.buffer)
        else:
            cache, view = opened(chosen)
            options = completed(chosen, Form.of(view))
            sides = Sides(options, cache, view)
        # A stream cannot be asked for where a state was kept.
        session = Session(options, sides, keeps_state=not is_streamed)
        return _run(session, plugin.Events(options, events))


def _run(session: Session, reporter: Reporter) -> int:
    from .training.session import DivergedError

    def stop(number: int, _: object) -> None:
        if session.stop:
            # Asked twice: at once.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        session.stop = True

    before = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        status = session.run(reporter)
    except DivergedError as problem:
        reporter.end("diverged", str(problem))
        raise
    except LatheError as problem:
        reporter.end("failed", str(problem))
        raise
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    return 130 if status == "interrupted" else 0


if __name__ == "__main__":
    sys.exit(main())
