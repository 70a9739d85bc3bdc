"""The networks of mode 3: two-dimensional convolutions on mel-spectrograms."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


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
        self,
        labels: int = 10,
        *,
        blocks: Sequence[int] = (2, 2, 2, 2),
        width: int = 64,
        colours: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        """
        :param labels: how many labels there are.
        :param blocks: how many basic blocks each stage has.
        :param width: the channels of the first stage; each next one has twice as many.
        :param colours: makes pictures [count, 3, rows, columns] of spectrograms [count, rows, columns],
            such as :class:`ColourMap`; None repeats the one channel.
        """
        super().__init__()
        self.colours = colours
        self.conv1 = nn.Conv2d(3, width, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.stages: list[str] = []
        channels = width
        for number, count in enumerate(blocks):
            stage = []
            for block in range(count):
                outputs, stride = width << number, 2 if number > 0 and block == 0 else 1
                stage.append(BasicBlock(channels, outputs, stride))
                channels = outputs
            self.stages.append(f"layer{number + 1}")
            self.add_module(self.stages[-1], nn.Sequential(*stage))
        self.fc = nn.Linear(channels, labels)
        _initialise(self)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits [count, labels] of spectrograms [count, bands, frames]."""
        if self.colours is None:
            values = inputs.unsqueeze(1).expand(-1, 3, -1, -1)
        else:
            values = self.colours(inputs)
        values = _laid_out(values, self.conv1)
        values = functional.relu(self.bn1(self.conv1(values)))
        values = functional.max_pool2d(values, 3, 2, padding=1)
        for stage in self.stages:
            values = self.get_submodule(stage)(values)
        logits: Tensor = self.fc(values.mean((2, 3)))
        return logits


class ColourMap:
    """Pictures of three channels from 0 to 1, by a map of 256 colours: linearly through nine anchors of
    matplotlib's viridis."""

    _ANCHORS = (
        0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0xADDC30, 0xFDE725,
    )  # fmt: skip

    def __init__(self, low: float = -2.5, high: float = 2.5) -> None:
        """The first and the last colour are those of the levels ``low`` and ``high`` and beyond."""
        self.low, self.high = low, high
        anchors = torch.tensor(
            [[anchor >> shift & 0xFF for shift in (16, 8, 0)] for anchor in self._ANCHORS]
        )
        places = torch.arange(256) / 255 * (len(anchors) - 1)
        first = places.long().clamp(max=len(anchors) - 2)
        share = (places - first).unsqueeze(1)
        self.table = (anchors[first] * (1 - share) + anchors[first + 1] * share) / 255

    def __call__(self, inputs: Tensor) -> Tensor:
        """Pictures [count, 3, rows, columns] of levels [count, rows, columns]."""
        self.table = self.table.to(inputs.device)
        levels = (inputs.float() - self.low) * (255 / (self.high - self.low))
        # A NaN has the first colour.
        indices = (levels.nan_to_num(0).clamp(0, 255) + 0.5).long()
        return self.table[indices].permute(0, 3, 1, 2)


class MelSmall(nn.Module):
    """A compact convolutional network on mel-spectrograms, lathe's own: groups of 3×3 convolutions with
    batch normalisation and ReLU, pooling between them, mean and maximum of what is left."""

    def __init__(
        self,
        labels: int = 10,
        *,
        stem: int = 32,
        groups: Sequence[Sequence[int]] = ((64,), (128, 128), (256,)),
        dropout: float = 0.3,
    ) -> None:
        """
        :param labels: how many labels there are.
        :param stem: the channels of the first convolution, 5×5 in steps of two.
        :param groups: the channels of each convolution of each group.
        :param dropout: the chance that a number before the last layer is left out in training.
        """
        super().__init__()
        layers: list[nn.Module] = [
            nn.Conv2d(1, stem, 5, 2, padding=2, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
        channels = stem
        for number, group in enumerate(groups):
            for outputs in group:
                layers += [
                    nn.Conv2d(channels, outputs, 3, padding=1, bias=False),
                    nn.BatchNorm2d(outputs),
                    nn.ReLU(),
                ]
                channels = outputs
            if number < len(groups) - 1:
                layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * channels, labels))
        _initialise(self)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits [count, labels] of spectrograms [count, bands, frames]."""
        values = self.features(_laid_out(inputs.unsqueeze(1), self.features[0]))
        pooled = torch.cat([values.mean((2, 3)), values.amax((2, 3))], 1)
        logits: Tensor = self.classifier(pooled)
        return logits


def _initialise(model: nn.Module) -> None:
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def _laid_out(pictures: Tensor, first: nn.Module) -> Tensor:
    """Channels last where the weights are."""
    if first.weight.is_contiguous(memory_format=torch.channels_last):
        return pictures.contiguous(memory_format=torch.channels_last)
    return pictures
