"""Lists and pages of tables: found by a part, acted upon, printed with a head, and nothing typed is lost unasked."""

from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect

from dispatch.kit.clock import CHINA
from tests.screens.conftest import Enter
from tests.screens.house import House
from tests.screens.looking import painted, settled, until
from tests.screens.test_exports import filters, listed, shown, taken
from tests.worlds import NINGHAI, XIANGSHAN

IN_NINGHAI = {"lon": 121.43, "lat": 29.29}


def chased(house: House, **said: Any) -> dict[str, Any]:
    return house.step("seat", house.call(**said), "chase", text="客户再次来电")


def test_a_supervisor_acts_from_the_ticket_s_page(enter: Enter, free: House) -> None:
    ticket = free.call()
    page = enter("monitor", f"tickets/{ticket['id']}")
    name = f"督办 {ticket['ticket_no']}"
    page.get_by_role("button", name=name).click()
    dialog = page.get_by_role("dialog", name=name)
    dialog.get_by_label("事由").fill("客户多次来电,请尽快到场")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="已督办")).to_be_visible()
    assert free.ticket(ticket)["flags"]["supervised"]
    page.get_by_role("button", name=f"升级 {ticket['ticket_no']}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("事由").select_option(label="媒体关注")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog).to_have_count(0)
    assert free.ticket(ticket)["flags"]["escalated_level"] > 0


def test_who_may_not_supervise_and_an_ended_ticket_have_no_such_buttons(enter: Enter, free: House) -> None:
    ticket = free.call()
    page = enter("xiangshan", f"tickets/{ticket['id']}")
    expect(page.get_by_role("button", name=f"催办 {ticket['ticket_no']}")).to_be_visible()
    expect(page.get_by_role("button", name=f"督办 {ticket['ticket_no']}")).to_have_count(0)
    free.step("xiangshan", ticket, "cancel", reason="客户来电已恢复", meter="live")
    expect(page.get_by_role("button", name=f"催办 {ticket['ticket_no']}")).to_have_count(0)


def test_a_queue_is_searched_and_its_file_has_the_same_tickets(enter: Enter, free: House) -> None:
    near = chased(free, address="丹城镇寻常街7号")
    far = chased(free, address="城关寻常路9号", place=IN_NINGHAI)
    page = enter("monitor", "supervision/chased")
    find = filters(page).get_by_label("查找")
    rows = page.get_by_role("region", name="催办").locator("tbody tr[data-row-key]")
    find.fill("寻常")  # other tests have left tickets of their own in the queue
    expect(rows).to_have_count(2)
    for said, wanted in (("宁海 寻常路", far), (near["ticket_no"][2:], near), ("寻常街", near)):
        find.fill(said)
        expect(rows).to_have_count(1)
        expect(rows.get_by_role("link", name=wanted["ticket_no"])).to_be_visible()
    late = chased(free, address="丹城镇寻常街8号")
    expect(rows).to_have_count(2)  # the list goes on, the words stay
    expect(find).to_have_value("寻常街")
    _, file, conditions = taken(page)
    assert conditions["查找"] == "寻常街"
    assert {row[0] for row in file[1:]} >= {near["ticket_no"], late["ticket_no"]} or len(file) == 3
    find.fill("寻常")
    filters(page).get_by_label("辖区").select_option(value=NINGHAI)
    expect(rows).to_have_count(1)
    expect(rows.get_by_role("link", name=far["ticket_no"])).to_be_visible()


def test_an_account_is_found_by_login_name_role_and_area(enter: Enter, house: House) -> None:
    page = enter("admin", "admin/accounts")
    filters(page).get_by_label("查找").fill("crew-3")
    rows = page.get_by_role("region", name="账号").locator("tbody tr[data-row-key]")
    expect(rows).to_have_count(1)
    _, file, conditions = taken(page)
    assert (len(file), conditions["查找"]) == (2, "crew-3")
    filters(page).get_by_label("查找").fill("")
    filters(page).get_by_label("角色").select_option(value="COUNTY_DISPATCHER")
    filters(page).get_by_label("辖区").select_option(value=XIANGSHAN)
    wanted = listed(house, "admin", "/accounts", "accounts", role="COUNTY_DISPATCHER", area=XIANGSHAN)
    expect(rows).to_have_count(len(wanted))


def test_an_account_of_a_crew_is_given_by_the_crew_s_name(enter: Enter, house: House) -> None:
    page = enter("admin", "admin/accounts")
    page.get_by_role("button", name="新建账号").click()
    dialog = page.get_by_role("dialog")
    for label, said in (("登录名", "danchenger"), ("姓名", "丹城二号")):
        dialog.get_by_label(label).fill(said)
    dialog.get_by_label("角色").select_option(value="CREW")
    crew = dialog.get_by_label("班组")
    expect(crew.locator("option")).to_have_count(1)  # of no area yet, there is none to choose
    dialog.get_by_label("辖区").select_option(value=XIANGSHAN)
    expect(crew.locator("option", has_text="西店一队")).to_have_count(0)
    crew.select_option(label="丹城一队(丹城供电所)")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog).to_have_count(0)
    filters(page).get_by_label("查找").fill("danchenger")
    rows = page.get_by_role("region", name="账号").locator("tbody tr[data-row-key]")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("丹城一队(丹城供电所)")
    (made,) = listed(house, "admin", "/accounts", "accounts", q="danchenger")
    assert (made["crew_id"], made["area"]) == ("c1", XIANGSHAN)
    page.get_by_role("button", name="修改 danchenger").click()
    expect(dialog.get_by_label("班组")).to_have_value("c1")


