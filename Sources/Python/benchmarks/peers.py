"""Measures how fast other loaders deliver the samples of a cache, and Lathe beside them.

    python peers.py CACHE [--view waveform|mel|features] [--batch 128] [--python OTHER_PYTHON]…

Every loader gets the same samples in its own format, shuffled, in batches of float32 with labels, in a
process of its own, one after the other. Each runs over the samples again and again; the first epoch is
left out, the median of the others counts. A loader whose packages this Python lacks is looked for in
the other Pythons that are given (some of them cannot be installed side by side) and otherwise named as
not measured. Needs ``lmdb safetensors numpy`` to read the cache.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from peer_loaders import PEERS, Layout, Peer, Samples

LATHE = {"Lathe, 1 thread": 1, "Lathe, 2 threads": 2}


def read_samples(cache: str, view: str) -> Samples:
    """All slices of a view, cut as the cache says."""
    import lmdb
    from safetensors.numpy import load

    shard = lmdb.open(
        f"{cache}/shard-00000.lmdb", subdir=False, readonly=True, lock=False, max_dbs=64
    )
    tracks = shard.open_db(b"tracks", create=False)
    inputs: list[np.ndarray] = []
    labels: list[str] = []
    with shard.begin() as transaction:
        slices = shard.open_db(f"slices/{view}".encode(), transaction, create=False)
        for track, text in transaction.cursor(tracks):
            record = json.loads(text)
            name = f"{view}/{record['views'][view]}".encode()
            values = shard.open_db(name, transaction, create=False)
            tensor = next(iter(load(bytes(transaction.get(track, db=values))).values()))
            count, length, hop, _ = np.frombuffer(transaction.get(track, db=slices), "<i8")
            if view == "waveform":
                rows = [tensor[i * hop : i * hop + length] for i in range(count)]
            else:
                rows = list(tensor)
            inputs += rows
            labels += [record["label"]] * len(rows)
    names = sorted(set(labels))
    return Samples(np.stack(inputs), np.array([names.index(label) for label in labels]))


def importable(python: str, modules: tuple[str, ...]) -> bool:
    command = [python, "-c", ";".join(f"import {module}" for module in modules)]
    return subprocess.run(command, capture_output=True).returncode == 0


def time_epochs(epochs: int, epoch: Any) -> list[float]:
    """Seconds of each epoch after the first; every batch is looked at, none is kept."""
    seconds = []
    for number in range(epochs + 1):
        start = time.perf_counter()
        for inputs, labels in epoch(number):
            # One number of each end, so that nothing can be left unread by a lazy loader.
            float(inputs[0].reshape(-1)[0]) + float(inputs[-1].reshape(-1)[-1]) + int(labels[0])
        seconds.append(time.perf_counter() - start)
    return seconds[1:]


def measure(arguments: argparse.Namespace) -> None:
    """Runs in a process of its own; prints the seconds of its epochs as JSON."""
    if arguments.one in LATHE:
        lathe = importlib.import_module("lathe")
        with lathe.open(arguments.cache) as cache:
            loader = cache.loader(
                arguments.view,
                batch_size=arguments.batch,
                threads=LATHE[arguments.one],
                epochs=None,
            )
            count = -(-len(Layout.load(Path(arguments.folder)).labels) // arguments.batch)

            def epoch(number: int) -> Any:
                for _ in range(count):
                    batch = next(loader)
                    yield batch.inputs, batch.labels

            print(json.dumps(time_epochs(arguments.epochs, epoch)))
        return
    kind = next(peer for peer in PEERS if peer.name == arguments.one)
    folder = Path(arguments.folder)
    if arguments.write:
        layout = Layout.load(folder)
        data = np.load(arguments.write, mmap_mode="r")
        kind.write(Samples(data, np.array(layout.labels)), folder)
        return
    peer = kind(folder, arguments.batch)
    print(json.dumps(time_epochs(arguments.epochs, peer.epoch)))


def run(python: str, name: str, folder: Path, arguments: argparse.Namespace, *more: str) -> str:
    command = [python, __file__, arguments.cache, "--view", arguments.view, "--one", name]
    command += ["--folder", str(folder), "--batch", str(arguments.batch)]
    command += ["--epochs", str(arguments.epochs), *more]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=arguments.patience
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"took longer than {arguments.patience} s") from None
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else "no reason")
    return done.stdout


def seconds_of(
    kind: type[Peer] | None, name: str, data: Path, layout: Layout, arguments: argparse.Namespace
) -> list[float]:
    pythons = [sys.executable, *arguments.python]
    modules = kind.modules if kind else ("lathe",)
    python = next((python for python in pythons if importable(python, modules)), None)
    if python is None:
        raise RuntimeError(f"not measured: no {' and '.join(modules)} here")
    with tempfile.TemporaryDirectory(dir=arguments.temporary) as folder:
        layout.save(Path(folder))
        if kind:
            run(python, name, Path(folder), arguments, "--write", str(data))
        return json.loads(run(python, name, Path(folder), arguments).splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache")
    parser.add_argument("--view", default="waveform", choices=["waveform", "mel", "features"])
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=5, help="measured epochs, after the first")
    parser.add_argument("--python", action="append", default=[], help="another Python to look in")
    parser.add_argument("--only", help="loaders whose name has this in it")
    parser.add_argument("--patience", type=int, default=300, help="seconds for each loader")
    parser.add_argument("--temporary", help="where the formats are written; a folder on a disk")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--write", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        return measure(arguments)

    samples = read_samples(arguments.cache, arguments.view)
    layout = Layout.of(samples)
    gigabytes = samples.inputs.size * 4 / 1e9
    names: dict[str, type[Peer] | None] = {peer.name: peer for peer in PEERS}
    names |= dict.fromkeys(LATHE)
    rows = []
    with tempfile.TemporaryDirectory(dir=arguments.temporary) as folder:
        data = Path(folder) / "samples.npy"
        np.save(data, samples.inputs)
        del samples
        for name, kind in names.items():
            if arguments.only and arguments.only.lower() not in name.lower():
                continue
            row: dict[str, Any] = {"loader": name}
            try:
                median = statistics.median(seconds_of(kind, name, data, layout, arguments))
                row |= {"samples/s": layout.count / median, "GB/s": gigabytes / median}
            except RuntimeError as error:
                row["error"] = str(error)
            rows.append(row)
            if not arguments.json:
                print(line(row), flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=2))


def line(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['loader']:<64} {row['error']}"
    return f"{row['loader']:<64} {row['samples/s']:>12,.0f} samples/s {row['GB/s']:>7.2f} GB/s"


if __name__ == "__main__":
    main()
