"""A server for the browser tests: a small world whose people have passwords, and a clock that the test moves."""

import asyncio
import os
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from dispatch.accounts.model import Role
from dispatch.simulator.server import Server
from tests.worlds import IN_TOWN, NAMES, PASSWORD, PEOPLE, WORLD, XIANGSHAN, stranger

TICK_S = 0.05
ACCOUNT_NO = "3302250042"
NOON = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
STAFF = PEOPLE | {"cti": (Role.TELEPHONY, "33", None), "shipu": (Role.COUNTY_DISPATCHER, XIANGSHAN, None)}
CALLED = NAMES | {"shipu": "石浦值班员"}
NETWORK = [
    {"code": "F1", "kind": "feeder", "name": "东塘10kV线", "area": XIANGSHAN},
    {
        "code": "TR1",
        "kind": "transformer",
        "parent": "F1",
        "name": "南街公变",
        "area": XIANGSHAN,
        "lon": 121.861,
        "lat": 29.471,
    },
    {
        "code": "BX1",
        "kind": "box",
        "parent": "TR1",
        "name": "南街2号表箱",
        "area": XIANGSHAN,
        "lon": 121.862,
        "lat": 29.472,
    },
    {"code": ACCOUNT_NO, "kind": "account", "parent": "BX1", "name": "客户", "area": XIANGSHAN, "households": 1},
]
_keys = count(1)

BEFORE_RESTORED = {
    *("submitted", "accepted", "returned", "merged", "dispatched", "crew_accepted", "en_route"),
    *("arrived", "located", "repairing"),
}


def apart(work: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: the browser's driver keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@dataclass
class Hands:
    """The hands of the server's clock: they go at the pace of life, and further when a test says so."""

    server: Server
    ahead: timedelta = timedelta()
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._began = time.perf_counter()
        self._clock = self.server.clock
        self._thread = threading.Thread(target=self._go, name="hands", daemon=True)
        self._thread.start()

    def now(self) -> datetime:
        return NOON + self.ahead + timedelta(seconds=time.perf_counter() - self._began)

    def forward(self, **span: float) -> None:
        """Let time pass at once."""
        self.ahead += timedelta(**span)
        self._clock.set(self.now())

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _go(self) -> None:
        while not self._over.wait(TICK_S):
            self._clock.set(self.now())


@dataclass
class House:
    """The running server; ``by`` gives the HTTP client of one of the people."""

    server: Server
    hands: Hands
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url.replace("127.0.0.1", "localhost")  # where browsers take cookies for HTTPS ones

    def by(self, name: str) -> httpx.Client:
        """Return the client of a person, logged in; it says that it comes from our own pages."""
        if name not in self.clients:
            client = httpx.Client(base_url=f"{self.server.url}/api/v1", headers={"Origin": self.server.url}, timeout=30)
            answer = client.post("/sessions", json={"login": name, "password": PASSWORD})
            assert answer.status_code == 201, answer.text
            client.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]  # over plain HTTP, here only
            self.clients[name] = client
        return self.clients[name]

    def does(self, name: str, path: str, **said: Any) -> dict[str, Any]:
        """Let somebody post; return the answer."""
        answer = self.by(name).post(path, json=said, headers={"Idempotency-Key": f"screens-{next(_keys):06d}"})
        assert answer.status_code < 300, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def call(self, **said: Any) -> dict[str, Any]:
        """Let the seat log a usual call of somebody new; return its ticket."""
        body: dict[str, Any] = {
            "channel": "phone",
            "phone": stranger(),
            "address": "丹城镇东街1号",
            "place": {"lon": IN_TOWN.lon, "lat": IN_TOWN.lat},
            "symptom": "no_power_one",
            "symptom_text": "家里没电",
            "category": "lv",
            "level": "normal",
            "hazard": False,
        }
        ticket: dict[str, Any] = self.does("seat", "/calls", **(body | said))["ticket"]
        return ticket

    def step(self, name: str, ticket: dict[str, Any], command: str, **said: Any) -> dict[str, Any]:
        """Let somebody take a step with a ticket as it is now; return the ticket after it."""
        return self.does(name, f"/tickets/{ticket['id']}/{command}", **said)

    def ticket(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """Return the ticket as it is now."""
        body: dict[str, Any] = self.by("monitor").get(f"/tickets/{ticket['id']}").json()
        return body

    def settle(self) -> None:
        """Let every county cancel what is open: the crews are free again."""
        for name in ("xiangshan", "ninghai"):
            open_ones = self.by(name).get("/tickets", params={"open": True, "limit": 500}).json()["tickets"]
            for ticket in open_ones:
                if ticket["area"] == STAFF[name][1] and ticket["stage"] in BEFORE_RESTORED:
                    self.step(name, ticket, "cancel", reason="客户来电已恢复", meter="live")

    def numbered(self, ticket_no: str) -> dict[str, Any]:
        """Return the ticket that bears the number."""
        after = ""
        while after is not None:
            page = (
                self.by("monitor").get("/tickets", params={"limit": 500} | ({"after": after} if after else {})).json()
            )
            found = [ticket for ticket in page["tickets"] if ticket["ticket_no"] == ticket_no]
            if found:
                return dict(found[0])
            after = page["next"]
        raise LookupError(ticket_no)

    def halt(self) -> None:
        """Stop the whole server, database and all."""
        apart(self.server.halt())

    def start_again(self) -> None:
        apart(self.server.start())


@contextmanager
def opened(world: dict[str, Any]) -> Iterator[House]:
    """Start the house with such a world in it, and close it."""
    server = Server(database_url=os.environ.get("TEST_DATABASE_URL"))
    hands = Hands(server)
    try:
        apart(server.prepare(world))
        apart(server.start())
        house = House(server, hands)
        yield house
        for client in house.clients.values():
            client.close()
    finally:
        apart(server.stop())
        hands.stop()


def world() -> dict[str, Any]:
    """Return the small world of the other tests; its people have passwords; with a switchboard and customers."""
    accounts = [
        {
            "id": name,
            "login": name,
            "name": CALLED.get(name, name),
            "role": role.value,
            "area": area,
            "password": PASSWORD,
        }
        | ({"crew_id": crew} if crew else {})
        for name, (role, area, crew) in STAFF.items()
    ]
    return WORLD | {"accounts": accounts, "network": NETWORK}
