"""The short forms of Tests/Faults: kills, errors, cuts of power, and processes that meet."""

import os
import sys

import pytest
from conftest import ROOT, program

sys.path.insert(0, str(ROOT / "Tests" / "Faults"))
os.environ.setdefault("LATHE_PROGRAM", program())

import crash
import damage
import faults
import powerloss
import readers


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    return crash.collection(tmp_path_factory.mktemp("faults"), None, 1)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return faults.compiled(tmp_path_factory.mktemp("failpoints"))


@pytest.mark.parametrize(
    ("case", "kills", "errors"),
    [
        ("prepare", 3, 2),
        ("prepare-more", 4, 2),
        ("merge", 3, 0),
        ("split", 2, 1),
        ("repair", 2, 0),
        ("export-csv", 2, 1),
        ("export-webdataset", 2, 0),
        ("export-parquet", 2, 1),
        ("train", 2, 0),
    ],
)
def test_what_is_killed_or_fails_is_finished_by_a_rerun(
    case, kills, errors, music, library, tmp_path
):
    if package := crash.CASES[case].package:
        pytest.importorskip(package, reason=f"{package} is not installed")
    harness = crash.Harness(case, music, library, tmp_path / case, crash.random.Random(1))
    wanted = harness.all(timed=1, errors=False, sample=kills)
    wanted += harness.all(timed=0, errors=True, sample=errors) if errors else []
    for fault in wanted:
        harness.try_one(fault, tmp_path / "folder")
    assert not harness.tally.broken
    kinds = ("kills at a call", "kills of a program that was started")
    assert sum(harness.tally.counts.get(kind, 0) for kind in kinds) == kills
    assert harness.tally.counts.get("errors", 0) == errors


@pytest.mark.parametrize("case", ["prepare-more", "merge"])
def test_what_was_synced_outlives_a_loss_of_power(case, music, library, tmp_path):
    tally = powerloss.try_case(case, music, library, tmp_path / case, range(1, 6), threads=2)
    assert not tally.broken
    assert tally.counts["states, ordered"] + tally.counts["states, loose"] == 5


def test_processes_that_meet(music, tmp_path):
    work = readers.Work(music, tmp_path / "work")
    tally = faults.Tally("readers")
    readers.writers(work, tally, rounds=1)
    readers.beside(work, tally, rounds=1, readers=8)
    readers.killed(work, tally, rounds=2, readers=2)
    assert tally.counts["readers at the same time"] == 8


def test_damage_is_harmless_or_named(music, tmp_path):
    harness = damage.Harness([damage.Target("one", music, tmp_path, shards=1)], train_every=6)
    (tmp_path / "folder").mkdir()
    for seed in range(1, 13):
        harness.try_one(seed, tmp_path / "folder")
    assert not harness.tally.broken
    assert harness.tally.counts["found by verify"] > 0
