"""Why a ticket has its crew or waits; pins and vetoes on it (指定与排除)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.desk.planning import whys, wishes
from dispatch.desk.planning.wishes import KeptWish
from dispatch.desk.planning.words import PlanStanding, Wish
from dispatch.desk.room import Once
from dispatch.routing.model import ReasonCode
from dispatch.tickets.facts import Code
from dispatch.tickets.model import Dispatch

from .bodies import In
from .deps import BodyOf, CallerOf, DeskOf, Now, TicketId, shown
from .idempotency import REPLAYED, OnceOf
from .plans import ReasonBody, StopShown

router = APIRouter(tags=["plans 滚动计划"])

WishId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="指定或排除的编号")]


class OptionShown(BaseModel):
    """A crew that could do the ticket at the cheapest place of its route."""

    crew_id: str
    crew_name: str
    cost: float = Field(description="插入的代价,单位为分钟行车")
    dearer: float = Field(description="比最省的高出多少")
    position: int = Field(description="插在该班组路线的第几位,从 0 起")


class RemedyShown(BaseModel):
    """What would let the ticket in."""

    sentence: str
    crew_id: str = Field(description="那时最省的班组")
    cost: float


class WhyShown(BaseModel):
    """How a ticket stands, and why."""

    ticket_id: str
    at: datetime
    standing: PlanStanding
    sentence: str = Field(description="一句话的回答")
    dispatch: Dispatch | None = Field(description="派工记录;未派时为空")
    plan_id: str | None
    stop: StopShown | None = Field(description="在现行计划中的位置")
    before: Sequence[str] = Field(description="该班组在它之前要处理的工单")
    crews: Sequence[OptionShown] = Field(description="能承担的班组,代价由低到高")
    counts: Mapping[ReasonCode, int] | None = Field(description="全省班组此刻按原因计数")
    remedies: Sequence[RemedyShown] = Field(description="未排入时可行的办法,由省到贵")


class WishBody(In):
    """Which crew, and why."""

    crew_id: Code = Field(description="班组编号")
    reason: str = Field(min_length=2, max_length=200, description="原因")


class WishShown(BaseModel):
    """A pin or a veto: who said it, when and why, and who took it back."""

    id: str
    area: str
    ticket_id: str
    crew_id: str
    kind: Wish
    set_by: str
    set_at: datetime
    reason: str
    undone_by: str | None
    undone_at: datetime | None
    undo_reason: str | None


class WishList(BaseModel):
    """All that was ever said of who does a ticket, the oldest first."""

    wishes: Sequence[WishShown]


def _shown(wish: KeptWish) -> WishShown:
    return WishShown(**asdict(wish))


@router.get("/tickets/{ticket_id}/why", operation_id="read_why", summary="派工原因", response_model=WhyShown)
async def read_why(
    ticket_id: TicketId, caller: Annotated[Account, CallerOf("ticket.why")], desk: DeskOf, now: Now
) -> Response:
    """
    Tell why a ticket has the crew that it has; if it waits, its place in the plan and the next best crew; if it is left
    out, the reason and what would help, each found by solving.
    """
    found = await whys.why(desk, ticket_id, by=caller, at=now)
    said: dict[str, Any] = {name: getattr(found, name) for name in WhyShown.model_fields}
    said["stop"] = None if found.stop is None else asdict(found.stop)
    said["crews"] = [asdict(one) for one in found.crews]
    said["remedies"] = [
        {"sentence": one.sentence, "crew_id": one.option.crew_id, "cost": one.option.cost} for one in found.remedies
    ]
    return shown(WhyShown(**said))


@router.get("/tickets/{ticket_id}/wishes", operation_id="list_wishes", summary="指定与排除", response_model=WishList)
async def list_wishes(
    ticket_id: TicketId, caller: Annotated[Account, CallerOf("ticket.wishes")], desk: DeskOf
) -> Response:
    """List what was said of who does the ticket, also what was taken back."""
    return shown(WishList(wishes=[_shown(wish) for wish in await wishes.wishes(desk, ticket_id, by=caller)]))


@router.post(
    "/tickets/{ticket_id}/pin", operation_id="pin_crew", summary="指定班组", status_code=201, response_model=WishShown
)
async def pin_crew(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("ticket.pin")],
    body: Annotated[WishBody, BodyOf(WishBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Keep a waiting ticket for one crew. 409 `WishContradicts` if another is pinned or this one is vetoed, `CrewUnfit` if
    it cannot do it or is not lent, `NotWaiting` once a crew is sent.
    """
    return await _say(desk, ticket_id, Wish.PIN, body, caller, now, once)


@router.post(
    "/tickets/{ticket_id}/veto", operation_id="veto_crew", summary="排除班组", status_code=201, response_model=WishShown
)
async def veto_crew(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("ticket.veto")],
    body: Annotated[WishBody, BodyOf(WishBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Keep one crew from a waiting ticket. 409 `WishContradicts` if it is pinned or vetoed; else as for a pin."""
    return await _say(desk, ticket_id, Wish.VETO, body, caller, now, once)


async def _say(
    desk: DeskOf, ticket_id: str, kind: Wish, body: WishBody, caller: Account, now: datetime, once: Once | None
) -> Response:
    made = await wishes.say(desk, ticket_id, kind, body.crew_id, reason=body.reason, by=caller, at=now, once=once)
    return shown(_shown(made), status=201, headers=REPLAYED if once is not None and once.replayed else None)


@router.post(
    "/tickets/{ticket_id}/wishes/{wish_id}/undo",
    operation_id="undo_wish",
    summary="撤销指定或排除",
    response_model=WishShown,
)
async def undo_wish(
    ticket_id: TicketId,
    wish_id: WishId,
    caller: Annotated[Account, CallerOf("ticket.pin")],
    body: Annotated[ReasonBody, BodyOf(ReasonBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Take a pin or a veto back; what was taken back before stays as it is."""
    return shown(_shown(await wishes.take_back(desk, ticket_id, wish_id, reason=body.reason, by=caller, at=now)))
