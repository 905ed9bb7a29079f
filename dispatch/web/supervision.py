"""事中监督: 督办, 升级, 挂起, 延时说明, and what the supervisor's screen shows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.room import Once
from dispatch.desk.supervision import onduty, supervising, supervisions, waiting, warnings
from dispatch.desk.supervision.supervisions import OrderState
from dispatch.tickets.events import Event
from dispatch.tickets.facts import Text, Words
from dispatch.tickets.model import Supervision, Ticket
from dispatch.tickets.terms import Addressee, EscalationReason, ExcuseReason, SuspendReason
from dispatch.tickets.words import Stage

from .bodies import Envelope, Instant
from .commands import answer_of, report_of
from .deps import BodyOf, CallerOf, DeskOf, Now, TicketId, shown
from .idempotency import OnceOf

router = APIRouter(tags=["supervision 督办预警"])

MOST = 500  # lines in one page
LATELY = timedelta(days=1)  # how far back warnings are listed if nobody says

Area = Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属;缺省为本辖区")]
Key = Annotated[Once | None, OnceOf()]


class SuperviseBody(Envelope):
    """A 督办单 to the ticket's unit."""

    reason: Words = Field(description="督办事由")
    addressee: Addressee = Field(description="承办人:由其答复")
    copies: Annotated[list[Addressee], Field(max_length=len(Addressee))] = Field(default=[], description="抄送")
    due_at: Instant | None = Field(default=None, description="答复期限;缺省按规则包 supervision.answer_due")


class EscalateBody(Envelope):
    """Why the ticket goes up."""

    reason: EscalationReason = Field(description="升级原因;far_late、unanswered 由系统自动升级")
    text: Text = Field(default="", description="情况说明")


class SuspendBody(Envelope):
    """Why the repair waits, and how long at most."""

    reason: SuspendReason
    text: Words = Field(description="情况说明")
    until_at: Instant = Field(description="挂起截止时间,到期自动恢复;一次最长按规则包 supervision.suspend_max")


class ExcuseBody(Envelope):
    """Why the crew will be late, and when the customer was told so."""

    reason: ExcuseReason = Field(description="weather 须有该地区现行有效的恶劣天气令,由系统查得")
    explanation: Words = Field(description="向客户说明的内容")
    told_at: Instant = Field(description="告知客户的时间")
    eta_at: Instant | None = Field(default=None, description="告知客户的新预计到场时间;填写后短信也告知客户")


class SupervisionQuery(BaseModel):
    """Which 督办单 are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: Area = None
    state: OrderState | None = Field(default=None, description="缺省全部")
    q: str | None = Field(
        default=None, max_length=60, description="督办单号、工单编号、地址、单位名称中含此字样;空格分开的各词都要有"
    )
    after: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="上一页返回的 next,原样传回")
    limit: int = Field(default=100, ge=1, le=MOST, description="每页条数")


class SupervisionShown(BaseModel):
    """One 督办单 and where its ticket is."""

    ticket_id: str
    ticket_no: str
    area: str = Field(description="工单现属单位")
    stage: Stage
    state: OrderState
    supervision: Supervision


class SupervisionPage(BaseModel):
    """督办单, the newest first."""

    supervisions: Sequence[SupervisionShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


class WarningQuery(BaseModel):
    """Which warnings are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: Area = None
    since: Instant | None = Field(default=None, description="此时间之后录入的;缺省为最近 24 小时")
    level: int = Field(default=1, ge=1, le=4, description="该级及以上;超时为 3 级")
    after: str | None = Field(default=None, max_length=80, description="上一页返回的 next,原样传回")
    limit: int = Field(default=100, ge=1, le=MOST, description="每页条数")


class WarningShown(BaseModel):
    """One line of a ticket's log that warns somebody."""

    ticket_id: str
    ticket_no: str
    version: int = Field(description="工单日志行号")
    area: str = Field(description="当时的工单单位")
    at: datetime = Field(description="应发生时间")
    entered_at: datetime = Field(description="服务器记录时间")
    by: str = Field(description="账号编号;system 为系统")
    label: str = Field(description="预警、超时、督办或升级")
    event: Event


