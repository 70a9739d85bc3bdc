"""Builds the library with Swift and puts it into the wheel.

The package is built from the repository that it lies in; all that is made on the way lies in
``.build-python`` at its top.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[2]
SCRATCH = ROOT / ".build-python"


def built_library() -> Path:
    """The library with the Swift runtime in it, so that it runs where there is no Swift."""
    if not (ROOT / "Package.swift").exists():
        raise SystemExit(
            "lathe is built from its repository: pip install REPOSITORY/Sources/Python"
        )
    if shutil.which("swift") is None:
        raise SystemExit(
            "lathe's library is built by Swift 6.2 or newer, and there is no 'swift' on the PATH: "
            "install it from swift.org, or install a wheel that was built elsewhere"
        )
    # The library is loaded beside others that may hold a Swift runtime or LMDB of their own, so it
    # shows nothing but its interface.
    header = (ROOT / "Sources" / "LatheC" / "include" / "lathe.h").read_text()
    names = sorted(set(re.findall(r"^[a-z].*?\b(lathe_\w+)\(", header, re.MULTILINE)))
    exports = SCRATCH / "exports"
    exports.write_text("{ global: " + "; ".join(names) + "; local: *; };\n")
    # fmt: off
    command = [
        "swift", "build", "--configuration", "release", "--product", "LatheC",
        "--package-path", str(ROOT), "--scratch-path", str(SCRATCH / "swift"),
        "-Xswiftc", "-static-stdlib",
        "-Xlinker", f"--version-script={exports}", "-Xlinker", "--gc-sections", "-Xlinker", "-s",
    ]
    # fmt: on
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit(
            f"lathe's library could not be built (the lines above say why); {ROOT}/Manifests/setup.sh "
            "installs the packages that it needs"
        )
    return SCRATCH / "swift" / "release" / "libLatheC.so"


class BuildWithLibrary(build_py):
    """Adds the library; an editable install finds the one of the checkout's own build folder."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            folder = Path(self.build_lib) / "lathe" / "_library"
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(built_library(), folder)


class PlatformWheel(bdist_wheel):
    """For any Python 3 on this platform: the library knows nothing of Python."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self) -> tuple[str, str, str]:
        return ("py3", "none", super().get_tag()[2])


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
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
)
