"""A line that breaks, a server that goes away and comes back: it is said, nothing is lost, and nothing comes twice."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter
from typing import Any

import httpx
from playwright.sync_api import APIResponse, Locator, Page, Route, WebSocketRoute, expect

from tests.screens.conftest import Enter
from tests.screens.desk import Feed, choose, loses, row, tab
from tests.screens.house import House
from tests.screens.looking import until
from tests.screens.test_seat import kind_of, phone_of, place_of
from tests.worlds import PASSWORD, stranger

LIVE = re.compile(r"● 实时 \d+ s")
BROKEN = re.compile(r"✖ 已断开 \d+ s,重连中")
GREY = "grayscale(1)"
FAILED = 2  # tries before the line is mended


@dataclass
class Cable(Feed):
    """The live feed of a page on a cable that can be pulled; it knows what went over it, and when it was tried."""

    pulled: bool = False
    tried: list[float] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    _server: WebSocketRoute | None = None

    def pull(self) -> None:
        self.pulled = True
        assert self._server is not None
        self._server.close()
        self.cut()

    def told(self, *kinds: str) -> list[dict[str, Any]]:
        return [message for message in self.heard if message["kind"] in kinds]

    def _routed(self, told: WebSocketRoute) -> None:
        self.tried.append(perf_counter())
        if self.pulled:
            told.close(code=1011)
            return
        self._told = told
        self._server = server = told.connect_to_server()
        server.on_message(self._heard)

        def said(message: str | bytes) -> None:
            self.asked.append(json.loads(message))
            server.send(message)

        told.on_message(said)

    def _heard(self, message: str | bytes) -> None:
        self.heard += json.loads(message)
        super()._heard(message)


@contextmanager
def away(house: House) -> Iterator[None]:
    """The server is down meanwhile, and up again whatever happens."""
    house.halt()
    try:
        yield
    finally:
        house.start_again()


def sign(page: Page) -> Locator:
    return page.locator("[data-line]")


def in_queue(page: Page) -> list[str]:
    shown = page.get_by_role("listbox", name="工单队列").locator("[data-ticket]")
    return [str(shown.nth(n).get_attribute("data-ticket")) for n in range(shown.count())]


def open_in(house: House) -> set[str]:
    found = house.by("xiangshan").get("/tickets", params={"open": True, "limit": 500}).json()["tickets"]
    return {ticket["id"] for ticket in found}


def at(house: House, address: str) -> list[dict[str, Any]]:
    """Return the open tickets of an address."""
    found = house.by("monitor").get("/tickets", params={"open": True, "limit": 500}).json()["tickets"]
    return [ticket for ticket in found if ticket["address"] == address]


def written(seat: Page, address: str, notes: str) -> str:
    """Write a call into the form, and do not send it; return its number."""
    phone = stranger()
    phone_of(seat).fill(phone)
    place_of(seat).fill(address)
    kind_of(seat).press("1")
    seat.get_by_label("现象 / 备注").fill(notes)
    return phone


def still_written(seat: Page, phone: str, address: str, notes: str) -> None:
    expect(phone_of(seat)).to_have_value(phone)
    expect(place_of(seat)).to_have_value(address)
    expect(seat.get_by_label("现象 / 备注")).to_have_value(notes)
    expect(seat.locator(".kind[aria-selected=true]")).to_have_count(1)


def numbers(page: Page) -> list[str]:
    taken = page.get_by_role("region", name="本班已受理").locator("[data-ticket]")
    return [str(taken.nth(n).get_attribute("data-ticket")) for n in range(taken.count())]


def test_a_broken_line_is_told_and_what_was_missed_is_fetched(enter: Enter, free: House) -> None:
    page = enter("xiangshan")
    cable = Cable(page)
    page.reload()
    stays, ends = free.call(), free.call(address="象山丹城北街3号")
    tab(page, "全部")
    for ticket in (stays, ends):
        expect(row(page, ticket)).to_be_visible()
    expect(sign(page)).to_have_text(LIVE)
    page.evaluate("window.same = true")
    cable.pull()
    expect(sign(page)).to_have_text(BROKEN)
    expect(page.locator("main")).to_have_css("filter", GREY)
    expect(page.get_by_role("alert").filter(has_text="与服务器的连接已断开:数据停在断开前")).to_be_visible()
    until(page, lambda: len(cable.tried) > FAILED or None, "tries that failed")
    made = [free.call(address=f"象山丹城西街{n}号") for n in (1, 2, 3)]
    free.step("xiangshan", stays, "accept")
    free.step("xiangshan", ends, "cancel", reason="客户来电已恢复", meter="live")
    refused_while_broken(page, stays)
    expect(sign(page)).to_have_text(re.compile(r"✖ 已断开 [2-9] s"))
    before, known = len(cable.heard), cable.asked[-1]
    cable.pulled = False
    expect(sign(page)).to_have_text(LIVE)
    expect(page.locator("main")).to_have_css("filter", "none")
    for ticket in made:
        expect(row(page, ticket)).to_be_visible()
    expect(row(page, stays)).to_contain_text("已接单")
    expect(row(page, ends)).to_have_count(0)
    assert sorted(in_queue(page)) == sorted(open_in(free))
    assert page.evaluate("window.same") is True
    resumed(cable, before, known)


def refused_while_broken(page: Page, ticket: dict[str, Any]) -> None:
    """What would be done with what may be old is not done, and why."""
    choose(page, ticket)
    page.keyboard.press("d")
    expect(page.get_by_label("提示")).to_contain_text("与服务器的连接已断开,页面数据可能不是最新")


def resumed(cable: Cable, before: int, known: dict[str, Any]) -> None:
    """Who comes back asks from where it stopped, later each time; each change came once, and no list anew."""
    gaps = [later - sooner for sooner, later in pairwise(cable.tried[1:])]
    assert gaps == sorted(gaps), gaps
    asked = cable.asked[-1]
    assert known["since"] == {}
    assert asked["since"]
    assert asked["epoch"]
    missed = cable.heard[before:]
    assert "snapshot" not in {message["kind"] for message in missed}
    assert {message["area"] for message in missed if message["kind"] == "resumed"} == set(asked["since"])
    seen = Counter((message["area"], message["seq"]) for message in cable.told("ticket", "gone"))
    assert set(seen.values()) == {1}


def test_a_line_that_falls_silent_is_dead_whatever_the_browser_believes(enter: Enter, free: House) -> None:
    page = enter("xiangshan")
    page.clock.install()
    cable = Cable(page)
    page.reload()
    expect(sign(page)).to_have_text(LIVE)
    cable.held = True
    ticket = free.call()
    page.clock.fast_forward(13_000)
    expect(sign(page)).to_have_attribute("data-line", "broken")
    cable.held = False
    page.clock.fast_forward(1_000)
    expect(sign(page)).to_have_text(LIVE)
    expect(row(page, ticket)).to_be_visible()
    assert len(cable.tried) > 1


def test_a_server_that_comes_back_finds_all_that_was_typed(enter: Enter, free: House) -> None:
    seat, desk = enter("seat", "seat"), enter("xiangshan", "desk")
    failed: list[str] = []
    desk.on("websocket", lambda line: line.on("socketerror", lambda why: failed.append(why)))
    for page in (seat, desk):
        expect(sign(page)).to_have_text(LIVE)
    phone = written(seat, "象山丹城南街1号", "停机前写的")
    with away(free):
        for page in (seat, desk):
            expect(sign(page)).to_have_text(BROKEN)
        expect(desk.get_by_role("alert").filter(has_text="与服务器的连接已断开")).to_be_visible()
        still_written(seat, phone, "象山丹城南街1号", "停机前写的")
        seat.keyboard.press("Control+Enter")
        expect(seat.locator("[data-waiting='1']")).to_contain_text("待送 1 单")
        expect(seat.get_by_role("alert").filter(has_text="服务器暂时不通,恢复后自动送出")).to_be_visible()
        later = written(seat, "象山丹城南街2号", "停机时写的")
        until(desk, lambda: len(failed) >= FAILED or None, "tries that failed")
    for page in (seat, desk):
        expect(sign(page)).to_have_text(LIVE)
    expect(seat.locator("[data-waiting]")).to_have_count(0)
    still_written(seat, later, "象山丹城南街2号", "停机时写的")
    seat.keyboard.press("Control+Enter")
    until(seat, lambda: len(numbers(seat)) == 2 or None, "both calls taken")
    after = free.call()
    expect(row(desk, after)).to_be_visible()
    once_each(free, seat, "象山丹城南街1号", "象山丹城南街2号")
    expect(desk.locator("main")).to_have_css("filter", "none")


def once_each(house: House, seat: Page, *addresses: str) -> None:
    """Each call was kept, once, and the seat knows its number."""
    kept = [at(house, address) for address in addresses]
    assert [len(tickets) for tickets in kept] == [1] * len(addresses)
    assert sorted(numbers(seat)) == sorted(ticket["ticket_no"] for (ticket,) in kept)


def test_a_call_whose_answer_is_lost_on_the_way_is_kept_once(enter: Enter, free: House) -> None:
    seat = enter("seat", "seat")
    lost = loses(seat, "**/api/v1/calls")
    written(seat, "象山丹城南街3号", "应答丢失")
    seat.keyboard.press("Control+Enter")
    until(seat, lambda: len(numbers(seat)) == 1 or None, "the call taken")
    (ticket,) = at(free, "象山丹城南街3号")
    assert numbers(seat) == [ticket["ticket_no"]]
    assert lost[0].json()["ticket"]["id"] == ticket["id"]
    assert ticket["flags"]["chased_n"] == 0


def end_session(page: Page, house: House) -> None:
    """The server no longer knows the page's session; the page has not heard of it."""
    (cookie,) = [cookie for cookie in page.context.cookies() if "dispatch" in str(cookie.get("name"))]
    headers = {"Cookie": f"{cookie.get('name')}={cookie.get('value')}", "Origin": house.server.url}
    answer = httpx.delete(f"{house.server.url}/api/v1/sessions/current", headers=headers)
    assert answer.status_code == 204, answer.text


