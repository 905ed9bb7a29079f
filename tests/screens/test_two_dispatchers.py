"""Two dispatchers of one county and one ticket: the first wins, the other is told, both see the same."""

import time

from playwright.sync_api import APIResponse, Page, Route, expect

from tests.screens.conftest import Enter
from tests.screens.desk import Feed, choose, details, row, tab
from tests.screens.house import House

SOON_MS = 2_000


def waits(page: Page) -> None:
    expect(page.locator("[data-line=open]")).to_be_visible()


def test_who_comes_second_is_told_who_was_first_and_when(enter: Enter, free: House) -> None:
    first = enter("xiangshan", "desk")
    second = enter("shipu", "")
    feed = Feed(second)
    second.reload()
    ticket = free.call(symptom_text="楼道里也没电")
    for page in (first, second):
        waits(page)
        choose(page, ticket)
        expect(details(page).get_by_role("button", name="丹城一队").first).to_be_visible()
    feed.held = True  # the news of the first one's order is still on its way
    first.keyboard.press("1")
    first.keyboard.press("d")
    expect(details(first)).to_contain_text("已派工")
    second.keyboard.press("1")
    second.keyboard.press("d")
    refusal = second.get_by_label("提示").get_by_text(f"工单 {ticket['ticket_no']} 已由 象山值班员 于 ")
    expect(refusal).to_contain_text("请按最新内容重新操作")
    feed.let_go()
    expect(details(second)).to_contain_text("已派工", timeout=SOON_MS)
    held = free.ticket(ticket)
    assert [sent["crew_id"] for sent in held["dispatches"]] == ["c1"]
    assert held["symptom_text"] == "楼道里也没电"


def test_both_lists_agree_within_two_seconds(enter: Enter, free: House) -> None:
    pages = [enter("xiangshan", "desk"), enter("shipu", "desk")]
    for page in pages:
        waits(page)
        tab(page, "待派单")
    ticket = free.call()
    called = time.perf_counter()
    for page in pages:
        expect(row(page, ticket)).to_be_visible(timeout=SOON_MS)
    assert time.perf_counter() - called < 2 * SOON_MS / 1000
    choose(pages[0], ticket)
    pages[0].keyboard.press("a")
    expect(row(pages[1], ticket)).to_contain_text("已接单", timeout=SOON_MS)
    expect(row(pages[0], ticket)).to_contain_text("已接单")
    free.step("shipu", ticket, "cancel", reason="客户来电已恢复", meter="live")
    for page in pages:
        expect(row(page, ticket)).to_have_count(0, timeout=SOON_MS)


def test_the_feed_may_tell_of_an_own_step_before_its_answer_comes(enter: Enter, free: House) -> None:
    page = enter("xiangshan")
    feed = Feed(page)
    page.reload()
    ticket = free.call()
    waits(page)
    choose(page, ticket)
    expect(details(page).get_by_role("button", name="丹城一队").first).to_be_visible()
    answers: list[tuple[Route, APIResponse]] = []
    page.route("**/accept", lambda route: answers.append((route, route.fetch())))
    feed.held = True
    page.keyboard.press("d")  # accepts first, then sends
    while not answers or not feed.kept("accepted"):
        page.wait_for_timeout(20)
    feed.let_go()
    route, answer = answers[0]
    route.fulfill(response=answer)
    expect(details(page)).to_contain_text("已派工")


def test_a_form_that_is_open_tells_that_somebody_was_faster(enter: Enter, free: House) -> None:
    page = enter("shipu", "desk")
    waits(page)
    ticket = free.call()
    choose(page, ticket)
    page.keyboard.press("b")
    dialog = page.get_by_role("dialog", name="退单")
    dialog.get_by_label("原因").select_option(label="重复工单")
    said = "与先前的一张工单是同一处故障,请勿重复派发"
    dialog.get_by_label("说明").fill(said)
    free.step("xiangshan", ticket, "accept")
    expect(dialog.get_by_role("alert")).to_contain_text("工单已有变化")
    dialog.get_by_role("button", name="退单").click()
    expect(dialog.get_by_role("alert").filter(has_text="✖")).to_be_visible()
    expect(dialog.get_by_label("说明")).to_have_value(said)
    assert free.ticket(ticket)["stage"] == "accepted"
