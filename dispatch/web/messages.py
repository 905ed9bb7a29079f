"""Messages that went out or could not, texts that wait for a person, and who is told on duty."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.intake import inbound
from dispatch.desk.intake.inbound import Reading
from dispatch.desk.messages import messaging
from dispatch.desk.naming import Called, called
from dispatch.desk.supervision import contacts
from dispatch.desk.supervision.contacts import DutyContact
from dispatch.notify.templates import Medium, Occasion, Question
from dispatch.notify.texts import Listed, Standing

from .bodies import In
from .deps import AreaCode, BodyOf, CallerOf, DeskOf, Now, shown
from .tickets import unspaced

router = APIRouter(tags=["messages 短信与语音"])

AREA = r"^[A-Za-z0-9_-]{1,32}$"
NAME = r"^[A-Za-z0-9_.:-]{1,64}$"
MessageId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="消息编号")]
TextId = Annotated[str, Path(pattern=NAME, description="来信编号")]
Manager = Annotated[Account, CallerOf("contact.manage")]


class MessageQuery(BaseModel):
    """Which messages are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(default=None, pattern=AREA, description="区域编码,含其下属单位;缺省为本辖区")
    state: Standing | None = Field(default=None, description="dead 为发送失败,可重发")
    ticket_id: str | None = Field(default=None, pattern=NAME, description="只看该工单的消息")
    number: Annotated[str | None, BeforeValidator(unspaced)] = Field(
        default=None,
        alias="no",
        pattern=r"^[A-Za-z0-9-]{4,40}$",
        description="只看这个工单编号的消息;可只给其中连续的至少 4 位(空格不计)",
    )
    after: str | None = Field(default=None, pattern=NAME, description="上一页返回的 next")
    limit: int = Field(default=100, ge=1, le=500, description="每页条数")


class MessageShown(BaseModel):
    """One message: to whom (masked), why and how far; not what it says."""

    id: str
    area: str
    area_name: str | None
    ticket_id: str | None
    ticket_no: str | None = Field(description="工单编号")
    booking_id: str | None = Field(description="所通知的预约")
    channel: Medium
    occasion: Occasion
    to_phone: str = Field(description="号码,中间四位隐去")
    expects: Question | None = Field(description="所问的问题")
    urgent: bool = Field(description="免打扰时段也发送")
    state: Standing
    attempts: int
    next_at: datetime | None = Field(description="下次发送时间")
    provider_id: str | None
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    expires_at: datetime = Field(description="到此时仍未发出则作废")

    @classmethod
    def of(cls, one: Listed, named: Called) -> Self:
        no = named.tickets.get(one.ticket_id or "")
        return cls(**asdict(one), area_name=named.areas.get(one.area), ticket_no=no)


class MessagePage(BaseModel):
    """Messages, the newest first."""

    messages: Sequence[MessageShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


class TextQuery(BaseModel):
    """Which texts are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(default=None, pattern=AREA, description="区域编码,含其下属单位;缺省为本辖区")
    after: str | None = Field(default=None, pattern=NAME, description="上一页返回的 next")
    limit: int = Field(default=100, ge=1, le=500, description="每页条数")


class TextShown(BaseModel):
    """A text that somebody sent to us, and why no machine could deal with it."""

    id: str
    area: str
    phone: str = Field(description="来信号码,中间四位隐去")
    text: str
    at: datetime
    state: Reading
    outcome: str = Field(description="未能自动处理的原因代码")
    ticket_id: str | None
    ticket_no: str | None = Field(description="工单编号")
    booking_id: str | None = Field(
        description="所答复的预约;outcome 为 CallWanted 时客户要求来电另约,为 NotReached 时改约短信未送达,须致电客户"
    )
    crew_id: str | None
    crew_name: str | None = Field(description="来信班组名称")


class TextPage(BaseModel):
    """Texts that wait for a person."""

    texts: Sequence[TextShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


class ReadBody(In):
    """What a person made of a text."""

    remark: str = Field(min_length=1, max_length=200, description="处理情况")


class ContactsBody(In):
    """All who are on duty in an area; who is not among them is forgotten."""

    contacts: list[DutyContact] = Field(max_length=100)


class ContactsShown(BaseModel):
    """Who is told on duty in an area."""

    area: str
    contacts: Sequence[DutyContact]


@router.get("/messages", operation_id="list_messages", summary="外呼消息", response_model=MessagePage)
async def list_messages(
    caller: Annotated[Account, CallerOf("message.read")], query: Annotated[MessageQuery, Query()], desk: DeskOf
) -> Response:
    """List messages; those with state `dead` can be sent again."""
    found = await messaging.page(desk, by=caller, **query.model_dump())
    following = found[-1].id if len(found) == query.limit else None
    named = await called(desk, tickets=(one.ticket_id for one in found), areas=(one.area for one in found))
    return shown(MessagePage(messages=[MessageShown.of(one, named) for one in found], next=following))


@router.post("/messages/{message_id}/requeue", operation_id="requeue_message", summary="重发消息", status_code=204)
async def requeue_message(
    message_id: MessageId, caller: Annotated[Account, CallerOf("message.requeue")], desk: DeskOf, now: Now
) -> Response:
    """Let a message be sent after all that was given up; 409 `NotDead` if it was not."""
    await messaging.requeue(desk, message_id, by=caller, at=now)
    return Response(status_code=204)


@router.get("/texts", operation_id="list_texts", summary="待读来信", response_model=TextPage)
async def list_texts(
    caller: Annotated[Account, CallerOf("inbound.read")], query: Annotated[TextQuery, Query()], desk: DeskOf
) -> Response:
    """List what people wrote that no machine could deal with."""
    found = await inbound.unread(desk, by=caller, **query.model_dump())
    following = found[-1].id if len(found) == query.limit else None
    named = await called(desk, tickets=(one.ticket_id for one in found), crews=(one.crew_id for one in found))
    texts = [
        TextShown(
            **asdict(one),
            ticket_no=named.tickets.get(one.ticket_id or ""),
            crew_name=named.crews.get(one.crew_id or ""),
        )
        for one in found
    ]
    return shown(TextPage(texts=texts, next=following))


@router.post("/texts/{text_id}/read", operation_id="read_text", summary="来信已处理", status_code=204)
async def read_text(
    text_id: TextId,
    caller: Annotated[Account, CallerOf("inbound.read")],
    body: Annotated[ReadBody, BodyOf(ReadBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Note that a person has dealt with a text, and how."""
    await inbound.dealt_with(desk, text_id, remark=body.remark, by=caller, at=now)
    return Response(status_code=204)


@router.get("/areas/{code}/contacts", operation_id="read_contacts", summary="值班联系人", response_model=ContactsShown)
async def read_contacts(code: AreaCode, caller: Manager, desk: DeskOf) -> Response:
    """Say who is told on duty in an area; where none is entered, the area above is asked."""
    return _contacts(code, await contacts.contacts(desk, code, by=caller))


@router.put(
    "/areas/{code}/contacts", operation_id="set_contacts", summary="设置值班联系人", response_model=ContactsShown
)
async def set_contacts(
    code: AreaCode, caller: Manager, body: Annotated[ContactsBody, BodyOf(ContactsBody)], desk: DeskOf, now: Now
) -> Response:
    """Put these in the place of the area's contacts."""
    return _contacts(code, await contacts.set_contacts(desk, code, body.contacts, by=caller, at=now))


def _contacts(code: str, found: Sequence[DutyContact]) -> Response:
    return shown(ContactsShown(area=code, contacts=found), headers={"Cache-Control": "no-store"})
