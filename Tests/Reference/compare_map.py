"""Compares a map by neighbours with scikit-learn's t-SNE: the Kullback-Leibler divergence that both reach.

    lathe map CACHE --view features-30s --output map.json
    python Tests/Reference/compare_map.py CACHE map.json

needs numpy, scikit-learn and the `lathe` package. Lower is better; the two do not begin alike in every digit, so what is
compared is how far they come, and how many of each track's ten nearest neighbours in the features are so on the map
(scikit-learn's trustworthiness, 1 at best).
"""

from __future__ import annotations

import json
import sys
import time

import lathe
import numpy as np
from sklearn.manifold import TSNE, trustworthiness
from sklearn.preprocessing import StandardScaler


def rows(path: str, view: str) -> dict[str, np.ndarray]:
    """The mean row of each track."""
    with lathe.open(path) as cache:
        loader = cache.loader(view, shuffle=False, batch_size=256)
        sums: dict[str, list[np.ndarray]] = {}
        for batch in loader:
            for inputs, track in zip(np.asarray(batch.inputs), batch.tracks, strict=True):
                sums.setdefault(loader.track_id(track), []).append(inputs.copy())
    return {track: np.mean(parts, axis=0) for track, parts in sums.items()}


def main() -> None:
    """Prints both figures."""
    path, kept = sys.argv[1:]
    with open(kept, encoding="utf-8") as file:
        ours = json.load(file)
    found = rows(path, ours["view"])
    matrix = StandardScaler().fit_transform(
        np.array([found[point["track"]] for point in ours["points"]], np.float64)
    )
    places = np.array([[point["x"], point["y"]] for point in ours["points"]])
    begun = time.process_time()
    theirs = TSNE(
        perplexity=ours["perplexity"], max_iter=ours["steps"], init="pca", learning_rate="auto",
        random_state=0,
    )  # fmt: skip
    made = theirs.fit_transform(matrix)
    seconds = time.process_time() - begun
    print(f"{len(places)} tracks, {matrix.shape[1]} columns, perplexity {ours['perplexity']:.1f}")
    print(f"lathe:        divergence {ours['divergence']:.4f}, "
          f"trustworthiness {trustworthiness(matrix, places, n_neighbors=10):.4f}")  # fmt: skip
    print(f"scikit-learn: divergence {theirs.kl_divergence_:.4f}, "
          f"trustworthiness {trustworthiness(matrix, made, n_neighbors=10):.4f}, {seconds:.1f} s of processor")  # fmt: skip


if __name__ == "__main__":
    main()
