"""Another time for a booked visit (改约), and why it has the one it has."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.capacity.words import Appointment, BookingStep, Half
from dispatch.desk.bookings import rescheduling, whys
from dispatch.desk.bookings.booking import Said
from dispatch.desk.bookings.helping import Help, Remedy
from dispatch.desk.bookings.rescheduling import When
from dispatch.desk.bookings.whys import Stands, Why

from .bodies import In, Instant, Version
from .capacity import BookingId, BookingShown, Day, Local, MaybeOnce, OfferShown
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED

router = APIRouter(tags=["capacity 承载力"])


class RescheduleBody(In):
    """When the customer wants the visit instead; kind of work and place stay."""

    appointment: Appointment = Field(
        description="fixed 约时填 from_at、to_at;within 限时填 start_by;by_date 限期填 due"
    )
    from_at: Instant | None = None
    to_at: Instant | None = None
    start_by: Instant | None = Field(default=None, description="最迟开始时间")
    due: Day | None = Field(default=None, description="最迟完成日期")
    reason: str = Field(default="", max_length=200, description="客户改约的原因")
    version: Version | None = Field(default=None, description="所见版本;与当前不符则 409")


class StandsShown(BaseModel):
    """Where a visit stands on the live routes."""

    team: str = Field(description="班所/类别/城乡/队号")
    number: int = Field(description="该队第几户")
    of: int = Field(description="该队共几户")
    begins_at: Local = Field(description="预计开始作业")
    drive_min: float = Field(description="从上一户或班所到此的行车分钟数")

    @classmethod
    def of_stop(cls, stands: Stands) -> Self:
        drive_min = round(stands.drive_s / 60, 1)
        said = {"team": stands.team, "number": stands.number, "of": stands.of, "begins_at": stands.begins_at}
        return cls(**said, drive_min=drive_min)


class StepShown(BaseModel):
    """A line of a booking's log."""

    step: BookingStep
    at: Local
    by: str
    reason: str
    depot: str
    date: date
    half: Half
    has_place: bool


class RefusedShown(BaseModel):
    """A half-day that cannot keep the wish."""

    depot: str
    date: date
    half: Half
    code: str = Field(description="Full 已约满、NoTeam 无队伍、TooFar 赶不到、Closed 已截单或休息日")
    why: str


class HelpShown(BaseModel):
    """What would help; tried on the live routes before it is said."""

    kind: Remedy
    say: str
    depot: str
    date: date
    half: Half
    more: int = Field(description="增报的户数、增派的队数,或时段放宽的分钟数")
    arrives_at: Local = Field(description="那时预计到达")

    @classmethod
    def of(cls, one: Help) -> Self:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class BookingWhyShown(BaseModel):
    """Why a booked visit stands where it stands."""

    booking: BookingShown
    stands: StandsShown | None = Field(description="现在排在哪一队的路线上;不占名额为空")
    steps: Sequence[StepShown] = Field(description="经过,先旧后新")
    refused: Sequence[RefusedShown] = Field(description="被改期的:客户原来要的各半日现在为何不行")
    offers: Sequence[OfferShown] = Field(description="被改期的:现在可以满足原来要求的半日")
    helps: Sequence[HelpShown] = Field(description="若都不行,怎样可以,代价最小的在前;每一项都已试排")

    @classmethod
    def of(cls, found: Why) -> Self:
        steps = [
            StepShown(
                step=line.step, at=line.at, by=line.by, reason=line.reason, depot=line.booking.slot.depot,
                date=line.booking.slot.date, half=line.booking.slot.half, has_place=line.booking.place is not None,
            )
            for line in found.steps
        ]  # fmt: skip
        return cls(
            booking=BookingShown.of(found.booking),
            stands=StandsShown.of_stop(found.stands) if found.stands else None,
            steps=steps,
            refused=[RefusedShown.model_validate(one) for one in found.refused],
            offers=[OfferShown.of(offer) for offer in found.offers],
            helps=[HelpShown.of(one) for one in found.helps],
        )


@router.post(
    "/bookings/{booking_id}/reschedule", operation_id="reschedule_booking", summary="改约", response_model=BookingShown
)
async def reschedule(
    booking_id: BookingId,
    caller: Annotated[Account, CallerOf("booking.make")],
    body: Annotated[RescheduleBody, BodyOf(RescheduleBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Give a booked visit another time; if there is none the booking stays as it is."""
    when = When(**body.model_dump(exclude={"reason", "version"}))
    said = Said(by=caller, at=now, version=body.version, once=once)
    made = await rescheduling.reschedule(desk, booking_id, when, reason=body.reason, said=said)
    return shown(BookingShown.of(made), headers=REPLAYED if once is not None and once.replayed else None)


@router.get(
    "/bookings/{booking_id}/why",
    operation_id="read_booking_why",
    summary="预约为何如此",
    response_model=BookingWhyShown,
)
async def read_why(
    booking_id: BookingId, caller: Annotated[Account, CallerOf("booking.read")], desk: DeskOf, now: Now
) -> Response:
    """Say where a visit stands, and of one that was moved or re-offered what would have kept it."""
    return shown(BookingWhyShown.of(await whys.why(desk, booking_id, by=caller, at=now)))
