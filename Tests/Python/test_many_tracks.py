"""The page over 2,000 tracks: how much it asks for. `many_tracks.py` measures it over 100,000."""

import time

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from many_tracks import VIEWS, asked, frames, make
from test_page import CHROMIUM, DRIVER, Service, chromium, show

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="chromium-driver is not installed"
)
TRACKS = 2_000
# What the page itself is made of, and what is asked for in every view.
A_PAGE = 40


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    service = Service(make(tmp_path_factory.mktemp("many"), TRACKS))
    yield service
    assert service.end() == 0


@pytest.fixture(scope="module")
def browser():
    browser = chromium()
    yield browser
    browser.quit()


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_asks_for_much(browser, service, view):
    show(browser, service, VIEWS[view].replace("60000", "1200"))
    assert not browser.find_elements("css selector", ".problem")
    requests = asked(browser)
    assert max(one["bytes"] for one in requests) < 200_000
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
