"""One end of ``WS /api/v1/live``, spoken to without a network."""

import asyncio
import json
from typing import Any

from fastapi import FastAPI

from .rights_table import LIVE
from .site import token


class Console:
    """A console that says and hears, as the application itself does: messages of ASGI."""

    def __init__(self, app: FastAPI, headers: dict[str, str]) -> None:
        self.heard: list[dict[str, Any]] = []
        self.closed: dict[str, Any] | None = None
        self._app = app
        self._news = asyncio.Event()
        self._to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __aenter__(self) -> "Console":
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "scheme": "wss",
            "path": LIVE,
            "raw_path": LIVE.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"dispatch.test"), *self._headers],
            "client": ("127.0.0.1", 1),
            "server": ("dispatch.test", 443),
            "subprotocols": [],
            "state": {},
            "extensions": {},
        }
        await self._to_server.put({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._app(scope, self._to_server.get, self._take))
        return self

    async def _take(self, message: Any) -> None:
        if message["type"] == "websocket.send":
            self.heard += json.loads(message["text"])
        elif message["type"] == "websocket.close":
            self.closed = message
        self._news.set()

    async def ask(self, **request: Any) -> None:
        await self._to_server.put({"type": "websocket.receive", "text": json.dumps(request)})

    async def until(self, kind: str, area: str) -> dict[str, Any]:
        """Return the first message of a kind about an area."""
        async with asyncio.timeout(20):
            while True:
                for message in self.heard:
                    if message["kind"] == kind and area in (message.get("area"), *message.get("areas", ())):
                        return message
                self._news.clear()
                await self._news.wait()

    async def until_closed(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            while self.closed is None:
                self._news.clear()
                await self._news.wait()
        return self.closed

    async def __aexit__(self, *_: object) -> None:
        await self._to_server.put({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self._task, 20)


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(name)}"}
