import ctypes
import os
import shutil

import numpy as np
import pytest
from conftest import places

import lathe
from lathe import _library


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": "many"}, "batch_size"),
        ({"batch_size": 61, "last_batch": "drop"}, "batch_size"),
        ({"seed": -1}, "seed"),
        ({"seed": 1 << 64}, "seed"),
        ({"shuffle": 1}, "shuffle"),
        ({"epochs": 0}, "epochs"),
        ({"epoch": -1}, "epoch"),
        ({"last_batch": "lose"}, "last_batch.*keep, drop"),
        ({"sampling": "odd"}, "sampling"),
        ({"sampling": {"labels": {"blues": float("nan")}}}, "sampling"),
        ({"sampling": {"labels": {"blues": -1}}}, "blues"),
        ({"sampling": {"labels": {"polka": 1}}}, "polka"),
        ({"samples_per_epoch": 0}, "samples_per_epoch"),
        ({"rank": 2, "world_size": 2}, "rank: 2 of 2"),
        ({"world_size": 0}, "world_size"),
        ({"world_size": 61}, "world_size"),
        ({"threads": 1000}, "threads"),
        ({"prefetch": 0}, "prefetch"),
        ({"dtype": "float64"}, "dtype.*float16"),
        ({"augmentation": {"noise": {"probability": 2, "decibels": [1, 2]}}}, "noise"),
        ({"augmentation": {"echo": {}}}, "echo"),
        ({"augmentation": {"random_crop": {}}}, "random_crop"),
        ({"normalise": "second"}, "normalisation.axis"),
        ({"sources": []}, "sources"),
        ({"output": "jax"}, "output"),
        ({"threads": object()}, "threads"),
    ],
)
def test_options_that_cannot_be(cache, options, words):
    with pytest.raises(lathe.ConfigurationError, match=words) as caught:
        cache.loader("mel", **options)
    assert caught.value.code == lathe.ErrorCode.CONFIGURATION
    assert "\n" not in str(caught.value)


def test_names_that_are_not_there(cache, split, other):
    for arguments, words in [
        (("spectrum",), "spectrum.*mel"),
        (("mel", "random"), f"random.*{split}"),
        (("mel", split, "dev"), "dev.*validation"),
    ]:
        with pytest.raises(lathe.NotFoundError, match=words):
            cache.loader(*arguments)
    with pytest.raises(lathe.NotFoundError, match="none"), lathe.open(other) as foreign:
        foreign.loader("mel", "none", "test")
    with pytest.raises(lathe.NotFoundError, match="track 10000"):
        cache.loader("mel").track_id(10_000)


def test_an_empty_side(other):
    with lathe.open(other) as cache:
        (split,) = cache.splits.values()
        empty = [side for side, tracks in split.sides.items() if tracks == 0]
        assert empty
        for side in empty:
            with pytest.raises(lathe.SourceError, match=side):
                cache.loader("mel", split.name, side)


def test_what_is_no_cache(tmp_path):
    (tmp_path / "file").write_text("x")
    for place in (tmp_path, tmp_path / "nothing", tmp_path / "file"):
        with pytest.raises(lathe.NotFoundError, match=str(place)):
            lathe.open(place)


def test_caches_that_cannot_be_mixed(cache, path, other):
    weights = [(path, 1), (other, 1)]
    for sources, words in [
        ([(path, 0), (other, 0)], "weight"),
        ([(path, -1), (other, 1)], "-1"),
        ([(path, 1), ("nothing.lathe", 1)], "nothing.lathe"),
    ]:
        with pytest.raises(lathe.LatheError, match=words):
            cache.loader("mel", sources=sources)
    with pytest.raises(lathe.LatheError, match="nothing"):
        cache.loader("mel", sources=weights, sampling={"tracks": {"nothing": 1}})


