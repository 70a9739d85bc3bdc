"""The command ``lathe`` of a wheel, and what a wheel carries."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT

PACKAGING = ROOT / "Sources" / "Python" / "packaging"


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, PACKAGING / "lathe", *arguments],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_is_the_program_that_the_package_carries(tmp_path):
    package = tmp_path / "lathe"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('the package was imported')")
    missing = run(tmp_path, "--version")
    assert missing.returncode == 1 and "swift build" in missing.stderr
    program = package / "_program" / "bin" / "lathe"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\nprintf "%s|" "$@"\nexit 3\n')
    program.chmod(0o755)
    done = run(tmp_path, "prepare", "a folder", "--cache", "")
    assert (done.returncode, done.stdout, done.stderr) == (3, "prepare|a folder|--cache||", "")


def test_what_every_system_has_is_not_carried(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(PACKAGING))
    import bundling

    listed = """\
	linux-vdso.so.1 (0x00007f)
	libcairo.so.2 => /usr/lib/libcairo.so.2 (0x00007f)
	libX11.so.6 => /usr/lib/libX11.so.6 (0x00007f)
	libstdc++.so.6 => /usr/lib/libstdc++.so.6 (0x00007f)
	libm.so.6 => /usr/lib/libm.so.6 (0x00007f)
	libmd.so.0 => /usr/lib/libmd.so.0 (0x00007f)
	libcrypto.so.3 => /usr/lib/libcrypto.so.3 (0x00007f)
	libc.so.6 => /usr/lib/libc.so.6 (0x00007f)
	/lib64/ld-linux-x86-64.so.2 (0x00007f)
"""
    monkeypatch.setattr(bundling, "_output", lambda *command: listed)
    assert list(bundling.needed(tmp_path)) == [
        "libcairo.so.2",
        "libX11.so.6",
        "libmd.so.0",
        "libcrypto.so.3",
    ]
    monkeypatch.setattr(bundling, "_output", lambda *command: "\tlibsoxr.so.0 => not found\n")
    with pytest.raises(SystemExit, match="needs libsoxr.so.0, which is not installed"):
        bundling.needed(tmp_path)
