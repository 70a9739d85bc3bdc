"""Makes fourteen kinds of copies of every clip of a folder, prepares originals and copies, and counts which copies
`lathe duplicates` finds.

    python find_copies.py AUDIO WORK [--lathe PROGRAM] [--clips N]

AUDIO holds one folder a label; WORK gets the copies and the cache. Needs numpy, scipy and soundfile. A pair of a copy
and its original counts as found, as does a pair of two copies of one clip; any other pair is reported as false.
Status 1 where a copy is missed or a pair is false.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import numpy
import scipy.signal
import soundfile

RATE = 22050


def eight_kilohertz(samples):
    low = scipy.signal.resample_poly(samples, 8000, RATE)
    return scipy.signal.resample_poly(low, RATE, 8000)[: len(samples)]


def with_noise(samples, seed):
    noise = numpy.random.default_rng(seed).standard_normal(len(samples))
    level = numpy.sqrt(numpy.mean(samples**2)) * 10 ** (-10 / 20)
    return samples + noise * level


def cut(start, seconds=None):
    first = int(start * RATE)
    return lambda samples: samples[first : None if seconds is None else first + int(seconds * RATE)]


def write(path, samples, **form):
    soundfile.write(path, numpy.clip(samples, -1, 1 - 2**-15), RATE, **form)


WAV = {"format": "WAV", "subtype": "PCM_16"}
KINDS = {
    "mp3": (lambda x: x, ".mp3", {"format": "MP3", "compression_level": 0.9}),
    "vorbis": (lambda x: x, ".ogg", {"format": "OGG", "subtype": "VORBIS"}),
    "8bit": (lambda x: x, ".wav", {"format": "WAV", "subtype": "PCM_U8"}),
    "8khz": (eight_kilohertz, ".wav", WAV),
    "quiet": (lambda x: x * 0.1, ".wav", WAV),
    "clipped": (lambda x: x * 4, ".wav", WAV),
    "noise": (lambda x: with_noise(x, 1), ".wav", WAV),
    "inverted": (lambda x: -x, ".wav", WAV),
    "late": (cut(0.1), ".wav", WAV),
    "later": (cut(1.36), ".wav", WAV),
    "half": (cut(15), ".wav", WAV),
    "begin5": (cut(0, 5), ".wav", WAV),
    "middle5": (cut(12.3, 5), ".wav", WAV),
    "end5": (cut(24.5, 5), ".wav", WAV),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("audio", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--lathe", default="lathe")
    parser.add_argument("--clips", type=int, help="so many of each label; all if not given")
    given = parser.parse_args()
    music = given.work / "music"
    originals = []
    for folder in sorted(path for path in given.audio.iterdir() if path.is_dir()):
        target = music / folder.name
        target.mkdir(parents=True, exist_ok=True)
        for clip in sorted(folder.glob("*.wav"))[: given.clips]:
            samples, rate = soundfile.read(clip, dtype="float64")
            assert rate == RATE, f"{clip}: {rate} Hz"
            originals.append(clip.stem)
            write(target / f"{clip.stem}.wav", samples, **WAV)
            for kind, (change, extension, form) in KINDS.items():
                write(target / f"{clip.stem}~{kind}{extension}", change(samples), **form)
    cache = given.work / "cache.lathe"
    # Short pieces have no slice of the usual views' length; only the acoustic fingerprints matter here.
    recipe = {
        "schema": "lathe.recipe/1", "name": "copies", "profile": "librosa-1.0", "sampleRate": RATE,
        "maximumSeconds": 600,
        "views": {"waveform": {"slices": {"length": RATE, "hop": RATE, "required": RATE}}},
    }
    (given.work / "copies.json").write_text(json.dumps(recipe))
    subprocess.run(
        [given.lathe, "prepare", music, "--cache", cache, "--recipe", given.work / "copies.json"],
        check=True)
    found = json.loads(subprocess.run(
        [given.lathe, "duplicates", cache, "--json"], check=True, capture_output=True).stdout)
    partners, false = {}, []
    for pair in found["pairs"]:
        first, second = pair["first"], pair["second"]
        if first.split("~")[0] != second.split("~")[0]:
            false.append((first, second))
        partners.setdefault(first, set()).add(second)
        partners.setdefault(second, set()).add(first)
    missed = [
        f"{clip}~{kind}" for clip in originals for kind in KINDS
        if clip not in partners.get(f"{clip}~{kind}", set())]
    copies = len(originals) * len(KINDS)
    print(f"{copies - len(missed)} of {copies} copies of {len(originals)} clips found; "
          f"{len(false)} pairs of different clips")
    for name in missed:
        print("missed:", name)
    for first, second in false:
        print("false:", first, second)
    return 1 if missed or false else 0


if __name__ == "__main__":
    sys.exit(main())
