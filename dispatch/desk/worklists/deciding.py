"""What a person decides about a frozen list: a team goes no further, a visit is taken off it or put onto it."""

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel

from dispatch.accounts.model import Account
from dispatch.capacity import lists, store
from dispatch.capacity.booking import Booking
from dispatch.capacity.words import Half
from dispatch.capacity.worklist import Worklist
from dispatch.desk import idempotency
from dispatch.desk.bookings.displacing import displace
from dispatch.desk.bookings.halfdays import rules_of
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection

from .changing import NotOnList, on_routes, turn, with_visit, withdraw_team, without_visits
from .naming import check_depot, check_seen


class Decision(BaseModel):
    """
    A list after a decision, and the visits that lost their half-day by it: moved, or offered anew.

    :param worklist: as it stands now
    """

    worklist: Worklist
    displaced: tuple[Booking, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Order:
    """
    Who decides, why, having seen which version of the list (None: whatever it is).

    :param once: see ``desk.idempotency``
    """

    by: Account
    at: datetime
    reason: str
    version: int | None = None
    once: Once | None = None


async def withdraw(desk: Desk, depot: str, day: date, half: Half, team: str, order: Order) -> Decision:
    """
    Let a team go no further; who can be visited by no other is moved or offered another half-day at once.

    :raises NoSuchArea, NotADepot, Forbidden, NoSuchList, NoSuchTeam: by whom and for what
    :raises StaleList, AlreadyWithdrawn, ListEnded: where it stands
    """
    check_depot(desk, depot, "worklist.change", by=order.by)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, order.by, order.once)) is not None:
            return Decision.model_validate_json(first)
        made = await _seen(tx, depot, day, half, order)
        _, left = await withdraw_team(tx, desk, made, team, by=order.by.id, at=order.at, reason=order.reason)
        return await _displaced(tx, desk, made, left, order)


async def remove(desk: Desk, depot: str, day: date, half: Half, booking_id: str, order: Order) -> Decision:
    """
    Take a visit off the list; its customer is moved or offered another half-day at once.

    :raises NoSuchArea, NotADepot, Forbidden, NoSuchList, NotOnList: by whom and for what
    :raises StaleList, ListEnded: where it stands
    """
    check_depot(desk, depot, "worklist.change", by=order.by)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, order.by, order.once)) is not None:
            return Decision.model_validate_json(first)
        made = await _seen(tx, depot, day, half, order)
        if booking_id not in {*on_routes(made), *(left.booking_id for left in made.left_out)}:
            raise NotOnList("清单上没有这户作业,请刷新后核对预约编号", field="booking_id")
        await _off(tx, desk, made, (booking_id,), order)
        return await _displaced(tx, desk, made, (booking_id,), order)


async def add(
    desk: Desk, depot: str, day: date, half: Half, booking_id: str, team: str | None, order: Order
) -> Decision:
    """
    Put a booked visit of the half-day onto the list, if it breaks nobody's promise.

    :raises NoSuchArea, NotADepot, Forbidden, NoSuchList, NoSuchBooking, NoSuchTeam: by whom and for what
    :raises StaleList, ListEnded, NotOfThisHalfDay, CannotBeMade: where it stands
    """
    county = check_depot(desk, depot, "worklist.change", by=order.by)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, order.by, order.once)) is not None:
            return Decision.model_validate_json(first)
        made = await _seen(tx, depot, day, half, order)
        booking = await store.load(tx, booking_id)
        if booking.area != county:
            raise store.NoSuchBooking("没有这个预约,或不在您的查看范围内;请核对编号")
        after = await with_visit(tx, desk, made, booking, team=team, by=order.by.id, at=order.at, reason=order.reason)
        return await _kept(tx, Decision(worklist=after), order)


async def _seen(tx: Connection, depot: str, day: date, half: Half, order: Order) -> Worklist:
    """Return the list as it stands in the county's turn, if it is what the caller saw."""
    made = await turn(tx, await lists.load(tx, depot, day, half), at=order.at)
    check_seen(made, order.version)
    return made


async def _displaced(tx: Connection, desk: Desk, made: Worklist, left: tuple[str, ...], order: Order) -> Decision:
    """Find the visits that nobody makes any more another half-day; with that they leave the list."""
    victims = [await store.load(tx, booking_id) for booking_id in left]
    rules = rules_of(desk.pack)
    displaced = await displace(tx, desk, victims, rules, by=order.by, reason=order.reason, at=order.at)
    after = await _off(tx, desk, made, left, order)
    return await _kept(tx, Decision(worklist=after, displaced=tuple(displaced)), order)


async def _off(tx: Connection, desk: Desk, made: Worklist, names: tuple[str, ...], order: Order) -> Worklist:
    where = (made.depot, made.date, made.half)
    return await without_visits(tx, desk, *where, names, by=order.by.id, at=order.at, reason=order.reason)


async def _kept(tx: Connection, decision: Decision, order: Order) -> Decision:
    await idempotency.remember(tx, order.by, order.once, decision.model_dump_json(exclude_none=True))
    return decision
