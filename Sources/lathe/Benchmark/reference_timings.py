"""Times librosa or torchaudio on one thread: python - LIBRARY WORK SECONDS FILE...

Prints a JSON list of {"name", "seconds"}: processor seconds for one file, the median of rounds.
"""
import json
import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")
library, work, budget, files = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]


def measure(function, inputs):
    for value in inputs[:2]:
        function(value)
    rounds, spent = [], 0.0
    while len(rounds) < 3 or spent < budget:
        start = time.process_time()
        for value in inputs:
            function(value)
        rounds.append((time.process_time() - start) / len(inputs))
        spent += rounds[-1] * len(inputs)
        if len(rounds) >= 3 and spent > 4 * budget:
            break
    return statistics.median(rounds)


def features_plain(y):
    """57 features, each function called on the samples: what scripts do."""
    f, sr = librosa.feature, 22050
    rows = [
        f.chroma_stft(y=y, sr=sr), f.rms(y=y), f.spectral_centroid(y=y, sr=sr),
        f.spectral_bandwidth(y=y, sr=sr), f.spectral_rolloff(y=y, sr=sr),
        f.zero_crossing_rate(y), librosa.effects.harmonic(y), librosa.effects.percussive(y),
        *f.mfcc(y=y, sr=sr, n_mfcc=20),
    ]
    return [(row.mean(), row.var()) for row in rows], librosa.beat.beat_track(y=y, sr=sr)[0]


def features_shared(y):
    """The same from one transform, shared by all that can share it."""
    f, sr = librosa.feature, 22050
    d = librosa.stft(y)
    s = abs(d)
    power = s**2
    mel = librosa.power_to_db(librosa.feature.melspectrogram(S=power, sr=sr))
    harmonic, percussive = librosa.decompose.hpss(d)
    onset = librosa.onset.onset_strength(S=mel, sr=sr, aggregate=numpy.median)
    rows = [
        f.chroma_stft(S=power, sr=sr), f.rms(y=y), f.spectral_centroid(S=s, sr=sr),
        f.spectral_bandwidth(S=s, sr=sr), f.spectral_rolloff(S=s, sr=sr), f.zero_crossing_rate(y),
        librosa.istft(harmonic), librosa.istft(percussive), *f.mfcc(S=mel, n_mfcc=20),
    ]
    tempo = librosa.beat.beat_track(onset_envelope=onset, sr=sr)[0]
    return [(row.mean(), row.var()) for row in rows], tempo


if library == "librosa":
    import librosa
    import numpy
    import soundfile

    name = f"librosa {librosa.__version__}"
    if work == "decode":
        results = [(f"{name}, librosa.load", measure(lambda p: librosa.load(p, sr=22050), files))]
    else:
        inputs = [soundfile.read(path, dtype="float32")[0] for path in files]
        if work == "features":
            results = [
                (f"{name}, plain calls", measure(features_plain, inputs)),
                (f"{name}, spectra shared", measure(features_shared, inputs)),
            ]
        else:
            picture = lambda y: librosa.power_to_db(librosa.feature.melspectrogram(y=y, sr=22050))
            results = [(name, measure(picture, inputs))]
else:
    import wave

    import torch
    import torchaudio

    torch.set_num_threads(1)
    name = f"torchaudio {torchaudio.__version__}"
    if work != "mel":
        sys.exit(f"torchaudio is a reference for mel only, not for {work}")

    def read(path):
        with wave.open(path) as file:
            samples = bytearray(file.readframes(file.getnframes()))
        return torch.frombuffer(samples, dtype=torch.int16).float() / 32768

    inputs = [read(path) for path in files]
    mel = torchaudio.transforms.MelSpectrogram(
        22050, n_fft=2048, hop_length=512, n_mels=128, norm="slaney", mel_scale="slaney")
    decibel = torchaudio.transforms.AmplitudeToDB(top_db=80)
    with torch.inference_mode():
        results = [(name, measure(lambda y: decibel(mel(y)), inputs))]

print(json.dumps([{"name": n, "seconds": s} for n, s in results]))
