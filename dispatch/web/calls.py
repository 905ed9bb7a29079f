"""
Taking calls: the busiest route. It reads the request itself, so that nothing is done for a call that need not be.

``openapi.py`` documents it from what is written on ``log_call``; ``Express`` serves it.
"""

from typing import Any, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.types import ASGIApp, Receive, Scope, Send

from dispatch.accounts.rights import check_role
from dispatch.desk.calls import CallIn
from dispatch.desk.intake import Intake, Taken
from dispatch.kit.errors import Refusal
from dispatch.tickets.model import Ticket, document

from .auth import account_of
from .bodies import In, Point, check_media, derived, parse
from .errors import JSON, refused
from .idempotency import HEADER, REPLAYED, once, parameter

router = APIRouter(tags=["calls 来电"])

PATH = "/api/v1/calls"

# Read strictly here; the desk reads the fields and does not care whose shape it is.
CallBody = derived(
    "CallBody",
    CallIn,
    base=In,
    without=frozenset({"place"}),
    place=(Point | None, Field(default=None, description="故障位置;与 county 至少填一项,否则转省监控定位")),
)


class TakenAnswer(BaseModel):
    """The call is kept, and the ticket it became."""

    call_id: str = Field(description="来电编号")
    ticket: Ticket


async def log_call(request: Request) -> Response:
    """
    Take a call: it becomes a ticket (or a draft) and is answered when it is safely kept.

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
    return _answer(await intake.log_call(call, by=caller, at=app.state.clock.now(), once=same))


def _answer(taken: Taken) -> Response:
    body = f'{{"call_id":"{taken.call_id}","ticket":{document(taken.ticket)}}}'
    return Response(body, status_code=201, media_type=JSON, headers=REPLAYED if taken.replayed else None)


log_call.shape = CallBody  # type: ignore[attr-defined]
log_call.parameter = parameter(required=True)  # type: ignore[attr-defined]
log_call.action = "call.log"  # type: ignore[attr-defined]


class Express:
    """
    Answers ``POST /api/v1/calls`` in place of the framework's way to a route, which costs as much as taking the call.

    It stands inside all that surrounds a request; every other request goes on unchanged.
    """

    path = PATH  # what logs and figures call the route

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        scope["route"] = self
        try:
            response = await log_call(Request(scope, receive))
        except Refusal as refusal:
            response = refused(refusal)
        await response(scope, receive, send)


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
