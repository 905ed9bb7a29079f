"""
HTTP connections of the played people: few, kept open, one request at a time each, repeated where that is safe.

A general client costs more processor time than the server it calls, and both share two cores here; this one
parses with httptools, as the server does.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import httptools
import msgspec

from dispatch.kit.errors import Unavailable

Json = dict[str, Any]

TRIES = 60  # with the pauses below: about two minutes, enough for a server that is killed and started again
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 2.0
TIMEOUT_S = 60.0
AGAIN = frozenset({502, 503, 504})  # the server says itself that the same request may be sent again

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class NoAnswer(Unavailable):
    """The server could not be reached, however often it was tried."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said. ``took_s``: from the first sending to this answer; ``tries``: how often it was sent."""

    status: int
    body: Any
    cookie: str
    took_s: float
    tries: int

    @property
    def code(self) -> str:
        """The error's English code; empty if it is none."""
        return str(self.body["error"]["code"]) if isinstance(self.body, dict) and "error" in self.body else ""


@dataclass
class Counts:
    """What the connections did, for the report."""

    requests: int = 0
    retries: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # by status and code


class Connections:
    """
    A pool of at most ``size`` connections to one server.

    :param url: ``http://host:port``
    """

    def __init__(self, url: str, *, size: int = 16) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._slots = asyncio.Semaphore(size)
        self._idle: list[_Line] = []
        self.counts = Counts()

    async def send(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: object = None,
        photo: bytes | None = None,
        key: str | None = None,
        cookie: str | None = None,
    ) -> Answer:
        """
        Send a request until it is answered.

        After a lost connection or a 503 the same request is sent again, with the same Idempotency-Key if it has one.
        A step without a key may then be refused because its first sending got through: the player looks (``Players``).

        :param token: bearer token of the person who is played
        :param photo: JPEG that is sent instead of a body
        :param key: Idempotency-Key
        :param cookie: a session cookie, for what a machine may not do
        :raises NoAnswer: if the server stays away for about two minutes
        """
        content = photo if photo is not None else b"" if body is None else _encode(body)
        kind = "application/json" if photo is None else "image/jpeg"
        request = self._request(method, path, token, (content, kind), key, cookie)
        async with self._slots:
            began, pause, last = time.perf_counter(), FIRST_PAUSE_S, "连接不上"
            for tries in range(1, TRIES + 1):
                answer = await self._once(request)
                if answer is not None and answer[0] not in AGAIN:
                    return self._counted(answer, time.perf_counter() - began, tries)
                last = last if answer is None else f"HTTP {answer[0]} {answer[1]}"
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
        raise NoAnswer(f"服务器 {self._host}:{self._port} 一直不能办理 {path}({last}),请看服务日志", path=path)

    async def close(self) -> None:
        """Close what is open."""
        for line in self._idle:
            line.close()
        self._idle.clear()

    def _counted(self, answer: tuple[int, Any, str], took_s: float, tries: int) -> Answer:
        made = Answer(*answer, took_s, tries)
        self.counts.requests += 1
        self.counts.retries += tries - 1
        if made.status >= 400:
            self.counts.refused[f"{made.status} {made.code}"] += 1
        return made

    async def _once(self, request: bytes) -> tuple[int, Any, str] | None:
        """Return the answer, or None if the connection could not be made or broke."""
        try:
            line = self._open() or await self._connect()
            async with asyncio.timeout(TIMEOUT_S):
                status, content, cookie = await line.ask(request)
        except (OSError, TimeoutError, httptools.HttpParserError):
            return None
        if line.usable:
            self._idle.append(line)
        return status, _decode(content) if content else None, cookie

    def _open(self) -> "_Line | None":
        """Return a connection that stands idle, if the server has not closed it meanwhile."""
        while self._idle:
            line = self._idle.pop()
            if line.usable:
                return line
        return None

    async def _connect(self) -> "_Line":
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(_Line, self._host, self._port)
        return line

    def _request(
        self, method: str, path: str, token: str | None, sent: tuple[bytes, str], key: str | None, cookie: str | None
    ) -> bytes:
        content, kind = sent
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}", f"Content-Length: {len(content)}"]
        if content:
            lines.append(f"Content-Type: {kind}")
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if key:
            lines.append(f"Idempotency-Key: {key}")
        if cookie:
            lines += [f"Cookie: {cookie}", "Sec-Fetch-Site: same-origin"]
        return "\r\n".join([*lines, "", ""]).encode() + content


class _Line(asyncio.Protocol):
    """One connection: a request goes out, its answer comes back."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._content: list[bytes] = []
        self._cookie = ""
        self._answer: asyncio.Future[tuple[int, bytes, str]] | None = None
        self.usable = True

    async def ask(self, request: bytes) -> tuple[int, bytes, str]:
        """
        Send a request and return status, content and the session cookie, if one is set.

        :raises OSError: if the connection breaks before the answer is complete
        """
        if self._transport is None or not self.usable:
            raise ConnectionResetError("closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await self._answer
        except BaseException:  # cancelled or timed out: whatever still comes belongs to no one
            self.close()
            raise

    def close(self) -> None:
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._break(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        self._break(exc or ConnectionResetError("closed by the server"))

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"set-cookie":
            self._cookie = value.split(b";")[0].decode()

    def on_body(self, data: bytes) -> None:
        self._content.append(data)

    def on_message_complete(self) -> None:
        content, self._content = b"".join(self._content), []
        cookie, self._cookie = self._cookie, ""
        status, keep = self._parser.get_status_code(), self._parser.should_keep_alive()
        self.usable = keep
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((status, content, cookie))

    def _break(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error if isinstance(error, OSError) else ConnectionResetError(str(error)))
