"""The program ``lathe``, as it lies on this machine."""

from __future__ import annotations

import os
import shutil
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
