"""PyTorch's twins of the embedded networks, and their optimisers."""
import torch

from networks.features import Features
from networks.mel import Mel, MelSmall
from networks.waveform import Waveform

NETWORKS = {"features": Features, "waveform": Waveform, "mel": Mel, "mel-small": MelSmall}


class Twin:
    """Makes a network that begins with given weights."""

    def __init__(self, network, labels):
        self.network, self.labels = network, labels

    def __call__(self, tensors, dropout=None):
        """The network with the weights of a file; its usual dropout unless given."""
        length = tensors["input"].shape[1]
        sizes = {"features": {"inputs": length, "transform": "none"}, "waveform": {"samples": length}}
        model = NETWORKS[self.network](self.labels, **sizes.get(self.network, {}))
        model.load_state_dict(
            {name[7:]: value for name, value in tensors.items() if name.startswith("weight.")},
            strict=True)
        for layer in model.modules():
            if dropout is not None and isinstance(layer, torch.nn.Dropout):
                layer.p = dropout
        return model.train()


def optimiser(rule, model, rate, **options):
    """Matrices and convolutions decay, biases and normalisations do not."""
    learnt = list(model.parameters())
    groups = [
        {"params": [value for value in learnt if value.ndim > 1]},
        {"params": [value for value in learnt if value.ndim <= 1], "weight_decay": 0.0},
    ]
    if rule == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=0.9, weight_decay=0.01)
    return torch.optim.AdamW(groups, lr=rate, weight_decay=0.01, **options)
