"""Makes the pinned values of SpectrumPictureTests: rows of librosa's and torchaudio's pictures of synthetic signals.

    python make_spectrum_pinned.py pinned

Writes pinned/spectra.librosa-VERSION.csv. Needs librosa, torch and torchaudio. The signals are those of
make_pinned.py (SyntheticSignal.swift makes the same).
"""

import math
import os
import sys

import librosa
import numpy as np
import torch
import torchaudio

from synthetic import samples

RATE = 22050


def mel(y, **arguments):
    return librosa.feature.melspectrogram(y=y, sr=RATE, **arguments)


def mel_dialect(y):
    bands = mel(y, n_fft=1024, win_length=800, hop_length=256, window="hamming", power=1.0, n_mels=64, fmin=50,
                fmax=8000, htk=True, norm=None, pad_mode="edge")
    return librosa.amplitude_to_db(bands, ref=np.max, top_db=120)


def mel_whole(y):
    return np.log(mel(y, n_fft=1200, hop_length=300, center=False, n_mels=40) + 1e-6)


def mfcc(y):
    values = librosa.feature.mfcc(y=y, sr=RATE)
    return np.concatenate([values] + [librosa.feature.delta(values, order=order) for order in (1, 2)])


def mfcc_lifter(y):
    values = librosa.feature.mfcc(y=y, sr=RATE, n_mfcc=13, lifter=22, n_fft=1024, hop_length=256, n_mels=40,
                                  htk=True, pad_mode="reflect")
    return np.concatenate([values, librosa.feature.delta(values, width=5)])


def tensor(y):
    return torch.from_numpy(np.ascontiguousarray(y))


def torchaudio_mel(y, decibels=None, **arguments):
    transform = torchaudio.transforms.MelSpectrogram(sample_rate=RATE, **arguments).to(tensor(y).dtype)
    bands = transform(tensor(y))
    return (decibels(bands) if decibels else bands).numpy()


# By name: the picture of a signal, [rows, frames], and the limit: of decibels and logarithms absolute, of the
# other values relative to the larger of 1 and the value, of sums relative to the value.
CASES = {
    "mel": (lambda y: librosa.power_to_db(mel(y)), 1e-3),
    "mel-sums": (lambda y: mel(y.astype(np.float64), pad_mode="reflect"), 1e-5),
    "mel-dialect": (mel_dialect, 1e-3),
    "mel-whole": (mel_whole, 1e-3),
    # The highest bands are narrow and far below the loudest, and librosa transforms in double precision.
    "mel-htk-double": (lambda y: librosa.power_to_db(mel(y, htk=True, norm=None)), 1e-3),
    "mel-log10": (lambda y: np.log10(10000 * mel(y, n_fft=512, hop_length=256, n_mels=96) + 1), 1e-5),
    "torchaudio-mel": (
        lambda y: torchaudio_mel(y, torchaudio.transforms.AmplitudeToDB("power", top_db=80), n_fft=1024, n_mels=64),
        1e-3),
    "torchaudio-mel-slaney": (
        lambda y: torchaudio_mel(
            y, torchaudio.transforms.AmplitudeToDB("magnitude", top_db=80), n_fft=1024, win_length=600,
            hop_length=200, n_mels=40, f_min=30.0, power=1.0, norm="slaney", mel_scale="slaney",
            window_fn=torch.blackman_window), 1e-3),
    "mfcc": (mfcc, 1e-4),
    # The lifter multiplies by up to 12, librosa's own rounding too: 1.9e-4.
    "mfcc-lifter": (mfcc_lifter, 3e-4),
    "spectrogram": (lambda y: np.abs(librosa.stft(y)), 1e-4),
    "spectrogram-decibel": (lambda y: librosa.power_to_db(np.abs(librosa.stft(y, n_fft=1000, hop_length=250)) ** 2),
                            5e-3),
    "spectrogram-decibel-double": (lambda y: librosa.power_to_db(np.abs(librosa.stft(y)) ** 2), 1e-3),
    "chroma": (lambda y: librosa.feature.chroma_stft(y=y, sr=RATE), 1e-4),
    "chroma-tuned": (lambda y: librosa.feature.chroma_stft(
        y=y, sr=RATE, n_chroma=24, tuning=0.25, n_fft=4096, hop_length=1024), 1e-4),
}


def main():
    path = os.path.join(sys.argv[1], "spectra.librosa-%s.csv" % librosa.__version__)
    with open(path, "w") as file:
        file.write("# librosa %s, torchaudio %s, torch %s, numpy %s; made by make_spectrum_pinned.py\n" % (
            librosa.__version__, torchaudio.__version__, torch.__version__, np.__version__))
        file.write("case,signal,first,count,row,value of every frame\n")
        for case, (picture, _) in CASES.items():
            for name, first, count in (("mixed", 0, 11025), ("gap", 18000, 6000), ("chord", 7, 9001)):
                values = picture(samples(name, first, count))
                rows = values.shape[0]
                for row in sorted({0, 1, 5, rows // 3, rows // 2, rows - 2, rows - 1}):
                    numbers = ["%.9g" % value for value in values[row].tolist()]
                    assert all(math.isfinite(float(number)) for number in numbers)
                    file.write(",".join([case, name, str(first), str(count), str(row)] + numbers) + "\n")


if __name__ == "__main__":
    main()
