"""Compares pictures that SignalKit makes of real clips with those of the libraries that it follows.

    python compare_pictures.py signals AUDIO FOLDER [--limit CLIPS]
    LATHE_PICTURES=FOLDER swift test --filter writesPicturesForTheComparison
    python compare_pictures.py kaldi FOLDER

The first step leaves three seconds of each clip, from the tenth on, in FOLDER/signals (numpy, soundfile); the
second the pictures in FOLDER/KIND-CASE; the third needs the library: torch and torchaudio for `kaldi`, librosa
too for `spectra`, librosa for `constant-q`, scipy and gammatone for `gammatone`, and for `networks` the first
three, torchvggish, torchlibrosa and musicnn (pip install --no-deps). It prints the greatest differences and ends
with status 1 where one is above its limit. Clips are taken as they are for any sample rate that a case names: what
is compared is arithmetic.
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


def constant_q_pictures():
    """As above; librosa's magnitudes, and decibels."""
    import make_constant_q_pinned as pinned

    def reference(case, precision):
        return lambda y: pinned.picture(case, y.astype(precision))

    return [("constant-q-" + case, 2e-2 if case == "decibel" else 1e-2, reference(case, np.float32),
             reference(case, np.float64)) for case in pinned.CASES]


def network_pictures():
    """The recipes of published networks and the code of their packages: torchvggish, torchlibrosa (of
    panns_inference), musicnn (librosa only: TensorFlow is not needed for its front end). All signals are taken for
    ones of the network's rate."""
    import functools
    import tempfile
    import types

    import librosa
    import soundfile
    import torch
    import torchlibrosa

    # Not needed for signals of the network's own rate.
    sys.modules.setdefault("resampy", types.ModuleType("resampy"))
    from torchvggish import mel_features, vggish_params

    def vggish(y):
        return mel_features.log_mel_spectrogram(
            y, audio_sample_rate=vggish_params.SAMPLE_RATE, log_offset=vggish_params.LOG_OFFSET,
            window_length_secs=vggish_params.STFT_WINDOW_LENGTH_SECONDS,
            hop_length_secs=vggish_params.STFT_HOP_LENGTH_SECONDS, num_mel_bins=vggish_params.NUM_MEL_BINS,
            lower_edge_hertz=vggish_params.MEL_MIN_HZ, upper_edge_hertz=vggish_params.MEL_MAX_HZ).T

    # As the Cnn14 of panns_inference makes them.
    spectrogram = torchlibrosa.Spectrogram(
        n_fft=1024, hop_length=320, win_length=1024, window="hann", center=True, pad_mode="reflect")
    logarithm = torchlibrosa.LogmelFilterBank(
        sr=32000, n_fft=1024, n_mels=64, fmin=50, fmax=14000, ref=1.0, amin=1e-10, top_db=None)

    def panns(y):
        tensor = torch.from_numpy(np.ascontiguousarray(y))[None]
        with torch.no_grad():
            return logarithm.to(tensor.dtype)(spectrogram.to(tensor.dtype)(tensor))[0, 0].numpy().T

    # librosa padded by reflection when the networks were trained.
    librosa.feature.melspectrogram = functools.partial(librosa.feature.melspectrogram, pad_mode="reflect")
    absent = types.ModuleType("tensorflow")
    absent.compat = types.SimpleNamespace(v1=types.SimpleNamespace(disable_eager_execution=lambda: None))
    sys.modules.setdefault("tensorflow", absent)
    sys.modules.setdefault("musicnn.models", types.ModuleType("musicnn.models"))
    from musicnn import extractor

    def musicnn(y):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "signal.wav")
            soundfile.write(path, y, 16000, subtype="FLOAT")
            with np.errstate(over="ignore"):
                values = extractor.batch_data(path, 187, 187)[1].T.astype(np.float32)
        # Its float16 ends at 65,504: sums above 6.55 give infinity there, which no network can mean.
        return np.where(np.isfinite(values), values, exact_musicnn(y))

    def exact_musicnn(y):
        mel = librosa.feature.melspectrogram(y=y.astype(np.float64), sr=16000, hop_length=256, n_fft=512, n_mels=96)
        return np.log10(10000 * mel + 1)

    import make_kaldi_pinned

    def ast(y):
        return make_kaldi_pinned.picture("ast", torch.from_numpy(y)).numpy().T

    def double(picture):
        return lambda y: picture(y.astype(np.float64))

    # musicnn computes its logarithms in float16, 11 bits. PANNs look down without limit, where torchlibrosa's
    # single precision ends: 1.4e-3 dB from its own double precision.
    return [("network-ast", 1e-3, ast, double(ast)), ("network-vggish", 1e-4, vggish, double(vggish)),
            ("network-panns", 2e-3, panns, double(panns)), ("network-musicnn", 4e-3, musicnn, exact_musicnn)]


# Cases of sums, which are compared however small they are.
RELATIVE = {"mel-sums"}
# Cases in decibels, which are compared in decibels.
DECIBELS = {"mel", "mel-dialect", "mel-htk-double", "torchaudio-mel", "torchaudio-mel-slaney", "spectrogram-decibel",
            "spectrogram-decibel-double", "network-panns", "constant-q-decibel"}
KINDS = {"kaldi": kaldi_pictures, "spectra": spectrum_pictures, "gammatone": gammatone_pictures,
         "constant-q": constant_q_pictures, "networks": network_pictures}


def difference(ours, theirs):
    """The greatest of |a - b| / max(1, |b|)."""
    return float((np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))).max())


def absolute_difference(ours, theirs):
    """The greatest of |a - b|."""
    return float(np.abs(ours - theirs).max())


def relative_difference(ours, theirs):
    """The greatest of |a - b| / |b|."""
    return float((np.abs(ours - theirs) / np.maximum(1e-30, np.abs(theirs))).max())


def picture_difference(ours, theirs):
    """The greatest of |a - b| / |b|, values below a thousandth of the picture's largest taken for as much."""
    return float((np.abs(ours - theirs) / np.maximum(1e-3 * np.abs(theirs).max(), np.abs(theirs))).max())


def compare(kind, folder):
    faults = 0
    files = sorted(glob.glob(os.path.join(folder, "signals", "*.f32")))
    for case, limit, single, double in KINDS[kind]():
        measure = (relative_difference if case in RELATIVE else
                   absolute_difference if case in DECIBELS else
                   picture_difference if kind == "constant-q" else difference)
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
