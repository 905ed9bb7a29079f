"""Declared capacity (承载力) and booked visits (预约作业): declared by depots, booked by seats and dispatchers."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Query, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from dispatch.accounts.model import Account
from dispatch.capacity.booking import Booking, Offer
from dispatch.capacity.declaration import Declaration
from dispatch.capacity.wishes import Wish
from dispatch.capacity.words import Appointment, BookingState, Half, VisitArea, VisitKind
from dispatch.desk.bookings import booking, capacity
from dispatch.desk.bookings.booking import NewBooking, Said
from dispatch.desk.bookings.capacity import NewDeclaration, SlotLoad
from dispatch.desk.room import Once
from dispatch.kit.clock import CHINA
from dispatch.notify.phones import NUMBER
from dispatch.tickets.facts import Code

from .bodies import In, Instant, NoNumber, Point, Version
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["capacity 承载力"])

DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


def _written_out(value: object) -> object:
    """Read only ``2026-07-01``: pydantic would take numbers, and instants at midnight."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not DAY.match(value):
        raise PydanticCustomError("date_from_datetime_parsing", "not a day")
    return value


Day = Annotated[date, Field(strict=False, ge=EARLIEST, le=LATEST), BeforeValidator(_written_out)]
Local = Annotated[datetime, AfterValidator(lambda at: at.astimezone(CHINA))]  # said in the time of China, +08:00
BookingId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="预约编号")]
MaybeOnce = Annotated[Once | None, OnceOf()]


class DeclarationLine(In):
    """One half-day, for one kind of visit, in town or country."""

    date: Day = Field(description="日期(北京时间)")
    half: Half
    kind: VisitKind
    area_class: VisitArea
    teams: int = Field(ge=0, le=1000, description="队伍数")
    visits: int = Field(ge=0, le=10_000, description="可约户数")
    version: int | None = Field(default=None, ge=0, le=2**31 - 1, description="所见版本,0 为尚未申报;不符则 409")


class DeclarationBody(In):
    """What a depot can do; all lines or none."""

    depot: Code = Field(description="班所编码")
    lines: list[DeclarationLine] = Field(min_length=1, max_length=500)
    reason: str = Field(default="", max_length=200, description="原因;有户因此失去名额时必填")


class BookingBody(In):
    """A visit that a customer wants, and the kind of promise."""

    account_no: Code = Field(description="户号或客户编号")
    kind: VisitKind
    area_class: VisitArea
    appointment: Appointment = Field(
        description="fixed 约时填 from_at、to_at;within 限时填 start_by;by_date 限期填 due"
    )
    place: Point = Field(description="作业地点,WGS-84")
    area: Code | None = Field(default=None, description="县;缺省为班所所属县")
    depot: Code | None = Field(default=None, description="只约该班所;缺省为全县各班所")
    from_at: Instant | None = None
    to_at: Instant | None = None
    start_by: Instant | None = Field(default=None, description="最迟开始时间")
    due: Day | None = Field(default=None, description="最迟完成日期")
    phone: str | None = Field(
        default=None,
        pattern=f"^{NUMBER}$",
        max_length=20,
        description="客户电话,改约时短信告知;缺省用其在办服务工单的电话",
    )
    text: Annotated[str, NoNumber] = Field(default="", max_length=200, description="说明,勿填电话")


class ConfirmBody(In):
    """What the customer agrees to."""

    offer: int | None = Field(
        default=None, ge=0, le=100, description="客户所选时段在 offers 中的序号,从 0 数起;改约时必填"
    )
    version: Version | None = Field(default=None, description="所见版本;与当前不符则 409")


class CancelBody(In):
    """Why the visit is not wanted any more."""

    reason: str = Field(min_length=1, max_length=200, description="取消原因")
    version: Version | None = Field(default=None, description="所见版本;与当前不符则 409")


class OfferShown(BaseModel):
    """A free place, and why it is offered."""

    depot: str
    date: date
    half: Half
    from_at: Local
    to_at: Local
    free: int = Field(description="提供时的空闲名额")
    arrives_at: Local | None = Field(description="预计到达;早先按直线提供的为空")
    arrives_between: tuple[Local, Local] | None = Field(description="可告知客户的到达时段")
    extra_min: float | None = Field(description="该半日路线为此多行车的分钟数;早先按直线提供的为空")
    why: str

    @classmethod
    def of(cls, offer: Offer) -> Self:
        said = {
            name: getattr(offer, name) for name in ("from_at", "to_at", "free", "arrives_at", "arrives_between", "why")
        }
        extra_min = None if offer.extra_s is None else round(offer.extra_s / 60, 1)
        slot = offer.slot
        return cls(depot=slot.depot, date=slot.date, half=slot.half, extra_min=extra_min, **said)


