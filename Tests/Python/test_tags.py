"""Tracks with several labels: what batches and samples bring of them."""

import json
import subprocess
from pathlib import Path

import lathe
import numpy as np
import pytest
from conftest import program


@pytest.fixture(scope="module")
def tagged(audio, tmp_path_factory):
    """Eight tracks with labels of three; the first has none, and one has a weight."""
    folder = tmp_path_factory.mktemp("tags")
    files = sorted(str(path.relative_to(audio)) for path in Path(audio).rglob("*.wav"))
    names = ["guitar", "rock", "slow"]
    labels = [
        {name: 1.0 for number, name in enumerate(names) if index >> number & 1}
        for index in range(len(files))
    ]
    labels[5]["slow"] = 0.25
    tracks = [
        {"id": f"t{index}", "path": file, "labels": tags if index == 5 else sorted(tags)}
        for index, (file, tags) in enumerate(zip(files, labels, strict=True))
    ]
    manifest = folder / "club.json"
    manifest.write_text(
        json.dumps(
            {"schema": "lathe.manifest/2", "name": "club", "labels": names, "tracks": tracks}
        )
    )
    cache = folder / "c"
    subprocess.run(
        [program(), "prepare", audio, "--cache", cache, "--manifest", manifest,
         "--split", "0.5,0.5", "--progress", "none"],
        check=True,
    )  # fmt: skip
    rows = {
        f"t{index}": [tags.get(name, 0.0) for name in names] for index, tags in enumerate(labels)
    }
    return str(cache), rows


def test_batches_bring_the_weights_of_all_labels(tagged):
    path, rows = tagged
    with lathe.open(path) as cache:
        assert cache.is_tagged and cache.labels == ("guitar", "rock", "slow")
        assert cache.tracks.find("t5").labels == ("guitar", "slow")
        assert cache.tracks.find("t0").labels == ()
        loader = cache.loader("features", batch_size=5, shuffle=False)
        seen = set()
        for batch in loader:
            inputs, targets = batch
            assert inputs.shape[0] == len(targets) and (batch.labels == -1).all()
            for row, track in zip(targets, batch.tracks, strict=True):
                identifier = loader.track_id(int(track))
                np.testing.assert_array_equal(row, np.float32(rows[identifier]))
                seen.add(identifier)
        assert seen == set(rows)
        copied = next(cache.loader("features", batch_size=5)).copy()
        assert copied.targets is copied.label_distributions


def test_mixed_samples_have_the_labels_of_both(tagged):
    path, rows = tagged
    with lathe.open(path) as cache:
        for batch in cache.loader(
            "mel", batch_size=8, augmentation={"mixup": {"alpha": 1}}, seed=3
        ):
            assert batch.targets.min() >= 0 and batch.targets.max() <= 1
            assert batch.targets.shape == (len(batch), 3)


def test_samples_by_number(tagged):
    path, rows = tagged
    with lathe.open(path) as cache:
        samples = cache.samples("features")
        assert samples.is_tagged
        weights = samples.label_weights()
        for number, track in enumerate(samples.tracks):
            np.testing.assert_array_equal(
                weights[number], np.float32(rows[samples.track_id(track)])
            )
        np.testing.assert_array_equal(samples.label_weights(2, 5), weights[2:5])
        assert samples[0].label == -1


def test_balanced_drawing_is_refused(tagged):
    with lathe.open(tagged[0]) as cache, pytest.raises(lathe.LatheError, match="several labels"):
        cache.loader("features", sampling="balanced")


def test_pytorch_gets_the_rows(tagged):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from lathe.torch import MapDataset

    path, rows = tagged
    dataset = MapDataset(path, "features")
    inputs, target = dataset[0]
    assert torch.equal(target, dataset.targets[0]) and target.shape == (3,)
    assert len(rows) == 8 and inputs.shape == (57,)
