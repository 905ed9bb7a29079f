"""
What is not kept for ever: telephone numbers, texts, positions, meter readings, who looked at what.

A row that something is counted by stays, and only what names a person in it is blanked; rows that nothing counts are
deleted. What the audit folds (the logs of tickets, visits and services) and what the indices are counted from
(``review``) is not touched. The periods are the rule pack's, section ``retention``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.db import Connection, Database
from dispatch.kit.looprules import RetentionRules

AT_ONCE = 2_000  # rows in one transaction: whoever waits for one of them waits for no more than that
ENDLESS = 500  # turns; what is left then is taken up an hour later


@dataclass(frozen=True, slots=True)
class Forgetting:
    """
    One table's forgetting.

    :param period: field of ``retention``
    :param statement: ``$1``: everything before; ``$2``: how many rows at most
    """

    table: str
    period: str
    statement: str


def _blank(table: str, key: str, changes: str, old: str) -> str:
    return f"""
    UPDATE {table} SET {changes} WHERE {key} IN (
        SELECT {key} FROM {table} WHERE {old} LIMIT $2 FOR UPDATE SKIP LOCKED)
    """


def _delete(table: str) -> str:
    return f"DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE at < $1 LIMIT $2))"


TABLES = (
    Forgetting(
        "message",
        "messages",
        _blank(
            "message",
            "id",
            "to_phone = '', body = ''",
            "to_phone <> '' AND created_at < $1 AND state NOT IN ('queued', 'sending')",
        ),
    ),
    Forgetting(
        "inbound",
        "inbound",
        _blank(
            "inbound",
            "id",
            "from_phone = '', body = '', remark = ''",
            "from_phone <> '' AND state <> 'unread' AND received_at < $1",
        ),
    ),
    Forgetting(
        "call",
        "calls",
        _blank(
            "call",
            "id",
            "phone = ''",
            """phone <> '' AND at < $1
            AND NOT EXISTS (SELECT FROM ticket WHERE ticket.id = call.ticket_id AND ticket.is_open)""",
        ),
    ),
    Forgetting(
        "booking",
        "bookings",
        _blank(
            "booking",
            "id",
            "phone = NULL",
            "phone IS NOT NULL AND to_at < $1 AND state NOT IN ('held', 'reoffered')",
        ),
    ),
    Forgetting(
        "service_request",
        "services",
        _blank(
            "service_request",
            "id",
            "phone = NULL",
            """phone IS NOT NULL AND NOT is_open AND NOT EXISTS (
                SELECT FROM service_event AS e WHERE e.request_id = service_request.id AND e.at_server >= $1)""",
        ),
    ),
    Forgetting(
        "field_report",
        "field_reports",
        _blank(
            "field_report",
            "id",
            "forgotten = true, payload = '{}', geo = NULL",
            "NOT forgotten AND at_server < $1 AND outcome NOT IN ('held', 'contradiction')",
        ),
    ),
    Forgetting("crew_track", "positions", _delete("crew_track")),
    Forgetting("meter_reading", "readings", _delete("meter_reading")),
    Forgetting("audit", "looks", _delete("audit")),
)


async def forget(db: Database, rules: RetentionRules, *, at: datetime) -> Mapping[str, int]:
    """Forget what its time is over for; return how many rows of which table."""
    return {each.table: await _forget(db, each, rules.before(each.period, at)) for each in TABLES}


async def _forget(db: Database, each: Forgetting, before: datetime) -> int:
    n = 0
    for _ in range(ENDLESS):
        async with db.connection() as connection:
            done = await _some(connection, each.statement, before)
        n += done
        if done < AT_ONCE:
            break
    return n


async def _some(connection: Connection, statement: str, before: datetime) -> int:
    tag: str = await connection.execute(statement, before, AT_ONCE)
    return int(tag.rpartition(" ")[2])
