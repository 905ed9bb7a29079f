"""
Taking calls: the busiest route. It reads the request itself, so that nothing is done for a call that need not be.

``openapi.py`` documents it from what is written on ``log_call``; ``Express`` serves it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, cast

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from dispatch.accounts.rights import check_role
from dispatch.desk.intake.calls import CallIn, Taken
from dispatch.desk.intake.intake import Intake
from dispatch.kit.errors import Refusal
from dispatch.places.finder import Suggestions
from dispatch.tickets.guards import stands_apart
from dispatch.tickets.model import Ticket, document
from dispatch.tickets.words import CallOutcome

from .auth import account_of
from .bodies import CalledPlace, In, check_media, derived, parse
from .errors import JSON, refused
from .idempotency import HEADER, REPLAYED, once, parameter
from .places import PlaceShown, suggested

router = APIRouter(tags=["calls 来电"])

PATH = "/api/v1/calls"


class CallParts(In):
    """What a call may say of its place in any way."""

    spared = frozenset({"place", "county", "place_code", "place_said"})


# The rest is read strictly here; the desk reads the fields and does not care whose shape it is.
CallBody = derived(
    "CallBody",
    CallIn,
    base=CallParts,
    without=frozenset({"place"}),
    place=(
        CalledPlace,
        Field(default=None, description="故障位置;与 county 至少填一项,否则转省监控定位。有误也照收,见 place_doubt"),
    ),
)


class TakenAnswer(BaseModel):
    """The call is kept: the ticket it became, or the open one of the same customer that it chases."""

    call_id: str = Field(description="来电编号")
    outcome: CallOutcome = Field(description="chase:该客户已有未结工单,本次来电记为催办")
    important: bool = Field(description="重要用户或生命支持用户,负责人已获告知;请向客户说明专人跟进")
    notice: str | None = Field(description="工单带有重要或敏感客户标签(重要客户台账所列,或座席所填)时的提示")
    arrive_by: datetime | None = Field(description="可告知客户的最迟到场时间;草稿、已到场或无需到场时为空")
    place_doubt: str | None = Field(description="这次来电所说的地点有何不妥;请当即与客户核实。没有不妥时为空")
    places: Sequence[PlaceShown] | None = Field(
        description="地点待核时按客户所说的候选;选定后以更正补入 place_code。位置已知或暂不能查询时为空"
    )
    ask: str | None = Field(description="建议再问客户什么")
    ticket: Ticket


async def log_call(request: Request) -> Response:
    """
    Take a call: it becomes a ticket (or a draft) and is answered when it is safely kept.

    A customer who has an open ticket gets no second one: the call is kept with that ticket and chases it (`outcome`
    is `chase`), the third contact escalates it. Customers are known by account number and telephone.

    Nothing that is wrong with `place`, `county`, `place_code` or `place_said` loses the call (swapped, in the sea, in
    another system, no number, another province's): it is kept, without the point if that cannot be, and `place_doubt`
    says what is wrong. Where nobody knows the place, `places` are what the
    caller may have meant; none is taken without being picked.

    The same key and body again give the first answer.
    """
    app: Any = request.app
    caller = await account_of(request)
    check_role(caller, "call.log")
    raw = await request.body()
    check_media(request.headers, raw)
    same = once(request.headers.get(HEADER), "POST", PATH, raw)
    call = cast(CallIn, parse(CallBody, raw))
    intake: Intake = app.state.intake
    taken = await intake.log_call(call, by=caller, at=app.state.clock.now(), once=same)
    found = await app.state.wording.suggest(app.state.desk, taken.ticket)
    return _answer(taken, intake.arrive_by(taken.ticket), found)


def _answer(taken: Taken, arrive_by: datetime | None, found: Suggestions | None) -> Response:
    important = "true" if taken.ticket.flags.important else "false"
    promise = f'"{arrive_by.isoformat()}"' if arrive_by else "null"
    head = f'"call_id":"{taken.call_id}","outcome":"{taken.outcome.value}"'
    notice = f'"{said}"' if (said := _notice(taken.ticket)) else "null"
    doubt = msgspec.json.encode(taken.place_doubt or None).decode()
    told = f'"important":{important},"notice":{notice},"arrive_by":{promise},"place_doubt":{doubt},{_candidates(found)}'
    body = f'{{{head},{told},"ticket":{document(taken.ticket)}}}'
    return Response(body, status_code=201, media_type=JSON, headers=REPLAYED if taken.replayed else None)


def _candidates(found: Suggestions | None) -> str:
    if found is None:
        return '"places":null,"ask":null'
    return msgspec.json.encode(suggested(found)).decode()[1:-1]


def _notice(ticket: Ticket) -> str:
    """Return what the seat must know of a customer whose supply is protected, whoever said so."""
    if ticket.protected is None:
        return ""
    alone = ",工单单独办理,不与他单归并" if stands_apart(ticket) else ""
    return f"该户标签为“{ticket.protected.label}”{alone}"


log_call.shape = CallBody  # type: ignore[attr-defined]
log_call.parameter = parameter(required=True)  # type: ignore[attr-defined]
log_call.action = "call.log"  # type: ignore[attr-defined]


class QuickHeaders(Headers):
    """Headers that are looked up, not searched; of one that comes twice the first counts."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope=scope)
        self._values = dict(reversed(scope["headers"]))

    def get(self, key: str, default: Any = None) -> Any:
        value = self._values.get(key.lower().encode("latin-1"))
        return default if value is None else value.decode("latin-1")


class QuickRequest(Request):
    """A request that is read once, whole, by code that knows what it looks for."""

    @cached_property
    def headers(self) -> Headers:
        return QuickHeaders(self.scope)

    async def body(self) -> bytes:
        parts = []
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                return b"".join(parts)


class Express:
    """
    Serves ``POST /api/v1/calls`` in place of the framework's way to a route, which costs half as much as taking a call.

    The app puts the same around it as around every route.
    """

    path = PATH  # what logs and figures call the route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self
        try:
            response = await log_call(QuickRequest(scope, receive))
        except Refusal as refusal:
            response = refused(refusal)
        except ClientDisconnect:
            return
        await response(scope, receive, send)


def is_call(scope: Scope) -> bool:
    """Tell whether the request is for ``Express``."""
    return bool(scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST")


router.add_api_route(
    "/calls",
    log_call,
    methods=["POST"],
    status_code=201,
    operation_id="log_call",
    summary="受理来电",
    response_model=TakenAnswer,
    response_description="来电已保存,附生成的工单",
)
