"""What share of a preparation passes outside a program that computes a view, for an encoder of 10 ms a slice.

python Sources/Python/benchmarks/exec_overhead.py LATHE AUDIO_DIR [SECONDS_A_SLICE [HOP]]

The encoder sleeps, and measures itself how long it was asleep; the rest, from its first slice to its last, is what
Lathe and the way to it take: decoding, fingerprints, pipes, storing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RATE = 22_050
SLICE = 0.010


def encoder(note: str) -> None:
    """Sleeps 10 ms a slice; in the end writes how long that was, and from the first to the last."""
    import numpy as np

    import lathe.views

    asleep, first, last, slices = 0.0, 0.0, 0.0, 0

    def sleep(samples: np.ndarray, rate: int) -> np.ndarray:
        nonlocal asleep, first, last, slices
        start = time.perf_counter()
        first = first or start
        time.sleep(SLICE * len(samples))
        last = time.perf_counter()
        asleep += last - start
        slices += len(samples)
        return np.zeros((len(samples), 512), np.float32)

    lathe.views.serve(sleep)
    Path(note).write_text(json.dumps([asleep, last - first, slices]))


def main() -> None:
    program, audio = sys.argv[1:3]
    seconds, hop = (float(text) for text in (sys.argv[3:] + ["3", "1"][len(sys.argv) - 3 :]))
    with tempfile.TemporaryDirectory() as place:
        note = f"{place}/note.json"
        view = {
            "kind": "exec",
            "command": [sys.executable, str(Path(__file__).resolve()), "--encoder", note],
            "shape": [512],
            "slices": {"lengthSeconds": seconds, "hopSeconds": hop},
        }
        recipe = {
            "schema": "lathe.recipe/2",
            "name": "overhead",
            "sampleRate": RATE,
            "maximumSeconds": 600,
            "profile": "librosa-0.8",
            "views": {"sleep": view},
        }
        Path(f"{place}/recipe.json").write_text(json.dumps(recipe))
        command = [program, "prepare", audio, "--cache", f"{place}/c.lathe", "--threads", "1"]
        command += ["--recipe", f"{place}/recipe.json", "--allow-exec", "--progress", "none"]
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        whole = time.perf_counter() - start
        asleep, between, slices = json.loads(Path(note).read_text())
    print(
        f"{slices} slices of {seconds:g} s: {asleep:.2f} s in the encoder, {between:.2f} s from its first slice to its"
        f" last: {100 * (between - asleep) / between:.2f} % outside it; the whole run {whole:.2f} s"
    )


if __name__ == "__main__":
    encoder(sys.argv[2]) if sys.argv[1] == "--encoder" else main()
