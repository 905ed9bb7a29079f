"""Declared by sheet over HTTP: the template as it is given out, and what is taken of what comes back."""

import asyncio
import base64
import io
from datetime import date
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from dispatch.capacity.sheet import HEADINGS
from dispatch.desk.bookings.sheets import import_sheet, template_of
from dispatch.desk.setup import open_desk
from dispatch.desk.world import World
from dispatch.kit.db import Database
from tests.capacity.tables import book_of, csv_of, row
from tests.worlds import START, person

from .conftest import Centre, key
from .test_declaring import DEPOT, NEXT, WEEK, booked, everything, line, puts, slots_of, three_at_once


async def sends(centre: Centre, content: bytes, who: str = "leader", **said: Any) -> httpx.Response:
    body = {"content": base64.b64encode(content).decode()} | said
    return await (await centre.by(who)).post("/capacity/sheets", json=body, headers=key())


async def template(centre: Centre, ending: str = "xlsx", **said: Any) -> bytes:
    answer = await (await centre.by("leader")).get(f"/capacity/template.{ending}", params={"week": NEXT} | said)
    assert answer.status_code == 200, answer.text
    return answer.content


def filled(content: bytes, **cells: Any) -> bytes:
    book = load_workbook(io.BytesIO(content))
    for name, value in cells.items():
        book.worksheets[0][name] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


async def test_a_workbook_is_given_out_filled_in_and_taken(centre: Centre) -> None:
    given = await template(centre)
    sheet = load_workbook(io.BytesIO(given)).worksheets[0]
    assert (sheet["A3"].value, sheet["B3"].value, sheet["C3"].value, sheet["F3"].value) == (
        "丹城供电所", "2026-07-06", "上午", None,
    )  # fmt: skip
    assert sheet.max_row == 2 + 5 * 2 * 3 * 2  # working days, halves, kinds, town and country
    answer = await sends(centre, filled(given, F3=2, G3=8, F4=1, G4="3"))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["rows"], made["same"], made["kept"]) == (60, 0, True)
    assert [(each["depot"], each["area_class"], each["visits"]) for each in made["declared"]] == [
        (DEPOT, "urban", 8),
        (DEPOT, "rural", 3),
    ]
    again = await template(centre)
    sheet = load_workbook(io.BytesIO(again)).worksheets[0]
    assert [sheet[name].value for name in ("F3", "G3", "H3")] == [2, 8, 1]
    answer = await sends(centre, again)
    assert (answer.json()["same"], answer.json()["declared"]) == (2, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_csv_of_each_encoding_is_given_out_and_taken(centre: Centre, encoding: str) -> None:
    await puts(centre, line(9), week=NEXT)
    given = await template(centre, "csv", encoding=encoding)
    assert given.startswith(b"\xef\xbb\xbf") is (encoding == "utf-8-sig")
    text = given.decode(encoding)
    there = next(each for each in text.splitlines() if each.endswith(",1,2,1"))
    answer = await sends(centre, text.replace(there, there.replace(",1,2,1", ",1,5,1")).encode(encoding))
    assert answer.status_code == 201, answer.text
    assert [(each["date"], each["visits"], each["version"]) for each in answer.json()["declared"]] == [
        ("2026-07-09", 5, 2)
    ]


async def test_a_copy_of_last_week_stands_in_the_template_to_be_declared(centre: Centre) -> None:
    await puts(centre, line(2))
    text = (await template(centre, "csv")).decode("utf-8-sig")
    assert "2026-07-09,上午,查勘,城区,1,2," in text


async def test_every_wrong_cell_is_named_and_nothing_is_taken(centre: Centre) -> None:
    before = await everything(centre)
    rows = [row(), row(half="下午", visits=-1, depot="石浦供电所"), row(date="2026-06-30"), row(kind="装表", teams=0)]
    answer = await sends(centre, book_of(*rows, merged="D2:D3"))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (422, "BadSheet", "file"), answer.text
    found = [(each["row"], each["column"]) for each in error["details"]["rows"]]
    assert found == [(2, "D"), (3, "A"), (3, "D"), (3, "G"), (4, "B"), (5, "F")]
    assert "首处:D2 D2:D3 是合并单元格" in error["message"]
    assert error["details"]["faults_n"] == 6
    assert await everything(centre) == before


async def test_of_very_many_wrong_cells_a_hundred_are_named(centre: Centre) -> None:
    error = (await sends(centre, csv_of(*[row(visits="x") for _ in range(300)]))).json()["error"]
    assert (len(error["details"]["rows"]), error["details"]["faults_n"]) == (100, 300)


async def test_a_week_in_the_past_is_refused_row_by_row(centre: Centre) -> None:
    error = (await sends(centre, csv_of(row(date="2026-06-22"), row(date="2026-06-23")))).json()["error"]
    assert [(each["row"], each["column"]) for each in error["details"]["rows"]] == [(2, "B"), (3, "B")]
    assert "已过去" in error["details"]["rows"][0]["message"]


async def test_a_sheet_that_has_not_seen_what_was_declared_since_is_refused(centre: Centre) -> None:
    given = await template(centre)
    await puts(centre, line(6, visits=5), week=NEXT)
    answer = await sends(centre, filled(given, F3=2, G3=8, F4=1, G4=3))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "SheetConflicts"), answer.text
    assert [(each["row"], each["column"]) for each in error["details"]["rows"]] == [(3, "H")]
    assert "1 队 5 户,leader 申报" in error["details"]["rows"][0]["message"]
    assert [slot["visits"] for slot in await slots_of(centre, NEXT)] == [5]


