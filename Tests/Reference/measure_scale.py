"""How time and memory of each verb grow with the number of tracks.

    python measure_scale.py LATHE FOLDER --tracks 10000 100000 --shards 64 [--library LIBRARY]

LATHE is the program, FOLDER an empty folder with room for 15 KB a track. For each number of tracks that
many made-up files of 0.2 s in ten labels are written, prepared in shards one after the other, merged, opened, verified,
prepared again (when there is nothing to do), split, audited and searched for copies. A row a verb: seconds of wall and
processor time, and the largest resident memory. LIBRARY is libLatheC.so: with it a loader is opened too, and the mean and
deviation of the training side are taken, which needs numpy; all else needs Python alone.
"""

import argparse
import array
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

RATE, FRAMES, LABELS = 8_000, 1_600, 10
RECIPE = {
    "schema": "lathe.recipe/2", "name": "short", "sampleRate": RATE, "maximumSeconds": 60,
    "profile": "librosa-0.8",
    "views": {"waveform": {"kind": "waveform", "slices": {"length": 800, "hop": 400}}},
}


def header(size: int) -> bytes:
    return (
        b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16) + b"data" + struct.pack("<I", size)
    )


def write_audio(folder: pathlib.Path, tracks: int, labels: int = LABELS) -> None:
    """Noise, of which no two files are the same."""
    noise = []
    for seed in range(64):
        generator = random.Random(seed)
        noise.append(array.array("h", (generator.randrange(-9_000, 9_000) for _ in range(FRAMES))))
    for track in range(tracks):
        samples = noise[track % len(noise)][:]
        mark = struct.pack("<Q", track * 0x9E3779B97F4A7C15 % 2**64)
        for place, byte in enumerate(mark):
            samples[3 * place] = byte * 100
        place = folder / f"genre{track % labels}" / f"{track // 10_000:03d}"
        place.mkdir(parents=True, exist_ok=True)
        data = samples.tobytes()
        (place / f"t{track:08d}.wav").write_bytes(header(len(data)) + data)


LOADER = """
import sys, lathe
loader = lathe.open(sys.argv[1]).loader("waveform", side="train", normalise=sys.argv[2] or None, threads=0)
print(next(iter(loader)).inputs.shape)
"""


def size(folder: pathlib.Path) -> float:
    """Megabytes on the disk below a folder."""
    return sum(place.stat().st_blocks for place in folder.rglob("*")) * 512 / 1e6


def run(*command: object) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and megabytes of memory of a program."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        code = process.returncode = os.waitstatus_to_exitcode(status)
        if code not in (0, 3):
            errors.seek(0)
            raise SystemExit(f"{command[1]} ended with {code}: {errors.read().decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lathe")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--tracks", type=int, nargs="+", default=[10_000])
    parser.add_argument("--shards", type=int, default=64)
    parser.add_argument("--library", type=pathlib.Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    recipe = options.folder / "recipe.json"
    recipe.write_text(json.dumps(RECIPE))
    print("| tracks | verb | wall s | processor s | memory MB |\n|---|---|---|---|---|")
    for tracks in options.tracks:
        audio, cache = options.folder / "audio", options.folder / "cache"
        write_audio(audio, tracks)

        def row(verb: str, *command: object, program: object = options.lathe) -> None:
            wall, processor, memory = run(program, *command)
            print(f"| {tracks:,} | {verb} | {wall:.1f} | {processor:.1f} | {memory:.0f} |", flush=True)

        totals = [0.0, 0.0, 0.0]
        for shard in range(options.shards):
            wall, processor, memory = run(
                options.lathe, "prepare", audio, "--cache", cache, "--recipe", recipe, "--progress", "none",
                "--shard", f"{shard}/{options.shards}")
            totals = [totals[0] + wall, totals[1] + processor, max(totals[2], memory)]
            if shard == 0:
                print(
                    f"| {tracks:,} | prepare, the first shard | {wall:.1f} | {processor:.1f} | {memory:.0f} |", flush=True)
        print(
            f"| {tracks:,} | prepare, {options.shards} shards one after the other | {totals[0]:.1f} | {totals[1]:.1f} "
            f"| {totals[2]:.0f} |", flush=True)
        row("merge", "merge", cache)
        row("open (inspect)", "inspect", cache)
        if options.library:
            os.environ["LATHE_LIBRARY"] = str(options.library.resolve())
            os.environ["PYTHONPATH"] = str(pathlib.Path(__file__).parents[2] / "Sources" / "Python")
            row("open a loader, first batch", "-c", LOADER, cache, "", program=sys.executable)
            row("statistics of a side", "-c", LOADER, cache, "overall", program=sys.executable)
        row("verify", "verify", cache)
        row("verify --deep", "verify", cache, "--deep")
        row("prepare, nothing to do", "prepare", audio, "--cache", cache, "--progress", "none")
        row("split", "split", cache, "--folds", "5")
        row("audit", "audit", cache)
        row("duplicates", "duplicates", cache)
        print(f"{tracks:,} tracks: audio {size(audio):,.0f} MB, cache {size(cache):,.0f} MB on the disk", flush=True)
        shutil.rmtree(audio)
        shutil.rmtree(cache)


if __name__ == "__main__":
    main()
