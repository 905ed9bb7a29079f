"""Booked visits on their day (上门): what teams report, what a repair would cost, and the indices of it all."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.capacity.booking import Booking
from dispatch.capacity.visitfigures import VisitFigure, VisitIndex
from dispatch.capacity.words import Half, VisitKind
from dispatch.desk.room import Once
from dispatch.desk.worklists import figures, taking, visiting
from dispatch.desk.worklists.taking import AtStake
from dispatch.desk.worklists.visiting import Claim
from dispatch.kit.errors import Invalid

from .bodies import In, Instant, NoNumber, Version
from .capacity import BookingId, BookingShown, Day, Local
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .errors import JSON
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["visits 上门"])

CrewId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="班组编号")]
Reporter = Annotated[Account, CallerOf("visit.report")]
OnceIn = Annotated[Once, OnceOf(required=True)]


class ArriveBody(In):
    """The team is there."""

    at: Instant | None = Field(default=None, description="实际到达时间;缺省为现在")
    version: Version | None = Field(default=None, description="所见版本;与当前不符则 409")


class FinishBody(In):
    """The work is done."""

    at: Instant | None = Field(default=None, description="实际完成时间;缺省为现在")
    result: Annotated[str, NoNumber] = Field(default="", max_length=200, description="结果,勿填电话")
    version: Version | None = Field(default=None, description="所见版本;与当前不符则 409")


class AbsentBody(In):
    """The customer is not there."""

    at: Instant | None = Field(default=None, description="实际离开时间;缺省为现在")
    reason: Annotated[str, NoNumber] = Field(min_length=1, max_length=160, description="现场情况,勿填电话")
    attempts: int = Field(default=1, ge=1, le=20, description="敲门、电话等联系客户的次数")
    version: Version | None = Field(default=None, description="所见版本;与当前不符则 409")


class HalfAPlace(Invalid):
    """Of a place only longitude or latitude was given."""


class StakesQuery(BaseModel):
    """How long a crew would be away, and where."""

    model_config = ConfigDict(extra="forbid")

    minutes: int = Field(ge=1, le=24 * 60, description="从现在到抢修结束的分钟数,含路程")
    lon: float | None = Field(default=None, ge=-180, le=180, description="抢修地点经度,WGS-84;缺省为班所")
    lat: float | None = Field(default=None, ge=-180, le=180, description="抢修地点纬度,WGS-84")

    @property
    def place(self) -> tuple[float, float] | None:
        """:raises HalfAPlace: if one of the two is missing"""
        if self.lon is not None and self.lat is not None:
            return self.lon, self.lat
        if self.lon is not None or self.lat is not None:
            missing = "lat" if self.lat is None else "lon"
            raise HalfAPlace("抢修地点须同时给出经度 lon 与纬度 lat,或都不给(按班所计)", field=missing)
        return None


class StakeShown(BaseModel):
    """A visit to come, and what would become of it."""

    booking_id: str
    account_no: str
    depot: str
    date: date
    half: Half
    kind: VisitKind
    from_at: Local = Field(description="承诺时段")
    to_at: Local
    kept: bool = Field(description="仍能按时上门")
    team: str | None = Field(description="由哪个队上门;为空则须另约")
    label: str | None = Field(description="该队名称")
    begins_at: Local | None = Field(description="届时预计开始")

    @classmethod
    def of(cls, one: AtStake) -> Self:
        stop, made, team = one.stop, one.made, one.team
        said = {name: getattr(stop, name) for name in ("booking_id", "account_no", "kind", "from_at", "to_at")}
        where = {name: getattr(made, name) for name in ("depot", "date", "half")}
        then = {"team": team.team if team else None, "label": team.label if team else None}
        return cls(**said, **where, **then, kept=team is not None, begins_at=one.begins_at)


class Stakes(BaseModel):
    """The visits to come of a crew that is named on a list."""

    visits: Sequence[StakeShown]
    hurt: int = Field(description="须改约或自动改期的户数")


class FiguresQuery(BaseModel):
    """Which area and which days are wanted."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    area: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属单位;缺省为本辖区"
    )
    from_: Day = Field(alias="from", description="首日")
    to: Day = Field(description="末日(含),最多 92 天")


