import json
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from conftest import program

import lathe

torch = pytest.importorskip("torch", reason="torch is not installed: nothing was trained")
safetensors = pytest.importorskip("safetensors.torch", reason="safetensors is not installed")

from lathe import networks  # noqa: E402
from lathe.train import main  # noqa: E402
from lathe.training import metrics  # noqa: E402
from lathe.training.options import _OF_WAVEFORM, DEFAULTS  # noqa: E402
from lathe.training.session import Session  # noqa: E402

# Network: view, twin, and its options.
TWINS = {
    "features": ("features", networks.Features, ["--batch-size", "4"]),
    "waveform": ("waveform", networks.Waveform, ["--batch-size", "32"]),
    "waveform-gammatone": ("waveform", networks.Waveform, ["--filters", "fixed-gammatone"]),
    "mel": ("mel", networks.Mel, ["--batch-size", "16", "--colours", "map"]),
    "mel-small": ("mel", networks.MelSmall, ["--batch-size", "16"]),
}


def train(path, output, view, *options):
    """The exit status of a run on one thread."""
    return main([view, "--cache", path, "--output", str(output), "--threads", "1", *options])


def lines(output):
    return [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]


def result(output):
    return json.loads((output / "result.json").read_text())


def steady(records):
    """Records without what a clock says."""
    clocks = ("seconds", "trainSeconds", "loaderSeconds", "samplesPerSecond")
    return [{name: value for name, value in record.items() if name not in clocks}
            for record in records]  # fmt: skip


@pytest.mark.parametrize("network", TWINS)
def test_two_epochs(network, path, cache, tmp_path):
    view, twin, options = TWINS[network]
    output = tmp_path / "runs" / network
    assert train(path, output, view, "--epochs", "2", "--network", network, *options) == 0
    record = json.loads((output / "run.json").read_text())
    assert record["schema"] == "lathe.run/1" and record["labels"] == list(cache.labels)
    model = twin()
    fixed = 16 * 64 if network == "waveform-gammatone" else 0
    assert record["parameters"] == networks.parameter_count(model) - fixed
    assert record["sampleShape"] == list(cache.views[view].shape)
    assert record["normalisation"]["statistics"]["samples"] == record["samples"]["train"]
    assert record["options"]["device"] in ("cpu", "cuda", "mps")
    epochs = lines(output)
    assert [epoch["epoch"] for epoch in epochs] == [1, 2]
    done = result(output)
    assert done["status"] == "finished" and done["epochs"] == 2
    # Without a validation side the last epoch is the best.
    sides = cache.splits[record["split"]["name"]].sides
    assert done["bestEpoch"] == (2 if not sides.get("validation") else done["bestEpoch"])
    for side, evaluation in done["evaluations"].items():
        assert evaluation["metrics"] == epochs[done["bestEpoch"] - 1]["evaluations"][side]
        assert evaluation["metrics"]["tracks"] == record["tracks"][side] == sides[side]
        assert np.sum(evaluation["sliceConfusion"]) == record["samples"][side]
    for name in ("best", "last"):
        model.load_state_dict(safetensors.load_file(output / f"{name}.safetensors"), strict=True)

    # The best weights give the metrics that the record has.
    model.load_state_dict(safetensors.load_file(output / "best.safetensors"), strict=True)
    model.eval()
    axis = record["normalisation"]["statistics"]["axis"]
    with cache.loader(
        view, record["split"]["name"], "test", shuffle=False, normalise=axis, output="torch"
    ) as loader, torch.inference_mode():
        right = sum(int((model(x).argmax(1) == y).sum()) for x, y in loader)
    test = done["evaluations"]["test"]["metrics"]
    assert test["sliceAccuracy"] == pytest.approx(right / test["slices"])


