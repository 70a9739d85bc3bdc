"""The short form of the acceptance test of caches in shards: see many_machines.py for the long one."""

from divided import PROGRAM
from many_machines import check


def test_killed_workers_pairs_and_threads_change_nothing(audio, tmp_path):
    accounts = check(PROGRAM, audio, tmp_path, [2, 7], kills=5)
    assert [account.kills for account in accounts] == [5, 5]
