"""The metrics of a side, for runs without the Swift program, which defines them (``Training`` there)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .tag_scores import selection_score, tag_metrics, tag_scores

_QUANTILE = 1.959963984540054
_TINY = 1.401298464324817e-45  # the smallest float above 0


@dataclass(frozen=True)
class Predictions:
    """What a network says of the slices of a side."""

    #: float32 [slices, labels], rows that add up to 1; where a track may have several labels, each from 0 to 1.
    probabilities: npt.NDArray[np.float32]
    #: int64 [slices], as in :attr:`lathe.Batch.tracks`.
    tracks: npt.NDArray[np.int64]
    #: int64 [slices], the number of the slice in its track.
    slices: npt.NDArray[np.int64]
    #: int64 [slices], the true labels.
    labels: npt.NDArray[np.int64]
    #: float32 [slices, labels], the weights of the true labels, where a track may have several; else None.
    weights: npt.NDArray[np.float32] | None = None


def evaluate(predictions: Predictions) -> dict[str, Any]:
    """Metrics and confusion matrices of a side, as ``result.json`` has them.

    A track's label is a vote of its slices: the mean of their probabilities, the highest, the lowest
    label of equals. Rows of a matrix are true labels, columns predicted ones.
    """
    if predictions.weights is not None:
        return _evaluate_tags(predictions, predictions.weights)
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


def _evaluate_tags(
    predictions: Predictions, weights: npt.NDArray[np.float32]
) -> dict[str, Any]:
    """The same where a track may have several labels: it has those with a weight above 0, and is predicted to have
    those with a mean probability of a half or more."""
    probabilities = predictions.probabilities.astype(np.float64)
    targets = weights.astype(np.float64)
    with np.errstate(divide="ignore"):
        having = np.maximum(np.log(probabilities), -100)
        lacking = np.maximum(np.log1p(-probabilities), -100)
    tracks, first, places = np.unique(predictions.tracks, return_index=True, return_inverse=True)
    sums = np.zeros((len(tracks), probabilities.shape[1]))
    np.add.at(sums, places, probabilities)
    means = sums / np.bincount(places)[:, np.newaxis]
    truth = targets[first] > 0
    scores = tag_scores(truth, means)
    right = int(((means >= 0.5) == truth).all(axis=1).sum())
    decided = [each["f1"] for each in scores["labels"] if "f1" in each]
    metrics = {
        "loss": float(-(targets * having + (1 - targets) * lacking).mean()),
        "sliceAccuracy": float(((probabilities >= 0.5) == (targets > 0)).all(axis=1).mean()),
        "trackAccuracy": right / len(tracks),
        "trackInterval": list(wilson(right, len(tracks))),
        "macroF1": sum(decided) / len(decided) if decided else 0.0,
        "tags": tag_metrics(scores),
        "slices": len(probabilities),
        "tracks": len(tracks),
    }
    return {"metrics": metrics, "trackConfusion": [], "sliceConfusion": [], "tags": scores}


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


def rank(metrics: dict[str, Any]) -> tuple[float, ...]:
    """What epochs are compared by, higher is better: how well labels are ranked, where a track may have several, track
    accuracy, slice accuracy, then lower loss."""
    ranking = (selection_score(metrics["tags"]),) if "tags" in metrics else ()
    return *ranking, metrics["trackAccuracy"], metrics["sliceAccuracy"], -metrics["loss"]


def _confusion(
    truth: npt.NDArray[Any], predicted: npt.NDArray[Any], labels: int
) -> npt.NDArray[np.int64]:
    matrix = np.zeros((labels, labels), dtype=np.int64)
    np.add.at(matrix, (truth, predicted), 1)
    return matrix
