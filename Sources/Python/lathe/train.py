"""``python -m lathe.train``: trains a network with PyTorch, by itself or for ``lathe train``; see --help."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from .errors import ConfigurationError, ErrorCode, LatheError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line; the exit status that ``--help`` tells."""
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
    from .training import options as choosing

    if {"-h", "--help"} & set(line):
        choosing.parser().print_help()
        return 0
    try:
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    except ModuleNotFoundError as cause:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, f"{cause.name} is not installed: pip install 'lathe[torch]'"
        ) from cause
    from .training import plugin
    from .training.records import RunDirectory
    from .training.session import DivergedError, Reporter, Session

    reporter: Reporter
    if plugin.is_plugin():
        # Standard output is for events alone; whatever else prints there goes to standard error.
        events = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        options = choosing.options(plugin.arguments() + line, plugin.given())
        reporter = plugin.Events(options, events)
    else:
        options = choosing.options(line)
        reporter = RunDirectory(options, lambda text: print(text, flush=True))
    session = Session(options, reporter, keeps_state=not plugin.is_plugin())

    def stop(number: int, _: object) -> None:
        if session.stop:
            # Asked twice: at once.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        session.stop = True

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    try:
        status = session.run()
    except DivergedError as problem:
        reporter.end("diverged", str(problem))
        raise
    except LatheError as problem:
        if not plugin.is_plugin():
            reporter.end("failed", str(problem))
        raise
    return 130 if status == "interrupted" else 0


if __name__ == "__main__":
    sys.exit(main())
