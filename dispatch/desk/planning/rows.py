"""Plans as rows of their tables: written, read, and their state changed; one county's plans by one writer at a time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound
from dispatch.routing.optimiser.problem import Left

from .words import PlanSource, PlanState

TURN_TAKING = "SELECT pg_advisory_xact_lock(95605, hashtext($1))"  # of a county: its plans have one writer
COLUMNS = """
id, area, region, made_at, source, author, state, cost, by_rule, violations, touched, unserved, solver, feed_n,
checked_at, decided_by, decided_at, reason, ended_at
"""
INSERT = """
INSERT INTO plan (id, area, region, made_at, source, author, state, cost, by_rule, violations, touched, unserved,
                  solver, feed_n, checked_at, decided_by, decided_at, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $4, $15, $16, $17)
"""
STOPS = """
INSERT INTO plan_stop (plan_id, area, crew_id, position, ticket_id, starts_at, leaves_at, told_at)
SELECT $1, $2, * FROM unnest($3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[])
"""
FIND = f"SELECT {COLUMNS} FROM plan WHERE id = $1"
STOPS_OF = """
SELECT stop.plan_id, stop.crew_id, crew.name AS crew_name, stop.position, stop.ticket_id, ticket.ticket_no,
       ticket.stage, stop.starts_at, stop.leaves_at, stop.told_at
FROM plan_stop AS stop LEFT JOIN crew ON crew.id = stop.crew_id LEFT JOIN ticket ON ticket.id = stop.ticket_id
WHERE stop.plan_id = ANY($1::text[]) ORDER BY stop.plan_id, stop.crew_id, stop.position, stop.ticket_id
"""
LIST = f"""
SELECT {COLUMNS} FROM plan WHERE area = ANY($1::text[]) AND ($2::text[] IS NULL OR state = ANY($2))
  AND ($3::text IS NULL OR id < $3)
ORDER BY id DESC LIMIT $4
"""
IN_FORCE = f"SELECT {COLUMNS} FROM plan WHERE area = $1 AND state = ANY($2::text[]) ORDER BY made_at DESC LIMIT 1"
ALL_IN_FORCE = f"SELECT {COLUMNS} FROM plan WHERE area = ANY($1::text[]) AND state = 'published' ORDER BY made_at, id"
REFUSED = f"""
SELECT {COLUMNS} FROM plan WHERE area = $1 AND state = 'refused' AND decided_at > $2 ORDER BY decided_at DESC LIMIT 1
"""
END = "UPDATE plan SET state = 'superseded', ended_at = $3 WHERE area = $1 AND state = ANY($2::text[])"
DECIDE = "UPDATE plan SET state = $2, decided_by = $3, decided_at = $4, reason = $5, ended_at = $6 WHERE id = $1"
CHECKED = "UPDATE plan SET checked_at = $2, cost = $3, by_rule = $4, feed_n = $5 WHERE id = $1"
MOVED = """
UPDATE plan_stop SET starts_at = new.starts_at, leaves_at = new.leaves_at, position = new.position,
       told_at = coalesce(plan_stop.told_at, new.told_at)
