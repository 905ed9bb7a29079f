"""What surrounds every request: ids, limits, one shape for every error. A small app stands inside; no database."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Query

from dispatch.kit.errors import Refusal, Unavailable
from dispatch.web import errors
from dispatch.web.bodies import BodyOf, In
from dispatch.web.middleware import MAX_BODY, BodyLimit, Trace


class Note(In):
    text: str


class Odd(Refusal):
    """A refusal for these tests."""


def small_app() -> FastAPI:
    app = FastAPI()
    app.add_middleware(BodyLimit)
    app.add_middleware(Trace)
    errors.install(app)

    @app.post("/notes")
    async def note(body: Annotated[Note, BodyOf(Note)]) -> dict[str, int]:
        return {"length": len(body.text)}

    @app.get("/list")
    async def listing(limit: Annotated[int, Query(le=500)] = 100) -> int:
        return limit

    @app.get("/odd")
    async def odd() -> None:
        raise Odd("工单已归档,请另建工单", field="stage", at_most=3)

    @app.get("/gone")
    async def gone() -> None:
        raise Unavailable("数据库暂时连不上,请稍候用同一请求重试")

    @app.get("/fault")
    async def fault() -> None:
        raise ZeroDivisionError("secret inside")

    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(small_app()), base_url="http://test") as client:
        yield client


def told(response: httpx.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/json"
    error: dict[str, Any] = response.json()["error"]
    assert error.keys() == {"code", "message", "field", "details"}
    return error


async def test_a_refusal_has_code_message_field_and_details(client: httpx.AsyncClient) -> None:
    response = await client.get("/odd")
    assert response.status_code == 409
    assert told(response) == {
        "code": "Odd",
        "message": "工单已归档,请另建工单",
        "field": "stage",
        "details": {"at_most": 3},
    }


async def test_a_lost_database_says_when_to_try_again(client: httpx.AsyncClient) -> None:
    response = await client.get("/gone")
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert told(response)["code"] == "Unavailable"


async def test_a_fault_of_ours_tells_nothing_but_the_requests_id(client: httpx.AsyncClient) -> None:
    response = await client.get("/fault", headers={"X-Request-Id": "caller-0001"})
    assert response.status_code == 500
    assert response.headers["x-request-id"] == "caller-0001"
    assert told(response)["code"] == "Internal"
    assert "secret" not in response.text


async def test_every_answer_carries_an_id_and_an_odd_one_is_replaced(client: httpx.AsyncClient) -> None:
    first = await client.get("/list", headers={"X-Request-Id": "a b"})
    second = await client.get("/list")
    assert len(first.headers["x-request-id"]) == len(second.headers["x-request-id"]) == 16
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@pytest.mark.parametrize(("method", "path", "status", "code"), [
    ("GET", "/nowhere", 404, "NoSuchPath"),
    ("DELETE", "/notes", 405, "MethodNotAllowed"),
])  # fmt: skip
async def test_a_wrong_path_or_method_answers_in_the_same_shape(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)
    assert response.status_code == status
    assert told(response)["code"] == code


async def test_a_wrong_query_is_told_by_its_name(client: httpx.AsyncClient) -> None:
    error = told(await client.get("/list?limit=501"))
    assert (error["field"], error["message"]) == ("limit", "limit:应不大于 500")
    assert told(await client.get("/list?limit=many"))["message"] == "limit:应为整数"


async def test_another_media_type_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/notes", content=b"text=1", headers={"Content-Type": "text/plain"})
    assert (response.status_code, told(response)["code"]) == (415, "NotJson")


async def test_a_body_at_the_limit_is_read(client: httpx.AsyncClient) -> None:
    frame = len(b'{"text":""}')
    body = b'{"text":"%b"}' % (b"x" * (MAX_BODY - frame))
    response = await client.post("/notes", content=body, headers={"Content-Type": "application/json"})
    assert response.json() == {"length": MAX_BODY - frame}


async def test_a_declared_length_over_the_limit_is_refused_unread() -> None:
    async def never() -> Any:
        raise AssertionError("the body was read")

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    length = str(MAX_BODY + 1).encode()
    scope = {"type": "http", "method": "POST", "path": "/notes", "headers": [(b"content-length", length)]}
    await BodyLimit(small_app())(scope, never, send)
    assert sent[0]["status"] == 413
    assert (b"connection", b"close") in sent[0]["headers"]


async def test_a_body_of_undeclared_length_is_read_only_up_to_the_limit(client: httpx.AsyncClient) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(1000):
            given += 8192
            yield b" " * 8192

    response = await client.post("/notes", content=endless(), headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert told(response)["details"] == {"limit_bytes": MAX_BODY}
    assert given <= MAX_BODY + 2 * 8192
