"""
Declarations are kept, all of a request or none; who loses his place by them gets another in the same transaction.

Whether they come by form, by week, by sheet or for a trial.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from dispatch.accounts.model import Account
from dispatch.capacity import declaration as rules_of_declaring
from dispatch.capacity import store
from dispatch.capacity.booking import Booking, victims_of
from dispatch.capacity.declaration import Declaration, Slot
from dispatch.capacity.store import Reach
from dispatch.capacity.words import BookingState
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal

from .displacing import displace, losing
from .halfdays import rules_of
from .settling import take_turn


@dataclass(frozen=True, slots=True)
class Stand:
    """What holds for a slot, if anything, and the bookings that take its places."""

    declared: Declaration | None
    taken: Sequence[Booking]


Standing = Mapping[Slot, Stand]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """
    What is to hold for a slot.

    :param seen: version that the caller saw, 0 for none; None: whatever it is
    """

    slot: Slot
    teams: int
    visits: int
    seen: int | None = None

    def is_said(self, before: Stand) -> bool:
        """Tell whether somebody has declared just that; what was only copied has nobody declared."""
        now = before.declared
        return now is not None and not now.inherited and (now.teams, now.visits) == (self.teams, self.visits)


class Declared(BaseModel):
    """
    What a request declared, and whom it displaced.

    :param moved: 限期 visits that moved by themselves
    :param reoffered: visits whose customers must be asked
    """

    declarations: tuple[Declaration, ...]
    moved: tuple[Booking, ...] = ()
    reoffered: tuple[Booking, ...] = ()


async def take_turns(tx: Connection, desk: Desk, slots: Iterable[Slot], *, at: datetime) -> None:
    """Wait for the turns of all counties that are touched, in one order for all, so that no two wait for each other."""
    for county in sorted({desk.areas.county_of_depot(slot.depot) for slot in slots}):
        await take_turn(tx, desk, county, at=at)


async def standing(tx: Connection, slots: Sequence[Slot], *, at: datetime) -> dict[Slot, Stand]:
    """Return the slots as they stand; two queries, however many slots."""
    if not slots:
        return {}
    days, depots = [slot.date for slot in slots], sorted({slot.depot for slot in slots})
    reach = Reach(depots, min(days), max(days))
    declared = await store.declarations(tx, reach)
    taken: defaultdict[Slot, list[Booking]] = defaultdict(list)
    for booking in await store.taken(tx, reach, at=at):
        taken[booking.slot].append(booking)
    return {slot: Stand(declared.get(slot), tuple(taken[slot])) for slot in slots}


def troubles(wanted: Iterable[Wanted], before: Standing, *, reason: str) -> Iterator[tuple[Wanted, Refusal]]:
    """Yield what may not be kept as things stand: overwritten unseen, or cut below what is booked without a reason."""
    for each in wanted:
        now = before[each.slot]
        victims = [victim.id for victim in victims_of(now.taken, each.visits)]
        try:
            rules_of_declaring.check_seen(each.seen, now.declared, each.slot)
            rules_of_declaring.check_cut(
                each.slot, visits=each.visits, booked=len(now.taken), reason=reason, victims=victims
            )
        except Refusal as refusal:
            yield each, refusal


async def keep(
    tx: Connection, desk: Desk, wanted: Sequence[Wanted], *, reason: str, by: Account, at: datetime
) -> Declared:
    """
    Keep all of it; each line gets its next version.

    :raises StaleDeclaration: the first half-day, in order of time, that somebody else declared since
    :raises ReasonNeeded: the first cut below what is booked that does not say why
    """
    ordered = sorted(wanted, key=lambda each: each.slot.order)
    await take_turns(tx, desk, (each.slot for each in ordered), at=at)
    before = await standing(tx, [each.slot for each in ordered], at=at)
    for _, refusal in troubles(ordered, before, reason=reason):
        raise refusal
    return await write(tx, desk, ordered, before, reason=reason, by=by, at=at)


async def write(
    tx: Connection, desk: Desk, wanted: Sequence[Wanted], before: Standing, *, reason: str, by: Account, at: datetime
) -> Declared:
    """
    Write what has no ``troubles``; the caller has the turns. All lines are written before anybody gets a new place.

    :param wanted: the earliest half-day first
    :raises ReasonNeeded: teams that cannot drive to all who are booked, if nothing says why
    """
    kept: list[Declaration] = []
    victims: list[Booking] = []
    for each in wanted:
        now = before[each.slot]
        losers = await losing(tx, desk, each.slot, now.taken, teams=each.teams, visits=each.visits, at=at)
        rules_of_declaring.check_undriven(
            each.slot, teams=each.teams, reason=reason, victims=[loser.id for loser in losers]
        )
        made = Declaration(
            slot=each.slot,
            teams=each.teams,
            visits=each.visits,
            version=now.declared.version + 1 if now.declared else 1,
            declared_by=by.id,
            declared_at=at,
            reason=reason,
            displaced=len(losers),
        )
        await store.declare(tx, made, desk.areas.county_of_depot(each.slot.depot))
        kept.append(made)
        victims += losers
    found = await displace(tx, desk, victims, rules_of(desk.pack), by=by, reason=reason, at=at)
    reoffered = tuple(each for each in found if each.state is BookingState.REOFFERED)
    moved = tuple(each for each in found if each not in reoffered)
    return Declared(declarations=tuple(kept), moved=moved, reoffered=reoffered)
