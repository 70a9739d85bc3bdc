"""What a wheel carries besides the package: binaries with all shared libraries that they need but the C
library and the run-time of the compiler, and the licences of those."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

# Part of every Linux system with this C library or a newer one; a second copy in a process would clash.
SYSTEM = re.compile(
    r"(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|util)|linux-vdso|lib(stdc\+\+|gcc_s))\.so.*"
)


def _output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def needed(binary: Path) -> dict[str, Path]:
    """The shared libraries that a binary is loaded with and that not every system has, by name."""
    found = {}
    for line in _output("ldd", binary).splitlines():
        name, arrow, rest = line.strip().partition(" => ")
        if not arrow or SYSTEM.fullmatch(name):
            continue
        path = Path(rest.split(" (")[0])
        if not path.is_absolute():
            raise SystemExit(f"{binary} needs {name}, which is not installed")
        found[name] = path.resolve()
    return found


def bundle(binary: Path, into: Path, libraries: Path) -> list[Path]:
    """Puts a binary into a folder and what it needs into another, so that each finds the rest from where
    it lies itself, and under names of their own: a process that has another libcrypto must not get this one.

    :returns: the files that the libraries were copied from.
    """
    into.mkdir(parents=True, exist_ok=True)
    libraries.mkdir(parents=True, exist_ok=True)
    placed = into / binary.name
    shutil.copy2(binary, placed)
    sources = needed(binary)
    names = [word for old in sources for word in ("--replace-needed", old, f"lathe-{old}")]
    for old, source in sources.items():
        copy = libraries / f"lathe-{old}"
        shutil.copy2(source, copy)
        copy.chmod(0o755)
        _patch(copy, "--set-soname", copy.name, "--set-rpath", "$ORIGIN", *names)
    way = "$ORIGIN" if libraries == into else f"$ORIGIN/../{libraries.name}"
    _patch(placed, "--set-rpath", way, *names)
    return list(sources.values())


def _patch(binary: Path, *changes: str) -> None:
    subprocess.run(["patchelf", *changes, binary], check=True)


def licences(files: Iterable[Path], folder: Path) -> None:
    """Copies what Debian says of the rights in each package that some files come from."""
    folder.mkdir(parents=True, exist_ok=True)
    packages = set()
    for file in files:
        # A package may have laid its file under /usr/lib where /lib is a link to that, or the other way.
        for path in (file, Path(str(file).removeprefix("/usr"))):
            listed = subprocess.run(
                ["dpkg", "-S", path], check=False, capture_output=True, text=True
            )
            if listed.returncode == 0:
                packages.add(listed.stdout.split(":")[0])
                break
        else:
            raise SystemExit(f"{file} is of no package of Debian's: its licence is not known")
    for package in sorted(packages):
        shutil.copy2(f"/usr/share/doc/{package}/copyright", folder / f"{package}.txt")
