import shutil
import subprocess

import numpy as np
import pytest
from conftest import places, program

import lathe

VIEWS = ("features", "features-30s", "waveform", "mel")


@pytest.mark.parametrize("view", VIEWS)
def test_batches_hold_what_others_read(cache, stored, view):
    seen = {}
    loader = cache.loader(view, batch_size=7, seed=3)
    for batch in loader:
        assert batch.inputs.shape == (len(batch), *cache.views[view].shape)
        assert batch.inputs.dtype == np.float32 and batch.inputs.flags.c_contiguous
        for row, (track, piece) in enumerate(zip(batch.tracks, batch.slices, strict=True)):
            name = loader.track_id(track)
            seen[name, int(piece)] = batch.inputs[row].copy()
            assert loader.labels[batch.labels[row]] == stored.labels[name]
    assert seen.keys() == stored.samples[view].keys()
    assert len(seen) == loader.samples == cache.views[view].samples
    for place, sample in stored.samples[view].items():
        np.testing.assert_array_equal(seen[place], sample)


def test_description(cache, path):
    assert cache.path == path
    assert set(cache.views) == set(VIEWS)
    assert cache.views["mel"].shape == (128, 87) and cache.views["waveform"].shape == (44100,)
    assert len(cache.views["features"].columns) == 57
    assert cache.labels == tuple(sorted(cache.labels)) and len(cache.labels) == 10
    (split,) = cache.splits.values()
    assert sum(split.sides.values()) == cache.describe()["tracks"] == 20


def test_splits_are_described(cache, path, split):
    about = cache.describe_split(split)
    assert about["policy"] in split or about["policy"] == "stratified"
    assert set(about["sides"]) == set(cache.splits[split].sides)
    with lathe.open(path) as again:
        assert again.describe_split(split) == about and len(about["fingerprint"]) == 64
    for name in ("none", "no\0ne"):
        with pytest.raises(lathe.NotFoundError, match="no"):
            cache.describe_split(name)


def test_sides_are_apart_and_complete(cache, split):
    sides = [set(places(cache.loader("mel", split, side))) for side in cache.splits[split].sides]
    assert sum(map(len, sides)) == len(set.union(*sides)) == cache.views["mel"].samples


def test_a_side_without_a_split_is_of_the_default(cache, split):
    assert cache.default_split == split
    for arguments in ({"side": "test"}, {"side": ["train", "test"]}, {"test": "test"}):
        loader = cache.loader("features", normalise="first", shuffle=False, **arguments)
        same = cache.loader("features", split, normalise="first", shuffle=False, **arguments)
        assert places(loader) == places(same)
        assert loader.statistics["means"] == same.statistics["means"]
        ours, others = (cache.samples("features", name, **arguments) for name in (None, split))
        assert ours.tracks.tolist() == others.tracks.tolist()
    assert len(places(cache.loader("features"))) == cache.views["features"].samples
    with pytest.raises(lathe.NotFoundError, match="no side 'dev'"):
        cache.loader("features", side="dev")


def test_without_a_split_the_command_that_makes_one_is_told(path, split, tmp_path):
    copy = tmp_path / "c"
    shutil.copytree(path, copy)
    subprocess.run([program(), "split", copy, "--remove", split], check=True, capture_output=True)
    with lathe.open(copy) as cache:
        assert cache.default_split is None
        with pytest.raises(lathe.NotFoundError, match=f"lathe split {copy}"):
            cache.loader("features", side="train")


def test_epochs_have_orders_of_their_own(cache):
    first, second = (places(cache.loader("mel", seed=1, epoch=epoch)) for epoch in (0, 1))
    assert first != second and sorted(first) == sorted(second)
    both = cache.loader("mel", seed=1, epochs=2)
    assert len(both) == 2
    seen = [(batch.epoch, batch.index) for batch in both]
    assert seen == [(0, 0), (1, 1)]
    assert places(cache.loader("mel", seed=1, epochs=2)) == first + second


def test_order_follows_from_the_seed_alone(cache):
    def order(**options):
        return places(cache.loader("features", batch_size=4, **options))

    expected = order(seed=1)
    for threads in (0, 1, 3, 8):
        assert order(seed=1, threads=threads, prefetch=1 + threads) == expected
    assert order(seed=2) != expected
    assert order(shuffle=False) == order(shuffle=False, seed=9) == sorted(expected)


