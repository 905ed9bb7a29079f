"""
What a team says of a visit (到达、完成、客户不在): two reports, or one. By its crew's own telephone, by its depot's
leader, or by the county's dispatcher who was told. Domain 7.1; the time is that which the team claims.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity import course, lists, store
from dispatch.capacity.booking import Booking
from dispatch.capacity.store import NoSuchBooking
from dispatch.capacity.words import BookingState, BookingStep
from dispatch.capacity.worklist import ListedTeam, Worklist
from dispatch.desk import idempotency
from dispatch.desk.room import Desk, Once
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal
from dispatch.notify import texts

AHEAD = timedelta(minutes=2)  # as in packs without field reports; domain 2.3


class NotListed(Refusal):
    """The visit stands on no list that is frozen and not closed."""


class BadClaim(Invalid):
    """The time that is claimed cannot be."""


class NotArrived(Refusal):
    """It was not said that the team arrived."""


class TooEarlyToTell(Refusal):
    """Before the promised time nobody can be absent."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """
    What somebody reports.

    :param claimed_at: when it happened; None: now
    :param reason: what is said beside it
    """

    by: Account
    at: datetime
    claimed_at: datetime | None = None
    reason: str = ""
    version: int | None = None
    once: Once | None = None


async def arrive(desk: Desk, booking_id: str, claim: Claim) -> Booking:
    """
    The team is there.

    :raises NoSuchBooking, Forbidden: by whom
    :raises NotListed, StaleBooking, WrongBookingState: where it stands
    :raises BadClaim: a time of the future, or before the visit's day
    """
    return await _report(desk, booking_id, BookingStep.ARRIVED, claim)


async def finish(desk: Desk, booking_id: str, claim: Claim) -> Booking:
    """
    The work is done.

    :raises NotArrived: if nobody said that the team arrived; all else as ``arrive``
    """
    return await _report(desk, booking_id, BookingStep.DONE, claim)


async def absent(desk: Desk, booking_id: str, claim: Claim) -> Booking:
    """
    The customer is not there; that the team arrived goes without saying.

    :raises TooEarlyToTell: before the time that he was promised; all else as ``arrive``
    """
    return await _report(desk, booking_id, BookingStep.ABSENT, claim)


async def _report(desk: Desk, booking_id: str, step: BookingStep, claim: Claim) -> Booking:
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, claim.by, claim.once)) is not None:
            return Booking.model_validate_json(first)
        found = await store.load(tx, booking_id)
        await store.turn(tx, found.area, at=claim.at)
        booking = await store.load(tx, booking_id)
        await _permit(tx, desk, booking, claim.by)
        check_order(booking, step, seen=claim.version)
        happened_at = check_claim(desk, booking, claim)
        made = await _written(tx, desk, booking, step, claim, happened_at)
        await idempotency.remember(tx, claim.by, claim.once, made.model_dump_json(exclude_none=True))
    return made


async def _permit(tx: Connection, desk: Desk, booking: Booking, by: Account) -> None:
    """Refuse who has nothing to do with the visit, and a visit that stands on no list yet or any more."""
    made, team = await listed(tx, booking)
    depot = made.depot if made else booking.slot.depot
    crew_id = team.crew_id if team else None
    reach = {"area": booking.area, "depot": depot, "crew_id": crew_id}
    if not rights.allowed(by, "visit.report", **reach, covers=desk.areas.covers):
        raise NoSuchBooking("没有这个预约,或不在您的查看范围内;请核对编号")
    if made is None and booking.state in (BookingState.BOOKED, BookingState.ARRIVED):
        slot = booking.slot
        raise NotListed(f"{slot.label}的派工清单尚未生成,不能报到达;请在截单之后再报,或核对预约是否已改期")


async def listed(connection: Connection, booking: Booking) -> tuple[Worklist | None, ListedTeam | None]:
    """Return the list on which a booking stands, and the team that makes it; of pooled depots another's perhaps."""
    slot = booking.slot
    made = await lists.of_county(connection, booking.area, slot.date, slot.half)
    for one in made:
        for team in one.teams:
            if any(stop.booking_id == booking.id for stop in team.stops):
                return one, team
    return next((one for one in made if one.depot == slot.depot), None), None


def check_order(booking: Booking, step: BookingStep, *, seen: int | None) -> None:
    """:raises NotArrived, StaleBooking, HoldLapsed, WrongBookingState: if the step may not be taken now"""
    if step is BookingStep.DONE and booking.state is BookingState.BOOKED and seen in (None, booking.version):
        raise NotArrived("该户还没有报到达,不能报完成;请先报到达", field="booking_id")
    course.check(booking, step, seen=seen)


def check_claim(desk: Desk, booking: Booking, claim: Claim) -> datetime:
    """
    Return when it happened; a telephone's clock may be a little fast.

    :raises BadClaim: a time of the future, before the visit's day, or before what was reported already
    """
    happened_at, rules = claim.claimed_at or claim.at, desk.pack.field_reports
    ahead = rules.clock_ahead.duration if rules else AHEAD
    if happened_at > claim.at + ahead:
        raise BadClaim("所报时间 at 晚于现在,请核对手机时钟后重报", field="at")
    happened_at = min(happened_at, claim.at)
    if happened_at.astimezone(CHINA).date() < booking.slot.date:
        raise BadClaim(f"所报时间 at 早于作业日 {booking.slot.date:%m月%d日};请改正,或核对预约是否已改期", field="at")
    if booking.arrived_at is not None and happened_at < booking.arrived_at:
        raise BadClaim(f"所报时间 at 早于到达 {booking.arrived_at.astimezone(CHINA):%H:%M},请改正", field="at")
    return happened_at


async def _written(
    tx: Connection, desk: Desk, booking: Booking, step: BookingStep, claim: Claim, happened_at: datetime
) -> Booking:
    async def write(after: Booking, step: BookingStep) -> Booking:
        return await store.append(tx, after, step, by=claim.by.id, at=claim.at, reason=claim.reason)

    tolerance = desk.pack.lists.tolerance.duration
    if step is BookingStep.DONE:
        return await write(course.done(booking, happened_at), step)
    if step is BookingStep.ABSENT and happened_at < booking.from_at - tolerance:
        from_at = booking.from_at.astimezone(CHINA)
        raise TooEarlyToTell(f"与客户约定的时段 {from_at:%m月%d日%H:%M} 未到,不能报客户不在;请在时段内上门", field="at")
    if booking.state is BookingState.BOOKED:
        await texts.drop_of_booking(tx, booking.id)  # what he was still to be told about this visit
        booking = await write(course.arrived(booking, happened_at, tolerance), BookingStep.ARRIVED)
    if step is BookingStep.ARRIVED:
        return booking
    return await write(course.absent(booking, happened_at), step)
