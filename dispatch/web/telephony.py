"""What the telephone platform (话务平台) tells of calls at the seats, and the call at one's own seat."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account, Login
from dispatch.desk.intake import telephony
from dispatch.desk.intake.calls import Phone
from dispatch.desk.intake.telephony import Rang
from dispatch.notify.ringing import TelephoneCall

from .bodies import Id, In, Instant
from .deps import BodyOf, CallerOf, DeskOf, Now, shown

router = APIRouter(prefix="/telephony", tags=["telephony 话务平台"])

Machine = Annotated[Account, CallerOf("telephony.report")]
CallRef = Annotated[Id, Field(description="话务平台的呼叫编号;同一编号再次上报不会重复弹屏")]


class RingingBody(In):
    """A call rings, or was passed on to another seat. The same again, and late, is fine."""

    call_ref: CallRef
    agent: Login = Field(description="座席在本系统的登录名")
    phone: Phone | None = Field(default=None, description="主叫号码;未显示时为空。挂断后即不再保存,最长保存 1 小时")
    at: Instant | None = Field(default=None, description="振铃时间;缺省为现在")


class EndedBody(In):
    """A call is over. The same again is fine, and so is a call that was never told."""

    call_ref: CallRef
    at: Instant | None = Field(default=None, description="挂断时间;缺省为现在")


class RingingAnswer(BaseModel):
    """Whether this report put the call before the seat."""

    shown: bool = Field(description="false:以前上报过、已挂断、座席已有更新的来电,或振铃已超过 1 小时,未再弹屏")


class CallShown(BaseModel):
    """A call that rings or is on."""

    call_ref: str
    phone: str = Field(description="主叫号码;未显示时为空")
    known: bool = Field(description="该号码以前来过电")
    at: datetime = Field(description="振铃时间")


class OwnCall(BaseModel):
    """What rings or is on at one's own seat."""

    call: CallShown | None = Field(description="没有来电时为空")


@router.post(
    "/ringing", operation_id="report_ringing", summary="来电振铃", status_code=202, response_model=RingingAnswer
)
async def report_ringing(
    caller: Machine, body: Annotated[RingingBody, BodyOf(RingingBody)], desk: DeskOf, now: Now
) -> Response:
    """
    Show a call to the consoles of its seat (`Ringing` on the live feed), and to no others.

    The newest call of a seat wins: the one before is over then (`HungUp`). The same call at another seat was passed on.
    """
    rang = Rang(body.call_ref, body.agent, body.phone, body.at or now)
    return shown(RingingAnswer(shown=await telephony.ring(desk, rang, now=now)), status=202)


@router.post("/ended", operation_id="report_ended", summary="来电挂断", status_code=204)
async def report_ended(
    caller: Machine, body: Annotated[EndedBody, BodyOf(EndedBody)], desk: DeskOf, now: Now
) -> Response:
    """Take a call off its seat and forget its number."""
    await telephony.hang_up(desk, body.call_ref, at=body.at or now, now=now)
    return Response(status_code=204)


@router.get("/mine", operation_id="read_own_call", summary="本席来电", response_model=OwnCall)
async def read_own_call(caller: Annotated[Account, CallerOf("telephony.own")], desk: DeskOf, now: Now) -> Response:
    """Return the call that rings or is on at one's own seat, for a page that was loaded again."""
    call = await telephony.mine(desk, by=caller, now=now)
    answer = shown(OwnCall(call=None if call is None else _shown(call)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _shown(call: TelephoneCall) -> CallShown:
    return CallShown(call_ref=call.call_ref, phone=call.phone, known=call.known, at=call.rang_at)
