"""Samples of a cache as a map-style dataset of PyTorch, and what datasets refuse when they are made."""

import pickle

import numpy as np
import pytest

import lathe

torch = pytest.importorskip("torch", reason="torch is not installed: the datasets are not tested")

import lathe.torch  # noqa: E402
from torch.utils.data import (  # noqa: E402
    DataLoader,
    Subset,
    WeightedRandomSampler,
    random_split,
)


@pytest.fixture
def expected(cache, split):
    loader = cache.loader(
        "mel", split, "train", shuffle=False, batch_size=1_000, normalise="first", copy=True
    )
    return next(loader)


@pytest.fixture
def dataset(path, split):
    return lathe.torch.MapDataset(path, "mel", split, "train", normalise="first")


def test_samples_by_number(cache, dataset, expected):
    assert len(dataset) == len(expected) and dataset.labels == cache.labels
    np.testing.assert_array_equal(dataset.targets, expected.labels)
    np.testing.assert_array_equal(dataset.tracks, expected.tracks)
    for number in (0, 5, len(dataset) - 1, -1):
        inputs, label = dataset[number]
        assert label == expected.labels[number] and isinstance(label, int)
        np.testing.assert_array_equal(inputs, expected.inputs[number])
    inputs, _ = dataset[0]
    inputs.zero_()
    assert dataset[0][0].abs().sum() > 0, "a caller wrote into the cache"
    for number in (len(dataset), -len(dataset) - 1):
        with pytest.raises(IndexError):
            dataset[number]


@pytest.mark.parametrize("method", [None, "fork", "spawn"])
def test_a_data_loader_takes_it(dataset, expected, method):
    options = {"num_workers": 0 if method is None else 2, "multiprocessing_context": method}
    dataset[3]  # What the parent has open is of no use to a child.
    batches = list(DataLoader(dataset, batch_size=9, **options))
    assert [len(labels) for _, labels in batches][:2] == [9, 9]
    np.testing.assert_array_equal(torch.cat([inputs for inputs, _ in batches]), expected.inputs)
    np.testing.assert_array_equal(torch.cat([labels for _, labels in batches]), expected.labels)


def test_samplers_and_parts(dataset, expected):
    weights = (dataset.targets == 3).double()
    sampler = WeightedRandomSampler(weights, 20, generator=torch.Generator().manual_seed(1))
    for _, labels in DataLoader(dataset, batch_size=5, sampler=sampler):
        assert labels.tolist() == [3] * 5
    inputs, label = Subset(dataset, [4, 2])[1]
    assert label == expected.labels[2] and torch.equal(inputs, torch.tensor(expected.inputs[2]))
    parts = random_split(dataset, [0.5, 0.5], generator=torch.Generator().manual_seed(1))
    assert sum(map(len, parts)) == len(dataset)
    again = pickle.loads(pickle.dumps(dataset))
    assert torch.equal(again[1][0], dataset[1][0])


def test_a_transform_changes_inputs(path, split):
    plain = lathe.torch.MapDataset(path, "mel", split, "test")
    changed = lathe.torch.MapDataset(
        path, "mel", split, "test", transform=lambda one: one[None] + 1
    )
    assert torch.equal(changed[2][0], plain[2][0][None] + 1) and changed[2][1] == plain[2][1]


def test_what_autograd_keeps_is_not_overwritten(path):
    train = lathe.torch.Dataset(path, "features", batch_size=2, seed=1, prefetch=1)
    weight = torch.ones(57, requires_grad=True)
    losses, wanted = [], torch.zeros(57)
    for inputs, _ in train:
        losses.append((inputs * weight).sum())
        wanted += inputs.sum(0)
    sum(losses).backward()
    np.testing.assert_allclose(weight.grad, wanted, rtol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        (["spectra"], {}, lathe.NotFoundError),
        (["mel", "none"], {}, lathe.NotFoundError),
        (["mel", "SPLIT", "nowhere"], {}, lathe.NotFoundError),
        (["mel", "SPLIT"], {"normalise": "last"}, lathe.ConfigurationError),
        (["mel", "SPLIT"], {"batch_size": 0}, lathe.ConfigurationError),
        (["mel", "SPLIT"], {"batch": 1}, TypeError),
    ],
)
def test_what_cannot_be_is_refused_when_a_dataset_is_made(path, split, arguments, options, error):
    arguments = [split if argument == "SPLIT" else argument for argument in arguments]
    with pytest.raises(error):
        lathe.torch.Dataset(path, *arguments, **options)
    if error is not lathe.ConfigurationError or "normalise" in options:
        with pytest.raises(error):
            lathe.torch.MapDataset(path, *arguments, **options)


def test_all_but_one_side(path, cache, split):
    others = lathe.torch.Dataset(path, "mel", split, test="test", normalise="first", batch_size=8)
    numbers = lathe.torch.MapDataset(path, "mel", split, test="test", normalise="first")
    same = cache.samples("mel", split, ["train", "validation"])
    assert sum(len(labels) for _, labels in others) == len(numbers) == len(same)
