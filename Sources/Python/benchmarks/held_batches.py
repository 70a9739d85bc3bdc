"""What a batch costs with slots that are kept while an array of them lives, and with copies.

python Sources/Python/benchmarks/held_batches.py CACHE
"""

from __future__ import annotations

import sys
import time

import lathe

EPOCHS = {"features": 200, "mel": 30, "waveform": 30}


def measured(cache: lathe.Cache, view: str, output: str, copy: bool) -> tuple[float, float]:
    """Microseconds of a batch, in all and of the caller's own processor time: the best of five."""
    found = []
    for _ in range(5):
        loader = cache.loader(view, seed=1, epochs=EPOCHS[view], output=output, copy=copy)
        start, own = time.perf_counter(), time.thread_time()
        for batch in loader:
            _inputs, _labels = batch
        count = len(loader) / 1e6
        found.append(((time.perf_counter() - start) / count, (time.thread_time() - own) / count))
    return min(found)


def main() -> None:
    cache = lathe.open(sys.argv[1])
    for view in EPOCHS:
        for output in ("numpy", "torch"):
            for copy in (False, True):
                whole, own = measured(cache, view, output, copy)
                how = "copied" if copy else "kept"
                print(f"{view:9} {output:6} {how:7} {whole:8.1f} us, {own:7.1f} of the caller")


main()
