"""The clocks of tickets: they follow the server's time and no other, and alarm once for each step."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.screens.conftest import Enter
from tests.screens.desk import row
from tests.screens.house import House

HOUR_MS = 3_600_000
SET_WRONG = """
const real = Date.now;
const Wrong = class extends Date { constructor(...said) { said.length === 0 ? super(real() + %d) : super(...said); } };
Wrong.now = () => real() + %d;
window.Date = Wrong;
"""


def clock(page: Page, ticket: dict[str, Any], name: str) -> Locator:
    """Return one clock in the ticket's row, by its one-sign name."""
    return row(page, ticket).locator(".queue-clock").filter(has_text=name).locator("[data-level]")


def alarms(page: Page) -> Locator:
    return page.get_by_role("region", name="未确认的告警")


def named(page: Page, ticket: dict[str, Any], what: str) -> Locator:
    return alarms(page).get_by_role("button", name=ticket["ticket_no"]).filter(has_text=what)


def test_clocks_go_from_calm_to_over_and_each_alarm_is_named_once(enter: Enter, free: House) -> None:
    page = enter("xiangshan", "desk")
    ticket = free.call()  # three minutes to accept it
    accept = clock(page, ticket, "派")
    expect(accept).to_have_attribute("data-level", "0")
    expect(named(page, ticket, "新工单")).to_have_count(1)
    free.hands.forward(seconds=95)
    expect(accept).to_have_attribute("data-level", "1")
    expect(accept).to_contain_text("▲")
    expect(named(page, ticket, "▲▲ 将超时")).to_have_count(0)
    free.hands.forward(seconds=50)
    expect(accept).to_have_attribute("data-level", "2")
    expect(accept).to_contain_text("▲▲")
    expect(named(page, ticket, "▲▲ 将超时")).to_have_count(1)
    free.hands.forward(seconds=60)
    expect(accept).to_have_attribute("data-level", "3")
    expect(accept).to_contain_text("✖")
    expect(accept).to_contain_text("超")
    expect(named(page, ticket, "✖ 已超时")).to_have_count(1)
    expect(named(page, ticket, "▲▲ 将超时")).to_have_count(0)  # the louder one has taken its place
    alarms(page).get_by_role("button", name="确认").click()
    expect(alarms(page)).to_have_count(0)
    free.call(address="象山丹城北街2号")
    expect(alarms(page)).to_contain_text("新工单")
    expect(named(page, ticket, "超时")).to_have_count(0)  # what was acknowledged is not named again


def test_a_search_says_that_it_hides_tickets_and_escape_ends_it(enter: Enter, free: House) -> None:
    page = enter("xiangshan", "desk")
    shown, hidden = free.call(address="象山丹城北街7号"), free.call(address="象山丹城南街8号")
    expect(row(page, hidden)).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("北街7")
    expect(row(page, hidden)).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="正按查找内容显示 1 / 2 单")).to_be_visible()
    page.keyboard.press("Escape")
    expect(row(page, hidden)).to_be_visible()
    expect(row(page, shown)).to_be_visible()
    page.keyboard.press("ArrowDown")  # the cursor stands nowhere: arrows go through the list
    expect(page.locator("[aria-selected=true]").first).to_be_visible()


def test_a_clock_stops_when_its_step_is_taken(enter: Enter, free: House) -> None:
    page = enter("xiangshan", "desk")
    ticket = free.call()
    expect(clock(page, ticket, "派")).to_be_visible()
    free.step("xiangshan", ticket, "accept")
    free.step("xiangshan", ticket, "dispatch", crew_id="c1")
    page.get_by_role("group", name="工单队列").get_by_role("button", name="在途中").click()
    expect(row(page, ticket)).to_be_visible()
    expect(clock(page, ticket, "派")).to_have_count(0)
    expect(clock(page, ticket, "到")).to_have_attribute("data-level", "0")


def test_a_wrong_clock_of_the_pc_changes_nothing(enter: Enter, free: House) -> None:
    ticket = free.call()
    for wrong in (HOUR_MS, -HOUR_MS):
        page = enter("xiangshan")
        page.add_init_script(SET_WRONG % (wrong, wrong))
        page.goto("/#/desk")
        page.reload()
        right = page.evaluate("new Date().getTime() - performance.timeOrigin - performance.now()")
        assert abs(right - wrong) < HOUR_MS / 2
        accept = clock(page, ticket, "派")
        expect(accept).to_have_attribute("data-level", "0")
        expect(accept).to_contain_text("2:")
        page.close()
