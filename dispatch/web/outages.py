"""Outage information (停电信息), as people publish, change and read it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.outages import announcing
from dispatch.desk.outages.announcing import NewOutage, OutageChange
from dispatch.desk.room import Once
from dispatch.outages import prose
from dispatch.outages.model import Outage, OutageKind, OutageState
from dispatch.tickets.facts import Code, Text

from .bodies import In, Instant
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["outages 停电"])

OutageId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="停电信息编号")]
AREA = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属单位;缺省为本辖区")


class OutageQuery(BaseModel):
    """Which outages are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    state: list[OutageState] = Field(default=[], max_length=len(OutageState), description="状态;可重复给出多个")
    after: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="上一页返回的 next")
    limit: int = Field(default=100, ge=1, le=500, description="每页条数")


class OutageBody(In):
    """An outage to be published."""

    kind: Annotated[OutageKind, Field(strict=False)] = Field(description="planned 计划;temporary 临时;fault 故障")
    node: Code = Field(description="停电设备编码")
    begins_at: Instant = Field(description="停电开始")
    ends_at: Instant | None = Field(default=None, description="计划送电;计划和临时停电必填")
    etr_at: Instant | None = Field(default=None, description="预计复电")
    cause: Text = Field(default="", description="停电原因")


class OutageChangeBody(In):
    """What changes of an outage; what is not given stays."""

    ends_at: Instant | None = Field(default=None, description="变更后的计划送电时间")
    etr_at: Instant | None = Field(default=None, description="变更后的预计复电")
    cause: Text | None = Field(default=None, description="停电原因或延时原因")
    ended_at: Instant | None = Field(default=None, description="实际复电时间;填写即结束停电")


class OutageShown(BaseModel):
    """An outage: its fields, and the text made from them."""

    id: str
    kind: OutageKind
    node: str = Field(description="停电设备")
    area: str
    begins_at: datetime
    ends_at: datetime | None = Field(description="计划送电;已结束的为实际复电")
    etr_at: datetime | None = Field(description="预计复电")
    state: OutageState
    cause: str
    incident_ticket_id: str | None = Field(description="抢修主单")
    source: str = Field(description="由谁确认")
    text: str = Field(description="停电范围")
    sentence: str = Field(description="对外发布全文")
    remainder: Sequence[str] = Field(description="部分复电后仍停电的设备")
    nested_in: str | None = Field(description="由哪条停电遗留")
    absorbed_by: str | None = Field(description="并入哪条停电")


class OutagePage(BaseModel):
    """Outages, the latest to begin first."""

    outages: Sequence[OutageShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


def shape(outage: Outage) -> OutageShown:
    """Return an outage as it is shown."""
    return OutageShown(**asdict(outage), sentence=prose.sentence(outage))


@router.get("/outages", operation_id="list_outages", summary="停电信息列表", response_model=OutagePage)
async def list_outages(
    caller: Annotated[Account, CallerOf("outage.read")], query: Annotated[OutageQuery, Query()], desk: DeskOf
) -> Response:
    """List the outages of an area."""
    found = await announcing.outages_in(
        desk, query.area, states=query.state, by=caller, after=query.after, limit=query.limit
    )
    following = found[-1].id if len(found) == query.limit else None
    return shown(OutagePage(outages=[shape(outage) for outage in found], next=following))


@router.post(
    "/outages",
    operation_id="announce_outage",
    summary="发布停电信息",
    status_code=201,
    response_model=OutageShown,
    response_description="已发布的停电信息",
)
async def announce_outage(
    caller: Annotated[Account, CallerOf("outage.write")],
    body: Annotated[OutageBody, BodyOf(OutageBody)],
    once: Annotated[Once, OnceOf(required=True)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Publish an outage. A fault that a person confirms gets its incident ticket at once.

    409 `OutageOverlaps` if the device, or what it hangs on, is out in that time already.
    """
    outage = await announcing.announce(desk, NewOutage(**body.model_dump()), by=caller, at=now, once=once)
    return shown(shape(outage), status=201, headers=REPLAYED if once.replayed else None)


@router.patch(
    "/outages/{outage_id}",
    operation_id="change_outage",
    summary="变更停电信息",
    response_model=OutageShown,
    response_description="变更后的停电信息",
)
async def change_outage(
    outage_id: OutageId,
    caller: Annotated[Account, CallerOf("outage.write")],
    body: Annotated[OutageChangeBody, BodyOf(OutageChangeBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Change times or cause, or say that the supply is back; those who wait in its incident hear a new ETR."""
    return shown(shape(await announcing.change(desk, outage_id, OutageChange(**body.model_dump()), by=caller, at=now)))
