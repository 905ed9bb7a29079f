"""The SQL of the tickets room. A statement takes columns (``rows``): one round trip writes any number of tickets."""

from dispatch.kit.columns import words

from .words import TicketMark

LOG = f"""
    INSERT INTO ticket_event (ticket_id, version, area, kind, at_claimed, at_server, actor, role, source, geo, payload,
                              hash)
    SELECT * FROM unnest({words(1)}, $2::int[], {words(3)}, {words(4)}, $5::timestamptz[], $6::timestamptz[],
                         {words(7)}, {words(8)}, {words(9)}, {words(10)}::json[], $11::json[], $12::bytea[])
    ON CONFLICT (ticket_id, version) DO NOTHING
    RETURNING version
"""
GIVEN = f"""
    unnest({words(13)}, $14::int[], $15::int[], {words(16)}, {words(17)}, {words(18)}, {words(19)}, {words(20)},
           {words(21)}, $22::timestamptz[], $23::boolean[], $24::bytea[], $25::json[])
    AS n(id, before, version, area, stage, ticket_no, incident_id, crew_id, lender, reported_at, is_open, head, doc)
"""
ARMED = f"""
    INSERT INTO deadline (ticket_id, name, due_at, area, state, level, ladder, next_at)
    SELECT n.ticket_id, n.name, n.due_at, n.area, 'armed', n.level, n.ladder, n.ladder[n.level + 1]
    FROM (SELECT ticket_id, name, due_at, area, level, ARRAY[first, second, due_at, top] AS ladder
          FROM unnest({words(26)}, {words(27)}, $28::timestamptz[], {words(29)}, $30::int[], $31::timestamptz[],
                      $32::timestamptz[], $33::timestamptz[])
               AS n(ticket_id, name, due_at, area, level, first, second, top)) AS n
    ON CONFLICT (ticket_id, name, due_at) DO UPDATE SET
        state = CASE WHEN deadline.level >= 3 THEN 'fired' ELSE 'armed' END, settled_at = NULL,
        level = GREATEST(deadline.level, EXCLUDED.level), ladder = EXCLUDED.ladder,
        next_at = EXCLUDED.ladder[GREATEST(deadline.level, EXCLUDED.level) + 1]
    WHERE deadline.next_at IS NULL
"""
TOLD = f"""
    INSERT INTO outbox (area, kind, ticket_id, version, body)
    SELECT * FROM unnest({words(34)}, {words(35)}, {words(36)}, $37::int[], $38::text[])
"""
STEP = f"""
WITH line AS ({LOG}), kept AS (
    UPDATE ticket SET version = n.version, area = n.area, stage = n.stage, incident_id = n.incident_id,
        crew_id = n.crew_id, lender = n.lender, is_open = n.is_open, head = n.head, doc = n.doc
    FROM {GIVEN}
    WHERE ticket.id = n.id AND ticket.version = n.before
    RETURNING 1
), armed AS ({ARMED}), told AS ({TOLD}), moved AS (
    UPDATE deadline SET state = CASE WHEN n.state = 'met' AND deadline.state = 'fired' THEN 'fired' ELSE n.state END,
        level = COALESCE(n.level, deadline.level), next_at = n.next_at,
        settled_at = CASE n.state WHEN 'armed' THEN NULL ELSE $45::timestamptz END
    FROM unnest({words(39)}, {words(40)}, $41::timestamptz[], $42::int[], {words(43)}, $44::timestamptz[])
         AS n(ticket_id, name, due_at, level, state, next_at)
    CROSS JOIN LATERAL (  -- one by one along the key: joined with hundreds of them the planner reads the whole table
        SELECT ctid AS place FROM deadline
        WHERE deadline.ticket_id = n.ticket_id AND deadline.name = n.name AND deadline.due_at = n.due_at LIMIT 1
    ) AS found
    WHERE deadline.ctid = found.place
), sent AS (
    INSERT INTO dispatch (ticket_id, no, incident_id, area, crew_id, crew_area, depot, sent_at, ended_at)
    SELECT * FROM unnest({words(46)}, $47::int[], {words(48)}, {words(49)}, {words(50)}, {words(51)}, {words(52)},
                         $53::timestamptz[], $54::timestamptz[])
    ON CONFLICT (ticket_id, no) DO UPDATE SET ended_at = EXCLUDED.ended_at
)
SELECT (SELECT count(*) FROM line) AS lines, (SELECT count(*) FROM kept) AS tickets
"""
OPEN = f"""
WITH line AS ({LOG}), kept AS (
    INSERT INTO ticket (id, version, area, stage, ticket_no, incident_id, crew_id, lender, reported_at, is_open, head,
                        doc)
    SELECT id, version, area, stage, ticket_no, incident_id, crew_id, lender, reported_at, is_open, head, doc
    FROM {GIVEN}
), armed AS ({ARMED}), told AS ({TOLD}), contact AS (
    INSERT INTO call (id, area, channel, phone, account_no, seat, at, ticket_id, outcome)
    SELECT * FROM unnest($39::text[], $40::text[], $41::text[], $42::text[], $43::text[], $44::text[],
                         $45::timestamptz[], $46::text[], $47::text[])
)
INSERT INTO incident (id, area, opened_at, lon, lat)
SELECT * FROM unnest({words(48)}, {words(49)}, $50::timestamptz[], $51::float8[], $52::float8[])
"""
# Where a ticket that goes to another county takes its clocks and its fault point with it.
MOVE = (
    "UPDATE deadline SET area = n.area FROM unnest($1::text[], $2::text[]) AS n(id, area) WHERE ticket_id = n.id",
    "UPDATE incident SET area = n.area FROM unnest($1::text[], $2::text[]) AS n(id, area) WHERE incident.id = n.id",
    "UPDATE dispatch SET area = n.area FROM unnest($1::text[], $2::text[]) AS n(id, area) WHERE ticket_id = n.id",
)
CONTACT = """
INSERT INTO call (id, area, channel, phone, account_no, seat, at, ticket_id, outcome)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                     $8::text[], $9::text[])
"""
# Not locked: whoever takes a step writes the ticket's row too, and that is the lock.
CLAIM = """
SELECT ticket_id, name, due_at, level, ladder FROM deadline
WHERE ticket_id = ANY($1::text[]) AND next_at < $2 AND name <> ALL($3::text[])
"""
DUE = """
SELECT t.id, t.doc, t.head FROM deadline AS d JOIN ticket AS t ON t.id = d.ticket_id
WHERE d.next_at < $1 ORDER BY d.next_at LIMIT $2 FOR NO KEY UPDATE OF t SKIP LOCKED
"""
FIND = "SELECT doc, head FROM ticket WHERE id = $1"
FIND_MANY = "SELECT doc, head FROM ticket WHERE id = ANY($1::text[])"
LOCK = "SELECT doc, head FROM ticket WHERE id = $1 FOR NO KEY UPDATE"
CHILDREN = """
SELECT doc, head FROM ticket WHERE incident_id = $1 AND id <> $1 AND stage = 'merged' ORDER BY id FOR NO KEY UPDATE
"""
BOARD = """
SELECT doc FROM (
    SELECT reported_at, id, doc FROM ticket WHERE is_open AND area = ANY($1::text[])
    UNION ALL
    SELECT reported_at, id, doc FROM ticket WHERE is_open AND lender = ANY($1::text[]) AND area <> ALL($1::text[])
    UNION ALL
    SELECT reported_at, id, doc FROM ticket WHERE depot = ANY($1::text[]) AND area <> ALL($1::text[])
        AND (lender IS NULL OR lender <> ALL($1::text[]))
) AS seen ORDER BY reported_at, id
"""
LATEST = (
    "SELECT kind, actor, role, at_server, payload FROM ticket_event WHERE ticket_id = $1 ORDER BY version DESC LIMIT 1"
)
TOUCHED = """
SELECT EXISTS (SELECT FROM ticket_event WHERE ticket_id = $1 AND version > $2
    AND kind NOT IN ('overdue', 'warned', 'escalated', 'supervised', 'surveyed', 'asked', 'assessed')
    AND NOT (kind = 'chased' AND role = 'SYSTEM'))
"""
ENTRIES = """
SELECT ticket_id, version, at_claimed, at_server, actor, role, source, geo, payload, hash
FROM ticket_event WHERE ticket_id = $1 ORDER BY version
"""
WANTED = """
    (cardinality($3::text[]) = 0 OR stage = ANY($3::text[])) AND (reported_at, id) < (
        CASE WHEN $4::text IS NULL THEN 'infinity' ELSE (SELECT reported_at FROM ticket WHERE id = $4) END, $4)
"""


