"""WebDataset and Parquet come in as collections that prepare reads, and what was exported comes back."""

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import lathe
import numpy as np
import pytest
from conftest import ROOT, program
from test_exports import export, tree


def run(source, output, *more, check=True):
    command = [program(), "import", source, "--output", output, "--progress", "none", *more]
    environment = os.environ | {
        "LATHE_PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT / "Sources" / "Python"),
    }
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False,
        env=environment,
    )  # fmt: skip
    if check:
        assert done.returncode == 0, done.stderr
    return done


def prepare(collection, cache):
    subprocess.run(
        [program(), "prepare", collection / "audio", "--cache", cache,
         "--manifest", collection / "manifest.json", "--progress", "none"],
        check=True, capture_output=True,
    )  # fmt: skip


def waveforms(path):
    with lathe.open(path) as cache:
        return {
            (s.track, s.slice): (s.inputs.tobytes(), cache.labels[s.label])
            for s in cache.samples("waveform")
        }


def tar(path, members, kind=tarfile.REGTYPE):
    with tarfile.open(path, "w") as archive:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size = kind, len(data) if kind == tarfile.REGTYPE else 0
            archive.addfile(entry, io.BytesIO(data))


def wave(seed):
    numbers = np.random.default_rng(seed).integers(-9000, 9000, 100_000, np.int16)
    import wave as waves

    file = io.BytesIO()
    with waves.open(file, "wb") as sound:
        sound.setparams((1, 2, 22_050, 0, "NONE", ""))
        sound.writeframes(numbers.tobytes())
    return file.getvalue()


@pytest.mark.parametrize("form", ["webdataset", "parquet"])
def test_what_was_exported_comes_back(folder, path, split, form, tmp_path):
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    more = ("--view", "waveform", "--split", split, "--accept-licences")
    export(form, path, tmp_path / "out", *more, "--audio", folder / "audio")
    run(tmp_path / "out", tmp_path / "back")
    assert tree(tmp_path / "back" / "audio") == tree(folder / "audio")
    prepare(tmp_path / "back", tmp_path / "c")
    assert waveforms(tmp_path / "c") == waveforms(path)
    manifest = json.loads((tmp_path / "back" / "manifest.json").read_text())
    with lathe.open(path) as cache:
        sides = {name for name, count in cache.splits[split].sides.items() if count}
        for side in sides:
            ids = {sample.track for sample in cache.samples("waveform", split, side)}
            assert set(manifest["splits"][split]["sides"][side]) == ids
    # What is stored and no file is the same samples, too.
    export(form, path, tmp_path / "stored", "--view", "waveform", "--accept-licences")
    run(tmp_path / "stored", tmp_path / "again")
    prepare(tmp_path / "again", tmp_path / "d")
    assert waveforms(tmp_path / "d") == waveforms(path)


def test_webdataset_of_others(tmp_path):
    """Labels as names or numbers, groups by a shared id, licences, sides; the same files each time."""
    source = tmp_path / "theirs"
    source.mkdir()
    for side, numbers in (("train", (0, 1)), ("test", (2, 3))):
        members = []
        for number in numbers:
            facts = {"genre": f"g{number % 2}", "track_id": f"r{number // 2}", "license": "CC0"}
            members += [
                (f"./a/{number:04d}.json", json.dumps(facts).encode()),
                (f"./a/{number:04d}.WAV", wave(number)),
            ]
        tar(source / f"{side}-000000.tar", members)
    done = run(source, tmp_path / "out")
    assert "4 tracks" in done.stderr and "test 2, train 2" in done.stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    tracks = {track["id"]: track for track in manifest["tracks"]}
    assert set(tracks) == {"r0", "r0-2", "r1", "r1-2"} and manifest["labels"] == ["g0", "g1"]
    assert tracks["r0"]["group"] == tracks["r0-2"]["group"] == "r0"
    assert tracks["r1-2"]["label"] == "g1" and tracks["r1"]["licence"] == "CC0"
    assert tracks["r0"]["path"] == "g0/a_0000.wav"
    sides = {"test": ["r1", "r1-2"], "train": ["r0", "r0-2"]}
    assert manifest["splits"]["published"]["sides"] == sides
    before = tree(tmp_path / "out")
    assert run(source, tmp_path / "out", check=False).returncode == 1
    run(source, tmp_path / "out", "--overwrite")
    assert tree(tmp_path / "out") == before
    prepare(tmp_path / "out", tmp_path / "c")


