"""Trucks, plans and assignments as rows of their tables: written, read, and their state changed."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound

from .words import AssignmentState, GeneratorPlanSource, GeneratorPlanState, TruckState

TURN_TAKING = "SELECT pg_advisory_xact_lock(95606, hashtext($1))"  # of an area: its plans have one writer
# Of a customer: no two trucks are sent there, or connected, by people who do not see each other.
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
WHERE area = $1 AND state = 'proposed' RETURNING id
"""
DROP_ALL = """
UPDATE generator_assignment SET state = 'dropped', version = version + 1, ended_by = $3, ended_at = $4, end_reason = $5
WHERE plan_id = ANY($1::text[]) AND state = ANY($2::text[])
"""
OTHERS = "SELECT id FROM generator_plan WHERE area = $1 AND state = 'confirmed' AND id <> $2"
DECIDE = """
UPDATE generator_plan SET state = 'confirmed', version = version + 1, decided_by = $2, decided_at = $3 WHERE id = $1
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
AT_TARGETS = (
    f"SELECT {ASSIGNMENT} FROM generator_assignment WHERE state IN ('sent', 'connected') AND target = ANY($1::text[])"
)
MOVE = """
UPDATE generator_assignment SET version = version + 1, state = $2, to_at = $3, sent_by = $4, sent_at = $5,
    connected_by = $6, connected_at = $7, ended_by = $8, ended_at = $9, end_reason = $10
WHERE id = $1
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


async def keep(tx: Connection, truck: Truck) -> None:
    """Keep what changed of a truck that is locked."""
    place = (truck.lon, truck.lat)
    await tx.execute(
        KEEP, truck.id, truck.state.value, truck.fuel_h, *place, truck.reason, truck.said_by, truck.said_at
    )


async def busy(connection: Connection, truck_ids: Collection[str]) -> dict[str, Assignment]:
    """Return what each truck does that is on its way or connected."""
    return {row["truck_id"]: _assignment(row) for row in await connection.fetch(BUSY, list(truck_ids))}


async def at_targets(tx: Connection, targets: Collection[str]) -> list[Assignment]:
    """Return who is on the way to these targets, or connected there; nobody else comes until the transaction ends."""
    await tx.execute(TARGETS, sorted(targets))
    return [_assignment(row) for row in await tx.fetch(AT_TARGETS, sorted(targets))]


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


async def supersede(tx: Connection, area: str, *, by: str, at: datetime) -> None:
    """End the area's proposal: another takes its place."""
    gone = [row["id"] for row in await tx.fetch(SUPERSEDE, area, at)]
    await tx.execute(DROP_ALL, gone, ["proposed"], by, at, "已有新方案")


async def drop_planned(tx: Connection, plan: GeneratorPlan, *, by: str, at: datetime) -> None:
    """Give up what older plans of the area still had before them: the plan that is confirmed stands for it."""
    older = [row["id"] for row in await tx.fetch(OTHERS, plan.area, plan.id)]
    await tx.execute(DROP_ALL, older, ["planned"], by, at, "已确认新方案")


async def decide(tx: Connection, plan_id: str, *, by: str, at: datetime) -> None:
    """Note who confirmed a plan."""
    await tx.execute(DECIDE, plan_id, by, at)


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


async def move(tx: Connection, one: Assignment) -> None:
    """Keep what changed of an assignment that is locked."""
    steps = (one.sent_by, one.sent_at, one.connected_by, one.connected_at, one.ended_by, one.ended_at, one.end_reason)
    await tx.execute(MOVE, one.id, one.state.value, one.to_at, *steps)


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
