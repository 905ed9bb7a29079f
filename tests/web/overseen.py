"""What is overseen beside the daily work: names, arrivals, modes, weather, storms, lending, changes of lists."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dispatch.desk.storm.figures import StormFigures, count
from tests.field.days import sent_out
from tests.worlds import NINGHAI, START, XIANGSHAN, minutes

from .conftest import Centre, key
from .test_lending import GRANT
from .test_places import ARRIVED

PROPOSED = "INSERT INTO mode_proposal (id, area, mode, open_tickets, crews, at) VALUES ('mp', $1, 'storm', 90, 2, $2)"
STORM = """
INSERT INTO storm_report (id, area, at, begun_at, text, doc, made_at, told) VALUES ($1, '3302', $2, $3, $4, $5, $2, 1)
"""
TOLD = """
INSERT INTO worklist_notice (id, area, depot, date, half, version, team, text, told_at, seen_at, seen_by)
SELECT 'n' || n, $1::text, $1 || '-1', '2026-07-02'::date + n % 2, 'am', n, $1 || '-1/A1',
       '=撤下' || n, $2::timestamptz,
       CASE WHEN n = 3 THEN $2::timestamptz END, CASE WHEN n = 3 THEN 'leader' END
FROM generate_series(1, 4) AS n
"""


async def overseen(centre: Centre) -> None:
    """Leave something in the lists of those who oversee."""
    centre.set_clock(START)
    await _marked(centre)
    centre.set_clock(minutes(100))
    await _learned(centre)
    await _stormy(centre)
    await _does(centre, "ninghai", "POST", "/lending", GRANT)
    later = {"from_at": minutes(9000).isoformat(), "until_at": minutes(9900).isoformat(), "crews": 2}
    await _does(centre, "ninghai", "POST", "/lending", GRANT | later)
    await _does(centre, "monitor", "PUT", f"/areas/{NINGHAI}/reserve", {"crews": 2, "reason": "台风备勤"})
    async with centre.db.connection() as connection:
        await connection.execute(TOLD, XIANGSHAN, minutes(90))


async def _marked(centre: Centre) -> None:
    waiting = await sent_out(centre, crew="c2")
    await centre.does("crew-2", waiting, "crew-accept")
    await centre.does("crew-2", waiting, "depart")
    await centre.does("crew-2", waiting, "arrive", position={"lon": 121.87, "lat": 29.48, "accuracy_m": 12})
    until = minutes(60).isoformat()
    await centre.does("xiangshan", waiting, "suspend", reason="unsafe", text="风力过大", until_at=until)
    chased = await centre.call(place={"lon": 121.43, "lat": 29.29})
    await centre.does("seat", chased, "chase", text="客户再次来电")


async def _learned(centre: Centre) -> None:
    for who, county, said in (("xiangshan", XIANGSHAN, "=老渡口"), ("xiangshan", XIANGSHAN, "大樟树"),
                              ("ninghai", NINGHAI, "青石桥"), ("ninghai", NINGHAI, "旧砖窑")):  # fmt: skip
        place = {"lon": 121.7, "lat": 29.3}
        await _does(centre, who, "POST", "/places/names", {"said": said, "county": county, "place": place})
    async with centre.db.connection() as connection:
        for n, area in enumerate((XIANGSHAN, XIANGSHAN, NINGHAI, NINGHAI)):
            await connection.execute(ARRIVED, f"L{n}", f"t{n}", area, "c1", minutes(n), 121.875, 29.485, 9.0)


async def _stormy(centre: Centre) -> None:
    for area, begin, end in (("33", 60, 600), (NINGHAI, 3000, 4000)):
        hours = {"from_at": minutes(begin).isoformat(), "to_at": minutes(end).isoformat()}
        order = {"area": area, "reason": "台风红色预警", "text": "-各单位备勤", **hours}
        await _does(centre, "monitor", "POST", "/weather-orders", order)
    monitor = await centre.by("monitor")
    (first, *_) = (await monitor.get("/disaster-reports")).json()["reports"]
    await _does(centre, "monitor", "POST", f"/disaster-reports/{first['id']}/send", {})
    await _does(centre, "monitor", "PUT", f"/areas/{NINGHAI}/mode", {"mode": "quick", "reason": "迎峰度夏"})
    async with centre.db.connection() as connection:
        await connection.execute(PROPOSED, XIANGSHAN, minutes(95))
        for n in range(4):
            at = minutes(60 * n)
            await connection.execute(STORM, f"sr{n}", at, START, f"@快报{n}", _figures(at).model_dump_json())


def _figures(at: datetime) -> StormFigures:
    total = count([], [XIANGSHAN], begun_at=START, at=at)
    known = {"area": "3302", "name": "宁波", "at": at, "begun_at": START, "in_storm": (XIANGSHAN,), "total": total}
    return StormFigures(**known, counties=(), categories={}, notices={}, hours=(), oldest=())


async def _does(centre: Centre, who: str, method: str, path: str, body: Mapping[str, Any]) -> None:
    answer = await (await centre.by(who)).request(method, path, json=dict(body), headers=key())
    assert answer.is_success, answer.text
