"""Where the network is kept: the nodes, the way from a customer to the source, and what hangs on a node."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from math import cos, radians

from dispatch.kit.db import Connection, Row
from dispatch.kit.earth import distance_m
from dispatch.kit.errors import NotFound

from .model import Node, NodeKind, Served
from .prose import Extent
from .rollup import Tree

M_PER_DEGREE = 111_195.0  # of latitude, on the sphere that ``kit.earth`` measures on
DEEPEST = 12  # levels; more is a loop in the data

NAMES = tuple(field.name for field in fields(Node))
COLUMNS = ", ".join(NAMES)
WRITE = f"""
INSERT INTO network_node ({COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (code) DO UPDATE SET kind = EXCLUDED.kind, parent = EXCLUDED.parent, name = EXCLUDED.name,
    area = EXCLUDED.area, served = EXCLUDED.served, households = EXCLUDED.households, lon = EXCLUDED.lon,
    lat = EXCLUDED.lat, meter_no = EXCLUDED.meter_no, protected = EXCLUDED.protected,
    installed_at = EXCLUDED.installed_at, backup_kva = coalesce(EXCLUDED.backup_kva, network_node.backup_kva)
"""
PATH = f"""
WITH RECURSIVE up AS (
    SELECT n.*, 0 AS depth FROM network_node AS n WHERE code = $1
    UNION ALL
    SELECT n.*, up.depth + 1 FROM network_node AS n JOIN up ON n.code = up.parent WHERE up.depth < {DEEPEST}
)
SELECT {COLUMNS} FROM up ORDER BY depth
"""
PATHS = f"""
WITH RECURSIVE up AS (
    SELECT n.*, n.code AS start, 0 AS depth FROM network_node AS n WHERE code = ANY($1::text[])
    UNION ALL
    SELECT n.*, up.start, up.depth + 1
    FROM network_node AS n JOIN up ON n.code = up.parent WHERE up.depth < {DEEPEST}
)
SELECT {COLUMNS}, start FROM up ORDER BY start, depth
"""
# The same of those nodes only that hang on, or are, one of others.
PATHS_BELOW = f"""
WITH RECURSIVE up AS (
    SELECT n.code AS start, n.code, n.parent, 0 AS depth FROM network_node AS n WHERE code = ANY($1::text[])
    UNION ALL
    SELECT up.start, n.code, n.parent, up.depth + 1
    FROM network_node AS n JOIN up ON n.code = up.parent WHERE up.depth < {DEEPEST}
), hanging AS (SELECT DISTINCT start FROM up WHERE code = ANY($2::text[]))
SELECT {", ".join(f"n.{name}" for name in NAMES)}, up.start
FROM up JOIN hanging USING (start) JOIN network_node AS n USING (code) ORDER BY up.start, up.depth
"""
OF_CODES = "SELECT code, kind, parent FROM network_node WHERE code = ANY($1::text[])"
RIGHT_BELOW = "SELECT code, kind, parent FROM network_node WHERE parent = ANY($1::text[])"
DOWN = f"""
WITH RECURSIVE down AS (
    SELECT n.*, 0 AS depth FROM network_node AS n WHERE code = $1
    UNION ALL
    SELECT n.*, down.depth + 1 FROM network_node AS n JOIN down ON n.parent = down.code WHERE down.depth < {DEEPEST}
)
"""
COUNTED = """count(*) FILTER (WHERE kind = 'lateral' AND depth > 0) AS laterals,
    count(*) FILTER (WHERE kind = 'transformer' AND served <> 'dedicated') AS public,
    count(*) FILTER (WHERE kind = 'transformer' AND served = 'dedicated') AS dedicated,
    count(*) FILTER (WHERE protected IS NOT NULL) AS protected,
    count(*) FILTER (WHERE kind = 'account') AS accounts,
    coalesce(sum(households), 0) AS households,
    avg(lon) AS lon, avg(lat) AS lat
"""
EXTENT = f"{DOWN} SELECT {COUNTED} FROM down"
EXTENTS = f"""
WITH RECURSIVE down AS (
    SELECT n.*, n.code AS start, 0 AS depth FROM network_node AS n WHERE code = ANY($1::text[])
    UNION ALL
    SELECT n.*, down.start, down.depth + 1
    FROM network_node AS n JOIN down ON n.parent = down.code WHERE down.depth < {DEEPEST}
)
SELECT start, {COUNTED} FROM down GROUP BY start
"""
# Whom a generator truck may be for: protected customers, and groups that have their own equipment.
BACKED = """
SELECT code FROM network_node
WHERE area = ANY($1::text[]) AND (protected IS NOT NULL OR (served = 'unhanded' AND kind <> 'account')) ORDER BY code
"""
BOXES = f"""
SELECT {COLUMNS} FROM network_node
WHERE kind = 'box' AND lat BETWEEN $1 AND $2 AND lon BETWEEN $3 AND $4
"""


class NoSuchNode(NotFound):
    """The network has no node of that code."""


def node_of(row: Row) -> Node:
    """Return the node of a row."""
    said = {name: row[name] for name in NAMES}
    return Node(**said | {"kind": NodeKind(row["kind"]), "served": Served(row["served"])})


async def write(tx: Connection, nodes: Iterable[Node]) -> None:
    """Keep the nodes; one that is there already is brought up to date."""
    await tx.executemany(WRITE, [tuple(getattr(node, name) for name in NAMES) for node in nodes])


async def path(connection: Connection, code: str) -> list[Node]:
    """Return the node and all above it, nearest first; nothing for a code that nobody knows."""
    return [node_of(row) for row in await connection.fetch(PATH, code)]


async def paths(connection: Connection, codes: Collection[str]) -> dict[str, list[Node]]:
    """Return each node that is known with all above it, nearest first, by its code."""
    found: dict[str, list[Node]] = {}
    for row in await connection.fetch(PATHS, sorted(codes)):
        found.setdefault(row["start"], []).append(node_of(row))
    return found


async def paths_below(connection: Connection, codes: Collection[str], tops: Collection[str]) -> dict[str, list[Node]]:
    """Return, as ``paths``, only those of the codes that hang on one of ``tops``, or are one."""
    found: dict[str, list[Node]] = {}
    for row in await connection.fetch(PATHS_BELOW, sorted(codes), sorted(tops)):
        found.setdefault(row["start"], []).append(node_of(row))
    return found


async def load_path(connection: Connection, code: str) -> list[Node]:
    """
    Return the node and all above it, nearest first.

    :raises NoSuchNode: if there is no such node
    """
    found = await path(connection, code)
    if not found:
        raise NoSuchNode(f"电网档案中没有编码为“{code[:40]}”的设备,请从设备列表中选择", field="node")
    return found


async def of_meters(connection: Connection, meter_nos: Collection[str]) -> dict[str, Node]:
    """Return the nodes that the meters belong to, by meter."""
    rows = await connection.fetch(
        f"SELECT {COLUMNS} FROM network_node WHERE meter_no = ANY($1::text[])", list(meter_nos)
    )
    return {row["meter_no"]: node_of(row) for row in rows}


async def nodes(connection: Connection, codes: Collection[str]) -> dict[str, Node]:
    """Return the nodes of the codes that are known."""
    rows = await connection.fetch(f"SELECT {COLUMNS} FROM network_node WHERE code = ANY($1::text[])", list(codes))
    return {row["code"]: node_of(row) for row in rows}


async def tree(connection: Connection, codes: Collection[str]) -> Tree:
    """
    Return what lies above the codes, and whatever hangs right on any of that.

    Level by level: each is one look into an index, where one recursive statement would read the whole table.
    """
    rows: dict[str, Row] = {}
    wanted = set(codes)
    while wanted:
        found = await connection.fetch(OF_CODES, sorted(wanted))
        rows |= {row["code"]: row for row in found}
        wanted = {row["parent"] for row in found if row["parent"] is not None} - rows.keys()
    rows |= {row["code"]: row for row in await connection.fetch(RIGHT_BELOW, sorted(rows))}
    return Tree(
        {code: row["parent"] for code, row in rows.items()},
        {code: NodeKind(row["kind"]) for code, row in rows.items()},
    )


async def extent(connection: Connection, code: str) -> tuple[Extent, tuple[float, float] | None]:
    """
    Return how much hangs on a node, and the middle of it (lon, lat), if any of it has a place.

    Households are counted where they are noted; a network that notes none has as many as it has accounts.
    """
    row = await connection.fetchrow(EXTENT, code)
    assert row is not None
    return _extent(row)


async def extents(
    connection: Connection, codes: Collection[str]
) -> dict[str, tuple[Extent, tuple[float, float] | None]]:
    """Return, as ``extent``, how much hangs on each node that is known, by one question."""
    return {row["start"]: _extent(row) for row in await connection.fetch(EXTENTS, sorted(codes))}


def _extent(row: Row) -> tuple[Extent, tuple[float, float] | None]:
    numbers = {name: row[name] for name in ("laterals", "public", "dedicated", "protected")}
    middle = None if row["lon"] is None or row["lat"] is None else (row["lon"], row["lat"])
    return Extent(households=row["households"] or row["accounts"], **numbers), middle


async def backed(connection: Connection, areas: Collection[str]) -> list[str]:
    """Return the codes of protected customers and of groups with their own equipment (未移交小区) in the areas."""
    return [row["code"] for row in await connection.fetch(BACKED, list(areas))]


async def box_at(connection: Connection, lon: float, lat: float, *, within_m: float) -> Node | None:
    """Return the nearest box to a point on the map, or None if there is none so near."""
    high = within_m / M_PER_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    rows = await connection.fetch(BOXES, lat - high, lat + high, lon - wide, lon + wide)
    boxes = sorted((distance_m(lon, lat, row["lon"], row["lat"]), row["code"], row) for row in rows)
    return node_of(boxes[0][2]) if boxes and boxes[0][0] <= within_m else None


def codes(of: Sequence[Node]) -> list[str]:
    """Return the codes of nodes."""
    return [node.code for node in of]
