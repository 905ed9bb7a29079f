"""
A visit that a customer was promised (预约作业): which half-days can take it, which is best, what may happen to it.

Pure. It fits only where fewer visits are taken than the depot declared, and a team can drive to it in time between what
is booked: how, is asked elsewhere and comes as a ``Drive``. Why a place was chosen, and why others were not, goes with
it in words. Domain 7.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.looprules import BookingRules

from .declaration import Frozen, Hours, Slot, hours
from .wishes import Closed, Wish
from .words import Appointment, BookingState

DAY_S = 86_400
TO_COME = frozenset({BookingState.HELD, BookingState.BOOKED, BookingState.REOFFERED})
NAMED = 120  # half-days that a refusal names: two months of one depot


class Full(Refusal):
    """Every declared visit is taken."""


class NoTeam(Refusal):
    """The depot declared nothing there, or no team."""


class TooFar(Refusal):
    """There is a place, but no team can drive to the visit in time between what is booked."""


class HoldLapsed(Refusal):
    """The place was held until a time that has passed."""


class WrongBookingState(Refusal):
    """The booking does not stand where this may happen."""


class StaleBooking(Refusal):
    """Somebody changed the booking since the caller saw it."""


class NoSuchOffer(Invalid):
    """The booking has no offer of that number."""


class Offer(Frozen):
    """
    A free place that can be driven, and why it is offered.

    :param arrives_at: when the team is expected there, and can begin; None: offered before that was asked
    :param arrives_between: what people can be told of it: so long before and after, within what is promised
    :param extra_s: driving that the half-day's routes grow by; None: as above
    :param detour_m: what they grew by as the crow flies, of offers made before they were driven
    :param between: bookings beside it on the route
    """

    slot: Slot
    from_at: datetime  # what is promised
    to_at: datetime
    free: int  # places that were free, this one with them
    arrives_at: datetime | None = None
    arrives_between: tuple[datetime, datetime] | None = None
    extra_s: int | None = None
    detour_m: int | None = None
    between: tuple[str, ...]
    why: str


class Booking(Frozen):
    """
    A visit that was promised, or is being promised.

    :param place: which of the slot's declared visits it is; None: it takes none
    :param expires_at: until when the place is held; None: it is the customer's
    :param offers: other places; of a booking that lost its own, the first is the one that is held
    """

    id: str
    version: int
    area: str
    slot: Slot
    place: int | None = None
    state: BookingState
    appointment: Appointment
    from_at: datetime
    to_at: datetime
    start_by: datetime | None = None
    due: date | None = None
    account_no: str
    lon: float
    lat: float
    text: str = ""
    why: str
    offers: tuple[Offer, ...] = ()
    expires_at: datetime | None = None
    arrives_at: datetime | None = None  # when a team was expected there as it was promised
    arrives_between: tuple[datetime, datetime] | None = None  # what the customer can be told of it
    moved_n: int = 0  # times it was given another place without being asked (限期)
    reoffered_n: int = 0  # times it lost its place and the customer had to be asked
    rescheduled_n: int = 0  # times its customer wanted another time
    rolled_n: int = 0  # times it was not made and rolled to a later list (限期)
    missed_n: int = 0  # times nobody came as promised
    absent_n: int = 0  # times its customer was not there
    unfinished_n: int = 0  # times a team was there and did not finish
    urgent: bool = False  # 加急: it rolled too often, or its last day has come
    arrived_at: datetime | None = None  # as the team says; of the time that is promised now
    ended_at: datetime | None = None  # made, or given up because nobody was there
    off_s: int | None = None  # arrived before (negative) or after the promised window; 0: within it
    kept: bool | None = None  # arrived within the window and its tolerance
    made_by: str
    made_at: datetime
    pack: str


class Holding(Protocol):
    """Something that takes a place of a slot."""

    @property
    def id(self) -> str: ...

    @property
    def place(self) -> int | None: ...


class Stating(Protocol):
    """What is declared for a slot."""

    @property
    def teams(self) -> int: ...

    @property
    def visits(self) -> int: ...


class Stated(NamedTuple):
    """What is declared for a slot, without who said so."""

    teams: int
    visits: int


class Taken(NamedTuple):
    """A booking that takes a place, without all that it says."""

    id: str
    place: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """
    How a visit can be driven in a half-day.

    :param arrives_at: when the team is there and may begin
    :param extra_s: driving that it adds
    :param between: bookings beside it on the route
    :param anew: the half-day's routes must be made anew for it
    """

    arrives_at: datetime
    extra_s: int
    between: tuple[str, ...] = ()
    anew: bool = False


@dataclass(frozen=True, slots=True)
class NoDrive:
    """Why a visit cannot be driven in a half-day: the rule in words, and how many seconds are lacking at least."""

    rule: str
    lacks_s: int = 0

    @property
    def sentence(self) -> str:
        lacks = f",至少差 {-(-self.lacks_s // 60)} 分钟" if 0 < self.lacks_s < DAY_S else ""
        return f"{self.rule}{lacks}"


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """
    A slot as it stands.

    :param taken: what takes a place
    :param workday: somebody works that day even if the depot declared nothing
    :param drive: whether the visit that is asked for can be driven; None: not asked
    """

    slot: Slot
    depot_name: str
    declared: Stating | None
    taken: Sequence[Holding]
    workday: bool = True
    drive: Drive | NoDrive | None = None

    @property
    def free(self) -> int:
        """Places left; none where a cut has left more booked than declared."""
        return 0 if self.declared is None else max(0, self.declared.visits - len(self.taken))

    @property
    def label(self) -> str:
        return f"{self.depot_name}{self.slot.label}"


@dataclass(frozen=True, slots=True)
class HalfDay(OpenSlot):
    """A slot as it stands, with all that its bookings say."""

    taken: Sequence[Booking]


Refused = tuple[OpenSlot, Refusal]


def refusal_of(half_day: OpenSlot, *, rules: BookingRules, at: datetime) -> Refusal | None:
    """Return why a slot takes no further visit; None: it does."""
    declared, drive = half_day.declared, half_day.drive
    span = hours(rules, half_day.slot.date, half_day.slot.half)
    if at >= span.closes_at:
        return Closed(f"{half_day.label}的清单已于 {span.closes_at.astimezone(CHINA):%H:%M} 截单,请改约其他时段")
    if declared is None and not half_day.workday:
        return Closed(f"{half_day.label}是休息日,班所没有申报承载力,请改约工作日")
    if declared is None or declared.teams == 0:
        return NoTeam(f"{half_day.label}没有申报队伍,请改约其他时段,或请班所申报承载力")
    if half_day.free == 0:
        return Full(f"{half_day.label}申报的 {declared.visits} 户已约满,请改约其他时段,或请班所增加承载力")
    if isinstance(drive, NoDrive):
        return TooFar(f"{half_day.label}还有名额,但{drive.sentence},请改约其他时段,或请班所增派队伍")
    return None


def promised(wish: Wish, span: Hours) -> tuple[datetime, datetime]:
    """Return the window that is promised in a half-day: the agreed one if it lies there, else the whole half-day."""
    if wish.from_at and wish.to_at and span.begins_at <= wish.from_at and wish.to_at <= span.ends_at:
        return wish.from_at, wish.to_at
    if wish.start_by and span.begins_at < wish.start_by:
        return span.begins_at, min(span.ends_at, wish.start_by)
    return span.begins_at, span.ends_at


def refused_of(half_days: Sequence[OpenSlot], *, rules: BookingRules, at: datetime) -> list[Refused]:
    """Return the slots that take no visit, each with why."""
    return [(each, why) for each in half_days if (why := refusal_of(each, rules=rules, at=at)) is not None]


def refusal(found: Sequence[Refused]) -> Refusal:
    """Return why none of the slots takes a visit: the reason nearest to a yes, with all of them beside it."""
    if not found:
        return NoTeam("该县没有班所,不能预约;请先载入班所")
    ranks = (Full, TooFar, NoTeam, Closed)
    worst = min((why for _, why in found), key=lambda why: ranks.index(type(why)))
    return type(worst)(worst.message, refused=[named(*one) for one in found[:NAMED]], refused_n=len(found))


def named(half_day: OpenSlot, why: Refusal) -> dict[str, object]:
    """Return a half-day that takes no visit, and why, for the details of a refusal."""
    slot = half_day.slot
    where: dict[str, object] = {"depot": slot.depot, "date": slot.date.isoformat(), "half": slot.half.value}
    return where | {"code": why.code, "why": why.message}


def lowest_place(taken: Sequence[Holding]) -> int:
    """Return the first place that nobody has."""
    used = {booking.place for booking in taken}
    return next(number for number in range(1, len(used) + 2) if number not in used)


def victims_of(taken: Sequence[Booking], visits: int) -> list[Booking]:
    """
    Return who loses the place when a slot is cut: who has no word of ours yet, then 限期, 限时, 约时; the latest first.

    :param taken: bookings that take a place
    """
    too_many = max(0, len(taken) - visits)
    firm = (Appointment.BY_DATE, Appointment.WITHIN, Appointment.FIXED)
    to_come = [booking for booking in taken if booking.state in TO_COME]  # nobody loses what was made already
    by_promise = sorted(to_come, key=lambda booking: (booking.made_at, booking.id), reverse=True)
    by_promise.sort(
        key=lambda booking: (booking.state is BookingState.BOOKED, booking.urgent, firm.index(booking.appointment))
    )
    return by_promise[:too_many]
