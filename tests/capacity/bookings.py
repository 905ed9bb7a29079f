"""Short words for what the tests of booked visits do all the time."""

from datetime import date, datetime, timedelta
from typing import Any

from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import Slot
from dispatch.capacity.wishes import Wish
from dispatch.capacity.words import Appointment, BookingState, Half, VisitArea, VisitKind
from dispatch.desk.bookings import booking, capacity
from dispatch.desk.bookings.booking import NewBooking, Said
from dispatch.desk.bookings.capacity import NewDeclaration
from dispatch.desk.bookings.keeping import Declared
from dispatch.desk.room import Desk
from dispatch.kit.rulepack import Packs
from tests.worlds import START, XIANGSHAN, person

RULES = Packs.load().latest("sgcc").booking
assert RULES is not None
DEPOT, OTHER = "330225-1", "330225-2"
TODAY, TOMORROW = date(2026, 7, 1), date(2026, 7, 2)
HERE = {"lon": 121.87, "lat": 29.48}


def slot(day: date = TOMORROW, half: Half = Half.AM, depot: str = DEPOT) -> Slot:
    return Slot(depot=depot, date=day, half=half, kind=VisitKind.SURVEY, area_class=VisitArea.URBAN)


def wish(**said: Any) -> Wish:
    """Return a wish; by itself 限期, the day after tomorrow."""
    usual: dict[str, Any] = {"kind": VisitKind.SURVEY, "area_class": VisitArea.URBAN, **HERE}
    if not said.keys() & {"appointment"}:
        usual |= {"appointment": Appointment.BY_DATE, "due": TOMORROW + timedelta(days=1)}
    return Wish(**(usual | said))


def booked(name: str, where: Slot, **said: Any) -> Booking:
    """Return a booking as if it had been made."""
    usual: dict[str, Any] = {
        "id": name,
        "version": 1,
        "area": XIANGSHAN,
        "slot": where,
        "place": 1,
        "state": BookingState.BOOKED,
        "appointment": Appointment.FIXED,
        "from_at": START,
        "to_at": START,
        "account_no": name,
        "why": "",
        "made_by": "seat",
        "made_at": START,
        "pack": "sgcc@2026.2",
        **HERE,
    }
    return Booking(**(usual | said))


async def declare(
    desk: Desk, visits: int, where: Slot | None = None, *, reason: str = "", at: datetime = START, **said: Any
) -> Declared:
    """Let the leader of a depot declare one half-day."""
    where = where or slot()
    line = NewDeclaration(
        date=where.date, half=where.half, kind=where.kind, area_class=where.area_class, visits=visits,
        **({"teams": 1} | said),
    )  # fmt: skip
    by = person("leader").model_copy(update={"area": where.depot})
    return await capacity.declare(desk, where.depot, [line], reason=reason, by=by, at=at)


async def book(desk: Desk, *, at: datetime = START, **said: Any) -> Booking:
    """Let a seat hold a place in 象山."""
    new = NewBooking(wish=wish(**said), account_no="330111", area=XIANGSHAN)
    return await booking.book(desk, new, by=person("seat"), at=at)


async def confirm(desk: Desk, held: Booking, *, offer: int | None = None, at: datetime = START) -> Booking:
    return await booking.confirm(desk, held.id, offer=offer, said=Said(by=person("seat"), at=at))
