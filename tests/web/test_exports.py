"""Exports show what their lists show: the same rows, under the same conditions, to the same people."""

import json
import os
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from dispatch.kit.clock import CHINA
from dispatch.reports import copies
from dispatch.tickets.words import Stage
from dispatch.web import exports
from dispatch.web.exportheadings import CONDITIONS, HEADINGS
from dispatch.web.exports import filters_of
from dispatch.web.exporttables import TABLES
from tests.worlds import NINGHAI, PEOPLE, START, XIANGSHAN, minutes

from .conftest import Centre
from .exported import ASKED, LISTS, MONTH, TABLE, expected, export, flooded, listed, lived_in, sheets

NAMES = {"33": "浙江", "3302": "宁波", XIANGSHAN: "象山", NINGHAI: "宁海", "330225-1": "丹城供电所",
         "330225-2": "石浦供电所", "330226-1": "西店供电所", "330226-2": "城关供电所"}  # fmt: skip


async def test_every_export_holds_the_rows_of_its_list_and_no_others(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lived_in(centre)
    monkeypatch.setattr(exports, "PAGE", 2)  # so that there are pages to be turned
    assert set(ASKED) == {table.name for table in TABLES}
    for table in TABLES:
        who, ways = ASKED[table.name]
        for n, asked in enumerate(ways):
            rows = await listed(centre, table, who, asked)
            answer = await export(centre, table, who, asked)
            assert answer.status_code == 200, (table.name, asked, answer.text)
            (head, *found), conditions = sheets(answer.content)
            assert head == [column.heading for column in table.columns]
            wanted = [[expected(row, column, NAMES) for column in table.columns] for row in rows]
            assert found == wanted, (table.name, asked)
            assert conditions["行数"] == str(len(rows))
            assert rows or n, table.name  # asked for all, there is something


async def test_every_export_refuses_whom_its_list_refuses(centre: Centre) -> None:
    for table in TABLES:
        _, (asked, *_) = ASKED[table.name]
        for who in (*PEOPLE, None):
            client = await centre.by(who) if who else centre.client()
            answers = [
                await client.get(path, params=dict(asked))
                for path in (f"/{LISTS.get(table.name, table.name)}", f"/exports/{table.name}.xlsx")
            ]
            codes = [answer.status_code for answer in answers]
            assert codes[0] == codes[1], (table.name, who, answers[1].text[:200])
            if codes[0] != 200:
                assert answers[0].json() == answers[1].json(), (table.name, who)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_export_is_asked_by_the_conditions_of_its_list_and_each_has_its_name(table: Any) -> None:
    conditions = set(filters_of(table.query).model_fields)
    assert set(table.query.model_fields) - conditions <= {"after", "limit"}
    assert conditions <= CONDITIONS.keys()
    headings = [column.heading for column in table.columns]
    assert len(set(headings)) == len(headings)
    assert all(any(letter > "一" for letter in heading) for heading in headings)


def test_no_name_is_left_of_a_condition_or_a_table_that_is_gone() -> None:
    used = {name for table in TABLES for name in filters_of(table.query).model_fields}
    assert set(CONDITIONS) == used
    assert set(HEADINGS) == {table.name for table in TABLES}


async def test_a_list_that_refuses_an_area_refuses_it_as_a_file_too(centre: Centre) -> None:
    for area, status in ((NINGHAI, 403), ("nowhere", 404), ("bad code!", 422)):
        answer = await export(centre, TABLE["tickets"], "xiangshan", {"area": area})
        assert answer.status_code == status, answer.text
    for wrong in ({"limit": 5}, {"after": "x"}, {"nonsense": 1}, {"stage": "nowhere"}):
        answer = await export(centre, TABLE["tickets"], "monitor", wrong)
        assert answer.status_code == 422, answer.text
    assert (await export(centre, TABLE["reviews"], "monitor", {"area": "33"})).status_code == 422


async def test_the_second_sheet_says_who_asked_when_and_for_what(centre: Centre) -> None:
    await centre.call()
    centre.set_clock(minutes(3))
    answer = await export(centre, TABLE["tickets"], "xiangshan", {"stage": ["accepted", "dispatched"], "open": True})
    _, conditions = sheets(answer.content)
    assert conditions == {
        "表": "工单",
        "行数": "0",
        "导出人": "象山值班员(xiangshan)",
        "角色": "县指挥员",
        "导出人单位": f"象山({XIANGSHAN})",
        "导出时间": "2026-07-01 09:03:00(北京时间)",
        "单位": "未限",
        "环节": "已接单、已派工",
        "标记": "未限",
        "未结": "是",
        "修复日": "未限",
        "工单编号": "未限",
        "查找": "未限",
        "起始时间": "未限",
        "截止时间(不含)": "未限",
    }
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"tickets-20260701-0903.xlsx\"; filename*=UTF-8''%E5%B7%A5%E5%8D%95-20260701-0903.xlsx"
    )
    assert answer.headers["cache-control"] == "no-store"
    _, conditions = sheets((await export(centre, TABLE["reviews"], "monitor", {"area": NINGHAI} | MONTH)).content)
    assert (conditions["单位"], conditions["起始时间"]) == (f"宁海({NINGHAI})", "2026-07-01 00:00")


