"""The sides of a split as batches that Lathe writes to standard input (``--batches stream``).

So can be trained on what this process cannot open: a table of features, several folds together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from ..batch import Batch
from ..errors import ConfigurationError, ErrorCode, LatheError
from .inputs import Form
from .options import Options


def batches(frames: IO[bytes], is_tagged: bool = False) -> Iterator[tuple[str, Batch[Tensor]]]:
    """The batches that frames hold, each after the name of its side, to the end of the input.

    :param is_tagged: whether a sample may have any number of labels.
    :raises LatheError: where the input ends within a frame, or holds what is none.
    """
    while size := frames.read(8):
        length = int.from_bytes(size, "little")
        frame = frames.read(length) if len(size) == 8 else b""
        if len(size) < 8 or len(frame) < length:
            raise LatheError(ErrorCode.DAMAGED, "standard input: it ended within a batch")
        header = int.from_bytes(frame[:8], "little")
        try:
            facts = json.loads(frame[8 : 8 + header])["__metadata__"]
            tensors = load(frame)
            batch = Batch(
                tensors["inputs"],
                tensors["labels"],
                tensors["tracks"],
                tensors["slices"],
                tensors.get("label_distributions"),
                int(facts["epoch"]) - 1,
                int(facts["index"]),
                is_tagged,
            )
            side = facts["side"]
        except (ValueError, KeyError, SafetensorError) as cause:
            raise LatheError(ErrorCode.DAMAGED, f"standard input: no batch: {cause}") from cause
        yield side, batch


def is_tagged(environment: Mapping[str, str]) -> bool:
    """Whether a sample may have any number of labels."""
    return environment.get("LATHE_TAGGED") == "true"


def form(environment: Mapping[str, str]) -> Form:
    """What the samples are that Lathe sends."""
    return Form(
        tuple(json.loads(environment["LATHE_SAMPLE_SHAPE"])),
        tuple(json.loads(environment.get("LATHE_SAMPLE_AXES") or "[]")),
    )


class StreamedSides:
    """What :class:`.batches.Sides` is, over frames; they come in the order in which they are used."""

    def __init__(self, options: Options, environment: Mapping[str, str], frames: IO[bytes]) -> None:
        """
        :param environment: the variables that Lathe has set.
        :param frames: standard input.
        """
        if options.class_weights == "balanced":
            raise ConfigurationError(
                ErrorCode.CONFIGURATION,
                "--class-weights balanced counts labels before it trains, which a stream does not let;"
                " give their weights",
            )
        self.labels: tuple[str, ...] = tuple(json.loads(environment["LATHE_LABELS"]))
        self.shape: tuple[int, ...] = form(environment).shape
        self._samples: dict[str, int] = json.loads(environment["LATHE_SAMPLES"])
        self.is_tagged = is_tagged(environment)
        self._frames = batches(frames, self.is_tagged)
        self.training_name = options.training_side
        sides = (options.selection_side, options.test_side)
        self.selection, self.test = (None if side in ("none", "") else side for side in sides)

    @property
    def evaluated(self) -> list[str]:
        """The sides that are evaluated after each epoch."""
        return [side for side in (self.selection, self.test) if side is not None]

    def training(self, epoch: int, state: Mapping[str, Any] | None) -> StreamedLoader:
        """The batches of all epochs; those of an epoch are followed by its other sides'."""
        return StreamedLoader(self, self.training_name)

    def evaluation(self, side: str) -> StreamedLoader:
        """All samples of a side, in order."""
        return StreamedLoader(self, side)

    def samples(self, side: str) -> int:
        """How many samples a side has."""
        return self._samples[side]

    def next(self, side: str) -> Batch[Tensor]:
        """The next frame, which must be of a side.

        :raises LatheError: where it is of another, or the input ends.
        """
        found, batch = next(self._frames, (None, None))
        if batch is None:
            raise LatheError(ErrorCode.DAMAGED, "standard input: it ended before the training")
        if found != side:
            raise LatheError(ErrorCode.DAMAGED, f"standard input: a batch of {found}, not of {side}")
        return batch


class StreamedLoader:
    """The batches of a side; what :class:`lathe.Loader` is to training."""

    def __init__(self, sides: StreamedSides, side: str) -> None:
        self._sides = sides
        self._side = side
        self._seen = 0
        self.samples = sides.samples(side)
        self.labels = sides.labels

    def __iter__(self) -> StreamedLoader:
        return self

    def __next__(self) -> Batch[Tensor]:
        if self._seen == self.samples and self._side != self._sides.training_name:
            raise StopIteration
        batch = self._sides.next(self._side)
        self._seen += len(batch)
        return batch

    def state_dict(self) -> dict[str, Any]:
        """Nothing: a stream cannot be gone on with."""
        return {}

    def __enter__(self) -> StreamedLoader:
        return self

    def __exit__(self, *_: object) -> None:
        return None
