"""
The sequencer: numbers what was committed to the outbox, per area and over all, without a gap.

Transactions commit in another order than they take serial numbers, so a reader of ``id > last`` loses rows. One session
in the whole system moves committed rows from ``outbox`` to ``feed`` and numbers them there; readers follow ``feed.n``.
"""

import asyncio
from collections import deque

from dispatch.kit.logs import logger
from dispatch.kit.patience import Patience
from dispatch.kit.role import Role, Session, held

TICK_S = 0.025
BATCH = 2_000  # rows in one transaction
LATE_S = 60.0  # see Floor
SWEEP_S = 5.0

log = logger("sequencer")

# One statement, one transaction. The heads are read from the feed itself, so that nothing else must be kept true;
# the unique keys on n and (area, seq) refuse a second writer. ARRAY(...) keeps the planner on the index.
MOVE = """
WITH taken AS (
    DELETE FROM outbox WHERE id = ANY (ARRAY(SELECT id FROM outbox WHERE id > $2 ORDER BY id LIMIT $1))
    RETURNING id, area, kind, ticket_id, version, body, wall_at
), head AS (
    SELECT area, (SELECT coalesce(max(seq), 0) FROM feed WHERE feed.area = listed.area) AS seq
    FROM (SELECT DISTINCT area FROM taken) AS listed
), numbered AS (
    INSERT INTO feed (n, area, seq, kind, ticket_id, version, body, wall_at)
    SELECT (SELECT coalesce(max(n), 0) FROM feed) + row_number() OVER (ORDER BY id), area,
           head.seq + row_number() OVER (PARTITION BY area ORDER BY id),
           kind, ticket_id, version, body, wall_at
    FROM taken JOIN head USING (area)
)
SELECT count(*) AS moved, max(id) AS highest FROM taken
"""


async def move(session: Session, *, limit: int = BATCH, above: int = 0) -> tuple[int, int | None]:
    """Move up to ``limit`` committed rows with ids above ``above``; return how many, and the highest id of them."""
    row = await session.fetchrow(MOVE, limit, above)
    assert row is not None
    return row["moved"], row["highest"]


class Floor:
    """
    Below which id the outbox need not be searched at every tick.

    While a long snapshot is open (a backup), moved rows cannot be vacuumed and each search from the start wades through
    them: 20 ms after 200,000 rows. Ids that were moved ``LATE_S`` ago are therefore skipped; what a still older
    transaction commits below them is found by a search from the start every ``SWEEP_S``. Times: monotonic seconds.
    """

    def __init__(self) -> None:
        self._moved: deque[tuple[float, int]] = deque()
        self._floor = 0
        self._swept_at = float("-inf")

    def above(self, now: float) -> int:
        """Return the id to search above, 0 when the whole outbox is due."""
        while self._moved and self._moved[0][0] <= now - LATE_S:
            self._floor = max(self._floor, self._moved.popleft()[1])
        if now - self._swept_at >= SWEEP_S:
            self._swept_at = now
            return 0
        return self._floor

    def note(self, now: float, highest: int) -> None:
        """Remember that a row of this id was moved."""
        if not self._moved or now - self._moved[-1][0] >= 1:
            self._moved.append((now, highest))


async def run(dsn: str) -> None:
    """Number the feed whenever no other process does, until cancelled; a lost session is replaced."""
    patience = Patience()
    while True:
        try:
            async with held(dsn, Role.SEQUENCER) as session:
                patience.restore()
                await _number(session)
        except Exception as error:  # a killed session raises many types, the driver's internal ones among them
            log.warning("sequencer interrupted", error=repr(error))
            await asyncio.sleep(patience.next_s())


async def _number(session: Session) -> None:
    floor, clock = Floor(), asyncio.get_running_loop().time
    # The plan is kept. Made while the feed was empty it would read the whole feed again for each row, until somebody
    # analyses the table: measured, 3 s for one batch of the first storm.
    await session.execute("SET enable_seqscan = off")
    while True:
        now = clock()
        moved, highest = await move(session, above=floor.above(now))
        if highest is not None:
            floor.note(now, highest)
        if moved < BATCH:
            await asyncio.sleep(TICK_S)
