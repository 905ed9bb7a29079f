"""
What a change of declared capacity would do, before it is done: who would lose his place, and what he would be offered.

It is done and taken back in one transaction, so that it is just what declaring does; nothing is kept and nobody told.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity import declaration as rules_of_declaring
from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import Declaration
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection, Database

from .capacity import NewDeclaration, wanted_of
from .halfdays import depot_of, rules_of
from .keeping import standing, take_turns, troubles, write

TRIAL = "试算"  # the reason of a cut that is not made


class _TakenBack(Exception):
    """Everything that was written is not."""


@asynccontextmanager
async def trial(db: Database) -> AsyncIterator[Connection]:
    """Give a transaction of which nothing stays, however it ends."""
    try:
        async with db.transaction() as tx:
            yield tx
            raise _TakenBack
    except _TakenBack:
        return


@dataclass(frozen=True, slots=True)
class Victim:
    """A visit that would lose its place: as it is, and as it would be (moved, or offered anew)."""

    before: Booking
    after: Booking


@dataclass(frozen=True, slots=True)
class Foreseen:
    """
    What a change would do.

    :param declarations: as they would stand
    :param victims: the first to be offered another place first
    """

    declarations: Sequence[Declaration]
    victims: Sequence[Victim]

    @property
    def reason_needed(self) -> bool:
        """Somebody loses his place by it, so it must say why."""
        return bool(self.victims)


async def preview(desk: Desk, depot: str, lines: Sequence[NewDeclaration], *, by: Account, at: datetime) -> Foreseen:
    """
    Return what declaring these lines would do.

    :raises NoSuchArea, NotADepot, Forbidden, NoBooking: by whom and for what
    :raises BadDeclaration, OutsideHorizon, SlotTwice: a line that is wrong in itself
    :raises StaleDeclaration: a half-day that somebody else declared since
    """
    area, rules = depot_of(desk, depot), rules_of(desk.pack)
    county = desk.areas.county_of_depot(area.code)
    rights.check(by, "capacity.preview", area=county, depot=area.code, covers=desk.areas.covers)
    wanted = sorted(wanted_of(area.code, lines), key=lambda each: each.slot.order)
    for each in wanted:
        rules_of_declaring.check(each.slot, teams=each.teams, visits=each.visits, rules=rules, at=at)
    slots = [each.slot for each in wanted]
    async with trial(desk.db) as tx:
        await take_turns(tx, desk, slots, at=at)
        before = await standing(tx, slots, at=at)
        for _, refusal in troubles(wanted, before, reason=TRIAL):
            raise refusal
        made = await write(tx, desk, wanted, before, reason=TRIAL, by=by, at=at)
    was = {booking.id: booking for stand in before.values() for booking in stand.taken}
    victims = [Victim(was[after.id], after) for after in (*made.reoffered, *made.moved)]
    return Foreseen(made.declarations, victims)