def test_a_ticket_is_found_by_part_of_its_number_and_a_contradiction_is_told(enter: Enter, free: House) -> None:
    ticket = free.call()
    page = enter("monitor", "tickets")
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url) if "/api/v1/tickets?" in sent.url else None)
    rows = page.get_by_role("region", name="工单列表").locator("tbody tr[data-row-key]")
    expect(rows.first).to_be_visible()
    number = filters(page).get_by_label("工单编号")
    before = len(asked)
    number.fill("26")
    expect(filters(page).get_by_text("至少填 4 位")).to_be_visible()
    no = ticket["ticket_no"]
    number.fill(f" {no[2:6]} {no[6:]} ")
    expect(rows).to_have_count(1)
    expect(rows.get_by_role("link", name=no)).to_be_visible()
    assert not [url for url in asked[before:] if url.endswith("no=26") or "no=26&" in url]
    filters(page).get_by_label("受理时间起").fill("2026-07-03T08:00")
    until(page, lambda: [url for url in asked if "from=" in url] or None, "asked with a beginning")
    before = len(asked)
    filters(page).get_by_label("受理时间止").fill("2026-07-02T08:00")
    expect(filters(page).get_by_text("止早于起,请改正")).to_be_visible()
    expect(filters(page).get_by_label("受理时间止")).to_have_attribute("aria-invalid", "true")
    assert not [url for url in asked[before:] if "to=" in url]


def test_a_printed_list_says_what_it_is_and_whether_it_is_all(enter: Enter, free: House) -> None:
    calls = [free.call(address=f"象山丹城=街{n}号") for n in range(101)]
    page = enter("monitor", "tickets")
    filters(page).get_by_label("辖区").select_option(value=XIANGSHAN)
    filters(page).get_by_label("是否在办").select_option(label="在办")
    shown(page, 100)
    head = page.locator(".print-head")
    expect(head).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(head).to_be_visible()
    expect(head).to_contain_text("工单列表 · 象山")
    expect(head).to_contain_text("辖区:象山;是否在办:在办")
    expect(head).to_contain_text("monitor(monitor) 打印于 2026-07-")
    expect(head).to_contain_text("仅打印已加载的 100 行,全部请导出 Excel")
    page.emulate_media(media="screen")
    filters(page).get_by_label("工单编号").fill(calls[0]["ticket_no"])
    shown(page, 1)
    page.emulate_media(media="print")
    expect(head).to_contain_text("共 1 行,已全部打印")


