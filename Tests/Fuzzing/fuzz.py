#!/usr/bin/env python3
"""Fuzzes what reads files and texts from elsewhere, by libFuzzer under the address sanitizer.

    fuzz.py [TARGET …] [--minutes N] [--jobs N] [--work DIR] [--seeds DIR …] [--keep]
    fuzz.py [TARGET …] --large
    fuzz.py TARGET --replay FILE …
    fuzz.py --list

Builds `lathe-fuzz` (release, with overflow and bounds checks as always, counters of coverage in all Swift
code; C libraries of the system are as they are), fuzzes each target for so many minutes, so many at a time,
and prints a table: executions, coverage (edges, features), crashes, peak memory. An input of at most 1 MB
may take 10 s and 256 MB, no single allocation more than 256 MB.

Inputs that were found lie in WORK/corpus/TARGET and are gone on with the next time, those that crash in
WORK/findings/TARGET. --keep puts the smallest inputs with the same coverage into Tests/Fuzzing/Corpus, where
the suite reads them again; inputs from --seeds, such as real audio, and what grew out of them never go there.
--large reads files of 1 MB instead that are hard on memory or time (large.py), each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import large

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Leaks are not looked for (below): otherwise libFuzzer reads an input twice that seems to have some.
LIMITS = [
    "-max_len=1048576", "-timeout=10", "-rss_limit_mb=256", "-malloc_limit_mb=256", "-detect_leaks=0",
]
# The sanitizer keeps freed memory for a while, to find uses of it; usually as much as a quarter of a gigabyte.
SANITIZER = "quarantine_size_mb=8:thread_local_quarantine_size_kb=64:detect_leaks=0:allocator_may_return_null=1"
# What is kept of a target's corpus: inputs up to this size, and all together.
LARGEST_KEPT = 16 << 10
MOST_KEPT = 48 << 10
MOST_FILES_KEPT = 40


def build(scratch: Path) -> Path:
    """The program."""
    info = json.loads(subprocess.check_output(["swiftc", "-print-target-info"]))
    resources = Path(info["paths"]["runtimeResourcePath"]).parent
    library = next(resources.glob("clang/**/libclang_rt.fuzzer_no_main-*.a"), None)
    if library is None:
        library = next(resources.glob("clang/*/lib/**/libclang_rt.fuzzer_no_main-*.a"))
    coverage = "edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table"
    command = [
        "swift", "build", "-c", "release", "--product", "lathe-fuzz", "--scratch-path", str(scratch),
        "--sanitize", "address", "-Xswiftc", f"-sanitize-coverage={coverage}", "-Xswiftc", "-use-ld=lld",
        "-Xlinker", str(library), "-Xlinker", "-lstdc++",
    ]
    environment = {**os.environ, "LATHE_FUZZING": "1"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return scratch / "release" / "lathe-fuzz"


class Target:
    """One target with its folders."""

    def __init__(self, name: str, program: Path, work: Path) -> None:
        self.name = name
        self.program = program
        self.corpus = work / "corpus" / name
        self.findings = work / "findings" / name
        self.log = work / f"{name}.log"
        self.seeds = work / "seeds" / name
        # In memory: each input of some targets is a file.
        memory = Path("/dev/shm")
        self.scratch = (memory if memory.is_dir() else work) / f"lathe-fuzz-{os.getpid()}-{name}"
        for folder in (self.corpus, self.findings, self.seeds.parent, self.scratch):
            folder.mkdir(parents=True, exist_ok=True)

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "LATHE_FUZZ_TARGET": self.name,
            "ASAN_OPTIONS": SANITIZER,
            "TMPDIR": str(self.scratch),
        }

    def run(self, arguments: list[str], **more) -> subprocess.CompletedProcess:
        environment = {**self.environment(), **more.pop("environment", {})}
        try:
            return subprocess.run([self.program, *arguments], env=environment, **more)
        finally:
            self.clear_scratch()

    def clear_scratch(self) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()

    def make_seeds(self) -> None:
        self.run([], environment={"LATHE_FUZZ_SEEDS": str(self.seeds)}, check=True)

    def fuzz(self, seconds: float, others: list[str]) -> dict[str, int]:
        """Fuzzes until the time is over, also after a crash; what it came to."""
        end = time.monotonic() + seconds
        sums = {"executions": 0, "crashes": 0, "peak": 0, "edges": 0, "features": 0, "seconds": 0}
        begun = time.monotonic()
        own = HERE / "Corpus" / self.name
        folders = [str(self.corpus), str(self.seeds), *([str(own)] if own.is_dir() else []), *others]
        with open(self.log, "a") as log:
            while (left := end - time.monotonic()) > 1:
                place = log.tell()
                self.run(
                    [
                        *folders, *LIMITS, f"-max_total_time={int(left)}", "-print_final_stats=1",
                        f"-dict={self.seeds}.dict", f"-artifact_prefix={self.findings}/", "-reload=0",
                    ],
                    stdout=log, stderr=log,
                )
                log.flush()
                self.add(self.log.read_text(errors="replace")[place:], sums)
        sums["crashes"] = len(list(self.findings.iterdir()))
        sums["seconds"] = int(time.monotonic() - begun)
        return sums

    def read_large(self) -> int:
        """Reads files of 1 MB, and prints the worst; how many are too much."""
        self.make_seeds()
        folder = self.scratch.with_name(self.scratch.name + "-large")
        folder.mkdir()
        failed, slowest, peak = [], (0, ""), (0, "")
        count = 0
        for name, content in large.files(self.name, self.seeds):
            count += 1
            file = folder / name.replace(" ", "-")
            file.write_bytes(content)
            status, seconds, kilobytes = self.read_alone(file)
            slowest = max(slowest, (seconds, name))
            peak = max(peak, (kilobytes // 1024, name))
            if status or seconds > 10:
                failed.append(name)
                (self.findings / f"large-{file.name}").write_bytes(content)
            file.unlink()
        shutil.rmtree(folder)
        print(
            f"| {self.name} | {count} | {slowest[0]:.2f} s ({slowest[1]}) "
            f"| {peak[0]} MB ({peak[1]}) | {', '.join(failed) or 'none'} |", flush=True)
        return len(failed)

    def read_alone(self, file: Path) -> tuple[int, float, int]:
        """Reads one file in a process of its own: its status, processor time in seconds and most memory
        in KiB. The fuzzer's own limit is of wall time, which a busy machine has less of."""
        process = subprocess.Popen(
            [self.program, str(file), *LIMITS, "-timeout=120", f"-artifact_prefix={file.parent}/"],
            env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.clear_scratch()
        return process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss

    def add(self, text: str, sums: dict[str, int]) -> None:
        def last(pattern: str) -> int:
            found = re.findall(pattern, text)
            return int(found[-1]) if found else 0

        done = last(r"stat::number_of_executed_units:\s*(\d+)") or last(r"#(\d+)\t")
        sums["executions"] += done
        sums["peak"] = max(sums["peak"], last(r"stat::peak_rss_mb:\s*(\d+)") or last(r"rss: (\d+)Mb"))
        sums["edges"] = max(sums["edges"], last(r"cov: (\d+)"))
        sums["features"] = max(sums["features"], last(r"ft: (\d+)"))

    def keep(self) -> None:
        """Puts the smallest inputs with the same coverage into the repository."""
        chosen = self.scratch.with_name(self.scratch.name + "-kept")
        chosen.mkdir()
        kept = HERE / "Corpus" / self.name
        kept.mkdir(parents=True, exist_ok=True)
        small = [f"-max_len={LARGEST_KEPT}", "-merge=1", "-timeout=10", "-rss_limit_mb=1024"]
        log = self.log.with_suffix(".merge.log")
        with open(log, "w") as output:
            self.run([str(chosen), str(kept), str(self.corpus), *small], stdout=output, stderr=output)
        # The findings are there for good; the others are as many as there is room for.
        old = {path.name: path.read_bytes() for path in kept.glob("finding-*")}
        shutil.rmtree(kept)
        kept.mkdir()
        room = MOST_KEPT
        smallest = sorted(chosen.iterdir(), key=lambda path: path.stat().st_size)
        for path in smallest[:MOST_FILES_KEPT]:
            room -= path.stat().st_size
            if room < 0:
                break
            shutil.copy(path, kept / path.name[:16])
        for name, content in old.items():
            (kept / name).write_bytes(content)
        shutil.rmtree(chosen)


def names() -> list[str]:
    text = (HERE / "Targets" / "FuzzTarget.swift").read_text()
    found = re.search(r"static let all: \[FuzzTarget\] = \[([^\]]*)\]", text)
    assert found, "FuzzTarget.swift lists the targets"
    return re.findall(r"\w+", found.group(1))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--work", type=Path, default=ROOT / ".build-fuzz")
    parser.add_argument("--seeds", type=Path, action="append", default=[])
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--no-build", action="store_true", help="take the program as it was built before")
    parser.add_argument("--large", action="store_true", help="read files of 1 MB instead")
    parser.add_argument("--replay", type=Path, nargs="+")
    parser.add_argument("--list", action="store_true")
    chosen = parser.parse_args()
    if chosen.list:
        print("\n".join(names()))
        return 0
    if unknown := [name for name in chosen.targets if name not in names()]:
        print(f"there is no target {unknown[0]}; they are {', '.join(names())}", file=sys.stderr)
        return 2
    if chosen.keep and chosen.seeds:
        print("--keep goes with made-up seeds alone: leave out --seeds", file=sys.stderr)
        return 2
    work = chosen.work.resolve()
    scratch = work / "build"
    program = scratch / "release" / "lathe-fuzz" if chosen.no_build else build(scratch)
    targets = [Target(name, program, work) for name in chosen.targets or names()]
    if chosen.replay:
        files = [str(path) for path in chosen.replay]
        return targets[0].run([*files, *LIMITS]).returncode

    if chosen.large:
        print("| target | files | slowest | most memory | too much |\n|---|---|---|---|---|", flush=True)
        return 1 if sum(target.read_large() for target in targets) else 0

    def fuzz(target: Target) -> tuple[Target, dict[str, int]]:
        target.make_seeds()
        sums = target.fuzz(chosen.minutes * 60, [str(path.resolve()) for path in chosen.seeds])
        if chosen.keep:
            target.keep()
        return target, sums

    print("| target | seconds | executions | edges | features | findings | peak MB |")
    print("|---|---|---|---|---|---|---|", flush=True)
    crashes = 0
    with ThreadPoolExecutor(chosen.jobs) as pool:
        for target, sums in pool.map(fuzz, targets):
            crashes += sums["crashes"]
            print(
                f"| {target.name} | {sums['seconds']} | {sums['executions']:,} | {sums['edges']:,} "
                f"| {sums['features']:,} | {sums['crashes']} | {sums['peak']} |", flush=True)
    for target in targets:
        shutil.rmtree(target.scratch, ignore_errors=True)
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
