"""A few bad clients of every kind: see `bad_clients.py` for many."""

import shutil
from pathlib import Path

import pytest
from bad_clients import Account, Daemon, is_closed_by_server, settled, status
from certificates import Authority
from test_remote import daemon

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")


@pytest.mark.parametrize("by_tls", [False, pytest.param(True, marks=needs_openssl)])
def test_bad_clients_harm_nobody(path: str, tmp_path: Path, by_tls: bool) -> None:
    authority = Authority(tmp_path, "lab") if by_tls else None
    # Six of the eight who read nothing fill the room for streams.
    limits = ("--streams", "6", "--stall-seconds", "1")
    server = Daemon(daemon(), Path(path), 1, *limits, authority=authority)
    rows: list[str] = []
    try:
        account = Account(server, "waveform", slow=8, idle=40, hold=0.1)
        account.run(rows.append)
    finally:
        code = server.end()
    assert account.faults == []
    assert len(rows) == (12 if by_tls else 11) and code == 0


def test_streams_and_their_memory_are_limited(path: str) -> None:
    server = Daemon(daemon(), Path(path), 60, "--streams", "2", "--stall-seconds", "60", "--stream-bytes", str(40 << 20))
    try:
        stream = f"{server.path}/batches?view=mel&batch=4&epochs=null"
        held = [server.ask(stream, reads_little=True) for _ in range(2)]

        assert [status(one) for one in held] == [200, 200]
        assert status(server.ask(stream)) == 503
        for one in held:
            one.close()
        assert settled(lambda: server.figure("lathed_streams"), 0) == 0
        # No memory is taken for what could never be sent.
        long = "&batch=2000000&samples_per_epoch=2000000"
        for what in ("batches", "loader"):
            assert status(server.ask(f"{server.path}/{what}?view=mel{long}")) == 400
    finally:
        assert server.end() == 0


@pytest.mark.parametrize("length", [10, 70_000])
def test_whoever_sends_too_much_is_told_before_the_end(path: str, length: int) -> None:

    server = Daemon(daemon(), Path(path), 60)
    try:
        one = server.ask("/healthz", f"Content-Length: {length}", method="POST")
        assert status(one) == 405 and is_closed_by_server(one, 30)
        one = server.ask("/healthz", f"Content-Length: {length}")
        assert status(one) == 413 and is_closed_by_server(one, 30)
    finally:
        assert server.end() == 0
