"""A storm's calls at once: the workstation draws what is seen, counts what there is, and still answers keys."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from time import perf_counter
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.screens.conftest import Enter
from tests.screens.desk import row, tab
from tests.screens.house import BEFORE_RESTORED, House
from tests.worlds import stranger

MANY, HANDS = 500, 4
MOST_S = 60
ANSWER_MS = 3_000  # a key is answered within a second; the machine of a test may be busy with something else
MOST_ROWS = 60  # that are drawn
MOST_NODES = 6_000  # of the whole page
WEST, SOUTH, STEP, ABREAST = 121.65, 29.0, 0.02, 25
SELECTED = "document.querySelector('[role=listbox]').getAttribute('aria-activedescendant')"


@pytest.fixture
def storm(free: House) -> Iterator[House]:
    """A house that may be flooded; it is dry again afterwards."""
    for name in ("seat", "xiangshan"):
        free.by(name)  # logged in before several hands need them
    yield free
    drain(free)


def flood(house: House, pool: ThreadPoolExecutor) -> list[Future[dict[str, Any]]]:
    """Let many customers of 象山 call, each from a place of his own."""

    def one(n: int, phone: str) -> dict[str, Any]:
        place = {"lon": WEST + STEP * (n % ABREAST), "lat": SOUTH + STEP * (n // ABREAST)}
        return house.call(phone=phone, address=f"象山洪水路{n}号", place=place)

    return [pool.submit(one, n, stranger()) for n in range(MANY)]


def open_ones(house: House) -> list[dict[str, Any]]:
    """Return all open tickets of 象山 as the server holds them."""
    found: list[dict[str, Any]] = []
    turn: dict[str, Any] = {}
    while True:
        page = house.by("xiangshan").get("/tickets", params={"open": True, "limit": 500} | turn).json()
        found += page["tickets"]
        if page["next"] is None:
            return found
        turn = {"after": page["next"]}


def drain(house: House) -> None:
    """Cancel all that can be, with several hands."""
    said = {"reason": "客户来电已恢复", "meter": "live"}
    wet = [ticket for ticket in open_ones(house) if ticket["stage"] in BEFORE_RESTORED]
    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(lambda ticket: house.step("xiangshan", ticket, "cancel", **said), wet))


def rows(page: Page) -> Locator:
    return page.get_by_role("listbox", name="工单队列").get_by_role("option")


def counted(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="工单队列").get_by_role("button", name=name).locator(".queue-count")


def answers(page: Page, key: str) -> None:
    """Press a key that moves the selection, and see it moved."""
    before = page.evaluate(SELECTED)
    page.keyboard.press(key)
    page.wait_for_function(f"before => {SELECTED} !== before", arg=before, timeout=ANSWER_MS)


def bounded(page: Page) -> None:
    assert rows(page).count() <= MOST_ROWS
    assert page.evaluate("document.querySelectorAll('*').length") <= MOST_NODES


def test_five_hundred_calls_leave_the_workstation_at_work(enter: Enter, storm: House) -> None:
    page = enter("xiangshan", "desk")
    left = len(open_ones(storm))  # that others could not cancel
    first = [storm.call(), storm.call(address="象山丹城北街4号")]
    tab(page, "全部")
    for ticket in first:
        expect(row(page, ticket)).to_be_visible()
    answers(page, "j")
    began = perf_counter()
    with ThreadPoolExecutor(HANDS) as pool:
        calls = flood(storm, pool)
        while not all(call.done() for call in calls):
            answers(page, "j")
            answers(page, "k")
    assert len({call.result()["id"] for call in calls}) == MANY
    assert perf_counter() - began < MOST_S
    held = open_ones(storm)
    assert len(held) == left + len(first) + MANY
    waiting = [ticket for ticket in held if ticket["stage"] in ("submitted", "accepted")]
    expect(counted(page, "全部")).to_have_text(str(len(held)))
    expect(counted(page, "待派单")).to_have_text(str(len(waiting)))
    expect(rows(page).first).to_have_attribute("aria-setsize", str(len(held)))
    bounded(page)
    walks_through(page, len(held))
    drain(storm)
    expect(counted(page, "全部")).to_have_text(str(left))
    expect(rows(page)).to_have_count(left)


def walks_through(page: Page, n: int) -> None:
    """Keys move through the list to its very end, and what is drawn stays little."""
    answers(page, "j")
    page.get_by_role("listbox", name="工单队列").focus()
    answers(page, "End")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_attribute("aria-posinset", str(n))
    answers(page, "k")
    bounded(page)
    page.locator("#desk-search").fill(f"洪水路{MANY - 1}号")
    expect(rows(page)).to_have_count(1)
    page.locator("#desk-search").fill("")
    expect(rows(page).first).to_have_attribute("aria-setsize", str(n))
