"""
The interface document is complete, and the application keeps to it.

Schemathesis sends what the document allows and what it does not, as everybody of the small world.
"""

import asyncio
import itertools
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
import uvicorn
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.config import SchemathesisConfig

from dispatch.accounts.rights import RIGHTS
from dispatch.accounts.sessions import digest
from dispatch.app import create_app
from dispatch.desk.setup import load_world
from dispatch.desk.world import World
from dispatch.kit.db import Database
from dispatch.kit.settings import Settings
from tests.application import described, document
from tests.proxy import free_socket
from tests.servers import Server
from tests.worlds import NINGHAI, PEOPLE, WORLD, XIANGSHAN

from .conftest import CALL, TOKEN

EXAMPLES = 5  # of each kind and operation
APP, DOCUMENT = described(), document()
NOT_ENDING = {"log_out"}  # operations that say goodbye are tried by a stranger only


def _actions(dependant: Dependant) -> set[str]:
    found = {getattr(dependant.call, "action", None)} | {a for d in dependant.dependencies for a in _actions(d)}
    return {action for action in found if action}


# Operation -> the roles that may do it somewhere.
ABLE = {
    route.operation_id: {
        role for action in _actions(route.dependant) if action in RIGHTS for role in RIGHTS[action].roles
    }
    for route in iter_route_contexts(APP.routes)
    if isinstance(route.original_route, APIRoute)
}


def _config() -> SchemathesisConfig:
    config = SchemathesisConfig()
    config.projects.default.generation.update(
        max_examples=EXAMPLES, deterministic=True, database="none", with_security_parameters=False
    )
    return config


schema = schemathesis.openapi.from_dict(DOCUMENT, config=_config())


