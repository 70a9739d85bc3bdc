"""What a network says of samples: in a training, and for ``lathe evaluate`` and ``lathe predict`` of a run that it did."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from ..batch import Batch
from . import checkpoints, stream
from .building import Machine, network
from .metrics import Predictions
from .options import Options

if TYPE_CHECKING:
    from .plugin import Events


def predicted(model: nn.Module, machine: Machine, batches: Iterable[Batch[Tensor]]) -> Predictions:
    """What a network says of batches, one or more."""
    model.eval()
    parts: list[tuple[Any, ...]] = []
    with torch.inference_mode():
        for batch in batches:
            with machine.autocast():
                outputs = model(batch.inputs.to(machine.device))
            outputs = outputs.float()
            chances = torch.sigmoid(outputs) if batch.is_tagged else torch.softmax(outputs, dim=1)
            arrays = [batch.tracks, batch.slices, batch.labels]
            if batch.is_tagged:
                arrays.append(batch.targets)
            parts.append((chances.cpu().numpy(), *(array.numpy().copy() for array in arrays)))
    return Predictions(*(np.concatenate(column) for column in zip(*parts)))


def predict(
    options: Options, environment: Mapping[str, str], frames: IO[bytes], events: Events
) -> None:
    """Predicts each side that comes by frames, with the weights that ``LATHE_CHECKPOINT`` names.

    :raises LatheError: where the weights are damaged or of another network, or a frame is none.
    """
    path = Path(environment["LATHE_CHECKPOINT"])
    labels = json.loads(environment["LATHE_LABELS"])
    machine = Machine(options)
    model = network(options, len(labels), stream.form(environment).shape)
    tensors, _ = checkpoints.load(path)
    try:
        model.load_state_dict(tensors, strict=True)
    except RuntimeError as cause:
        raise checkpoints.CheckpointError(path, cause) from cause
    model = machine.placed(model)
    for side, group in itertools.groupby(stream.batches(frames, stream.is_tagged(environment)), key=lambda found: found[0]):
        events.predictions(1, side, predicted(model, machine, (batch for _, batch in group)))
