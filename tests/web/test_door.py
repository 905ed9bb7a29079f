"""The door over HTTP: cookies, tokens, other sites' pages; and that secrets show nowhere but where they are made."""

import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from dispatch.accounts.doorkeeper import Doorkeeper
from dispatch.accounts.model import Account, NewAccount, Role
from dispatch.accounts.rights import RIGHTS
from dispatch.accounts.store import Once
from dispatch.accounts.tokens import NewToken
from dispatch.kit.clock import WallClock
from dispatch.kit.db import Database
from dispatch.web import accounts, errors, sessions
from dispatch.web.auth import COOKIE, wall_now
from dispatch.web.middleware import BodyLimit, Trace
from tests.accounts.province import AT, PASSWORD, ROOT, furnish

SITE = "https://dispatch.test"
LOGIN = {"login": "seat01", "password": PASSWORD}
NEW = {"login": "xs-dd", "name": "象山指挥", "role": "COUNTY_DISPATCHER", "area": "330225"}


@pytest.fixture
async def app(db: Database) -> AsyncIterator[FastAPI]:
    """The door alone, with what surrounds every request."""
    await furnish(db)
    app = FastAPI()
    app.state.accounts, app.state.clock = Doorkeeper(db), WallClock()
    errors.install(app)
    app.include_router(sessions.router, prefix="/api/v1")
    app.include_router(accounts.router, prefix="/api/v1")
    app.add_middleware(BodyLimit)
    app.add_middleware(Trace)
    yield app
    await app.state.accounts.close()


@pytest.fixture
async def seat(app: FastAPI) -> Account:
    new = NewAccount(login="seat01", name="一号座席", role=Role.SEAT_AGENT, area="33", password=PASSWORD)
    made: Account = await app.state.accounts.create(new, by=ROOT, at=AT, once=Once(key="seat01", request_hash=b"1"))
    return made


@pytest.fixture
async def client(app: FastAPI, seat: Account) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{SITE}/api/v1/") as client:
        yield client


@pytest.fixture
async def admin(app: FastAPI, client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator's program."""
    once = Once(key="admin", request_hash=b"1")
    made = await app.state.accounts.make_token("root", NewToken(label="t"), by=ROOT, at=wall_now(), once=once)
    headers = {"Authorization": f"Bearer {made.secret}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=f"{SITE}/api/v1/", headers=headers) as program:
        yield program


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"]


async def test_a_seat_logs_in_looks_who_it_is_and_logs_out(client: httpx.AsyncClient, seat: Account) -> None:
    entered = await client.post("sessions", json=LOGIN)
    assert entered.status_code == 201
    me = await client.get("me")
    assert me.json()["account"] == json.loads(seat.model_dump_json())
    assert me.json()["role_label"] == "座席"
    assert me.json()["actions"] == sorted(name for name in RIGHTS if Role.SEAT_AGENT in RIGHTS[name].roles)
    left = await client.delete("sessions/current", headers={"Origin": SITE})
    assert left.status_code == 204
    assert COOKIE not in client.cookies
    refused(await client.get("me"), 401, "NotLoggedIn")


async def test_the_cookie_is_for_this_host_only_and_hidden_from_scripts(client: httpx.AsyncClient) -> None:
    entered = await client.post("sessions", json=LOGIN)
    name, _, rest = entered.headers["set-cookie"].partition("=")
    marks = {mark.strip().lower() for mark in rest.split(";")[1:]}
    assert name == "__Host-dispatch"
    assert {"secure", "httponly", "samesite=strict", "path=/", "max-age=43200"} <= marks
    assert not [mark for mark in marks if mark.startswith("domain")]
    assert entered.headers["cache-control"] == "no-store"


async def test_the_old_session_is_worthless_after_logging_out(client: httpx.AsyncClient) -> None:
    await client.post("sessions", json=LOGIN)
    cookie = client.cookies[COOKIE]
    await client.delete("sessions/current", headers={"Origin": SITE})
    refused(await client.get("me", headers={"Cookie": f"{COOKIE}={cookie}"}), 401, "NotLoggedIn")


async def test_an_expired_session_is_told_apart_from_none(client: httpx.AsyncClient, db: Database) -> None:
    await client.post("sessions", json=LOGIN)
    async with db.connection() as connection:
        await connection.execute("UPDATE session SET expires_at = $1", wall_now() - timedelta(minutes=1))
    refused(await client.get("me"), 401, "SessionExpired")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"login": "seat01", "password": "wrong-password"}, 401, "WrongPassword"),
        ({"login": "nobody", "password": PASSWORD}, 401, "WrongPassword"),
        ({"login": "seat01"}, 422, "Invalid"),
        ({"login": "seat01", "password": PASSWORD, "remember": True}, 422, "Invalid"),
        ({"login": "seat01", "password": 12345678901}, 422, "Invalid"),
    ],
)
async def test_a_wrong_log_in_gives_no_cookie(
    client: httpx.AsyncClient, given: dict[str, object], status: int, code: str
) -> None:
    answer = await client.post("sessions", json=given)
    refused(answer, status, code)
    assert "set-cookie" not in answer.headers


