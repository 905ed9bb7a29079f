"""What might be merged, with its evidence, and turning it down; the merging itself is a step of the ticket."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.outages import nesting, proposing
from dispatch.desk.room import Once
from dispatch.tickets.facts import Words
from dispatch.tickets.model import Ticket
from dispatch.tickets.proposals import Proposal
from dispatch.tickets.terms import Asking

from .bodies import Envelope, In
from .commands import answer_of, report_of
from .deps import BodyOf, CallerOf, DeskOf, Now, TicketId, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["merging 归并与复电核实"])

OtherId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="建议中另一工单的内部编号")]


class CountyQuery(BaseModel):
    """Whose proposals are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="县(区)编码;缺省为本县")


class ProposalShown(BaseModel):
    """Two tickets that seem to be one fault point."""

    ticket_id: str = Field(description="建议并入的副单")
    ticket_no: str
    into: str = Field(description="建议的主单:最早接单的一单")
    into_no: str
    evidence: Sequence[str] = Field(description="依据,逐条")


class ProposalsShown(BaseModel):
    """What might be merged; nothing is merged by itself."""

    proposals: Sequence[ProposalShown]


class DeclineBody(In):
    """Why the two are not one fault point."""

    reason: Words = Field(description="不归并的理由")


class Declined(BaseModel):
    """The pair that will not be proposed again."""

    ticket_id: str
    other_id: str
    reason: str


class PowerBackBody(Envelope):
    """What the customer or the meter says after the restoration."""

    live: bool = Field(description="是否已来电")
    how: Asking = Field(default=Asking.CALL, strict=False, description="核实方式")


def _shown(found: Sequence[Proposal]) -> Response:
    rows = [
        ProposalShown(
            ticket_id=one.child.id,
            ticket_no=one.child.ticket_no,
            into=one.parent.id,
            into_no=one.parent.ticket_no,
            evidence=one.evidence,
        )
        for one in found
    ]
    return shown(ProposalsShown(proposals=rows))


@router.get(
    "/merge-proposals", operation_id="list_merge_proposals", summary="全县归并建议", response_model=ProposalsShown
)
async def list_merge_proposals(
    caller: Annotated[Account, CallerOf("merging.read")], query: Annotated[CountyQuery, Query()], desk: DeskOf
) -> Response:
    """
    List what might be merged in a county, the oldest report first, each ticket at most once.

    Hazards, protected customers, power quality and faults inside a house are never proposed.
    """
    return _shown(await proposing.of_county(desk, query.area or caller.area, by=caller))


@router.get(
    "/tickets/{ticket_id}/merge-proposals",
    operation_id="read_merge_proposals",
    summary="工单的归并建议",
    response_model=ProposalsShown,
)
async def read_merge_proposals(
    ticket_id: TicketId, caller: Annotated[Account, CallerOf("ticket.merge-proposals")], desk: DeskOf
) -> Response:
    """Return into what the ticket might be merged, and what into it, with the evidence."""
    return _shown(await proposing.of_ticket(desk, ticket_id, by=caller))


@router.post(
    "/tickets/{ticket_id}/merge-proposals/{other_id}/decline",
    operation_id="decline_merge",
    summary="驳回归并建议",
    response_model=Declined,
)
async def decline_merge(
    ticket_id: TicketId,
    other_id: OtherId,
    caller: Annotated[Account, CallerOf("ticket.decline-merge")],
    body: Annotated[DeclineBody, BodyOf(DeclineBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Turn a proposal down; the two are not proposed again. 409 `NotProposed` if it is settled already."""
    await proposing.decline(desk, ticket_id, other_id, reason=body.reason, by=caller, at=now, once=once)
    headers = REPLAYED if once is not None and once.replayed else None
    return shown(Declined(ticket_id=ticket_id, other_id=other_id, reason=body.reason), headers=headers)


@router.post(
    "/tickets/{ticket_id}/power-back",
    operation_id="power_back_ticket",
    summary="复电核实",
    response_model=Ticket,
    response_description="核实后的工单",
)
async def power_back(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("ticket.power-back")],
    body: Annotated[PowerBackBody, BodyOf(PowerBackBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Keep whether the power is back after the restoration.

    Who is still dark is seen to again, in an incident nested in the one that was restored and as old as the report.
    """
    report = report_of(body, caller, "ticket.power-back")
    ticket = await nesting.answered(desk, ticket_id, body.live, body.how, caller, now, report=report, once=once)
    return answer_of(ticket, once)
