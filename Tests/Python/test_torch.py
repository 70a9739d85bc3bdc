import copy
import multiprocessing
import os
import pickle

import pytest
from conftest import places

import lathe

torch = pytest.importorskip("torch", reason="torch is not installed: the numpy part was tested")

from torch.utils.data import DataLoader  # noqa: E402

import lathe.torch  # noqa: E402


@pytest.fixture
def dataset(path):
    return lathe.torch.Dataset(path, "mel", batch_size=7, seed=3)


def taken(batches):
    """Track and slice of every sample of batches of tensors."""
    return [
        place
        for batch in batches
        for place in zip(batch.tracks.tolist(), batch.slices.tolist(), strict=True)
    ]


def test_tensors_are_the_arrays_without_a_copy(cache):
    arrays = cache.loader("mel", batch_size=7, seed=1, dtype="float16")
    tensors = cache.loader("mel", batch_size=7, seed=1, dtype="float16", output="torch", prefetch=2)
    addresses = set()
    for array, tensor in zip(arrays, tensors, strict=True):
        assert tensor.inputs.dtype == torch.float16 and tensor.labels.dtype == torch.int64
        assert torch.equal(tensor.inputs, torch.from_numpy(array.inputs))
        assert torch.equal(tensor.labels, torch.from_numpy(array.labels))
        addresses.add(tensor.inputs.data_ptr())
        assert torch.from_dlpack(array.inputs).data_ptr() == array.inputs.ctypes.data
    assert len(addresses) <= 4


def test_a_plain_loop(dataset, cache):
    for epoch in range(3):
        expected = places(cache.loader("mel", batch_size=7, seed=3, epoch=epoch))
        assert taken(DataLoader(dataset, batch_size=None)) == expected
    dataset.set_epoch(1)
    assert len(DataLoader(dataset, batch_size=None)) == 9
    assert taken(dataset) == places(cache.loader("mel", batch_size=7, seed=3, epoch=1))
    for inputs, labels in dataset:
        assert len(inputs) == len(labels)


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("persistent", [False, True])
def test_workers_share_each_epoch(path, cache, method, persistent):
    dataset = lathe.torch.Dataset(path, "mel", batch_size=7, seed=3, num_workers=2)
    batches = DataLoader(
        dataset,
        batch_size=None,
        num_workers=2,
        multiprocessing_context=method,
        persistent_workers=persistent,
    )
    orders = []
    for epoch in range(2):
        # Kept until the end: they own their memory.
        kept = list(batches)
        assert {batch.epoch for batch in kept} == {epoch}
        assert len(kept) == len(batches) == 10
        orders.append(taken(kept))
        assert sorted(orders[-1]) == sorted(places(cache.loader("mel")))
    assert orders[0] != orders[1]
    dataset.set_epoch(0)
    assert taken(list(batches)) == orders[0]
    with pytest.raises(lathe.LatheError, match="StatefulDataLoader"):
        dataset.state_dict()


def test_state(dataset, path):
    whole = taken(dataset) + taken(dataset)
    dataset.set_epoch(0)
    assert dataset.state_dict()["position"] == 0
    done = []
    for batch in dataset:
        done += taken([batch])
        if len(done) == 21:
            break
    state = pickle.loads(pickle.dumps(dataset.state_dict()))
    assert (state["epoch"], state["position"]) == (0, 21)

    again = lathe.torch.Dataset(path, "mel", batch_size=10, seed=3)
    again.load_state_dict(state)
    assert again.state_dict() == state
    again.set_epoch(0)
    assert done + taken(again) + taken(again) == whole
    assert again.state_dict()["epoch"] == 2

    # Two ranks go on where one was.
    rest = []
    for rank in range(2):
        half = lathe.torch.Dataset(path, "mel", batch_size=4, seed=3, rank=rank, world_size=2)
        half.load_state_dict(state)
        rest += taken(half)
    assert sorted(done + rest) == sorted(whole[:60])

    # For another epoch the state is forgotten.
    again.load_state_dict(state)
    again.set_epoch(1)
    assert taken(again) == whole[60:]
    other = lathe.torch.Dataset(path, "mel", batch_size=10, seed=4)
    other.load_state_dict(state)
    with pytest.raises(lathe.StateError):
        next(iter(other))


