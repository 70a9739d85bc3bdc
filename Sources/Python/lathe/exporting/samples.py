"""Samples as the program writes them for WebDataset, one after the other."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Sample:
    """A sample with what is known of it."""

    #: Its key, a name without dots.
    key: str
    #: What is known of its track: texts and whole numbers by name.
    facts: dict[str, Any]
    #: The weight of every label of the dataset, or the number of the one label, -1 for none.
    label: npt.NDArray[np.float32] | int
    #: The bytes of a file of audio, or of numpy's.
    data: bytes

    def array(self) -> npt.NDArray[Any]:
        """The numbers of a sample that is no audio."""
        array: npt.NDArray[Any] = np.load(io.BytesIO(self.data), allow_pickle=False)
        return array


@dataclass(frozen=True)
class Content:
    """A folder of samples."""

    folder: Path
    #: The content of ``export.json``.
    record: dict[str, Any]

    @classmethod
    def read(cls, folder: Path) -> Content:
        """The content of a folder that ``lathe export webdataset`` wrote."""
        record: dict[str, Any] = json.loads((folder / "export.json").read_text("utf-8"))
        return cls(folder, record)

    @property
    def sides(self) -> list[str]:
        """The names of the sides, in their order."""
        return [side["name"] for side in self.record["sides"]]

    @property
    def labels(self) -> list[str]:
        """The names of the labels, in byte order."""
        labels: list[str] = self.record["labels"]
        return labels

    @property
    def is_tagged(self) -> bool:
        """Whether a track may have any number of labels."""
        return bool(self.record["severalLabels"])

    @property
    def ending(self) -> str:
        """The ending of the files of samples: ``npy``, or that of audio."""
        ending: str = self.record["members"][-1]
        return ending

    @property
    def is_audio(self) -> bool:
        """Whether samples are files of audio."""
        return self.ending != "npy"

    @cached_property
    def first(self) -> Sample:
        """Any sample."""
        return next(self.samples(self.sides[0]))

    def archives(self, side: str) -> list[Path]:
        """The archives of a side, in their order."""
        number = self.sides.index(side)
        files: list[str] = self.record["archives"][number]
        return [self.folder / file for file in files]

    def samples(self, side: str) -> Iterator[Sample]:
        """The samples of a side, in their order."""
        for path in self.archives(side):
            with tarfile.open(path, "r|") as archive:
                members: list[tuple[str, bytes]] = []
                for entry in archive:
                    file = archive.extractfile(entry)
                    assert file is not None
                    members.append((entry.name, file.read()))
                    # Streamed archives keep every header that they have read.
                    archive.members = []
                    if len(members) == len(self.record["members"]):
                        yield self._sample(members)
                        members = []

    def _sample(self, members: list[tuple[str, bytes]]) -> Sample:
        (name, facts), (_, label), (_, data) = members
        return Sample(
            name.split(".", 1)[0],
            json.loads(facts),
            np.load(io.BytesIO(label), allow_pickle=False) if self.is_tagged else int(label),
            data,
        )
