"""Compares the values of a view in two caches of the same tracks, one of which keeps it as float16.

    lathe prepare AUDIO --cache FULL
    lathe prepare AUDIO --cache HALF --set mel.precision=float16
    python compare_precision.py FULL HALF mel

Prints how many numbers there are, the largest difference and the root mean square of all. Needs lmdb, safetensors
and numpy.
"""

import sys

import numpy as np

from read_cache import read


def main():
    full, half, view = sys.argv[1:]
    rounded = {record["id"]: values[view] for record, values in read(half)}
    count, largest, squares = 0, 0.0, 0.0
    for record, values in read(full):
        for name, exact in values[view].items():
            other = rounded[record["id"]][name]
            if other.dtype != np.float16:
                sys.exit("%s keeps %s as %s" % (half, view, other.dtype))
            difference = np.abs(exact.astype(np.float64) - other.astype(np.float64))
            count += difference.size
            largest = max(largest, difference.max())
            squares += (difference**2).sum()
    print("%d numbers; largest difference %.2g; root mean square %.2g" % (count, largest, np.sqrt(squares / count)))


if __name__ == "__main__":
    main()
