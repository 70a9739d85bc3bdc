"""Small requests to a server over loopback, with Debian's wrk beside it on the same cores.

    python Sources/Python/benchmarks/small_requests.py CACHE [--server .build/release/lathed] [--connections 40]

A row a request: answers a second as fast as they come, then with pauses of 0 to 5 ms between the requests of a connection
the answers a second and the time within which half and 99 % of them come, and processor microseconds of the server for each.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from urllib.parse import quote

from serving import processor

PAUSES = "function delay() return math.random(0, 5) end"


def microseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


class Measured:
    """What wrk says of one request."""

    def __init__(self, server: subprocess.Popen, url: str, connections: int, seconds: int, *more: str) -> None:
        before = processor(server.pid)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *more, url]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        if "Non-2xx" in said or "Socket errors" in said:
            raise SystemExit(said)
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
        self.half, self.most = (
            microseconds(re.search(rf"^ +{share}% +(\S+)", said, re.MULTILINE)[1]) / 1e3 for share in (50, 99))
        answers = int(re.search(r"(\d+) requests in", said)[1])
        self.cost = (processor(server.pid) - before) / answers * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--server", default=".build/release/lathed")
    parser.add_argument("--connections", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()
    cache = options.cache.resolve()
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "w") as log:
        script = Path(folder) / "pauses.lua"
        script.write_text(PAUSES)
        # With its log of requests, as it is started by itself.
        server = subprocess.Popen(
            [options.server, "--root", cache.parent, "--port", "0"], stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            url = server.stdout.readline().split()[-1]
            base = f"/v1/caches/{quote(cache.name)}"
            with urllib.request.urlopen(f"{url}{base}/tracks?limit=1") as answer:
                track = f"{base}/tracks/{quote(json.load(answer)['tracks'][0]['id'], safe='')}"
            print(
                "| request | answers/s | paced: answers/s | half within | 99 % within | processor |\n|---|---|---|---|---|---|")
            for path in (
                "/healthz", "/v1/caches", track, f"{track}/slices?view=waveform",
                f"{track}/values?view=features&slice=0",
            ):
                full = Measured(server, url + path, options.connections, options.seconds)
                paced = Measured(
                    server, url + path, options.connections, options.seconds, "-s", str(script))
                print(
                    f"| {path} | {full.rate:,.0f} | {paced.rate:,.0f} | {paced.half:.1f} ms | {paced.most:.1f} ms "
                    f"| {paced.cost:.0f} µs |", flush=True)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
