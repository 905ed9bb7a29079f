"""
The hourly report of a storm to the city (抗灾抢修快报, domain 2.11 [V49]): made by the clock, kept, sent in short.

While a county of a city is in storm there is one report for each full hour. The figures are those of that hour, so an
hour in which no worker was there is made up for, for as long as ``MADE_UP``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk.ids import new_id
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import NotFound, Refusal
from dispatch.kit.logs import logger
from dispatch.notify import texts
from dispatch.notify.ownwords import in_force
from dispatch.notify.phones import is_mobile
from dispatch.notify.templates import Occasion, compose
from dispatch.notify.wording import worded
from dispatch.places.areas import AreaLevel
from dispatch.tickets.terms import Addressee

from . import figures
from .figures import County, Row, Sent, StormFigures

MADE_UP = timedelta(days=1)  # [P] an older hour that nobody reported is history
BEFORE = timedelta(days=1)  # [P] a ticket that ended is looked at if it was reported so long before the storm

LATELY = """
SELECT area FROM county_mode WHERE mode = 'storm'
UNION SELECT area FROM county_mode_change WHERE before = 'storm' AND at >= $1
"""
STORMS = """
SELECT area, at FROM (
    SELECT DISTINCT ON (area) area, mode, at FROM county_mode_change
    WHERE area = ANY($1::text[]) AND at <= $2 AND before <> mode ORDER BY area, at DESC, id DESC
) AS last WHERE mode = 'storm' ORDER BY area
"""
LAST = "SELECT max(at) FROM storm_report WHERE area = $1"
TICKETS = """
SELECT t.id, t.ticket_no, t.area, t.incident_id, t.reported_at, d.category, coalesce(d.address, '') AS address,
       coalesce(d.hazard, false) AS hazard, d.customers_out, d.arrived_at, d.restored_at,
       CASE WHEN t.is_open THEN NULL ELSE coalesce(d.closed_at, d.cancelled_at, d.stage_at) END AS ended_at,
       late.ticket_id IS NOT NULL AS late, sent.crew_id, sent.crew_area
FROM ticket AS t
CROSS JOIN LATERAL json_to_record(t.doc) AS d(category text, address text, hazard boolean, customers_out integer,
    arrived_at timestamptz, restored_at timestamptz, closed_at timestamptz, cancelled_at timestamptz,
    stage_at timestamptz)
