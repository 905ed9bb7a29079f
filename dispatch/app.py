"""The HTTP entrance: puts the desk, the routes and what surrounds them together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any, get_args

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch.accounts.doorkeeper import Doorkeeper
from dispatch.desk import reading
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.dashboard.keeping import DayKeeper
from dispatch.desk.dashboard.picture import Pictures
from dispatch.desk.intake.intake import Intake
from dispatch.desk.map import MapKeeper
from dispatch.desk.packplans import PackKeeper
from dispatch.desk.places.finding import Wording
from dispatch.desk.places.keeping import PlaceKeeper
from dispatch.desk.planning import preparing
from dispatch.desk.planning.states import unplanned
from dispatch.desk.roads.keeper import RoadKeeper
from dispatch.desk.setup import open_desk
from dispatch.kit import logs, migrate, stalls
from dispatch.kit.clock import clock_from
from dispatch.kit.db import ASKED_S, Database
from dispatch.kit.ending import ended
from dispatch.kit.polling import poll_on
from dispatch.kit.postgres import Embedded
from dispatch.kit.settings import Settings
from dispatch.notify import messages
from dispatch.notify.hub import Hub
from dispatch.notify.switchboard import Switchboard
from dispatch.places.installed import Names
from dispatch.reports.press import Press
from dispatch.web import (
    accounts,
    areas,
    borders,
    callbacks,
    calls,
    capacity,
    commands,
    console,
    crews,
    dashboard,
    declaring,
    dispatching,
    errors,
    exports,
    field,
    forecasts,
    gateway,
    generators,
    health,
    known,
    ledger,
    lending,
    listchanges,
    live,
    merging,
    modes,
    notices,
    offers,
    openapi,
    outages,
    outings,
    packlines,
    packs,
    photos,
    places,
    plans,
    rebooking,
    reference,
    replay,
    replies,
    reports,
    restoration,
    reviews,
    roads,
    screens,
    sensing,
    services,
    sessions,
    storms,
    supervision,
    tasks,
    tasksheets,
    telephony,
    templates,
    tickets,
    tiles,
    visits,
    weather,
    whys,
    worklists,
)
from dispatch.web import messages as outgoing
from dispatch.web.middleware import BodyLimit, Trace

API = "/api/v1"
PLANNER_S = 2.0  # between two looks at whether the planning is at work
AROUND = (BodyLimit, Trace)  # what surrounds every request; the last stands outermost
SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}  # ``Trace`` counts and logs
# The busiest first: a request is compared with the routes in this order.
ROUTERS: tuple[APIRouter, ...] = (
    calls.router,
    commands.router,
    supervision.router,
    dispatching.router,
    offers.router,
    plans.router,
    whys.router,
    restoration.router,
    generators.router,
    outings.router,
    lending.router,
    ledger.router,
    crews.router,
    field.router,
    photos.router,
    replies.router,
    tickets.router,
    merging.router,
    known.router,
    outages.router,
    notices.router,
    sensing.router,
    live.router,
    sessions.router,
    accounts.router,
    areas.router,
    borders.router,
    places.router,
    modes.router,
    services.router,
    capacity.router,
    rebooking.router,
    declaring.router,
    forecasts.router,
    worklists.router,
    listchanges.router,
    tasksheets.router,  # before the tasks, one of which a template is not
    tasks.router,
    visits.router,
    weather.router,
    roads.router,
    screens.router,
    storms.router,
    packs.router,
    packlines.router,
    reviews.router,
    dashboard.router,
    replay.router,
    reports.router,
    callbacks.router,
    outgoing.router,
    templates.router,
    gateway.router,
    telephony.router,
    exports.router,
)


class Application(FastAPI):
    """FastAPI, with a straight way for the busiest route; the same stands around it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.express: ASGIApp = calls.Express()
        for around in AROUND:
            self.express = around(self.express)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if calls.is_call(scope):
            scope["app"] = self
            await self.express(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings) -> FastAPI:
    """Return the application; everything it needs is opened when it starts and closed when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _lay_routes(app)
            await _open(app, settings, stack)
            yield

    app = Application(
        title="供电服务指挥调度后台",
        version="1.0.0",
        lifespan=lifespan,
        telemetry=SILENT,
        docs_url=None,
        redoc_url=None,
    )
    for around in AROUND:
        app.add_middleware(around)
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    app.include_router(health.router)
    app.include_router(reference.router)
    app.include_router(tiles.router)
    app.include_router(console.router)
    openapi.complete(app, (*get_args(messages.Message), *get_args(messages.Request)))
    return app


async def _lay_routes(app: FastAPI) -> None:
    """
    Let the framework build what it builds when first asked, before anybody can ask.

    It puts routes of included routers together at the first request; that kept the event loop for 120 ms.
    """

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        """Nobody listens."""

    path = "/no/route/is/here"  # what answers must not run: nothing of the request stands around it yet
    asked = {"path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": []}
    nowhere = {"type": "http", "method": "GET", "scheme": "http", "server": ("localhost", 80)}
    with suppress(HTTPException):
        await app.router({**nowhere, **asked}, receive, send)


def from_env() -> FastAPI:
    """Return the application that the environment describes; for servers that call a factory."""
    logs.configure(process="api")
    return create_app(Settings.from_env())


async def _open(app: FastAPI, settings: Settings, stack: AsyncExitStack) -> None:
    """
    Put on ``app.state`` what the routes use: desk, intake, hub, clock, accounts.

    :raises OldSchema: if the database must be migrated first
    """
    dsn = settings.database_url or _embedded(settings, stack)
    await migrate.require_current(dsn)
    db = Database(dsn, size=settings.pool_size, longest_s=ASKED_S)
    stack.push_async_callback(db.close)
    state: Any = app.state
    state.clock = clock_from(settings.clock_path)
    state.sms_gateway = settings.sms_gateway
    state.basemap = settings.basemap
    state.desk = await open_desk(db, settings.pack, holidays=settings.holidays, roads=settings.roads)
    state.accounts = Doorkeeper(db)
    stack.push_async_callback(state.accounts.close)
    state.hub = Hub(db, partial(reading.board, state.desk), state.clock)
    await _follow(state, settings, stack)
    state.intake = Intake(state.desk)
    state.wording = Wording()
    stack.push_async_callback(state.intake.close)
    state.press = Press()
    stack.push_async_callback(state.press.close)
    state.copying = asyncio.Semaphore(exports.AT_ONCE)
    state.borders = borders.Drawn()
    state.darkroom = Press(deadline_s=photos.DEADLINE_S, away=photos.AWAY)  # a crew on site does not wait for papers
    stack.push_async_callback(state.darkroom.close)
    stack.push_async_callback(ended, asyncio.create_task(stalls.watch(), name="stalls"))


def _embedded(settings: Settings, stack: AsyncExitStack) -> str:
    return stack.enter_context(Embedded(settings.postgres_dir, binaries=settings.postgres_bin)).dsn


def _names(settings: Settings) -> Names | None:
    """Return the place names that are installed; without them own places are found all the same."""
    path = settings.gazetteer_path
    if settings.gazetteer is None and not path.exists():
        return None
    return Names.load(path, settings.dialects)


async def _follow(state: Any, settings: Settings, stack: AsyncExitStack) -> None:
    """Read the crews and places, and keep them and the consoles current from now on."""
    desk = state.desk
    keeper = FleetKeeper(desk.db, desk.fleet, desk.pack, state.clock)
    state.hub.listeners.append(keeper.apply)
    await keeper.load()
    finding = PlaceKeeper(desk, await asyncio.to_thread(_names, settings))
    await finding.poll()
    state.places = finding
    roads_keeper = RoadKeeper(desk)
    await roads_keeper.poll()

    async def look() -> None:
        state.hub.unplanned = await unplanned(desk)

    days = DayKeeper(desk.db, lambda: state.hub.follower.resets)
    state.hub.listeners.append(days.apply)
    state.pictures = Pictures(days)
    await look()
    ready = preparing.Preparing(desk, lambda: state.hub.listened)

    async def prepare() -> None:
        await ready.look(at=state.clock.now())

    planner = partial(poll_on, "planner", look, every_s=PLANNER_S)
    pictures = partial(poll_on, "pictures", prepare, every_s=preparing.EVERY_S, breath=preparing.BREATH)
    switchboard = Switchboard(desk.db.dsn, state.clock, state.hub.tell)
    state.hub.greeting = switchboard.greeting
    keepers = (keeper.run, MapKeeper(desk).run, PackKeeper(desk).run, finding.run, roads_keeper.run)
    for run in (state.hub.run, switchboard.run, *keepers, planner, pictures):
        stack.push_async_callback(ended, asyncio.create_task(run()))
