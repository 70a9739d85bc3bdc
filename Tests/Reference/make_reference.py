"""Makes the public GTZAN feature table of a folder of audio with the librosa that is installed.

    python make_reference.py AUDIO_DIR OUT.csv [--seconds 3|30] [--processes N]

Plain calls on each slice, as the public tables were made. Row i of a track is the samples
[66150 i, 66150 i + 66149), at most ten, and exists only where 66150 (i + 1) is less than the number
of frames; with `--seconds 30` a track is one row, whole. AUDIO_DIR holds one folder a label of
22,050 Hz mono 16-bit files.
"""

import argparse
import csv
import multiprocessing
import os
import sys
import warnings

import librosa
import numpy as np
import soundfile

RATE = 22050
HOP = 66150
LENGTH = 66149
SUFFIXES = (".wav", ".au", ".flac", ".aif", ".aiff")

PAIRS = [
    "chroma_stft", "rms", "spectral_centroid", "spectral_bandwidth", "rolloff",
    "zero_crossing_rate", "harmony", "perceptr",
]
MFCC = ["mfcc%d" % i for i in range(1, 21)]


def with_moments(names):
    return [name + "_" + moment for name in names for moment in ("mean", "var")]


COLUMNS = with_moments(PAIRS) + ["tempo"] + with_moments(MFCC)


def features(y):
    """The 57 features of a signal, in the order of COLUMNS."""
    parts = [
        librosa.feature.chroma_stft(y=y, sr=RATE),
        librosa.feature.rms(y=y),
        librosa.feature.spectral_centroid(y=y, sr=RATE),
        librosa.feature.spectral_bandwidth(y=y, sr=RATE),
        librosa.feature.spectral_rolloff(y=y, sr=RATE),
        librosa.feature.zero_crossing_rate(y),
        librosa.effects.harmonic(y),
        librosa.effects.percussive(y),
    ]
    row = [value for part in parts for value in (part.mean(), part.var())]
    row.append(np.atleast_1d(librosa.beat.beat_track(y=y, sr=RATE)[0])[0])
    for coefficient in librosa.feature.mfcc(y=y, sr=RATE, n_mfcc=20):
        row += [coefficient.mean(), coefficient.var()]
    return [float(value) for value in row]


def load(path):
    """Samples of a file as float32 in ±1; ValueError where it is not 22,050 Hz mono."""
    samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    if rate != RATE or samples.shape[1] != 1:
        raise ValueError("%d Hz, %d channels: not 22,050 Hz mono" % (rate, samples.shape[1]))
    return samples[:, 0].astype(np.float32) / 32768


def rows_of_track(job):
    path, label, seconds = job
    warnings.simplefilter("ignore")
    try:
        y = load(path)
    except (RuntimeError, ValueError) as error:
        return path, str(error), []
    stem, suffix = os.path.splitext(os.path.basename(path))
    if seconds == 30:
        return path, None, [[stem + suffix, len(y)] + features(y) + [label]]
    count = min(10, sum(1 for i in range(len(y) // HOP) if HOP * (i + 1) < len(y)))
    rows = []
    for i in range(count):
        slice_ = y[HOP * i : HOP * i + LENGTH]
        rows.append(["%s.%d%s" % (stem, i, suffix), LENGTH] + features(slice_) + [label])
    return path, None, rows


def tracks(folder):
    for label in sorted(os.listdir(folder)):
        directory = os.path.join(folder, label)
        if os.path.isdir(directory):
            for name in sorted(os.listdir(directory)):
                if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                    yield os.path.join(directory, name), label


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("audio")
    parser.add_argument("output")
    parser.add_argument("--seconds", type=int, choices=(3, 30), default=3)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    jobs = [(path, label, arguments.seconds) for path, label in tracks(arguments.audio)]
    if not jobs:
        sys.exit("%s: holds no folder of audio files; give the folder above the labels"
                 % arguments.audio)
    failures = 0
    with open(arguments.output, "w", newline="") as file, \
            multiprocessing.Pool(arguments.processes) as pool:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["filename", "length"] + COLUMNS + ["label"])
        for path, fault, rows in pool.imap(rows_of_track, jobs):
            if fault:
                failures += 1
                print("left out: %s: %s" % (path, fault), file=sys.stderr)
            writer.writerows(rows)
    print("librosa %s: %d tracks, %d left out" % (librosa.__version__, len(jobs), failures))


if __name__ == "__main__":
    main()
