"""Crews at the desk: where they say they are, and what state they are in. Positions are telemetry, not events."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Row
from dispatch.kit.words import Labelled
from dispatch.places.crs import UnknownCrs, to_wgs84
from dispatch.routing.fleet import Position

AHEAD = timedelta(minutes=2)  # domain 2.3: what is later than the server's clock by more is refused
CREWS_AT_MOST = 1000  # in one page

KNOWN = "SELECT id, area, depot FROM crew WHERE id = ANY($1::text[])"
TRACK = """
WITH track AS (
    INSERT INTO crew_track (crew_id, at, lon, lat, accuracy_m)
    SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::float8[], $4::float8[], $5::real[])
    ON CONFLICT (crew_id, at) DO NOTHING
)
INSERT INTO crew_position AS kept (crew_id, at, lon, lat, accuracy_m, received_at)
SELECT *, $11 FROM unnest($6::text[], $7::timestamptz[], $8::float8[], $9::float8[], $10::real[])
ON CONFLICT (crew_id) DO UPDATE SET at = EXCLUDED.at, lon = EXCLUDED.lon, lat = EXCLUDED.lat,
    accuracy_m = EXCLUDED.accuracy_m, received_at = EXCLUDED.received_at, wall_at = clock_timestamp()
WHERE EXCLUDED.at > kept.at
"""
LIST = """
SELECT crew.id, crew.name, crew.depot, crew.area, crew.members, crew.vehicle, crew.skills, crew.shift_start,
       crew.shift_end, crew.active, position.lon, position.lat, position.accuracy_m, position.at AS position_at,
       ARRAY(SELECT ticket_id FROM dispatch WHERE crew_id = crew.id AND ended_at IS NULL ORDER BY sent_at, ticket_id)
           AS tickets
FROM crew LEFT JOIN crew_position AS position ON position.crew_id = crew.id
WHERE (crew.area = ANY($1::text[]) OR crew.depot = ANY($1::text[]))
  AND ($2::text IS NULL OR crew.id = $2) AND ($3::text IS NULL OR crew.id > $3)
ORDER BY crew.id LIMIT $4
"""


class CrewState(Labelled):
    """What a crew is doing."""

    FREE = "free", "空闲"
    BUSY = "busy", "作业中"
    OFF_SHIFT = "off_shift", "不在班"
    INACTIVE = "inactive", "已停用"


class BadPosition(Labelled):
    """Why a position was refused."""

    NO_SUCH_CREW = "NoSuchCrew", "没有这个班组,请核对 crew_id"
    FORBIDDEN = "Forbidden", "无权上报该班组的位置"
    OUT_OF_RANGE = "OutOfRange", "经纬度不是有效数值,经度应在±180以内、纬度在±90以内"
    SWAPPED = "SwappedCoordinates", "经纬度写反了,请对调后重报"
    FAR_OUTSIDE = "OutsideProvince", "位置远在省外,请检查手机定位"
    FUTURE = "FutureTime", "时间晚于服务器时间,请核对手机时钟"
    UNKNOWN_CRS = "UnknownCrs", "坐标系不认识,请填 wgs84、cgcs2000、gcj02、bd09 之一"


@dataclass(frozen=True, slots=True)
class Reported:
    """One position as a phone sent it; nothing is checked yet. ``at`` aware, the phone's time."""

    crew_id: str
    lon: float
    lat: float
    at: datetime
    accuracy_m: float | None = None
    crs: str = "wgs84"


