"""Builds the library and the program with Swift and puts them into the wheel, with the shared libraries
that they need.

The package is built from the repository that it lies in; all that is made on the way lies in
``.build-python`` at its top.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCRATCH = ROOT / ".build-python"
sys.path.insert(0, str(HERE / "packaging"))

from bundling import bundle, licences  # noqa: E402


def swift(product: str, *linking: str) -> Path:
    """A product with the Swift runtime in it, so that it runs where there is no Swift."""
    # fmt: off
    command = [
        "swift", "build", "--configuration", "release", "--product", product,
        "--package-path", str(ROOT), "--scratch-path", str(SCRATCH / "swift"),
        "-Xswiftc", "-static-stdlib", "-Xlinker", "--gc-sections", "-Xlinker", "-s",
        *(word for flag in linking for word in ("-Xlinker", flag)),
    ]
    # fmt: on
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit(
            f"lathe's {product} could not be built (the lines above say why); "
            f"{ROOT}/Manifests/setup.sh installs the packages that it needs"
        )
    return SCRATCH / "swift" / "release"


def check_tools() -> None:
    if not (ROOT / "Package.swift").exists():
        raise SystemExit(
            "lathe is built from its repository: pip install REPOSITORY/Sources/Python"
        )
    if shutil.which("swift") is None:
        raise SystemExit(
            "lathe is built by Swift 6.2 or newer, and there is no 'swift' on the PATH: install it "
            "from swift.org, or install a wheel that was built elsewhere"
        )


def built_library() -> Path:
    """The library of the C interface."""
    # It is loaded beside others that may hold a Swift runtime or LMDB of their own, so it shows nothing
    # but its interface.
    header = (ROOT / "Sources" / "LatheC" / "include" / "lathe.h").read_text()
    names = sorted(set(re.findall(r"^[a-z].*?\b(lathe_\w+)\(", header, re.MULTILINE)))
    exports = SCRATCH / "exports"
    exports.write_text("{ global: " + "; ".join(names) + "; local: *; };\n")
    return swift("LatheC", f"--version-script={exports}") / "libLatheC.so"


FONTS = Path("/usr/share/fonts/truetype/dejavu")
FONTS_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">.</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def add_program(folder: Path) -> list[Path]:
    """The program with the manifests and recipes that come with it, and a font for its figures.

    :returns: the files that were copied from packages of Debian's.
    """
    copied = bundle(swift("lathe") / "lathe", folder / "bin", folder / "lib")
    for kind in ("datasets", "recipes"):
        place = folder / "Manifests" / kind
        place.mkdir(parents=True, exist_ok=True)
        for manifest in (ROOT / "Manifests" / kind).glob("*.json"):
            shutil.copy2(manifest, place)
    fonts = folder / "fonts"
    fonts.mkdir(exist_ok=True)
    (fonts / "fonts.conf").write_text(FONTS_CONFIGURATION)
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        shutil.copy2(FONTS / name, fonts)
        copied.append(FONTS / name)
    return copied


class BuildWithBinaries(build_py):
    """Adds the library and the program; an editable install finds those of the checkout's own build
    folder."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        check_tools()
        package = Path(self.build_lib) / "lathe"
        for name in ("_library", "_program"):
            shutil.rmtree(package / name, ignore_errors=True)
        library = package / "_library"
        copied = bundle(built_library(), library, library)
        copied += add_program(package / "_program")
        licences(copied, package / "_licences")
        shutil.copy2(HERE / "packaging" / "LICENCES.md", package / "_licences" / "README.md")


class PlatformWheel(bdist_wheel):
    """For any Python 3 on this processor, with the C library of this system or a newer one: the binaries
    know nothing of Python."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self) -> tuple[str, str, str]:
        machine = super().get_tag()[2].removeprefix("linux_")
        library = (os.confstr("CS_GNU_LIBC_VERSION") or "").removeprefix("glibc ")
        return ("py3", "none", f"manylinux_{library.replace('.', '_')}_{machine}")


class LatheDistribution(Distribution):
    """One with a binary, and with its working files out of the sources."""

    def __init__(self, attributes: Any = None) -> None:
        super().__init__(attributes)
        for command, option in (("build", "build_base"), ("egg_info", "egg_base")):
            folder = SCRATCH / "setuptools" / command
            folder.mkdir(parents=True, exist_ok=True)
            self.get_option_dict(command)[option] = ("setup.py", str(folder))

    def has_ext_modules(self) -> bool:
        return True


setup(
    distclass=LatheDistribution,
    cmdclass={"build_py": BuildWithBinaries, "bdist_wheel": PlatformWheel},
    scripts=["packaging/lathe"],
)
