"""The page over 900 tracks of 300 labels: how much it asks for. `many_tracks.py` measures it over 100,000."""

import time
from urllib.parse import parse_qs, urlencode, urlparse

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from many_tracks import VIEWS, asked, frames, largest, make
from selenium.webdriver import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from test_page import CHROMIUM, DRIVER, Service, chromium, show

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="chromium-driver is not installed"
)
TRACKS, LABELS = 900, 300
# What the page itself is made of, and what is asked for in every view.
A_PAGE = 40


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    service = Service(make(tmp_path_factory.mktemp("many"), TRACKS, LABELS))
    yield service
    assert service.end() == 0


@pytest.fixture(scope="module")
def browser():
    browser = chromium()
    yield browser
    browser.quit()


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_asks_for_much(browser, service, view):
    show(browser, service, VIEWS[view].replace("60000", "600"))
    assert not browser.find_elements("css selector", ".problem")
    requests = asked(browser)
    assert largest(requests)["bytes"] < 200_000, largest(requests)
    # Sixty pictures at most, however many tracks there are.
    assert len(requests) <= A_PAGE + (60 if "page=tracks" in VIEWS[view] else 0)


def test_scrolling_asks_for_each_picture_once(browser, service):
    show(browser, service, "/?page=tracks")
    assert len(browser.find_elements("css selector", ".tile")) == 60
    frames(browser, 120)
    first = service.get("/v1/caches/many.lathe/tracks?limit=1")
    assert first["total"] == TRACKS
    # The browser names them as they come, the first track's not always first.
    shown = f"/tracks/{first['tracks'][0]['id']}/"
    for _ in range(200):
        pictures = [one["name"] for one in asked(browser) if "/spectrogram" in one["name"]]
        if any(shown in one for one in pictures):
            break
        time.sleep(0.1)
    assert any(shown in one for one in pictures)
    assert len(pictures) == len(set(pictures)) <= 60


# The page takes its elements away under whoever looks at them.
TITLE = "return document.querySelector('h1')?.textContent"


def shown(browser) -> str:
    return browser.find_element(By.ID, "shown").text


def until(browser, condition) -> None:
    WebDriverWait(browser, 30, poll_frequency=0.05).until(condition)


def box(browser) -> dict[str, float]:
    """The part of the map that the address names."""
    (sides,) = parse_qs(urlparse(browser.current_url).query)["box"]
    return dict(zip(("left", "low", "right", "high"), map(float, sides.split(",")), strict=True))


def test_a_part_of_the_map_has_more_points_of_its_own(browser, service):
    show(browser, service, "/?page=map&points=300")
    assert shown(browser).startswith("300 of 900 tracks shown")
    base = "/v1/caches/many.lathe/map?view=features&form=compact&limit=300"
    whole = service.get(base)
    assert (whole["placed"], whole["total"], len(whole["compact"]["track"])) == (900, 900, 300)
    canvas = browser.find_element(By.TAG_NAME, "canvas")
    # With keys alone.
    canvas.send_keys("+")
    until(browser, lambda _: "in this part" in shown(browser))
    first = shown(browser)
    canvas.send_keys("+")
    until(browser, lambda _: shown(browser) != first)
    sides = box(browser)
    part = service.get(f"{base}&{urlencode(sides)}")
    assert 0 < part["total"] < 900
    inner = set(part["compact"]["track"])
    assert f"{len(inner):,} " in shown(browser) and f"{part['total']:,} tracks" in shown(browser)
    # What the whole shows of that part is still there, and more is.
    def lies_within(place: int) -> bool:
        found, names = whole["compact"], {"x": ("left", "right"), "y": ("low", "high")}
        return all(
            sides[low] <= found["box"][low]
            + found[axis][place] * (found["box"][high] - found["box"][low]) / 65_535 <= sides[high]
            for axis, (low, high) in names.items())
    outer = {track for place, track in enumerate(whole["compact"]["track"]) if lies_within(place)}
    assert len(inner) > len(outer) and len(outer - inner) <= 2
    # From track to track, and into one.
    canvas.send_keys("n")
    until(browser, lambda _: "genre" in browser.find_element(By.ID, "pointed").text)
    track = browser.find_element(By.ID, "pointed").text.split(":")[0]
    assert track in inner
    browser.find_element(By.TAG_NAME, "summary").click()
    until(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "details li a"))
    links = browser.find_elements(By.CSS_SELECTOR, "details li a")
    assert len(links) == min(60, len(inner)) and links[0].text == track
    canvas.send_keys(Keys.ARROW_LEFT)
    until(browser, lambda _: box(browser)["left"] < sides["left"])
    canvas.send_keys("0")
    until(browser, lambda _: shown(browser).startswith("300 of 900 tracks shown"))
    assert "box=" not in browser.current_url
    canvas.send_keys("n", Keys.ENTER)
    until(browser, lambda page: "track=t" in page.current_url)
    browser.back()
    until(browser, lambda page: page.find_elements(By.TAG_NAME, "canvas"))