def test_a_damaged_value_is_named_when_its_turn_comes(path, tmp_path):
    copy = shutil.copytree(path, tmp_path / "copy.lathe")
    with lathe.open(copy) as cache:
        loader = cache.loader("mel", batch_size=3, shuffle=False, copy=True)
        batches = list(loader)
        number = 30
        row = batches[number // 3].inputs[number % 3]
        name = loader.track_id(int(batches[number // 3].tracks[number % 3]))
    shard = copy / "shard-00000.lmdb"
    content = bytearray(shard.read_bytes())
    place = content.find(row.tobytes())
    content[place + 100] ^= 0xFF
    shard.write_bytes(content)
    with lathe.open(copy) as cache:
        for threads in (0, 2):
            loader = cache.loader("mel", batch_size=3, shuffle=False, threads=threads)
            good, bad = 0, 0
            while True:
                try:
                    if next(loader, None) is None:
                        break
                    assert bad == 0 or good >= 10
                    good += 1
                except lathe.DamagedError as error:
                    assert name in str(error) and "mel/" in str(error)
                    assert good == 10 or bad > 0
                    bad += 1
            assert bad >= 1 and good + bad == 20


def test_handles_that_are_none():
    library = _library.library()
    record = _library.Record()
    buffer = ctypes.create_string_buffer(8)
    for handle in (None, 1, 0x7FFF_1234_5678, (1 << 64) - 1, os.getpid() << 40 | 12_345_678):
        calls = [
            library.lathe_close(handle),
            library.lathe_describe(handle, buffer, 8),
            library.lathe_loader_next(handle, ctypes.addressof(record), 0),
            library.lathe_loader_release(handle, 0),
            library.lathe_loader_state(handle, buffer, 8),
            library.lathe_loader_describe(handle, buffer, 8),
            library.lathe_loader_track_id(handle, 0, buffer, 8),
            library.lathe_loader_stop(handle),
            library.lathe_loader_close(handle),
        ]
        if handle is None or handle < 1 << 40 or handle >> 40 == os.getpid():
            assert set(calls) == {lathe.ErrorCode.HANDLE}
            assert library.lathe_last_error_code() == lathe.ErrorCode.HANDLE
            assert library.lathe_last_error()
        assert not library.lathe_loader_open(handle, b"{}")
    assert not library.lathe_open(None)
    assert library.lathe_last_error_code() == lathe.ErrorCode.ARGUMENT
    assert not library.lathe_open(b"\xff\xfe")
    assert library.lathe_last_error_code() == lathe.ErrorCode.ARGUMENT


def test_use_after_close(path):
    cache = lathe.open(path)
    loader = cache.loader("features", batch_size=4)
    cache.close()
    cache.close()
    with pytest.raises(lathe.ReleasedError):
        cache.describe()
    with pytest.raises(lathe.ReleasedError):
        cache.loader("features")
    assert len(places(loader)) == 20, "a loader goes on without its cache"
    state = loader.state_dict()
    loader.close()
    loader.close()
    assert loader.state_dict() == state
    for _ in range(2):
        with pytest.raises(lathe.ReleasedError):
            next(loader)


def test_a_batch_that_is_kept_outlives_everything(path):
    cache = lathe.open(path)
    loader = cache.loader("features", batch_size=4)
    batch = next(loader)
    expected = batch.inputs.copy()
    inputs = batch.inputs
    del loader, batch
    cache.close()
    np.testing.assert_array_equal(inputs, expected)


def test_all_batches_borrowed(cache):
    loader = cache.loader("features", batch_size=1, prefetch=1, epochs=10)
    library, handle = _library.library(), loader._handle
    record = _library.Record()
    slots = []
    while True:
        code = library.lathe_loader_next(handle, ctypes.addressof(record), -1)
        if code != 1:
            break
        slots.append(record.slot)
    assert code == lathe.ErrorCode.BORROWED and len(set(slots)) == len(slots) == 3
    assert library.lathe_loader_release(handle, 99) == lathe.ErrorCode.SLOT
    assert library.lathe_loader_release(handle, slots[0]) == 0
    assert library.lathe_loader_release(handle, slots[0]) == lathe.ErrorCode.SLOT
    assert library.lathe_loader_next(handle, ctypes.addressof(record), -1) == 1
    # Closing waits for what is borrowed, and refuses the rest.
    assert library.lathe_loader_close(handle) == 0
    assert library.lathe_loader_close(handle) == lathe.ErrorCode.HANDLE
    assert library.lathe_loader_next(handle, ctypes.addressof(record), -1) == -2
    assert ctypes.string_at(record.inputs, 4)
    for slot in [*slots[1:], record.slot]:
        assert library.lathe_loader_release(handle, slot) == 0
    assert library.lathe_loader_release(handle, slots[1]) == lathe.ErrorCode.HANDLE


def test_a_library_that_is_missing(monkeypatch, tmp_path):
    _library.library.cache_clear()
    monkeypatch.setattr(_library, "candidates", lambda: [tmp_path / "libLatheC.so"])
    try:
        with pytest.raises(lathe.LatheError, match="LATHE_LIBRARY") as caught:
            lathe.open("x")
        assert caught.value.code == lathe.ErrorCode.LIBRARY
        (tmp_path / "libLatheC.so").write_text("not one")
        with pytest.raises(lathe.LatheError, match="could not be loaded"):
            lathe.open("x")
    finally:
        _library.library.cache_clear()


def test_numbers_and_names_that_c_would_cut(path, cache):
    with cache.loader("mel") as loader:
        for number in (-1, 2**63, 2**64 + 5, 2**70):
            with pytest.raises(lathe.NotFoundError):
                loader.track_id(number)
    with pytest.raises(lathe.NotFoundError, match="NUL"):
        lathe.open(f"{path}\0junk")
