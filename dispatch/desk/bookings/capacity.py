"""Declared capacity (承载力) at the desk: a depot's leader declares; a cut below what is booked finds new places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity import declaration as rules_of_declaring
from dispatch.capacity import reserve, store
from dispatch.capacity.declaration import Declaration, Slot
from dispatch.capacity.reserve import Reserve
from dispatch.capacity.store import Reach
from dispatch.capacity.words import BookingState, Half, VisitArea, VisitKind
from dispatch.desk import idempotency
from dispatch.desk.room import Desk, Once
from dispatch.kit.errors import Invalid
from dispatch.places.areas import AreaLevel

from .halfdays import depot_of, rules_of
from .keeping import Declared, Wanted, keep

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
    wanted = wanted_of(area.code, lines)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return Declared.model_validate_json(first)
        for each in wanted:
            rules_of_declaring.check(each.slot, teams=each.teams, visits=each.visits, rules=rules, at=at)
        made = await keep(tx, desk, wanted, reason=reason, by=by, at=at)
        await idempotency.remember(tx, by, once, made.model_dump_json(exclude_none=True), status=201)
    return made


def wanted_of(depot: str, lines: Sequence[NewDeclaration]) -> list[Wanted]:
    """
    Return what a depot's lines want.

    :raises SlotTwice: if two want the same half-day
    """
    wanted = [
        Wanted(
            slot=Slot(depot=depot, date=line.date, half=line.half, kind=line.kind, area_class=line.area_class),
            teams=line.teams,
            visits=line.visits,
            seen=line.version,
        )
        for line in lines
    ]
    if len({each.slot for each in wanted}) < len(wanted):
        raise SlotTwice("同一半日、类别、城乡在一次申报中只能出现一次,请合并", field="lines")
    return wanted


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


async def repairs_of(desk: Desk, depot: str, *, by: Account) -> Reserve:
    """
    Return how many repair jobs a depot declared it holds at a time, and how many it has.

    :raises NoSuchArea, NotADepot, Forbidden: as ``declare``
    """
    area = depot_of(desk, depot)
    county = desk.areas.county_of_depot(area.code)
    rights.check(by, "capacity.read", area=county, depot=area.code, covers=desk.areas.covers)
    async with desk.db.connection() as connection:
        return await reserve.look(connection, area.code)


def depots_seen(desk: Desk, code: str, *, by: Account) -> Sequence[str]:
    """
    Return the depots of an area, or the one depot that it is, whose capacity ``by`` may see.

    :raises NoSuchArea, Forbidden: if there is no such area, or not for ``by``
    """
    area = desk.areas.get(code)
    is_depot = area.level is AreaLevel.DEPOT
    county = desk.areas.county_of_depot(code) if is_depot else code
    rights.check(by, "capacity.read", area=county, depot=code if is_depot else None, covers=desk.areas.covers)
    if is_depot:
        return (code,)
    return [depot for county in desk.areas.counties(code) for depot in desk.areas.depots(county)]
