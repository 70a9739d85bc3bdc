"""The PyTorch twins of the networks that ``lathe train`` has embedded.

Names, shapes and number of the tensors are those of its checkpoints, so either side's weights load into
the other's network::

    from safetensors.torch import load_file

    model = lathe.networks.Waveform(labels=10)
    model.load_state_dict(load_file("RUN_DIR/best.safetensors"), strict=True)
    model.eval()

Each takes a batch of inputs as the loader gives them, [count, *shape of a sample], and gives logits
[count, labels].
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Order = Literal["relu-norm", "norm-relu"]
Pooling = Literal["max", "average"]


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
        return _perceptron(self.input_dropout(inputs), self.layers, self.dropout)


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

    As the study has it, on 44,100 samples and ten labels, 388,378 parameters.
    """

    def __init__(
        self,
        labels: int = 10,
        *,
        samples: int = 44_100,
        stages: Sequence[Convolution] = STUDY,
        order: Order = "relu-norm",
        pooling: Pooling = "max",
        hidden: Sequence[int] = (128, 64),
        dropout: float = 0.25,
    ) -> None:
        """
        :param labels: how many labels there are.
        :param samples: the length of an input.
        :param stages: the convolutions, first to last.
        :param order: whether ReLU comes before batch normalisation or after it.
        :param pooling: the maximum or the mean.
        :param hidden: the width of each hidden fully connected layer.
        :param dropout: the chance that a hidden activation of these is left out in training.
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
            if self.order == "relu-norm":
                values = normalisation(functional.relu(values))
            else:
                values = functional.relu(normalisation(values))
            if size > 1:
                values = pool(values, size)
        return _perceptron(values.flatten(1), self.classifier, self.dropout)


class BasicBlock(nn.Module):
    """Two 3×3 convolutions beside a way around them (He et al. 2015, figure 2)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample: nn.Module | None = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, inputs: Tensor) -> Tensor:
        """The block's output, of half the size where it has a stride."""
        values = functional.relu(self.bn1(self.conv1(inputs)))
        values = self.bn2(self.conv2(values))
        around = inputs if self.downsample is None else self.downsample(inputs)
        return functional.relu(values + around)


class Mel(nn.Module):
    """ResNet-18 (He et al. 2015, table 1) on mel-spectrograms, with torchvision's names of tensors:
    11,181,642 parameters with ten labels.

    A spectrogram has one channel and the network three: by default it is repeated.
    """

    def __init__(
        self, labels: int = 10, *, colours: Callable[[Tensor], Tensor] | None = None
    ) -> None:
        """
        :param labels: how many labels there are.
        :param colours: makes pictures [count, 3, rows, columns] of spectrograms [count, rows, columns];
            None repeats the one channel.
        """
        super().__init__()
        self.colours = colours
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(BasicBlock(64, 64, 1), BasicBlock(64, 64, 1))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128, 1))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256, 1))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512, 1))
        self.fc = nn.Linear(512, labels)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits [count, labels] of spectrograms [count, bands, frames]."""
        if self.colours is None:
            values = inputs.unsqueeze(1).expand(-1, 3, -1, -1)
        else:
            values = self.colours(inputs)
        if self.conv1.weight.is_contiguous(memory_format=torch.channels_last):
            values = values.contiguous(memory_format=torch.channels_last)
        values = functional.relu(self.bn1(self.conv1(values)))
        values = functional.max_pool2d(values, 3, 2, padding=1)
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            values = stage(values)
        logits: Tensor = self.fc(values.mean((2, 3)))
        return logits


def _perceptron(inputs: Tensor, layers: nn.ModuleList, dropout: nn.Dropout) -> Tensor:
    values = inputs
    *hidden, last = layers
    for layer in hidden:
        values = dropout(functional.relu(layer(values)))
    logits: Tensor = last(values)
    return logits


def parameter_count(model: nn.Module) -> int:
    """How many numbers a network learns."""
    return sum(math.prod(parameter.shape) for parameter in model.parameters())