class Open:
    """The application on a real port, in a thread of its own, with tickets at every stage to be found."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.tickets: list[str] = []
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy and no .netrc is looked for at each of the twenty thousand requests
        self._bound = free_socket()
        self.url = f"http://127.0.0.1:{self._bound.getsockname()[1]}"
        app = create_app(Settings(database_url=dsn))
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._bound]}, daemon=True)

    def __enter__(self) -> "Open":
        asyncio.run(self._furnish())
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the application did not start"
            threading.Event().wait(0.02)
        try:
            self._work()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
        self._server.should_exit = True
        self._thread.join()

    async def _furnish(self) -> None:
        db = Database(self.dsn, size=1)
        await load_world(db, World.model_validate(WORLD))
        async with db.connection() as connection:
            await connection.executemany(TOKEN, [(digest(f"token-of-{name}"), name) for name in PEOPLE])
        await db.close()

    def _work(self) -> None:
        """Leave tickets behind: a draft, one that waits, one that is accepted, one with a crew."""
        steps: list[tuple[str, str, dict[str, str]]] = [
            ("xiangshan", "accept", {}),
            ("xiangshan", "dispatch", {"crew_id": "c1"}),
            ("crew-1", "arrive", {}),
        ]
        with httpx.Client(base_url=f"{self.url}/api/v1") as http:
            for n in range(5):
                said = CALL | {"phone": f"1390000000{n}", "draft": n == 4}
                answer = http.post("/calls", json=said, headers=headers("seat", key=f"work-call-{n}"))
                ticket_id = answer.json()["ticket"]["id"]
                self.tickets.append(ticket_id)
                for who, step, body in steps[: n % 4]:
                    path = f"/tickets/{ticket_id}/{step}"
                    done = http.post(path, json=body, headers=headers(who, key=f"work-{step}-{n}"))
                    assert done.status_code == 200, done.text


def headers(who: str | None, **also: str) -> dict[str, str]:
    given = {"Authorization": f"Bearer token-of-{who}"} if who else {}
    return given | {"Idempotency-Key": also["key"]} if "key" in also else given


@pytest.fixture(scope="module")
def house(server: Server, template: str) -> Iterator[Open]:
    name = server.create(template)
    with Open(server.address(name)) as house:
        yield house
    server.drop(name)


_turn = itertools.count()
PASSING = {"at", "call_at", "version", "position", "repeat_of", "appointment_at", "source"}  # rarely right by chance
GOOD = {"place": CALL["place"], "county": XIANGSHAN, "area": "330225-1", "areas": [XIANGSHAN], "crew_id": "c2"}


def led_in(case: schemathesis.Case, house: Open) -> None:
    """Let most cases name something that exists, or they would all end with 404."""
    turn = next(_turn)
    if turn % 4 == 0:
        return
    found = {
        "ticket_id": house.tickets[turn % len(house.tickets)],
        "account_id": "crew-4",
        "code": (XIANGSHAN, NINGHAI)[turn % 2],
        "key": "sgcc@2026.1",
    }
    for name in set(found) & set(case.path_parameters or {}):
        case.path_parameters[name] = found[name]
    if isinstance(case.body, dict):
        for name in PASSING & case.body.keys():
            del case.body[name]
        case.body.update({name: GOOD[name] for name in GOOD.keys() & case.body.keys()})


KEPT = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
def test_everybody_gets_what_the_document_says(case: schemathesis.Case, house: Open) -> None:
    led_in(case, house)
    for who in sent_by(case.operation.definition.raw["operationId"]):
        answer = case.call(base_url=house.url, session=house.session, headers=headers(who))
        case.validate_response(answer, checks=KEPT)


def sent_by(operation: str) -> tuple[str | None, ...]:
    """Return who sends a case: one who may (they take turns), now and then one who may not, or a stranger."""
    turn = next(_turn)
    able = [name for name, (role, _, _) in PEOPLE.items() if role in ABLE.get(operation, ())]
    if operation in NOT_ENDING or not able or turn % 10 == 0:
        return (None,)
    return (tuple(PEOPLE)[turn % len(PEOPLE)],) if turn % 10 == 1 else (able[turn % len(able)],)


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            yield path, operation


def test_every_operation_has_its_name_its_words_and_its_errors() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))
    for path, operation in operations():
        assert operation["summary"], path
        assert operation["tags"], path
        if path.startswith("/api/"):
            assert {"401", "403", "500", "503"} <= operation["responses"].keys(), path


def test_every_way_to_create_asks_for_its_key() -> None:
    for name in ("log_call", "dispatch_ticket", "create_account", "make_token"):
        operation = next(operation for _, operation in operations() if operation["operationId"] == name)
        key = next(p for p in operation["parameters"] if p["name"] == "Idempotency-Key")
        assert key["required"] is True


def test_the_messages_of_the_live_feed_are_documented() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert {"Hello", "Snapshot", "Changed", "Gone", "Head", "Refused", "Resumed", "Subscribe", "Ping"} <= schemas.keys()


def test_nothing_in_the_document_points_nowhere() -> None:
    text, schemas = str(DOCUMENT), DOCUMENT["components"]["schemas"]
    named = {part.split("'")[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= schemas.keys()


def test_each_body_is_documented_as_the_route_reads_it() -> None:
    """Two rooms may name their bodies alike; the document must not give one of them the other's fields."""
    shapes, checked = DOCUMENT["components"]["schemas"], 0
    for route in iter_route_contexts(APP.routes):
        if not isinstance(route.original_route, APIRoute) or not route.include_in_schema:
            continue
        for shape in _shapes(route.dependant):
            (method,) = route.methods or ()
            body = DOCUMENT["paths"][route.path_format][method.lower()]["requestBody"]
            reference = body["content"]["application/json"]["schema"]["$ref"]
            told = set(shapes[reference.rpartition("/")[2]]["properties"])
            assert told == {field.alias or name for name, field in shape.model_fields.items()}, route.path_format
            checked += 1
    assert checked > 100


def _shapes(dependant: Dependant) -> Iterator[Any]:
    if (shape := getattr(dependant.call, "shape", None)) is not None:
        yield shape
    for below in dependant.dependencies:
        yield from _shapes(below)