class BookingShown(BaseModel):
    """A booked visit; the customer's telephone is not kept with it."""

    id: str
    version: int
    area: str
    depot: str
    date: date
    half: Half
    kind: VisitKind
    area_class: VisitArea
    appointment: Appointment
    state: BookingState
    from_at: Local = Field(description="承诺时段,北京时间")
    to_at: Local
    arrives_at: Local | None = Field(description="承诺时预计到达的时刻")
    arrives_between: tuple[Local, Local] | None = Field(description="可告知客户的到达时段")
    start_by: Local | None
    due: Day | None
    account_no: str
    lon: float
    lat: float
    text: str
    why: str = Field(description="为何是这个时段")
    offers: Sequence[OfferShown] = Field(description="其他可选时段;待改约时第 0 个已为客户占位到 expires_at")
    has_place: bool = Field(description="占有名额")
    expires_at: Local | None = Field(description="占位到何时;已约为空")
    moved_n: int = Field(description="自动改期次数(限期)")
    reoffered_n: int = Field(description="失去名额、须问客户的次数")
    rescheduled_n: int = Field(description="应客户要求改约的次数")
    rolled_n: int = Field(description="未完成而结转的次数(限期)")
    missed_n: int = Field(description="爽约次数")
    absent_n: int = Field(description="客户不在的次数")
    urgent: bool = Field(description="加急:结转过多,或已到期限")
    arrived_at: Local | None = Field(description="到达时间,按队伍所报")
    ended_at: Local | None = Field(description="完成,或因客户不在而结束的时间")
    off_s: int | None = Field(description="早到(负)或晚到(正)于承诺时段的秒数;0 为在时段内")
    kept: bool | None = Field(description="按时到达(承诺时段前后容差之内)")
    made_by: str
    made_at: Local

    @classmethod
    def of(cls, made: Booking) -> Self:
        slot = made.slot
        derived = {*type(slot).model_fields, "offers", "has_place"}
        said: dict[str, Any] = {name: getattr(made, name) for name in cls.model_fields if name not in derived}
        offers = [OfferShown.of(offer) for offer in made.offers]
        return cls(**said, **slot.model_dump(), offers=offers, has_place=made.place is not None)


class DeclarationShown(BaseModel):
    """What holds for a half-day."""

    date: date
    half: Half
    kind: VisitKind
    area_class: VisitArea
    teams: int
    visits: int
    version: int
    declared_by: str
    declared_at: Local
    reason: str
    displaced: int = Field(description="这一版使多少户失去名额")
    inherited: bool = Field(description="逾期未申报,由系统沿用往周同一天;班所申报后为 false")

    @classmethod
    def of(cls, declaration: Declaration) -> Self:
        said = declaration.model_dump(exclude={"slot"}) | declaration.slot.model_dump(exclude={"depot"})
        return cls(**said)


class DeclaredShown(BaseModel):
    """What was declared, and whom it displaced."""

    depot: str
    declarations: Sequence[DeclarationShown]
    moved: Sequence[BookingShown] = Field(description="已自动改期的限期作业")
    reoffered: Sequence[BookingShown] = Field(description="须联系客户改约的作业")


class SlotShown(DeclarationShown):
    """A half-day: declared, taken, free, and every version."""

    booked: int
    held: int = Field(description="占位中,含为待改约客户保留的名额")
    free: int
    changes: Sequence[DeclarationShown] = Field(description="各版申报,先旧后新")

    @classmethod
    def with_load(cls, load: SlotLoad) -> Self:
        said = DeclarationShown.of(load.declaration).model_dump()
        changes = [DeclarationShown.of(change) for change in load.changes]
        return cls(**said, booked=load.booked, held=load.held, free=load.free, changes=changes)


class RepairsShown(BaseModel):
    """What a depot can do of repairs at a time."""

    jobs: int | None = Field(description="申报的抢修承载力:同时在手的抢修单数;未申报为空,不限")
    open: int = Field(description="现在手的抢修单数")


class CapacityShown(BaseModel):
    """A depot's half-days, the earliest first, and its repairs now."""

    depot: str
    slots: Sequence[SlotShown]
    repairs: RepairsShown = Field(description="抢修承载力,与预约名额分开")


class CapacityQuery(BaseModel):
    """Which depot and which days are wanted."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    depot: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="班所编码")
    from_: Day = Field(alias="from", description="首日")
    to: Day = Field(description="末日(含)")


class BookingQuery(BaseModel):
    """Which depot and which day is wanted."""

    model_config = ConfigDict(extra="forbid")

    depot: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="班所编码")
    date: Day


class BookingContact(BaseModel):
    """The customer's number."""

    phone: str | None = Field(description="没有登记时为空")


class BookingList(BaseModel):
    """A depot's bookings of a day, those that ended too."""

    bookings: Sequence[BookingShown]