async def test_ten_wrong_passwords_lock_and_say_when_to_come_back(client: httpx.AsyncClient) -> None:
    for _ in range(10):
        answer = await client.post("sessions", json=LOGIN | {"password": "wrong-password"})
    refused(answer, 429, "LockedOut")
    answer = await client.post("sessions", json=LOGIN)
    refused(answer, 429, "LockedOut")
    assert 0 < int(answer.headers["retry-after"]) <= 900


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "https://dispatch.test.evil.test"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": SITE, "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.test", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_another_sites_page_changes_nothing_with_our_cookie(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    await client.post("sessions", json=LOGIN)
    refused(await client.delete("sessions/current", headers=headers), 403, "CrossSite")
    assert (await client.get("me")).status_code == 200


@pytest.mark.parametrize("headers", [{"Origin": SITE}, {"Sec-Fetch-Site": "same-origin"}])
async def test_our_own_page_may(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    await client.post("sessions", json=LOGIN)
    assert (await client.delete("sessions/current", headers=headers)).status_code == 204


async def test_another_sites_page_does_not_log_anybody_in(client: httpx.AsyncClient) -> None:
    refused(await client.post("sessions", json=LOGIN, headers={"Origin": "https://evil.test"}), 403, "CrossSite")


@pytest.mark.parametrize(
    "value", ["Basic c2VhdDAxOng=", "Bearer", "Bearer ", "Bearer wrong", "wrong", "Bearer \xff\xfe"]
)
async def test_a_bad_authorization_header_is_nobody(client: httpx.AsyncClient, value: str) -> None:
    await client.post("sessions", json=LOGIN)  # a good cookie does not help: who shows a token means the token
    answer = await client.get("me", headers={b"authorization": value.encode("latin-1")})
    refused(answer, 401, "NotLoggedIn")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_rights_are_checked_before_the_body_is_looked_at(client: httpx.AsyncClient) -> None:
    refused(await client.post("accounts", content=b"{nonsense"), 401, "NotLoggedIn")
    await client.post("sessions", json=LOGIN)
    refused(await client.post("accounts", content=b"{nonsense", headers={"Origin": SITE}), 403, "Forbidden")


async def test_an_administrator_makes_an_account_and_a_token_for_it(
    admin: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    made = await admin.post("accounts", json=NEW | {"password": PASSWORD}, headers={"Idempotency-Key": "new-xs-dd"})
    assert made.status_code == 201, made.text
    again = await admin.post("accounts", json=NEW | {"password": PASSWORD}, headers={"Idempotency-Key": "new-xs-dd"})
    assert (again.status_code, again.json()) == (201, made.json())
    assert ["idempotent-replayed" in each.headers for each in (made, again)] == [False, True]
    tokens = f"accounts/{made.json()['id']}/tokens"
    token = await admin.post(tokens, json={"label": "网关"}, headers={"Idempotency-Key": "token-xs-dd"})
    assert token.status_code == 201, token.text
    bearer = {"Authorization": f"Bearer {token.json()['token']}"}
    assert (await client.get("me", headers=bearer)).json()["account"] == made.json()
    shown = {name: value for name, value in token.json().items() if name != "token"}
    assert (await admin.get(tokens)).json() == {"tokens": [shown]}
    assert (await admin.delete(f"{tokens}/{shown['id']}")).status_code == 204
    refused(await client.get("me", headers=bearer), 401, "NotLoggedIn")


@pytest.mark.parametrize("path", ["accounts", "accounts/root/tokens"])
async def test_what_creates_wants_an_idempotency_key(admin: httpx.AsyncClient, path: str) -> None:
    body = NEW if path == "accounts" else {"label": "x"}
    answer = await admin.post(path, json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "Idempotency-Key"


async def test_the_list_is_paged_by_login(admin: httpx.AsyncClient) -> None:
    first = (await admin.get("accounts", params={"limit": 2})).json()
    assert ([each["login"] for each in first["accounts"]], first["next"]) == (["local", "root"], "root")
    rest = (await admin.get("accounts", params={"limit": 2, "after": "root"})).json()
    assert ([each["login"] for each in rest["accounts"]], rest["next"]) == (["seat01"], None)


@pytest.mark.parametrize("query", ["after=a%00b", "after=%27", "limit=0", "limit=201", "limit=x"])
async def test_an_odd_query_is_refused(admin: httpx.AsyncClient, query: str) -> None:
    assert (await admin.get(f"accounts?{query}")).status_code == 422


async def test_a_stopped_account_is_out_at_once(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, seat: Account
) -> None:
    await client.post("sessions", json=LOGIN)
    assert (await client.get("me")).status_code == 200
    stopped = await admin.patch(f"accounts/{seat.id}", json={"active": False})
    assert stopped.json()["active"] is False
    refused(await client.get("me"), 401, "NotLoggedIn")


async def test_a_person_changes_the_own_password(client: httpx.AsyncClient) -> None:
    await client.post("sessions", json=LOGIN)
    own = {"Origin": SITE}
    weak = await client.put("me/password", json={"old": PASSWORD, "new": "short"}, headers=own)
    refused(weak, 422, "WeakPassword")
    changed = await client.put("me/password", json={"old": PASSWORD, "new": "Brand-new-2026"}, headers=own)
    assert changed.status_code == 204
    assert (await client.get("me")).status_code == 200
    refused(await client.post("sessions", json=LOGIN), 401, "WrongPassword")


OTHERS = """
SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1
"""


async def test_a_database_that_is_gone_is_503_and_not_401(
    client: httpx.AsyncClient, db: Database, app: FastAPI
) -> None:
    await client.post("sessions", json=LOGIN)
    async with db.connection() as one:
        own = await one.fetchval("SELECT pg_backend_pid()")
        killed = len(await one.fetch(OTHERS, own))
        await one.execute("SELECT 1")
    assert killed >= 1  # the connection of administration at least
    answers = [(await client.get("me")).status_code for _ in range(3)]
    assert set(answers) <= {200, 503}
    assert answers[-1] == 200


async def test_secrets_show_in_one_answer_only_and_never_in_a_log_line(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, seat: Account, lines: io.StringIO
) -> None:
    answers = [await client.post("sessions", json=LOGIN)]
    session = client.cookies[COOKIE]
    made = await admin.post(
        f"accounts/{seat.id}/tokens", json={"label": "网关"}, headers={"Idempotency-Key": "token-seat"}
    )
    secret = made.json()["token"]
    bearer = {"Authorization": f"Bearer {secret}"}
    answers += [
        await client.get("me"),
        await client.get("me", headers=bearer),
        await client.get("me", headers={"Authorization": f"Bearer {secret}x"}),
        await client.post("accounts", json=NEW, headers=bearer),
        await client.post("sessions", json=LOGIN | {"extra": 1}),
        await client.post("sessions", json=LOGIN | {"password": "wrong-password"}),
        await admin.get(f"accounts/{seat.id}/tokens"),
        await admin.get("accounts"),
        await admin.patch(f"accounts/{seat.id}", json={"password": "short"}),
        await admin.post("accounts", json=NEW | {"password": PASSWORD * 20}, headers={"Idempotency-Key": "long-pass"}),
        await admin.post(
            f"accounts/{seat.id}/tokens", json={"label": "网关"}, headers={"Idempotency-Key": "token-seat"}
        ),
        await client.delete("sessions/current", headers={"Origin": SITE}),
    ]
    logged = lines.getvalue()
    assert '"route":"/sessions"' in logged  # it was on
    for hidden in (session, secret, PASSWORD, "wrong-password", "seat01", "一号座席"):
        assert hidden not in logged
    for answer in answers:
        body = answer.text
        assert not [hidden for hidden in (session, secret, PASSWORD, "wrong-password") if hidden in body]
    assert not [each for each in answers[1:] if session in str(each.headers)]
