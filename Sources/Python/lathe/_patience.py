"""How long a server that is gone is waited for."""

from __future__ import annotations

import http.client
import random
import threading
import time

from .errors import ErrorCode, LatheError

# What a connection that cannot be had, or breaks, raises.
BROKEN = (OSError, EOFError, http.client.HTTPException)

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0


class Patience:
    """Waits after a failure, each time about twice as long, and gives up after so many seconds without success.

    :param server: what the error calls it.
    :param stopped: ends the waiting.
    """

    def __init__(self, seconds: float, server: str, stopped: threading.Event | None = None) -> None:
        self._seconds = seconds
        self._server = server
        self._stopped = stopped or threading.Event()
        self.succeeded()

    def succeeded(self) -> None:
        """Begins anew."""
        self._lost: float | None = None
        self._pause = _FIRST_PAUSE

    def failed(self, cause: BaseException) -> None:
        """Waits.

        :raises LatheError: where it has waited for long enough.
        """
        now = time.monotonic()
        self._lost = now if self._lost is None else self._lost
        if now - self._lost > self._seconds:
            raise LatheError(ErrorCode.SYSTEM, f"{self._server} is gone: {cause}") from cause
        # Not all clients of a server that comes back are to ask at the same moment.
        self._stopped.wait(self._pause * random.uniform(0.5, 1))
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
