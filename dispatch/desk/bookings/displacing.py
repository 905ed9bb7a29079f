"""
Who loses a place when a depot can do less than is booked, and what each is offered instead, at once; each is told.
"""

from collections.abc import Sequence
from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.capacity import course, store
from dispatch.capacity.booking import Booking, Offer, lowest_place, offers, slots_of, to_come
from dispatch.capacity.declaration import Slot, hours
from dispatch.capacity.words import Appointment, BookingState, BookingStep
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.looprules import BookingRules

from .customers import may_ask, tell_displaced
from .halfdays import half_day, half_days, wish_of
from .pauses import free_from


async def displace(
    tx: Connection,
    desk: Desk,
    victims: Sequence[Booking],
    rules: BookingRules,
    *,
    by: Account,
    reason: str,
    at: datetime,
) -> list[Booking]:
    """
    Give every victim another place, or offers of one; the caller has the county's turn and has written the cut.

    限期 moves by itself if there is a place before its date. Everybody else is asked, the firmest promise first: the
    first place offered is held for him, so two victims are not offered one last place.
    """
    found = []
    for victim in reversed(victims):
        offer = await _moves_to(tx, desk, victim, rules, at)
        if offer is not None:
            changed = course.moved(victim, offer, await _place(tx, desk, offer.slot, at))
            step = BookingStep.MOVED
        else:
            changed = await _reoffer(tx, desk, victim, rules, at)
            step = BookingStep.REOFFERED
        made = await store.append(tx, changed, step, by=by.id, at=at, reason=reason)
        await tell_displaced(tx, desk, victim, made, step, at=at)
        found.append(made)
    return found


async def _moves_to(tx: Connection, desk: Desk, victim: Booking, rules: BookingRules, at: datetime) -> Offer | None:
    """Return the best place that keeps a 限期 promise; None if there is none, or the customer must be asked."""
    if victim.appointment is not Appointment.BY_DATE or victim.state is BookingState.REOFFERED:
        return None
    wish, depots = wish_of(victim), desk.areas.depots(victim.area)
    free_at = await free_from(tx, desk, victim.area, at)
    open_slots = [each for each in to_come(rules, free_at, victim.due)]
    slots = slots_of(wish, depots, rules=rules, at=free_at) if open_slots else []
    ranked = offers(wish, await half_days(tx, desk, slots, at=at), rules=rules, at=at)
    return ranked[0] if ranked else None


async def _reoffer(tx: Connection, desk: Desk, victim: Booking, rules: BookingRules, at: datetime) -> Booking:
    """Offer what is still open, and hold the first of it, from when the customer may be asked (免打扰)."""
    slot, depots, asked_at = victim.slot, desk.areas.depots(victim.area), may_ask(desk, victim, at)
    free_at = await free_from(tx, desk, victim.area, asked_at)
    slots = [
        slot.model_copy(update={"depot": depot, "date": day, "half": half})
        for day, half in to_come(rules, free_at)
        for depot in depots
    ]
    free = await half_days(tx, desk, slots, at=at)
    ranked = offers(wish_of(victim), free, rules=rules, at=at, soonest=True)[: rules.offers.value]
    if not ranked:
        return course.reoffered(victim, (), None, None)
    first = ranked[0].slot
    until = min(asked_at + rules.offer_hold.duration, hours(rules, first.date, first.half).closes_at)
    return course.reoffered(victim, ranked, await _place(tx, desk, first, at), until)


async def _place(tx: Connection, desk: Desk, slot: Slot, at: datetime) -> int:
    return lowest_place((await half_day(tx, desk, slot, at=at)).taken)
