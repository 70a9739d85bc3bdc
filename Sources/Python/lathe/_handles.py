"""What the library gave out, closed when Python forgets it."""

from __future__ import annotations

from ._library import check, last_error, library


class OpenCache:
    """An open cache of the library."""

    def __init__(self, path: str) -> None:
        self._close = library().lathe_close
        handle = library().lathe_open(path.encode())
        if not handle:
            raise last_error()
        self.handle: int | None = handle

    def close(self) -> None:
        """Closes it, once; a handle of the parent process is only forgotten."""
        handle, self.handle = self.handle, None
        if handle is not None:
            check(self._close(handle))

    def __del__(self) -> None:
        if getattr(self, "handle", None) is not None:
            self._close(self.handle)


class Ring:
    """Owns a loader of the library: the memory of its batches lives until the last array that lies in
    it is gone, however the loader was stopped before."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self._close = library().lathe_loader_close

    def __del__(self) -> None:
        self._close(self.handle)
