"""What is known before a ticket is made, and a caller's ticket joined to what is known (受理研判、拦截)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.desk.intake import history, knowing
from dispatch.desk.intake.calls import Phone
from dispatch.desk.intake.placing import place_call
from dispatch.desk.outages import outages
from dispatch.desk.room import Once
from dispatch.outages.model import Served, Verdict
from dispatch.tickets.facts import Code
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import CallOutcome, Cause, Channel, Matched, Stage, Symptom

from .bodies import CalledPlace, Id, In
from .commands import answer_of
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import OnceOf

router = APIRouter(tags=["outages 停电"])


class KnownBody(In):
    """Who calls, from where; the more is said, the more is known."""

    account_no: Code | None = Field(default=None, description="户号")
    phone: Phone | None = Field(default=None, description="来电号码;按最近一次来电的户号查找")
    place: CalledPlace = Field(
        default=None, description="故障位置;没有户号时按最近的表箱查找。有误也照查,见 place_doubt"
    )
    area: Code | None = Field(default=None, description="区域编码;用于查找报备")


class KnownShown(BaseModel):
    """What to tell the caller, and what to do with the call."""

    verdict: Verdict
    label: str = Field(description="研判结论")
    sentence: str = Field(description="座席答复话术")
    urgent: bool = Field(description="须按紧急工单派发")
    etr_at: datetime | None = Field(description="预计复电")
    outage_id: str | None = Field(description="停电信息编号")
    ticket_id: str | None = Field(description="可并入的主单;建单后调用 attach")
    matched: Matched | None = Field(description="可按咨询办结的原因;为空则须建单")
    account_no: str | None
    area: str | None
    device: str | None = Field(description="疑似停电的设备")
    served: Served | None = Field(description="供电设备归属")
    protected: str | None = Field(description="重要或敏感客户标签,建单时照填")
    evidence: Sequence[str] = Field(description="依据")
    place_doubt: str | None = Field(description="所说的位置有何不妥,未按它查找或须核对;没有不妥时为空")


class CallerBody(In):
    """Who calls."""

    account_no: Code | None = Field(default=None, description="户号")
    phone: Phone | None = Field(default=None, description="来电号码")


class ContactShown(BaseModel):
    """One earlier contact of the caller, and what became of it."""

    call_id: str
    at: datetime = Field(description="来电时间")
    channel: Channel
    outcome: CallOutcome
    ticket_id: str | None
    ticket_no: str | None
    stage: Stage | None = Field(description="工单现在的环节;按咨询办结的为空")
    symptom: Symptom | None
    address: str | None
    cause: Cause | None = Field(description="查明的故障原因")
    satisfied: bool | None = Field(description="回访是否满意;未回访为空")


class HistoryShown(BaseModel):
    """A caller's contacts of a year, the newest first."""

    n: int = Field(description=f"一年内来电次数,最多数到 {history.COUNTED}")
    contacts: Sequence[ContactShown] = Field(description=f"最近 {history.MOST} 次")


class AttachBody(In):
    """Which ticket joins which outage."""

    outage_id: Id = Field(description="停电信息编号")
    ticket_id: Id = Field(description="来电生成的工单")


@router.post("/calls/known", operation_id="known_of_call", summary="受理研判", response_model=KnownShown)
async def known_of_call(
    caller: Annotated[Account, CallerOf("call.log")],
    body: Annotated[KnownBody, BodyOf(KnownBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Say what is known of a caller's trouble before a ticket is made; nothing is kept."""
    where = place_call(desk, body.place)
    known = await knowing.what_is_known(
        desk,
        account_no=body.account_no,
        phone=body.phone,
        lon=where.lon,
        lat=where.lat,
        area=body.area,
        at=now,
    )
    return shown(KnownShown(label=known.verdict.label, place_doubt=where.doubt, **asdict(known)))


@router.post("/calls/history", operation_id="history_of_caller", summary="来电历史", response_model=HistoryShown)
async def history_of_caller(
    caller: Annotated[Account, CallerOf("call.log")],
    body: Annotated[CallerBody, BodyOf(CallerBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """List what the number or the account got in touch about within a year; nothing is kept."""
    found = await history.history(desk, account_no=body.account_no, phone=body.phone, at=now)
    return shown(HistoryShown(n=found.n, contacts=[ContactShown(**asdict(one)) for one in found.contacts]))


@router.post(
    "/calls/known/attach",
    operation_id="attach_call",
    summary="并入已知停电",
    response_model=Ticket,
    response_description="并入后的工单",
)
async def attach_call(
    caller: Annotated[Account, CallerOf("call.log")],
    body: Annotated[AttachBody, BodyOf(AttachBody)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Let a caller's ticket join the incident of a known outage; nobody else is sent, and it shows the incident's ETR.

    Where planned work overruns, the ticket becomes urgent instead. 409 `NotMergeable` for hazards and protected
    customers, `NotInOutage` if the customer does not hang on what is dark, `OutageOver` if it has ended.
    """
    ticket = await outages.attach(desk, body.outage_id, body.ticket_id, by=caller, at=now, once=once)
    return answer_of(ticket, once)