async def test_of_two_sheets_at_once_one_is_taken(centre: Centre) -> None:
    given = await template(centre)
    sent = [sends(centre, filled(given, F3=2, G3=n, F4=1, G4=n)) for n in (3, 4, 5)]
    answers = await asyncio.gather(*sent)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len({slot["visits"] for slot in await slots_of(centre, NEXT)}) == 1


async def test_a_cut_by_sheet_needs_its_reason_and_displaces(centre: Centre) -> None:
    await puts(centre, line(2), line(2, "pm"))
    fixed = {"due": None, "appointment": "fixed"}
    made = await booked(centre, **fixed, from_at="2026-07-02T09:00:00+08:00", to_at="2026-07-02T10:00:00+08:00")
    cut = csv_of(row(date="2026-07-02", teams=0, visits=0, seen=1))
    refused = (await sends(centre, cut)).json()["error"]
    assert (refused["code"], refused["details"]["rows"][0]["column"]) == ("SheetConflicts", "G")
    assert "请填写原因 reason" in refused["message"]
    before = await everything(centre)
    tried = (await sends(centre, cut, dry_run=True)).json()
    assert (tried["kept"], [each["id"] for each in tried["reoffered"]]) == (False, [made["id"]])
    assert await everything(centre) == before
    done = await sends(centre, cut, reason="队伍抽调抢修")
    assert done.status_code == 201, done.text
    (lost,) = done.json()["reoffered"]
    assert (lost["id"], lost["state"], lost["offers"][0]["half"]) == (made["id"], "reoffered", "pm")


async def test_a_sheet_of_the_present_week_may_keep_days_that_are_over(centre: Centre) -> None:
    await puts(centre, line(1, "am"), line(3))
    given = (await template(centre, "csv", week=WEEK)).decode("utf-8-sig")
    assert "2026-07-01,上午" in given
    assert "2026-06-30" not in given
    centre.set_clock(centre.clock.now().replace(hour=9))  # five in the afternoon
    answer = await sends(
        centre, given.replace("2026-07-03,上午,查勘,城区,1,2", "2026-07-03,上午,查勘,城区,1,4").encode()
    )
    assert answer.status_code == 201, answer.text
    assert [(each["date"], each["visits"]) for each in answer.json()["declared"]] == [("2026-07-03", 4)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "Invalid"),
        (b"\n", "BadTable"),
        (csv_of(), "BadHeadings"),
        (csv_of(row(), headings=("a", "b")), "BadHeadings"),
        (csv_of(row(), mark="|"), "BadHeadings"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "BadTable"),
        (csv_of(*[row(seen=n) for n in range(3000)]), "BadTable"),
    ],
)
async def test_a_file_that_is_no_table_of_declarations_is_refused(centre: Centre, content: bytes, code: str) -> None:
    answer = await sends(centre, content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), answer.text


