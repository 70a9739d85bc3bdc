"""The served description, put to the test by schemathesis: whatever it allows, and much that it does not, is answered as it
says, and nothing is a fault of the server.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_remote import Server

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method,allow_header_conformance"
)
# What is there; all else is made up. A stream without a count would have no end.
PARAMETERS = """
[parameters]
"path.cache" = "demo.lathe"
"path.track" = "jazz.00000"
"path.split" = "{split}"
"path.run" = "run"
"query.view" = "{view}"
"query.count" = 2
"""


def schemathesis() -> str:
    beside = Path(sys.executable).with_name("schemathesis")
    found = str(beside) if beside.exists() else shutil.which("schemathesis")
    return found or pytest.skip("schemathesis is not installed")


def test_the_description_holds(folder: Path, split: str, tmp_path: Path) -> None:
    tester = schemathesis()
    # A copy: jobs may do anything to it.
    root = tmp_path / "root"
    shutil.copytree(folder / "demo.lathe", root / "demo.lathe")
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(PARAMETERS.format(split=split, view="features"))
    server = Server(root)
    try:
        command = [tester, "--config-file", configuration, "run", f"{server.url}/v1/openapi.json"]
        command += ["--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-examples", "4"]
        command += ["--seed", "15", "--request-timeout", "20", "--continue-on-failure"]
        command += ["--no-color", "--warnings", "off"]
        result = subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path / "hypothesis")},
        )
    finally:
        code = server.end()
    assert result.returncode == 0, result.stdout[-6_000:] + result.stderr[-1_000:]
    assert code == 0
