"""A county that has something in every list, the lists with what they can be asked by, and their exports read back."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import httpx
from openpyxl import load_workbook

from dispatch.kit.clock import CHINA
from dispatch.reports.copies import Column
from dispatch.web.exporttables import TABLES, Table
from tests.field.days import day_of, sends, sent_out
from tests.replies.test_queue import GOOD, VAGUE
from tests.worlds import NINGHAI, START, XIANGSHAN, minutes

from .conftest import Centre
from .overseen import overseen
from .test_capacity import DEPOT, books, declares
from .test_services import opened
from .test_stories import to_stage
from .test_tasks import makes

MONTH = {"from": "2026-07-01T00:00:00+08:00", "to": "2026-08-01T00:00:00+08:00"}
DAY = {"depot": DEPOT, "date": "2026-07-02"}
WEEK = {"area": XIANGSHAN, "week": "2026-W28"}
DAYS = {"from": "2026-07-01", "to": "2026-07-03"}
TOWN = {"area": NINGHAI}
LISTS = {
    "ledger-lines": "ledger/lines",
    "closures": "roads/closures",
    "undeclared": "capacity/undeclared",
    "place-names": "places/names",
    "place-arrivals": "places/arrivals",
    "contact-gaps": "supervision/contacts",
    "reserves": "lending/reserves",
    "visit-indices": "capacity/indices",
    "ledger-pairs": "ledger",
}  # the others are called what their table is called
# By which the lists are asked here, and by whom.
ASKED: dict[str, tuple[str, Sequence[Mapping[str, Any]]]] = {
    "tickets": ("monitor", [{}, {"area": NINGHAI}, {"stage": ["accepted", "cancelled"]}, {"open": False},
                            {"open": True, "area": XIANGSHAN}, {"done": "today"}, {"marked": "chased"},
                            {"marked": "escalated"}, {"marked": "suspended"}, {"marked": "overdue"},
                            {"marked": "chased", "q": "丹城 象山", "stage": ["submitted"]}]),
    "supervisions": ("monitor", [{}, {"state": "open"}, {"area": NINGHAI}, {"q": "象山"}]),
    "warnings": ("xiangshan", [{}, {"level": 3}, {"since": "2026-07-01T00:00:00+08:00"}]),
    "field-reports": ("monitor", [{}, {"outcome": "accepted"}, {"area": NINGHAI}]),
    "reply-audits": ("auditor", [{}, {"area": NINGHAI}]),
    "reviews": ("monitor", [{"area": "33", **MONTH}, {"area": NINGHAI, **MONTH}]),
    "callbacks": ("shift", [{}, {"area": XIANGSHAN}]),
    "ledger-lines": ("monitor", [MONTH, {"across": True, **MONTH}, {"area": NINGHAI, **MONTH}]),
    "bookings": ("leader", [DAY, DAY | {"date": "2026-07-03"}]),
    "grid-tasks": ("xiangshan", [{}, {"kind": ["patrol"]}, {"due_by": "2026-07-02"}, {"state": ["open", "taken"]}]),
    "services": ("seat", [{}, {"kind": "complaint"}, {"open": False}]),
    "outages": ("xiangshan", [{}, {"state": ["announced"]}, {"area": NINGHAI}]),
    "crews": ("monitor", [{}, {"area": NINGHAI}]),
    "accounts": ("admin", [{}, {"q": "CREW"}, {"role": "CREW", "area": XIANGSHAN}]),
    "message-templates": ("admin", [{}]),
    "pack-lines": ("admin", [{}, {"q": "到达现场"}, {"beside": "csg@2026.2", "differing": True}]),
    "messages": ("admin", [{}, {"state": "queued"}, {"area": NINGHAI}]),
    "closures": ("seat", [{}, {"holding": False}]),
    "undeclared": ("xiangshan", [WEEK]),
    "areas": ("seat", [{}, {"under": XIANGSHAN}, {"q": "供电所"}, {"q": NINGHAI, "under": "3302"}]),
    "place-names": ("monitor", [{}, TOWN]),
    "place-arrivals": ("monitor", [{}, TOWN]),
    "contact-gaps": ("monitor", [{}, TOWN]),
    "modes": ("monitor", [{}, TOWN, {"area": "3302"}]),
    "weather-orders": ("monitor", [{}, {"in_force": True}, TOWN]),
    "storm-reports": ("monitor", [{}, {"before": minutes(90).isoformat()}, {"area": "3302"}]),
    "disaster-reports": ("monitor", [{}, {"due": False}, TOWN]),
    "lending": ("ninghai", [{}, {"in_force": True}]),
    "reserves": ("monitor", [{}, TOWN]),
    "worklist-notices": ("xiangshan", [{}, {"seen": True}, {"date": "2026-07-02"}, {"area": DEPOT}]),
    "visit-indices": ("monitor", [DAYS, DAYS | TOWN]),
    "indices": ("monitor", [{"area": "33", **MONTH}, {**TOWN, **MONTH}]),
    "ledger": ("monitor", [MONTH, MONTH | TOWN]),
    "ledger-pairs": ("monitor", [MONTH, MONTH | {"from": "2026-07-02T00:00:00+08:00"}]),
}  # fmt: skip
TABLE = {table.name: table for table in TABLES}
PAGED = frozenset(
    ("tickets", "supervisions", "warnings", "field-reports", "reply-audits", "reviews", "callbacks", "ledger-lines",
     "grid-tasks", "services", "outages", "crews", "accounts", "messages", "place-names", "place-arrivals")
)  # fmt: skip
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T.*")
ROADS = """
INSERT INTO road_closure (id, area, cause, title, road, from_at, set_by, set_at)
SELECT 'r' || n, $1, 'flood', '路' || n, '沿海线', $2, 'xiangshan', $2 FROM generate_series(1, $3) AS n
"""
OUTAGE = """
INSERT INTO outage (id, kind, node, area, begins_at, ends_at, state, cause, source, text)
SELECT 'o' || n, 'planned', 'N1', $1, $2::timestamptz, $2::timestamptz + '2 h'::interval,
       'announced', '检修', 'xiangshan', '东街一带'
