"""The seats' return visits: who is to be called, begin a call, what came of it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.closing import callbacks
from dispatch.desk.closing.callbacks import Visit
from dispatch.desk.closing.visits import Answer
from dispatch.desk.room import Once
from dispatch.tickets.facts import Text
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Channel

from .bodies import Envelope, event_fields
from .commands import answer_of, report_of
from .deps import BodyOf, CallerOf, DeskOf, Now, TicketId, shown
from .idempotency import OnceOf

router = APIRouter(prefix="/callbacks", tags=["callbacks 回访"])

ACTION = "callback.call"
Seat = Annotated[Account, CallerOf(ACTION)]
Repeatable = Annotated[Once | None, OnceOf()]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = r"^[0-9]{1,17}-[A-Za-z0-9_-]{1,64}$"


class VisitQuery(BaseModel):
    """Which visits are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属单位;缺省为本辖区"
    )
    after: str | None = Field(default=None, pattern=CURSOR, description="上一页返回的 next")
    limit: int = Field(default=50, ge=1, le=200, description="每页条数")


class QuestionShown(BaseModel):
    """One question to put."""

    field: str = Field(description="回答填入 answer 的哪个字段")
    words: str = Field(description="问法")
    record: str = Field(description="系统记录,供核对")


class VisitShown(BaseModel):
    """One customer who has still to answer."""

    ticket: Ticket
    way: Literal["sms", "call"] = Field(description="sms 短信已问,到时仍未答复再打电话;call 由人回访")
    call_at: datetime = Field(description="从何时起可以打电话")
    due: bool = Field(description="现在就可以打")
    seat: str | None = Field(description="正在回访的座席")
    questions: Sequence[QuestionShown]
    history: Sequence[str] = Field(description="工单经过,一步一行")


class VisitPage(BaseModel):
    """Who has still to answer, those who are due the longest first."""

    visits: Sequence[VisitShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


class NumberShown(BaseModel):
    """A number to call."""

    call_id: str
    channel: Channel
    phone: str
    at: datetime
    account_no: str | None


class BegunShown(BaseModel):
    """A call that is being made."""

    visit: VisitShown
    contacts: Sequence[NumberShown] = Field(description="报修及催办时的来电号码,从先到后")
    held_until: datetime = Field(description="此前其他座席不能回访该客户")


class MissedBody(Envelope):
    """A call that nobody answered."""

    text: Text = Field(default="", description="情况说明")


class AnswerBody(Envelope):
    """What the customer said; what was not asked is left out."""

    satisfied: bool | None = Field(default=None, description="是否满意")
    power_back: bool | None = Field(default=None, description="是否已来电;否则重新处理")
    on_time: bool | None = Field(default=None, description="到场是否及时")
    attitude_good: bool | None = Field(default=None, description="态度是否良好")
    charged: bool | None = Field(default=None, description="是否被收费")
    text: Text = Field(default="", description="客户意见")


@router.get("", operation_id="list_callbacks", summary="回访名单", response_model=VisitPage)
async def list_callbacks(
    caller: Annotated[Account, CallerOf("callback.read")],
    query: Annotated[VisitQuery, Query()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """List who has still to answer, with what to ask and the ticket's history in short."""
    found = await callbacks.page(
        desk, by=caller, at=now, area=query.area, after=_position(query.after), limit=query.limit
    )
    following = _cursor(found[-1]) if len(found) == query.limit else None
    return shown(VisitPage(visits=[_shown(visit) for visit in found], next=following))


def _cursor(visit: Visit) -> str:
    return f"{(visit.call_at - EPOCH) // timedelta(microseconds=1)}-{visit.ticket.id}"


def _position(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    microseconds, _, ticket_id = cursor.partition("-")
    return EPOCH + timedelta(microseconds=int(microseconds)), ticket_id


def _shown(visit: Visit) -> VisitShown:
    return VisitShown.model_validate({**_parts(visit), "questions": [asdict(one) for one in visit.questions]})


def _parts(visit: Visit) -> dict[str, object]:
    """Return a visit's parts without copying its ticket."""
    return {name: getattr(visit, name) for name in VisitShown.model_fields}


@router.post("/{ticket_id}/begin", operation_id="begin_callback", summary="开始回访", response_model=BegunShown)
async def begin_callback(ticket_id: TicketId, caller: Seat, desk: DeskOf, now: Now) -> Response:
    """
    Take a visit on; the answer holds the numbers to call, and that they were looked at is kept.

    409 `QuietHours` or `NotYetDue` with `details.from`, the time from which one may call; 409 `BeingCalled` if another
    seat has it; 409 `NoVisit` if the customer need not be called.
    """
    begun = await callbacks.begin(desk, ticket_id, by=caller, at=now)
    numbers = [NumberShown(**asdict(contact)) for contact in begun.contacts]
    answer = BegunShown(visit=_shown(begun.visit), contacts=numbers, held_until=begun.held_until)
    return shown(answer, headers={"Cache-Control": "no-store"})


@router.post("/{ticket_id}/missed", operation_id="miss_callback", summary="回访未接通", response_model=Ticket)
async def miss_callback(
    ticket_id: TicketId,
    caller: Seat,
    body: Annotated[MissedBody, BodyOf(MissedBody)],
    once: Repeatable,
    desk: DeskOf,
    now: Now,
) -> Response:
    """Note a call that nobody answered; after as many as the rule pack asks for the ticket is closed."""
    report = report_of(body, caller, ACTION)
    ticket = await callbacks.missed(desk, ticket_id, text=body.text, by=caller, report=report, at=now, once=once)
    return answer_of(ticket, once)


@router.post("/{ticket_id}/answer", operation_id="answer_callback", summary="回访结果", response_model=Ticket)
async def answer_callback(
    ticket_id: TicketId,
    caller: Seat,
    body: Annotated[AnswerBody, BodyOf(AnswerBody)],
    once: Repeatable,
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Keep what the customer said: satisfied closes the ticket; still without power, or dissatisfied, it is seen to again.

    Who is dissatisfied again after that is closed so, and those who supervise hear of it.
    """
    report, said = report_of(body, caller, ACTION), Answer(**event_fields(body))
    return answer_of(await callbacks.answer(desk, ticket_id, said, by=caller, report=report, at=now, once=once), once)
