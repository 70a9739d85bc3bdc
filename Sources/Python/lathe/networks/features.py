"""The network of mode 1, and the dense layers that others end in."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional


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
        dropout: float = 0.3,
        input_dropout: float = 0.0,
    ) -> None:
        """
        :param labels: how many labels there are.
        :param inputs: how many features a sample has.
        :param hidden: the width of each hidden layer.
        :param dropout: the chance that a hidden activation is left out in training, 0 to below 1.
        :param input_dropout: the same of an input.
        """
        super().__init__()
        widths = [inputs, *hidden, labels]
        self.layers = nn.ModuleList(map(nn.Linear, widths, widths[1:]))
        self.dropout = nn.Dropout(dropout)
        self.input_dropout = nn.Dropout(input_dropout)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits [count, labels] of features [count, inputs]."""
        return dense(self.input_dropout(inputs), self.layers, self.dropout)


def dense(inputs: Tensor, layers: nn.ModuleList, dropout: nn.Dropout) -> Tensor:
    """Linear layers with ReLU and dropout between them."""
    values = inputs
    *hidden, last = layers
    for layer in hidden:
        values = dropout(functional.relu(layer(values)))
    logits: Tensor = last(values)
    return logits