LEFT JOIN LATERAL (
    SELECT crew_id, crew_area FROM dispatch
    WHERE dispatch.ticket_id = t.id AND sent_at <= $3 AND (ended_at IS NULL OR ended_at > $3)
    ORDER BY no DESC LIMIT 1
) AS sent ON true
LEFT JOIN (
    SELECT DISTINCT ticket_id FROM ticket_event
    WHERE area = ANY($1::text[]) AND kind = 'overdue' AND at_server >= $2 AND at_claimed <= $3
) AS late ON late.ticket_id = t.id
WHERE t.area = ANY($1::text[]) AND t.stage <> 'draft' AND t.reported_at <= $3 AND (t.is_open OR t.reported_at >= $2)
"""
NOTICES = """
SELECT kind, count(*) AS n FROM outage WHERE area = ANY($1::text[]) AND begins_at >= $2 AND begins_at <= $3
GROUP BY kind ORDER BY kind
"""
CONTACTS = "SELECT area, phone FROM duty_contact WHERE area = ANY($1::text[]) AND addressee = $2 ORDER BY phone"
KEEP = """
INSERT INTO storm_report (id, area, at, begun_at, text, doc, made_at, told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING
"""
COLUMNS = "id, area, at, begun_at, text, doc, made_at, told"
FIND = f"SELECT {COLUMNS} FROM storm_report WHERE id = $1"
OF_HOUR = f"SELECT {COLUMNS} FROM storm_report WHERE area = $1 AND at = $2"
LIST = f"""
SELECT {COLUMNS} FROM storm_report WHERE area = ANY($1::text[]) AND ($2::timestamptz IS NULL OR at < $2)
ORDER BY at DESC, area LIMIT $3
"""

log = logger("hourly")


class NoSuchStormReport(NotFound):
    """There is no report of that name, or none that the caller may see."""


class NoStorm(Refusal):
    """No county of the area was in storm then."""


@dataclass(frozen=True, slots=True)
class StormReport:
    """A report as it was made. ``told``: to how many telephones it was sent."""

    id: str
    area: str
    at: datetime
    begun_at: datetime
    text: str
    figures: StormFigures
    made_at: datetime
    told: int


async def watch(desk: Desk, *, at: datetime) -> int:
    """Make the reports that are due; return how many."""
    if desk.pack.modes is None:
        return 0
    async with desk.db.connection() as connection:
        stormy = [row["area"] for row in await connection.fetch(LATELY, at - MADE_UP)]
    cities = {code for area in stormy for code in desk.areas.above(area) if _is_city(desk, code)}
    return sum([await _watch_city(desk, city, at) for city in sorted(cities)])


def _is_city(desk: Desk, code: str) -> bool:
    return desk.areas.get(code).level is AreaLevel.CITY


async def _watch_city(desk: Desk, city: str, at: datetime) -> int:
    async with desk.db.connection() as connection:
        last = await connection.fetchval(LAST, city)
    every = desk.pack.modes.report_every.duration if desk.pack.modes else MADE_UP
    due = full_hours(max(last or at - MADE_UP, at - MADE_UP), at, every)
    return sum([await _make(desk, city, hour, at) for hour in due])


def full_hours(after: datetime, until: datetime, every: timedelta) -> Iterator[datetime]:
    """Yield the times of the reports after an instant, the last at ``until``: counted from midnight in China."""
    midnight = after.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    n = (after - midnight) // every + 1
    while midnight + n * every <= until:
        yield (midnight + n * every).astimezone(until.tzinfo)
        n += 1


async def _make(desk: Desk, city: str, hour: datetime, at: datetime) -> bool:
    """Make one report and write to the city's contacts; False if there was no storm, or somebody made it before."""
    async with desk.db.transaction() as tx:
        found = await read_figures(tx, desk, city, at=hour)
        if found is None:
            return False
        fields = said(found)
        text = worded(compose(Occasion.STORM_REPORT, fields), await in_force(tx, [Occasion.STORM_REPORT]))
        phones = await _phones(tx, desk, city)
        kept = (found.begun_at, text.body, found.model_dump_json(), at, len(phones))
        if await tx.execute(KEEP, new_id(at), city, hour, *kept) != "INSERT 0 1":
            return False
        rules = desk.pack.messages
        messages = [texts.Message(new_id(at), city, None, phone, text, desk.pack.key) for phone in phones]
        if rules is not None:
            await texts.enqueue_all(tx, messages, rules={desk.pack.key: rules}, at=at)
    if not phones:
        log.warning("nobody to tell", area=city, addressee=Addressee.CITY_MANAGER.value)
    return True


async def _phones(tx: Connection, desk: Desk, city: str) -> list[str]:
    """Return the numbers of those on duty for the city, or of the nearest area above that has some."""
    if desk.pack.messages is None:
        return []
    line = desk.areas.above(city)
    rows = await tx.fetch(CONTACTS, list(line), Addressee.CITY_MANAGER.value)
    nearest = next((code for code in line if any(row["area"] == code for row in rows)), None)
    return [row["phone"] for row in rows if row["area"] == nearest and is_mobile(row["phone"])]


async def read_figures(connection: Connection, desk: Desk, area: str, *, at: datetime) -> StormFigures | None:
    """Return the figures of an area's counties at an instant; None if none of them was in storm."""
    counties = list(desk.areas.counties(area))
    storms = {row["area"]: row["at"] for row in await connection.fetch(STORMS, counties, at)}
    if not storms:
        return None
    begun_at = min(storms.values())
    rows = [_row(row) for row in await connection.fetch(TICKETS, counties, begun_at - BEFORE, at)]
    notices = {row["kind"]: row["n"] for row in await connection.fetch(NOTICES, counties, begun_at, at)}
    new = [row.category for row in rows if row.reported_at >= begun_at]
    return StormFigures(
        area=area,
        name=desk.areas.get(area).name,
        at=at,
        begun_at=begun_at,
        in_storm=tuple(storms),
        total=figures.count(rows, counties, begun_at=begun_at, at=at),
        counties=tuple(_county(desk, code, rows, begun_at, at) for code in counties),
        categories={category: new.count(category) for category in sorted(set(new))},
        notices=notices,
        hours=figures.hours(rows, begun_at=begun_at, at=at),
        oldest=figures.oldest(rows, at),
    )


def _county(desk: Desk, code: str, rows: Sequence[Row], begun_at: datetime, at: datetime) -> County:
    own = [row for row in rows if row.area == code]
    found = figures.count(own, (code,), begun_at=begun_at, at=at)
    return County(code=code, name=desk.areas.get(code).name, count=found)


def _row(row: Any) -> Row:
    known = {name: row[name] for name in Row._fields if name != "crew"}
    return Row(**known, crew=Sent(row["crew_id"], row["crew_area"]) if row["crew_id"] else None)


def said(found: StormFigures) -> dict[str, object]:
    """Return the fields of the short text."""
    total = found.total
    return {
        "area": found.name,
        "at": found.at,
        "open": total.open,
        "working": total.working,
        "waiting": total.waiting,
        "restored": total.restored,
        "overdue": total.overdue,
        "p50": "—" if total.p50_min is None else f"{total.p50_min:.0f}",
        "p90": "—" if total.p90_min is None else f"{total.p90_min:.0f}",
        "dark": total.dark,
        "crews": total.crews,
    }


async def at_hour(desk: Desk, area: str, *, by: Account, at: datetime) -> StormFigures:
    """
    Return an area's figures at an instant: as they were reported if that is an hour of a report, else worked out now.

    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if ``by`` may not look there
    :raises NoStorm: if none of its counties was in storm then
    """
    code = desk.areas.get(area).code
    rights.check(by, "storm.read", area=code, covers=desk.areas.covers)
    async with desk.db.connection() as connection:
        if (row := await connection.fetchrow(OF_HOUR, code, at)) is not None:
            return _report(row).figures
        found = await read_figures(connection, desk, code, at=at)
    if found is None:
        when = f"{at.astimezone(CHINA):%m月%d日 %H:%M}"
        raise NoStorm(
            f"{desk.areas.get(code).name}{when} 没有县处于抗灾抢修模式,没有快报;请核对 --at 和区域", field="at"
        )
    return found


async def page(
    desk: Desk, area: str | None, *, by: Account, before: datetime | None, limit: int
) -> Sequence[StormReport]:
    """
    Return the reports of an area (by default the caller's own) and below it, the newest first.

    :param before: only those of earlier hours
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if ``by`` may not look there
    """
    code = looked_at(desk, area, "storm.read", by=by)
    async with desk.db.connection() as connection:
        rows = await connection.fetch(LIST, [code, *desk.areas.below(code)], before, limit)
    return [_report(row) for row in rows]


async def report(desk: Desk, report_id: str, *, by: Account) -> StormReport:
    """:raises NoSuchStormReport: if there is none that ``by`` may see"""
    async with desk.db.connection() as connection:
        row = await connection.fetchrow(FIND, report_id)
    if row is None or not rights.allowed(by, "storm.read", area=row["area"], covers=desk.areas.covers):
        raise NoSuchStormReport("没有这份快报,或不在您的查看范围内;请核对编号")
    return _report(row)


def _report(row: Any) -> StormReport:
    known = {name: value for name, value in row.items() if name != "doc"}
    return StormReport(**known, figures=StormFigures.model_validate_json(row["doc"]))
