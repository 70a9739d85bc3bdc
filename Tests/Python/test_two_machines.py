"""Training from a stream that is cut off, over loopback: see two_machines.py for two machines."""

import os
import signal
import threading

import pytest
from test_remote import Cutting, Server

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from two_machines import train

import lathe


def test_weights_are_those_of_a_training_from_the_file(path, folder):
    threads, state = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    try:
        local = [epoch["weights"] for epoch in train(path, "mel", 3, batch_size=4, width=4)]
        first = Server(folder)
        # Connections are cut within batches; the server is gone where the second epoch begins.
        cutting = Cutting(first.port, 500_000)
        cutting.start()
        remote = lathe.connect(f"http://127.0.0.1:{cutting.port}/{os.path.basename(path)}")
        given, servers = [], []
        again = threading.Timer(0.5, lambda: servers.append(Server(folder, first.port)))
        for epoch in train(remote, "mel", 3, batch_size=4, width=4):
            given.append(epoch["weights"])
            if len(given) == 1:
                first.end(signal.SIGKILL)
                again.start()
        again.join()
        servers[0].end()
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(state)
    assert given == local
    assert cutting.cuts > 2
