"""Log in, log out, who am I."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from starlette.requests import Request

from dispatch.accounts.model import Account
from dispatch.accounts.rights import actions_of
from dispatch.kit.clock import SharedClock

from .auth import Anyone, check_origin, doorkeeper_of, give_cookie, session_of, take_cookie, wall_now
from .bodies import BodyOf, In
from .deps import CallerOf

router = APIRouter(tags=["accounts 账号"])


class LoginBody(In):
    """What a person shows at the door."""

    login: str = Field(min_length=1, max_length=64, description="登录名")
    password: str = Field(min_length=1, max_length=128, repr=False, description="密码")


class PasswordBody(In):
    """A person changes the own password."""

    old: str = Field(min_length=1, max_length=128, repr=False, description="原密码")
    new: str = Field(min_length=1, max_length=128, repr=False, description="新密码,至少 10 个字符")


class Me(BaseModel):
    """Who the caller is, and which actions the role has."""

    account: Account
    role_label: str = Field(description="角色的中文名")
    actions: list[str] = Field(description="本角色可做的事;能到多大范围由辖区决定")
    at: datetime = Field(description="服务器的业务时钟;页面与手机按它计时")
    played: bool = Field(description="业务时钟由演示或回放驱动,不是当前时间")


class SessionStarted(Me):
    """A new log-in; its secret is in the cookie only."""

    expires_at: datetime = Field(description="会话到期时间")


@router.post("/sessions", operation_id="log_in", summary="登录", status_code=201, dependencies=[Anyone("session.make")])
async def log_in(request: Request, response: Response, body: Annotated[LoginBody, BodyOf(LoginBody)]) -> SessionStarted:
    """Check login and password; the session goes into the cookie ``__Host-dispatch``."""
    check_origin(request, required=False)
    entered = await doorkeeper_of(request).enter(body.login, body.password, at=wall_now())
    give_cookie(response, entered.token)
    response.headers["Cache-Control"] = "no-store"
    return SessionStarted(**_about(request, entered.account), expires_at=entered.expires_at)


@router.delete("/sessions/current", operation_id="log_out", summary="退出登录", status_code=204)
async def log_out(request: Request, response: Response, caller: Annotated[Account, CallerOf("self.leave")]) -> None:
    """End the session of the cookie. A machine's token is not a session; an administrator revokes it."""
    if session := session_of(request):
        await doorkeeper_of(request).leave(session)
    take_cookie(response)


@router.get("/me", operation_id="me", summary="当前账号")
async def me(request: Request, caller: Annotated[Account, CallerOf("self.read")]) -> Me:
    """Say who the caller is."""
    return Me(**_about(request, caller))


@router.put("/me/password", operation_id="change_own_password", summary="修改本人密码", status_code=204)
async def change_own_password(
    request: Request,
    caller: Annotated[Account, CallerOf("self.password")],
    body: Annotated[PasswordBody, BodyOf(PasswordBody)],
) -> None:
    """Replace the own password; every other session of the account ends."""
    await doorkeeper_of(request).own_password(
        caller, old=body.old, new=body.new, session=session_of(request) or "", at=wall_now()
    )


def _about(request: Request, account: Account) -> dict[str, object]:
    clock = request.app.state.clock
    time = {"at": clock.now(), "played": isinstance(clock, SharedClock)}
    return {"account": account, "role_label": account.role.label, "actions": actions_of(account)} | time
