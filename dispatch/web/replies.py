"""Replies: the form that checks itself while it is filled, and the auditor's queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.closing import batching, replying
from dispatch.tickets.events import OURS, Replied
from dispatch.tickets.model import Finding
from dispatch.tickets.replyform import Defect, Severity

from .bodies import Envelope, In, derived
from .commands import event_of
from .deps import BodyOf, CallerOf, DeskOf, Now, TicketId, shown

router = APIRouter(tags=["replies 回单"])

ReplyBody: type[Envelope] = derived("ReplyBody", Replied, without=OURS)  # the very shape of ``POST …/reply``


class DefectShown(BaseModel):
    """One thing that is wrong with a reply."""

    model_config = ConfigDict(from_attributes=True)

    severity: Severity = Field(description="high 退回不受理;medium 送审核员;low 提示")
    field: str
    message: str = Field(description="错在哪里")
    remedy: str = Field(description="应当怎样填")


class ReplyChecked(BaseModel):
    """How a reply would be judged now."""

    refused: bool = Field(description="有严重问题,提交会被退回")
    audited: bool = Field(description="提交后将送回单审核")
    defects: Sequence[DefectShown]


class ReplyAudit(BaseModel):
    """A reply that an auditor should read."""

    ticket_id: str
    ticket_no: str
    version: int
    area: str
    replied_at: datetime | None
    replied_by: str
    handling: str | None
    doubtful: bool = Field(description="现场汇报可信度不足,须由审核员转回访")
    trust: float | None = Field(description="可信度,0–1")
    findings: Sequence[Finding] = Field(description="真实性核查")
    defects: Sequence[DefectShown] = Field(description="回单自检")
    reply_rejected_n: int


class ReplyAuditPage(BaseModel):
    """Replies that wait for an auditor."""

    audits: Sequence[ReplyAudit]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


class ReplyAuditQuery(BaseModel):
    """Which replies are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属单位;缺省为本辖区"
    )
    after: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="上一页返回的 next")
    limit: int = Field(default=100, ge=1, le=replying.MOST, description="每页条数")


@router.post(
    "/tickets/{ticket_id}/reply/check", operation_id="check_reply", summary="回单自检", response_model=ReplyChecked
)
async def check_reply(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("ticket.check-reply")],
    body: Annotated[Envelope, BodyOf(ReplyBody)],
    desk: DeskOf,
) -> Response:
    """Say what is wrong with a reply while it is filled; nothing is changed."""
    reply = event_of(desk, Replied, body)
    assert isinstance(reply, Replied)
    found = await replying.check(desk, ticket_id, reply, by=caller)
    return shown(ReplyChecked(refused=found.refused, audited=found.audited, defects=_shown(found.defects)))


class ReplyChildrenBody(In):
    """Nothing to say: the reply is that of the parent."""


class ReplyRefused(BaseModel):
    """A child that a person has to reply to by itself."""

    ticket_id: str
    ticket_no: str
    code: str = Field(description="拒绝的原因编码")
    message: str


class RepliedChildren(BaseModel):
    """What became of the children that were restored and had no reply."""

    replied: Sequence[str] = Field(description="已随主单回单的副单内部编号")
    left: Sequence[ReplyRefused] = Field(description="须逐件回单的副单")


@router.post(
    "/tickets/{ticket_id}/reply-children",
    operation_id="reply_children",
    summary="批量回单",
    response_model=RepliedChildren,
)
async def reply_children(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("ticket.reply-children")],
    _body: Annotated[ReplyChildrenBody, BodyOf(ReplyChildrenBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Give the reply of a parent to its restored children, each in its own log and with its own call-back.

    Allowed in a storm (rule pack, ``modes``) or under a bad-weather order; said again, it changes nothing more.
    """
    done = await batching.reply_children(desk, ticket_id, by=caller, at=now)
    left = [
        ReplyRefused(
            ticket_id=one.ticket.id,
            ticket_no=one.ticket.ticket_no,
            code=one.refusal.code,
            message=one.refusal.message,
        )
        for one in done.left
    ]
    return shown(RepliedChildren(replied=[ticket.id for ticket in done.replied], left=left))


@router.get("/reply-audits", operation_id="list_reply_audits", summary="回单审核名单", response_model=ReplyAuditPage)
async def list_reply_audits(
    caller: Annotated[Account, CallerOf("reply.audits")],
    query: Annotated[ReplyAuditQuery, Query()],
    desk: DeskOf,
) -> Response:
    """List the replies that an auditor should read: doubtful reports, or defects that are more than plain wording."""
    found = await replying.queue(desk, query.area, by=caller, after=query.after, limit=query.limit)
    following = found[-1].ticket.id if len(found) == query.limit else None
    return shown(ReplyAuditPage(audits=[_audit(one) for one in found], next=following))


def _audit(one: replying.Waiting) -> ReplyAudit:
    ticket = one.ticket
    return ReplyAudit(
        ticket_id=ticket.id,
        ticket_no=ticket.ticket_no,
        version=ticket.version,
        area=ticket.area,
        replied_at=ticket.replied_at,
        replied_by=one.replied_by,
        handling=ticket.handling,
        doubtful=ticket.flags.doubtful,
        trust=ticket.trust,
        findings=ticket.findings,
        defects=_shown(one.defects),
        reply_rejected_n=ticket.reply_rejected_n,
    )


def _shown(defects: Sequence[Defect]) -> list[DefectShown]:
    return [DefectShown.model_validate(defect) for defect in defects]
