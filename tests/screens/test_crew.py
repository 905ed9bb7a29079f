"""The crew's phone: a job by one large button, a line that is away, input that is wrong, and what the phone keeps."""

import json
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.screens.conftest import Enter
from tests.screens.desk import loses
from tests.screens.house import House
from tests.screens.looking import until
from tests.screens.phone import (
    KEPT,
    MB,
    NEAR,
    Posted,
    adds,
    at_work,
    card,
    done,
    fills,
    finds,
    finishes,
    huge,
    in_earnest,
    large,
    line,
    logs_in,
    near,
    opened,
    passes,
    photo,
    photos_of,
    presses,
    sent,
    sheet,
    steps,
)
from tests.screens.test_reconnect import end_session
from tests.worlds import IN_TOWN, stranger

LONGEST = 1600  # pixels of a photo that is kept
POINT, RECORD = "东街2号表箱进线开关", "更换表箱进线开关,测压231V,客户已复电"
ROAD = ["crew_accepted", "departed", "arrived", "located", "repair_started", "restored"]
HOUR = timedelta(hours=1)


def test_a_job_from_order_to_power_by_one_large_button(enter: Enter, free: House) -> None:
    ticket = sent(free)
    page = opened(enter, free, ticket)
    posted = Posted(page)
    for step, then, stage in (
        ("接单", "出发", "crew_accepted"),
        ("出发", "到达现场", "en_route"),
        ("到达现场", "完成复电", "arrived"),
    ):
        presses(page, step, then)
        expect(line(page)).to_have_text("已同步")
        assert free.ticket(ticket)["stage"] == stage
    finds(page, POINT)
    expect(line(page)).to_have_text("已同步")
    assert (free.ticket(ticket)["stage"], free.ticket(ticket)["fault_point"]) == ("repairing", POINT)
    finishes(page, RECORD)
    expect(large(page)).to_have_count(0)
    expect(line(page)).to_have_text("已同步")
    held = free.ticket(ticket)
    assert (held["stage"], held["ownership"]) == ("restored", "grid")
    assert (held["cause_l1"], held["cause_l2"], held["field_record"]) == ("equipment", "开关损坏", RECORD)
    assert steps(free, ticket) == ROAD
    assert done(free, ticket)[2]["geo"] == {"lon": IN_TOWN.lon, "lat": IN_TOWN.lat, "accuracy_m": 9}
    assert posted.steps() == ["crew-accept", "depart", "arrive", "photo", "locate", "start-repair", "restore"]


def test_the_customer_is_one_tap_away_and_so_is_the_way(enter: Enter, free: House) -> None:
    number = stranger()
    page = opened(enter, free, sent(free, phone=number))
    page.get_by_role("button", name="打给客户").click()
    expect(sheet(page, "客户电话").get_by_role("link")).to_have_attribute("href", f"tel:{number}")
    page.keyboard.press("Escape")
    expect(page.get_by_text(number)).to_have_count(0)
    page.get_by_role("button", name="导航").click()
    links = sheet(page, "导航").get_by_role("link")
    expect(links).to_have_text(["高德地图", "百度地图", "手机地图"])
    ways = [str(link.get_attribute("href")) for link in links.all()]
    assert [way.partition(":")[0] for way in ways] == ["amapuri", "baidumap", "geo"]
    place = f"{IN_TOWN.lat:.6f},{IN_TOWN.lon:.6f}"
    assert ways[2] == f"geo:{place}?q={place}"


def test_without_a_line_all_waits_and_comes_in_order_with_the_times_of_the_taps(enter: Enter, free: House) -> None:
    ticket = sent(free)
    page = opened(enter, free, ticket)
    presses(page, "接单", "出发")
    expect(line(page)).to_have_text("已同步")
    page.context.set_offline(True)
    taps = [passes(free, page, minutes=5)]
    presses(page, "出发", "到达现场")
    taps.append(passes(free, page, minutes=15))
    presses(page, "到达现场", "完成复电")
    taps += [passes(free, page, minutes=4)] * 2
    finds(page, POINT)
    tab = turned(page, ticket)
    posted = Posted(tab)
    taps.append(passes(free, tab, minutes=30))
    finishes(tab, RECORD)
    expect(line(tab)).to_have_text("离线 · 待传 6 条")
    assert steps(free, ticket) == ROAD[:1]
    back = passes(free, tab, minutes=20)
    tab.context.set_offline(False)
    expect(line(tab)).to_have_text("已同步")
    assert posted.steps() == ["depart", "arrive", "photo", "locate", "start-repair", "restore"]
    assert steps(free, ticket) == ROAD
    for entry, tap in zip(done(free, ticket)[1:], taps, strict=True):
        assert near(entry["at_claimed"], tap), entry
        assert datetime.fromisoformat(entry["at_server"]) > back - NEAR
    (kept,) = photos_of(free, ticket)
    assert near(kept["taken_at"], taps[2])
    assert done(free, ticket)[3]["event"]["photos"] == [kept["id"]]
    nothing_twice(free, ticket, posted)


