"""
What is done at a moment of each week or day, done once and not forgotten: a row for each county and moment.

Whoever comes first writes the row and does the work in the same transaction; who comes at the same time waits for him
and finds it done. After a stop each moment that has come is still due, for as long as its job says.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from dispatch.kit.db import Connection, Database

TAKE = """
INSERT INTO recurring_run (job, area, due_at, done_at, result) VALUES ($1, $2, $3, $4, '') ON CONFLICT DO NOTHING
RETURNING job
"""
SAY = "UPDATE recurring_run SET result = $4 WHERE job = $1 AND area = $2 AND due_at = $3"
DONE = "SELECT EXISTS (SELECT FROM recurring_run WHERE job = $1 AND area = $2 AND due_at = $3)"

Work = Callable[[Connection], Awaitable[object]]


async def once(db: Database, job: str, area: str, due_at: datetime, work: Work, *, at: datetime) -> bool:
    """
    Do what was due at a moment, unless it is done; tell whether this call did it.

    :param job: its name, the same for ever
    :param area: for which it is done
    :param due_at: the moment that it belongs to
    :param work: is given the transaction; what it returns is kept in words. If it raises, nothing is done
    :param at: now, by the trade's clock
    """
    if await _is_done(db, job, area, due_at):
        return False
    async with db.transaction() as tx:
        if await tx.fetchval(TAKE, job, area, due_at, at) is None:
            return False
        result = await work(tx)
        await tx.execute(SAY, job, area, due_at, "" if result is None else str(result))
    return True


async def _is_done(db: Database, job: str, area: str, due_at: datetime) -> bool:
    async with db.connection() as connection:
        found: bool = await connection.fetchval(DONE, job, area, due_at)
        return found
