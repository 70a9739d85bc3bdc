"""Names of tracks and labels that are HTML, terminal escapes or hidden directions: shown as what they are, run by nobody."""

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import program
from test_remote import Server, daemon

LABEL = "<img src=x onerror=\"document.title='taken'\">"
NAMES = ["<script>alert(1)</script>", "\x1b[31mred\x1b]0;taken\x07", "\u202egnp.wav", "&lt;\"'`${1}"]
# A slash cannot stand in the name of a file.
FILES = [name.replace("/", "\u2215") for name in NAMES]


@pytest.fixture(scope="module")
def service(folder, tmp_path_factory):
    root = tmp_path_factory.mktemp("names")
    audio = root / "audio" / LABEL
    audio.mkdir(parents=True)
    plain = sorted((folder / "audio" / "jazz").iterdir())[0]
    for name in FILES:
        shutil.copy(plain, audio / f"{name}.wav")
    for name in ("broken", f"{FILES[1]}.broken"):
        (audio / f"{name}.wav").write_bytes(b"no sound")
    command = [program(), "prepare", root / "audio", "--cache", root / "names.lathe"]
    ran = subprocess.run(
        [*command, "--yes", "--progress", "plain"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 3, ran.stderr
    # What a terminal would obey is never printed.
    assert "\x1b" not in ran.stdout + ran.stderr and "\u202e" not in ran.stdout + ran.stderr
    log = (root / "log").open("w")
    service = Server.__new__(Server)
    service.process = subprocess.Popen(
        [daemon(), "--root", root, "--port", "0"], stdout=subprocess.PIPE, stderr=log, text=True
    )
    service.url = service.process.stdout.readline().split()[-1]
    service.log = root / "log"
    yield service
    assert service.end() == 0


def get(service, path: str) -> dict:
    with urllib.request.urlopen(f"{service.url}/v1/caches/names.lathe{path}", timeout=60) as answer:
        return json.load(answer)


def test_names_come_through_the_interface_as_they_are(service):
    listed = get(service, "/tracks")["tracks"]
    assert {track["label"] for track in listed} == {LABEL}
    # What a terminal would obey is in no cache: it is named in quarantine, as JSON writes it.
    assert {Path(track["path"]).stem for track in listed} == {FILES[0], *FILES[2:]}
    refused = get(service, "/quarantine")["files"]
    assert {(Path(file["path"]).stem, file["code"]) for file in refused} == {
        (FILES[1], "bad-path"),
        (f"{FILES[1]}.broken", "bad-path"),
        ("broken", "not-audio"),
    }
    assert get(service, f"/tracks?label={quote(LABEL)}")["total"] == len(listed)
    for track in listed:
        assert get(service, f"/tracks/{quote(track['id'], safe='')}")["path"] == track["path"]
        assert get(service, f"/tracks?text={quote(track['path'])}")["total"] == 1


def test_the_log_has_nothing_that_a_terminal_obeys(service):
    for path in ("/%1b%5b31m", f"/v1/caches/{quote(NAMES[0], safe='')}", "/v1/caches/%e2%80%ae"):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(service.url + path, timeout=60)
    text = service.log.read_text()
    assert "status=404" in text and "\x1b" not in text and "\u202e" not in text


@pytest.mark.parametrize(
    "path",
    ["/", "/?page=tracks", "/?page=tracks&as=list", "/?page=leaks", "/?page=corrections", "TRACK"],
)
def test_the_page_shows_names_as_text(service, path):
    pytest.importorskip("selenium", reason="selenium is not installed")
    from test_page import CHROMIUM, DRIVER, chromium, show, text

    if not (CHROMIUM and DRIVER):
        pytest.skip("chromium-driver is not installed")
    if path == "TRACK":
        ids = [track["id"] for track in get(service, "/tracks")["tracks"]]
        path = f"/?track={quote(next(name for name in ids if 'script' in name), safe='')}"
    browser = chromium()
    try:
        show(browser, service, path)
        assert "taken" not in browser.title
        found = "return document.querySelectorAll('main script, main img[src=x], main [onerror]').length"
        assert browser.execute_script(found) == 0
        if path == "/":
            assert "<img src=x onerror=" in text(browser)
        severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
        # A picture of a track whose name no request may have is refused, and nothing else is.
        assert all("status of 400" in entry["message"] for entry in severe), severe
    finally:
        browser.quit()
