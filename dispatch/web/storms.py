"""What a storm brings: hourly reports to the city, what a digest stands for, what a 督办单 of an incident covers."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.messages import digests
from dispatch.desk.messages.digests import WarningKind
from dispatch.desk.storm import hourly
from dispatch.desk.storm.figures import StormFigures
from dispatch.desk.supervision import notes
from dispatch.tickets.words import Limit

from .bodies import Instant
from .deps import CallerOf, DeskOf, shown

router = APIRouter(tags=["storms 抗灾抢修"])

ReportId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="快报编号")]
MessageId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="汇总短信编号")]
OrderNo = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="督办单编号")]


class StormReportShown(BaseModel):
    """One hourly report."""

    id: str
    area: str = Field(description="市")
    at: datetime = Field(description="数字截至的整点")
    begun_at: datetime = Field(description="抗灾抢修开始时间")
    text: str = Field(description="发给市公司值班联系人的短信")
    figures: StormFigures
    made_at: datetime
    told: int = Field(description="发给几个号码;0 表示没有登记值班联系人")


class StormReportList(BaseModel):
    """Hourly reports, the newest first."""

    reports: Sequence[StormReportShown]


class StormReportQuery(BaseModel):
    """Which reports are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码;缺省为本辖区")
    before: Instant | None = Field(default=None, description="只列早于这一时刻的")
    limit: int = Field(default=24, ge=1, le=100, description="最多几份")


class DigestLineShown(BaseModel):
    """A warning that a digest stands for."""

    id: str
    area: str
    ticket_id: str
    ticket_no: str
    version: int = Field(description="工单日志的第几条")
    kind: WarningKind
    level: int
    due_at: datetime | None
    at: datetime


class DigestShown(BaseModel):
    """What a digest stands for; ``next``: to be handed back as ``after``, absent on the last page."""

    lines: Sequence[DigestLineShown]
    next: str | None = None


class DigestQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="上一页的 next")
    limit: int = Field(default=100, ge=1, le=500, description="最多几条")


class NotedShown(BaseModel):
    """A step of a 副单 that the 督办单 of its incident covers."""

    ticket_id: str
    ticket_no: str
    limit: Limit
    level: int
    at: datetime


class NotedList(BaseModel):
    """Steps of 副单, the first first."""

    notes: Sequence[NotedShown]


class NotedQuery(BaseModel):
    """How many are wanted."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=100, ge=1, le=1000, description="最多几条")


@router.get("/storm-reports", operation_id="list_storm_reports", summary="抗灾抢修快报", response_model=StormReportList)
async def list_reports(
    caller: Annotated[Account, CallerOf("storm.read")], query: Annotated[StormReportQuery, Query()], desk: DeskOf
) -> Response:
    """List the hourly reports of an area and what lies below it."""
    found = await hourly.page(desk, query.area, by=caller, before=query.before, limit=query.limit)
    return shown(StormReportList(reports=[_shown(each) for each in found]))


@router.get(
    "/storm-reports/{report_id}",
    operation_id="read_storm_report",
    summary="一份抗灾抢修快报",
    response_model=StormReportShown,
)
async def read_report(
    report_id: ReportId, caller: Annotated[Account, CallerOf("storm.read")], desk: DeskOf
) -> Response:
    """Return one hourly report as it was made."""
    return shown(_shown(await hourly.report(desk, report_id, by=caller)))


@router.get(
    "/messages/{message_id}/digest",
    operation_id="read_digest",
    summary="汇总短信所含预警",
    response_model=DigestShown,
)
async def read_digest(
    message_id: MessageId,
    caller: Annotated[Account, CallerOf("message.read")],
    query: Annotated[DigestQuery, Query()],
    desk: DeskOf,
) -> Response:
    """Return the warnings that a digest stands for."""
    found = await digests.behind(desk, message_id, by=caller, after=query.after, limit=query.limit)
    lines = [DigestLineShown(**asdict(line)) for line in found]
    return shown(DigestShown(lines=lines, next=lines[-1].id if len(lines) == query.limit else None))


@router.get(
    "/supervisions/{order_no}/notes",
    operation_id="list_supervision_notes",
    summary="督办单所含副单",
    response_model=NotedList,
)
async def list_notes(
    order_no: OrderNo,
    caller: Annotated[Account, CallerOf("supervision.read")],
    query: Annotated[NotedQuery, Query()],
    desk: DeskOf,
) -> Response:
    """Return the steps of 副单 for which no 督办单 of their own was issued, because this one covers them."""
    found = await notes.behind(desk, order_no, by=caller, limit=query.limit)
    return shown(NotedList(notes=[NotedShown(**asdict(each)) for each in found]))


def _shown(found: hourly.StormReport) -> StormReportShown:
    known = {name: getattr(found, name) for name in StormReportShown.model_fields}
    return StormReportShown(**known)