@router.post(
    "/capacity/declarations",
    operation_id="declare_capacity",
    summary="申报承载力",
    status_code=201,
    response_model=DeclaredShown,
)
async def declare(
    caller: Annotated[Account, CallerOf("capacity.declare")],
    body: Annotated[DeclarationBody, BodyOf(DeclarationBody)],
    once: Annotated[Once, OnceOf(required=True)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Declare half-days; a cut below what is booked moves or re-offers the visits at once."""
    lines = [NewDeclaration(**line.model_dump()) for line in body.lines]
    made = await capacity.declare(desk, body.depot, lines, reason=body.reason, by=caller, at=now, once=once)
    answer = DeclaredShown(
        depot=body.depot,
        declarations=[DeclarationShown.of(each) for each in made.declarations],
        moved=[BookingShown.of(each) for each in made.moved],
        reoffered=[BookingShown.of(each) for each in made.reoffered],
    )
    return shown(answer, status=201, headers=REPLAYED if once.replayed else None)


@router.get("/capacity", operation_id="read_capacity", summary="承载力与预约情况", response_model=CapacityShown)
async def read_capacity(
    caller: Annotated[Account, CallerOf("capacity.read")],
    query: Annotated[CapacityQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Say what a depot declared, what is taken and what is free."""
    loads = await capacity.capacity_of(desk, query.depot, query.from_, query.to, by=caller, at=now)
    held = await capacity.repairs_of(desk, query.depot, by=caller)
    repairs = RepairsShown(jobs=held.jobs, open=held.open)
    return shown(CapacityShown(depot=query.depot, slots=[SlotShown.with_load(load) for load in loads], repairs=repairs))


@router.post("/bookings", operation_id="book_visit", summary="预约", status_code=201, response_model=BookingShown)
async def book(
    caller: Annotated[Account, CallerOf("booking.make")],
    body: Annotated[BookingBody, BodyOf(BookingBody)],
    once: Annotated[Once, OnceOf(required=True)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Hold the best free place while the customer decides."""
    lon, lat = body.place.wgs84()
    said = {name: getattr(body, name) for name in ("kind", "area_class", "appointment", "from_at", "to_at")}
    wish = Wish(**said, start_by=body.start_by, due=body.due, lon=lon, lat=lat)
    who = {name: getattr(body, name) for name in ("account_no", "area", "depot", "text", "phone")}
    new = NewBooking(wish=wish, **who)
    made = await booking.book(desk, new, by=caller, at=now, once=once)
    return shown(BookingShown.of(made), status=201, headers=REPLAYED if once.replayed else None)


@router.post(
    "/bookings/{booking_id}/confirm", operation_id="confirm_booking", summary="确认预约", response_model=BookingShown
)
async def confirm(
    booking_id: BookingId,
    caller: Annotated[Account, CallerOf("booking.make")],
    body: Annotated[ConfirmBody, BodyOf(ConfirmBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """The customer agrees to the place that is held, or to one of the offers."""
    said = Said(by=caller, at=now, version=body.version, once=once)
    return _answer(await booking.confirm(desk, booking_id, offer=body.offer, said=said), once)


@router.post(
    "/bookings/{booking_id}/cancel", operation_id="cancel_booking", summary="取消预约", response_model=BookingShown
)
async def cancel(
    booking_id: BookingId,
    caller: Annotated[Account, CallerOf("booking.make")],
    body: Annotated[CancelBody, BodyOf(CancelBody)],
    once: MaybeOnce,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Give the place back."""
    said = Said(by=caller, at=now, version=body.version, once=once)
    return _answer(await booking.cancel(desk, booking_id, reason=body.reason, said=said), once)


@router.get("/bookings", operation_id="list_bookings", summary="预约清单", response_model=BookingList)
async def list_bookings(
    caller: Annotated[Account, CallerOf("booking.read")],
    query: Annotated[BookingQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """List a depot's bookings of a day."""
    found = await booking.bookings_of(desk, query.depot, query.date, by=caller, at=now)
    return shown(BookingList(bookings=[BookingShown.of(each) for each in found]))


@router.get(
    "/bookings/{booking_id}/contact",
    operation_id="read_booking_contact",
    summary="查看预约客户电话",
    response_model=BookingContact,
)
async def read_contact(
    booking_id: BookingId, caller: Annotated[Account, CallerOf("booking.contact")], desk: DeskOf, now: Now
) -> Response:
    """Return the customer's number; who looked is kept."""
    phone = await booking.contact(desk, booking_id, by=caller, at=now)
    return shown(BookingContact(phone=phone), headers={"Cache-Control": "no-store"})


def _answer(made: Booking, once: Once | None) -> Response:
    return shown(BookingShown.of(made), headers=REPLAYED if once is not None and once.replayed else None)