def door(page: Page) -> Locator:
    return page.get_by_role("dialog", name="登录")


def log_in(page: Page, name: str) -> None:
    """Log in by keys alone, at the door that lies over the page: it knows who was in; another says who he is."""
    expect(door(page).get_by_role("alert")).to_contain_text("登录已过期,请重新登录;页面上已填的内容都还在")
    expect(door(page).get_by_label("密码")).to_be_focused()
    if door(page).get_by_label("登录名").input_value() != name:
        page.keyboard.press("Shift+Tab")
        page.keyboard.type(name)
        page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def test_a_session_that_ends_in_mid_form_takes_nothing_with_it(enter: Enter, free: House) -> None:
    seat = enter("seat", "seat")
    expect(sign(seat)).to_have_text(LIVE)
    phone = written(seat, "象山丹城南街", "登录过期")
    place_of(seat).press("End")
    end_session(seat, free)
    seat.keyboard.insert_text("4号")  # at once; looking up the place finds out
    log_in(seat, "seat")
    expect(door(seat)).to_have_count(0)
    expect(place_of(seat)).to_be_focused()  # where the cursor was
    still_written(seat, phone, "象山丹城南街4号", "登录过期")
    end_session(seat, free)
    seat.keyboard.press("Control+Enter")
    log_in(seat, "seat")
    until(seat, lambda: len(numbers(seat)) == 1 or None, "the call taken")
    expect(sign(seat)).to_have_text(LIVE)
    once_each(free, seat, "象山丹城南街4号")


