"""
The standing repair reserve of a depot (抢修承载力): how many open repair jobs it declares it can hold at a time.

The rule is three lines; the rest keeps the declarations. A depot that has declared nothing is not limited.
"""

from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal

LOCK = "SELECT jobs FROM repair_reserve WHERE depot = $1 FOR NO KEY UPDATE"
LOOK = """
SELECT (SELECT jobs FROM repair_reserve WHERE depot = $1) AS jobs,
       (SELECT count(*) FROM dispatch WHERE depot = $1 AND ended_at IS NULL) AS open
"""
COUNT = "SELECT count(*) FROM dispatch WHERE depot = $1 AND ended_at IS NULL"
DECLARE = """
INSERT INTO repair_reserve (depot, jobs, declared_by, declared_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (depot) DO UPDATE SET jobs = EXCLUDED.jobs, declared_by = EXCLUDED.declared_by,
    declared_at = EXCLUDED.declared_at
"""


class DepotFull(Refusal):
    """The depot's declared repair reserve is used up."""


class NegativeReserve(Invalid):
    """A depot cannot hold fewer than no jobs."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """
    :param jobs: open jobs declared for a time; None: nothing declared, no limit
    :param open: open jobs now
    """

    jobs: int | None
    open: int

    @property
    def remaining(self) -> int | None:
        """How many more it takes; None: no limit."""
        return None if self.jobs is None else max(0, self.jobs - self.open)

    @property
    def full(self) -> bool:
        return self.remaining == 0


async def declared(connection: Connection) -> dict[str, int]:
    """Return the declared jobs by depot."""
    return {row["depot"]: row["jobs"] for row in await connection.fetch("SELECT depot, jobs FROM repair_reserve")}


async def look(connection: Connection, depot: str) -> Reserve:
    """Return a depot's reserve as it is now; nothing is held."""
    row = await connection.fetchrow(LOOK, depot)
    assert row is not None
    return Reserve(row["jobs"], row["open"])


async def hold(tx: Connection, depot: str) -> Reserve:
    """Return a depot's reserve, held against other dispatches until the transaction ends. Two round trips at most."""
    jobs = await tx.fetchval(LOCK, depot)
    if jobs is None:
        return Reserve(None, 0)
    return Reserve(jobs, await tx.fetchval(COUNT, depot))  # counted after the lock, by a fresh snapshot


async def declare(tx: Connection, depot: str, jobs: int, *, by: str, at: datetime) -> None:
    """
    Keep a depot's declaration; it holds from now on.

    :raises NegativeReserve: if ``jobs`` is below zero
    """
    if jobs < 0:
        raise NegativeReserve(f"班所 {depot} 的抢修承载力不能为负数 {jobs},请填 0 或以上", field="jobs")
    await tx.execute(DECLARE, depot, jobs, by, at)
