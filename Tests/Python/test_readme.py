"""The scripts of the READMEs and articles run as they stand there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from test_remote import Server

# The server of the examples, in whose place one of this machine is asked.
ADDRESS = "http://cache.lab:8765/gtzan"
SCRIPTS = [
    script
    for readme in (
        ROOT / "README.md",
        ROOT / "Sources" / "Python" / "README.md",
        *sorted((ROOT / "Sources").glob("*/*.docc/*.md")),
    )
    for script in re.findall(r"```python\n(.*?)```", readme.read_text(), re.DOTALL)
    # A program that computes a view answers `lathe prepare`: test_view_programs.py runs those.
    if "import lathe" in script and "lathe.views.serve" not in script
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.split("\n")[0])
def test_script(script, path, tmp_path):
    if "torch" in script:
        pytest.importorskip("torch", reason="torch is not installed: the script was not run")
        assert len(script.strip().splitlines()) <= 20
    (tmp_path / "gtzan.lathe").symlink_to(path)
    server = Server(Path(path).parent) if ADDRESS in script else None
    if server:
        script = script.replace(ADDRESS, f"{server.url}/demo.lathe")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    if server:
        server.end()
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_there_are_scripts():
    assert any("lathe.torch" in script for script in SCRIPTS)
