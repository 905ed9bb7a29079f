"""The desks of a week: requests of its people to a real server, and what was refused them."""

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from dispatch.simulator.people import API, People

OK = 400  # below: the request had its effect


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``code`` is empty where the request had its effect."""

    status: int
    body: dict[str, Any] = field(hash=False)

    @property
    def fine(self) -> bool:
        return self.status < OK

    @property
    def code(self) -> str:
        return "" if self.fine else str(self.body.get("error", {}).get("code", self.status))

    @property
    def message(self) -> str:
        return "" if self.fine else str(self.body.get("error", {}).get("message", ""))


@dataclass
class Office:
    """
    Everybody's way to the server.

    :param refusals: how often each code was the answer, by what was asked
    """

    client: httpx.AsyncClient
    people: People
    requests: int = 0
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)
    _keys: "count[int]" = field(default_factory=count)

    async def ask(self, who: str, method: str, path: str, body: dict[str, Any] | None = None, **params: str) -> Answer:
        """Let somebody make a request; whatever creates something has a key of its own."""
        headers = {"Authorization": f"Bearer {await self.people.token(who)}"}
        if method != "GET":
            headers["Idempotency-Key"] = f"week-{next(self._keys):08}"
        reply = await self.client.request(method, API + path, json=body, params=params or None, headers=headers)
        self.requests += 1
        answer = Answer(reply.status_code, _read(reply))
        if not answer.fine:
            self.refusals[path.rpartition("/")[2] if body is not None else path, answer.code] += 1
        return answer

    async def get(self, who: str, path: str, **params: str) -> dict[str, Any]:
        """:raises AssertionError: if there is no such answer; reading is never refused in a play"""
        answer = await self.ask(who, "GET", path, None, **params)
        assert answer.fine, f"{path}: {answer.code} {answer.message}"
        return answer.body

    async def file(self, who: str, path: str) -> bytes:
        """:raises AssertionError: if there is no such file"""
        headers = {"Authorization": f"Bearer {await self.people.token(who)}"}
        reply = await self.client.get(API + path, headers=headers)
        assert reply.status_code < OK, f"{path}: {reply.text[:200]}"
        return reply.content

    async def photo(self, who: str, ticket_id: str, picture: bytes) -> str:
        """
        Send a photo (JPEG) of a ticket, and return its id.

        :raises AssertionError: if it is not taken
        """
        headers = {"Authorization": f"Bearer {await self.people.token(who)}", "Content-Type": "image/jpeg"}
        reply = await self.client.post(f"{API}/tickets/{ticket_id}/photos", content=picture, headers=headers)
        self.requests += 1
        assert reply.status_code == 201, reply.text[:200]
        return str(reply.json()["id"])

    async def post(self, who: str, path: str, **body: Any) -> Answer:
        return await self.ask(who, "POST", path, body)


def _read(reply: httpx.Response) -> dict[str, Any]:
    try:
        content = reply.json() if reply.content else {}
    except json.JSONDecodeError:
        content = {"text": reply.text}
    return content if isinstance(content, dict) else {"items": content}
