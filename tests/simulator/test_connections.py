"""The players' connections: what is safe to repeat is repeated, what is answered is answered once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from dispatch.simulator import connections
from dispatch.simulator.connections import Connections, NoAnswer

Reply = Callable[[bytes], Awaitable[bytes | None]]  # None: hang up


@asynccontextmanager
async def answering(reply: Reply) -> AsyncIterator[str]:
    """Serve whatever ``reply`` says to each request, and return the address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line[16:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
                )
                answer = await reply(head + await reader.readexactly(length))
                if answer is None:
                    return
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def answer(status: str, body: bytes = b"{}", more: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status.encode(), len(body), more, body)


async def test_a_request_carries_token_key_and_body() -> None:
    heard: list[bytes] = []

    async def reply(request: bytes) -> bytes:
        heard.append(request)
        return answer("201 Created", b'{"call_id":"c1"}', b"Set-Cookie: __Host-dispatch=abc; Path=/\r\n")

    async with answering(reply) as url:
        line = Connections(url)
        said = await line.send("POST", "/api/v1/calls", token="t1", body={"phone": "13900000000"}, key="k1")
        await line.close()
    assert (said.status, said.body, said.tries, said.cookie) == (201, {"call_id": "c1"}, 1, "__Host-dispatch=abc")
    assert b"Authorization: Bearer t1" in heard[0]
    assert b"Idempotency-Key: k1" in heard[0]
    assert heard[0].endswith(b'{"phone":"13900000000"}')


async def test_after_a_lost_connection_the_same_request_is_sent_again() -> None:
    heard: list[bytes] = []

    async def reply(request: bytes) -> bytes | None:
        heard.append(request)
        return None if len(heard) == 1 else answer("201 Created")

    async with answering(reply) as url:
        line = Connections(url)
        said = await line.send("POST", "/api/v1/calls", body={}, key="k1")
        await line.close()
    assert (said.status, said.tries) == (201, 2)
    assert heard[0] == heard[1]
    assert line.counts.retries == 1


async def test_a_busy_server_is_asked_again_and_a_refusal_is_not() -> None:
    answers = iter([answer("503 Service Unavailable"), answer("409 Conflict", b'{"error":{"code":"Stale"}}')])

    async def reply(_request: bytes) -> bytes:
        return next(answers)

    async with answering(reply) as url:
        line = Connections(url)
        said = await line.send("POST", "/api/v1/tickets/t/accept", body={})
        await line.close()
    assert (said.status, said.code, said.tries) == (409, "Stale", 2)
    assert line.counts.refused == {"409 Stale": 1}


async def test_a_server_that_stays_away_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "TRIES", 3)
    line = Connections("http://127.0.0.1:9")
    with pytest.raises(NoAnswer):
        await line.send("GET", "/health/ready")


async def test_no_more_connections_are_open_than_allowed() -> None:
    open_now, most = 0, 0

    async def reply(_request: bytes) -> bytes:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0)
        open_now -= 1
        return answer("200 OK")

    async with answering(reply) as url:
        line = Connections(url, size=3)
        await asyncio.gather(*(line.send("GET", "/x") for _ in range(30)))
        await line.close()
    assert most <= 3
    assert line.counts.requests == 30
