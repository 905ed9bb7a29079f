"""Borders of counties brought in from the utility's own file."""

from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.kit.db import Database
from dispatch.places import boundaries
from dispatch.places.areas import Areas
from dispatch.places.crs import Crs

WRITE = "UPDATE area SET boundary = $2::jsonb, approximate = false WHERE code = $1"
AUDIT = """
INSERT INTO audit (at, account_id, action, subject, area, details)
VALUES ($1, $2, 'world.load', 'boundary', $3, jsonb_build_object('counties', $4::int))
"""


async def import_borders(
    db: Database, areas: Areas, content: bytes, *, crs: Crs, by: Account, at: datetime
) -> list[str]:
    """
    Give counties the borders of a file, all or none; return the codes of the counties. Servers follow in seconds.

    :raises Forbidden: if ``by`` may not
    :raises BadBoundaries: naming what does not fit
    """
    province = areas.province().code
    rights.check(by, "world.load", area=province, covers=areas.covers)
    borders = boundaries.read(content, areas, crs=crs)
    async with db.transaction() as tx:
        await tx.executemany(WRITE, [(border.county, boundaries.text_of(border)) for border in borders])
        await tx.execute(AUDIT, at, by.id, province, len(borders))
    return [border.county for border in borders]