async def test_a_condition_with_a_character_that_no_sheet_can_hold_is_written_without_it(centre: Centre) -> None:
    answer = await export(centre, TABLE["accounts"], "admin", {"q": "张\x1b三"})
    assert answer.status_code == 200, answer.text
    assert "张三" in str(sheets(answer.content)[1])


async def test_who_took_which_table_out_of_the_system_is_kept(centre: Centre) -> None:
    await centre.call()
    centre.set_clock(minutes(7))
    await export(centre, TABLE["tickets"], "xiangshan", {"open": True})
    await export(centre, TABLE["tickets"], "xiangshan", {"area": NINGHAI})  # refused
    async with centre.db.connection() as connection:
        rows = await connection.fetch("SELECT * FROM audit WHERE action = 'export'")
    (row,) = rows
    assert (row["account_id"], row["subject"], row["area"], row["at"]) == (
        "xiangshan",
        "tickets",
        XIANGSHAN,
        minutes(7),
    )
    assert json.loads(row["details"]) == {"asked": {"open": True, "stage": []}, "rows": 1}


async def test_nothing_that_somebody_wrote_is_a_formula_and_no_number_can_be_dialled(centre: Centre) -> None:
    said = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1+1", "=cmd|'/c calc'!A1", "电话 13900000000", "a\x0bb", "普通"]
    for n, text in enumerate(said):
        await centre.call(symptom_text=text, address=f"={n}")
    answer = await export(centre, TABLE["tickets"], "monitor", {})
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    column = [cell.value for cell in sheet[1]].index("客户描述")
    found = {row[column].value for row in sheet.iter_rows(min_row=2)}
    assert {"=1+1", "+1", "-1+1", "@SUM(A1)", "=cmd|'/c calc'!A1", "电话 139****0000", "普通"} <= found
    risky = [cell for row in sheet.iter_rows(min_row=2) for cell in row if str(cell.value)[:1] in "=+-@"]
    assert len(risky) >= 14
    assert all(cell.quotePrefix for cell in risky)
    assert b"13900000000" not in b"".join(_parts(answer.content))


def _parts(file: bytes) -> list[bytes]:
    with ZipFile(BytesIO(file)) as archive:
        return [archive.read(name) for name in archive.namelist()]


async def test_the_heading_stands_still_can_be_filtered_and_instants_are_instants_of_china(centre: Centre) -> None:
    await centre.call()
    sheet = load_workbook(BytesIO((await export(centre, TABLE["tickets"], "monitor", {})).content)).worksheets[0]
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("工单", "B2", "A1:AK2")
    at = next(cell for cell in sheet[2] if cell.value == START.astimezone(CHINA).replace(tzinfo=None))
    assert at.is_date
    said = {sheet[1][n].value: cell.value for n, cell in enumerate(sheet[2])}
    assert (said["环节"], said["单位"], said["危险"]) == (Stage.SUBMITTED.label, "象山", "否")
    assert said["联系电话"].startswith("139****")


async def test_a_list_that_is_longer_than_a_file_may_be_is_refused_with_what_would_narrow_it(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await centre.call()
    monkeypatch.setattr(exports, "MOST", 3)
    assert (await export(centre, TABLE["tickets"], "monitor", {})).status_code == 200
    await centre.call()
    for table, field in (
        ("tickets", "area"),
        ("crews", "area"),
        ("accounts", "area"),
        ("message-templates", None),
    ):
        who = "admin" if table in ("accounts", "message-templates") else "monitor"
        answer = await export(centre, TABLE[table], who, {})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["field"]) == (422, "TooManyRows", field)
        assert "缩小范围" in error["message"]
    assert "环节(stage)" in (await export(centre, TABLE["tickets"], "monitor", {})).json()["error"]["message"]


async def test_a_list_without_pages_is_not_cut_off_either(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    await flooded(centre, 600)
    (_, *rows), _ = sheets((await export(centre, TABLE["closures"], "seat", {})).content)
    assert len(rows) == 600  # its list shows five hundred at most
    monkeypatch.setattr(exports, "MOST", 599)
    assert (await export(centre, TABLE["closures"], "seat", {})).json()["error"]["code"] == "TooManyRows"


async def test_a_file_is_drawn_in_another_process_than_the_one_that_answers(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "_rows", lambda *_: pytest.fail("here"))
    assert (await export(centre, TABLE["crews"], "monitor", {})).content.startswith(b"PK")
    assert int(await centre.app.state.press.printed(_who, None)) != os.getpid()


def _who(_: object) -> int:
    return os.getpid()
