"""Grid service tasks by sheet: the table, what comes back, and that a wrong cell keeps all of it out."""

import base64
import io
from datetime import timedelta
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from dispatch.capacity.tasksheet import HEADINGS
from dispatch.kit.tables import written_csv
from tests.worlds import START

from .conftest import Centre, key

DUE = (START + timedelta(days=2)).date()
GOOD = ("电压测量", "121.87", "29.48", "城区", "丹城镇东街1号", DUE.isoformat(), "末端电压", "25", "lv")


def csv(*rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> bytes:
    return written_csv([headings, *rows])


async def sends(centre: Centre, content: bytes, who: str = "xiangshan", **said: Any) -> httpx.Response:
    body = {"area": "330225", "content": base64.b64encode(content).decode()} | said
    return await (await centre.by(who)).post("/grid-tasks/sheets", json=body, headers=key())


async def tasks(centre: Centre) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await (await centre.by("xiangshan")).get("/grid-tasks")).json()["tasks"]
    return found


async def test_the_template_is_filled_in_and_its_tasks_are_made(centre: Centre) -> None:
    answer = await (await centre.by("xiangshan")).get("/grid-tasks/template.xlsx")
    assert answer.status_code == 200, answer.text
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[2]] == list(HEADINGS)
    second = ("patrol", 121.9, 29.5, "rural", "西周镇", DUE, None, None, None)
    for row, cells in enumerate((GOOD, second), 3):
        for column, cell in enumerate(cells, 1):
            sheet.cell(row, column, cell)
    file = io.BytesIO()
    book.save(file)
    tried = (await sends(centre, file.getvalue(), dry_run=True)).json()
    assert (tried["rows"], tried["kept"], len(tried["tasks"])) == (2, False, 2)
    assert await tasks(centre) == []
    made = await sends(centre, file.getvalue())
    assert (made.status_code, made.json()["kept"]) == (201, True), made.text
    found = {task["kind"]: task for task in await tasks(centre)}
    assert found["voltage_check"]["address"] == "丹城镇东街1号"
    assert (found["voltage_check"]["work_min"], found["voltage_check"]["skill"]) == (25, "lv")
    assert (found["patrol"]["work_min"], found["patrol"]["due"], found["patrol"]["area_class"]) == (
        20,
        DUE.isoformat(),
        "rural",
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
async def test_the_table_as_text_has_the_same_columns(centre: Centre, encoding: str) -> None:
    answer = await (await centre.by("xiangshan")).get("/grid-tasks/template.csv", params={"encoding": encoding})
    assert answer.content.decode(encoding).splitlines()[1] == ",".join(HEADINGS)
    filled = answer.content + ",".join(GOOD).encode(encoding)
    assert (await sends(centre, filled)).status_code == 201


async def test_each_wrong_cell_is_named_and_nothing_is_made(centre: Centre) -> None:
    wrong = [
        ("打扫", "121.87", "29.48", "城区", "甲", DUE.isoformat(), "", "", ""),
        ("设备巡视", "29.48", "121.87", "城区", "乙", DUE.isoformat(), "", "", ""),
        ("设备巡视", "东", "29.48", "", "", "明天", "", "0", "LV!"),
        ("设备巡视", "10.0", "29.48", "城区", "丙", DUE.isoformat(), "", "", ""),
        ("设备巡视", "121.87", "29.48", "城区", "丁", "2020-01-01", "", "", ""),
        ("设备巡视", "121.87", "29.48", "城区", "戊", DUE.isoformat(), "找 13900001234", "", ""),
    ]
    answer = await sends(centre, csv(GOOD, GOOD, *wrong))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "BadSheet")
    named = {(each["row"], each["column"]) for each in error["details"]["rows"]}
    assert named == {
        (3, "A"), (4, "A"), (5, "C"), (6, "B"), (6, "D"), (6, "E"), (6, "F"), (6, "H"), (6, "I"), (7, "B"), (8, "F"),
        (9, "G"),
    }  # fmt: skip
    assert "8 行中有 7 行填写有误" in error["message"]
    assert "未建立任何一项任务" in error["message"]
    assert await tasks(centre) == []


async def test_what_is_no_table_of_tasks_is_refused(centre: Centre) -> None:
    for content, code in (
        (b"\xd0\xcf\x11\xe0", "BadTable"),
        (csv(), "BadHeadings"),
        (csv(GOOD[:3], headings=HEADINGS[:3]), "BadHeadings"),
        (csv((*GOOD, "1"), headings=(*HEADINGS, "优先级")), "BadHeadings"),
    ):
        answer = await sends(centre, content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), answer.text
    spoilt = {"area": "330225", "content": "不是"}
    answer = await (await centre.by("xiangshan")).post("/grid-tasks/sheets", json=spoilt, headers=key())
    assert answer.status_code == 422


async def test_who_may_not_make_tasks_may_not_import_them_and_a_repeat_makes_none_again(centre: Centre) -> None:
    assert (await sends(centre, csv(GOOD), who="ninghai")).status_code == 403
    assert (await sends(centre, csv(GOOD), who="crew-1")).status_code == 403
    assert (await sends(centre, csv(GOOD), area="3302", who="monitor")).json()["error"]["code"] == "BadTask"
    body = {"area": "330225", "content": base64.b64encode(csv(GOOD)).decode()}
    county, header = await centre.by("xiangshan"), key()
    first, again = [await county.post("/grid-tasks/sheets", json=body, headers=header) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(await tasks(centre)) == 1