FROM unnest($2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
     AS new(crew_id, position, ticket_id, starts_at, leaves_at, told_at)
WHERE plan_stop.plan_id = $1 AND plan_stop.ticket_id = new.ticket_id AND plan_stop.crew_id = new.crew_id
"""
AUDIT = "INSERT INTO audit (at, account_id, action, subject, area, details) VALUES ($1, $2, $3, $4, $5, $6)"
FORGET = "DELETE FROM plan WHERE ended_at < $1"


class NoSuchPlan(NotFound):
    """There is no plan of that name, or none that the caller may see."""


@dataclass(frozen=True, slots=True)
class Stop:
    """
    One visit of a plan; ``position`` in the crew's whole route, from 0. The last three are only read.

    :param told_at: since when its crew is to know of it; None: nobody acts on it yet
    """

    crew_id: str
    position: int
    ticket_id: str
    starts_at: datetime
    leaves_at: datetime | None = None
    told_at: datetime | None = None
    crew_name: str | None = None
    ticket_no: str | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyPlan:
    """A county's plan. ``cost`` and ``by_rule`` are those of the region that was planned together."""

    id: str
    area: str
    region: str
    made_at: datetime
    source: PlanSource
    author: str
    state: PlanState
    cost: float
    by_rule: Mapping[str, float]
    violations: Mapping[str, int]
    touched: tuple[str, ...]
    unserved: Mapping[str, Left]
    solver: Mapping[str, object]
    feed_n: int
    checked_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    ended_at: datetime | None = None
    stops: tuple[Stop, ...] = ()

    @property
    def pairs(self) -> dict[str, str]:
        """Ticket -> crew."""
        return {stop.ticket_id: stop.crew_id for stop in self.stops}

    @property
    def order(self) -> list[tuple[str, int, str]]:
        return sorted((stop.crew_id, stop.position, stop.ticket_id) for stop in self.stops)


async def take_turn(tx: Connection, area: str) -> None:
    """Hold the plans of a county until the transaction ends."""
    await tx.execute(TURN_TAKING, area)


async def write(tx: Connection, plan: CountyPlan) -> None:
    """Write a new plan; the caller has the county's turn and has ended what it replaces."""
    left = {ticket: {"code": one.code, "sentence": one.sentence} for ticket, one in plan.unserved.items()}
    said = [json.dumps(part, ensure_ascii=False) for part in (plan.by_rule, plan.violations, left, plan.solver)]
    await tx.execute(
        INSERT, plan.id, plan.area, plan.region, plan.made_at, plan.source.value, plan.author, plan.state.value,
        plan.cost, said[0], said[1], list(plan.touched), said[2], said[3], plan.feed_n,
        plan.decided_by, plan.decided_at, plan.reason,
    )  # fmt: skip
    await tx.execute(STOPS, plan.id, plan.area, *columns(plan.stops))


def columns(stops: Sequence[Stop]) -> tuple[list[object], ...]:
    """Return stops as columns: crew, position, ticket, start, leave, told."""
    names = ("crew_id", "position", "ticket_id", "starts_at", "leaves_at", "told_at")
    return tuple([getattr(stop, name) for stop in stops] for name in names)


async def load(connection: Connection, plan_id: str) -> CountyPlan:
    """:raises NoSuchPlan: if there is none"""
    row = await connection.fetchrow(FIND, plan_id)
    if row is None:
        raise NoSuchPlan("没有这个计划,或不在您的查看范围内;请从计划列表中选择", field="plan_id")
    return (await with_stops(connection, [row]))[0]


async def current(connection: Connection, area: str, *states: PlanState) -> CountyPlan | None:
    """Return the county's newest plan in one of these states."""
    row = await connection.fetchrow(IN_FORCE, area, [state.value for state in states])
    return (await with_stops(connection, [row]))[0] if row else None


async def in_force(connection: Connection, areas: Sequence[str]) -> list[CountyPlan]:
    """Return the plans that are in force in these counties."""
    return await with_stops(connection, await connection.fetch(ALL_IN_FORCE, list(areas)))


async def refused(connection: Connection, area: str, *, since: datetime) -> CountyPlan | None:
    """Return what a person refused last, if that was after ``since``."""
    row = await connection.fetchrow(REFUSED, area, since)
    return (await with_stops(connection, [row]))[0] if row else None


async def listed(
    connection: Connection, areas: Sequence[str], states: Sequence[PlanState] | None, *, before: str | None, limit: int
) -> list[CountyPlan]:
    """Return plans of the counties, the newest first, with their stops."""
    wanted = None if states is None else [state.value for state in states]
    return await with_stops(connection, await connection.fetch(LIST, list(areas), wanted, before, limit))


async def with_stops(connection: Connection, rows: Sequence[Row]) -> list[CountyPlan]:
    """Return rows of plans, each with its stops."""
    stops: dict[str, list[Stop]] = {row["id"]: [] for row in rows}
    for row in await connection.fetch(STOPS_OF, list(stops)):
        stops[row["plan_id"]].append(Stop(**{name: value for name, value in row.items() if name != "plan_id"}))
    return [_plan(row, stops[row["id"]]) for row in rows]


def _plan(row: Row, stops: Sequence[Stop]) -> CountyPlan:
    read = {name: json.loads(row[name]) for name in ("by_rule", "violations", "unserved", "solver")}
    read["unserved"] = {ticket: Left(**left) for ticket, left in read["unserved"].items()}
    read |= {"source": PlanSource(row["source"]), "state": PlanState(row["state"]), "touched": tuple(row["touched"])}
    return CountyPlan(**{**row, **read, "stops": tuple(stops)})


async def end(tx: Connection, area: str, *states: PlanState, at: datetime) -> None:
    """End the county's plans in these states: another takes their place."""
    await tx.execute(END, area, [state.value for state in states], at)


async def decide(tx: Connection, plan_id: str, state: PlanState, *, by: str, at: datetime, reason: str | None) -> None:
    """Note what a person decided on a proposal."""
    await tx.execute(DECIDE, plan_id, state.value, by, at, reason, at if state is PlanState.REFUSED else None)


async def checked(tx: Connection, plan_id: str, new: CountyPlan) -> None:
    """Note that a plan still is the best, and when its visits are expected now."""
    await tx.execute(CHECKED, plan_id, new.made_at, new.cost, json.dumps(new.by_rule), new.feed_n)
    await tx.execute(MOVED, plan_id, *columns(new.stops))


async def note(tx: Connection, plan: CountyPlan, action: str, *, by: str, at: datetime, **more: object) -> None:
    """Leave a trace of what was done with a plan: which tickets it touches."""
    details = json.dumps({"touched": list(plan.touched), "cost": plan.cost, **more}, ensure_ascii=False)
    await tx.execute(AUDIT, at, by, action, plan.id, plan.area, details)


async def forget(connection: Connection, *, before: datetime) -> str:
    """Delete plans that ended long ago."""
    return str(await connection.execute(FORGET, before))
