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

from torch_agreement import Replay, probe
from torch_network import Twin, optimiser

# With the usual calls, and with what PyTorch offers beside them.
WAYS = {"usual": {}, "tuned": {"fused": True}}
network, threads, labels = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.set_num_interop_threads(1)
make = Twin(network, labels)


class Step:
    """A step on one batch: zeroed gradients, forward, loss, backward, optimiser."""

    def __init__(self, tensors, smoothing, way):
        self.input, self.labels = tensors["input"], tensors["labels"]
        self.smoothing = smoothing
        self.model = make(tensors)
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
    if request["do"] == "probe":
        tensors = load_file(request["file"])
        results = probe(make, tensors, request["steps"], request["rates"])
        save_file(results, request["output"])
        state["replays"] = {
            rule: Replay(make, tensors, rule, rate)
            for rule, rate in {"": 0.0, **request["rates"]}.items()
        }
        return {}
    # Of "replay", a step on the choices of a file.
    replay = state["replays"][request["rule"]]
    replay.step(load_file(request["file"]))
    if "output" in request:
        save_file(replay.results(), request["output"])
    return {"choices": replay.choices, "otherwise": replay.otherwise}


# What libraries print must not get between the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
kept = {}
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line), kept)), file=answers, flush=True)
