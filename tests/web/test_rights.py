"""
Every route and every websocket topic asks for a right, and gets it from the one table.

The table drives the tests: a route that names no action, or an action without a route, fails here.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, RouteContext, iter_route_contexts

from dispatch.accounts.model import Account, Role
from dispatch.accounts.rights import OPEN_ACTIONS, RIGHTS
from dispatch.accounts.sessions import digest
from dispatch.app import create_app
from dispatch.desk.world import World
from dispatch.kit.db import Database
from dispatch.kit.settings import Settings
from dispatch.web.auth import wall_now
from tests.worlds import NINGHAI, PEOPLE, XIANGSHAN, person, stranger

SITE = "https://dispatch.test"
THIRD = "330281"  # 余姚: neither the ticket's county nor the lender

# Routes of the framework and for the supervisor; they show no ticket, no person and no area.
OUTSIDE = {"/openapi.json", "/docs", "/docs/start.js", "/docs/{name}", "/health/live", "/health/ready", "/metrics"}
LIVE = "/api/v1/live"  # asks for live.listen area by area, see below
NOT_ROUTED = {
    "live.listen",
    "world.load",
    "audit.read",
    "call.read",
    "ticket.merge-override",
}  # the last within ticket.merge

PLACES = {
    "ticket_id": "no-such-ticket",
    "other_id": "no-such-other",
    "outage_id": "no-such-outage",
    "notice_id": "no-such-notice",
    "account_id": "no-such-account",
    "token_id": "0" * 16,
    "message_id": "no-such-message",
    "text_id": "no-such-text",
    "code": XIANGSHAN,
    "request_id": "no-such-service",
    "order_id": "no-such-order",
    "order_no": "no-such-order",
    "report_id": "no-such-report",
    "booking_id": "no-such-booking",
    "key": "sgcc@2026.1",
}


def routes(app: FastAPI) -> Iterator[RouteContext]:
    for route in iter_route_contexts(app.routes):
        if route.path not in OUTSIDE:
            yield route


def calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from calls(below)


def actions(route: RouteContext) -> set[str]:
    """Return the actions that the route's function or its dependencies name."""
    return {call.action for call in calls(route.dependant) if hasattr(call, "action")}


def method_of(route: RouteContext) -> str:
    (method,) = route.methods or {"none"}
    return str(method)


def token(name: str) -> str:
    return f"dm_of-{name}"


@dataclass
class Site:
    """The real app on a real database, and everybody's program."""

    app: FastAPI
    people: dict[str, Account]
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def by(self, name: str | None) -> httpx.AsyncClient:
        key = name or ""
        if key not in self.clients:
            headers = {"Authorization": f"Bearer {token(name)}"} if name else {}
            transport = httpx.ASGITransport(self.app)
            self.clients[key] = httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers)
        return self.clients[key]

    async def asks(self, name: str | None, route: RouteContext, body: object = None) -> httpx.Response:
        """Let one person use a route with a body that says nothing."""
        method = method_of(route)
        path = str(route.path).format_map(PLACES)
        body = {} if body is None else body
        key = {"Idempotency-Key": f"{name}-{abs(hash((method, path)))}"}
        return await self.by(name).request(
            method, path, json=None if method in ("GET", "DELETE") else body, headers=key
        )

    async def says(self, name: str, ticket_id: str, command: str, body: dict[str, Any] | None = None) -> httpx.Response:
        key = {"Idempotency-Key": f"{name}-{command.replace('/', '.')}-{ticket_id}"}
        room = "callbacks" if command in ("begin", "missed", "answer") else "tickets"
        return await self.by(name).post(f"/api/v1/{room}/{ticket_id}/{command}", json=body or {}, headers=key)

    async def call(self, lon: float = 121.87, lat: float = 29.48) -> str:
        """Log a call, of 象山 if nothing else is said, and return its ticket."""
        body = {
            "channel": "phone",
            "phone": stranger(),
            "address": "丹城镇东街1号",
            "place": {"lon": lon, "lat": lat},
            "symptom": "no_power_one",
            "category": "lv",
            "level": "normal",
            "hazard": False,
        }
        headers = {"Idempotency-Key": f"call-{wall_now().timestamp()}"}
        answer = await self.by("seat").post("/api/v1/calls", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["ticket"]["id"])


