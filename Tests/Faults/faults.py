"""What the harnesses share: the program, made-up music, fail points, and what must hold."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECONDS_FOR_A_COMMAND = 120

# What a cache says where nothing was committed yet, or not all of it; each names a remedy.
UNFINISHED = re.compile(
    r"there is nothing|the folder is empty|ended before anything was stored|lathe merge"
    r"|it was never prepared|its making was cut short|yet; wait for its preparation"
)
# What may be left of a process that was killed: never taken for a result.
TEMPORARY = re.compile(r"\.temporary|\.unfinished|\.rebuilt|\.rebuilding")
# Written anew by each run, with its times.
VARYING = re.compile(
    r"\.lock|-lock$|run\.lock$|\.done\.json$|metrics\.jsonl$|result\.json$|run\.json$"
)


def program() -> str:
    """The program: $LATHE_PROGRAM, or as it was built, the fast one first."""
    places = [
        os.environ.get("LATHE_PROGRAM"),
        ROOT / ".build/release/lathe",
        ROOT / ".build/debug/lathe",
    ]
    for place in places:
        if place and Path(place).exists():
            return str(place)
    raise SystemExit("the program is not built: swift build, or set LATHE_PROGRAM")


def compiled(folder: Path) -> Path:
    """failpoints.c as a library."""
    library = folder / "failpoints.so"
    compiler = next(filter(shutil.which, ["cc", "clang", "gcc"]), None)
    if compiler is None:
        raise SystemExit("there is no C compiler: Manifests/setup.sh installs one")
    if not library.exists():
        source = HERE / "failpoints.c"
        flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
        subprocess.run([compiler, *flags, "-o", library, source], check=True)
    return library


def scratch() -> Path:
    """A new folder for all that a harness writes, in memory where there is such a place."""
    shared = Path("/dev/shm")
    place = shared if os.access(shared, os.W_OK) else None
    return Path(
        tempfile.mkdtemp(prefix="lathe-faults-", dir=os.environ.get("LATHE_SCRATCH", place))
    )


@dataclass
class Done:
    """A command that has ended."""

    arguments: list[str]
    code: int
    output: str
    errors: str

    @property
    def was_killed(self) -> bool:
        return self.code in (-9, 137)


def run(
    arguments: list[str], environment: dict[str, str] | None = None, seconds: float | None = None
) -> Done:
    """Runs the program, or with `python` first another one; a hang is a failure."""
    command = arguments if arguments[0].startswith("/") else [program(), *arguments]
    environment = environment or {}
    everything = {**os.environ, **environment}
    with subprocess.Popen(
        command,
        env=everything,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        # What ends the whole group must not end this process.
        start_new_session="FAILPOINTS_WHOM" in environment,
    ) as process:
        try:
            output, errors = process.communicate(timeout=seconds or SECONDS_FOR_A_COMMAND)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            if seconds is None:
                raise Broken(f"hung: {' '.join(map(str, arguments))}") from None
    texts = [text.decode(errors="replace") for text in (output, errors)]
    return Done([str(a) for a in arguments], process.returncode, *texts)


class Broken(Exception):
    """A promise that did not hold."""


def expect(holds: bool, text: str) -> None:
    if not holds:
        raise Broken(text)


def must(arguments: list[str], *codes: int) -> Done:
    """A command that must end well."""
    done = run(arguments)
    expect(
        done.code in (codes or (0,)),
        f"ended with {done.code}: lathe {' '.join(done.arguments)}: {done.errors.strip()[-600:]}",
    )
    return done


def made_music(folder: Path, tracks: int = 1, seconds: float = 4) -> Path:
    """A collection of ten styles, `tracks` of each, as `lathe demo` makes it."""
    must(
        ["demo", "--folder", str(folder), "--tracks", str(tracks), "--seconds", str(seconds)]
        + ["--no-train", "--progress", "none"]
    )
    return next(folder.glob("*/audio"))


def part_of(audio: Path, folder: Path, each: int) -> Path:
    """A collection of the first tracks of each label, as links."""
    for label in sorted(path for path in audio.iterdir() if path.is_dir()):
        (folder / label.name).mkdir(parents=True)
        for track in sorted(label.iterdir())[:each]:
            (folder / label.name / track.name).symlink_to(track)
    return folder


@dataclass(frozen=True)
class Call:
    """A call that changes files, as failpoints.c counts it."""

    number: int
    name: str
    path: str

    @property
    def takes_space(self) -> bool:
        return self.name not in ("ftruncate", "unlink", "rmdir")


@dataclass
class FailPoints:
    """Runs a command with failpoints.c."""

    library: Path
    under: Path

    def environment(self, **settings: object) -> dict[str, str]:
        counter = self.under.with_name(f"{self.under.name}.counter")
        counter.write_bytes(bytes(8))
        return {
            "LD_PRELOAD": str(self.library),
            "FAILPOINTS_COUNTER": str(counter),
            "FAILPOINTS_UNDER": str(self.under),
            **{f"FAILPOINTS_{name.upper()}": str(value) for name, value in settings.items()},
        }

    def calls(self, arguments: list[str]) -> tuple[list[Call], Done]:
        """The calls of an undisturbed run."""
        trace = self.under.parent / "trace"
        trace.unlink(missing_ok=True)
        done = run(arguments, self.environment(trace=trace))
        expect("is not followed" not in done.errors, done.errors)
        calls = []
        if trace.exists():
            for line in trace.read_text().splitlines():
                number, name, path = line.split("\t")[:3]
                calls.append(Call(int(number), name, path))
        return calls, done


def digest(cache: Path) -> str:
    return must(["inspect", str(cache), "--digest"]).output.strip()


def verified(cache: Path) -> tuple[int | None, str]:
    """How many tracks a sound cache holds; None, with its words, where it says it is not finished.

    :raises Broken: where it is damaged, or the program ends by a signal.
    """
    done = run(["verify", str(cache), "--deep", "--json"])
    if done.code == 0:
        found = json.loads(done.output)
        expect(not found["problems"], f"problems: {found['problems']}")
        return found["tracks"], ""
    expect(done.code == 1, f"verify ended with {done.code}: {done.errors.strip()[-600:]}")
    expect(
        bool(UNFINISHED.search(done.errors)),
        f"verify: {done.output[-600:]} {done.errors.strip()[-600:]}",
    )
    return None, done.errors.strip()


def finished(done: Done) -> dict:
    """What `prepare --progress json` came to."""
    for line in reversed((done.output + "\n" + done.errors).splitlines()):
        if line.startswith("{") and '"finished"' in line:
            return json.loads(line)["value"]
    raise Broken(f"no summary: {done.output[-300:]} {done.errors[-300:]}")


def files(folder: Path) -> dict[str, str]:
    """The hash of each file below a folder; none of those that differ from run to run."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if not path.is_file() or TEMPORARY.search(name):
            continue
        is_hashed = (
            not VARYING.search(name)
            and not name.endswith(".lmdb")
            and not name.endswith("card.json")
        )
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest() if is_hashed else ""
    return found


def leftovers(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*") if TEMPORARY.search(path.name)]


def check_texts(folder: Path) -> None:
    """Every JSON file with its final name is whole."""
    for path in folder.rglob("*.json"):
        if TEMPORARY.search(str(path.relative_to(folder))):
            continue
        try:
            json.loads(path.read_bytes())
        except ValueError:
            raise Broken(f"{path} is cut short: {path.read_bytes()[:80]!r}") from None


def replaced(template: Path, folder: Path) -> None:
    """The folder as it was before the fault."""
    if folder.exists():
        shutil.rmtree(folder)
    subprocess.run(["cp", "-a", template, folder], check=True)


@dataclass
class Tally:
    """What a harness came to; printed as JSON."""

    name: str
    counts: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    messages: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def say(self, message: str) -> None:
        """Notes a message, without what differs from run to run."""
        plain = re.sub(r"process \d+", "process N", re.sub(r"/[^\s:;,']*/", "", message))
        self.messages[plain] = self.messages.get(plain, 0) + 1

    def show(self) -> None:
        counts = ", ".join(f"{number} {what}" for what, number in self.counts.items())
        print(f"{self.name}: {counts}; broken: {len(self.broken)}", flush=True)
        for text in self.broken:
            print(f"  {text}", flush=True)
