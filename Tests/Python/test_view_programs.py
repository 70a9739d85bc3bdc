"""Views that a function of Python computes, from the recipe to what is read and trained on."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from conftest import program

import lathe
from lathe import view_programs

HEAD = "import sys\nimport numpy as np\nimport lathe.views\n"
LOUDNESS = """
def loudness(samples, rate):
    print("this is not an answer")
    rate = np.full(len(samples), rate)
    return np.stack([samples.mean(axis=1), (samples**2).mean(axis=1), rate], axis=1)

lathe.views.serve(loudness)
"""


def prepare(folder: Path, place: Path, code: str, *options: str, **view: object):
    """Prepares demo audio with a view by a program of this code; the cache and what was said."""
    script = place / "view.py"
    script.write_text(HEAD + code)
    recipe = {
        "schema": "lathe.recipe/2",
        "name": "loud",
        "sampleRate": 22050,
        "maximumSeconds": 60,
        "profile": "librosa-0.8",
        "views": {
            "waveform": {"slices": {"length": 22050, "hop": 22050}},
            "loud": {
                "kind": "exec",
                "command": [sys.executable, str(script)],
                "shape": [3],
                "slices": {"length": 22050, "hop": 22050},
                **view,
            },
        },
    }
    (place / "recipe.json").write_text(json.dumps(recipe))
    command = [program(), "prepare", folder / "audio", "--cache", place / "c.lathe"]
    command += ["--recipe", place / "recipe.json", "--progress", "none", "--threads", "1"]
    done = subprocess.run([*command, *options], capture_output=True, text=True)
    return place / "c.lathe", done


def test_a_function_is_a_view(folder, tmp_path):
    path, done = prepare(folder, tmp_path, LOUDNESS, "--allow-exec", batch=2)
    assert done.returncode == 0, done.stderr
    with lathe.open(path) as cache:
        for track in list(cache.tracks)[:3]:
            samples = cache.read("waveform", track.id)
            values = cache.read("loud", track.id)
            assert values.shape == (len(samples), 3)
            wanted = [samples.mean(axis=1), (samples**2).mean(axis=1), np.full(len(samples), 22050)]
            np.testing.assert_allclose(values, np.stack(wanted, axis=1), rtol=1e-4, atol=1e-6)
        batch = next(iter(cache.loader("loud", split=next(iter(cache.splits)), side="train")))
        assert batch.inputs.shape[1:] == (3,)
    verified = subprocess.run([program(), "verify", path, "--deep"], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stderr
    run = [program(), "train", "loud", "--trainer", "linear", "--cache", path]
    run += ["--output", tmp_path / "run", "--epochs", "2", "--progress", "none"]
    trained = subprocess.run(run, capture_output=True, text=True)
    assert trained.returncode == 0, trained.stderr


def test_nothing_is_started_unasked(folder, tmp_path):
    path, done = prepare(folder, tmp_path, LOUDNESS)
    assert done.returncode == 2
    assert "view loud would start this program: " in done.stderr
    assert "--allow-exec" in done.stderr
    assert not path.exists()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "def accept(view):\n"
            "    raise ValueError(f'{view.name} of {view.shape} at {view.rate} Hz cannot be')\n"
            "lathe.views.serve(None, accept=accept)",
            "says: loud of (3,) at 22050 Hz cannot be",
        ),
        ("import no_such_module_here", "No module named 'no_such_module_here'"),
        ("lathe.views.serve(lambda samples, rate: samples / {})", "TypeError"),
    ],
)
def test_what_cannot_be_ends_the_run(folder, tmp_path, code, words):
    _, done = prepare(folder, tmp_path, code, "--allow-exec")
    assert done.returncode == 1
    assert words in done.stderr


def test_a_track_that_a_function_refuses_goes_to_quarantine(folder, tmp_path):
    with lathe.open(folder / "demo.lathe") as cache:
        loudest = max(float(cache.read("waveform", track.id)[0].max()) for track in cache.tracks)
    code = (
        "def refuse(samples, rate):\n"
        f"    if samples[0].max() >= {loudest * 0.999999}:\n"
        "        raise ValueError('it is too loud')\n"
        "    return np.zeros((len(samples), 3))\n"
        "lathe.views.serve(refuse)"
    )
    _, done = prepare(folder, tmp_path, code, "--allow-exec")
    assert done.returncode == 3, done.stderr
    assert "says: it is too loud" in done.stdout + done.stderr


def test_the_next_frame_is_read_meanwhile():
    """While a function works on a frame, the next leaves the pipe, which holds less than it."""

    def frame(number: int) -> bytes:
        data = np.full(1 << 18, number, "<f4")
        entry = {"dtype": "F32", "shape": [1, 1 << 18], "data_offsets": [0, data.nbytes]}
        header = json.dumps({"__metadata__": {"frame": str(number)}, "samples": entry}).encode()
        text = len(header).to_bytes(8, "little") + header + data.tobytes()
        return len(text).to_bytes(8, "little") + text

    def write() -> None:
        with os.fdopen(writing, "wb") as sink:
            sink.write(frame(1) + frame(2))

    reading, writing = os.pipe()
    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    with os.fdopen(reading, "rb", buffering=0) as source:
        frames = view_programs._ahead(source)
        first = next(frames)
        writer.join(20)
        assert not writer.is_alive(), "nobody reads the second frame"
        second = next(frames)
        assert [facts["frame"] for facts, _ in (first, second)] == ["1", "2"]
        assert [samples[0, -1] for _, samples in (first, second)] == [1, 2]
        assert next(frames, None) is None


def test_tensors_of_pytorch(folder, tmp_path):
    pytest.importorskip("torch", reason="torch is not installed: no tensors were given")
    code = (
        "import torch\n"
        "def means(samples, rate):\n"
        "    assert not torch.is_grad_enabled()\n"
        "    return torch.stack([samples.mean(1)] * 3, 1)\n"
        "lathe.views.serve(means, device='auto')"
    )
    path, done = prepare(folder, tmp_path, code, "--allow-exec")
    assert done.returncode == 0, done.stderr
    with lathe.open(path) as cache:
        track = next(iter(cache.tracks)).id
        wanted = cache.read("waveform", track).mean(axis=1)
        np.testing.assert_allclose(cache.read("loud", track)[:, 0], wanted, atol=1e-6)
