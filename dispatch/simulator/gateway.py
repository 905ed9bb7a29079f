"""
A message gateway for demos and tests: a real HTTP server with a temper.

It answers late, refuses, takes a message and says that it failed, tells the end of a message before it has answered,
twice, or in the wrong order. What it does to which message is drawn from a seed, the message's key and the number of
the try, so that a run can be repeated whatever the timing. Numbers and texts stay in its memory.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Self

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TRIES = 20  # to report one thing
RETRY_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Temper:
    """
    How often what goes wrong, as shares of one; ``slow_s`` and ``receipt_s`` in seconds.

    :param refuses: 503, nothing happened
    :param loses: the message is taken and the answer is 500
    :param slow: the answer comes after ``slow_s``
    :param doubles: a receipt is reported twice
    :param fails: a message that was taken is not delivered
    :param receipt_s: receipts come after a random time up to this
    :param honours_keys: the same key again is the same message
    """

    seed: int = 1
    refuses: float = 0.15
    loses: float = 0.1
    slow: float = 0.15
    slow_s: float = 1.0
    doubles: float = 0.2
    fails: float = 0.02
    receipt_s: float = 1.0
    honours_keys: bool = True

    @classmethod
    def calm(cls) -> Self:
        """Return the temper of a gateway at which nothing goes wrong."""
        return cls(refuses=0, loses=0, slow=0, doubles=0, fails=0, receipt_s=0.05)

    def draw(self, *about: object) -> float:
        """Return a number in [0, 1) that is always the same for the same thing."""
        return Random(":".join(map(str, (self.seed, *about)))).random()


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that reached a telephone."""

    key: str
    to: str
    text: str


@dataclass
class SimulatedGateway:
    """
    The gateway's memory and its doors.

    :param report_to: address of the API (``http://host:port``) that hears of receipts and texts; None: nobody does
    :param token: of an account with the role GATEWAY
    """

    temper: Temper = field(default_factory=Temper)
    report_to: str | None = None
    token: str = ""
    arrived: list[Arrived] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    taken: dict[str, str] = field(default_factory=dict)
    written: int = 0
    reports: set["asyncio.Task[None]"] = field(default_factory=set)

    def app(self) -> Starlette:
        """Return the server's application."""
        return Starlette(
            routes=[
                Route("/messages", self.take, methods=["POST"]),
                Route("/telephones", self.telephones, methods=["GET"]),
                Route("/write", self.write, methods=["POST"]),
            ]
        )

    async def take(self, request: Request) -> Response:
        """Take a message as the contract in ``notify.gateway`` says, in the gateway's own temper."""
        body = await _said(request, "id", "to", "channel", "text")
        if body is None:
            return self._answer({"error": "id, to, channel, text"}, 422)
        key, temper = body["id"], self.temper
        self.tries[key] += 1
        draw = temper.draw(key, self.tries[key], "answer")
        if draw < temper.refuses:
            return self._answer({"error": "busy"}, 503)
        self._deliver(body)
        if draw < temper.refuses + temper.loses:
            return self._answer({"error": "lost"}, 500)
        if draw < temper.refuses + temper.loses + temper.slow:
            await asyncio.sleep(temper.slow_s)
        return self._answer({"provider_id": self.taken[key]}, 202)

    def _answer(self, body: dict[str, str], status: int) -> Response:
        self.answers[status] += 1
        return JSONResponse(body, status)

    def _deliver(self, body: dict[str, str]) -> None:
        key, temper = body["id"], self.temper
        if key in self.taken and temper.honours_keys:
            return
        self.taken.setdefault(key, f"p{len(self.taken) + 1}")
        failed = temper.draw(key, "end") < temper.fails
        if not failed:
            self.arrived.append(Arrived(key, body["to"], body["text"]))
        receipt = {"id": key, "status": "failed" if failed else "delivered", "provider_id": self.taken[key]}
        copies = 2 if temper.draw(key, "double") < temper.doubles else 1
        for n in range(copies):
            self._report("receipts", receipt, after_s=temper.receipt_s * temper.draw(key, n, "receipt"))

    async def telephones(self, request: Request) -> Response:
        """Show what reached the telephones, the newest first."""
        shown = [{"id": one.key, "to": one.to, "text": one.text} for one in reversed(self.arrived)]
        return JSONResponse({"messages": shown[:500], "answers": {str(k): n for k, n in self.answers.items()}})

    async def write(self, request: Request) -> Response:
        """Let somebody write to us: ``{"from", "text"}``."""
        body = await _said(request, "from", "text")
        if body is None:
            return JSONResponse({"error": "from, text"}, 422)
        self.written += 1
        said = {
            "id": f"in-{self.temper.seed}-{self.written}",
            "from": body["from"],
            "text": body["text"],
            "at": datetime.now(UTC).isoformat(),
        }
        copies = 2 if self.temper.draw(said["id"], "double") < self.temper.doubles else 1
        for _ in range(copies):
            self._report("inbound", said, after_s=0)
        return JSONResponse({"id": said["id"]}, 202)

    def _report(self, what: str, body: dict[str, str], *, after_s: float) -> None:
        if self.report_to is not None:
            task = asyncio.create_task(self._tell(f"{self.report_to}/api/v1/gateway/{what}", body, after_s))
            self.reports.add(task)
            task.add_done_callback(self.reports.discard)

    async def _tell(self, url: str, body: dict[str, str], after_s: float) -> None:
        """Report until it is heard; what is answered by 4xx is not said again."""
        await asyncio.sleep(after_s)
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {self.token}"}, trust_env=False) as client:
            for _ in range(TRIES):
                try:
                    answer = await client.post(url, json=body)
                except httpx.HTTPError:
                    await asyncio.sleep(RETRY_S)
                    continue
                if answer.status_code < 500:
                    return
                await asyncio.sleep(RETRY_S)

    async def close(self) -> None:
        """Wait until everything is reported."""
        await asyncio.gather(*self.reports, return_exceptions=True)

    def calmed(self) -> None:
        """Let nothing go wrong from now on."""
        self.temper = replace(Temper.calm(), seed=self.temper.seed)


async def _said(request: Request, *names: str) -> dict[str, str] | None:
    """Return these texts of a JSON body; None: they are not all there."""
    try:
        body = await request.json()
    except ValueError:
        return None
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in names):
        return None
    return {name: body[name] for name in names}
