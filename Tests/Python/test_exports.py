"""What is exported comes back, read by the tools that own the forms."""

import errno
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import lathe
import numpy as np
import pytest
from conftest import ROOT, program
from divided import is_alive, waited
from lathe.whole_folder import finish, refusal


def export(form, cache, output, *more, check=True):
    command = [program(), "export", form, cache, "--output", output, "--progress", "none", *more]
    environment = os.environ | {
        "LATHE_PYTHON": sys.executable,
        "LATHE_PROGRAM": program(),
        "PYTHONPATH": str(ROOT / "Sources" / "Python"),
    }
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False,
        env=environment,
    )  # fmt: skip
    if check:
        assert done.returncode == 0, done.stderr
    return done


def tree(folder):
    files = (place for place in sorted(Path(folder).rglob("*")) if place.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def expected(path, view, split, side):
    """Samples by (track, slice), as the loader gives them, with their labels."""
    with lathe.open(path) as cache:
        samples = cache.samples(view, split, side)
        return {(s.track, s.slice): (s.inputs, s.label) for s in samples}


@pytest.fixture(scope="module")
def sides(path, split):
    with lathe.open(path) as cache:
        return [name for name, count in cache.splits[split].sides.items() if count]


@pytest.fixture(scope="module")
def tagged(audio, tmp_path_factory):
    """Eight tracks of none to three labels; the manifest gives licences."""
    folder = tmp_path_factory.mktemp("tagged")
    files = sorted(str(path.relative_to(audio)) for path in Path(audio).rglob("*.wav"))
    names = ["guitar", "rock", "slow"]
    labels = [[n for bit, n in enumerate(names) if i >> bit & 1] for i in range(len(files))]
    tracks = [
        {"id": f"t.{i}", "path": file, "labels": labels[i], "group": f"g{i // 2}"}
        for i, file in enumerate(files)
    ]
    manifest = folder / "club.json"
    manifest.write_text(
        json.dumps(
            {"schema": "lathe.manifest/2", "name": "club", "licence": "CC BY 4.0",
             "labels": names, "tracks": tracks}
        )
    )  # fmt: skip
    cache = folder / "c"
    subprocess.run(
        [program(), "prepare", audio, "--cache", cache, "--manifest", manifest,
         "--split", "0.5,0.5", "--progress", "none"],
        check=True,
    )  # fmt: skip
    return str(cache), {f"t.{i}": tags for i, tags in enumerate(labels)}


@pytest.mark.parametrize("view", ["mel", "features"])
def test_numpy_maps_the_arrays(path, split, sides, view, tmp_path):
    export("npy", path, tmp_path / "a", "--view", view, "--split", split)
    export("npz", path, tmp_path / "z", "--view", view, "--split", split)
    for side in sides:
        wanted = expected(path, view, split, side)
        folder = tmp_path / "a" / side
        samples = np.load(folder / "samples.npy", mmap_mode="r")
        assert isinstance(samples, np.memmap) and samples.offset % 64 == 0
        labels, tracks, slices = (
            np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("labels", "tracks", "slices")
        )
        assert labels.dtype == np.int64 and len(samples) == len(wanted)
        for number in range(len(samples)):
            inputs, label = wanted[str(tracks[number]), int(slices[number])]
            np.testing.assert_array_equal(samples[number], inputs)
            assert labels[number] == label
        with np.load(tmp_path / "z" / f"{side}.npz") as archive:
            assert set(archive.files) >= {"samples", "labels", "tracks", "slices", "label_names"}
            for name in archive.files:
                np.testing.assert_array_equal(archive[name], np.load(folder / f"{name}.npy"))


def test_numpy_gets_rows_of_several_labels(tagged, tmp_path):
    path, tags = tagged
    export("npy", path, tmp_path / "a", "--view", "features")
    folder = tmp_path / "a" / "full"
    names = np.load(folder / "label_names.npy").tolist()
    labels, tracks = np.load(folder / "labels.npy"), np.load(folder / "tracks.npy")
    assert labels.dtype == np.float32 and names == ["guitar", "rock", "slow"]
    for row, track in zip(labels, tracks.tolist(), strict=True):
        assert [name for name, weight in zip(names, row, strict=True) if weight] == tags[track]
    assert np.load(folder / "groups.npy").tolist() == [f"g{int(t[2:]) // 2}" for t in tracks]


def test_the_waveform_is_exported_as_stored(path, tmp_path):
    export("npy", path, tmp_path / "a", "--view", "waveform", "--accept-licences")
    samples = np.load(tmp_path / "a" / "full" / "samples.npy", mmap_mode="r")
    assert samples.dtype == np.int16
    with lathe.open(path) as cache:
        np.testing.assert_array_equal(
            samples.astype(np.float32) / 32768, cache.samples("waveform").read(range(len(samples)))
        )


def test_webdataset_reads_slices(path, split, sides, tmp_path):
    webdataset = pytest.importorskip("webdataset", reason="webdataset is not installed")
    export(
        "webdataset", path, tmp_path / "w", "--view", "mel", "--split", split,
        "--shard-megabytes", "1",
    )  # fmt: skip
    for side in sides:
        wanted = expected(path, "mel", split, side)
        archives = sorted(str(file) for file in (tmp_path / "w").glob(f"{side}-*.tar"))
        assert archives[0].endswith(f"{side}-000000.tar")
        dataset = webdataset.WebDataset(archives, shardshuffle=False, empty_check=False).decode()
        seen = 0
        for sample in dataset:
            about = sample["json"]
            inputs, label = wanted[about["id"], about["slice"]]
            np.testing.assert_array_equal(sample["npy"], inputs)
            assert sample["cls"] == label and about["side"] == side
            assert "." not in sample["__key__"]
            seen += 1
        assert seen == len(wanted)


@pytest.mark.parametrize("is_original", [False, True])
def test_webdataset_reads_audio(folder, path, is_original, tmp_path):
    webdataset = pytest.importorskip("webdataset", reason="webdataset is not installed")
    more = ["--audio", folder / "audio"] if is_original else []
    export("webdataset", path, tmp_path / "w", "--view", "waveform", "--accept-licences", *more)
    archives = sorted(str(file) for file in (tmp_path / "w").glob("*.tar"))
    dataset = webdataset.WebDataset(archives, shardshuffle=False, empty_check=False)
    with lathe.open(path) as cache:
        known = {track.id: track for track in cache.tracks}
        for row in dataset:
            track = known.pop(json.loads(row["json"])["id"])
            original = (folder / "audio" / track.path).read_bytes()
            # The samples follow a header of 44 bytes in both.
            assert row["wav"][44:] == original[44:]
            assert not is_original or row["wav"] == original
            assert cache.labels[int(row["cls"])] == track.label
        assert not known


def test_hugging_face_reads_webdataset(path, split, sides, tmp_path):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    export("webdataset", path, tmp_path / "w", "--view", "mel", "--split", split)
    files = {side: str(tmp_path / "w" / f"{side}-*.tar") for side in sides}
    loaded = datasets.load_dataset("webdataset", data_files=files, cache_dir=str(tmp_path / "hub"))
    for side in sides:
        wanted = expected(path, "mel", split, side)
        assert len(loaded[side]) == len(wanted)
        for row in loaded[side].select(range(3)):
            inputs, label = wanted[row["json"]["id"], row["json"]["slice"]]
            np.testing.assert_array_equal(np.float32(row["npy"]), inputs)
            assert int(row["cls"]) == label


def test_webdataset_has_the_weights_of_several_labels(tagged, tmp_path):
    webdataset = pytest.importorskip("webdataset", reason="webdataset is not installed")
    path, tags = tagged
    export("webdataset", path, tmp_path / "w", "--view", "features-30s")
    dataset = webdataset.WebDataset(
        str(tmp_path / "w" / "full-000000.tar"), shardshuffle=False, empty_check=False
    ).decode()
    rows = {sample["json"]["id"]: sample["tags.npy"].tolist() for sample in dataset}
    assert rows == {
        track: [float(name in names) for name in ("guitar", "rock", "slow")]
        for track, names in tags.items()
    }


def test_jams_reads_annotations(path, tagged, tmp_path):
    jams = pytest.importorskip("jams", reason="jams is not installed")
    export("jams", path, tmp_path / "j")
    with lathe.open(path) as cache:
        files = sorted((tmp_path / "j").glob("*.jams"))
        assert len(files) == len(cache.tracks)
        for file in files:
            read = jams.load(str(file), validate=True, strict=True)
            track = cache.tracks.find(read.sandbox.id)
            (annotation,) = read.annotations
            value = "hip-hop" if track.label == "hiphop" else track.label
            assert annotation.namespace == "tag_gtzan"
            assert [observation.value for observation in annotation.data] == [value]
            assert read.file_metadata.duration == track.frames / track.sample_rate
    path, tags = tagged
    export("jams", path, tmp_path / "t")
    read = jams.load(str(tmp_path / "t" / "t.3.jams"), validate=True, strict=True)
    assert read.annotations[0].namespace == "tag_open" and read.sandbox.licence == "CC BY 4.0"
    assert [observation.value for observation in read.annotations[0].data] == tags["t.3"]


@pytest.fixture(scope="module")
def hub(path, split, tmp_path_factory):
    """The mel pictures as Parquet."""
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    folder = tmp_path_factory.mktemp("hub")
    more = ("--view", "mel", "--split", split, "--shard-megabytes", "1")
    export("parquet", path, folder / "mel", *more)
    export("croissant", path, folder / "again", *more)
    return folder


def test_parquet_is_the_same_bytes_each_time(hub):
    assert tree(hub / "mel") == tree(hub / "again")
    assert sorted(place.name for place in hub.iterdir()) == ["again", "mel"]


def test_hugging_face_loads_the_folder(hub, path, split, sides, tmp_path):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    loaded = datasets.load_dataset(str(hub / "mel"), cache_dir=str(tmp_path))
    assert set(loaded) == set(sides)
    for side in sides:
        wanted = expected(path, "mel", split, side)
        rows = loaded[side].with_format("numpy")
        with lathe.open(path) as cache:
            assert rows.features["label"].names == list(cache.labels)
        assert rows.features["inputs"] == datasets.Array2D(shape=(128, 87), dtype="float32")
        assert len(rows) == len(wanted)
        for row in rows:
            inputs, label = wanted[str(row["id"]), int(row["slice"])]
            np.testing.assert_array_equal(row["inputs"], inputs)
            assert row["label"] == label


def test_duckdb_reads_the_files(hub, path):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    with lathe.open(path) as cache:
        wanted = len(cache.samples("mel"))
    files = f"{hub}/mel/data/*.parquet"
    count, length = duckdb.sql(f"select count(*), max(len(inputs)) from '{files}'").fetchall()[0]
    assert (count, length) == (wanted, 128)


def test_files_of_parquet_are_as_readers_want_them(hub):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    files = sorted((hub / "mel" / "data").iterdir())
    assert files and all("-of-0000" in file.name for file in files)
    for file in files:
        about = parquet.read_metadata(file)
        for number in range(about.num_row_groups):
            group = about.row_group(number)
            assert group.total_byte_size <= 100_000_000
            assert group.column(0).compression == "UNCOMPRESSED"
        # A process of its own: where datasets is loaded, it takes the extension's type for itself.
        script = (
            "import pyarrow.parquet, sys; "
            "print(pyarrow.parquet.read_schema(sys.argv[1]).field('inputs').metadata)"
        )
        text = subprocess.run(
            [sys.executable, "-c", script, file], check=True, capture_output=True, text=True
        ).stdout
        assert "Array2DExtensionType" in text and '[[128, 87], "float32"]' in text


def test_croissant_is_valid_and_its_records_are_read(hub, path, split, sides):
    pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    place = hub / "mel" / "croissant.json"
    about = json.loads(place.read_text())
    for file in about["distribution"]:
        if file["@type"] == "cr:FileObject":
            content = (hub / "mel" / file["contentUrl"]).read_bytes()
            assert file["sha256"] == hashlib.sha256(content).hexdigest()
    # In a process of its own, for the same reason.
    script = """
import json, sys, mlcroissant, numpy
place, side = sys.argv[1:]
dataset = mlcroissant.Dataset(jsonld=place)
labels = [str(record["labels/name"]) for record in dataset.records("labels")]
sides = [str(record["splits/name"]) for record in dataset.records("splits")]
records = list(dataset.records(side))
record = records[0]
inputs = numpy.stack([numpy.stack(row) for row in record[side + "/inputs"]])
own = {record[side + "/split"].decode() for record in records} == {side}
print(json.dumps([labels, sides if own else [], inputs.shape, float(inputs.sum(dtype="float64"))]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, place, sides[0]], check=True, capture_output=True, text=True
    )
    labels, names, shape, total = json.loads(done.stdout.splitlines()[-1])
    with lathe.open(path) as cache:
        assert labels == list(cache.labels)
    assert set(names) == set(sides) and shape == [128, 87]
    sums = [x.sum(dtype="float64") for x, _ in expected(path, "mel", split, sides[0]).values()]
    assert np.isclose(sums, total, rtol=1e-9).any()


def test_parquet_holds_whole_files_of_audio(folder, path, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    refused = export("parquet", path, tmp_path / "p", "--view", "waveform", check=False)
    assert refused.returncode == 2 and "--accept-licences" in refused.stderr
    assert not list(tmp_path.iterdir())
    export(
        "parquet", path, tmp_path / "p", "--view", "waveform", "--accept-licences",
        "--audio", folder / "audio",
    )  # fmt: skip
    rows = parquet.read_table(tmp_path / "p" / "data").to_pylist()
    about = json.loads(parquet.read_schema(next((tmp_path / "p" / "data").iterdir())).metadata[b"huggingface"])
    assert about["info"]["features"]["audio"]["_type"] == "Audio"
    for row in rows:
        assert row["audio"]["bytes"] == (folder / "audio" / row["path"]).read_bytes()


def test_parquet_has_several_labels(tagged, tmp_path):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    path, tags = tagged
    export("parquet", path, tmp_path / "p", "--view", "features-30s")
    rows = datasets.load_dataset(str(tmp_path / "p"), cache_dir=str(tmp_path / "hub"))["full"]
    names = rows.features["labels"].feature.names
    assert {row["id"]: [names[label] for label in row["labels"]] for row in rows} == tags
    assert {row["licence"] for row in rows} == {"CC BY 4.0"}
    assert rows.features["inputs"].length == 57


def test_parquet_is_refused_where_something_is(path, tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    more = ("--view", "features-30s")
    export("parquet", path, tmp_path / "p", *more)
    before = tree(tmp_path / "p")
    assert export("parquet", path, tmp_path / "p", *more, check=False).returncode == 1
    (tmp_path / "p" / "stray").write_text("x")
    export("parquet", path, tmp_path / "p", *more, "--overwrite")
    assert tree(tmp_path / "p") == before
    assert [place.name for place in tmp_path.iterdir()] == ["p"]


def test_an_interrupted_parquet_leaves_nothing(path, tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    running = subprocess.Popen(
        [sys.executable, "-m", "lathe.export", "parquet", path, "--view", "mel",
         "--output", str(tmp_path / "p"), "--progress", "none"],
        env=os.environ | {"LATHE_PROGRAM": program(), "PYTHONPATH": str(ROOT / "Sources/Python")},
        stderr=subprocess.PIPE,
    )  # fmt: skip
    while not list(tmp_path.iterdir()) and running.poll() is None:
        time.sleep(0.001)
    running.send_signal(signal.SIGINT)
    running.communicate()
    assert running.returncode == 130
    assert not list(tmp_path.iterdir())


def parquet_by(stand_in, path, output):
    """An export whose program is a shell script."""
    stand_in.write_text("#!/bin/bash\n" + stand_in.read_text())
    stand_in.chmod(0o755)
    return subprocess.Popen(
        [sys.executable, "-m", "lathe.export", "parquet", path, "--view", "mel", "--output", str(output)],
        env=os.environ | {"LATHE_PROGRAM": str(stand_in), "PYTHONPATH": str(ROOT / "Sources/Python")},
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_killed_parquet_takes_its_program_along(path, tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    stand_in, noted = tmp_path / "lathe", tmp_path / "noted"
    stand_in.write_text(f"echo $$ > {noted}.part; mv {noted}.part {noted}; exec sleep 600")
    running = parquet_by(stand_in, path, tmp_path / "p")
    process = int(waited(lambda: noted.exists() and noted.read_text()))
    # While it writes, the folder is its own.
    refused = export("parquet", path, tmp_path / "p", "--view", "mel", check=False)
    assert refused.returncode == 1 and "another process is writing" in refused.stderr
    running.kill()
    running.wait()
    waited(lambda: not is_alive(process))
    export("parquet", path, tmp_path / "p", "--view", "features-30s")
    assert (tmp_path / "p" / "croissant.json").exists()
    assert not (tmp_path / "p.unfinished").exists()


@pytest.mark.parametrize("verb", ["webdataset", "card"])
def test_a_parquet_whose_program_is_killed_says_so(verb, path, tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    stand_in = tmp_path / "lathe"
    stand_in.write_text(f'[ "$2" = {verb} ] && kill -9 $$; exec {program()} "$@"')
    running = parquet_by(stand_in, path, tmp_path / "p")
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 1
    assert f"{tmp_path / 'p'} was not written" in errors and "SIGKILL; run the export again" in errors
    assert [place.name for place in tmp_path.iterdir()] == ["lathe"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_folder_takes_the_place_of_another(tmp_path, monkeypatch, can_exchange):
    output, folder = tmp_path / "output", tmp_path / "output.unfinished"
    for place, text in ((output, "old"), (folder, "new")):
        place.mkdir()
        (place / "record.json").write_text(text)
    if can_exchange:

        def renamed(*_):
            raise AssertionError("there is a moment without a folder of the name")

        monkeypatch.setattr(Path, "rename", renamed)
    else:
        monkeypatch.setattr("lathe.whole_folder._EXCHANGE", 1 << 20)  # is refused
    finish(folder, output, is_replacing=True)
    assert [place.name for place in tmp_path.iterdir()] == ["output"]
    assert (output / "record.json").read_text() == "new"


@pytest.mark.parametrize(
    ("cause", "line"),
    [
        (OSError(errno.ENOSPC, "no", "/d/a"), "/d/a: No space left on device; free some space"),
        (OSError(errno.EDQUOT, "no", b"/d/a", None, b"/d/b"), "/d/b: Disk quota exceeded; free some space"),
        (OSError(errno.EACCES, "no"), "/d/p: Permission denied; check the path and its permissions"),
        (OSError("odd"), "/d/p: odd; check the path and its permissions"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_file_and_what_to_do(cause, line):
    assert refusal(cause, Path("/d/p")) == line


def test_real_clips_come_back(tmp_path):
    """The hundred real clips in WebDataset and Parquet, where they are at hand."""
    clips = next(
        (
            Path(place)
            for place in (
                os.environ.get("LATHE_GTZAN"),
                ROOT.parent / "shared/data/gtzan-mini/genres_original",
            )
            if place and Path(place).is_dir()
        ),
        None,
    )
    if clips is None:
        pytest.skip("no real clips at hand (LATHE_GTZAN)")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    some = tmp_path / "clips"
    for genre in ("blues", "rock"):
        (some / genre).mkdir(parents=True)
        for clip in sorted((clips / genre).glob("*.wav"))[:2]:
            (some / genre / clip.name).symlink_to(clip)
    cache = tmp_path / "c"
    subprocess.run(
        [program(), "prepare", some, "--cache", cache, "--manifest", "gtzan", "--progress", "none"],
        check=True, capture_output=True,
    )  # fmt: skip
    refused = export("webdataset", cache, tmp_path / "w", "--view", "waveform", check=False)
    assert refused.returncode == 2 and "None: the excerpts" in refused.stderr
    export("parquet", cache, tmp_path / "p", "--view", "waveform", "--accept-licences")
    rows = parquet.read_table(tmp_path / "p" / "data").to_pylist()
    assert len(rows) == 4
    with lathe.open(cache) as opened:
        for row in rows:
            import wave

            with wave.open(io.BytesIO(row["audio"]["bytes"])) as sound:
                values = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
            first = opened.read("waveform", row["id"])[0]
            np.testing.assert_array_equal(values[: len(first)].astype(np.float32) / 32768, first)
