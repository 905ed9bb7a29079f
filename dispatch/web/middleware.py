"""
What surrounds every request: its id, its log line and latency, and the limit on its body.

Plain ASGI functions; Starlette's ``BaseHTTPMiddleware`` costs four times the request itself.
"""

import re
from contextlib import suppress
from functools import lru_cache
from itertools import count
from secrets import token_hex
from time import perf_counter

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch.kit.logs import REQUEST_ID, logger
from dispatch.kit.metrics import REQUEST_SECONDS

from .errors import TooLarge, answer, internal

MAX_BODY = 64 * 1024  # bytes
MAX_BATCH = 256 * 1024  # bytes, on the routes of ``BATCHES``: a thousand readings fit
LONG = ("meter-readings", "signals", "arrears", "field-reports", "packs", "packs/check")
BATCHES = frozenset(f"/api/v1/{route}" for route in LONG)
MAX_FILE = 48 * 1024 * 1024  # bytes, on the routes of ``FILES``: a table of places, declarations or tasks, in Base64
FILES = frozenset({"/api/v1/places/import", "/api/v1/capacity/sheets", "/api/v1/grid-tasks/sheets"})
MAX_PHOTO = 16 * 1024 * 1024  # bytes, where photos are added
PHOTOS = re.compile(r"/api/v1/tickets/[^/]+/photos")
SLOW_S = 1.0  # a request slower than this is logged as a warning
GIVEN_ID = re.compile(rb"[A-Za-z0-9_.-]{8,64}")

ASKED = "/health/"  # a 503 there is the answer to a question, asked again and again, and no fault

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})  # others are counted together

PROCESS = token_hex(4)  # with a number it names a request

log = logger("web")
_numbers = count(1)


class Trace:
    """Give each request an id, time it, write its log line, and answer 500 for what nobody foresaw."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _given_id(scope) or f"{PROCESS}{next(_numbers):08x}"
        token = REQUEST_ID.set(request_id)
        header = (b"x-request-id", request_id.encode())
        status = 0

        async def traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        started = perf_counter()
        try:
            await self.app(scope, receive, traced)
        except Exception:
            log.exception("fault", method=scope["method"], route=route_of(scope))
            if status:
                raise
            await answer(internal())(scope, receive, traced)
        finally:
            _record(scope, status or 499, perf_counter() - started)
            REQUEST_ID.reset(token)


def _given_id(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value.decode() if GIVEN_ID.fullmatch(value) else None
    return None


def route_of(scope: Scope) -> str:
    """Return the route's template, which names nobody, in place of the path."""
    route = scope.get("route")
    return getattr(route, "path", "-")


@lru_cache(maxsize=4096)
def _latency(method: str, route: str, status: int) -> Histogram:
    return REQUEST_SECONDS.labels(method if method in METHODS else "other", route, status)


def _record(scope: Scope, status: int, seconds: float) -> None:
    route, method = route_of(scope), scope["method"]
    _latency(method, route, status).observe(seconds)
    fault = status >= 500 and not route.startswith(ASKED)
    if fault or seconds > SLOW_S:
        log.warning("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
    else:
        log.debug("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


class BodyLimit:
    """
    Refuse a body that is too long: at once where its length is declared, else when the limit is passed.

    The limit is ``MAX_BODY``, ``MAX_BATCH`` on the routes that take whole batches, ``MAX_FILE`` on those of files,
    ``MAX_PHOTO`` where photos are added.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = limit_of(scope["path"])
        declared = _declared(scope)
        if declared is None:
            await self._counted(scope, receive, send, limit)
        elif declared > limit:
            await _refuse(scope, receive, send, limit)
        else:
            await self.app(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _Overlong
            return message

        async def unless_overlong(message: Message) -> None:
            if taken <= limit:
                await send(message)

        with suppress(_Overlong):
            await self.app(scope, counted, unless_overlong)
        if taken > limit:
            await _refuse(scope, receive, send, limit)


def limit_of(path: str) -> int:
    """Return how many bytes the body of a request to this path may have."""
    if path in FILES:
        return MAX_FILE
    if path in BATCHES:
        return MAX_BATCH
    return MAX_PHOTO if PHOTOS.fullmatch(path) else MAX_BODY


async def _refuse(scope: Scope, receive: Receive, send: Send, limit: int) -> None:
    said = f"正文超过 {limit // 1024} KiB,请缩短文字或分次上报"
    if limit == MAX_PHOTO:
        said = f"照片超过 {limit // 2**20} MiB,请在手机上缩小后重新上传"
    await answer(TooLarge(said, limit_bytes=limit))(scope, receive, send)


class _Overlong(Exception):
    """The body has passed the limit."""


def _declared(scope: Scope) -> int | None:
    """Return the length the caller declares, 0 where there is no body, None where only reading can tell."""
    chunked = False
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
        chunked = chunked or name == b"transfer-encoding"
    return None if chunked else 0
