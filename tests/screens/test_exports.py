"""Tables taken along as workbooks: by the button of the screen, with its very filters, and refused in Chinese."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.screens.conftest import Enter
from tests.screens.house import House
from tests.screens.test_reconnect import end_session, log_in
from tests.web.exported import TABLE, expected, sheets
from tests.worlds import NINGHAI, XIANGSHAN

ON_A_PAGE = 100
IN_NINGHAI = {"lon": 121.43, "lat": 29.29}
VAGUE = {"handling": "更换绝缘子后恢复供电", "category": "lv", "cause_l1": "unknown", "ownership": "grid"}
WAY: list[tuple[str, str, dict[str, Any]]] = [
    ("ninghai", "accept", {}),
    ("ninghai", "dispatch", {"crew_id": "c3"}),
    ("crew-3", "crew-accept", {}),
    ("crew-3", "depart", {}),
    ("crew-3", "arrive", {"position": IN_NINGHAI | {"accuracy_m": 12}}),
    ("crew-3", "locate", {"fault_point": "东街支线5号杆", "ownership": "grid", "photos": ["photo-1"]}),
    ("crew-3", "start-repair", {}),
    ("crew-3", "restore", {"cause_l1": "nature", "field_record": "更换绝缘子"}),
    ("ninghai", "reply", VAGUE),
]


def filters(page: Page) -> Locator:
    return page.get_by_role("search", name="筛选条件")


def shown(page: Page, n: int) -> None:
    """The list has been asked with the filters, and is there."""
    expect(page.get_by_role("status").filter(has_text=f"{n} 条").first).to_be_visible()


def taken(page: Page) -> tuple[str, list[list[Any]], dict[str, str]]:
    """Press the button; return the file's name, its rows, the heading first, and the conditions that it names."""
    with page.expect_download() as coming:
        page.get_by_role("button", name="导出 Excel").click()
    file = coming.value
    rows, conditions = sheets(Path(file.path()).read_bytes())
    return file.suggested_filename, rows, conditions


def listed(house: House, who: str, path: str, key: str, **asked: Any) -> list[dict[str, Any]]:
    """Return all rows that the server's list has for the same conditions."""
    found: list[dict[str, Any]] = []
    turn: dict[str, Any] = {}
    while True:
        answer = house.by(who).get(path, params={"limit": ON_A_PAGE} | asked | turn)
        assert answer.status_code == 200, answer.text
        found += answer.json()[key]
        if answer.json()["next"] is None:
            return found
        turn = {"after": answer.json()["next"]}


def agrees(house: House, table: str, rows: list[list[Any]], wanted: list[dict[str, Any]]) -> None:
    """The workbook holds what the list answers, row by row and column by column."""
    names = {area["code"]: area["name"] for area in house.by("monitor").get("/areas").json()["areas"]}
    columns = TABLE[table].columns
    head, *found = rows
    assert head == [column.heading for column in columns]
    assert found == [[expected(row, column, names) for column in columns] for row in wanted]


def replied_vaguely(house: House) -> dict[str, Any]:
    """Let a ticket of 宁海 be repaired, and replied in a way that an auditor has to look at."""
    ticket = house.call(place=IN_NINGHAI)
    promise = {"etr_at": (house.hands.now() + timedelta(hours=1)).isoformat()}
    for who, command, said in WAY:
        ticket = house.step(who, ticket, command, **said, **(promise if command == "locate" else {}))
    return ticket


def test_the_tickets_of_a_filter_are_in_the_file_all_of_them(enter: Enter, free: House) -> None:
    left = len(listed(free, "monitor", "/tickets", "tickets", area=XIANGSHAN, open=True))  # that wait for their reply
    calls = [free.call(address=f"象山丹城=街{n}号") for n in range(ON_A_PAGE + 3)]
    free.step("xiangshan", calls[0], "accept")
    free.call(address="宁海城关", place=IN_NINGHAI)
    page = enter("monitor", "tickets")
    filters(page).get_by_label("辖区").select_option(value=XIANGSHAN)
    filters(page).get_by_label("是否在办").select_option(label="在办")
    shown(page, ON_A_PAGE)
    name, rows, conditions = taken(page)
    assert name.startswith("工单-2026")
    assert name.endswith(".xlsx")
    wanted = listed(free, "monitor", "/tickets", "tickets", area=XIANGSHAN, open=True)
    assert len(wanted) == left + len(calls)
    agrees(free, "tickets", rows, wanted)
    assert conditions["表"] == "工单"
    assert (conditions["单位"], conditions["未结"], conditions["环节"]) == (f"象山({XIANGSHAN})", "是", "未限")
    assert conditions["行数"] == str(len(wanted))
    assert conditions["导出人"] == "monitor(monitor)"
    filters(page).locator("summary").filter(has_text="环节").click()
    page.get_by_role("checkbox", name="已接单", exact=True).check()
    shown(page, 1)
    _, rows, conditions = taken(page)
    agrees(free, "tickets", rows, [free.ticket(calls[0])])
    assert (conditions["环节"], conditions["行数"]) == ("已接单", "1")


@pytest.mark.parametrize("said", ["没有这样的号", "9" * 64])
def test_a_filter_that_the_server_refuses_is_told_and_no_file_comes(enter: Enter, said: str) -> None:
    page = enter("monitor", "tickets")
    files: list[str] = []
    page.on("download", lambda file: files.append(file.suggested_filename))
    filters(page).get_by_label("工单编号").fill(said)
    why = "格式不对,只能用字母、数字和 -,至少 4 位、最多 40 位"
    expect(page.get_by_role("alert").filter(has_text=why)).to_be_visible()
    page.get_by_role("button", name="导出 Excel").click()
    expect(page.get_by_label("提示").locator(".toast.bad")).to_contain_text(why)
    expect(page.get_by_role("button", name="导出 Excel")).to_be_enabled()
    assert files == []


