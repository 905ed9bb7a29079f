"""A crew as grid service tasks see it: where it is, and whether it may be offered one at all; read under its lock."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from dispatch.capacity.taskwords import NoTask
from dispatch.desk.crews.choosing import NoSuchCrew
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row

COLUMNS = """
SELECT crew.id, crew.name, crew.depot, crew.area, crew.members, crew.skills, crew.shift_start, crew.shift_end,
    crew.active AND NOT EXISTS (SELECT FROM crew_outage WHERE crew_id = crew.id AND ended_at IS NULL) AS at_hand,
    (SELECT count(*) FROM dispatch WHERE crew_id = crew.id AND ended_at IS NULL) AS repairs,
    (SELECT mode FROM county_mode WHERE county_mode.area = crew.area) AS mode,
    position.lon, position.lat, position.at AS position_at
FROM crew LEFT JOIN crew_position AS position ON position.crew_id = crew.id WHERE crew.id = $1
"""
WHO = "SELECT area, depot FROM crew WHERE id = $1"
LOCK = "SELECT FROM crew WHERE id = $1 FOR NO KEY UPDATE"  # as who dispatches it does: of the two one waits
LOCK_IF_FREE = f"{LOCK} SKIP LOCKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """
    A crew now; degrees WGS-84.

    :param at_hand: neither out of service nor away
    :param repairs: open repair tickets that it holds
    :param lon: where it is: a fresh position, else its depot; None: nobody knows
    """

    id: str
    name: str
    depot: str
    area: str
    members: tuple[str, ...]
    skills: frozenset[str]
    shift_start_min: int
    shift_end_min: int
    at_hand: bool
    repairs: int
    mode: str
    lon: float | None
    lat: float | None

    def shift_ends_at(self, at: datetime) -> datetime | None:
        """Return when the shift ends that the crew is on; None: it is on duty round the clock."""
        if self.shift_start_min == self.shift_end_min:
            return None
        midnight = datetime.combine(at.astimezone(CHINA).date(), time(), CHINA)
        ends_at = midnight + timedelta(minutes=self.shift_end_min)
        return ends_at if at < ends_at else ends_at + timedelta(days=1)

    def on_shift(self, at: datetime) -> bool:
        """Tell whether the crew is on duty; a shift may run over midnight."""
        local = at.astimezone(CHINA)
        minute, start, end = local.hour * 60 + local.minute, self.shift_start_min, self.shift_end_min
        return start <= minute < end if start < end else start == end or minute >= start or minute < end


async def lock(tx: Connection, crew_id: str) -> None:
    """Let nobody send or offer the crew anything meanwhile."""
    await tx.execute(LOCK, crew_id)


async def lock_if_free(tx: Connection, crew_id: str) -> bool:
    """Do as ``lock`` if nobody has it; else return False at once."""
    return await tx.fetchrow(LOCK_IF_FREE, crew_id) is not None


async def where(connection: Connection, crew_id: str) -> tuple[str, str]:
    """Return a crew's county and depot. :raises NoSuchCrew: if there is none"""
    row = await connection.fetchrow(WHO, crew_id)
    if row is None:
        raise NoSuchCrew("没有这个班组,或不在您的查看范围内;请从队伍列表中选择", field="crew_id")
    return row["area"], row["depot"]


async def read(connection: Connection, desk: Desk, crew_id: str, *, at: datetime) -> Crew:
    """:raises NoSuchCrew: if there is none"""
    row = await connection.fetchrow(COLUMNS, crew_id)
    if row is None:
        raise NoSuchCrew("没有这个班组,或不在您的查看范围内;请从队伍列表中选择", field="crew_id")
    lon, lat = _place(desk, row, at)
    start, end = row["shift_start"], row["shift_end"]
    said: dict[str, Any] = {name: row[name] for name in ("id", "name", "depot", "area", "at_hand", "repairs")}
    return Crew(
        **said,
        members=tuple(row["members"]),
        skills=frozenset(row["skills"]),
        shift_start_min=start.hour * 60 + start.minute,
        shift_end_min=end.hour * 60 + end.minute,
        mode=row["mode"] or "",
        lon=lon,
        lat=lat,
    )


def _place(desk: Desk, row: Row, at: datetime) -> tuple[float | None, float | None]:
    """Return where the crew is, as the choice of the nearest crew sees it: a fresh position, else the depot."""
    rule, depot = desk.fleet.rule, desk.areas.get(row["depot"])
    age_s = None if row["position_at"] is None else (at - row["position_at"]).total_seconds()
    if age_s is not None and -rule.ahead_s <= age_s <= rule.stale_s:
        return row["lon"], row["lat"]
    return depot.lon, depot.lat


def refused(desk: Desk, crew: Crew, *, at: datetime) -> NoTask | None:
    """Return what keeps a crew from any task now; None: nothing does."""
    reasons = (
        (NoTask.STORM, crew.mode == "storm"),
        (NoTask.OUT, not crew.at_hand),
        (NoTask.REPAIR, crew.repairs > 0),
        (NoTask.OFF_SHIFT, not crew.on_shift(at)),
        (NoTask.RESTING, _rests(desk, crew, at)),
        (NoTask.NO_PLACE, crew.lon is None),
        (NoTask.OFF_HOURS, _off_hours(desk, at)),
    )
    return next((reason for reason, holds in reasons if holds), None)


def _rests(desk: Desk, crew: Crew, at: datetime) -> bool:
    """Tell whether the crew has worked for so long that it may not be sent; the fleet in memory knows."""
    table = desk.fleet.table
    row = table.row.get(crew.id)
    return row is not None and bool(table.rested_at[row] > at.timestamp())


def _off_hours(desk: Desk, at: datetime) -> bool:
    """Tell whether tasks are not done at this time of the day."""
    now = at.astimezone(CHINA).time()
    return not any(begin <= now < end for begin, end in desk.pack.lists.task_hours.spans)
