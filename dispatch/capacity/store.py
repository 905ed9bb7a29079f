"""
Where declarations and bookings are kept.

Whoever changes bookings of a county first takes its ``turn``: a move touches slots of several depots, and one lock for
them all cannot deadlock. Beneath it the index ``booking_place`` lets nobody have a place twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound

from .booking import Booking
from .course import as_of
from .declaration import Declaration, Slot
from .words import BookingStep, VisitArea, VisitKind

COLUMNS = (
    "depot, date, half, kind, area_class, version, teams, visits, declared_by, declared_at, reason, displaced, "
    "inherited, area"
)
TURN = "SELECT pg_advisory_xact_lock(95607, hashtext($1))"
DECLARED = f"""
SELECT {COLUMNS} FROM capacity_declaration
WHERE depot = ANY($1::text[]) AND date BETWEEN $2 AND $3 AND ($4::text IS NULL OR kind = $4)
  AND ($5::text IS NULL OR area_class = $5) ORDER BY date, half, kind, area_class, depot
"""
CHANGES = f"""
SELECT {COLUMNS} FROM capacity_change WHERE depot = $1 AND date BETWEEN $2 AND $3
ORDER BY date, half, kind, area_class, version
"""
VALUES = "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
DECLARE = f"""
INSERT INTO capacity_declaration ({COLUMNS}) VALUES {VALUES}
ON CONFLICT (depot, date, half, kind, area_class) DO UPDATE SET version = EXCLUDED.version, teams = EXCLUDED.teams,
    visits = EXCLUDED.visits, declared_by = EXCLUDED.declared_by, declared_at = EXCLUDED.declared_at,
    reason = EXCLUDED.reason, displaced = EXCLUDED.displaced, inherited = EXCLUDED.inherited
"""
CHANGE = f"INSERT INTO capacity_change ({COLUMNS}) VALUES {VALUES}"
TAKEN = """
SELECT doc FROM booking WHERE place IS NOT NULL AND depot = ANY($1::text[]) AND date BETWEEN $2 AND $3
  AND ($4::text IS NULL OR kind = $4) AND ($5::text IS NULL OR area_class = $5)
  AND (expires_at IS NULL OR expires_at > $6) ORDER BY id
"""
OF_DAY = "SELECT doc FROM booking WHERE depot = $1 AND date = $2 ORDER BY half, from_at, id LIMIT $3"
FIND = "SELECT doc FROM booking WHERE id = $1"
LAPSED = "SELECT doc FROM booking WHERE area = $1 AND expires_at <= $2 ORDER BY id"
TO_COME = """
SELECT doc FROM booking WHERE area = $1 AND state = 'booked' AND to_at > $2 ORDER BY from_at, id LIMIT $3
"""
WRITE = """
WITH line AS (INSERT INTO booking_event (booking_id, version, area, step, at, actor, reason, doc)
              VALUES ($1, $2, $3, $15, $16, $17, $18, $14))
INSERT INTO booking (id, version, area, depot, date, half, kind, area_class, place, state, from_at, to_at, expires_at,
                     doc)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, depot = EXCLUDED.depot, date = EXCLUDED.date,
    half = EXCLUDED.half, place = EXCLUDED.place, state = EXCLUDED.state, from_at = EXCLUDED.from_at,
    to_at = EXCLUDED.to_at, expires_at = EXCLUDED.expires_at, doc = EXCLUDED.doc
"""
LINES = "SELECT step, at, actor, reason, doc FROM booking_event WHERE booking_id = $1 ORDER BY version"


class NoSuchBooking(NotFound):
    """No booking of that name, or none that the caller may see."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a booking's log, with the booking after it."""

    step: BookingStep
    at: datetime
    by: str
    reason: str
    booking: Booking


@dataclass(frozen=True, slots=True)
class Reach:
    """Which slots are meant; days inclusive, None: every kind, every area class."""

    depots: Sequence[str]
    first: date
    last: date
    kind: VisitKind | None = None
    area_class: VisitArea | None = None

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (list(self.depots), self.first, self.last, self.kind, self.area_class)