@pytest.mark.parametrize("moment", ["within an epoch", "killed within an epoch"])
@pytest.mark.parametrize(
    ("view", "options"),
    [
        ("features", ["--transform", "none", "--optimiser", "adamw", "--clip-norm", "1", "--schedule", "cosine"]),
        ("features", ["--augmentation", '{"mixup": {"alpha": 0.4}}', "--class-weights", "balanced"]),
        ("waveform", ["--augmentation", '{"random_crop": {}}']),
    ],
)
def test_resumed_is_uninterrupted(view, options, moment, path, tmp_path, monkeypatch):
    options = [*options, "--epochs", "3", "--batch-size", "16" if view == "waveform" else "4"]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert train(path, whole, view, *options) == 0

    step, steps = Session._step, []

    def interrupted(self, *arguments):
        step(self, *arguments)
        steps.append(None)
        if len(steps) == 6:
            if moment.startswith("killed"):
                raise MemoryError("killed")
            self.stop = True

    with monkeypatch.context() as patch:
        patch.setattr(Session, "_step", interrupted)
        if moment.startswith("killed"):
            with pytest.raises(MemoryError):
                train(path, parts, view, *options)
        else:
            assert train(path, parts, view, *options) == 130
            assert result(parts)["status"] == "interrupted"
    assert len(steps) == 6 and len(lines(parts)) < 3
    assert train(path, parts, view, "--resume", *options) == 0
    assert steady(lines(parts)) == steady(lines(whole))
    for name in ("best", "last"):
        one, two = (safetensors.load_file(run / f"{name}.safetensors") for run in (whole, parts))
        assert one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in one)
    assert result(parts)["evaluations"] == result(whole)["evaluations"]


def test_a_signal_finishes_the_step(path, tmp_path):
    line = [sys.executable, "-m", "lathe.train", "features", "--cache", path, "--output",
            str(tmp_path / "run"), "--epochs", "100000", "--threads", "1"]  # fmt: skip
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    for text in process.stdout:
        if text.startswith("epoch 2:"):
            break
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert result(tmp_path / "run")["status"] == "interrupted"
    assert (tmp_path / "run" / "state.safetensors").exists()


def test_a_diverging_run_names_the_batch(path, tmp_path, capsys):
    output = tmp_path / "run"
    options = ["--learning-rate", "1e30", "--optimiser", "sgd", "--schedule", "constant"]
    assert train(path, output, "features", "--batch-size", "4", *options) == 1
    message = capsys.readouterr().err
    assert "epoch 1, batch " in message and "the loss is" in message
    assert result(output)["status"] == "diverged" and "batch" in result(output)["message"]


def test_options(path, tmp_path, capsys):
    options = ["--epochs", "1", "--precision", "bfloat16", "--schedule", "constant", "--warm-up",
               "0.5", "--class-weights", '{"jazz": 2}', "--label-smoothing", "0.1", "--nesterov",
               "1", "--optimiser", "sgd", "--hidden", "16,8", "--batch-size", "8"]  # fmt: skip
    output = tmp_path / "run"
    assert train(path, output, "features", *options) == 0
    weights = safetensors.load_file(output / "last.safetensors")
    assert weights["layers.1.weight"].shape == (8, 16)
    assert weights["layers.1.weight"].dtype == torch.float32
    assert "features with 1," in capsys.readouterr().out


def test_early_stopping(path, other, cache, tmp_path):
    (split,) = cache.splits
    options = ["--selection-side", "test", "--test-side", "none", "--patience", "2"]
    options += ["--epochs", "50", "--learning-rate", "0", "--split", split]
    output = tmp_path / "run"
    assert train(path, output, "features", *options) == 0
    assert result(output)["status"] == "stoppedEarly" and result(output)["bestEpoch"] == 1
    assert len(lines(output)) == 3


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--epochs", "0"], 2, "--epochs: 0 is below 1"),
        (["--epochs", "many"], 2, "--epochs"),
        (["--momentum", "1"], 2, "--momentum"),
        (["--optimizer", "sgd"], 2, "--optimizer"),
        (["--augmentation", "loud"], 2, "JSON"),
        (["--augmentation", '{"echo": {}}'], 2, "echo"),
        (["--class-weights", '{"polka": 2}'], 2, "polka"),
        (["--split", "none"], 1, "there is no split 'none'"),
        (["--test-side", "dev"], 2, "side 'dev'"),
        (["--training-side", "dev"], 1, "dev"),
        (["--network", "mel"], 2, "does not fit samples of 57 (feature); it takes"),
        (["--device", "cuda:99"], 2, "device 'cuda:99'"),
        (["--precision", "float16", "--device", "cpu"], 2, "float16 needs a GPU"),
        (["--resume"], 2, "no state to go on from"),
    ],
)
def test_bad_options(options, status, words, path, tmp_path, capsys):
    assert train(path, tmp_path / "run", "features", *options) == status
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and words in message


