"""Tracks, and samples by their numbers."""

import shutil
import subprocess

import numpy as np
import pytest
from conftest import places, program

import lathe


def test_tracks_are_a_table(cache, stored):
    tracks = cache.tracks
    assert len(tracks) == 20 and tracks["id"] == sorted(stored.labels)
    assert dict(zip(tracks["id"], tracks["label"], strict=True)) == stored.labels
    first = tracks[0]
    assert tracks.find(first.id) is first and first.sample_rate == 22_050
    assert first.path.endswith(".wav") and first.frames == 6 * 22_050
    assert {"mel", "features"} <= set(first.views) and isinstance(first.verdicts, tuple)
    assert list(tracks.columns) == list(lathe.Tracks.names)
    assert tracks.columns["label"] == [track.label for track in tracks]
    with pytest.raises(KeyError, match="the columns are id, label, labels, artist"):
        tracks["genre"]
    with pytest.raises(lathe.NotFoundError, match="nobody"):
        tracks.find("nobody")


def test_tracks_make_a_frame(cache):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    for frame in (pandas.DataFrame(cache.tracks.columns), pandas.DataFrame(cache.tracks)):
        assert frame.shape == (20, len(lathe.Tracks.names))
        assert frame.groupby("label").size().tolist() == [2] * 10


@pytest.mark.parametrize("view", ["features", "features-30s", "waveform", "mel"])
def test_tracks_are_read_whole(cache, stored, view):
    seen = 0
    for track in cache.tracks:
        array = cache.read(view, track.id)
        assert array.dtype == np.float32 and array.shape[1:] == cache.views[view].shape
        for number, slice_ in enumerate(array):
            np.testing.assert_array_equal(slice_, stored.samples[view][track.id, number])
            seen += 1
    assert seen == len(stored.samples[view])
    for id in ("nobody", "blues", "zzz", ""):
        with pytest.raises(lathe.NotFoundError, match=f"'{id}'"):
            cache.read(view, id)


def test_samples_are_those_of_a_loader(cache, split):
    loader = cache.loader("mel", split, "train", shuffle=False, batch_size=1_000, normalise="first")
    batch = next(loader)
    samples = cache.samples("mel", split, "train", normalise="first")
    assert len(samples) == len(batch) and samples.shape == loader.shape
    assert samples.labels == loader.labels and samples.statistics == loader.statistics
    np.testing.assert_array_equal(samples.targets, batch.labels)
    np.testing.assert_array_equal(samples.tracks, batch.tracks)
    np.testing.assert_array_equal(samples.slices, batch.slices)
    order = np.random.default_rng(1).integers(0, len(samples), 100)
    np.testing.assert_array_equal(samples.read(order), batch.inputs[order])
    halves = cache.samples("mel", split, "train", normalise="first", dtype="float16")
    np.testing.assert_array_equal(halves.read([5, 2]), batch.inputs[[5, 2]].astype(np.float16))
    inputs, label, track, slice_ = samples[-1]
    np.testing.assert_array_equal(inputs, batch.inputs[-1])
    assert (label, slice_) == (batch.labels[-1], batch.slices[-1])
    assert track == loader.track_id(batch.tracks[-1])
    assert [sample.slice for sample in samples[:3]] == batch.slices[:3].tolist()
    for number in (len(samples), -len(samples) - 1):
        with pytest.raises(IndexError, match=f"sample {number}"):
            samples[number]
    with pytest.raises(lathe.NotFoundError, match="sample -1"):
        samples.read([-1])


def test_a_sample_of_a_view(cache, stored):
    sample = cache.sample("waveform", 7)
    assert sample.track in stored.labels
    np.testing.assert_array_equal(
        sample.inputs, stored.samples["waveform"][sample.track, sample.slice]
    )
    assert cache.labels[sample.label] == stored.labels[sample.track]


def test_sides_may_be_several(cache, split):
    joined = cache.loader("mel", split, ["test", "validation"], shuffle=False)
    named = [
        [
            (loader.track_id(track), piece)
            for batch in loader
            for track, piece in zip(batch.tracks, batch.slices, strict=True)
        ]
        for loader in (
            joined,
            cache.loader("mel", split, "test", shuffle=False),
            cache.loader("mel", split, "validation", shuffle=False),
        )
    ]
    assert named[0] == named[1] + named[2]
    # All but the one that is tested on, for training, and the same by numbers.
    others = cache.loader("mel", split, test="test", shuffle=False)
    same = cache.loader("mel", split, ["train", "validation"], shuffle=False)
    assert places(others) == places(same)
    assert len(cache.samples("mel", split, test="test")) == others.samples
    # They are what is normalised by, where nothing else is said.
    mine = cache.loader("mel", split, test="test", normalise="first")
    theirs = cache.loader("mel", split, "test", normalise={"axis": "first", "test": "test"})
    train = cache.loader("mel", split, "test", normalise="first")
    assert mine.statistics == theirs.statistics != train.statistics


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (["mel", None, ["train"]], {}, None),
        (["mel"], {"test": "fold-9"}, "train, validation, test"),
        (["mel", "SPLIT", "test"], {"test": "test"}, "beside a side"),
        (["mel", "SPLIT"], {"test": "fold-9"}, "train, validation, test"),
        (["mel", "SPLIT", []], {}, "the name of a side"),
        (["mel", "SPLIT", ["test", "test"]], {}, "different names"),
        (["mel", "SPLIT", ["test", "nowhere"]], {}, "nowhere"),
        (["mel", "none"], {"test": "test"}, "'none'"),
        (["spectra"], {}, "spectra"),
        (["mel"], {"normalise": "last"}, "last"),
        (["mel"], {"dtype": "float64"}, "float64"),
    ],
)
def test_what_cannot_be_chosen_is_refused_alike(cache, split, arguments, options, words):
    arguments = [split if argument == "SPLIT" else argument for argument in arguments]
    for opened in (cache.loader, cache.samples):
        if words is None:
            assert len(opened(*arguments, **options)) > 0
            continue
        with pytest.raises(lathe.LatheError, match=words):
            opened(*arguments, **options)


def test_damage_is_named(path, tmp_path, stored):
    copy = tmp_path / "damaged.lathe"
    shutil.copytree(path, copy)
    shard = copy / "shard-00000.lmdb"
    data = bytearray(shard.read_bytes())
    id, number = next(iter(stored.samples["mel"]))
    sample = stored.samples["mel"][id, number]
    at = data.find(sample.tobytes())
    assert at > 0
    data[at + sample.nbytes // 2] ^= 1
    shard.write_bytes(data)
    with lathe.open(copy) as cache:
        others = [track.id for track in cache.tracks if track.id != id]
        assert cache.read("mel", others[0]).shape[0] > 0
        for _ in range(2):
            with pytest.raises(lathe.DamagedError, match=id):
                cache.read("mel", id)


def test_a_child_opens_samples_anew(cache, path):
    import os

    samples = cache.samples("mel")
    child = os.fork()
    if child == 0:
        try:
            samples.read([0])
        except lathe.ForkedError:
            with lathe.open(path) as own:
                os._exit(0 if own.read("mel", own.tracks[0].id).size else 2)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def test_the_version_is_the_program_s():
    told = subprocess.run([program(), "--version"], capture_output=True, text=True, check=True)
    assert lathe.__version__ in told.stdout
