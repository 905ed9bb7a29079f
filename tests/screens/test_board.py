"""The dashboard and the replay of a day: live figures, the same as a table, down to a county, back to a minute."""

from playwright.sync_api import Page, expect

from tests.screens.conftest import Enter
from tests.screens.house import House
from tests.worlds import XIANGSHAN


def figure(page: Page, name: str) -> int:
    shown = page.locator(f"[data-figure={name}]").inner_text()
    return int("".join(sign for sign in shown if sign.isdigit()))


def test_a_call_is_counted_without_a_reload(enter: Enter, house: House) -> None:
    page = enter("monitor", "board")
    expect(page.locator("[data-figure=reported]")).to_be_visible()
    before = figure(page, "reported"), figure(page, "open")
    house.call()
    expect(page.locator("[data-figure=reported]")).to_have_text(f"{before[0] + 1:,}", timeout=20_000)
    expect(page.locator("[data-figure=open]")).to_have_text(f"{before[1] + 1:,}")


def test_the_table_says_what_the_chart_says_and_leads_down_to_the_county(enter: Enter, house: House) -> None:
    house.call()
    page = enter("monitor", "board")
    panel = page.get_by_role("region", name="各县分布").first
    panel.get_by_role("button", name="表").click()
    panel.get_by_role("button", name="查看象山").first.click()
    while not page.url.endswith(XIANGSHAN):
        panel.get_by_role("button", name="查看象山").first.click()
        page.wait_for_timeout(300)
    path = page.get_by_role("navigation", name="区域")
    expect(path.get_by_role("link").last).to_contain_text("象山")
    path.get_by_role("link").first.click()
    expect(path.get_by_role("link")).to_have_count(1)


def test_a_card_leads_to_the_tickets_that_it_counts(enter: Enter, house: House) -> None:
    house.call()
    page = enter("monitor", f"board/{XIANGSHAN}")
    page.get_by_role("link", name="在办工单").click()
    filters = page.get_by_role("search")
    expect(filters.get_by_label("辖区")).to_have_value(XIANGSHAN)
    expect(filters.get_by_label("是否在办")).to_have_value("true")


def test_an_alert_opens_its_ticket(enter: Enter, house: House) -> None:
    ticket = house.call()
    house.hands.forward(minutes=10)
    page = enter("monitor", "board")
    alert = page.locator(f"a[href='#/tickets/{ticket['id']}']")
    expect(alert).to_contain_text("超", timeout=20_000)
    alert.click()
    expect(page.get_by_text(ticket["ticket_no"]).first).to_be_visible()


def test_an_alert_is_read_whole_in_a_narrow_panel(enter: Enter, house: House) -> None:
    ticket = house.call(symptom="no_power_many")
    house.step("seat", ticket, "chase", text="客户再次来电")
    house.hands.forward(minutes=10)
    page = enter("monitor", "board", viewport={"width": 1200, "height": 768})
    page.evaluate("localStorage.setItem('language', 'en')")
    page.reload()
    text = page.locator(f"a[href='#/tickets/{ticket['id']}'] .grow")
    expect(text).to_contain_text("No power (several households)", timeout=20_000)
    assert text.evaluate(
        "box => box.scrollWidth <= box.clientWidth && box.parentElement.scrollWidth <= box.parentElement.clientWidth"
    )


def test_a_day_is_played_again_minute_by_minute(enter: Enter, house: House) -> None:
    ticket = house.call()
    house.hands.forward(minutes=3)
    page = enter("monitor", "replay")
    slider = page.get_by_role("slider", name="时刻")
    expect(slider).to_be_visible()
    slider.fill("1439")  # as far as the day has gone
    expect(page.locator("[data-counter=reported]")).not_to_have_text("0")
    page.locator(".replay-event").first.click()
    slider.fill("0")
    expect(page.locator("[data-counter=reported]")).to_have_text("0")
    page.get_by_role("button", name="跳到最差时刻").click()
    page.get_by_role("button", name="播放").click()
    expect(page.get_by_role("button", name="暂停")).to_be_visible()
    assert ticket["ticket_no"]


def test_a_wall_without_its_link_says_what_to_do(page: Page, house: House) -> None:
    page.goto(f"{house.url}/wall")
    expect(page.get_by_role("alert")).to_contain_text("请打开完整的大屏链接")