class WarningPage(BaseModel):
    """What was raised lately, the newest first."""

    warnings: Sequence[WarningShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


class GapQuery(BaseModel):
    """Where gaps are looked for."""

    model_config = ConfigDict(extra="forbid")

    area: Area = None


class GapShown(BaseModel):
    """A county in which not everybody can be told."""

    area: str
    name: str
    missing: Sequence[Addressee] = Field(description="本级及上级都没有值班联系人的告知对象")
    depots: Sequence[str] = Field(description="没有班所长联系人的班所")
    crews: int = Field(description="没有登记电话的在用队伍数")


class Gaps(BaseModel):
    """Counties in which not everybody can be told; none: every warning reaches somebody."""

    areas: Sequence[GapShown]


@router.post("/tickets/{ticket_id}/supervise", operation_id="supervise_ticket", summary="督办", response_model=Ticket)
async def supervise_ticket(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("ticket.supervise")],
    body: Annotated[SuperviseBody, BodyOf(SuperviseBody)],
    once: Key,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Issue a 督办单 with its own number; addressee and copies are told at once, unanswered it escalates by itself."""
    ticket = await supervising.supervise(
        desk,
        ticket_id,
        reason=body.reason,
        addressee=body.addressee,
        copies=tuple(body.copies),
        due_at=body.due_at,
        by=caller,
        report=report_of(body, caller, "ticket.supervise"),
        at=now,
        once=once,
    )
    return answer_of(ticket, once)


@router.post("/tickets/{ticket_id}/escalate", operation_id="escalate_ticket", summary="升级", response_model=Ticket)
async def escalate_ticket(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("ticket.escalate")],
    body: Annotated[EscalateBody, BodyOf(EscalateBody)],
    once: Key,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Take the ticket up to those whom the reason concerns; they are told at once."""
    ticket = await supervising.escalate(
        desk,
        ticket_id,
        reason=body.reason,
        text=body.text,
        by=caller,
        report=report_of(body, caller, "ticket.escalate"),
        at=now,
        once=once,
    )
    return answer_of(ticket, once)


@router.post("/tickets/{ticket_id}/suspend", operation_id="suspend_ticket", summary="挂起", response_model=Ticket)
async def suspend_ticket(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("ticket.suspend")],
    body: Annotated[SuspendBody, BodyOf(SuspendBody)],
    once: Key,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Let the repair's clock stand still from now on, and no other; it goes on by itself at `until_at`."""
    ticket = await waiting.suspend(
        desk,
        ticket_id,
        reason=body.reason,
        text=body.text,
        until_at=body.until_at,
        by=caller,
        report=report_of(body, caller, "ticket.suspend"),
        at=now,
        once=once,
    )
    return answer_of(ticket, once)


@router.post("/tickets/{ticket_id}/excuse", operation_id="excuse_ticket", summary="延时说明", response_model=Ticket)
async def excuse_ticket(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("ticket.excuse")],
    body: Annotated[ExcuseBody, BodyOf(ExcuseBody)],
    once: Key,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Note, before the limit, why the crew will be late; a late arrival stays late, and is excused."""
    ticket = await waiting.excuse(
        desk,
        ticket_id,
        reason=body.reason,
        explanation=body.explanation,
        told_at=body.told_at,
        eta_at=body.eta_at,
        by=caller,
        report=report_of(body, caller, "ticket.excuse"),
        at=now,
        once=once,
    )
    return answer_of(ticket, once)


@router.get("/supervisions", operation_id="list_supervisions", summary="督办单列表", response_model=SupervisionPage)
async def list_supervisions(
    caller: Annotated[Account, CallerOf("supervision.read")],
    query: Annotated[SupervisionQuery, Query()],
    desk: DeskOf,
) -> Response:
    """List the 督办单 of an area, page by page, the newest first."""
    found = await supervisions.page(
        desk,
        by=caller,
        area=query.area,
        state=query.state,
        said=(query.q or "").split(),
        after=query.after,
        limit=query.limit,
    )
    following = found[-1].supervision.no if len(found) == query.limit else None
    listed = [SupervisionShown(**{name: getattr(one, name) for name in SupervisionShown.model_fields}) for one in found]
    return shown(SupervisionPage(supervisions=listed, next=following))


@router.get("/warnings", operation_id="list_warnings", summary="预警列表", response_model=WarningPage)
async def list_warnings(
    caller: Annotated[Account, CallerOf("warning.read")],
    query: Annotated[WarningQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """List what ladders and people raised in an area, page by page, the newest first."""
    found = await warnings.page(
        desk,
        by=caller,
        area=query.area,
        since=query.since or now - LATELY,
        level=query.level,
        after=query.after,
        limit=query.limit,
    )
    following = found[-1].cursor if len(found) == query.limit else None
    return shown(WarningPage(warnings=[_warning(one) for one in found], next=following))


def _warning(one: warnings.Alarm) -> WarningShown:
    return WarningShown(
        ticket_id=one.ticket_id,
        ticket_no=one.ticket_no,
        version=one.version,
        area=one.area,
        at=one.at,
        entered_at=one.entered_at,
        by=one.by,
        label=one.event.label,
        event=one.event,
    )


@router.get("/supervision/contacts", operation_id="list_contact_gaps", summary="告知缺口", response_model=Gaps)
async def list_contact_gaps(
    caller: Annotated[Account, CallerOf("supervision.contacts")],
    query: Annotated[GapQuery, Query()],
    desk: DeskOf,
) -> Response:
    """List the counties in which a warning would not reach all whom it is for."""
    found = await onduty.gaps_in(desk, query.area, by=caller)
    listed = [GapShown(**{name: getattr(one, name) for name in GapShown.model_fields}) for one in found]
    return shown(Gaps(areas=listed))
