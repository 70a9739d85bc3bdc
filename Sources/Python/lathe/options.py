"""The options of a loader, once for numpy and for PyTorch, and as JSON for the library."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Union

from .errors import ConfigurationError, ErrorCode

if TYPE_CHECKING:
    from .cache import Cache

LastBatch = Literal["keep", "drop"]
DataType = Literal["float32", "float16"]
Axis = Literal["overall", "first"]
Sampling = Union[str, Mapping[str, Mapping[str, float]]]
Side = Union[str, Sequence[str], None]
Normalise = Union[Axis, Mapping[str, Any], None]


class LoaderOptions(TypedDict, total=False):
    """What :meth:`lathe.Cache.loader` documents."""

    test: str | None
    batch_size: int
    seed: int
    shuffle: bool
    epochs: int | None
    epoch: int
    last_batch: LastBatch
    sampling: Sampling
    samples_per_epoch: int | None
    sources: Sequence[tuple[Cache | str, float]] | None
    rank: int
    world_size: int
    threads: int | None
    prefetch: int | None
    dtype: DataType
    augmentation: Mapping[str, Any] | None
    normalise: Normalise
    copy: bool


class SamplesOptions(TypedDict, total=False):
    """What :meth:`lathe.Cache.samples` documents."""

    test: str | None
    dtype: DataType
    normalise: Normalise


def chosen(
    view: str,
    split: str | None,
    side: Side,
    test: str | None,
    dtype: str,
    normalise: Normalise,
) -> dict[str, Any]:
    """The keys that choose samples and say how they are given, as the library takes them.

    :raises ConfigurationError: where a side is named beside ``test``.
    """
    chosen: dict[str, Any] = {"view": view, "split": split, "dtype": dtype}
    if test is not None:
        if side is not None:
            raise ConfigurationError(
                ErrorCode.CONFIGURATION, "test: stands beside a side; give one of the two"
            )
        chosen["test"] = test
    elif side is not None:
        chosen["side"] = side if isinstance(side, str) else list(side)
    if normalise is not None:
        chosen["normalisation"] = (
            {"axis": normalise} if isinstance(normalise, str) else dict(normalise)
        )
    return {name: value for name, value in chosen.items() if value is not None}


def configured(
    view: str,
    split: str | None = None,
    side: Side = None,
    *,
    test: str | None = None,
    epochs: int | None = 1,
    dtype: DataType = "float32",
    normalise: Normalise = None,
    augmentation: Mapping[str, Any] | None = None,
    sources: Sequence[tuple[Any, float]] | None = None,
    **others: Any,
) -> dict[str, Any]:
    """The configuration of a loader, as ``lathe_loader_open`` and a server take it.

    :raises ConfigurationError: as :func:`chosen`.
    """
    given = chosen(view, split, side, test, dtype, normalise)
    others |= {
        "augmentation": None if augmentation is None else dict(augmentation),
        "sources": None if sources is None else [_source(*source) for source in sources],
    }
    given |= {name: value for name, value in others.items() if value is not None}
    # Here null has a meaning: no end.
    given["epochs"] = epochs
    return given


def is_torch(output: str) -> bool:
    """Whether tensors of PyTorch are asked for rather than arrays of numpy."""
    if output not in ("numpy", "torch"):
        raise ConfigurationError(
            ErrorCode.CONFIGURATION, f"output '{output}' is neither 'numpy' nor 'torch'"
        )
    return output == "torch"


def encoded(configuration: Mapping[str, Any]) -> bytes:
    """The JSON that ``lathe_loader_open`` takes.

    :raises ConfigurationError: for a value that JSON cannot hold, such as NaN; it names the option.
    """
    members = []
    for name, value in configuration.items():
        try:
            text = json.dumps(value, allow_nan=False, default=_plain)
        except (TypeError, ValueError) as cause:
            raise ConfigurationError(ErrorCode.CONFIGURATION, f"{name}: {cause}") from cause
        members.append(f"{json.dumps(name)}: {text}")
    return ("{" + ", ".join(members) + "}").encode()


def _plain(value: Any) -> Any:
    # The numbers of numpy and of PyTorch.
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no value of JSON")


def _source(cache: Any, weight: float) -> dict[str, Any]:
    # A cache of this machine has a path, one of a server a name there.
    place = cache if isinstance(cache, (str, os.PathLike)) else getattr(cache, "path", cache)
    return {"cache": os.fspath(place), "weight": weight}
