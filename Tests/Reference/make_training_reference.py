"""What PyTorch makes of a small multi-layer perceptron: outputs, loss, gradients and ten steps of each optimiser.

    pip install numpy safetensors torch
    python make_training_reference.py pinned/networks/training.safetensors

`Tests/NetworksTests` reads the file and compares the networks of Lathe with it. The numbers in the repository are those of
torch 2.15.0 on a CPU, one thread.
"""

from __future__ import annotations

import math
import sys

import torch
from safetensors.torch import save_file
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, ReduceLROnPlateau

ROWS, INPUTS, HIDDEN, LABELS, STEPS = 9, 7, (6, 5, 4), 3, 10


def network() -> nn.Sequential:
    sizes = (INPUTS, *HIDDEN, LABELS)
    layers: list[nn.Module] = []
    for index, (before, after) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(before, after))
        if index < len(HIDDEN):
            layers.append(nn.ReLU())
    torch.manual_seed(1)
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=0.7)
            nn.init.normal_(layer.bias, std=0.5)
    return nn.Sequential(*layers)


def parameters(model: nn.Sequential) -> dict[str, nn.Parameter]:
    linear = [layer for layer in model if isinstance(layer, nn.Linear)]
    named = {}
    for index, layer in enumerate(linear):
        named[f"layers.{index}.weight"], named[f"layers.{index}.bias"] = layer.weight, layer.bias
    return named


def groups(model: nn.Sequential, decay: float) -> list[dict[str, object]]:
    """Decay of weights, not of biases."""
    named = parameters(model).items()
    return [
        {"params": [p for name, p in named if name.endswith("weight")], "weight_decay": decay},
        {"params": [p for name, p in named if name.endswith("bias")], "weight_decay": 0.0},
    ]


OPTIMISERS = {
    "adamw": lambda m: torch.optim.AdamW(groups(m, 0.05), lr=0.02),
    "adamw-betas": lambda m: torch.optim.AdamW(groups(m, 0.0), lr=0.02, betas=(0.8, 0.95)),
    "sgd": lambda m: torch.optim.SGD(groups(m, 0.01), lr=0.05, momentum=0.9),
    "sgd-nesterov": lambda m: torch.optim.SGD(groups(m, 0.01), lr=0.05, momentum=0.8, nesterov=True),
    "sgd-plain": lambda m: torch.optim.SGD(groups(m, 0.0), lr=0.05),
}


def main(path: str) -> None:
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(2)
    inputs = torch.randn(ROWS, INPUTS, generator=generator)
    labels = torch.randint(LABELS, (ROWS,), generator=generator)
    mixed = torch.softmax(2 * torch.randn(ROWS, LABELS, generator=generator), 1)
    weights = torch.tensor([0.5, 1.0, 2.5])
    out = {"inputs": inputs, "labels": labels, "mixed": mixed, "weights": weights}

    model = network()
    out |= {f"start.{name}": p.detach().clone() for name, p in parameters(model).items()}
    out["outputs"] = model(inputs).detach()
    losses = {
        "plain": (nn.CrossEntropyLoss(), labels),
        "smoothed": (nn.CrossEntropyLoss(label_smoothing=0.1), labels),
        "weighted": (nn.CrossEntropyLoss(weight=weights, label_smoothing=0.2), labels),
        "mixed": (nn.CrossEntropyLoss(label_smoothing=0.1), mixed),
        "mixed-weighted": (nn.CrossEntropyLoss(weight=weights), mixed),
    }
    for name, (loss, target) in losses.items():
        model.zero_grad()
        value = loss(model(inputs), target)
        value.backward()
        out[f"loss.{name}"] = value.detach().reshape(1)
        out |= {f"gradient.{name}.{p}": v.grad.clone() for p, v in parameters(model).items()}

    tags = torch.tensor([[1, 0, 0.25], [0, 0, 0], [1, 1, 0], [0.5, 0, 1]]).repeat(3, 1)[:ROWS]
    having = torch.tensor([2.0, 0.5, 8.0])
    out |= {"tags": tags, "positive-weights": having}
    binary = {
        "binary": (nn.BCEWithLogitsLoss(), tags),
        "binary-smoothed": (nn.BCEWithLogitsLoss(), tags * 0.8 + 0.1),
        "binary-weighted": (nn.BCEWithLogitsLoss(pos_weight=having), tags),
    }
    for name, (loss, target) in binary.items():
        model.zero_grad()
        # Outputs of which some are far beyond what an exponential bears.
        value = loss(model(inputs) * torch.tensor([1.0, 60.0, -60.0]), target)
        value.backward()
        out[f"loss.{name}"] = value.detach().reshape(1)
        out |= {f"gradient.{name}.{p}": v.grad.clone() for p, v in parameters(model).items()}
    out["probabilities"] = torch.sigmoid(model(inputs)).detach()

    for clip in (False, True):
        for name, make in OPTIMISERS.items():
            model = network()
            optimiser = make(model)
            for _ in range(STEPS):
                optimiser.zero_grad()
                nn.functional.cross_entropy(model(inputs), labels).backward()
                if clip:
                    nn.utils.clip_grad_norm_(model.parameters(), 0.25)
                optimiser.step()
            kind = f"{name}-clipped" if clip else name
            out |= {f"after.{kind}.{p}": v.detach() for p, v in parameters(model).items()}

    def rates(make, losses: list[float] | None = None, steps: int = 40) -> torch.Tensor:
        optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.3)
        schedule = make(optimiser)
        course = []
        for step in range(len(losses) if losses else steps):
            course.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            schedule.step(*([losses[step]] if losses else []))
        return torch.tensor(course, dtype=torch.float64)

    out["rates.one-cycle"] = rates(lambda o: OneCycleLR(o, 0.3, total_steps=41, cycle_momentum=False), steps=41)
    out["rates.cosine"] = rates(lambda o: CosineAnnealingLR(o, 40))
    course = [2 / (1 + math.sqrt(i)) if i < 8 else 0.52 + 0.001 * (i % 3) for i in range(30)]
    out["losses"] = torch.tensor(course, dtype=torch.float64)
    out["rates.plateau"] = rates(lambda o: ReduceLROnPlateau(o, factor=0.5, patience=2), course)
    save_file({name: tensor.contiguous() for name, tensor in out.items()}, path)


if __name__ == "__main__":
    main(sys.argv[1])