def test_the_last_batch(cache):
    kept = cache.loader("mel", batch_size=7)
    lengths = [len(batch) for batch in kept]
    assert len(lengths) == len(kept) == 9 and lengths[-1] == 60 - 8 * 7
    dropped = cache.loader("mel", batch_size=7, last_batch="drop")
    assert [len(batch) for batch in dropped] == [7] * 8 and len(dropped) == 8


def test_a_loader_without_end(cache):
    loader = cache.loader("features", batch_size=6, epochs=None)
    with pytest.raises(TypeError):
        len(loader)
    assert [next(loader).epoch for _ in range(100)][-1] == 99 // 4
    loader.close()


def test_nothing_is_copied_and_slots_come_again(cache):
    loader = cache.loader("features", batch_size=4, epochs=50, prefetch=2)
    addresses = {batch.inputs.ctypes.data for batch in loader}
    assert len(addresses) == 4


@pytest.mark.parametrize("output", ["numpy", "torch"])
def test_what_is_held_is_not_overwritten(cache, output):
    if output == "torch":
        pytest.importorskip("torch", reason="torch is not installed")
    options = {"batch_size": 2, "seed": 4, "epochs": 10, "prefetch": 4, "output": output}
    expected = [batch.copy() for batch in cache.loader("features", **options)]
    # Whole batches, one field, a row of one: each keeps its memory for itself.
    held = list(cache.loader("features", **options))
    fields = [batch.labels for batch in cache.loader("features", **options)]
    rows = [batch.inputs[1, 3:] for batch in cache.loader("features", **options)]
    for batch, labels, row, wanted in zip(held, fields, rows, expected, strict=True):
        for name in ("inputs", "labels", "tracks", "slices"):
            np.testing.assert_array_equal(getattr(batch, name), getattr(wanted, name))
        np.testing.assert_array_equal(labels, wanted.labels)
        np.testing.assert_array_equal(row, wanted.inputs[1, 3:])


def test_a_slot_comes_again_when_nothing_of_it_lives(cache):
    loader = cache.loader("features", batch_size=2, epochs=None, prefetch=2)
    slots = {next(loader).inputs.ctypes.data for _ in range(40)}
    assert len(slots) <= 4
    held = next(loader).inputs
    address, before = held.ctypes.data, held.copy()
    later = {next(loader).inputs.ctypes.data for _ in range(40)}
    assert address not in later and address in slots
    np.testing.assert_array_equal(held, before)
    # Of a caller that keeps many, the later ones are copied out of the ring, and it goes on.
    many = [next(loader).inputs for _ in range(20)]
    assert len({array.ctypes.data for array in many}) == 20
    assert sum(array.ctypes.data in slots for array in many) == 1
    del held, many
    assert address in {next(loader).inputs.ctypes.data for _ in range(40)}


def test_a_batch_can_be_released(cache):
    loader = cache.loader("features", batch_size=4)
    batch = next(loader)
    inputs, labels = batch
    assert inputs is batch.inputs and labels is batch.labels
    batch.release()
    batch.release()
    with pytest.raises(lathe.ReleasedError, match="released"):
        _ = batch.inputs
    assert "released" in repr(batch)
    with pytest.raises(AttributeError):
        _ = batch.nothing
    later = next(loader)
    loader.close()
    with pytest.raises(lathe.ReleasedError):
        next(loader)
    # The memory outlives the loader, for whoever holds an array.
    del loader
    assert np.isfinite(inputs).all() and np.isfinite(later.inputs).all()


def test_copies(cache):
    loader = cache.loader("features", batch_size=4, copy=True)
    batches = list(loader)
    assert len({batch.inputs.ctypes.data for batch in batches}) == len(batches) == 5
    plain = [batch.copy() for batch in cache.loader("features", batch_size=4)]
    for one, two in zip(batches, plain, strict=True):
        np.testing.assert_array_equal(one.inputs, two.inputs)


