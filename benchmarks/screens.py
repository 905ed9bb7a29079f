"""
How heavy the workstation is for a browser, and how soon it shows what was committed.

    python -m benchmarks.screens [--rows 2000] [--crews 300] [--seconds 20]

A real server with one county of so many crews and open tickets, Debian's Chromium without a GPU, one page at
1600 x 900 on the workstation. Main thread: what the browser counts as tasks (``TaskDuration``) in each second of the
trade, with five tickets changing a second, in milliseconds a second; limit 60. Visible: from the sending of a command
by another client until the page's own document shows the ticket in its new state; limit 300 ms, answer of the server
included. Loaded: what travels packed at a first visit; limits 180, 300 and 80 KB.
"""

import argparse
import itertools
import random
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.screens.conftest import CHROMIUM, FLAGS
from tests.screens.house import House, opened, world
from tests.worlds import PASSWORD, XIANGSHAN

LIMITS_KB = {"seat": ("/#/seat", 180), "xiangshan": ("/#/desk", 300), "crew-1": ("/crew", 80)}
MAIN_MS, VISIBLE_MS = 60.0, 300.0
CHANGES_S = 5.0
TRIALS = 30
SHOWN = """
([id, stage]) => new Promise((done) => {
  const seen = () => {
    const row = document.querySelector(`[data-ticket="${id}"]`);
    if (row !== null && !row.textContent.includes(stage)) return false; // or it has gone to its new place
    done(performance.timeOrigin + performance.now());
    return true;
  };
  if (seen()) return;
  new MutationObserver((_, observer) => { if (seen()) observer.disconnect(); })
    .observe(document.body, { subtree: true, childList: true, characterData: true });
})
"""


def county(crews: int) -> dict[str, Any]:
    """Return the small world with so many crews in one county."""
    made = world()
    draw = random.Random(7)
    depots = ["330225-1", "330225-2"]
    people = [
        {"id": f"b{n}", "name": f"{n}队", "depot": depots[n % 2], "members": ["甲", "乙"], "skills": ["lv", "hv"]}
        for n in range(crews)
    ]
    draw.shuffle(people)
    return made | {"crews": [*made["crews"], *people]}


def fill(house: House, rows: int) -> list[dict[str, Any]]:
    """Log so many calls from all over the county."""
    draw = random.Random(3)
    spots = [{"lon": draw.uniform(121.7, 122.1), "lat": draw.uniform(29.2, 29.6)} for _ in range(rows)]
    house.by("seat")
    with ThreadPoolExecutor(8) as callers:
        return list(callers.map(lambda spot: house.call(place=spot), spots))


def task_ms(session: CDPSession) -> float:
    """Return how long the page's main thread has worked so far, ms."""
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return 1000 * float(metrics["TaskDuration"])


def main_thread(house: House, page: Page, tickets: list[dict[str, Any]], seconds: float) -> tuple[float, float]:
    """Return ms of work a second while tickets change, and while nothing does."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    begun, before = time.monotonic(), task_ms(session)
    page.wait_for_timeout(seconds * 500)
    calm = (task_ms(session) - before) / (time.monotonic() - begun)
    over, changed = threading.Event(), itertools.count()

    def change() -> None:
        draw = random.Random(5)
        while not over.wait(1 / CHANGES_S):
            path = f"/tickets/{draw.choice(tickets)['id']}/note"
            house.does("xiangshan", path, note="other", text=f"第 {next(changed)} 次")

    changing = threading.Thread(target=change)
    begun, before = time.monotonic(), task_ms(session)
    changing.start()
    page.wait_for_timeout(seconds * 1000)
    busy = (task_ms(session) - before) / (time.monotonic() - begun)
    over.set()
    changing.join()
    assert next(changed) > seconds * CHANGES_S / 2, "the tickets did not change as fast as they should"
    return busy, calm


def visible(house: House, page: Page, tickets: list[dict[str, Any]]) -> list[float]:
    """Return how long it took until the page showed an acceptance, ms, from its sending."""
    took = []
    for ticket in tickets:
        page.evaluate("([id]) => { window.seen = null; }", [ticket["id"]])
        page.evaluate(f"(told) => {{ window.seen = ({SHOWN.strip()})(told); }}", [ticket["id"], "已接单"])
        sent = time.time()
        house.step("xiangshan", ticket, "accept")
        took.append(page.evaluate("() => window.seen") - sent * 1000)
    return took


def loaded_kb(browser: Browser, house: House, name: str, address: str) -> float:
    """Return what a first visit loads, KB packed, the answers of the interface left out."""
    context = browser.new_context(base_url=house.url, service_workers="block")
    context.request.post("/api/v1/sessions", data={"login": name, "password": PASSWORD})
    page = context.new_page()
    line, sent, paths = context.new_cdp_session(page), dict[str, int](), dict[str, str]()
    line.on("Network.responseReceived", lambda event: paths.update({event["requestId"]: event["response"]["url"]}))
    line.on("Network.loadingFinished", lambda event: sent.update({event["requestId"]: event["encodedDataLength"]}))
    line.send("Network.enable")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2_000)
    context.close()
    return sum(size for asked, size in sent.items() if "/api/" not in paths.get(asked, "/api/")) / 1024


def main() -> int:
    """Print the table; 1 if a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--crews", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=20.0)
    said = parser.parse_args()
    with opened(county(said.crews)) as house, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        rows = [
            ("loaded, KB", name, loaded_kb(browser, house, name, page), limit)
            for name, (page, limit) in LIMITS_KB.items()
        ]
        tickets = fill(house, said.rows)
        context = browser.new_context(base_url=house.url, viewport={"width": 1600, "height": 900}, locale="zh-CN")
        context.request.post("/api/v1/sessions", data={"login": "xiangshan", "password": PASSWORD})
        page = context.new_page()
        page.goto("/#/desk")
        page.locator("[data-ticket]").first.wait_for(timeout=60_000)
        page.wait_for_timeout(5_000)
        busy, calm = main_thread(house, page, tickets, said.seconds)
        rows += [("main thread, ms/s", f"{said.rows} rows, {CHANGES_S:g} changes/s", busy, MAIN_MS)]
        rows += [("main thread, ms/s", f"{said.rows} rows, nothing changes", calm, MAIN_MS)]
        took = visible(house, page, _on_screen(page, tickets))
        rows += [("visible, ms", f"median of {len(took)}", statistics.median(took), VISIBLE_MS)]
        rows += [("visible, ms", "longest", max(took), VISIBLE_MS)]
        browser.close()
    print(f"area {XIANGSHAN}, {said.crews} crews\n")
    print("| what | of | measured | limit | ratio |\n|---|---|---|---|---|")
    for what, of, measured, limit in rows:
        print(f"| {what} | {of} | {measured:.1f} | {limit:g} | {measured / limit:.2f} |")
    return int(any(measured > limit for _, _, measured, limit in rows))


def _on_screen(page: Page, tickets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return tickets whose rows are drawn, each to be accepted once; the list holds thousands more."""
    ids = page.locator("[data-ticket]").evaluate_all("(rows) => rows.map((row) => row.dataset.ticket)")
    shown = [ticket for ticket in tickets if ticket["id"] in set(ids)]
    return shown[:TRIALS]


if __name__ == "__main__":
    sys.exit(main())
