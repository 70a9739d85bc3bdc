"""Clients as they should not be, many at a time, while a good one counts what it is refused.

    python Tests/Python/bad_clients.py CACHE [--server .build/release/lathed] [--slow 200] [--idle 1000] [--tls] [--streams 100 …]

Each misdeed is done by many connections to a `lathed` that is started for it, which stay for some seconds. Meanwhile one client asks for small answers
and another reads batches; none of their requests may fail, but that for batches may be put off for ten seconds where others fill
all the room for streams. Options that are not this program's are the server's. After each misdeed the connections are gone, the server's open
files and threads must be as few as before, and its memory at most what its limits allow: 3 MB a
stream, the answers that wait, and 64 KB a connection. It prints a row a misdeed and ends with 1 where anything does not hold.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import socket
import ssl
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import quote

from certificates import Authority

MEGABYTE = 1 << 20
# What the server keeps of answers and of tracks, its code, and what its allocator has not given back.
OWN_MEMORY = 256 * MEGABYTE
A_CONNECTION = 64 << 10
# A stream whose batches are made in pieces: a piece, labels, and by TLS what it makes of a piece.
A_STREAM = 3 * MEGABYTE


class Daemon:
    """A `lathed` over the folder in which a cache lies.

    :param patience: seconds after which it closes connections that do nothing.
    :param authority: who signs its certificate, where it is to speak TLS.
    """

    def __init__(
        self, program: str, cache: Path, patience: int, *more: str, authority: Authority | None = None
    ) -> None:
        command = [program, "--root", cache.parent, "--port", "0", "--log-level", "critical"]
        command += ["--idle-seconds", str(patience), *more]
        self.trust = None
        if authority:
            certificate, key = authority.sign("server", "IP:127.0.0.1,DNS:localhost")
            command += ["--tls-certificate", certificate, "--tls-key", key]
            self.trust = ssl.create_default_context(cafile=authority.certificate)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])
        self.path = f"/v1/caches/{quote(cache.name)}"
        self.patience = patience

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def open(self, path: str, seconds: float = 60) -> HTTPResponse:
        return urllib.request.urlopen(self.url + path, timeout=seconds, context=self.trust)

    def json(self, path: str) -> dict:
        with self.open(path) as answer:
            return json.load(answer)

    def figure(self, name: str) -> int:
        """A figure of `/metrics`."""
        with self.open("/metrics") as answer:
            found = re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)
        return int(float(found[1]))

    @property
    def memory(self) -> int:
        """Bytes of its own, without the caches that it maps."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) << 10

    @property
    def files(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    @property
    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def connect(self, *, reads_little: bool = False, plainly: bool = False) -> socket.socket:
        made = socket.socket()
        if reads_little:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        made.settimeout(60)
        made.connect(("127.0.0.1", self.port))
        if plainly or not self.trust:
            return made
        return self.trust.wrap_socket(made, server_hostname="localhost")

    def ask(self, path: str, *fields: str, method: str = "GET", reads_little: bool = False) -> socket.socket:
        """Sends a request; nothing is read."""
        made = self.connect(reads_little=reads_little)
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *fields, "", ""]
        made.sendall("\r\n".join(lines).encode())
        return made


def status(connection: socket.socket) -> int:
    """The status of the answer that comes; 0 where the connection is closed without one."""
    with contextlib.suppress(OSError):
        line = b""
        while b"\r\n" not in line and (part := connection.recv(4_096)):
            line += part
        if line:
            return int(line.split(b" ", 2)[1])
    return 0


