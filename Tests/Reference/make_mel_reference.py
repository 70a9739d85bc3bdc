"""Reference values of the networks on mel-spectrograms, by PyTorch.

    python make_mel_reference.py pinned/networks        the small networks that the tests compare with
    python make_mel_reference.py --full DIR             the full ones, batch 4, for
        LATHE_MEL_REFERENCE=DIR swift test -c release -Xswiftc -enable-testing --filter MelReference

Each file holds weights under PyTorch's names, `input` and `labels`, and what PyTorch makes of them in a step
of training: `logits`, `loss`, `gradient.NAME` of each weight, `after.NAME` of each running statistic, and
`evaluated`, the logits with the running statistics that the step left. Its metadata says what network it is
and which version of PyTorch made it.

With a million activations some lie so near 0 that the last bit decides whether their gradient passes: PyTorch
with a relative noise of 1e-6 on its convolutions differs from itself by a hundredth in some gradients. The
small networks have few; of the full ones the tests compare gradients closely with F(2 x 2) only.
"""

import argparse
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn


class BasicBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(x)) + shortcut)


class ResidualNetwork(nn.Module):
    """torchvision's resnet18 for blocks (2, 2, 2, 2) and width 64."""

    def __init__(self, blocks: list[int], width: int, labels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        self.stages = len(blocks)
        for stage, count in enumerate(blocks):
            outputs = width << stage
            layers = []
            for index in range(count):
                layers.append(BasicBlock(inputs, outputs, 2 if stage and not index else 1))
                inputs = outputs
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(inputs, labels)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        x = pictures[:, None].expand(-1, 3, -1, -1)
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean((2, 3)))


class CompactMelNetwork(nn.Module):
    def __init__(self, stem: int, groups: list[list[int]], labels: int) -> None:
        super().__init__()
        layers = [nn.Conv2d(1, stem, 5, 2, 2, bias=False), nn.BatchNorm2d(stem), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
        inputs = stem
        for index, group in enumerate(groups):
            for outputs in group:
                layers.append(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False))
                layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
                inputs = outputs
            if index < len(groups) - 1:
                layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        # Dropout draws from other generators on either side: none in the comparison.
        self.classifier = nn.Sequential(nn.Dropout(0.0), nn.Linear(2 * inputs, labels))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        x = self.features(pictures[:, None])
        return self.classifier(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))


def write(path: pathlib.Path, network: nn.Module, kind: str, shape: tuple[int, int, int]) -> None:
    labels = 5 if shape[0] < 4 else 10
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            # Not the ones and zeroes that everything begins with.
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    network.train()
    pictures = torch.randn(shape) * 2 + 0.5
    targets = torch.randint(0, labels, shape[:1])
    tensors = {name: value.clone() for name, value in network.state_dict().items()}
    tensors |= {"input": pictures, "labels": targets}
    logits = network(pictures)
    loss = F.cross_entropy(logits, targets)
    loss.backward()
    tensors |= {"logits": logits.detach(), "loss": loss.detach().reshape(1)}
    for name, parameter in network.named_parameters():
        tensors[f"gradient.{name}"] = parameter.grad
    for name, value in network.named_buffers():
        tensors[f"after.{name}"] = value.clone()
    network.eval()
    with torch.no_grad():
        tensors["evaluated"] = network(pictures)
    save_file(tensors, path, {"network": kind, "torch": torch.__version__})
    print(path, path.stat().st_size, "bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help="the networks as they are trained")
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(20261125)
    folder = arguments.folder
    if arguments.full:
        shape = (4, 128, 87)
        write(folder / "residual.safetensors", ResidualNetwork([2, 2, 2, 2], 64, 10), "residual", shape)
        groups = [[64], [128, 128], [256]]
        write(folder / "compact.safetensors", CompactMelNetwork(32, groups, 10), "compact", shape)
    else:
        shape = (3, 45, 37)
        write(folder / "residual.safetensors", ResidualNetwork([2, 1], 8, 5), "residual", shape)
        compact = CompactMelNetwork(8, [[16], [20]], 5)
        write(folder / "compact.safetensors", compact, "compact", shape)


if __name__ == "__main__":
    main()
