import json
import random

import pytest
from conftest import places

import lathe


def taken(loader, batches):
    """Track and slice of so many batches, fewer where the loader ends."""
    seen = []
    for _ in range(batches):
        batch = next(loader, None)
        if batch is None:
            break
        seen += zip(batch.tracks.tolist(), batch.slices.tolist(), strict=True)
    return seen


@pytest.mark.parametrize("world", [1, 2, 3, 5])
def test_ranks_share_each_epoch(cache, world):
    whole = places(cache.loader("mel", batch_size=7, seed=4))
    ranks = [
        places(cache.loader("mel", batch_size=7, seed=4, rank=rank, world_size=world))
        for rank in range(world)
    ]
    assert sorted(sum(ranks, [])) == sorted(whole)
    assert max(map(len, ranks)) - min(map(len, ranks)) <= 1


def test_a_saved_state_goes_on_with_exactly_the_rest(cache):
    draw = random.Random(1)
    for _ in range(25):
        seed = draw.getrandbits(64)
        before, after = draw.randint(1, 5), draw.randint(1, 5)
        options = {"view": "mel", "seed": seed, "epochs": 2}
        whole = places(cache.loader(**options))
        size, steps = draw.randint(1, 20), draw.randint(0, 12)
        done, states = [], []
        for rank in range(before):
            loader = cache.loader(batch_size=size, rank=rank, world_size=before, **options)
            done += taken(loader, steps)
            states.append(loader.state_dict())
        state = states[0]
        if state["position"] % before == 0:
            assert all(other == state for other in states)
        rest = []
        for rank in range(after):
            loader = cache.loader(
                batch_size=draw.randint(1, 20),
                rank=rank,
                world_size=after,
                threads=draw.randint(0, 3),
                state=json.loads(json.dumps(state)),
                **options,
            )
            expected = len(loader)
            rest += places(loader)
            assert expected >= 0
        assert sorted(done + rest) == sorted(whole)


def test_loading_a_state_into_a_loader(cache):
    loader = cache.loader("mel", batch_size=8, seed=2)
    first = taken(loader, 3)
    state = loader.state_dict()
    assert state["seed"] == 2 and state["epoch"] == 0 and state["position"] == 24
    rest = places(loader)
    loader.load_state_dict(state)
    assert len(loader) == 5
    assert places(loader) == rest
    loader.load_state_dict(state | {"position": 0})
    assert places(loader) == first + rest
    assert loader.state_dict()["epoch"] == 1


def test_states_of_others_are_refused(cache, other, split):
    options = {"batch_size": 8, "seed": 2}
    loader = cache.loader("mel", split, **options)
    next(loader)
    state = loader.state_dict()
    with lathe.open(other) as foreign:
        refusals = [
            lambda: foreign.loader("mel", state=state, **options),
            lambda: cache.loader("mel", split, "test", state=state, **options),
            lambda: cache.loader("waveform", split, state=state, **options),
            lambda: cache.loader("mel", split, state=state, **options | {"seed": 3}),
            lambda: cache.loader("mel", split, state=state, shuffle=False, **options),
            lambda: cache.loader("mel", split, state=state | {"version": 99}, **options),
            lambda: cache.loader("mel", split, state=state | {"position": -1}, **options),
            lambda: cache.loader("mel", split, state=state | {"position": 1 << 40}, **options),
        ]
        for number, refusal in enumerate(refusals):
            with pytest.raises(lathe.StateError, match="state"):
                refusal()
                pytest.fail(f"number {number} was taken")
    with pytest.raises(lathe.ConfigurationError, match="state"):
        cache.loader("mel", split, state={"version": 1}, **options)
    # What was refused leaves the loader where it was.
    with pytest.raises(lathe.StateError):
        loader.load_state_dict(state | {"seed": 77})
    assert len(places(loader)) == loader.samples - 8
