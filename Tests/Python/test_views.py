"""Views of any name and kind: what they are said to be, and which network they are trained with."""

import json
import subprocess

import numpy as np
import pytest
from conftest import program

import lathe

# View: kind, what it is told of its axes, its usual network.
KINDS = {
    "mel64": ("mel", ("frequency", "time"), "mel"),
    "ast": ("kaldi-filter-bank", ("frequency", "time"), "mel"),
    "cepstrum": ("mfcc", ("coefficient", "time"), "mel"),
    "table": ("features", ("feature",), "features"),
    "raw": ("waveform", ("time",), "waveform"),
}
PARAMETERS = {"mel64": {"bands": 64}, "ast": {"bands": 32}, "cepstrum": {"coefficients": 13}}


@pytest.fixture(scope="module")
def prepared(folder, tmp_path_factory):
    """The same music with views of other names."""
    made = tmp_path_factory.mktemp("views")
    recipe = {
        "schema": "lathe.recipe/2", "name": "others", "sampleRate": 22_050, "maximumSeconds": 60,
        "profile": "librosa-0.8",
        "views": {
            name: {"kind": kind, "slices": {"length": 22_050, "hop": 44_100}} | PARAMETERS.get(name, {})
            for name, (kind, _, _) in KINDS.items()
        },
    }  # fmt: skip
    (made / "recipe.json").write_text(json.dumps(recipe))
    done = subprocess.run(
        [program(), "prepare", folder / "audio", "--cache", made / "c", "--recipe",
         made / "recipe.json", "--split", "0.5,0.5", "--progress", "none"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return str(made / "c")


def test_views_are_described(prepared, cache):
    with lathe.open(prepared) as others:
        views = others.views
    assert {
        name: (view.kind, tuple(axis.name for axis in view.axes)) for name, view in views.items()
    } == {name: (kind, axes) for name, (kind, axes, _) in KINDS.items()}
    mel = views["mel64"]
    assert mel.shape == (64, 44) and mel.unit == "dB" and mel.form == "rows"
    bands, times = mel.axes
    assert (bands.unit, bands.length, bands.even) == ("Hz", 64, None)
    assert bands.positions.shape == (64,) and (np.diff(bands.positions) > 0).all()
    assert times.unit == "s" and times.listed is None
    np.testing.assert_allclose(times.positions, np.arange(44) * 512 / 22_050)
    assert views["raw"].form == "signal" and views["raw"].shape == (22_050,)
    assert views["table"].unit == "" and len(views["table"].columns) == 57
    # What has no name of its own is what it always was.
    assert [axis.name for axis in cache.views["mel"].axes] == ["frequency", "time"]


@pytest.mark.parametrize("view", KINDS)
def test_any_view_is_a_dataset(view, prepared):
    torch = pytest.importorskip("torch", reason="torch is not installed: no datasets")
    import lathe.torch

    shape = lathe.open(prepared).views[view].shape
    batches = lathe.torch.Dataset(prepared, view, batch_size=8, shuffle=False, normalise="first")
    numbers = lathe.torch.MapDataset(prepared, view, normalise="first")
    inputs = torch.cat([batch.inputs.clone() for batch in batches])
    assert inputs.shape == (len(numbers), *shape) and torch.isfinite(inputs).all()
    assert torch.equal(inputs[5], numbers[5][0])


class TestTraining:
    @pytest.fixture(autouse=True)
    def torch(self):
        pytest.importorskip("torch", reason="torch is not installed: nothing was trained")
        pytest.importorskip("safetensors", reason="safetensors is not installed")

    small = {"mel": ["--blocks", "1", "--width", "8"], "waveform": ["--channels", "4,4,4,4,4"]}

    def record(self, prepared, output, view, *options):
        from lathe.train import main

        line = [view, "--cache", prepared, "--output", str(output), "--threads", "1", "--epochs", "1"]
        assert main([*line, *options]) == 0
        return json.loads((output / "run.json").read_text())

    @pytest.mark.parametrize(
        ("view", "network"), [*((view, kind[2]) for view, kind in KINDS.items()), ("table", "linear")]
    )
    def test_it_is_trained_as_the_program_does(self, view, network, prepared, tmp_path):
        options = self.small.get(network, [])
        named = ["--network", network] if network == "linear" else []
        ours = self.record(prepared, tmp_path / "ours", view, *named, *options)
        settings = [f"{name[2:]}={value}" for name, value in zip(options[::2], options[1::2])]
        done = subprocess.run(
            [program(), "train", view, "--cache", prepared, "--output", tmp_path / "theirs", "--epochs", "1",
             "--progress", "none", *(["--trainer", network] if named else []),
             *(word for setting in settings for word in ("--set", setting))],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        theirs = json.loads((tmp_path / "theirs" / "run.json").read_text())
        assert ours["trainer"] == f"torch-{network}" and theirs["trainer"] == network
        assert ours["sampleShape"] == theirs["sampleShape"]
        assert ours["parameters"] == theirs["parameters"]
        # Written in full there: what is as it usually is may be left out here.
        mine, other = ours.get("augmentation") or {}, theirs.get("augmentation") or {}
        assert mine.keys() == other.keys()
        for name, part in mine.items():
            assert part.items() <= other[name].items()
        assert ours["normalisation"]["statistics"]["axis"] == theirs["normalisation"]["statistics"]["axis"]

    def test_masks_are_of_the_axes_that_are_there(self, prepared, tmp_path):
        augmentation = self.record(prepared, tmp_path / "run", "cepstrum", *self.small["mel"])["augmentation"]
        assert augmentation["spec_augment"]["frequency_masks"] == 0
        assert augmentation["spec_augment"]["time_width"] == 44 // 4

    def test_a_linear_network_is_logistic_regression(self, prepared, tmp_path):
        from safetensors.numpy import load_file

        record = self.record(prepared, tmp_path / "run", "table", "--network", "linear")
        weights = load_file(tmp_path / "run" / "last.safetensors")
        assert {name: value.shape for name, value in weights.items()} == {
            "layers.0.weight": (10, 57), "layers.0.bias": (10,),
        }  # fmt: skip
        assert record["parameters"] == 580 and "hidden" not in record["options"]

    @pytest.mark.parametrize(
        ("words", "status", "message"),
        [
            (["mel64", "--network", "linear"], 2, "64 × 44 (frequency, time); it takes samples of one axis"),
            (["table", "--network", "mel"], 2, "samples of 57 (feature); it takes samples of two axes"),
            (["raw", "--network", "features"], 2, "22050 (time); it takes samples of one axis"),
            (["table", "--network", "waveform"], 2, "57 (feature); it takes samples along time"),
            (["table", "--network", "linear", "--hidden", "8"], 2, "--hidden: the network 'linear' has none"),
            (["linear", "--network", "features"], 2, "'linear' is a network already"),
            (["linear"], 1, "view 'features' is not in"),
            (["mel32"], 1, "view 'mel32' is not in"),
        ],
    )
    def test_refusals(self, words, status, message, prepared, tmp_path, capsys):
        from lathe.train import main

        assert main([*words, "--cache", prepared, "--output", str(tmp_path / "run")]) == status
        assert message in capsys.readouterr().err

    def test_what_nothing_takes_is_refused(self):
        from lathe.training import inputs

        with pytest.raises(lathe.ConfigurationError, match="no network takes samples of 3 × 4 × 5"):
            inputs.standard("cube", inputs.Form((3, 4, 5)))
        # A stream of which no axes are known may be either; a name says more.
        assert inputs.standard("any", inputs.Form((9,))) == "features"
        assert inputs.standard("waveform", inputs.Form((9,))) == "waveform"
        assert inputs.standard("rms", inputs.Form((9,), ("time",))) == "waveform"
