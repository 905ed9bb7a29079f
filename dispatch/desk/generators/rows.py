"""Trucks, plans and assignments as rows of their tables: written, read, and their state changed."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound
from dispatch.outages import network

from .words import AssignmentState, GeneratorPlanSource, GeneratorPlanState, TruckState

TURN_TAKING = "SELECT pg_advisory_xact_lock(95606, hashtext($1))"  # of an area: its plans have one writer
# Of all that one source feeds: no two trucks are sent to one customer, or to a part of him, or connected there, by
# people who do not see each other.
TARGETS = "SELECT pg_advisory_xact_lock(95607, hashtext(code)) FROM unnest($1::text[]) AS code"
TRUCK = """
id, version, area, depot, name, kva, connect_min, fuel_h, tank_h, state, lon, lat, reason, said_by, said_at
"""
TRUCKS = f"""
SELECT {TRUCK} FROM generator_truck WHERE area = ANY($1::text[]) OR depot = ANY($1::text[]) ORDER BY area, id
"""
LOCKED = f"SELECT {TRUCK} FROM generator_truck WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE"
KEEP = """
UPDATE generator_truck SET version = version + 1, state = $2, fuel_h = $3, lon = $4, lat = $5, reason = $6,
    said_by = $7, said_at = $8 WHERE id = $1
"""
PLAN = """
id, version, area, made_at, source, author, state, hours, best, sentence, dark, unused, notes, solver, decided_by,
decided_at, ended_at
"""
INSERT_PLAN = """
INSERT INTO generator_plan (id, area, made_at, source, author, state, hours, best, sentence, dark, unused, notes,
                            solver)
VALUES ($1, $2, $3, $4, $5, 'proposed', $6, $7, $8, $9, $10, $11, $12)
"""
FIND_PLAN = f"SELECT {PLAN} FROM generator_plan WHERE id = $1"
PLANS = f"""
SELECT {PLAN} FROM generator_plan WHERE area = ANY($1::text[]) AND ($2::text[] IS NULL OR state = ANY($2))
  AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $4
"""
SUPERSEDE = """
UPDATE generator_plan SET state = 'superseded', version = version + 1, ended_at = $2
WHERE area = $1 AND state = 'proposed' RETURNING id, version
"""
DROP_PROPOSED = """
UPDATE generator_assignment SET state = 'dropped', version = version + 1, ended_by = $2, ended_at = $3,
    end_reason = '已有新方案' WHERE plan_id = ANY($1::text[]) AND state = 'proposed'
"""
DECIDE = """
UPDATE generator_plan SET state = 'confirmed', version = version + 1, decided_by = $2, decided_at = $3 WHERE id = $1
RETURNING version
"""
ASSIGNMENT = """
id, version, plan_id, area, truck_id, position, target, target_name, outage_id, kva, customers, lon, lat, leaves_at,
from_at, to_at, refuel, reasons, state, sent_by, sent_at, connected_by, connected_at, ended_by, ended_at, end_reason
"""
NEW = (
    "id", "plan_id", "area", "truck_id", "position", "target", "target_name", "outage_id", "kva", "customers",
    "lon", "lat", "leaves_at", "from_at", "to_at", "refuel", "reasons",
)  # fmt: skip
INSERT_ASSIGNMENT = f"""
INSERT INTO generator_assignment ({", ".join(NEW)}, state)
VALUES ({", ".join(f"${n}" for n in range(1, len(NEW) + 1))}, 'proposed')
"""
OF_PLANS = f"""
SELECT {ASSIGNMENT} FROM generator_assignment WHERE plan_id = ANY($1::text[]) ORDER BY plan_id, truck_id, position
"""
FIND_ASSIGNMENT = f"SELECT {ASSIGNMENT} FROM generator_assignment WHERE id = $1"
BUSY = (
    f"SELECT {ASSIGNMENT} FROM generator_assignment WHERE state IN ('sent', 'connected') AND truck_id = ANY($1::text[])"
)
OUT_THERE = f"SELECT {ASSIGNMENT} FROM generator_assignment WHERE state IN ('sent', 'connected') ORDER BY id"
OPEN_IN = f"""
SELECT {ASSIGNMENT} FROM generator_assignment
WHERE area = ANY($1::text[]) AND state IN ('planned', 'sent', 'connected') ORDER BY id
"""
MOVE = """
UPDATE generator_assignment SET version = version + 1, state = $2, to_at = $3, sent_by = $4, sent_at = $5,
    connected_by = $6, connected_at = $7, ended_by = $8, ended_at = $9, end_reason = $10
