"""Lending between counties (借调): who lends to whom, by whose word; and what each county keeps (保底)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.crews import lending
from dispatch.desk.crews.lending import KeptGrant, NewGrant
from dispatch.desk.room import Once
from dispatch.routing.lending import GrantKind
from dispatch.tickets.facts import Code

from .bodies import In, Instant
from .deps import AreaCode, BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["lending 借调"])

GrantId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="借调编号")]
AREA = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码;缺省为本辖区")
Reader = Annotated[Account, CallerOf("lending.read")]


class GrantBody(In):
    """Who lends to whom, from when until when, what, and who approved it."""

    lender: Code = Field(description="出借单位编码;协议为县,省级调令可为地市或全省")
    borrower: Code = Field(description="借入单位编码:县、地市或全省")
    kind: GrantKind = Field(default=GrantKind.AGREEMENT, description="agreement 借调协议;order 省级调令")
    from_at: Instant = Field(description="开始时间")
    until_at: Instant = Field(description="结束时间,不含")
    crews: int | None = Field(default=None, ge=1, le=10_000, description="同时最多借几支;缺省不限")
    skill: Code | None = Field(default=None, description="只借具备该技能的队伍;缺省不限")
    below_reserve: bool = Field(default=False, description="省级调令可动用保底队伍")
    reason: str = Field(min_length=2, max_length=200, description="借调原因")
    approved_by: str = Field(min_length=1, max_length=60, description="批准人姓名")


class RevokeBody(In):
    """Why the grant ends before its time."""

    reason: str = Field(min_length=2, max_length=200, description="撤销原因")


class GrantShown(BaseModel):
    """One grant."""

    id: str
    lender: str
    borrower: str
    kind: GrantKind
    from_at: datetime
    until_at: datetime
    crews: int | None
    skill: str | None
    below_reserve: bool
    reason: str
    approved_by: str
    granted_by: str = Field(description="登记人账号")
    granted_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    revoke_reason: str | None


class GrantList(BaseModel):
    """Grants, the one that begins last first."""

    grants: Sequence[GrantShown]


class GrantQuery(BaseModel):
    """Which grants are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    in_force: bool = Field(default=False, description="只列此刻有效的")
    limit: int = Field(default=100, ge=1, le=500, description="最多几条")


class ReserveBody(In):
    """How many free crews a county keeps when it lends."""

    crews: int = Field(ge=0, le=10_000, description="保底队伍数;0 为不设保底")
    reason: str = Field(min_length=2, max_length=200, description="原因")


class ReserveQuery(BaseModel):
    """Whose reserves are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA


class ReserveShown(BaseModel):
    """What a county keeps, and who said so."""

    area: str
    crews: int | None = Field(description="保底队伍数;空为按规则包的在班比例")
    set_by: str | None
    set_at: datetime | None
    reason: str


class ReserveList(BaseModel):
    """What the counties keep."""

    reserves: Sequence[ReserveShown]


def _shown(grant: KeptGrant) -> GrantShown:
    return GrantShown(**asdict(grant))


@router.post("/lending", operation_id="grant_lending", summary="登记借调", status_code=201, response_model=GrantShown)
async def grant_lending(
    caller: Annotated[Account, CallerOf("lending.grant")],
    body: Annotated[GrantBody, BodyOf(GrantBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Write down that a county's crews may go to another; it holds at once.

    Within a city, and for a county in storm mode, no grant is needed (rule pack, section `nearest`). 409
    `GrantOverlaps` if the same is granted already for a part of that time; 422 `BadGrant` if it cannot be. An agreement
    is entered by the lender's dispatcher, an order by the province's monitor; either may revoke.
    """
    made = await lending.grant(desk, NewGrant(**body.model_dump()), by=caller, at=now, once=once)
    headers = REPLAYED if once is not None and once.replayed else None
    return shown(_shown(made), status=201, headers=headers)


@router.get("/lending", operation_id="list_lending", summary="借调列表", response_model=GrantList)
async def list_lending(caller: Reader, query: Annotated[GrantQuery, Query()], desk: DeskOf, now: Now) -> Response:
    """List the grants that an area gives or takes."""
    found = await lending.grants(desk, query.area, in_force=query.in_force, limit=query.limit, by=caller, at=now)
    return shown(GrantList(grants=[_shown(grant) for grant in found]))


@router.post("/lending/{grant_id}/revoke", operation_id="revoke_lending", summary="撤销借调", response_model=GrantShown)
async def revoke_lending(
    grant_id: GrantId,
    caller: Annotated[Account, CallerOf("lending.grant")],
    body: Annotated[RevokeBody, BodyOf(RevokeBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """End a grant now; crews that are away by it finish their job. 409 `GrantOver` if it is over."""
    return shown(_shown(await lending.revoke(desk, grant_id, reason=body.reason, by=caller, at=now)))


@router.get("/lending/reserves", operation_id="list_reserves", summary="保底队伍数", response_model=ReserveList)
async def list_reserves(caller: Reader, query: Annotated[ReserveQuery, Query()], desk: DeskOf) -> Response:
    """List how many free crews each county keeps when it lends."""
    found = await lending.reserves(desk, query.area, by=caller)
    return shown(ReserveList(reserves=[ReserveShown(**asdict(one)) for one in found]))


@router.put("/areas/{code}/reserve", operation_id="set_reserve", summary="设置保底队伍数", response_model=ReserveShown)
async def set_reserve(
    code: AreaCode,
    caller: Annotated[Account, CallerOf("reserve.set")],
    body: Annotated[ReserveBody, BodyOf(ReserveBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Say how many free crews on duty a county keeps when it lends; it holds at once."""
    kept = await lending.set_reserve(desk, code, body.crews, reason=body.reason, by=caller, at=now)
    return shown(ReserveShown(**asdict(kept)))
