"""Whether the planning of an area is at work, for those who look and for the health report."""

from dispatch.accounts.model import Account
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk

from .posing import region_of, regions
from .turns import Planner, planners
from .words import PlannerState


async def planner_of(desk: Desk, area: str | None, *, by: Account) -> list[Planner]:
    """
    Return the planning of each region that an area is in, or that lie in it.

    :raises NoSuchArea, Forbidden: if there is no such area, or ``by`` may not look there
    """
    code = looked_at(desk, area, "plan.read", by=by)
    counties = desk.areas.counties(code) or desk.areas.above(code)[1:2]
    return await _of(desk, sorted({region_of(desk, county) for county in counties}))


async def planner_of_all(desk: Desk) -> list[Planner]:
    """Return the planning of each region of the province; nobody's right is asked."""
    return await _of(desk, sorted(regions(desk))) if len(desk.areas) else []


async def unplanned(desk: Desk) -> dict[str, str]:
    """Return the regions in which insertion alone goes on, each with since when (ISO 8601; empty: it never was)."""
    down = [one for one in await planner_of_all(desk) if one.state is not PlannerState.OK]
    return {one.region: one.since.isoformat() if one.since else "" for one in down}


async def _of(desk: Desk, wanted: list[str]) -> list[Planner]:
    async with desk.db.connection() as connection:
        found = await planners(connection, wanted)
    return [found[region] for region in wanted]
