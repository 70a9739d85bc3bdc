"""A day's work in some seconds; `days_work.py` is the long form."""

import shutil
import threading
from collections import Counter
from types import SimpleNamespace

import numpy as np
from days_work import CACHE, Day, digest, lost_corrections, misfits


def test_nothing_is_lost_in_a_short_day(folder, tmp_path):
    for name in ("audio", CACHE):
        shutil.copytree(folder / name, tmp_path / name)
    shutil.copytree(folder / CACHE, tmp_path / "still.lathe")
    day = Day(tmp_path, seconds=12, seed=1, pause=1.5, caches=1, between_jobs=0.8)
    day.run()
    assert day.faults == []
    counts = day.counts
    assert counts["kills of the server"] + counts["ends of the server"] >= 2, counts
    assert min(counts[name] for name in ("jobs", "batches", "answers", "corrections")) > 0, counts
    assert counts["caches sound"] >= 2, counts


def job(state: str, **more: object) -> dict:
    return {"state": state, "detail": None, "exit_code": None, "starts": 1, **more}


def test_a_job_that_is_lost_or_ends_for_no_reason_is_seen():
    kinds = dict.fromkeys(range(1, 8), "verify")
    known = {
        1: job("done", exit_code=0), 2: job("failed", exit_code=1), 3: job("failed", detail="it was ended by signal 9"),
        4: job("cancelled"), 5: job("interrupted", starts=3), 6: job("done", exit_code=3), 7: job("done"),
    }  # fmt: skip
    assert misfits(kinds, {4}, known) == []
    for number, other in (
        (1, None), (2, job("failed", exit_code=70)), (4, job("queued")), (5, job("interrupted", starts=1)),
        (6, job("running")), (7, job("cancelled")),
    ):  # fmt: skip
        changed = {key: value for key, value in known.items() if key != number}
        if other:
            changed[number] = other
        (fault,) = misfits(kinds, {4}, changed)
        assert str(number) in fault


def test_a_correction_that_vanishes_is_seen():
    overlay = {"corrections": [{"flag": "flag 1"}, {"labels": ["blues"]}, {"flag": "flag 3"}]}
    assert lost_corrections({"flag 1", "flag 3"}, overlay) == set()
    assert lost_corrections({"flag 1", "flag 2"}, overlay) == {"flag 2"}


def batch(number: int) -> SimpleNamespace:
    return SimpleNamespace(**{name: np.array([number]) for name in ("inputs", "labels", "tracks", "slices")})


def test_a_batch_that_differs_is_seen():
    expected = [digest(batch(number)) for number in range(3)]
    for numbers, faults in (
        ([0, 1, 2], 0), ([0, 2, 1], 2), ([0, 1], 1), ([], 1), ([0, 1, 2, 3], 2),
    ):  # fmt: skip
        day = Day.__new__(Day)
        day.__dict__.update(faults=[], counts=Counter(), _over=threading.Event())
        day.compare(map(batch, numbers), expected)
        assert len(day.faults) == faults, (numbers, day.faults)
