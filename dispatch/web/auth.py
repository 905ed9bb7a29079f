"""
Who sends this request: a person by the session cookie, a machine by its bearer token.

The cookie is ``Secure``, ``HttpOnly``, ``SameSite=Strict``, for the whole host and for no other (``__Host-``). Besides,
what comes with a cookie and changes something, or opens a websocket, must say that it comes from our own pages.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, Response
from starlette.requests import HTTPConnection

from dispatch.accounts.doorkeeper import Doorkeeper
from dispatch.accounts.model import Account
from dispatch.accounts.rights import OPEN_ACTIONS
from dispatch.accounts.sessions import SESSION_LIFE, NotLoggedIn, Way
from dispatch.kit.errors import Refusal

COOKIE = "__Host-dispatch"
HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSite(Refusal):
    """Another site's page sent the request with our cookie."""

    status = 403


def wall_now() -> datetime:
    """Return the machine's time; sessions live by it even while a replay drives the clock of the tickets."""
    return datetime.now(UTC)


def doorkeeper_of(connection: HTTPConnection) -> Doorkeeper:
    """Return the app's doorkeeper."""
    doorkeeper: Doorkeeper = connection.app.state.accounts
    return doorkeeper


async def account_of(connection: HTTPConnection) -> Account:
    """
    Return whose request or websocket this is. A bearer token goes before a cookie.

    :raises NotLoggedIn: without a session or token, or with one that is nobody's
    :raises SessionExpired: if its time is over
    :raises CrossSite: if a cookie comes from another site's page
    """
    way, token = _shown(connection)
    if way is Way.COOKIE and _changes(connection):
        check_origin(connection, required=True)
    return await doorkeeper_of(connection).recognise(token, way=way, at=wall_now())


def _shown(connection: HTTPConnection) -> tuple[Way, str]:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer" or not token.strip():
            raise NotLoggedIn("Authorization 头应写成 Bearer 加令牌,请改正")
        return Way.BEARER, token.strip()
    if cookie := session_of(connection):
        return Way.COOKIE, cookie
    raise NotLoggedIn("尚未登录,请先登录,或带 Authorization: Bearer 令牌")


def session_of(connection: HTTPConnection) -> str | None:
    """Return what the session cookie holds."""
    return connection.cookies.get(COOKIE) or None


def _changes(connection: HTTPConnection) -> bool:
    return connection.scope["type"] == "websocket" or connection.scope["method"] not in HARMLESS


def check_origin(connection: HTTPConnection, *, required: bool) -> None:
    """
    Refuse a request that another site's page made.

    :param required: whether the request must say where it comes from (browsers always do)
    :raises CrossSite: if it comes from elsewhere, or does not say
    """
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
    if site is None and origin is None:
        if required:
            raise CrossSite("带会话的修改请求应有 Origin 或 Sec-Fetch-Site 头;程序请改用 Bearer 令牌")
        return
    host = connection.headers.get("host", "").lower()
    if site not in (None, "same-origin") or (origin is not None and _authority(origin) != host):
        raise CrossSite("请求来自其他网站,已拒绝;请从本系统页面操作")


def _authority(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def give_cookie(response: Response, token: str) -> None:
    """Put a new session into the browser."""
    life_s = int(SESSION_LIFE.total_seconds())
    response.set_cookie(COOKIE, token, max_age=life_s, path="/", secure=True, httponly=True, samesite="strict")


def take_cookie(response: Response) -> None:
    """Remove the session from the browser."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")


def Anyone(action: str) -> Any:
    """Return the dependency of a route that needs no account; it only names the action, which must be an open one."""
    if action not in OPEN_ACTIONS:
        raise KeyError(action)

    async def anyone() -> None:
        return None

    anyone.action = action  # type: ignore[attr-defined]
    return Depends(anyone)
