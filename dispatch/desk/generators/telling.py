"""
What consoles hear of generator trucks: each change of a plan, an assignment or a truck, in the caller's transaction.

A message says what changed, and where it stands; what else there is to know of it is read by HTTP.
"""

from collections.abc import Iterable, Sequence

import msgspec

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.notify.messages import GeneratorNews
from dispatch.places.areas import AreaLevel

from .rows import Assignment, Truck, county_of

TOLD = "INSERT INTO outbox (area, kind, ticket_id, version, body) VALUES ($1, 'generator', $2, $3, $4)"


async def tell_plan(
    tx: Connection, desk: Desk, area: str, plans: Iterable[tuple[str, int]], *, state: str, by: str
) -> None:
    """Let the consoles of an area hear where plans (id, version) stand; they are read with their assignments."""
    for plan_id, version in plans:
        news = GeneratorNews(of="plan", id=plan_id, version=version, state=state, plan=plan_id, by=by)
        await _say(tx, hearers(desk, area), news)


async def tell_assignment(
    tx: Connection, desk: Desk, one: Assignment, truck: Truck, *, by: str, supply_back: bool = False
) -> None:
    """Let all hear of a truck's feeding whose plan, truck or customer it is."""
    county = await county_of(tx, one.target)
    areas = [*hearers(desk, one.area), *_of_truck(desk, truck), *([county] if county else [])]
    news = GeneratorNews(
        of="assignment", id=one.id, version=one.version, state=one.state.value, plan=one.plan_id, truck=truck.id,
        target=one.target, supply_back=supply_back, by=by,
    )  # fmt: skip
    await _say(tx, areas, news)


async def tell_truck(tx: Connection, desk: Desk, truck: Truck, *, by: str) -> None:
    """Let all hear of a truck who may send it."""
    news = GeneratorNews(
        of="truck", id=truck.id, version=truck.version, state=truck.state.value, truck=truck.id, by=by
    )  # fmt: skip
    await _say(tx, _of_truck(desk, truck), news)


def hearers(desk: Desk, area: str) -> list[str]:
    """
    Return the areas whose feed tells of an area.

    Who listens to a city or a province hears its counties, too, but not the cities of a province: what is a city's own
    is told to the province as well.
    """
    return [
        code
        for code in desk.areas.above(area)
        if code == area or desk.areas.get(area).level not in (AreaLevel.COUNTY, AreaLevel.DEPOT)
    ]


def _of_truck(desk: Desk, truck: Truck) -> list[str]:
    """Return who hears of a truck: whose it is, and its depot; of one that is shared, those that share it."""
    depot = [] if truck.depot is None else [truck.depot]
    return [*hearers(desk, truck.area), *desk.areas.counties(truck.area), *depot]


async def _say(tx: Connection, areas: Sequence[str], news: GeneratorNews) -> None:
    body, name = msgspec.json.encode(news).decode(), f"generator-{news.of}/{news.id}"
    await tx.executemany(TOLD, [(area, name, news.version, body) for area in sorted(set(areas))])
