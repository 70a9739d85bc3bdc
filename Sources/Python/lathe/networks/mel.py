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


# matplotlib's viridis (S. van der Walt and N. Smith 2015, CC0): red, green and blue of 256 colours.
_VIRIDIS = bytes.fromhex(
    "44015444025645045745055946075a46085c460a5d460b5e470d60470e61471063471164471365481467481668481769"
    "48186a481a6c481b6d481c6e481d6f481f70482071482173482374482475482576482677482878482979472a7a472c7a"
    "472d7b472e7c472f7d46307e46327e46337f463480453581453781453882443983443a83443b84433d84433e85423f85"
    "4240864241864142874144874045884046883f47883f48893e49893e4a893e4c8a3d4d8a3d4e8a3c4f8a3c508b3b518b"
    "3b528b3a538b3a548c39558c39568c38588c38598c375a8c375b8d365c8d365d8d355e8d355f8d34608d34618d33628d"
    "33638d32648e32658e31668e31678e31688e30698e306a8e2f6b8e2f6c8e2e6d8e2e6e8e2e6f8e2d708e2d718e2c718e"
    "2c728e2c738e2b748e2b758e2a768e2a778e2a788e29798e297a8e297b8e287c8e287d8e277e8e277f8e27808e26818e"
    "26828e26828e25838e25848e25858e24868e24878e23888e23898e238a8d228b8d228c8d228d8d218e8d218f8d21908d"
    "21918c20928c20928c20938c1f948c1f958b1f968b1f978b1f988b1f998a1f9a8a1e9b8a1e9c891e9d891f9e891f9f88"
    "1fa0881fa1881fa1871fa28720a38620a48621a58521a68522a78522a88423a98324aa8325ab8225ac8226ad8127ad81"
    "28ae8029af7f2ab07f2cb17e2db27d2eb37c2fb47c31b57b32b67a34b67935b77937b87838b9773aba763bbb753dbc74"
    "3fbc7340bd7242be7144bf7046c06f48c16e4ac16d4cc26c4ec36b50c46a52c56954c56856c66758c7655ac8645cc863"
    "5ec96260ca6063cb5f65cb5e67cc5c69cd5b6ccd5a6ece5870cf5773d05675d05477d1537ad1517cd2507fd34e81d34d"
    "84d44b86d54989d5488bd6468ed64590d74393d74195d84098d83e9bd93c9dd93ba0da39a2da37a5db36a8db34aadc32"
    "addc30b0dd2fb2dd2db5de2bb8de29bade28bddf26c0df25c2df23c5e021c8e020cae11fcde11dd0e11cd2e21bd5e21a"
    "d8e219dae319dde318dfe318e2e418e5e419e7e419eae51aece51befe51cf1e51df4e61ef6e620f8e621fbe723fde725"
)


class ColourMap:
    """Pictures of three channels from 0 to 1, by matplotlib's viridis."""

    def __init__(self, low: float = -3, high: float = 3) -> None:
        """The first and the last colour are those of the levels ``low`` and ``high`` and beyond."""
        self.low, self.high = low, high
        self.table = torch.tensor(list(_VIRIDIS), dtype=torch.float32).view(256, 3) / 255

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
    weight = first.get_parameter("weight")
    if weight.is_contiguous(memory_format=torch.channels_last):
        return pictures.contiguous(memory_format=torch.channels_last)
    return pictures
