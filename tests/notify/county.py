"""A county at work, without the ticket room: rows of ``ticket`` and ``outbox`` as its store would write them."""

import json
import random
from collections.abc import Sequence

import asyncpg

from dispatch.kit.db import Connection

TICKET = """
INSERT INTO ticket (id, version, area, stage, ticket_no, incident_id, lender, reported_at, is_open, head, doc)
VALUES ($1, $2, $3, $4, $1, $1, $5, '2026-07-01T01:00:00Z', $6, '', $7)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, area = excluded.area, stage = excluded.stage,
    lender = excluded.lender, is_open = excluded.is_open, doc = excluded.doc
"""
OUTBOX = "INSERT INTO outbox (area, kind, ticket_id, version, body) VALUES ($1, $2, $3, $4, $5)"
KILL = """
SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database() AND state LIKE $3
AND application_name = $1 AND ltrim(query, E'\\n') LIKE $2
"""
BOARD = """
SELECT doc::text FROM ticket WHERE is_open AND (area = ANY($1) OR lender = ANY($1)) ORDER BY reported_at, id
"""


def body(ticket_id: str, version: int, *, area: str, stage: str = "submitted", lender: str | None = None) -> str:
    doc = {"id": ticket_id, "version": version, "area": area, "stage": stage, "lender": lender, "address": "丹城"}
    return json.dumps(doc, ensure_ascii=False)


async def change(
    connection: Connection,
    ticket_id: str,
    version: int,
    *,
    area: str,
    stage: str = "submitted",
    lender: str | None = None,
    leaves: str | None = None,
) -> None:
    """
    Write one version of a ticket and tell whom it concerns.

    :param lender: county whose crew is on it from now on
    :param leaves: county that may no longer see it
    """
    doc = body(ticket_id, version, area=area, stage=stage, lender=lender)
    await connection.execute(TICKET, ticket_id, version, area, stage, lender, stage != "closed", doc)
    rows = [(code, "ticket", ticket_id, version, doc) for code in (area, lender) if code]
    if leaves:
        rows.append((leaves, "gone", ticket_id, version, json.dumps({"id": ticket_id, "version": version})))
    await connection.executemany(OUTBOX, rows)


async def read_board(connection: Connection, areas: Sequence[str]) -> list[str]:
    """Answer as ``desk.reading.board`` does."""
    return [row[0] for row in await connection.fetch(BOARD, list(areas))]


async def kill(dsn: str, application: str, *, query: str = "%", state: str = "%") -> int:
    """Kill the backends of one application on this database (that are in such a query); return how many there were."""
    connection = await asyncpg.connect(dsn)
    try:
        found = await connection.fetch(KILL, application, query, state)
        return len(found)
    finally:
        await connection.close()


class County:
    """Tickets that live, move, are lent and close at random; the seed decides."""

    def __init__(self, areas: Sequence[str], *, seed: int) -> None:
        self._mark = f"c{seed}-"
        self._areas = list(areas)
        self._random = random.Random(seed)
        self._tickets: dict[str, tuple[int, str, str | None]] = {}
        self._opened = 0
        self.changes = 0

    async def step(self, connection: Connection) -> None:
        """Commit one change."""
        self.changes += 1
        async with connection.transaction():
            if not self._tickets or self._random.random() < 0.25:
                await self._open(connection)
            else:
                await self._move(connection, self._random.choice(sorted(self._tickets)))

    async def _open(self, connection: Connection) -> None:
        self._opened += 1
        ticket_id, area = f"{self._mark}{self._opened:05}", self._random.choice(self._areas)
        self._tickets[ticket_id] = (1, area, None)
        await change(connection, ticket_id, 1, area=area)

    async def _move(self, connection: Connection, ticket_id: str) -> None:
        version, area, lender = self._tickets[ticket_id]
        fate = self._random.random()
        if fate < 0.25:
            del self._tickets[ticket_id]
            await change(connection, ticket_id, version + 1, area=area, stage="closed", leaves=lender)
        elif fate < 0.4 and lender is None:
            right = self._random.choice([code for code in self._areas if code != area])
            self._tickets[ticket_id] = (version + 1, right, None)
            await change(connection, ticket_id, version + 1, area=right, leaves=area)
        elif fate < 0.7:
            other = self._random.choice([code for code in self._areas if code != area])
            self._tickets[ticket_id] = (version + 1, area, other)
            leaves = lender if lender != other else None
            await change(connection, ticket_id, version + 1, area=area, stage="dispatched", lender=other, leaves=leaves)
        else:
            self._tickets[ticket_id] = (version + 1, area, lender)
            await change(connection, ticket_id, version + 1, area=area, stage="arrived", lender=lender)
