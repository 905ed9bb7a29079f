"""The half-days that could take a visit, as they stand: what is declared, what is taken."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from dispatch.capacity import store
from dispatch.capacity.booking import Booking, HalfDay
from dispatch.capacity.declaration import Slot
from dispatch.capacity.store import Reach
from dispatch.capacity.wishes import Wish
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.looprules import BookingRules
from dispatch.kit.rulepack import RulePack
from dispatch.places.areas import Area, AreaLevel


class NoBooking(Refusal):
    """The rule pack in force knows no booked visits."""


class NotADepot(Invalid):
    """Capacity is declared by depots only."""


def rules_of(pack: RulePack) -> BookingRules:
    """:raises NoBooking: if the pack has none"""
    if pack.booking is None:
        raise NoBooking(f"规则包 {pack.key} 没有 booking 一节,不能申报承载力和预约;请改用含该节的规则包", pack=pack.key)
    return pack.booking


def depot_of(desk: Desk, code: str) -> Area:
    """:raises NoSuchArea, NotADepot: if it is none"""
    area = desk.areas.get(code)
    if area.level is not AreaLevel.DEPOT:
        raise NotADepot(f"承载力由班所申报,{area.name}是{area.level.label},请指定班所", field="depot")
    return area


def wish_of(booking: Booking) -> Wish:
    """Return what the customer of a booking wants."""
    slot, fixed = booking.slot, booking.start_by is None and booking.due is None
    return Wish(
        kind=slot.kind,
        area_class=slot.area_class,
        appointment=booking.appointment,
        lon=booking.lon,
        lat=booking.lat,
        from_at=booking.from_at if fixed else None,
        to_at=booking.to_at if fixed else None,
        start_by=booking.start_by,
        due=booking.due,
    )


async def half_days(connection: Connection, desk: Desk, slots: Sequence[Slot], *, at: datetime) -> list[HalfDay]:
    """Return the slots as they stand at ``at``; all of one kind and area class. Two queries, however many slots."""
    if not slots:
        return []
    days, depots = [slot.date for slot in slots], sorted({slot.depot for slot in slots})
    reach = Reach(depots, min(days), max(days), slots[0].kind, slots[0].area_class)
    declared = await store.declarations(connection, reach)
    by_slot: defaultdict[Slot, list[Booking]] = defaultdict(list)
    for booking in await store.taken(connection, reach, at=at):
        by_slot[booking.slot].append(booking)
    workdays = {day: desk.calendar.is_workday(day) for day in set(days)}
    names = {code: desk.areas.get(code).name for code in depots}
    return [
        HalfDay(slot, names[slot.depot], declared.get(slot), tuple(by_slot[slot]), workdays[slot.date])
        for slot in slots
    ]


async def half_day(connection: Connection, desk: Desk, slot: Slot, *, at: datetime) -> HalfDay:
    """Return one slot as it stands."""
    (found,) = await half_days(connection, desk, [slot], at=at)
    return found
