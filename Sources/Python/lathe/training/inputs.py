"""What samples a network takes, and which network a view is trained with: as ``lathe train`` has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ConfigurationError, ErrorCode
from ..views import View


@dataclass(frozen=True)
class Form:
    """What samples are, whatever the view is called."""

    shape: tuple[int, ...]
    #: What runs along the axes; empty where that is not known.
    axes: tuple[str, ...] = ()
    #: Whether they are windows of one signal along time, of which other windows could be taken.
    is_signal: bool = False

    @classmethod
    def of(cls, view: View) -> Form:
        """The form of a view's samples."""
        return cls(
            view.shape,
            tuple(axis.name for axis in view.axes),
            view.form == "signal" and len(view.shape) == 1,
        )

    @property
    def is_along_time(self) -> bool:
        """Whether the last of two axes is time."""
        return len(self.shape) == 2 and self.axes[-1:] in ((), ("time",))

    @property
    def has_frequency(self) -> bool:
        """Whether the other of these is frequency."""
        return self.is_along_time and self.axes[:1] in ((), ("frequency",))

    def __str__(self) -> str:
        """The shape, and the axes where they are known: 64 × 87 (frequency, time)."""
        shape = " × ".join(map(str, self.shape))
        return f"{shape} ({', '.join(self.axes)})" if self.axes else shape


@dataclass(frozen=True)
class Network:
    """A network, as far as a choice among several asks."""

    #: The views that it is usually trained on, the most usual first.
    views: tuple[str, ...]
    takes: Callable[[Form], bool]
    #: What it takes, for messages.
    words: str


def _is_vector(form: Form) -> bool:
    return len(form.shape) == 1 and form.axes != ("time",)


def _is_signal(form: Form) -> bool:
    return len(form.shape) == 1 and form.axes in ((), ("time",))


def _is_picture(form: Form) -> bool:
    return len(form.shape) == 2


_VECTOR = (_is_vector, "samples of one axis, such as features or embeddings")
_SIGNAL = (_is_signal, "samples along time, such as waveforms")
_PICTURE = (_is_picture, "samples of two axes, such as spectrograms")

#: By name, in the order in which one is looked for.
NETWORKS = {
    "features": Network(("features", "features-30s"), *_VECTOR),
    "linear": Network(("features", "features-30s"), *_VECTOR),
    "waveform": Network(("waveform",), *_SIGNAL),
    "waveform-gammatone": Network(("waveform",), *_SIGNAL),
    "mel": Network(("mel",), *_PICTURE),
    "mel-small": Network(("mel",), *_PICTURE),
}


def mode(word: str) -> tuple[str, str | None]:
    """The view and the network that a word names: a view, or a network, which has its usual view."""
    is_view = any(word in network.views for network in NETWORKS.values())
    if is_view or word not in NETWORKS:
        return word, None
    return NETWORKS[word].views[0], word


def standard(view: str, form: Form) -> str:
    """The network of a view where none is named: one that is usually trained on a view of that name, else the
    first that takes such samples.

    :raises ConfigurationError: where none takes them.
    """
    fitting = {name: network for name, network in NETWORKS.items() if network.takes(form)}
    if not fitting:
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            f"view '{view}': no network takes samples of {form}; they take "
            + ", or ".join(dict.fromkeys(network.words for network in NETWORKS.values())),
        )
    for name, network in fitting.items():
        if network.views[0] == view:
            return name
    usual = (name for name, network in fitting.items() if view in network.views)
    return next(usual, next(iter(fitting)))


def check(name: str, form: Form) -> None:
    """Refuses samples that a network does not take.

    :raises ConfigurationError: which names their shape, and what it takes.
    """
    network = NETWORKS[name]
    if not network.takes(form):
        raise ConfigurationError(
            ErrorCode.CONFIGURATION,
            f"network '{name}' does not fit samples of {form}; it takes {network.words}",
        )


def fitted(augmentation: Mapping[str, Any] | None, form: Form) -> dict[str, Any] | None:
    """What is usually done to samples, without what cannot be done to these, and with masks of at most a quarter
    of an axis; None where nothing is left."""
    parts = dict(augmentation or {})
    if not form.is_signal:
        for name in ("speed", "random_crop", "gain", "polarity", "noise"):
            parts.pop(name, None)
        if not form.is_along_time:
            parts.pop("circular_shift", None)
    masks = dict(parts.pop("spec_augment", {}))
    if masks and form.is_along_time:
        rows, columns = form.shape
        masks["time_width"] = min(masks["time_width"], columns // 4)
        masks["frequency_width"] = min(masks["frequency_width"], rows // 4)
        if not form.has_frequency:
            masks["frequency_masks"] = 0
        parts["spec_augment"] = masks
    return parts or None
