"""Why a booked visit stands where it stands, why its customer cannot have what he wanted, and what would help."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity import course, store
from dispatch.capacity.booking import Booking, Offer, named, refused_of
from dispatch.capacity.store import Line, NoSuchBooking
from dispatch.capacity.wishes import Closed, OutsideHours, slots_of
from dispatch.capacity.words import BookingStep
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection

from .finding import Question, find
from .halfdays import rules_of, wish_of
from .helping import Help, helps_of
from .pauses import free_from

WANTED = (BookingStep.HELD, BookingStep.RESCHEDULED)  # steps that say what the customer wants
STANDS = """
SELECT team, position, begins_at, drive_s,
       (SELECT count(*) FROM visit_stop AS other WHERE other.team = stop.team AND other.date = stop.date
           AND other.half = stop.half) AS stops
FROM visit_stop AS stop JOIN booking ON booking.id = stop.booking_id AND booking.depot = stop.depot
    AND booking.date = stop.date AND booking.half = stop.half
WHERE stop.booking_id = $1
"""


@dataclass(frozen=True, slots=True)
class Stands:
    """
    Where a visit stands on the live routes.

    :param number: on its team's route, from 1; of how many
    """

    team: str
    number: int
    of: int
    begins_at: datetime
    drive_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """
    :param stands: on which route; None: on none
    :param steps: what happened to it, in order
    :param refused: half-days that cannot give what was wanted at first, each with why
    :param offers: the best half-days that can
    :param helps: what would help if none can, the smallest first
    """

    booking: Booking
    stands: Stands | None
    steps: Sequence[Line]
    refused: Sequence[Mapping[str, object]] = ()
    offers: Sequence[Offer] = ()
    helps: Sequence[Help] = ()


async def why(desk: Desk, booking_id: str, *, by: Account, at: datetime) -> Why:
    """
    Return why a visit stands where it stands. What it tries on the routes is not kept.

    :raises NoSuchBooking: if there is none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        trial = connection.transaction()
        await trial.start()
        try:
            return await _why(connection, desk, booking_id, by=by, at=at)
        finally:
            await trial.rollback()


async def _why(tx: Connection, desk: Desk, booking_id: str, *, by: Account, at: datetime) -> Why:
    found = await store.load(tx, booking_id)
    depot = found.slot.depot
    if not rights.allowed(by, "booking.read", area=found.area, depot=depot, covers=desk.areas.covers):
        raise NoSuchBooking("没有这个预约,或不在您的查看范围内;请核对编号")
    await store.turn(tx, found.area, at=at)
    booking, steps = course.as_of(await store.load(tx, booking_id), at), await store.log(tx, booking_id)
    row = await tx.fetchrow(STANDS, booking_id)
    stands = Stands(row["team"], row["position"] + 1, row["stops"], row["begins_at"], row["drive_s"]) if row else None
    if not (booking.moved_n or booking.reoffered_n):
        return Why(booking=booking, stands=stands, steps=steps)
    question = await _wanted(tx, desk, steps, at=at)
    if question is None:
        return Why(booking=booking, stands=stands, steps=steps)
    answer = await find(tx, desk, question)
    no = refused_of(answer.days, rules=rules_of(desk.pack), at=at)
    helps = [] if answer.ranked else await helps_of(tx, desk, question, no)
    refused, some = [named(*one) for one in no], answer.ranked[: rules_of(desk.pack).offers.value]
    return Why(booking=booking, stands=stands, steps=steps, refused=refused, offers=some, helps=helps)


async def _wanted(tx: Connection, desk: Desk, steps: Sequence[Line], *, at: datetime) -> Question | None:
    """Return what the customer wanted last before we changed it, asked anew; None: its time is over."""
    said = [line.booking for line in steps if line.step in WANTED][-1]
    free_at = await free_from(tx, desk, said.area, at)
    try:
        slots = slots_of(wish_of(said), desk.areas.depots(said.area), rules=rules_of(desk.pack), at=free_at)
    except (Closed, OutsideHours):
        return None
    return Question(wish=wish_of(said), slots=slots, at=at, without=(said.id,))
