"""
Closing roads, slowing them, and opening them again. Each is a command with a right; it counts in this process before
the answer is given, and in the others within a moment (``keeper``).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.ids import new_id
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import Invalid, NotFound, Refusal
from dispatch.places.areas import AreaLevel
from dispatch.places.crs import Crs, read_crs
from dispatch.routing.roads.closures import Closure, ClosureCause, Edges
from dispatch.routing.roads.network import Roads

from . import rows
from .keeper import refresh

Floats = NDArray[np.float64]
NAMED = 3  # other counties that a refusal names
LOOKED_AT = 2000  # pieces of road whose county is looked up before a closure is accepted
KEPT = timedelta(days=1)  # a closure that ended longer ago is not read any more
COLUMNS = (
    "id, area, cause, title, factor, polygon, road, ways, classes, from_at, until_at, set_by, set_at, lifted_by,"
    " lifted_at, lift_reason"
)
SET = """
INSERT INTO road_closure
    (id, area, cause, title, factor, polygon, road, ways, classes, from_at, until_at, set_by, set_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
OVER = "UPDATE road_closure SET over = true WHERE lifted_at IS NULL AND NOT over AND until_at < $1"
FIND = f"SELECT {COLUMNS} FROM road_closure WHERE id = $1"
LIFT = "UPDATE road_closure SET lifted_by = $2, lifted_at = $3, lift_reason = $4 WHERE id = $1"
LIST = f"""
SELECT {COLUMNS} FROM road_closure WHERE area = ANY($1::text[])
    AND ($2::timestamptz IS NULL OR (from_at <= $2 AND (until_at IS NULL OR $2 < until_at)
         AND (lifted_at IS NULL OR $2 < lifted_at)))
ORDER BY from_at DESC, id DESC LIMIT $3
"""


class NoRoadGraph(Refusal):
    """There is no road graph: nothing can be closed."""


class NoSuchRoad(Invalid):
    """No road of the graph is meant."""


class OthersRoad(Invalid):
    """The roads lie in another area."""


class ClosureTime(Invalid):
    """The time of a closure cannot be."""


class NoSuchClosure(NotFound):
    """There is no closure of that name."""


class ClosureEnded(Refusal):
    """The closure is over or was lifted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Which roads, why and how: what is given of ``polygon``, ``road``, ``ways``, ``classes`` holds together.

    :param factor: so many times longer; None: closed
    :param crs: the coordinate system of the polygon
    :param from_at: None: now
    """

    cause: ClosureCause
    title: str
    factor: float | None = None
    polygon: Mapping[str, Any] | None = None
    road: str | None = None
    ways: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    crs: str = Crs.WGS84.value
    from_at: datetime | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoadClosure:
    """A closure as it is kept; half-open: it holds at ``from_at`` and not at ``until_at``."""

    id: str
    area: str
    cause: ClosureCause
    title: str
    factor: float | None
    polygon: dict[str, Any] | None
    road: str | None
    ways: tuple[int, ...]
    classes: tuple[str, ...]
    from_at: datetime
    until_at: datetime | None
    set_by: str
    set_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lift_reason: str | None
    edges: int | None = None  # pieces of road that are meant; None: no graph here
    kilometres: float | None = None


def roads_of(desk: Desk) -> Roads:
    """:raises NoRoadGraph: if the desk goes by straight lines"""
    if isinstance(desk.travel, Roads):
        return desk.travel
    raise NoRoadGraph(
        "本系统未导入路网,行车时间按直线估算,封路不起作用;请先用 dispatch roads import 导入并设置 DISPATCH_ROADS"
    )


async def close(
    desk: Desk, area: str, wanted: Wanted, *, by: Account, at: datetime, once: Once | None = None
) -> RoadClosure:
    """
    Close roads of an area, or make them slow, for a time.

    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if ``by`` may not close roads there
    :raises NoRoadGraph: if the desk has no graph
    :raises BadPolygon, UnknownCrs: if the polygon is none, or in no system that can be read
    :raises NoSuchRoad: if nothing, or nothing that exists, is meant
    :raises OthersRoad: if some of the roads lie in another area
    :raises ClosureTime: if it would be over before it begins
    """
    code = desk.areas.get(area).code
    rights.check(by, "road.close", area=code, covers=desk.areas.covers)
    roads = roads_of(desk)
    values = _values(new_id(at), code, wanted, by, at)
    closure = rows.closure_of(values)
    _check_roads(roads, closure)
    _check_area(desk, roads, code, closure, by)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return await _read(tx, desk, first)
        await tx.execute(SET, *values.values())
        await tx.execute(OVER, at - KEPT)
        await tx.execute(rows.CHANGED)
        await idempotency.remember(tx, by, once, values["id"], status=201)
    return await _in_force(desk, roads, values["id"])


def _values(closure_id: str, code: str, wanted: Wanted, by: Account, at: datetime) -> dict[str, Any]:
    """
    Return the row to write, in the order of ``SET``.

    :raises ClosureTime, NoSuchRoad, BadPolygon, UnknownCrs: if it says nothing that could hold
    """
    from_at = wanted.from_at or at
    read_crs(wanted.crs)  # what cannot be read is refused, whether there is a polygon in it or not
    if wanted.until_at is not None and wanted.until_at <= max(from_at, at):
        raise ClosureTime("结束时间应晚于开始时间和现在,请改正", field="until_at")
    if wanted.polygon is None and not (wanted.road or wanted.ways or wanted.classes):
        raise NoSuchRoad("请给出 polygon、road、ways、classes 中至少一项", field="road")
    return {
        "id": closure_id,
        "area": code,
        "cause": wanted.cause.value,
        "title": wanted.title,
        "factor": wanted.factor,
        "polygon": None if wanted.polygon is None else rows.text_of(wanted.polygon, wanted.crs),
        "road": wanted.road,
        "ways": list(wanted.ways),
        "classes": list(wanted.classes),
        "from_at": from_at,
        "until_at": wanted.until_at,
        "set_by": by.id,
        "set_at": at,
    }


def _check_roads(roads: Roads, closure: Closure) -> None:
    """
    :raises BadPolygon: if only the other way round the polygon would mean a road
    :raises NoSuchRoad: if nothing that exists is meant
    """
    if len(roads.edges_of(closure)):
        return
    if closure.area is None:
        raise NoSuchRoad("路网中没有符合条件的道路,请核对路名、路段编号或道路等级", field="road")
    turned = replace(closure, area=shapely.transform(closure.area, lambda points: points[:, ::-1]))
    if len(roads.edges_of(turned)):
        raise rows.swapped()
    raise NoSuchRoad("所画范围内没有符合条件的道路,请核对范围与坐标系(crs),以及路名、道路等级", field="polygon")


def _check_area(desk: Desk, roads: Roads, code: str, closure: Closure, by: Account) -> None:
    """
    Refuse roads of others. Of a piece of road that crosses a border only what lies in the polygon counts.

    :raises OthersRoad: naming whose they are, and who may close them: the caller himself, if it is his
    """
    if desk.areas.get(code).level is AreaLevel.PROVINCE:
        return
    edges = roads.edges_of(closure)
    some = edges[:: max(1, len(edges) // LOOKED_AT)]
    found = desk.locator.counties_at(*_meant(roads, some, closure))
    others = sorted({county for county in found if county is not None and not desk.areas.covers(code, county)})
    if not others:
        return
    there = "、".join(desk.areas.get(county).name for county in others[:NAMED]) + ("等" if len(others) > NAMED else "")
    wider = next((up for up in desk.areas.above(code) if all(desk.areas.covers(up, one) for one in others)), None)
    if wider is not None and rights.allowed(by, "road.close", area=wider, covers=desk.areas.covers):
        remedy = f"您可把 area 改为{desk.areas.get(wider).name}({wider})一并设置,或缩小范围"
    else:
        remedy = "请用 polygon 把范围限定在本辖区内,或请上级单位设置"
    raise OthersRoad(f"所选道路有一部分在{there};{remedy}", field="area", area=others[0])


def _meant(roads: Roads, edges: Edges, closure: Closure) -> tuple[Floats, Floats]:
    """Return a place on each piece of road: in its middle, or in the middle of what of it lies in the polygon."""
    if closure.area is None:
        return roads.graph.middles(edges)
    inside = shapely.intersection(roads.graph.lines(edges), closure.area)
    points = shapely.point_on_surface(inside)
    return shapely.get_x(points), shapely.get_y(points)


async def _in_force(desk: Desk, roads: Roads, closure_id: str) -> RoadClosure:
    async with desk.db.connection() as connection:
        await refresh(connection, roads)
        return await _read(connection, desk, closure_id)


async def lift(desk: Desk, closure_id: str, *, reason: str, by: Account, at: datetime) -> RoadClosure:
    """
    Open the roads of a closure again, now; one that has not begun never holds.

    :raises NoSuchClosure: if there is none that ``by`` may see
    :raises ClosureEnded: if it is over
    """
    async with desk.db.transaction() as tx:
        row = await tx.fetchrow(FIND + " FOR UPDATE", closure_id)
        found = _readable(desk, row, by)
        rights.check(by, "road.lift", area=found.area, covers=desk.areas.covers)
        if found.lifted_at is not None or (found.until_at is not None and found.until_at <= at):
            raise ClosureEnded("该道路封闭已经结束或解除")
        await tx.execute(LIFT, closure_id, by.id, at, reason)
        await tx.execute(rows.CHANGED)
    if isinstance(desk.travel, Roads):
        return await _in_force(desk, desk.travel, closure_id)
    async with desk.db.connection() as connection:
        return await _read(connection, desk, closure_id)


async def find_closure(desk: Desk, closure_id: str, *, by: Account) -> RoadClosure:
    """:raises NoSuchClosure: if there is none that ``by`` may see"""
    async with desk.db.connection() as connection:
        return _readable(desk, await connection.fetchrow(FIND, closure_id), by)


async def closures(
    desk: Desk, area: str | None, *, by: Account, holding_at: datetime | None, limit: int
) -> list[RoadClosure]:
    """
    Return closures of an area (by default the caller's own), of those above it and those below, newest first.

    :param holding_at: only those that hold at that instant
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if ``by`` may not look there
    """
    code = looked_at(desk, area, "road.read", by=by)
    places = [*desk.areas.above(code), *desk.areas.below(code)]
    async with desk.db.connection() as connection:
        return [_closure(desk, row) for row in await connection.fetch(LIST, places, holding_at, limit)]


async def _read(connection: Connection, desk: Desk, closure_id: str) -> RoadClosure:
    return _closure(desk, await connection.fetchrow(FIND, closure_id))


def _readable(desk: Desk, row: Row | None, by: Account) -> RoadClosure:
    covers = desk.areas.covers
    if row is None or not (covers(by.area, row["area"]) or covers(row["area"], by.area)):
        raise NoSuchClosure("没有这条道路封闭记录,或不在您的查看范围内;请核对编号")
    return _closure(desk, row)


def _closure(desk: Desk, row: Row | None) -> RoadClosure:
    if row is None:
        raise NoSuchClosure("没有这条道路封闭记录,请核对编号")
    said: dict[str, Any] = dict(row)
    said |= {"cause": ClosureCause(row["cause"]), "ways": tuple(row["ways"]), "classes": tuple(row["classes"])}
    said["polygon"] = json.loads(row["polygon"]) if isinstance(row["polygon"], str) else row["polygon"]
    edges, kilometres = _extent(desk, rows.closure_of(row))
    return RoadClosure(**said, edges=edges, kilometres=kilometres)


def _extent(desk: Desk, closure: Closure) -> tuple[int | None, float | None]:
    if not isinstance(desk.travel, Roads):
        return None, None
    edges: Edges = desk.travel.edges_of(closure)
    return len(edges), round(float(desk.travel.graph.metres[edges].sum(dtype=float)) / 1000, 1)
