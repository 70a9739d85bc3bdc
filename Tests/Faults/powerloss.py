#!/usr/bin/env python3
"""Plays a loss of power: replays what `lathe` wrote, up to a cut, as a disk may have kept it.

    powerloss.py [CASE…] [--states N] [--audio DIR] [--each N] [--seed N] [--json FILE]

failpoints.c records every write, with its bytes, and every other call that changes files, in order.
For each state a cut is drawn; what was synced before it stays, and of the rest each write is kept,
lost or torn at borders of 512 or 4,096 bytes, whatever the order of the writes. Names are kept in
one of two ways:

- ordered: as a journal (ext4) keeps them: some first part of the changes of names since the last
  sync, in order; a sync of a file that has grown brings all earlier names to the disk.
- loose: as POSIX allows: a sync of a file brings its content alone; the names of a folder are only
  safe after a sync of the folder.

What is then on the disk must be a cache that `lathe verify` finds sound or unfinished, or damaged
with the remedy, which must help. It must be no older than the last commit that was synced before
the cut (the number in LMDB's meta pages). The command is given again, and must come to what an
undisturbed run comes to. Where the cut is after the end of the run, nothing of it may be lost.
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import crash
import faults
from faults import Broken, FailPoints, Tally, expect, must, run


@dataclass(frozen=True)
class Entry:
    """A recorded call."""

    name: str
    path: str
    other: str
    offset: int
    length: int
    is_durable: bool
    data: bytes


def entries(record: Path, under: Path) -> list[Entry]:
    """The record, with paths relative to the folder."""
    found = []
    with record.open("rb") as file:
        while line := file.readline():
            name, path, other, offset, length, durable, count = (
                line.decode().rstrip("\n").split("\t")
            )
            paths = [
                p[len(str(under)) + 1 :] if p.startswith(f"{under}/") else "" for p in (path, other)
            ]
            found.append(
                Entry(name, *paths, int(offset), int(length), durable == "1", file.read(int(count)))
            )
    return found


@dataclass
class Inode:
    """A file: what is surely on the disk, and the changes since, which may be."""

    kept: bytearray = field(default_factory=bytearray)
    changes: list[Entry] = field(default_factory=list)

    def sync(self) -> bool:
        """Returns whether it had grown."""
        before = len(self.kept)
        for change in self.changes:
            apply(self.kept, change)
        self.changes.clear()
        return len(self.kept) != before

    def content(self, draw: random.Random, keeps: float) -> bytes:
        """What a disk may have: each change kept, lost or torn."""
        bytes_ = bytearray(self.kept)
        for change in self.changes:
            if change.is_durable or draw.random() < keeps:
                apply(bytes_, change)
            elif change.name == "write" and draw.random() < 0.5:
                tear(bytes_, change, draw)
        return bytes(bytes_)


def apply(content: bytearray, change: Entry) -> None:
    if change.name == "ftruncate":
        del content[change.length :]
        content.extend(bytes(change.length - len(content)))
        return
    end = change.offset + (change.length if change.name == "fallocate" else len(change.data))
    content.extend(bytes(max(0, end - len(content))))
    if change.name == "write":
        content[change.offset : end] = change.data


def tear(content: bytearray, change: Entry, draw: random.Random) -> None:
    """Keeps some sectors of a write: its first ones, or any."""
    border = draw.choice((512, 4096))
    start, end = change.offset, change.offset + len(change.data)
    cuts = [start, *range((start // border + 1) * border, end, border), end]
    parts = list(itertools.pairwise(cuts))
    if draw.random() < 0.5:
        parts = parts[: draw.randrange(len(parts) + 1)]
    else:
        parts = [part for part in parts if draw.random() < 0.5]
    for low, high in parts:
        apply(
            content,
            Entry("write", "", "", low, high - low, False, change.data[low - start : high - start]),
        )


class Disk:
    """Files and names as a run sees them, and as they are surely kept."""

    def __init__(self, template: Path, is_ordered: bool) -> None:
        self.is_ordered = is_ordered
        self.names: dict[str, Inode | None] = {}
        for path in sorted(template.rglob("*")):
            name = str(path.relative_to(template))
            self.names[name] = Inode(bytearray(path.read_bytes())) if path.is_file() else None
        self.kept = dict(self.names)
        #: Changes of names since: the call, and the file that it was about.
        self.pending: list[tuple[Entry, Inode | None]] = []
        #: The number of the last commit that is surely kept, by the file it is in.
        self.commits: dict[int, int] = {}

    def take(self, entry: Entry) -> None:
        inode = self.names.get(entry.path)
        if entry.name in ("write", "ftruncate", "fallocate"):
            if inode is None:
                return
            inode.changes.append(entry)
            if entry.is_durable and len(entry.data) == 120:
                self.commits[id(inode)] = struct.unpack("<Q", entry.data[-8:])[0]
        elif entry.name in ("fsync", "fdatasync"):
            if inode is None:
                self.keep_names(entry.path)
            elif (inode.sync() or entry.name == "fsync") and self.is_ordered:
                self.keep_names(None)
        else:
            made = Inode() if entry.name == "create" else inode
            change(self.names, entry, made)
            self.pending.append((entry, made))

    def keep_names(self, folder: str | None) -> None:
        """Brings the names of a folder to the disk; where names are ordered, all earlier ones."""
        left = []
        for entry, inode in self.pending:
            if folder is None or self.is_ordered or folder_of(entry.other or entry.path) == folder:
                change(self.kept, entry, inode)
            else:
                left.append((entry, inode))
        self.pending = left

    def state(self, draw: random.Random, folder: Path) -> dict[str, Inode]:
        """Writes what a disk may have; returns its files."""
        keeps = draw.choice((0, 0.5, 0.9, 1))
        names = dict(self.kept)
        if self.is_ordered:
            for entry, inode in self.pending[: draw.randrange(len(self.pending) + 1)]:
                change(names, entry, inode)
        else:
            lost: set[str] = set()
            for entry, inode in self.pending:
                place = folder_of(entry.other or entry.path)
                # Within a folder the changes keep their order.
                if place in lost or draw.random() < 0.5:
                    lost.add(place)
                else:
                    change(names, entry, inode)
        found = {}
        for name, inode in sorted(names.items()):
            path = folder / name
            # A folder whose own name is lost takes what is in it along.
            if not path.parent.is_dir():
                continue
            if inode is None:
                path.mkdir(exist_ok=True)
            else:
                path.write_bytes(inode.content(draw, keeps))
                found[name] = inode
        return found


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def change(names: dict[str, Inode | None], entry: Entry, inode: Inode | None) -> None:
    if entry.name == "create":
        names[entry.path] = inode
    elif entry.name == "mkdir":
        names[entry.path] = None
    elif entry.name == "link":
        names[entry.other] = inode
    elif entry.name in ("unlink", "rmdir"):
        names.pop(entry.path, None)
    elif entry.name == "rename":
        inside = [name for name in names if name.startswith(f"{entry.path}/")]
        for name in inside:
            names[entry.other + name[len(entry.path) :]] = names.pop(name)
        names.pop(entry.path, None)
        names[entry.other] = inode


def commit(path: Path) -> int:
    """The number of the last commit of an LMDB file; -1 where it has none."""
    content = path.read_bytes()[: 2 * 4096]
    found = [-1]
    for start in (0, 4096):
        if content[start + 16 : start + 20] == b"\xde\xc0\xef\xbe":
            found.append(struct.unpack("<Q", content[start + 144 : start + 152])[0])
    return max(found)


class Harness:
    """One case: its record, and the states that are drawn from it."""

    def __init__(self, name: str, music: crash.Collection, library: Path, place: Path) -> None:
        self.case = crash.CASES[name](music)
        self.music = music
        self.place = place
        self.library = library
        self.tally = Tally(name)
        self.template = place / "template"
        self.template.mkdir(parents=True)
        self.case.begin(self.template)
        whole, record = place / "whole", place / "record"
        faults.replaced(self.template, whole)
        points = FailPoints(library, whole)
        done = run(self.case.command(whole), points.environment(record=record))
        expect(done.code in (0, 3), f"{name} alone ends with {done.code}: {done.errors}")
        self.entries = entries(record, whole)
        self.outcome = self.case.outcome(whole)
        faults.replaced(self.template, place / "second")
        must(self.case.command(place / "second"), 0, 3)
        second = self.case.outcome(place / "second")
        self.outcome = {
            key: value for key, value in self.outcome.items() if second.get(key) == value
        }
        self.tally.add("recorded calls", len(self.entries))

    def try_state(self, seed: int, folder: Path) -> None:
        draw = random.Random(seed)
        is_ordered = draw.random() < 0.5
        # Every tenth state is of the whole run, which has ended.
        cut = len(self.entries) if seed % 10 == 0 else draw.randrange(len(self.entries) + 1)
        disk = Disk(self.template, is_ordered)
        for entry in self.entries[:cut]:
            disk.take(entry)
        if cut < len(self.entries):
            # The call that power ended is under way: nothing of it is sure.
            under_way = self.entries[cut]
            inode = disk.names.get(under_way.path)
            if under_way.name == "write" and inode is not None:
                inode.changes.append(Entry(*[*vars(under_way).values()][:5], False, under_way.data))
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        found = disk.state(draw, folder)
        kind = "ordered" if is_ordered else "loose"
        try:
            self.check(disk, found, folder, has_ended=cut == len(self.entries))
            self.tally.add(f"states, {kind}")
        except (Broken, OSError, ValueError, KeyError) as error:
            self.tally.broken.append(
                f"{self.tally.name}: state {seed}, {kind}, cut at {cut}: {error!r}"
            )

    def check(self, disk: Disk, found: dict[str, Inode], folder: Path, *, has_ended: bool) -> None:
        for name, inode in found.items():
            if name.endswith(".lmdb") and ".unfinished" not in name:
                number, sure = commit(folder / name), disk.commits.get(id(inode), -1)
                expect(number >= sure, f"{name} is of commit {number}, and {sure} was synced")
        if has_ended:
            self.tally.add("states after the end")
            outcome = self.case.outcome(folder)
            for name, value in self.outcome.items():
                # Locks are for those that run.
                if name.endswith(("lock", "-lock")) or "/.lock" in name:
                    continue
                expect(
                    outcome.get(name) == value, f"the run had ended, and {name} is lost or another"
                )
        for cache in self.case.caches(folder):
            self.check_cache(cache)
        faults.check_texts(folder)
        for command in self.case.again(folder):
            must(command, 0, 3)
        outcome = self.case.outcome(folder)
        for name, value in self.outcome.items():
            expect(outcome.get(name) == value, f"{name} is not that of an undisturbed run")
        for cache in self.case.caches(folder):
            expect(
                faults.verified(cache)[0] is not None,
                f"{cache.name} is not finished after the rerun",
            )

    def check_cache(self, cache: Path) -> None:
        done = run(["verify", str(cache), "--deep"])
        if done.code == 0:
            self.tally.add("sound")
        elif faults.UNFINISHED.search(done.errors):
            self.tally.add("unfinished, and said so")
        else:
            expect(done.code == 1, f"verify ended with {done.code}: {done.errors[-600:]}")
            expect("repair" in done.errors, f"no remedy: {done.errors[-600:]}")
            self.tally.add("damaged, and said so")
            if not self.case.is_damaged_before:
                self.tally.say(done.errors.strip())
                must(["repair", str(cache), str(self.music.all)], 0, 3)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", choices=[[], *crash.CASES], metavar="CASE")
    parser.add_argument("--states", type=int, default=100)
    parser.add_argument("--audio", type=Path)
    parser.add_argument("--each", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="append the tallies to a file")
    options = parser.parse_args(arguments)
    usual = (
        "prepare",
        "prepare-more",
        "prepare-anew",
        "prepare-shard",
        "merge",
        "merge-into-3",
        "split",
        "train",
    )
    return crash.try_cases(
        options.cases or usual,
        options,
        lambda name, music, library, place: try_case(
            name,
            music,
            library,
            place,
            range(options.seed, options.seed + options.states),
            options.threads,
        ),
    )


def try_case(
    name: str, music: crash.Collection, library: Path, place: Path, seeds: range, threads: int
) -> Tally:
    harness = Harness(name, music, library, place)

    def work(index: int) -> None:
        for seed in seeds[index::threads]:
            harness.try_state(seed, place / f"folder{index}")

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    shutil.rmtree(place)
    return harness.tally


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
