#!/usr/bin/env python3
"""Kills `lathe` at every step that changes a file, or lets the step fail, and looks what is left.

    crash.py [CASE…] [--errors] [--timed N] [--sample N] [--audio DIR] [--each N] [--list]

For each case (a verb with what it begins from) the calls of an undisturbed run are counted by
failpoints.c. Then the same run is killed by SIGKILL before each call, after it and, where it
writes, after half of its bytes; and at random moments (--timed). Where several processes work, all
are killed at a call, or the one that makes it alone; at a moment the first. With --errors each call
fails instead with ENOSPC, EDQUOT or EIO, once or from then on. After each:

- the cache opens and `lathe verify` finds nothing, or it says that it is not finished;
- every JSON file, table and picture that has its name is whole;
- the same command, given again, ends well, computes what is missing and nothing else, and
- digest and files are those of the undisturbed run.

Without --audio the collection is made up; with it, it is that folder (--each tracks of each label).
--sample takes so many faults of a case at random instead of all.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import faults
from faults import Broken, Call, Done, FailPoints, Tally, expect, must, run

ERRORS = ("ENOSPC", "EDQUOT", "EIO")
WRITES = ("write", "pwrite", "writev", "pwritev")
QUIET = ["--progress", "json"]
# Of several processes the one that makes the call is killed.
ALONE = "alone before"


@dataclass
class Collection:
    """The audio that cases begin from: some of the tracks, and all."""

    some: Path
    all: Path

    def prepare(self, folder: Path, *more: str, audio: Path | None = None) -> list[str]:
        return ["prepare", str(audio or self.all), "--cache", str(folder / "c"), *QUIET, *more]


class Case:
    """A command, what it begins from, and what it must come to."""

    #: Whether a rerun says how many tracks it computed.
    counts = False
    #: How many tracks of the beginning have gone or have changed in the collection.
    stale = 0
    #: Whether the cache may be damaged until the command has ended.
    is_damaged_before = False
    #: Whether the command starts others.
    has_several_processes = False
    #: A package of Python that the command needs.
    package: str | None = None

    def __init__(self, music: Collection) -> None:
        self.music = music

    def begin(self, folder: Path) -> None:
        """Makes what the command begins from."""

    def command(self, folder: Path) -> list[str]:
        raise NotImplementedError

    def again(self, folder: Path) -> list[list[str]]:
        """The commands after a fault, to the end."""
        return [self.command(folder)]

    def caches(self, folder: Path) -> list[Path]:
        return [folder / "c"]

    def rest(self, folder: Path) -> None:
        """What brings the outcome to where it can be compared; not part of what is disturbed."""

    def outcome(self, folder: Path) -> dict[str, str]:
        self.rest(folder)
        digests = {path.name: faults.digest(path) for path in self.caches(folder) if path.exists()}
        return {**faults.files(folder), **digests}

    def check(self, folder: Path, whole: dict[str, str]) -> dict[str, int | None]:
        """What must hold right after a fault. Returns the tracks of each cache."""
        faults.check_texts(folder)
        if self.is_damaged_before:
            return {}
        return {path.name: faults.verified(path)[0] for path in self.caches(folder)}


class Prepare(Case):
    counts = True

    def command(self, folder: Path) -> list[str]:
        return self.music.prepare(folder, "--split", "0.6,0.2,0.2")


class PrepareMore(Prepare):
    """New files, one that is gone, and one that has changed."""

    stale = 2

    def begin(self, folder: Path) -> None:
        must(self.music.prepare(folder, "--split", "0.6,0.2,0.2", audio=self.music.some), 0, 3)


class PrepareAnew(Prepare):
    """Another recipe in the same cache: a view's values are thrown away and made again."""

    counts = False

    def begin(self, folder: Path) -> None:
        must(super().command(folder), 0, 3)

    def command(self, folder: Path) -> list[str]:
        return [*super().command(folder), "--set", "mel.bands=64", "--yes"]


class PrepareShard(Case):
    def command(self, folder: Path) -> list[str]:
        return self.music.prepare(folder, "--shard", "0/2")

    def rest(self, folder: Path) -> None:
        must(self.music.prepare(folder, "--shard", "1/2"), 0, 3)
        must(["merge", str(folder / "c")], 0, 3)


class Merge(Case):
    def begin(self, folder: Path) -> None:
        must(self.music.prepare(folder, "--shard", "0/2", "--split", "0.6,0.2,0.2"), 0, 3)
        must(self.music.prepare(folder, "--shard", "1/2", "--split", "0.6,0.2,0.2"), 0, 3)

    def command(self, folder: Path) -> list[str]:
        return ["merge", str(folder / "c")]