def test_bad_places(path, tmp_path, capsys):
    assert main(["--cache", path]) == 2
    assert "no view is given" in capsys.readouterr().err
    assert main(["features"]) == 2
    assert main(["chroma", "--cache", path]) == 1
    assert "view 'chroma' is not in" in capsys.readouterr().err
    nothing = tmp_path / "nothing"
    assert train(str(tmp_path / "none"), nothing, "features") == 1 and not nothing.exists()
    output = tmp_path / "run"
    assert train(path, output, "features", "--epochs", "1") == 0
    capsys.readouterr()
    assert train(path, output, "features", "--epochs", "1") == 2
    assert "holds a run already" in capsys.readouterr().err
    assert train(path, output, "features", "--epochs", "1", "--resume", "--seed", "2") == 1
    assert "--seed was 1 and is 2" in capsys.readouterr().err
    assert result(output)["status"] == "finished", "what was there stays"
    state = (output / "state.safetensors").read_bytes()
    (output / "state.safetensors").write_bytes(state[:-10])
    assert train(path, output, "features", "--epochs", "1", "--resume") == 1
    assert "state.safetensors" in capsys.readouterr().err


def test_help_teaches(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for word in ("--augmentation", "examples:", "exit status", "lathe train"):
        assert word in text


@pytest.mark.parametrize("network", TWINS)
def test_the_twin_predicts_as_the_program_that_trained(network, path, cache, tmp_path):
    """A checkpoint of lathe's own trainer, in the twin: the metrics that the program computed."""
    view, twin, _ = TWINS[network]
    output = tmp_path / "run"
    done = subprocess.run(
        [program(), "train", view, "--cache", path, "--trainer", network, "--epochs", "2",
         "--output", output, "--progress", "none"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "Unexpected argument" in done.stderr or "unexpected argument" in done.stderr:
        pytest.skip("this program cannot train yet")
    assert done.returncode == 0, done.stderr
    record = json.loads((output / "run.json").read_text())
    model = twin()
    model.load_state_dict(safetensors.load_file(output / "best.safetensors"), strict=True)
    plan = cache.describe_split(record["split"]["name"])
    assert record["split"].items() >= plan.items()
    axis = record["normalisation"]["statistics"]["axis"]
    for side, expected in result(output)["evaluations"].items():
        loader = cache.loader(view, record["split"]["name"], side, shuffle=False, normalise=axis,
                              batch_size=1_000, output="torch")  # fmt: skip
        batch = next(loader)
        with torch.inference_mode():
            chances = torch.softmax(model.eval()(batch.inputs), dim=1).numpy()
        columns = (batch.tracks, batch.slices, batch.labels)
        ours = metrics.evaluate(metrics.Predictions(chances, *(each.numpy() for each in columns)))
        assert ours["sliceConfusion"] == expected["sliceConfusion"]
        for name, value in expected["metrics"].items():
            assert ours["metrics"][name] == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize("network", TWINS)
def test_the_program_predicts_as_the_twin_that_was_trained(network, path, tmp_path):
    """The other way round: the program measures what PyTorch has trained."""
    view, _, options = TWINS[network]
    output = tmp_path / "run"
    assert train(path, output, view, "--network", network, "--epochs", "1", *options) == 0
    record = json.loads((output / "run.json").read_text())
    (output / "run.json").write_text(json.dumps(record | {"trainer": network}))
    done = subprocess.run(
        [program(), "evaluate", output, "--json"], capture_output=True, text=True, check=False
    )
    if "nexpected argument" in done.stderr:
        pytest.skip("this program cannot evaluate yet")
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    for side, expected in result(output)["evaluations"].items():
        ours = measured.get("evaluations", measured)[side]
        assert ours["sliceConfusion"] == expected["sliceConfusion"]
        for name, value in expected["metrics"].items():
            assert ours["metrics"][name] == pytest.approx(value, rel=1e-4)


def predictions(rows):
    labels, chances, tracks, slices = zip(*rows, strict=True)
    return metrics.Predictions(
        np.array(chances, np.float32), np.array(tracks), np.array(slices), np.array(labels)
    )


def test_metrics():
    """Worked by hand, as the program's own are."""
    done = metrics.evaluate(
        predictions(
            [
                (0, [0.8, 0.2, 0.0], 7, 0),
                (0, [0.4, 0.6, 0.0], 7, 1),
                (1, [0.5, 0.5, 0.0], 9, 0),
                (1, [0.5, 0.5, 0.0], 9, 1),
                (2, [0.0, 0.9, 0.1], 3, 0),
            ]
        )
    )
    assert done["trackConfusion"] == [[1, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert done["sliceConfusion"] == [[1, 1, 0], [2, 0, 0], [0, 1, 0]]
    about = done["metrics"]
    assert about["slices"] == 5 and about["tracks"] == 3
    assert about["sliceAccuracy"] == 0.2 and about["trackAccuracy"] == pytest.approx(1 / 3)
    assert about["loss"] == pytest.approx(-np.log([0.8, 0.4, 0.5, 0.5, 0.1]).mean(), rel=1e-6)
    assert about["macroF1"] == pytest.approx((2 / 3 + 0 + 0) / 3)


def test_the_interval_and_f1_are_the_programs():
    assert metrics.wilson(8, 10) == pytest.approx((0.49016247153664183, 0.9433178485456247))
    assert metrics.wilson(0, 5) == pytest.approx((0, 0.43448246478317476))
    assert metrics.wilson(5, 5) == pytest.approx((0.5655175352168252, 1))
    matrix = np.zeros((6, 6), dtype=np.int64)
    np.add.at(matrix, ([0, 0, 0, 1, 1, 2, 2, 2], [0, 0, 1, 1, 3, 2, 0, 2]), 1)
    assert metrics.macro_f1(matrix) == pytest.approx(0.4916666666666667)


def _plain(value):
    try:
        return float(value)
    except ValueError:
        return value


def test_defaults_are_those_of_the_program():
    listed = subprocess.run([program(), "train", "--list"], capture_output=True, text=True, check=True)
    ours: dict = {}
    network = ""
    for line in listed.stdout.splitlines():
        if not line.startswith(" "):
            network = line.partition(" (")[0]
        elif usual := re.match(r"  usually ([\d,]+) epochs, batches of ([\d,]+)", line):
            ours.setdefault(network, {}).update(epochs=usual[1], batch_size=usual[2])
        elif option := re.match(r"  ([\w-]+)=(\S+)", line):
            ours.setdefault(network, {})[option[1].replace("-", "_")] = option[2]
    compared = 0
    for network, theirs in DEFAULTS.items():
        for name, value in (DEFAULTS[""] | theirs).items():
            # Another network has other options of these names.
            is_other = name in _OF_WAVEFORM and not network.startswith("waveform")
            if network and name in ours[network] and not is_other:
                parts = value if isinstance(value, tuple) else (value,)
                given = ours[network][name].split(",")
                assert [_plain(part) for part in parts] == [_plain(text) for text in given], name
                compared += 1
    assert compared > 60


def environment(path, cache, run, **more):
    (split,) = cache.splits
    facts = {"RUN_DIR": run, "CACHE": path, "VIEW": "features", "SPLIT": split, "SEED": 3,
             "TRAINING_SIDE": "train", "SELECTION_SIDE": "", "TEST_SIDE": "test", "EPOCHS": 2,
             "BATCH_SIZE": 4, "LABELS": json.dumps(cache.labels), "NORMALISATION": "first",
             "OPTIONS": '{"dropout": "0.1"}', **more}  # fmt: skip
    return os.environ | {f"LATHE_{name}": str(value) for name, value in facts.items()}


def plugin(path, cache, run, *options, frames=None, **more):
    return subprocess.run(
        [sys.executable, "-m", "lathe.train", "--threads", "1", *options],
        env=environment(path, cache, run, **more),
        stdin=frames,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_plugin_goes_on(path, cache, tmp_path):
    run = tmp_path / "plugin"
    run.mkdir()

    def epochs(done):
        lines = plugin(path, cache, run, EPOCHS_DONE=done).stdout.splitlines()
        events = [json.loads(line) for line in lines]
        assert (events[0]["event"], events[-1]["status"]) == ("start", "finished")
        return [event["epoch"] for event in events if event["event"] == "epoch"]

    assert epochs(done=0) == [1, 2]
    assert epochs(done=2) == []
    # The state is of a moment that Lathe knows nothing of, or is none.
    assert epochs(done=1) == [1, 2]
    (run / "state.safetensors").write_bytes(b"rubbish")
    assert epochs(done=2) == [1, 2]


def test_as_a_plugin(path, cache, tmp_path):
    run = tmp_path / "plugin"
    run.mkdir()
    done = plugin(path, cache, run)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    events = [event for event in events if event["event"] != "progress"]
    assert [event["event"] for event in events] == [
        "start", "predictions", "epoch", "predictions", "epoch", "end",
    ]  # fmt: skip
    assert events[0]["parameters"] == 56_650 and events[0]["options"]["dropout"] == "0.1"
    assert events[-1]["status"] == "finished"

    # The same training by itself.
    alone = tmp_path / "alone"
    options = ["--epochs", "2", "--batch-size", "4", "--seed", "3", "--dropout", "0.1"]
    options += ["--selection-side", "none"]
    assert train(path, alone, "features", *options) == 0
    for event, epoch in zip(events[2::2], lines(alone), strict=True):
        assert event["epoch"] == epoch["epoch"] and event["train"] == epoch["train"]
        assert event["learningRate"] == epoch["learningRate"]
    ours = safetensors.load_file(run / events[4]["checkpoint"])
    theirs = safetensors.load_file(alone / "last.safetensors")
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)

    written = safetensors.load_file(run / events[3]["file"])
    (split,) = cache.splits
    batch = next(cache.loader("features", split, "test", shuffle=False))
    assert written["tracks"].tolist() == batch.tracks.tolist()
    assert written["slices"].tolist() == batch.slices.tolist()
    again = metrics.evaluate(
        metrics.Predictions(
            written["probabilities"].numpy(), batch.tracks, batch.slices, batch.labels
        )
    )
    assert again == result(alone)["evaluations"]["test"]


def trained_by_the_program(output, *options, source):
    """A run that the program recorded, trained by this package."""
    line = [program(), "train", "features", *source, "--trainer",
            f"exec:'{sys.executable}' -m lathe.train --threads 1 --hidden 16", "--epochs", "2",
            "--output", output, "--progress", "none", *options]  # fmt: skip
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return output


def asked(*line):
    done = subprocess.run([program(), *line], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("batches", ["none", "stream"])
def test_a_plugin_predicts(batches, path, folder, tmp_path):
    """The program starts it again with LATHE_MODE=predict: what it said of the best epoch, it says again."""
    run = trained_by_the_program(
        tmp_path / "run", "--batches", batches, "--set", "transform=none", source=["--cache", path]
    )
    told = result(run)["evaluations"]
    measured = asked("evaluate", run, "--allow-exec", "--json")
    assert measured.keys() >= told.keys() and "test" in told
    for side, expected in told.items():
        assert measured[side]["sliceConfusion"] == expected["sliceConfusion"]
        assert measured[side]["metrics"]["loss"] == pytest.approx(expected["metrics"]["loss"])
    audio = next((folder / "audio" / "jazz").iterdir())
    answer = asked("predict", run, audio, "--allow-exec", "--json")
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    # What it knows is in the record once, so that runs that differ in the seed alone are pooled.
    options = json.loads((run / "run.json").read_text())["options"]
    assert options["hidden"] == "16" and not options.keys() & {"seed", "epochs", "test-side"}


def test_a_plugin_needs_no_cache_where_batches_are_streamed(path, tmp_path):
    table = tmp_path / "table.csv"
    done = subprocess.run(
        [program(), "export", "csv", path, "--view", "features", "--output", table],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    run = trained_by_the_program(
        tmp_path / "run", "--batches", "stream", "--set", "transform=none", source=["--csv", table]
    )
    measured = asked("evaluate", run, "--allow-exec", "--json")
    told = result(run)["evaluations"]["test"]
    assert measured["test"]["sliceConfusion"] == told["sliceConfusion"]


def test_a_plugin_that_cannot_predict_says_why(path, cache, tmp_path):
    facts = {"MODE": "predict", "CHECKPOINT": tmp_path / "weights", "SAMPLE_SHAPE": "[57]"}
    done = plugin(path, cache, tmp_path, **facts)
    assert done.returncode == 1 and done.stdout == "" and "weights" in done.stderr
    safetensors.save_file(networks.Features(3).state_dict(), tmp_path / "weights")
    done = plugin(path, cache, tmp_path, **facts)
    assert done.returncode == 1 and "weights" in done.stderr and "size mismatch" in done.stderr
    done = plugin(path, cache, tmp_path, **facts | {"MODE": "draw"})
    assert done.returncode == 2 and "LATHE_MODE: 'draw'" in done.stderr


def test_runs_over_seeds_are_reported_together(path, tmp_path):
    """Of the split and of the training: the record has the plan, and no option that differs."""
    runs = []
    for seed in ("7", "8"):
        split = subprocess.run(
            [program(), "split", path, "--split", "0.5,0.5", "--seed", seed, "--json"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        name = json.loads(split.stdout)["plan"]["name"]
        runs.append(tmp_path / f"run-{seed}")
        options = ["--epochs", "1", "--seed", seed, "--split", name, "--patience", "3"]
        try:
            assert train(path, runs[-1], "features", *options) == 0
        finally:
            subprocess.run([program(), "split", path, "--remove", name], check=True)
        record = json.loads((runs[-1] / "run.json").read_text())
        assert record["split"]["plan"] == {
            "name": name, "policy": "stratified", "ratios": [0.5, 0.5], "seed": int(seed),
        }  # fmt: skip
        assert record["learntTracks"] == {"test": 0} and record["patience"] == 3
        assert record["overlaps"]["test"].keys() == {
            "recordings", "artists", "sharedArtists", "unknownArtists",
        }  # fmt: skip
    page = tmp_path / "report.html"
    done = subprocess.run(
        [program(), "report", *runs, "--output", page], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (row,) = json.loads((tmp_path / "results.json").read_text())["rows"]
    assert row["kind"] == "folds of several splits" or row["kind"] == "seeds"
    assert [each["seed"] for each in row["runs"]] == [7, 8] and not row["leaks"]
    assert [each["learntTestTracks"] for each in row["runs"]] == [0, 0]


def frames(cache, output):
    """What the program writes with --batches stream, to a file; how many samples each side has."""
    (split,) = cache.splits
    options = {"batch_size": 4, "normalise": "first", "output": "torch"}
    samples = {}
    with output.open("wb") as file:
        for epoch in range(2):
            for side in ("train", "test"):
                loader = cache.loader(
                    "features", split, side, seed=3, epoch=epoch, shuffle=side == "train", **options
                )
                samples[side], count = loader.samples, len(loader)
                for batch in loader:
                    facts = {"side": side, "epoch": epoch + 1, "index": batch.index,
                             "endsEpoch": batch.index == count - 1}  # fmt: skip
                    names = ("inputs", "labels", "tracks", "slices")
                    frame = safetensors.save(
                        {name: getattr(batch, name) for name in names},
                        {name: str(fact).lower() for name, fact in facts.items()},
                    )
                    file.write(len(frame).to_bytes(8, "little") + frame)
    return samples


def test_a_stream_teaches_what_the_cache_does(path, cache, tmp_path):
    samples = frames(cache, tmp_path / "frames")
    facts = {"SAMPLE_SHAPE": "[57]", "SAMPLES": json.dumps(samples)}
    told, weights = [], []
    facts["OPTIONS"] = '{"transform": "none"}'
    for batches in ("none", "stream"):
        run = tmp_path / batches
        run.mkdir()
        with (tmp_path / "frames").open("rb") as file:
            done = plugin(path, cache, run, frames=file, BATCHES=batches, **facts)
        assert done.returncode == 0, done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        told.append([event["train"] for event in events if event["event"] == "epoch"])
        weights.append(safetensors.load_file(run / "checkpoint-2.safetensors"))
    assert told[0] == told[1] and len(told[0]) == 2
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])

    half = (tmp_path / "frames").stat().st_size // 2
    with (tmp_path / "frames").open("r+b") as file:
        file.truncate(half)
        done = plugin(path, cache, tmp_path, frames=file, BATCHES="stream", **facts)
    assert done.returncode == 1 and "it ended before the training" in done.stderr


def test_a_plugin_that_fails_says_why_on_standard_error(path, cache, tmp_path):
    for options, words in ((["--dropout", "2"], "--dropout"), (["--split", "x"], "no split 'x'")):
        done = plugin(path, cache, tmp_path, *options)
        assert done.returncode != 0 and done.stdout == "" and words in done.stderr
    done = plugin(path, cache, tmp_path, "--learning-rate", "1e30", "--optimiser", "sgd")
    last = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 1 and last["event"] == "end" and last["status"] == "diverged"


def test_one_label_is_nothing_to_tell_apart(path, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(lathe.Cache, "labels", ("blues",))
    assert train(path, tmp_path / "run", "features") == 1
    assert "one label" in capsys.readouterr().err
