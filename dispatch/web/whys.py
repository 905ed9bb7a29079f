"""Why a ticket has its crew or waits; pins and vetoes on it (指定与排除)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.desk.naming import called
from dispatch.desk.planning import whys, wishes
from dispatch.desk.planning.wishes import KeptWish
from dispatch.desk.planning.words import PlanStanding, Wish
from dispatch.desk.room import Desk, Once
from dispatch.routing.model import ReasonCode
from dispatch.routing.optimiser.explaining.remedies import Help
from dispatch.routing.optimiser.explaining.verdicts import Binding, CrewVerdict
from dispatch.tickets.facts import Code
from dispatch.tickets.model import Dispatch

from .bodies import In
from .deps import BodyOf, CallerOf, DeskOf, Now, TicketId, shown
from .idempotency import REPLAYED, OnceOf
from .plans import ReasonBody, StopShown

router = APIRouter(tags=["plans 滚动计划"])

WishId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="指定或排除的编号")]


class OptionShown(BaseModel):
    """A crew for the ticket, at the cheapest place of its route while the rest of the plan stays as it is."""

    crew_id: str
    crew_name: str
    verdict: CrewVerdict = Field(description="与现安排相比差在哪里:增加代价最多的一项")
    cost: float = Field(description="由它承担的代价,单位为分钟行车")
    extra: float = Field(description="比现安排(chosen)高出的代价;负数为更省")
    begins_at: datetime = Field(description="由它承担时预计开始作业")
    more: Mapping[CrewVerdict, float] = Field(description="高出的代价由哪几项构成;各项之和为 extra")
    sentence: str


class RemedyShown(BaseModel):
    """What would let the ticket in; each was found and checked by planning the ticket in the changed problem."""

    help: Help = Field(description="办法的种类")
    sentence: str = Field(description="具体怎么办,其余安排不动时由谁承担、何时开始、代价多少")
    change: float = Field(description="照此办理后计划代价的变化,单位为分钟行车;负数为更省")
    price: float = Field(description="办法本身要人付出的代价,单位为分钟行车(规则包 planning.remedies)")
    crew_ids: Sequence[str] = Field(description="那时承担的班组;要增派的班组没有编号")
    begins_at: datetime = Field(description="那时预计开始作业")


class WhyShown(BaseModel):
    """How a ticket stands, and why."""

    ticket_id: str
    at: datetime
    standing: PlanStanding
    sentence: str = Field(description="一句话的回答")
    dispatch: Dispatch | None = Field(description="派工记录;未派时为空")
    plan_id: str | None = Field(description="回答所依据的现行计划;本县没有现行计划时为空")
    checked_at: datetime | None = Field(description="该计划最近一次确认的时间")
    as_of: datetime | None = Field(description="班组与工单的情况截至此时;计划、待派工单、指定与排除有变即重新查看")
    stop: StopShown | None = Field(description="在现行计划中的位置,时间为计划发布或最近确认时所计;此刻的预计见 chosen")
    before: Sequence[str] = Field(description="该班组在它之前要处理的工单")
    binding: Binding | None = Field(description="决定由该班组承担的规则")
    chosen: OptionShown | None = Field(description="计划所选的班组;尚未排入时为此刻最合适的班组")
    crews: Sequence[OptionShown] = Field(description="其次的班组,至多五支,代价由低到高")
    counts: Mapping[CrewVerdict, int] = Field(description="一并计划的班组按结论计数")
    unfit: Mapping[ReasonCode, int] = Field(description="counts 中 NO_SKILL 的班组按具体原因计数")
    reason: str | None = Field(description="未排入的原因,英文代码")
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
    crew_name: str | None = Field(description="班组名称")
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


async def _shown(desk: Desk, *found: KeptWish) -> list[WishShown]:
    named = await called(desk, crews=(wish.crew_id for wish in found))
    return [WishShown(**asdict(wish), crew_name=named.crews.get(wish.crew_id)) for wish in found]


@router.get("/tickets/{ticket_id}/why", operation_id="read_why", summary="派工原因", response_model=WhyShown)
async def read_why(
    ticket_id: TicketId, caller: Annotated[Account, CallerOf("ticket.why")], desk: DeskOf, now: Now
) -> Response:
    """
    Tell why a ticket has the crew that it has; if it waits, its place in the plan, which rule binds, the next best
    crews and by how much they are dearer; if it is left out, the reason and what would help, each found by solving.

    The answer is about the plans in force (`plan_id`) and never older than they are.
    """
    found = await whys.why(desk, ticket_id, by=caller, at=now)
    said: dict[str, Any] = {name: getattr(found, name) for name in WhyShown.model_fields}
    for name in ("stop", "chosen"):
        said[name] = None if said[name] is None else asdict(said[name])
    for name in ("crews", "remedies"):
        said[name] = [asdict(one) for one in said[name]]
    return shown(WhyShown(**said))


@router.get("/tickets/{ticket_id}/wishes", operation_id="list_wishes", summary="指定与排除", response_model=WishList)
async def list_wishes(
    ticket_id: TicketId, caller: Annotated[Account, CallerOf("ticket.wishes")], desk: DeskOf
) -> Response:
    """List what was said of who does the ticket, also what was taken back."""
    return shown(WishList(wishes=await _shown(desk, *await wishes.wishes(desk, ticket_id, by=caller))))


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
    (told,) = await _shown(desk, made)
    return shown(told, status=201, headers=REPLAYED if once is not None and once.replayed else None)


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
    undone = await wishes.take_back(desk, ticket_id, wish_id, reason=body.reason, by=caller, at=now)
    (told,) = await _shown(desk, undone)
    return shown(told)
