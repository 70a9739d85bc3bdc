"""Batches of a server against those of the cache itself."""

import contextlib
import io
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

import lathe
from lathe._frames import FrameBuffers, compressions

FIELDS = ("inputs", "labels", "tracks", "slices", "label_distributions")


def daemon() -> str:
    for place in (os.environ.get("LATHED_PROGRAM"), ROOT / ".build/debug/lathed"):
        if place and Path(place).exists():
            return str(place)
    pytest.skip("the daemon is not built: swift build --product lathed, or set LATHED_PROGRAM")


class Server:
    def __init__(self, root: Path, port: int = 0, *options: object) -> None:
        command = [
            daemon(),
            "--root",
            root,
            "--port",
            str(port),
            "--log-level",
            "error",
        ]
        self.process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        self.url = line.split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def end(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def server(folder):
    server = Server(folder)
    yield server
    server.end()


@pytest.fixture
def remote(server):
    return lathe.connect(f"{server.url}/demo.lathe")


def same(left, right):
    for name in FIELDS:
        one, other = getattr(left, name), getattr(right, name)
        assert (one is None) == (other is None), name
        if one is not None:
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other), name)
    assert left.epoch == right.epoch


@pytest.mark.parametrize(
    "options",
    [
        {"view": "mel", "batch_size": 7, "seed": 3, "epochs": 2},
        {
            "view": "waveform",
            "side": "train",
            "dtype": "float16",
            "last_batch": "drop",
            "batch_size": 9,
        },
        {
            "view": "features",
            "side": "train",
            "normalise": "first",
            "rank": 1,
            "world_size": 2,
        },
        {
            "view": "features",
            "sampling": "balanced",
            "samples_per_epoch": 31,
            "epoch": 5,
        },
        {
            "view": "waveform",
            "augmentation": {"gain": {"decibels": [-6, 6]}},
            "batch_size": 5,
        },
        {
            "view": "mel",
            "test": "test",
            "augmentation": {"mixup": {"alpha": 0.3}},
            "shuffle": False,
        },
    ],
)
def test_batches_are_those_of_the_cache(cache, remote, options):
    view = options.pop("view")
    ours = cache.loader(view, **options)
    theirs = remote.loader(view, **options)
    assert (theirs.labels, theirs.shape, theirs.samples) == (
        ours.labels,
        ours.shape,
        ours.samples,
    )
    assert len(theirs) == len(ours) and theirs.statistics == ours.statistics
    count = 0
    for one, other in zip(ours, theirs, strict=True):
        same(one, other)
        assert one.index == other.index
        assert ours.state_dict() == theirs.state_dict()
        count += 1
    assert count == len(ours)
    assert theirs.track_id(other.tracks[0]) == ours.track_id(one.tracks[0])


def test_states_go_from_one_to_the_other(cache, remote):
    ours = list(cache.loader("mel", batch_size=5, seed=9, epochs=2, copy=True))
    theirs = remote.loader("mel", batch_size=5, seed=9, epochs=2)
    for _, batch in zip(range(3), theirs, strict=False):
        pass
    state = theirs.state_dict()
    for loader in (
        cache.loader("mel", batch_size=5, seed=9, epochs=2, state=state),
        remote.loader("mel", batch_size=5, seed=9, epochs=2, state=state),
    ):
        rest = list(loader)
        assert len(rest) == len(ours) - 3
        for one, other in zip(ours[3:], rest, strict=True):
            same(one, other)
    with pytest.raises(lathe.StateError):
        remote.loader("mel", batch_size=5, seed=8, state=state)


@pytest.mark.parametrize("connections", [2, 3, 7])
def test_connections_change_nothing(cache, server, connections):
    remote = lathe.connect(f"{server.url}/demo.lathe", connections=connections)
    options = {"batch_size": 5, "seed": 9, "epochs": 2}
    ours, theirs = cache.loader("mel", **options), remote.loader("mel", **options)
    for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        same(one, other)
        assert other.index == number
        assert ours.state_dict() == theirs.state_dict()
        if number == 4:
            # Goes on within an epoch, from connections that stand in between.
            theirs.load_state_dict(theirs.state_dict())
            break
    rest = list(remote.loader("mel", **options, state=ours.state_dict()))
    for one, other, third in zip(ours, theirs, rest, strict=True):
        same(one, other)
        same(one, third)


def test_connections_that_are_cut_go_on_in_order(cache, server):
    cutting = Cutting(server.port, 150_000)
    cutting.start()
    remote = lathe.connect(f"http://127.0.0.1:{cutting.port}/demo.lathe", connections=3)
    options = {"batch_size": 2, "seed": 4, "epochs": 2}
    for one, other in zip(
        cache.loader("mel", **options), remote.loader("mel", **options), strict=True
    ):
        same(one, other)
    assert cutting.cuts > 3


