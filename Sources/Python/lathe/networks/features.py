"""The network of mode 1, and the dense layers that others end in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Transform = Literal["normal", "none"]
Decorrelation = Literal["labels", "none"]


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


class Whitening(nn.Module):
    """Takes from columns what they say in common: L⁻¹(x − m), where L Lᵀ is the covariance of the training
    side within its labels (where a sample may have several, of all samples), m its mean.

    The covariance C becomes (1 − s) C + s · tr(C)/d · I with the shrinkage s beforehand. Kept as the
    buffers ``mean`` [d] and ``matrix`` [d, d], which is L⁻¹.
    """

    mean: Tensor
    matrix: Tensor

    def __init__(self, columns: int, shrinkage: float = 0.1) -> None:
        """For samples of so many numbers; mean and matrix are yet to be fitted or loaded."""
        super().__init__()
        self.shrinkage = shrinkage
        self.register_buffer("mean", torch.zeros(columns))
        self.register_buffer("matrix", torch.eye(columns))

    def fit(self, samples: Tensor, labels: Tensor | None) -> None:
        """Takes mean and covariance of samples [count, columns] with their labels [count].

        :raises torch.linalg.LinAlgError: where the covariance has no inverse.
        """
        values = samples.double()
        groups = torch.zeros(len(values), dtype=torch.long) if labels is None else labels.long()
        offsets, count = values.clone(), 0
        for label in groups.unique():
            own = groups == label
            offsets[own] -= values[own].mean(0)
            count += 1
        covariance = offsets.T @ offsets / max(1, len(values) - count)
        size = len(covariance)
        mean_variance = covariance.diagonal().mean()
        covariance = (1 - self.shrinkage) * covariance
        covariance += self.shrinkage * mean_variance * torch.eye(size, dtype=torch.double)
        self.mean.copy_(values.mean(0))
        self.matrix.copy_(torch.linalg.inv(torch.linalg.cholesky(covariance)))

    def forward(self, inputs: Tensor) -> Tensor:
        """Whitened columns [count, columns]."""
        return (inputs - self.mean) @ self.matrix.T


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
        whitening: Decorrelation = "none",
        shrinkage: float = 0.1,
        noise: float = 0.0,
    ) -> None:
        """
        :param labels: how many labels there are.
        :param inputs: how many features a sample has.
        :param hidden: the width of each hidden layer.
        :param dropout: the chance that a hidden activation is left out in training, 0 to below 1.
        :param input_dropout: the same of an input.
        :param transform: what is done to the inputs: :class:`QuantileTransform`, which must be fitted
            before training, or nothing.
        :param whitening: whether :class:`Whitening`, which must be fitted too, follows (labels), or not (none).
        :param shrinkage: of whitening, 0 to 1.
        :param noise: the deviation of the normal noise that is added to each input in training.
        """
        super().__init__()
        self.transform = QuantileTransform(inputs) if transform == "normal" else None
        self.whitening = Whitening(inputs, shrinkage) if whitening == "labels" else None
        self.noise = noise
        widths = [inputs, *hidden, labels]
        self.layers = nn.ModuleList(map(nn.Linear, widths, widths[1:]))
        self.dropout = nn.Dropout(dropout)
        self.input_dropout = nn.Dropout(input_dropout)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits [count, labels] of features [count, inputs]."""
        values = inputs if self.transform is None else self.transform(inputs)
        if self.whitening is not None:
            values = self.whitening(values)
        if self.training and self.noise > 0:
            values = values + self.noise * torch.randn_like(values)
        return dense(self.input_dropout(values), self.layers, self.dropout)


def dense(inputs: Tensor, layers: nn.ModuleList, dropout: nn.Dropout) -> Tensor:
    """Linear layers with ReLU and dropout between them."""
    values = inputs
    *hidden, last = layers
    for layer in hidden:
        values = dropout(functional.relu(layer(values)))
    logits: Tensor = last(values)
    return logits
