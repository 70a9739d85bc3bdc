"""What the options name, made: network, optimiser, class weights, device and precision."""

from __future__ import annotations

import contextlib
from typing import Any

import torch
from torch import Tensor, nn

from .. import networks
from ..errors import ConfigurationError, ErrorCode
from .batches import Sides
from .options import Options
from .stream import StreamedSides


def network(options: Options, labels: int, shape: tuple[int, ...]) -> nn.Module:
    """The network that the options describe, for samples of a shape.

    :raises ConfigurationError: where it does not fit them.
    """
    try:
        if options.network in ("features", "linear"):
            (inputs,) = shape
            return networks.Features(
                labels,
                inputs=inputs,
                hidden=options.hidden,
                dropout=options.dropout,
                input_dropout=options.input_dropout,
                transform=options.transform,  # type: ignore[arg-type]
                whitening=options.whitening,  # type: ignore[arg-type]
                shrinkage=options.shrinkage,
                noise=options.noise,
            )
        if options.network in ("waveform", "waveform-gammatone"):
            (samples,) = shape
            return networks.Waveform(
                labels,
                samples=samples,
                stages=_stages(options),
                order=options.order,  # type: ignore[arg-type]
                pooling=options.pooling_kind,  # type: ignore[arg-type]
                hidden=options.hidden,
                dropout=options.dropout,
                filters=options.filters,  # type: ignore[arg-type]
                rate=options.sample_rate,
            )
        _, _ = shape
        if options.network == "mel-small":
            return networks.MelSmall(labels, dropout=options.dropout)
        colours = networks.ColourMap() if options.colours == "map" else None
        return networks.Mel(labels, blocks=options.blocks, width=options.width, colours=colours)
    except ValueError as cause:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            f"network '{options.network}' does not fit samples of shape {shape}: {cause}",
        ) from cause


def _stages(options: Options) -> list[networks.Convolution]:
    columns = (options.channels, options.kernels, options.strides, options.pooling)
    if len({len(column) for column in columns}) != 1:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            "channels, kernels, strides and pooling: give one number of each for each convolution",
        )
    return [networks.Convolution(*stage) for stage in zip(*columns)]


def optimiser_of(model: nn.Module, options: Options) -> torch.optim.Optimizer:
    """The optimiser; matrices and convolutions decay, biases and normalisation do not."""
    learnt = list(model.parameters())
    groups: list[dict[str, Any]] = [
        {"params": [value for value in learnt if value.ndim > 1]},
        {"params": [value for value in learnt if value.ndim <= 1], "weight_decay": 0.0},
    ]
    if options.optimiser == "sgd":
        return torch.optim.SGD(
            groups,
            lr=options.learning_rate,
            momentum=options.momentum,
            weight_decay=options.weight_decay,
            nesterov=bool(options.nesterov),
        )
    return torch.optim.AdamW(
        groups,
        lr=options.learning_rate,
        betas=(options.beta1, options.beta2),
        weight_decay=options.weight_decay,
    )


def fit_transform(model: nn.Module, sides: Sides | StreamedSides) -> None:
    """Fits what a network does to its inputs to the training side, where it does something.

    :raises ConfigurationError: where batches are streamed, of which none can be seen beforehand.
    """
    transform = getattr(model, "transform", None)
    whitening = getattr(model, "whitening", None)
    if not (isinstance(transform, networks.QuantileTransform) or isinstance(whitening, networks.Whitening)):
        return
    if isinstance(sides, StreamedSides):
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            "--transform normal and --whitening labels look at all samples before they train, which a stream does"
            " not let; give --transform none and --whitening none",
        )
    with sides.evaluation(sides.training_name) as loader:
        batches = [(batch.inputs.clone(), batch.labels.clone()) for batch in loader]
    inputs = torch.cat([values for values, _ in batches])
    if transform is not None:
        transform.fit(inputs)
        inputs = transform(inputs)
    if whitening is not None:
        labels = torch.cat([labels for _, labels in batches])
        # Where a sample may have several labels, its number is below 0.
        whitening.fit(inputs, labels if bool((labels >= 0).all()) else None)


def class_weights(
    options: Options, sides: Sides | StreamedSides, device: torch.device
) -> Tensor | None:
    """The weight of each label in the loss; balanced: samples / (labels · samples of the label). Where a sample may have
    several labels, what having a label counts, not having it being 1; balanced: samples without it / samples with it.

    :raises ConfigurationError: for a name that is no label's, or a weight that is below 0.
    """
    chosen = options.class_weights
    if chosen == "none":
        return None
    names = sides.labels
    if isinstance(chosen, dict):
        for name, weight in chosen.items():
            if name not in names or not isinstance(weight, (int, float)) or not weight >= 0:
                raise ConfigurationError(
                    ErrorCode.CONFIGURATION,
                    f"class weights: '{name}': {weight}; give labels their weights of 0 or more; there"
                    " are " + ", ".join(names),
                )
        return torch.tensor([float(chosen.get(name, 1)) for name in names], device=device)
    counts = torch.zeros(len(names), dtype=torch.float64)
    with sides.evaluation(sides.training_name) as all_samples:
        if sides.is_tagged:
            for batch in all_samples:
                counts += (batch.targets > 0).sum(dim=0)
            lacking = (all_samples.samples - counts) / counts
            return torch.where(counts > 0, lacking, 1.0).float().to(device)
        for batch in all_samples:
            counts += torch.bincount(batch.labels, minlength=len(names))
    # A label without samples weighs nothing: it is in no batch.
    balanced = torch.where(counts > 0, counts.sum() / (len(names) * counts), 0.0)
    return balanced.float().to(device)


class Machine:
    """Where and how exactly is computed.

    :ivar device: of weights and batches.
    :ivar sums: of the sums of an epoch: the device, unless that has no 64-bit floats.
    :ivar scaler: of the loss, for float16; else it does nothing.
    :ivar look: after how many steps losses are looked at.
    """

    def __init__(self, options: Options) -> None:
        """:raises ConfigurationError: for a device that is not there or cannot do the precision."""
        if options.threads is not None:
            torch.set_num_threads(options.threads)
        self.device = _device(options.device)
        kind = self.device.type
        self.sums = torch.device("cpu") if kind == "mps" else self.device
        self.look = 1 if kind == "cpu" else 20
        self.channels_last = options.channels_last and options.network.startswith("mel")
        self.precision = options.precision
        if self.precision == "auto":
            self.precision = "float32"
            if kind == "cuda":
                self.precision = "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
        if self.precision == "float16" and kind == "cpu":
            raise ConfigurationError(
                ErrorCode.CONFIGURATION,
                "precision: float16 needs a GPU; give float32 or bfloat16",
            )
        self.scaler = torch.amp.GradScaler(kind, enabled=self.precision == "float16")
        if kind == "cuda":
            torch.backends.cudnn.benchmark = True

    def placed(self, model: nn.Module) -> nn.Module:
        """A network on the device, with its numbers in the order in which they are computed fastest."""
        model = model.to(self.device)
        if self.channels_last:
            model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, unused-ignore]
        return model

    def autocast(self) -> contextlib.AbstractContextManager[Any]:
        """Mixed precision for what is computed within it."""
        if self.precision == "float32":
            return contextlib.nullcontext()
        kind: torch.dtype = getattr(torch, self.precision)
        context: contextlib.AbstractContextManager[Any]
        context = torch.autocast(self.device.type, dtype=kind)
        return context


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
        if name == "cpu" and torch.backends.mps.is_available():
            name = "mps"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as cause:
        first = str(cause).splitlines()[0]
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, f"device '{name}' cannot be used: {first}"
        ) from cause
    return device
