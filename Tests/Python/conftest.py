"""Caches of made-up music, prepared by the program as it was built."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
try:
    import lathe
except ModuleNotFoundError:
    # Not installed: the checkout's own, also in the processes that tests start.
    sys.path.insert(0, str(ROOT / "Sources" / "Python"))
    os.environ["PYTHONPATH"] = str(ROOT / "Sources" / "Python")
    import lathe


def program() -> str:
    places = [
        os.environ.get("LATHE_PROGRAM"),
        ROOT / ".build/debug/lathe",
        ROOT / ".build/release/lathe",
    ]
    for place in places:
        if place and Path(place).exists():
            return str(place)
    pytest.exit("the program is not built: swift build, or set LATHE_PROGRAM", returncode=1)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 tracks of 6 s with ten labels, as audio and prepared."""
    folder = tmp_path_factory.mktemp("music")
    made = folder / "demo"
    subprocess.run(
        [program(), "demo", "--folder", made, "--tracks", "2", "--seconds", "6", "--no-train"],
        check=True,
        capture_output=True,
    )
    yield next(made.iterdir())
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def path(folder: Path) -> str:
    return str(folder / "demo.lathe")


@pytest.fixture(scope="session")
def other(folder: Path) -> str:
    """Three of the labels, in a cache of their own whose split has an empty side."""
    audio = folder / "some"
    for label in ("blues", "jazz", "rock"):
        shutil.copytree(folder / "audio" / label, audio / label)
    cache = folder / "other.lathe"
    command = [
        program(),
        "prepare",
        audio,
        "--cache",
        cache,
        "--split",
        "1,0",
        "--progress",
        "none",
    ]
    subprocess.run(command, check=True, capture_output=True)
    return str(cache)


@pytest.fixture(scope="session")
def audio(folder: Path) -> str:
    """Eight tracks of four labels, in a folder called music."""
    some = folder / "music"
    for label in ("blues", "country", "jazz", "rock"):
        shutil.copytree(folder / "audio" / label, some / label)
    return str(some)


@pytest.fixture(scope="session")
def undivided(audio: str, folder: Path) -> str:
    """The digest of what one process makes of them."""
    from divided import digest, lathe_program

    cache = folder / "undivided.lathe"
    lathe_program("prepare", audio, "--cache", cache, "--progress", "none")
    return digest(cache)


@pytest.fixture
def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A stand-in for the program: see `divided.Scripted`."""
    from divided import Scripted

    made = tmp_path / "scripted"
    made.mkdir()
    return Scripted(made, monkeypatch)


@pytest.fixture
def cache(path: str) -> lathe.Cache:
    with lathe.open(path) as cache:
        yield cache


@pytest.fixture(scope="session")
def split(path: str) -> str:
    with lathe.open(path) as cache:
        return next(iter(cache.splits))


@pytest.fixture(scope="session")
def stored(path: str) -> Stored:
    lmdb = pytest.importorskip(
        "lmdb", reason="lmdb is not installed: no other reader to compare with"
    )
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    return Stored(lmdb, path)


class Stored:
    """The cache as lmdb and safetensors read it, by (track id, slice)."""

    def __init__(self, lmdb: object, path: str) -> None:
        from safetensors.numpy import load

        shard = lmdb.open(
            f"{path}/shard-00000.lmdb", subdir=False, readonly=True, lock=False, max_dbs=64
        )
        self.labels: dict[str, str] = {}
        self.samples: dict[str, dict[tuple[str, int], object]] = {}
        with shard.begin() as transaction:
            tracks = shard.open_db(b"tracks", transaction, create=False)
            for key, record in list(transaction.cursor(tracks)):
                record = json.loads(record)
                self.labels[record["id"]] = record["label"]
                for view, fingerprint in record["views"].items():
                    if view == "acoustic":
                        continue
                    name = f"{view}/{fingerprint}".encode()
                    values = shard.open_db(name, transaction, create=False)
                    (array,) = load(bytes(transaction.get(key, db=values))).values()
                    slices = shard.open_db(f"slices/{view}".encode(), transaction, create=False)
                    facts = transaction.get(key, db=slices)
                    count, length, hop, _ = (
                        int.from_bytes(facts[8 * i : 8 * i + 8], "little") for i in range(4)
                    )
                    samples = self.samples.setdefault(view, {})
                    for i in range(count):
                        samples[record["id"], i] = (
                            array[i * hop : i * hop + length].astype("float32") / 32768
                            if view == "waveform"
                            else array[i]
                        )
        shard.close()


def places(loader: lathe.Loader) -> list[tuple[int, int]]:
    """Track and slice of every sample of the batches that are left."""
    return [
        place
        for batch in loader
        for place in zip(batch.tracks.tolist(), batch.slices.tolist(), strict=True)
    ]
