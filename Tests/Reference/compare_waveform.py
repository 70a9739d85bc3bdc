"""Compares a step of Lathe's waveform network with PyTorch's, at full size.

    LATHE_NETWORK_CHECK=FOLDER swift test --filter writesAStepForTheComparison
    python compare_waveform.py FOLDER/waveform-*.safetensors

Prints for each tensor the largest difference as a share of the largest number, in float32 and, where
`--double` is given, with PyTorch in float64. Status 1 where a share is above 1e-4.
"""

import argparse
import sys

import torch
from safetensors import safe_open

from waveform_twin import Waveform


def compare(path, double):
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        order = file.metadata()["order"]
    kind = torch.float64 if double else torch.float32
    network = Waveform(dropout=0, order=order)
    state = {name[7:]: value for name, value in tensors.items() if name.startswith("weight.")}
    network.load_state_dict(state, strict=True)
    network.to(kind)
    output = network(tensors["input"].to(kind))
    loss = torch.nn.functional.cross_entropy(output, tensors["labels"])
    loss.backward()
    expected = {"output": output, "loss": loss}
    expected |= {f"gradient.{name}": p.grad for name, p in network.named_parameters()}
    expected |= {f"after.{name}": b for name, b in network.named_buffers()}
    worst = 0
    for name, value in expected.items():
        value = value.detach().double()
        # Before a normalisation a bias has no effect: its gradient is rounding, in both.
        if order == "normalise-first" and name.startswith("gradient.convolutions") and "bias" in name:
            continue
        share = ((tensors[name].double() - value).abs().max() / value.abs().max()).item()
        worst = max(worst, share)
        print(f"{share:9.1e}  {name}")
    print(f"{worst:9.1e}  at most, {path}")
    return worst < 1e-4


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--double", action="store_true")
    arguments = parser.parse_args()
    sys.exit(0 if all([compare(path, arguments.double) for path in arguments.files]) else 1)
