"""Sending crews: to one ticket, or to all that wait."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.desk.crews import assigning
from dispatch.desk.crews.choosing import Approval
from dispatch.desk.room import Once
from dispatch.routing.model import Policy
from dispatch.tickets.facts import Code, Text
from dispatch.tickets.model import Ticket

from .bodies import Envelope, In
from .commands import answer_of, report_of
from .deps import BodyOf, CallerOf, DeskOf, Now, TicketId, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["dispatching 派工"])

POLICY = "nearest 就近派工,不分辖区;own-district 只在本县选派"


class OverrideBody(In):
    """Who is answerable for sending a crew that only a named person may send, and why."""

    name: str = Field(min_length=1, max_length=60, description="批准人姓名")
    reason: str = Field(min_length=1, max_length=200, description="批准原因")


class DispatchBody(Envelope):
    """Which crew is to go; nobody named: the best free one."""

    crew_id: Code | None = Field(default=None, description="班组;缺省由系统选派")
    policy: Policy = Field(default=Policy.NEAREST, description=POLICY)
    transfer_reason: Text | None = Field(default=None, description="转派原因;工单已有班组时必填")
    override: OverrideBody | None = Field(
        default=None, description="具名批准:指定的班组未借出、派出后其县低于保底、或将误约时必填;记入工单"
    )


class AssignBody(In):
    """Which waiting tickets are to get a crew."""

    areas: Annotated[list[Code], Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="区域编码,含其下属单位;缺省为全省"
    )
    limit: int = Field(default=200, ge=1, le=1000, description="最多派出几单")
    policy: Policy = Field(default=Policy.NEAREST, description=POLICY)


class SentShown(BaseModel):
    """One ticket that got its crew."""

    ticket_id: str
    crew_id: str
    eta_s: int = Field(description="预计多久到达,秒")
    saved_s: int | None = Field(description="比原辖区规则早到多少秒;本县无空闲班组时为空")


class AssignedShown(BaseModel):
    """What was sent, and how many tickets of the areas wait on."""

    dispatched: Sequence[SentShown]
    waiting: int


@router.post(
    "/tickets/{ticket_id}/dispatch",
    operation_id="dispatch_ticket",
    summary="派工",
    response_model=Ticket,
    response_description="派工后的工单",
)
async def dispatch_ticket(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("ticket.dispatch")],
    body: Annotated[DispatchBody, BodyOf(DispatchBody)],
    once: Annotated[Once, OnceOf(required=True)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Send the named crew, or the best free one; the ticket says why, and what the old-district rule would have chosen.

    Of two dispatchers one wins; the other gets 409 `AlreadyDispatched` with who, when and which crew. 409
    `NoCandidates` if no crew is free, `CrewTaken`, `CrewFull` or `CrewUnfit` if the named one cannot go,
    `ApprovalNeeded` if it may go only by the name of who is answerable (`override`), `NotLent` or `OverReserve` if that
    became so a moment ago.
    """
    ticket = await assigning.dispatch(
        desk,
        ticket_id,
        crew_id=body.crew_id,
        policy=body.policy,
        transfer_reason=body.transfer_reason,
        approval=Approval(body.override.name, body.override.reason) if body.override else None,
        by=caller,
        report=report_of(body, caller, "ticket.dispatch"),
        at=now,
        once=once,
    )
    return answer_of(ticket, once)


@router.post(
    "/dispatching/assign-waiting", operation_id="assign_waiting", summary="批量派工", response_model=AssignedShown
)
async def assign_waiting(
    caller: Annotated[Account, CallerOf("dispatching.assign_waiting")],
    body: Annotated[AssignBody, BodyOf(AssignBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Give the free crews to the tickets that wait, planned together.

    Sent again without a key it goes on with what is left; with the same `Idempotency-Key` it tells again what it did,
    and ends first what a broken connection or process left undone.
    """
    done = await assigning.assign_waiting(
        desk, areas=body.areas, policy=body.policy, limit=body.limit, by=caller, at=now, once=once
    )
    sent = [SentShown(**{name: getattr(one, name) for name in SentShown.model_fields}) for one in done.dispatched]
    headers = REPLAYED if once is not None and once.replayed else None
    return shown(AssignedShown(dispatched=sent, waiting=done.waiting), headers=headers)
