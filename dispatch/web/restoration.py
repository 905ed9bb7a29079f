"""When a ticket's supply is expected back (预计复电): what people said, and what is foretold beside it."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.desk.outages import restoration
from dispatch.desk.outages.restoration import EtrSource

from .deps import CallerOf, DeskOf, Now, TicketId, shown

router = APIRouter(tags=["tickets 工单"])


class EstimateShown(BaseModel):
    """A restoration time that was computed."""

    source: EtrSource
    p50_at: datetime = Field(description="此前复电的可能性为一半")
    p90_at: datetime = Field(description="此前复电的可能性为九成")
    sentence: str = Field(description="推算依据")


class NoneShown(BaseModel):
    """Why nothing is computed."""

    code: str
    sentence: str


class RestorationShown(BaseModel):
    """When supply is expected back, and by whose word."""

    ticket_id: str
    at: datetime = Field(description="推算的时刻")
    source: EtrSource | None = Field(description="以何者为准:班组上报、停电信息,其次才是推算;都没有时为空")
    etr_at: datetime | None = Field(description="班组上报或停电信息公布的预计复电时间;推算不改动它")
    estimate: EstimateShown | None = Field(description="推算的预计复电时间")
    none: NoneShown | None = Field(description="不作推算的原因")


@router.get(
    "/tickets/{ticket_id}/restoration",
    operation_id="read_restoration",
    summary="预计复电推算",
    response_model=RestorationShown,
)
async def read_restoration(
    ticket_id: TicketId, caller: Annotated[Account, CallerOf("ticket.restoration")], desk: DeskOf, now: Now
) -> Response:
    """
    Foretell when supply is back, from the plan in force or from what such faults took, beside what the crew said. A
    merged ticket gets its parent's.
    """
    return shown(RestorationShown(**asdict(await restoration.restoration(desk, ticket_id, by=caller, at=now))))
