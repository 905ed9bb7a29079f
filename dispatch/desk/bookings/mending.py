"""Live routes are brought in line with the bookings: who stands nowhere is put in, or the half-day planned anew."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zlib import crc32

from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import Slot
from dispatch.desk.room import Desk
from dispatch.desk.worklists.posing import visit_of
from dispatch.desk.worklists.ways import with_ways
from dispatch.kit.db import Connection
from dispatch.routing.optimiser import engine
from dispatch.routing.optimiser.problem import ByLine
from dispatch.routing.worklists.fitting import Misfit
from dispatch.routing.worklists.laying import Laid, laid
from dispatch.routing.worklists.posing import problem_of
from dispatch.routing.worklists.problem import HalfDay, Visit
from dispatch.routing.worklists.routes import Route
from dispatch.routing.worklists.sifting import sifted

from .routes import Live, keep, load

DOCS = "SELECT doc FROM booking WHERE id = ANY($1::text[]) ORDER BY id"
NOWHERE = ByLine(speed_kmh={}, detour={})  # until ``with_ways`` says how one drives
KEPT = 1e6  # leaving out a visit that stands on a route already costs so many times more


async def mend(tx: Connection, desk: Desk, slot: Slot, *, at: datetime, without: Collection[str] = ()) -> Live:
    """
    Bring the routes of a slot in line with its bookings and keep them; ``left`` names whom no team can drive to.

    Who stands nowhere is put in where it costs least; if that fails for somebody, the half-day is planned anew, once.

    :param without: bookings that leave it
    """
    live, loose = await load(tx, desk, slot, at=at, without=without)
    if loose:
        await _take_in(tx, desk, live, loose, fair=False)
    await keep(tx, live)
    return live


async def cut(tx: Connection, desk: Desk, slot: Slot, *, teams: int, without: Collection[str], at: datetime) -> Live:
    """
    Bring the routes of a slot down to fewer teams, the firmest promise first; ``left`` names whom nobody can drive to.

    :param without: bookings that lose their place in any case
    """
    live, loose = await load(tx, desk, slot, at=at, without=without, teams=teams)
    if loose:
        await _take_in(tx, desk, live, loose, fair=True)
    await keep(tx, live)
    return live


async def _take_in(tx: Connection, desk: Desk, live: Live, loose: Sequence[str], *, fair: bool) -> None:
    visits = await _visits(tx, desk, live, loose)
    left: list[Visit] = []
    for visit in visits:
        found = live.place(visit)
        if isinstance(found, Misfit):
            left.append(visit)
        else:
            live.put(visit, found)
    live.left = tuple(visit.id for visit in left)
    if left and live.base is not None and live.routes:
        standing = await _visits(tx, desk, live, [visit.id for visit in live.visits]) if fair else live.visits
        await anew(desk, live, standing, left, fair=fair)


async def _visits(tx: Connection, desk: Desk, live: Live, ids: Sequence[str]) -> list[Visit]:
    """Return bookings as visits, each with what leaving it out costs."""
    found = [Booking.model_validate_json(row["doc"]) for row in await tx.fetch(DOCS, list(ids))]
    return [visit_of(desk, booking, live.span) for booking in found]


async def anew(desk: Desk, live: Live, standing: Sequence[Visit], more: Sequence[Visit], *, fair: bool = False) -> bool:
    """
    Plan a slot's routes anew with the optimiser's own search, beside the event loop; the same slot, the same routes.

    Unless it is ``fair``, routes that leave out who stands on one now are not taken. Tells whether nobody is left.
    """
    weight = 1.0 if fair else KEPT
    half_day = HalfDay(
        name=f"{live.slot.depot} {live.slot.label}",
        length_s=live.length_s,
        travel=NOWHERE,
        teams=tuple(route.team for route in live.routes.values()),
        visits=tuple(replace(visit, price=visit.price * weight) for visit in standing) + tuple(more),
    )
    stops, home_s = await asyncio.to_thread(_solved, desk, half_day, live.ways.at)
    made = {stop.visit for line in stops.values() for stop in line}
    if not fair and any(visit.id not in made for visit in standing):
        return False
    live.left = tuple(visit.id for visit in half_day.visits if visit.id not in made)
    _relay(live, {visit.id: visit for visit in (*standing, *more)}, stops, home_s)
    return not live.left


def _solved(desk: Desk, half_day: HalfDay, at: datetime) -> tuple[Laid, dict[str, int]]:
    """Return each team's stops, and when it is back (s)."""
    possible, _ = sifted(with_ways(desk, half_day, at=at))
    if not possible.visits:
        return {}, {}
    problem, turns = problem_of(possible), desk.pack.lists.iterations.value * len(possible.visits)
    return laid(problem, engine.solve(problem, iterations=turns, seed=crc32(half_day.name.encode())).routes)


def _relay(live: Live, visits: Mapping[str, Visit], stops: Laid, home_s: Mapping[str, int]) -> None:
    """Let the routes be those that were found."""
    for number, route in live.routes.items():
        team, line = route.team, stops.get(route.team.id, ())
        live.routes[number] = Route(team=team)
        if line:
            drives_s = (*(stop.drive_s for stop in line), home_s[team.id] - line[-1].ends_s)
            order = tuple(visits[stop.visit] for stop in line)
            live.routes[number] = Route(team=team, visits=order, drives_s=drives_s)
    for visit in live.visits:
        if visit.id not in live.home_s:
            live.home_s[visit.id] = live.home_from(visit)
