"""The repair crews: who they are, what they do, where they say they are."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.crews import crews
from dispatch.desk.crews.crews import CrewState, Reported

from .bodies import Crs, In, Instant
from .deps import BodyOf, CallerOf, DeskOf, Now, shown

router = APIRouter(tags=["crews 队伍"])


class CrewQuery(BaseModel):
    """Which crews are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属单位;缺省为本辖区"
    )
    after: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="上一页返回的 next")
    limit: int = Field(default=200, ge=1, le=crews.CREWS_AT_MOST, description="每页条数")


class CrewShown(BaseModel):
    """One crew, its state and its position with age."""

    id: str
    name: str
    depot: str
    area: str = Field(description="所属县")
    members: Sequence[str]
    vehicle: str | None
    skills: Sequence[str]
    shift_start: str = Field(description="上班时刻,北京时间 HH:MM;与下班相同表示全天")
    shift_end: str = Field(description="下班时刻")
    state: CrewState
    tickets: Sequence[str] = Field(description="在手工单")
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    position_at: datetime | None
    position_age_s: int | None = Field(description="位置距今,秒")
    stale: bool = Field(description="位置已过时或从未上报,派工按班所位置估算")


class CrewPage(BaseModel):
    """Crews in the order of their ids."""

    crews: Sequence[CrewShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


class PositionIn(In):
    """Where a crew is. What is wrong with a row is said row by row; the others are kept."""

    crew_id: str = Field(min_length=1, max_length=64)
    lon: float = Field(description="经度,度")
    lat: float = Field(description="纬度,度")
    at: Instant = Field(description="手机定位时间")
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, description="定位精度,米")
    crs: Crs = "wgs84"


class PositionsBody(In):
    """A batch of positions, in any order."""

    positions: list[PositionIn] = Field(min_length=1, max_length=1000)


class RefusedShown(BaseModel):
    """A row that was not kept."""

    index: int = Field(description="在本批中的序号,从 0 起")
    code: str
    message: str


class PositionsAnswer(BaseModel):
    """What became of the batch."""

    accepted: int
    refused: Sequence[RefusedShown]


@router.get("/crews", operation_id="list_crews", summary="队伍列表", response_model=CrewPage)
async def list_crews(
    caller: Annotated[Account, CallerOf("crew.read")],
    query: Annotated[CrewQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """List the crews of an area with state, jobs in hand, and position with its age."""
    found = await crews.crews_in(desk, query.area, by=caller, at=now, after=query.after, limit=query.limit)
    following = found[-1].id if len(found) == query.limit else None
    return shown(CrewPage(crews=[CrewShown(**asdict(crew)) for crew in found], next=following))


@router.post(
    "/crews/positions",
    operation_id="report_positions",
    summary="上报位置",
    status_code=202,
    response_model=PositionsAnswer,
)
async def report_positions(
    caller: Annotated[Account, CallerOf("crew.position")],
    body: Annotated[PositionsBody, BodyOf(PositionsBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Keep a batch of positions; late, repeated and mixed-up reports are fine, bad rows are named by number."""
    reports = [Reported(p.crew_id, p.lon, p.lat, p.at, p.accuracy_m, p.crs) for p in body.positions]
    done = await crews.record_positions(desk, reports, by=caller, at=now)
    refused = [RefusedShown(index=row.index, code=row.code, message=row.message) for row in done.refused]
    return shown(PositionsAnswer(accepted=done.accepted, refused=refused), status=202)
