"""The numbers of PyTorch's networks for a batch: by themselves, and where they decide as another library did."""
from collections import deque
from contextlib import ExitStack
from unittest import mock

import torch
from torch.nn import functional

from torch_network import optimiser


def of_kind(tensors, kind):
    """The same tensors, floats of another type."""
    return {
        name: value.to(kind) if value.is_floating_point() else value
        for name, value in tensors.items()
    }


def step(model, steps, tensors):
    """A step on the batch, of the mean cross-entropy; logits and loss."""
    steps.zero_grad()
    output = model(tensors["input"])
    loss = functional.cross_entropy(output, tensors["labels"])
    loss.backward()
    steps.step()
    return output.detach(), loss.detach()


def probe(make, tensors, count, rates):
    """Logits, loss, gradients and the weights after steps of each optimiser, in float32, and under
    `exact.` in float64."""
    results = {}
    for kind, prefix in [(torch.float32, ""), (torch.float64, "exact.")]:
        torch.set_default_dtype(kind)
        batch = of_kind(tensors, kind)
        for rule, rate in rates.items():
            model = make(batch, dropout=0)
            steps = optimiser(rule, model, rate)
            for number in range(count):
                output, loss = step(model, steps, batch)
                if number == 0:
                    results[f"{prefix}output"], results[f"{prefix}loss"] = output, loss
                    for name, value in model.named_parameters():
                        results[f"{prefix}gradient.{name}"] = value.grad.clone()
            for name, value in model.named_parameters():
                results[f"{prefix}after.{rule}.{name}"] = value.detach()
    torch.set_default_dtype(torch.float32)
    return as_floats(results)


def as_floats(results):
    return {name: value.float().contiguous() for name, value in results.items()}


class Replay:
    """A network in float64 that takes another library's steps after it, with its choices."""

    def __init__(self, make, tensors, rule, rate):
        """:param rule: of an optimiser; "" to stay where it is."""
        torch.set_default_dtype(torch.float64)
        self.tensors = of_kind(tensors, torch.float64)
        self.model = make(self.tensors, dropout=0)
        torch.set_default_dtype(torch.float32)
        self.rule, self.steps = rule, optimiser(rule or "sgd", self.model, rate)
        self.choices = self.otherwise = 0

    def step(self, choices):
        with Choices(choices) as made:
            self.output, self.loss = step(self.model, self.steps, self.tensors)
        self.choices += made.count
        self.otherwise += made.otherwise

    def results(self):
        """Logits, loss and gradients of the last step, or the weights after all of an optimiser."""
        if self.rule:
            return as_floats({
                f"after.{self.rule}.{name}": value.detach()
                for name, value in self.model.named_parameters()
            })
        gradients = {
            f"gradient.{name}": value.grad for name, value in self.model.named_parameters()}
        return as_floats({"output": self.output, "loss": self.loss, **gradients})


class Choices:
    """While it lasts, max(0, x), max pooling and the maximum over positions each take the next of the
    given choices, `choice.NUMBER.KIND`, instead of making their own."""

    def __init__(self, tensors):
        named = [(*name.split(".")[1:], value) for name, value in tensors.items()]
        self.left = deque(
            (kind, value) for number, kind, value in sorted(named, key=lambda item: int(item[0])))
        #: How many choices were taken, and how many of them PyTorch would have made otherwise.
        self.count = self.otherwise = 0
        #: Whether a max(0, x) was left to the pooling that follows it.
        self.stops = False

    def __enter__(self):
        self.patches = ExitStack()
        for place, name, function in [
            (functional, "relu", self.relu), (functional, "max_pool1d", self.pool),
            (functional, "max_pool2d", self.pool), (torch.Tensor, "amax", self.maximum()),
        ]:
            self.patches.enter_context(mock.patch.object(place, name, function))
        return self

    def __exit__(self, kind, error, trace):
        self.patches.close()
        if error is None and self.left:
            raise ValueError(f"{len(self.left)} choices are left over")

    def take(self, wanted, shape):
        kind, value = self.left.popleft()
        if kind != wanted or value.shape != shape:
            raise ValueError(f"{kind} {list(value.shape)} where {wanted} {list(shape)} is needed")
        self.count += value.numel()
        return value

    def relu(self, values, inplace=False):
        if self.left and self.left[0][0] == "taps":
            self.stops = True
            return values
        passed = self.take("passed", values.shape).bool()
        self.otherwise += ((values > 0) != passed).sum().item()
        return values * passed

    def pool(self, values, size, stride=None, padding=0, *_, **__):
        stride = size if stride is None else stride
        axes = range(2, values.ndim)
        edges = [padding] * (2 * len(axes))
        windows = functional.pad(values, edges, value=float("-inf"))
        for axis in axes:
            windows = windows.unfold(axis, size, stride)
        windows = windows.flatten(values.ndim)
        taps = self.take("taps", windows.shape[:-1]).long()
        stopped, self.stops = taps < 0, False
        taps = taps.masked_fill(stopped, windows.shape[-1] // 2)
        chosen = windows.gather(-1, taps.unsqueeze(-1)).squeeze(-1)
        with torch.no_grad():
            largest = windows.max(-1).values
            wrong = torch.where(stopped, largest > 0, chosen != largest)
            self.otherwise += wrong.sum().item()
        return torch.where(stopped, torch.zeros_like(chosen), chosen)

    def maximum(self):
        def amax(values, axes):
            positions = values.flatten(2)
            taps = self.take("taps", positions.shape[:2]).long()
            chosen = positions.gather(-1, taps.unsqueeze(-1)).squeeze(-1)
            self.otherwise += (chosen != positions.detach().max(-1).values).sum().item()
            return chosen
        return amax
