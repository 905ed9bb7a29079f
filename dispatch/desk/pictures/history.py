"""The calls of an area's past and its depots, in the words of the routing room: what standby points are chosen from."""

from datetime import datetime

import numpy as np

from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.routing.fleet import Bools
from dispatch.routing.geo import Floats
from dispatch.routing.sifting import Knows
from dispatch.routing.standby import Past, Site, SiteKind

MOST = 200_000  # calls that are read; of more, the latest
CALLS = """
SELECT ticket_no, (doc->>'lon')::float8 AS lon, (doc->>'lat')::float8 AS lat, doc->>'area_class' AS area_class,
    reported_at
FROM ticket WHERE area = ANY($1::text[]) AND reported_at >= $2 AND reported_at < $3
    AND doc->>'lon' IS NOT NULL AND doc->>'lat' IS NOT NULL
ORDER BY reported_at DESC, id LIMIT $4
"""


async def calls(desk: Desk, area: str, begin_at: datetime, end_at: datetime) -> list[Past]:
    """
    Return the calls of a period whose place is known, with their hour of the day in China.

    :raises NoSuchArea: if there is none of that code
    """
    desk.areas.get(area)
    async with desk.db.connection() as connection:
        rows = await connection.fetch(CALLS, [area, *desk.areas.below(area)], begin_at, end_at, MOST)
    return [
        Past(
            row["lon"],
            row["lat"],
            1.0,
            row["reported_at"].astimezone(CHINA).hour,
            row["area_class"],
            f"工单 {row['ticket_no']}",
        )
        for row in rows
    ]


def depots(desk: Desk, area: str) -> list[Site]:
    """
    Return the depots of an area that have a place.

    :raises NoSuchArea: if there is none of that code
    """
    desk.areas.get(area)
    found = [desk.areas.get(code) for code in desk.areas.depots(area)]
    return [
        Site(SiteKind.DEPOT, depot.name, depot.lon, depot.lat)
        for depot in found
        if depot.lon is not None and depot.lat is not None
    ]


def borders(desk: Desk, area: str) -> list[tuple[str, object]]:
    """Return the name and the border (GeoJSON) of each county of an area, where one was loaded."""
    found = [desk.areas.get(code) for code in desk.areas.counties(area)]
    return [(county.name, county.boundary) for county in found if county.boundary is not None]


def promises(desk: Desk) -> dict[str, float]:
    """Return the seconds within which somebody must be on site, by area class."""
    limits = desk.pack.limits.arrive
    return {name: limits.of(name).duration.total_seconds() for name in ("urban", "rural", "remote")}


def knows(desk: Desk) -> Knows:
    """Return what tells which points lie in the province, as for the calls of the seats."""

    def known(lon: Floats, lat: Floats) -> Bools:
        points = zip(lon.tolist(), lat.tolist(), strict=True)
        return np.array([desk.locator.knows(x, y) for x, y in points], bool)

    return known
