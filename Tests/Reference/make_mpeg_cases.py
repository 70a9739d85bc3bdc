"""Writes MPEG audio of the kinds that people meet, with ffmpeg and LAME, to be compared with ffmpeg's own decoder.

Usage: make_mpeg_cases.py FOLDER [--lathe LATHE]
       compare_ffmpeg.py FOLDER --lathe LATHE

Needs ffmpeg with libmp3lame, and pip install lmdb safetensors numpy. The 66 files in FOLDER/mpeg are mp3 at six
rates and three bit rates with and without an ID3 tag, of variable rate with and without a Xing table, from a
pipe, joined, cut, layer II, within RIFF, and under the name of another format. At the end it prints how far the noise
of a file at 24,000 Hz is from what was encoded, as lathe and as ffmpeg decode it: the two have other tables there.
"""

import argparse
import pathlib
import subprocess
import tempfile

import numpy

from compare_ffmpeg import ffmpeg, prepare

NOISE = ["-f", "lavfi", "-i", "anoisesrc=d=4:c=pink:a=0.3:seed=1"]
CHANGING = ["-f", "lavfi", "-i", "anoisesrc=d=2:c=pink:a=0.3:seed=1[a];sine=f=300:d=4[b];[a][b]concat=v=0:a=1"]
BARE = ["-write_xing", "0", "-id3v2_version", "0"]


def encode(source, *options, to):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *options, str(to)], check=True, stdin=subprocess.DEVNULL)


def write(folder):
    for rate in (16_000, 22_050, 24_000, 32_000, 44_100, 48_000):
        mono = ["-ar", str(rate), "-ac", "1"]
        for bits in ("32k", "64k", "128k"):
            encode(NOISE, *mono, "-b:a", bits, *BARE, to=folder / f"constant_{rate}_{bits}.mp3")
            tag = ["-write_xing", "0", "-metadata", "title=a", "-id3v2_version", "3"]
            encode(NOISE, *mono, "-b:a", bits, *tag, to=folder / f"tagged_{rate}_{bits}.mp3")
        encode(CHANGING, *mono, "-q:a", "4", *BARE, to=folder / f"variable_{rate}.mp3")
        encode(CHANGING, *mono, "-q:a", "4", to=folder / f"xing_{rate}.mp3")
        line = ["ffmpeg", "-v", "error", *NOISE, *mono, "-b:a", "64k", "-f", "mp3", "-"]
        piped = subprocess.run(line, check=True, stdin=subprocess.DEVNULL, capture_output=True).stdout
        (folder / f"pipe_{rate}.mp3").write_bytes(piped)
    for rate in (22_050, 44_100, 48_000):
        layer = folder / f"layer2_{rate}.mp2"
        encode(NOISE, "-ar", str(rate), "-ac", "2", "-c:a", "mp2", "-b:a", "128k", to=layer)
        (folder / f"layer2_named_{rate}.mp3").write_bytes(layer.read_bytes())
    bytes_of = {path.stem: path.read_bytes() for path in folder.glob("*.mp3")}
    encode(["-i", str(folder / "constant_44100_64k.mp3")], "-c", "copy", to=folder / "riff.wav")
    (folder / "named.wav").write_bytes(bytes_of["constant_22050_64k"])
    (folder / "joined.mp3").write_bytes(bytes_of["constant_44100_64k"] + bytes_of["constant_44100_128k"])
    (folder / "joined_xing.mp3").write_bytes(2 * bytes_of["xing_44100"])
    (folder / "cut_50.mp3").write_bytes(bytes_of["constant_44100_64k"][:-50])
    (folder / "cut_1.mp3").write_bytes(bytes_of["constant_22050_64k"][:-1])


def ratios(lathe, folder):
    """The signal-to-noise ratios in decibels of encoded noise at 24,000 Hz, as lathe and as ffmpeg decode it."""
    samples = (0.2 * numpy.random.default_rng(1).standard_normal(96_000)).astype("<f4")
    (folder / "noise").mkdir()
    (folder / "samples").write_bytes(samples.tobytes())
    path = folder / "noise" / "noise.mp3"
    encode(["-f", "f32le", "-ar", "24000", "-ac", "1", "-i", str(folder / "samples")], "-b:a", "144k", to=path)
    (_, ours), = prepare(lathe, folder, 24_000, folder)[0].values()
    for decoded in (ours.astype("f4"), ffmpeg(path, "mp3", 1)):
        error = decoded[: len(samples)] - samples[: len(decoded)]
        yield 10 * numpy.log10((samples**2).sum() / (error**2).sum())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--lathe", default="lathe")
    options = parser.parse_args()
    (options.folder / "mpeg").mkdir(parents=True, exist_ok=True)
    write(options.folder / "mpeg")
    with tempfile.TemporaryDirectory() as scratch:
        ours, theirs = ratios(options.lathe, pathlib.Path(scratch))
    print(f"noise at 24,000 Hz: {ours:.1f} dB by lathe, {theirs:.1f} dB by ffmpeg")