def turned(page: Page, ticket: dict[str, Any]) -> Page:
    """Load the page anew and then open it in another tab, all without a line: what waits is still there."""
    expect(line(page)).to_have_text("离线 · 待传 5 条")
    page.reload()
    expect(line(page)).to_have_text("离线 · 待传 5 条")
    tab = page.context.new_page()
    page.close()
    tab.goto("/crew")
    expect(line(tab)).to_have_text("离线 · 待传 5 条")
    expect(card(tab, ticket)).to_contain_text("抢修中")
    expect(card(tab, ticket)).to_contain_text("待传 5")
    card(tab, ticket).click()
    expect(tab.get_by_role("button", name=f"故障点:{POINT}")).to_be_visible()
    return tab


def nothing_twice(house: House, ticket: dict[str, Any], posted: Posted) -> None:
    """What was sent is sent once more, under its names: the server knows it."""
    names = [report["report_id"] for report in posted.reports()]
    names += [answer.request.headers["idempotency-key"] for answer in posted.photos()]
    assert len(set(names)) == len(names) == len(posted.steps())
    before = done(house, ticket)
    for answer in posted.answers:
        asked = answer.request
        headers = {name: asked.headers[name] for name in asked.headers if name in ("content-type", "idempotency-key")}
        path = asked.url.partition("/api/v1")[2]
        again = house.by("crew-1").post(path, content=asked.post_data_buffer or b"", headers=headers)
        assert (again.status_code, again.json()) == (answer.status, answer.json())
    assert done(house, ticket) == before
    assert len(photos_of(house, ticket)) == 1


def test_a_report_whose_answer_is_lost_counts_once(enter: Enter, free: House) -> None:
    ticket = sent(free)
    page = opened(enter, free, ticket)
    lost = loses(page, "**/field-reports")
    posted = Posted(page)
    presses(page, "接单", "出发")
    until(page, lambda: lost or None, "an answer that is lost")
    expect(line(page)).to_have_text("离线 · 待传 1 条")
    passes(free, page, seconds=10)
    expect(line(page)).to_have_text("已同步")
    (first,), (again,) = lost[0].json()["reports"], posted.reports()
    assert first["report_id"] == again["report_id"]
    assert steps(free, ticket) == ROAD[:1]


def test_two_tabs_send_what_waits_once(enter: Enter, free: House) -> None:
    ticket = sent(free)
    page = opened(enter, free, ticket)
    page.context.set_offline(True)
    tab = page.context.new_page()
    tab.goto("/crew")
    card(tab, ticket).click()
    presses(page, "接单", "出发")
    presses(tab, "出发", "到达现场")
    posted = [Posted(page), Posted(tab)]
    page.context.set_offline(False)
    for each in (page, tab):
        expect(large(each)).to_have_text("到达现场")
        expect(line(each)).to_have_text("已同步")
    assert sorted(step for one in posted for step in one.steps()) == ["crew-accept", "depart"]
    assert steps(free, ticket) == ROAD[:2]


def test_a_session_that_ends_keeps_what_waits_for_its_account_alone(enter: Enter, free: House) -> None:
    ticket = sent(free)
    page = opened(enter, free, ticket)
    end_session(page, free)
    presses(page, "接单", "出发")
    expect(line(page)).to_have_text("登录已过期 · 待传 1 条")
    door = sheet(page, "登录已过期")
    expect(door).to_contain_text("待传内容保留在本机,登录后继续上传")
    logs_in(page, "crew-2")
    expect(page.get_by_text("石浦一队")).to_be_visible()
    expect(line(page)).to_have_text("已同步")
    expect(card(page, ticket)).to_have_count(0)
    assert steps(free, ticket) == []
    end_session(page, free)
    page.reload()
    logs_in(page, "crew-1")
    expect(line(page)).to_have_text("已同步")
    assert steps(free, ticket) == ROAD[:1]


