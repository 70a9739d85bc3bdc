"""Compares a feature table of Lathe with librosa's, column by column.

    python compare_features.py OURS.csv REFERENCE.csv [--markdown] [--limit 1e-4]

Rows are joined on their filename. Differences are in standard deviations of the reference's column;
tempo, which jumps from lag to lag, is compared by the share of rows in which it is equal. Ends with
status 1 where a row is missing, a value is no number, a column exceeds the limit or fewer than 99.8 %
of the tempi are equal. Needs nothing but Python 3.8 or later.
"""

import argparse
import csv
import math
import sys

TEMPO_SHARE = 0.998


def read(path):
    """The header, and the rows by filename."""
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0][:1] != ["filename"]:
        sys.exit("%s: is no feature table; its first line should begin with filename" % path)
    table = {}
    for row in rows[1:]:
        if len(row) != len(rows[0]):
            sys.exit("%s: %s has %d fields instead of %d"
                     % (path, row[0] if row else "a line", len(row), len(rows[0])))
        if row[0] in table:
            sys.exit("%s: %s occurs twice" % (path, row[0]))
        table[row[0]] = dict(zip(rows[0], row))
    return rows[0], table


def number(text):
    try:
        return float(text)
    except ValueError:
        return math.nan


def deviation(values):
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


class Comparison:
    """What two tables differ in."""

    def __init__(self, ours, reference):
        header, own = read(ours)
        reference_header, expected = read(reference)
        self.faults = []
        if header != reference_header:
            self.faults.append("the headers differ: %s" % ", ".join(
                sorted(set(header) ^ set(reference_header)) or ["in order"]))
        self.names = [name for name in expected if name in own]
        self.missing = [name for name in expected if name not in own]
        self.extra = len(own) - len(self.names)
        if not self.names:
            sys.exit("%s and %s: no filename is in both" % (ours, reference))
        if self.missing:
            self.faults.append("%d rows are missing, the first %s"
                               % (len(self.missing), self.missing[0]))
        columns = [name for name in reference_header
                   if name in header and name not in ("filename", "length", "label")]
        for name in self.names:
            for column in ("length", "label"):
                if own[name].get(column) != expected[name].get(column):
                    self.faults.append("%s: %s is %s, in the reference %s" % (
                        name, column, own[name].get(column), expected[name].get(column)))
        # Of every row that the reference has, so that a part of ours is measured by the same rod.
        self.columns = []
        self.unequal = []
        for column in columns:
            spread = deviation([number(row[column]) for row in expected.values()])
            pairs = [(number(own[name][column]), number(expected[name][column]), name)
                     for name in self.names]
            if column == "tempo":
                # Equal up to how many digits a table prints.
                self.unequal = [pair for pair in pairs
                                if not abs(pair[0] - pair[1]) <= 1e-6 * abs(pair[1])]
            else:
                self.columns.append((column,) + worst(pairs, spread))

    @property
    def tempo_share(self):
        return 1 - len(self.unequal) / len(self.names)

    def judge(self, limit):
        for column, difference, name in self.columns:
            if not difference <= limit:
                self.faults.append("%s differs by %.3g standard deviations in %s"
                                   % (column, difference, name))
        if self.tempo_share < TEMPO_SHARE:
            self.faults.append("tempo is equal in %.2f %% of rows only" % (100 * self.tempo_share))


def worst(pairs, spread):
    """The largest difference in units of `spread`, and its row; NaN is larger than any."""
    largest, row = 0.0, pairs[0][2]
    for own, expected, name in pairs:
        difference = abs(own - expected) / spread if spread > 0 else abs(own - expected)
        if math.isnan(difference):
            return math.nan, name
        if difference > largest:
            largest, row = difference, name
    return largest, row


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ours")
    parser.add_argument("reference")
    parser.add_argument("--markdown", action="store_true", help="print the table of the README")
    parser.add_argument("--limit", type=float, default=1e-4,
                        help="largest difference, in standard deviations (1e-4)")
    arguments = parser.parse_args()
    comparison = Comparison(arguments.ours, arguments.reference)
    comparison.judge(arguments.limit)

    tempo = "equal in %d of %d rows (%.2f %%)" % (
        len(comparison.names) - len(comparison.unequal), len(comparison.names),
        100 * comparison.tempo_share)
    if arguments.markdown:
        print("| column | largest difference (standard deviations) | in row |\n|---|---|---|")
        for column, difference, name in comparison.columns:
            print("| `%s` | %.1e | `%s` |" % (column, difference, name))
        print("| `tempo` | %s | |" % tempo)
    else:
        for column, difference, name in comparison.columns:
            print("%-26s %.2e  %s" % (column, difference, name))
        print("%-26s %s" % ("tempo", tempo))
    out = sys.stderr if arguments.markdown else sys.stdout
    for own, expected, name in comparison.unequal:
        print("tempo of %s: %.6f, in the reference %.6f" % (name, own, expected), file=out)
    if comparison.extra:
        print("%d rows are not in the reference" % comparison.extra, file=out)
    for fault in comparison.faults[:20]:
        print("FAILED: " + fault, file=sys.stderr)
    if len(comparison.faults) > 20:
        print("FAILED: and %d times more" % (len(comparison.faults) - 20), file=sys.stderr)
    largest = max((difference for _, difference, _ in comparison.columns), default=0)
    print("%d rows, %d columns: the largest difference is %.2e standard deviations"
          % (len(comparison.names), len(comparison.columns) + 1, largest), file=out)
    sys.exit(1 if comparison.faults else 0)


if __name__ == "__main__":
    main()
