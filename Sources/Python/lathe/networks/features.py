"""The network of mode 1, and the dense layers that others end in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Transform = Literal["normal", "none"]


class QuantileTransform(nn.Module):
    """Gives each column a normal distribution: a value's rank among those of the training side, through
    the inverse of the normal distribution.

    256 quantiles of each column, at probabilities (k + 0.5) / 256, are kept as the buffer ``quantiles``;
    it is linear between them, and what is beyond the first or the last is as these.
    """

    knots = 256
    quantiles: Tensor
    deviates: Tensor

    def __init__(self, columns: int) -> None:
        """For samples of so many numbers; the quantiles are yet to be fitted or loaded."""
        super().__init__()
        self.register_buffer("quantiles", torch.zeros(columns, self.knots))
        places = (torch.arange(self.knots, dtype=torch.float64) + 0.5) / self.knots
        self.register_buffer("deviates", torch.special.ndtri(places).float(), persistent=False)

    def fit(self, samples: Tensor) -> None:
        """Takes the quantiles of samples [count, columns]."""
        ordered = samples.float().sort(dim=0).values
        last = len(ordered) - 1
        places = (torch.arange(self.knots, dtype=torch.float64) + 0.5) / self.knots
        places = places * len(ordered) - 0.5
        low = places.floor().long().clamp(0, last)
        share = (places - low).clamp(0, 1).float().unsqueeze(1)
        below, above = ordered[low], ordered[(low + 1).clamp(max=last)]
        self.quantiles.copy_((below + (above - below) * share).T)

    def forward(self, inputs: Tensor) -> Tensor:
        """Normal deviates [count, columns] of values [count, columns]."""
        values = inputs.float().T.contiguous()
        lower = torch.searchsorted(self.quantiles, values)
        upper = torch.searchsorted(self.quantiles, values, right=True)
        last = self.knots - 1
        at, before = lower.clamp(max=last), (lower - 1).clamp(min=0)
        below, above = self.quantiles.gather(1, before), self.quantiles.gather(1, at)
        share = (values - below) / (above - below)
        between = torch.lerp(self.deviates[before], self.deviates[at], share)
        # Of several equal quantiles the value is in the middle.
        middle = (self.deviates[at] + self.deviates[(upper - 1).clamp(min=0)]) / 2
        result = torch.where(upper > lower, middle, between)
        result = torch.where((lower == 0) & (upper == 0), self.deviates[0], result)
        return torch.where(lower > last, self.deviates[last], result).T


class Features(nn.Module):
    """A multi-layer perceptron: Linear, ReLU and dropout for each hidden layer, then Linear.

    On 57 features and ten labels, 56,650 parameters.
    """

    def __init__(
        self,
        labels: int = 10,
        *,
        inputs: int = 57,
        hidden: Sequence[int] = (256, 128, 64),
        dropout: float = 0.4,
        input_dropout: float = 0.1,
        transform: Transform = "normal",
    ) -> None:
        """
        :param labels: how many labels there are.
        :param inputs: how many features a sample has.
        :param hidden: the width of each hidden layer.
        :param dropout: the chance that a hidden activation is left out in training, 0 to below 1.
        :param input_dropout: the same of an input.
        :param transform: what is done to the inputs: :class:`QuantileTransform`, which must be fitted
            before training, or nothing.
        """
        super().__init__()
        self.transform = QuantileTransform(inputs) if transform == "normal" else None
        widths = [inputs, *hidden, labels]
        self.layers = nn.ModuleList(map(nn.Linear, widths, widths[1:]))
        self.dropout = nn.Dropout(dropout)
        self.input_dropout = nn.Dropout(input_dropout)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits [count, labels] of features [count, inputs]."""
        values = inputs if self.transform is None else self.transform(inputs)
        return dense(self.input_dropout(values), self.layers, self.dropout)


def dense(inputs: Tensor, layers: nn.ModuleList, dropout: nn.Dropout) -> Tensor:
    """Linear layers with ReLU and dropout between them."""
    values = inputs
    *hidden, last = layers
    for layer in hidden:
        values = dropout(functional.relu(layer(values)))
    logits: Tensor = last(values)
    return logits
