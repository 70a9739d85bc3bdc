"""Compares pictures that SignalKit makes of real clips with those of the libraries that it follows.

    python compare_pictures.py signals AUDIO FOLDER [--limit CLIPS]
    LATHE_PICTURES=FOLDER swift test --filter writesPicturesForTheComparison
    python compare_pictures.py kaldi FOLDER

The first step leaves three seconds of each clip, from the tenth on, in FOLDER/signals (numpy, soundfile); the
second the pictures in FOLDER/KIND-CASE; the third needs the library: torch and torchaudio for `kaldi`, librosa
too for `spectra`, scipy and gammatone for `gammatone`. It
prints the greatest differences and ends with status 1 where one is above its limit. Clips are taken as they are
for any sample rate that a case names: what is compared is arithmetic.
"""

import argparse
import glob
import os
import sys

import numpy as np


def signals(audio, folder, limit):
    import soundfile

    paths = sorted(glob.glob(os.path.join(audio, "**", "*.wav"), recursive=True))
    os.makedirs(os.path.join(folder, "signals"), exist_ok=True)
    for path in paths[:: max(1, len(paths) // limit)]:
        y, rate = soundfile.read(path, dtype="float32", always_2d=True)
        y = y[10 * rate : 13 * rate].mean(axis=1, dtype=np.float32)
        name = os.path.splitext(os.path.basename(path))[0]
        y.astype("<f4").tofile(os.path.join(folder, "signals", name + ".f32"))


def kaldi_pictures():
    """Of each case: its name, the limit, what gives torchaudio's picture of a signal, [rows, frames], and what gives
    the same in double precision."""
    import torch

    import make_kaldi_pinned

    def reference(case, double):
        def picture(y):
            tensor = torch.from_numpy(y)
            return make_kaldi_pinned.picture(case, tensor.double() if double else tensor).numpy().T
        return picture

    return [("kaldi-" + case, 1e-3, reference(case, False), reference(case, True))
            for case in make_kaldi_pinned.CASES]


def spectrum_pictures():
    """The same of librosa's and torchaudio's mel dialects, cepstra, spectrograms and chroma."""
    import make_spectrum_pinned

    def reference(picture, double):
        return lambda y: picture(y.astype(np.float64) if double else y)

    return [(case, limit, reference(picture, False), reference(picture, True))
            for case, (picture, limit) in make_spectrum_pinned.CASES.items()]


def gammatone_pictures():
    """As above; natural logarithms of amplitudes no less than 1e-5, against the package and the reference."""
    import make_gammatone_pinned as pinned

    def logarithm(picture, case):
        return lambda y: np.log(np.maximum(picture(case, y), 1e-5))

    return [("gammatone-" + case, 1e-3, logarithm(pinned.library, case), logarithm(pinned.picture, case))
            for case in pinned.CASES]


# Cases of sums, which are compared however small they are.
RELATIVE = {"mel-sums"}
KINDS = {"kaldi": kaldi_pictures, "spectra": spectrum_pictures, "gammatone": gammatone_pictures}


def difference(ours, theirs):
    """The greatest of |a - b| / max(1, |b|)."""
    return float((np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))).max())


def relative_difference(ours, theirs):
    """The greatest of |a - b| / |b|."""
    return float((np.abs(ours - theirs) / np.maximum(1e-30, np.abs(theirs))).max())


def compare(kind, folder):
    faults = 0
    files = sorted(glob.glob(os.path.join(folder, "signals", "*.f32")))
    for case, limit, single, double in KINDS[kind]():
        measure = relative_difference if case in RELATIVE else difference
        largest, where, own, exact = 0.0, "", 0.0, 0.0
        for path in files:
            y = np.fromfile(path, dtype="<f4")
            theirs = single(y)
            ours = np.fromfile(os.path.join(folder, case, os.path.basename(path)), dtype="<f4")
            if ours.size != theirs.size:
                sys.exit("%s: %s has %d values, not %d" % (case, path, ours.size, theirs.size))
            ours = ours.reshape(theirs.shape)
            if kind == "gammatone":
                ours = np.log(np.maximum(ours, 1e-5))
            worst = measure(ours, theirs)
            if not worst <= largest:
                largest, where = worst, os.path.basename(path)
            precise = double(y)
            own = max(own, measure(theirs, precise))
            exact = max(exact, measure(ours, precise))
        print("%s: %d clips; largest difference %.1e (%s); from double precision: ours %.1e, theirs %.1e"
              % (case, len(files), largest, where, exact, own))
        faults += not largest <= limit
    if not files:
        sys.exit("%s: no signals" % folder)
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=["signals", *KINDS])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--limit", type=int, default=100, help="this many clips, evenly spread")
    arguments = parser.parse_args()
    if arguments.step == "signals":
        signals(*arguments.paths, arguments.limit)
    else:
        sys.exit(1 if compare(arguments.step, *arguments.paths) else 0)


if __name__ == "__main__":
    main()
