"""The acceptance test of training over a network: a PyTorch script in a network namespace of its own trains from a
server's stream, is cut off, goes on, and ends with the weights of one that trained from the file.

    python Tests/Python/two_machines.py CACHE [--view mel] [--rate 1000] [--milliseconds 50] [--connections 4]

needs root, Debian's iproute2 and /dev/net/tun. Server and script are in two namespaces with a link of so many Mbit/s and
so much time there and back between them: two TUN devices between which this program passes packets on, each when its
time has come, since not every kernel has `tc`'s netem. Three trainings run one after the other: from the file, from the
stream (both timed), and from the stream again while the link is taken down and the server is killed, each some times. It
ends with 1 where any two differ in a bit of their weights.

    python Tests/Python/two_machines.py CACHE --throughput 1 2 4

trains nothing, and says how many megabytes a second a loader brings over so many connections.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import heapq
import json
import os
import signal
import statistics
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVER, CLIENT = "10.211.7.1", "10.211.7.2"
TOKEN = "of two machines that are namespaces of one"


def train(
    source: object,
    view: str,
    epochs: int,
    *,
    batch_size: int = 32,
    pause: float = 0.0,
    width: int = 16,
) -> Iterator[dict[str, object]]:
    """Trains a small network and says of each epoch its seconds and the digest of the weights after it.

    :param pause: seconds to wait after each batch, for somebody to have the time to cut the connection.
    """
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    import lathe.torch

    torch.manual_seed(1)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    data = lathe.torch.Dataset(source, view, side="train", batch_size=batch_size, seed=1)
    if view == "waveform":
        layers = [nn.Conv1d(1, width, 64, 16), nn.ReLU(), nn.Conv1d(width, width, 16, 8), nn.ReLU()]
        layers += [nn.AdaptiveAvgPool1d(4)]
    else:
        layers = [nn.Conv2d(1, width, 5, 2), nn.ReLU(), nn.Conv2d(width, width, 5, 2), nn.ReLU()]
        layers += [nn.AdaptiveAvgPool2d(2)]
    network = nn.Sequential(
        *layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(4 * width, len(data.labels))
    )
    optimiser = torch.optim.AdamW(network.parameters(), 1e-3)
    for epoch in range(epochs):
        begun, batches = time.monotonic(), 0
        for inputs, labels in DataLoader(data, batch_size=None):
            loss = nn.functional.cross_entropy(network(inputs.unsqueeze(1)), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            batches += 1
            time.sleep(pause)
        digest = hashlib.sha256()
        for name, tensor in network.state_dict().items():
            digest.update(name.encode())
            digest.update(tensor.numpy().tobytes())
        yield {
            "epoch": epoch,
            "seconds": round(time.monotonic() - begun, 3),
            "batches": batches,
            "weights": digest.hexdigest(),
        }


def loaded(source: object, view: str, batch_size: int, seconds: float = 5.0) -> float:
    """Megabytes a second that a loader brings, once its connections have found their speed."""
    loader = source.loader(view, batch_size=batch_size, epochs=None)
    begun = time.monotonic()
    while time.monotonic() - begun < seconds / 2:
        next(loader)
    begun, size = time.monotonic(), 0
    while (taken := time.monotonic() - begun) < seconds:
        size += memoryview(next(loader).inputs).nbytes
    loader.close()
    return size / taken / 1e6


class Direction(threading.Thread):
    """Passes packets from one device to another, at a rate and after a delay."""

    # Packets that wait for longer are dropped, as a router does.
    LONGEST_QUEUE = 0.1

    def __init__(self, source: int, target: int, bytes_per_second: float, delay: float) -> None:
        super().__init__(daemon=True)
        self._source, self._target = source, target
        self._rate, self._delay = bytes_per_second, delay
        self._waiting: list[tuple[float, int, bytes]] = []
        self._changed = threading.Condition()
        threading.Thread(target=self._send, daemon=True).start()

    def run(self) -> None:
        """Takes packets on."""
        free, number = 0.0, 0
        while True:
            try:
                packet = os.read(self._source, 1 << 17)
            except OSError:
                # The namespace, and the device with it, is gone.
                return
            now = time.monotonic()
            if free - now > self.LONGEST_QUEUE:
                continue
            free = max(free, now) + len(packet) / self._rate
            number += 1
            with self._changed:
                heapq.heappush(self._waiting, (free + self._delay, number, packet))
                self._changed.notify()

    def _send(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                due, _, packet = heapq.heappop(self._waiting)
            time.sleep(max(0.0, due - time.monotonic()))
            # A device that is down takes nothing: the packet is lost.
            with contextlib.suppress(OSError):
                os.write(self._target, packet)


class Link:
    """Two network namespaces and the link between them.

    :raises OSError: where they cannot be made; so do ``subprocess``'s errors.
    """

    def __init__(self, megabits: float, milliseconds: float) -> None:
        self.names = [f"lathe-{os.getpid()}-{side}" for side in ("server", "client")]
        self._devices = []
        for number, (name, address) in enumerate(zip(self.names, (SERVER, CLIENT), strict=True)):
            device = os.open("/dev/net/tun", os.O_RDWR)
            self._devices.append(device)
            interface = f"lt{os.getpid()}-{number}"
            # TUNSETIFF: packets of the internet protocol, without a header before them.
            fcntl.ioctl(device, 0x400454CA, struct.pack("16sH22x", interface.encode(), 0x1001))
            ip("netns", "add", name)
            ip("link", "set", interface, "netns", name, "name", "wire")
            ip("-n", name, "link", "set", "lo", "up")
            # Long packets: what a packet costs here is Python's time.
            ip("-n", name, "link", "set", "dev", "wire", "mtu", "65000", "up")
            ip("-n", name, "address", "add", f"{address}/24", "dev", "wire")
        there, back = self._devices
        for pair in ((there, back), (back, there)):
            Direction(*pair, megabits * 1e6 / 8, milliseconds / 2_000).start()

    def inside(self, side: int, command: list[object], **options: object) -> subprocess.Popen:
        """Starts a program in one of the two."""
        return subprocess.Popen(
            ["ip", "netns", "exec", self.names[side], *map(str, command)],
            stdout=subprocess.PIPE, text=True, **options,
        )  # fmt: skip

    def set(self, state: str) -> None:
        """Takes the client's end down, or up."""
        ip("-n", self.names[1], "link", "set", "dev", "wire", state)

    def close(self) -> None:
        """Takes both away."""
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def ip(*arguments: str) -> None:
    """Runs iproute2's program."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


class RemoteServer:
    """The daemon in the first namespace, which may be killed and started again."""

    def __init__(self, link: Link, root: Path, folder: Path) -> None:
        from test_remote import daemon

        token = folder / "token"
        token.write_text(f"{TOKEN}\n")
        token.chmod(0o600)
        self._link = link
        self._command = [daemon(), "--root", root, "--host", SERVER, "--port", "8765"]
        self._command += ["--token-file", token, "--plaintext", "--log-level", "error"]
        self.start()

    def start(self) -> None:
        """Starts it, and waits until it listens."""
        self._process = self._link.inside(0, self._command)
        assert "serving" in self._process.stdout.readline()

    def kill(self) -> None:
        """Kills it."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


