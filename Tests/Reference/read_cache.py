"""Reads a cache of lathe with Python's own packages: pip install lmdb safetensors numpy

Usage: read_cache.py CACHE   prints, as JSON, each track's record and the first numbers of its
values. The README's ten lines are the function `read`.
"""

import json
import sys

import lmdb
from safetensors.numpy import load


def read(cache):
    shard = lmdb.open(f"{cache}/shard-00000.lmdb", subdir=False, readonly=True, lock=False, max_dbs=64)
    tracks = shard.open_db(b"tracks", create=False)
    with shard.begin() as transaction:
        for key, record in transaction.cursor(tracks):
            record = json.loads(record)
            values = {}
            for view, fingerprint in record["views"].items():
                database = shard.open_db(f"{view}/{fingerprint}".encode(), transaction, create=False)
                values[view] = load(bytes(transaction.get(key, db=database)))
            yield record, values


if __name__ == "__main__":
    tracks = {}
    for record, values in read(sys.argv[1]):
        tracks[record["id"]] = {
            "label": record["label"],
            "views": {
                f"{view}/{name}": {
                    "dtype": str(array.dtype),
                    "shape": list(array.shape),
                    "first": [float(number) for number in array.ravel()[:8]],
                }
                for view, tensors in values.items()
                for name, array in tensors.items()
            },
        }
    print(json.dumps(tracks))
