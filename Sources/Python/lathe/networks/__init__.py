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

from torch import nn

from .features import Features, QuantileTransform, Whitening
from .mel import ColourMap, Mel, MelSmall
from .waveform import Convolution, Waveform, gammatone

__all__ = [
    "ColourMap",
    "Convolution",
    "Features",
    "Mel",
    "MelSmall",
    "QuantileTransform",
    "Waveform",
    "Whitening",
    "gammatone",
    "parameter_count",
]


def parameter_count(model: nn.Module) -> int:
    """How many numbers a network learns."""
    return sum(math.prod(parameter.shape) for parameter in model.parameters())