class VisitFigureShown(BaseModel):
    """One index of booked work."""

    index: VisitIndex
    name: str
    value: float | None = Field(description="占比为 0 至 1;分母为零时为空")
    numerator: int
    denominator: int | None = Field(description="件数指标为空")
    population: str = Field(description="算法与统计范围")
    source: str

    @classmethod
    def of(cls, figure: VisitFigure) -> Self:
        said = {name: getattr(figure, name) for name in cls.model_fields if name != "name"}
        return cls(**said, name=figure.index.label)


class CountyFigures(BaseModel):
    """The indices of one county."""

    area: str
    figures: Sequence[VisitFigureShown]


class VisitIndices(BaseModel):
    """The indices of booked work."""

    area: str
    from_: date = Field(alias="from")
    to: date
    figures: Sequence[VisitFigureShown]
    counties: Sequence[CountyFigures] = Field(description="各县分列")


@router.post(
    "/bookings/{booking_id}/arrive", operation_id="arrive_at_visit", summary="上门到达", response_model=BookingShown
)
async def arrive(
    booking_id: BookingId,
    caller: Reporter,
    body: Annotated[ArriveBody, BodyOf(ArriveBody)],
    once: OnceIn,
    desk: DeskOf,
    now: Now,
) -> Response:
    """The team has arrived; whether that was in time is told at once."""
    claim = _claim(caller, now, body.at, body.version, once)
    return _answer(await visiting.arrive(desk, booking_id, claim), once)


@router.post(
    "/bookings/{booking_id}/finish", operation_id="finish_visit", summary="上门完成", response_model=BookingShown
)
async def finish(
    booking_id: BookingId,
    caller: Reporter,
    body: Annotated[FinishBody, BodyOf(FinishBody)],
    once: OnceIn,
    desk: DeskOf,
    now: Now,
) -> Response:
    """The work is done."""
    claim = _claim(caller, now, body.at, body.version, once, reason=body.result)
    return _answer(await visiting.finish(desk, booking_id, claim), once)


@router.post(
    "/bookings/{booking_id}/absent", operation_id="report_absent", summary="客户不在", response_model=BookingShown
)
async def absent(
    booking_id: BookingId,
    caller: Reporter,
    body: Annotated[AbsentBody, BodyOf(AbsentBody)],
    once: OnceIn,
    desk: DeskOf,
    now: Now,
) -> Response:
    """The customer is not there; a seat agrees on another time with him."""
    reason = f"{body.reason}(联系客户 {body.attempts} 次)"
    claim = _claim(caller, now, body.at, body.version, once, reason=reason)
    return _answer(await visiting.absent(desk, booking_id, claim), once)


@router.get(
    "/crews/{crew_id}/visits-at-stake",
    operation_id="read_visits_at_stake",
    summary="抽队抢修会影响的预约作业",
    response_model=Stakes,
)
async def at_stake(
    crew_id: CrewId,
    caller: Annotated[Account, CallerOf("crew.stakes")],
    query: Annotated[StakesQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Say which visits a repair would hurt; nothing is changed."""
    if (place := query.place) is not None:
        desk.locator.check_point(*place)
    found = await taking.at_stake(desk, crew_id, minutes=query.minutes, place=place, by=caller, at=now)
    visits = [StakeShown.of(one) for one in found]
    return shown(Stakes(visits=visits, hurt=sum(not one.kept for one in visits)))


@router.get("/capacity/indices", operation_id="read_visit_indices", summary="预约作业指标", response_model=VisitIndices)
async def read_indices(
    caller: Annotated[Account, CallerOf("capacity.indices")], query: Annotated[FiguresQuery, Query()], desk: DeskOf
) -> Response:
    """Return the indices of booked work of an area, with their populations."""
    found = await figures.indices(desk, query.area, query.from_, query.to, by=caller)
    counties = [CountyFigures(area=county, figures=_figures(each)) for county, each in found.counties]
    whole = _figures(found.whole)
    answer = VisitIndices(area=found.area, to=query.to, figures=whole, counties=counties, **{"from": query.from_})
    return Response(answer.model_dump_json(by_alias=True), media_type=JSON)


def _figures(found: Sequence[VisitFigure]) -> list[VisitFigureShown]:
    return [VisitFigureShown.of(each) for each in found]


def _claim(
    by: Account, now: datetime, at: datetime | None, version: int | None, once: Once, *, reason: str = ""
) -> Claim:
    return Claim(by=by, at=now, claimed_at=at, reason=reason, version=version, once=once)


def _answer(made: Booking, once: Once) -> Response:
    return shown(BookingShown.of(made), headers=REPLAYED if once.replayed else None)
