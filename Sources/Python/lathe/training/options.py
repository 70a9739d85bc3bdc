"""Everything that can be chosen of a training."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ..errors import ConfigurationError, ErrorCode
from . import inputs


@dataclass(frozen=True)
class Options:
    """A training; the command line's ``--help`` explains each."""

    view: str
    #: The folder; empty where batches are streamed of what is none.
    cache: str
    split: str
    training_side: str
    selection_side: str | None
    test_side: str | None
    output: str
    resume: bool
    network: str
    epochs: int
    batch_size: int
    seed: int
    optimiser: str
    learning_rate: float
    weight_decay: float
    momentum: float
    nesterov: int
    beta1: float
    beta2: float
    schedule: str
    warm_up: float
    label_smoothing: float
    class_weights: str | dict[str, float]
    clip_norm: float
    patience: int | None
    normalise: str
    augmentation: dict[str, Any] | None
    dropout: float
    input_dropout: float
    transform: str
    whitening: str
    shrinkage: float
    noise: float
    channels: tuple[int, ...]
    kernels: tuple[int, ...]
    strides: tuple[int, ...]
    pooling: tuple[int, ...]
    pooling_kind: str
    order: str
    filters: str
    sample_rate: float
    blocks: tuple[int, ...]
    width: int
    colours: str
    hidden: tuple[int, ...]
    device: str
    precision: str
    channels_last: bool
    threads: int | None

    def as_texts(self) -> dict[str, str]:
        """The options that a record of the run keeps, by the names of the command line; not those that it has
        in fields of its own."""
        facts = asdict(self)
        for name in _IN_FIELDS:
            del facts[name]
        # Another network reads these names as its own.
        others = () if self.network.startswith("waveform") else _OF_WAVEFORM
        for name in (*others, *_FIXED.get(self.network, ())):
            del facts[name]
        return {
            name.replace("_", "-"): _text(value)
            for name, value in sorted(facts.items())
            if value is not None
        }


_IN_FIELDS = (
    "view",
    "cache",
    "split",
    "training_side",
    "selection_side",
    "test_side",
    "output",
    "resume",
    "epochs",
    "batch_size",
    "seed",
    "patience",
    "normalise",
    "augmentation",
)
_OF_WAVEFORM = (
    "channels",
    "kernels",
    "strides",
    "pooling",
    "pooling_kind",
    "order",
    "filters",
    "sample_rate",
)
#: What a network has no choice of.
_FIXED = {"linear": ("hidden", "dropout", "input_dropout", "transform", "whitening", "shrinkage", "noise")}
_WAVEFORM = {"random_crop": {}, "polarity": {"probability": 0.5}}
_PICTURE = {
    "circular_shift": {"share": 0.5},
    "mixup": {"alpha": 0.2},
    "spec_augment": {
        "time_masks": 1,
        "time_width": 16,
        "frequency_masks": 2,
        "frequency_width": 16,
        "fill": "mean",
    },
}

#: What is chosen where nothing is said, by network, as lathe's own have it (which average the weights of
#: mel-small besides); the first row is for all.
DEFAULTS: dict[str, dict[str, Any]] = {
    "": {
        "seed": 1, "epochs": 30, "batch_size": 32, "optimiser": "adamw", "learning_rate": 1e-3,
        "weight_decay": 1e-2, "momentum": 0.9, "nesterov": 0, "beta1": 0.9, "beta2": 0.999,
        "schedule": "one-cycle", "warm_up": 0.0, "label_smoothing": 0.1, "class_weights": "none",
        "clip_norm": 0.0, "normalise": "overall", "dropout": 0.3, "input_dropout": 0.0, "transform": "none",
        "whitening": "none", "shrinkage": 0.1, "noise": 0.0,
        "device": "auto", "precision": "auto", "pooling_kind": "max", "order": "relu-first",
        "filters": "learnt", "sample_rate": 22_050.0, "channels": (16, 32, 64, 128, 256),
        "kernels": (64, 32, 16, 8, 4), "strides": (2, 2, 2, 2, 2), "pooling": (8, 8, 1, 1, 4),
        "hidden": (128, 64), "blocks": (2, 2, 2, 2), "width": 64, "colours": "repeated",
        "channels_last": True,
    },
    "features": {
        "epochs": 60, "batch_size": 64, "optimiser": "sgd", "nesterov": 1, "learning_rate": 0.1,
        "weight_decay": 5e-4, "normalise": "first", "hidden": (256, 128, 64), "dropout": 0.4,
        "input_dropout": 0.1, "transform": "normal",
    },
    "linear": {
        "epochs": 60, "batch_size": 64, "learning_rate": 1e-2, "weight_decay": 0.1, "label_smoothing": 0.0,
        "normalise": "first", "hidden": (), "dropout": 0.0,
    },
    "waveform": {
        "batch_size": 64, "learning_rate": 2e-3, "dropout": 0.25, "augmentation": _WAVEFORM,
    },
    "waveform-gammatone": {
        "batch_size": 64, "learning_rate": 2e-3, "dropout": 0.25, "augmentation": _WAVEFORM,
        "filters": "gammatone",
    },
    "mel": {
        "epochs": 20, "weight_decay": 0.05, "label_smoothing": 0.0, "normalise": "first",
        "augmentation": _PICTURE,
    },
    "mel-small": {
        "epochs": 80, "learning_rate": 3e-3, "normalise": "first", "augmentation": _PICTURE,
    },
}  # fmt: skip


def completed(given: Mapping[str, Any], form: inputs.Form) -> Options:
    """What was chosen, with the network's defaults for all else.

    :param given: the view, and what else is chosen.
    :param form: of the view's samples, by which the network is chosen where none is given.
    :raises ConfigurationError: where the network does not take such samples, or has no choice of an option.
    """
    chosen = {"cache": ""} | dict(given)
    network = chosen.get("network") or inputs.standard(chosen["view"], form)
    inputs.check(network, form)
    for name in _FIXED.get(network, ()):
        if name in chosen:
            raise ConfigurationError(
                ErrorCode.CONFIGURATION,
                f"--{name.replace('_', '-')}: the network '{network}' has none; leave it out",
            )
    usual = DEFAULTS[""] | DEFAULTS[network]
    usual["augmentation"] = inputs.fitted(usual.get("augmentation"), form)
    chosen = usual | chosen | {"network": network}
    chosen.setdefault("output", f"runs/{chosen['view']}-{chosen['seed']}")
    for field in fields(Options):
        chosen.setdefault(field.name, False if field.name == "resume" else None)
    return Options(**chosen)


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)
