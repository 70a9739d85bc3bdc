"""What the library gave out, closed when Python forgets it."""

from __future__ import annotations

from collections.abc import Callable

from ._library import check, last_error, library


class _Handle:
    """A handle of the library, closed once; one of the parent process is only forgotten."""

    def __init__(self, kind: str, *arguments: object) -> None:
        self._close = getattr(library(), f"{kind}_close")
        handle = getattr(library(), f"{kind}_open")(*arguments)
        if not handle:
            raise last_error()
        self.handle: int | None = handle

    def close(self) -> None:
        """Closes it, once."""
        handle, self.handle = self.handle, None
        if handle is not None:
            check(self._close(handle))

    def __del__(self) -> None:
        if getattr(self, "handle", None) is not None:
            self._close(self.handle)


class OpenCache(_Handle):
    """An open cache of the library."""

    def __init__(self, path: str) -> None:
        super().__init__("lathe", path.encode())


class OpenSamples(_Handle):
    """Samples of a cache that are read by their numbers."""

    def __init__(self, cache: OpenCache, configuration: bytes) -> None:
        super().__init__("lathe_samples", cache.handle, configuration)


class Ring:
    """Owns a loader of the library: the memory of its batches lives until the last array that lies in
    it is gone, however the loader was stopped before."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        #: The slots that are lent, each with what knows whether an array of it is still in use.
        self.lent: dict[int, Callable[[], object]] = {}
        self._close = library().lathe_loader_close
        self._release = library().lathe_loader_release

    def collect(self) -> None:
        """Lets the loader fill the slots again of which nothing lives any more.

        A destructor would do that sooner, and swallow a Ctrl-C that comes while it runs.
        """
        for slot, living in list(self.lent.items()):
            if living() is None:
                # In this order, so that a Ctrl-C between the two loses nothing: one that is free already
                # stays so.
                self._release(self.handle, slot)
                del self.lent[slot]

    def __del__(self) -> None:
        # Whatever is lent keeps the ring, so nothing is any more.
        for slot in self.lent:
            self._release(self.handle, slot)
        self._close(self.handle)