@dataclass(frozen=True, slots=True)
class RefusedPosition:
    """A row that was not taken, by its number in the batch, from 0."""

    index: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch."""

    accepted: int
    refused: tuple[RefusedPosition, ...]


@dataclass(frozen=True, slots=True)
class CrewSeen:
    """A crew as the screens show it. ``position_age_s`` counts from the asked-for time; ``stale``: not trusted."""

    id: str
    name: str
    depot: str
    area: str
    members: tuple[str, ...]
    vehicle: str | None
    skills: tuple[str, ...]
    shift_start: str
    shift_end: str
    state: CrewState
    tickets: tuple[str, ...]
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    position_at: datetime | None
    position_age_s: int | None
    stale: bool


async def record_positions(desk: Desk, reports: Sequence[Reported], *, by: Account, at: datetime) -> Recorded:
    """
    Keep a batch of positions: each in the crew's track, the newest as where the crew is.

    Bad rows are refused by their number, the others are kept. Late, repeated and mixed-up reports are fine.

    :raises Forbidden: if the account may report no position at all
    """
    rights.check_role(by, "crew.position")
    ids = sorted({report.crew_id for report in reports})
    reports, readable = _in_wgs84(reports)
    async with desk.db.transaction() as tx:
        known = {row["id"]: row for row in await tx.fetch(KNOWN, ids)}
        faults = [
            (None if read else BadPosition.UNKNOWN_CRS)
            or _fault(desk, report, known.get(report.crew_id), by, at)
            or misplaced
            for report, read, misplaced in zip(reports, readable, _misplaced(desk, reports), strict=True)
        ]
        good = [report for report, fault in zip(reports, faults, strict=True) if fault is None]
        if good:
            await tx.execute(TRACK, *_columns(good), *_columns(_newest(good)), at)
    desk.fleet.move(Position(r.crew_id, r.lon, r.lat, r.at.timestamp()) for r in good)
    refused = [RefusedPosition(i, fault.value, fault.label) for i, fault in enumerate(faults) if fault is not None]
    return Recorded(len(good), tuple(refused))


def _fault(desk: Desk, report: Reported, crew: Row | None, by: Account, at: datetime) -> BadPosition | None:
    if report.at > at + AHEAD:
        return BadPosition.FUTURE
    if crew is None:
        return BadPosition.NO_SUCH_CREW
    return None if _may_report(desk, crew, by) else BadPosition.FORBIDDEN


def _in_wgs84(reports: Sequence[Reported]) -> tuple[list[Reported], list[bool]]:
    """Return the reports with their points in WGS-84, and of each whether its system could be read."""
    found, readable = [], []
    for report in reports:
        try:
            lon, lat = to_wgs84(report.lon, report.lat, report.crs)
        except UnknownCrs:
            found.append(report)
            readable.append(False)
            continue
        found.append(report if report.lon == lon and report.lat == lat else replace(report, lon=lon, lat=lat))
        readable.append(True)
    return found, readable


def _may_report(desk: Desk, crew: Row, by: Account) -> bool:
    covers = desk.areas.covers
    return rights.allowed(
        by, "crew.position", area=crew["area"], crew_id=crew["id"], depot=crew["depot"], covers=covers
    )


def _misplaced(desk: Desk, reports: Sequence[Reported]) -> list[BadPosition | None]:
    """Judge all points at once: right, the wrong way round, no point at all, or far from the province."""
    lons, lats = [r.lon for r in reports], [r.lat for r in reports]
    far = desk.locator.far_outside(lons, lats).tolist()
    far_when_turned = desk.locator.far_outside(lats, lons).tolist()
    found: list[BadPosition | None] = []
    for report, out, out_when_turned in zip(reports, far, far_when_turned, strict=True):
        point = isfinite(report.lon) and isfinite(report.lat) and abs(report.lon) <= 180 and abs(report.lat) <= 90
        if out and not out_when_turned:
            found.append(BadPosition.SWAPPED)
        elif not point:
            found.append(BadPosition.OUT_OF_RANGE)
        else:
            found.append(BadPosition.FAR_OUTSIDE if out else None)
    return found


def _newest(reports: Sequence[Reported]) -> list[Reported]:
    """Return one report a crew, in the order of ids, so that two batches lock the rows in the same order."""
    newest: dict[str, Reported] = {}
    for report in reports:
        if report.crew_id not in newest or report.at > newest[report.crew_id].at:
            newest[report.crew_id] = report
    return [newest[crew_id] for crew_id in sorted(newest)]


def _columns(reports: Sequence[Reported]) -> tuple[list[str], list[datetime], list[float], list[float], list[object]]:
    rows = sorted(reports, key=lambda r: (r.crew_id, r.at))
    return (
        [r.crew_id for r in rows],
        [r.at for r in rows],
        [r.lon for r in rows],
        [r.lat for r in rows],
        [r.accuracy_m for r in rows],
    )


async def crews_in(
    desk: Desk, area: str | None, *, by: Account, at: datetime, after: str | None = None, limit: int = CREWS_AT_MOST
) -> list[CrewSeen]:
    """
    Return the crews of an area (by default the caller's own) with their state, in the order of their ids.

    :param after: id of the last crew of the page before
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if the caller may not look there
    """
    code = desk.areas.get(area or by.area).code
    scope = rights.check_role(by, "crew.read")
    own_crew = by.crew_id if scope is rights.Scope.OWN_CREW else None
    if own_crew is None:
        rights.check(by, "crew.read", area=code, depot=code, covers=desk.areas.covers)
    async with desk.db.connection() as connection:
        places = [code, *desk.areas.below(code)]
        rows = await connection.fetch(LIST, places, own_crew, after, min(max(limit, 1), CREWS_AT_MOST))
    stale_s = desk.fleet.rule.stale_s
    return [_seen(row, at, stale_s) for row in rows]


def _seen(row: Row, at: datetime, stale_s: float) -> CrewSeen:
    age = (at - row["position_at"]).total_seconds() if row["position_at"] else None
    return CrewSeen(
        id=row["id"],
        name=row["name"],
        depot=row["depot"],
        area=row["area"],
        members=tuple(row["members"]),
        vehicle=row["vehicle"],
        skills=tuple(row["skills"]),
        shift_start=f"{row['shift_start']:%H:%M}",
        shift_end=f"{row['shift_end']:%H:%M}",
        state=_state(row, at),
        tickets=tuple(row["tickets"]),
        lon=row["lon"],
        lat=row["lat"],
        accuracy_m=row["accuracy_m"],
        position_at=row["position_at"],
        position_age_s=None if age is None else max(0, round(age)),
        stale=age is None or age > stale_s,
    )


def _state(row: Row, at: datetime) -> CrewState:
    """Inactive before busy before off shift: a crew that still holds a job after its shift is working."""
    if not row["active"]:
        return CrewState.INACTIVE
    if row["tickets"]:
        return CrewState.BUSY
    now, start, end = at.astimezone(CHINA).time(), row["shift_start"], row["shift_end"]
    on = start <= now < end if start < end else now >= start or now < end
    return CrewState.FREE if on else CrewState.OFF_SHIFT
