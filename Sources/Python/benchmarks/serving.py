"""Batches of a server over loopback, beside a bare loop of writev in C that sends as many bytes to the same receiver.

    python Sources/Python/benchmarks/serving.py CACHE [--view mel] [--clients 1] [--server .build/release/lathed]

Server and loop run in turn; the figures are medians of the turns. The receiver is a bare loop of C in both cases, so
what differs is the sender. Processor seconds are those of the sender alone. The last line is the Python client, which
lies in another process and makes arrays of the frames.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

HERE = Path(__file__).resolve().parent


def receive(program: str, port: int, request: str, clients: int) -> tuple[float, float]:
    """Bytes and bytes a second of so many receivers together."""
    begun = [
        subprocess.Popen(
            [program, "receive", str(port), request], stdout=subprocess.PIPE, text=True
        )
        for _ in range(clients)
    ]
    figures = [one.communicate()[0].split() for one in begun]
    total = sum(float(figure[0]) for figure in figures)
    return total, total / max(float(figure[1]) for figure in figures)


def processor(pid: int) -> float:
    """Processor seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--view", default="mel")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--gigabytes", type=float, default=4)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--server", default=".build/release/lathed")
    options = parser.parse_args()
    cache = options.cache.resolve()
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/serving"
        subprocess.run(["gcc", "-O2", "-o", program, HERE / "serving.c"], check=True)
        server = subprocess.Popen(
            [options.server, "--root", cache.parent, "--port", "0", "--log-level", "error"],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            measure(options, cache.name, server, program)
        finally:
            server.terminate()
            server.wait()


def measure(options: argparse.Namespace, name: str, server: subprocess.Popen, program: str) -> None:
    url = server.stdout.readline().split()[-1]
    port = int(url.rsplit(":", 1)[1])
    path = f"/v1/caches/{quote(name)}/batches?view={options.view}&batch={options.batch}&last_batch=drop&epochs=null"
    about = subprocess.run(
        ["curl", "-s", f"{url}{path.replace('/batches', '/loader')}"],
        check=True,
        capture_output=True,
    )
    frame = json.loads(about.stdout)["sample_bytes"] * options.batch
    count = max(1, int(options.gigabytes * 1e9 / frame / options.clients))
    request = f"GET {path}&count={count} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    receive(program, port, request, options.clients)
    served, bare, served_cost, bare_cost = [], [], [], []
    for _ in range(options.turns):
        before = processor(server.pid)
        total, rate = receive(program, port, request, options.clients)
        served.append(rate)
        served_cost.append((processor(server.pid) - before) / total)
        senders = [
            subprocess.Popen(
                [program, "send", str(frame), str(count)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(options.clients)
        ]
        readers = [
            subprocess.Popen(
                [program, "receive", sender.stdout.readline().strip(), "GET"],
                stdout=subprocess.PIPE,
                text=True,
            )
            for sender in senders
        ]
        figures = [reader.communicate()[0].split() for reader in readers]
        costs = [float(sender.communicate()[1]) for sender in senders]
        total = sum(float(figure[0]) for figure in figures)
        bare.append(total / max(float(figure[1]) for figure in figures))
        bare_cost.append(sum(costs) / total)
    middle = statistics.median
    print(
        f"{options.view}, batches of {options.batch} ({frame / 1e6:.1f} MB), {options.clients} client(s)"
    )
    print(
        f"server     {middle(served) / 1e9:6.2f} GB/s  {middle(served_cost) * 1e9:6.3f} s of processor a GB"
    )
    print(
        f"bare loop  {middle(bare) / 1e9:6.2f} GB/s  {middle(bare_cost) * 1e9:6.3f} s of processor a GB"
    )
    print(f"ratio      {middle(s / b for s, b in zip(served, bare, strict=True)):6.2f}")
    sys.path.insert(0, str(HERE.parent))
    import lathe

    loader = lathe.connect(f"{url}/{quote(name)}").loader(
        options.view, batch_size=options.batch, last_batch="drop", epochs=None
    )
    next(loader)
    begun = time.monotonic()
    for _ in range(count):
        next(loader)
    print(f"in Python  {count * frame / (time.monotonic() - begun) / 1e9:6.2f} GB/s")
    loader.close()


if __name__ == "__main__":
    main()