def test_an_export_waits_for_whoever_has_to_log_in_again(enter: Enter, free: House) -> None:
    ticket = free.call()
    page = enter("monitor", "tickets")
    filters(page).get_by_label("工单编号").fill(ticket["ticket_no"])
    shown(page, 1)
    end_session(page, free)
    with page.expect_download() as coming:
        page.get_by_role("button", name="导出 Excel").click()
        log_in(page, "monitor")
    rows, _ = sheets(Path(coming.value.path()).read_bytes())
    agrees(free, "tickets", rows, [ticket])


def test_orders_and_warnings_of_the_supervisors(enter: Enter, free: House) -> None:
    due = (free.hands.now() + timedelta(hours=1)).isoformat()
    for place in ({}, {"place": IN_NINGHAI}):
        free.step("monitor", free.call(**place), "supervise", reason="请尽快到场", addressee="dispatcher", due_at=due)
    page = enter("monitor", "supervision/orders")
    filters(page).get_by_label("辖区").select_option(value=NINGHAI)
    wanted = listed(free, "monitor", "/supervisions", "supervisions", area=NINGHAI, state="open")
    shown(page, len(wanted))
    _, rows, conditions = taken(page)
    agrees(free, "supervisions", rows, wanted)
    assert wanted
    assert (conditions["表"], conditions["单位"]) == ("督办单", f"宁海({NINGHAI})")
    assert conditions["行数"] == str(len(wanted))
    page.get_by_role("link", name="预警").click()
    filters(page).get_by_label("辖区").select_option(value=NINGHAI)
    filters(page).get_by_label("级别不低于").select_option("2")
    since = (free.hands.now() - timedelta(hours=6)).isoformat()
    wanted = listed(free, "monitor", "/warnings", "warnings", area=NINGHAI, level=2, since=since)
    shown(page, len(wanted))
    _, rows, conditions = taken(page)
    agrees(free, "warnings", rows, wanted)
    assert wanted
    assert (conditions["表"], conditions["级别不低于"]) == ("预警", "2")


def test_the_lines_of_the_ledger(enter: Enter, free: House) -> None:
    ticket = free.call()
    free.step("xiangshan", ticket, "accept")
    free.step("xiangshan", ticket, "dispatch", crew_id="c1")
    page = enter("monitor", "reports/lines")
    filters(page).get_by_label("辖区").select_option(value=XIANGSHAN)
    page.get_by_role("checkbox", name="只看跨县").uncheck()
    wanted = listed(free, "monitor", "/ledger/lines", "lines", area=XIANGSHAN, across=False)
    shown(page, len(wanted))
    _, rows, conditions = taken(page)
    agrees(free, "ledger-lines", rows, wanted)
    assert wanted
    assert conditions["单位"] == f"象山({XIANGSHAN})"


def test_two_rule_packs_are_compared_and_the_file_has_what_differs(enter: Enter, house: House) -> None:
    page = enter("admin", "admin/packs")
    found = filters(page)
    found.get_by_label("规则包").select_option(value="sgcc@2026.2")
    found.get_by_label("对比").select_option(value="csg@2026.2")
    found.get_by_role("checkbox", name="只看不同").check()
    asked = {"pack": "sgcc@2026.2", "beside": "csg@2026.2", "differing": True}
    wanted = house.by("admin").get("/pack-lines", params=asked).json()["lines"]
    rows = page.get_by_role("region", name="规则包").locator("tbody tr[data-row-key]")
    expect(rows).to_have_count(len(wanted))
    expect(rows.first).to_contain_text("▲ 不同")
    found.get_by_label("查找项目、值或依据").fill("回访 分钟")
    words = [line for line in wanted if "回访" in line["item"] and "分钟" in line["unit"]]
    expect(rows).not_to_have_count(len(wanted))
    for line in words:
        expect(rows.filter(has_text=line["item"]).first).to_be_visible()
    found.get_by_label("查找项目、值或依据").fill("")
    expect(rows).to_have_count(len(wanted))
    _, file, conditions = taken(page)
    agrees(house, "pack-lines", file, wanted)
    assert (conditions["规则包"], conditions["对比的规则包"]) == ("sgcc@2026.2", "csg@2026.2")
    assert conditions["只列不同的"] == "是"


def test_the_queue_of_the_auditors(enter: Enter, free: House) -> None:
    ticket = replied_vaguely(free)
    page = enter("auditor", "audit")
    page.get_by_label("辖区").select_option(value=NINGHAI)
    expect(page.get_by_role("listbox", name="待审回单").get_by_text(ticket["ticket_no"])).to_be_visible()
    _, rows, conditions = taken(page)
    wanted = listed(free, "auditor", "/reply-audits", "audits", area=NINGHAI)
    assert ticket["id"] in {audit["ticket_id"] for audit in wanted}
    agrees(free, "reply-audits", rows, wanted)
    assert (conditions["表"], conditions["单位"]) == ("回单审核", f"宁海({NINGHAI})")
    free.step("auditor", ticket, "queue-callback")
    assert free.does("seat", f"/callbacks/{ticket['id']}/answer", satisfied=True, text="满意")["stage"] == "closed"
