"""Who can be there first: the ranked crews for a ticket, with the reason for each that is taken or passed over."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.crews import assigning
from dispatch.routing.model import Basis, Mark, NoCrew, Offers, Policy, ReasonCode

from .deps import CallerOf, DeskOf, Now, TicketId, shown

router = APIRouter(tags=["dispatching 派工"])

Reader = Annotated[Account, CallerOf("offers.read")]


class OffersQuery(BaseModel):
    """How the crews are to be ranked."""

    model_config = ConfigDict(extra="forbid")

    policy: Policy = Field(default=Policy.NEAREST, description="nearest 就近;own-district 按原辖区,用于比较")
    limit: int = Field(default=8, ge=1, le=50, description="候选与未选各列出几个")


class OfferShown(BaseModel):
    """One crew's answer."""

    model_config = ConfigDict(from_attributes=True)

    crew_id: str
    crew_name: str
    county: str = Field(description="班组所属县")
    depot: str
    reason: ReasonCode = Field(description="选中或未选的原因")
    sentence: str = Field(description="原因的完整说明")
    eta_s: int | None = Field(description="预计多久到达,秒;作业中的班组含完工所需;无法估算时为空")
    distance_m: int | None = Field(description="距离,米:basis 为 road 时是路程,为 line 时是直线")
    marks: Sequence[Mark] = Field(description="估算的不确定之处,例如位置已过时")
    position_age_s: int | None = Field(description="位置距今,秒;从未上报时为空")
    open_jobs: int = Field(description="在手工单数")
    free_in_s: int | None = Field(description="作业中的班组预计多久后完工,秒")
    asks: Sequence[ReasonCode] = Field(description="派它须具名批准的事项:未借出、低于保底、将误约;空为不须")
    way: str = Field(description="路上的封闭、绕行或减速;没有时为空")
    lent_by: str | None = Field(description="外县班组凭什么来:standing 常设,storm 抗灾,或借调编号;本县班组为空")


class OffersShown(BaseModel):
    """The ranked answer for one ticket."""

    ticket_id: str
    at: datetime
    policy: Policy
    basis: Basis = Field(description="路程的估算依据")
    approximate: bool = Field(description="客户位置未定,按所属县中心估算")
    offers: Sequence[OfferShown] = Field(description="可派班组:先空闲后作业中,各按到达先后")
    passed_over: Sequence[OfferShown] = Field(description="比推荐班组更近而未选的班组,由近及远")
    counts: Mapping[ReasonCode, int] = Field(description="全省班组按原因计数")
    best: OfferShown | None = Field(description="推荐班组;没有空闲合格班组时为空")
    own_district: OfferShown | None = Field(description="按原辖区规则会选的班组;本县无空闲合格班组时为空")
    saved_s: int | None = Field(description="推荐班组比原辖区规则早到多少秒")
    own_waiting: OfferShown | None = Field(description="本县无空闲合格班组时,原辖区规则会等的作业中班组")
    nearer_n: int = Field(description="比推荐班组更近而未选的共几支;passed_over 列出其中最近的几支")
    fastest: OfferShown | None = Field(description="为均衡支援负担而未选的最快班组;推荐的就是最快时为空")
    refusal: NoCrew | None = Field(description="没有推荐班组时,最后卡在哪一条")


@router.get("/tickets/{ticket_id}/offers", operation_id="read_offers", summary="候选班组", response_model=OffersShown)
async def read_offers(
    ticket_id: TicketId, caller: Reader, query: Annotated[OffersQuery, Query()], desk: DeskOf, now: Now
) -> Response:
    """Rank the crews of the whole province for the ticket, soonest first, and say why."""
    found = await assigning.offers_for(desk, ticket_id, by=caller, at=now, policy=query.policy, limit=query.limit)
    return shown(_shown(found))


def _shown(offers: Offers) -> OffersShown:
    said = asdict(offers)
    return OffersShown(ticket_id=said.pop("job_id"), **said)
