"""What a run trains, on what and how: ``run.json``."""

from __future__ import annotations

import datetime
import os
from typing import TYPE_CHECKING, Any

import torch

from .batches import Sides

if TYPE_CHECKING:
    from .session import Session


#: What two sides share: names in a record, and in what :meth:`lathe.Cache.overlap` gives.
_OVERLAP = {
    "recordings": "recordings",
    "artists": "artists",
    "sharedArtists": "shared_artists",
    "unknownArtists": "unknown_artists",
}


def run_record(session: Session, parameters: int) -> dict[str, Any]:
    """What ``run.json`` holds."""
    options, sides = session.options, session.sides
    assert isinstance(sides, Sides), "a run by itself is on a cache"
    plan = sides.cache.describe_split(sides.split)
    names = {"training": sides.training_name, "selection": sides.selection, "test": sides.test}
    overlaps = {side: sides.overlap(side) for side in sides.evaluated}
    counts = {side: sides.counts(side) for side in names.values() if side is not None}
    with sides.training(0, None) as loader:
        statistics, identity = loader.statistics, loader.state_dict()["identity"]
        samples = loader.samples
    if statistics is not None:
        statistics = {"samples": samples} | statistics
    record: dict[str, Any] = {
        "schema": "lathe.run/1",
        "trainer": f"torch-{options.network}",
        "view": sides.view.name,
        "source": {"kind": "cache", "path": os.path.abspath(sides.cache.path), "identity": identity},
        "split": {
            "name": sides.split,
            "policy": plan["policy"],
            "fingerprint": plan["fingerprint"],
            "sides": plan["sides"],
            "plan": plan["plan"],
        },
        "sides": {name: side for name, side in names.items() if side is not None},
        "labels": list(session.labels),
        **({"tagged": True} if sides.is_tagged else {}),
        "sampleShape": list(sides.view.shape),
        "seed": options.seed,
        "epochs": options.epochs,
        "batchSize": options.batch_size,
        "threads": torch.get_num_threads(),
        "options": options.as_texts() | {"device": str(session.machine.device),
                                         "precision": session.machine.precision},
        "parameters": parameters,
        "recipe": sides.cache.describe()["recipe"],
        "samples": {side: count for side, (count, _) in counts.items()},
        "tracks": {side: tracks for side, (_, tracks) in counts.items()},
        "learntTracks": {side: each["learnt_tracks"] for side, each in overlaps.items()},
        "overlaps": {
            side: {name: each[key] for name, key in _OVERLAP.items()}
            for side, each in overlaps.items()
        },
        "lathe": f"python {_version()}",
        "startedAt": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip
    if statistics is not None:
        record["normalisation"] = {"statistics": statistics}
    for name in ("augmentation", "patience"):
        if (value := getattr(options, name)) is not None:
            record[name] = value
    return record


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("lathe")
    except metadata.PackageNotFoundError:
        return "checkout"
