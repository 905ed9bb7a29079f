"""
Every route and every websocket topic asks for a right, and gets it from the one table.

The table drives the tests: a route that names no action, or an action without a route, fails here. A new route adds
the names in its path to PLACES, and a body for a ticket of its own to SAID, in rights_table.py.
"""

import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute

from dispatch.accounts.rights import OPEN_ACTIONS, RIGHTS
from tests.application import described
from tests.worlds import NINGHAI, PEOPLE, XIANGSHAN

from .console_end import Console, bearer
from .rights_table import LIVE, NOT_ROUTED, PLACES, THIRD
from .site import Site, actions, routes
from .site import site as site


def test_every_route_names_one_action_of_the_table() -> None:
    known = RIGHTS.keys() | OPEN_ACTIONS
    wrong = {}
    for route in routes(described()):
        if route.path == LIVE:
            assert isinstance(route.original_route, APIWebSocketRoute)
            continue
        assert isinstance(route.original_route, APIRoute), route.path
        named = actions(route)
        if len(named) != 1 or not named <= known:
            wrong[f"{route.methods} {route.path}"] = named
    assert wrong == {}


def test_every_action_of_the_table_has_a_route() -> None:
    named = {action for route in routes(described()) if route.path != LIVE for action in actions(route)}
    assert (RIGHTS.keys() | OPEN_ACTIONS) - named == NOT_ROUTED


def test_no_route_is_there_twice() -> None:
    found = [(route.path, method) for route in routes(described()) for method in route.methods or ("ws",)]
    assert sorted(found) == sorted(set(found))


def test_one_websocket_is_open() -> None:
    found = [r.path for r in routes(described()) if not isinstance(r.original_route, APIRoute)]
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
