"""
A region's plans in force laid out for questions, kept in each process until something of it changes.

A picture is never older than the plans in force: it is known by their ids and by when each was last checked, by the
versions of the tickets that wait, by pins and vetoes, by the visits that depots promised, and by which crews can be
sent and hold what. What moves without
that (where crews stand) it may miss for as long as plans may, between two turns.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple

import numpy as np

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.routing.fleet import Fleet
from dispatch.routing.optimiser.explaining.explainer import Explainer
from dispatch.routing.optimiser.problem import Plan

from . import posing, rows, visits
from .naming import naming_of
from .posing import Known, Posed
from .rows import CountyPlan

MARK = """
SELECT (SELECT md5(string_agg(concat_ws(' ', id, checked_at), ',' ORDER BY id)) FROM plan
        WHERE state = 'published' AND area = ANY($1::text[])) AS plans,
       (SELECT md5(string_agg(concat_ws(' ', id, version), ',' ORDER BY id)) FROM ticket
        WHERE is_open AND stage = 'accepted' AND area = ANY($1::text[])) AS waiting,
       (SELECT md5(string_agg(id, ',' ORDER BY id)) FROM plan_wish
        WHERE undone_at IS NULL AND area = ANY($1::text[])) AS wishes,
       (SELECT md5(string_agg(concat_ws(' ', id, from_at, to_at), ',' ORDER BY id)) FROM booking
        WHERE area = ANY($1::text[]) AND state = 'booked' AND from_at > $2 AND from_at <= $3) AS visits
"""
NUMBERS = "SELECT id, ticket_no FROM ticket WHERE is_open AND stage = 'accepted' AND area = ANY($1::text[])"


class Mark(NamedTuple):
    """What a picture is known by: digests of plans, waiting tickets, wishes, promised visits and crews."""

    plans: str | None
    waiting: str | None
    wishes: str | None
    visits: str | None
    crews: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """
    A region's plans laid out.

    :param plans: county -> its plan in force
    :param fleet: the crews as they were; it does not move
    :param numbers: ticket -> its number, of those that wait
    :param asking: who asks of the laid-out plan has it for himself meanwhile
    :param told: ticket -> what was answered before
    """

    mark: Mark
    posed: Posed
    explainer: Explainer
    plans: Mapping[str, CountyPlan]
    fleet: Fleet
    numbers: Mapping[str, str]
    asking: Lock = field(default_factory=Lock)
    told: dict[str, object] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """When it was made, by the trade's clock; the problem counts from then."""
        return self.posed.known.at


async def mark_of(connection: Connection, desk: Desk, counties: Sequence[str], *, at: datetime) -> Mark:
    """Return what a picture of these counties made now would be known by."""
    row = await connection.fetchrow(MARK, list(counties), at, at + desk.pack.plans.visits_ahead.duration)
    assert row is not None
    return Mark(row["plans"], row["waiting"], row["wishes"], row["visits"], _crews(desk.fleet, counties))


def _crews(fleet: Fleet, counties: Sequence[str]) -> bytes:
    """Return a digest of which crews can be sent, what they hold, and what their depots have left."""
    table = fleet.table
    codes = [table.county_code[county] for county in counties if county in table.county_code]
    mine = np.isin(table.county, codes)
    columns = table.active[mine], table.open_jobs[mine], table.free_at[mine], table.reserve[table.depot[mine]]
    return blake2b(b"".join(column.tobytes() for column in columns), digest_size=16).digest()


async def numbers_of(connection: Connection, counties: Sequence[str]) -> dict[str, str]:
    """Return the number of each ticket that waits."""
    return {row["id"]: row["ticket_no"] for row in await connection.fetch(NUMBERS, list(counties))}


async def picture_of(desk: Desk, region: str, mark: Mark, *, at: datetime, ahead: timedelta = timedelta()) -> Picture:
    """
    Return the region's picture: the one that is kept if nothing changed, else a new one.

    :param ahead: for so long it must hold still, if nothing changes
    """
    longest = desk.pack.plans.every.duration

    def holds(kept: Picture) -> bool:
        return kept.mark == mark and kept.at <= at < kept.at + longest - ahead

    async def make() -> Picture:
        return await _made(desk, region, at=at)

    found: Picture = await desk.pictures.get(region, holds=holds, make=make)
    return found


async def _made(desk: Desk, region: str, *, at: datetime) -> Picture:
    """Read everything as of one instant, and lay it out beside the event loop."""
    counties = posing.regions(desk)[region]
    async with (
        desk.db.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        mark, fleet = await mark_of(connection, desk, counties, at=at), desk.fleet.still()
        known = await posing.read(connection, desk, region, counties, planned=counties, at=at)
        plans = await rows.in_force(connection, counties)
        numbers = await numbers_of(connection, counties)
    return await asyncio.to_thread(_laid, desk, fleet, known, mark, {plan.area: plan for plan in plans}, numbers)


def _laid(
    desk: Desk, fleet: Fleet, known: Known, mark: Mark, plans: Mapping[str, CountyPlan], numbers: Mapping[str, str]
) -> Picture:
    posed = posing.pose(desk, fleet, known)
    plan = Plan(problem=posed.problem.name, routes=visits.kept_in(posed.problem, posed.problem.plan))
    explainer = Explainer(posed.problem, plan, naming_of(desk, numbers, at=known.at))
    return Picture(mark, posed, explainer, plans, fleet, numbers)