FROM generate_series(1, 3) AS n
"""


async def flooded(centre: Centre, n: int) -> None:
    """Close so many roads, as where a road graph is there."""
    async with centre.db.connection() as connection:
        await connection.execute(ROADS, XIANGSHAN, minutes(-5), n)


async def lived_in(centre: Centre) -> None:
    """Let a day pass that leaves something in every list."""
    first = await sent_out(centre, address="=HYPERLINK(丹城镇东街2号)")
    centre.set_clock(minutes(100))
    await sends(centre, day_of(first))
    centre.set_clock(START)
    supervised = await sent_out(centre, crew="c3", symptom_text="请拨 139 0000 0000 找老张")
    await centre.does("monitor", supervised, "supervise", reason="客户多次来电", addressee="county_director")
    await centre.call(place={"lon": 121.43, "lat": 29.29})
    cancelled = await centre.call()
    await centre.does("xiangshan", cancelled, "cancel", reason="客户来电已恢复", meter="live")
    for reply, after in ((VAGUE, None), (GOOD, "queue-callback")):
        centre.set_clock(START)
        done = await to_stage(centre, await centre.call())
        replied = await centre.does("xiangshan", done, "reply", **reply)
        if after:
            await centre.does("xiangshan", replied, after)
    await declares(centre)
    await books(centre)
    await books(centre, text="@SUM(1)")
    await makes(centre, {}, {"kind": "patrol"}, {"address": "+86 丹城镇"})
    await opened(centre, text="-1+1 停电两次无人告知", phone="13900001111")
    await flooded(centre, 3)
    async with centre.db.connection() as connection:
        await connection.execute(
            "INSERT INTO network_node (code, name, kind, area) VALUES ('N1', '东街线', 'feeder', $1)", XIANGSHAN
        )
        await connection.execute(OUTAGE, XIANGSHAN, minutes(600))
    await overseen(centre)


async def listed(centre: Centre, table: Table, who: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return all rows of the list, as a console turns its pages: three rows at a time where it has pages."""
    client, path, found, turn = await centre.by(who), f"/{LISTS.get(table.name, table.name)}", [], {}
    while True:
        answer = await client.get(path, params={**asked, **turn, **({"limit": 3} if table.name in PAGED else {})})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += _rows(table, page)
        if page.get("next") is None:
            return found
        turn = {"after": page["next"]}


def _rows(table: Table, page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a page; the indices of booked work are those of the area, then those of each county."""
    if table.name != "visit-indices":
        return list(page[table.rows])
    parts = [(page, True), *((county, False) for county in page["counties"])]
    return [figure | {"area": part["area"], "whole": whole} for part, whole in parts for figure in part["figures"]]


async def export(centre: Centre, table: Table, who: str, asked: Mapping[str, Any]) -> httpx.Response:
    return await (await centre.by(who)).get(f"/exports/{table.name}.xlsx", params=dict(asked))


def sheets(file: bytes) -> tuple[list[list[Any]], dict[str, str]]:
    """Return the rows of the first sheet, its heading first, and the conditions of the second."""
    book = load_workbook(BytesIO(file))
    assert len(book.worksheets) == 2
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    return rows, {row[0].value: row[1].value for row in book["条件"].iter_rows(min_row=2)}


def expected(row: Mapping[str, Any], column: Column, names: Mapping[str, str]) -> Any:
    """Return what a cell must hold, worked out from the answer of the list alone."""
    values: list[Any] = [row]
    many = False
    for name in column.path:
        if name == "*":
            values, many = [part for value in values for part in value or ()], True
        elif name == "-1":
            values = [value[-1] for value in values if value]
        else:
            values = [value.get(name) for value in values if value is not None]
    if values and isinstance(values[0], list):
        values, many = values[0], True
    said = [_cell(value, column, names) for value in values if value is not None]
    if many:
        return "、".join(map(str, said)) or None
    return said[0] if said else None


def _cell(value: Any, column: Column, names: Mapping[str, str]) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "、".join(f"{name} {each:.6g}" for name, each in value.items()) or None
    if not isinstance(value, str):
        return value
    if INSTANT.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(CHINA).replace(tzinfo=None, microsecond=0)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return datetime.combine(date.fromisoformat(value), datetime.min.time())
    said = column.labels.get(value) or (names.get(value) if column.kind.value == "area" else None) or value
    return said.replace("139 0000 0000", "139****0000") or None
