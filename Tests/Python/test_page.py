"""The page of the service in a real browser: headless Chromium over a cache of made-up music.

`LATHE_SCREENSHOTS=FOLDER` keeps a picture of each view at each width.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, program
from test_remote import Server

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium-driver is not installed"),
]
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
VIEWS = {
    "overview": "/",
    "tracks": "/?page=tracks",
    "list": "/?page=tracks&as=list",
    "track": "/?track=jazz.00000",
    "leaks": "/?page=leaks",
    "map": "/?page=map",
    "neighbours": "/?page=map&method=tsne",
    "runs": "/?page=runs",
    "run": "/?page=runs&run=runs%2Ffeatures",
    "corrections": "/?page=corrections",
    "jobs": "/?page=jobs",
}


class Service(Server):
    """A `lathed` over a folder with one cache and one run."""

    def __init__(self, root: Path, *options: object) -> None:
        super().__init__(root, 0, *options)
        self.root = root

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def service(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    root = tmp_path_factory.mktemp("served")
    shutil.copytree(folder / "audio", root / "audio")
    shutil.copytree(folder / "demo.lathe", root / "demo.lathe")
    # Pictures of the first four of six seconds.
    command = [
        program(),
        "prepare",
        root / "audio",
        "--cache",
        root / "demo.lathe",
        "--yes",
    ]
    command += ["--set", "mel.slices.maximumCount=2", "--progress", "none"]
    subprocess.run(command, check=True, capture_output=True)
    split = ["--split", next(iter(_splits(root / "demo.lathe")))]
    command = [program(), "train", "features", "--cache", root / "demo.lathe", *split]
    command += [
        "--epochs",
        "3",
        "--output",
        root / "runs/features",
        "--progress",
        "none",
    ]
    subprocess.run(command, check=True, capture_output=True)
    command = [program(), "map", root / "demo.lathe", "--steps", "300"]
    subprocess.run(command, check=True, capture_output=True)
    service = Service(root)
    yield service
    assert service.end() == 0


def _splits(cache: Path) -> list[str]:
    import lathe

    with lathe.open(str(cache)) as opened:
        return list(opened.splits)


def chromium() -> webdriver.Chrome:
    """A browser without a window, that plays without being asked to."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--autoplay-policy=no-user-gesture-required",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    browser = chromium()
    yield browser
    browser.quit()