def test_devices(path):
    dataset = lathe.torch.Dataset(path, "mel", batch_size=7, device="meta")
    assert {batch.inputs.device.type for batch in dataset} == {"meta"}
    with pytest.raises(RuntimeError, match="ConfigurationError: device"):
        next(iter(DataLoader(dataset, batch_size=None, num_workers=1)))
    with pytest.raises(lathe.ConfigurationError, match="epochs"):
        lathe.torch.Dataset(path, "mel", epochs=3)


def test_pickling(dataset):
    expected = taken(dataset)
    for again in (pickle.loads(pickle.dumps(dataset)), copy.deepcopy(dataset)):
        again.set_epoch(0)
        assert taken(again) == expected


def train_rank(rank, path, rendezvous, answers):
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=2
    )
    torch.manual_seed(0)
    model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(57, 10))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
    train = lathe.torch.Dataset(
        path, "features", batch_size=3, seed=1, normalise="first", last_batch="drop"
    )
    seen = []
    for _ in range(2):
        for batch in DataLoader(train, batch_size=None):
            seen += taken([batch])
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(model(batch.inputs), batch.labels).backward()
            optimiser.step()
    weight = model.module.weight.detach().sum().item()
    answers.put((rank, seen, weight))
    torch.distributed.destroy_process_group()


def test_distributed_data_parallel(path, tmp_path):
    if not torch.distributed.is_available():
        pytest.skip("this torch has no torch.distributed")
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    ranks = [
        context.Process(target=train_rank, args=(rank, path, tmp_path / "meeting", answers))
        for rank in range(2)
    ]
    for process in ranks:
        process.start()
    (_, first, weight), (_, second, other) = sorted(answers.get(timeout=120) for _ in ranks)
    for process in ranks:
        process.join(60)
        assert process.exitcode == 0
    assert weight == other, "the ranks learnt the same"
    # 20 samples an epoch: three batches of three for each of two ranks.
    assert len(first) == len(second) == 18
    for epoch in (slice(0, 9), slice(9, 18)):
        assert len(set(first[epoch]) | set(second[epoch])) == 18


def test_it_learns(path):
    """A linear model finds the labels of the samples that it is shown."""
    torch.manual_seed(0)
    train = lathe.torch.Dataset(path, "features", batch_size=5, seed=1, normalise="first")
    model = torch.nn.Linear(57, len(train.labels))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(20):
        right = 0
        for inputs, labels in train:
            outputs = model(inputs)
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(outputs, labels).backward()
            optimiser.step()
            right += int((outputs.argmax(1) == labels).sum())
    assert right == 20


def test_forked_without_torch_knowing(dataset):
    expected = taken(dataset)
    dataset.set_epoch(0)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"y" if taken(dataset) == expected else b"n")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1) == b"y"
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("persistent", [True, False])
def test_workers_go_on_from_a_state_once(path, cache, persistent):
    with cache.loader("mel", batch_size=7, seed=3) as loader:
        next(loader)
        state = loader.state_dict()
        samples = loader.samples
    dataset = lathe.torch.Dataset(path, "mel", batch_size=7, seed=3, num_workers=2)
    dataset.load_state_dict(state)
    assert dataset.state_dict() == state
    data = DataLoader(dataset, batch_size=None, num_workers=2, persistent_workers=persistent)
    counts = []
    for _ in range(3):
        batches = [(batch.epoch, len(batch.labels)) for batch in data]
        counts.append((sum(count for _, count in batches), {epoch for epoch, _ in batches}))
    assert counts == [(samples - 7, {0}), (samples, {1}), (samples, {2})]


def test_options_that_are_none_are_refused_at_once(path):
    with pytest.raises(TypeError, match="batchsize"):
        lathe.torch.Dataset(path, "mel", batchsize=7)
