import math

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: no networks to look at")

from lathe import networks  # noqa: E402
from lathe.training.schedules import schedule  # noqa: E402

NORMALISATION = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def shapes(model):
    return {name: tuple(value.shape) for name, value in model.state_dict().items()}


def test_features():
    model = networks.Features()
    assert networks.parameter_count(model) == 57 * 256 + 256 + 256 * 128 + 128 + 128 * 64 + 64 + 650
    widths = [57, 256, 128, 64, 10]
    expected = {}
    for number, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        expected[f"layers.{number}.weight"] = (outputs, inputs)
        expected[f"layers.{number}.bias"] = (outputs,)
    assert shapes(networks.Features(transform="none")) == expected
    assert shapes(model) == expected | {"transform.quantiles": (57, 256)}
    assert model(torch.zeros(3, 57)).shape == (3, 10)


def test_ranks_become_normal_deviates():
    transform = networks.QuantileTransform(2)
    generator = torch.Generator().manual_seed(1)
    samples = torch.rand(4_000, 2, generator=generator) ** 3
    samples[:, 1] = 7  # a constant column is in the middle
    transform.fit(samples)
    result = transform(samples)
    assert result.shape == samples.shape and torch.isfinite(result).all()
    column = result[:, 0]
    assert column.mean().abs() < 0.01 and (column.std() - 1).abs() < 0.02
    assert (column[samples[:, 0].argsort()].diff() >= 0).all(), "the order stays"
    torch.testing.assert_close(result[:, 1], torch.zeros(4_000), atol=1e-6, rtol=0)
    ends = transform(torch.tensor([[-9.0, 6.0], [9.0, 8.0]]))
    torch.testing.assert_close(ends, transform.deviates[[0, -1]].unsqueeze(1).expand(2, 2))


def test_whitening():
    """The numbers that the embedded trainer's test has from numpy."""
    samples = torch.tensor(
        [[1, 2, 0.5], [2, 1, -1], [0, 0.5, 2], [3, -1, 1], [4, 0, 0], [2.5, 1.5, -2], [5, 2, 1]]
    )
    labels = torch.tensor([0, 0, 0, 1, 1, 1, 1])
    whitening = networks.Whitening(3, shrinkage=0.1)
    whitening.fit(samples, labels)
    expected = torch.tensor(
        [
            [0.9216057095493778, 0, 0],
            [-0.2984501552702005, 0.8924028099560809, 0],
            [-0.09696854119746047, 0.2899479096052459, 0.7355173554298544],
        ]
    )
    torch.testing.assert_close(whitening.matrix, expected)
    torch.testing.assert_close(whitening.mean, samples.mean(0))
    whitening.fit(samples, None)
    expected = torch.tensor([[-0.29754475905734884, 0.11938393892366629, -0.947857427969344]])
    torch.testing.assert_close(whitening(samples[1:2]), expected)
    model = networks.Features(inputs=3, hidden=(4,), labels=2, whitening="labels", noise=1.0)
    assert shapes(model)["whitening.matrix"] == (3, 3)
    torch.manual_seed(1)
    assert not torch.equal(model(samples), model(samples))
    model.eval()
    assert torch.equal(model(samples), model(samples))


def test_waveform():
    model = networks.Waveform()
    assert networks.parameter_count(model) == 388_378
    for part, count in (
        (model.convolutions, 247_280),
        (model.normalisations, 992),
        (model.classifier, 131_200 + 8_256 + 650),
    ):
        assert networks.parameter_count(part) == count
    expected, inputs = {}, 1
    for number, (outputs, kernel) in enumerate(
        [(16, 64), (32, 32), (64, 16), (128, 8), (256, 4)]
    ):
        expected[f"convolutions.{number}.weight"] = (outputs, inputs, kernel)
        expected[f"convolutions.{number}.bias"] = (outputs,)
        for name in NORMALISATION:
            shape = () if name == "num_batches_tracked" else (outputs,)
            expected[f"normalisations.{number}.{name}"] = shape
        inputs = outputs
    for number, (inputs, outputs) in enumerate([(1024, 128), (128, 64), (64, 10)]):
        expected[f"classifier.{number}.weight"] = (outputs, inputs)
        expected[f"classifier.{number}.bias"] = (outputs,)
    assert shapes(model) == expected
    assert model(torch.zeros(2, 44_100)).shape == (2, 10)


