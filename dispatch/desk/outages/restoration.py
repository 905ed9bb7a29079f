"""
When a customer can expect supply (预计复电推算), beside what people said and never instead of it.

The best that is known: the crew's own word; what was announced with the outage; a plan carried out many times; how long
such faults took before. What is foretold is kept nowhere: it is computed when it is asked, so that it is never old.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from dispatch.accounts.model import Account
from dispatch.desk.acting import permit
from dispatch.desk.crews.jobs import find_job, seen
from dispatch.desk.planning import lengths, posing
from dispatch.desk.planning.mapping import SIGMA_MOST, WORK_MOST_S, Waiting
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.kit.words import Labelled
from dispatch.routing.durations import Durations, Lasted, LogNormal, Path, fitted
from dispatch.routing.fleet import Fleet
from dispatch.routing.optimiser.problem import ByMatrix, Crew, Job, Left, Place, Plan, Problem
from dispatch.routing.optimiser.restoration import EARLY, LATE, Odds, Spread, foresee
from dispatch.tickets import store
from dispatch.tickets.model import Ticket

# What the crews of planned tickets have before them and behind them, by the plans in force of all counties.
ROUTES = """
SELECT own.ticket_id, stop.crew_id, ticket.doc FROM plan_stop AS own
JOIN plan AS its ON its.id = own.plan_id AND its.state = 'published'
JOIN plan AS any_plan ON any_plan.state = 'published'
JOIN plan_stop AS stop ON stop.plan_id = any_plan.id AND stop.crew_id = own.crew_id
JOIN ticket ON ticket.id = stop.ticket_id AND ticket.stage = 'accepted'
WHERE own.ticket_id = ANY($1::text[]) ORDER BY own.ticket_id, stop.position, stop.ticket_id
"""
HERE, THERE = Place(place=0), Place(place=1)


class EtrSource(Labelled):
    """Where a restoration time comes from."""

    CREW = "crew", "班组上报"
    NOTICE = "notice", "停电信息"
    PLAN = "plan", "计划推算"
    CAUSE = "cause", "同类历史"


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    What is foretold.

    :param p50_at: it is over by then as likely as not; ``p90_at``: nine times of ten
    :param sentence: what it was computed from
    """

    source: EtrSource
    p50_at: datetime
    p90_at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Restoration:
    """
    When a ticket's supply is expected back.

    :param source: whose word holds; None: nobody's
    :param etr_at: what the crew said, or was announced
    :param estimate: what is foretold beside it
    :param none: why nothing is foretold
    """

    ticket_id: str
    at: datetime
    source: EtrSource | None
    etr_at: datetime | None
    estimate: Estimate | None
    none: Left | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """How long such faults take: from the report to the supply, and the work on site."""

    whole: Durations
    work: Durations


@dataclass(frozen=True, slots=True)
class Route:
    """A planned ticket's crew, and what it is to do in order."""

    crew: str
    tickets: tuple[str, ...]
    known: posing.Known