@pytest.fixture
async def site(db: Database, world: World, tmp_path: Path) -> AsyncIterator[Site]:
    people = {name: person(name) for name in PEOPLE}
    people["yuyao"] = Account(id="yuyao", login="yuyao", name="y", role=Role.COUNTY_DISPATCHER, area=THIRD)
    async with db.transaction() as tx:
        await tx.execute("INSERT INTO area (code, name, level, parent) VALUES ($1, '余姚', 'county', '3302')", THIRD)
        await tx.execute(
            "INSERT INTO account (id, login, name, role, area, created_at) VALUES ($1, $1, $1, $2, $3, now())",
            "yuyao",
            "COUNTY_DISPATCHER",
            THIRD,
        )
        await tx.executemany(
            "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($1, $2, '', $3)",
            [(digest(token(name)), name, wall_now()) for name in people],
        )
    app = create_app(Settings(database_url=db.dsn, data_dir=tmp_path))
    async with app.router.lifespan_context(app):
        site = Site(app, people)
        yield site
        for client in site.clients.values():
            await client.aclose()


def test_every_route_names_one_action_of_the_table() -> None:
    known = RIGHTS.keys() | OPEN_ACTIONS
    wrong = {}
    for route in routes(create_app(Settings())):
        if route.path == LIVE:
            assert isinstance(route.original_route, APIWebSocketRoute)
            continue
        assert isinstance(route.original_route, APIRoute), route.path
        named = actions(route)
        if len(named) != 1 or not named <= known:
            wrong[f"{route.methods} {route.path}"] = named
    assert wrong == {}


def test_every_action_of_the_table_has_a_route() -> None:
    named = {action for route in routes(create_app(Settings())) if route.path != LIVE for action in actions(route)}
    assert (RIGHTS.keys() | OPEN_ACTIONS) - named == NOT_ROUTED


def test_no_route_is_there_twice() -> None:
    found = [(route.path, method) for route in routes(create_app(Settings())) for method in route.methods or ("ws",)]
    assert sorted(found) == sorted(set(found))


def test_one_websocket_is_open() -> None:
    found = [r.path for r in routes(create_app(Settings())) if not isinstance(r.original_route, APIRoute)]
    assert found == [LIVE]


async def test_nobody_gets_past_any_route_without_logging_in(site: Site) -> None:
    wrong = {}
    for route in routes(site.app):
        if route.path == LIVE or actions(route) <= OPEN_ACTIONS:
            continue
        answer = await site.asks(None, route)
        if (answer.status_code, answer.json()["error"]["code"]) != (401, "NotLoggedIn"):
            wrong[f"{route.methods} {route.path}"] = answer.text
    assert wrong == {}


@pytest.mark.parametrize("name", sorted(PEOPLE))
async def test_each_role_gets_past_the_routes_of_its_rights_and_no_other(site: Site, name: str) -> None:
    role = site.people[name].role
    wrong = {}
    for route in routes(site.app):
        if route.path == LIVE:
            continue
        (action,) = actions(route)
        may = action in OPEN_ACTIONS or role in RIGHTS[action].roles
        answer = await site.asks(name, route)
        if may:
            right = answer.status_code not in (401, 403) and answer.status_code < 500
        else:
            right = (answer.status_code, answer.json()["error"]["code"]) == (403, "Forbidden")
        if not right:
            wrong[f"{route.methods} {route.path}"] = (answer.status_code, answer.text[:200])
    assert wrong == {}


@pytest.mark.parametrize("name", ["seat", "admin"])
async def test_the_wrong_role_is_refused_before_the_body_is_looked_at(site: Site, name: str) -> None:
    role = site.people[name].role
    for route in routes(site.app):
        if route.path == LIVE or "POST" not in (route.methods or ()) or actions(route) <= OPEN_ACTIONS:
            continue
        (action,) = actions(route)
        if role not in RIGHTS[action].roles:
            answer = await site.by(name).post(str(route.path).format_map(PLACES), content=b"{nonsense")
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Forbidden"), route.path


ETR = (wall_now() + timedelta(hours=2)).isoformat()
SAID: dict[str, dict[str, Any]] = {
    "complete": {"address": "丹城镇东街1号", "category": "lv", "symptom": "no_power_one"},
    "consult": {"matched": "arrears", "answer": "欠费停电,已告知"},
    "return": {"reason": "NO_CONTACT", "text": "三次致电客户均无人接听"},
    "resubmit": {"address": "丹城镇东街1号", "county": XIANGSHAN},
    "transfer": {"to_area": NINGHAI, "reason": "省监控裁定"},
    "merge": {"into": "x", "evidence": "同一台区"},
    "merge-proposals/no-such-other/decline": {"reason": "邻户有电"},
    "power-back": {"live": True},
    "review/appeal": {"faults": ["late_arrive"], "text": "大桥封闭"},
    "review/appeal/decide": {"granted": [], "text": "路程已计入时限"},
    "unmerge": {"reason": "不是同一故障"},
    "dispatch": {"crew_id": "c1"},
    "crew-reject": {"reason": "VEHICLE_DOWN"},
    "locate": {"fault_point": "5号杆", "ownership": "grid", "etr_at": ETR, "photos": ["p1"]},
    "progress": {"text": "正在更换"},
    "reply": {"handling": "已更换", "category": "lv", "cause_l1": "nature", "ownership": "grid"},
    "reply/check": {"handling": "已更换", "category": "lv", "cause_l1": "nature", "ownership": "grid"},
    "reject-reply": {"defects": ["原因不清"]},
    "begin": {},
    "missed": {},
    "answer": {"satisfied": True},
    "cancel": {"reason": "客户来电已恢复", "meter": "live"},
    "correct": {"reason": "地址更正", "address": "丹城镇东街2号"},
    "supervise": {"reason": "客户多次来电", "addressee": "county_director"},
    "supervision-answer": {"no": "DB1-1", "text": "班组已在途"},
    "supervision-clear": {"no": "DB1-1"},
    "escalate": {"reason": "media"},
    "suspend": {"reason": "material", "text": "等待变压器", "until_at": ETR},
    "excuse": {"reason": "traffic", "explanation": "道路被淹", "told_at": ETR},
    "note": {"note": "helped", "text": "为独居老人更换漏保"},
}


