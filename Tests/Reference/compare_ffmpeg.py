"""Compares what lathe decodes of a folder of files with what ffmpeg decodes, sample for sample.

Usage: compare_ffmpeg.py AUDIO [--lathe LATHE] [--markdown]

AUDIO holds one folder a label. Needs ffmpeg, and pip install lmdb safetensors numpy. Prints a line a
file: the samples a channel that ffmpeg decodes, those that lathe keeps, the largest difference between
the two where both are at the file's own rate (the mean of the channels), and lathe's verdict. Status 1
says that lathe kept a file of which ffmpeg decodes another number of samples or other values.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy

from read_cache import read

# Lossy decoders round in other places; lossless ones must agree to the bit.
LOSSY_TOLERANCE = 5e-5
LOSSY = ("MPEG_LAYER_I", "MPEG_LAYER_II", "MPEG_LAYER_III", "VORBIS", "OPUS", "IMA_ADPCM", "MS_ADPCM", "GSM610")


def ffprobe(path):
    """Codec, rate and channels of the first audio stream as ffmpeg sees them; None where it sees none."""
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries",
         "stream=codec_name,sample_rate,channels", "-of", "csv=p=0", str(path)], capture_output=True, text=True)
    fields = (answer.stdout.splitlines() or [""])[0].split(",")
    if len(fields) < 3 or not fields[1].isdigit() or int(fields[2]) == 0:
        return None
    return fields[0], int(fields[1]), int(fields[2])


def ffmpeg(path, codec, channels):
    """The mean of the channels that ffmpeg decodes, as float32."""
    answer = subprocess.run(
        # ffmpeg's own decoder of Opus is another one than the reference decoder that all else use.
        ["ffmpeg", "-v", "quiet", *(["-c:a", "libopus"] if codec == "opus" else []), "-i", str(path), "-map", "0:a:0", "-c:a", "pcm_f32le", "-f", "f32le", "-"],
        capture_output=True)
    samples = numpy.frombuffer(answer.stdout[: len(answer.stdout) // 4 * 4], "<f4")
    frames = samples[: len(samples) // channels * channels].reshape(-1, channels)
    total = frames[:, 0].copy()
    for channel in range(1, channels):
        total = total + frames[:, channel]
    return total / numpy.float32(channels)


def recipe(rate):
    """One waveform a track at a rate, whatever its length; nothing is judged by its sound."""
    return {
        "schema": "lathe.recipe/1", "name": "plain", "profile": "librosa-0.8", "sampleRate": rate,
        "maximumSeconds": 600, "faults": {"silent": "keep"},
        "views": {"waveform": {"slices": {"length": 1, "hop": 1, "required": 1}}},
    }


def prepare(lathe, audio, rate, folder):
    """The tracks (path to record and samples) and the quarantine (path to record) at one rate."""
    text = folder / f"{rate}.json"
    text.write_text(json.dumps(recipe(rate)))
    cache = folder / f"{rate}.lathe"
    subprocess.run(
        [lathe, "prepare", str(audio), "--cache", str(cache), "--recipe", str(text), "--progress", "none"],
        capture_output=True)
    tracks = {record["path"]: (record, values["waveform"]["waveform"].ravel()) for record, values in read(cache)}
    refused = json.loads(subprocess.run(
        [lathe, "inspect", str(cache), "--quarantine", "--json"], capture_output=True).stdout)
    return tracks, {record["path"]: record for record in refused}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("audio", type=pathlib.Path)
    parser.add_argument("--lathe", default="lathe")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    wrong = 0
    rows = []
    with tempfile.TemporaryDirectory() as name:
        at = {}
        for path in sorted(path for path in options.audio.rglob("*") if path.is_file()):
            place = path.relative_to(options.audio).as_posix()
            probed = ffprobe(path)
            theirs = ffmpeg(path, probed[0], probed[2]) if probed else None
            rate = max(1_000, probed[1]) if probed else 22_050
            if rate not in at:
                at[rate] = prepare(options.lathe, options.audio, rate, pathlib.Path(name))
            tracks, refused = at[rate]
            count = len(theirs) if theirs is not None else None
            if place not in tracks:
                verdict = f"{refused[place]['code']}: {refused[place]['message']}" if place in refused else "passed over"
                rows.append((place, count, None, None, verdict))
                continue
            record, ours = tracks[place]
            frames = record["source"]["frames"]
            ours = ours.astype("f4") / 32768 if ours.dtype == numpy.int16 else ours
            difference = None
            if theirs is not None and record["source"]["sampleRate"] == rate and len(ours) == len(theirs):
                difference = float(numpy.max(numpy.abs(ours - theirs), initial=0))
            limit = LOSSY_TOLERANCE if record["source"]["encoding"] in LOSSY else 0
            good = frames == count and difference is not None and difference <= limit
            wrong += not good
            remark = (record.get("figures") or {}).get("header")
            verdict = ("used" if good else "USED, UNLIKE FFMPEG") + (f"; {remark}" if remark else "")
            rows.append((place, count, frames, difference, verdict))
    mark = "|" if options.markdown else " "
    if options.markdown:
        print("| file | ffmpeg | lathe | largest difference | verdict |\n|---|---:|---:|---:|---|")
    for row in rows:
        words = ["-" if word is None else f"{word:.1e}" if isinstance(word, float) and word else str(word) for word in row]
        words[3] = words[3].replace("0.0", "0") if row[3] == 0 else words[3]
        print(f"{mark} " + f" {mark} ".join(words) + (f" {mark}" if options.markdown else ""))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
