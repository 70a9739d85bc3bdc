"""Compares Lathe's splits of tracks with several labels with iterative stratification as PyPI has it.

    python compare_tag_splits.py FOLDER

FOLDER is where `LATHE_TAG_SPLITS=FOLDER swift test --filter writesSplitsForTheComparison` wrote tables of tracks with
long-tailed tags and artists, `table-N.json`, with Lathe's splits of them. For each table and division a line of LD (label
distribution) and ED (examples distribution) by Sechidis, Tsoumakas and Vlahavas (2011), means over seeds: of Lathe's
stratified and grouped splits, of the packages iterative-stratification and scikit-multilearn, and of tracks drawn. Ends
with status 1 where Lathe's own LD or ED is not the one computed here, within 1e-12, or where its stratified LD is above
that of iterative-stratification. Needs numpy, iterative-stratification and scikit-multilearn.
"""

import glob
import json
import sys

import numpy as np
from iterstrat.ml_stratifiers import IterativeStratification
from sklearn.utils import check_random_state


def measures(truth, sides, shares):
    """LD and ED of a division: `sides` holds the number of each track's side."""
    count, in_all = len(truth), truth.sum(axis=0)
    kept = in_all < count
    odds = in_all[kept] / (count - in_all[kept])
    differences, misses = [], []
    for number, share in enumerate(shares):
        part = truth[sides == number][:, kept]
        found = part.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            own = np.where(found > 0, found / (len(part) - found), 0.0)
        differences.append(np.abs(own - odds))
        misses.append(abs(len(part) - share * count))
    return float(np.mean(differences)), float(np.mean(misses))


def multilearn(truth, shares, seed):
    """scikit-multilearn's, whose class divides all at once and takes its seed from numpy's state."""
    from skmultilearn.model_selection.iterative_stratification import IterativeStratification as Folds

    np.random.seed(seed)
    folds = Folds(n_splits=len(shares), order=1, sample_distribution_per_fold=list(shares))
    sides = np.zeros(len(truth), dtype=int)
    for number, (_, test) in enumerate(folds.split(np.zeros((len(truth), 1)), truth)):
        sides[test] = number
    return sides


def main(folder):
    status = 0
    print(f"{'table':38}{'':24}{'LD':>10}{'ED':>9}")
    for path in sorted(glob.glob(folder + "/table-*.json")):
        with open(path) as file:
            table = json.load(file)
        truth = np.array(table["truth"], dtype=bool)
        shares = np.array(table["shares"])
        rows = {"lathe stratified": [], "lathe grouped by artist": []}
        for name, key in zip(rows, ("stratified", "grouped"), strict=True):
            for split in table[key]:
                found = measures(truth, np.array(split["sides"]), shares)
                if max(abs(found[0] - split["labels"]), abs(found[1] - split["examples"])) > 1e-12:
                    print(f"{path}: {key} is {split['labels']}, {split['examples']}, and here {found}")
                    status = 1
                rows[name].append(found)
        seeds = range(len(table["stratified"]))
        rows["iterative-stratification"] = [
            measures(truth, IterativeStratification(truth, shares, check_random_state(seed)), shares) for seed in seeds
        ]
        try:
            rows["scikit-multilearn"] = [measures(truth, multilearn(truth, shares, seed), shares) for seed in seeds]
        except (ImportError, ValueError, TypeError) as error:
            print(f"scikit-multilearn was left out: {error}")
        draws = [np.random.default_rng(seed).permutation(len(truth)) for seed in seeds]
        ends = np.round(np.cumsum(shares) * len(truth))
        rows["drawn"] = [measures(truth, np.searchsorted(ends, draw, side="right"), shares) for draw in draws]
        parts = f"{len(shares)} folds" if len(set(shares)) == 1 else "/".join(f"{share:g}" for share in shares)
        title = f"{len(truth)} tracks, {truth.shape[1]} tags, {parts}"
        for name, values in rows.items():
            labels, examples = np.mean(values, axis=0)
            print(f"{title:38}{name:24}{labels:10.5f}{examples:9.2f}")
        if np.mean(rows["lathe stratified"], axis=0)[0] > np.mean(rows["iterative-stratification"], axis=0)[0]:
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