def test_connections_that_cannot_be_are_refused(server):
    for connections in (0, 65):
        with pytest.raises(lathe.ConfigurationError, match="connections"):
            lathe.connect(f"{server.url}/demo.lathe", connections=connections)


@pytest.mark.parametrize("connections", [1, 2])
def test_compressed_batches_are_the_same(cache, server, connections):
    if "zstd" not in compressions():
        pytest.skip("neither Python 3.14 nor zstandard is there")
    remote = lathe.connect(f"{server.url}/demo.lathe", compression="zstd", connections=connections)
    options = {"batch_size": 6, "seed": 2, "epochs": 2}
    for one, other in zip(
        cache.loader("waveform", **options),
        remote.loader("waveform", **options),
        strict=True,
    ):
        same(one, other)


def test_a_compression_that_is_not_known_is_refused(server, monkeypatch):
    with pytest.raises(lathe.ConfigurationError, match="gzip"):
        lathe.connect(f"{server.url}/demo.lathe", compression="gzip")
    monkeypatch.setitem(sys.modules, "compression", None)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(lathe.ConfigurationError, match="Python 3.14, or pip install zstandard"):
        lathe.connect(f"{server.url}/demo.lathe", compression="zstd")


def test_page_locked_memory_is_asked_for_or_its_lack_is_said(server, cache, monkeypatch):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    remote = lathe.connect(f"{server.url}/demo.lathe", pin_memory=True)
    if not torch.cuda.is_available():
        with pytest.warns(RuntimeWarning, match="no CUDA here"):
            next(remote.loader("mel", batch_size=2))
        # As where there is one, but for the locking itself.
        asked = []
        empty = torch.empty

        def stand_in(*sizes, pin_memory=False, **options):
            asked.append(pin_memory)
            return empty(*sizes, **options)

        monkeypatch.setattr(torch, "empty", stand_in)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        for one, other in zip(
            cache.loader("mel", batch_size=3),
            remote.loader("mel", batch_size=3),
            strict=True,
        ):
            same(one, other)
        assert asked and all(asked)
    else:
        batch = next(remote.loader("mel", batch_size=2, output="torch"))
        assert batch.inputs.is_pinned()
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(lathe.ConfigurationError, match="pip install torch"):
        next(remote.loader("mel", batch_size=2))


def test_what_is_held_stays(remote):
    loader = remote.loader("mel", batch_size=3, epochs=3)
    held = [(batch.inputs, batch.inputs.copy()) for batch in loader]
    for array, copy in held:
        np.testing.assert_array_equal(array, copy)


def test_descriptions(cache, remote):
    assert remote.labels == cache.labels and remote.splits == cache.splits
    assert remote.views == cache.views and remote.default_split == cache.default_split
    assert list(remote.tracks) == list(cache.tracks)
    name = cache.default_split
    assert remote.describe_split(name) == cache.describe_split(name)
    assert pickle.loads(pickle.dumps(remote)).labels == cache.labels


def test_refusals(server, remote):
    with pytest.raises(lathe.NotFoundError, match="none"):
        lathe.connect(f"{server.url}/none")
    with pytest.raises(lathe.NotFoundError, match="no address"):
        lathe.connect("ftp://host/cache")
    with pytest.raises(lathe.NotFoundError, match="mel"):
        remote.loader("male")
    with pytest.raises(lathe.ConfigurationError, match="batch"):
        remote.loader("mel", batch_size=0)
    with pytest.raises(lathe.NotFoundError, match="side"):
        remote.loader("mel", side="none")
    with pytest.raises(TypeError, match="bach_size"):
        remote.loader("mel", bach_size=3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(lathe.NotFoundError, match="does not answer"):
            lathe.connect(f"http://127.0.0.1:{free.getsockname()[1]}/demo")


class Cutting(threading.Thread):
    """Passes bytes on to a server, and cuts every connection after so many."""

    def __init__(self, port: int, most: int) -> None:
        super().__init__(daemon=True)
        self.server, self.most, self.cuts, self.connections = port, most, 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self) -> None:
        while True:
            client, _ = self.listener.accept()
            self.connections += 1
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        # A server that is gone, or goes, ends the connection too.
        with (
            client,
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.server)) as server,
        ):
            server.sendall(client.recv(1 << 16))
            left = self.most
            while left > 0 and (part := server.recv(min(left, 1 << 16))):
                left -= len(part)
                client.sendall(part)
            self.cuts += left == 0


def test_a_cut_connection_goes_on_at_the_next_batch(cache, server):
    cutting = Cutting(server.port, 200_000)
    cutting.start()
    remote = lathe.connect(f"http://127.0.0.1:{cutting.port}/demo.lathe")
    options = {"batch_size": 2, "seed": 4, "epochs": 2}
    theirs = list(remote.loader("mel", **options))
    ours = list(cache.loader("mel", copy=True, **options))
    assert len(theirs) == len(ours)
    for one, other in zip(ours, theirs, strict=True):
        same(one, other)
    assert cutting.cuts > 3


