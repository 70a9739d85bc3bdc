"""Compares the mel view of a Lathe cache with librosa's power_to_db(melspectrogram(y)).

    python compare_mel.py CACHE AUDIO_DIR [--limit TRACKS] [--padding reflect|constant]

Of each track the slices of two seconds, one after the other, at most ten, are computed anew from the
audio. The padding is that of the cache's profile unless given. Ends with status 1 where a value
differs by more than 0.001 dB, a shape is another or a track of the cache has no audio. Needs librosa,
lmdb and safetensors; the audio must be 22,050 Hz mono 16-bit.
"""

import argparse
import glob
import json
import os
import sys

import librosa
import lmdb
import numpy as np
import safetensors.numpy

from make_reference import RATE, load

LENGTH = 2 * RATE
MOST = 10
LIMIT = 1e-3
PADDING = {"librosa-0.8": "reflect", "librosa-1.0": "constant"}


def open_shard(path):
    # Without a lock, so that a cache on a read-only volume can be read; nothing may be writing.
    return lmdb.open(path, subdir=False, readonly=True, lock=False, max_dbs=64)


def mel_view(path, shard, transaction):
    """The named database of a shard's mel pictures; its name ends in the fingerprint."""
    names = [bytes(name) for name in transaction.cursor().iternext(values=False)]
    views = [name for name in names if name.startswith(b"mel/")]
    if len(views) != 1:
        sys.exit("%s: holds %d mel views, expected one" % (path, len(views)))
    return shard.open_db(views[0], transaction, create=False)


def identifiers(cache):
    """(path of the shard, id) of every track that has mel pictures."""
    paths = sorted(glob.glob(os.path.join(cache, "shard-*.lmdb")))
    if not paths:
        sys.exit("%s: holds no shard; give the folder that lathe prepare wrote" % cache)
    for path in paths:
        with open_shard(path) as shard, shard.begin() as transaction:
            cursor = transaction.cursor(mel_view(path, shard, transaction))
            for key in cursor.iternext(values=False):
                yield path, bytes(key)


def tracks(chosen):
    """Id, record and mel tensor of the chosen tracks, one in memory at a time."""
    for path in sorted({path for path, _ in chosen}):
        with open_shard(path) as shard, shard.begin() as transaction:
            values = mel_view(path, shard, transaction)
            records = shard.open_db(b"tracks", transaction, create=False)
            for key in (key for of, key in chosen if of == path):
                record = json.loads(bytes(transaction.get(key, db=records)))
                value = bytes(transaction.get(key, db=values))
                yield key.decode(), record, safetensors.numpy.load(value)["mel"]


def expected(y, padding):
    """librosa's pictures of a signal: [slices, 128, 87] decibels."""
    count = min(MOST, len(y) // LENGTH)
    return np.array([
        librosa.power_to_db(librosa.feature.melspectrogram(
            y=y[i * LENGTH : (i + 1) * LENGTH], sr=RATE, pad_mode=padding))
        for i in range(count)
    ], dtype=np.float32).reshape(count, 128, 87)


def profile_padding(cache):
    try:
        with open(os.path.join(cache, "card.json")) as file:
            return PADDING[json.load(file)["profile"]]
    except (OSError, KeyError, ValueError):
        sys.exit("%s: its card names no known profile; give --padding" % cache)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache")
    parser.add_argument("audio")
    parser.add_argument("--limit", type=int, help="compare this many tracks, evenly spread")
    parser.add_argument("--padding", choices=("reflect", "constant"))
    arguments = parser.parse_args()
    found = list(identifiers(arguments.cache))
    padding = arguments.padding or profile_padding(arguments.cache)
    if arguments.limit and arguments.limit < len(found):
        step = len(found) / arguments.limit
        found = [found[int(i * step)] for i in range(arguments.limit)]

    faults = 0
    compared = 0
    largest, where = 0.0, "none"
    for identifier, record, mel in tracks(found):
        try:
            pictures = expected(load(os.path.join(arguments.audio, record["path"])), padding)
        except (RuntimeError, ValueError) as error:
            faults += 1
            print("FAILED: %s: %s" % (identifier, error), file=sys.stderr)
            continue
        if mel.shape != pictures.shape or mel.dtype != np.float32:
            faults += 1
            print("FAILED: %s: %s %s, expected float32 %s"
                  % (identifier, mel.dtype, mel.shape, pictures.shape), file=sys.stderr)
            continue
        if not len(pictures):
            continue
        compared += len(pictures)
        difference = np.abs(mel - pictures)
        worst = float(difference.max())  # NaN where there is any
        if not worst <= LIMIT:
            faults += 1
            print("FAILED: %s: differs by %.2g dB in slice, band, frame %s" % (
                identifier, worst,
                tuple(map(int, np.unravel_index(difference.argmax(), difference.shape)))),
                file=sys.stderr)
        if not worst <= largest:
            largest, where = worst, identifier
    print("librosa %s, padding %s: %d tracks, %d slices; the largest difference is %.2e dB (%s)"
          % (librosa.__version__, padding, len(found), compared, largest, where))
    if not compared:
        print("FAILED: nothing was compared", file=sys.stderr)
    sys.exit(1 if faults or not compared else 0)


if __name__ == "__main__":
    main()
