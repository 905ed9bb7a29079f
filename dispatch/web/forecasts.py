"""How full tomorrow will be, what to declare for it, and how right that was before (承载力预测)."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.capacity.forecaststore import Kept
from dispatch.capacity.words import Half, VisitArea, VisitKind
from dispatch.desk.bookings import forecasts
from dispatch.desk.bookings.forecasts import Outlook
from dispatch.kit.errors import Invalid

from .capacity import Day, Local
from .deps import CallerOf, DeskOf, shown

router = APIRouter(tags=["capacity 承载力"])

AREA = r"^[A-Za-z0-9_-]{1,32}$"


class AreaOrDepot(Invalid):
    """Neither an area nor a depot was named, or both."""


class ForecastQuery(BaseModel):
    """Whose forecasts of which day."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(default=None, pattern=AREA, description="区域编码,含其下属班所;与 depot 二选一")
    depot: str | None = Field(default=None, pattern=AREA, description="班所编码")
    date: Day


class ForecastShown(BaseModel):
    """A half-day as it was thought to become, and as it came."""

    depot: str
    date: date
    half: Half
    kind: VisitKind
    area_class: VisitArea
    made_at: Local
    declared: int = Field(description="预测时已申报的户数")
    booked: int = Field(description="预测时已占的名额")
    expected: float = Field(description="预计截单时的户数,不超过已申报的")
    suggested: int = Field(description="建议申报的户数")
    because: str
    came: int | None = Field(description="截单时实有户数;尚未截单为空")

    @classmethod
    def of(cls, kept: Kept) -> Self:
        said = {name: getattr(kept, name) for name in cls.model_fields if name not in type(kept.slot).model_fields}
        return cls(**kept.slot.model_dump(), **said)


class ErrorsShown(BaseModel):
    """How far off the forecasts of the weeks before were, in visits for each half-day and class."""

    weeks: int = Field(description="所查日期之前的周数")
    n: int = Field(description="已截单的预测数")
    mean_error: float | None = Field(description="平均绝对误差,户")
    compared: int = Field(description="其中有上周同一天可比的预测数")
    mean_error_there: float | None = Field(description="这些预测的平均绝对误差,户")
    as_last_week: float | None = Field(description="照搬上周同一天的平均绝对误差,户")


class OutlookShown(BaseModel):
    """A day's forecasts, and what forecasts were worth before."""

    date: date
    forecasts: Sequence[ForecastShown]
    errors: ErrorsShown

    @classmethod
    def of(cls, found: Outlook) -> Self:
        said = {name: getattr(found.errors, name) for name in ErrorsShown.model_fields if name != "weeks"}
        return cls(
            date=found.day,
            forecasts=[ForecastShown.of(each) for each in found.forecasts],
            errors=ErrorsShown(weeks=found.weeks, **said),
        )


@router.get("/capacity/forecast", operation_id="read_forecast", summary="承载力预测", response_model=OutlookShown)
async def read_forecast(
    caller: Annotated[Account, CallerOf("capacity.read")], query: Annotated[ForecastQuery, Query()], desk: DeskOf
) -> Response:
    """Say how full a day's half-days will be, what to declare and why; made every afternoon for the next day."""
    code = query.depot if query.area is None else query.area
    if code is None or (query.area is not None and query.depot is not None):
        raise AreaOrDepot("请用 area 指定区域,或用 depot 指定班所,二选一", field="area")
    return shown(OutlookShown.of(await forecasts.outlook(desk, code, query.date, by=caller)))
