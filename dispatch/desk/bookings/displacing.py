"""
Who loses a place when a depot can do less than is booked, and what each is offered instead, at once; each is told.
"""

from collections.abc import Sequence
from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.capacity import course, store
from dispatch.capacity.booking import Booking, victims_of
from dispatch.capacity.declaration import Slot, hours
from dispatch.capacity.wishes import slots_of, to_come
from dispatch.capacity.words import Appointment, BookingState, BookingStep
from dispatch.desk.room import Desk
from dispatch.desk.worklists.changing import gone
from dispatch.kit.db import Connection
from dispatch.kit.looprules import BookingRules

from .customers import may_ask, tell_displaced
from .finding import Found, Question, find
from .halfdays import wish_of
from .mending import cut
from .pauses import free_from
from .settling import settle


async def displace(
    tx: Connection,
    desk: Desk,
    victims: Sequence[Booking],
    rules: BookingRules,
    *,
    by: Account,
    reason: str,
    at: datetime,
    listed: bool = True,
) -> list[Booking]:
    """
    Give every victim another place, or offers of one; the caller has the county's turn and has written the cut.

    限期 moves by itself if there is a place before its date. Everybody else is asked, the firmest promise first: the
    first place offered is held for him, so two victims are not offered one last place.

    :param listed: the visits leave the lists on which they stand; else what became of them is written down there
    """
    found = []
    for victim in reversed(victims):
        moves = await _moves_to(tx, desk, victim, rules, at)
        if moves is not None and moves.ranked:
            best = moves.ranked[0]
            changed, step = course.moved(victim, best, moves.ranked.place), BookingStep.MOVED
        else:
            changed, step = await _reoffer(tx, desk, victim, rules, at), BookingStep.REOFFERED
        made = await store.append(tx, changed, step, by=by.id, at=at, reason=reason)
        await settle(tx, desk, made, left=victim.slot, at=at)
        if listed:
            await gone(tx, desk, victim, by=by.id, at=at, reason=reason)
        await tell_displaced(tx, desk, victim, made, step, at=at)
        found.append(made)
    return found


async def _moves_to(tx: Connection, desk: Desk, victim: Booking, rules: BookingRules, at: datetime) -> Found | None:
    """Return the places that keep a 限期 promise, the best first; None if the customer must be asked."""
    if victim.appointment is not Appointment.BY_DATE or victim.state is BookingState.REOFFERED:
        return None
    wish, depots = wish_of(victim), desk.areas.depots(victim.area)
    free_at = await free_from(tx, desk, victim.area, at)
    open_slots = any(to_come(rules, free_at, victim.due))
    slots = slots_of(wish, depots, rules=rules, at=free_at) if open_slots else []
    return await find(tx, desk, Question(wish=wish, slots=slots, at=at, without=(victim.id,)))


async def _reoffer(tx: Connection, desk: Desk, victim: Booking, rules: BookingRules, at: datetime) -> Booking:
    """Offer what is still open, and hold the first of it, from when the customer may be asked (免打扰)."""
    slot, depots, asked_at = victim.slot, desk.areas.depots(victim.area), may_ask(desk, victim, at)
    free_at = await free_from(tx, desk, victim.area, asked_at)
    slots = [
        slot.model_copy(update={"depot": depot, "date": day, "half": half})
        for day, half in to_come(rules, free_at)
        for depot in depots
    ]
    question = Question(wish=wish_of(victim), slots=slots, at=at, without=(victim.id,), soonest=True)
    found = await find(tx, desk, question)
    ranked = found.ranked[: rules.offers.value]
    if not ranked:
        return course.reoffered(victim, (), None, None)
    first = ranked[0].slot
    until = min(asked_at + rules.offer_hold.duration, hours(rules, first.date, first.half).closes_at)
    return course.reoffered(victim, ranked, found.ranked.place, until)


async def losing(
    tx: Connection, desk: Desk, slot: Slot, taken: Sequence[Booking], *, teams: int, visits: int, at: datetime
) -> list[Booking]:
    """
    Return who loses his place if a half-day is cut, who gives way first before the others: those beyond what is
    declared, and those to whom the teams that are left cannot drive.

    :param taken: bookings that take a place
    """
    losers = victims_of(taken, visits)
    if len(losers) < len(taken):
        live = await cut(tx, desk, slot, teams=teams, without=[each.id for each in losers], at=at)
        losers += [each for each in taken if each.id in live.left]
    return victims_of(losers, 0)