BETWEEN = """
    reported_at >= coalesce($7, '-infinity'::timestamptz) AND reported_at < coalesce($8, 'infinity'::timestamptz)
"""
# Part of a number, and words that must all stand in number, address or the name of the unit.
SOUGHT = """
    ($9::text IS NULL OR strpos(ticket_no, $9) > 0) AND (cardinality($10::text[]) = 0 OR NOT EXISTS (
        SELECT FROM unnest($10::text[]) AS word WHERE strpos(lower(concat_ws(' ', ticket_no, doc->>'address',
            (SELECT name FROM area WHERE code = ticket.area))), lower(word)) = 0))
"""


def _page(kind: str, *, sought: bool = False) -> str:
    """
    Area by area, each along its index: however long the history, a page costs areas x limit.

    :param sought: a search, which reads on until it has a page, is a statement of its own: so is its plan
    """
    wanted = f"{kind} AND {WANTED} AND {BETWEEN}" + (f" AND {SOUGHT}" if sought else "")
    return f"""
WITH seen AS (
    SELECT page.id, page.reported_at FROM unnest($1::text[]) AS wanted(code) CROSS JOIN LATERAL (
        SELECT id, reported_at FROM ticket WHERE area = wanted.code AND {wanted}
        ORDER BY reported_at DESC, id DESC LIMIT $5
    ) AS page
    UNION
    SELECT id, reported_at FROM ticket WHERE is_open AND lender = ANY($6::text[]) AND {wanted}
    UNION
    SELECT id, reported_at FROM ticket WHERE {wanted}
        AND id IN (SELECT ticket_id FROM dispatch WHERE crew_id = ANY($2::text[]) AND ended_at IS NULL)
), page AS (SELECT id FROM seen ORDER BY reported_at DESC, id DESC LIMIT $5)
SELECT doc FROM ticket JOIN page USING (id) ORDER BY reported_at DESC, id DESC
"""


