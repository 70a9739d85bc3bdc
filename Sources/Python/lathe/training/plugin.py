"""A program that ``lathe train --trainer exec:…`` starts, or ``lathe evaluate`` and ``lathe predict`` of such a run: what it
gets, and what it reports.

The contract is in the package's README, "Writing a trainer in any language".
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy.typing as npt
from safetensors.numpy import save as serialised
from torch import nn

from ..errors import ConfigurationError, ErrorCode
from ..networks import parameter_count
from . import checkpoints, files

if TYPE_CHECKING:
    from .metrics import Predictions
    from .options import Options
    from .session import Epoch, Session

#: Options that the environment gives, by their names.
_FACTS = {
    "view": "LATHE_VIEW",
    "cache": "LATHE_CACHE",
    "split": "LATHE_SPLIT",
    "training_side": "LATHE_TRAINING_SIDE",
    "selection_side": "LATHE_SELECTION_SIDE",
    "test_side": "LATHE_TEST_SIDE",
    "output": "LATHE_RUN_DIR",
    "epochs": "LATHE_EPOCHS",
    "batch_size": "LATHE_BATCH_SIZE",
    "seed": "LATHE_SEED",
}
_NUMBERS = ("epochs", "batch_size", "seed")


def is_plugin(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether Lathe started this process as a trainer."""
    return "LATHE_RUN_DIR" in environment


def predicts(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether it is to predict with weights that it trained before, and not to train.

    :raises ConfigurationError: for a mode that this version does not know.
    """
    mode = environment.get("LATHE_MODE", "train")
    if mode not in ("train", "predict"):
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, f"LATHE_MODE: '{mode}' is neither train nor predict"
        )
    return mode == "predict"


def given(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What Lathe chose.

    :raises ConfigurationError: for a variable that is missing or no number.
    """
    facts: dict[str, Any] = {}
    for name, variable in _FACTS.items():
        if variable not in environment:
            raise ConfigurationError(ErrorCode.CONFIGURATION, f"{variable} is not set")
        text = environment[variable]
        try:
            facts[name] = int(text) if name in _NUMBERS else text
        except ValueError as cause:
            raise ConfigurationError(
                ErrorCode.CONFIGURATION, f"{variable}: '{text}' is no whole number"
            ) from cause
    for side in ("selection_side", "test_side"):
        facts[side] = facts[side] or "none"
    facts["normalise"] = environment.get("LATHE_NORMALISATION") or "none"
    facts["augmentation"] = json.loads(environment.get("LATHE_AUGMENTATION") or "null")
    facts["resume"] = may_resume(environment)
    return facts


def may_resume(environment: Mapping[str, str]) -> bool:
    """Whether a run goes on and there is a state to go on from; else all epochs are trained.

    A state of more epochs than Lathe has recorded is none: it is of another moment, as where Lathe was killed.
    """
    done = int(environment.get("LATHE_EPOCHS_DONE") or 0)
    kept = checkpoints.state_epochs(Path(environment["LATHE_RUN_DIR"], checkpoints.STATE))
    return kept is not None and 0 < done >= kept


def arguments(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The options that were given to ``lathe train``, as a command line."""
    options = json.loads(environment.get("LATHE_OPTIONS", "{}"))
    line = []
    for name, value in options.items():
        if name == "channels-last":
            line.append(f"--{name}" if value in ("true", "yes", "1") else f"--no-{name}")
        else:
            line += [f"--{name}", str(value)]
    return line


class Events:
    """Reports to Lathe what happens, in JSON Lines."""

    def __init__(self, options: Options, output: IO[str]) -> None:
        self._options = options
        self._output = output
        self._folder = Path(options.output)

    def _tell(self, event: str, **facts: Any) -> None:
        self._output.write(json.dumps({"event": event, **facts}) + "\n")
        self._output.flush()

    def start(self, session: Session) -> None:
        """Reports how large the network is, and the options."""
        self._tell(
            "start", parameters=parameter_count(session.model), options=self._options.as_texts()
        )

    def progress(self, epoch: int, samples: int, of: int, loss: float, accuracy: float) -> None:
        """Reports how far an epoch is."""
        self._tell("progress", epoch=epoch, samples=samples, of=of, loss=loss, accuracy=accuracy)

    def epoch(self, epoch: Epoch, model: nn.Module) -> bool:
        """Hands over predictions and weights; Lathe computes the metrics and chooses the best."""
        number = epoch.epoch
        for side, each in epoch.predictions.items():
            self.predictions(number, side, each)
        name = f"checkpoint-{number}.safetensors"
        facts = {"network": self._options.network, "epoch": str(number)}
        checkpoints.save(self._folder / name, checkpoints.weights(model), facts)
        self._tell(
            "epoch",
            epoch=number,
            train={"loss": epoch.loss, "accuracy": epoch.accuracy},
            learningRate=epoch.learning_rate,
            trainSeconds=epoch.train_seconds,
            loaderSeconds=epoch.loader_seconds,
            samples=epoch.samples,
            checkpoint=name,
        )
        return False

    def predictions(self, epoch: int, side: str, said: Predictions) -> None:
        """Hands over what the network says of a side."""
        name = f"predictions-{epoch}-{side}.safetensors"
        tensors: dict[str, npt.NDArray[Any]] = {
            "probabilities": said.probabilities, "tracks": said.tracks, "slices": said.slices,
        }  # fmt: skip
        files.replace(self._folder / name, serialised(tensors))
        self._tell("predictions", epoch=epoch, side=side, file=name)

    def end(self, status: str, message: str | None) -> None:
        """Reports why there are no more epochs."""
        self._tell("end", status=status, **({} if message is None else {"message": message}))

    def state(self) -> dict[str, Any]:
        """Nothing: Lathe keeps the records."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Nothing to take over."""
