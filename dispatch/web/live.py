"""
``WS /api/v1/live``: a console asks for areas and hears what happens there. See ``notify.messages`` for what is said.

Close codes: 4400 too many requests that make no sense, 4401 not logged in (any more) or other rights than before,
4008 too slow (connect again and resume), 1013 try again later, 1012 the numbering was renewed (connect again).
"""

import asyncio
from collections.abc import Sequence
from typing import Any, assert_never

import msgspec
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.kit.ending import ended
from dispatch.kit.errors import Invalid, Refusal, Unavailable
from dispatch.notify.console import Console
from dispatch.notify.hub import Hub
from dispatch.notify.messages import Ping, Refused, Request, Subscribe, Unsubscribe, request_from, text_of
from dispatch.places.areas import Areas

from .auth import CrossSite, account_of

router = APIRouter()

NONSENSE, NOT_LOGGED_IN, LATER = 4400, 4401, 1013
MOST_TEXT = 64 * 1024  # bytes of one request
STRIKES = 5  # requests that make no sense before the connection ends
RECHECK_S = 4.0  # with the 5 s for which a recognised caller is remembered: a revoked session ends within 10 s
GREET_S = 10.0  # so long a console waits for the feed to be known
CLOSE_S = 20.0  # so long a console that does not read may take to be told why it is closed


class BadRequest(Invalid):
    """A message on the websocket that is not one of the requests."""


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """Let a console in and serve it until one side leaves."""
    try:
        account = await account_of(socket)
    except CrossSite:
        await socket.close()  # before it is accepted: HTTP 403
        return
    except Refusal as refusal:  # accepted first: a browser sees close codes, but not the answer to a handshake
        await socket.accept()
        later = isinstance(refusal, Unavailable)
        await _close(socket, LATER if later else NOT_LOGGED_IN, refusal.code)
        return
    await socket.accept()
    await _serve(socket, account)


async def _serve(socket: WebSocket, account: Account) -> None:
    hub: Hub = socket.app.state.hub
    try:
        console = await asyncio.wait_for(hub.open(account.id), GREET_S)
    except TimeoutError:
        await _close(socket, LATER, "the feed is not at hand")
        return
    visit = Visit(socket, hub, console, account)
    tasks = {asyncio.create_task(part) for part in (visit.read(), console.pump(hub.take, visit.send))}
    tasks.add(asyncio.create_task(visit.recheck()))
    waiting: set[asyncio.Future[Any]] = {*tasks, console.ended}
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        outcomes = await ended(*tasks)
        hub.leave(console)
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
            raise outcome
    if console.ended.done():
        why = console.ended.result()
        await _close(socket, why.code, why.reason)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    """Say goodbye; one who does not read is not waited for (the server then drops the connection)."""
    try:
        await asyncio.wait_for(socket.close(code, reason), CLOSE_S)
    except (TimeoutError, WebSocketDisconnect):
        return


class Visit:
    """One console's stay: what it asks, and whether it may still be here."""

    def __init__(self, socket: WebSocket, hub: Hub, console: Console, account: Account) -> None:
        self._socket = socket
        self._hub = hub
        self._console = console
        self._account = account
        self._strikes = 0

    async def read(self) -> None:
        """Do what the console asks until it leaves."""
        while (message := await self._socket.receive())["type"] != "websocket.disconnect":
            try:
                await self._do(_request(message.get("text")))
            except BadRequest as refusal:
                self._strike(refusal)
            except Unavailable as refusal:
                self._console.end(LATER, refusal.code)

    async def send(self, frame: str) -> None:
        """
        Send one frame.

        :raises WebSocketDisconnect: if the console is gone, or the line was closed under us (no pong, a broken frame)
        """
        try:
            await self._socket.send_text(frame)
        except RuntimeError as error:  # what the ASGI server says to whoever sends after a close
            raise WebSocketDisconnect(1006) from error

    async def recheck(self) -> None:
        """End the stay when the session or token has ended, or the account's rights have changed."""
        while True:
            await asyncio.sleep(RECHECK_S)
            try:
                account = await account_of(self._socket)
            except Unavailable:
                continue  # the feed stands still as well; the heartbeat stops
            except Refusal as refusal:
                self._console.end(NOT_LOGGED_IN, refusal.code)
                return
            if account != self._account:
                self._console.end(NOT_LOGGED_IN, "AccountChanged")

    async def _do(self, request: Request) -> None:
        match request:
            case Subscribe():
                await self._subscribe(request)
            case Unsubscribe():
                self._hub.unsubscribe(self._console, _widened(self._areas, request.areas))
            case Ping():
                self._console.beat = True
                self._console.bell.set()
            case _:
                assert_never(request)

    async def _subscribe(self, request: Subscribe) -> None:
        granted = [area for area in dict.fromkeys(request.areas) if self._may_hear(area)]
        if granted:
            areas = _widened(self._areas, granted)
            await self._hub.subscribe(self._console, areas, since=request.since, epoch=request.epoch)

    def _may_hear(self, area: str) -> bool:
        """Check one area; where the answer is no, the console is told so."""
        try:
            self._areas.get(area)
            rights.check(self._account, "live.listen", area=area, covers=self._areas.covers)
        except Refusal as refusal:
            self._console.say(text_of(Refused(refusal.code, refusal.message, (area,))))
            return False
        return True

    @property
    def _areas(self) -> Areas:
        areas: Areas = self._socket.app.state.desk.areas
        return areas

    def _strike(self, refusal: BadRequest) -> None:
        self._strikes += 1
        self._console.say(text_of(Refused(refusal.code, refusal.message)))
        if self._strikes >= STRIKES:
            self._console.end(NONSENSE, "too many requests that make no sense")


def _widened(areas: Areas, codes: Sequence[str]) -> list[str]:
    """Return the areas and all counties below them, each once."""
    return list(dict.fromkeys(code for area in codes for code in (area, *areas.counties(area))))


def _request(text: str | None) -> Request:
    if text is None:
        raise BadRequest("请发送文本消息(JSON),不支持二进制")
    if len(text.encode()) > MOST_TEXT:
        raise BadRequest(f"消息超过 {MOST_TEXT // 1024} KiB,请分几次订阅", limit_bytes=MOST_TEXT)
    try:
        return request_from(text)
    except msgspec.DecodeError as error:
        message = '消息应形如 {"op":"subscribe","areas":["330225"]}、{"op":"unsubscribe",…} 或 {"op":"ping"}'
        raise BadRequest(f"{message};问题:{error}") from error
