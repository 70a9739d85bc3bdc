"""Compares views of the samples of a cache, of any channels, with what soundfile and librosa read of the files.

    pip install lmdb safetensors soundfile librosa
    python compare_channels.py CACHE AUDIO

Views of the kind `waveform` are compared, whatever their names: to the bit where a file has the recipe's rate, and
within 1e-6 of librosa's soxr_hq where it has not, and where a lossy format may have another decoder. Channels are taken
by the rules of the article on recipes, written here anew. Prints a line for each view, and ends with status 1 where one
is further off.
"""

import json
import sys

import lmdb
import numpy as np
import soundfile
from safetensors.numpy import load


def channels(path, rate, choice):
    """The samples of a file, [instants] or [instants, 2], and whether they must be equal to the bit."""
    samples, own = soundfile.read(path, dtype="float32", always_2d=True)
    lossless = soundfile.info(path).subtype.startswith(("PCM", "FLOAT", "DOUBLE"))
    pair = samples[:, :2] if samples.shape[1] > 1 else np.repeat(samples, 2, axis=1)
    mean = samples.mean(axis=1, dtype=np.float32) if samples.shape[1] > 1 else samples[:, 0]
    if own != rate:
        import librosa

        pair, _ = librosa.load(path, sr=rate, mono=False, res_type="soxr_hq")
        mean = librosa.to_mono(pair)
        pair = np.repeat(pair[None], 2, axis=0).T if pair.ndim == 1 else pair[:2].T
    left, right = pair[:, 0], pair[:, 1]
    chosen = {"mono": mean, "stereo": pair, "left": left, "right": right, "side": (left - right) / 2}
    return chosen[choice], own == rate and lossless


def main(cache, audio):
    shard = lmdb.open(f"{cache}/shard-00000.lmdb", subdir=False, readonly=True, lock=False, max_dbs=64)
    card = json.load(open(f"{cache}/card.json"))
    recipe = json.loads(shard_value(shard, b"recipe"))
    views = {
        name: view.get("channels", "mono")
        for name, view in recipe["views"].items()
        if view.get("kind", name) == "waveform"
    }
    print(f"{card['name']}: {recipe['sampleRate']} Hz, {', '.join(views)}")
    found = {name: [0, 0, 0, 0.0] for name in views}
    tracks = shard.open_db(b"tracks", create=False)
    with shard.begin() as transaction:
        for key, record in transaction.cursor(tracks):
            record = json.loads(record)
            for name, choice in views.items():
                database = shard.open_db(
                    f"{name}/{record['views'][name]}".encode(), transaction, create=False)
                (stored,) = load(bytes(transaction.get(key, db=database))).values()
                values = stored / np.float32(32_768) if stored.dtype == np.int16 else stored
                wanted, exact = channels(f"{audio}/{record['path']}", recipe["sampleRate"], choice)
                counts = found[name]
                counts[0] += 1
                counts[1] += exact
                counts[2] += stored.dtype == np.int16
                if values.shape != wanted.shape:
                    print(f"{record['id']}: {name} has {values.shape}, and {wanted.shape} is due")
                    counts[3] = np.inf
                    continue
                difference = np.abs(values.astype(np.float64) - wanted).max()
                counts[3] = max(counts[3], np.inf if exact and difference > 0 else difference)
    for name, (count, exact, integers, difference) in found.items():
        print(f"{name:12} {count} tracks, {integers} of integers, {exact} equal to the bit, others within {difference:.1e}")
    return all(counts[3] < 1e-6 for counts in found.values())


def shard_value(shard, key):
    meta = shard.open_db(b"meta", create=False)
    with shard.begin() as transaction:
        return bytes(transaction.get(key, db=meta))


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