# What crews finished, whoever is to be shown it: each crew along its index, and no farther back than a job can go on.
DONE = f"""
SELECT doc FROM ticket
WHERE id IN (SELECT ticket_id FROM dispatch WHERE ended_at >= $8 AND sent_at >= $8 - $9::interval AND crew_id IN (
        SELECT id FROM crew WHERE id = ANY($2::text[]) OR area = ANY($1::text[])))
  AND (doc->>'restored_at')::timestamptz >= $8
  AND (area = ANY($1::text[]) OR (is_open AND lender = ANY($6::text[])) OR depot = ANY($1::text[])
       OR doc->'dispatches'->-1->>'crew_id' = $10)
  AND ($7::boolean IS NULL OR is_open = $7) AND {WANTED}
ORDER BY reported_at DESC, id DESC LIMIT $5
"""
NUMBERED = """
SELECT doc FROM ticket
WHERE ticket_no = $4 AND (area = ANY($1::text[]) OR (is_open AND lender = ANY($3::text[]))
    OR id IN (SELECT ticket_id FROM dispatch WHERE crew_id = ANY($2::text[]) AND ended_at IS NULL))
"""
KINDS: dict[bool | TicketMark | None, str] = {
    None: "true",
    True: "is_open",
    False: "NOT is_open",
    TicketMark.OVERDUE: "is_open AND coalesce(doc->'flags'->>'overdue', '[]') <> '[]'",
    TicketMark.CHASED: "is_open AND (doc->'flags'->>'chased_n')::int > 0",
    TicketMark.ESCALATED: "is_open AND (doc->'flags'->>'escalated_level')::int > 0",
    TicketMark.SUSPENDED: "is_open AND (doc->'flags'->>'suspended')::boolean",
}
PAGE = {kind: _page(said) for kind, said in KINDS.items()}
SEARCH = {kind: _page(said, sought=True) for kind, said in KINDS.items()}
AUDITED = """
SELECT id, version, area, stage, ticket_no, incident_id, crew_id, lender, reported_at, is_open, head, doc
FROM ticket WHERE id > $1 ORDER BY id LIMIT $2
"""
LINES = """
SELECT ticket_id, version, area, kind, at_claimed, at_server, actor, role, source, geo, payload, hash
FROM ticket_event WHERE ticket_id = ANY($1::text[]) ORDER BY ticket_id, version
"""
DISPATCHES = """
SELECT ticket_id, no, area, crew_id, crew_area, depot, sent_at, ended_at FROM dispatch WHERE ticket_id = ANY($1::text[])
"""
DEADLINES = "SELECT ticket_id, name, due_at, state FROM deadline WHERE ticket_id = ANY($1::text[])"
ORPHANS = """
SELECT ticket_id, count(*) AS n FROM ticket_event AS e
WHERE NOT EXISTS (SELECT FROM ticket WHERE ticket.id = e.ticket_id) GROUP BY ticket_id ORDER BY ticket_id
"""
