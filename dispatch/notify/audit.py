"""Does the feed keep its word? No gap in the numbers, nothing left behind, and its sum is what the tickets say."""

from dataclasses import dataclass

from dispatch.kit.db import Connection

STUCK_S = 60  # a change that waits so long for its number: no sequencer runs, or it is hindered
SHOWN = 20  # findings of each kind

GAPS = """
SELECT n::text AS place, format('前一个编号是 %s', before) AS found
FROM (SELECT n, lag(n) OVER (ORDER BY n) AS before FROM feed WHERE n >= (SELECT first_n FROM feed_state)) AS numbered
WHERE n <> before + 1 ORDER BY n
"""
AREA_GAPS = """
SELECT format('%s/%s', area, seq) AS place, format('前一条是 %s,总编号 %s → %s', seq_before, n_before, n) AS found
FROM (SELECT n, area, seq, lag(seq) OVER by_seq AS seq_before, lag(n) OVER by_seq AS n_before
      FROM feed WINDOW by_seq AS (PARTITION BY area ORDER BY seq)) AS numbered
WHERE seq <> seq_before + 1 OR n <= n_before ORDER BY area, seq
"""
BACKWARDS = """
SELECT format('%s/%s', area, seq) AS place, format('%s 的版本 %s 排在 %s 之后', ticket_id, version, before) AS found
FROM (SELECT area, seq, ticket_id, version, lag(version) OVER (PARTITION BY area, ticket_id ORDER BY seq) AS before
      FROM feed) AS told
WHERE version < before ORDER BY area, seq
"""
STUCK = f"""
SELECT id::text AS place, format('%s 的版本 %s 写于 %s,仍未编号', ticket_id, version, wall_at) AS found
FROM outbox WHERE wall_at < clock_timestamp() - interval '{STUCK_S} seconds' ORDER BY id
"""
# What an area was told of a ticket last must be its present version if the area may see it, else that it is gone.
DIVERGES = """
WITH told AS (SELECT DISTINCT ON (area, ticket_id) area, ticket_id, kind, version
              FROM feed ORDER BY area, ticket_id, seq DESC)
SELECT format('%s/%s', told.area, ticket_id) AS place,
       format('最后告知 %s 版本 %s,工单为版本 %s', told.kind, told.version, ticket.version) AS found
FROM told JOIN ticket ON ticket.id = ticket_id
WHERE NOT EXISTS (SELECT FROM outbox WHERE outbox.area = told.area AND outbox.ticket_id = told.ticket_id)
  AND CASE WHEN told.area IN (ticket.area, ticket.lender, ticket.depot)
           THEN told.kind <> 'ticket' OR told.version <> ticket.version ELSE told.kind <> 'gone' END
ORDER BY told.area, ticket_id
"""
UNTOLD = """
SELECT format('%s/%s', area, ticket.id) AS place, format('版本 %s 从未告知', version) AS found
FROM ticket CROSS JOIN LATERAL unnest(ARRAY[area, lender, depot]) AS entitled(code)
WHERE code IS NOT NULL AND (SELECT first_n FROM feed_state) = 1
  AND NOT EXISTS (SELECT FROM feed WHERE feed.area = code AND feed.ticket_id = ticket.id)
  AND NOT EXISTS (SELECT FROM outbox WHERE outbox.area = code AND outbox.ticket_id = ticket.id)
ORDER BY area, ticket.id
"""
RULES = {
    "feed_gap": GAPS,
    "area_feed_gap": AREA_GAPS,
    "version_backwards": BACKWARDS,
    "outbox_stuck": STUCK,
    "feed_diverges": DIVERGES,
    "ticket_untold": UNTOLD,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: which rule, where (a number, or ``area/seq``, or ``area/ticket``), and what was found."""

    rule: str
    place: str
    found: str


async def findings(connection: Connection) -> list[Finding]:
    """Check the feed against itself and against the tickets, in one snapshot; at most ``SHOWN`` findings of a rule."""
    found: list[Finding] = []
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for rule, query in RULES.items():
            rows = await connection.fetch(f"{query} LIMIT {SHOWN}", timeout=600)
            found += [Finding(rule, row["place"], row["found"]) for row in rows]
    return found
