"""Weights and states as safetensors files, each there as a whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialised
from torch import Tensor, nn

from ..errors import ErrorCode, LatheError
from .files import replace


#: The file in a run's folder that :func:`save_state` writes.
STATE = "state.safetensors"
_FORMAT = "lathe.torch-state/1"


class CheckpointError(LatheError, ValueError):
    """A file of weights or state is damaged, missing or of another network or run."""

    def __init__(self, path: Path, what: object) -> None:
        super().__init__(ErrorCode.STATE, f"{path}: {what}")


def save(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Writes a file in place of what was there; a kill leaves one or the other.

    :raises LatheError: where it cannot be written, such as for want of space.
    """
    try:
        content = serialised({name: value.contiguous() for name, value in tensors.items()}, metadata)
    except SafetensorError as cause:
        raise LatheError(ErrorCode.SYSTEM, f"{path} cannot be written: {cause}") from cause
    replace(path, content)


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and the metadata of a file.

    :raises CheckpointError: where it is missing or damaged.
    """
    try:
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
            return tensors, file.metadata() or {}
    except (OSError, SafetensorError) as cause:
        raise CheckpointError(path, cause) from cause


def weights(model: nn.Module) -> dict[str, Tensor]:
    """The network's tensors, by the names of ``state_dict``, which are those of lathe's own networks."""
    return {name: value.detach() for name, value in model.state_dict().items()}


def save_state(
    path: Path,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
    totals: Tensor,
    facts: dict[str, Any],
) -> None:
    """Keeps all that exact resume needs: weights, optimiser, random generators, sums and counters."""
    tensors = {f"model.{name}": value for name, value in weights(model).items()}
    for number, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{name}": value for name, value in state.items()
                    if isinstance(value, Tensor)}  # fmt: skip
    tensors["totals"] = totals
    tensors["random.cpu"] = torch.get_rng_state()
    if totals.device.type == "cuda":
        tensors["random.cuda"] = torch.cuda.get_rng_state(totals.device)
    kept = facts | {"scaler": scaler.state_dict()}
    save(path, tensors, {"format": _FORMAT, "facts": json.dumps(kept)})


def state_epochs(path: Path) -> int | None:
    """How many epochs were done when a state was kept; None where there is no state of this trainer."""
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
        return int(json.loads(metadata["facts"])["epoch"]) if metadata["format"] == _FORMAT else None
    except (OSError, SafetensorError, KeyError, ValueError):
        return None


def load_state(
    path: Path,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
    totals: Tensor,
) -> dict[str, Any]:
    """Puts back what :func:`save_state` kept.

    :returns: the facts.
    :raises CheckpointError: for a file that is damaged or of another network.
    """
    tensors, metadata = load(path)
    try:
        if metadata.get("format") != _FORMAT:
            raise ValueError("this is no state of this trainer")
        facts: dict[str, Any] = json.loads(metadata["facts"])
        parts: dict[str, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            part, _, rest = name.partition(".")
            parts.setdefault(part, {})[rest] = value
        model.load_state_dict(parts["model"], strict=True)
        states: dict[int, dict[str, Tensor]] = {}
        for name, value in parts.get("optimiser", {}).items():
            number, _, key = name.partition(".")
            states.setdefault(int(number), {})[key] = value
        groups = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": states, "param_groups": groups})
        if facts["scaler"]:
            scaler.load_state_dict(facts["scaler"])
        totals.copy_(tensors["totals"])
        torch.set_rng_state(tensors["random.cpu"])
        if totals.device.type == "cuda" and "random.cuda" in tensors:
            torch.cuda.set_rng_state(tensors["random.cuda"], totals.device)
    except (KeyError, ValueError, RuntimeError) as cause:
        raise CheckpointError(path, cause) from cause
    return facts