MEANWHILE = [
    ("cancel", {"reason": "客户来电已恢复", "meter": "live"}, "不能再补记“到达现场”;请人工核实裁定"),
    ("dispatch", {"crew_id": "c2", "transfer_reason": "一队车辆故障"}, "工单已转派 石浦一队"),
]


@pytest.mark.parametrize(("command", "said", "why"), MEANWHILE, ids=["cancelled", "given away"])
def test_what_the_desk_did_meanwhile_is_told_and_a_person_decides(
    enter: Enter, free: House, command: str, said: dict[str, Any], why: str
) -> None:
    ticket = sent(free)
    page = opened(enter, free, ticket)
    presses(page, "接单", "出发")
    presses(page, "出发", "到达现场")
    expect(line(page)).to_have_text("已同步")
    page.context.set_offline(True)
    presses(page, "到达现场", "完成复电")
    passes(free, page, minutes=10)
    free.step("xiangshan", ticket, command, **said)
    page.context.set_offline(False)
    expect(line(page)).to_have_text("1 条须处理")
    expect(page.get_by_role("list", name="抢修")).to_be_attached()
    expect(card(page, ticket)).to_have_count(0)
    line(page).click()
    answer = page.get_by_role("region", name="服务器答复").get_by_role("listitem")
    expect(answer).to_contain_text("到达现场 · 矛盾待裁定")
    expect(answer).to_contain_text(why)
    page.reload()
    expect(answer).to_contain_text(why)
    refused(enter, ticket, "已与县指挥核实")
    page.reload()
    expect(answer).to_contain_text("已与县指挥核实")
    answer.get_by_role("button", name="知道了").click()
    expect(page.get_by_text("全部已上传")).to_be_visible()
    assert "arrived" not in steps(free, ticket)


def refused(enter: Enter, ticket: dict[str, Any], grounds: str) -> None:
    """Somebody at a desk decides that the report does not count."""
    desk = enter("monitor", "audit/reports")
    waiting = desk.get_by_role("row").filter(has_text=ticket["ticket_no"])
    expect(waiting).to_contain_text("矛盾待裁定")
    waiting.get_by_role("button", name="裁定").click()
    form = desk.get_by_role("dialog")
    form.get_by_label("裁定结果").select_option(label="驳回")
    form.get_by_label("裁定依据").fill(grounds)
    form.get_by_role("button", name="确定").click()
    expect(form).to_have_count(0)


def test_a_photo_of_twelve_megabytes_is_made_small_on_the_phone(enter: Enter, free: House) -> None:
    ticket = sent(free)
    page = opened(enter, free, ticket)
    posted = Posted(page)
    page.get_by_role("button", name="现场照片 0 张").click()
    adds(sheet(page, "现场照片"), huge())
    expect(sheet(page, "现场照片").get_by_role("img")).to_have_count(1)
    until(page, lambda: posted.photos() or None, "the photo on its way")
    expect(line(page)).to_have_text("已同步")
    (answer,) = posted.photos()
    assert len(answer.request.post_data_buffer or b"") < 3 * MB
    (kept,) = photos_of(free, ticket)
    assert kept["bytes"] < 3 * MB
    picture = Image.open(BytesIO(free.by("xiangshan").get(f"/photos/{kept['id']}").content))
    picture.load()
    assert picture.size == (kept["width"], kept["height"]) == (LONGEST, LONGEST * 3 // 4)


def test_what_is_no_photo_is_refused_with_the_remedy_and_the_others_are_kept(enter: Enter, free: House) -> None:
    ticket = sent(free)
    page = opened(enter, free, ticket)
    page.get_by_role("button", name="现场照片 0 张").click()
    wrong: FilePayload = {"name": "报告.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7 no picture"}
    adds(sheet(page, "现场照片"), photo("red"), wrong, photo("green"))
    refusal = page.get_by_text("报告.jpg 不是能识别的照片,没有添加")
    expect(refusal).to_contain_text("请拍照或选 JPEG、PNG 图片")
    until(page, lambda: len(photos_of(free, ticket)) == 2 or None, "both photos at the server")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="现场照片 2 张")).to_be_visible()
    expect(line(page)).to_have_text("已同步")


