"""Bad-weather orders (恶劣天气令), and the reports on a disaster that they and storms make due."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.room import Once
from dispatch.desk.storm import disasters, weather
from dispatch.desk.storm.disasters import DisasterCause, DisasterReportKind
from dispatch.tickets.facts import Code

from .bodies import In, Instant
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["weather 恶劣天气"])

OrderId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="恶劣天气令编号")]
ReportId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="灾害报告编号")]
AREA = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码;缺省为本辖区")


class OrderBody(In):
    """Where, when, and why."""

    area: Code = Field(description="区域编码,含其下属单位")
    from_at: Instant = Field(description="开始时间")
    to_at: Instant = Field(description="结束时间,不含")
    reason: str = Field(min_length=2, max_length=200, description="原因,例如 台风红色预警")
    text: str = Field(default="", max_length=2000, description="全文")


class OrderShown(BaseModel):
    """One order."""

    id: str
    area: str
    from_at: datetime
    to_at: datetime
    reason: str
    text: str
    issuer: str
    issued_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None


class OrderList(BaseModel):
    """Orders, the one that begins last first."""

    orders: Sequence[OrderShown]


class OrderQuery(BaseModel):
    """Which orders are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    in_force: bool = Field(default=False, description="只列此刻有效的")
    limit: int = Field(default=100, ge=1, le=500, description="最多几条")


class ReportShown(BaseModel):
    """A report that is or was due."""

    id: str
    cause: DisasterCause
    cause_id: str
    area: str
    kind: DisasterReportKind
    begun_at: datetime = Field(description="灾害开始时间")
    due_at: datetime
    overdue_at: datetime | None = Field(description="系统标记超时的时间")
    sent_at: datetime | None
    sent_by: str | None
    text: str | None = Field(description="报送的文字;未报送时在单份查询中给出按当前数据生成的文字")


class ReportList(BaseModel):
    """Reports, the earliest due first."""

    reports: Sequence[ReportShown]


class ReportQuery(BaseModel):
    """Which reports are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    due: bool = Field(default=True, description="只列未报送的")
    limit: int = Field(default=100, ge=1, le=500, description="最多几条")


class SendBody(In):
    """What was sent; without a text, the one from the counts of this moment."""

    text: str | None = Field(default=None, min_length=10, max_length=4000, description="缺省为系统生成的文字")


@router.post(
    "/weather-orders",
    operation_id="issue_weather_order",
    summary="发布恶劣天气令",
    status_code=201,
    response_model=OrderShown,
)
async def issue_order(
    caller: Annotated[Account, CallerOf("weather.issue")],
    body: Annotated[OrderBody, BodyOf(OrderBody)],
    once: Annotated[Once, OnceOf(required=True)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Issue an order; delays that the weather excuses need one in force for their area and hour."""
    order_id = await weather.issue(desk, **body.model_dump(), by=caller, at=now, once=once)
    order = await weather.find_order(desk, order_id, by=caller)
    return shown(OrderShown(**asdict(order)), status=201, headers=REPLAYED if once.replayed else None)


@router.get("/weather-orders", operation_id="list_weather_orders", summary="恶劣天气令", response_model=OrderList)
async def list_orders(
    caller: Annotated[Account, CallerOf("weather.read")],
    query: Annotated[OrderQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """List the orders that cover an area, and those of what lies below it."""
    at = now if query.in_force else None
    found = await weather.orders(desk, query.area, by=caller, in_force_at=at, limit=query.limit)
    return shown(OrderList(orders=[OrderShown(**asdict(order)) for order in found]))


@router.delete(
    "/weather-orders/{order_id}",
    operation_id="revoke_weather_order",
    summary="撤销恶劣天气令",
    response_model=OrderShown,
)
async def revoke_order(
    order_id: OrderId, caller: Annotated[Account, CallerOf("weather.revoke")], desk: DeskOf, now: Now
) -> Response:
    """End an order now; what it covered until now stays covered."""
    return shown(OrderShown(**asdict(await weather.revoke(desk, order_id, by=caller, at=now))))


@router.get("/disaster-reports", operation_id="list_disaster_reports", summary="灾害报告", response_model=ReportList)
async def list_reports(
    caller: Annotated[Account, CallerOf("disaster.read")], query: Annotated[ReportQuery, Query()], desk: DeskOf
) -> Response:
    """List the reports that are due, or all."""
    found = await disasters.reports(desk, query.area, by=caller, due=query.due, limit=query.limit)
    return shown(ReportList(reports=[ReportShown(**asdict(report)) for report in found]))


@router.get(
    "/disaster-reports/{report_id}",
    operation_id="read_disaster_report",
    summary="灾害报告文字",
    response_model=ReportShown,
)
async def read_report(
    report_id: ReportId, caller: Annotated[Account, CallerOf("disaster.read")], desk: DeskOf, now: Now
) -> Response:
    """Return a report with its text: as it was sent, or from the counts of this moment."""
    return shown(ReportShown(**asdict(await disasters.report(desk, report_id, by=caller, at=now))))


@router.post(
    "/disaster-reports/{report_id}/send",
    operation_id="send_disaster_report",
    summary="登记已报送",
    response_model=ReportShown,
)
async def send_report(
    report_id: ReportId,
    caller: Annotated[Account, CallerOf("disaster.send")],
    body: Annotated[SendBody, BodyOf(SendBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Note that the report was sent, with its text."""
    return shown(ReportShown(**asdict(await disasters.send(desk, report_id, text=body.text, by=caller, at=now))))
