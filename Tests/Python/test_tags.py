"""Tracks with several labels: what batches and samples bring of them."""

import json
import subprocess
import sys
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


def test_python_scores_as_the_definition_does():
    from lathe.training.metrics import Predictions, evaluate

    # The table of TagScoresTests, whose values are scikit-learn's.
    truth = np.zeros((12, 5), np.float32)
    for label, tracks in enumerate(([0, 2, 4, 7, 11], [1, 4, 6, 9], [3], [], range(12))):
        truth[list(tracks), label] = 1
    columns = [
        [0.5, 0.25, 0.5, 0.5, 0.75, 0.125, 0.25, 0, 0.75, 0.25, 0.125, 1],
        [0.25, 0.75, 0.5, 0, 0.25, 0.5, 0.5, 0.125, 0.75, 1, 0, 0.25],
        [0.125, 0.5, 0, 0.125, 0.125, 0.25, 1, 0.125, 0, 0, 0.125, 0.125],
        [0.5, 0.25, 0, 0.125, 0.75, 0, 0, 0.5, 0, 0.25, 0, 0.125],
        [0.75, 1, 0.25, 0.5, 0.5, 0, 0.5, 0.75, 0.125, 0.5, 1, 0.25],
    ]
    numbers = np.arange(12)
    found = evaluate(
        Predictions(np.float32(columns).T, numbers, np.zeros(12, np.int64), np.full(12, -1), truth)
    )
    tags = found["metrics"]["tags"]
    assert tags["labelsLeftOut"] == 2
    for name, expected in {
        "macroAveragePrecision": 0.48240740740740745,
        "microAveragePrecision": 0.5969696969696969,
        "macroROCAUC": 0.665625,
        "microROCAUC": 0.742822966507177,
    }.items():
        assert abs(tags[name] - expected) < 1e-12, name
    assert abs(found["metrics"]["macroF1"] - 0.4254545454545454) < 1e-12
    assert abs(found["metrics"]["trackAccuracy"] - 1 / 6) < 1e-12
    assert found["tags"]["labels"][0]["thresholds"] == [1, 0.75, 0.5, 0.25, 0.125, 0]
    assert found["tags"]["labels"][0]["falsePositives"] == [0, 1, 2, 5, 7, 7]


def trained(arguments, run, folder):
    """The result of a training, and what it said."""
    done = subprocess.run(
        [*arguments, "--output", run], capture_output=True, text=True, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr
    result = json.loads((Path(run) / "result.json").read_text())
    assert json.loads((Path(run) / "run.json").read_text())["tagged"] is True
    return result, done.stdout + done.stderr


def checked(result):
    evaluation = result["evaluations"]["test"]
    assert len(evaluation["tags"]["labels"]) == 3
    assert 0 <= evaluation["metrics"]["tags"]["microROCAUC"] <= 1
    assert evaluation["trackConfusion"] == []
    return evaluation["metrics"]


def test_every_trainer_learns_tags_and_predicts_them(tagged, audio, tmp_path):
    path, _ = tagged
    small = {
        "features": ["--set", "hidden=8"],
        "linear": [],
        "waveform": ["--set", "channels=4,4", "--set", "kernels=16,8", "--set", "strides=8,4",
                     "--set", "pooling=8,4", "--set", "hidden=8"],
        "mel-small": [],
    }  # fmt: skip
    for trainer, options in small.items():
        run = tmp_path / trainer
        command = [program(), "train", trainer, "--cache", path, "--epochs", "1", *options,
                   "--threads", "1"]  # fmt: skip
        result, said = trained(command, run, tmp_path)
        checked(result)
        assert "PR-AUC" in said
    files = sorted(str(file) for file in Path(audio).rglob("*.wav"))[:2]
    said = subprocess.run(
        [program(), "predict", tmp_path / "features", *files, "--json"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for line in map(json.loads, said.splitlines()):
        assert "label" not in line and set(line["probabilities"]) == {"guitar", "rock", "slow"}
        likely = [name for name, chance in line["probabilities"].items() if chance >= 0.5]
        assert sorted(line["tags"]) == sorted(likely)
    page = tmp_path / "report.html"
    runs = [str(tmp_path / trainer) for trainer in small]
    subprocess.run([program(), "report", *runs, "--output", page], check=True, capture_output=True)
    assert "all pairs of track and label" in page.read_text()


def test_a_table_of_tags_goes_out_and_comes_in(tagged, tmp_path):
    path, rows = tagged
    table = tmp_path / "tags.csv"
    subprocess.run(
        [program(), "export", "csv", path, "--view", "features", "--output", table], check=True
    )
    lines = table.read_text().splitlines()
    assert lines[0].endswith(",labels")
    fields = {line.split(",")[0].rsplit(".", 2)[0]: line.split(",")[-1] for line in lines[1:]}
    assert fields["t0"] == "" and fields["t3"] == "guitar|rock"
    assert fields["t5"] == "guitar|slow:0.25"
    command = [program(), "train", "linear", "--csv", table, "--epochs", "2", "--threads", "1"]
    result, _ = trained(command, tmp_path / "run", tmp_path)
    checked(result)
    assert len(rows) == 8


def test_pytorch_learns_tags(tagged, tmp_path):
    pytest.importorskip("torch", reason="torch is not installed")
    path, _ = tagged
    alone = [sys.executable, "-m", "lathe.train", "features", "--cache", path, "--epochs", "2",
             "--threads", "1", "--device", "cpu"]  # fmt: skip
    result, _ = trained(alone, tmp_path / "alone", tmp_path)
    own = checked(result)
    command = f"exec:{sys.executable} -m lathe.train features"
    for batches in ("none", "stream"):
        run = tmp_path / batches
        line = [program(), "train", "features", "--trainer", command, "--cache", path,
                "--epochs", "2", "--batches", batches,
                "--set", "transform=none", "--set", "device=cpu"]  # fmt: skip
        result, _ = trained(line, run, tmp_path)
        checked(result)
    # What Python computed of its own predictions, the program computes of the same weights.
    measured = subprocess.run(
        [program(), "evaluate", tmp_path / "alone", "--side", "test", "--json"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    theirs = json.loads(measured)["test"]["metrics"]
    for name, value in own["tags"].items():
        assert abs(theirs["tags"][name] - value) < 1e-3, name
