"""The metrics of a side, for runs without the Swift program, which defines them (``Training`` there)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_QUANTILE = 1.959963984540054
_TINY = 1.401298464324817e-45  # the smallest float above 0


@dataclass(frozen=True)
class Predictions:
    """What a network says of the slices of a side."""

    #: float32 [slices, labels], rows that add up to 1.
    probabilities: npt.NDArray[np.float32]
    #: int64 [slices], as in :attr:`lathe.Batch.tracks`.
    tracks: npt.NDArray[np.int64]
    #: int64 [slices], the number of the slice in its track.
    slices: npt.NDArray[np.int64]
    #: int64 [slices], the true labels.
    labels: npt.NDArray[np.int64]


def evaluate(predictions: Predictions) -> dict[str, Any]:
    """Metrics and confusion matrices of a side, as ``result.json`` has them.

    A track's label is a vote of its slices: the mean of their probabilities, the highest, the lowest
    label of equals. Rows of a matrix are true labels, columns predicted ones.
    """
    probabilities = predictions.probabilities.astype(np.float64)
    rows, labels = probabilities.shape
    truth = predictions.labels
    chances = np.maximum(probabilities[np.arange(rows), truth], _TINY)
    tracks, first, places = np.unique(predictions.tracks, return_index=True, return_inverse=True)
    sums = np.zeros((len(tracks), labels))
    np.add.at(sums, places, probabilities)
    slice_matrix = _confusion(truth, probabilities.argmax(axis=1), labels)
    track_matrix = _confusion(truth[first], sums.argmax(axis=1), labels)
    right = int(np.trace(track_matrix))
    metrics = {
        "loss": float(-np.log(chances).mean()),
        "sliceAccuracy": float(np.trace(slice_matrix) / rows),
        "trackAccuracy": right / len(tracks),
        "trackInterval": list(wilson(right, len(tracks))),
        "macroF1": macro_f1(track_matrix),
        "slices": rows,
        "tracks": len(tracks),
    }
    return {
        "metrics": metrics,
        "trackConfusion": track_matrix.tolist(),
        "sliceConfusion": slice_matrix.tolist(),
    }


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The Wilson score interval of a share at 95 %."""
    share, square = successes / trials, _QUANTILE**2
    centre = share + square / (2 * trials)
    reach = _QUANTILE * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    scale = 1 + square / trials
    low = 0.0 if successes == 0 else (centre - reach) / scale
    high = 1.0 if successes == trials else (centre + reach) / scale
    return low, high


def macro_f1(matrix: npt.NDArray[np.int64]) -> float:
    """The mean of 2 TP / (2 TP + FP + FN) over the labels that occur or are predicted."""
    both = matrix.sum(axis=0) + matrix.sum(axis=1)
    scores = 2 * np.diag(matrix)[both > 0] / both[both > 0]
    return float(scores.mean())


def rank(metrics: dict[str, Any]) -> tuple[float, float, float]:
    """What epochs are compared by, higher is better: track accuracy, slice accuracy, then lower loss."""
    return metrics["trackAccuracy"], metrics["sliceAccuracy"], -metrics["loss"]


def _confusion(
    truth: npt.NDArray[Any], predicted: npt.NDArray[Any], labels: int
) -> npt.NDArray[np.int64]:
    matrix = np.zeros((labels, labels), dtype=np.int64)
    np.add.at(matrix, (truth, predicted), 1)
    return matrix
