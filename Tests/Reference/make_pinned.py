"""Makes the pinned values of SignalKitTests: features and log-mel rows of synthetic signals.

    python make_pinned.py pinned

Run it once under librosa 0.8.1 and once under 1.0.0 (see the requirements files); each writes
features.librosa-VERSION.csv and mel.librosa-VERSION.csv. The signals are 16-bit integers made of
sines and of a linear congruential generator (synthetic.py).
"""

import math
import os
import sys
import warnings

import librosa
import numba
import numpy as np
import scipy
import scipy.ndimage

from make_reference import COLUMNS, RATE, features
from synthetic import samples

# (signal, first sample, how many)
CASES = [
    ("chord", 0, 66149),
    ("detuned", 0, 66149),
    ("noise", 0, 66149),
    ("bursts", 0, 66149),
    ("sweep", 0, 66149),
    ("quiet", 0, 66149),
    ("gap", 0, 66149),
    ("square", 0, 66149),
    ("mixed", 0, 66149),
    ("mixed", 0, 220500),
] + [("mixed", 1000, count) for count in
     (1, 2, 100, 511, 512, 1024, 2047, 2048, 2049, 8192)]

MEL_CASES = [
    ("mixed", 0, 44100, (0, 1, 5, 20, 64, 100, 127)),
    ("gap", 0, 44100, (0, 10, 127)),
    ("mixed", 1000, 1000, (0, 1, 5, 20, 64, 100, 127)),
    ("mixed", 1000, 1, (0, 5, 127)),
]


filter_of_scipy = scipy.ndimage.median_filter


def exact_median_filter(values, size, mode):
    """scipy.ndimage.median_filter along one axis, mirrored by hand.

    scipy 1.10 to 1.18 reads outside the array where it has two or three frames and the window 31:
    values differ from run to run and are sometimes NaN. From four frames on both agree.
    """
    assert mode == "reflect"
    axis = int(np.argmax(size))
    if values.shape[axis] > 3:
        return filter_of_scipy(values, size=size, mode=mode)
    values = np.moveaxis(values, axis, -1)
    count, half = values.shape[-1], size[axis] // 2
    phase = np.mod(np.arange(-half, count + half), 2 * count)
    phase = np.where(phase < count, phase, 2 * count - 1 - phase)
    padded = values[..., phase]
    medians = [np.median(padded[..., i : i + size[axis]], axis=-1) for i in range(count)]
    return np.moveaxis(np.stack(medians, axis=-1), -1, axis)


def pinned_features(y):
    # librosa 0.8 looks the filter up in its own module, 1.0 in scipy's.
    holder = librosa.decompose if hasattr(librosa.decompose, "median_filter") else scipy.ndimage
    original = holder.median_filter
    holder.median_filter = exact_median_filter
    try:
        return features(y)
    finally:
        holder.median_filter = original


def main():
    folder = sys.argv[1]
    version = librosa.__version__
    warnings.simplefilter("ignore")
    versions = "# librosa %s, numpy %s, scipy %s, numba %s, Python %s; made by make_pinned.py\n" % (
        version, np.__version__, scipy.__version__, numba.__version__, sys.version.split()[0])
    with open(os.path.join(folder, "features.librosa-%s.csv" % version), "w") as file:
        file.write(versions)
        file.write(",".join(["signal", "first", "count"] + COLUMNS) + "\n")
        for name, first, count in CASES:
            row = pinned_features(samples(name, first, count))
            assert all(math.isfinite(value) for value in row), (name, first, count)
            file.write(",".join([name, str(first), str(count)] + ["%.9g" % v for v in row]) + "\n")
    with open(os.path.join(folder, "mel.librosa-%s.csv" % version), "w") as file:
        file.write(versions)
        file.write("signal,first,count,band,decibels of every frame\n")
        for name, first, count, bands in MEL_CASES:
            y = samples(name, first, count)
            picture = librosa.power_to_db(librosa.feature.melspectrogram(y=y, sr=RATE))
            for band in bands:
                values = ["%.6f" % value for value in picture[band]]
                file.write(",".join([name, str(first), str(count), str(band)] + values) + "\n")


if __name__ == "__main__":
    main()
