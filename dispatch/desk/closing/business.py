"""What the office counts beside repairs: complaints, new connections (业扩), and how well outages were published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.desk.ids import born_at, least_id
from dispatch.kit.db import Connection, Row
from dispatch.kit.looprules import OutageRules
from dispatch.outages.model import OutageKind, SignalSource
from dispatch.outages.network import DEEPEST
from dispatch.services.model import ServiceRequest
from dispatch.services.words import ServiceKind

LONGEST = timedelta(days=400)  # what was closed and is older than that is not looked for
VOLUME = """
SELECT count(*) FROM service_request WHERE id >= $2 AND id < $3 AND area = ANY($1::text[]) AND kind <> ALL($4::text[])
"""
REQUESTS = """
SELECT doc FROM service_request
WHERE area = ANY($1::text[]) AND kind = ANY($4::text[]) AND id < $3 AND (is_open OR id >= $2) ORDER BY id
"""
# Customers below each dark device: those on the network's list by number, and how many there are.
NOTICES = f"""
WITH RECURSIVE down AS (
    SELECT o.id AS outage, n.code, n.kind, n.households, 0 AS depth
    FROM outage AS o JOIN network_node AS n ON n.code = o.node
    WHERE o.area = ANY($1::text[]) AND o.begins_at >= $2 AND o.begins_at < $3
    UNION ALL
    SELECT down.outage, n.code, n.kind, n.households, depth + 1
    FROM down JOIN network_node AS n ON n.parent = down.code WHERE depth < {DEEPEST}
)
SELECT o.id, o.kind, o.source, o.begins_at, (t.doc->>'located_at')::timestamptz AS located_at,
    (SELECT count(*) FROM down WHERE outage = o.id AND kind = 'account') AS linked,
    (SELECT coalesce(sum(households), 0) FROM down WHERE outage = o.id) AS households
FROM outage AS o LEFT JOIN ticket AS t ON t.id = o.incident_ticket_id
WHERE o.nested_in IS NULL AND o.area = ANY($1::text[]) AND o.begins_at >= $2 AND o.begins_at < $3
ORDER BY o.begins_at, o.id
"""
COUNTED_APART = (ServiceKind.PRAISE,)  # no business of the index [V16]; repairs are tickets, never requests


@dataclass(frozen=True, slots=True)
class Published:
    """
    One outage notice that began in the period.

    :param published_at: when the system had it, which is when consoles and seats had it
    :param due_at: until when it was to be published
    :param linked: customers below the device whom the network lists by number; ``affected``: all of them
    """

    kind: OutageKind
    begins_at: datetime
    published_at: datetime
    due_at: datetime
    linked: int
    affected: int

    @property
    def in_time(self) -> bool:
        return self.published_at <= self.due_at


async def volume(connection: Connection, areas: Sequence[str], begin_at: datetime, end_at: datetime) -> int:
    """Return the business volume of 优质服务评价指数: requests of the period; neither repairs nor praise."""
    apart = [kind.value for kind in COUNTED_APART]
    found: int = await connection.fetchval(VOLUME, list(areas), least_id(begin_at), least_id(end_at), apart)
    return found


async def requests(
    connection: Connection, areas: Sequence[str], begin_at: datetime, end_at: datetime
) -> list[ServiceRequest]:
    """Return the complaints and new connections that were open in the period or later, as they are now."""
    kinds = [ServiceKind.COMPLAINT.value, ServiceKind.CONNECTION.value]
    rows = await connection.fetch(REQUESTS, list(areas), least_id(begin_at - LONGEST), least_id(end_at), kinds)
    found = (ServiceRequest.model_validate_json(row["doc"]) for row in rows)
    return [one for one in found if one.closed_at is None or one.closed_at >= begin_at]


async def published(
    connection: Connection, areas: Sequence[str], begin_at: datetime, end_at: datetime, rules: OutageRules
) -> list[Published]:
    """Return the outage notices that began in the period; what was left over from one is part of it."""
    rows = await connection.fetch(NOTICES, list(areas), begin_at, end_at)
    return [_published(row, rules) for row in rows]


def _published(row: Row, rules: OutageRules) -> Published:
    kind, published_at = OutageKind(row["kind"]), born_at(row["id"])
    return Published(
        kind=kind,
        begins_at=row["begins_at"],
        published_at=published_at,
        due_at=_due_at(kind, row, rules) or published_at,
        linked=row["linked"],
        affected=max(row["households"], row["linked"]),
    )


def _due_at(kind: OutageKind, row: Row, rules: OutageRules) -> datetime | None:
    """
    Return until when an outage was to be published: a planned one before it begins; a fault after the trip, or where
    no switch told, after the crew found it. None: that it was published before the crew found it is soon enough.
    """
    begins_at: datetime = row["begins_at"]
    match kind:
        case OutageKind.PLANNED:
            return begins_at - rules.publish_planned.duration
        case OutageKind.TEMPORARY:
            return begins_at - rules.publish_temporary.duration
    since: datetime | None = begins_at if row["source"] == SignalSource.SCADA.value else row["located_at"]
    return None if since is None else since + rules.publish_fault.duration
