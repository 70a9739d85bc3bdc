"""The page over a collection of many made-up tracks, in headless Chromium.

    LATHE_PROGRAM=.build/release/lathe LATHED_PROGRAM=.build/release/lathed \\
      python Tests/Python/many_tracks.py FOLDER [--tracks 100000]

FOLDER has room for 13 KB a track; a collection that was made there before is taken again. Each view is opened anew as often
as `--turns` says: milliseconds until it is drawn, requests and their largest answer. Then the grid is scrolled up and down
a few pages long, and what is printed are the frames a second and the longest frame.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from conftest import ROOT, program

sys.path.insert(0, str(ROOT / "Tests" / "Reference"))
from measure_scale import LABELS, RATE, RECIPE, write_audio

VIEWS = {
    "overview": "/",
    "tracks": "/?page=tracks",
    "tracks, far behind": "/?page=tracks&offset=60000",
    "tracks by text": "/?page=tracks&text=t0000999",
    "tracks of a side": "/?page=tracks&side=test",
    "list": "/?page=tracks&as=list",
    "track": "/?track=t00000000",
    "leaks": "/?page=leaks",
    "leaks of a split that leaks": "/?page=leaks&split=leaky",
    "map": "/?page=map",
    "map, looked at closely": "/?page=map&box=-1,-1,1,1",
    "map of a label": "/?page=map&label=genre3",
    "corrections": "/?page=corrections",
    "runs": "/?page=runs",
    "a run": "/?page=runs&run=run",
}

# Runs until the mouse wheel would have been turned for so many frames; gives the milliseconds of each.
SCROLL = """
const [frames, done] = arguments;
const times = [];
let down = true;
function step(now) {
  times.push(now);
  scrollBy(0, down ? 30 : -30);
  const end = document.documentElement.scrollHeight - innerHeight;
  if (scrollY >= end - 1) down = false;
  if (scrollY <= 1) down = true;
  if (times.length > frames) done(times.slice(1).map((time, index) => time - times[index]));
  else requestAnimationFrame(step);
}
requestAnimationFrame(step);
"""

# What was asked for since the page was opened; a picture that is not finished has no size yet.
ASKED = """
return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
  .map((one) => ({name: one.name, bytes: one.decodedBodySize, end: one.responseEnd}))
"""


def make(folder: Path, tracks: int, labels: int = LABELS) -> Path:
    """A root with one cache of so many tracks of 0.2 s, each with a picture and a row of features, with a split
    that leaks, a run of one epoch, and 3,000 corrections."""
    root = folder / f"root-{tracks}-{labels}"
    cache = root / "many.lathe"
    if (root / "run/result.json").exists():
        return root
    shutil.rmtree(root, ignore_errors=True)
    audio = folder / "audio"
    write_audio(audio, tracks, labels)
    short = {"length": RATE // 5, "hop": RATE // 5}
    mel = {"kind": "mel", "slices": short, "transformLength": 256, "hop": 64, "bands": 16}
    recipe = folder / "recipe.json"
    features = {"kind": "features", "slices": short}
    recipe.write_text(
        json.dumps({**RECIPE, "views": {**RECIPE["views"], "mel": mel, "features": features}}))
    quiet = ["--progress", "none"]
    for command in (
        ["prepare", audio, "--cache", cache, "--recipe", recipe, *quiet],
        ["split", cache, "--policy", "slices", "--name", "leaky"],
        ["train", "features", "--cache", cache, "--split", "stratified-seed1-0.8-0.1-0.1", "--epochs", "1",
         "--output", root / "run", *quiet],
    ):
        subprocess.run([program(), *command], check=True, capture_output=True)
    shutil.rmtree(audio)
    corrections = [{"track": f"t{number:08d}", "flag": "odd"} for number in range(3_000)]
    (root / "many.lathe.overlay.json").write_text(
        json.dumps({"schema": "lathe.overlay/1", "corrections": corrections}))
    return root


def asked(browser: object) -> list[dict]:
    """The requests of the page that is open."""
    return browser.execute_script(ASKED)


def largest(requests: list[dict]) -> dict:
    """The longest answer, of sound excepted, which is played as it comes."""
    return max((one for one in requests if "/audio" not in one["name"]), key=lambda one: one["bytes"])


def frames(browser: object, count: int) -> list[float]:
    """Milliseconds of so many frames in which the page scrolls."""
    browser.set_script_timeout(120)
    return browser.execute_async_script(SCROLL, count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--labels", type=int, default=LABELS)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    from test_page import Service, chromium, show

    options.folder.mkdir(parents=True, exist_ok=True)
    service = Service(make(options.folder, options.tracks, options.labels))
    browser = chromium()
    try:
        print("| view | until it is drawn: first, median | requests | largest answer | which |\n|---|---|---|---|---|")
        for name, path in VIEWS.items():
            taken = []
            for _ in range(options.turns):
                browser.get("about:blank")
                browser.execute_cdp_cmd("Network.clearBrowserCache", {})
                begun = time.monotonic()
                show(browser, service, path)
                taken.append((time.monotonic() - begun) * 1_000)
            time.sleep(1)
            requests = asked(browser)
            print(
                f"| {name} | {taken[0]:.0f} ms, {statistics.median(taken):.0f} ms | {len(requests)} "
                f"| {largest(requests)['bytes'] / 1e3:.0f} kB | {largest(requests)['name'].partition('/v1/')[2][:90]} |",
                flush=True)
        show(browser, service, "/?page=tracks")
        before = len(asked(browser))
        times = frames(browser, 600)
        late = sum(time > 25 for time in times)
        print(
            f"scrolling: {1_000 * len(times) / sum(times):.1f} frames/s, median {statistics.median(times):.1f} ms, "
            f"longest {max(times):.0f} ms, {late} of {len(times)} late; {len(asked(browser)) - before} requests more")
    finally:
        browser.quit()
        service.end()


if __name__ == "__main__":
    main()
