"""Declared capacity (承载力) at the desk: a depot's leader declares; a cut below what is booked finds new places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity import declaration as rules_of_declaring
from dispatch.capacity import store
from dispatch.capacity.booking import Booking, victims_of
from dispatch.capacity.declaration import Declaration, Slot
from dispatch.capacity.store import Reach
from dispatch.capacity.words import BookingState, Half, VisitArea, VisitKind
from dispatch.desk import idempotency
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid

from .displacing import displace
from .halfdays import depot_of, half_day, rules_of

LONGEST_DAYS = 62  # that one answer shows


class SlotTwice(Invalid):
    """One request declares the same half-day twice."""


class BadRange(Invalid):
    """The days asked for are in the wrong order, or too many."""


@dataclass(frozen=True, kw_only=True)
class NewDeclaration:
    """
    What a depot can do in one half-day.

    :param version: version that the caller saw, 0 for none; None: whatever it is
    """

    date: date
    half: Half
    kind: VisitKind
    area_class: VisitArea
    teams: int
    visits: int
    version: int | None = None


class Declared(BaseModel):
    """
    What a request declared, and whom it displaced.

    :param moved: 限期 visits that moved by themselves
    :param reoffered: visits whose customers must be asked
    """

    declarations: tuple[Declaration, ...]
    moved: tuple[Booking, ...] = ()
    reoffered: tuple[Booking, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotLoad:
    """A slot: what is declared, what is taken, and every version before."""

    declaration: Declaration
    booked: int
    held: int
    changes: Sequence[Declaration]

    @property
    def free(self) -> int:
        return max(0, self.declaration.visits - self.booked - self.held)


async def declare(
    desk: Desk,
    depot: str,
    lines: Sequence[NewDeclaration],
    *,
    reason: str,
    by: Account,
    at: datetime,
    once: Once | None = None,
) -> Declared:
    """
    Declare a depot's half-days, all or none. What falls below the booked visits displaces them in the same transaction.

    :raises NoSuchArea, NotADepot, Forbidden, NoBooking: by whom and for what
    :raises BadDeclaration, OutsideHorizon, SlotTwice: a line that is wrong in itself
    :raises StaleDeclaration: a half-day that somebody else declared since
    :raises ReasonNeeded: a cut below what is booked that does not say why
    """
    area, rules = depot_of(desk, depot), rules_of(desk.pack)
    county = desk.areas.county_of_depot(area.code)
    rights.check(by, "capacity.declare", area=county, depot=area.code, covers=desk.areas.covers)
    slots = [_slot(area.code, line) for line in lines]
    if len(set(slots)) < len(slots):
        raise SlotTwice("同一半日、类别、城乡在一次申报中只能出现一次,请合并", field="lines")
    for slot, line in zip(slots, lines, strict=True):
        rules_of_declaring.check(slot, teams=line.teams, visits=line.visits, rules=rules, at=at)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return Declared.model_validate_json(first)
        await store.turn(tx, county, at=at)
        pairs = sorted(zip(slots, lines, strict=True), key=lambda pair: pair[0].order)
        kept = [await _keep(tx, desk, slot, line, reason=reason, by=by, at=at) for slot, line in pairs]
        victims = [victim for _, displaced in kept for victim in displaced]
        found = await displace(tx, desk, victims, rules, by=by, reason=reason, at=at)
        reoffered = tuple(each for each in found if each.state is BookingState.REOFFERED)
        moved = tuple(each for each in found if each not in reoffered)
        made = Declared(declarations=tuple(line for line, _ in kept), moved=moved, reoffered=reoffered)
        await idempotency.remember(tx, by, once, made.model_dump_json(exclude_none=True), status=201)
    return made


def _slot(depot: str, line: NewDeclaration) -> Slot:
    return Slot(depot=depot, date=line.date, half=line.half, kind=line.kind, area_class=line.area_class)


async def _keep(
    tx: Connection, desk: Desk, slot: Slot, line: NewDeclaration, *, reason: str, by: Account, at: datetime
) -> tuple[Declaration, list[Booking]]:
    """Write one line; return it and who loses the place. All lines are written before anybody gets a new one."""
    before = await half_day(tx, desk, slot, at=at)
    version = before.declared.version if before.declared else 0
    rules_of_declaring.check_seen(line.version, version, slot)
    victims = victims_of(before.taken, line.visits)
    rules_of_declaring.check_cut(
        slot,
        visits=line.visits,
        booked=len(before.taken),
        reason=reason,
        victims=[victim.id for victim in victims],
    )
    made = Declaration(
        slot=slot,
        teams=line.teams,
        visits=line.visits,
        version=version + 1,
        declared_by=by.id,
        declared_at=at,
        reason=reason,
        displaced=len(victims),
    )
    await store.declare(tx, made, desk.areas.county_of_depot(slot.depot))
    return made, victims


async def capacity_of(desk: Desk, depot: str, first: date, last: date, *, by: Account, at: datetime) -> list[SlotLoad]:
    """
    Return a depot's half-days with what is declared and taken.

    :raises NoSuchArea, NotADepot, Forbidden: as ``declare``
    :raises BadRange: if the days are in the wrong order, or too many
    """
    area = depot_of(desk, depot)
    county = desk.areas.county_of_depot(area.code)
    rights.check(by, "capacity.read", area=county, depot=area.code, covers=desk.areas.covers)
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise BadRange(f"日期 from 不得晚于 to,且一次最多查 {LONGEST_DAYS} 天,请改正", field="to")
    reach = Reach([area.code], first, last)
    async with desk.db.connection() as connection:
        declared = await store.declarations(connection, reach)
        taken = await store.taken(connection, reach, at=at)
        changes = await store.changes(connection, area.code, first, last)
    return [
        SlotLoad(
            declaration,
            booked=sum(booking.slot == slot and booking.state is BookingState.BOOKED for booking in taken),
            held=sum(booking.slot == slot and booking.state is not BookingState.BOOKED for booking in taken),
            changes=[change for change in changes if change.slot == slot],
        )
        for slot, declaration in declared.items()
    ]