def test_variants_of_waveform():
    stages = [networks.Convolution(4, 9, 2, 2), networks.Convolution(8, 5, 1, 3)]
    options = {"samples": 101, "stages": stages, "hidden": [16], "pooling": "average"}
    model = networks.Waveform(3, order="normalise-first", **options)
    length = stages[1].length(stages[0].length(101))
    assert length == 6  # 101 -> 47 -> 23 -> 19 -> 6
    assert model.classifier[0].in_features == 8 * length
    model.eval()
    for normalisation in model.normalisations:
        torch.nn.init.constant_(normalisation.bias, -0.5)
    inputs = torch.randn(2, 101)
    values = inputs.unsqueeze(1)
    for number, stage in enumerate(stages):
        values = model.normalisations[number](model.convolutions[number](values))
        values = torch.nn.functional.avg_pool1d(torch.relu(values), stage.pool)
    values = torch.relu(model.classifier[0](values.flatten(1)))
    torch.testing.assert_close(model(inputs), model.classifier[1](values))
    other = networks.Waveform(3, **options)
    other.load_state_dict(model.state_dict(), strict=True)
    assert not torch.allclose(other.eval()(inputs), model(inputs)), "ReLU's place matters"
    with pytest.raises(ValueError, match="stage 1"):
        networks.Waveform(3, samples=12, stages=stages)


def test_mel():
    model = networks.Mel()
    assert networks.parameter_count(model) == 11_181_642
    expected = {"conv1.weight": (64, 3, 7, 7), "fc.weight": (10, 512), "fc.bias": (10,)}

    def normalisation(name, channels):
        for part in NORMALISATION:
            shape = () if part == "num_batches_tracked" else (channels,)
            expected[f"{name}.{part}"] = shape

    normalisation("bn1", 64)
    inputs = 64
    for stage, outputs in enumerate((64, 128, 256, 512), start=1):
        for block in range(2):
            name = f"layer{stage}.{block}"
            expected[f"{name}.conv1.weight"] = (outputs, inputs, 3, 3)
            expected[f"{name}.conv2.weight"] = (outputs, outputs, 3, 3)
            normalisation(f"{name}.bn1", outputs)
            normalisation(f"{name}.bn2", outputs)
            if inputs != outputs:
                expected[f"{name}.downsample.0.weight"] = (outputs, inputs, 1, 1)
                normalisation(f"{name}.downsample.1", outputs)
            inputs = outputs
    assert shapes(model) == expected
    assert len(expected) == 122, "as torchvision's resnet18"
    deviation = model.layer3[1].conv1.weight.std().item()
    assert deviation == pytest.approx(math.sqrt(2 / (256 * 9)), rel=0.02)


def test_gammatone_filters():
    for filters in ("gammatone", "fixed-gammatone"):
        model = networks.Waveform(filters=filters)
        assert shapes(model) == shapes(networks.Waveform())
        learnt = dict(model.named_parameters())
        assert ("convolutions.0.weight" in learnt) == (filters == "gammatone")
        assert "convolutions.0.bias" in learnt
        bank = model.state_dict()["convolutions.0.weight"]
        torch.testing.assert_close(bank, networks.gammatone(16, 64, 22_050).unsqueeze(1))
        torch.testing.assert_close(bank.square().sum(dim=2), torch.ones(16, 1))
        model(torch.zeros(2, 44_100)).sum().backward()
        other = networks.Waveform()
        other.load_state_dict(model.state_dict(), strict=True)
    # A long response of a single filter peaks at its centre.
    (response,) = networks.gammatone(1, 4_096, 22_050, lowest=1_000)
    spectrum = torch.fft.rfft(response).abs()
    assert spectrum.argmax().item() * 22_050 / 4_096 == pytest.approx(1_000, abs=6)