class MergeInto(Case):
    def begin(self, folder: Path) -> None:
        must(self.music.prepare(folder, "--split", "0.6,0.2,0.2"), 0, 3)

    def command(self, folder: Path) -> list[str]:
        return ["merge", str(folder / "c"), "--into", str(folder / "d"), "--split", "3"]

    def again(self, folder: Path) -> list[list[str]]:
        return [] if (folder / "d").exists() else [self.command(folder)]

    def caches(self, folder: Path) -> list[Path]:
        return [folder / "c", folder / "d"]

    def check(self, folder: Path, whole: dict[str, str]) -> dict[str, int | None]:
        found = super().check(folder, whole)
        if (folder / "d").exists():
            expect(found["d"] == found["c"], "the new cache has its name and is not whole")
        return found


class MergeIntoOne(MergeInto):
    def command(self, folder: Path) -> list[str]:
        return ["merge", str(folder / "c"), "--into", str(folder / "d")]


class Split(Case):
    def begin(self, folder: Path) -> None:
        must(self.music.prepare(folder, "--split", "0.6,0.2,0.2"), 0, 3)

    def command(self, folder: Path) -> list[str]:
        return ["split", str(folder / "c"), "--folds", "2", "--name", "two"]

    def again(self, folder: Path) -> list[list[str]]:
        listed = must(["split", str(folder / "c"), "--list", "--json"]).output
        card = json.loads((folder / "c" / "card.json").read_text())
        # A split that is stored is not made twice; the card, which comes after it, may be missing.
        if "two" in listed and "two" not in card["splits"]:
            return [self.music.prepare(folder)]
        return [] if "two" in listed else [self.command(folder)]


