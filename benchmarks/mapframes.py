"""
How fluently the workstation's map is drawn without a GPU: frames a second while it is dragged and all crews drive.

    python -m benchmarks.mapframes [--crews 5000] [--seconds 20]

A real server with one county of so many crews, all of whom send a new position every ten seconds; Debian's Chromium
with software drawing, one page at 1600 x 900 on the workstation, its map dragged by the mouse without a pause. A frame
is one call of ``requestAnimationFrame`` of the page; limit 20 a second.
"""

import argparse
import itertools
import math
import random
import statistics
import sys
import threading
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.screens import county
from tests.screens.conftest import CHROMIUM, FLAGS
from tests.screens.house import House, opened
from tests.worlds import PASSWORD, XIANGSHAN

LIMIT_FPS = 20.0
EVERY_S = 10.0
BATCH = 500  # positions in one request
COUNT = """
() => {
  window.frames_at = [];
  const look = (at) => { window.frames_at.push(at); requestAnimationFrame(look); };
  requestAnimationFrame(look);
}
"""


def drive(house: House, crews: int, over: threading.Event) -> None:
    """Send every crew's position again and again, each a little farther."""
    draw = random.Random(9)
    places = [(draw.uniform(121.6, 122.0), draw.uniform(29.2, 29.6)) for _ in range(crews)]
    for turn in itertools.count():
        at = house.hands.now().isoformat()
        rows: list[dict[str, Any]] = []
        for n, (lon, lat) in enumerate(places):
            lon, lat = lon + 0.01 * math.sin(turn + n), lat + 0.01 * math.cos(turn + n)
            rows.append({"crew_id": f"b{n}", "lon": lon, "lat": lat, "at": at})
        for start in range(0, crews, BATCH):
            answer = house.by("xiangshan").post("/crews/positions", json={"positions": rows[start : start + BATCH]})
            assert answer.status_code == 202, answer.text
        if over.wait(EVERY_S):
            return


def drag(page: Page, seconds: float) -> list[float]:
    """Drag the map to and fro; return the times between frames, ms."""
    box = page.locator(".map-ground").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(COUNT)
    for step in itertools.count():
        page.mouse.move(x + 120 * math.sin(step / 12), y + 80 * math.cos(step / 12))
        if page.evaluate("() => window.frames_at.at(-1) - window.frames_at[0]") > seconds * 1000:
            break
    page.mouse.up()
    at = page.evaluate("() => window.frames_at")
    return [b - a for a, b in itertools.pairwise(at)]


def main() -> int:
    """Print the table; 1 if the limit is not reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crews", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    said = parser.parse_args()
    over = threading.Event()
    with opened(county(said.crews)) as house, sync_playwright() as driver:
        house.by("xiangshan")
        driving = threading.Thread(target=drive, args=(house, said.crews, over))
        driving.start()
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--disable-gpu"])
        context = browser.new_context(base_url=house.url, viewport={"width": 1600, "height": 900}, locale="zh-CN")
        context.request.post("/api/v1/sessions", data={"login": "xiangshan", "password": PASSWORD})
        page = context.new_page()
        page.goto("/#/desk")
        page.locator(".map-ground canvas").first.wait_for()
        page.wait_for_timeout(20_000)
        between = drag(page, said.seconds)
        over.set()
        driving.join()
        browser.close()
    fps = 1000 / statistics.fmean(between)
    worst = sorted(between)[int(len(between) * 0.99)]
    print(f"area {XIANGSHAN}, {said.crews} crews that drive, the map dragged for {said.seconds:g} s\n")
    print("| what | measured | limit | ratio |\n|---|---|---|---|")
    print(f"| frames a second | {fps:.1f} | {LIMIT_FPS:g} | {fps / LIMIT_FPS:.2f} |")
    print(f"| 99 % of frames within, ms | {worst:.0f} | | |")
    return int(fps < LIMIT_FPS)


if __name__ == "__main__":
    sys.exit(main())