def trained(command: list[str], link: Link | None, **options: object) -> list[dict[str, object]]:
    """What a training in a process of its own says, from the file or in the second namespace."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "Sources/Python"),
        "LATHE_TOKEN": TOKEN,
    }
    command = [sys.executable, str(Path(__file__).resolve()), *command, "--train"]
    if link is None:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    else:
        process = link.inside(1, command, env=environment)
    disturb = options.get("disturb")
    if disturb is not None:
        disturb(process)
    said = [json.loads(line) for line in process.stdout]
    assert process.wait() == 0
    return said


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cache", help="the folder of a cache, or its address with --train")
    parser.add_argument("--view", default="mel")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--width", type=int, default=16, help="channels: how much is computed (16)")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1000, help="Mbit/s of the link (1000)")
    parser.add_argument("--milliseconds", type=float, default=50, help="there and back (50)")
    parser.add_argument("--cuts", type=int, default=2, help="of the link, and of the server (2)")
    parser.add_argument("--connections", type=int, default=1, help="of the stream (1)")
    parser.add_argument("--compression", help="zstd, or none")
    parser.add_argument(
        "--throughput", type=int, nargs="*", help="measure so many connections, and train nothing"
    )
    parser.add_argument("--pause", type=float, default=0.0, help=argparse.SUPPRESS)
    parser.add_argument("--train", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.train:
        import lathe

        source: object = chosen.cache
        if chosen.cache.startswith("http:"):
            source = lathe.connect(
                chosen.cache, connections=chosen.connections, compression=chosen.compression
            )
        if chosen.throughput is not None:
            print(json.dumps(loaded(source, chosen.view, chosen.batch)), flush=True)
            return 0
        for said in train(
            source, chosen.view, chosen.epochs,
            batch_size=chosen.batch, pause=chosen.pause, width=chosen.width,
        ):  # fmt: skip
            print(json.dumps(said), flush=True)
        return 0
    return compare(chosen) if chosen.throughput is None else measure(chosen)


@contextlib.contextmanager
def served(chosen: argparse.Namespace) -> Iterator[tuple[Link, RemoteServer, str]]:
    """The line, a server of the cache at its other end, and the cache's address there."""
    import tempfile

    cache = Path(chosen.cache).resolve()
    link = Link(chosen.rate, chosen.milliseconds)
    try:
        with tempfile.TemporaryDirectory() as folder:
            server = RemoteServer(link, cache.parent, Path(folder))
            yield link, server, f"http://{SERVER}:8765/{cache.name}"
    finally:
        link.close()


