"""Trains scikit-learn's classifiers on a feature table, over the splits that Lathe trained on.

    python compare_classifiers.py FEATURES.csv SPLIT.json [SPLIT.json ...] [--markdown]

A split is what `lathe split --json` prints, or any JSON with the side of every track:
{"assignment": {"blues.00000": "train", "blues.00003": "test", ...}}. A row belongs to a track whose id is
its filename without extension (`blues.00000.wav`), or without extension and number of the slice
(`blues.00000.4.wav`). Where the assignment names a slice itself (`blues.00000.4`), that goes before its
track's side. Rows of neither side are left out.

Columns are standardised by the training side. Printed are, for each split, the share of the test side's
rows that are named rightly and the share of its tracks (by the mean of their rows' probabilities; ties go
to the first label), and their mean and standard deviation over splits. The perceptron is
MLPClassifier((256, 128, 64)) with scikit-learn's defaults, started from one seed a split: 1 for the first,
2 for the second and so on. Needs Python 3.8 or later, numpy and scikit-learn.
"""

import argparse
import csv
import json
import math
import os
import statistics
import sys
import warnings

import numpy
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

NOT_FEATURES = ("filename", "length", "label")


class Table:
    """The rows of a feature table: their names, numbers and labels."""

    def __init__(self, path):
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
        if not rows or "filename" not in rows[0] or "label" not in rows[0]:
            sys.exit("%s: is no feature table; it should have rows, and columns filename and label" % path)
        columns = [name for name in rows[0] if name not in NOT_FEATURES]
        self.names = [os.path.splitext(row["filename"])[0] for row in rows]
        self.labels = numpy.array([row["label"] for row in rows])
        try:
            self.values = numpy.array([[float(row[column]) for column in columns] for row in rows])
        except (TypeError, ValueError) as error:
            sys.exit("%s: holds something that is no number: %s" % (path, error))
        if not numpy.isfinite(self.values).all():
            row, column = numpy.argwhere(~numpy.isfinite(self.values))[0]
            sys.exit("%s: %s of %s is not finite" % (path, columns[column], self.names[row]))

    def divided(self, assignment):
        """The side and the track of every row; a side of None where the assignment has neither."""
        sides, tracks = [], []
        for name in self.names:
            stem, _, number = name.rpartition(".")
            track = name
            if name not in assignment and number.isdigit() and stem:
                track = stem
            sides.append(assignment.get(name, assignment.get(track)))
            # A slice that is assigned by itself still votes with its track's other slices.
            is_slice = number.isdigit() and stem.count(".") >= 1
            tracks.append(stem if is_slice else track)
        return numpy.array(sides, dtype=object), numpy.array(tracks)


def classifiers(seed):
    return {
        "linear": LogisticRegression(max_iter=5000),
        "perceptron": MLPClassifier((256, 128, 64), random_state=seed),
    }


def accuracies(model, table, sides, tracks, arguments):
    """Percent of the test side's rows, and of its tracks, that a trained model names rightly."""
    training, test = sides == arguments.training, sides == arguments.test
    with warnings.catch_warnings():
        # Two hundred epochs are scikit-learn's default, and what is compared with.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = make_pipeline(StandardScaler(), model)
        model.fit(table.values[training], table.labels[training])
    probabilities = model.predict_proba(table.values[test])
    labels, names = table.labels[test], model.classes_
    rows = numpy.mean(names[probabilities.argmax(axis=1)] == labels)
    hits = []
    for track in numpy.unique(tracks[test]):
        own = tracks[test] == track
        hits.append(names[probabilities[own].mean(axis=0).argmax()] == labels[own][0])
    return 100 * rows, 100 * numpy.mean(hits)


def read_split(path):
    try:
        with open(path) as file:
            assignment = json.load(file).get("assignment")
    except (OSError, ValueError, AttributeError) as error:
        sys.exit("%s: cannot be read as a split: %s" % (path, error))
    if not assignment:
        sys.exit("%s: assigns nothing; a split by slices has to name the side of every slice" % path)
    return assignment


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", help="a feature table (CSV)")
    parser.add_argument("splits", nargs="+", help="splits (JSON)")
    parser.add_argument("--training", default="train", help="the side to train on (train)")
    parser.add_argument("--test", default="test", help="the side to measure on (test)")
    parser.add_argument("--markdown", action="store_true", help="print the table of the README")
    arguments = parser.parse_args()

    table = Table(arguments.table)
    results = {}
    for seed, path in enumerate(arguments.splits, start=1):
        sides, tracks = table.divided(read_split(path))
        for side in (arguments.training, arguments.test):
            if not (sides == side).any():
                sys.exit("%s: no row of %s is on side %s" % (path, arguments.table, side))
        for name, model in classifiers(seed).items():
            result = accuracies(model, table, sides, tracks, arguments)
            results.setdefault(name, []).append(result)
            if not arguments.markdown:
                print("%-32s %-10s rows %6.2f %%  tracks %6.2f %%  (%d rows to train, %d to test)" % (
                    (os.path.basename(path), name) + result
                    + ((sides == arguments.training).sum(), (sides == arguments.test).sum())))
    if arguments.markdown:
        print("| classifier | rows | tracks | splits |\n|---|---|---|---|")
    for name, pairs in results.items():
        figures = []
        for values in zip(*pairs):
            spread = statistics.stdev(values) if len(values) > 1 else math.nan
            figures.append("%.2f %% ± %.2f" % (statistics.mean(values), spread))
        line = "| %s | %s | %s | %d |" if arguments.markdown else "mean: %-10s rows %s, tracks %s, %d splits"
        print(line % (name, figures[0], figures[1], len(pairs)))


if __name__ == "__main__":
    main()
