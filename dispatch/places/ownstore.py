"""Own places, taught names and arrivals in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.columns import columns, words
from dispatch.kit.db import Connection, Row

from .own import OwnKind, OwnPlace

BUMP = "UPDATE place_version SET n = n + 1"
VERSION = "SELECT n FROM place_version"
COLUMNS = "code, kind, name, area, address, lon, lat, aliases"
ALL = f"SELECT {COLUMNS} FROM own_place ORDER BY area, code"
OF_CODES = f"SELECT {COLUMNS} FROM own_place WHERE code = ANY($1::text[])"
WRITE = f"""
INSERT INTO own_place ({COLUMNS}, updated_by, updated_at)
SELECT code, kind, name, area, address, lon, lat, string_to_array(aliases, E'\\n'), $9, $10
FROM unnest({words(1)}, {words(2)}, {words(3)}, {words(4)}, {words(5)}, $6::float8[], $7::float8[], $8::text[])
    AS given (code, kind, name, area, address, lon, lat, aliases)
ON CONFLICT (code) DO UPDATE SET kind = EXCLUDED.kind, name = EXCLUDED.name, area = EXCLUDED.area,
    address = EXCLUDED.address, lon = EXCLUDED.lon, lat = EXCLUDED.lat, aliases = EXCLUDED.aliases,
    updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at
"""
ALIASES = """
SELECT alias.id, alias.area, alias.said, alias.key, alias.code, alias.named_by, alias.named_at, alias.undone_by,
    alias.undone_at, count(given.ticket_id) AS given_n, count(DISTINCT given.given_by) AS people_n,
    array_agg(DISTINCT given.given_by) FILTER (WHERE given.given_by IS NOT NULL) AS people,
    min(given.given_at) AS first_at, max(given.given_at) AS last_at,
    array_agg(given.lon ORDER BY given.given_at) FILTER (WHERE given.lon IS NOT NULL) AS lons,
    array_agg(given.lat ORDER BY given.given_at) FILTER (WHERE given.lat IS NOT NULL) AS lats
FROM place_alias AS alias LEFT JOIN place_alias_given AS given ON given.alias_id = alias.id
"""
GROUPED = " GROUP BY alias.id ORDER BY alias.area, alias.key, alias.id"
TEACH = """
INSERT INTO place_alias (id, area, said, key, code) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (area, key, code) DO UPDATE SET said = place_alias.said RETURNING id
"""
GIVEN = """
INSERT INTO place_alias_given (alias_id, ticket_id, given_by, given_at, lon, lat) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (alias_id, ticket_id) DO UPDATE SET given_by = EXCLUDED.given_by, given_at = EXCLUDED.given_at,
    lon = EXCLUDED.lon, lat = EXCLUDED.lat
"""
NAMED = "UPDATE place_alias SET named_by = $2, named_at = $3, undone_by = NULL, undone_at = NULL WHERE id = $1"
UNDO = "UPDATE place_alias SET undone_by = $2, undone_at = $3, named_by = NULL, named_at = NULL WHERE id = $1"
ARRIVED = """
INSERT INTO place_arrival (code, ticket_id, area, crew_id, at, lon, lat, accuracy_m)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (code, ticket_id) DO NOTHING
"""
ARRIVALS = """
SELECT code, ticket_id, area, crew_id, at, lon, lat, accuracy_m, undone_by, undone_at FROM place_arrival
"""
UNDO_ARRIVALS = """
UPDATE place_arrival SET undone_by = $2, undone_at = $3
WHERE code = $1 AND undone_at IS NULL AND ($4::text IS NULL OR ticket_id = $4)
"""


@dataclass(frozen=True, slots=True)
class TaughtName:
    """
    A name that agents taught, with who, when and how often. ``code`` None: it stands for the pins' own middle.

    :param points: where the pins were put, WGS-84, in the order of time
    """

    id: str
    area: str
    said: str
    key: str
    code: str | None
    named_by: str | None
    named_at: datetime | None
    undone_by: str | None
    undone_at: datetime | None
    given_n: int
    people: tuple[str, ...]
    first_at: datetime | None
    last_at: datetime | None
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a crew was when it had arrived for a ticket of a place, as far as that is borne out."""

    code: str
    ticket_id: str
    area: str
    crew_id: str
    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None
    undone_by: str | None = None
    undone_at: datetime | None = None


def place_of(row: Row) -> OwnPlace:
    """Return the place of a row."""
    said = {name: row[name] for name in ("code", "name", "area", "address", "lon", "lat")}
    return OwnPlace(kind=OwnKind(row["kind"]), aliases=tuple(row["aliases"]), **said)


async def places(connection: Connection, codes: Sequence[str] | None = None) -> list[OwnPlace]:
    """Return all own places, or those of the codes, by county and code."""
    rows = await connection.fetch(ALL) if codes is None else await connection.fetch(OF_CODES, list(codes))
    return [place_of(row) for row in rows]


async def write(tx: Connection, wanted: Sequence[OwnPlace], *, by: str, at: datetime) -> None:
    """Keep the places; one that is there already is brought up to date."""
    rows = [(p.code, p.kind.value, p.name, p.area, p.address, p.lon, p.lat, "\n".join(p.aliases)) for p in wanted]
    await tx.execute(WRITE, *columns(rows, "wwwww..."), by, at)
    await tx.execute(BUMP)


async def names(
    connection: Connection, where: str = "", *arguments: object, limit: int | None = None
) -> list[TaughtName]:
    """Return names that were taught, at most ``limit``; ``where`` is a condition on ``alias`` with its arguments."""
    most = f"LIMIT ${len(arguments) + 1}::int"
    rows = await connection.fetch(f"{ALIASES} {where} {GROUPED} {most}", *arguments, limit)
    return [_name_of(row) for row in rows]


def _name_of(row: Row) -> TaughtName:
    same = ("id", "area", "said", "key", "code", "named_by", "named_at", "undone_by", "undone_at", "given_n")
    return TaughtName(
        **{name: row[name] for name in (*same, "first_at", "last_at")},
        people=tuple(row["people"] or ()),
        points=tuple(zip(row["lons"] or (), row["lats"] or (), strict=True)),
    )


async def arrivals(
    connection: Connection, where: str = "", *arguments: object, limit: int | None = None
) -> list[Arrival]:
    """Return the arrivals that meet a condition, at most ``limit``, by place in the order of time."""
    most = f"LIMIT ${len(arguments) + 1}::int"
    rows = await connection.fetch(f"{ARRIVALS} {where} ORDER BY code, at, ticket_id {most}", *arguments, limit)
    return [Arrival(**dict(row)) for row in rows]