def test_the_dark_dashboard_is_printed_on_light_paper(enter: Enter, house: House) -> None:
    page = enter("monitor", "board")
    expect(page.locator("[data-figure=reported]")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    settled(page, "land")
    page.emulate_media(media="print")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    until(page, lambda: painted(page, "land"), "the land of the light theme")
    page.emulate_media(media="screen")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("localStorage.getItem('theme')") is None


def test_a_day_to_come_is_refused_in_words(enter: Enter, house: House) -> None:
    page = enter("monitor", "board")
    today = house.hands.now().astimezone(CHINA).date()
    expect(page.get_by_label("日期")).to_have_value(today.isoformat())  # the server's day is known
    page.get_by_label("日期").fill((today + timedelta(days=2)).isoformat())
    expect(page.get_by_role("alert").filter(has_text="不能选今天之后的日期")).to_be_visible()
    page.get_by_label("日期").fill("2026-06-30")
    expect(page.get_by_text("不能选今天之后的日期")).to_have_count(0)
    assert page.url.endswith("2026-06-30")


def typed_week(page: Page) -> None:
    cell = page.get_by_role("spinbutton").and_(page.locator(":not([disabled])")).first
    cell.fill("3")
    expect(page.get_by_role("button", name="试算并保存(1 项)")).to_be_enabled()


def test_a_week_that_is_not_saved_is_not_left_unasked(enter: Enter, house: House) -> None:
    page = enter("leader", "depot/week")
    typed_week(page)
    asking = page.get_by_role("dialog", name="有未保存的内容")
    for way in (
        lambda: page.get_by_role("link", name="派工清单").click(),
        lambda: page.get_by_role("link", name="工单", exact=True).click(),
        lambda: page.get_by_role("button", name="本周").click(),
    ):
        way()
        expect(asking).to_be_visible()
        asking.get_by_role("button", name="取消").click()
        expect(page.get_by_role("spinbutton").and_(page.locator(":not([disabled])")).first).to_have_value("3")
        assert page.url.endswith("depot/week")
    told: list[str] = []
    page.on("dialog", lambda dialog: (told.append(dialog.type), dialog.dismiss()))
    page.evaluate("setTimeout(() => location.reload(), 0)")
    until(page, lambda: told or None, "the browser asks")
    assert told == ["beforeunload"]
    page.get_by_role("link", name="派工清单").click()
    asking.get_by_role("button", name="放弃并离开").click()
    expect(asking).to_have_count(0)
    until(page, lambda: page.url.endswith("depot/lists") or None, "the lists")
    page.get_by_role("link", name="周申报").click()
    expect(asking).to_have_count(0)


def test_a_text_that_is_too_long_is_told_and_not_cut(enter: Enter, free: House) -> None:
    ticket = free.call()
    page = enter("monitor", f"tickets/{ticket['id']}")
    page.get_by_role("button", name=f"督办 {ticket['ticket_no']}").click()
    dialog = page.get_by_role("dialog")
    reason = dialog.get_by_label("事由")
    expect(dialog.get_by_text("0/200 字")).to_be_visible()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    reason.fill("催" * 203)
    expect(dialog.get_by_role("alert")).to_contain_text("超出 3 字")
    expect(reason).to_have_value("催" * 203)
    dialog.get_by_role("button", name="确定").click()
    expect(reason).to_be_focused()
    page.keyboard.press("Control+Enter")
    assert not [url for url in sent if "supervise" in url]
    reason.fill("催" * 200)
    dialog.get_by_role("button", name="确定").click()
    expect(dialog).to_have_count(0)


def test_after_a_refused_save_the_focus_is_at_the_wrong_field_or_still_at_the_button(
    enter: Enter, house: House
) -> None:
    page = enter("admin", "admin/accounts")
    page.get_by_role("button", name="新建账号").click()
    dialog = page.get_by_role("dialog", name="新建账号")
    dialog.get_by_label("登录名").fill("monitor")
    dialog.get_by_label("姓名").fill("又一位")
    dialog.get_by_label("角色").select_option(value="PROVINCE_MONITOR")
    dialog.get_by_label("辖区").select_option(value="33")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog.get_by_role("alert")).to_contain_text("已有人使用")
    expect(dialog.get_by_label("登录名")).to_be_focused()
    dialog.get_by_label("登录名").fill("newcomer")
    page.route("**/api/v1/accounts", lambda route: route.abort(), times=1)
    dialog.get_by_role("button", name="确定").click()
    expect(dialog.get_by_role("alert")).to_contain_text("连接不上服务器")
    expect(dialog.get_by_role("button", name="确定")).to_be_focused()
