"""Compares Lathe's average precision and ROC-AUC of tags with scikit-learn's.

    python compare_tag_scores.py FOLDER

FOLDER is where `LATHE_TAG_SCORES=FOLDER swift test --filter writesTablesForTheComparison` wrote random tables with many
ties, weights of tags and labels that no track or every track has: `table-N.json` with `weights` and `scores` (tracks by
labels) and what Lathe makes of them. Prints the largest difference, and ends with status 1 where one is above 1e-12.
Without FOLDER it prints what scikit-learn says of the table that TagScoresTests pins. Needs numpy and scikit-learn.
"""

import glob
import json
import re
import sys

import numpy as np
from sklearn import metrics


def scores(weights, scores):
    """By scikit-learn: the measures that Lathe records. A tag of no track or of all has none."""
    truth = np.asarray(weights) > 0
    scores = np.asarray(scores, float)
    ranked = truth.any(axis=0) & ~truth.all(axis=0)
    by_label = {
        "averagePrecision": metrics.average_precision_score,
        "rocAUC": metrics.roc_auc_score,
    }
    found = {"labelsLeftOut": int((~ranked).sum())}
    for name, measure in by_label.items():
        found[name] = [float(measure(truth[:, i], scores[:, i])) if ranked[i] else None for i in range(len(ranked))]
        title = name[0].upper() + name[1:] if name != "rocAUC" else "ROCAUC"
        some = ranked.any()
        found["macro" + title] = float(measure(truth[:, ranked], scores[:, ranked], average="macro")) if some else None
        flat = truth.ravel()
        mixed = flat.any() and not flat.all()
        found["micro" + title] = float(measure(flat, scores.ravel())) if mixed else None
    predicted = scores >= 0.5
    present = truth.any(axis=0) | predicted.any(axis=0)
    found["trackAccuracy"] = float(metrics.accuracy_score(truth, predicted))
    # Label by label: of a table of one column f1_score would take both classes.
    decided = [metrics.f1_score(truth[:, i], predicted[:, i]) for i in np.flatnonzero(present)]
    found["macroF1"] = float(np.mean(decided)) if decided else 0.0
    return found


def compared(folder):
    worst, count = 0.0, 0
    for path in sorted(glob.glob(folder + "/table-*.json")):
        with open(path) as file:
            table = json.load(file)
        expected = scores(table["weights"], table["scores"])
        for name, value in expected.items():
            ours = table["found"].get(name)
            values = value if isinstance(value, list) else [value]
            own = ours if isinstance(ours, list) else [ours]
            for one, other in zip(own, values, strict=True):
                if (one is None) != (other is None):
                    sys.exit(f"{path}: {name} is {ours}, and by scikit-learn {value}")
                if one is not None:
                    worst, count = max(worst, abs(one - other)), count + 1
    print(f"{count} measures, largest difference {worst:.2g}")
    return 1 if worst > 1e-12 or count == 0 else 0


def pinned():
    with open(__file__.rsplit("Reference", 1)[0] + "TrainingTests/TagScoresTests.swift") as file:
        text = file.read()
    tables = []
    for name in ("weights", "scores"):
        body = re.search(rf"static let {name}: \[\[Float\]\] = \[(.*?)\n  \]", text, re.S)[1]
        tables.append(json.loads("[" + body.rstrip().rstrip(",") + "]"))
    for name, value in scores(*tables).items():
        print(name, value)
    return 0


if __name__ == "__main__":
    sys.exit(compared(sys.argv[1]) if len(sys.argv) > 1 else pinned())
