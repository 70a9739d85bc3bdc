"""What is handed on to ``lathe prepare``."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..errors import ConfigurationError, ErrorCode

#: What follows from the other arguments, or makes no shard.
_OWN = ("--cache", "--shard", "--progress", "--dry-run", "--retry-quarantined")


def check(audio: str, arguments: Sequence[str], retries: int) -> None:
    """Refuses what cannot be prepared.

    :raises ConfigurationError: which names it.
    """
    if not os.path.isdir(audio):
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, f"{audio} is no folder; give the folder of audio"
        )
    for name in _OWN:
        if gives(arguments, name):
            raise ConfigurationError(
                ErrorCode.CONFIGURATION,
                f"{name} cannot be handed to lathe prepare here: leave it out",
            )
    if retries < 0:
        raise ConfigurationError(ErrorCode.CONFIGURATION, f"{retries} retries: give 0 or more")


def gives(arguments: Sequence[str], name: str) -> bool:
    """Whether an option is among them."""
    return any(word == name or word.startswith(name + "=") for word in arguments)


def threads(arguments: Sequence[str]) -> int | None:
    """How many threads ``--threads`` asks for; None where it is not given."""
    for number, word in enumerate(arguments):
        name, _, value = word.partition("=")
        if name == "--threads":
            value = value or next(iter(arguments[number + 1 :]), "")
            return int(value) if value.isdigit() and int(value) > 0 else None
    return None