def ticket_routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """Return method, last word and action of each route on one ticket."""
    found = []
    for route in routes(app):
        if "{ticket_id}" in str(route.path):
            (action,) = actions(route)
            word = str(route.path).partition("{ticket_id}")[2].strip("/").format_map(PLACES)
            found.append((method_of(route), word, action))
    return found


async def knock(site: Site, name: str, ticket_id: str) -> dict[str, httpx.Response]:
    """Let one person use every route on a ticket for which the role has the right; answers by action."""
    answers = {}
    for method, word, action in ticket_routes(site.app):
        if site.people[name].role not in RIGHTS[action].roles:
            continue
        if method == "GET":
            answers[f"{action} {word}"] = await site.by(name).get(f"/api/v1/tickets/{ticket_id}/{word}".rstrip("/"))
        else:
            answers[f"{action} {word}"] = await site.says(name, ticket_id, word, SAID.get(word))
    assert answers
    return answers


def plain(answer: httpx.Response, ticket_id: str) -> str:
    return answer.text.replace(ticket_id, "ID")


@pytest.mark.parametrize("name", ["ninghai", "yuyao", "crew-1", "crew-3", "leader"])
async def test_a_ticket_out_of_reach_looks_just_like_none(site: Site, name: str) -> None:
    ticket_id = await site.call()
    hidden, absent = await knock(site, name, ticket_id), await knock(site, name, "no-such-ticket")
    for action, answer in hidden.items():
        assert answer.status_code == 404, (action, answer.text)
        assert plain(answer, ticket_id) == plain(absent[action], "no-such-ticket"), action
    assert (await site.by(name).get("/api/v1/tickets")).json()["tickets"] == []


async def test_the_ticket_is_untouched_by_all_who_may_not(site: Site) -> None:
    ticket_id = await site.call()
    for name in ("ninghai", "yuyao", "crew-1", "leader", "admin"):
        for method, word, _action in ticket_routes(site.app):
            if method == "POST":
                await site.says(name, ticket_id, word, SAID.get(word))
    ticket = (await site.by("xiangshan").get(f"/api/v1/tickets/{ticket_id}")).json()
    assert (ticket["version"], ticket["stage"]) == (1, "submitted")


async def lent(site: Site) -> str:
    """Return a ticket of 象山 on which a crew of 宁海 is."""
    ticket_id = await site.call()
    now = wall_now().isoformat()
    at = {"positions": [{"crew_id": "c3", "lon": 121.6, "lat": 29.47, "at": now}]}
    assert (await site.by("monitor").post("/api/v1/crews/positions", json=at)).status_code == 202
    assert (await site.says("xiangshan", ticket_id, "accept")).status_code == 200
    sent = await site.says("xiangshan", ticket_id, "dispatch", {"crew_id": "c3"})
    assert sent.status_code == 200, sent.text
    return ticket_id


async def test_a_lent_ticket_is_visible_to_the_lender_and_to_no_third_county(site: Site) -> None:
    ticket_id, other_id = await lent(site), await site.call()
    for name in ("ninghai", "crew-3", "xiangshan"):
        answer = await site.by(name).get(f"/api/v1/tickets/{ticket_id}")
        assert answer.status_code == 200, name
    for name in ("yuyao", "crew-1", "crew-4", "leader"):
        answers = await knock(site, name, ticket_id)
        assert {answer.status_code for answer in answers.values()} == {404}, name
    assert {answer.status_code for answer in (await knock(site, "ninghai", other_id)).values()} == {404}
    listed = (await site.by("ninghai").get("/api/v1/tickets")).json()["tickets"]
    assert [ticket["id"] for ticket in listed] == [ticket_id]
    listed = (await site.by("crew-3").get("/api/v1/tickets")).json()["tickets"]
    assert [ticket["id"] for ticket in listed] == [ticket_id]


