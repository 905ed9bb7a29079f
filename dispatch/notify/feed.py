"""The numbered feed as a table: reading on, reading one area again, the heads, and letting old rows go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import msgspec

from dispatch.kit.db import Connection, Row

# The epoch changes with the table's own mark, with cluster and database (a restored dump) and with the timeline (a
# restored backup, or a fail-over to a standby that may lack the last numbers).
EPOCH = """
SELECT left(md5(concat_ws(' ', epoch, system_identifier, pg_database.oid,
                          left(pg_walfile_name(pg_current_wal_lsn()), 8))), 16)
FROM feed_state, pg_control_system(), pg_database WHERE datname = current_database()
"""
HEADS = """
WITH RECURSIVE listed AS (
    (SELECT area FROM feed ORDER BY area LIMIT 1)
    UNION ALL
    SELECT (SELECT area FROM feed WHERE area > listed.area ORDER BY area LIMIT 1) FROM listed WHERE area IS NOT NULL
)
SELECT area, (SELECT max(seq) FROM feed WHERE feed.area = listed.area) AS seq FROM listed WHERE area IS NOT NULL
"""
LINE = "n, area, seq, kind, ticket_id, version, (extract(epoch FROM wall_at) * 1000)::bigint AS ts, body"
ON = f"SELECT {LINE} FROM feed WHERE n > $1 ORDER BY n LIMIT $2"
OF_AREA = f"SELECT {LINE} FROM feed WHERE area = $1 AND seq > $2 ORDER BY seq LIMIT $3"
LAG = "SELECT (extract(epoch FROM clock_timestamp() - wall_at) * 1000)::bigint FROM outbox ORDER BY id LIMIT 1"
# The last row of each area stays: it is the area's head.
RETIRE = """
DELETE FROM feed WHERE n < $1
AND EXISTS (SELECT FROM feed AS later WHERE later.area = feed.area AND later.seq > feed.seq)
"""
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """One numbered change: ``n`` over all areas, ``seq`` within its area; ``text`` is the message as it is sent."""

    n: int
    area: str
    seq: int
    kind: str  # ticket | gone
    ticket_id: str
    version: int
    ts: int  # when it was written, milliseconds since the epoch
    body: str  # JSON
    text: str


@lru_cache(maxsize=4096)
def quoted(word: str) -> str:
    """Return the word as a JSON string."""
    return msgspec.json.encode(word).decode()


def line_of(row: Row) -> Line:
    """Read a row; the body goes into the message as it is, undecoded."""
    n, area, seq, kind, ticket_id, version, ts, body = row
    text = f'{{"kind":"{kind}","area":{quoted(area)},"seq":{seq},"ts":{ts},"body":{body}}}'
    return Line(n, area, seq, kind, ticket_id, version, ts, body, text)


async def epoch(connection: Connection) -> str:
    """Return the name of the numbering; numbers of different epochs cannot be compared."""
    name: str = await connection.fetchval(EPOCH)
    return name


async def last(connection: Connection) -> int:
    """Return the highest number over all areas, 0 for an empty feed."""
    n: int | None = await connection.fetchval("SELECT max(n) FROM feed")
    return n or 0


async def heads(connection: Connection) -> dict[str, int]:
    """Return the last ``seq`` of every area that was ever told of."""
    return {row["area"]: row["seq"] for row in await connection.fetch(HEADS)}


async def head(connection: Connection, area: str) -> int:
    """Return the last ``seq`` of one area, 0 if it was never told of."""
    seq: int | None = await connection.fetchval("SELECT max(seq) FROM feed WHERE area = $1", area)
    return seq or 0


async def on(connection: Connection, n: int, *, limit: int = 2_000) -> list[Line]:
    """Return the changes after number ``n``, in order."""
    return [line_of(row) for row in await connection.fetch(ON, n, limit)]


async def of_area(connection: Connection, area: str, seq: int, *, limit: int) -> list[Line]:
    """Return one area's changes after its ``seq``, in order; the first is not ``seq + 1`` if that was retired."""
    return [line_of(row) for row in await connection.fetch(OF_AREA, area, seq, limit)]


async def lag_ms(connection: Connection) -> int:
    """Return how long the oldest change has been waiting for its number, in milliseconds."""
    lag: int | None = await connection.fetchval(LAG)
    return lag or 0


async def retire(connection: Connection, *, before: datetime, chunk: int = CHUNK) -> int:
    """
    Let go of the changes written before an instant, oldest first, in steps of ``chunk`` numbers; return how many.

    Each step commits by itself; a step is taken only when its last row is old enough, so that the numbers that stay
    have no gap (but for each area's last row, which always stays).
    """
    retired = 0
    while True:
        first: int = await connection.fetchval("SELECT first_n FROM feed_state")
        edge = await connection.fetchrow("SELECT n, wall_at FROM feed WHERE n >= $1 ORDER BY n LIMIT 1", first + chunk)
        if edge is None or edge["wall_at"] >= before:
            return retired
        async with connection.transaction():
            status = await connection.execute(RETIRE, first + chunk)
            await connection.execute("UPDATE feed_state SET first_n = $1", first + chunk)
        retired += int(status.split()[-1])


def joined(lines: Sequence[Line]) -> str:
    """Return the messages of the lines as the inside of a frame."""
    return ",".join(line.text for line in lines)
