"""Makes the pinned values of ConstantQPictureTests: rows of librosa's constant-Q pictures of synthetic signals.

    python make_constant_q_pinned.py pinned

Writes pinned/constant-q.librosa-VERSION.csv; the values are those of double precision. Needs librosa.
"""

import math
import os
import sys
import warnings

import librosa
import numpy as np

from synthetic import samples

# By name: the arguments of librosa.cqt; ConstantQCases.swift has the same.
CASES = {
    "plain": {},
    "fine": {"n_bins": 160, "bins_per_octave": 24, "fmin": 55.0, "hop_length": 256},
    "dialect": {"n_bins": 70, "hop_length": 500, "window": "hamming", "norm": 2, "filter_scale": 0.6, "sparsity": 0.0,
                "scale": False, "pad_mode": "edge", "tuning": 0.3},
    "odd": {"n_bins": 36, "fmin": 220.0, "hop_length": 441, "window": "blackman", "norm": np.inf,
            "pad_mode": "reflect"},
    # The highest bin is so low that the rate is divided before anything else.
    "low": {"n_bins": 60},
    "octave": {"n_bins": 12},
    "estimated": {"tuning": None, "bins_per_octave": 36, "n_bins": 180, "fmin": 65.0},
    "decibel": {},
}


def picture(case, y):
    """The picture of a signal, [bins, frames]."""
    with warnings.catch_warnings():
        # Of wavelets longer than the signal.
        warnings.simplefilter("ignore")
        values = np.abs(librosa.cqt(y, sr=22050, **CASES[case]))
    return librosa.amplitude_to_db(values) if case == "decibel" else values


def main():
    path = os.path.join(sys.argv[1], "constant-q.librosa-%s.csv" % librosa.__version__)
    with open(path, "w") as file:
        file.write("# librosa %s, numpy %s, Python %s; made by make_constant_q_pinned.py\n" % (
            librosa.__version__, np.__version__, sys.version.split()[0]))
        file.write("case,signal,first,count,row,value of every frame\n")
        for case in CASES:
            for name, first, count in (("mixed", 0, 11025), ("gap", 18000, 6001), ("chord", 7, 9003)):
                values = picture(case, np.asarray(samples(name, first, count), dtype=np.float64))
                rows = values.shape[0]
                for row in sorted({0, 5, rows // 3, rows // 2, max(0, rows - 13), rows - 1}):
                    numbers = ["%.7g" % value for value in values[row].tolist()]
                    assert all(math.isfinite(float(number)) for number in numbers)
                    file.write(",".join([case, name, str(first), str(count), str(row)] + numbers) + "\n")


if __name__ == "__main__":
    main()