async def restoration(desk: Desk, ticket_id: str, *, by: Account, at: datetime) -> Restoration:
    """
    Tell when a ticket's supply is expected back; of a merged one, when its parent's is.

    :raises NoSuchTicket, Forbidden: if there is none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        ticket = await store.load(connection, ticket_id)
        permit(desk, by, "ticket.restoration", ticket)
        head = ticket if ticket.merged_into is None else await store.load(connection, ticket.merged_into)
        none = _over(ticket)
        if none is not None:
            return Restoration(ticket.id, at, None, None, None, none)
    estimate = await foretell(desk, head, at=at)
    said = ticket.etr_at
    source = estimate.source if said is None else EtrSource.NOTICE if head.located_at is None else EtrSource.CREW
    return Restoration(ticket.id, at, source, said, estimate)


async def foretell(desk: Desk, head: Ticket, *, at: datetime) -> Estimate:
    """Return when an open ticket that is merged into no other is expected to end, whatever anybody said of it."""
    return (await foretell_all(desk, [head], at=at))[head.id]


async def foretell_all(desk: Desk, heads: Sequence[Ticket], *, at: datetime) -> dict[str, Estimate]:
    """Return of each such ticket when it is expected to end; two questions to the database, however many there are."""
    async with desk.db.connection() as connection:
        rows = await lengths.ended(connection, desk, {head.area for head in heads}, at=at)
        stops = await _stops(connection, heads)
    picture = desk.fleet.still() if stops else None
    return await asyncio.to_thread(lambda: _foretold(desk, heads, rows, stops, picture, at=at))


def _foretold(
    desk: Desk,
    heads: Sequence[Ticket],
    rows: Mapping[str, Sequence[Row]],
    stops: Mapping[str, Sequence[Row]],
    picture: Fleet | None,
    *,
    at: datetime,
) -> dict[str, Estimate]:
    learned: dict[tuple[str, ...], Learned] = {}
    found = {}
    for head in heads:
        kind = (head.area, head.category.value, head.area_class.value)
        if kind not in learned:
            learned[kind] = learn(desk, head, rows[head.area])
        route = _route(desk, head, stops.get(head.id, ()), at=at)
        planned = None
        if route is not None and picture is not None:
            planned = by_plan(desk, picture, route, head.id, learned[kind])
        found[head.id] = planned or by_cause(desk, head, learned[kind], at=at)
    return found


def _over(ticket: Ticket) -> Left | None:
    if ticket.restored_at is not None:
        return Left("RESTORED", "已复电,不再推算")
    return None if ticket.is_open else Left("ENDED", f"工单{ticket.stage.label},不再推算")


def kind_of(ticket: Ticket) -> Path:
    """Return what is known of a fault when it is reported, from the general to the particular."""
    return (ticket.category.value, ticket.area_class.value, ticket.symptom.value)


def learn(desk: Desk, ticket: Ticket, rows: Sequence[Row]) -> Learned:
    """
    Return how long faults like the ticket's take in its county.

    :param rows: what ended there lately; it is mixed with what the pack expects
    """
    rules = desk.pack.restorations
    whole: list[Lasted] = [((row["category"], row["area_class"], row["symptom"]), row["whole"]) for row in rows]
    usual_s = desk.pack.crew.repair_by_category.of(ticket.category).duration.total_seconds()
    limit = desk.pack.minutes("arrive", area_class=ticket.area_class).total_seconds()
    outage = LogNormal(limit + usual_s, rules.outage_spread.value)
    weight, first = float(rules.weight.value), ticket.category.value
    return Learned(fitted(whole, defaults={first: outage}, usual=outage, weight=weight), lengths.work_of(desk, rows))


async def _stops(connection: Connection, tickets: Sequence[Ticket]) -> dict[str, list[Row]]:
    """Return of those waiting tickets that are in the plan in force what the crew that is to do each has before it."""
    asked = sorted(ticket.id for ticket in tickets if ticket.crew is None and ticket.stage == "accepted")
    found: dict[str, list[Row]] = {}
    for row in await connection.fetch(ROUTES, asked) if asked else ():
        found.setdefault(row["ticket_id"], []).append(row)
    return found


def _route(desk: Desk, ticket: Ticket, rows: Sequence[Row], *, at: datetime) -> Route | None:
    """Return the route that a waiting ticket is on; None: it is on none, or it or its crew cannot be planned."""
    waiting = []
    for row in rows:
        one = seen(row["doc"])
        job = find_job(one, desk.areas, desk.pack)
        if job is not None:
            waiting.append(Waiting(one, job, None, _opens(msgspec.json.decode(row["doc"], type=posing.When))))
    card = desk.fleet.card(rows[0]["crew_id"]) if rows else None
    names = tuple(one.ticket.id for one in waiting)
    if card is None or ticket.id not in names:
        return None
    region = posing.region_of(desk, ticket.area)
    known = posing.Known(region, (card.county,), at, tuple(waiting), {}, {}, {}, {card.id: names})
    return Route(card.id, names, known)


def by_plan(desk: Desk, picture: Fleet, route: Route, ticket_id: str, learned: Learned) -> Estimate | None:
    """
    Return when a planned ticket ends; None: its crew cannot be planned any more.

    :param picture: the fleet as it stands; it must not move
    """
    rules, at = desk.pack.restorations, route.known.at
    problem = posing.pose(desk, picture, route.known).problem
    kinds = {one.ticket.id: one.ticket for one in route.known.waiting}
    jobs = tuple(
        _with(job, learned.work.of((kinds[job.id].category, kinds[job.id].area_class))) for job in problem.jobs
    )
    crews = tuple(crew for crew in problem.crews if crew.id == route.crew)
    plan = Plan(problem=problem.name, routes={route.crew: route.tickets})
    row = picture.table.row.get(route.crew)
    busy = row is not None and picture.table.open_jobs[row] > 0
    spread = Spread(drive=rules.drive_spread.value, present={route.crew: rules.present_spread.value} if busy else {})
    found = foresee(replace(problem, jobs=jobs, crews=crews), plan, spread=spread).jobs.get(ticket_id)
    if found is None:
        return None
    before = route.tickets.index(ticket_id)
    card = desk.fleet.card(route.crew)
    name = route.crew if card is None else card.name
    said = f"按现行计划由 {name} 处理,前面还有 {before} 单;路程、在手作业和作业时长按其波动推算"
    return _estimate(EtrSource.PLAN, found.ends, said, at=at)


def _with(job: Job, length: LogNormal) -> Job:
    """Return a job whose work takes as long as such work did."""
    return replace(job, work_s=min(WORK_MOST_S, round(length.median_s)), work_sigma=min(SIGMA_MOST, length.sigma))


def by_cause(desk: Desk, ticket: Ticket, learned: Learned, *, at: datetime) -> Estimate:
    """Return when a ticket ends by what such faults took, and by how far it is already."""
    kind, crew, opens_at = kind_of(ticket), ticket.crew, _opens(ticket)
    work, cases = learned.work.of(kind), learned.work.cases(kind[:2])
    if crew is not None and ticket.arrived_at is not None:
        odds, said = _still(work, at - ticket.arrived_at), "班组已到场,按本县同类作业的时长推算"
    elif crew is not None:
        way = crew.sent_at + timedelta(seconds=crew.eta_s) - at
        odds, said = (
            _sent(way, work, drive=desk.pack.restorations.drive_spread.value),
            "班组已派,按其路程和本县同类作业的时长推算",
        )
    elif opens_at is not None and opens_at > at:
        later, still = round((opens_at - at).total_seconds()), _still(work, timedelta())
        odds = Odds(later + still.p50_s, later + still.p90_s)
        said = f"约定或挂起至{opens_at.astimezone(CHINA):%m月%d日 %H:%M},其后按本县同类作业的时长推算"
    else:
        odds, said = (
            _still(learned.whole.of(kind), at - ticket.reported_at),
            "未排入计划,按本县同类故障自受理到复电的时长推算",
        )
        cases = learned.whole.cases(kind[:2])
    return _estimate(EtrSource.CAUSE, odds, f"{said}(近期已结 {cases} 件)", at=at)


def _opens(when: posing.When | Ticket) -> datetime | None:
    """Return when work may begin: the appointment, the end of a suspension; None: at once."""
    return max((one for one in (when.appointment_at, when.suspended_until) if one is not None), default=None)


def _still(length: LogNormal, elapsed: timedelta) -> Odds:
    """Return in how many seconds from now something ends that has lasted so long."""
    gone_s = max(0.0, elapsed.total_seconds())
    early, late = (round(length.quantile(share, elapsed_s=gone_s) - gone_s) for share in (EARLY, LATE))
    return Odds(early, late)


def _sent(way: timedelta, work: LogNormal, *, drive: float) -> Odds:
    """Return in how many seconds from now work ends to which a crew is still on its way: a plan of one job."""
    way_s = max(0, round(way.total_seconds()))
    job = _with(Job(id="it", at=THERE, work_s=0, window_s=(0, WORK_MOST_S), unserved=0.0), work)
    crew = Crew(id="its", at=HERE, ends_s=WORK_MOST_S, latest_s=WORK_MOST_S)
    alone = Problem(travel=ByMatrix(((0, way_s), (way_s, 0))), jobs=(job,), crews=(crew,))
    return foresee(alone, Plan(problem="", routes={"its": ("it",)}), spread=Spread(drive=drive)).jobs["it"].ends


def _estimate(source: EtrSource, odds: Odds, sentence: str, *, at: datetime) -> Estimate:
    early, late = (at + timedelta(seconds=seconds) for seconds in (odds.p50_s, odds.p90_s))
    return Estimate(source, early, late, sentence)
