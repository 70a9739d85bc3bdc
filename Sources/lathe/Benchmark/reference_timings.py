"""Times another library on one thread: python - LIBRARY WORK SECONDS FILE...

WORK is features, mel or decode, or a recipe of one view as JSON. Prints a JSON list of {"name", "seconds"}:
processor seconds for one file, the median of rounds; an empty list where the library has no such view.
"""
import importlib.metadata
import json
import statistics
import sys
import time
import warnings
import wave

import numpy

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


def read(path):
    with wave.open(path) as file:
        samples = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    return samples.astype(numpy.float32) / 32768


def transform(view):
    return {"n_fft": view.get("transformLength", 2048), "hop_length": view.get("hop", 512)}


def bands(view, low, high, count):
    names = {"minimumFrequency": low, "maximumFrequency": high, "bands": count}
    return {theirs: view[ours] for ours, theirs in names.items() if view.get(ours) is not None}


def librosa_view(kind, view, rate):
    """What computes a picture of samples; None for a kind that the library lacks."""
    import librosa

    f = librosa.feature
    common = {"sr": rate, **transform(view)}
    filters = bands(view, "fmin", "fmax", "n_mels")

    def mfcc(y):
        values = f.mfcc(y=y, n_mfcc=view.get("coefficients", 20), **common, **filters)
        deltas = range(1, 1 + view.get("derivatives", 0))
        return [values] + [f.delta(values, order=order) for order in deltas]

    def constant_q(y):
        names = {"bins": "n_bins", "binsPerOctave": "bins_per_octave", "minimumFrequency": "fmin",
                 "hop": "hop_length", "filterScale": "filter_scale", "sparsity": "sparsity"}
        arguments = {theirs: view[ours] for ours, theirs in names.items() if ours in view}
        tuning = None if view.get("estimatesTuning") else view.get("tuning", 0.0)
        return abs(librosa.cqt(y, sr=rate, tuning=tuning, **arguments))

    return {
        "mel": lambda y: librosa.power_to_db(f.melspectrogram(y=y, **common, **filters)),
        "mfcc": mfcc,
        "chroma": lambda y: f.chroma_stft(
            y=y, n_chroma=view.get("classes", 12), tuning=view.get("tuning"), **common),
        "spectrogram": lambda y: librosa.power_to_db(abs(librosa.stft(y, **transform(view))) ** 2),
        "constant-q": constant_q,
        "features": features_plain,
    }.get(kind)


def torchaudio_view(kind, view, rate):
    import torch
    import torchaudio
    from torchaudio.compliance import kaldi

    torch.set_num_threads(1)
    transforms = torchaudio.transforms
    decibel = transforms.AmplitudeToDB(top_db=80)
    filters = bands(view, "f_min", "f_max", "n_mels")
    slaney = {"norm": "slaney", "mel_scale": "slaney"}

    def of_tensors(module):
        def run(y):
            with torch.inference_mode():
                return module(torch.from_numpy(y))
        return run

    def mel():
        module = transforms.MelSpectrogram(rate, **transform(view), **slaney, **{"n_mels": 128, **filters})
        return of_tensors(lambda y: decibel(module(y)))

    def mfcc():
        mel = {**transform(view), **slaney, **{"n_mels": 128, **filters}}
        return of_tensors(transforms.MFCC(rate, n_mfcc=view.get("coefficients", 20), melkwargs=mel))

    def spectrogram():
        module = transforms.Spectrogram(**transform(view))
        return of_tensors(lambda y: decibel(module(y)))

    def filter_bank():
        filters = bands(view, "low_freq", "high_freq", "num_mel_bins")
        return of_tensors(lambda y: kaldi.fbank(
            y[None], sample_frequency=rate, window_type=view.get("window", "povey"), **filters))

    makers = {"mel": mel, "mfcc": mfcc, "spectrogram": spectrogram, "kaldi-filter-bank": filter_bank}
    return makers[kind]() if kind in makers else None


def gammatone_view(kind, view, rate):
    from gammatone.gtgram import gtgram

    if kind != "gammatone":
        return None
    window, hop = view.get("windowLength", 1024) / rate, view.get("hop", 512) / rate
    low, high = view.get("minimumFrequency", 50.0), view.get("maximumFrequency")
    return lambda y: gtgram(y.astype(float), rate, window, hop, view.get("bands", 64), low, high)


def features_plain(y):
    """57 features, each function called on the samples: what scripts do."""
    import librosa

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
    import librosa

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


def load(path):
    import librosa

    return librosa.load(path, sr=22050)


views = {"librosa": librosa_view, "torchaudio": torchaudio_view, "gammatone": gammatone_view}[library]
name = f"{library} {importlib.metadata.version(library)}"
inputs = files if work == "decode" else [read(path) for path in files]
if work in ("decode", "features") and library != "librosa":
    sys.exit(f"{library} is no reference for {work}")
if work == "decode":
    functions = {f"{name}, librosa.load": load}
elif work == "features":
    functions = {f"{name}, plain calls": features_plain, f"{name}, spectra shared": features_shared}
elif work == "mel":
    functions = {name: views("mel", {}, 22050)}
    if functions[name] is None:
        sys.exit(f"{library} is no reference for mel")
else:
    recipe = json.loads(work)
    ((view_name, view),) = recipe["views"].items()
    function = views(view.get("kind", view_name), view, recipe["sampleRate"])
    functions = {name: function} if function else {}
print(json.dumps([{"name": n, "seconds": measure(f, inputs)} for n, f in functions.items()]))
