"""复盘: a past day, ticket by ticket and second by second, for a page that plays it again."""

import asyncio
import gzip
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.dashboard import replaying

from .deps import CallerOf, DeskOf, Now, shown

router = APIRouter(prefix="/replay", tags=["dashboard 看板"])

Reader = Annotated[Account, CallerOf("replay.read")]
AREA = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属单位;缺省为本辖区")


class ReplayQuery(BaseModel):
    """Which day is wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    day: date = Field(alias="date", description="哪一天(北京时间)")


class DaysQuery(BaseModel):
    """Whose days are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    limit: int = Field(default=60, ge=1, le=366, description="最近几天")


class PlayedShown(BaseModel):
    """One ticket; instants are seconds since the day began, negative for what was before it."""

    id: str
    no: str
    area: str
    symptom: str
    lon: float | None
    lat: float | None
    missed: int | None = Field(description="到场时限被突破的时刻;补报证明未超时的为空")
    steps: Sequence[tuple[int, str]] = Field(description="何时进入哪个环节,按工单日志的先后,含重新处理前的各轮")
    jobs: Sequence[tuple[str, str, int, int | None, int | None]] = Field(
        description="承办:班组编号、名称、派出、到达、结束"
    )


class ReplayShown(BaseModel):
    """A day of an area."""

    area: str
    day: date
    begin_at: datetime
    tickets: Sequence[PlayedShown]


class DayShown(BaseModel):
    """A day that has repairs."""

    day: date
    n: int = Field(description="当日受理的工单数")


class DaysShown(BaseModel):
    """Days that can be played again, the latest first."""

    area: str
    days: Sequence[DayShown]


@router.get("", operation_id="read_replay", summary="往日复盘", response_model=ReplayShown)
async def read_replay(
    request: Request, caller: Reader, query: Annotated[ReplayQuery, Query()], desk: DeskOf, now: Now
) -> Response:
    """Return where each repair of the area stood at which second of the day, and which crews were on it."""
    found = await replaying.replay(desk, query.area, query.day, by=caller, at=now)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    body = await asyncio.to_thread(_body, found, packed)
    headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if packed else {})
    return Response(body, media_type="application/json", headers=headers)


@router.get("/days", operation_id="list_replay_days", summary="可复盘的日期", response_model=DaysShown)
async def list_replay_days(caller: Reader, query: Annotated[DaysQuery, Query()], desk: DeskOf) -> Response:
    """List the days of the area that have repairs."""
    area, found = await replaying.days(desk, query.area, by=caller, limit=query.limit)
    return shown(DaysShown(area=area, days=[DayShown(day=day, n=n) for day, n in found]))


def _body(day: replaying.Day, packed: bool) -> bytes:
    said = msgspec.json.encode(day)
    return gzip.compress(said, 4) if packed else said
