"""The network of mode 2: convolutions along time on raw samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from .features import dense

Order = Literal["relu-first", "normalise-first"]
Pooling = Literal["max", "average"]
Filters = Literal["learnt", "gammatone", "fixed-gammatone"]


@dataclass(frozen=True)
class Convolution:
    """A stage of :class:`Waveform`: a convolution without padding, then pooling of ``pool`` in steps of
    ``pool`` (1 for none)."""

    channels: int
    kernel: int
    stride: int = 1
    pool: int = 1

    def length(self, length: int) -> int:
        """How long a signal of a length is after the stage; 0 or less where it is too short."""
        return ((length - self.kernel) // self.stride + 1) // self.pool


#: The stages of the study's network.
STUDY = (
    Convolution(16, 64, 2, 8),
    Convolution(32, 32, 2, 8),
    Convolution(64, 16, 2),
    Convolution(128, 8, 2),
    Convolution(256, 4, 2, 4),
)


class Waveform(nn.Module):
    """A 1-D convolutional network on samples: stages of convolution, ReLU, batch normalisation and
    pooling; then fully connected layers with ReLU and dropout.

    As the study has it, on 44,100 samples and ten labels, 388,378 parameters. With gammatone filters it is
    ``waveform-gammatone``.
    """

    def __init__(
        self,
        labels: int = 10,
        *,
        samples: int = 44_100,
        stages: Sequence[Convolution] = STUDY,
        order: Order = "relu-first",
        pooling: Pooling = "max",
        hidden: Sequence[int] = (128, 64),
        dropout: float = 0.25,
        filters: Filters = "learnt",
        rate: float = 22_050,
    ) -> None:
        """
        :param labels: how many labels there are.
        :param samples: the length of an input.
        :param stages: the convolutions, first to last.
        :param order: whether ReLU comes before batch normalisation or after it.
        :param pooling: the maximum or the mean.
        :param hidden: the width of each hidden fully connected layer.
        :param dropout: the chance that a hidden activation of these is left out in training.
        :param filters: what the first convolution's are: drawn, gammatone responses to begin with, or
            these fixed: then they are a buffer of the same name, and no parameter.
        :param rate: samples a second, for gammatone filters.
        :raises ValueError: where a stage is longer than what the one before leaves of the input.
        """
        super().__init__()
        self.order = order
        self.pooling = pooling
        self.pools = [stage.pool for stage in stages]
        self.convolutions = nn.ModuleList()
        self.normalisations = nn.ModuleList()
        channels, length = 1, samples
        for number, stage in enumerate(stages):
            self.convolutions.append(
                nn.Conv1d(channels, stage.channels, stage.kernel, stage.stride)
            )
            self.normalisations.append(nn.BatchNorm1d(stage.channels))
            left = stage.length(length)
            if left < 1:
                raise ValueError(f"stage {number}: {stage} leaves nothing of {length} samples")
            channels, length = stage.channels, left
        if filters != "learnt":
            first = self.convolutions[0]
            bank = gammatone(stages[0].channels, stages[0].kernel, rate).unsqueeze(1)
            if filters == "gammatone":
                first.weight = nn.Parameter(bank)
            else:
                del first.weight
                first.register_buffer("weight", bank)
        widths = [channels * length, *hidden, labels]
        self.classifier = nn.ModuleList(map(nn.Linear, widths, widths[1:]))
        self.dropout = nn.Dropout(dropout)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits [count, labels] of samples [count, samples]."""
        pool = functional.max_pool1d if self.pooling == "max" else functional.avg_pool1d
        values = inputs.unsqueeze(1)
        for convolution, normalisation, size in zip(
            self.convolutions, self.normalisations, self.pools
        ):
            values = convolution(values)
            if self.order == "relu-first":
                values = normalisation(functional.relu(values))
            else:
                values = functional.relu(normalisation(values))
            if size > 1:
                values = pool(values, size)
        return dense(values.flatten(1), self.classifier, self.dropout)


def gammatone(count: int, taps: int, rate: float, lowest: float = 100.0) -> Tensor:
    """A bank of gammatone filters, float32 [count, taps], each of unit energy and backwards in time.

    h(t) = t³ exp(−2π · 1.019 · ERB(f) · t) cos(2π f t) with ERB(f) = 24.7 (4.37 f / 1000 + 1) Hz
    (Patterson et al. 1992; Glasberg and Moore 1990); centre frequencies from ``lowest`` up to 10 kHz, or
    0.46 of the rate where that is less, equally spaced in 21.4 log₁₀(1 + 0.00437 f).
    """
    highest = min(10_000.0, 0.46 * rate)
    low, high = (21.4 * math.log10(1 + 0.00437 * bound) for bound in (lowest, highest))
    steps = torch.linspace(low, high, count, dtype=torch.float64)
    centres = ((10 ** (steps / 21.4) - 1) / 0.00437).unsqueeze(1)
    times = torch.arange(1, taps + 1, dtype=torch.float64) / rate
    decay = 2 * math.pi * 1.019 * 24.7 * (0.00437 * centres + 1)
    responses = times**3 * torch.exp(-decay * times) * torch.cos(2 * math.pi * centres * times)
    responses /= responses.square().sum(dim=1, keepdim=True).sqrt()
    return responses.flip(1).float()