def test_a_server_that_is_killed_may_come_back(cache, folder):
    first = Server(folder)
    remote = lathe.connect(f"{first.url}/demo.lathe")
    options = {"batch_size": 1, "seed": 4, "epochs": 40}
    loader = remote.loader("mel", prefetch=1, **options)
    theirs = [next(loader) for _ in range(5)]
    first.end(signal.SIGKILL)
    second = Server(folder, first.port)
    theirs += list(loader)
    # Told to end while it sends, a server ends after a batch.
    third = remote.loader("mel", prefetch=1, **options)
    next(third)
    begun = time.monotonic()
    assert second.end() == 0
    assert time.monotonic() - begun < 25
    third.close()
    ours = list(cache.loader("mel", copy=True, **options))
    assert len(theirs) == len(ours)
    for one, other in zip(ours, theirs, strict=True):
        same(one, other)


def test_whoever_waits_is_told_that_the_loader_was_closed(folder):
    gone = Server(folder)
    loader = lathe.connect(f"{gone.url}/demo.lathe").loader("mel", batch_size=1, epochs=None)
    next(loader)
    gone.end(signal.SIGKILL)
    closing = threading.Timer(0.5, loader.close)
    closing.start()
    with pytest.raises(lathe.ReleasedError):
        list(loader)
    closing.join()


def test_memory_of_a_frame_is_filled_again_once_nobody_holds_it():
    content = b'{"inputs":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}     '

    def bytes_of(number: int) -> bytes:
        value = len(content).to_bytes(8, "little") + content + np.float32(number).tobytes()
        return len(value).to_bytes(8, "little") + value

    stream = io.BytesIO(b"".join(map(bytes_of, range(6))))
    buffers = FrameBuffers()
    held = [buffers.read(stream.readinto).tensor("inputs") for _ in range(3)]
    places = {array.ctypes.data for array in held}
    assert [float(array[0]) for array in held] == [0, 1, 2]
    assert len(places) == 3
    view = held.pop(1)[:]
    held.clear()
    again = [buffers.read(stream.readinto).tensor("inputs") for _ in range(2)]
    assert {array.ctypes.data for array in again} == places - {view.ctypes.data}
    assert [float(array[0]) for array in (view, *again)] == [1, 3, 4]


def test_torch(cache, server, path):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from torch.utils.data import DataLoader

    import lathe.torch

    options = {"side": "train", "batch_size": 4, "seed": 2}
    ours = lathe.torch.Dataset(path, "mel", **options)
    theirs = lathe.torch.Dataset(f"{server.url}/demo.lathe", "mel", **options)
    assert len(ours) == len(theirs)
    for _ in range(2):
        for one, other in zip(
            DataLoader(ours, batch_size=None),
            DataLoader(theirs, batch_size=None),
            strict=True,
        ):
            same(one, other)
    workers = lathe.torch.Dataset(f"{server.url}/demo.lathe", "mel", num_workers=2, **options)
    given = [batch for batch in DataLoader(workers, batch_size=None, num_workers=2)]
    assert sum(len(batch) for batch in given) == sum(len(batch) for batch in ours)


@pytest.mark.parametrize("connections", [1, 3])
def test_one_stream_brings_epoch_after_epoch(cache, server, path, connections):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    import lathe.torch

    passing = Cutting(server.port, 1 << 40)
    passing.start()
    remote = lathe.connect(
        f"http://127.0.0.1:{passing.port}/demo.lathe", connections=connections
    )
    options = {"side": "train", "batch_size": 4, "seed": 2}
    ours = lathe.torch.Dataset(path, "mel", **options)
    theirs = lathe.torch.Dataset(remote, "mel", **options)

    def epoch() -> None:
        batches = zip(list(ours), theirs, strict=True)
        for number, (one, other) in enumerate(batches):
            same(one, other)
            assert (other.epoch, other.index) == (one.epoch, number)
            assert theirs.state_dict()["epoch"] >= one.epoch
        assert theirs.state_dict() == ours.state_dict()

    epoch()
    before = passing.connections
    for _ in range(3):
        epoch()
    assert passing.connections == before
    # A process that is forked leaves its parent's stream alone.
    if (child := os.fork()) == 0:
        theirs._waiting[1].close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    epoch()
    assert passing.connections == before
    for dataset in (ours, theirs):
        dataset.set_epoch(1)
    epoch()
    # An epoch that was left, and two at a time.
    assert len(next(iter(ours))) == len(next(iter(theirs)))
    epoch()
    for one, other in zip(theirs, theirs, strict=True):
        assert (one.epoch, other.epoch) == (4, 5)
