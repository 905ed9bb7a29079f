"""Areas and places from the database into memory."""

import json

from dispatch.kit.db import Connection

from .areas import Area, AreaLevel, Areas
from .locate import Place

AREAS = "SELECT code, name, level, parent, lon, lat, boundary, approximate FROM area ORDER BY code"
PLACES = "SELECT code, name, area, lon, lat, population FROM place ORDER BY code"


async def load_areas(connection: Connection) -> Areas:
    """
    Return the tree of areas.

    :raises BadAreas: if the rows do not make a tree
    """
    return Areas(
        Area(
            code=row["code"],
            name=row["name"],
            level=AreaLevel(row["level"]),
            parent=row["parent"],
            lon=row["lon"],
            lat=row["lat"],
            boundary=json.loads(row["boundary"]) if row["boundary"] else None,
            approximate=row["approximate"],
        )
        for row in await connection.fetch(AREAS)
    )


async def load_places(connection: Connection) -> list[Place]:
    """Return the named places."""
    return [Place(*row.values()) for row in await connection.fetch(PLACES)]
