"""How well labels are ranked where a track may have several: average precision and ROC-AUC, as ``Training`` in Swift
defines them and scikit-learn computes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_Flags = npt.NDArray[np.bool_]
_Scores = npt.NDArray[np.float64]


def tag_scores(truth: _Flags, scores: _Scores) -> dict[str, Any]:
    """The scores of each label and of all together, as ``result.json`` has them.

    :param truth: bool [tracks, labels], whether a track has a label.
    :param scores: float64 [tracks, labels].
    """
    labels = [_score(has, score) for has, score in zip(truth.T, scores.T, strict=True)]
    return {"labels": labels, "micro": _score(truth.ravel(), scores.ravel())}


def tag_metrics(scores: dict[str, Any]) -> dict[str, Any]:
    """The measures over all labels. Labels that no track has, or that all have, are left out of the macro means."""
    ranked = [each for each in scores["labels"] if "averagePrecision" in each]
    metrics: dict[str, Any] = {"labelsLeftOut": len(scores["labels"]) - len(ranked)}
    if ranked:
        metrics["macroAveragePrecision"] = sum(each["averagePrecision"] for each in ranked) / len(
            ranked
        )
        metrics["macroROCAUC"] = sum(each["rocAUC"] for each in ranked) / len(ranked)
    if "averagePrecision" in scores["micro"]:
        metrics["microAveragePrecision"] = scores["micro"]["averagePrecision"]
        metrics["microROCAUC"] = scores["micro"]["rocAUC"]
    return metrics


def selection_score(metrics: dict[str, Any]) -> float:
    """What epochs are compared by first: the mean of average precision."""
    micro = metrics.get("microAveragePrecision", 0.0)
    return float(metrics.get("macroAveragePrecision", micro))


def _score(has: _Flags, scores: _Scores) -> dict[str, Any]:
    thresholds, found, wrong = _points(has, scores)
    positives, negatives = int(has.sum()), int((~has).sum())
    score: dict[str, Any] = {"positives": positives, "negatives": negatives}
    if positives and negatives:
        precision = found / (found + wrong)
        score["averagePrecision"] = float((np.diff(found, prepend=0) * precision).sum() / positives)
        doubled = np.diff(wrong, prepend=0) * (found + np.concatenate([[0], found[:-1]]))
        score["rocAUC"] = float(doubled.sum() / 2 / positives / negatives)
    predicted = scores >= 0.5
    both = int(predicted.sum()) + positives
    if both:
        score["f1"] = 2 * int((predicted & has).sum()) / both
    kept = _outline(found, wrong, positives, negatives)
    score["thresholds"] = thresholds[kept].tolist()
    score["truePositives"] = found[kept].tolist()
    score["falsePositives"] = wrong[kept].tolist()
    return score


def _points(
    has: _Flags, scores: _Scores
) -> tuple[_Scores, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each distinct score, from the highest: how many that have the label score as much, and how many others."""
    order = np.argsort(-scores, kind="stable")
    sorted_scores = scores[order]
    ends = np.flatnonzero(np.diff(sorted_scores, append=-np.inf))
    found = np.cumsum(has[order], dtype=np.int64)[ends]
    return sorted_scores[ends], found, ends + 1 - found


def _outline(
    found: npt.NDArray[np.int64], wrong: npt.NDArray[np.int64], positives: int, negatives: int
) -> list[int]:
    """Points enough to draw both curves: first, last, and each that is a hundredth further than the one before."""
    kept: list[int] = []
    for place in range(len(found)):
        if kept and place < len(found) - 1:
            last = kept[-1]
            rises = positives and 100 * (found[place] - found[last]) >= positives
            moves = negatives and 100 * (wrong[place] - wrong[last]) >= negatives
            if not rises and not moves:
                continue
        kept.append(place)
    return kept
