"""A small real world: two counties side by side on the coast of Zhejiang, their depots, crews and people."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from dispatch.accounts.model import Account, Role
from dispatch.desk.intake.calls import CallIn, Place
from dispatch.desk.intake.intake import Intake
from dispatch.desk.room import Desk, Report
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.steps import step
from dispatch.desk.world import World
from dispatch.kit.db import Database
from dispatch.tickets import events as e
from dispatch.tickets.events import Geo
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import (
    Category,
    Cause,
    Channel,
    Level,
    MeterCheck,
    Ownership,
    Source,
    Symptom,
)
from tests.evidence import photographed
from tests.servers import Server

START = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)  # nine in the morning in China
PASSWORD = "Typhoon-Day-7"  # of every account of this world that may log in; no real system knows it
XIANGSHAN, NINGHAI = "330225", "330226"
IN_TOWN = Place(lon=121.87, lat=29.48)  # 丹城, the seat of 象山: urban
IN_NINGHAI = Place(lon=121.43, lat=29.29)

# name -> role, area, crew; the name is login and id
PEOPLE: dict[str, tuple[Role, str, str | None]] = {
    "seat": (Role.SEAT_AGENT, "33", None),
    "shift": (Role.SEAT_SUPERVISOR, "33", None),
    "monitor": (Role.PROVINCE_MONITOR, "33", None),
    "xiangshan": (Role.COUNTY_DISPATCHER, XIANGSHAN, None),
    "ninghai": (Role.COUNTY_DISPATCHER, NINGHAI, None),
    "leader": (Role.DEPOT_LEADER, "330225-1", None),
    "crew-1": (Role.CREW, "330225-1", "c1"),
    "crew-2": (Role.CREW, "330225-2", "c2"),
    "crew-3": (Role.CREW, "330226-1", "c3"),
    "crew-4": (Role.CREW, "330226-2", "c4"),
    "auditor": (Role.REPLY_AUDITOR, "33", None),
    "admin": (Role.ADMINISTRATOR, "33", None),
    "ami": (Role.METERING, "33", None),
    "scada": (Role.AUTOMATION, "33", None),
    "marketing": (Role.MARKETING, "33", None),
}
NAMES = {"xiangshan": "象山值班员", "ninghai": "宁海值班员"}


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Return a rectangle as GeoJSON."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


WORLD: dict[str, Any] = {
    "name": "两县",
    "approximate": True,
    "areas": [
        {"code": "33", "name": "浙江", "level": "province", "lon": 120.15, "lat": 30.27},
        {"code": "3302", "name": "宁波", "level": "city", "parent": "33", "lon": 121.55, "lat": 29.87},
        {
            "code": XIANGSHAN,
            "name": "象山",
            "level": "county",
            "parent": "3302",
            "lon": 121.87,
            "lat": 29.48,
            "boundary": square(121.6, 28.9, 122.3, 29.7),
        },
        {
            "code": NINGHAI,
            "name": "宁海",
            "level": "county",
            "parent": "3302",
            "lon": 121.43,
            "lat": 29.29,
            "boundary": square(121.0, 28.9, 121.6, 29.7),
        },
        {"code": "330225-1", "name": "丹城供电所", "level": "depot", "parent": XIANGSHAN, "lon": 121.88, "lat": 29.47},
        {"code": "330225-2", "name": "石浦供电所", "level": "depot", "parent": XIANGSHAN, "lon": 121.94, "lat": 29.21},
        {"code": "330226-1", "name": "西店供电所", "level": "depot", "parent": NINGHAI, "lon": 121.44, "lat": 29.46},
        {"code": "330226-2", "name": "城关供电所", "level": "depot", "parent": NINGHAI, "lon": 121.43, "lat": 29.29},
    ],
    "places": [
        {"code": "p1", "name": "丹城", "area": XIANGSHAN, "lon": 121.87, "lat": 29.48, "population": 180_000},
        {"code": "p2", "name": "石浦", "area": XIANGSHAN, "lon": 121.94, "lat": 29.21, "population": 40_000},
        {"code": "p3", "name": "城关", "area": NINGHAI, "lon": 121.43, "lat": 29.29, "population": 160_000},
    ],
    "crews": [
        {"id": "c1", "name": "丹城一队", "depot": "330225-1", "members": ["甲", "乙"], "skills": ["lv", "hv"]},
        {"id": "c2", "name": "石浦一队", "depot": "330225-2", "members": ["丙", "丁"], "skills": ["lv"]},
        {"id": "c3", "name": "西店一队", "depot": "330226-1", "members": ["戊", "己"], "skills": ["lv", "hv"]},
        {"id": "c4", "name": "城关一队", "depot": "330226-2", "members": ["庚", "辛"], "skills": ["lv", "cable"]},
    ],
    "reserves": [{"depot": "330225-1", "jobs": 20}],
    "generators": [
        {
            "id": "g1",
            "name": "丹城发电车",
            "area": XIANGSHAN,
            "depot": "330225-1",
            "kva": 500,
            "connect_min": 30,
            "fuel_h": 6,
            "tank_h": 10,
        },
        {
            "id": "g2",
            "name": "石浦发电车",
            "area": XIANGSHAN,
            "depot": "330225-2",
            "kva": 100,
            "connect_min": 20,
            "fuel_h": 8,
        },
        {
            "id": "g3",
            "name": "宁波发电车",
            "area": "3302",
            "depot": "330226-1",
            "kva": 800,
            "connect_min": 45,
            "fuel_h": 8,
            "tank_h": 12,
        },
    ],
    "accounts": [
        {"id": who, "login": who, "name": NAMES.get(who, who), "role": role.value, "area": area, "crew_id": crew_id}
        for who, (role, area, crew_id) in PEOPLE.items()
    ],
}


def person(name: str) -> Account:
    """Return the account of one of ``PEOPLE``."""
    role, area, crew_id = PEOPLE[name]
    return Account(id=name, login=name, name=NAMES.get(name, name), role=role, area=area, crew_id=crew_id)


def minutes(n: float) -> datetime:
    """Return the instant so many minutes after ``START``."""
    return START + timedelta(minutes=n)


_callers = count(1)


def stranger() -> str:
    """Return the telephone of somebody who has not called yet."""
    return f"1390{next(_callers):07}"


def call(**said: Any) -> CallIn:
    """Return a usual call: one flat dark in 丹城; each caller has a telephone of his own."""
    usual: dict[str, Any] = {
        "channel": Channel.PHONE,
        "phone": stranger(),
        "address": "丹城镇东街1号",
        "place": IN_TOWN,
        "symptom": Symptom.NO_POWER_ONE,
        "category": Category.LV,
        "level": Level.NORMAL,
        "hazard": False,
    }
    return CallIn(**{**usual, **said})


# What one would say at each step of a usual repair: action, who, event.
SENT = e.Dispatched(
    crew_id="c1", crew_name="丹城一队", crew_area=XIANGSHAN, depot="330225-1", eta_s=600, why="最近且空闲"
)
LENT = e.Dispatched(
    crew_id="c3", crew_name="西店一队", crew_area=NINGHAI, depot="330226-1", eta_s=900, why="邻县更近", saved_s=720
)
FOUND = e.Located(fault_point="东街支线5号杆", ownership=Ownership.GRID, etr_at=minutes(120), photos=("photo-1",))
DONE = e.Restored(cause_l1=Cause.NATURE, field_record="更换绝缘子")
REPLY = e.Replied(
    handling="更换绝缘子后恢复供电", category=Category.LV, cause_l1=Cause.NATURE, ownership=Ownership.GRID
)
CANCEL = e.Cancelled(reason="客户来电已恢复", meter=MeterCheck.LIVE)
ROAD: list[tuple[str, str, e.Event]] = [
    ("accept", "xiangshan", e.Accepted()),
    ("dispatch", "xiangshan", SENT),
    ("crew-accept", "crew-1", e.CrewAccepted()),
    ("depart", "crew-1", e.Departed()),
    ("arrive", "crew-1", e.Arrived()),
    ("locate", "crew-1", FOUND),
    ("start-repair", "crew-1", e.RepairStarted()),
    ("restore", "crew-1", DONE),
    ("reply", "xiangshan", REPLY),
    ("queue-callback", "xiangshan", e.CallbackQueued()),
    ("close", "seat", e.Closed(satisfied=True)),
]

CALLING = dict.fromkeys(("try-callback", "close"), "callback.call")  # steps that only a return visit takes


@dataclass
class Small:
    """The world at work: its desk, its intake, and short words for what tests do all the time."""

    desk: Desk
    intake: Intake

    @property
    def db(self) -> Database:
        return self.desk.db

    async def call(self, *, at: datetime = START, **said: Any) -> Ticket:
        """Log a usual call and return its ticket."""
        return (await self.intake.log_call(call(**said), by=person("seat"), at=at)).ticket

    async def does(
        self, ticket: Ticket | str, action: str, who: str, event: e.Event, *, at: datetime, **report: Any
    ) -> Ticket:
        """Let one of ``PEOPLE`` take one step."""
        by = person(who)
        source = Source.APP if by.role is Role.CREW else Source.PHONE
        if isinstance(event, e.Arrived) and isinstance(ticket, Ticket) and ticket.lon is not None:
            report = {"geo": Geo(ticket.lon, ticket.lat or 0.0, 12.0), **report}
        ticket_id = ticket if isinstance(ticket, str) else ticket.id
        if isinstance(event, e.Located) and event.photos:
            await photographed(self.db, ticket_id, at)
        return await step(
            self.desk,
            ticket_id,
            event,
            action=CALLING.get(action, f"ticket.{action}"),
            by=by,
            report=Report(source=source, **report),
            at=at,
        )

    async def walk(self, ticket: Ticket, *, to: str = "close", start: float = 1) -> Ticket:
        """Take the usual steps of a new ticket, one a minute, up to and including ``to``."""
        return await self._walk(ticket, 0, to, start)

    async def walk_on(self, ticket: Ticket, *, to: str = "close", start: float) -> Ticket:
        """Take the usual steps of a ticket that has been accepted."""
        return await self._walk(ticket, 1, to, start)

    async def _walk(self, ticket: Ticket, first: int, to: str, start: float) -> Ticket:
        for n, (action, who, event) in enumerate(ROAD[first:]):
            ticket = await self.does(ticket, action, who, event, at=minutes(start + n))
            if action == to:
                break
        return ticket


def settle(server: Server, template: str, world: World) -> str:
    """Make a database with a world in it, for tests to clone; return its name."""

    async def fill(dsn: str) -> None:
        db = Database(dsn, size=1)
        await load_world(db, world)
        await db.close()

    name = server.create(template)
    server.run(fill(server.address(name)))
    return name


def read_world(**more: Any) -> World:
    """Return the two counties, with what there is more."""
    world = World.model_validate(WORLD | more)
    world.check()
    return world


@pytest.fixture(scope="session")
def settled(server: Server, template: str) -> Iterator[str]:
    """Name of the database with the two counties that tests clone."""
    name = settle(server, template, read_world())
    yield name
    server.drop(name)


@pytest.fixture
def world(dsn: str) -> World:
    """Two counties, in the database (``dsn`` is a copy of ``settled``)."""
    return read_world()


@pytest.fixture
async def desk(db: Database, world: World) -> Desk:
    """The command desk of the small world; its fleet is empty until a keeper fills it."""
    return await open_desk(db, "sgcc")


@pytest.fixture
async def small(desk: Desk) -> AsyncIterator[Small]:
    """The small world at work."""
    intake = Intake(desk)
    yield Small(desk, intake)
    await intake.close()
