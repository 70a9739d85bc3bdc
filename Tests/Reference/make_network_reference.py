"""Writes a step of small waveform networks by PyTorch, which NetworksTests compares with in every run.

    python make_network_reference.py pinned/networks

Each file holds `weight.NAME` before the step, `input`, `labels`, then `output`, `loss`, `gradient.NAME` of
the step, `after.NAME` of the buffers it moved, and `prediction`, the logits by the moved averages. Weights of
normalisations have both signs, so that pooling is met by falling lines too.
"""

import json
import sys

import torch
from safetensors.torch import save_file

from waveform_twin import Waveform

VARIANTS = {
    "waveform-study-order": dict(
        length=700, labels=4, blocks=[(6, 10, 3, 4), (17, 5, 2, 1), (20, 4, 2, 2)], hidden=[12],
        order="relu-first"),
    "waveform-normalise-first": dict(
        length=531, labels=3, blocks=[(16, 8, 2, 8), (33, 5, 1, 3)], hidden=[], order="normalise-first"),
    "waveform-long": dict(
        length=2_000, labels=2, blocks=[(16, 16, 2, 8), (4, 3, 3, 5)], hidden=[7, 5],
        order="relu-first"),
}


def step(settings, rows):
    torch.manual_seed(len(settings["blocks"]))
    network = Waveform(dropout=0, **settings)
    for normalisation in network.normalisations:
        torch.nn.init.uniform_(normalisation.weight, -1, 1)
        torch.nn.init.uniform_(normalisation.bias, -1, 1)
    tensors = {f"weight.{name}": value.clone() for name, value in network.state_dict().items()}
    tensors["input"] = torch.randn(rows, 1, settings["length"])
    tensors["labels"] = torch.arange(rows) % settings["labels"]
    # In double, so that what is compared with has no rounding of its own.
    network.double()
    output = network(tensors["input"].double())
    loss = torch.nn.functional.cross_entropy(output, tensors["labels"])
    loss.backward()
    tensors |= {"output": output, "loss": loss}
    tensors |= {f"gradient.{name}": p.grad for name, p in network.named_parameters()}
    tensors |= {f"after.{name}": buffer.clone() for name, buffer in network.named_buffers()}
    tensors["prediction"] = network.eval()(tensors["input"].double())
    return {
        name: value.detach().float().contiguous() if value.is_floating_point() else value
        for name, value in tensors.items()}


if __name__ == "__main__":
    for name, settings in VARIANTS.items():
        metadata = {key: value if isinstance(value, str) else json.dumps(value)
                    for key, value in settings.items()} | {"torch": torch.__version__}
        save_file(step(settings, rows=11), f"{sys.argv[1]}/{name}.safetensors", metadata)
