"""
A half-day said in the words of those who make lists: declared teams, confirmed visits, pins, and what each is worth.

What ``read`` returns compares equal as long as nothing is declared, booked or pinned in between: what was solved
beside the event loop is still what is booked, or it is solved again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispatch.capacity import store
from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import Declaration, Hours, hours
from dispatch.capacity.store import Reach
from dispatch.capacity.words import Appointment, BookingState, Half
from dispatch.capacity.worklist import team_id
from dispatch.desk.bookings.halfdays import rules_of
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.worklistrules import WorklistRules
from dispatch.routing.optimiser.problem import ByLine
from dispatch.routing.worklists.problem import HalfDay, Team, Visit

from .ways import base_of, with_ways

MODE = "SELECT mode FROM county_mode WHERE area = $1"
PINS = """
SELECT booking_id, team FROM visit_pin JOIN booking ON booking.id = booking_id
WHERE booking.depot = ANY($1::text[]) AND booking.date = $2 AND booking.half = $3 ORDER BY booking_id
"""
NOWHERE = ByLine(speed_kmh={}, detour={})  # until ``with_ways`` says how one drives
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Known:
    """
    What the database says of some depots' half-day.

    :param depots: whose lists are wanted
    :param declared: what holds, kind by kind
    :param bookings: confirmed visits
    :param pins: booking -> team
    :param pooled: the county's depots make each other's visits
    """

    county: str
    date: date
    half: Half
    depots: tuple[str, ...]
    declared: tuple[Declaration, ...]
    bookings: tuple[Booking, ...]
    pins: Mapping[str, str]
    pooled: bool


async def read(
    connection: Connection, desk: Desk, county: str, depots: Sequence[str], day: date, half: Half, *, at: datetime
) -> Known:
    """Return what is declared, booked and pinned."""
    reach = Reach(sorted(depots), day, day)
    declared = await store.declarations(connection, reach)
    taken = await store.taken(connection, reach, at=at)
    pins = {row["booking_id"]: row["team"] for row in await connection.fetch(PINS, sorted(depots), day, half.value)}
    pooled = await is_pooled(connection, desk, county)
    return Known(
        county=county,
        date=day,
        half=half,
        depots=tuple(sorted(depots)),
        declared=tuple(one for slot, one in sorted(declared.items(), key=str) if slot.half is half),
        bookings=tuple(one for one in taken if one.slot.half is half and one.state is BookingState.BOOKED),
        pins=pins,
        pooled=pooled,
    )


async def is_pooled(connection: Connection, desk: Desk, county: str) -> bool:
    """Tell whether the county's mode lets its depots make each other's visits."""
    mode = await connection.fetchval(MODE, county) or "normal"
    return mode in desk.pack.lists.pooled.value


def span_of(desk: Desk, day: date, half: Half) -> Hours:
    """:raises NoBooking: if the pack knows no booked visits"""
    return hours(rules_of(desk.pack), day, half)


def seconds(span: Hours, at: datetime) -> int:
    """Return how many whole seconds after the half-day's begin an instant is."""
    return round((at - span.begins_at).total_seconds())


def pose(desk: Desk, known: Known, *, at: datetime) -> HalfDay:
    """
    Return the half-day; no clock is read and nothing is waited for, so it may be made beside the event loop.

    :param at: a list that is made late begins then, on the full minute after
    """
    return with_ways(desk, wayless(desk, known, at=at), at=max(at, span_of(desk, known.date, known.half).begins_at))


def wayless(desk: Desk, known: Known, *, at: datetime) -> HalfDay:
    """Return the half-day before it is known how one drives."""
    span = span_of(desk, known.date, known.half)
    late = max(0, -(-seconds(span, at) // 60) * 60)
    length_s = seconds(span, span.ends_at)
    visits = tuple(visit_of(desk, one, span, pinned=known.pins.get(one.id)) for one in known.bookings)
    return HalfDay(
        name=f"{known.county}/{known.date.isoformat()}/{known.half.value}",
        length_s=length_s,
        travel=NOWHERE,
        teams=tuple(_teams(desk, known, visits, from_s=min(late, length_s), to_s=length_s)),
        visits=visits,
        pooled=known.pooled,
        caps={(one.slot.depot, f"{one.slot.kind}/{one.slot.area_class}"): one.visits for one in known.declared},
        bases={depot: (*base, 0) for depot in known.depots if (base := base_of(desk, depot)) is not None},
    )


def _teams(desk: Desk, known: Known, visits: Sequence[Visit], *, from_s: int, to_s: int) -> Iterator[Team]:
    """Yield the declared teams; one that a person gave a visit of the other area class makes those, too."""
    skill_of = {visit.id: visit.skill for visit in visits}
    for one in known.declared:
        slot, base = one.slot, base_of(desk, one.slot.depot)
        if base is None:
            continue
        for number in range(1, one.teams + 1):
            name = team_id(slot.depot, slot.kind, slot.area_class, number)
            pinned = {skill_of[booking] for booking, team in known.pins.items() if team == name and booking in skill_of}
            own = f"{slot.kind}/{slot.area_class}"
            yield Team(
                id=name, depot=slot.depot, lon=base[0], lat=base[1], skills=(own, *sorted(pinned - {own})),
                from_s=from_s, to_s=to_s,
            )  # fmt: skip


def visit_of(desk: Desk, booking: Booking, span: Hours, *, pinned: str | None = None) -> Visit:
    """
    Return a booking as a visit. Work begins within what was promised, without the tolerance: by that a late arrival
    is judged afterwards, and no plan uses it up beforehand.
    """
    lists, slot = desk.pack.lists, booking.slot
    opens_s, shuts_s = seconds(span, booking.from_at), seconds(span, booking.to_at)
    return Visit(
        id=booking.id,
        depot=slot.depot,
        lon=booking.lon,
        lat=booking.lat,
        kind=slot.kind.value,
        area_class=slot.area_class.value,
        work_s=round(lists.lengths.of(slot.kind.value).duration.total_seconds()),
        window_s=(opens_s, max(opens_s, shuts_s)),
        price=price_of(lists, booking),
        pinned=pinned,
    )


def price_of(lists: WorklistRules, booking: Booking) -> float:
    """Return what leaving a visit out costs, in minutes of driving: an agreed hour and what is urgent more."""
    return worth(lists, firm=booking.urgent or booking.appointment is not Appointment.BY_DATE)


def worth(lists: WorklistRules, *, firm: bool) -> float:
    """Return what leaving a visit out costs, in minutes of driving."""
    return lists.left_out.duration / MINUTE * (lists.left_out_firm.value if firm else 1)
