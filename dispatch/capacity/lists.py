"""Where half-day lists are kept: the last of each and its log, in one transaction."""

from datetime import date, datetime

from dispatch.kit.db import Connection
from dispatch.kit.errors import NotFound

from .words import Half, ListStep
from .worklist import Worklist

FIND = "SELECT doc FROM worklist WHERE depot = $1 AND date = $2 AND half = $3"
LOG = """
INSERT INTO worklist_event (depot, date, half, version, area, step, at, actor, reason, doc)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
WRITE = """
INSERT INTO worklist (depot, area, date, half, version, state, frozen_at, doc) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (depot, date, half) DO UPDATE
SET version = EXCLUDED.version, state = EXCLUDED.state, doc = EXCLUDED.doc
"""
OF_CREW = """
SELECT doc FROM worklist WHERE depot = $1 AND date = $2
  AND EXISTS (SELECT FROM json_array_elements(doc -> 'teams') AS team WHERE team ->> 'crew_id' = $3) ORDER BY half
"""
OF_AREA = "SELECT doc FROM worklist WHERE area = $1 AND date = $2 AND half = $3 ORDER BY depot"


class NoSuchList(NotFound):
    """No list of that half-day was frozen, or none that the caller may see."""


async def find(connection: Connection, depot: str, day: date, half: Half) -> Worklist | None:
    """Return a depot's list of a half-day; None: it is not frozen yet."""
    doc = await connection.fetchval(FIND, depot, day, half.value)
    return None if doc is None else Worklist.model_validate_json(doc)


async def load(connection: Connection, depot: str, day: date, half: Half) -> Worklist:
    """:raises NoSuchList: if it is not frozen yet"""
    found = await find(connection, depot, day, half)
    if found is None:
        raise NoSuchList(f"{day:%m月%d日}{half.label}的派工清单尚未生成,请在截单之后查看,或核对班所与日期")
    return found


async def of_county(connection: Connection, county: str, day: date, half: Half) -> list[Worklist]:
    """Return the lists of a county's depots."""
    return [
        Worklist.model_validate_json(row["doc"]) for row in await connection.fetch(OF_AREA, county, day, half.value)
    ]


async def of_crew(connection: Connection, depot: str, day: date, crew_id: str) -> list[Worklist]:
    """Return the day's lists of a depot on which a repair crew's people are named."""
    return [Worklist.model_validate_json(row["doc"]) for row in await connection.fetch(OF_CREW, depot, day, crew_id)]


async def append(
    tx: Connection, made: Worklist, step: ListStep, *, by: str, at: datetime, reason: str = ""
) -> Worklist:
    """
    Write what became of a list, and its log's next line; return it with its new version.

    The log's key refuses a second line of one version. The caller has the county's turn (``store.turn``).
    """
    after = made.model_copy(update={"version": made.version + 1})
    doc, where = after.model_dump_json(exclude_none=True), (after.depot, after.date, after.half.value, after.version)
    await tx.execute(LOG, *where, after.area, step, at, by, reason, doc)
    key = (after.depot, after.area, after.date, after.half.value, after.version)
    await tx.execute(WRITE, *key, after.state, after.frozen_at, doc)
    return after