async def test_what_is_not_base64_is_refused(centre: Centre) -> None:
    answer = await (await centre.by("leader")).post("/capacity/sheets", json={"content": "表"}, headers=key())
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "SheetNotBase64")


async def test_a_sheet_sent_twice_with_one_key_declares_once(centre: Centre) -> None:
    leader, header = await centre.by("leader"), key()
    body = {"content": base64.b64encode(csv_of(row())).decode()}
    first, again = [await leader.post("/capacity/sheets", json=body, headers=header) for _ in range(2)]
    assert first.json()["declared"] == again.json()["declared"]
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_a_leader_gets_the_tables_of_his_own_depots_only(centre: Centre) -> None:
    leader = await centre.by("leader")
    other = await leader.get("/capacity/template.xlsx", params={"week": NEXT, "depot": "330225-2"})
    assert other.status_code == 403
    foreign = (await sends(centre, csv_of(row(depot="330225-2")))).json()["error"]
    assert "不存在,或不由您申报" in foreign["details"]["rows"][0]["message"]
    assert HEADINGS[0] in foreign["message"]


async def test_a_file_in_many_lines_of_base64_is_taken(centre: Centre) -> None:
    body = {"content": base64.encodebytes(csv_of(row(date="2026-07-02"))).decode()}
    answer = await (await centre.by("leader")).post("/capacity/sheets", json=body, headers=key())
    assert answer.status_code == 201, answer.text


async def test_a_sheet_that_declares_nothing_is_not_taken_for_one_that_does(centre: Centre) -> None:
    error = (await sends(centre, await template(centre))).json()["error"]
    assert (error["code"], error["details"]["rows"]) == ("BadSheet", [])
    assert "60 行都没有填队伍数和户数" in error["message"]


async def test_teams_too_few_for_what_is_booked_need_a_reason_in_their_row(centre: Centre) -> None:
    made = await three_at_once(centre)
    cut = csv_of(row(date="2026-07-02", half="下午", visits=3), row(date="2026-07-02", teams=1, visits=4, seen=1))
    before = await everything(centre)
    tried = (await sends(centre, cut, dry_run=True)).json()
    assert (tried["kept"], tried["reason_needed"], len(tried["reoffered"])) == (False, True, 1)
    error = (await sends(centre, cut)).json()["error"]
    assert (error["code"], [each["row"] for each in error["details"]["rows"]]) == ("SheetConflicts", [3])
    assert "减到 1 队后有 1 户赶不到" in error["message"]
    assert await everything(centre) == before
    done = (await sends(centre, cut, reason="一队抽调抢修")).json()
    assert {each["id"] for each in done["reoffered"]} < set(made)


@pytest.mark.parametrize("name", ["丹城供电所（东）", "＝丹城", "=cmd|' /C calc'!A0", "-丹城", "丹城\u3000一所"])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
async def test_whatever_a_depot_is_called_its_own_table_comes_back(
    db: Database, world: World, name: str, ending: str
) -> None:
    async with db.transaction() as tx:
        await tx.execute("UPDATE area SET name = $2 WHERE code = $1", DEPOT, name)
    desk = await open_desk(db, "sgcc")
    leader, monday = person("leader"), date(2026, 7, 6)
    given = await template_of(desk, monday, None, encoding=None if ending == "xlsx" else "utf-8", by=leader, at=START)
    if ending == "csv":
        text = given.decode()
        assert not any(line.startswith(("=", "+", "-", "@")) for line in text.splitlines())
        content = text.replace("查勘,城区,,,", "查勘,城区,2,8,", 1).encode()
    else:
        content = filled(given, F3=2, G3=8)
    taken = await import_sheet(desk, content, reason="", by=leader, at=START)
    assert [each.slot.depot for each in taken.declared.declarations] == [DEPOT]