def test_a_session_that_ends_under_a_dialog_lets_one_in_over_it(enter: Enter, free: House) -> None:
    page = enter("shipu", "desk")
    expect(sign(page)).to_have_text(LIVE)
    ticket = free.call()
    choose(page, ticket)
    page.keyboard.press("b")
    dialog = page.get_by_role("dialog", name="退单")
    dialog.get_by_label("原因").select_option(label="重复工单")
    said = "与先前的一张工单是同一处故障,请勿重复派发"
    dialog.get_by_label("说明").fill(said)
    end_session(page, free)
    keys: list[str | None] = []
    page.on("request", lambda sent: keys.append(sent.headers.get("idempotency-key")) if sent.method == "POST" else None)
    page.keyboard.press("Control+Enter")
    expect(door(page)).to_be_visible()
    expect(dialog.get_by_label("说明")).to_have_value(said)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")  # a browser closes a dialog at the second one unless it is told not to
    page.route("**/return", lambda route: route.abort(), times=1)  # and the line is away when one is in
    log_in(page, "shipu")
    expect(door(page)).to_have_count(0)
    expect(dialog.get_by_role("alert").filter(has_text="连接不上服务器,本次操作未送达")).to_be_visible()
    expect(dialog.get_by_label("说明")).to_have_value(said)
    dialog.get_by_role("button", name="退单").click()
    expect(dialog).to_have_count(0)
    assert free.ticket(ticket)["stage"] == "returned"
    assert len(set(filter(None, keys))) == 1


def test_who_is_in_again_is_not_asked_once_more_when_the_old_line_ends(enter: Enter, free: House) -> None:
    page = enter("shipu", "desk")
    expect(sign(page)).to_have_text(LIVE)
    ticket = free.call()
    expect(row(page, ticket)).to_be_visible()
    end_session(page, free)
    row(page, ticket).click()  # its details are asked for: that finds out before the line is told
    with page.expect_websocket():
        log_in(page, "shipu")
    expect(sign(page)).to_have_text(LIVE)
    expect(door(page)).to_have_count(0)


def test_who_is_in_again_is_not_asked_once_more_when_an_old_answer_comes_late(enter: Enter, free: House) -> None:
    seat = enter("seat", "seat")
    expect(sign(seat)).to_have_text(LIVE)
    held: list[tuple[Route, APIResponse]] = []
    seat.route("**/calls/history", lambda route: held.append((route, route.fetch())), times=1)
    end_session(seat, free)
    phone_of(seat).fill(stranger())
    until(seat, lambda: held or None, "the history asked for")
    log_in(seat, "seat")
    expect(door(seat)).to_have_count(0)
    ((route, answer),) = held
    assert answer.status == 401
    route.fulfill(response=answer)
    expect(seat.get_by_role("region", name="近一年来电")).to_be_visible()  # it was asked for again, by who is in now
    expect(door(seat)).to_have_count(0)


def test_somebody_else_who_logs_in_finds_nothing_of_the_one_before(enter: Enter, free: House) -> None:
    seat = enter("seat", "seat")
    expect(sign(seat)).to_have_text(LIVE)
    written(seat, "象山丹城南街5号", "换人")
    end_session(seat, free)
    seat.keyboard.press("Control+Enter")
    log_in(seat, "shift")
    expect(seat.get_by_text("shift · ")).to_be_visible()
    expect(seat.get_by_text("象山丹城南街5号")).to_have_count(0)
    assert at(free, "象山丹城南街5号") == []