def is_closed_by_server(connection: socket.socket, seconds: float) -> bool:
    """Whether the server ends a connection within some seconds, whatever it says before."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            if not connection.recv(1 << 16):
                return True
        except TimeoutError:
            return False
        except OSError:
            return True
    return False


class Good:
    """Two clients who do nothing wrong, until they are told to stop.

    :ivar waited: the longest that the second was put off until it got batches.
    """

    SMALL = ("/healthz", "/v1/caches", "/tracks?limit=2")
    # Stalled streams make way after five seconds.
    PATIENCE = 10
    # Batches of one request.
    A_STREAM = 20

    def __init__(self, daemon: Daemon, view: str) -> None:
        self.daemon, self.view = daemon, view
        self.answers, self.batches, self.waited = 0, 0, 0.0
        self.failures: list[str] = []
        self.seconds: list[float] = []
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=one) for one in (self._ask, self._read)]

    def __enter__(self) -> Good:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._stopped.wait(0.01):
            for path in self.SMALL:
                path = path if path.startswith(("/v1", "/healthz")) else self.daemon.path + path
                begun = time.monotonic()
                try:
                    with self.daemon.open(path, 30) as answer:
                        answer.read()
                except OSError as error:
                    self.failures.append(f"{path}: {error}")
                self.answers += 1
                self.seconds.append(time.monotonic() - begun)

    def _read(self) -> None:
        path = f"{self.daemon.path}/batches?view={self.view}&batch=4&count={self.A_STREAM}"
        expected, begun = None, time.monotonic()
        while not self._stopped.wait(0.01):
            try:
                with self.daemon.open(path) as answer:
                    self.waited = max(self.waited, time.monotonic() - begun)
                    got = answer.read()
            except OSError as error:
                waited = time.monotonic() - begun
                is_put_off = isinstance(error, urllib.error.HTTPError) and error.code == 503
                if not is_put_off or waited > self.PATIENCE:
                    self.failures.append(f"{path}: {error} after {waited:.1f} s")
                continue
            begun = time.monotonic()
            expected = expected or got
            if got != expected:
                self.failures.append(f"{path}: other bytes than before")
            self.batches += self.A_STREAM


class Misdeeds:
    """What bad clients do. Each leaves its connections to whoever called it, who closes them."""

    def __init__(self, daemon: Daemon, view: str, slow: int, idle: int) -> None:
        self.daemon, self.view, self.slow, self.idle = daemon, view, slow, idle
        self.track = daemon.json(f"{daemon.path}/tracks?limit=1")["tracks"][0]["id"]
        self.refused: list[str] = []

    def all(self) -> Iterator[tuple[str, Callable[[], list[socket.socket]]]]:
        yield f"{self.slow} that read no batches", self.read_no_batches
        yield f"{self.slow} that read no long answer", self.read_no_long_answer
        yield f"{self.idle} that ask for nothing", self.ask_for_nothing
        yield f"{self.slow} whose head comes drop by drop", self.send_heads_slowly
        yield f"{self.slow} whose body comes drop by drop", self.send_bodies_slowly
        yield "bodies without an end", self.never_end
        yield f"{self.slow} that vanish within a stream", self.vanish
        yield "floods of header fields", self.flood_with_headers
        yield "requests without reading an answer", self.pipeline
        yield "ranges of 8 GB", self.ask_for_long_ranges
        yield "what is no HTTP", self.speak_otherwise
        if self.daemon.trust:
            yield f"{self.slow} whose handshake does not end, or is none", self.shake_no_hands

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.refused.append(what)

    def read_no_batches(self) -> list[socket.socket]:
        path = f"{self.daemon.path}/batches?view={self.view}&epochs=null&batch=64"
        made = [self.daemon.ask(path, reads_little=True) for _ in range(self.slow)]
        # Those that there is room for are taken on; the others are refused, and nobody waits.
        answers = [status(one) for one in made]
        self.expect(200 in answers and set(answers) <= {200, 503}, f"answers {set(answers)}")
        return made

    def read_no_long_answer(self) -> list[socket.socket]:
        path = f"{self.daemon.path}/tracks/{quote(self.track)}/values?view={self.view}&format=npy"
        made = [self.daemon.ask(path, reads_little=True) for _ in range(self.slow)]
        self.expect(
            all(is_closed_by_server_of(one, self.daemon) for one in made[:1]),
            "a client that reads nothing is kept",
        )
        return made

    def ask_for_nothing(self) -> list[socket.socket]:
        made = [self.daemon.connect() for _ in range(self.idle)]
        self.expect(
            is_closed_by_server(made[0], self.daemon.patience + 30), "an idle connection is kept"
        )
        return made

    def send_heads_slowly(self) -> list[socket.socket]:
        return self._drip(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ", b"a")

    def send_bodies_slowly(self) -> list[socket.socket]:
        head = b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        return self._drip(head + b"Content-Length: 60000\r\n\r\n", b" ")

    def _drip(self, start: bytes, drop: bytes) -> list[socket.socket]:
        made = [self.daemon.connect() for _ in range(self.slow)]
        for one in made:
            one.sendall(start)
        end = time.monotonic() + self.daemon.patience + 30
        closed = 0
        while time.monotonic() < end and not closed:
            for one in made:
                try:
                    one.send(drop)
                except OSError:
                    closed += 1
            time.sleep(0.5)
        self.expect(closed > 0, "a request that never ends is waited for")
        return made

    def never_end(self) -> list[socket.socket]:
        chunked, json_type = "Transfer-Encoding: chunked", "Content-Type: application/json"
        requests = (
            ("/v1/jobs", "POST", (chunked, json_type), 413),
            ("/v1/jobs", "POST", (chunked,), 415),
            ("/healthz", "GET", (chunked,), 413),
            ("/nothing", "POST", (chunked,), 404),
            ("/v1/jobs", "POST", ("Content-Length: 999999999999999999", json_type), 413),
            ("/v1/jobs", "POST", ("Content-Length: -1", json_type), 400),
            ("/v1/jobs", "POST", ("Content-Length: 99999999999999999999999", json_type), 400),
        )
        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(lambda request: self._send_without_end(*request), requests))

    def _send_without_end(
        self, path: str, method: str, fields: tuple[str, ...], meant: int
    ) -> socket.socket:
        one = self.daemon.ask(path, *fields, method=method)
        part = bytes(0x4000)
        if "chunked" in fields[0]:
            part = b"4000\r\n" + part + b"\r\n"
        sent = 0
        # What is sent after the answer is thrown away for a moment, then the connection ends.
        with contextlib.suppress(OSError):
            one.settimeout(20)
            while sent < 1 << 34:
                sent += one.send(part)
        self.expect(sent < 1 << 34, f"{path} takes 16 GB")
        one.settimeout(60)
        got = status(one)
        self.expect(got == meant, f"{method} {path} {fields[0]}: {got}, not {meant}")
        return one

    def vanish(self) -> list[socket.socket]:
        path = f"{self.daemon.path}/batches?view={self.view}&epochs=null"
        for _ in range(self.slow):
            one = self.daemon.ask(path)
            one.recv(1_000)
            # Closed without a farewell: the system sends a reset.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()
        return []

    def flood_with_headers(self) -> list[socket.socket]:
        made = []
        for fields in (
            [f"X-{number}: a" for number in range(10_000)],
            ["X-Long: " + "a" * 10_000_000],
            ["X-" + "a" * 100_000 + ": b"],
        ):
            one = self.daemon.connect()
            made.append(one)
            with contextlib.suppress(OSError):
                lines = ["GET /healthz HTTP/1.1", "Host: localhost", *fields, "", ""]
                one.sendall("\r\n".join(lines).encode())
            got = status(one)
            self.expect(got in (431, 0), f"a flood of header fields: {got}")
        one = self.daemon.connect()
        made.append(one)
        with contextlib.suppress(OSError):
            one.sendall(b"GET /" + b"a" * 10_000_000)
        self.expect(status(one) in (414, 431, 0), "a path without an end")
        return made

    def pipeline(self) -> list[socket.socket]:
        request = f"GET {self.daemon.path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        made = [self.daemon.connect(reads_little=True) for _ in range(max(1, self.slow // 10))]
        for one in made:
            one.settimeout(0.2)
            with contextlib.suppress(OSError):
                one.sendall(request * 10_000)
        return made

    def ask_for_long_ranges(self) -> list[socket.socket]:
        made = []
        path = f"{self.daemon.path}/tracks/{quote(self.track)}/audio"
        for wanted, meant in (
            ("bytes=0-8589934591", 206),
            ("bytes=8589934592-", 416),
            ("bytes=-8589934592", 206),
            ("bytes=99999999999999999999-", 416),
            ("bytes=9-0", 200),
            ("bytes=" + ",".join(f"{number}-" for number in range(1_000)), 200),
        ):
            one = self.daemon.ask(path, f"Range: {wanted}")
            got = status(one)
            self.expect(got == meant, f"Range: {wanted[:40]}: {got}, not {meant}")
            made.append(one)
        return made

    def speak_otherwise(self) -> list[socket.socket]:
        made = []
        for said in (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ):
            one = self.daemon.connect()
            one.sendall(said)
            got = status(one)
            self.expect(400 <= got < 500, f"{said[:40]!r}: {got}")
            made.append(one)
        return made

    def shake_no_hands(self) -> list[socket.socket]:
        made = []
        # A greeting is announced as longer than what comes; then what is no TLS at all.
        for said in (b"", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /healthz HTTP/1.1\r\n\r\n"):
            some = [self.daemon.connect(plainly=True) for _ in range(self.slow)]
            for one in some:
                one.sendall(said)
            self.expect(
                is_closed_by_server(some[0], self.daemon.patience + 30), f"{said!r} is waited for"
            )
            made += some
        return made


def is_closed_by_server_of(connection: socket.socket, daemon: Daemon) -> bool:
    """Whether a server ends a connection that is not read from: what it holds then is given back."""
    end = time.monotonic() + 3 * daemon.patience + 30
    place = f"{connection.getsockname()[1]:04X}"
    while time.monotonic() < end:
        mine = [
            line.split()
            for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
            if line.split()[2].endswith(f":{place}")
        ]
        # 01: the server's end is established still; 0: it belongs to no file any more.
        if all(fields[3] != "01" or fields[9] == "0" for fields in mine):
            return True
        time.sleep(0.2)
    return False


def settled(figure: Callable[[], int], most: int, seconds: float = 60) -> int:
    """A figure once it is at most so much, or after so many seconds."""
    end = time.monotonic() + seconds
    while (now := figure()) > most and time.monotonic() < end:
        time.sleep(0.1)
    return now


class Account:
    """Does each misdeed and looks at what it does to the server and to others."""

    def __init__(self, daemon: Daemon, view: str, slow: int, idle: int, hold: float) -> None:
        self.daemon, self.view, self.hold = daemon, view, hold
        self.misdeeds = Misdeeds(daemon, view, slow, idle)
        self.connections = max(slow, idle)
        self.faults: list[str] = []
        self.peak = 0

    def run(self, report: Callable[[str], None]) -> None:
        with Good(self.daemon, self.view):
            time.sleep(1)
        files, threads, memory = self.daemon.files, self.daemon.threads, self.daemon.memory
        most = memory + OWN_MEMORY + self.connections * A_CONNECTION + self.misdeeds.slow * A_STREAM
        for name, misdeed in self.misdeeds.all():
            with Good(self.daemon, self.view) as good:
                begun = time.monotonic()
                made = misdeed()
                peak, end = self.daemon.memory, time.monotonic() + self.hold
                # The good reader is to get a stream that it asked for while they stay: the second from now.
                late, served = end + 2 * Good.PATIENCE, good.batches + 2 * Good.A_STREAM
                while (now := time.monotonic()) < end or (now < late and good.batches < served):
                    time.sleep(0.05)
                    peak = max(peak, self.daemon.memory)
                for one in made:
                    one.close()
            seconds = time.monotonic() - begun
            self.peak = max(self.peak, peak)
            faults = [f"{name}: {fault}" for fault in good.failures + self.misdeeds.refused]
            if good.batches < served:
                faults.append(f"{name}: nobody got a batch meanwhile")
            self.misdeeds.refused.clear()
            if peak > most:
                faults.append(f"{name}: {peak >> 20} MB of memory, over {most >> 20}")
            left = settled(lambda: self.daemon.files, files + 4)
            if left > files + 4:
                faults.append(f"{name}: {left} open files, before {files}")
            left = settled(lambda: self.daemon.threads, threads + 4)
            if left > threads + 4:
                faults.append(f"{name}: {left} threads, before {threads}")
            for figure in ("lathed_streams", "lathed_stream_memory_bytes", "lathed_answer_memory_bytes"):
                if settled(lambda: self.daemon.figure(figure), 0):
                    faults.append(f"{name}: {figure} is {self.daemon.figure(figure)} at the end")
            self.faults += faults
            middle = statistics.median(good.seconds) * 1e3 if good.seconds else 0
            worst = max(good.seconds, default=0) * 1e3
            report(
                f"| {name} | {seconds:.0f} s | {peak / MEGABYTE:.0f} MB | {good.answers} answers, median "
                f"{middle:.1f} ms, worst {worst:.0f} ms | {good.batches} batches, put off {good.waited:.1f} s at most | {len(faults)} faults |"
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--view", default="mel")
    parser.add_argument("--slow", type=int, default=200)
    parser.add_argument("--idle", type=int, default=1_000)
    parser.add_argument("--patience", type=int, default=10)
    parser.add_argument("--hold", type=float, default=5, help="seconds that the connections stay")
    parser.add_argument("--server", default=".build/release/lathed")
    parser.add_argument("--tls", action="store_true", help="every connection by TLS")
    options, more = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder), "lab") if options.tls else None
        daemon = Daemon(options.server, options.cache.resolve(), options.patience, *more, authority=authority)
        account = Account(daemon, options.view, options.slow, options.idle, options.hold)
        try:
            account.run(lambda line: print(line, flush=True))
        finally:
            code = daemon.end()
    for fault in account.faults:
        print(fault, file=sys.stderr)
    print(f"largest memory {account.peak / MEGABYTE:.0f} MB; the server ended with {code}")
    return 1 if account.faults or code else 0


if __name__ == "__main__":
    sys.exit(main())
