"""How other loaders store and read the samples that ``peers.py`` measures with.

Each peer writes the same samples in its own format and yields shuffled batches of float32 inputs and
labels, in the way its documentation shows. Nothing is tuned against it: where a reader can be told the
batch size it is, where it can decode a whole batch at once it does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SCALE = np.float32(1 / 32768)


@dataclass
class Samples:
    """All samples of a view: ``inputs`` int16 or float32 with the sample as first axis, and labels."""

    inputs: np.ndarray
    labels: np.ndarray


@dataclass
class Layout:
    """What a peer must know to read back what it wrote."""

    count: int
    shape: tuple[int, ...]
    dtype: str
    labels: list[int]

    @classmethod
    def of(cls, samples: Samples) -> "Layout":
        return cls(
            len(samples.inputs),
            samples.inputs.shape[1:],
            samples.inputs.dtype.name,
            samples.labels.tolist(),
        )

    def save(self, folder: Path) -> None:
        (folder / "layout.json").write_text(json.dumps(self.__dict__))

    @classmethod
    def load(cls, folder: Path) -> "Layout":
        fields = json.loads((folder / "layout.json").read_text())
        return cls(fields["count"], tuple(fields["shape"]), fields["dtype"], fields["labels"])


def floats(batch: np.ndarray) -> np.ndarray:
    """A batch as float32; 16-bit integers become parts of full scale."""
    if batch.dtype == np.float32:
        return batch
    return np.multiply(batch, SCALE, dtype=np.float32)


def orders(layout: Layout, batch: int, epoch: int) -> Iterator[np.ndarray]:
    """The shuffled sample numbers of an epoch, a batch at a time."""
    order = np.random.default_rng(epoch).permutation(layout.count)
    for start in range(0, layout.count, batch):
        yield order[start : start + batch]


class Peer:
    """One way of storing and reading. ``epoch`` yields (inputs, labels)."""

    name = ""
    modules: tuple[str, ...] = ("numpy",)

    @staticmethod
    def write(samples: Samples, folder: Path) -> None:
        raise NotImplementedError

    def __init__(self, folder: Path, batch: int) -> None:
        self.folder = folder
        self.batch = batch
        self.layout = Layout.load(folder)

    def epoch(self, number: int) -> Iterator[tuple[Any, Any]]:
        raise NotImplementedError

    def sample(self, data: bytes) -> np.ndarray:
        return np.frombuffer(data, self.layout.dtype).reshape(self.layout.shape)


class NumpyFancy(Peer):
    name = "numpy fancy indexing on a memory map"

    @staticmethod
    def write(samples: Samples, folder: Path) -> None:
        np.save(folder / "inputs.npy", samples.inputs)

    def __init__(self, folder: Path, batch: int) -> None:
        super().__init__(folder, batch)
        self.inputs = np.load(folder / "inputs.npy", mmap_mode="r")
        self.labels = np.array(self.layout.labels)

    def epoch(self, number: int) -> Iterator[tuple[Any, Any]]:
        for order in orders(self.layout, self.batch, number):
            yield floats(self.inputs[order]), self.labels[order]


class NumpyTake(NumpyFancy):
    name = "numpy take from a memory map into one buffer"

    def epoch(self, number: int) -> Iterator[tuple[Any, Any]]:
        raw = np.empty((self.batch, *self.layout.shape), self.layout.dtype)
        out = np.empty(raw.shape, np.float32)
        for order in orders(self.layout, self.batch, number):
            np.take(self.inputs, order, axis=0, out=raw[: len(order)], mode="clip")
            if raw.dtype == np.float32:
                yield raw[: len(order)], self.labels[order]
            else:
                np.multiply(raw[: len(order)], SCALE, out=out[: len(order)], dtype=np.float32)
                yield out[: len(order)], self.labels[order]


class TorchOverMap(NumpyFancy):
    name = "PyTorch DataLoader, index batches over a memory map"
    modules = ("torch",)
    workers = 0

    def epoch(self, number: int) -> Iterator[tuple[Any, Any]]:
        import torch
        from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler

        inputs, labels = self.inputs, self.labels

        class Batches(Dataset[Any]):
            def __getitem__(self, order: list[int]) -> tuple[Any, Any]:
                return torch.from_numpy(floats(inputs[order])), torch.from_numpy(labels[order])

            def __len__(self) -> int:
                return len(labels)

        data = Batches()
        sampler = BatchSampler(RandomSampler(data), self.batch, drop_last=False)
        yield from DataLoader(data, sampler=sampler, batch_size=None, num_workers=self.workers)


class TorchOverMapTwoWorkers(TorchOverMap):
    name = "PyTorch DataLoader, index batches over a memory map, 2 workers"
    workers = 2


class TorchOverLMDB(Peer):
    name = "PyTorch DataLoader over py-lmdb"
    modules = ("torch", "lmdb")
    workers = 0

    @staticmethod
    def write(samples: Samples, folder: Path) -> None:
        import lmdb

        with lmdb.open(str(folder / "store"), map_size=1 << 36) as store:
            for start in range(0, len(samples.inputs), 256):
                with store.begin(write=True) as transaction:
                    for number in range(start, min(start + 256, len(samples.inputs))):
                        data = samples.inputs[number].tobytes()
                        transaction.put(number.to_bytes(8, "big"), data)

    def epoch(self, number: int) -> Iterator[tuple[Any, Any]]:
        import lmdb
        import torch
        from torch.utils.data import DataLoader, Dataset

        peer, path = self, str(self.folder / "store")

        class Values(Dataset[Any]):
            store: Any = None

            def __getitem__(self, index: int) -> tuple[Any, int]:
                if self.store is None:
                    self.store = lmdb.open(path, readonly=True, lock=False, readahead=True)
                    self.transaction = self.store.begin(buffers=True)
                data = self.transaction.get(index.to_bytes(8, "big"))
                return torch.from_numpy(floats(peer.sample(data))), peer.layout.labels[index]

            def __len__(self) -> int:
                return peer.layout.count

        yield from DataLoader(Values(), self.batch, shuffle=True, num_workers=self.workers)


class TorchOverLMDBTwoWorkers(TorchOverLMDB):
    name = "PyTorch DataLoader over py-lmdb, 2 workers"
    workers = 2


class WebDataset(Peer):
    name = "webdataset"
    modules = ("webdataset",)

    @staticmethod
    def write(samples: Samples, folder: Path) -> None:
        import webdataset

        pattern = str(folder / "shard-%05d.tar")
        with webdataset.ShardWriter(pattern, maxcount=512, verbose=0) as sink:
            for number, sample in enumerate(samples.inputs):
                sink.write(
                    {
                        "__key__": f"{number:08d}",
                        "bin": sample.tobytes(),
                        "cls": str(int(samples.labels[number])),
                    }
                )

    def epoch(self, number: int) -> Iterator[tuple[Any, Any]]:
        import webdataset

        shards = sorted(str(path) for path in self.folder.glob("shard-*.tar"))
        data = (
            webdataset.WebDataset(shards, shardshuffle=len(shards), empty_check=False)
            .shuffle(1000)
            .map(lambda sample: (self.sample(sample["bin"]), int(sample["cls"])))
            .batched(self.batch)
        )
        for inputs, labels in data:
            yield floats(inputs), labels


class HuggingFaceDatasets(Peer):
    name = "Hugging Face datasets"
    modules = ("datasets",)

    @staticmethod
    def write(samples: Samples, folder: Path) -> None:
        import datasets

        kind = datasets.Value(samples.inputs.dtype.name)
        length = int(np.prod(samples.inputs.shape[1:]))
        features = datasets.Features(
            {"inputs": datasets.Sequence(kind, length=length), "label": datasets.Value("int64")}
        )

        def rows() -> Iterator[dict[str, Any]]:
            for sample, label in zip(samples.inputs, samples.labels):
                yield {"inputs": sample.reshape(-1), "label": int(label)}

        made = datasets.Dataset.from_generator(
            rows, features=features, cache_dir=str(folder / "making"), writer_batch_size=64
        )
        made.save_to_disk(str(folder / "arrow"))

    def __init__(self, folder: Path, batch: int) -> None:
        super().__init__(folder, batch)
        import datasets

        self.data = datasets.load_from_disk(str(folder / "arrow")).with_format("numpy")

    def epoch(self, number: int) -> Iterator[tuple[Any, Any]]:
        for order in orders(self.layout, self.batch, number):
            rows = self.data[order]
            yield floats(rows["inputs"].reshape(-1, *self.layout.shape)), rows["label"]


class MosaicStreaming(Peer):
    name = "MosaicML streaming"
    modules = ("streaming", "torch")

    @staticmethod
    def write(samples: Samples, folder: Path) -> None:
        from streaming import MDSWriter

        with MDSWriter(out=str(folder / "mds"), columns={"inputs": "bytes", "label": "int"}) as sink:
            for sample, label in zip(samples.inputs, samples.labels):
                sink.write({"inputs": sample.tobytes(), "label": int(label)})

    def __init__(self, folder: Path, batch: int) -> None:
        super().__init__(folder, batch)
        from streaming import StreamingDataset
        from torch.utils.data import DataLoader

        peer = self

        class Values(StreamingDataset):
            def __getitem__(self, index: int) -> tuple[Any, int]:
                row = super().__getitem__(index)
                return floats(peer.sample(row["inputs"])), row["label"]

        data = Values(
            local=str(folder / "mds"),
            shuffle=True,
            batch_size=batch,
            predownload=self.layout.count,
        )
        self.loader = DataLoader(data, batch_size=batch, num_workers=0)

    def epoch(self, number: int) -> Iterator[tuple[Any, Any]]:
        yield from self.loader


class LitData(Peer):
    name = "litdata"
    modules = ("litdata", "torch")

    @staticmethod
    def write(samples: Samples, folder: Path) -> None:
        from litdata.streaming import Cache

        cache = Cache(str(folder / "chunks"), chunk_bytes="64MB")
        for number, sample in enumerate(samples.inputs):
            cache[number] = {"inputs": sample.tobytes(), "label": int(samples.labels[number])}
        cache.done()
        cache.merge()

    def __init__(self, folder: Path, batch: int) -> None:
        super().__init__(folder, batch)
        from litdata import StreamingDataLoader, StreamingDataset

        peer = self

        class Values(StreamingDataset):
            def __getitem__(self, index: Any) -> tuple[Any, int]:
                row = super().__getitem__(index)
                return floats(peer.sample(row["inputs"])), row["label"]

        data = Values(str(folder / "chunks"), shuffle=True)
        self.loader = StreamingDataLoader(data, batch_size=batch, num_workers=0)

    def epoch(self, number: int) -> Iterator[tuple[Any, Any]]:
        yield from self.loader


class GrainArrayRecord(Peer):
    name = "Grain over ArrayRecord"
    modules = ("grain.python", "array_record.python.array_record_module")

    @staticmethod
    def write(samples: Samples, folder: Path) -> None:
        from array_record.python.array_record_module import ArrayRecordWriter

        sink = ArrayRecordWriter(str(folder / "values.array_record"), "group_size:1,uncompressed")
        for sample, label in zip(samples.inputs, samples.labels):
            sink.write(int(label).to_bytes(8, "little") + sample.tobytes())
        sink.close()

    def __init__(self, folder: Path, batch: int) -> None:
        super().__init__(folder, batch)
        import grain.python as grain

        self.source = grain.ArrayRecordDataSource([str(folder / "values.array_record")])

    def row(self, data: bytes) -> tuple[np.ndarray, np.int64]:
        label = np.int64(int.from_bytes(data[:8], "little"))
        values = np.frombuffer(data, self.layout.dtype, offset=8).reshape(self.layout.shape)
        return floats(values), label

    def epoch(self, number: int) -> Iterator[tuple[Any, Any]]:
        import grain.python as grain

        data = grain.MapDataset.source(self.source).shuffle(seed=number).map(self.row)
        options = grain.ReadOptions(num_threads=os.cpu_count() or 1, prefetch_buffer_size=256)
        yield from data.to_iter_dataset(options).batch(self.batch)


PEERS: list[type[Peer]] = [
    NumpyFancy,
    NumpyTake,
    TorchOverMap,
    TorchOverMapTwoWorkers,
    TorchOverLMDB,
    TorchOverLMDBTwoWorkers,
    WebDataset,
    HuggingFaceDatasets,
    MosaicStreaming,
    LitData,
    GrainArrayRecord,
]