class Repair(Case):
    """A cache with a damaged page in the middle."""

    is_damaged_before = True

    def begin(self, folder: Path) -> None:
        must(self.music.prepare(folder, "--split", "0.6,0.2,0.2"), 0, 3)
        shard = folder / "c" / "shard-00000.lmdb"
        size = shard.stat().st_size
        with shard.open("r+b") as file:
            for page in range(size // 4096 // 2, size // 4096 // 2 + 40):
                file.seek(page * 4096)
                file.write(b"\xa5" * 4096)

    def command(self, folder: Path) -> list[str]:
        return ["repair", str(folder / "c"), str(self.music.all)]


class RepairValue(Repair):
    """A cache with a damaged value: one byte of a picture."""

    def begin(self, folder: Path) -> None:
        must(self.music.prepare(folder, "--split", "0.6,0.2,0.2"), 0, 3)
        shard = folder / "c" / "shard-00000.lmdb"
        with shard.open("r+b") as file:
            place = file.read().find(b'"waveform"') + 20_000
            file.seek(place)
            byte = file.read(1)
            file.seek(place)
            file.write(bytes([byte[0] ^ 1]))


class Compact(PrepareAnew):
    """A cache with free pages is written anew without them."""

    def begin(self, folder: Path) -> None:
        super().begin(folder)
        must(super().command(folder), 0, 3)

    def command(self, folder: Path) -> list[str]:
        return ["compact", str(folder / "c")]


class Export(Case):
    """Tables and pictures: with its name each is whole, and the whole comes after a rerun."""

    kind: tuple[str, ...] = ()
    output = "exported"
    options: tuple[str, ...] = ()

    def begin(self, folder: Path) -> None:
        must(self.music.prepare(folder, "--split", "0.6,0.2,0.2"), 0, 3)

    def command(self, folder: Path) -> list[str]:
        output = str(folder / self.output)
        return ["export", *self.kind, str(folder / "c"), "--output", output, *self.options]

    def check(self, folder: Path, whole: dict[str, str]) -> dict[str, int | None]:
        found = super().check(folder, whole)
        for name, content in faults.files(folder).items():
            if name.startswith(self.output):
                expect(whole.get(name) == content, f"{name} has its name and is not whole")
        return found


class ExportTable(Export):
    kind = ("csv",)
    output = "table.csv"
    options = ("--view", "features")


class ExportImages(Export):
    kind = ("images",)
    output = "pictures"


class WholeExport(Export):
    """A file or folder that has its name once all of it is there, and is not replaced unasked."""

    def again(self, folder: Path) -> list[list[str]]:
        return [] if (folder / self.output).exists() else [self.command(folder)]


class ExportArrays(WholeExport):
    kind = ("npy",)
    options = ("--view", "mel")


class ExportArchives(WholeExport):
    kind = ("npz",)
    options = ("--view", "mel")


class ExportWebDataset(WholeExport):
    kind = ("webdataset",)
    options = ("--view", "mel")


class ExportJAMS(WholeExport):
    kind = ("jams",)


class ExportCard(WholeExport):
    kind = ("card",)
    output = "README.md"


class ExportParquet(WholeExport):
    """Parquet, written by Python from samples that it has the program write."""

    has_several_processes = True
    package = "pyarrow"
    kind = ("parquet",)
    options = ("--view", "mel", "--shard-megabytes", "1")

    def command(self, folder: Path) -> list[str]:
        settings = {
            "LATHE_PYTHON": sys.executable,
            "LATHE_PROGRAM": faults.program(),
            "PYTHONPATH": faults.ROOT / "Sources/Python",
        }
        words = [f"{name}={value}" for name, value in settings.items()]
        return ["/usr/bin/env", *words, faults.program(), *super().command(folder)]


class ExportCroissant(ExportParquet):
    """The same folder by its other name, of another view."""

    kind = ("croissant",)
    options = ("--view", "features-30s")


class Train(Case):
    """A run with its records and checkpoints, which also keeps statistics in the cache."""

    def begin(self, folder: Path) -> None:
        must(self.music.prepare(folder, "--split", "0.6,0.2,0.2"), 0, 3)

    def command(self, folder: Path) -> list[str]:
        return [
            "train",
            "features",
            "--cache",
            str(folder / "c"),
            "--output",
            str(folder / "run"),
        ] + [*("--epochs", "3", *QUIET)]

    def again(self, folder: Path) -> list[list[str]]:
        if (folder / "run" / "run.json").exists():
            return [["train", "--resume", str(folder / "run"), *QUIET]]
        return [self.command(folder)]

    def outcome(self, folder: Path) -> dict[str, str]:
        def without_times(value: object) -> object:
            if isinstance(value, dict):
                return {
                    name: without_times(part)
                    for name, part in value.items()
                    if not any(
                        word in name.lower()
                        for word in ("second", "time", "started", "ended", "at")
                    )
                }
            return [without_times(part) for part in value] if isinstance(value, list) else value

        found = super().outcome(folder)
        result = json.loads((folder / "run" / "result.json").read_text())
        found["evaluations"] = json.dumps(without_times(result["evaluations"]), sort_keys=True)
        epochs = (folder / "run" / "metrics.jsonl").read_text().splitlines()
        found["epochs"] = str([json.loads(line)["epoch"] for line in epochs])
        return found


class Card(Case):
    """`inspect --verify --repair` over a card that is gone, which writes it."""

    is_damaged_before = True

    def begin(self, folder: Path) -> None:
        must(self.music.prepare(folder, "--split", "0.6,0.2,0.2"), 0, 3)
        (folder / "c" / "card.json").write_text("{")

    def command(self, folder: Path) -> list[str]:
        return ["repair", str(folder / "c")]

    def check(self, folder: Path, whole: dict[str, str]) -> dict[str, int | None]:
        return {}


class Loader(Case):
    """Python's loader, which keeps statistics in the cache as it opens."""

    def begin(self, folder: Path) -> None:
        must(self.music.prepare(folder, "--split", "0.6,0.2,0.2"), 0, 3)

    def command(self, folder: Path) -> list[str]:
        script = (
            f"import sys\nsys.path.insert(0, {str(faults.ROOT / 'Sources/Python')!r})\n"
            "import lathe\n"
            f"with lathe.open({str(folder / 'c')!r}) as cache:\n"
            "    loader = cache.loader('features', side='train', normalise='feature')\n"
            "    print(loader.statistics is not None, sum(len(batch) for batch in loader))\n"
        )
        return [sys.executable, "-c", script]


CASES: dict[str, type[Case]] = {
    "prepare": Prepare,
    "prepare-more": PrepareMore,
    "prepare-anew": PrepareAnew,
    "prepare-shard": PrepareShard,
    "merge": Merge,
    "merge-into-3": MergeInto,
    "merge-into-1": MergeIntoOne,
    "split": Split,
    "repair": Repair,
    "repair-value": RepairValue,
    "compact": Compact,
    "card": Card,
    "export-csv": ExportTable,
    "export-images": ExportImages,
    "export-npy": ExportArrays,
    "export-npz": ExportArchives,
    "export-webdataset": ExportWebDataset,
    "export-jams": ExportJAMS,
    "export-card": ExportCard,
    "export-parquet": ExportParquet,
    "export-croissant": ExportCroissant,
    "train": Train,
    "loader": Loader,
}


@dataclass(frozen=True)
class Fault:
    """What is done to a run: at a call, or at a moment."""

    what: str
    call: Call | None = None
    moment: float = 0
    lasts: bool = False

    @property
    def is_error(self) -> bool:
        return self.what in ERRORS

    def __str__(self) -> str:
        if self.call is None:
            return f"killed after {self.moment:.3f} s"
        place = f"call {self.call.number}, {self.call.name} {Path(self.call.path).name}"
        if self.is_error:
            return f"{self.what}{' from then on' if self.lasts else ''} at {place}"
        return f"killed {self.what} {place}"

    def settings(self) -> dict[str, object]:
        """What failpoints.c is to do."""
        assert self.call is not None
        settings: dict[str, object] = {"at": self.call.number, "do": self.what}
        if self.lasts:
            settings["lasts"] = 1
        if self.what == ALONE:
            settings["do"] = "before"
        elif not self.is_error:
            settings["whom"] = "group"
        return settings


def kills_of(calls: list[Call], has_several_processes: bool) -> list[Fault]:
    return [
        Fault(what, call)
        for call in calls
        for what in ("before", "after", "within", ALONE)
        if (what != "within" or call.name in WRITES) and (what != ALONE or has_several_processes)
    ]


def errors_of(calls: list[Call]) -> list[Fault]:
    return [
        Fault(error, call, lasts=lasts)
        for call in calls
        for error in ERRORS
        for lasts in (False, True)
        if call.takes_space or error == "EIO"
    ]


class Harness:
    """One case in a folder of its own."""

    def __init__(
        self, name: str, music: Collection, library: Path, place: Path, random: random.Random
    ) -> None:
        self.case = CASES[name](music)
        self.place = place
        self.random = random
        self.library = library
        self.tally = Tally(name)
        self.template = place / "template"
        self.template.mkdir(parents=True)
        self.case.begin(self.template)
        # The undisturbed run, twice: what differs between the two isn't asked of a disturbed one.
        self.calls, done = self.undisturbed(place / "first")
        expect(done.code in (0, 3), f"{name} alone ends with {done.code}: {done.errors}")
        started = time.monotonic()
        self.undisturbed(place / "second")
        self.seconds = time.monotonic() - started
        first, second = (self.case.outcome(place / side) for side in ("first", "second"))
        self.whole = {key: value for key, value in first.items() if second.get(key) == value}
        self.names = set(first)
        self.tally.add("calls", len(self.calls))

    def undisturbed(self, folder: Path) -> tuple[list[Call], Done]:
        faults.replaced(self.template, folder)
        return FailPoints(self.library, folder).calls(self.case.command(folder))

    def all(self, timed: int, errors: bool, sample: int | None) -> list[Fault]:
        found = (
            errors_of(self.calls)
            if errors
            else kills_of(self.calls, self.case.has_several_processes)
        )
        if sample is not None and sample < len(found):
            found = self.random.sample(found, sample)
        if not errors:
            found += [
                Fault("kill", moment=self.random.uniform(0, self.seconds)) for _ in range(timed)
            ]
        return found

    def try_one(self, fault: Fault, folder: Path) -> None:
        faults.replaced(self.template, folder)
        points = FailPoints(self.library, folder)
        try:
            if fault.call is None:
                done = run(self.case.command(folder), points.environment(), seconds=fault.moment)
                self.tally.add("kills at a moment")
            else:
                done = run(self.case.command(folder), points.environment(**fault.settings()))
                if fault.is_error:
                    self.tally.add("errors")
                    self.check_error(fault, done, folder)
                elif fault.what == ALONE and not done.was_killed:
                    self.tally.add("kills of a program that was started")
                    expect(done.code != 0, "what it started was killed, and it ended well")
                    self.check_error(fault, done, folder)
                else:
                    self.tally.add("kills at a call")
                    expect(
                        done.was_killed,
                        f"was not killed, and ended with {done.code}: {done.errors[-300:]}",
                    )
            self.check(folder)
        except (Broken, OSError, ValueError, KeyError) as error:
            self.tally.broken.append(f"{self.tally.name}: {fault}: {error!r}")

    def check_error(self, fault: Fault, done: Done, folder: Path) -> None:
        """An error that matters ends with 1 and one line that names a file and says what to do."""
        if done.code in (0, 3):
            self.tally.add("errors that did not matter")
            return
        message = done.errors.strip().splitlines()[-1] if done.errors.strip() else ""
        message = next(
            (line for line in done.errors.splitlines() if re.match(r"lathe[.a-z]*:", line)),
            message,
        )
        self.tally.say(f"{fault.what}: {message}")
        expect(done.code == 1, f"ended with {done.code}: {done.errors[-600:]}")
        expect(str(folder) in message, f"the message names no file: {message}")
        expect("; " in message, f"the message does not say what to do: {message}")

    def check(self, folder: Path) -> None:
        tracks = self.case.check(folder, self.whole)
        if faults.leftovers(folder):
            self.tally.add("with temporary files")
        for command in self.case.again(folder):
            done = must(command, 0, 3)
            if self.case.counts:
                summary = faults.finished(done)
                known = tracks.get("c") or 0
                self.tally.add("tracks kept", known)
                kept = summary["unchanged"]
                expect(
                    known - self.case.stale <= kept <= known
                    and kept + summary["prepared"] == summary["tracks"],
                    f"{known} tracks were there, and the rerun kept {kept} and made "
                    f"{summary['prepared']} of {summary['tracks']}",
                )
        outcome = self.case.outcome(folder)
        for name, value in self.whole.items():
            expect(outcome.get(name) == value, f"{name} is not that of an undisturbed run")
        more = set(outcome) - self.names
        expect(not more, f"an undisturbed run has no {more}")
        for cache in self.case.caches(folder):
            expect(
                faults.verified(cache)[0] is not None,
                f"{cache.name} is not finished after the rerun",
            )


def try_case(
    name: str,
    music: Collection,
    library: Path,
    place: Path,
    *,
    timed: int,
    errors: bool,
    sample: int | None,
    seed: int,
    threads: int,
) -> Tally:
    """All faults of a case; its folder goes afterwards."""
    harness = Harness(name, music, library, place, random.Random(seed))
    wanted = harness.all(timed, errors, sample)
    folders = [place / f"folder{i}" for i in range(threads)]

    def work(index: int) -> None:
        for fault in wanted[index::threads]:
            harness.try_one(fault, folders[index])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    shutil.rmtree(place)
    return harness.tally


def collection(place: Path, audio: Path | None, each: int) -> Collection:
    """The collection, and the first half of its labels with a changed file and one more."""
    everything = (
        faults.made_music(place / "made", each)
        if audio is None
        else faults.part_of(audio, place / "all", each)
    )
    some = place / "some"
    shutil.copytree(everything, some)
    labels = sorted(path for path in some.iterdir() if path.is_dir())
    for label in labels[len(labels) // 2 :]:
        shutil.rmtree(label)
    tracks = sorted(some.rglob("*.wav"))
    tracks[0].write_bytes(tracks[1].read_bytes())
    shutil.copy(tracks[1], tracks[1].with_name("gone.wav"))
    return Collection(some, everything)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], metavar="CASE")
    parser.add_argument("--audio", type=Path)
    parser.add_argument("--each", type=int, default=1)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--timed", type=int, default=0)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--json", type=Path, help="append the tallies to a file")
    options = parser.parse_args(arguments)
    if options.list:
        for name, case in CASES.items():
            print(f"{name:16}{(case.__doc__ or '').splitlines()[0] if case.__doc__ else ''}")
        return 0
    return try_cases(
        options.cases or CASES,
        options,
        lambda name, music, library, place: try_case(
            name,
            music,
            library,
            place,
            timed=options.timed,
            errors=options.errors,
            sample=options.sample,
            seed=options.seed,
            threads=options.threads,
        ),
    )


def try_cases(
    cases: Iterable[str],
    options: argparse.Namespace,
    try_case: Callable[[str, Collection, Path, Path], Tally],
) -> int:
    """Tries cases one after the other, each in a folder of its own, and shows what each came to; the
    exit code."""
    place = faults.scratch()
    broken = 0
    try:
        music = collection(place, options.audio and options.audio.resolve(), options.each)
        library = faults.compiled(place)
        for name in cases:
            package = CASES[name].package
            if package and importlib.util.find_spec(package) is None:
                print(f"{name}: not tried, since this Python has no {package}", flush=True)
                continue
            tally = try_case(name, music, library, place / name)
            tally.show()
            broken += len(tally.broken)
            if options.json:
                with options.json.open("a") as file:
                    file.write(json.dumps(vars(tally)) + "\n")
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
