#!/usr/bin/env python3
"""Damages the files of a cache, one change at a time, and reads it by every door.

    damage.py [--changes N] [--train-every N] [--seed N] [--threads N] [--audio DIR] [--each N]

A change is a flipped bit, a zeroed, swapped or stale page (of the same file before its last writes),
a file cut short, or the file of another cache; in the shards, merged.lmdb, card, plan, records of
shards and locks, of a cache of one file and of one of two shards. Then `lathe verify`,
`export csv`, `inspect --digest`, Python's loader where it can be had, and every so often a training
read it. Each must end with what the whole cache gives, or with exit code 1 and a message that names
something of the cache; never by a signal, in a hang, or with another number.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import crash
import faults
import loader
from faults import Broken, Done, Tally, expect, must, run

PAGE = 4096

Change = Callable[[bytearray, random.Random, bytes, bytes], bytearray]


def flipped(content: bytearray, draw: random.Random, *_: bytes) -> bytearray:
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    return content


def flipped_in_front(content: bytearray, draw: random.Random, *_: bytes) -> bytearray:
    """In the first pages, where LMDB's own records are, and in those of trees."""
    content[draw.randrange(min(len(content), 3 * PAGE))] ^= 1 << draw.randrange(8)
    return content


def zeroed(content: bytearray, draw: random.Random, *_: bytes) -> bytearray:
    start = draw.randrange((len(content) + PAGE - 1) // PAGE) * PAGE
    end = min(len(content), start + PAGE)
    content[start:end] = bytes(end - start)
    return content


def swapped(content: bytearray, draw: random.Random, *_: bytes) -> bytearray:
    pages = len(content) // PAGE
    if pages < 2:
        return content
    first, second = draw.sample(range(pages), 2)
    places = [slice(page * PAGE, (page + 1) * PAGE) for page in (first, second)]
    one, two = (bytes(content[place]) for place in places)
    content[places[0]], content[places[1]] = two, one
    return content


def stale(content: bytearray, draw: random.Random, older: bytes, _: bytes) -> bytearray:
    start = draw.randrange((len(content) + PAGE - 1) // PAGE) * PAGE
    page = older[start : start + PAGE]
    content[start : start + len(page)] = page
    return content


def cut(content: bytearray, draw: random.Random, *_: bytes) -> bytearray:
    return content[: draw.randrange(len(content))]


def exchanged(content: bytearray, draw: random.Random, older: bytes, other: bytes) -> bytearray:
    """The file of another cache, or the same file as it was."""
    return bytearray(draw.choice((older, other)))


CHANGES: list[tuple[int, Change]] = [
    (60, flipped),
    (20, flipped_in_front),
    (6, zeroed),
    (4, swapped),
    (4, stale),
    (4, cut),
    (2, exchanged),
]


class Target:
    """A cache, with what it gives while it is whole, and the same before its last writes."""

    def __init__(self, name: str, music: crash.Collection, place: Path, *, shards: int) -> None:
        self.name = name
        self.cache = place / name
        self.older = place / f"{name}-older"
        self.other = place / f"{name}-other"
        self.make(self.cache, music.some, music, shards)
        shutil.copytree(self.cache, self.older)
        self.make(self.cache, music.all, music, shards)
        self.make(self.other, music.some, music, shards, "--set", "mel.bands=64")
        self.whole = {}
        for door in self.doors:
            done = self.read(door, self.cache)
            expect(done.code == 0, f"{door}: {done.errors[-600:]}")
            self.whole[door] = done.output

    def make(
        self, cache: Path, audio: Path, music: crash.Collection, shards: int, *more: str
    ) -> None:
        command = ["prepare", str(audio), "--cache", str(cache), "--progress", "none", *more]
        if (cache / "plan.json").exists():
            (cache / "plan.json").unlink()
        for index in range(shards) if shards > 1 else []:
            must([*command, "--shard", f"{index}/{shards}", "--split", "0.6,0.2,0.2"], 0, 3)
        must(["merge", str(cache)] if shards > 1 else [*command, "--split", "0.6,0.2,0.2"], 0, 3)

    doors = ("verify", "export", "digest", "loader")

    def read(self, door: str, cache: Path) -> Done:
        if door == "verify":
            return run(["verify", str(cache), "--deep"])
        if door == "export":
            return run(["export", "csv", str(cache), "--view", "features", "--output", "-"])
        if door == "digest":
            return run(["inspect", str(cache), "--digest"])
        if door == "loader":
            return loader.run(cache)
        output = cache.parent / "run"
        shutil.rmtree(output, ignore_errors=True)
        done = run(
            ["train", "features", "--cache", str(cache), "--epochs", "1", "--progress", "none"]
            + ["--output", str(output)]
        )
        best = output / "best.safetensors"
        done.output = best.read_bytes().hex() if done.code == 0 else done.output
        return done


class Harness:
    def __init__(self, targets: list[Target], train_every: int) -> None:
        self.targets = targets
        self.train_every = train_every
        self.tally = Tally("damage")
        for target in targets:
            target.whole["train"] = target.read("train", target.cache).output

    def try_one(self, seed: int, folder: Path) -> None:
        draw = random.Random(seed)
        target = draw.choice(self.targets)
        names = sorted(path.name for path in target.cache.iterdir() if path.stat().st_size > 0)
        # Mostly where the values are.
        weights = [8 if name.endswith(".lmdb") else 1 for name in names]
        (name,) = draw.choices(names, weights)
        changes = [change for _, change in CHANGES]
        (change,) = draw.choices(changes, [weight for weight, _ in CHANGES])
        older, other = (path / name for path in (target.older, target.other))
        contents = [path.read_bytes() if path.exists() else b"\0" for path in (older, other)]
        cache = folder / "cache"
        if cache.exists():
            shutil.rmtree(cache)
        shutil.copytree(target.cache, cache)
        content = bytearray((cache / name).read_bytes())
        (cache / name).write_bytes(change(content, draw, *contents))
        self.tally.add(change.__name__)
        doors = [*target.doors, *(["train"] if seed % self.train_every == 0 else [])]
        is_found = False
        for door in doors:
            try:
                done = target.read(door, cache)
                self.check(door, done, target, cache, may_differ=is_found and change is exchanged)
                if door == "verify":
                    is_found = done.code == 1 or "not merged" in done.output
                    self.tally.add("found by verify" if is_found else "harmless to verify")
                elif done.code == 0 and done.output == target.whole[door]:
                    self.tally.add("reads of what is whole")
                else:
                    self.tally.add("reads refused")
                    expect(
                        is_found or "lock" in name, "verify finds nothing, and it cannot be read"
                    )
            except (Broken, OSError) as error:
                self.tally.broken.append(
                    f"{target.name}, {change.__name__} in {name}, seed {seed}, {door}: {error!r}"
                )

    def check(
        self, door: str, done: Done, target: Target, cache: Path, *, may_differ: bool
    ) -> None:
        # The whole store of another cache is one: it is the card by which verify tells it.
        if done.code == 0:
            if door not in ("verify", "digest") and not may_differ:
                expect(done.output == target.whole[door], "another number, and no error")
            return
        expect(done.code == 1, f"ended with {done.code}: {done.errors[-500:]}")
        texts = done.errors + done.output
        expect(
            cache.name in texts or "'" in texts or "track" in texts or "split" in texts,
            f"the message names nothing: {texts[-500:]}",
        )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--changes", type=int, default=1000)
    parser.add_argument("--train-every", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--audio", type=Path)
    parser.add_argument("--each", type=int, default=1)
    options = parser.parse_args(arguments)
    place = faults.scratch()
    try:
        music = crash.collection(place, options.audio and options.audio.resolve(), options.each)
        targets = [
            Target("one", music, place, shards=1),
            Target("divided", music, place, shards=2),
        ]
        harness = Harness(targets, options.train_every)
        folders = [place / f"folder{index}" for index in range(options.threads)]

        def work(index: int) -> None:
            folders[index].mkdir()
            for seed in range(
                options.seed + index, options.seed + options.changes, options.threads
            ):
                harness.try_one(seed, folders[index])

        with ThreadPoolExecutor(options.threads) as pool:
            list(pool.map(work, range(options.threads)))
        harness.tally.show()
        return 1 if harness.tally.broken else 0
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