def test_the_map_is_looked_at_closely_with_buttons_and_wheel(browser, service):
    show(browser, service, "/?page=map&points=300&label=genre3")
    assert shown(browser) == "3 tracks of genre3, all shown."
    show(browser, service, "/?page=map&points=300")
    browser.find_element(By.ID, "closer").click()
    until(browser, lambda _: "in this part" in shown(browser))
    before = box(browser)
    canvas = browser.find_element(By.TAG_NAME, "canvas")
    browser.execute_script("scrollTo(0, 0)")
    ActionChains(browser).scroll_from_origin(ScrollOrigin.from_element(canvas), 0, -100).perform()
    until(browser, lambda _: box(browser)["right"] - box(browser)["left"] < before["right"] - before["left"])
    # A drag to the right shows what lies to the left.
    before = box(browser)
    ActionChains(browser).move_to_element(canvas).click_and_hold().move_by_offset(80, 0).release().perform()
    until(browser, lambda _: box(browser)["left"] < before["left"])
    assert "page=map" in browser.current_url
    browser.find_element(By.ID, "all").click()
    until(browser, lambda _: "in this part" not in shown(browser))


def test_a_finger_on_the_map_scrolls_the_page_or_moves_a_part(browser, service):
    def swipe() -> None:
        way = {"x": 200, "y": 500, "xDistance": 60, "yDistance": -150, "gestureSourceType": "touch"}
        browser.execute_cdp_cmd("Input.synthesizeScrollGesture", way)

    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        show(browser, service, "/?page=map&points=300", "phone")
        taken = "return getComputedStyle(document.querySelector('canvas')).touchAction"
        # Left to the browser, which scrolls; a headless one does not.
        assert browser.execute_script(taken) == "pan-y"
        swipe()
        assert "box=" not in browser.current_url
        browser.execute_script("document.querySelector('#closer').click()")
        until(browser, lambda _: "in this part" in shown(browser))
        assert browser.execute_script(taken) == "none"
        before = box(browser)
        swipe()
        until(browser, lambda _: box(browser) != before)
        # To the right and up: what lies to the left and below comes into sight.
        assert box(browser)["left"] < before["left"] and box(browser)["low"] < before["low"]
    finally:
        browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_the_next_track_is_that_of_the_same_choice(browser, service):
    show(browser, service, "/?page=tracks&label=genre7")
    tiles = browser.find_elements(By.CSS_SELECTOR, ".tile")
    assert [tile.text.split("\n")[0] for tile in tiles] == [
        "t00000007", "t00000307", "t00000607"]  # fmt: skip
    tiles[1].click()
    until(browser, lambda page: "track=t00000307" in page.current_url and page.find_elements(By.ID, "author"))
    for key, track in (("n", "t00000607"), ("p", "t00000307"), ("p", "t00000007")):
        browser.find_element(By.TAG_NAME, "body").send_keys(key)
        until(browser, lambda page, track=track: page.execute_script(TITLE) == track)