def test_parquet_of_others(tmp_path):
    """Tags, bytes without a type of audio, a file beside the table; a choice of columns that is missing."""
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    import pyarrow.parquet as pq

    source = tmp_path / "theirs"
    (source / "data").mkdir(parents=True)
    (source / "clips").mkdir()
    (source / "clips" / "b.wav").write_bytes(wave(2))
    (source / "README.md").write_text("---\nlicense: cc-by-4.0\n---\n# Ours\n")
    table = pa.table(
        {
            "sound": [{"bytes": wave(1), "path": None}, {"bytes": None, "path": "clips/b.wav"}],
            "tags": [["slow", "guitar"], []],
            "mood": ["calm", "wild"],
        }
    )
    pq.write_table(table, source / "data" / "train-00000-of-00001.parquet")
    run(source, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [t["labels"] for t in manifest["tracks"]] == [["guitar", "slow"], []]
    assert manifest["licence"] == "cc-by-4.0" and manifest["splits"] == {}
    prepare(tmp_path / "out", tmp_path / "c")
    run(source, tmp_path / "moods", "--label", "mood")
    assert [t["label"] for t in json.loads((tmp_path / "moods" / "manifest.json").read_text())["tracks"]] == [
        "calm", "wild",
    ]  # fmt: skip
    done = run(source, tmp_path / "none", "--label", "genre", check=False)
    assert done.returncode == 1 and "no column 'genre'" in done.stderr
    table = table.set_column(0, "sound", [[{"bytes": None, "path": "../../x.wav"}] * 2])
    pq.write_table(table, source / "data" / "train-00000-of-00001.parquet")
    done = run(source, tmp_path / "none", check=False)
    assert done.returncode == 1 and "may lead out of its folder" in done.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([("../../a.wav", b"x")], "may lead out of its folder"),
        ([("/etc/a.wav", b"x")], "may lead out of its folder"),
        ([("a.cls", b"0")], "has no file of audio"),
        ([("a.wav", b"x"), ("a.flac", b"x")], "has several files of audio"),
        ([("a.wav", b"x"), ("a.json", b"[]")], "is no JSON object"),
        ([], "holds no sample"),
    ],
)
def test_hostile_and_useless_archives_leave_nothing(members, words, tmp_path):
    (tmp_path / "in").mkdir()
    tar(tmp_path / "in" / "train-000000.tar", members)
    done = run(tmp_path / "in", tmp_path / "out", check=False)
    assert done.returncode == 1 and words in done.stderr
    assert [place.name for place in tmp_path.iterdir()] == ["in"]


def test_links_and_cut_archives_leave_nothing(tmp_path):
    (tmp_path / "in").mkdir()
    target = tmp_path / "in" / "train-000000.tar"
    tar(target, [("a.wav", b"")], tarfile.SYMTYPE)
    assert "is a link or a device" in run(tmp_path / "in", tmp_path / "out", check=False).stderr
    tar(target, [("a.wav", wave(1))])
    target.write_bytes(target.read_bytes()[:9_000])
    assert "is damaged or cut" in run(tmp_path / "in", tmp_path / "out", check=False).stderr
    done = run(tmp_path / "nothing", tmp_path / "out", check=False)
    assert done.returncode == 2 and "no such file" in done.stderr
    assert [place.name for place in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("form", ["webdataset", "parquet"])
def test_the_hundred_real_clips_come_back(form, tmp_path):
    places = (os.environ.get("LATHE_GTZAN"), ROOT.parent / "shared/data/gtzan-mini/genres_original")
    clips = next((Path(place) for place in places if place and Path(place).is_dir()), None)
    if clips is None:
        pytest.skip("no real clips at hand (LATHE_GTZAN)")
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    plain = [program(), "prepare", "--progress", "none", "--manifest"]
    leave = ["--set", "features=null", "--set", "features-30s=null", "--set", "mel=null"]
    subprocess.run([*plain, "gtzan", clips, "--cache", tmp_path / "c", *leave], check=True, capture_output=True)
    export(form, tmp_path / "c", tmp_path / "out", "--view", "waveform", "--accept-licences")
    run(tmp_path / "out", tmp_path / "back")
    subprocess.run(
        [*plain, tmp_path / "back/manifest.json", tmp_path / "back/audio", "--cache", tmp_path / "d", *leave],
        check=True, capture_output=True,
    )  # fmt: skip
    first, second = waveforms(tmp_path / "c"), waveforms(tmp_path / "d")
    assert len(first) > 100 and first == second