def measure(chosen: argparse.Namespace) -> int:
    """Says what a loader brings over some numbers of connections."""
    rest = ["--view", chosen.view, "--batch", str(chosen.batch), "--throughput"]
    rest += ["--compression", chosen.compression] if chosen.compression else []
    with served(chosen) as (link, server, address):
        for connections in chosen.throughput:
            turns = [
                trained([address, *rest, "--connections", str(connections)], link)[0]
                for _ in range(3)
            ]
            brought = statistics.median(turns)
            print(f"{connections} connection(s): {brought:.1f} MB/s of {chosen.rate / 8:.0f}")
        server.kill()
    return 0


def compare(chosen: argparse.Namespace) -> int:
    """Trains from the file, from the stream, and from a stream that is cut."""
    cache = Path(chosen.cache).resolve()
    rest = ["--view", chosen.view, "--epochs", str(chosen.epochs)]
    rest += ["--width", str(chosen.width), "--batch", str(chosen.batch)]
    rest += ["--connections", str(chosen.connections)]
    rest += ["--compression", chosen.compression] if chosen.compression else []
    with served(chosen) as (link, server, address):
        local = trained([str(cache), *rest], None)
        print("from the file:  ", *(epoch["seconds"] for epoch in local), "s an epoch")
        stream = trained([address, *rest], link)
        print("from the stream:", *(epoch["seconds"] for epoch in stream), "s an epoch")

        def disturb(process: subprocess.Popen) -> None:
            for _ in range(chosen.cuts):
                time.sleep(3)
                link.set("down")
                time.sleep(2)
                link.set("up")
                time.sleep(3)
                server.kill()
                time.sleep(1)
                server.start()
            assert process.poll() is None, (
                "it had ended before it was cut off: give more epochs"
            )

        slow = [*rest, "--pause", str(8.0 * chosen.cuts / chosen.epochs / local[0]["batches"])]
        cut = trained([address, *slow], link, disturb=disturb)
        print(f"cut off {2 * chosen.cuts} times:", *(epoch["seconds"] for epoch in cut), "s")
        server.kill()
    for one, other, third in zip(local, stream, cut, strict=True):
        if not one["weights"] == other["weights"] == third["weights"]:
            print(f"the weights differ after epoch {one['epoch']}", file=sys.stderr)
            return 1
    print(f"the weights are the same after each epoch: {local[-1]['weights'][:16]}…")
    return 0


if __name__ == "__main__":
    sys.exit(main())
