"""A customer of the small network and the crew that mends his outage."""

from typing import Any

from tests.worlds import minutes

from .conftest import Grid
from .grid import account_no

ONE = account_no(1)


async def walked(grid: Grid, **said: Any) -> dict[str, Any]:
    """Return a ticket on which a crew is at work, ten minutes after the start."""
    ticket = await grid.centre.call(**said)
    await grid.centre.does("xiangshan", ticket, "accept")
    await grid.centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    grid.at(10)
    for step in ("crew-accept", "depart", "arrive"):
        await grid.centre.does("crew-1", ticket, step)
    found = {"fault_point": "表箱", "ownership": "grid", "etr_at": minutes(60).isoformat(), "photos": ["p"]}
    await grid.centre.does("crew-1", ticket, "locate", **found)
    return await grid.centre.does("crew-1", ticket, "start-repair")
