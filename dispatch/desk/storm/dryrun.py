"""What would move if a county's mode were switched (试算): nothing is written."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity.modes import Mode, settings_of
from dispatch.desk.bookings.booked import Booked, booked_in
from dispatch.desk.crews.jobs import find_job, seen
from dispatch.desk.crews.solving import solve_apart
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.looprules import ModeSettings
from dispatch.routing import batch
from dispatch.routing.model import Policy

from .modes import county_of, read_mode, rules_of

AT_MOST = 1000  # tickets that one answer names

WAITING = """
SELECT doc FROM ticket WHERE is_open AND area = $1 AND stage IN ('submitted', 'accepted')
ORDER BY reported_at, id LIMIT $2
"""
CALLBACKS = """
SELECT t.id FROM ticket AS t JOIN visit ON visit.ticket_id = t.id AND visit.way = 'sms'
WHERE t.is_open AND t.area = $1 AND t.stage = 'callback_pending' ORDER BY t.reported_at, t.id LIMIT $2
"""
SUPERVISED = """
SELECT incident_id, array_agg(id ORDER BY reported_at, id) AS tickets FROM ticket
WHERE is_open AND area = $1 AND (doc->'flags'->>'supervised')::boolean
GROUP BY incident_id ORDER BY min(reported_at), incident_id LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class WouldGo:
    """A ticket that the machine would take on, and the crew that it would send first; None: it would wait."""

    ticket_id: str
    crew_id: str | None


@dataclass(frozen=True, slots=True)
class Supervised:
    """Tickets of one fault point that are under supervision."""

    incident_id: str
    tickets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """
    What a switch would move; each list is empty where nothing changes.

    :param dispatched: tickets that the machine would take on and send crews to
    :param stopped: tickets that the machine would have sent crews to and would leave to a person
    :param callbacks: tickets whose customer, if he stays silent, would be asked another way
    :param booked: booked work that would give way: what lies before the end of the mode, if it were set now
    :param grouped: supervisions that would become one for each fault point
    """

    area: str
    before: Mode
    mode: Mode
    settings: ModeSettings
    dispatched: tuple[WouldGo, ...] = ()
    stopped: tuple[str, ...] = ()
    callbacks: tuple[str, ...] = ()
    booked: tuple[Booked, ...] = ()
    grouped: tuple[Supervised, ...] = ()


async def dry_run(desk: Desk, area: str, mode: Mode, *, by: Account, at: datetime) -> DryRun:
    """
    List what would move if the county's mode were switched now.

    :raises NoSuchArea, NotACounty, NoModes: as ``modes.set_mode``
    :raises Forbidden: if ``by`` may not ask
    """
    county, rules = county_of(desk, area), rules_of(desk.pack)
    rights.check(by, "mode.dry_run", area=county, covers=desk.areas.covers)
    async with desk.db.connection() as connection:
        before = (await read_mode(connection, county)).mode
        old, new = settings_of(rules, before), settings_of(rules, mode)
        waiting = await connection.fetch(WAITING, county, AT_MOST) if old.dispatching != new.dispatching else []
        callbacks = await connection.fetch(CALLBACKS, county, AT_MOST) if old.callback != new.callback else []
        gives_way = (old.booked_work, new.booked_work) == ("kept", "gives_way")
        booked = await booked_in(connection, county, at=at, limit=AT_MOST) if gives_way else ()
        booked = [each for each in booked if each.from_at < at + rules.longest.duration]
        grouped = await _grouped(connection, county) if (old.supervise, new.supervise) == ("ticket", "incident") else ()
    docs = [row["doc"] for row in waiting]
    return DryRun(
        county,
        before,
        mode,
        new,
        dispatched=await _would_go(desk, docs, at) if new.dispatching == "auto" else (),
        stopped=tuple(seen(doc).id for doc in docs) if old.dispatching == "auto" else (),
        callbacks=tuple(row["id"] for row in callbacks),
        booked=tuple(booked),
        grouped=grouped,
    )


async def _would_go(desk: Desk, docs: Sequence[str], at: datetime) -> tuple[WouldGo, ...]:
    """Plan as ``assigning`` would, on a still picture of the fleet."""
    tickets = [seen(doc) for doc in docs]
    jobs = [job for ticket in tickets if (job := find_job(ticket, desk.areas, desk.pack)) is not None]
    picture = desk.fleet.still()
    plan = await asyncio.to_thread(
        batch.assign, picture, jobs, now=at, policy=Policy.NEAREST, solve=solve_apart, travel=desk.travel
    )
    crews = {pair.job_id: pair.crew_id for pair in plan.pairs}
    return tuple(WouldGo(ticket.id, crews.get(ticket.id)) for ticket in tickets)


async def _grouped(connection: Connection, county: str) -> tuple[Supervised, ...]:
    rows = await connection.fetch(SUPERVISED, county, AT_MOST)
    return tuple(Supervised(row["incident_id"], tuple(row["tickets"])) for row in rows)
