"""Notices to the seats (报备): asked for by a county, approved by the province."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.intake import notices
from dispatch.desk.room import Once
from dispatch.outages.model import Notice, NoticeState
from dispatch.tickets.facts import Code

from .bodies import In, Instant
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf
from .outages import AREA

router = APIRouter(tags=["outages 停电"])

NoticeId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="报备编号")]


class NoticeBody(In):
    """A notice to be approved."""

    area: Code = Field(description="适用区域编码")
    from_at: Instant = Field(description="生效时间")
    to_at: Instant = Field(description="失效时间")
    wording: str = Field(min_length=5, max_length=1000, description="座席答复话术")


class NoticeQuery(BaseModel):
    """Which notices are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = AREA
    all: bool = Field(default=False, description="包括已过期的")
    limit: int = Field(default=100, ge=1, le=500, description="最多几条")


class NoticeShown(BaseModel):
    """A notice, and where it stands now."""

    id: str
    area: str
    from_at: datetime
    to_at: datetime
    wording: str
    state: NoticeState
    applicant: str
    approved_by: str | None
    revoked_at: datetime | None


class NoticeList(BaseModel):
    """Notices, the latest to begin first."""

    notices: Sequence[NoticeShown]


def shape(notice: Notice, now: datetime) -> NoticeShown:
    """Return a notice as it is shown."""
    given = {name: getattr(notice, name) for name in NoticeShown.model_fields if name != "state"}
    return NoticeShown(**given, state=notice.state(now))


@router.get("/notices", operation_id="list_notices", summary="报备列表", response_model=NoticeList)
async def list_notices(
    caller: Annotated[Account, CallerOf("notice.read")],
    query: Annotated[NoticeQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """List the notices that concern an area: its own, and those of what lies above and below it."""
    lasting = None if query.all else now
    found = await notices.notices_in(desk, query.area, lasting_after=lasting, by=caller, limit=query.limit)
    return shown(NoticeList(notices=[shape(notice, now) for notice in found]))


@router.post("/notices", operation_id="apply_notice", summary="申请报备", status_code=201, response_model=NoticeShown)
async def apply_notice(
    caller: Annotated[Account, CallerOf("notice.apply")],
    body: Annotated[NoticeBody, BodyOf(NoticeBody)],
    once: Annotated[Once, OnceOf(required=True)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Ask for a notice; it holds once the province has approved it, and three months at most."""
    notice = await notices.apply_notice(desk, **body.model_dump(), by=caller, at=now, once=once)
    return shown(shape(notice, now), status=201, headers=REPLAYED if once.replayed else None)


@router.post(
    "/notices/{notice_id}/approve", operation_id="approve_notice", summary="审批报备", response_model=NoticeShown
)
async def approve_notice(
    notice_id: NoticeId, caller: Annotated[Account, CallerOf("notice.approve")], desk: DeskOf, now: Now
) -> Response:
    """Let a notice hold. 409 `NoticeSettled` if it was decided on before or is over."""
    return shown(shape(await notices.approve_notice(desk, notice_id, by=caller, at=now), now))


@router.post(
    "/notices/{notice_id}/revoke", operation_id="revoke_notice", summary="撤销报备", response_model=NoticeShown
)
async def revoke_notice(
    notice_id: NoticeId, caller: Annotated[Account, CallerOf("notice.revoke")], desk: DeskOf, now: Now
) -> Response:
    """Let a notice hold no more. 409 `NoticeSettled` if it was revoked before or is over."""
    return shown(shape(await notices.revoke_notice(desk, notice_id, by=caller, at=now), now))