def show(browser: webdriver.Chrome, service: Service, path: str, width: str = "desktop") -> None:
    """Opens a view and waits until it is drawn."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {
            "width": WIDTHS[width][0],
            "height": WIDTHS[width][1],
            "deviceScaleFactor": 1,
            "mobile": width == "phone",
        },
    )
    browser.get(service.url + path)
    WebDriverWait(browser, 60, poll_frequency=0.05).until(
        lambda page: (
            page.find_elements(By.TAG_NAME, "h1")
            and page.find_element(By.ID, "content").get_attribute("aria-busy") is None
        )
    )


def text(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.ID, "content").text


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_drawn(
    browser: webdriver.Chrome, service: Service, view: str, width: str
) -> None:
    browser.get_log("browser")
    show(browser, service, VIEWS[view], width)
    assert not browser.find_elements(By.CSS_SELECTOR, ".problem"), text(browser)
    time.sleep(0.3)
    shots = os.environ.get("LATHE_SCREENSHOTS")
    if shots:
        Path(shots).mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(f"{shots}/{view}-{width}.png")
    assert "undefined" not in text(browser) and "[object" not in text(browser)
    said = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert said == []
    wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(wider) <= 0


@pytest.mark.parametrize("view", VIEWS)
def test_it_is_accessible(browser: webdriver.Chrome, service: Service, view: str) -> None:
    found = pytest.importorskip("axe_core_python", reason="axe_core_python is not installed")
    rules = Path(found.__file__).with_name("axe.min.js").read_text()
    for width, scheme in (("desktop", "light"), ("phone", "dark")):
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        show(browser, service, VIEWS[view], width)
        browser.execute_script(rules)
        result = browser.execute_async_script(
            "const done = arguments[0]; axe.run().then((found) => done(found.violations))"
        )
        assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in result] == []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_collection_is_that_of_the_interface(
    browser: webdriver.Chrome, service: Service
) -> None:
    show(browser, service, "/")
    about = service.get("/v1/caches/demo.lathe")
    cards = [card.text.split("\n") for card in browser.find_elements(By.CSS_SELECTOR, ".card")]
    assert [str(about["tracks"]), "tracks"] in cards
    assert [str(len(about["labels"])), "labels"] in cards
    bars = browser.find_elements(By.CSS_SELECTOR, ".bars a")
    assert [bar.text for bar in bars] == about["labels"]
    bars[0].click()
    WebDriverWait(browser, 30).until(lambda page: f"label={about['labels'][0]}" in page.current_url)
    WebDriverWait(browser, 30).until(lambda page: page.find_elements(By.CSS_SELECTOR, ".tile"))
    listed = service.get(f"/v1/caches/demo.lathe/tracks?label={about['labels'][0]}")
    tiles = [tile.text.split("\n")[0] for tile in browser.find_elements(By.CSS_SELECTOR, ".tile")]
    assert tiles == [track["id"] for track in listed["tracks"]]


def test_a_search_stands_in_the_address(browser: webdriver.Chrome, service: Service) -> None:
    show(browser, service, "/?page=tracks")
    browser.find_element(By.ID, "search").send_keys("jazz.00001", Keys.ENTER)
    WebDriverWait(browser, 30).until(lambda page: "text=jazz.00001" in page.current_url)
    WebDriverWait(browser, 30).until(
        lambda page: len(page.find_elements(By.CSS_SELECTOR, ".tile")) == 1
    )
    assert "1 to 1 of 1" in text(browser)
    browser.find_element(By.CSS_SELECTOR, ".tile").click()
    WebDriverWait(browser, 30).until(lambda page: "track=jazz.00001" in page.current_url)
    browser.back()
    WebDriverWait(browser, 30).until(lambda page: "text=jazz.00001" in page.current_url)


def player(browser: webdriver.Chrome, what: str) -> object:
    return browser.execute_script(
        f"const player = document.querySelector('#content > div').player; return {what}"
    )


def test_a_track_plays_and_a_slice_is_looped_whole(
    browser: webdriver.Chrome, service: Service
) -> None:
    show(browser, service, "/?track=jazz.00000")
    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys(" ")
    WebDriverWait(browser, 30).until(lambda _: player(browser, "player.time") > 0.3)
    assert player(browser, "player.isPlaying")
    body.send_keys(" ")
    WebDriverWait(browser, 30).until(lambda _: not player(browser, "player.isPlaying"))
    body.send_keys(Keys.ARROW_RIGHT)
    chosen = [one for one in browser.find_elements(By.TAG_NAME, "select") if one.text.count("\n")]
    views = next(one for one in chosen if "waveform" in one.text)
    Select(views).select_by_visible_text("waveform")
    WebDriverWait(browser, 30).until(lambda page: "view=waveform" in page.current_url)
    WebDriverWait(browser, 30).until(
        lambda page: page.find_element(By.ID, "content").get_attribute("aria-busy") is None
    )
    slices = service.get("/v1/caches/demo.lathe/tracks/jazz.00000/slices?view=waveform")
    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys(".")
    assert f"slice 2 of {slices['total']}" in text(browser)
    body.send_keys("l")
    WebDriverWait(browser, 30).until(lambda _: player(browser, "player.loop !== null"))
    # No sample more and none less than a model sees.
    assert player(browser, "player.loop.samples") == slices["slices"][1]["length"]
    start, seconds = (
        slices["slices"][1]["start_seconds"],
        slices["slices"][1]["seconds"],
    )
    time.sleep(seconds + 0.5)
    assert start <= player(browser, "player.time") <= start + seconds
    body.send_keys("l")
    assert player(browser, "player.loop") is None


def test_keys_work_where_a_button_has_the_focus(
    browser: webdriver.Chrome, service: Service
) -> None:
    show(browser, service, "/?track=jazz.00000")
    assert "slice 1 of" in text(browser)
    browser.find_element(By.CSS_SELECTOR, "[aria-label='The next slice']").click()
    focused = browser.switch_to.active_element
    assert focused.tag_name == "button" and "slice 2 of" in text(browser)
    focused.send_keys(",")
    assert "slice 1 of" in text(browser)
    # Space presses the button, and plays nothing.
    focused.send_keys(" ")
    assert "slice 2 of" in text(browser) and not player(browser, "player.isPlaying")
    label = browser.find_element(By.ID, "label")
    label.send_keys(".")
    assert "slice 2 of" in text(browser) and label.get_attribute("value") == "jazz."


def test_one_comes_to_the_top_of_a_track_and_back_to_where_one_was(
    browser: webdriver.Chrome, service: Service
) -> None:
    show(browser, service, "/?page=tracks", "phone")
    browser.execute_script("scrollTo(0, document.documentElement.scrollHeight)")
    before = browser.execute_script("return scrollY")
    assert before > 400
    browser.find_elements(By.CSS_SELECTOR, ".tile")[-1].click()
    WebDriverWait(browser, 30).until(lambda page: page.find_elements(By.ID, "author"))
    where = "return [scrollY, document.activeElement.id]"
    assert browser.execute_script(where) == [0, "content"]
    browser.back()
    WebDriverWait(browser, 30).until(lambda page: page.find_elements(By.CSS_SELECTOR, ".tile"))
    assert abs(browser.execute_script("return scrollY") - before) <= 1


def test_a_choice_keeps_the_focus(browser: webdriver.Chrome, service: Service) -> None:
    show(browser, service, "/?page=tracks")
    browser.find_element(By.ID, "by-label").send_keys("jazz")
    WebDriverWait(browser, 30).until(
        lambda page: len(page.find_elements(By.CSS_SELECTOR, ".tile")) == 2
    )
    assert browser.switch_to.active_element.get_attribute("id") == "by-label"


def test_the_picture_lies_where_its_slices_do(browser: webdriver.Chrome, service: Service) -> None:
    show(browser, service, "/?track=jazz.00000")
    track = service.get("/v1/caches/demo.lathe/tracks/jazz.00000")
    slices = service.get("/v1/caches/demo.lathe/tracks/jazz.00000/slices?view=mel")["slices"]
    end = slices[-1]["start_seconds"] + slices[-1]["seconds"]
    share = end / (track["frames"] / track["sample_rate"])
    image = browser.find_element(By.CSS_SELECTOR, ".stage img")
    stage = browser.execute_script("return arguments[0].parentElement.clientWidth", image)
    assert share < 1 and abs(image.size["width"] / stage - share) < 0.005


def test_a_correction_reaches_the_cache(browser: webdriver.Chrome, service: Service) -> None:
    show(browser, service, "/?track=jazz.00001")
    label = browser.find_element(By.ID, "label")
    label.clear()
    label.send_keys("blues")
    browser.find_element(By.ID, "author").send_keys("<b>Ada</b>")
    press(browser, "Relabel")
    WebDriverWait(browser, 30).until(lambda _: "Kept: label blues" in text(browser))
    kept = service.get("/v1/caches/demo.lathe/overlay")
    assert [(one["track"], one["labels"]) for one in kept["corrections"]] == [
        ("jazz.00001", ["blues"])
    ]
    show(browser, service, "/?page=corrections")
    # Whoever writes HTML for a name is shown it.
    assert "<b>Ada</b>" in text(browser) and kept["file"] in text(browser)
    show(browser, service, "/?page=jobs")
    for name, value in (
        ("audio", "audio"),
        ("cache", "demo.lathe"),
        ("corrections", "true"),
    ):
        field = browser.find_element(By.NAME, name)
        field.clear()
        field.send_keys(value)
    press(browser, "Start it")
    WebDriverWait(browser, 120).until(
        lambda _: "done (exit 0)" in text(browser) or "failed" in text(browser)
    )
    assert "done (exit 0)" in text(browser), text(browser)
    track = service.get("/v1/caches/demo.lathe/tracks/jazz.00001")
    assert track["label"] == "blues"
    show(browser, service, "/?page=corrections")
    press(browser, "Take back")
    WebDriverWait(browser, 30).until(lambda _: "Nothing is corrected yet" in text(browser))
    assert service.get("/v1/caches/demo.lathe/overlay")["corrections"] == []


def press(browser: webdriver.Chrome, words: str) -> None:
    """Clicks the button that says so."""
    next(b for b in browser.find_elements(By.TAG_NAME, "button") if b.text == words).click()


def test_a_map_by_neighbours_is_made_by_a_job(browser: webdriver.Chrome, service: Service) -> None:
    shutil.rmtree(service.root / "demo.lathe" / "maps", ignore_errors=True)
    show(browser, service, "/?page=map")
    Select(browser.find_element(By.ID, "method")).select_by_value("tsne")
    WebDriverWait(browser, 30).until(lambda _: "was computed yet" in text(browser))
    press(browser, "Compute it")
    WebDriverWait(browser, 120).until(lambda page: page.find_elements(By.TAG_NAME, "canvas"))
    assert "t-SNE with a perplexity of" in text(browser)
    found = service.get("/v1/caches/demo.lathe/map?view=features-30s&method=tsne")
    tracks = service.get("/v1/caches/demo.lathe")["tracks"]
    assert found["tracks"] == len(found["points"]) == tracks
    shots = os.environ.get("LATHE_SCREENSHOTS")
    if shots:
        time.sleep(0.3)
        browser.save_screenshot(f"{shots}/neighbours-made.png")


def test_with_a_token_a_log_is_shown_as_it_is_written(
    browser: webdriver.Chrome, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder / "demo.lathe", tmp_path / "root/demo.lathe")
    token = tmp_path / "token"
    token.write_text("of a test, and long enough for one\n")
    token.chmod(0o600)
    guarded = Service(tmp_path / "root", "--token-file", token)
    show(browser, guarded, "/?page=jobs")
    assert "A token is asked for" in text(browser)
    browser.find_element(By.ID, "token").send_keys(token.read_text().strip(), Keys.ENTER)
    WebDriverWait(browser, 30).until(lambda _: "No job was started yet" in text(browser))
    Select(browser.find_element(By.ID, "kind")).select_by_value("verify")
    press(browser, "Start it")
    WebDriverWait(browser, 60).until(
        lambda page: "every record" in page.find_element(By.TAG_NAME, "pre").text
    )
    WebDriverWait(browser, 60).until(lambda _: "done (exit 0)" in text(browser))
    said = browser.find_element(By.TAG_NAME, "pre").text
    assert said.startswith("20 tracks, every record")
    # What was said before is shown again to who asks later.
    show(browser, guarded, "/?page=jobs")
    press(browser, "Log")
    WebDriverWait(browser, 30).until(
        lambda page: page.find_element(By.TAG_NAME, "pre").text == said
    )
    if shots := os.environ.get("LATHE_SCREENSHOTS"):
        browser.save_screenshot(f"{shots}/log-with-token.png")
    browser.execute_script("sessionStorage.clear()")
    assert guarded.end() == 0


def test_without_javascript_tracks_can_be_read(browser: webdriver.Chrome, service: Service) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(service.url)
        browser.find_element(By.LINK_TEXT, "the caches, their tracks, sound and pictures").click()
        browser.find_element(By.LINK_TEXT, "demo.lathe").click()
        rows = browser.find_elements(By.CSS_SELECTOR, "table tr")
        assert len(rows) == 1 + service.get("/v1/caches/demo.lathe")["tracks"]
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True})
        page = browser.find_element(By.TAG_NAME, "html")
        assert int(page.get_property("scrollWidth")) <= int(page.get_property("clientWidth"))
        if shots := os.environ.get("LATHE_SCREENSHOTS"):
            browser.save_screenshot(f"{shots}/plain.png")
        browser.find_element(By.LINK_TEXT, "mel").click()
        assert browser.find_element(By.TAG_NAME, "img").size["width"] > 100
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_files_are_few_and_of_this_host(browser: webdriver.Chrome, service: Service) -> None:
    show(browser, service, "/")
    asked = browser.execute_script(
        "return performance.getEntriesByType('resource').map((one) => [one.name, one.decodedBodySize])"
    )
    assert asked and all(name.startswith(service.url) for name, _ in asked)
    assert sum(size for name, size in asked if "/page/" in name) < 150_000
    assert max(size for _, size in asked) < 200_000


def test_serve_opens_on_a_cache(browser: webdriver.Chrome, service: Service) -> None:
    missing = subprocess.run(
        [program(), "serve", "nowhere"], capture_output=True, text=True, check=False
    )
    assert missing.returncode == 2 and "nowhere: there is no such folder" in missing.stderr
    # A root of its own: a cache that two services have open is one too many for their jobs.
    root = service.root.parent / "another"
    shutil.copytree(service.root / "demo.lathe", root / "a b.lathe")
    command = [program(), "serve", root / "a b.lathe", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    lines = [process.stdout.readline(), process.stdout.readline()]
    address = lines[1].removeprefix("lathed: the page: ").strip()
    assert address.endswith("/?cache=a%20b.lathe"), lines
    browser.get(address)
    WebDriverWait(browser, 60).until(lambda page: page.find_elements(By.CSS_SELECTOR, ".card"))
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


def test_the_page_is_in_the_program() -> None:
    files = {file.name: file.stat().st_size for file in (ROOT / "Sources/ServicePage/Page").iterdir()}
    assert "index.html" in files and len(files) > 10
    assert sum(files.values()) < 150_000
