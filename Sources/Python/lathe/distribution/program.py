"""The program ``lathe``, as it lies on this machine."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
from pathlib import Path

from ..errors import ErrorCode, LatheError


def candidates() -> list[Path]:
    """Where the program may be, the first that exists wins: in the installed package, where
    ``LATHE_PROGRAM`` says, in the build folder of the checkout that this file is in, on the ``PATH``."""
    package = Path(__file__).resolve().parents[1]
    places = [package / "_program" / "bin" / "lathe"]
    if named := os.environ.get("LATHE_PROGRAM"):
        places.append(Path(named))
    checkout = package.parents[2]
    if (checkout / "Package.swift").exists():
        places += [checkout / ".build" / kind / "lathe" for kind in ("release", "debug")]
    if found := shutil.which("lathe"):
        places.append(Path(found))
    return places


def program() -> str:
    """The path of the program.

    :raises LatheError: ``LIBRARY`` where there is none.
    """
    places = candidates()
    found = next((place for place in places if place.exists()), None)
    if found is None:
        raise LatheError(
            ErrorCode.LIBRARY,
            "the program lathe was not found at "
            + ", ".join(map(str, places))
            + " or on the PATH; "
            "install the wheel, build it with 'swift build -c release --product lathe', or set "
            "LATHE_PROGRAM",
        )
    return str(found)


def signal_name(number: int) -> str:
    """The name of a signal that ended a program."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class DiesWithThread:
    """Has the kernel kill a child when the thread that started it ends, as it does when its process is killed: a
    program that nobody waits for would go on, and hold the lock of what it writes. For ``preexec_fn``."""

    #: ``PR_SET_PDEATHSIG`` of ``<sys/prctl.h>``.
    _OPTION = 1
    # Loaded before there is a child, in which as little as can be is to happen.
    _prctl = ctypes.CDLL(None).prctl

    def __init__(self) -> None:
        self.parent = os.getpid()

    def __call__(self) -> None:
        self._prctl(self._OPTION, signal.SIGKILL)
        if os.getppid() != self.parent:
            # The parent has died in between.
            os._exit(1)
