"""What a crew has promised, and what its depot has that nobody's people are named for yet: chains of promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dispatch.capacity import lists, store
from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import hours
from dispatch.capacity.slack import Promise
from dispatch.capacity.store import Reach
from dispatch.capacity.words import BookingState, Half, ListState
from dispatch.capacity.worklist import ListedStop, ListedTeam, Worklist
from dispatch.desk.crews.jobs import find_job, seen
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection

from .crew import Crew

# What the plan in force gives the crew; when somebody should be there.
PLANNED = """
SELECT stop.starts_at, ticket.doc, ticket.ticket_no, (
    SELECT max(due_at) FROM deadline WHERE ticket_id = ticket.id AND name = 'arrive' AND state IN ('armed', 'fired')
) AS due_at
FROM plan JOIN plan_stop AS stop ON stop.plan_id = plan.id JOIN ticket ON ticket.id = stop.ticket_id
WHERE plan.state = 'published' AND stop.crew_id = $1 AND ticket.is_open AND ticket.stage = 'accepted'
ORDER BY stop.starts_at, ticket.id
"""
STATES = "SELECT id, state FROM booking WHERE id = ANY($1::text[]) AND state IN ('booked', 'arrived')"
HOME = "回班所下班"


@dataclass(frozen=True, slots=True)
class Held:
    """
    Chains of promises.

    :param own: of the crew, in the order in which they are met; its depot is the last, if its place is known
    :param others: each of a team that may turn out to be this crew
    """

    own: tuple[Promise, ...]
    others: tuple[tuple[Promise, ...], ...] = ()

    @property
    def chains(self) -> tuple[tuple[Promise, ...], ...]:
        return (self.own, *self.others)


async def read(connection: Connection, desk: Desk, crew: Crew, *, at: datetime) -> Held:
    """Return what a crew and its depot hold from now to the end of its shift."""
    repairs = await _repairs(connection, desk, crew)
    found = await _lists(connection, desk, crew, at=at)
    booked = await _still_booked(connection, found)
    own, others = [*repairs], []
    for team in (team for each in found for team in each.teams if not team.withdrawn):
        if is_crew(team, crew):
            own += [promise_of(stop) for stop in team.stops if stop.booking_id in booked]
        elif may_be_crew(team):
            stops = tuple(promise_of(stop) for stop in team.stops if booked.get(stop.booking_id) == "booked")
            others += [stops] if stops else []
    own.sort(key=lambda promise: (promise.from_at, promise.label))
    others += [(promise,) for promise in await _unlisted(connection, desk, crew, found, at=at)]
    return Held((*own, *_home(desk, crew, at=at)), tuple(others))


def is_crew(team: ListedTeam, crew: Crew) -> bool:
    """Tell whether a team's people are the crew's: the list says so, or one of those it names is of the crew."""
    return team.crew_id == crew.id or bool(set(team.persons) & set(crew.members))


def may_be_crew(team: ListedTeam) -> bool:
    """Tell whether nobody knows yet whose people a team is: any crew of the depot may have to be it."""
    return team.crew_id is None and not team.persons


def promise_of(stop: ListedStop) -> Promise:
    """Return a visit of a list as a promise; work begins when the list expects it, or later up to its window's end."""
    return Promise(
        label=f"{stop.from_at.astimezone(CHINA):%H:%M}–{stop.to_at.astimezone(CHINA):%H:%M} 的{stop.kind.label}预约",
        lon=stop.lon,
        lat=stop.lat,
        area_class=stop.area_class.value,
        from_at=stop.begins_at,
        by_at=stop.to_at,
        work_s=(stop.ends_at - stop.begins_at).total_seconds(),
    )


async def _repairs(connection: Connection, desk: Desk, crew: Crew) -> list[Promise]:
    """Return the repairs of the crew's plan: none begins later than planned, or than somebody should be there."""
    found = []
    for row in await connection.fetch(PLANNED, crew.id):
        job = find_job(seen(row["doc"]), desk.areas, desk.pack)
        if job is None:
            continue
        promise = Promise(
            label=f"计划中的抢修单 {row['ticket_no']}",
            lon=job.lon,
            lat=job.lat,
            area_class=job.area_class,
            from_at=row["starts_at"],
            by_at=min(row["starts_at"], row["due_at"] or row["starts_at"]),
            work_s=job.work_s,
        )
        found.append(promise)
    return found


async def _lists(connection: Connection, desk: Desk, crew: Crew, *, at: datetime) -> list[Worklist]:
    """Return the depot's lists of today that somebody may still be at work on."""
    if desk.pack.booking is None:
        return []
    today, late = at.astimezone(CHINA).date(), desk.pack.lists.late_end.duration
    found = [await lists.find(connection, crew.depot, today, half) for half in Half]
    return [
        each
        for each in found
        if each is not None
        and each.state is not ListState.CLOSED
        and at < hours(desk.pack.booking, today, each.half).ends_at + late
    ]


async def _still_booked(connection: Connection, found: Sequence[Worklist]) -> dict[str, str]:
    """Return the listed visits that are neither over nor off, each with its state: waited for, or begun."""
    ids = [stop.booking_id for each in found for team in each.teams for stop in team.stops]
    return {row["id"]: row["state"] for row in await connection.fetch(STATES, ids)} if ids else {}


async def _unlisted(
    connection: Connection, desk: Desk, crew: Crew, found: Sequence[Worklist], *, at: datetime
) -> list[Promise]:
    """Return the depot's visits of today that are on no list yet: whose they will be is not known."""
    rules, today = desk.pack.booking, at.astimezone(CHINA).date()
    if rules is None:
        return []
    listed = {each.half for each in found}
    taken = await store.taken(connection, Reach([crew.depot], today, today), at=at)
    return [
        _visit(desk, booking, today)
        for booking in taken
        if booking.state is BookingState.BOOKED and booking.slot.half not in listed and booking.to_at > at
    ]


def _visit(desk: Desk, booking: Booking, day: date) -> Promise:
    span = f"{booking.from_at.astimezone(CHINA):%H:%M}–{booking.to_at.astimezone(CHINA):%H:%M}"
    return Promise(
        label=f"{day:%m月%d日}{span} 的{booking.slot.kind.label}预约(尚未排入清单)",
        lon=booking.lon,
        lat=booking.lat,
        area_class=booking.slot.area_class.value,
        from_at=booking.from_at,
        by_at=booking.to_at,
        work_s=desk.pack.lists.lengths.of(booking.slot.kind.value).duration.total_seconds(),
    )


def _home(desk: Desk, crew: Crew, *, at: datetime) -> tuple[Promise, ...]:
    """Return the way back to the depot; by the end of the shift, if the crew has one."""
    depot = desk.areas.get(crew.depot)
    if depot.lon is None or depot.lat is None:
        return ()
    by_at, area_class = crew.shift_ends_at(at), _slowest(desk)
    return (Promise(label=HOME, lon=depot.lon, lat=depot.lat, area_class=area_class, from_at=by_at or at, by_at=by_at),)


def _slowest(desk: Desk) -> str:
    """Return the class of area that a depot's surroundings are taken for: rather too slow than too quick."""
    rule = desk.fleet.rule
    return max(sorted(rule.speed_kmh), key=lambda name: rule.detour[name] / rule.speed_kmh[name])