WHERE id = $1
"""
NAME = "SELECT name FROM account WHERE id = $1"
NEWER = "SELECT author, made_at FROM generator_plan WHERE area = $1 AND id > $2 ORDER BY id LIMIT 1"
MADE = "SELECT made_at FROM generator_plan WHERE id = $1"
COUNTY = "SELECT area FROM network_node WHERE code = $1"
# What other confirmed plans still have before them in these areas, or for these customers.
WAITING = f"""
SELECT {ASSIGNMENT} FROM generator_assignment
WHERE state = 'planned' AND plan_id <> $1 AND (area = ANY($2::text[]) OR target = ANY($3::text[])) ORDER BY id
"""
AUDIT = "INSERT INTO audit (at, account_id, action, subject, area, details) VALUES ($1, $2, $3, $4, $5, $6)"
Json = dict[str, Any]


class NoSuchTruck(NotFound):
    """There is no truck of that name, or none that the caller may see."""


class NoSuchGeneratorPlan(NotFound):
    """There is no plan of that name, or none that the caller may see."""


class NoSuchAssignment(NotFound):
    """There is no assignment of that name, or none that the caller may see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truck:
    """A generator truck as it is kept; ``lon`` None: it stands at its depot. Hours at its rated load."""

    id: str
    version: int
    area: str
    depot: str | None
    name: str
    kva: int
    connect_min: int
    fuel_h: float
    tank_h: float
    state: TruckState
    lon: float | None
    lat: float | None
    reason: str
    said_by: str
    said_at: datetime

    @property
    def label(self) -> str:
        """How people and plans call it; no two are called alike."""
        return f"{self.name}〔{self.id}〕"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """
    A truck feeds a customer, or all below a node of the network, in ``[from_at, to_at)``.

    :param leaves_at: when the truck must set out for it, filling up included, as was known when it was planned
    :param refuel: it is to be filled up before
    :param reasons: ``sentence`` (why this truck), ``restoration``, ``estimates`` (what nobody said)
    :param supply_back: no outage keeps the customer in the dark any more; kept nowhere, looked up for who reads
    """

    id: str
    version: int = 1
    plan_id: str
    area: str
    truck_id: str
    position: int
    target: str
    target_name: str
    outage_id: str
    kva: int
    customers: int
    lon: float
    lat: float
    leaves_at: datetime
    from_at: datetime
    to_at: datetime
    refuel: bool
    reasons: Json
    state: AssignmentState = AssignmentState.PROPOSED
    sent_by: str | None = None
    sent_at: datetime | None = None
    connected_by: str | None = None
    connected_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    supply_back: bool = False

    @property
    def last_step(self) -> tuple[str, datetime] | None:
        """Who took the last step, and when; None: it was only planned."""
        steps = ((self.ended_by, self.ended_at), (self.connected_by, self.connected_at), (self.sent_by, self.sent_at))
        return next(((by, at) for by, at in steps if by is not None and at is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorPlan:
    """
    What was proposed for an area's trucks.

    :param hours: as ``scoring.Hours``; ``best``: of a person's plan, the machine's for the same moment
    :param dark: customers that no truck feeds, and why; ``unused``: trucks that stay, and why
    :param notes: what was left out of the problem
    """

    id: str
    version: int = 1
    area: str
    made_at: datetime
    source: GeneratorPlanSource
    author: str
    state: GeneratorPlanState = GeneratorPlanState.PROPOSED
    hours: Json
    best: Json | None
    sentence: str
    dark: Sequence[Json]
    unused: Sequence[Json]
    notes: Sequence[str]
    solver: Mapping[str, object]
    decided_by: str | None = None
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    assignments: tuple[Assignment, ...] = ()


async def take_turn(tx: Connection, area: str) -> None:
    """Hold the plans of an area until the transaction ends."""
    await tx.execute(TURN_TAKING, area)


async def trucks(connection: Connection, areas: Collection[str]) -> list[Truck]:
    """Return the trucks of the areas, and of these depots."""
    return [_truck(row) for row in await connection.fetch(TRUCKS, list(areas))]


async def lock_trucks(tx: Connection, ids: Collection[str]) -> dict[str, Truck]:
    """Return the trucks of these ids; nobody else may change them until the transaction ends."""
    return {row["id"]: _truck(row) for row in await tx.fetch(LOCKED, list(ids))}


async def lock_truck(tx: Connection, truck_id: str) -> Truck:
    """:raises NoSuchTruck: if there is none"""
    found = await lock_trucks(tx, [truck_id])
    if truck_id not in found:
        raise NoSuchTruck("没有这辆发电车,或不在您的查看范围内;请从发电车列表中选择", field="truck_id")
    return found[truck_id]


async def keep(tx: Connection, truck: Truck) -> Truck:
    """Keep what changed of a truck that is locked; return it with its new version."""
    place = (truck.lon, truck.lat)
    await tx.execute(
        KEEP, truck.id, truck.state.value, truck.fuel_h, *place, truck.reason, truck.said_by, truck.said_at
    )
    return replace(truck, version=truck.version + 1)


async def busy(connection: Connection, truck_ids: Collection[str]) -> dict[str, Assignment]:
    """Return what each truck does that is on its way or connected."""
    return {row["truck_id"]: _assignment(row) for row in await connection.fetch(BUSY, list(truck_ids))}


async def at_targets(tx: Connection, targets: Collection[str]) -> list[Assignment]:
    """
    Return who is on the way to these targets, or connected there, or at a part of them, or at what they are part of;
    nobody else comes until the transaction ends.
    """
    lines = await network.paths(tx, targets)
    await tx.execute(TARGETS, sorted({line[-1].code for line in lines.values()}))
    there = [_assignment(row) for row in await tx.fetch(OUT_THERE)]
    theirs = await network.paths(tx, {one.target for one in there})
    above = {node.code for line in lines.values() for node in line}
    return [
        one for one in there if one.target in above or any(node.code in targets for node in theirs.get(one.target, ()))
    ]


async def open_in(tx: Connection, areas: Collection[str]) -> list[Assignment]:
    """Return what plans of these areas have before them, on the way or connected."""
    return [_assignment(row) for row in await tx.fetch(OPEN_IN, list(areas))]


async def write(tx: Connection, plan: GeneratorPlan) -> None:
    """Write a new proposal; the caller has the area's turn and has ended what it replaces."""
    said = [_json(part) for part in (plan.dark, plan.unused, plan.notes, plan.solver)]
    best = None if plan.best is None else _json(plan.best)
    await tx.execute(
        INSERT_PLAN, plan.id, plan.area, plan.made_at, plan.source.value, plan.author, _json(plan.hours), best,
        plan.sentence, *said,
    )  # fmt: skip
    rows = [asdict(one) | {"reasons": _json(one.reasons)} for one in plan.assignments]
    await tx.executemany(INSERT_ASSIGNMENT, [tuple(row[name] for name in NEW) for row in rows])


async def supersede(tx: Connection, area: str, *, by: str, at: datetime) -> list[tuple[str, int]]:
    """End the area's proposal: another takes its place; return its id and version."""
    gone = [(row["id"], row["version"]) for row in await tx.fetch(SUPERSEDE, area, at)]
    await tx.execute(DROP_PROPOSED, [plan_id for plan_id, _ in gone], by, at)
    return gone


async def waiting(tx: Connection, plan_id: str, areas: Collection[str], targets: Collection[str]) -> list[Assignment]:
    """Return what other plans of these areas, or for these customers, still have before them."""
    return [_assignment(row) for row in await tx.fetch(WAITING, plan_id, list(areas), list(targets))]


async def decide(tx: Connection, plan_id: str, *, by: str, at: datetime) -> int:
    """Note who confirmed a plan; return its version."""
    version: int = await tx.fetchval(DECIDE, plan_id, by, at)
    return version


async def name_of(connection: Connection, account_id: str) -> str:
    """Return how an account is called; of one that is none, such as the system, its id."""
    return await connection.fetchval(NAME, account_id) or account_id


async def newer(connection: Connection, plan: GeneratorPlan) -> tuple[str, datetime] | None:
    """Return who made the next plan of the area, and when."""
    row = await connection.fetchrow(NEWER, plan.area, plan.id)
    return None if row is None else (row["author"], row["made_at"])


async def made_at(connection: Connection, plan_id: str) -> datetime:
    """Return when a plan was made."""
    found: datetime = await connection.fetchval(MADE, plan_id)
    return found


async def county_of(connection: Connection, target: str) -> str | None:
    """Return the county in which a customer is."""
    found: str | None = await connection.fetchval(COUNTY, target)
    return found


async def load(connection: Connection, plan_id: str) -> GeneratorPlan:
    """:raises NoSuchGeneratorPlan: if there is none"""
    row = await connection.fetchrow(FIND_PLAN, plan_id)
    if row is None:
        raise NoSuchGeneratorPlan("没有这个发电车方案,或不在您的查看范围内;请从方案列表中选择", field="plan_id")
    return (await _with_assignments(connection, [row]))[0]


async def listed(
    connection: Connection,
    areas: Sequence[str],
    states: Sequence[GeneratorPlanState] | None,
    *,
    before: str | None,
    limit: int,
) -> list[GeneratorPlan]:
    """Return plans of the areas, the newest first, with their assignments."""
    wanted = None if states is None else [state.value for state in states]
    return await _with_assignments(connection, await connection.fetch(PLANS, list(areas), wanted, before, limit))


async def assignment(connection: Connection, assignment_id: str, *, lock: bool = False) -> Assignment:
    """:raises NoSuchAssignment: if there is none"""
    row = await connection.fetchrow(FIND_ASSIGNMENT + (" FOR NO KEY UPDATE" if lock else ""), assignment_id)
    if row is None:
        raise NoSuchAssignment("没有这条发电车安排,或不在您的查看范围内;请从方案中选择", field="assignment_id")
    return _assignment(row)


async def move(tx: Connection, one: Assignment) -> Assignment:
    """Keep what changed of an assignment that is locked; return it with its new version."""
    steps = (one.sent_by, one.sent_at, one.connected_by, one.connected_at, one.ended_by, one.ended_at, one.end_reason)
    await tx.execute(MOVE, one.id, one.state.value, one.to_at, *steps)
    return replace(one, version=one.version + 1)


async def note(
    tx: Connection, action: str, subject: str, area: str, *, by: str, at: datetime, **details: object
) -> None:
    """Leave a trace in the audit."""
    await tx.execute(AUDIT, at, by, action, subject, area, _json(details))


async def _with_assignments(connection: Connection, rows: Sequence[Row]) -> list[GeneratorPlan]:
    found: dict[str, list[Assignment]] = {row["id"]: [] for row in rows}
    for row in await connection.fetch(OF_PLANS, list(found)):
        found[row["plan_id"]].append(_assignment(row))
    return [_plan(row, tuple(found[row["id"]])) for row in rows]


def _plan(row: Row, assignments: tuple[Assignment, ...]) -> GeneratorPlan:
    read: Json = {name: json.loads(row[name]) for name in ("hours", "dark", "unused", "notes", "solver")}
    read["best"] = None if row["best"] is None else json.loads(row["best"])
    read |= {"source": GeneratorPlanSource(row["source"]), "state": GeneratorPlanState(row["state"])}
    return GeneratorPlan(**{**row, **read, "assignments": assignments})


def _truck(row: Row) -> Truck:
    return Truck(**{**row, "state": TruckState(row["state"])})


def _assignment(row: Row) -> Assignment:
    return Assignment(**{**row, "state": AssignmentState(row["state"]), "reasons": json.loads(row["reasons"])})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
