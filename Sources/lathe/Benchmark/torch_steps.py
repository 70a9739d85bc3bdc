"""Takes training steps of PyTorch's twins of the embedded networks when asked to, a turn at a time.

    python torch_steps.py NETWORK THREADS LABELS

The folder `networks` beside this file holds the twins. Reads requests from the standard input, one JSON
object a line, and answers each with one on the standard output; ends with its input.
"""
import json
import os
import sys
import time

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from networks.features import Features
from networks.mel import Mel, MelSmall
from networks.waveform import Waveform

NETWORKS = {"features": Features, "waveform": Waveform, "mel": Mel, "mel-small": MelSmall}
# With the usual calls, and with what PyTorch offers beside them.
WAYS = {"usual": {}, "tuned": {"fused": True}}
network, threads, labels = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.set_num_interop_threads(1)


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


def twin(tensors, dropout=None):
    """The network with the weights of a file; its usual dropout unless given."""
    length = tensors["input"].shape[1]
    sizes = {"features": {"inputs": length}, "waveform": {"samples": length}}
    model = NETWORKS[network](labels, **sizes.get(network, {}))
    model.load_state_dict(
        {name[7:]: value for name, value in tensors.items() if name.startswith("weight.")},
        strict=True)
    for layer in model.modules():
        if dropout is not None and isinstance(layer, torch.nn.Dropout):
            layer.p = dropout
    return model.train()


class Step:
    """A step on one batch: zeroed gradients, forward, loss, backward, optimiser."""

    def __init__(self, tensors, smoothing, way):
        self.input, self.labels = tensors["input"], tensors["labels"]
        self.smoothing = smoothing
        self.model = twin(tensors)
        if way == "tuned" and network.startswith("mel"):
            self.model = self.model.to(memory_format=torch.channels_last)
        self.optimiser = optimiser("adamw", self.model, 1e-4, **WAYS[way])

    def __call__(self):
        self.optimiser.zero_grad()
        loss = functional.cross_entropy(
            self.model(self.input), self.labels, label_smoothing=self.smoothing)
        loss.backward()
        self.optimiser.step()
        return loss.item()


def working_threads(before, seconds):
    """How many threads of this process worked for a twentieth of so many seconds or more."""
    after = thread_times()
    return sum(after[key] - before.get(key, 0) > seconds / 20 for key in after)


def thread_times():
    times = {}
    for name in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{name}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        times[name] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return times


def turn(step, seconds):
    before, start, cpu = thread_times(), time.perf_counter(), time.process_time()
    walls = []
    last = start
    while not walls or last - start < seconds:
        step()
        now = time.perf_counter()
        walls.append(now - last)
        last = now
    return {
        "seconds": walls,
        "processorSeconds": time.process_time() - cpu,
        "workingThreads": working_threads(before, last - start),
    }


def probe(tensors, kind, count, rates):
    """Logits, loss and gradients of the mean cross-entropy, and the weights after `count` steps."""
    results = {}
    tensors = {
        name: value.to(kind) if value.is_floating_point() else value
        for name, value in tensors.items()
    }
    torch.set_default_dtype(kind)
    for rule, rate in rates.items():
        model = twin(tensors, dropout=0)
        steps = optimiser(rule, model, rate)
        for number in range(count):
            steps.zero_grad()
            output = model(tensors["input"])
            loss = functional.cross_entropy(output, tensors["labels"])
            loss.backward()
            if number == 0:
                results["output"], results["loss"] = output.detach(), loss.detach()
                for name, value in model.named_parameters():
                    results[f"gradient.{name}"] = value.grad.clone()
            steps.step()
        for name, value in model.named_parameters():
            results[f"after.{rule}.{name}"] = value.detach()
    torch.set_default_dtype(torch.float32)
    return {name: value.float().contiguous() for name, value in results.items()}


def answer(request, state):
    """The answer to a request; state is kept from one to the next."""
    if request["do"] == "begin":
        tensors = load_file(request["file"])
        state["steps"] = {way: Step(tensors, request["smoothing"], way) for way in WAYS}
        return {
            "version": torch.__version__,
            "threads": torch.get_num_threads(),
            "parameters": sum(value.numel() for value in state["steps"]["usual"].model.parameters()),
            "ways": list(WAYS),
        }
    if request["do"] == "turn":
        return turn(state["steps"][request["way"]], request["seconds"])
    tensors = load_file(request["file"])
    results, exact = (
        probe(tensors, kind, request["steps"], request["rates"])
        for kind in (torch.float32, torch.float64))
    save_file(results | {f"exact.{name}": value for name, value in exact.items()}, request["output"])
    return {}


# What libraries print must not get between the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
kept = {}
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line), kept)), file=answers, flush=True)
