"""A gateway in trouble: it fails for an hour, answers nonsense, reports twice, too early, or what nobody knows."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from dispatch.desk.messages import messaging
from dispatch.desk.room import Desk
from dispatch.notify.gateway import LONGEST_ANSWER, HttpGateway, NotKnown, Parcel
from dispatch.notify.sending import Fact
from dispatch.notify.texts import NoSuchMessage, Standing
from dispatch.simulator.gateway import Temper
from tests.worlds import START, person

from .outgoing import post, serving
from .test_sending import BROKEN, seen
from .test_stories import House, house
from .test_stories import centre as centre

__all__ = ["centre", "house"]

Door = Callable[[Request], Awaitable[Response]]
PARCEL = Parcel(key="m1", to="13900000000", channel="sms", text="试")


@asynccontextmanager
async def answering(door: Door, *, timeout_s: float = 2) -> AsyncIterator[HttpGateway]:
    """Open a gateway that answers as the test says."""
    app = Starlette(routes=[Route("/messages", door, methods=["POST"])])
    async with serving(app) as port, HttpGateway(f"http://127.0.0.1:{port}", timeout_s=timeout_s) as gateway:
        yield gateway


NONSENSE: dict[str, tuple[Response, str]] = {
    "nothing": (Response(b"", 200), "NotJson"),
    "a page of a proxy": (PlainTextResponse("<html>请先登录</html>", 200), "NotJson"),
    "half a sentence": (Response(b'{"provider_id": "p', 200, media_type="application/json"), "NotJson"),
    "bytes of no charset": (Response(b"\xff\xfe\x00", 200, media_type="application/json"), "NotJson"),
    "too deep": (Response(b"[" * 60_000, 200, media_type="application/json"), "NotJson"),
    "no object": (JSONResponse(["p1"]), "NotAnObject"),
    "null": (JSONResponse(None), "NotAnObject"),
    "too much": (Response(b" " * (LONGEST_ANSWER + 1), 200), "TooLong"),
    "packed and not packed": (Response(b"plain", 200, {"Content-Encoding": "gzip"}), "DecodingError"),
    "somewhere else": (RedirectResponse("/elsewhere", 302), "HTTP 302"),
    "locked": (JSONResponse({"error": "token"}, 401), "HTTP 401"),
    "broken": (PlainTextResponse("Traceback", 500), "HTTP 500"),
}


@pytest.mark.parametrize("what", NONSENSE)
async def test_nonsense_is_no_answer_and_the_message_is_tried_again_with_the_same_key(what: str) -> None:
    said, why = NONSENSE[what]

    async def door(_request: Request) -> Response:
        return said

    async with answering(door) as gateway:
        with pytest.raises(NotKnown) as known:
            await gateway.send(PARCEL)
    assert known.value.why == why


@pytest.mark.parametrize(
    ("named", "kept"),
    [("p-1", "p-1"), (17, "17"), ("", ""), (None, ""), ("a\x00b", ""), ("\ud800", ""), ({"a": 1}, ""), ("x" * 65, "")],
)
async def test_a_name_that_cannot_be_kept_is_not_and_the_message_is_taken_all_the_same(
    named: object, kept: str
) -> None:
    async def door(_request: Request) -> Response:
        return Response(httpx.Request("POST", "http://a", json={"provider_id": named}).content)

    if named == "\ud800":

        async def door(_request: Request) -> Response:  # a half of a character, as JSON may write it
            return Response(b'{"provider_id": "\\ud800"}')

    if named is None:

        async def door(_request: Request) -> Response:
            return Response(b"{}")

    async with answering(door) as gateway:
        assert await gateway.send(PARCEL) == kept


async def test_a_gateway_that_never_stops_talking_is_left() -> None:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    async def door(_request: Request) -> Response:
        return StreamingResponse(drops())

    async with answering(door, timeout_s=0.1) as gateway:
        with pytest.raises(NotKnown, match="TooSlow"):
            await gateway.send(PARCEL)


async def test_nobody_at_the_door_is_no_answer() -> None:
    async with HttpGateway("http://127.0.0.1:9", timeout_s=1) as gateway:
        with pytest.raises(NotKnown, match="ConnectError"):
            await gateway.send(PARCEL)


async def test_a_gateway_that_fails_for_an_hour_loses_nothing(desk: Desk) -> None:
    async with post(desk, BROKEN) as opened:
        made = await opened.enqueue(5)
        while opened.clock.at < START + timedelta(hours=1):
            await opened.sender.turn(desk)
            opened.clock.at += timedelta(minutes=4)
            made += await opened.enqueue(1)
        assert set(await opened.states()) <= {"queued", "sending"}
        assert opened.simulated.answers[503] > len(made)
        opened.simulated.calmed()
        await opened.until_quiet()
        assert Counter(one.key for one in opened.simulated.arrived) == dict.fromkeys(made, 1)
        assert await opened.states() == {"sent": len(made)}


async def test_a_receipt_that_comes_before_a_lost_answer_ends_it_and_nothing_is_sent_twice(desk: Desk) -> None:
    """The gateway delivers, reports at once, and its own answer is lost."""
    async with post(desk, Temper(refuses=0, loses=1, slow=0, doubles=0, fails=0)) as opened:
        (message_id,) = await opened.enqueue()
        taken, reported = opened.simulated.take, []

        async def take(request: Request) -> Response:
            answer = await taken(request)
            for _ in range(2):  # and twice
                await messaging.learn(desk, message_id, Fact.DELIVERED, at=START, provider_id="p1")
            reported.append(message_id)
            return answer

        async with answering(take) as gateway:
            opened.sender._gateway = gateway  # noqa: SLF001 - the same gateway, with a quicker tongue
            await opened.sender.turn(desk)
            row = await seen(opened, message_id)
            assert (row["state"], row["delivered_at"], row["last_error"]) == ("delivered", START, None)
            opened.clock.at += timedelta(hours=1)
            assert await opened.sender.turn(desk) == 0
        assert reported == [message_id]
        assert opened.simulated.answers == {500: 1}


async def test_a_receipt_of_a_try_that_was_never_made_and_of_a_message_that_never_was_changes_nothing(
    desk: Desk,
) -> None:
    async with post(desk, Temper.calm()) as opened:
        (message_id,) = await opened.enqueue()
        before = await seen(opened, message_id)
        await messaging.learn(desk, f"{message_id}.3", Fact.DELIVERED, at=START)
        for stranger in ("nobody", "nobody.1", f"{message_id}.x", f"{message_id}.1234567", f"{message_id}.1.1"):
            with pytest.raises(NoSuchMessage):
                await messaging.learn(desk, stranger, Fact.UNDELIVERED, at=START)
        assert await seen(opened, message_id) == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"id": "nobody", "status": "delivered"}, 404, "NoSuchMessage"),
        ({"id": "no body", "status": "delivered"}, 422, "Invalid"),
        ({"id": "m1", "status": "lost in the post"}, 422, "Invalid"),
        ({"id": "m1", "status": "delivered", "provider_id": "a\u0000b"}, 422, "Invalid"),
        ({"status": "delivered"}, 422, "Invalid"),
    ],
)
async def test_a_gateway_that_reports_nonsense_is_told_so(
    house: House, body: dict[str, str], status: int, code: str
) -> None:
    answer = await (await house.gateway()).post("/gateway/receipts", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_a_supervisor_sees_what_could_not_be_sent_and_the_administrator_sends_it_again(desk: Desk) -> None:
    async with post(desk, BROKEN) as opened:
        made = await opened.enqueue(3)
        await opened.until_quiet()
        dead = await messaging.page(desk, by=person("shift"), state=Standing.DEAD)
        assert {(one.id, one.last_error) for one in dead} == {(id_, "HTTP 503") for id_ in made}
        opened.simulated.calmed()
        for one in dead:
            await messaging.requeue(desk, one.id, by=person("admin"), at=opened.clock.at)
        await opened.until_quiet()
        assert await messaging.page(desk, by=person("shift"), state=Standing.DEAD) == []
        assert sorted(one.key for one in opened.simulated.arrived) == made