async def turn(tx: Connection, county: str, *, at: datetime) -> list[Booking]:
    """Wait for the county's turn, held until the transaction ends; holds that ran out are given back: return those."""
    await tx.execute(TURN, county)
    lapsed = [as_of(Booking.model_validate_json(row["doc"]), at) for row in await tx.fetch(LAPSED, county, at)]
    return [await append(tx, each, BookingStep.LAPSED, by="system", at=at) for each in lapsed]


async def declarations(connection: Connection, reach: Reach) -> dict[Slot, Declaration]:
    """Return what holds, by slot."""
    found = [declaration_of(row) for row in await connection.fetch(DECLARED, *reach.arguments)]
    return {each.slot: each for each in found}


async def changes(connection: Connection, depot: str, first: date, last: date) -> list[Declaration]:
    """Return every version of a depot's declarations, slot by slot, the first version first."""
    return [declaration_of(row) for row in await connection.fetch(CHANGES, depot, first, last)]


async def declare(tx: Connection, declaration: Declaration, county: str) -> None:
    """Keep a new version; it holds from now on. The caller has the county's turn."""
    slot = declaration.slot
    values = (slot.depot, slot.date, slot.half, slot.kind, slot.area_class, declaration.version, declaration.teams)
    said = (declaration.visits, declaration.declared_by, declaration.declared_at, declaration.reason)
    for statement in (DECLARE, CHANGE):
        await tx.execute(statement, *values, *said, declaration.displaced, declaration.inherited, county)


def declaration_of(row: Row | Mapping[str, Any]) -> Declaration:
    """Return what a row of declarations or of their changes says."""
    said = {name: value for name, value in row.items() if name != "area"}
    slot = {name: said.pop(name) for name in Slot.model_fields}
    return Declaration(slot=Slot(**slot), **said)


async def taken(connection: Connection, reach: Reach, *, at: datetime) -> list[Booking]:
    """Return the bookings that take a place."""
    return _bookings(await connection.fetch(TAKEN, *reach.arguments, at))


async def of_day(connection: Connection, depot: str, day: date, *, limit: int) -> list[Booking]:
    """Return a depot's bookings of a day, those that ended too."""
    return _bookings(await connection.fetch(OF_DAY, depot, day, limit))


async def to_come(connection: Connection, county: str, *, at: datetime, limit: int) -> list[Booking]:
    """Return the booked visits of a county that are not over, the next first."""
    return _bookings(await connection.fetch(TO_COME, county, at, limit))


async def load(connection: Connection, booking_id: str) -> Booking:
    """:raises NoSuchBooking: if there is none"""
    doc = await connection.fetchval(FIND, booking_id)
    if doc is None:
        raise NoSuchBooking("没有这个预约,或不在您的查看范围内;请核对编号")
    return Booking.model_validate_json(doc)


async def append(
    tx: Connection, booking: Booking, step: BookingStep, *, by: str, at: datetime, reason: str = ""
) -> Booking:
    """
    Write what became of a booking, and its log's next line; return it with its new version.

    The log's key refuses a second line of one version. The caller has the county's turn.
    """
    made = booking.model_copy(update={"version": booking.version + 1})
    slot, doc = made.slot, made.model_dump_json(exclude_none=True)
    where = (slot.depot, slot.date, slot.half, slot.kind, slot.area_class, made.place, made.state)
    stands = (made.id, made.version, made.area, *where, made.from_at, made.to_at, made.expires_at, doc)
    await tx.execute(WRITE, *stands, step, at, by, reason)
    return made


async def log(connection: Connection, booking_id: str) -> list[Line]:
    """Return all that happened to a booking, in order."""
    rows = await connection.fetch(LINES, booking_id)
    return [
        Line(BookingStep(row["step"]), row["at"], row["actor"], row["reason"], Booking.model_validate_json(row["doc"]))
        for row in rows
    ]


def _bookings(rows: Sequence[Row]) -> list[Booking]:
    return [Booking.model_validate_json(row["doc"]) for row in rows]
