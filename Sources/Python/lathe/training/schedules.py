"""Learning-rate schedules, as functions of the step alone, so that a resumed run needs no state of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

Schedule = Literal["one-cycle", "cosine", "constant"]

#: The share of the steps in which one-cycle rises, and what it starts and ends at (``OneCycleLR``'s own).
_RISE, _START, _END = 0.3, 1 / 25, 1 / 25e4


def schedule(name: Schedule, steps: int, warm_up: int = 0) -> Callable[[int], float]:
    """The factor of the learning rate at each step, from 0 up to ``steps``.

    :param name: ``one-cycle`` rises for 30 % of the steps from 1/25 to 1 and falls to 1/250,000, both
        along half a cosine, as ``OneCycleLR`` does without cycling the momentum; ``cosine`` falls from
        1 to 0, as ``CosineAnnealingLR``; ``constant`` is 1.
    :param steps: of the whole training.
    :param warm_up: steps over which cosine and constant first rise from 0 to 1, in a line.
    """
    if name == "one-cycle":
        top, end = _RISE * steps - 1, steps - 1
        return lambda step: (
            _between(_START, 1, step / top if top > 0 else 1)
            if step <= top
            else _between(1, _END, (step - top) / max(1, end - top))
        )
    falls = name == "cosine"

    def factor(step: int) -> float:
        if step < warm_up:
            return (_between(1, 0, step / max(1, steps)) if falls else 1) * (step + 1) / warm_up
        return _between(1, 0, step / max(1, steps)) if falls else 1.0

    return factor


def _between(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2 * (1 + math.cos(math.pi * min(1.0, share)))
