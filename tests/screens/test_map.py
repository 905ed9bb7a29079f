"""Map, list and Gantt: crews move, one selection is shared, a bar that is dragged says what the server thinks of it."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.screens.conftest import Enter
from tests.screens.desk import choose, details, tab
from tests.screens.house import House
from tests.screens.looking import Paint, painted, resting, settled, until

WEST, EAST = 121.78, 121.95
FEW_PX = 12


def drives(house: House, lon: float) -> None:
    """Let the phone of 丹城一队 say where it is."""
    position = {"crew_id": "c1", "lon": lon, "lat": 29.47, "at": house.hands.now().isoformat()}
    answer = house.by("crew-1").post("/crews/positions", json={"positions": [position]})
    assert answer.status_code == 202, answer.text


def bar(page: Page, crew: str, ticket: dict[str, Any]) -> Locator:
    """Return the crew's way to the ticket's place."""
    chart = page.get_by_role("region", name="班组甘特图")
    way = page.locator(f"[data-bar^='{ticket['id']}']")
    return chart.get_by_role("button", name=re.compile(f"^{crew} 在途")).and_(way).last


def sent(house: House) -> dict[str, Any]:
    """Return a ticket to which 丹城一队 is on its way."""
    ticket = house.call()
    house.step("xiangshan", ticket, "accept")
    house.step("xiangshan", ticket, "dispatch", crew_id="c1")
    return ticket


def moved(before: Paint, now: Paint | None) -> Paint | None:
    far = now is not None and abs(now.x - before.x) + abs(now.y - before.y) > FEW_PX
    return now if far else None


def eastward(before: Paint, now: Paint | None) -> bool:
    """Tell whether something moved; an alarm's line above the map may move all of it down."""
    return now is not None and now.x > before.x + FEW_PX


def test_a_crew_that_drives_moves_on_the_map(enter: Enter, free: House) -> None:
    drives(free, WEST)
    page = enter("xiangshan", "desk")
    before = settled(page, "ok")
    drives(free, EAST)
    until(page, lambda: eastward(before, painted(page, "ok")), "the crew at another place")
    after = settled(page, "ok")
    page.mouse.click(after.x, after.y)
    card = page.get_by_role("dialog", name="丹城一队")
    expect(card).to_contain_text("空闲队伍")
    expect(card.get_by_role("button", name="派给该队伍")).to_be_disabled()  # nothing is selected yet


def test_list_map_and_gantt_share_one_selection(enter: Enter, free: House) -> None:
    waiting = free.call(place={"lon": 121.75, "lat": 29.40}, address="象山丹城西郊9号")
    free.hands.forward(minutes=4)  # nobody accepted it in time: its sign alone is red
    driven = sent(free)
    page = enter("xiangshan", "desk")
    tab(page, "全部")
    choose(page, driven)
    expect(bar(page, "丹城一队", driven)).to_have_attribute("aria-pressed", "true")
    town = settled(page, "mark-line")
    choose(page, waiting)
    expect(bar(page, "丹城一队", driven)).to_have_attribute("aria-pressed", "false")
    until(page, lambda: moved(town, painted(page, "mark-line")), "the ring around the other ticket")
    bar(page, "丹城一队", driven).click()
    expect(details(page)).to_contain_text(driven["ticket_no"])
    expect(page.get_by_role("option", selected=True).locator(f"[data-ticket='{driven['id']}']")).to_be_visible()
    sign = settled(page, "bad")
    page.mouse.click(sign.x, sign.y)
    expect(details(page)).to_contain_text(waiting["ticket_no"])
    expect(page.get_by_role("option", selected=True).locator(f"[data-ticket='{waiting['id']}']")).to_be_visible()
    expect(bar(page, "丹城一队", driven)).to_have_attribute("aria-pressed", "false")


def test_a_bar_that_is_dragged_shows_the_verdict_before_it_is_dropped(enter: Enter, free: House) -> None:
    ticket = sent(free)
    page = enter("xiangshan", "desk")
    expect(bar(page, "丹城一队", ticket)).to_be_visible()
    start = resting(page, bar(page, "丹城一队", ticket))
    goal = resting(page, page.locator(".gantt-head", has_text="石浦一队"))
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, goal["y"] + goal["height"] / 2, steps=6)
    hint = page.get_by_role("status").filter(has_text="改派给 石浦一队")
    expect(hint).to_contain_text(re.compile("[✓▲✖] .*石浦一队"))
    assert free.ticket(ticket)["dispatches"][-1]["crew_id"] == "c1"  # nothing is done by looking
    page.mouse.up()
    dialog = page.get_by_role("dialog", name="改派")
    expect(dialog.get_by_label("班组")).to_have_value("c2")
    dialog.get_by_role("button", name="改派").click()
    expect(dialog.get_by_label("改派原因")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("改派原因").fill("丹城一队车辆故障")
    dialog.get_by_role("button", name="改派").click()
    expect(bar(page, "石浦一队", ticket)).to_be_visible()
    assert free.ticket(ticket)["dispatches"][-1]["crew_id"] == "c2"


def test_a_job_is_given_to_another_crew_by_keys_and_taken_back(enter: Enter, free: House) -> None:
    ticket = sent(free)
    page = enter("xiangshan", "desk")
    mine = bar(page, "丹城一队", ticket)
    expect(mine).to_be_visible()
    page.get_by_role("group", name="拖动在途条").focus()
    for _ in range(page.locator("[data-bar]").count()):
        page.keyboard.press("ArrowRight")
        if mine.evaluate("bar => bar === document.activeElement"):
            break
    expect(mine).to_be_focused()
    expect(details(page)).to_contain_text(ticket["ticket_no"])
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="改派")
    expect(dialog.get_by_label("班组")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(dialog.get_by_label("班组")).to_have_value("c2")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("就近")
    dialog.get_by_role("button", name="改派").press("Enter")
    expect(bar(page, "石浦一队", ticket)).to_be_visible()
    expect(dialog).to_have_count(0)
    page.keyboard.press("z")
    expect(dialog.get_by_label("班组")).to_have_value("c1")
    dialog.get_by_role("button", name="改派").click()
    expect(dialog).to_have_count(0)
    expect(details(page)).to_contain_text("丹城一队 · ")
    assert [each["crew_id"] for each in free.ticket(ticket)["dispatches"]] == ["c1", "c2", "c1"]
