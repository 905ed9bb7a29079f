"""Crews that cannot be sent for a time (班组停派)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.planning import outings
from dispatch.desk.planning.outings import Outing
from dispatch.desk.planning.words import OutCause

from .bodies import In
from .deps import BodyOf, CallerOf, DeskOf, Now, shown

router = APIRouter(tags=["crews 队伍"])

CrewId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="班组编号")]
Teller = Annotated[Account, CallerOf("crew.outage")]


class OutBody(In):
    """Why the crew cannot be sent."""

    cause: OutCause = Field(description="ill 人员生病;off 临时离岗;no_show 未到现场且失联;vehicle_down 车辆故障")
    reason: str = Field(default="", max_length=200, description="说明")


class OutingShown(BaseModel):
    """A time in which a crew cannot be sent."""

    id: str
    crew_id: str
    area: str
    cause: OutCause
    said_by: str
    said_at: datetime
    reason: str
    ended_by: str | None
    ended_at: datetime | None


class OutingList(BaseModel):
    """Crews that cannot be sent, or could not, the latest first."""

    outings: Sequence[OutingShown]


class OutingQuery(BaseModel):
    """Which are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属各县;缺省为本辖区"
    )
    now_only: bool = Field(default=True, description="只列此刻停派的")
    limit: int = Field(default=100, ge=1, le=500, description="最多几条")


def _shown(one: Outing) -> OutingShown:
    return OutingShown(**asdict(one))


@router.get("/crew-outages", operation_id="list_crew_outages", summary="停派班组", response_model=OutingList)
async def list_crew_outages(
    caller: Annotated[Account, CallerOf("crew.outages")], query: Annotated[OutingQuery, Query()], desk: DeskOf
) -> Response:
    """List the crews of an area that cannot be sent."""
    found = await outings.outings(desk, query.area, now_only=query.now_only, limit=query.limit, by=caller)
    return shown(OutingList(outings=[_shown(one) for one in found]))


@router.post("/crews/{crew_id}/out", operation_id="call_crew_out", summary="登记班组停派", response_model=OutingShown)
async def call_crew_out(
    crew_id: CrewId, caller: Teller, body: Annotated[OutBody, BodyOf(OutBody)], desk: DeskOf, now: Now
) -> Response:
    """Say that a crew cannot be sent from now on; said again, the first word stands. The plan is made anew at once."""
    return shown(_shown(await outings.call_out(desk, crew_id, body.cause, reason=body.reason, by=caller, at=now)))


@router.post("/crews/{crew_id}/back", operation_id="call_crew_back", summary="班组恢复可派", response_model=OutingShown)
async def call_crew_back(crew_id: CrewId, caller: Teller, desk: DeskOf, now: Now) -> Response:
    """Say that a crew can be sent again. 404 `NotOut` if it could all the time."""
    return shown(_shown(await outings.call_back(desk, crew_id, by=caller, at=now)))
