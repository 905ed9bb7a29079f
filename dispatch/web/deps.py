"""
What routes ask for, as types: the desk, the time, the caller with the right to be there.

``async def crews(desk: DeskOf, caller: Annotated[Account, CallerOf("crew.read")], now: Now) -> Response: …``
Bodies come by ``BodyOf``: ``body: Annotated[SignInBody, BodyOf(SignInBody)]``; ``TicketId`` is a ticket in the path.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Response
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk.room import Desk
from dispatch.reports.press import Press

from .auth import account_of
from .bodies import BodyOf as BodyOf  # routes find all they ask for here
from .errors import JSON


def _desk(connection: HTTPConnection) -> Desk:
    desk: Desk = connection.app.state.desk
    return desk


def _press(connection: HTTPConnection) -> Press:
    press: Press = connection.app.state.press
    return press


def _darkroom(connection: HTTPConnection) -> Press:
    darkroom: Press = connection.app.state.darkroom
    return darkroom


def _now(connection: HTTPConnection) -> datetime:
    now: datetime = connection.app.state.clock.now()
    return now


DeskOf = Annotated[Desk, Depends(_desk)]
PressOf = Annotated[Press, Depends(_press)]
DarkroomOf = Annotated[Press, Depends(_darkroom)]
Now = Annotated[datetime, Depends(_now)]
TicketId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="工单内部编号")]
AreaCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码")]


def CallerOf(action: str) -> Any:
    """
    Return the dependency that yields the signed-in account.

    :raises Refusal: (401) without a valid session or token
    :raises Forbidden: if the account's role does not have the right at all; where it reaches is checked at the desk
    """

    async def caller(connection: HTTPConnection) -> Account:
        account = await account_of(connection)
        rights.check_role(account, action)
        return account

    caller.action = action  # type: ignore[attr-defined]
    return Depends(caller)


def shown(value: BaseModel, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a model as the answer, serialised once."""
    return Response(value.model_dump_json(), status_code=status, media_type=JSON, headers=headers)
