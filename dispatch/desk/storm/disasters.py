"""
Reports on a disaster that the regulator wants (灾害信息报送, domain 2.11): 快报 within an hour, 续报 daily.

What begins one is a bad-weather order, or a county's storm that no order covers. The reports that are due are rows; the
text is written from live counts when somebody looks, and kept as it was sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk.ids import new_id
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound, Refusal
from dispatch.kit.servicerules import DayTimes, WeatherRules
from dispatch.kit.words import Labelled

COLUMNS = "id, cause, cause_id, area, kind, begun_at, due_at, overdue_at, sent_at, sent_by, text"
ADD = """
INSERT INTO disaster_report (id, cause, cause_id, area, kind, begun_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING
"""
DROP = """
DELETE FROM disaster_report
WHERE cause_id = $1 AND sent_at IS NULL AND due_at > $2 AND (kind = 'further' OR begun_at > $2)
"""
LAST = """
SELECT DISTINCT ON (cause_id) cause, cause_id, area, begun_at, due_at FROM disaster_report
WHERE kind = 'further' AND cause_id = ANY($1::text[]) ORDER BY cause_id, due_at DESC
"""
RUNNING = """
SELECT id AS cause_id, to_at AS until_at FROM weather_order
WHERE from_at <= $1 AND $1 < to_at AND (revoked_at IS NULL OR $1 < revoked_at)
UNION ALL
SELECT change_id, NULL FROM county_mode WHERE mode = 'storm'
"""
FLAG = """
UPDATE disaster_report SET overdue_at = $1 WHERE sent_at IS NULL AND overdue_at IS NULL AND due_at <= $1
RETURNING id, area, kind, due_at
"""
FIND = f"SELECT {COLUMNS} FROM disaster_report WHERE id = $1"
LIST = f"""
SELECT {COLUMNS} FROM disaster_report WHERE area = ANY($1::text[]) AND (NOT $2 OR sent_at IS NULL)
ORDER BY due_at, id LIMIT $3
"""
SEND = "UPDATE disaster_report SET sent_at = $2, sent_by = $3, text = $4 WHERE id = $1"
WORKING = ("submitted", "accepted", "dispatched", "crew_accepted", "en_route", "arrived", "located", "repairing")
TICKETS = """
SELECT count(*) FILTER (WHERE reported_at >= $2) AS reported,
       count(*) FILTER (WHERE reported_at >= $2 AND doc->>'restored_at' IS NOT NULL) AS restored,
       count(*) FILTER (WHERE stage = ANY($3)) AS working,
       count(*) FILTER (WHERE stage = ANY($3) AND (doc->>'hazard')::boolean) AS hazards,
       coalesce(sum((doc->>'customers_out')::int) FILTER (WHERE stage = ANY($3)), 0) AS customers_out
FROM ticket WHERE area = ANY($1::text[]) AND (is_open OR reported_at >= $2)
"""
CREWS = """
SELECT count(DISTINCT crew_id) AS working, count(DISTINCT crew_id) FILTER (WHERE crew_area <> ALL($1)) AS support
FROM dispatch WHERE ended_at IS NULL AND area = ANY($1::text[])
"""


class DisasterCause(Labelled):
    """What began a disaster's reports."""

    ORDER = "order", "恶劣天气令"
    STORM = "storm", "抗灾抢修模式"


class DisasterReportKind(Labelled):
    """Which report on a disaster it is."""

    FIRST = "first", "快报"
    FURTHER = "further", "续报"


class NoSuchReport(NotFound):
    """There is no report of that name, or none that the caller may see."""


class ReportSent(Refusal):
    """The report was sent already."""


@dataclass(frozen=True, slots=True)
class DisasterReport:
    """A report that is due; ``text`` as it was sent, or as it would be sent now."""

    id: str
    cause: DisasterCause
    cause_id: str
    area: str
    kind: DisasterReportKind
    begun_at: datetime
    due_at: datetime
    overdue_at: datetime | None
    sent_at: datetime | None
    sent_by: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What is going on, as far as tickets and crews tell."""

    reported: int
    restored: int
    working: int
    hazards: int
    customers_out: int
    crews: int
    support: int


def report_times(rules: DayTimes, *, after: datetime) -> Iterator[datetime]:
    """Yield the times of the daily reports after an instant, without end."""
    day = after.astimezone(CHINA).date()
    while True:
        for time in rules.times:
            if (at := datetime.combine(day, time, CHINA).astimezone(UTC)) > after:
                yield at
        day += timedelta(days=1)


async def begin(
    tx: Connection,
    rules: WeatherRules,
    cause: DisasterCause,
    cause_id: str,
    area: str,
    *,
    begun_at: datetime,
    until_at: datetime | None,
) -> None:
    """Make the first reports due: 快报, and the next 续报 if the disaster lasts so long."""

    async def add(kind: DisasterReportKind, due_at: datetime) -> None:
        await tx.execute(ADD, new_id(begun_at), cause.value, cause_id, area, kind.value, begun_at, due_at)

    await add(DisasterReportKind.FIRST, begun_at + rules.first_report.duration)
    due_at = next(report_times(rules.reports_at, after=begun_at))
    if until_at is None or due_at < until_at:
        await add(DisasterReportKind.FURTHER, due_at)


async def end(tx: Connection, cause_id: str, *, at: datetime) -> None:
    """Take back what is not due yet: the disaster is over."""
    await tx.execute(DROP, cause_id, at)


async def watch(desk: Desk, *, at: datetime) -> int:
    """Make the next reports of what lasts due, and flag what is overdue, once; return how many were flagged."""
    rules = desk.pack.weather
    async with desk.db.transaction() as tx:
        running = {row["cause_id"]: row["until_at"] for row in await tx.fetch(RUNNING, at)}
        for row in await tx.fetch(LAST, list(running)) if rules else ():
            await _go_on(tx, rules, row, running[row["cause_id"]], at)
        return len(await tx.fetch(FLAG, at))


async def _go_on(tx: Connection, rules: WeatherRules | None, row: Row, until_at: datetime | None, at: datetime) -> None:
    """Add the daily reports up to the next one that is to come; also those that nobody was there to add."""
    if rules is None or row["due_at"] > at:
        return
    for due_at in report_times(rules.reports_at, after=row["due_at"]):
        if until_at is not None and due_at >= until_at:
            return
        facts = (row["cause"], row["cause_id"], row["area"], DisasterReportKind.FURTHER.value, row["begun_at"], due_at)
        await tx.execute(ADD, new_id(at), *facts)
        if due_at > at:
            return


async def reports(desk: Desk, area: str | None, *, by: Account, due: bool, limit: int) -> list[DisasterReport]:
    """
    Return the reports of an area (by default the caller's own) and below it, the earliest due first.

    :param due: only those that were not sent
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if ``by`` may not look there
    """
    code = looked_at(desk, area, "disaster.read", by=by)
    async with desk.db.connection() as connection:
        rows = await connection.fetch(LIST, [code, *desk.areas.below(code)], due, limit)
    return [_report(row) for row in rows]


async def report(desk: Desk, report_id: str, *, by: Account, at: datetime) -> DisasterReport:
    """
    Return a report with its text: as it was sent, or from the counts of this moment.

    :raises NoSuchReport: if there is none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        found = _visible(desk, await connection.fetchrow(FIND, report_id), by)
        return found if found.text is not None else await _drafted(connection, desk, found, at)


async def send(desk: Desk, report_id: str, *, text: str | None, by: Account, at: datetime) -> DisasterReport:
    """
    Note that a person has sent a report, with the text that was sent.

    :param text: what was sent; None: the text from the counts of this moment
    :raises NoSuchReport: if there is none that ``by`` may see
    :raises ReportSent: if it was sent already
    """
    async with desk.db.transaction() as tx:
        found = _visible(desk, await tx.fetchrow(FIND + " FOR UPDATE", report_id), by)
        rights.check(by, "disaster.send", area=found.area, covers=desk.areas.covers)
        if found.sent_at is not None:
            raise ReportSent(f"该{found.kind.label}已由 {found.sent_by} 报送,无需重复报送", by=found.sent_by)
        said = text or (await _drafted(tx, desk, found, at)).text
        await tx.execute(SEND, report_id, at, by.id, said)
        return _report(await tx.fetchrow(FIND, report_id))


async def _drafted(connection: Connection, desk: Desk, found: DisasterReport, at: datetime) -> DisasterReport:
    counties = desk.areas.counties(found.area)
    counts = await _count(connection, counties, since=found.begun_at)
    return replace(found, text=sentence(found, desk.areas.get(found.area).name, counts, at=at))


async def _count(connection: Connection, counties: Sequence[str], *, since: datetime) -> Counts:
    tickets = await connection.fetchrow(TICKETS, list(counties), since, list(WORKING))
    crews = await connection.fetchrow(CREWS, list(counties))
    if tickets is None or crews is None:
        raise ValueError("a count without a group always has its row")
    return Counts(**tickets, crews=crews["working"], support=crews["support"])


def sentence(found: DisasterReport, area: str, counts: Counts, *, at: datetime) -> str:
    """Return the text of a report, times in China."""
    now, begun = at.astimezone(CHINA), found.begun_at.astimezone(CHINA)
    return (
        f"【{found.kind.label}】{area}电网灾害信息({found.cause.label},{begun:%m月%d日%H时%M分}起)。"
        f"截至{now:%m月%d日%H时%M分}:累计受理故障报修 {counts.reported} 件,已恢复 {counts.restored} 件,"
        f"正在处理 {counts.working} 件(其中存在安全隐患 {counts.hazards} 件),"
        f"报修反映停电客户 {counts.customers_out} 户;"
        f"投入抢修队伍 {counts.crews} 支,其中外县支援 {counts.support} 支。"
    )


def _visible(desk: Desk, row: Row | None, by: Account) -> DisasterReport:
    found = None if row is None else _report(row)
    if found is None or not rights.allowed(by, "disaster.read", area=found.area, covers=desk.areas.covers):
        raise NoSuchReport("没有这份灾害报告,或不在您的查看范围内;请核对编号")
    return found


def _report(row: Row | None) -> DisasterReport:
    if row is None:
        raise NoSuchReport("没有这份灾害报告,请核对编号")
    return DisasterReport(**{**row, "cause": DisasterCause(row["cause"]), "kind": DisasterReportKind(row["kind"])})
