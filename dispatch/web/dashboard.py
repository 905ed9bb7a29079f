"""指挥看板: the figures of an area's day, counted once for all who look within five seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.dashboard.counting import BIN_MIN
from dispatch.desk.dashboard.picture import Picture, Pictures
from dispatch.places.areas import AreaLevel
from dispatch.tickets.indices import SATISFIED_AIM
from dispatch.tickets.words import AreaClass

from .deps import CallerOf, DeskOf, Now, shown

router = APIRouter(tags=["dashboard 看板"])

TARGETS = {"satisfied": SATISFIED_AIM}  # shares; the other figures have no target that a source tells


class DashboardQuery(BaseModel):
    """Which picture is wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码;缺省为本辖区")
    day: date | None = Field(default=None, alias="date", description="受理日(北京时间);缺省为今天")


class TallyShown(BaseModel):
    """
    One area's day: repairs that were reported on it, running or ended; and those that had not ended at ``at``.

    What runs is not judged yet: a limit counts as kept until it breaks. 指标 (`/indices`) judges what has ended.
    """

    reported: int = Field(description="当日受理的报修(含副单,不含草稿、取消与咨询)")
    open: int = Field(description="截至时刻未办结的工单,不论何日受理;往日为当日 24 时未办结的")
    waiting: int = Field(description="其中尚未派出班组的,不含副单")
    accepted: int = Field(description="当日受理中已接单的")
    accepted_in_time: int = Field(description="其中接单未超时的(含在办,未评价)")
    arrived: int = Field(description="当日受理中已到达现场的")
    arrived_in_time: int = Field(description="其中到场未超时的(含在办,未评价);补报证明未超时的也计入")
    arrive_broken: int = Field(description="当日受理中到场时限已超的,含尚未到场的")
    restored: int = Field(description="当日受理中已复电的")
    overdue: int = Field(description="未办结中有时限已超的;标记以查询时为准")
    chased: int = Field(description="未办结中被催办过的;标记以查询时为准")
    supervised: int = Field(description="未办结中在督办的;标记以查询时为准")
    lent: int = Field(description="当日向外县借用班组的派工次数(跨界台账)")
    saved_s: int = Field(description="这些派工比原辖区规则早到合计,秒;可为负(跨界台账)")
    arrive_min: float | None = Field(description="平均到场用时(自受理,不含副单和约时),分")
    restore_min: float | None = Field(description="平均复电用时(自受理,不含副单),分")
    satisfied: int = Field(description="回访满意")
    answered: int = Field(description="回访得到答复")


class PartShown(BaseModel):
    """One area below."""

    code: str
    name: str
    level: AreaLevel
    tally: TallyShown


class StepShown(BaseModel):
    """One step of the on-time funnel."""

    step: str = Field(description="reported, accepted, dispatched, arrived, restored, replied, closed")
    n: int = Field(description="已走到这一步的")
    in_time: int | None = Field(description="其中该步时限未超的;没有时限的步为空")


class CellShown(BaseModel):
    """Arrivals by the hour of the report and the area class."""

    area_class: AreaClass
    from_hour: int = Field(description="受理时刻所在四小时段的起点")
    n: int
    mean_min: float | None = Field(description="平均到场用时,分;没有时为空")


class FullShown(BaseModel):
    """A depot's declared and booked visits of the day."""

    depot: str
    name: str
    declared: int = Field(description="申报承载力,户次")
    booked: int = Field(description="已约")


class BorderShown(BaseModel):
    """Help across a county border."""

    lender: str
    borrower: str
    n: int = Field(description="派工次数")
    saved_s: int = Field(description="早到合计,秒")


class AlertShown(BaseModel):
    """A ticket that somebody should look at."""

    ticket_id: str
    ticket_no: str
    area: str
    symptom: str
    what: str = Field(description="overdue 超时,ending 将超时,supervised 督办,chased 催办")
    limit: str | None = Field(description="最近的时限")
    due_at: datetime | None
    chased_n: int


class DashboardShown(BaseModel):
    """Everything on the dashboard."""

    area: str
    name: str
    level: AreaLevel
    date: date
    at: datetime = Field(description="截至时刻")
    now: TallyShown
    before: TallyShown = Field(description="前一日截至同一时刻的;查往日时为前一日全天")
    targets: Mapping[str, float] = Field(description="目标,占比;没有依据的不列")
    parts: Sequence[PartShown] = Field(description="下一级区域")
    counties: Sequence[PartShown] = Field(description="辖内各县,用于地图")
    funnel: Sequence[StepShown]
    came: Sequence[int] = Field(description="当日各小时受理数")
    went: Sequence[int] = Field(description="当日各小时复电数")
    bin_min: int = Field(description="到场用时分布的组距,分")
    spread: Mapping[AreaClass, Sequence[int]] = Field(description="到场用时分布:各组件数,末组为其余")
    heat: Sequence[CellShown]
    capacity: Sequence[FullShown]
    borders: Sequence[BorderShown] = Field(description="当日跨界派工,借出或借入一方在辖内(跨界台账)")
    alerts: Sequence[AlertShown] = Field(description="需要关注的工单,最急的在前;查往日时为空")


@router.get("/dashboard", operation_id="read_dashboard", summary="指挥看板", response_model=DashboardShown)
async def read_dashboard(
    request: Request,
    caller: Annotated[Account, CallerOf("dashboard.read")],
    query: Annotated[DashboardQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Show the figures of an area's day, at most five seconds old."""
    pictures: Pictures = request.app.state.pictures
    return shown(_shown(await pictures.picture(desk, query.area, query.day, by=caller, at=now)))


def _shown(picture: Picture) -> DashboardShown:
    said: dict[str, Any] = asdict(picture)
    return DashboardShown(date=said.pop("day"), targets=TARGETS, bin_min=BIN_MIN, **said)