def test_float16(cache):
    halves = cache.loader("mel", batch_size=60, dtype="float16")
    floats = cache.loader("mel", batch_size=60)
    half, full = next(halves), next(floats)
    assert half.inputs.dtype == np.float16
    np.testing.assert_array_equal(half.inputs, full.inputs.astype(np.float16))


def test_other_libraries_take_batches_without_a_copy(cache):
    batch = next(cache.loader("mel", batch_size=5))
    assert batch.inputs.__dlpack_device__() == (1, 0)
    taken = np.from_dlpack(batch.inputs)
    assert taken.ctypes.data == batch.inputs.ctypes.data and taken.shape == batch.inputs.shape


def test_sampling(cache):
    drawn = [
        cache.labels[label]
        for batch in cache.loader(
            "mel", batch_size=10, sampling={"labels": {name: 0 for name in cache.labels[2:]}}
        )
        for label in batch.labels
    ]
    assert len(drawn) == 60 and drawn.count("blues") == drawn.count("classical") == 30
    loader = cache.loader("mel", sampling="balanced", samples_per_epoch=40)
    counts = np.bincount(next(loader).labels, minlength=10)
    assert counts.tolist() == [4] * 10


def test_caches_are_mixed(cache, path, other):
    def counts(weights):
        loader = cache.loader(
            "mel", batch_size=60, samples_per_epoch=60, sources=list(zip([cache, other], weights))
        )
        batch = next(loader)
        assert loader.labels == cache.labels
        names = [loader.track_id(track) for track in batch.tracks]
        assert [name.split(".")[0].split("/")[-1] for name in names] == [
            loader.labels[label] for label in batch.labels
        ]
        second = int((batch.tracks >= 1 << 40).sum())
        return len(batch) - second, second

    assert counts((1, 1)) == (30, 30)
    assert counts((3, 1)) == (45, 15)
    with pytest.raises(lathe.NotFoundError, match="nothing.lathe"):
        cache.loader("mel", sources=[(path, 1), ("nothing.lathe", 1)])


def test_augmentation_follows_from_the_seed(cache):
    options = {
        "augmentation": {"mixup": {"alpha": 0.4}, "gain": {"decibels": [-6, 6]}, "random_crop": {}},
        "batch_size": 8,
    }

    def batches(**more):
        return [batch.copy() for batch in cache.loader("waveform", seed=5, **options, **more)]

    expected = batches()
    for batch in expected:
        assert batch.label_distributions.shape == (len(batch), 10)
        np.testing.assert_allclose(batch.label_distributions.sum(axis=1), 1, atol=1e-6)
    for threads in (0, 3):
        for one, two in zip(expected, batches(threads=threads), strict=True):
            np.testing.assert_array_equal(one.inputs, two.inputs)
            np.testing.assert_array_equal(one.label_distributions, two.label_distributions)
    plain = next(cache.loader("waveform", seed=5, batch_size=8))
    assert plain.label_distributions is None
    assert not np.array_equal(plain.inputs, expected[0].inputs)


@pytest.mark.parametrize("axis", ["overall", "first"])
def test_normalisation(cache, stored, split, axis):
    def inputs(side, **options):
        loader = cache.loader("mel", split, side, batch_size=100, shuffle=False, **options)
        return loader, next(loader).copy().inputs

    _, train = inputs("train")
    loader, normalised = inputs("train", normalise=axis)
    axes = None if axis == "overall" else (0, 2)
    mean = train.mean(axis=axes, dtype=np.float64)
    deviation = train.std(axis=axes, dtype=np.float64)
    assert loader.statistics["axis"] == axis
    np.testing.assert_allclose(loader.statistics["means"], np.ravel(mean), rtol=1e-9)
    np.testing.assert_allclose(loader.statistics["deviations"], np.ravel(deviation), rtol=1e-6)
    shape = (1, 1, 1) if axis == "overall" else (1, -1, 1)
    mean, deviation = np.reshape(mean, shape), np.reshape(deviation, shape)
    np.testing.assert_allclose(normalised, (train - mean) / deviation, atol=1e-4)
    # The test side is measured by the training side.
    _, test = inputs("test")
    _, normalised = inputs("test", normalise=axis)
    np.testing.assert_allclose(normalised, (test - mean) / deviation, atol=1e-4)
