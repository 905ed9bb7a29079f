"""What a message gateway hands back to us: what became of messages, and what people write."""

import re
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.desk.intake import inbound
from dispatch.desk.intake.inbound import Incoming, Reading
from dispatch.desk.messages import messaging
from dispatch.notify.sending import Fact

from .bodies import In, Instant
from .deps import BodyOf, CallerOf, DeskOf, Now, shown

router = APIRouter(prefix="/gateway", tags=["gateway 消息网关"])

NUMBER = re.compile(r"\+?[0-9][0-9 -]{1,18}")
MOST_SIGNS = 20_000  # no text is as long; one that is refused would be lost, for a gateway drops what it cannot deliver
Machine = Annotated[Account, CallerOf("gateway.report")]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}(\.[0-9]{1,6})?$", description="发送时给出的 id,原样回传")]


class ReceiptBody(In):
    """What became of a message. The same again, and in any order, is fine."""

    id: Key
    status: Fact = Field(description="taken 已接收;delivered 已送达;failed 未送达,不会再送")
    at: Instant | None = Field(default=None, description="网关时间;缺省为现在")
    provider_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.:-]{1,64}$", description="网关自己的编号")


class InboundBody(In):
    """A text that somebody sent to us."""

    id: str = Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$", description="网关的编号;同号只处理一次")
    tolerant = True

    sender: str = Field(alias="from", max_length=100, description="来信号码;字母名称也收,留待人工阅读")
    text: str = Field(max_length=MOST_SIGNS, description="内容")
    at: Instant = Field(description="网关收到的时间")


class InboundAnswer(BaseModel):
    """How the text was taken."""

    state: Reading = Field(description="unread 待人工阅读;routed 已自动处理;read 已人工处理")


@router.post("/receipts", operation_id="report_receipt", summary="送达回执", status_code=204)
async def report_receipt(
    caller: Machine, body: Annotated[ReceiptBody, BodyOf(ReceiptBody)], desk: DeskOf, now: Now
) -> Response:
    """Keep what became of a message; it may come before the answer to the sending, doubled, or in the wrong order."""
    at = min(body.at or now, now)
    await messaging.learn(desk, body.id, body.status, at=at, provider_id=body.provider_id)
    return Response(status_code=204)


@router.post(
    "/inbound", operation_id="receive_text", summary="客户或班组来信", status_code=202, response_model=InboundAnswer
)
async def receive_text(
    caller: Machine, body: Annotated[InboundBody, BodyOf(InboundBody)], desk: DeskOf, now: Now
) -> Response:
    """Keep a text: a crew's is a field report, a customer's answers our latest question; all else is read by people."""
    phone, text = body.sender, body.text
    if not NUMBER.fullmatch(phone):  # a name with digits in it must not pass for somebody's telephone
        phone, text = "", f"(发送方 {phone}){text}"
    incoming = Incoming(id=body.id, phone=phone, text=text, at=min(body.at, now))
    kept = await inbound.receive(desk, incoming, by=caller, at=now)
    return shown(InboundAnswer(state=kept.state), status=202)