def test_mel_small():
    """What Sources/Networks/Mel/CompactMelNetwork.swift says that it is."""
    model = networks.MelSmall()
    expected = {"classifier.1.weight": (10, 512), "classifier.1.bias": (10,)}
    inputs = 1
    for number, (outputs, side) in {
        0: (32, 5), 4: (64, 3), 8: (128, 3), 11: (128, 3), 15: (256, 3),
    }.items():  # fmt: skip
        expected[f"features.{number}.weight"] = (outputs, inputs, side, side)
        for part in NORMALISATION:
            shape = () if part == "num_batches_tracked" else (outputs,)
            expected[f"features.{number + 1}.{part}"] = shape
        inputs = outputs
    assert shapes(model) == expected
    assert networks.parameter_count(model) == 541_674
    assert model(torch.zeros(2, 128, 87)).shape == (2, 10)
    inputs = torch.randn(2, 128, 87)
    expected = model.eval()(inputs)
    model.to(memory_format=torch.channels_last)
    torch.testing.assert_close(model(inputs), expected, atol=1e-4, rtol=1e-4)


def test_the_map_of_colours():
    colours = networks.ColourMap(-1, 1)
    pictures = colours(torch.tensor([[[-9.0, -1.0, 0.0, 1.0, float("nan")]]]))
    assert pictures.shape == (1, 3, 1, 5)
    red, green, blue = (pictures[0, channel, 0].tolist() for channel in range(3))
    first = [0x44 / 255, 0x01 / 255, 0x54 / 255]
    for place in (0, 1, 4):
        assert [red[place], green[place], blue[place]] == pytest.approx(first, abs=0.01)
    assert [red[3], green[3], blue[3]] == pytest.approx([0xFD / 255, 0xE7 / 255, 0x25 / 255])
    assert [red[2], green[2], blue[2]] == pytest.approx([0x21 / 255, 0x91 / 255, 0x8C / 255], abs=0.01)


def test_channels_last_and_colours_change_no_numbers():
    model = networks.Mel(4).eval()
    inputs = torch.randn(2, 128, 87)
    expected = model(inputs)
    model.colours = lambda values: values.unsqueeze(1).repeat(1, 3, 1, 1)
    torch.testing.assert_close(model(inputs), expected)
    model.to(memory_format=torch.channels_last)
    torch.testing.assert_close(model(inputs), expected, atol=1e-4, rtol=1e-4)


def test_resnet_is_torchvisions():
    models = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    ours, theirs = networks.Mel(10), models.resnet18(num_classes=10)
    theirs.load_state_dict(ours.state_dict(), strict=True)
    inputs = torch.randn(2, 128, 87)
    expected = theirs.eval()(inputs.unsqueeze(1).repeat(1, 3, 1, 1))
    torch.testing.assert_close(ours.eval()(inputs), expected)


@pytest.mark.parametrize("steps", [1, 2, 5, 40, 333])
def test_schedules_are_pytorchs(steps):
    def rates(make):
        optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler = make(optimiser)
        seen = []
        for _ in range(steps):
            seen.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            scheduler.step()
        return seen

    cosine = rates(lambda optimiser: torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps))
    ours = schedule("cosine", steps)
    assert [ours(step) for step in range(steps)] == pytest.approx(cosine)
    assert {schedule("constant", steps)(step) for step in range(steps)} == {1.0}
    if steps >= 5:
        one_cycle = rates(
            lambda optimiser: torch.optim.lr_scheduler.OneCycleLR(
                optimiser, 1.0, total_steps=steps, cycle_momentum=False
            )
        )
        ours = schedule("one-cycle", steps)
        assert [ours(step) for step in range(steps)] == pytest.approx(one_cycle)
    assert schedule("constant", 10, warm_up=4)(1) == 0.5