def test_a_text_that_is_too_long_is_kept_and_told(enter: Enter, free: House) -> None:
    ticket = sent(free)
    page = at_work(opened(enter, free, ticket))
    finds(page, POINT)
    said = "更换表箱进线开关" * 625
    form = fills(page, said)
    expect(form.get_by_label("处理情况")).to_have_value(said)
    expect(form.get_by_role("alert").filter(has_text="超出 4500 字,请删减后再提交")).to_be_visible()
    form.get_by_role("button", name="完成复电").click()
    expect(form.get_by_label("处理情况")).to_have_value(said)
    form.get_by_label("处理情况").fill(said[:500])
    form.get_by_role("button", name="完成复电").click()
    expect(form).to_have_count(0)
    expect(line(page)).to_have_text("已同步")
    assert free.ticket(ticket)["field_record"] == said[:500]


def test_a_script_in_an_address_is_only_text(enter: Enter, free: House) -> None:
    script = "象山<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    ticket = sent(free, address=script)
    page = opened(enter, free, ticket)
    expect(page.get_by_text(script)).to_be_visible()
    page.get_by_role("button", name="导航").click()
    expect(sheet(page, "导航").get_by_text(script)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="列表").click()
    expect(card(page, ticket)).to_contain_text(script)
    assert "owned" not in page.title()
    assert page.locator("img[src=x]").count() == 0


def test_what_the_phone_keeps_is_sealed_and_no_address_names_anybody(enter: Enter, free: House) -> None:
    number, address, name = stranger(), "丹城镇松兰山路77号", "王小明"
    ticket = sent(free, phone=number, address=address, customer_name=name)
    page = opened(enter, free, ticket)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="打给客户").click()
    expect(sheet(page, "客户电话").get_by_role("link")).to_have_attribute("href", f"tel:{number}")
    page.keyboard.press("Escape")
    at_work(page)
    expect(line(page)).to_have_text("已同步")
    page.context.set_offline(True)
    finds(page, POINT)
    fills(page, RECORD)
    page.reload()
    expect(page.get_by_text(name)).to_be_visible()
    expect(line(page)).to_have_text("离线 · 待传 3 条")
    kept = page.evaluate(KEPT)
    assert "crew-1/draft/" in kept
    assert "may be taken out: false" in kept
    for secret in (number, f"{number[:3]}****{number[-4:]}", address, name, POINT, RECORD, ticket["ticket_no"], "JFIF"):
        assert secret not in kept, secret
        assert secret not in json.dumps(page.context.storage_state(indexed_db=True), ensure_ascii=False), secret
        assert not [url for url in [*asked, page.url] if secret in url]


@pytest.mark.parametrize(("fast", "word"), [(HOUR, "快"), (-HOUR, "慢")], ids=["fast", "slow"])
def test_a_wrong_clock_of_the_phone_is_told_and_reports_carry_the_servers_time(
    enter: Enter, free: House, fast: timedelta, word: str
) -> None:
    ticket = sent(free)
    page = in_earnest(opened(enter, free, ticket, fast=fast), free)
    notice = page.get_by_role("complementary", name="提示")
    expect(notice).to_contain_text(f"手机时钟{word} 60 分钟,汇报已按服务器时间记录,请校准手机时钟")
    presses(page, "接单", "出发")
    taps = [free.hands.now()]
    expect(line(page)).to_have_text("已同步")
    page.context.set_offline(True)
    page.reload()
    taps.append(passes(free, page, minutes=7))
    presses(page, "出发", "到达现场")
    passes(free, page, minutes=20)
    line(page).click()
    expect(page.get_by_role("region", name="待上传")).to_contain_text("手机时间")
    page.context.set_offline(False)
    expect(line(page)).to_have_text("已同步")
    for entry, tap in zip(done(free, ticket), taps, strict=True):
        assert near(entry["at_claimed"], tap), entry


def test_a_clock_that_is_set_wrong_while_the_page_is_closed_loses_no_report(enter: Enter, free: House) -> None:
    ticket = sent(free)
    page = opened(enter, free, ticket)
    presses(page, "接单", "出发")
    expect(line(page)).to_have_text("已同步")
    page.context.set_offline(True)
    tab = page.context.new_page()
    page.close()
    tab.context.clock.set_system_time(free.hands.now() + HOUR)
    tab.goto("/crew")
    card(tab, ticket).click()
    presses(tab, "出发", "到达现场")
    tap = free.hands.now()
    passes(free, tab, minutes=10)
    tab.context.set_offline(False)
    expect(line(tab)).to_have_text("已同步")
    assert steps(free, ticket) == ROAD[:2]
    assert near(done(free, ticket)[1]["at_claimed"], tap)