async def test_the_lender_reports_for_its_crew_but_does_not_command_the_ticket(site: Site) -> None:
    ticket_id, own_id = await lent(site), await site.call(lon=121.43, lat=29.29)
    said = SAID | {"merge": {"into": own_id, "evidence": "同一台区"}}
    for command in ("accept", "return", "reply", "cancel", "correct", "dispatch", "merge", "queue-callback"):
        answer = await site.says("ninghai", ticket_id, command, said.get(command))
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Forbidden"), command
    assert (await site.by("ninghai").get(f"/api/v1/tickets/{ticket_id}/contact")).status_code == 403
    for command in ("crew-accept", "depart", "arrive"):
        answer = await site.says("ninghai", ticket_id, command)
        assert answer.status_code == 200, (command, answer.text)
    log = (await site.by("ninghai").get(f"/api/v1/tickets/{ticket_id}/events")).json()["events"]
    assert [(line["by"], line["source"]) for line in log[-3:]] == [("ninghai", "PHONE")] * 3


async def test_the_lender_sees_the_ticket_until_it_is_closed(site: Site) -> None:
    ticket_id = await lent(site)
    road = [
        ("crew-3", "depart"),
        ("crew-3", "arrive"),
        ("crew-3", "locate"),
        ("crew-3", "start-repair"),
        ("crew-3", "restore"),
        ("xiangshan", "reply"),
        ("auditor", "queue-callback"),
        ("seat", "answer"),
    ]
    for name, command in road:
        assert (await site.by("ninghai").get(f"/api/v1/tickets/{ticket_id}")).status_code == 200, command
        answer = await site.says(name, ticket_id, command, SAID.get(command))
        assert answer.status_code == 200, (command, answer.text)
    assert (await site.by("ninghai").get(f"/api/v1/tickets/{ticket_id}")).status_code == 404
    assert (await site.by("xiangshan").get(f"/api/v1/tickets/{ticket_id}")).status_code == 200


@pytest.mark.parametrize("path", ["tickets", "crews"])
@pytest.mark.parametrize("name", ["xiangshan", "crew-1", "leader"])
async def test_a_list_of_another_area_is_not_shown(site: Site, name: str, path: str) -> None:
    for area in (NINGHAI, "330226-1", "3302", "33"):
        answer = await site.by(name).get(f"/api/v1/{path}", params={"area": area})
        shown = [] if answer.status_code == 403 else answer.json()[path]
        assert {each["id"] for each in shown} <= {site.people[name].crew_id}, (area, answer.text)


async def test_a_crew_reports_where_it_is_and_not_where_others_are(site: Site) -> None:
    now = wall_now().isoformat()
    at = [{"crew_id": crew, "lon": 121.8, "lat": 29.4, "at": now} for crew in ("c1", "c2", "c3")]
    answer = await site.by("crew-1").post("/api/v1/crews/positions", json={"positions": at})
    assert answer.status_code == 202
    assert (answer.json()["accepted"], [each["index"] for each in answer.json()["refused"]]) == (1, [1, 2])


class Console:
    """One end of ``WS /api/v1/live``, spoken to without a network."""

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


@pytest.mark.parametrize("name", sorted(PEOPLE))
async def test_each_role_hears_of_the_areas_of_its_right_and_no_other(site: Site, name: str) -> None:
    account = site.people[name]
    covers = site.app.state.desk.areas.covers
    asked = ["33", "3302", XIANGSHAN, NINGHAI, THIRD, "330225-1", "330226-1"]
    listens = account.role in RIGHTS["live.listen"].roles
    async with Console(site.app, bearer(name)) as console:
        await console.ask(op="subscribe", areas=asked)
        for area in asked:
            kind = "snapshot" if listens and covers(account.area, area) else "refused"
            said = await console.until(kind, area)
            if kind == "refused":
                assert said["code"] == "Forbidden", said
        granted = {message["area"] for message in console.heard if message["kind"] == "snapshot"}
    assert all(covers(account.area, area) for area in granted)


async def test_a_console_without_a_session_is_closed(site: Site) -> None:
    async with Console(site.app, {}) as console:
        assert (await console.until_closed())["code"] == 4401
    async with Console(site.app, {"Authorization": "Bearer wrong"}) as console:
        assert (await console.until_closed())["code"] == 4401
    assert console.heard == []


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_another_sites_page_does_not_listen_with_our_cookie(site: Site, headers: dict[str, str]) -> None:
    async with Console(site.app, {"Cookie": "__Host-dispatch=whatever", **headers}) as console:
        await console.until_closed()
    assert console.heard == []
